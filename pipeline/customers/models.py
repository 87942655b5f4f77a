"""Who buys."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Dated, Member, Region, no_overlap
from accounts.tenancy.models import TenantForeignKey, TenantModel


class Customer(TenantModel):
    """A company that buys or may buy. `annual_revenue` is in minor units of the tenant's currency.

    `owner` None: nobody's yet. `country` is where its head office is; `region` is one of the tenant's sales regions.
    `address`, `latitude` and `longitude` (degrees) are the place where it is visited. `next_step_on` and `next_step`
    are the one thing that is to be done next; `last_activity_on` is the last day on which anybody was in touch.
    """

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        FORMER = "former", _("Former customer")

    name = models.CharField(_("name"), max_length=160)
    sort_name = models.CharField(max_length=320, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PROSPECT)
    source = models.CharField(_("source"), max_length=80, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    address = models.CharField(pgettext_lazy("postal", "address"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    last_activity_on = models.DateField(_("last contact"), null=True, blank=True)
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
            models.CheckConstraint(condition=Q(status__in=["prospect", "customer", "former"]), name="customer_status"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="customer_place",
            ),
            models.CheckConstraint(
                condition=Q(next_step="") | Q(next_step_on__isnull=False), name="customer_next_step"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "sort_name", "id"], name="customer_tenant_sort"),
            models.Index(
                fields=["tenant", "next_step_on", "id"],
                condition=Q(next_step_on__isnull=False),
                name="customer_next_step_on",
            ),
            models.Index(
                fields=["tenant", "owner", "next_step_on", "id"],
                condition=Q(next_step_on__isnull=False),
                name="customer_owner_next_step",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CustomerOwner(Dated):
    """Whose customer it was, from when to when; the row without an end is the present owner's. One owner at a time."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="owners", looked_up=False)
    owner = TenantForeignKey(Member, related_name="+")

    class Meta(Dated.Meta):
        constraints = [no_overlap("customer_owner_no_overlap", "customer")]
        indexes = [models.Index(fields=["tenant", "customer", "-starts_on"], name="customer_owner_newest")]
