"""Curves: what a value earns. The properties hold for every curve that can be written down."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.scorecards.curves import Curve, linear, stepped
from salesops.lib.errors import DomainError

_VALUES = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
_POINTS = st.fractions(min_value=1, max_value=200, max_denominator=100)


@st.composite
def curves(draw: st.DrawFn, lower_is_better: bool = False) -> Curve:
    sign = -1 if lower_is_better else 1
    if draw(st.booleans()):
        low, high = sorted(draw(st.lists(_VALUES, min_size=2, max_size=2, unique=True)))
        cap = draw(_POINTS)
        return linear(floor=sign * low, target=sign * high, cap=cap, lower_is_better=lower_is_better)
    bounds = sorted(draw(st.lists(_VALUES, min_size=1, max_size=6, unique=True)))
    points = sorted(draw(st.lists(_POINTS, min_size=len(bounds), max_size=len(bounds), unique=True)))
    table = [(sign * bound, earned) for bound, earned in zip(bounds, points, strict=True)]
    return stepped(table, lower_is_better=lower_is_better)


def mirrored(curve: Curve) -> Curve:
    if curve.shape == "linear":
        return linear(
            floor=-curve.floor, target=-curve.target, cap=curve.cap, lower_is_better=not curve.lower_is_better
        )
    return stepped([(-step.bound, step.points) for step in curve.steps], lower_is_better=not curve.lower_is_better)


@given(curves(), _VALUES, _VALUES)
def test_more_never_earns_less(curve: Curve, one: Fraction, other: Fraction) -> None:
    """Seen failing with the comparisons of higher and lower exchanged in `_reaches`."""
    assert curve.points(min(one, other)) <= curve.points(max(one, other))


@given(curves(lower_is_better=True), _VALUES, _VALUES)
def test_less_never_earns_less_where_lower_is_better(curve: Curve, one: Fraction, other: Fraction) -> None:
    assert curve.points(min(one, other)) >= curve.points(max(one, other))


@given(st.one_of(curves(), curves(lower_is_better=True)), _VALUES)
def test_points_stay_between_nothing_and_the_most(curve: Curve, value: Fraction) -> None:
    assert 0 <= curve.points(value) <= curve.highest


@given(st.one_of(curves(), curves(lower_is_better=True)), _VALUES)
def test_lower_is_better_is_the_mirror_image(curve: Curve, value: Fraction) -> None:
    """Seen failing with `<` for `<=` at a bound of the mirrored table: nothing but a corner lies on a bound."""
    for one in (value, *(corner for corner, _ in curve.corners)):
        assert mirrored(curve).points(-one) == curve.points(one)


@given(st.one_of(curves(), curves(lower_is_better=True)))
def test_the_corners_lie_on_the_curve(curve: Curve) -> None:
    assert all(curve.points(value) == points for value, points in curve.corners)


@pytest.mark.parametrize(
    ("value", "points"), [(50, 0), (60, 0), (80, 50), (100, 100), (104, 110), (108, 120), (500, 120)]
)
def test_a_line_runs_from_the_floor_through_the_target_to_the_cap(value: int, points: int) -> None:
    assert linear(floor=60, target=100, cap=120).points(value) == points


@pytest.mark.parametrize(("value", "points"), [("2.99", 0), ("3", 60), ("3.99", 60), ("4", 100), ("5", 100)])
def test_a_step_owns_its_bound(value: str, points: int) -> None:
    table = stepped([(Decimal(3), Decimal(60)), (Decimal(4), Decimal(100))])
    assert table.points(Decimal(value)) == points


@pytest.mark.parametrize(("value", "points"), [(9, 0), (8, 0), (6, 50), (4, 100), (0, 120)])
def test_fewer_complaints_earn_more(value: int, points: int) -> None:
    assert linear(floor=8, target=4, cap=120, lower_is_better=True).points(value) == points


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"floor": 100, "target": 100, "cap": 120}, "bad_floor"),
        ({"floor": 110, "target": 100, "cap": 120}, "bad_floor"),
        ({"floor": 1, "target": 2, "cap": 120, "lower_is_better": True}, "bad_floor"),
        ({"floor": 60, "target": 100, "cap": 0}, "bad_cap"),
        ({"floor": 60, "target": 100, "cap": 201}, "bad_cap"),
    ],
)
def test_numbers_that_make_no_line_are_refused(arguments: dict[str, int], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        linear(**arguments)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([], "bad_steps"),
        ([(4, 100), (3, 60)], "unordered_steps"),
        ([(3, 60), (4, 60)], "unordered_steps"),
        ([(3, -1), (4, 60)], "negative_points"),
        ([(3, 60), (4, 250)], "bad_cap"),
    ],
)
def test_steps_that_make_no_table_are_refused(steps: list[tuple[int, int]], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        stepped(steps)
    assert refusal.value.code == code
