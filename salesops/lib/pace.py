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
_LABEL = 16  # from one label's line to the next


@dataclass(frozen=True, slots=True)
class Bound:
    """A line across the chart: a tier's bound or the target itself, in minor units."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Landing:
    """Where the period is expected to end, in minor units, and the range it ends in four times out of five."""

    low: int
    middle: int
    high: int


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
    landing: Landing | None = None

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
    projection: str = ""
    fan: str = ""
    landing_y: str = ""


def px(value: float | Fraction) -> str:
    """An SVG coordinate: a tenth of a pixel, always with a point, whatever the reader's language."""
    return f"{float(value):.1f}".removesuffix(".0")


def draw(chart: PaceChart) -> Drawing:
    """Where everything lies in a drawing of 800 × 372."""
    lands = chart.landing
    bounds = [bound.value for bound in chart.bounds]
    highest = max([*bounds, lands.high if lands else 0, chart.reached, *(value for _, value in chart.pace), 1])
    top = Fraction(highest) * HEADROOM

    def x(day: int) -> Fraction:
        return Fraction(PLOT_WIDTH * min(day, chart.days), max(chart.days, 1))

    def y(value: int | Fraction) -> Fraction:
        return BOTTOM - (BOTTOM - TOP) * Fraction(value) / top

    corners = _steps(chart)
    today = (px(x(chart.today)), px(y(chart.reached)))
    landing = [px(y(each)) for each in (lands.low, lands.middle, lands.high)] if lands else []
    start, end = ",".join(today), px(Fraction(PLOT_WIDTH))
    return Drawing(
        bands=_bands(chart, [y(bound.value) for bound in chart.bounds]),
        lines=[Line(px(y(bound.value)), px(y(bound.value) + 4), bound) for bound in chart.bounds],
        actual=" ".join(f"{px(x(day))},{px(y(value))}" for day, value in corners),
        pace=" ".join(f"{px(x(day))},{px(y(value))}" for day, value in chart.pace),
        dot=today,
        dot_label_y=px(max(y(chart.reached) - 10, Fraction(TOP + 10))),
        ticks=[(px(x(day)), label, _anchor(day, chart.days)) for day, label in chart.ticks],
        projection=f"{start} {end},{landing[1]}" if landing else "",
        fan=f"{start} {end},{landing[0]} {end},{landing[2]}" if landing else "",
        landing_y=px(_clear_of([y(each) + 4 for each in bounds], y(lands.middle) + 4)) if lands else "",
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


def _clear_of(taken: Sequence[Fraction], wanted: Fraction) -> Fraction:
    """The height nearest to the wanted one at which a label does not stand on another."""
    for other in taken:
        if abs(other - wanted) < _LABEL:
            wanted = other + _LABEL if wanted >= other else other - _LABEL
    return wanted


def _anchor(day: int, days: int) -> str:
    return "start" if day == 0 else "end" if day >= days else "middle"
