"""What customers say about us: one case each, with everything that was done about it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.contacts.models import Contact
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.products.models import Product


class Channel(models.TextChoices):
    """How it reached us."""

    INTERVIEW = "interview", _("Interview")
    SURVEY = "survey", _("Survey")
    CALL = "call", _("Call")
    SOCIAL = "social", _("Social media")
    COMPLAINT = "complaint", _("Complaint form")
    EMAIL = "email", _("Mail")
    OTHER = "other", _("Other")


class Kind(models.TextChoices):
    PRAISE = "praise", _("Praise")
    SUGGESTION = "suggestion", _("Suggestion")
    COMPLAINT = "complaint", _("Complaint")


class Severity(models.TextChoices):
    """How much it matters to the customer; each has its own time for an answer."""

    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    CRITICAL = "critical", _("Critical")


class State(models.TextChoices):
    OPEN = "open", _("To answer")
    ANSWERED = "answered", _("Answered")
    RESOLVED = "resolved", _("Resolved")


class FeedbackCase(TenantModel):
    """One thing that a customer said, in their own words.

    `rating` is what they gave, 0 to 10, if they gave one; `satisfaction`, 1 to 5, what they say once it is resolved.
    `due_at` is when they must have an answer; `answered_at` is the first one since the case was opened or reopened.
    `owner` answers for it. What happened to a case is in its entries, which are never changed.
    """

    customer = TenantForeignKey(Customer, related_name="feedback", looked_up=False)
    contact = TenantForeignKey(Contact, null=True, blank=True, related_name="+")
    deal = TenantForeignKey(Deal, null=True, blank=True, related_name="feedback")
    product = TenantForeignKey(Product, null=True, blank=True, related_name="+")
    owner = TenantForeignKey(Member, related_name="+", looked_up=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    text = models.TextField(_("what the customer said"))
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("answer by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction afterwards"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="feedback_channel"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="feedback_kind"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="feedback_severity"),
            models.CheckConstraint(condition=~Q(text=""), name="feedback_text"),
            models.CheckConstraint(condition=Q(rating__isnull=True) | Q(rating__lte=10), name="feedback_rating"),
            models.CheckConstraint(condition=Q(due_at__gt=F("received_at")), name="feedback_due"),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | (Q(satisfaction__range=(1, 5)) & Q(state="resolved")),
                name="feedback_satisfaction",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True, resolved_at__isnull=True, resolution="")
                | Q(state="answered", answered_at__isnull=False, resolved_at__isnull=True, resolution="")
                | (Q(state="resolved", answered_at__isnull=False, resolved_at__isnull=False) & ~Q(resolution="")),
                name="feedback_state",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-received_at", "-id"], name="feedback_newest"),
            models.Index(fields=["tenant", "owner", "-received_at", "-id"], name="feedback_owner_newest"),
            models.Index(fields=["tenant", "customer", "-received_at", "-id"], name="feedback_customer_newest"),
            models.Index(fields=["tenant", "due_at", "id"], condition=Q(state="open"), name="feedback_to_answer"),
            models.Index(
                fields=["tenant", "owner", "due_at", "id"], condition=Q(state="open"), name="feedback_owner_to_answer"
            ),
        ]


class FeedbackEntry(TenantModel):
    """One thing that was done about a case, by whom (None: the operator) and when. Only ever added.

    `text` is an answer, a resolution or a reason; `score` what a customer gave afterwards; `severity` and `due_at` what
    they were set to. An answer that was awaited keeps in `due_at` the deadline that it met or missed. `owner` is who
    answered for the case from then on.
    """

    class Kind(models.TextChoices):
        LOGGED = "logged", _("Logged")
        ANSWER = "answer", _("Answer")
        RESOLUTION = "resolution", _("Resolved")
        REOPENING = "reopening", _("Reopened")
        RATING = "rating", _("Satisfaction")
        SEVERITY = "severity", _("Severity")
        OWNER = "owner", _("Owner")

    case = TenantForeignKey(FeedbackCase, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    severity = models.CharField(max_length=8, choices=Severity.choices, blank=True)
    due_at = models.DateTimeField(null=True)
    owner = TenantForeignKey(Member, related_name="+", looked_up=False)
    author = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="rating", score__isnull=False, score__range=(1, 5))
                | (~Q(kind="rating") & Q(score__isnull=True)),
                name="feedback_entry_score",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "due_at"],
                condition=Q(kind__in=["answer", "resolution"], due_at__isnull=False),
                name="feedback_entry_met",
            ),
            models.Index(fields=["tenant", "at"], condition=Q(kind="rating"), name="feedback_entry_rated"),
        ]


class ResponseTimes(TenantModel):
    """Within how many hours a company answers, by severity. Without a row the defaults hold."""

    critical = models.PositiveSmallIntegerField(_("critical"), default=4)
    high = models.PositiveSmallIntegerField(_("high"), default=24)
    normal = models.PositiveSmallIntegerField(_("normal"), default=72)
    low = models.PositiveSmallIntegerField(_("low"), default=168)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="response_times_once"),
            models.CheckConstraint(
                condition=Q(critical__gte=1, critical__lte=F("high"), high__lte=F("normal"), normal__lte=F("low")),
                name="response_times_order",
            ),
            models.CheckConstraint(condition=Q(low__lte=2160), name="response_times_most"),
        ]

    def hours(self, severity: str) -> int:
        hours: int = getattr(self, severity)
        return hours
