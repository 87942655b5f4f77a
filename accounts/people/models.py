"""Users sign in; members are people of one tenant, with or without a user; teams form a tree over time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import Tenant, TenantForeignKey, TenantModel


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    EXECUTIVE = "executive", _("Executive")
    MANAGER = "manager", _("Manager")
    REP = "rep", _("Rep")
    HR = "hr", _("HR")


class Theme(models.TextChoices):
    """What the pages look like; empty for those who have not chosen, as the system does."""

    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who can sign in. Belongs to no tenant; `Access` rows say which tenants the user may enter."""

    email = models.EmailField(_("e-mail"), unique=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)  # one more ends every session of the user
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_lower")]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still carry to be good: Django's hash of the password, and the epoch."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()


class Access(models.Model):
    """This user may enter this tenant; read before a tenant is entered. Who they are there is in `Member`.

    `ends_on` repeats the member's last day, so that a company one has left is not offered any more.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accesses")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="accesses")
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="access_tenant_user")]


class Member(TenantModel):
    """A person in a tenant. `hired_on` and `left_on` are the first and last day; None means open."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    full_name = models.CharField(_("full name"), max_length=120)
    sort_name = models.CharField(max_length=240, editable=False)
    roles = ArrayField(models.CharField(max_length=10, choices=Role.choices), verbose_name=_("roles"))
    employee_number = models.CharField(_("employee number"), max_length=40, blank=True)
    pay_currency = models.CharField(_("pay currency"), max_length=3, blank=True)  # empty: the tenant's
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("last day"), null=True, blank=True)
    line_manager = TenantForeignKey("self", null=True, blank=True, related_name="reports")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "full_name"], name="member_tenant_full_name"),
            models.UniqueConstraint(fields=["tenant", "user"], name="member_tenant_user"),
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values) & Q(roles__len__gt=0), name="member_roles"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")), name="member_dates"
            ),
            models.CheckConstraint(
                condition=Q(pay_currency="") | Q(pay_currency__regex=r"^[A-Z]{3}$"), name="member_pay_currency"
            ),
            models.CheckConstraint(
                condition=Q(line_manager__isnull=True) | ~Q(line_manager=F("id")), name="member_not_own_manager"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = self.full_name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


class Region(TenantModel):
    """A sales region. A top team belongs to one, and so does every credit of its people."""

    name = models.CharField(_("name"), max_length=80)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="region_tenant_name")]

    def __str__(self) -> str:
        return self.name


class Team(TenantModel):
    """A team in the tree. `region` is set on top teams and holds for everything below them."""

    name = models.CharField(_("name"), max_length=120)
    parent = TenantForeignKey("self", null=True, blank=True, related_name="children")
    region = TenantForeignKey(Region, null=True, blank=True, related_name="teams")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="team_tenant_name"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(region__isnull=True), name="team_region_on_top"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="team_not_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Days(Func):
    """The days from `starts_on` to `ends_on`, both included; NULL leaves that end open."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self) -> None:
        super().__init__("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def no_overlap(name: str, *fields: str) -> ExclusionConstraint:
    """No two rows with the same `fields` may share a day."""
    same = [(field, RangeOperators.EQUAL) for field in ("tenant", *fields)]
    return ExclusionConstraint(name=name, expressions=[*same, (Days(), RangeOperators.OVERLAPS)])


class Dated(TenantModel):
    """Holds from `starts_on` to `ends_on`, both included; None leaves that end open."""

    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True

    @staticmethod
    def on(day: date) -> Q:
        """Rows that hold on that day."""
        return (Q(starts_on__isnull=True) | Q(starts_on__lte=day)) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def holds_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or self.ends_on >= day)


class TeamMembership(Dated):
    """A member is in one team at a time, so that last quarter's credit stays with last quarter's team."""

    member = TenantForeignKey(Member, related_name="memberships")
    team = TenantForeignKey(Team, related_name="memberships")

    class Meta(Dated.Meta):
        constraints = [no_overlap("membership_no_overlap", "member")]


class TeamLead(Dated):
    """A team has one manager at a time; a member may lead several teams."""

    team = TenantForeignKey(Team, related_name="leads")
    member = TenantForeignKey(Member, related_name="led_teams")

    class Meta(Dated.Meta):
        constraints = [no_overlap("lead_no_overlap", "team")]
