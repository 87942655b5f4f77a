"""Deals on their way through the stages."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.products.models import Product


class Stage(TenantModel):
    """A step of the pipeline. `probability` is the chance in percent that a deal here is won."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)
    position = models.PositiveSmallIntegerField(_("position"))
    probability = models.PositiveSmallIntegerField(_("probability"))

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="stage_tenant_name"),
            models.UniqueConstraint(
                fields=["tenant", "position"], name="stage_tenant_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["tenant", "kind"], condition=~Q(kind="open"), name="stage_tenant_one_end"),
            models.CheckConstraint(condition=Q(kind__in=["open", "won", "lost"]), name="stage_kind"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability"),
        ]

    def __str__(self) -> str:
        return self.name


class Deal(TenantModel):
    """An opportunity. `amount` is in minor units of the tenant's currency; None while nobody knows.

    `reference` is the tenant's own key for it (an import's opportunity id). `stage_since` is the day it entered its
    stage, from which its age there is counted. `version` rises with every edit.
    """

    reference = models.CharField(_("reference"), max_length=60)
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="deals")
    product = TenantForeignKey(Product, null=True, blank=True, related_name="+")
    owner = TenantForeignKey(Member, related_name="deals", looked_up=False)
    stage = TenantForeignKey(Stage, related_name="deals", looked_up=False)
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    units = models.PositiveIntegerField(_("units"), default=1)
    engaged_on = models.DateField(_("engaged on"), null=True, blank=True)
    expected_on = models.DateField(_("expected to close on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    stage_since = models.DateField(_("in this stage since"))
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "reference"], name="deal_tenant_reference"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="deal_amount"),
            models.CheckConstraint(
                condition=Q(engaged_on__isnull=True) | Q(closed_on__isnull=True) | Q(closed_on__gte=F("engaged_on")),
                name="deal_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-closed_on", "-id"], name="deal_closed_newest"),
            models.Index(fields=["tenant", "-stage_since", "-id"], name="deal_newest"),
            models.Index(fields=["tenant", "owner", "-stage_since", "-id"], name="deal_owner_newest"),
            models.Index(fields=["tenant", "stage", "-stage_since", "-id"], name="deal_stage_newest"),
        ]

    def __str__(self) -> str:
        return self.reference


class StageChange(TenantModel):
    """One move of a deal: when it left one stage for another, and who moved it (None: an import or the operator)."""

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="changes")
    stage = TenantForeignKey(Stage, related_name="+", looked_up=False)
    entered_on = models.DateField()
    actor = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
