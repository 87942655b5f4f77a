"""How parts of a case are written in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.text import Truncator

from salesops.lib.money import round_half_up
from salesops.lib.templatetags import numbers

SEVERITY_TONES = {"critical": "risk", "high": "warn", "normal": "", "low": ""}


def quote(text: str, longest: int) -> str:
    """The beginning of what somebody said, on one line."""
    return Truncator(" ".join(text.split())).chars(longest)


def score(value: Fraction | None) -> str:
    """A mean on a scale, with one decimal, rounded half up: `4.3`."""
    return numbers.NONE if value is None else numbers.grouped(Decimal(round_half_up(value * 10)).scaleb(-1), 1)
