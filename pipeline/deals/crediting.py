"""Which credit lines a deal must have, and writing the difference to those it has.

A won deal has, at its closing day, one booked line for each participant and line item: the direct shares of its splits
(without any the owner's whole) and overlays on top, each over the line's amount, units and product; without line items
over the deal's own. So the direct credits of a deal always add up to its amount. An open or lost deal has none.
Everything that changes a deal calls `settle`, so a change of nothing writes nothing, and no two services can disagree.

New customers: exactly one won deal of a customer is its first, the earliest by closing day (of one day, the one
recorded first), whenever it was recorded. When an earlier deal arrives late, or the first one is reopened, the flag
moves: the lines of both deals are reversed and written again at their own dates. Sums of money never move by that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.facts import Organisation
from pipeline.customers.services import have_bought
from pipeline.deals.models import Deal, LineItem, Split, Stage
from pipeline.ledger.models import WHOLE, CreditLine
from pipeline.ledger.services import Fact, credit, reverse, standing_lines, take_turns

_BOOKED = CreditLine.Basis.BOOKED


@dataclass(frozen=True, slots=True)
class Settled:
    """How many lines were taken back, and how many written."""

    reversed: int
    written: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a deal is credited in one line: a line item, or the whole of a deal without any."""

    amount: int
    units: int
    product_id: int | None
    category: str


@dataclass(frozen=True, slots=True)
class _Share:
    participant_id: int
    share: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Win:
    """A won deal as the ledger sees it."""

    id: int
    closed_on: date
    customer_id: int | None
    segment: str
    parts: Sequence[_Part]
    shares: Sequence[_Share]


@transaction.atomic
def settle(*, actor: Actor, deal_ids: Collection[int], organisation: Organisation | None = None) -> Settled:
    """Bring the booked lines of these deals up to the deals' present state, with the new-customer flags they move.

    Call it after the deals have been written, in the same transaction. Needs no permission of its own.
    """
    take_turns()
    wins = _wins(deal_ids)
    standing = standing_lines(deal_ids, _BOOKED)
    have_bought(_known(win.customer_id for win in wins))
    customers = {win.customer_id for win in wins} | {line.customer_id for line in standing}
    firsts = _first_wins(customers)
    if moved := _flag_moved(customers, firsts) - set(deal_ids):
        wins += _wins(moved)
        standing += standing_lines(moved, _BOOKED)
    stale, missing = _difference([fact for win in wins for fact in _facts(win, firsts)], standing)
    if stale:
        reverse(actor=actor, lines=stale)
    if missing:
        credit(actor=actor, facts=missing, organisation=organisation)
    return Settled(len(stale), len(missing))


def _wins(deal_ids: Collection[int]) -> list[_Win]:
    """The won ones among the deals, in the order they were made."""
    columns = ("id", "owner_id", "closed_on", "amount", "units", "customer_id", "product_id")
    found = Deal.objects.filter(pk__in=deal_ids, stage__kind=Stage.Kind.WON).order_by("id")
    lines, splits = _lines(deal_ids), _splits(deal_ids)
    wins = []
    for row in found.values_list(*columns, "product__category", "customer__segment"):
        id, owner_id, closed_on, amount, units, customer_id, product_id, category, segment = row
        parts = lines.get(id) or [_Part(amount, units, product_id, category or "")]
        shares = splits.get(id, [])
        if not any(one.kind == CreditLine.Kind.DIRECT for one in shares):
            shares = [_Share(owner_id, WHOLE, CreditLine.Kind.DIRECT), *shares]
        wins.append(_Win(id, closed_on, customer_id, segment or "", parts, shares))
    return wins


def _lines(deal_ids: Collection[int]) -> dict[int, list[_Part]]:
    found: defaultdict[int, list[_Part]] = defaultdict(list)
    columns = ("deal_id", "amount", "quantity", "product_id", "product__category")
    for deal_id, *part in LineItem.objects.filter(deal_id__in=deal_ids).order_by("id").values_list(*columns):
        found[deal_id].append(_Part(*part))
    return found


def _splits(deal_ids: Collection[int]) -> dict[int, list[_Share]]:
    found: defaultdict[int, list[_Share]] = defaultdict(list)
    columns = ("deal_id", "member_id", "share", "kind")
    for deal_id, *share in Split.objects.filter(deal_id__in=deal_ids).order_by("id").values_list(*columns):
        found[deal_id].append(_Share(*share))
    return found


def _facts(win: _Win, firsts: Collection[int]) -> Iterable[Fact]:
    for part in win.parts:
        for share in win.shares:
            yield Fact(
                basis=_BOOKED,
                kind=CreditLine.Kind(share.kind),
                date=win.closed_on,
                participant_id=share.participant_id,
                share=share.share,
                amount=part.amount,
                deal_id=win.id,
                units=part.units,
                customer_id=win.customer_id,
                product_id=part.product_id,
                category=part.category,
                segment=win.segment,
                new_customer=win.id in firsts,
            )


def _difference(facts: Iterable[Fact], standing: Sequence[CreditLine]) -> tuple[list[CreditLine], list[Fact]]:
    """The standing lines that no fact says any more, and the facts that no line says yet. Two equal lines are two."""
    unsaid: defaultdict[tuple[Any, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        unsaid[_said(fact)].append(fact)
    stale = []
    for line in standing:
        if same := unsaid.get(_said(line)):
            same.pop()
        else:
            stale.append(line)
    return stale, [fact for left in unsaid.values() for fact in left]


def _said(one: Fact | CreditLine) -> tuple[Any, ...]:
    """What a line says of its deal. Category, segment, team and region are the state of things when it was written and
    are no reason to write it again."""
    return (
        one.deal_id,
        one.kind,
        one.date,
        one.participant_id,
        one.share,
        one.amount,
        one.units,
        one.margin,
        one.customer_id,
        one.product_id,
        one.new_customer,
    )


def _first_wins(customer_ids: Iterable[int | None]) -> set[int]:
    """For each customer the id of its earliest won deal."""
    won = Deal.objects.filter(customer_id__in=_known(customer_ids), stage__kind=Stage.Kind.WON)
    firsts = won.order_by("customer_id", "closed_on", "id").distinct("customer_id")
    return set(firsts.values_list("id", flat=True))


def _flag_moved(customer_ids: Iterable[int | None], firsts: set[int]) -> set[int]:
    """Deals of these customers whose standing line has the flag and must not, or the other way round."""
    flagged = CreditLine.objects.filter(
        customer_id__in=_known(customer_ids),
        basis=_BOOKED,
        new_customer=True,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return set(flagged.values_list("deal_id", flat=True)) ^ firsts


def _known(ids: Iterable[int | None]) -> list[int]:
    return [id for id in ids if id is not None]
