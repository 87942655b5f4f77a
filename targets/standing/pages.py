"""What the cards of a home page show, put together for their templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from salesops.lib.money import minor_digits, round_half_up
from salesops.lib.pace import Bound, PaceChart
from salesops.lib.periods import months_between
from salesops.lib.templatetags.charts import WaterfallStep
from salesops.lib.templatetags.numbers import whole_amount
from targets.cascade.smart import working_days
from targets.standing.selectors import Forecast, Standing

_STEPS: dict[str, tuple[str | Promise, str]] = {
    "commit": (gettext_lazy("Commit"), "commit"),
    "best_case": (gettext_lazy("Best case"), "best"),
    "pipeline": (gettext_lazy("Pipeline, weighted"), "rest"),
}


def pace_chart_of(standing: Standing, currency: str, as_of: date) -> PaceChart:
    """Booked day by day against the working days' pace, carried on to the end."""
    period = standing.period
    last = (min(max(as_of, period.start), period.end) - period.start).days
    return PaceChart(
        days=period.days - 1,
        today=last,
        currency=currency,
        actual=[(day, _whole(value, currency)) for day, value in standing.so_far()],
        pace=_pace(standing),
        bounds=[Bound(standing.reached.target, _("target"))] if standing.reached.target else [],
        ticks=_ticks(standing),
        landing=standing.landing,
    )


def _whole(value: int, currency: str) -> int:
    """In whole units: the figure beside the chart is exact."""
    minor: int = 10 ** minor_digits(currency)
    return round_half_up(Fraction(value, minor)) * minor


def _pace(standing: Standing) -> list[tuple[int, int | Fraction]]:
    """Where the target would be reached evenly over the working days: bends at the months' ends."""
    period, target = standing.period, standing.reached.target
    whole = working_days(period.start, period.end)
    if not whole or not target:
        return []
    ends = [month.end for month in months_between(period.start, period.end)]
    return [
        (0, 0),
        *(((end - period.start).days, Fraction(target * working_days(period.start, end), whole)) for end in ends),
    ]


def _ticks(standing: Standing) -> list[tuple[int, str]]:
    period = standing.period
    days = [month.start for month in months_between(period.start, period.end)] + [period.end]
    days = days[:-1:3] + days[-1:] if len(days) > 5 else days  # a year: every third month
    return [((day - period.start).days, date_format(day, _("j M"))) for day in days]


def waterfall_of(forecast: Forecast, currency: str, deals_url: str) -> Sequence[WaterfallStep]:
    """Closed, what is open by how sure it is, the gap, and the target."""
    steps = [_step(_("Closed"), forecast.closed, currency, "closed", forecast.closed_url)]
    for one in forecast.open:
        if one.category in _STEPS:
            label, tone = _STEPS[one.category]
            steps.append(_step(str(label), round_half_up(one.weighted), currency, tone, deals_url))
    if forecast.gap > 0:
        steps.append(_step(_("Gap"), forecast.gap, currency, "gap"))
    return [*steps, _step(_("Target"), forecast.target, currency, "total")]


def _step(label: str, value: int, currency: str, tone: str, url: str = "") -> WaterfallStep:
    return WaterfallStep(label, value, whole_amount(value, currency), tone, url)
