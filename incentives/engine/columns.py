"""The short way: a component that is only a rate, a participant's credits of a period as columns of integers.

Quantities, bounds and rates share one unit per measurement period, so the inner loops are plain integer arithmetic,
exact at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import lcm

from incentives.engine.facts import Credit, Exact
from incentives.engine.rates import METHODS, Rated, Table
from incentives.engine.results import ComponentResult, Line
from incentives.engine.rounding import shown_amounts
from incentives.engine.rules import Rule, whole
from salesops.lib.periods import Period

_make_line = partial(tuple.__new__, Line)  # Line._make without its Python frame: it is called for every line


def rate_columns(
    rule: Rule, share_unit: int, period: Period, quota: Exact | None, credits: Sequence[Credit]
) -> ComponentResult:
    """The period's lines; `quota` is there where the rate goes by attainment."""
    read, rate = rule.quantity, rule.component.rate
    quantities, unit = whole([read(credit) * credit.share for credit in credits], share_unit)
    bound_scale = Fraction(quota or 1) if rate.needs_quota else Fraction(1)
    starts, start_unit = rule.whole_bounds
    rates, rate_unit = rule.whole_rates
    bound_unit = start_unit * bound_scale.denominator
    common = lcm(unit, bound_unit)
    if common != unit:
        quantities = [quantity * (common // unit) for quantity in quantities]
    stretch = bound_scale.numerator * (common // bound_unit)
    table = Table(tuple(start * stretch for start in starts), rates, rate.boundary)
    rated = METHODS[rate.method](quantities, table)
    exact_unit = common * rate_unit
    amounts = shown_amounts(rated.exact, exact_unit)
    return ComponentResult(
        component=rule.component,
        period=period,
        measure=Fraction(sum(quantities), common),
        quota=quota,
        earned=sum(amounts),
        lines=_lines(credits, rated, amounts),
        base_unit=common,
        exact_unit=exact_unit,
    )


def _lines(credits: Sequence[Credit], rated: Rated, amounts: Sequence[int]) -> list[Line]:
    whose = [credits[place] for place in rated.credits]
    days = [credits[place].day for place in rated.dated]
    columns = zip(whose, days, rated.bases, rated.exact, amounts, rated.tiers, rated.cuts, rated.notes, strict=False)
    return list(map(_make_line, columns))
