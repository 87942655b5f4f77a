"""Minor units, the one rounding, and amounts as people and machines write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.lib.errors import DomainError
from salesops.lib.money import MAX_MINOR, from_minor, minor_digits, plain, round_half_up, to_minor


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),  # away from zero, both ways
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),  # not to the even neighbour
        (Fraction(-5, 2), -3),
        (Fraction(49999, 100000), 0),
        (Decimal("2.675"), 3),
        (Decimal("-0.4"), 0),
        (7, 7),
    ],
)
def test_halves_are_rounded_away_from_zero(value: Fraction | Decimal | int, rounded: int) -> None:
    assert round_half_up(value) == rounded


@given(st.fractions() | st.integers().map(lambda halves: Fraction(halves, 2)))
def test_rounding_is_symmetric_and_never_a_half_off(value: Fraction) -> None:
    """Seen failing with floor(value + ½), which rounds −½ up to 0."""
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -round_half_up(value)


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("CNY", 2), ("JPY", 0), ("KWD", 3)])
def test_digits_follow_the_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1,206.88", "USD", 120688),
        (" 12 ", "USD", 1200),
        ("−0.5", "USD", -50),  # a typographic minus
        ("-0.50", "USD", -50),
        ("1207", "JPY", 1207),
        ("1207.0", "JPY", 1207),
        ("1.234", "KWD", 1234),
        (Decimal("3.10"), "USD", 310),
        (3, "USD", 300),
    ],
)
def test_amounts_are_read(written: str | Decimal | int, currency: str, minor: int) -> None:
    assert to_minor(written, currency) == minor


@pytest.mark.parametrize(
    ("written", "currency", "code"),
    [
        ("", "USD", "not_a_number"),
        ("twelve", "USD", "not_a_number"),
        ("1.2.3", "USD", "not_a_number"),
        ("NaN", "USD", "out_of_range"),
        ("-Infinity", "USD", "out_of_range"),
        ("1e30", "USD", "out_of_range"),
        (str(MAX_MINOR // 10), "USD", "out_of_range"),
        ("0.005", "USD", "too_precise"),
        ("0.5", "JPY", "too_precise"),
    ],
)
def test_what_is_no_amount_is_refused_by_its_field(written: str, currency: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        to_minor(written, currency, "amount")
    assert (refused.value.code, refused.value.field) == (code, "amount")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(120688, "USD", "1206.88"), (-50, "USD", "-0.50"), (0, "USD", "0.00"), (1207, "JPY", "1207"), (5, "KWD", "0.005")],
)
def test_the_machine_form(minor: int, currency: str, text: str) -> None:
    assert plain(minor, currency) == text


@given(st.integers(1 - MAX_MINOR, MAX_MINOR - 1), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    """Seen failing when the amount went through a binary float on its way."""
    assert to_minor(plain(minor, currency), currency) == minor
    assert to_minor(from_minor(minor, currency), currency) == minor
