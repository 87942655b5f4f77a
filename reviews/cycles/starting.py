"""Starting a cycle: for a team at once, for a whole company as background work with progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.services import request_job
from accounts.jobs.work import Work
from reviews.cycles.models import CycleCard, Review, ReviewCycle
from reviews.cycles.news import tell_of_start
from reviews.cycles.participants import Participant, Participants
from reviews.scorecards.models import ScorecardVersion
from salesops.lib.errors import DomainError, NotVisible, gettext_noop
from salesops.lib.periods import Period, check_day

START = "reviews.start"
MOST_AT_ONCE = 300  # ≈ 0.3 s with their notifications; more than that are written in the background
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last day of each part."""

    self_due: date
    manager_due: date
    sign_due: date


@transaction.atomic
def start_cycle(
    *,
    actor: Actor,
    name: str,
    period: str,
    deadlines: Deadlines,
    scorecard_ids: Sequence[int],
    at: datetime,
) -> ReviewCycle:
    """Begin a round of reviews for everybody who has one of the scorecards, in their newest versions.

    Refuses a deadline that has passed or comes before the one it follows, a manager's deadline within the period (the
    actuals are not complete then), and a cycle in which nobody would take part.
    """
    require(actor, "reviews.manage")
    today = actor.tenant.day_of(at)
    when = _checked_period(actor, period, today)
    _check_deadlines(deadlines, when, today)
    name = _checked_name(name, when)
    cards = _cards(scorecard_ids)
    cycle: ReviewCycle = ReviewCycle.objects.create(
        name=name,
        period=when.key,
        starts_on=when.start,
        ends_on=when.end,
        self_due=deadlines.self_due,
        manager_due=deadlines.manager_due,
        sign_due=deadlines.sign_due,
        created_by=actor.member,
    )
    CycleCard.objects.bulk_create([CycleCard(cycle=cycle, card_version=card) for card in cards])
    record(
        actor=actor,
        action="review_cycle.started",
        subject=cycle,
        name=name,
        period=when.key,
        scorecards=[card.scorecard.code for card in cards],
    )
    found = _participants(cycle, cards, today)
    if not found:
        message = gettext_noop("Nobody has one of these scorecards; choose others, or say whom they are for.")
        raise DomainError("nobody", message, "scorecards")
    if len(found) > MOST_AT_ONCE:
        request_job(actor=actor, kind=START, period=str(cycle.pk), payload={"cycle": cycle.pk})
    else:
        _write(actor, cycle, found, at)
    return cycle


@transaction.atomic
def change_deadlines(*, actor: Actor, cycle_id: int, version: int, deadlines: Deadlines, as_of: date) -> ReviewCycle:
    """Move the deadlines of the parts that are still to come. One that stays as it is may have passed."""
    require(actor, "reviews.manage")
    cycle: ReviewCycle | None = ReviewCycle.objects.select_for_update().filter(pk=cycle_id).first()
    if cycle is None:
        raise NotVisible
    if cycle.version != version:
        message = gettext_noop("Somebody changed this cycle meanwhile. Nothing was saved; look at it again.")
        raise DomainError("conflict", message)
    present = Deadlines(cycle.self_due, cycle.manager_due, cycle.sign_due)
    _check_deadlines(deadlines, actor.tenant.calendar.parse(cycle.period), as_of, present)
    cycle.self_due, cycle.manager_due, cycle.sign_due = deadlines.self_due, deadlines.manager_due, deadlines.sign_due
    cycle.version += 1
    cycle.save()
    for state in (Review.State.SELF, Review.State.MANAGER, Review.State.SIGN):
        Review.objects.filter(cycle=cycle, state=state).update(due_on=cycle.due_in(state))
    record(
        actor=actor,
        action="review_cycle.deadlines_changed",
        subject=cycle,
        **{name: str(getattr(deadlines, name)) for name in ("self_due", "manager_due", "sign_due")},
    )
    return cycle


