"""Deals on their way through the stages."""

from __future__ import annotations

from fractions import Fraction

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.products.models import Product


class Criterion(models.TextChoices):
    """What a stage may ask for before a deal leaves it forward. The values are attributes of `Deal`."""

    CUSTOMER = "customer", _("customer")
    PRODUCT = "product", _("product")
    AMOUNT = "amount", _("amount")
    EXPECTED_ON = "expected_on", _("expected to close on")
    NEXT_STEP = "next_step", _("next step")


class Stage(TenantModel):
    """A step of the pipeline. `probability` is the chance in percent that a deal here is won.

    `allowed_days` is how old a deal may grow here, counted from the day it entered; None raises no alert, unless
    the company names an age for all such stages in the settings of risks.
    `exit_criteria` must be filled before a deal leaves the stage forward, to a later stage or to be won. A `removed`
    stage has no deals and no place in the order any more; it stays for the history of those that have been in it.
    """

    class Kind(models.TextChoices):
        OPEN = "open", pgettext_lazy("deals", "Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Forecast(models.TextChoices):
        OMITTED = "omitted", _("Omitted")
        PIPELINE = "pipeline", _("Pipeline")
        BEST_CASE = "best_case", _("Best case")
        COMMIT = "commit", _("Commit")

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.OPEN)
    position = models.PositiveSmallIntegerField(_("position"))
    probability = models.PositiveSmallIntegerField(_("probability"))
    allowed_days = models.PositiveSmallIntegerField(_("allowed age in days"), null=True, blank=True)
    forecast = models.CharField(
        _("forecast category"), max_length=9, choices=Forecast.choices, default=Forecast.PIPELINE
    )
    exit_criteria = ArrayField(
        models.CharField(max_length=11, choices=Criterion.choices),
        verbose_name=_("exit criteria"),
        default=list,
        blank=True,
    )
    removed = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=Q(removed=False), name="stage_tenant_name_in_use"
            ),
            models.UniqueConstraint(
                fields=["tenant", "position"], name="stage_tenant_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["tenant", "kind"], condition=~Q(kind="open"), name="stage_tenant_one_end"),
            models.CheckConstraint(condition=Q(kind__in=["open", "won", "lost"]), name="stage_kind"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability"),
            models.CheckConstraint(
                condition=Q(allowed_days__isnull=True) | Q(allowed_days__gt=0), name="stage_allowed_days"
            ),
            models.CheckConstraint(
                condition=Q(forecast__in=["omitted", "pipeline", "best_case", "commit"]), name="stage_forecast"
            ),
            models.CheckConstraint(
                condition=Q(exit_criteria__contained_by=Criterion.values), name="stage_exit_criteria"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Deal(TenantModel):
    """An opportunity. `amount` is in minor units of the tenant's currency; None while nobody knows.

    `reference` is the tenant's own key for it (an import's opportunity id), `title` what people call it, if anything.
    `stage_since` is the day it entered its stage, from which its age there is counted. Where a deal has line items,
    amount and units are their sums. `closed_on` is set if and only if the deal is won or lost: the board's indexes
    hold the open ones. `version` rises with every edit.
    """

    class LossReason(models.TextChoices):
        PRICE = "price", _("Price")
        COMPETITOR = "competitor", _("Competitor")
        NO_BUDGET = "no_budget", _("No budget")
        NO_DECISION = "no_decision", _("No decision")
        PRODUCT_FIT = "product_fit", _("Product does not fit")
        TIMING = "timing", _("Timing")
        OTHER = "other", _("Other")

    reference = models.CharField(_("reference"), max_length=60)
    title = models.CharField(_("title"), max_length=120, blank=True)
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
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    last_activity_on = models.DateField(_("last activity on"), null=True, blank=True)
    loss_reason = models.CharField(_("reason"), max_length=11, choices=LossReason.choices, blank=True)
    loss_note = models.CharField(_("note"), max_length=500, blank=True)
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
            models.CheckConstraint(
                condition=Q(
                    loss_reason__in=[
                        *("", "price", "competitor", "no_budget", "no_decision", "product_fit", "timing", "other")
                    ]
                ),
                name="deal_loss_reason",
            ),
        ]
        indexes = [
            # The board's columns: a stage's open deals in the order of closing, everybody's or one owner's.
            models.Index(
                fields=["tenant", "stage", "expected_on", "id"], condition=Q(closed_on__isnull=True), name="deal_board"
            ),
            models.Index(
                fields=["tenant", "owner", "stage", "expected_on", "id"],
                condition=Q(closed_on__isnull=True),
                name="deal_board_owner",
            ),
            models.Index(
                fields=["tenant", "owner", "next_step_on"],
                condition=Q(closed_on__isnull=True, next_step_on__isnull=False),
                name="deal_next_step",
            ),
            # Finds the beginning of a reference in byte order, by operators that row-level security lets through.
            models.Index("tenant", OpClass("reference", name="text_pattern_ops"), name="deal_reference_prefix"),
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


class LineItem(TenantModel):
    """What is sold by a deal: `amount` = quantity × unit price, less `discount` (in hundredths of a percent), rounded
    to minor units. Amount and units of a deal with lines are their sums; the database refuses anything else."""

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = TenantForeignKey(Product, related_name="+", looked_up=False)
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.BigIntegerField(_("unit price"))
    discount = models.PositiveSmallIntegerField(_("discount"), default=0)
    amount = models.BigIntegerField(_("amount"))

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="line_unit_price"),
            models.CheckConstraint(condition=Q(discount__lte=10_000), name="line_discount"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_amount"),
        ]

    @property
    def discount_ratio(self) -> Fraction:
        return Fraction(self.discount, 10_000)


class Split(TenantModel):
    """A participant's part of a deal's credit, in millionths. Direct shares add up to exactly 1, which the database
    enforces at the end of each transaction; overlays come on top. A deal without direct shares is its owner's."""

    class Kind(models.TextChoices):
        DIRECT = "direct", _("Direct")
        OVERLAY = "overlay", _("Overlay")

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="splits", looked_up=False)
    member = TenantForeignKey(Member, related_name="+", looked_up=False)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.DIRECT)
    share = models.PositiveIntegerField(_("share"))

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "deal", "member", "kind"], name="split_member_once"),
            models.CheckConstraint(condition=Q(kind__in=["direct", "overlay"]), name="split_kind"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1_000_000), name="split_share"),
        ]


class StageTotal(TenantModel):
    """The board's sums, as movements: how many deals and minor units came to or left a stage, an owner and a month.

    Triggers write them with every change of deals (`pipeline.deals.triggers`); the sums of all rows are the sums of
    the deals. Rows are only added, so that writers never wait for each other; the night folds them together. `month` is
    the first day of the one in which the deal closed or is expected to; None where nobody knows.
    """

    stage = TenantForeignKey(Stage, related_name="+", looked_up=False)
    owner = TenantForeignKey(Member, related_name="+", looked_up=False)
    month = models.DateField(null=True)
    deals = models.IntegerField()
    amount = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["tenant", "stage", "month", "owner"], include=["deals", "amount"], name="stage_total_key"
            )
        ]
