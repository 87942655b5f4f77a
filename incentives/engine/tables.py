"""Reading a rate table at one place or over a stretch, and a bonus curve. Everything is an exact fraction."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from incentives.engine.terms import Boundary, Curve

Pieces = tuple[tuple[int, Fraction], ...]  # (place of the tier, base), in walking order
Way = list[tuple[int, Fraction, Fraction, Fraction]]  # (place of the tier, base, from, to), the last two as parts of it
_NOUGHT, _ONE = Fraction(0), Fraction(1)


def tier_of(bounds: Sequence[Fraction], quantity: Fraction, boundary: Boundary) -> int:
    """The tier to which a quantity belongs; below the first bound that is the first."""
    find = bisect_right if boundary == "upper" else bisect_left
    return max(find(bounds, quantity) - 1, 0)


def cut(bounds: Sequence[Fraction], start: Fraction, length: Fraction, base: Fraction) -> Way:
    """The way from `start` over the table, cut at its bounds; `base` is divided in proportion to the way."""
    if not length:
        return [(max(bisect_right(bounds, start) - 1, 0), base, _NOUGHT, _ONE)] if base else []
    end = start + length
    low, high = min(start, end), max(start, end)
    edges = [low, *(bound for bound in bounds[1:] if low < bound < high), high]
    parts = [
        (max(bisect_right(bounds, edge) - 1, 0), (edge - start) / length, (after - start) / length)
        for edge, after in pairwise(edges)
    ]
    if length < 0:
        parts = [(tier, after, before) for tier, before, after in reversed(parts)]
    return [(tier, base * (after - before), before, after) for tier, before, after in parts]


def clipped(way: Way, inside: tuple[Fraction, Fraction]) -> Pieces:
    """The pieces as far as they lie inside the stretch that pays."""
    first, last = inside
    if (first, last) == (_NOUGHT, _ONE):
        return tuple((tier, base) for tier, base, _, _ in way)
    kept = []
    for tier, base, start, end in way:
        length = min(end, last) - max(start, first)
        if length > 0:
            kept.append((tier, base * length / (end - start)))
    return tuple(kept)


def curve_at(curve: Curve, attainment: Fraction) -> Fraction:
    """How many target incentives a bonus pays at that attainment (detail 17)."""
    ats = [Fraction(point.at) for point in curve.points]
    pays = [Fraction(point.pays) for point in curve.points]
    if curve.shape == "step":
        find = bisect_right if curve.boundary == "upper" else bisect_left
        reached = find(ats, attainment)
        return pays[reached - 1] if reached else _NOUGHT
    place = bisect_right(ats, attainment)
    if place == 0:
        return pays[0]
    if place == len(ats):
        return pays[-1]
    way = (attainment - ats[place - 1]) / (ats[place] - ats[place - 1])
    return pays[place - 1] + way * (pays[place] - pays[place - 1])
