"""What a month pays a participant, and every line of it.

All three tables are keyed by participant and month; a month that a batch has approved is closed to every change by a
trigger (incentives/migrations). Amounts are minor units of the statement's currency.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member, Team
from accounts.tenancy.models import TenantForeignKey, TenantModel
from incentives.plans.models import PlanVersion
from pipeline.ledger.models import CreditLine


class Statement(TenantModel):
    """A participant's month. `month` is its first day; `team` is that of its last day.

    `input_digest` stands for everything that was counted; the same inputs give it again, in any year. `content_digest`
    stands for what came out, and is what an approval binds to. `position` is the ledger's when it was computed.
    """

    participant = TenantForeignKey(Member, related_name="+", looked_up=False)
    month = models.DateField(_("month"))
    team = TenantForeignKey(Team, null=True, related_name="+", looked_up=False)
    plan_version = TenantForeignKey(PlanVersion, related_name="+")
    currency = models.CharField(max_length=3)
    earned = models.BigIntegerField(_("earned"), default=0)
    guaranteed = models.BigIntegerField(_("guaranteed"), default=0)
    capped = models.BigIntegerField(_("capped"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    released = models.BigIntegerField(_("released"), default=0)
    clawed_back = models.BigIntegerField(_("clawed back"), default=0)
    draw_advanced = models.BigIntegerField(_("draw advanced"), default=0)
    draw_recovered = models.BigIntegerField(_("draw recovered"), default=0)
    draw_balance = models.BigIntegerField(_("draw balance"), default=0)
    adjusted = models.BigIntegerField(_("adjusted"), default=0)
    written_off = models.BigIntegerField(_("written off"), default=0)
    carried = models.BigIntegerField(_("carried"), default=0)
    payable = models.BigIntegerField(_("payable"), default=0)
    engine_version = models.CharField(max_length=20)
    input_digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    position = models.BigIntegerField()
    computed_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "participant", "month"], name="statement_month"),
            models.CheckConstraint(condition=Q(payable__gte=0, carried__lte=0), name="statement_payable"),
        ]
        indexes = [models.Index(fields=["tenant", "month", "participant"], name="statement_tenant_month")]


class Earning(TenantModel):
    """One component's part of a participant's month. `place` orders a month's components.

    `period` is the key of the measurement period that the month belongs to; `measure` is what it had reached at the
    month's end, like `quota` in minor units or counts. `score` picked the band of the component's multiplier, None
    without one. `earned` is the month's part; `adjusted` is the sum of the corrections of months that were paid before.
    """

    participant = TenantForeignKey(Member, related_name="+", looked_up=False)
    month = models.DateField()
    place = models.PositiveSmallIntegerField()
    plan_version = TenantForeignKey(PlanVersion, related_name="+", looked_up=False)
    component = models.CharField(max_length=200)
    period = models.CharField(max_length=7)
    measure = models.DecimalField(max_digits=50, decimal_places=30)
    quota = models.DecimalField(max_digits=50, decimal_places=30, null=True)
    earned = models.BigIntegerField()
    adjusted = models.BigIntegerField(default=0)
    score = models.DecimalField(max_digits=50, decimal_places=30, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "participant", "month", "place"], name="earning_month_place")
        ]
        indexes = [models.Index(fields=["tenant", "month"], name="earning_tenant_month")]

    @property
    def attainment(self) -> object:
        """Measure ÷ quota; None without a quota."""
        return self.measure / self.quota if self.quota else None


class EarningLine(TenantModel):
    """One credit's money in one component and month.

    `base` is what the rates multiplied and `exact` what that gave, unrounded (to 30 decimals of a cent, which holds
    every product of a plan's terms). `amount` is what is shown: a month's lines add up to what it earned.
    `slices` are [place of the tier in the component's table, base] pairs. A correction is the difference that a credit
    makes to a month that was paid before; `corrects` is the line as it was paid, None where there was none.
    """

    class Note(models.TextChoices):
        NONE = "", _("credit")
        TRUE_UP = "true_up", _("trued up")
        CORRECTION = "correction", _("correction")

    participant = TenantForeignKey(Member, related_name="+", looked_up=False)
    month = models.DateField()
    place = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    credit_line = TenantForeignKey(CreditLine, related_name="+", looked_up=False)
    date = models.DateField()
    base = models.DecimalField(max_digits=50, decimal_places=30)
    exact = models.DecimalField(max_digits=60, decimal_places=30)
    amount = models.BigIntegerField()
    note = models.CharField(max_length=10, choices=Note.choices, blank=True)
    slices = models.JSONField(default=list)
    corrects = TenantForeignKey("self", null=True, related_name="+", looked_up=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "participant", "month", "place", "seq"], name="earning_line_seq"),
            models.CheckConstraint(condition=Q(note__in=["", "true_up", "correction"]), name="earning_line_note"),
            models.CheckConstraint(condition=Q(date__gte=F("month")) | Q(note="correction"), name="earning_line_date"),
        ]
        # PostgreSQL asks for the corrections of every line that is deleted, and a run deletes lines by the thousand.
        indexes = [
            models.Index(
                fields=["tenant", "corrects"], name="earning_line_corrects", condition=Q(corrects__isnull=False)
            )
        ]


class StatementProblem(TenantModel):
    """Why nothing is payable for a participant's month: the engine's refusal of one component period."""

    participant = TenantForeignKey(Member, related_name="+", looked_up=False)
    month = models.DateField()
    component = models.CharField(max_length=200)
    period = models.CharField(max_length=7)
    code = models.CharField(max_length=40)
    message = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "participant", "month", "component", "period"], name="statement_problem_month"
            )
        ]
        indexes = [models.Index(fields=["tenant", "month"], name="statement_problem_tenant_month")]
