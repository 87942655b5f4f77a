"""What people are told about their reviews."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.notifications.registry import NotificationKind
from accounts.notifications.services import notify
from reviews.cycles.models import Review, ReviewCycle
from salesops.lib.errors import gettext_noop

KINDS = (
    NotificationKind(
        "review_self_due",
        _("Your self-review is due"),
        gettext_noop("%(cycle)s: your part is due by %(due_on)s."),
        "clipboard-check",
        mail_default=True,
    ),
    NotificationKind(
        "review_manager_due",
        _("A self-review is in"),
        gettext_noop("%(cycle)s: the self-review of %(member)s is in. Yours is due by %(due_on)s."),
        "clipboard-check",
    ),
    NotificationKind(
        "review_shared",
        _("Your review is shared with you"),
        gettext_noop("%(cycle)s: your review is ready to be talked about and signed, by %(due_on)s."),
        "clipboard-check",
        mail_default=True,
    ),
    NotificationKind(
        "review_signed",
        _("A review was signed"),
        gettext_noop("%(cycle)s: %(member)s has signed."),
        "user-check",
    ),
    NotificationKind(
        "review_reopened",
        _("A review was reopened"),
        gettext_noop("%(cycle)s: the review of %(member)s was reopened: %(reason)s"),
        "arrow-back-up",
    ),
    NotificationKind(
        "review_due_soon",
        _("Your part of a review is due soon"),
        gettext_noop("%(cycle)s: your part of the review of %(member)s is due by %(due_on)s."),
        "clock",
        mail_default=True,
    ),
    NotificationKind(
        "review_overdue",
        _("Your part of a review is overdue"),
        gettext_noop("%(cycle)s: your part of the review of %(member)s was due by %(due_on)s."),
        "alert-triangle",
        mail_default=True,
    ),
)


def tell(
    *, actor: Actor, kind: str, review: Review, member_ids: Collection[int | None], at: datetime, reason: str = ""
) -> None:
    """Tell these members about one review, once for each turn of it."""
    params = {
        "cycle": review.cycle.name,
        "member": review.member.full_name,
        "due_on": str(review.due_on or ""),
        "reason": reason,
    }
    notify(
        actor=actor,
        member_ids=[member_id for member_id in member_ids if member_id is not None],
        kind=kind,
        params=params,
        url=reverse("review_detail", kwargs={"tenant": actor.tenant.slug, "review_id": review.pk}),
        at=at,
        key=f"{review.pk}:{review.state}:{review.due_on}",
    )


def tell_of_start(*, actor: Actor, cycle: ReviewCycle, member_ids: Collection[int], at: datetime) -> None:
    """Tell many people at once that the cycle has begun for them."""
    notify(
        actor=actor,
        member_ids=member_ids,
        kind="review_self_due",
        params={"cycle": cycle.name, "due_on": str(cycle.self_due)},
        url=reverse("review_mine", kwargs={"tenant": actor.tenant.slug}),
        at=at,
        key=f"cycle:{cycle.pk}",
    )
