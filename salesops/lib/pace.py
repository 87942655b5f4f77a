"""The chart of a period under way: what was credited day by day, against the pace and the bounds that matter.

Pages fill a `PaceChart` from their selectors and hand it to `{% pace_chart %}`; the geometry is computed here, so that
the template only writes attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, HEIGHT = 800, 372  # the drawing, labels included; it scales with its place
PLOT_WIDTH, TOP, BOTTOM = 704, 8, 346
HEADROOM = Fraction(6, 5)  # the highest bound sits a fifth below the top, as in the mock-up
_HINT = 20  # a lower band has no room for its hint


@dataclass(frozen=True, slots=True)
class Bound:
    """A line across the chart: a tier's bound or the target itself, in minor units."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class PaceChart:
    """Days count from 0, the first of the period; values are cumulative minor units of `currency`.

    `actual` holds the days on which something was credited, `pace` the days at which the expected path bends, `bands`
    one text more than there are bounds (what is earned below the first, between them, above the last) or none.
    """

    days: int
    today: int
    currency: str
    actual: Sequence[tuple[int, int]]
    pace: Sequence[tuple[int, int | Fraction]] = ()
    bounds: Sequence[Bound] = ()
    bands: Sequence[str] = ()
    ticks: Sequence[tuple[int, str]] = ()

    @property
    def reached(self) -> int:
        return self.actual[-1][1] if self.actual else 0


@dataclass(frozen=True, slots=True)
class Band:
    y: str
    height: str
    text_y: str
    hint: str
    depth: int


@dataclass(frozen=True, slots=True)
class Line:
    y: str
    text_y: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class Drawing:
    bands: list[Band]
    lines: list[Line]
    actual: str
    pace: str
    dot: tuple[str, str]
    dot_label_y: str
    ticks: list[tuple[str, str, str]]


def px(value: float | Fraction) -> str:
    """An SVG coordinate: a tenth of a pixel, always with a point, whatever the reader's language."""
    return f"{float(value):.1f}".removesuffix(".0")


def draw(chart: PaceChart) -> Drawing:
    """Where everything lies in a drawing of 800 × 372."""
    highest = max([bound.value for bound in chart.bounds] + [chart.reached, *(value for _, value in chart.pace)] + [1])
    top = Fraction(highest) * HEADROOM

    def x(day: int) -> Fraction:
        return Fraction(PLOT_WIDTH * min(day, chart.days), max(chart.days, 1))

    def y(value: int | Fraction) -> Fraction:
        return BOTTOM - (BOTTOM - TOP) * Fraction(value) / top

    corners = _steps(chart)
    return Drawing(
        bands=_bands(chart, [y(bound.value) for bound in chart.bounds]),
        lines=[Line(px(y(bound.value)), px(y(bound.value) + 4), bound) for bound in chart.bounds],
        actual=" ".join(f"{px(x(day))},{px(y(value))}" for day, value in corners),
        pace=" ".join(f"{px(x(day))},{px(y(value))}" for day, value in chart.pace),
        dot=(px(x(chart.today)), px(y(chart.reached))),
        dot_label_y=px(max(y(chart.reached) - 10, Fraction(TOP + 10))),
        ticks=[(px(x(day)), label, _anchor(day, chart.days)) for day, label in chart.ticks],
    )


def _steps(chart: PaceChart) -> list[tuple[int, int]]:
    """The corners of the staircase: flat until the day of a credit, then straight to the new sum."""
    corners, level = [(0, 0)], 0
    for day, value in chart.actual:
        corners += [(day, level), (day, value)]
        level = value
    return [*corners, (chart.today, level)]


def _bands(chart: PaceChart, edges: list[Fraction]) -> list[Band]:
    lower = [Fraction(BOTTOM), *edges]
    upper = [*edges, Fraction(TOP)]
    areas = zip(lower, upper, chart.bands, strict=False)
    return [
        Band(
            y=px(above),
            height=px(below - above),
            text_y=px(above + 16),
            hint=hint if below - above >= _HINT else "",
            depth=min(depth, 3),
        )
        for depth, (below, above, hint) in enumerate(areas, 1)
    ]


def _anchor(day: int, days: int) -> str:
    return "start" if day == 0 else "end" if day >= days else "middle"
