"""Feedback that is not resolved yet goes with its customer when a rep's work changes hands."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.audit.services import record
from pipeline.handover.registry import Chosen, HandoverStep
from reviews.feedback.models import FeedbackCase, FeedbackEntry, State


def _unresolved(member_id: int) -> QuerySet[FeedbackCase]:
    cases: QuerySet[FeedbackCase] = FeedbackCase.objects.filter(owner_id=member_id)
    return cases.exclude(state=State.RESOLVED)


def count(actor: Actor, from_member_id: int, as_of: date) -> int:
    return _unresolved(from_member_id).count()


def move(actor: Actor, from_member_id: int, to_member_id: int, as_of: date, chosen: Chosen) -> int:
    """With the customers and deals that are chosen; each case's thread says so, and one audit row all of it."""
    cases = _unresolved(from_member_id)
    if not chosen.is_everything:
        cases = cases.filter(Q(customer_id__in=chosen.customers or ()) | Q(deal_id__in=chosen.deals or ()))
    moved = list(cases.select_for_update(of=("self",)).order_by("id").values_list("id", flat=True))
    if not moved:
        return 0
    at = datetime.combine(as_of, time.min, ZoneInfo(actor.tenant.time_zone))
    FeedbackCase.objects.filter(pk__in=moved).update(owner_id=to_member_id, version=F("version") + 1)
    FeedbackEntry.objects.bulk_create(
        FeedbackEntry(case_id=case_id, kind=FeedbackEntry.Kind.OWNER, owner_id=to_member_id, author=actor.member, at=at)
        for case_id in moved
    )
    record(
        actor=actor,
        action="feedback.handed_over",
        subject=f"accounts.member:{from_member_id}",
        to=to_member_id,
        cases=moved,
    )
    return len(moved)


STEP = HandoverStep("feedback", _("Open feedback"), 50, count, move)
