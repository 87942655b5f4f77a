"""From what the engine calculated to what a month's statement holds."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from fractions import Fraction
from operator import attrgetter

from incentives.engine import ComponentResult, Line, Payout
from incentives.engine.payouts import add_earnings
from incentives.engine.rounding import shown_amounts
from incentives.plans.holding import Version
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period, months_between

KEY_COLUMNS = ("participant_id", "month", "place")
EARNING_COLUMNS = ("plan_version_id", "component", "period", "measure", "quota", "earned", "adjusted", "score")
LINE_COLUMNS = ("credit_line_id", "date", "base", "exact", "amount", "note", "slices", "corrects_id")
AMOUNTS = [each.name for each in fields(Payout) if each.name != "month"]
PLACES = 30  # decimals of the numeric columns
_DAY = attrgetter("day")


@dataclass(slots=True)
class Part:
    """One component of a participant's month. `lines` are rows of `LINE_COLUMNS`; `score` is what multiplied them."""

    version_id: int
    component: str
    period: str
    measure: Fraction
    quota: Fraction | None
    earned: int = 0
    adjusted: int = 0
    score: Fraction | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return self.component, self.period


@dataclass(slots=True)
class Draft:
    """A participant's month as it will be written."""

    participant_id: int
    month: Period
    team_id: int | None
    version: Version
    input_digest: str
    parts: list[Part]
    payout: Payout

    @property
    def content_digest(self) -> str:
        """SHA-256 of what came out: amounts, components and lines."""
        payout = [getattr(self.payout, name) for name in AMOUNTS]
        head = json.dumps([self.participant_id, self.month.key, self.team_id, self.version.id, payout])
        digest = hashlib.sha256(head.encode())
        for part in self.parts:
            digest.update(earning_row(part).encode())
            if part.score is not None:  # what has no multiplier keeps the digest that it had before there were any
                digest.update(score_text(part).encode())
            digest.update("\n".join(part.lines).encode())
        return digest.hexdigest()


def monthly(result: ComponentResult) -> dict[date, int]:
    """What each month of the measurement period earned: rounded to date, less rounded to the month before."""
    months = months_between(result.period.start, result.period.end)
    earned = [0] * len(months)
    add_earnings(result, months, earned)
    return {month.start: amount for month, amount in zip(months, earned, strict=True)}


def part_of(
    result: ComponentResult, version: Version, month: Period, earned: int, score: Fraction | None = None
) -> Part:
    """The component's part of one month: its lines, shown so that they add up to what the month earned."""
    first = bisect_left(result.lines, month.start, key=_DAY)
    end = bisect_right(result.lines, month.end, key=_DAY)
    lines = result.lines[first:end]
    reached = sum(line.base for line in result.lines[:end])
    amounts = shown_amounts([line.exact for line in lines], result.exact_unit, earned)
    return Part(
        version_id=version.id,
        component=result.component.code,
        period=result.period.key,
        measure=Fraction(reached, result.base_unit),
        quota=None if result.quota is None else Fraction(result.quota),
        earned=earned,
        score=score,
        lines=line_rows(result, lines, amounts),
    )


def line_rows(result: ComponentResult, lines: Sequence[Line], amounts: Sequence[int]) -> list[str]:
    """Rows for COPY, in the order of `LINE_COLUMNS`."""
    base_text, exact_text = decimal_writer(result.base_unit), decimal_writer(result.exact_unit)
    rows = []
    for (credit, day, base, exact, _, tier, cuts, note), amount in zip(lines, amounts, strict=True):
        slices = ",".join(f'[{place},"{base_text(part)}"]' for place, part in cuts or ((tier, base),))
        source = "\\N" if credit is None else credit.source  # what belongs to no event has no credit line
        rows.append(f"{source}\t{day}\t{base_text(base)}\t{exact_text(exact)}\t{amount}\t{note}\t[{slices}]\t\\N")
    return rows


def earning_row(part: Part) -> str:
    """For COPY, in the order of `EARNING_COLUMNS` but for the last, `score_text`."""
    quota = "\\N" if part.quota is None else decimal_text(part.quota)
    name = part.component.replace("\\", "\\\\")
    measure = decimal_text(part.measure)
    return f"{part.version_id}\t{name}\t{part.period}\t{measure}\t{quota}\t{part.earned}\t{part.adjusted}"


def score_text(part: Part) -> str:
    return "\\N" if part.score is None else decimal_text(part.score)


def decimal_text(value: Fraction) -> str:
    return decimal_writer(value.denominator)(value.numerator)


def decimal_writer(unit: int) -> Callable[[int], str]:
    """Writes `n` ÷ `unit` as a decimal number: exactly where it ends within 30 places, else rounded there."""
    if unit == 1:
        return str
    places = next((count for count in range(1, PLACES + 1) if 10**count % unit == 0), None)
    if places is None:
        return lambda parts: decimal_writer(10**PLACES)(round_half_up(Fraction(parts * 10**PLACES, unit)))
    power = 10**places
    factor = power // unit

    def write(parts: int) -> str:
        whole, rest = divmod(abs(parts) * factor, power)
        return f"{'-' if parts < 0 else ''}{whole}.{rest:0{places}d}" if rest else f"{'-' if parts < 0 else ''}{whole}"

    return write
