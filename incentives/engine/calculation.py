"""The engine's one call: credits in, rated lines and payouts out, for many participants at once.

The steps of commissions.md in their order: select, credit, order, quota, rate, round, plan level. A component's terms
are turned into integers once; a participant's quantities, bounds and rates then share one unit per measurement period,
so the inner loops are plain integer arithmetic, exact at any size.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from math import lcm
from operator import attrgetter, itemgetter

from incentives.engine.facts import Basis, Credit, Exact, Inputs, Participant
from incentives.engine.payouts import monthly_payouts
from incentives.engine.rates import METHODS, Rated, Table
from incentives.engine.results import ComponentResult, Line, ParticipantResult, Problem, Results
from incentives.engine.rounding import shown_amounts
from incentives.engine.terms import FILTER_LISTS, Component, Plan
from salesops.lib.errors import gettext_noop
from salesops.lib.periods import FiscalCalendar, Period, months_between

ENGINE_VERSION = "1.0.0"

_DAY = attrgetter("day")
IN_ORDER = itemgetter(0, 1)  # day, then event id as text
_make_line = partial(tuple.__new__, Line)  # Line._make without its Python frame: it is called for every line
_SUMMED = ("amount", "units", "margin", "customers")
_BASES: dict[str, tuple[Basis, Callable[[Credit], Exact]]] = {
    "bookings": ("booking", attrgetter("amount")),
    "invoiced": ("invoice", attrgetter("amount")),
    "collections": ("collection", attrgetter("amount")),
    "margin": ("booking", attrgetter("margin")),
    "units": ("booking", attrgetter("units")),
    "new_customers": ("booking", attrgetter("customers")),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """A component made ready: its bounds and rates as integers over `start_unit` and `rate_unit`."""

    component: Component
    basis: str
    quantity: Callable[[Credit], Exact]
    starts: Sequence[int]
    start_unit: int
    rates: Sequence[int]
    rate_unit: int
    quota: Exact | None
    quotas: dict[str, Exact]

    def quota_for(self, participant: Participant, period: Period) -> Exact | None:
        """The participant's own quota before the plan's for that period, before the plan's for every period."""
        own = participant.quotas.get((self.component.measure, period.key))
        return self.quotas.get(period.key, self.quota) if own is None else own


def calculate(inputs: Inputs) -> Results:
    """Every participant's component periods and monthly payouts under the plan, up to `as_of`."""
    rules = [_rule(component, inputs.plan) for component in inputs.plan.components]
    months = months_between(inputs.start, inputs.as_of)
    with _collector_paused():
        return Results([_participant(participant, rules, months, inputs) for participant in inputs.participants])


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Lines cannot form cycles, yet Python would look for them again and again: half the time at 200,000 credits."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _participant(
    participant: Participant, rules: Sequence[_Rule], months: Sequence[Period], inputs: Inputs
) -> ParticipantResult:
    credits = _counting(participant, inputs)
    results: list[ComponentResult] = []
    problems: list[Problem] = []
    for rule in rules:
        for period, group in _by_period(_selected(credits, rule), rule.component, inputs.calendar):
            outcome = _rate(rule, participant, period, group)
            if isinstance(outcome, Problem):
                problems.append(outcome)
            elif outcome:
                results.append(outcome)
    stopped = [problem.period for problem in problems]
    payouts = monthly_payouts(inputs.plan, results, months, stopped)
    return ParticipantResult(participant.key, results, payouts, problems)


def _rule(component: Component, plan: Plan) -> _Rule:
    """Bounds by amount become minor units (or counts), rates minor units per unit of quantity, all of them integers."""
    basis, quantity = _BASES[component.measure]
    minor = 10**plan.digits
    scale = minor if component.counts_money else 1
    rate = component.rate
    starts, start_unit = _whole([Fraction(tier.start) * (scale if rate.by == "amount" else 1) for tier in rate.tiers])
    rates, rate_unit = _whole([Fraction(tier.rate) * minor / scale for tier in rate.tiers])
    return _Rule(
        component=component,
        basis=basis,
        quantity=quantity,
        starts=starts,
        start_unit=start_unit,
        rates=rates,
        rate_unit=rate_unit,
        quota=None if component.quota is None else Fraction(component.quota) * scale,
        quotas={key: Fraction(value) * scale for key, value in component.quotas},
    )