def start_in_background(work: Work) -> Outcome:
    """The job: write the reviews a thousand at a time. Begun again, it finds those that are there and goes on."""
    with transaction.atomic():
        cycle = ReviewCycle.objects.get(pk=work.payload["cycle"])
        versions = CycleCard.objects.filter(cycle=cycle).values_list("card_version_id", flat=True)
        cards = list(ScorecardVersion.objects.select_related("scorecard").filter(pk__in=versions))
        found = _participants(cycle, cards, work.tenant.day_of(work.as_of))
    written = 0
    for first in range(0, len(found), _CHUNK):
        chunk = found[first : first + _CHUNK]
        with work.writing():
            written += _write(work.actor, cycle, chunk, work.as_of)
        work.progress(min(first + _CHUNK, len(found)), len(found))
    alone = sum(one.reviewer_id is None for one in found)
    warnings = [_("%(count)s people have no reviewer; name one for each.") % {"count": alone}] if alone else []
    return Outcome({gettext_noop("reviews"): written}, warnings)


def _participants(cycle: ReviewCycle, cards: Sequence[ScorecardVersion], today: date) -> list[Participant]:
    return Participants(cards, on=min(cycle.ends_on, today), today=today).found()


def _write(actor: Actor, cycle: ReviewCycle, found: Sequence[Participant], at: datetime) -> int:
    """Their reviews, but for those who have one by the same scorecard for the period already; how many were made."""
    members = [one.member_id for one in found]
    there = set(
        Review.objects.filter(period=cycle.period, member_id__in=members).values_list("member_id", "scorecard_id")
    )
    fresh = [one for one in found if (one.member_id, one.card.scorecard_id) not in there]
    Review.objects.bulk_create(
        [
            Review(
                cycle=cycle,
                scorecard_id=one.card.scorecard_id,
                card_version=one.card,
                period=cycle.period,
                member_id=one.member_id,
                sort_name=one.sort_name,
                reviewer_id=one.reviewer_id,
                due_on=cycle.self_due,
            )
            for one in fresh
        ],
        batch_size=1000,
    )
    tell_of_start(actor=actor, cycle=cycle, member_ids=[one.member_id for one in fresh], at=at)
    return len(fresh)


def _checked_period(actor: Actor, key: str, today: date) -> Period:
    period = actor.tenant.calendar.parse(key)
    if period.kind == "year":
        raise DomainError("bad_period", gettext_noop("A cycle is for a month or a quarter."), "period")
    if period.start > today:
        raise DomainError("future_period", gettext_noop("%(period)s has not begun yet."), "period", period=period.key)
    return period


def _checked_name(name: str, period: Period) -> str:
    name = " ".join(name.split())
    if not name:
        raise DomainError("required", gettext_noop("Give the cycle a name."), "name")
    if len(name) > 80:
        raise DomainError("too_long", gettext_noop("Use at most %(most)s characters."), "name", most=80)
    if ReviewCycle.objects.filter(period=period.key, name=name).exists():
        message = gettext_noop("There is already a cycle of that name for %(period)s.")
        raise DomainError("taken", message, "name", period=period.key)
    return name


def _check_deadlines(deadlines: Deadlines, period: Period, today: date, present: Deadlines | None = None) -> None:
    order = ("self_due", "manager_due", "sign_due")
    for field in order:
        day = getattr(deadlines, field)
        check_day(day, field)
        if day < today and (present is None or day != getattr(present, field)):
            raise DomainError("past_deadline", gettext_noop("This deadline has already passed."), field)
    for before, after in pairwise(order):
        if getattr(deadlines, after) < getattr(deadlines, before):
            raise DomainError("unordered", gettext_noop("This deadline is before the one it follows."), after)
    if deadlines.manager_due <= period.end:
        message = gettext_noop("The manager part is due after the period: until then the figures are not complete.")
        raise DomainError("within_period", message, "manager_due")


def _cards(scorecard_ids: Sequence[int]) -> list[ScorecardVersion]:
    """The newest version of each. FOR SHARE: whoever is changing one is waited for."""
    newest = (
        ScorecardVersion.objects.filter(scorecard__in=list(scorecard_ids))
        .order_by("scorecard_id", "-number")
        .distinct("scorecard_id")
    )
    ids = list(newest.values_list("pk", flat=True))
    found = ScorecardVersion.objects.select_related("scorecard").filter(pk__in=ids)
    cards = list(found.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if not cards or len(cards) != len(set(scorecard_ids)):
        raise DomainError("unknown_scorecard", gettext_noop("Choose at least one scorecard."), "scorecards")
    return cards


KIND = JobKind(
    name=START,
    label=gettext_lazy("Start of a review cycle"),
    queue="bulk",
    capability="reviews.manage",
    run=start_in_background,
)
