"""The five lights, as a table of what is known and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targets.cascade.smart import Facts, Minor, Parent, full_quarters, half_range, lights, working_days

NORTH = Facts(
    metric="Bookings",
    name="North",
    amount=96_000_00,
    owner="Max Manager",
    reps=2,
    setter="Eve Executive",
    parent=Parent("East", 96_000_00, 0),
    earlier=(0, 0, 0, 0, 30_000_00, 75_000_00, 85_000_00, 80_000_00),
    period="2017-Q4",
    last_period="2017-Q3",
    starts_on=date(2017, 10, 1),
    ends_on=date(2017, 12, 31),
    today=date(2017, 9, 20),
    approved=False,
)


def said(facts: Facts, key: str) -> tuple[str, str]:
    light = next(light for light in lights(facts) if light.key == key)
    parts = {name: value.value if isinstance(value, Minor) else value for name, value in light.evidence.parts.items()}
    return light.tone, light.evidence.sentence % parts


@pytest.mark.parametrize(
    ("key", "changed", "tone", "sentence"),
    [
        ("specific", {}, "good", "Bookings, owner Max Manager"),
        ("specific", {"owner": ""}, "good", "Bookings, 2 reps named"),
        ("specific", {"owner": "", "reps": 0}, "warn", "Bookings, but nobody is named as its owner"),
        ("measurable", {}, "good", "Counted by the ledger; 2017-Q3 was 8000000"),
        ("measurable", {"earlier": (5, 0)}, "none", "Counted by the ledger; nothing in 2017-Q3 to measure from"),
        ("measurable", {"earlier": ()}, "none", "Counted by the ledger; nothing in 2017-Q3 to measure from"),
        ("achievable", {"amount": 0}, "none", "No target is set"),
        ("achievable", {"earlier": (0, 0)}, "warn", "Nothing in 2017-Q3 to compare with"),
        ("achievable", {"amount": 76_000_00}, "good", "-1/20 on 2017-Q3, not more than was reached before"),
        (
            "achievable",
            {"amount": 84_000_00},
            "good",
            "1/20 on 2017-Q3 is within the ±1/16 of the last 3 full quarters",
        ),
        (
            "achievable",
            {"amount": 88_000_00},
            "warn",
            "1/10 on 2017-Q3, but the last 3 full quarters lay within ±1/16",
        ),
        ("achievable", {}, "risk", "1/5 on 2017-Q3, but the last 3 full quarters lay within ±1/16"),
        (
            "achievable",
            {"earlier": (0, 50_000_00, 80_000_00)},
            "warn",
            "1/5 on 2017-Q3; too few full quarters to know what is usual",
        ),
        ("relevant", {}, "good", "1 of East, which is placed in full"),
        (
            "relevant",
            {"parent": Parent("East", 120_000_00, 24_000_00)},
            "warn",
            "4/5 of East, where 2400000 is not placed yet",
        ),
        (
            "relevant",
            {"parent": Parent("East", 80_000_00, -16_000_00)},
            "warn",
            "6/5 of East, where 1600000 too much is placed",
        ),
        ("relevant", {"parent": Parent("East", 0, 0), "amount": 0}, "good", "0 of East, which is placed in full"),
        ("relevant", {"parent": None}, "good", "The company’s target, set by Eve Executive"),
        ("relevant", {"parent": None, "setter": ""}, "good", "The company’s target, set at the command line"),
        ("time_bound", {}, "good", "2017-Q4, 65 of 65 working days left"),
        ("time_bound", {"today": date(2017, 12, 22), "approved": True}, "good", "2017-Q4, 5 of 65 working days left"),
        (
            "time_bound",
            {"today": date(2017, 12, 22)},
            "warn",
            "2017-Q4 has begun and the target is not approved; 5 working days left",
        ),
        ("time_bound", {"today": date(2018, 1, 5)}, "risk", "2017-Q4 is over and the target was never approved"),
    ],
)
def test_what_each_light_says(key: str, changed: dict[str, object], tone: str, sentence: str) -> None:
    assert said(replace(NORTH, **changed), key) == (tone, sentence)


def test_the_quarter_in_which_credits_began_is_not_compared_with() -> None:
    assert full_quarters((0, 0, 30, 75, 85)) == [75, 85]
    assert full_quarters((30, 75, 85)) == [30, 75, 85]
    assert full_quarters((0, 0)) == []
    assert half_range([75, 85]) == Fraction(5, 80)
    assert half_range([75]) is None


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(-5, 400))
def test_working_days_are_counted_as_by_walking(first: date, length: int) -> None:
    """Seen failing with `% 7 < 6` for `% 7 < 5`."""
    days = [first + timedelta(days=offset) for offset in range(length)]
    assert working_days(first, first + timedelta(days=length - 1)) == sum(day.weekday() < 5 for day in days)
