"""Reading cycles and reviews: the lists, the board, and who may see what of a review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from accounts.access.actor import Actor
from accounts.access.policy import has, require, visible_members
from reviews.cycles.models import Review, ReviewCycle, ReviewScore
from reviews.scorecards.models import ScorecardItem
from salesops.lib.errors import NotVisible

BOARD_SHOWN = 20
ORDER = ("sort_name", "id")
STATES = (Review.State.SELF, Review.State.MANAGER, Review.State.SIGN, Review.State.DONE)


def visible_reviews(actor: Actor, as_of: date) -> QuerySet[Review]:
    """One's own, those one reviews, and those of the people in one's scope."""
    require(actor, "reviews.view")
    reviews: QuerySet[Review] = Review.objects.select_related("cycle", "member", "reviewer", "scorecard")
    members = visible_members(actor, "reviews.view", as_of)
    if members is None:
        return reviews
    return reviews.filter(Q(member_id__in=members) | Q(reviewer=actor.member))


def get_review(actor: Actor, review_id: int, as_of: date) -> Review:
    """The review, or NotVisible."""
    found = visible_reviews(actor, as_of).select_related("card_version").filter(pk=review_id).first()
    if found is None:
        raise NotVisible
    return found


def sees_manager_part(actor: Actor, review: Review) -> bool:
    """The one it is about reads it when it is shared, whatever roles they have; the others who see the review do."""
    return review.is_shared or actor.member is None or review.member_id != actor.member.pk


def items_of(review: Review) -> list[ScorecardItem]:
    """The rows of the review's scorecard with their KPIs, in their order."""
    rows = ScorecardItem.objects.filter(card_version=review.card_version_id).select_related("kpi")
    return list(rows.order_by("position"))


def scores_of(review: Review) -> dict[int, ReviewScore]:
    """What has been written and frozen, by item."""
    return {score.item_id: score for score in ReviewScore.objects.filter(review=review)}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a cycle's reviews are in each state, and how many of them are late."""

    by_state: dict[str, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def done(self) -> int:
        return self.by_state.get(Review.State.DONE, 0)


@dataclass(frozen=True, slots=True)
class CycleRow:
    cycle: ReviewCycle
    progress: Progress


def cycles(actor: Actor) -> QuerySet[ReviewCycle]:
    """The newest first. Open to everybody; what is in them is not."""
    require(actor, "reviews.view")
    every: QuerySet[ReviewCycle] = ReviewCycle.objects.all()
    return every


def get_cycle(actor: Actor, cycle_id: int) -> ReviewCycle:
    found = cycles(actor).filter(pk=cycle_id).first()
    if found is None:
        raise NotVisible
    return found


def progress_of(actor: Actor, found: Sequence[ReviewCycle], as_of: date) -> dict[int, Progress]:
    """By cycle, counting what the actor sees; one query whatever their number."""
    counted = (
        visible_reviews(actor, as_of)
        .select_related(None)
        .filter(cycle__in=[cycle.pk for cycle in found])
        .order_by()
        .values_list("cycle_id", "state")
        .annotate(number=Count("pk"), late=Count("pk", filter=Q(due_on__lt=as_of)))
    )
    rows = list(counted)
    return {
        cycle.pk: Progress(
            {state: number for cycle_id, state, number, _ in rows if cycle_id == cycle.pk},
            sum(late for cycle_id, _, _, late in rows if cycle_id == cycle.pk),
        )
        for cycle in found
    }


@dataclass(frozen=True, slots=True)
class Column:
    """A state with its first reviews in the order of names; `total` counts them all."""

    state: str
    total: int
    reviews: list[Review]

    @property
    def label(self) -> str:
        return str(Review.State(self.state).label)

    @property
    def more(self) -> int:
        return self.total - len(self.reviews)


def board(actor: Actor, cycle: ReviewCycle, progress: Progress, as_of: date, search: str = "") -> list[Column]:
    """The four states side by side: twenty rows of each by the index that orders them, in one query, however big the
    company is."""
    reviews = narrowed(visible_reviews(actor, as_of).filter(cycle=cycle), search=search)
    first, *others = [reviews.filter(state=state).order_by(*ORDER)[:BOARD_SHOWN] for state in STATES]
    rows = list(first.union(*others, all=True))
    return [
        Column(state, progress.by_state.get(state, 0), [review for review in rows if review.state == state])
        for state in STATES
    ]


def narrowed(
    reviews: QuerySet[Review], *, search: str = "", state: str = "", late_on: date | None = None
) -> QuerySet[Review]:
    """Those whose name begins with the text, in that state, or late on that day."""
    if search:
        reviews = reviews.filter(Q(sort_name__startswith=search.casefold()) | Q(member__full_name__istartswith=search))
    if state in STATES:
        reviews = reviews.filter(state=state)
    return reviews if late_on is None else reviews.filter(due_on__lt=late_on)


def final_scores(cards: Collection[str], periods: Collection[str]) -> dict[tuple[int, str, str], Fraction]:
    """Signed scores by member, code of the scorecard and period: what plans multiply by. One query."""
    done = Review.objects.filter(state=Review.State.DONE, period__in=periods, scorecard__code__in=cards)
    rows = done.order_by().values_list("member_id", "scorecard__code", "period", "score")
    return {(member, card, period): Fraction(score) for member, card, period, score in rows}


def own_reviews(actor: Actor) -> QuerySet[Review]:
    """The actor's, the newest period first."""
    mine: QuerySet[Review] = Review.objects.select_related("cycle", "member", "reviewer", "scorecard")
    return mine.filter(member=actor.member).order_by("-cycle__starts_on", "-id")


def due_from(actor: Actor) -> QuerySet[Review]:
    """What waits for the actor, the most urgent first: own self parts and sign-offs, manager parts of others."""
    if actor.member is None:
        return Review.objects.none()
    me = actor.member.pk
    mine = Q(member=me, state__in=[Review.State.SELF, Review.State.SIGN])
    theirs = Q(reviewer=me, state=Review.State.MANAGER)
    waiting: QuerySet[Review] = Review.objects.select_related("cycle", "member").filter(mine | theirs)
    return waiting.order_by("due_on", "id")


def may_correct(actor: Actor, review: Review) -> bool:
    """HR, but not of their own review."""
    own = actor.member is not None and review.member_id == actor.member.pk
    return has(actor, "reviews.correct") and not own
