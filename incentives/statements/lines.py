"""A month's lines, each with the slices that it was cut into and the way that it moved the total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm

from incentives.engine import Component as Terms
from incentives.engine import Plan
from incentives.engine.rounding import shown_amounts
from incentives.plans.words import MEASURES, Text, bound_text, number_text, rate_text
from incentives.statements.models import Earning, EarningLine
from pipeline.facts import SHARE_UNIT
from salesops.lib.money import minor_digits, round_half_up


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A part of a credit in one tier: `base` × `rate` is `amount`. `start` and `end` (or nothing) name the tier."""

    base: int
    rate: str
    amount: int
    start: str
    end: str
    tone: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """A bound that a credit went across: the total there, and the bound as the plan names it."""

    total: int
    label: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line. `before` and `after` are the period's total around it; all amounts in minor units or counts.

    `multiplied` is what the scorecard's factor adds to the slices or takes from them.
    """

    day: date
    title: str
    detail: str
    deal_id: int
    deal_reference: str
    share: Fraction | None
    base: int
    amount: int
    note: str
    before: int
    after: int
    slices: list[SliceRow]
    multiplied: int
    crossings: list[Crossing]
    corrected_month: date | None

    @property
    def rates(self) -> str:
        """4 %, or 4 % + 6 % for a credit that was cut."""
        return " + ".join(dict.fromkeys(row.rate for row in self.slices))

    @property
    def parts(self) -> list[int]:
        return [abs(row.base) for row in self.slices]


@dataclass(slots=True)
class Component:
    """One component of the month, and the days on which its period's total moved."""

    code: str
    terms: Terms
    currency: str
    period: str
    measure: int
    quota: int | None
    earned: int
    adjusted: int
    score: Fraction | None = None
    lines: list[LineRow] = field(default_factory=list)
    totals: list[tuple[date, int]] = field(default_factory=list)

    @property
    def measure_label(self) -> Text:
        return MEASURES[self.terms.measure]

    @property
    def attainment(self) -> Fraction | None:
        return Fraction(self.measure, self.quota) if self.quota else None

    @property
    def factor(self) -> Fraction:
        """What the scorecard makes of every line; 1 without a multiplier."""
        multiplier = self.terms.multiplier
        return Fraction(1) if multiplier is None or self.score is None else multiplier.factor(self.score)

    @property
    def factor_text(self) -> str:
        """`0.8`; empty where nothing is multiplied."""
        return "" if self.factor == 1 else number_text(self.factor)

    @property
    def score_text(self) -> str:
        return "" if self.score is None else number_text(self.score)

    @property
    def bounds(self) -> list[Fraction]:
        """The tiers' lower bounds in minor units or counts; empty where the quota that they need is not known."""
        return _bounds(self.terms, self.quota, self.currency)


def components_of(
    earnings: Sequence[Earning], lines: Sequence[EarningLine], plans: Mapping[int, Plan], month: date
) -> list[Component]:
    """The month's components. `earnings` and `lines` go back to the beginning of the longest measurement period."""
    keys = {(earning.month, earning.place): (earning.component, earning.period) for earning in earnings}
    by_period: dict[tuple[str, str], list[EarningLine]] = {}
    for line in lines:
        by_period.setdefault(keys[line.month, line.place], []).append(line)
    found = []
    for earning in earnings:
        if earning.month == month:
            plan = plans[earning.plan_version_id]
            terms = next(one for one in plan.components if one.code == earning.component)
            component = _component(earning, terms, plan.currency)
            _add_lines(component, by_period.get((earning.component, earning.period), []), month)
            found.append(component)
    return found


def _component(earning: Earning, terms: Terms, currency: str) -> Component:
    return Component(
        code=earning.component,
        terms=terms,
        currency=currency,
        period=earning.period,
        measure=round_half_up(earning.measure),
        quota=None if earning.quota is None else round_half_up(earning.quota),
        earned=earning.earned,
        adjusted=earning.adjusted,
        score=None if earning.score is None else Fraction(earning.score),
    )


def _add_lines(component: Component, lines: Sequence[EarningLine], month: date) -> None:
    """In the order in which they moved the total; a correction moved it on the day of its fact."""
    total = Fraction(0)
    bounds = component.bounds
    for line in sorted(lines, key=lambda line: line.date):  # stable: the order of the run within a day
        before, total = total, total + Fraction(line.base)
        component.totals.append((line.date, round_half_up(total)))
        if line.month == month:
            component.lines.append(_row(line, component, bounds, before, total))
    component.lines.sort(key=lambda row: row.note == EarningLine.Note.CORRECTION)


def _row(
    line: EarningLine, component: Component, bounds: Sequence[Fraction], before: Fraction, after: Fraction
) -> LineRow:
    credit = line.credit_line
    slices = _slices(line, component)
    customer = credit.customer.name if credit.customer else ""
    product = credit.product.name if credit.product else ""
    return LineRow(
        day=line.date,
        title=customer or credit.deal.reference,
        detail=product,
        deal_id=credit.deal_id,
        deal_reference=credit.deal.reference,
        share=None if credit.share == SHARE_UNIT else Fraction(credit.share, SHARE_UNIT),
        base=round_half_up(line.base),
        amount=line.amount,
        note=line.note,
        before=round_half_up(before),
        after=round_half_up(after),
        slices=slices,
        multiplied=line.amount - sum(row.amount for row in slices) if slices else 0,
        crossings=_crossings(component, bounds, before, after),
        corrected_month=line.corrects.month if line.corrects else None,
    )


def _slices(line: EarningLine, component: Component) -> list[SliceRow]:
    """What the tiers pay; with a multiplier, before it."""
    tiers = component.terms.rate.tiers
    scale = 1 if component.terms.counts_money else 10 ** minor_digits(component.currency)
    parts = [(place, Fraction(base)) for place, base in line.slices]
    exact = [base * Fraction(tiers[place].rate) * scale for place, base in parts]
    unit = lcm(*(value.denominator for value in exact))
    total = line.amount if component.factor == 1 else None
    amounts = shown_amounts([int(value * unit) for value in exact], unit, total)
    return [
        SliceRow(
            base=round_half_up(base),
            rate=rate_text(tiers[place].rate, component.terms, component.currency),
            amount=amount,
            start=bound_text(tiers[place], component.terms, component.currency),
            end=bound_text(tiers[place + 1], component.terms, component.currency) if place + 1 < len(tiers) else "",
            tone=f"f{number % 6 + 1}b",
        )
        for number, ((place, base), amount) in enumerate(zip(parts, amounts, strict=True))
    ]


def _crossings(component: Component, bounds: Sequence[Fraction], before: Fraction, after: Fraction) -> list[Crossing]:
    low, high = min(before, after), max(before, after)
    tiers = component.terms.rate.tiers
    return [
        Crossing(round_half_up(bound), bound_text(tier, component.terms, component.currency))
        for bound, tier in zip(bounds[1:], tiers[1:], strict=False)
        if low < bound < high
    ]


def _bounds(terms: Terms, quota: int | None, currency: str) -> list[Fraction]:
    if terms.rate.by == "attainment":
        return [Fraction(tier.start) * quota for tier in terms.rate.tiers] if quota else []
    scale = 10 ** minor_digits(currency) if terms.counts_money else 1
    return [Fraction(tier.start) * scale for tier in terms.rate.tiers]
