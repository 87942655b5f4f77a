"""What the engine is given: credits and quotas of many participants. Plain values, no clock, no database.

Exact numbers are `int` or `Fraction`: money in minor units of the plan's currency, counts in whole units. Integers are
the fast path; fractions appear where a refund takes a proportional part of an earlier event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from incentives.engine.terms import Plan
from salesops.lib.periods import FiscalCalendar

Exact = int | Fraction
Basis = Literal["booking", "invoice", "collection"]


class Credit(NamedTuple):
    """One event's share for one participant; rows of a query fit as they are (`map(Credit._make, rows)`).

    `amount`, `units`, `margin` and `customers` are the event's own; the engine multiplies by `share`, which counts
    parts of the participant's `share_unit`. What a refund takes from an earlier event is a credit with the refund's
    `day` and `event`, negative numbers, and the attributes and `basis` of the event it lowers. `counts_on` is the day
    on which the participant must have been active: the lowered event's, where it is not `day` itself.
    """

    day: date
    event: str
    basis: Basis
    amount: Exact
    share: int = 1
    units: Exact = 1
    margin: Exact = 0
    customers: Exact = 0
    category: str | None = None
    region: str | None = None
    segment: str | None = None
    product: str | None = None
    new_customer: bool = False
    kind: str = "direct"
    counts_on: date | None = None
    source: int | str | None = None  # the caller's own key of the fact (a ledger line); the engine hands it back


@dataclass(frozen=True, slots=True)
class Participant:
    """`quotas` are keyed by measure and period key: `("bookings", "2026-Q1")`. Open ends of activity are None."""

    key: str
    credits: Sequence[Credit]
    quotas: Mapping[tuple[str, str], Exact] = field(default_factory=dict)
    active_from: date | None = None
    active_to: date | None = None
    share_unit: int = 1


@dataclass(frozen=True, slots=True)
class Inputs:
    """Credits after `as_of` are left out. Payout months run from that of `start` to that of `as_of`, for everyone.

    `start` is on or before the first credit's day; what was earned before it would be paid in the first month listed.
    Credits begin where the first measurement period begins, or its tiers would be walked from too low.
    """

    plan: Plan
    participants: Sequence[Participant]
    start: date
    as_of: date
    calendar: FiscalCalendar = field(default_factory=FiscalCalendar)
