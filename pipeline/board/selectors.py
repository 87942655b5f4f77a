"""Reading the board: which cards stand in which column, in one query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from accounts.people.models import Dated, Team, TeamMembership
from accounts.people.selectors import subtree
from pipeline.board.totals import Total, stage_totals
from pipeline.deals.models import Deal, Stage
from pipeline.deals.selectors import matching
from salesops.lib.periods import Period

PAST_AGE_COUNTED = 1_000  # past that nobody reads a number; counting further would cost 0.4 ms for each 1,000
_CARD = ("id", "version", "reference", "title", "customer__name", "product__name", "owner_id", "amount", "units")
_DAYS = ("expected_on", "closed_on", "stage_since", "next_step_on")


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board is narrowed to. `closing` is the period by whose end open deals are expected to close."""

    owner_id: int | None = None
    team_id: int | None = None
    closing: Period | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A deal as the board shows it."""

    stage_id: int
    id: int
    version: int
    reference: str
    title: str
    customer: str | None
    product: str | None
    owner_id: int
    amount: int | None
    units: int
    expected_on: date | None
    closed_on: date | None
    stage_since: date
    next_step_on: date | None


@dataclass(frozen=True, slots=True)
class PastAge:
    """Open deals that are longer in their stage than it allows. `amount` is None where they are too many to add up."""

    deals: int
    amount: int | None


class Board:
    """One reader's board on one day: the deals in their scope, narrowed. Each method is one query."""

    def __init__(self, actor: Actor, as_of: date, narrowed: BoardFilter) -> None:
        self.as_of, self.narrowed = as_of, narrowed
        self.owners = _owners(actor, as_of, narrowed)
        self._month = as_of.replace(day=1)

    def cards(self, stages: Sequence[Stage], sizes: Mapping[int, int]) -> dict[int, list[Card]]:
        """The first cards of each of the stages, as many as `sizes` says: open ones by expected closing day, those
        without one last; closed ones of this month, the newest first."""
        columns = [self._column(stage)[: sizes[stage.pk]] for stage in stages]
        found: dict[int, list[Card]] = {stage.pk: [] for stage in stages}
        if columns:
            for row in columns[0].union(*columns[1:], all=True):
                found[row[0]].append(Card(*row))
        return found

    def _column(self, stage: Stage) -> QuerySet[Deal, tuple[Any, ...]]:
        deals = self._deals().filter(stage_id=stage.pk)
        if stage.kind == Stage.Kind.OPEN:
            deals = deals.filter(self._open()).order_by(F("expected_on").asc(nulls_last=True), "id")
        else:
            deals = deals.filter(self._closed()).order_by("-closed_on", "-id")
        return deals.annotate(column=Value(stage.pk)).values_list("column", *_CARD, *_DAYS)

    def totals(self, stages: Sequence[Stage]) -> Mapping[int, Total]:
        """What each column holds altogether. While searching the matches are added up, else the kept sums are read."""
        if not self.narrowed.search:
            closing = self.narrowed.closing
            return stage_totals(owners=self.owners, closing_by=closing.end if closing else None, closed_in=self._month)
        return self.live_totals(stages)

    def live_totals(self, stages: Sequence[Stage]) -> Mapping[int, Total]:
        """The same, by adding the deals up."""
        ends = [stage.pk for stage in stages if stage.kind != Stage.Kind.OPEN]
        found = self._deals().filter((~Q(stage_id__in=ends) & self._open()) | (Q(stage_id__in=ends) & self._closed()))
        sums = found.order_by().values_list("stage_id").annotate(Count("id"), Sum("amount"))
        return {stage_id: Total(deals, int(amount or 0)) for stage_id, deals, amount in sums}

    def past_age(self, stages: Sequence[Stage]) -> PastAge:
        """The deals past their stage's age, counted up to `PAST_AGE_COUNTED`."""
        outdated = [
            Q(stage_id=stage.pk, stage_since__lt=self.as_of - timedelta(days=stage.allowed_days))
            for stage in stages
            if stage.allowed_days is not None and stage.kind == Stage.Kind.OPEN
        ]
        if not outdated:
            return PastAge(0, 0)
        found = self._deals().filter(self._open(), reduce(or_, outdated)).order_by()
        amounts = list(found.values_list("amount", flat=True)[: PAST_AGE_COUNTED + 1])
        too_many = len(amounts) > PAST_AGE_COUNTED
        return PastAge(len(amounts), None if too_many else sum(one or 0 for one in amounts))

    def _deals(self) -> QuerySet[Deal]:
        deals: QuerySet[Deal] = Deal.objects.all()
        if self.owners is not None:
            deals = deals.filter(owner_id__in=self.owners)
        return deals.filter(matching(self.narrowed.search)) if self.narrowed.search else deals

    def _open(self) -> Q:
        closing = self.narrowed.closing
        is_open = Q(closed_on__isnull=True)
        return is_open & Q(expected_on__lte=closing.end) if closing else is_open

    def _closed(self) -> Q:
        return Q(closed_on__gte=self._month, closed_on__lte=self.as_of)


def _owners(actor: Actor, as_of: date, narrowed: BoardFilter) -> frozenset[int] | None:
    """Whose deals are asked for; None: everybody's."""
    found: Collection[int] | None = visible_members(actor, "deals.view", as_of)
    if narrowed.team_id is not None:
        there = TeamMembership.objects.filter(Dated.on(as_of), team_id__in=subtree([narrowed.team_id]))
        found = _both(found, frozenset(there.values_list("member_id", flat=True)))
    if narrowed.owner_id is not None:
        found = _both(found, frozenset({narrowed.owner_id}))
    return None if found is None else frozenset(found)


def _both(seen: Collection[int] | None, asked: frozenset[int]) -> frozenset[int]:
    return asked if seen is None else asked & frozenset(seen)


def teams() -> list[Team]:
    return list(Team.objects.order_by("name"))
