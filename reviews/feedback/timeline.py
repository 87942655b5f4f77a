"""Feedback among what happened with a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource
from reviews.feedback.models import FeedbackCase, Kind, State
from reviews.feedback.selectors import NEWEST, visible_cases
from reviews.feedback.wording import quote

_NAME = "feedback"
_QUOTED = 400  # characters; whoever wants the rest opens the case
_TONES = {Kind.COMPLAINT: "warn", Kind.PRAISE: "good", Kind.SUGGESTION: ""}


def entries(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> Sequence[TimelineEntry]:
    cases = visible_cases(actor, as_of).filter(customer_id=customer_id).select_related("contact", "product", "owner")
    if before is not None:
        cases = cases.filter(before.earlier(_NAME, at="received_at"))
    return [_entry(actor, case) for case in cases.order_by(*NEWEST)[:size]]


def _entry(actor: Actor, case: FeedbackCase) -> TimelineEntry:
    return TimelineEntry(
        at=case.received_at,
        kind=_NAME,
        key=case.pk,
        icon="message",
        title=_title(case),
        tone=_TONES[Kind(case.kind)],
        subject=_subject(case),
        detail=f"“{quote(case.text, _QUOTED)}”",
        url=reverse("feedback_detail", kwargs={"tenant": actor.tenant.slug, "case_id": case.pk}),
        actor_name=case.owner.full_name,
        badge=_badge(case),
    )


def _title(case: FeedbackCase) -> str:
    if case.rating is None:
        return case.get_kind_display()
    kind = case.get_kind_display()
    return gettext("%(kind)s, %(rating)s of 10") % {"kind": kind, "rating": case.rating}


def _subject(case: FeedbackCase) -> str:
    """Who said it, else of what, else by which way."""
    about = case.contact or case.product
    return about.name if about else case.get_channel_display()


def _badge(case: FeedbackCase) -> tuple[str, str] | None:
    """Its state; of what has been resolved nothing needs to be said."""
    if case.state == State.RESOLVED:
        return None
    return case.get_state_display(), "warn" if case.state == State.OPEN else "accent"


SOURCE = TimelineSource(_NAME, _("Feedback"), "message", "feedback.view", entries, order=60)
