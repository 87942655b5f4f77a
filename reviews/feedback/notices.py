"""What the owner of a case is told, in the app and by mail."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.notifications.registry import NotificationKind
from accounts.notifications.services import notify
from reviews.feedback.models import FeedbackCase
from reviews.feedback.wording import quote
from salesops.lib.errors import gettext_noop

_QUOTED = 120  # characters; what fits on a phone's lock screen

KINDS = (
    NotificationKind(
        "feedback.assigned",
        _("Feedback for you to answer"),
        gettext_noop("%(customer)s waits for your answer until %(due_on)s: “%(quote)s”"),
        "message",
        mail_default=True,
    ),
    NotificationKind(
        "feedback.reopened",
        _("Feedback reopened"),
        gettext_noop("%(customer)s is not content yet and waits for your answer until %(due_on)s: “%(quote)s”"),
        "message",
        mail_default=True,
    ),
)


def tell_owner(actor: Actor, case: FeedbackCase, kind: str, at: datetime) -> None:
    """Once for each version of the case, so that a request sent again tells nobody twice."""
    notify(
        actor=actor,
        member_ids=[case.owner_id],
        kind=kind,
        params={
            "customer": case.customer.name,
            "due_on": actor.tenant.day_of(case.due_at).isoformat(),
            "quote": quote(case.text, _QUOTED),
        },
        url=reverse("feedback_detail", kwargs={"tenant": actor.tenant.slug, "case_id": case.pk}),
        at=at,
        key=f"{case.pk}:{case.version}",
    )
