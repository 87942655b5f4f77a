"""Dividing months among children, and an amount among months: exact both ways, in steps where that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from salesops.lib.allocation import fill_table, largest_remainder


def spread(amount: int, profile: Sequence[int], step: int) -> list[int]:
    """The amount over months as `profile` is spread over them (evenly where it is empty); their sum is the amount."""
    return largest_remainder(amount, profile if any(profile) else [1] * len(profile), step)


def share_out(months: Sequence[int], weights: Sequence[Fraction | int], step: int) -> list[list[int]]:
    """A row of months for each weight. The rows add up to `months`, month by month, and each row's sum is its share of
    the whole by largest remainder. Raises `DomainError` when there is something to place and all weights are zero."""
    whole = sum(months)
    if whole == 0:
        return [[0] * len(months) for _ in weights]
    return _fill(largest_remainder(whole, weights, step), months, step)


def _fill(rows: Sequence[int], columns: Sequence[int], step: int) -> list[list[int]]:
    """Cells with those sums, each a multiple of the step; what the sums have below one step is filled in beside it.

    Columns that were edited by hand may need single units: then the whole table is filled in single units.
    """
    row_units, row_rests = zip(*(divmod(row, step) for row in rows), strict=True)
    column_units, column_rests = zip(*(divmod(column, step) for column in columns), strict=True)
    if sum(row_units) != sum(column_units):
        return fill_table(rows, columns)
    units, rests = fill_table(row_units, column_units), fill_table(row_rests, column_rests)
    return [
        [unit * step + rest for unit, rest in zip(unit_row, rest_row, strict=True)]
        for unit_row, rest_row in zip(units, rests, strict=True)
    ]
