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

from incentives.engine.facts import Basis, Credit, Deal, Exact

EventType = Literal["booking", "invoice", "collection", "refund"]
INHERITED = ("category", "region", "segment", "product", "new_customer", "discount", "term_months")


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
    units: Exact | None = None
    margin: Exact | None = None
    shares: tuple[Share, ...] | None = None
    category: str | None = None
    region: str | None = None
    segment: str | None = None
    product: str | None = None
    new_customer: bool | None = None
    discount: Exact | None = None
    term_months: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a refund takes from an earlier event: `amount` of it, never more than was left."""

    refund: Event
    event: Event
    amount: Exact


def inherit(events: Sequence[Event]) -> list[Event]:
    """In order of day and id; invoices and collections get what they leave out from their deal's first booking."""
    ordered = sorted(events, key=attrgetter("day", "id"))
    bookings = first_bookings(ordered)
    return [_completed(event, bookings.get(event.deal)) for event in ordered]


def first_bookings(ordered: Iterable[Event]) -> dict[str, Event]:
    bookings: dict[str, Event] = {}
    for event in ordered:
        if event.type == "booking":
            bookings.setdefault(event.deal, event)
    return bookings


def _completed(event: Event, booking: Event | None) -> Event:
    if booking is None or event.type not in ("invoice", "collection"):
        return event
    left_out = {name: getattr(booking, name) for name in INHERITED if getattr(event, name) is None}
    part = Fraction(event.amount, booking.amount) if booking.amount else Fraction(0)
    if event.units is None:
        left_out["units"] = _units(booking) * part
    if event.margin is None:
        left_out["margin"] = _margin(booking) * part
    return replace(event, shares=booking.shares if event.shares is None else event.shares, **left_out)


def _units(event: Event) -> Exact:
    return 1 if event.units is None else event.units


def _margin(event: Event) -> Exact:
    return event.amount if event.margin is None else event.margin


def deals_of(ordered: Iterable[Event]) -> dict[str, Deal]:
    """How much was booked on each deal, and what was collected when."""
    booked: defaultdict[str, int] = defaultdict(int)
    collected: defaultdict[str, list[tuple[date, Exact]]] = defaultdict(list)
    for event in ordered:
        if event.type == "booking":
            booked[event.deal] += event.amount
        elif event.type == "collection":
            collected[event.deal].append((event.day, event.amount))
    return {deal: Deal(amount, tuple(collected[deal])) for deal, amount in booked.items()}


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
    bookings = first_bookings(ordered)
    parts = [(share, _credit(event)) for event in ordered if event.type != "refund" for share in event.shares or ()]
    for taken in refunds(ordered):
        credit = _taken(taken, bookings.get(taken.event.deal))
        parts += [(share, credit) for share in taken.event.shares or ()]
    units = _share_units(share for share, _ in parts)
    credits: dict[str, list[Credit]] = {participant: [] for participant in units}
    for share, credit in parts:
        part = int(share.part * units[share.participant])
        credits[share.participant].append(credit._replace(share=part, kind=share.kind))
    return credits, units


def _credit(event: Event) -> Credit:
    """The whole event, all shares of it."""
    return Credit(
        day=event.day,
        event=event.id,
        basis=cast(Basis, event.type),
        amount=event.amount,
        units=_units(event),
        margin=_margin(event),
        customers=1 if event.new_customer else 0,
        category=event.category,
        region=event.region,
        segment=event.segment,
        product=event.product,
        new_customer=bool(event.new_customer),
        counts_on=event.day,
        deal=event.deal,
        discount=event.discount or 0,
    )


def _taken(taken: Taken, booking: Event | None) -> Credit:
    """What the refund takes of the event: negative, on the refund's day and under its id."""
    part = Fraction(taken.amount) / taken.event.amount
    whole = _credit(taken.event)
    booked_on = booking.day if booking else taken.event.day
    return whole._replace(
        day=taken.refund.day,
        event=taken.refund.id,
        amount=-whole.amount * part,
        units=-whole.units * part,
        margin=-whole.margin * part,
        customers=-whole.customers * part,
        lowers=taken.event.id,
        part=part,
        booked_on=booked_on,
        unused=_unused_term(booking or taken.event, taken.refund.day),
    )


def _unused_term(booking: Event, day: date) -> Exact:
    """The part of the term that is still to come: months completed since the booking are used (detail 12)."""
    if not booking.term_months:
        return 1
    months = (day.year - booking.day.year) * 12 + day.month - booking.day.month - (day.day < booking.day.day)
    return Fraction(max(booking.term_months - months, 0), booking.term_months)


def _share_units(shares: Iterable[Share]) -> dict[str, int]:
    units: dict[str, int] = {}
    for share in shares:
        units[share.participant] = lcm(units.get(share.participant, 1), share.part.denominator)
    return units
