"""The one ledger under every number: dated credit lines, written once."""

from __future__ import annotations

from fractions import Fraction

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Region, Team
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.products.models import Product

WHOLE = 1_000_000  # a share of 1, in millionths


class CreditLine(TenantModel):
    """One participant's share of one business fact. Never edited: a change writes a reversal and a new line.

    `amount` and `margin` are the whole fact's, in minor units of the tenant's currency; what is credited is
    amount × share. A reversal has the negated amount, units and margin of the line in `reverses`, and its date. `team`
    and `region` are those of the participant on the date. The highest id is the ledger's position: writers take turns
    within a tenant (`pipeline.ledger.services`), so ids become visible in their order.
    """

    class Basis(models.TextChoices):
        BOOKED = "booked", _("Booked")
        INVOICED = "invoiced", _("Invoiced")
        COLLECTED = "collected", _("Collected")
        REFUNDED = "refunded", _("Refunded")

    class Kind(models.TextChoices):
        DIRECT = "direct", _("Direct")
        OVERLAY = "overlay", _("Overlay")

    basis = models.CharField(max_length=9, choices=Basis.choices)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.DIRECT)
    date = models.DateField()
    participant = TenantForeignKey(Member, related_name="+", looked_up=False)
    team = TenantForeignKey(Team, null=True, related_name="+", looked_up=False)
    region = TenantForeignKey(Region, null=True, related_name="+", looked_up=False)
    share = models.IntegerField(default=WHOLE)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    units = models.IntegerField(default=1)
    margin = models.BigIntegerField(null=True)
    deal = TenantForeignKey(Deal, related_name="credit_lines")
    customer = TenantForeignKey(Customer, null=True, related_name="+", looked_up=False)
    product = TenantForeignKey(Product, null=True, related_name="+", looked_up=False)
    category = models.CharField(max_length=80, blank=True)
    segment = models.CharField(max_length=20, blank=True)
    new_customer = models.BooleanField(default=False)
    reverses = TenantForeignKey("self", null=True, related_name="reversed_by", looked_up=False)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "reverses"], name="credit_reversed_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=WHOLE), name="credit_share"),
            models.CheckConstraint(
                condition=Q(basis__in=["booked", "invoiced", "collected", "refunded"]), name="credit_basis"
            ),
            models.CheckConstraint(condition=Q(kind__in=["direct", "overlay"]), name="credit_kind"),
        ]
        indexes = [
            models.Index(fields=["tenant", "participant", "date", "id"], name="credit_participant_date"),
            models.Index(fields=["tenant", "customer", "date", "id"], name="credit_customer_date"),
            models.Index(fields=["tenant", "date", "id"], name="credit_date"),
        ]

    @property
    def share_ratio(self) -> Fraction:
        return Fraction(self.share, WHOLE)
