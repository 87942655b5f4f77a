"""Unanswered feedback among what waits for its owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.access.actor import Actor
from accounts.home.waiting import Urgency, Waiting, WaitingSource
from reviews.feedback.deadlines import days_between
from reviews.feedback.models import FeedbackCase, Kind, State
from reviews.feedback.selectors import URGENT
from reviews.feedback.wording import quote
from salesops.lib.errors import gettext_noop

_QUOTED = 80  # characters; two lines on a phone

_TODAY = {
    Kind.COMPLAINT: gettext_noop("%(customer)s: complaint, answer by %(when)s"),
    Kind.SUGGESTION: gettext_noop("%(customer)s: suggestion, answer by %(when)s"),
    Kind.PRAISE: gettext_noop("%(customer)s: praise, answer by %(when)s"),
}
_PAST = {
    Kind.COMPLAINT: gettext_noop("%(customer)s: complaint, unanswered since %(when)s"),
    Kind.SUGGESTION: gettext_noop("%(customer)s: suggestion, unanswered since %(when)s"),
    Kind.PRAISE: gettext_noop("%(customer)s: praise, unanswered since %(when)s"),
}


def find_waiting(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """What the member answers for and is due today, tomorrow, or was due before; one query."""
    if actor.member is None:
        return []
    __, end = days_between(actor.tenant, as_of, as_of + timedelta(days=1))
    cases = FeedbackCase.objects.filter(state=State.OPEN, owner=actor.member, due_at__lte=end)
    return [_waiting(actor, case, as_of) for case in cases.select_related("customer").order_by(*URGENT)[:limit]]


def _waiting(actor: Actor, case: FeedbackCase, as_of: date) -> Waiting:
    due_on = actor.tenant.day_of(case.due_at)
    sentence = (_PAST if due_on < as_of else _TODAY)[Kind(case.kind)]
    local = timezone.localtime(case.due_at)
    when = date_format(local, "H:i") if due_on == as_of else date_format(local, "SHORT_DATE_FORMAT")
    urgent = due_on < as_of or (due_on == as_of and case.kind == Kind.COMPLAINT)
    urgency: Urgency = "risk" if urgent else "warn"
    return Waiting(
        title=gettext(sentence) % {"customer": case.customer.name, "when": when},
        detail=f"“{quote(case.text, _QUOTED)}”",
        url=reverse("feedback_detail", kwargs={"tenant": actor.tenant.slug, "case_id": case.pk}),
        urgency=urgency,
        since=due_on,
    )


SOURCE = WaitingSource("feedback", "feedback.edit", find_waiting)
