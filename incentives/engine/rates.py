"""The rate methods: each a function from quantities and a table to rated lines.

Everything is an integer in one common unit, so the arithmetic is exact and cheap. A method is found by its name in
`METHODS`; adding one is a function here and its cases.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from incentives.engine.results import Note
from incentives.engine.terms import Boundary


class Rated(NamedTuple):
    """`credit` and `dated` are places in the quantities: whose money it is, and whose day the line bears."""

    credit: int
    dated: int
    base: int
    exact: int
    slices: tuple[tuple[int, int], ...]
    note: Note


@dataclass(frozen=True, slots=True)
class Table:
    """Lower bounds in the unit of the quantities (the first is 0), and each tier's rate."""

    bounds: Sequence[int]
    rates: Sequence[int]
    boundary: Boundary = "upper"

    def tier_of(self, quantity: int) -> int:
        """The tier to which a quantity belongs; below zero that is the first."""
        find = bisect_right if self.boundary == "upper" else bisect_left
        return max(find(self.bounds, quantity) - 1, 0)


def flat(quantities: Sequence[int], table: Table) -> list[Rated]:
    """Base × rate."""
    rate = table.rates[0]
    return [
        Rated(index, index, quantity, quantity * rate, ((0, quantity),), "")
        for index, quantity in enumerate(quantities)
    ]


def marginal(quantities: Sequence[int], table: Table) -> list[Rated]:
    """Each slice of the cumulative quantity earns the rate of the tier in which it lies.

    Most credits lie in one tier, so that case is inlined; only one that leaves its tier is cut.
    """
    rates = table.rates
    ceiling = sum(map(abs, quantities))  # no cumulative quantity is above it, so the last tier has an end too
    ends = (*table.bounds[1:], max(ceiling, table.bounds[-1]))
    position, tier, rated = 0, 0, []
    for index, quantity in enumerate(quantities):
        reached = position + quantity
        if quantity >= 0 and reached <= ends[tier]:
            rated.append(Rated(index, index, quantity, quantity * rates[tier], ((tier, quantity),), ""))
        else:
            slices = _cut(position, reached, table)
            exact = sum(base * rates[place] for place, base in slices)
            rated.append(Rated(index, index, quantity, exact, slices, ""))
            tier = max(bisect_right(table.bounds, reached) - 1, 0)
        position = reached
    return rated


def retroactive(quantities: Sequence[int], table: Table) -> list[Rated]:
    """The tier of the total so far rates the whole of it; when it changes, the earlier credits are trued up.

    A true-up takes the credit's quantity out of the old tier and puts it into the new one, so its base is 0 and the
    bases of all lines still add up to the measure (commissions.md, detail 13).
    """
    rates = table.rates
    total, before, rated = 0, 0, []
    for index, quantity in enumerate(quantities):
        total += quantity
        tier = table.tier_of(total)
        rated.append(Rated(index, index, quantity, quantity * rates[tier], ((tier, quantity),), ""))
        if rates[tier] != rates[before]:
            rated += [
                Rated(
                    place, index, 0, moved * (rates[tier] - rates[before]), ((before, -moved), (tier, moved)), "true_up"
                )
                for place, moved in enumerate(quantities[:index])
                if moved
            ]
        before = tier
    return rated


def _cut(start: int, end: int, table: Table) -> tuple[tuple[int, int], ...]:
    """The way from `start` to `end` as (tier, length) pieces in walking order; lengths are negative going down."""
    low, high = min(start, end), max(start, end)
    edges = [low, *(bound for bound in table.bounds[1:] if low < bound < high), high]
    pieces = [(max(bisect_right(table.bounds, edge) - 1, 0), following - edge) for edge, following in pairwise(edges)]
    return tuple(pieces) if end >= start else tuple((tier, -length) for tier, length in reversed(pieces))


METHODS: dict[str, Callable[[Sequence[int], Table], list[Rated]]] = {
    "flat": flat,
    "marginal": marginal,
    "retroactive": retroactive,
}
