"""Days of service: what a quota is prorated by, and its ramp."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from incentives.engine.facts import Exact, Participant
from incentives.engine.terms import DayCount
from salesops.lib.periods import Period, months_between

_WEEK, _WORKING_DAYS = 7, 5


def active_days(participant: Participant, period: Period) -> tuple[date, date] | None:
    """The first and last day of the period on which the participant was active; None where there is none."""
    first = max(participant.active_from or date.min, period.start)
    last = min(participant.active_to or date.max, period.end)
    return (first, last) if first <= last else None


def proration(participant: Participant, period: Period, count: DayCount) -> Fraction:
    """Active days without unpaid leave ÷ days of the period, both counted the plan's way."""
    active = active_days(participant, period)
    if active is None:
        return Fraction(0)
    worked = days(*active, count) - sum(days(*away, count) for away in _leave_within(participant.leave, active))
    return Fraction(worked, days(period.start, period.end, count))


def ramp_factor(participant: Participant, period: Period) -> Exact:
    """The factor of the month of service, averaged over the active months of a longer period; 1 past the list."""
    active = active_days(participant, period)
    began = participant.service_from or participant.active_from
    if not participant.ramp or active is None or began is None:
        return 1
    places = [month_of_service(began, month.start) for month in months_between(*active)]
    factors = [participant.ramp[place] if 0 <= place < len(participant.ramp) else 1 for place in places]
    return Fraction(sum(factors)) / len(factors)


def month_of_service(began: date, day: date) -> int:
    """0 in the calendar month in which service began."""
    return (day.year - began.year) * 12 + day.month - began.month


def days(first: date, last: date, count: DayCount) -> int:
    """How many days from `first` to `last`, both included."""
    if count == "calendar_days":
        return (last - first).days + 1
    return _working(first, last) if count == "working_days" else _thirties(first, last)


def _working(first: date, last: date) -> int:
    """Mondays to Fridays."""
    weeks, rest = divmod((last - first).days + 1, _WEEK)
    return weeks * _WORKING_DAYS + sum((first.weekday() + day) % _WEEK < _WORKING_DAYS for day in range(rest))


def _thirties(first: date, last: date) -> int:
    """Every month has 30 days; a month's last day is the 30th."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months * 30 + _thirtieth(last) - _thirtieth(first) + 1


def _thirtieth(day: date) -> int:
    return 30 if (day + timedelta(days=1)).day == 1 else day.day


def _leave_within(leave: Sequence[tuple[date, date]], active: tuple[date, date]) -> list[tuple[date, date]]:
    """The stretches of leave inside the active days; those that touch or overlap are one, so no day counts twice."""
    found: list[tuple[date, date]] = []
    for first, last in sorted((max(a, active[0]), min(b, active[1])) for a, b in leave):
        if first > last:
            continue
        if found and first <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
