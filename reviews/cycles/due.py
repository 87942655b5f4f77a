"""What is due: on the home page, and told to people before and after their deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.actor import Actor
from accounts.home.waiting import Urgency, Waiting, WaitingSource
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.work import Work
from reviews.cycles.models import Review
from reviews.cycles.news import tell
from reviews.cycles.selectors import due_from
from salesops.lib.errors import gettext_noop

REMIND = "reviews.remind"
_SOON = timedelta(days=2)
_CHUNK = 500


def waiting_reviews(actor: Actor, as_of: date, limit: int) -> Sequence[Waiting]:
    """The parts that are the actor's to write or to sign."""
    return [_waiting(actor, review, as_of) for review in due_from(actor)[:limit]]


def _waiting(actor: Actor, review: Review, as_of: date) -> Waiting:
    url = reverse("review_detail", kwargs={"tenant": actor.tenant.slug, "review_id": review.pk})
    names = {"cycle": review.cycle.name, "member": review.member.full_name}
    title, action = {
        Review.State.SELF: (_("Your self-review is due: %(cycle)s"), _("Write")),
        Review.State.MANAGER: (_("The self-review of %(member)s is in"), _("Review")),
        Review.State.SIGN: (_("Your review is ready to be signed: %(cycle)s"), _("Sign")),
    }[Review.State(review.state)]
    return Waiting(title % names, due_words(review, as_of), url, urgency(review, as_of), review.due_on, action)


def urgency(review: Review, as_of: date) -> Urgency:
    if review.due_on is None:
        return "none"
    return "risk" if review.due_on < as_of else "warn" if review.due_on <= as_of + _SOON else "none"


def due_words(review: Review, as_of: date) -> str:
    """When the part is due, as one would say it."""
    if review.due_on is None:
        return ""
    days = (review.due_on - as_of).days
    if days < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days}


def remind(work: Work) -> Outcome:
    """Once a night: whoever is due within two days is told, and so is whoever is late, once for each deadline."""
    today = work.tenant.day_of(work.as_of)
    told = {"review_due_soon": 0, "review_overdue": 0}
    last = 0
    while True:
        with transaction.atomic():
            rows = list(
                Review.objects.select_related("cycle", "member")
                .filter(Q(due_on__lte=today + _SOON), pk__gt=last)
                .order_by("pk")[:_CHUNK]
            )
        if not rows:
            break
        with work.writing():
            for review in rows:
                kind = "review_overdue" if review.is_overdue(today) else "review_due_soon"
                _tell(work, review, kind)
                told[kind] += 1
        last = rows[-1].pk
        work.progress(sum(told.values()), 0)
    soon, late = told["review_due_soon"], told["review_overdue"]
    return Outcome({gettext_noop("reviews due soon"): soon, gettext_noop("reviews overdue"): late})


def _tell(work: Work, review: Review, kind: str) -> None:
    whose = review.reviewer_id if review.state == Review.State.MANAGER else review.member_id
    tell(actor=work.actor, kind=kind, review=review, member_ids=[whose], at=work.as_of)


WAITING = WaitingSource("reviews", "reviews.view", waiting_reviews)
KIND = JobKind(
    name=REMIND, label=gettext_lazy("Review reminders"), queue="nightly", capability="reviews.manage", run=remind
)
