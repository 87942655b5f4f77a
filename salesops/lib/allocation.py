"""Dividing a whole amount into whole parts that add up to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from salesops.lib.errors import DomainError, gettext_noop


def largest_remainder(total: int, weights: Sequence[Fraction | int], step: int = 1) -> list[int]:
    """Parts of `total` in proportion to `weights`, each a multiple of `step`; the sum is `total`, always.

    Units left after rounding down go to the largest remainders, ties to the first. What of `total` is below one
    step goes to the first part. A negative total is divided as its mirror image. Raises `DomainError` when there is
    nothing to divide by: no weights, a negative one, or all of them zero.
    """
    if step < 1:
        raise DomainError("bad_step", gettext_noop("The step must be at least one minor unit."), "step")
    if any(weight < 0 for weight in weights):
        raise DomainError("negative_weight", gettext_noop("A weight is negative."), "weights")
    weight_sum = sum(weights)
    if weight_sum == 0:
        raise DomainError(
            "zero_weights", gettext_noop("All weights are zero, so there is nothing to split by."), "weights"
        )
    if total < 0:
        return [-part for part in largest_remainder(-total, weights, step)]
    units, below_a_step = divmod(total, step)
    exact = [Fraction(units) * weight / weight_sum for weight in weights]
    parts = [value.numerator // value.denominator for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: parts[index] - exact[index])  # stable: ties keep order
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    parts = [part * step for part in parts]
    parts[0] += below_a_step
    return parts


def fill_table(row_totals: Sequence[int], column_totals: Sequence[int]) -> list[list[int]]:
    """A table of whole, non-negative cells with exactly these row and column totals, near to proportional.

    Each row takes its share of what the columns have left, by largest remainder. A cell's exact share is never more
    than what its column has left, so rounding it up is safe and the last row always comes out even.
    """
    if sum(row_totals) != sum(column_totals) or min([*row_totals, *column_totals], default=0) < 0:
        raise ValueError("row and column totals must be non-negative and have the same sum")
    left = list(column_totals)
    table = []
    for row_total in row_totals:
        row = largest_remainder(row_total, left) if row_total else [0] * len(left)
        left = [have - take for have, take in zip(left, row, strict=True)]
        table.append(row)
    return table
