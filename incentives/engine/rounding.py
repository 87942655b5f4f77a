"""The rounding step: a period's total is rounded once, and its lines are shown so that they add up to it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from salesops.lib.money import round_half_up


def shown_amounts(exact: Sequence[int], unit: int, total: int | None = None) -> list[int]:
    """Whole amounts for lines of `exact` ÷ `unit`, adding up to their rounded total by largest remainder.

    `total` is given where the lines are those of one month, which earns the difference of two rounded amounts to date:
    less than one away from their exact sum, which is all that this needs. Ties go to the earlier line. A negative total
    is shown as the mirror image of the positive one, as everywhere in the product. (`salesops.lib.allocation` divides
    a total by weights; here the parts are given and may have any sign.)
    """
    exact_total = sum(exact)
    if exact_total < 0:
        return [-amount for amount in shown_amounts([-part for part in exact], unit, None if total is None else -total)]
    amounts = [part // unit for part in exact]
    left = (round_half_up(Fraction(exact_total, unit)) if total is None else total) - sum(amounts)
    if left:
        remainders = [part % unit for part in exact]
        largest = sorted(range(len(exact)), key=remainders.__getitem__, reverse=True)  # stable: ties keep their order
        for place in largest[:left]:
            amounts[place] += 1
    return amounts
