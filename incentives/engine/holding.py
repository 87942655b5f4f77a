"""What is earned now and paid later: holdbacks and instalments (commissions.md, details 28 and 29).

A refund that takes back releases the same part of what is still held of its event: the whole of it shows as clawed
back, and what was never paid need not be paid back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from incentives.engine.facts import Deal
from incentives.engine.results import ComponentResult, Line
from incentives.engine.terms import Holdback
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period

_NOUGHT, _ONE = Fraction(0), Fraction(1)
Left = Callable[[Line, date], Fraction]
Columns = tuple[list[int], list[int]]


def held_back(
    result: ComponentResult, earned: Sequence[int], months: Sequence[Period], deals: Mapping[str, Deal]
) -> Columns:
    """Held and released by month, of a component period whose months earned `earned`."""
    left = _left_of(result)
    if result.component.holdback is None:
        return _instalments(result, earned, months, left)
    return _holdback(result, result.component.holdback, months, deals, left)


def _left_of(result: ComponentResult) -> Left:
    """The part of a line that refunds had left of its event at the end of a day, as seen from the line's own day."""
    by_event: dict[tuple[str, str], list[tuple[date, Fraction]]] = {}
    for one in result.takebacks:
        by_event.setdefault((one.event, one.holder), []).append((one.day, one.left))

    def stood(line: Line, day: date) -> Fraction:
        if line.credit is None:
            return _ONE
        history = by_event.get((line.credit.event, line.credit.holder), ())
        return next((left for when, left in reversed(history) if when <= day), _ONE)

    def left(line: Line, day: date) -> Fraction:
        at_first = stood(line, line.day - timedelta(days=1))
        return stood(line, day) / at_first if at_first else _NOUGHT

    return left


def _holdback(
    result: ComponentResult, terms: Holdback, months: Sequence[Period], deals: Mapping[str, Deal], left: Left
) -> Columns:
    share = Fraction(terms.share)
    held, released = [0] * len(months), [0] * len(months)
    held_before = released_before = 0
    for place, month in enumerate(months):
        if month.end < result.period.start:
            continue
        earned, kept = _NOUGHT, _NOUGHT
        for line in result.lines:
            if line.day <= month.end:
                exact = result.exact_of(line)
                earned += exact
                kept += exact * (_ONE - _released(terms, result, line, month.end, deals)) * left(line, month.end)
        to_date = round_half_up(earned * share)
        let_go = to_date - round_half_up(kept * share)
        held[place], released[place] = to_date - held_before, let_go - released_before
        held_before, released_before = to_date, let_go
    return held, released


def _released(terms: Holdback, result: ComponentResult, line: Line, day: date, deals: Mapping[str, Deal]) -> Fraction:
    """The part of a line's holdback that has been released by the end of that day."""
    if terms.release == "period_end":
        return _ONE if day >= result.period.end else _NOUGHT
    if terms.release == "after_days":
        event_day = line.credit.day if line.credit else line.day
        return _ONE if day >= max(event_day + timedelta(days=terms.days), line.day) else _NOUGHT
    deal = deals.get(line.credit.deal) if line.credit else None
    if deal is None or not deal.booked:
        return _ONE
    collected = sum((Fraction(amount) for when, amount in deal.collected if when <= day), _NOUGHT)
    return min(collected / deal.booked, _ONE)


def _instalments(result: ComponentResult, earned: Sequence[int], months: Sequence[Period], left: Left) -> Columns:
    """Each month's movement in equal parts, cut to the minor unit, the remainder in the last."""
    count = result.component.instalments
    held, released = [0] * len(months), [0] * len(months)
    for begun, movement in enumerate(earned):
        if not movement:
            continue
        first = abs(movement) // count * (1 if movement > 0 else -1)
        held[begun] += movement - first
        unpaid_before = movement - first
        for place in range(begun, len(months)):
            due = movement if place - begun >= count - 1 else first * (place - begun + 1)
            unpaid = round_half_up((movement - due) * _left_of_month(result, months[begun], months[place].end, left))
            released[place] += unpaid_before - unpaid
            unpaid_before = unpaid
            if not unpaid:
                break
    return held, released


def _left_of_month(result: ComponentResult, month: Period, day: date, left: Left) -> Fraction:
    """The part of a month's earnings that refunds have left by that day, each line weighing what it earned."""
    lines = [line for line in result.lines if line.day in month]
    total = sum(line.exact for line in lines)
    if not total or not result.takebacks:
        return _ONE
    return sum((line.exact * left(line, day) for line in lines), _NOUGHT) / total
