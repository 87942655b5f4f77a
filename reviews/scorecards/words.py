"""A scorecard as people read it: numbers in their units, targets in a sentence, curves as drawings and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from django.utils.translation import gettext as _

from reviews.scorecards.curves import Curve
from reviews.scorecards.models import Dimension, ScorecardItem, Unit
from reviews.scorecards.selectors import source_label
from reviews.scorecards.values import curve_of
from salesops.lib.money import minor_digits, round_half_up
from salesops.lib.pace import px
from salesops.lib.templatetags.numbers import NONE, amount, grouped, percent

CHART_WIDTH, CHART_HEIGHT = 240, 96
_TOP, _BOTTOM = 14, 78  # room for the points above and the values below
_CHARACTER = 6  # the width of a digit at 11 px, measured


def number(value: Fraction | int | None, decimals: int = 2) -> str:
    """Up to so many decimals, none where there are none: `75`, `18.75`."""
    if value is None:
        return NONE
    scaled = round_half_up(Fraction(value) * 10**decimals)
    while decimals and scaled % 10 == 0:
        scaled, decimals = scaled // 10, decimals - 1
    return grouped(Decimal(scaled).scaleb(-decimals), decimals)


def in_unit(value: Fraction | None, item: ScorecardItem, currency: str) -> str:
    """A value on the item's scale: money, a number, per cent (of the quota too) or a score."""
    if value is None:
        return NONE
    if item.against == ScorecardItem.Against.QUOTA or item.kpi.unit == Unit.RATIO:
        return percent(value / 100)
    if item.kpi.unit == Unit.MONEY:
        return amount(round_half_up(value * 10 ** minor_digits(currency)), currency)
    return number(value)


def target_words(item: ScorecardItem, currency: str) -> str:
    """What meets the target: `2,000`, `100 % of quota`, `at most 4`."""
    if item.against == ScorecardItem.Against.QUOTA and item.shape == ScorecardItem.Shape.LINEAR:
        return _("the quota")
    curve = curve_of(item)
    if curve.shape == "steps":
        met = next((step for step in curve.steps if step.points >= 100), curve.steps[-1])
        value = in_unit(met.bound, item, currency)
    else:
        value = in_unit(curve.target, item, currency)
    return _("at most %(value)s") % {"value": value} if curve.lower_is_better else value


def source_words(item: ScorecardItem) -> str:
    """Where the item's numbers come from: `Bookings`, `Bookings of the team`, `entered by hand`."""
    label = source_label(item.kpi)
    if not label:
        return _("entered by hand")
    return _("%(measure)s of the team") % {"measure": label} if item.of == ScorecardItem.Of.TEAM else label


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """The curve in a drawing of 240 × 96: a line, the target's height, and labels under the corners."""

    line: str
    target_y: str
    marks: list[tuple[str, str, str, str, str]]
    rows: list[tuple[str, str]]
    words: str


def draw(item: ScorecardItem, currency: str) -> CurveDrawing:
    """Worst values at the left, best at the right, whichever way the KPI runs."""
    curve = curve_of(item)
    corners = curve.corners
    points = _path(curve, corners)
    left, right = points[0][0], points[-1][0]
    highest = max(curve.highest, Fraction(100))

    def x(value: Fraction) -> Fraction:
        return (value - left) / (right - left) * CHART_WIDTH

    def y(earned: Fraction) -> Fraction:
        return _BOTTOM - earned / highest * (_BOTTOM - _TOP)

    marks, free_from = [], Fraction(0)
    for value, earned in corners:
        shown = in_unit(value, item, currency) if x(value) >= free_from else ""  # the table has them all
        marks.append((px(x(value)), px(y(earned)), number(earned), shown, _anchor(x(value))))
        free_from = x(value) + _CHARACTER * (len(shown) + 2) if shown else free_from
    rows = [(_bound(curve, value, item, currency), number(earned)) for value, earned in corners]
    words = _("; ").join(_("%(value)s earns %(points)s") % {"value": row[0], "points": row[1]} for row in rows)
    line = " ".join(f"{px(x(value))},{px(y(earned))}" for value, earned in points)
    return CurveDrawing(line, px(y(Fraction(100))), marks, rows, words)


def _path(curve: Curve, corners: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """The corners with a flat piece before and after them, and right angles between the steps of a table."""
    first, last = corners[0], corners[-1]
    span = last[0] - first[0] or (Fraction(-1) if curve.lower_is_better else Fraction(1))
    before, after = first[0] - span / 6, last[0] + span / 6
    if curve.shape == "linear":
        return [(before, Fraction(0)), *corners, (after, last[1])]
    path = [(before, Fraction(0)), (first[0], Fraction(0)), first]
    for (_value, earned), (following, more) in pairwise(corners):
        path += [(following, earned), (following, more)]
    return [*path, (after, last[1])]


def _bound(curve: Curve, value: Fraction, item: ScorecardItem, currency: str) -> str:
    shown = in_unit(value, item, currency)
    if curve.shape == "linear":
        return shown
    form = _("up to %(value)s") if curve.lower_is_better else _("from %(value)s")
    return form % {"value": shown}


def _anchor(x: Fraction) -> str:
    return "start" if x < CHART_WIDTH / 6 else "end" if x > CHART_WIDTH * 5 / 6 else "middle"


@dataclass(frozen=True, slots=True)
class ItemWords:
    """A row of a scorecard with everything that a page shows of it."""

    item: ScorecardItem
    source: str
    target: str
    weight: str
    drawing: CurveDrawing


def item_words(item: ScorecardItem, currency: str) -> ItemWords:
    return ItemWords(
        item,
        source_words(item),
        target_words(item, currency),
        number(Fraction(item.weight)),
        draw(item, currency),
    )


@dataclass(frozen=True, slots=True)
class DimensionWords:
    """The rows of one dimension, and what they weigh together."""

    label: str
    weight: Fraction
    rows: list[ItemWords]

    @property
    def weight_text(self) -> str:
        return number(self.weight)


def by_dimension(items: Iterable[ScorecardItem], currency: str) -> list[DimensionWords]:
    """In the order results, customer, attitude, teamwork; inside, in the scorecard's own."""
    places = list(Dimension.values)
    ordered = sorted(items, key=lambda item: places.index(item.dimension))
    return [
        DimensionWords(
            str(Dimension(dimension).label),
            sum((Fraction(row.item.weight) for row in rows), Fraction(0)),
            rows,
        )
        for dimension, group in groupby(ordered, key=lambda item: item.dimension)
        if (rows := [item_words(item, currency) for item in group])
    ]
