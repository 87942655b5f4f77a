"""What a customer has bought, month by month, from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from pipeline import facts
from pipeline.ledger.links import credits_url
from salesops.lib.money import round_half_up
from salesops.lib.pace import px
from salesops.lib.periods import add_months

_MONTHS = 12
_WIDTH, _TOP, _BASE = 276, 18, 98  # of the drawing, which is 116 high


@dataclass(frozen=True, slots=True)
class MonthBar:
    """A month of the chart: its booked minor units, and the column drawn for it."""

    first: date
    value: int
    x: str
    middle: str
    y: str
    width: str
    height: str
    is_now: bool
    is_highest: bool


@dataclass(frozen=True, slots=True)
class Purchases:
    """Booked minor units of the last twelve months: the sum, how many lines, the months (oldest first), and the
    address of the lines."""

    total: int
    lines: int
    months: list[MonthBar]
    url: str


def purchases(actor: Actor, customer_id: int, as_of: date) -> Purchases:
    """The month of `as_of` and the eleven before it, as far as the actor sees credits. One query."""
    months = [add_months(as_of, index - _MONTHS + 1) for index in range(_MONTHS)]
    members = visible_members(actor, "deals.view", as_of)
    year = facts.Slice(months[0], as_of, participants=members, customers=[customer_id], kind="direct")
    by_month = {key[0]: found for key, found in facts.totals(year, by=("month",)).items()}
    found = [by_month.get(month, facts.Total(Fraction(0), 0)) for month in months]
    values = [round_half_up(one.value) for one in found]
    return Purchases(
        total=sum(values),
        lines=sum(one.lines for one in found),
        months=_bars(months, values),
        url=credits_url(actor.tenant.slug, year),
    )


def _bars(months: list[date], values: list[int]) -> list[MonthBar]:
    """Columns as high as their share of the highest month; a month without purchases is a line."""
    top = max([*values, 0])
    step = Fraction(_WIDTH, len(months))
    bars = []
    for index, (month, value) in enumerate(zip(months, values, strict=True)):
        tall = max(Fraction(max(value, 0), top) * (_BASE - _TOP) if top else Fraction(0), Fraction(1))
        bars.append(
            MonthBar(
                first=month,
                value=value,
                x=px(step * index + 2),
                middle=px(step * index + step / 2),
                y=px(_BASE - tall),
                width=px(step - 4),
                height=px(tall),
                is_now=index == len(months) - 1,
                is_highest=bool(top) and value == top and top not in values[:index],
            )
        )
    return bars
