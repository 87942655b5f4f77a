"""The rate methods: each a function from quantities and a table to rated lines.

Everything is an integer in one common unit, so the arithmetic is exact and cheap. A method is found by its name in
`METHODS`; adding one is a function here and its cases.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat

from incentives.engine.results import Cuts, Note
from incentives.engine.terms import Boundary


@dataclass(slots=True)
class Rated:
    """Lines as columns, which cost a third of rows. `credits` and `dated` are places in the quantities: whose money a
    line is, and whose day it bears. `cuts` are a line's (tier, base) pieces where it is not all in the one tier."""

    credits: Sequence[int]
    dated: Sequence[int]
    bases: Sequence[int]
    exact: Sequence[int]
    tiers: Sequence[int]
    cuts: Iterable[Cuts]
    notes: Iterable[Note]


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


def flat(quantities: Sequence[int], table: Table) -> Rated:
    """Base × rate."""
    rate = table.rates[0]
    places = range(len(quantities))
    return Rated(
        places,
        places,
        quantities,
        [quantity * rate for quantity in quantities],
        [0] * len(places),
        repeat(()),
        repeat(""),
    )


def marginal(quantities: Sequence[int], table: Table) -> Rated:
    """Each slice of the cumulative quantity earns the rate of the tier in which it lies.

    Most credits lie in one tier, so that case is inlined; only one that leaves its tier is cut.
    """
    rates = table.rates
    ceiling = sum(map(abs, quantities))  # no cumulative quantity is above it, so the last tier has an end too
    ends = (*table.bounds[1:], max(ceiling, table.bounds[-1]))
    position, tier = 0, 0
    exact, tiers, all_cuts = [], [], []
    for quantity in quantities:
        reached = position + quantity
        cuts: Cuts = ()
        if quantity < 0 or reached > ends[tier]:
            cuts = _cut(position, reached, table)
            tiers.append(cuts[0][0])
            exact.append(sum(base * rates[place] for place, base in cuts))
            tier = max(bisect_right(table.bounds, reached) - 1, 0)
        else:
            tiers.append(tier)
            exact.append(quantity * rates[tier])
        all_cuts.append(cuts)
        position = reached
    places = range(len(quantities))
    return Rated(places, places, quantities, exact, tiers, all_cuts, repeat(""))


def retroactive(quantities: Sequence[int], table: Table) -> Rated:
    """The tier of the total so far rates the whole of it; when it changes, the earlier credits are trued up.

    A true-up takes the credit's quantity out of the old tier and puts it into the new one, so its base is 0 and the
    bases of all lines still add up to the measure (commissions.md, detail 13).
    """
    rows: list[tuple[int, int, int, int, int, Cuts, Note]] = []
    total, before = 0, 0
    for place, quantity in enumerate(quantities):
        total += quantity
        tier = table.tier_of(total)
        rows.append((place, place, quantity, quantity * table.rates[tier], tier, (), ""))
        if change := table.rates[tier] - table.rates[before]:
            rows += [
                (earlier, place, 0, moved * change, tier, ((before, -moved), (tier, moved)), "true_up")
                for earlier, moved in enumerate(quantities[:place])
                if moved
            ]
        before = tier
    return Rated(*zip(*rows, strict=True))


def _cut(start: int, end: int, table: Table) -> Cuts:
    """The way from `start` to `end` as (tier, length) pieces in walking order; lengths are negative going down."""
    low, high = min(start, end), max(start, end)
    edges = [low, *(bound for bound in table.bounds[1:] if low < bound < high), high]
    pieces = [(max(bisect_right(table.bounds, edge) - 1, 0), following - edge) for edge, following in pairwise(edges)]
    return tuple(pieces) if end >= start else tuple((tier, -length) for tier, length in reversed(pieces))


METHODS: dict[str, Callable[[Sequence[int], Table], Rated]] = {
    "flat": flat,
    "marginal": marginal,
    "retroactive": retroactive,
}
