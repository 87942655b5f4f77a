"""From dated events to credits: shares, what a deal's booking hands down, and what a refund takes back.

Used where events come as a case file or an estimate; a ledger stores credits already. See commissions.md, details 4, 8
and 9.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm
from operator import attrgetter
from typing import Literal, cast

from incentives.engine.facts import Basis, Credit, Exact

EventType = Literal["booking", "invoice", "collection", "refund"]
INHERITED = ("category", "region", "segment", "product", "new_customer")


@dataclass(frozen=True, slots=True)
class Share:
    participant: str
    part: Fraction
    kind: str = "direct"


@dataclass(frozen=True, slots=True)
class Event:
    """`amount` and `margin` in minor units, a refund's amount positive. None: left out, to be inherited."""

    id: str
    deal: str
    day: date
    type: EventType
    amount: int
    units: Exact = 1
    margin: int = 0
    shares: tuple[Share, ...] | None = None
    category: str | None = None
    region: str | None = None
    segment: str | None = None
    product: str | None = None
    new_customer: bool | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a refund takes from an earlier event: `amount` of it, never more than was left."""

    refund: Event
    event: Event
    amount: Exact


def inherit(events: Sequence[Event]) -> list[Event]:
    """In order of day and id; invoices and collections get what they leave out from their deal's first booking."""
    ordered = sorted(events, key=attrgetter("day", "id"))
    bookings: dict[str, Event] = {}
    for event in ordered:
        if event.type == "booking":
            bookings.setdefault(event.deal, event)
    return [_completed(event, bookings.get(event.deal)) for event in ordered]


def _completed(event: Event, booking: Event | None) -> Event:
    if booking is None or event.type not in ("invoice", "collection"):
        return event
    left_out = {name: getattr(booking, name) for name in INHERITED if getattr(event, name) is None}
    return replace(event, shares=booking.shares if event.shares is None else event.shares, **left_out)


def refunds(ordered: Sequence[Event]) -> Iterator[Taken]:
    """What each refund takes from its deal's earlier events: for each basis, in proportion to what is left of them."""
    earlier: defaultdict[tuple[str, str], list[Event]] = defaultdict(list)
    left: dict[str, Exact] = {}
    for event in ordered:
        if event.type != "refund":
            earlier[event.deal, event.type].append(event)
            left[event.id] = event.amount
            continue
        for basis in ("booking", "invoice", "collection"):
            sources = earlier[event.deal, basis]
            total = sum(left[source.id] for source in sources)
            taken = min(event.amount, total)
            for source in sources if taken else ():
                part = Fraction(left[source.id]) * taken / total
                left[source.id] -= part
                yield Taken(event, source, part)


def credits_of(ordered: Sequence[Event]) -> tuple[dict[str, list[Credit]], dict[str, int]]:
    """Each participant's credits and share unit, from completed events in order."""
    parts = [
        (share, _credit(event, event, 1)) for event in ordered if event.type != "refund" for share in event.shares or ()
    ]
    for taken in refunds(ordered):
        credit = _credit(taken.refund, taken.event, Fraction(-taken.amount) / taken.event.amount)
        parts += [(share, credit) for share in taken.event.shares or ()]
    units = _share_units(share for share, _ in parts)
    credits: dict[str, list[Credit]] = {participant: [] for participant in units}
    for share, credit in parts:
        part = int(share.part * units[share.participant])
        credits[share.participant].append(credit._replace(share=part, kind=share.kind))
    return credits, units


def _credit(event: Event, source: Event, part: Exact) -> Credit:
    """`part` of the event `source`, all shares of it, on the day and under the id of `event`."""
    return Credit(
        day=event.day,
        event=event.id,
        basis=cast(Basis, source.type),
        amount=source.amount * part,
        units=source.units * part,
        margin=source.margin * part,
        customers=part if source.new_customer else 0,
        category=source.category,
        region=source.region,
        segment=source.segment,
        product=source.product,
        new_customer=bool(source.new_customer),
        counts_on=source.day,
    )


def _share_units(shares: Iterable[Share]) -> dict[str, int]:
    units: dict[str, int] = {}
    for share in shares:
        units[share.participant] = lcm(units.get(share.participant, 1), share.part.denominator)
    return units
