"""How far the measurement period has come, and what the next credit would earn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from incentives.plans.words import bound_text, rate_text
from incentives.statements.lines import Component
from salesops.lib.money import minor_digits, round_half_up
from salesops.lib.pace import Bound, PaceChart
from salesops.lib.periods import FiscalCalendar, Period, months_between

_ROUND_SUM = 1000  # “every further 1,000.00”, in major units


@dataclass(frozen=True, slots=True)
class NextTier:
    """What is missing to the next tier (None: the last is reached), and what a round sum earns at today's rate."""

    missing: int | None
    rate: str
    round_sum: int
    earns: int
    whole_total: bool


@dataclass(frozen=True, slots=True)
class Progress:
    component: Component
    period: Period
    chart: PaceChart
    next_tier: NextTier


def progress_of(
    components: Sequence[Component], month: Period, as_of: date, calendar: FiscalCalendar
) -> Progress | None:
    """Of the first component that climbs a table of money; None where there is none, or no quota to climb by."""
    for component in components:
        if len(component.terms.rate.tiers) > 1 and component.terms.counts_money and component.bounds:
            period = calendar.parse(component.period)
            if month.start in period:
                return Progress(component, period, _chart(component, period, month, as_of), next_tier(component))
    return None


def _chart(component: Component, period: Period, month: Period, as_of: date) -> PaceChart:
    shown_to = min(max(as_of, period.start), month.end)
    by_day: dict[int, int] = {}
    for day, total in component.totals:
        by_day[max((day - period.start).days, 0)] = total
    tiers = component.terms.rate.tiers
    minor = 10 ** minor_digits(component.currency)  # the axis is read in whole units; the text beside it is exact
    return PaceChart(
        days=period.days - 1,
        today=(shown_to - period.start).days,
        currency=component.currency,
        actual=sorted(by_day.items()),
        bounds=[
            Bound(round_half_up(bound / minor) * minor, bound_text(tier, component.terms, component.currency))
            for bound, tier in zip(component.bounds[1:], tiers[1:], strict=True)
        ],
        bands=[
            _("earns %(rate)s") % {"rate": rate_text(tier.rate, component.terms, component.currency)} for tier in tiers
        ],
        ticks=_ticks(period),
    )


def _ticks(period: Period) -> list[tuple[int, str]]:
    days = [month.start for month in months_between(period.start, period.end)] + [period.end]
    if len(days) > 5:  # a year: every third month
        days = days[:-1:3] + days[-1:]
    return [((day - period.start).days, date_format(day, _("j M"))) for day in days]


def next_tier(component: Component) -> NextTier:
    """From what the component has reached; for one that climbs a table of money."""
    tiers, reached = component.terms.rate.tiers, Fraction(component.measure)
    place = max(sum(1 for bound in component.bounds if bound <= reached) - 1, 0)
    following = component.bounds[place + 1] if place + 1 < len(tiers) else None
    shown = tiers[place] if following is None else tiers[place + 1]
    round_sum = _ROUND_SUM * 10 ** minor_digits(component.currency)
    return NextTier(
        missing=None if following is None else round_half_up(following - reached),
        rate=rate_text(shown.rate, component.terms, component.currency),
        round_sum=round_sum,
        earns=round_half_up(Fraction(tiers[place].rate) * round_sum * component.factor),
        whole_total=component.terms.rate.method == "retroactive",
    )
