"""How content customers are with what somebody did, and how often they had their answer in time.

Both read the entries, which are never changed, so that a past period keeps its numbers whatever happens to a case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from fractions import Fraction
from urllib.parse import urlencode

from django.db.models import BigIntegerField, Count, F, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.measures import Measure, Reading, Window
from reviews.feedback.models import FeedbackCase, FeedbackEntry, State

_ANSWERS = (FeedbackEntry.Kind.ANSWER, FeedbackEntry.Kind.RESOLUTION)


def read_satisfaction(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """The mean, 1 to 5, of what customers gave in the window; of one who gave it twice, the last. One query."""
    begins, ends = window.instants()
    rated = FeedbackEntry.objects.filter(kind=FeedbackEntry.Kind.RATING, owner_id__in=members)
    rated = rated.filter(at__gte=begins, at__lt=ends)
    last = rated.order_by("case_id", "-id").distinct("case_id").values_list("owner_id", "score")
    given: dict[int, list[int]] = {}
    for owner_id, score in last:
        given.setdefault(owner_id, []).append(score)
    return {owner_id: Reading(Fraction(sum(scores)), Fraction(len(scores))) for owner_id, scores in given.items()}


def read_answered_in_time(window: Window, members: Collection[int]) -> Mapping[int, Reading]:
    """Answers given by their deadline ÷ deadlines that fell into the window, up to the day before `as_of`: of those of
    the day itself it is not known yet whether they will be met. One query."""
    last = min(window.last, window.as_of - timedelta(days=1))
    if last < window.first:
        return {}
    begins, ends = window.instants(last)
    due = Q(due_at__gte=begins, due_at__lt=ends, owner_id__in=members)
    answers = FeedbackEntry.objects.filter(due, kind__in=_ANSWERS).order_by().values_list("owner_id")
    met = answers.annotate(in_time=Count("pk", filter=Q(at__lte=F("due_at"))), every=Count("pk"))
    silent = FeedbackCase.objects.filter(due, state=State.OPEN).order_by().values_list("owner_id")
    missed = silent.annotate(in_time=Value(0, BigIntegerField()), every=Count("pk"))
    found: dict[int, Reading] = {}
    for owner_id, in_time, every in met.union(missed, all=True):
        before = found.get(owner_id, Reading(Fraction(0), Fraction(0)))
        found[owner_id] = Reading(before.amount + in_time, before.of + every)
    return found


def _rated(tenant_slug: str, window: Window, member_id: int) -> str:
    return _list_url(tenant_slug, member_id, "rated", window.first, window.until)


def _due(tenant_slug: str, window: Window, member_id: int) -> str:
    last = min(window.last, window.as_of - timedelta(days=1))
    return _list_url(tenant_slug, member_id, "due", window.first, last)


def _list_url(tenant_slug: str, member_id: int, name: str, first: date, last: date) -> str:
    query = {"state": "all", "owner": member_id, f"{name}_first": first, f"{name}_last": last}
    return f"{reverse('feedback_list', kwargs={'tenant': tenant_slug})}?{urlencode(query)}"


SATISFACTION = Measure("satisfaction", _("Satisfaction after feedback"), "score", read_satisfaction, _rated, order=70)
ANSWERED_IN_TIME = Measure(
    "answered_in_time", _("Feedback answered in time"), "ratio", read_answered_in_time, _due, order=71
)
