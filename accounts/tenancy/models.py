"""The tenant, and what every tenant's table has in common."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.context import required_tenant_id
from salesops.lib.periods import FiscalCalendar

M = TypeVar("M", bound=models.Model)


class Tenant(models.Model):
    """A company that uses SalesOps. Read before a tenant is entered, so it stands outside row-level security."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=50, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    time_zone = models.CharField(_("time zone"), max_length=64)
    fiscal_year_start = models.PositiveSmallIntegerField(_("fiscal year starts in month"), default=1)
    language = models.CharField(_("language"), max_length=10, blank=True)
    managers_see_pay = models.BooleanField(_("managers see their people's pay"), default=False)
    requires_second_factor = models.BooleanField(_("admins and HR need a second factor"), default=False)
    ends_idle_sessions = models.BooleanField(_("admins and HR are signed out when idle"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fiscal_year_start__range=(1, 12)), name="tenant_fiscal_month"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="tenant_currency"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def calendar(self) -> FiscalCalendar:
        return FiscalCalendar(self.fiscal_year_start)

    def day_of(self, instant: datetime) -> date:
        """The calendar day of an instant in the tenant's own time zone."""
        return instant.astimezone(ZoneInfo(self.time_zone)).date()


class TenantQuerySet(models.QuerySet[M]):
    """Filtered by the current tenant from the first; creates for it without being told."""

    def create(self, **kwargs: Any) -> M:
        return super().create(**{"tenant_id": required_tenant_id(), **kwargs})

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[M]:
        objs = list(objs)
        for obj in objs:
            if obj.tenant_id is None:
                obj.tenant_id = required_tenant_id()
        return super().bulk_create(objs, *args, **kwargs)


class TenantManager(models.Manager[M]):
    """Raises `TenantRequired` outside a tenant instead of answering with nothing, or with everybody's rows."""

    def get_queryset(self) -> TenantQuerySet[M]:
        everything: TenantQuerySet[M] = TenantQuerySet(self.model, using=self._db)
        return everything.filter(tenant_id=required_tenant_id())


class TenantModel(models.Model):
    """Base of every table that belongs to a tenant.

    The migration that creates a subclass must also run `ProtectTenantTables`; tests/architecture fails otherwise.
    References to other tenant rows are `TenantForeignKey`s.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)

    objects: ClassVar[TenantManager[Any]] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.tenant_id = self.tenant_id or required_tenant_id()
        super().save(*args, **kwargs)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference to a row of the same tenant.

    Django makes no constraint for it: `ProtectTenantTables` makes the composite one on (tenant_id, x_id), the only kind
    that cannot store another tenant's row. It also makes the index, tenant first.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, *, looked_up: bool = True, **kwargs: Any) -> None:
        """`looked_up=False` leaves the index out, where nobody asks for one target's rows or Meta has a better one."""
        kwargs.update(db_constraint=False, db_index=False)
        super().__init__(to, on_delete, **kwargs)
        self.looked_up = looked_up

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        if not self.looked_up:
            kwargs["looked_up"] = False
        return name, path, args, kwargs
