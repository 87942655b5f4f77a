"""Geometry of the small charts, computed here so that templates only write attributes and no page needs a style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import cos, pi, sin

from salesops.lib.pace import px

Number = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    now: bool


def column_bars(values: Sequence[Number | None], now: Number | None, width: int, height: int) -> list[Bar]:
    """One bar per earlier period and one for the present; a period without data is a line of half a pixel.

    Pixels are floats: a tree grid draws some four hundred of these.
    """
    every = [float(value or 0) for value in ([*values] if now is None else [*values, now])]
    top = max(every, default=0.0)
    step = width / max(len(every), 1)
    bars = []
    for index, value in enumerate(every):
        tall = max(value / top * (height - 2) if top > 0 else 0.0, 0.5)
        bars.append(
            Bar(
                x=px(step * index + 0.5),
                y=px(height - tall),
                width=px(step - 2),
                height=px(tall),
                now=now is not None and index == len(every) - 1,
            )
        )
    return bars


def line_points(values: Sequence[Number], width: int, height: int) -> list[tuple[str, str]]:
    """Points of a sparkline between its own lowest and highest value, with room for the end dot."""
    low, high = min(values), max(values)
    spread = Fraction(high) - Fraction(low) or Fraction(1)
    step = Fraction(width - 6, max(len(values) - 1, 1))
    return [
        (px(3 + step * index), px(3 + (1 - (Fraction(value) - Fraction(low)) / spread) * (height - 6)))
        for index, value in enumerate(values)
    ]


def clamp(ratio: Number | None) -> Fraction:
    """A share that fits its track: nothing below 0, nothing above 1."""
    return Fraction(0) if ratio is None else min(max(Fraction(ratio), Fraction(0)), Fraction(1))


@dataclass(frozen=True, slots=True)
class Tick:
    x1: str
    y1: str
    x2: str
    y2: str


def ring_tick(share: Fraction, size: int, stroke: int) -> Tick:
    """The pace mark across the ring, at `share` of the way round from the top."""
    angle = 2 * pi * float(share) - pi / 2
    centre, outer = size / 2, size / 2 - 1
    inner = outer - stroke - 2
    return Tick(
        x1=px(centre + inner * cos(angle)),
        y1=px(centre + inner * sin(angle)),
        x2=px(centre + outer * cos(angle)),
        y2=px(centre + outer * sin(angle)),
    )
