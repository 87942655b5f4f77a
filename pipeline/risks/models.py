"""What may go wrong, what is done about it, and what became of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.people.models import Member
from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.risks.folding import FOLD
from pipeline.risks.registry import Severity

ENTERED = "entered"  # the kind of what people enter by hand


class Risk(TenantModel):
    """One cause, however many nights it has been found: unique by kind and subject.

    `opened_on` is the day since which it stands, anew when it comes back. `cases` counts what is behind it: 1, or those
    that are folded, whose subjects are in `folded`. A risk closed by hand stays so while its cause lasts; `gone_on` is
    the night that did not find the cause any more, after which it may come back. `subject_id` None: entered by hand.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("risk", "Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        MITIGATING = "mitigating", _("Being mitigated")
        MUTED = "muted", _("Muted")
        CLOSED = "closed", _("Closed")

    class Ending(models.TextChoices):
        GONE = "gone", _("its cause is gone")
        FOLDED = "folded", _("it is counted with others of its kind")
        OFF = "off", _("the company does not watch this kind any more")
        HAND = "hand", _("closed by hand")

    kind = models.CharField(_("kind"), max_length=40)
    subject_type = models.CharField(max_length=20, blank=True)
    subject_id = models.BigIntegerField(null=True)
    owner = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    customer = TenantForeignKey(Customer, null=True, related_name="+")
    deal = TenantForeignKey(Deal, null=True, related_name="+")
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    title = models.CharField(_("what may go wrong"), max_length=160, blank=True)
    note = models.TextField(_("note"), blank=True)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cases = models.PositiveIntegerField(default=1)
    folded = ArrayField(models.BigIntegerField(), default=list)
    opened_on = models.DateField(_("since"))
    due_on = models.DateField(_("due"), null=True)
    muted_until = models.DateField(_("muted until"), null=True)
    mute_reason = models.CharField(_("reason"), max_length=200, blank=True)
    closed_on = models.DateField(_("closed on"), null=True)
    ending = models.CharField(max_length=6, choices=Ending.choices, blank=True)
    close_note = models.CharField(_("note"), max_length=400, blank=True)
    gone_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "subject_type", "subject_id"], name="risk_subject"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "acknowledged", "mitigating", "muted", "closed"]), name="risk_state"
            ),
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="risk_severity"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False, ending__in=["gone", "folded", "off", "hand"])
                | Q(~Q(state="closed"), closed_on__isnull=True, ending="", gone_on__isnull=True),
                name="risk_closed",
            ),
            models.CheckConstraint(
                condition=Q(~Q(mute_reason=""), state="muted", muted_until__isnull=False)
                | Q(~Q(state="muted"), muted_until__isnull=True),
                name="risk_muted",
            ),
            models.CheckConstraint(
                condition=Q(~Q(title=""), kind=ENTERED, subject_id__isnull=True)
                | Q(~Q(kind=ENTERED), subject_id__isnull=False),
                name="risk_found_or_entered",
            ),
            models.CheckConstraint(condition=Q(cases__gte=1), name="risk_cases"),
            models.CheckConstraint(condition=Q(due_on__isnull=True) | Q(due_on__gte=F("opened_on")), name="risk_due"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "severity", "opened_on", "id"],
                name="risk_worst",
                condition=Q(state__in=["open", "acknowledged", "mitigating"]),
            ),
            models.Index(
                fields=["tenant", "owner", "severity", "opened_on", "id"],
                name="risk_owner_worst",
                condition=Q(state__in=["open", "acknowledged", "mitigating"]),
            ),
            models.Index(fields=["tenant", "state", "severity", "opened_on", "id"], name="risk_state_worst"),
        ]

    @property
    def is_active(self) -> bool:
        """Whether it asks for something: neither closed nor muted."""
        return self.state in ACTIVE

    @property
    def is_fold(self) -> bool:
        return self.subject_type == FOLD


ACTIVE = (Risk.State.OPEN, Risk.State.ACKNOWLEDGED, Risk.State.MITIGATING)


class RiskStep(TenantModel):
    """One step of the plan of response. Done once `done_on` is set."""

    risk = TenantForeignKey(Risk, models.CASCADE, related_name="steps")
    text = models.CharField(pgettext_lazy("response", "step"), max_length=200)
    due_on = models.DateField(_("due"), null=True)
    done_on = models.DateField(_("done on"), null=True)
    done_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    created_by = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="risk_step_text"),
        ]


class RiskEvent(TenantModel):
    """What happened to a risk, told at display time from `what` and `data`. Never changed; `actor` None: the night."""

    class What(models.TextChoices):
        RAISED = "raised", _("Raised")
        BACK = "back", _("Back again")
        WORSE = "worse", _("Has become worse")
        EASED = "eased", _("Has eased")
        MOVED = "moved", _("Has another owner")
        ENDED = "ended", _("Closed by itself")
        UNMUTED = "unmuted", _("No longer muted")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        MITIGATING = "mitigating", _("Is being mitigated")
        MUTED = "muted", _("Muted")
        CLOSED = "closed", _("Closed by hand")
        REOPENED = "reopened", _("Opened again")
        STEP = "step", _("Step planned")
        STEP_DONE = "step_done", _("Step done")
        STEP_UNDONE = "step_undone", _("Step not done after all")
        STEP_REMOVED = "step_removed", _("Step removed")

    risk = TenantForeignKey(Risk, related_name="events", looked_up=False)
    what = models.CharField(max_length=12, choices=What.choices)
    day = models.DateField()
    at = models.DateTimeField()
    actor = TenantForeignKey(Member, null=True, related_name="+", looked_up=False)
    data = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    what__in=[
                        *("raised", "back", "worse", "eased", "moved", "ended", "unmuted", "acknowledged"),
                        *("mitigating", "muted", "closed", "reopened"),
                        *("step", "step_done", "step_undone", "step_removed"),
                    ]
                ),
                name="risk_event_what",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "risk", "id"], name="risk_event_risk"),
            models.Index(
                fields=["tenant", "day", "risk"],
                name="risk_event_news",
                condition=Q(what__in=["raised", "back", "worse", "moved", "unmuted"]),
            ),
        ]


NEWS = (RiskEvent.What.RAISED, RiskEvent.What.BACK, RiskEvent.What.WORSE, RiskEvent.What.MOVED, RiskEvent.What.UNMUTED)
"""What the night does that its owner is to be told of."""


class RiskSetting(TenantModel):
    """What a company has set for one kind; without a row the detector's own values hold. `parameters` may be partial:
    what is missing, or outside the bounds of today's detector, is the default."""

    kind = models.CharField(max_length=40)
    enabled = models.BooleanField(_("watched"), default=True)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    parameters = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind"], name="risk_setting_kind"),
            models.CheckConstraint(condition=Q(severity__range=(1, 3)), name="risk_setting_severity"),
        ]
