"""A plan as a person would say it, and its rate tables as rows and as drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incentives.engine import Component, Filter, Multiplier, Plan, Tier
from salesops.lib.money import minor_digits, round_half_up
from salesops.lib.pace import px
from salesops.lib.templatetags.numbers import amount, count, grouped, money, rate

Text = str | Promise

MEASURES: dict[str, Text] = {
    "bookings": gettext_lazy("Bookings"),
    "invoiced": gettext_lazy("Invoices"),
    "collections": gettext_lazy("Collections"),
    "margin": gettext_lazy("Margin"),
    "units": gettext_lazy("Units"),
    "new_customers": gettext_lazy("New customers"),
}
PERIODS: dict[str, Text] = {
    "month": gettext_lazy("counted month by month"),
    "quarter": gettext_lazy("counted quarter by quarter"),
    "year": gettext_lazy("counted year by year"),
}
_METHODS: dict[str, Text] = {
    "flat": gettext_lazy("Every credit earns the same rate."),
    "marginal": gettext_lazy("Each part of the total earns the rate of the tier in which it lies."),
    "retroactive": gettext_lazy("The tier that the total reaches pays for the whole total, from the first credit on."),
}
_FILTERS: dict[str, Text] = {
    "category": gettext_lazy("Category"),
    "region": gettext_lazy("Region"),
    "segment": gettext_lazy("Segment"),
    "product": gettext_lazy("Product"),
}
_CHART = (640, 132, 16, 20)  # width, height, room above for the rates, room below for the bounds


@dataclass(frozen=True, slots=True)
class TierWords:
    """One tier: from where, to where (empty: no end), and what it pays."""

    start: str
    end: str
    rate: str

    first: bool

    @property
    def span(self) -> str:
        if not self.end:
            return _("above %(start)s") % {"start": self.start}
        if self.first:
            return _("up to %(end)s") % {"end": self.end}
        return _("from %(start)s to %(end)s") % {"start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Step:
    """One tier of the drawing: a bar from its bound to the next, as high as its rate."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    tone: str
    rate: str
    start: str


@dataclass(frozen=True, slots=True)
class ComponentWords:
    code: str
    measure: Text
    period: Text
    method: Text
    sentences: list[str]
    tiers: list[TierWords]
    steps: list[Step]


def describe(plan: Plan) -> list[ComponentWords]:
    return [_component(component, plan) for component in plan.components]


def closing(plan: Plan) -> list[str]:
    """What holds for the whole plan."""
    carried = (
        _("What a month owes back is carried to the next.")
        if plan.negative_balance == "carry"
        else _("What a month would owe back is written off.")
    )
    return [_("Rounded once for each period, half up; lines add up to the cent."), carried]


def bound_text(tier: Tier, component: Component, currency: str) -> str:
    """Where a tier begins, as its author wrote it: 80 %, 64,000 or 10."""
    return _bound(tier.start, component, currency)


def number_text(value: Fraction) -> str:
    """A score or a factor as it was written: `72.5`, `0.8`."""
    exact = Decimal(round_half_up(value * 10**12)).scaleb(-12).normalize()
    exponent = exact.as_tuple().exponent
    return grouped(exact, -exponent if isinstance(exponent, int) and exponent < 0 else 0)


def rate_text(value: Decimal, component: Component, currency: str) -> str:
    """4 %, or 20.00 for each where units are counted."""
    if component.counts_money:
        return rate(value)
    minor = value * 10 ** minor_digits(currency)
    return _("%(amount)s each") % {"amount": money(round_half_up(Fraction(minor)), currency)}


def _component(component: Component, plan: Plan) -> ComponentWords:
    tiers = _tiers(component, plan.currency)
    return ComponentWords(
        code=component.code,
        measure=MEASURES[component.measure],
        period=PERIODS[component.period],
        method=_METHODS[component.rate.method],
        sentences=_sentences(component, tiers),
        tiers=tiers,
        steps=_steps(component, plan.currency),
    )