def _counting(participant: Participant, inputs: Inputs) -> list[Credit]:
    """The credits up to `as_of` of days on which the participant was active, by day and event id."""
    credits = sorted(participant.credits, key=IN_ORDER)
    del credits[bisect_right(credits, inputs.as_of, key=_DAY) :]
    if participant.active_from or participant.active_to:
        first, last = participant.active_from or date.min, participant.active_to or date.max
        credits = [credit for credit in credits if first <= (credit.counts_on or credit.day) <= last]
    return credits


def _selected(credits: Sequence[Credit], rule: _Rule) -> list[Credit]:
    """Those that the component's measure and filter admit."""
    terms = rule.component.filter
    chosen = [credit for credit in credits if credit.basis == rule.basis]
    for name in FILTER_LISTS:
        if admitted := getattr(terms, name):
            chosen = [credit for credit in chosen if getattr(credit, name) in admitted]
    if terms.new_customer is not None:
        chosen = [credit for credit in chosen if credit.new_customer is terms.new_customer]
    return chosen if len({credit.event for credit in chosen}) == len(chosen) else _merged(chosen)


def _merged(credits: Sequence[Credit]) -> list[Credit]:
    """A refund that lowers several events of its deal is one credit; so is every event's share of one kind."""
    merged: dict[tuple[object, ...], Credit] = {}
    for credit in credits:
        key = (credit.event, credit.kind, credit.share)
        merged[key] = _sum(merged[key], credit) if key in merged else credit
    return list(merged.values())


def _sum(first: Credit, second: Credit) -> Credit:
    return first._replace(**{name: getattr(first, name) + getattr(second, name) for name in _SUMMED})


def _by_period(
    credits: Sequence[Credit], component: Component, calendar: FiscalCalendar
) -> Iterator[tuple[Period, Sequence[Credit]]]:
    start = 0
    while start < len(credits):
        period = calendar.containing(credits[start].day, component.period)
        end = bisect_right(credits, period.end, lo=start, key=_DAY)
        yield period, credits[start:end]
        start = end


def _rate(
    rule: _Rule, participant: Participant, period: Period, credits: Sequence[Credit]
) -> ComponentResult | Problem | None:
    """One component period; None where nothing in it can earn and there is no quota to measure it by."""
    read = rule.quantity
    quantities, unit = _whole([read(credit) * credit.share for credit in credits], participant.share_unit)
    quota = rule.quota_for(participant, period)
    if rule.component.rate.needs_quota and not quota:
        return _no_quota(participant, rule, period, quota) if any(quantities) else None
    bound_scale = Fraction(quota or 1) if rule.component.rate.needs_quota else Fraction(1)
    bound_unit = rule.start_unit * bound_scale.denominator
    common = lcm(unit, bound_unit)
    if common != unit:
        quantities = [quantity * (common // unit) for quantity in quantities]
    stretch = bound_scale.numerator * (common // bound_unit)
    table = Table(tuple(start * stretch for start in rule.starts), rule.rates, rule.component.rate.boundary)
    rated = METHODS[rule.component.rate.method](quantities, table)
    exact_unit = common * rule.rate_unit
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


def _no_quota(participant: Participant, rule: _Rule, period: Period, quota: Exact | None) -> Problem:
    code, message = (
        ("no_quota", gettext_noop("There is no quota for this period, so attainment is undefined."))
        if quota is None
        else ("zero_quota", gettext_noop("The quota of this period is zero, so attainment is undefined."))
    )
    return Problem(participant.key, rule.component.code, period, code, message)


def _whole(values: Sequence[Exact], unit: int = 1) -> tuple[list[int], int]:
    """The values as integers over a finer unit; as they are where they are integers already."""
    finer = lcm(*(value.denominator for value in values if type(value) is not int))
    if finer == 1:
        return [int(value) for value in values], unit
    return [int(value * finer) for value in values], unit * finer
