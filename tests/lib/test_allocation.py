"""Divisions of whole amounts that add up exactly, whatever the weights."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.lib.allocation import fill_table, largest_remainder
from salesops.lib.errors import DomainError

_weights = st.lists(st.integers(0, 10**9) | st.fractions(0, 1000), min_size=1, max_size=12).filter(any)
_totals = st.integers(-(10**12), 10**12)
_steps = st.sampled_from([1, 7, 100, 100_000])


@pytest.mark.parametrize(
    ("total", "weights", "step", "parts"),
    [
        (100, [1, 1, 1], 1, [34, 33, 33]),  # ties go to the first
        (100, [1, 1, 1, 1, 1, 1], 1, [17, 17, 17, 17, 16, 16]),
        (10, [3, 3, 4], 1, [3, 3, 4]),
        (10, [0, 1, 0], 1, [0, 10, 0]),
        (-100, [1, 1, 1], 1, [-34, -33, -33]),  # the mirror image
        (1050, [1, 1], 100, [550, 500]),  # what is below a step goes to the first
        (99, [1, 1], 100, [99, 0]),
        (100, [Fraction(1, 3), Fraction(2, 3)], 1, [33, 67]),
        (0, [1, 2], 1, [0, 0]),
    ],
)
def test_largest_remainder(total: int, weights: list[Fraction | int], step: int, parts: list[int]) -> None:
    assert largest_remainder(total, weights, step) == parts


@given(_totals, _weights, _steps)
def test_parts_add_up_and_keep_to_the_step(total: int, weights: list[Fraction | int], step: int) -> None:
    """Seen failing when parts were rounded one by one, and when the rest below a step went to the largest part."""
    parts = largest_remainder(total, weights, step)
    assert sum(parts) == total
    assert all(part % step == 0 for part in parts[1:])
    assert all(part * total >= 0 for part in parts)


@given(_totals, _weights, _steps)
def test_no_part_is_a_step_off_its_exact_share(total: int, weights: list[Fraction | int], step: int) -> None:
    """Seen failing when all the units left over went to the first part."""
    parts = largest_remainder(total, weights, step)
    units = abs(total) // step * step * (1 if total >= 0 else -1)
    parts[0] -= total - units
    assert all(
        abs(part - units * Fraction(weight) / sum(weights)) < step for part, weight in zip(parts, weights, strict=True)
    )


@given(st.integers(0, 10**9), st.integers(1, 12), _steps)
def test_equal_weights_differ_by_one_step_the_larger_first(total: int, count: int, step: int) -> None:
    """Seen failing when ties went to the last."""
    parts = largest_remainder(total, [1] * count, step)
    parts[0] -= total % step
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= step


@pytest.mark.parametrize(
    ("weights", "step", "code"),
    [([], 1, "zero_weights"), ([0, 0], 1, "zero_weights"), ([1, -1, 1], 1, "negative_weight"), ([1], 0, "bad_step")],
)
def test_where_there_is_nothing_to_divide_by(weights: list[int], step: int, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        largest_remainder(100, weights, step)
    assert refused.value.code == code


@st.composite
def _margins(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Row and column totals of a table that exists."""
    width = draw(st.integers(1, 6))
    row = st.lists(st.integers(0, 10**9) | st.just(0), min_size=width, max_size=width)
    table = draw(st.lists(row, min_size=1, max_size=6))
    return [sum(cells) for cells in table], [sum(column) for column in zip(*table, strict=True)]


@given(_margins())
def test_a_table_has_exactly_its_totals(margins: tuple[list[int], list[int]]) -> None:
    """Seen failing when every row was divided by the column totals instead of what was left of them."""
    rows, columns = margins
    table = fill_table(rows, columns)
    assert [sum(cells) for cells in table] == rows
    assert [sum(column) for column in zip(*table, strict=True)] == columns
    assert all(cell >= 0 for cells in table for cell in cells)


def test_a_table_is_near_to_proportional() -> None:
    assert fill_table([100, 50], [90, 60]) == [[60, 40], [30, 20]]


@pytest.mark.parametrize(("rows", "columns"), [([1], [2]), ([-1, 2], [1]), ([], [1])])
def test_totals_that_do_not_meet_are_a_mistake_of_the_caller(rows: list[int], columns: list[int]) -> None:
    with pytest.raises(ValueError, match="same sum"):
        fill_table(rows, columns)
