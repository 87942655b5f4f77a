"""Money is a whole number of minor units (cents) and a currency code; nothing here is ever a float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from salesops.lib.errors import DomainError, gettext_noop

# ISO 4217 currencies whose minor unit is not a hundredth. Source: ISO 4217 table A.1.
_OTHER_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_OUT_OF_RANGE = gettext_noop("“%(value)s” is out of range for an amount.")
MAX_MINOR = 10**17  # a bigint holds 9.2 × 10^18; sums of a hundred such amounts still fit


def minor_digits(currency: str) -> int:
    """Decimals of the currency's minor unit: 2 for USD, 0 for JPY."""
    return _OTHER_DIGITS.get(currency, 2)


def round_half_up(value: Fraction | Decimal | int) -> int:
    """The product's one rounding: to the nearest whole number, halves away from zero (commissions.md, detail 27)."""
    fraction = Fraction(value)
    magnitude = abs(fraction.numerator) * 2 + fraction.denominator
    rounded = magnitude // (fraction.denominator * 2)
    return rounded if fraction >= 0 else -rounded


def to_minor(value: str | Decimal | int, currency: str, field: str | None = None) -> int:
    """`"1,206.88"` → 120688. Refuses what is not a finite number, has too many decimals or is out of range."""
    text = value.strip().replace(",", "").replace("−", "-") if isinstance(value, str) else value
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise DomainError("not_a_number", gettext_noop("“%(value)s” is not an amount."), field, value=value) from None
    if not number.is_finite() or abs(number) >= MAX_MINOR:
        raise DomainError("out_of_range", _OUT_OF_RANGE, field, value=value)
    minor = number.scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise DomainError(
            "too_precise",
            gettext_noop("“%(value)s” has more decimals than %(currency)s has."),
            field,
            value=value,
            currency=currency,
        )
    if abs(minor) >= MAX_MINOR:
        raise DomainError("out_of_range", _OUT_OF_RANGE, field, value=value)
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """120688 → Decimal("1206.88")."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def plain(minor: int, currency: str) -> str:
    """The machine form, as in exports and the API: `1206.88`, `-0.50`, `1207` for JPY; no separators."""
    return f"{from_minor(minor, currency):f}"
