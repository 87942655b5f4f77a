"""Numbers as people read them: tabular, grouped by thousands, a true minus sign, a dash where there is nothing.

Money is grouped in threes in every language shipped: Django's own Chinese formats group in fours, which no ledger does.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils import numberformat
from django.utils.formats import get_format

from salesops.lib.money import from_minor, minor_digits, round_half_up

NONE = "–"
MINUS = "−"
NBSP = "\u00a0"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "HKD": "HK$", "TWD": "NT$", "SGD": "S$"}

Number = int | Decimal | Fraction


def grouped(value: Decimal | int, decimals: int) -> str:
    """`1234567.5, 2` → `1,234,567.50`. The decimal and thousands signs are the reader's language's."""
    text = numberformat.format(
        abs(Decimal(value)),
        get_format("DECIMAL_SEPARATOR"),
        decimals,
        grouping=3,
        thousand_sep=get_format("THOUSAND_SEPARATOR") or ",",
        force_grouping=True,
    )
    return f"{MINUS}{text}" if value < 0 else text


def money(minor: int | None, currency: str) -> str:
    """`120688, "USD"` → `1,206.88`."""
    if minor is None:
        return NONE
    return grouped(from_minor(minor, currency), minor_digits(currency))


def money_with_symbol(minor: int | None, currency: str) -> str:
    """`74125, "USD"` → `$741.25`; a currency without a sign of its own gets its code: `CHF 741.25`."""
    if minor is None:
        return NONE
    sign = MINUS if minor < 0 else ""
    return sign + _SYMBOLS.get(currency, f"{currency}{NBSP}") + money(abs(minor), currency)


def signed_money(minor: int | None, currency: str) -> str:
    """A change: `+81.80`, `−57.08`, `0.00`."""
    text = money(minor, currency)
    return f"+{text}" if minor is not None and minor > 0 else text


def amount(minor: int | None, currency: str) -> str:
    """Targets and bookings: `3,578,706`; the decimals only appear when there are any: `3,578,706.50`."""
    if minor is None:
        return NONE
    digits = minor_digits(currency)
    whole = minor % 10**digits == 0
    return grouped(from_minor(minor, currency), 0 if whole else digits)


def whole_amount(minor: int | None, currency: str) -> str:
    """A projection, in whole units: `1,049,066` for 1,049,066.43. Cents would claim more than a projection knows."""
    if minor is None:
        return NONE
    return grouped(round_half_up(Fraction(minor, 10 ** minor_digits(currency))), 0)


def percent(ratio: Number | None) -> str:
    """`Fraction(842, 1000)` → `84.2 %`, always one decimal, rounded half up."""
    if ratio is None:
        return NONE
    return grouped(Decimal(round_half_up(Fraction(ratio) * 1000)).scaleb(-1), 1) + NBSP + "%"


def signed_percent(ratio: Number | None) -> str:
    """A change: `+7.3 %`, `−4.4 %`."""
    text = percent(ratio)
    return f"+{text}" if ratio is not None and round_half_up(Fraction(ratio) * 1000) > 0 else text


def rate(ratio: Number | None) -> str:
    """A rate of a plan, as its author wrote it: `4 %`, `4.25 %`; at most four decimals."""
    if ratio is None:
        return NONE
    scaled = Decimal(round_half_up(Fraction(ratio) * 10**6)).scaleb(-4).normalize()
    exponent = scaled.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return grouped(scaled, decimals) + NBSP + "%"


def points(ratio: Number | None) -> str:
    """How far two percentages lie apart, either way: `Fraction(-14, 1000)` → `1.4`."""
    return NONE if ratio is None else grouped(Decimal(round_half_up(abs(Fraction(ratio)) * 1000)).scaleb(-1), 1)


def times(ratio: Number | None) -> str:
    """`Fraction(17, 10)` → `1.7 ×`: how often something contains another."""
    return NONE if ratio is None else grouped(Decimal(round_half_up(Fraction(ratio) * 10)).scaleb(-1), 1) + NBSP + "×"


def score(value: Number | None) -> str:
    """A mean of marks, with one decimal: `4.6`."""
    return NONE if value is None else grouped(Decimal(round_half_up(Fraction(value) * 10)).scaleb(-1), 1)


def count(value: Number | None) -> str:
    """`8800` → `8,800`; parts of a unit, as shares give them, are rounded half up."""
    return NONE if value is None else grouped(round_half_up(Fraction(value)), 0)
