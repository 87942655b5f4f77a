"""Which credit lines a deal must have, and writing the difference to those it has.

A won deal has one booked line of its owner over the whole amount at its closing day; an open or lost one has none.
Everything that changes a deal calls `settle`, so a change of nothing writes nothing, and no two services can disagree.

New customers: exactly one won deal of a customer is its first, the earliest by closing day (of one day, the one
recorded first), whenever it was recorded. When an earlier deal arrives late, or the first one is reopened, the flag
moves: the lines of both deals are reversed and written again at their own dates. Sums of money never move by that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.facts import Organisation
from pipeline.deals.models import Deal, Stage
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import Fact, credit, reverse, standing_lines, take_turns

_BOOKED = CreditLine.Basis.BOOKED


@dataclass(frozen=True, slots=True)
class Settled:
    """How many lines were taken back, and how many written."""

    reversed: int
    written: int


@dataclass(frozen=True, slots=True)
class _Win:
    """A won deal as the ledger sees it."""

    id: int
    owner_id: int
    closed_on: date
    amount: int
    units: int
    customer_id: int | None
    product_id: int | None
    category: str | None
    segment: str | None


@transaction.atomic
def settle(*, actor: Actor, deal_ids: Collection[int], organisation: Organisation | None = None) -> Settled:
    """Bring the booked lines of these deals up to the deals' present state, with the new-customer flags they move.

    Call it after the deals have been written, in the same transaction. Needs no permission of its own.
    """
    take_turns()
    wins = _wins(deal_ids)
    standing = standing_lines(deal_ids, _BOOKED)
    customers = {win.customer_id for win in wins} | {line.customer_id for line in standing}
    firsts = _first_wins(customers)
    if moved := _flag_moved(customers, firsts) - set(deal_ids):
        wins += _wins(moved)
        standing += standing_lines(moved, _BOOKED)
    wanted = {_said(fact): fact for fact in (_fact(win, firsts) for win in wins)}
    present = {_said(line) for line in standing}
    stale = [line for line in standing if _said(line) not in wanted]
    missing = [fact for said, fact in wanted.items() if said not in present]
    if stale:
        reverse(actor=actor, lines=stale)
    if missing:
        credit(actor=actor, facts=missing, organisation=organisation)
    return Settled(len(stale), len(missing))


def _wins(deal_ids: Collection[int]) -> list[_Win]:
    """The won ones among the deals, in the order they were made."""
    found = Deal.objects.filter(pk__in=deal_ids, stage__kind=Stage.Kind.WON).order_by("id")
    columns = ("id", "owner_id", "closed_on", "amount", "units", "customer_id", "product_id")
    return [_Win(*row) for row in found.values_list(*columns, "product__category", "customer__segment")]


def _fact(win: _Win, firsts: Collection[int]) -> Fact:
    return Fact(
        basis=_BOOKED,
        date=win.closed_on,
        participant_id=win.owner_id,
        amount=win.amount,
        deal_id=win.id,
        units=win.units,
        customer_id=win.customer_id,
        product_id=win.product_id,
        category=win.category or "",
        segment=win.segment or "",
        new_customer=win.id in firsts,
    )


def _said(one: Fact | CreditLine) -> tuple[Any, ...]:
    """What a line says of its deal. Category, segment, team and region are the state of things when it was written and
    are no reason to write it again."""
    return (
        one.deal_id,
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
