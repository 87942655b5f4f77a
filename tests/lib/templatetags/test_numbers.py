from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from salesops.lib.templatetags import numbers

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (120688, "USD", "1,206.88"),
        (-5708, "USD", "−57.08"),
        (0, "USD", "0.00"),
        (5, "USD", "0.05"),
        (123456789012345678, "USD", "1,234,567,890,123,456.78"),
        (1207, "JPY", "1,207"),
        (1207500, "KWD", "1,207.500"),
        (None, "USD", "–"),
    ],
)
def test_money(minor: int | None, currency: str, shown: str) -> None:
    assert numbers.money(minor, currency) == shown


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (104906643, "USD", "1,049,066"),
        (-250, "USD", "−3"),
        (1207, "JPY", "1,207"),
        (1499, "KWD", "1"),
        (None, "USD", "–"),
    ],
)
def test_projections_are_shown_in_whole_units(minor: int | None, currency: str, shown: str) -> None:
    assert numbers.whole_amount(minor, currency) == shown


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_money_is_grouped_in_threes_in_every_language(language: str) -> None:
    with translation.override(language):
        assert numbers.money(123456789, "CNY") == "1,234,567.89"


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(74125, "USD", "$741.25"), (-74125, "USD", "−$741.25"), (74125, "CHF", f"CHF{NBSP}741.25"), (None, "USD", "–")],
)
def test_a_total_carries_its_currency(minor: int | None, currency: str, shown: str) -> None:
    assert numbers.money_with_symbol(minor, currency) == shown


@pytest.mark.parametrize(("minor", "shown"), [(8180, "+81.80"), (-5708, "−57.08"), (0, "0.00"), (None, "–")])
def test_a_change_carries_its_sign(minor: int | None, shown: str) -> None:
    assert numbers.signed_money(minor, "USD") == shown


@pytest.mark.parametrize(("minor", "shown"), [(357870600, "3,578,706"), (357870650, "3,578,706.50"), (None, "–")])
def test_an_amount_shows_cents_only_when_there_are_any(minor: int | None, shown: str) -> None:
    assert numbers.amount(minor, "USD") == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Fraction(2802496, 3578706), f"78.3{NBSP}%"),
        (Decimal("0.8425"), f"84.3{NBSP}%"),
        (Fraction(-1, 3), f"−33.3{NBSP}%"),
        (1, f"100.0{NBSP}%"),
        (Fraction(-1, 10**6), f"0.0{NBSP}%"),
        (12, f"1,200.0{NBSP}%"),
        (None, "–"),
    ],
)
def test_a_percentage_has_one_decimal(ratio: numbers.Number | None, shown: str) -> None:
    assert numbers.percent(ratio) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [(Fraction(73, 1000), f"+7.3{NBSP}%"), (Fraction(-44, 1000), f"−4.4{NBSP}%"), (0, f"0.0{NBSP}%"), (None, "–")],
)
def test_a_change_in_percent_carries_its_sign(ratio: numbers.Number | None, shown: str) -> None:
    assert numbers.signed_percent(ratio) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Decimal("0.04"), f"4{NBSP}%"),
        (Decimal("0.0425"), f"4.25{NBSP}%"),
        (1, f"100{NBSP}%"),
        (0, f"0{NBSP}%"),
        (None, "–"),
    ],
)
def test_a_rate_is_written_as_its_author_wrote_it(ratio: numbers.Number | None, shown: str) -> None:
    assert numbers.rate(ratio) == shown


def test_a_count_is_grouped() -> None:
    assert [numbers.count(8800), numbers.count(None)] == ["8,800", "–"]
