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

    What a clawback asks of a refund: the event it `lowers`, the `part` of that event it takes, the day the deal was
    `booked_on` and the `unused` part of its term. `holder` is the participant whose credit was rolled up.
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
    deal: str = ""
    discount: Exact = 0
    lowers: str = ""
    part: Exact = 0
    booked_on: date | None = None
    unused: Exact = 1
    holder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Both days are included; None leaves that end open."""

    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.starts_on or date.min) <= day <= (self.ends_on or date.max)


@dataclass(frozen=True, slots=True)
class Reporting(_Stretch):
    """Who the participant's manager was."""

    manager: str


@dataclass(frozen=True, slots=True)
class Membership(_Stretch):
    """Which team the participant was in."""

    team: str


@dataclass(frozen=True, slots=True)
class Participant:
    """`quotas` are keyed by measure and period key: `("bookings", "2026-Q1")`, `scores` by KPI and period key.

    Open ends of activity are None. `leave` are days of unpaid leave, first and last; `ramp` the factors of the quota by
    month of service, counted from `service_from`. `target_incentive` is in minor units, per measurement period.
    `plan` is the participant's own where several plans are calculated at once, so that one can rest on another.
    """

    key: str
    credits: Sequence[Credit]
    quotas: Mapping[tuple[str, str], Exact] = field(default_factory=dict)
    active_from: date | None = None
    active_to: date | None = None
    share_unit: int = 1
    service_from: date | None = None
    scores: Mapping[tuple[str, str], Exact] = field(default_factory=dict)
    ramp: Sequence[Exact] = ()
    leave: Sequence[tuple[date, date]] = ()
    weight: Exact = 1
    target_incentive: Exact | None = None
    teams: Sequence[Membership] = ()
    managers: Sequence[Reporting] = ()
    plan: Plan | None = None

    def team_on(self, day: date) -> str:
        """The team that the participant was in on that day; empty without one."""
        return next((one.team for one in self.teams if one.holds_on(day)), "")

    def active_on(self, day: date) -> bool:
        return (self.active_from or date.min) <= day <= (self.active_to or date.max)


@dataclass(frozen=True, slots=True)
class Deal:
    """What the release of a holdback asks of a deal: how much was booked, and what was collected on which day."""

    booked: Exact = 0
    collected: Sequence[tuple[date, Exact]] = ()


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
    deals: Mapping[str, Deal] = field(default_factory=dict)
