"""Review cycles: who is reviewed for which period, by whom, by which scorecard, and how far that has come.

The database holds what must not happen (`reviews.cycles.rules`): a shared review's numbers change, a finished review
changes without being reopened, somebody reviews themselves.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from reviews.scorecards.models import Scorecard, ScorecardItem, ScorecardVersion


class ReviewCycle(TenantModel):
    """One round of reviews for a month or quarter of the tenant's fiscal calendar, with its three deadlines."""

    name = models.CharField(_("name"), max_length=80)
    period = models.CharField(_("period"), max_length=7)
    starts_on = models.DateField()
    ends_on = models.DateField()
    self_due = models.DateField(_("self part by"))
    manager_due = models.DateField(_("manager part by"))
    sign_due = models.DateField(_("sign-off by"))
    created_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "period", "name"], name="review_cycle_name"),
            models.CheckConstraint(
                condition=Q(self_due__lte=F("manager_due"), manager_due__lte=F("sign_due")), name="review_cycle_order"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-starts_on", "-id"], name="review_cycle_newest")]

    def __str__(self) -> str:
        return self.name

    def due_in(self, state: str) -> date | None:
        """The deadline of whoever is at work in that state; None when nobody is."""
        deadlines = {"self": self.self_due, "manager": self.manager_due, "sign": self.sign_due}
        return deadlines.get(state)


class CycleCard(TenantModel):
    """A scorecard version that the cycle uses; from then on the version is immutable."""

    cycle = TenantForeignKey(ReviewCycle, models.CASCADE, related_name="cards", looked_up=False)
    card_version = TenantForeignKey(ScorecardVersion, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "cycle", "card_version"], name="cycle_card_version")]


class Review(TenantModel):
    """One person's review. `reviewer` None: nobody answers for them yet; HR names somebody.

    The state says whose turn it is. `due_on` is that turn's deadline, None when done. `period`, `scorecard` and
    `sort_name` repeat what cycle, version and member say, for the unique key and for lists in the order of names.
    `score` is there from the manager's sharing on, rounded once, half up, to two decimals.
    """

    class State(models.TextChoices):
        SELF = "self", _("Self part")
        MANAGER = "manager", _("Manager part")
        SIGN = "sign", _("Meeting and sign-off")
        DONE = "done", _("Done")

    class Agreement(models.TextChoices):
        NONE = "", _("not signed")
        AGREE = "agree", _("agrees")
        DISAGREE = "disagree", _("disagrees")
        UNSIGNED = "unsigned", _("closed without a signature")

    cycle = TenantForeignKey(ReviewCycle, related_name="reviews", looked_up=False)
    scorecard = TenantForeignKey(Scorecard, related_name="+", looked_up=False)
    card_version = TenantForeignKey(ScorecardVersion, related_name="+", looked_up=False)
    period = models.CharField(max_length=7)
    member = TenantForeignKey(Member, related_name="+", looked_up=False)
    sort_name = models.CharField(max_length=240)
    reviewer = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.SELF)
    due_on = models.DateField(null=True)
    self_comment = models.TextField(_("comment"), blank=True)
    manager_comment = models.TextField(_("comment"), blank=True)
    strengths = models.TextField(_("strengths"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    meeting_on = models.DateField(_("meeting on"), null=True)
    agreement = models.CharField(max_length=8, choices=Agreement.choices, blank=True)
    sign_comment = models.TextField(_("comment"), blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    self_submitted_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    reopened_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "member", "period", "scorecard"], name="review_member_period"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("member")), name="review_not_by_oneself"
            ),
            models.CheckConstraint(condition=Q(state__in=["self", "manager", "sign", "done"]), name="review_state"),
            models.CheckConstraint(
                condition=Q(state__in=["self", "manager"], score__isnull=True)
                | Q(state__in=["sign", "done"], score__isnull=False),
                name="review_score_when_shared",
            ),
            models.CheckConstraint(
                condition=Q(state="done", due_on__isnull=True) | (~Q(state="done") & Q(due_on__isnull=False)),
                name="review_due_until_done",
            ),
            models.CheckConstraint(
                condition=(Q(state="done", agreement__in=["agree", "disagree", "unsigned"]))
                | (~Q(state="done") & Q(agreement="")),
                name="review_signed_when_done",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "cycle", "state", "sort_name", "id"], name="review_board"),
            models.Index(fields=["tenant", "reviewer", "state", "due_on"], name="review_reviewer"),
            models.Index(fields=["tenant", "period", "scorecard"], name="review_scores", condition=Q(state="done")),
            models.Index(fields=["tenant", "due_on"], name="review_due", condition=Q(due_on__isnull=False)),
        ]

    @property
    def is_shared(self) -> bool:
        """Whether the manager part may be read by the one it is about."""
        return self.state in {self.State.SIGN, self.State.DONE}

    def is_overdue(self, today: date) -> bool:
        return self.due_on is not None and self.due_on < today


class ReviewScore(TenantModel):
    """One item of one review, from the first time that anybody writes about it.

    A value by hand is in the KPI's unit; the manager's counts. `reading` is what was measured, frozen when the manager
    shares: `{"amount": "1206/1", "of": "1/1", "as_of": "2026-10-31", "quota": "…"}`, None where nothing was.
    """

    review = TenantForeignKey(Review, models.CASCADE, related_name="scores", looked_up=False)
    item = TenantForeignKey(ScorecardItem, related_name="+", looked_up=False)
    self_value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    self_note = models.TextField(blank=True)
    manager_value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    manager_note = models.TextField(blank=True)
    reading = models.JSONField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "review", "item"], name="review_score_item")]
