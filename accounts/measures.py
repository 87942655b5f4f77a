"""What can be counted of a person in a period: bookings, visits, win rate, satisfaction.

Each app registers its measures in `AppConfig.ready`; scorecards, the manager's heat map and the risk detectors read
them here, so that one name means one number everywhere. A measure answers numerator and denominator, so that a team's
ratio is computed from sums and never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

Unit = Literal["money", "count", "ratio", "score"]


@dataclass(frozen=True, slots=True)
class Window:
    """Both days are included; nothing after `as_of` is counted, and what is recorded later does not move it back.

    The days are those of the company's `time_zone`."""

    first: date
    last: date
    as_of: date
    time_zone: str

    @property
    def until(self) -> date:
        return min(self.last, self.as_of)

    def instants(self, until: date | None = None) -> tuple[datetime, datetime]:
        """When the days begin, and the first instant after them: up to `until`, or as far as the window counts."""
        zone, after = ZoneInfo(self.time_zone), (until or self.until) + timedelta(days=1)
        return datetime.combine(self.first, time.min, zone), datetime.combine(after, time.min, zone)


@dataclass(frozen=True, slots=True)
class Reading:
    """`amount` ÷ `of`. What adds up has `of` 1 (money in minor units); a ratio or a mean has what it is divided by."""

    amount: Fraction
    of: Fraction = Fraction(1)

    @property
    def value(self) -> Fraction | None:
        """None while there is nothing to divide by."""
        return self.amount / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Measure:
    """`read(window, members)` answers for all of them in a constant number of queries; whoever has nothing is absent.

    `unit` says how it is shown: `money` in minor units, `ratio` 1 = 100 %, `score` a mean on a scale of its own.
    `explain(tenant_slug, window, member)` is the address of the records behind the number.
    """

    name: str
    label: str | Promise
    unit: Unit
    read: Callable[[Window, Collection[int]], Mapping[int, Reading]]
    explain: Callable[[str, Window, int], str] | None = None
    lower_is_better: bool = False
    order: int = 50

    @property
    def adds_up(self) -> bool:
        return self.unit in {"money", "count"}


_measures: dict[str, Measure] = {}


def register(*measures: Measure) -> None:
    """Called once by each app when it is ready; a name is taken once."""
    for measure in measures:
        if measure.name in _measures:
            raise ValueError(f"The measure {measure.name} is registered twice.")
        _measures[measure.name] = measure


def every_measure() -> list[Measure]:
    return sorted(_measures.values(), key=lambda one: (one.order, one.name))


def find_measure(name: str) -> Measure | None:
    return _measures.get(name)


def together(readings: Iterable[Reading], *, adds_up: bool) -> Reading:
    """A team's reading from its people's: sums of what adds up, and ratios from sums of both parts."""
    found = list(readings)
    amount = sum((one.amount for one in found), Fraction(0))
    return Reading(amount, Fraction(1) if adds_up else sum((one.of for one in found), Fraction(0)))
