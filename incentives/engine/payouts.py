"""The plan level: what the months pay of what the measurement periods earned, and what is carried on.

The order of step 10 of commissions.md: earned, guarantee, plan cap, holdback, clawback, draw, adjustments, payable.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from operator import attrgetter
from types import MappingProxyType

from incentives.engine.facts import Inputs, Participant
from incentives.engine.holding import held_back
from incentives.engine.results import ComponentResult, Payout
from incentives.engine.service import active_days, month_of_service
from incentives.engine.terms import Plan
from salesops.lib.money import round_half_up
from salesops.lib.periods import FiscalCalendar, Period

_DAY = attrgetter("day")
_START = attrgetter("start")
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Movement:
    """What one month moves of all components together, in minor units. `service` is the month of service, 0 the first;
    None: not one active day, hence neither draw nor guarantee."""

    month: Period
    earned: int
    held: int = 0
    released: int = 0
    clawed_back: int = 0
    service: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What the month before the first one left: `carried` is 0 or negative, `drawn` what is owed of draws."""

    carried: int = 0
    drawn: int = 0


_FROM_NOTHING = Opening()


def monthly_payouts(
    inputs: Inputs,
    participant: Participant,
    results: Sequence[ComponentResult],
    months: Sequence[Period],
    stopped: Sequence[Period],
) -> list[Payout]:
    """A payout for each of `months`, in order, but for those in `stopped` periods, of which only a part is known."""
    earned, held, released, clawed_back = ([0] * len(months) for _ in range(4))
    for result in results:
        own = [0] * len(months)
        add_earnings(result, months, own)
        if result.takebacks:
            _add_to_date(result, months, clawed_back)
        if result.component.holdback is not None or result.component.instalments > 1:
            kept, let_go = held_back(result, own, months, inputs.deals)
            held[:] = map(int.__add__, held, kept)
            released[:] = map(int.__add__, released, let_go)
        earned[:] = map(int.__add__, earned, own)
    movements = [
        Movement(
            month=month,
            earned=earned[place],
            held=held[place],
            released=released[place],
            clawed_back=clawed_back[place],
            service=_service(participant, month),
        )
        for place, month in enumerate(months)
        if not _touches(month, stopped)
    ]
    return balance(participant.plan or inputs.plan, movements, calendar=inputs.calendar)


def _service(participant: Participant, month: Period) -> int | None:
    active = active_days(participant, month)
    began = participant.service_from or participant.active_from
    if active is None:
        return None
    return month_of_service(began, month.start) if began is not None else 0


def balance(
    plan: Plan,
    movements: Sequence[Movement],
    opening: Opening = _FROM_NOTHING,
    adjusted: Mapping[str, int] = _NOTHING,
    calendar: FiscalCalendar | None = None,
) -> list[Payout]:
    """What the months pay; a negative balance goes on to the next month or is written off.

    `adjusted` holds, by month, what corrects months that were paid before.
    """
    payouts: list[Payout] = []
    carried, drawn = opening.carried, opening.drawn
    for move in movements:
        guaranteed = _guaranteed(plan, move)
        capped = _capped(plan, move.earned + guaranteed)
        so_far = move.earned + guaranteed - capped - move.held + move.released - move.clawed_back
        advanced, recovered, drawn = _draw(plan, move, so_far, drawn)
        if plan.draw and plan.draw.forgive_at == "year_end" and _ends_year(move.month, calendar):
            drawn = 0
        correction = adjusted.get(move.month.key, 0)
        due = so_far + advanced - recovered + correction + carried
        owed = min(due, 0)
        carried, written_off = (owed, 0) if plan.negative_balance == "carry" else (0, -owed)
        payouts.append(
            Payout(
                move.month,
                earned=move.earned,
                guaranteed=guaranteed,
                capped=capped,
                held=move.held,
                released=move.released,
                clawed_back=move.clawed_back,
                draw_advanced=advanced,
                draw_recovered=recovered,
                draw_balance=drawn,
                adjusted=correction,
                written_off=written_off,
                payable=max(due, 0),
                carried=carried,
            )
        )
    return payouts


def _guaranteed(plan: Plan, move: Movement) -> int:
    """A guarantee lifts the first months of service to its amount."""
    terms = plan.guarantee
    if terms is None or move.service is None or not 0 <= move.service < terms.months:
        return 0
    return max(round_half_up(Fraction(terms.amount) * 10**plan.digits) - move.earned, 0)


def _capped(plan: Plan, earned: int) -> int:
    return 0 if plan.cap is None else max(earned - round_half_up(Fraction(plan.cap) * 10**plan.digits), 0)


def _draw(plan: Plan, move: Movement, earned: int, owed: int) -> tuple[int, int, int]:
    """Advanced, recovered, and what is owed afterwards."""
    terms = plan.draw
    if terms is None:
        return 0, 0, owed
    has_ended = terms.until is not None and move.month.key > terms.until
    runs = not has_ended and move.service is not None
    draw = round_half_up(Fraction(terms.amount) * 10**plan.digits) if runs else 0
    if terms.kind == "additive":
        advanced, spare = draw, (earned if has_ended else 0)
    else:
        advanced, spare = (max(draw - earned, 0) if runs else 0), earned - draw
    if terms.kind == "non_recoverable":
        return advanced, 0, 0
    may_recover = terms.recover_from is None or move.month.key >= terms.recover_from
    most = round_half_up(Fraction(terms.recovery_limit) * max(spare, 0)) if may_recover else 0
    recovered = min(owed, most)
    return advanced, recovered, owed + advanced - recovered


def _ends_year(month: Period, calendar: FiscalCalendar | None) -> bool:
    return (calendar or FiscalCalendar()).year_of(month.start).end == month.end


def _touches(month: Period, stopped: Sequence[Period]) -> bool:
    return any(month.start in period for period in stopped)


def _add_to_date(result: ComponentResult, months: Sequence[Period], clawed_back: list[int]) -> None:
    """What refunds took back of the period's lines: rounded to date less rounded to date a month before."""
    for place, (_, amount) in enumerate(by_month([(one.day, one.exact) for one in result.takebacks], months)):
        clawed_back[place] += amount


def by_month(parts: Sequence[tuple[date, Fraction]], months: Sequence[Period]) -> list[tuple[Period, int]]:
    """Exact amounts by their days as whole amounts by month, so that the months add up to the rounded sum."""
    rows, before = [], 0
    for month in months:
        reached = round_half_up(sum((exact for day, exact in parts if day <= month.end), Fraction(0)))
        rows.append((month, reached - before))
        before = reached
    return rows


def add_earnings(result: ComponentResult, months: Sequence[Period], earned: list[int]) -> None:
    """Rounded amount to date less the rounded amount to date a month before, so that months add up to the period.

    `earned` has a place for each of `months`, which must not begin after the period."""
    lines = result.lines  # in the order of their days
    to_date = [0, *accumulate([line.exact for line in lines])]
    before = 0
    for place in range(bisect_left(months, result.period.start, key=_START), len(months)):
        end = bisect_right(lines, months[place].end, key=_DAY)
        reached = round_half_up(Fraction(to_date[end], result.exact_unit))
        earned[place] += reached - before
        before = reached
        if end == len(lines):
            break
