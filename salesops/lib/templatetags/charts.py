"""Geometry of the small charts, computed here so that templates only write attributes and no page needs a style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import cos, pi, sin
from typing import Literal

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


Shade = Literal["h1", "h2", "h3", "h4", "h5"]
_NEAR, _FAR = Fraction(8, 100), Fraction(25, 100)  # chosen: within 8 % of the mean nobody stands out


def shade(value: Number | None, mean: Number | None, *, lower_is_better: bool = False) -> Shade | None:
    """How a cell of a heat map is shaded: by how far, in parts of the mean, it lies behind (h1, h2) or ahead (h4, h5)
    of it. None without a value; neutral where the mean is nothing to measure by."""
    if value is None:
        return None
    if not mean:
        return "h3"
    distance = Fraction(value) / Fraction(mean) - 1
    distance = -distance if lower_is_better else distance
    if distance < -_NEAR:
        return "h1" if distance < -_FAR else "h2"
    if distance > _NEAR:
        return "h5" if distance > _FAR else "h4"
    return "h3"


@dataclass(frozen=True, slots=True)
class Block:
    """One step of a waterfall, or one column: its bar in a drawing of 100 × `height`, and what stands below it."""

    y: str
    height: str
    level: str
    label: str
    text: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """`value` is added to what the steps before came to; a `total` stands on the ground. `text` is the value as read.

    `tone`: `closed`, `commit`, `best`, `rest` (ever lighter), `gap` (an outline) or `total` (grey).
    """

    label: str
    value: int
    text: str
    tone: str
    url: str = ""


def waterfall_blocks(steps: Sequence[WaterfallStep], height: int) -> list[Block]:
    """Each bar begins where the one before ended; totals begin at the ground."""
    reached, tops = 0, []
    for step in steps:
        begins = 0 if step.tone == "total" else reached
        tops.append((min(begins, begins + step.value), max(begins, begins + step.value)))
        reached = begins + step.value
    highest = max((top for _, top in tops), default=0) or 1
    return [
        Block(
            y=px(height - Fraction(height * top, highest)),
            height=px(max(Fraction(height * (top - bottom), highest), Fraction(1))),
            level=px(height - Fraction(height * (bottom if step.value < 0 else top), highest)),
            label=step.label,
            text=step.text,
            tone=step.tone,
            url=step.url,
        )
        for step, (bottom, top) in zip(steps, tops, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: None where there is nothing to show; `text` is the value as read."""

    label: str
    value: Number | None
    text: str
    tone: str = ""


def column_blocks(columns: Sequence[Column], height: int) -> list[Block]:
    highest = max((Fraction(column.value) for column in columns if column.value), default=Fraction(1)) or Fraction(1)
    return [
        Block(
            y=px(height - tall),
            height=px(tall),
            level="",
            label=column.label,
            text=column.text,
            tone=column.tone,
            url="",
        )
        for column in columns
        for tall in [clamp(Fraction(column.value or 0) / highest) * height]
    ]
