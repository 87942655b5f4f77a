"""What a changed fact makes of approved months: the difference to what was paid, booked in the first open month.

Nothing is ever changed in an approved month. Every difference belongs to one credit and points to the line that was
paid for it; the differences of a component period add up to its rounded total now, less what it has been paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm

from incentives.engine import ComponentResult
from incentives.engine.rounding import shown_amounts
from incentives.plans.holding import Version
from incentives.runs.drafts import Part, decimal_text, monthly
from incentives.statements.models import Earning, EarningLine
from salesops.lib.periods import FiscalCalendar

_Key = tuple[str, str]  # component, key of the measurement period


@dataclass(slots=True)
class _Credit:
    """What one credit has been paid for, or is worth now."""

    day: date
    base: Fraction = Fraction(0)
    exact: Fraction = Fraction(0)
    line_id: int | None = None


@dataclass(slots=True)
class _Account:
    """A component period up to the last closed month: money, and the credits behind it."""

    total: int = 0
    credits: dict[int, _Credit] = field(default_factory=dict)

    def add(self, credit_line: int, day: date, base: Fraction, exact: Fraction, line_id: int | None) -> None:
        credit = self.credits.setdefault(credit_line, _Credit(day))
        credit.base += base
        credit.exact += exact
        credit.line_id = credit.line_id or line_id


Paid = dict[int, dict[_Key, _Account]]


def paid(participants: Iterable[int], closed_until: date, calendar: FiscalCalendar) -> Paid:
    """What the closed months have paid each participant, corrections included. Two queries."""
    people = list(participants)
    closed = {"participant_id__in": people, "month__lte": closed_until}
    found: Paid = {person: defaultdict(_Account) for person in people}
    keys: dict[tuple[int, date, int], _Key] = {}
    for person, month, place, component, period, earned, adjusted in Earning.objects.filter(**closed).values_list(
        "participant_id", "month", "place", "component", "period", "earned", "adjusted"
    ):
        keys[person, month, place] = (component, period)
        found[person][component, period].total += earned + adjusted
    for person, month, place, credit, day, base, exact, line in (
        EarningLine.objects.filter(**closed)
        .order_by("month", "place", "seq")
        .values_list("participant_id", "month", "place", "credit_line_id", "date", "base", "exact", "id")
    ):
        account = found[person][keys[person, month, place]]
        account.add(credit, day, Fraction(base), Fraction(exact), line)
    return found


def corrections(
    results: Sequence[tuple[Version, ComponentResult]],
    was_paid: dict[_Key, _Account],
    *,
    first: date,
    closed_end: date,
    calendar: FiscalCalendar,
    version: Version,
) -> list[Part]:
    """The parts to add to the first open month, for component periods from `first` on; none where nothing differs."""
    now: defaultdict[_Key, _Account] = defaultdict(_Account)
    for _, result in results:
        _add(now[result.component.code, result.period.key], result, closed_end)
    versions = {(result.component.code, result.period.key): held for held, result in results}
    keys = {key for key in was_paid if calendar.parse(key[1]).end >= first} | set(now)
    parts = (_part(key, now[key], was_paid.get(key, _Account()), versions.get(key, version)) for key in sorted(keys))
    return [part for part in parts if part is not None]


def _add(account: _Account, result: ComponentResult, closed_end: date) -> None:
    account.total += sum(amount for month, amount in monthly(result).items() if month <= closed_end)
    for line in result.lines:
        if line.credit is not None and line.day <= closed_end and isinstance(line.credit.source, int):
            account.add(line.credit.source, line.credit.day, result.base_of(line), result.exact_of(line), None)


def _part(key: _Key, now: _Account, was: _Account, version: Version) -> Part | None:
    nothing = _Credit(date.min)
    changed = []
    for credit_line in sorted(now.credits.keys() | was.credits.keys()):
        after, before = now.credits.get(credit_line, nothing), was.credits.get(credit_line, nothing)
        if (after.base, after.exact) != (before.base, before.exact):
            changed.append((credit_line, after, before))
    total = now.total - was.total
    if not changed:
        return None
    differences = [after.exact - before.exact for _, after, before in changed]
    unit = lcm(*(difference.denominator for difference in differences))
    amounts = shown_amounts([int(difference * unit) for difference in differences], unit, total)
    rows = [
        f"{credit_line}\t{max(after.day, before.day)}\t{decimal_text(after.base - before.base)}"
        f"\t{decimal_text(after.exact - before.exact)}\t{amount}\tcorrection\t[]\t{before.line_id or chr(92) + 'N'}"
        for (credit_line, after, before), amount in zip(changed, amounts, strict=True)
    ]
    component, period = key
    measure = sum((credit.base for credit in now.credits.values()), Fraction(0))
    return Part(version.id, component, period, measure, None, adjusted=total, lines=rows)