def _sentences(component: Component, tiers: Sequence[TierWords]) -> list[str]:
    parts = [_("%(rate)s %(span)s") % {"rate": tier.rate, "span": tier.span} for tier in tiers]
    if component.rate.method == "flat":
        paid = _("%(measure)s, %(period)s, earn %(rate)s.")
        found = [paid % _named(component, rate=tiers[0].rate)]
    elif component.rate.needs_quota:
        paid = _("%(measure)s, %(period)s, earn by attainment of the quota: %(tiers)s.")
        found = [paid % _named(component, tiers=", ".join(parts))]
    else:
        paid = _("%(measure)s, %(period)s, earn by their sum: %(tiers)s.")
        found = [paid % _named(component, tiers=", ".join(parts))]
    found += _filter_sentences(component.filter)
    if component.multiplier is not None:
        found.append(_multiplier_sentence(component.multiplier))
    if component.rate.method == "retroactive" and component.rate.boundary == "lower":
        found.append(_("A total exactly on a bound belongs to the tier below it."))
    return found


def _named(component: Component, **more: str) -> dict[str, Text]:
    return {"measure": MEASURES[component.measure], "period": PERIODS[component.period], **more}


def _multiplier_sentence(multiplier: Multiplier) -> str:
    """Which card's score multiplies, and by how much from where."""
    bands = [
        _("× %(factor)s from %(start)s points")
        % {"factor": number_text(Fraction(band.factor)), "start": number_text(Fraction(band.start))}
        for band in multiplier.bands
    ]
    said = _("Multiplied by the final score of the scorecard “%(card)s” for the same period: %(bands)s.")
    return said % {"card": multiplier.kpi, "bands": ", ".join(bands)}


def _filter_sentences(terms: Filter) -> list[str]:
    found = []
    for name, label in _FILTERS.items():
        if admitted := getattr(terms, name):
            found.append(_("Counts only %(what)s: %(values)s.") % {"what": label, "values": ", ".join(admitted)})
    if terms.new_customer is not None:
        found.append(_("Counts only new customers.") if terms.new_customer else _("Does not count new customers."))
    return found


def _tiers(component: Component, currency: str) -> list[TierWords]:
    tiers = component.rate.tiers
    ends = [_bound(tier.start, component, currency) for tier in tiers[1:]] + [""]
    return [
        TierWords(
            bound_text(tier, component, currency), end, rate_text(tier.rate, component, currency), first=not place
        )
        for place, (tier, end) in enumerate(zip(tiers, ends, strict=True))
    ]


def _bound(start: Decimal, component: Component, currency: str) -> str:
    if component.rate.by == "attainment":
        return rate(start)
    if component.counts_money:
        return amount(round_half_up(Fraction(start) * 10 ** minor_digits(currency)), currency)
    return count(round_half_up(Fraction(start)))


def _steps(component: Component, currency: str) -> list[Step]:
    """The last tier is drawn a quarter wider than the way to it; a table of one tier fills the drawing."""
    width, height, above, below = _CHART
    tiers = component.rate.tiers
    last = Fraction(tiers[-1].start) * Fraction(5, 4) if len(tiers) > 1 else Fraction(1)
    highest = max(Fraction(tier.rate) for tier in tiers) or Fraction(1)
    edges = [Fraction(tier.start) for tier in tiers[1:]] + [last]
    steps = []
    left = Fraction(0)
    for place, (tier, edge) in enumerate(zip(tiers, edges, strict=True)):
        right = edge / last * width
        tall = Fraction(tier.rate) / highest * (height - above - below)
        steps.append(
            Step(
                x=px(left),
                y=px(height - below - tall),
                width=px(max(right - left - 2, Fraction(0))),
                height=px(max(tall, Fraction(1))),
                middle=px((left + right) / 2),
                tone=f"f{min(place, 5) + 1}",
                rate=rate_text(tier.rate, component, currency),
                start=bound_text(tier, component, currency),
            )
        )
        left = right
    return steps
