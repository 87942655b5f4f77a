"""Who buys."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Region
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Customer(TenantModel):
    """A company that buys or may buy. `annual_revenue` is in minor units of the tenant's currency.

    `owner` None: nobody's yet. `country` is where its head office is; `region` is one of the tenant's sales regions.
    """

    name = models.CharField(_("name"), max_length=160)
    sort_name = models.CharField(max_length=320, editable=False)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    segment = models.CharField(_("segment"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = models.BigIntegerField(_("annual revenue"), null=True, blank=True)
    parent = TenantForeignKey("self", null=True, blank=True, related_name="subsidiaries")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="+")
    owner = TenantForeignKey(Member, null=True, blank=True, related_name="customers")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="customer_tenant_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="customer_not_own_parent"),
        ]
        indexes = [models.Index(fields=["tenant", "sort_name", "id"], name="customer_tenant_sort")]

    def __str__(self) -> str:
        return self.name
