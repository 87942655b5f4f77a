"""Where a period lands if its working days go on as they began. Pure: integers in, integers out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from salesops.lib.money import round_half_up
from salesops.lib.pace import Landing

_LEAST_DAYS = 5  # chosen: the spread of fewer days says nothing
_FOUR_OF_FIVE = Fraction(128, 100)  # standard deviations on either side that hold four fifths of a normal distribution


def project(days: Sequence[int], left: int) -> Landing | None:
    """From what each working day so far brought, in minor units, and how many are left. None too early to say.

    The middle carries the mean on. The range is that of a sum of `left` days which spread like those so far, with the
    uncertainty of the mean itself; days are taken to be independent and alike, which a season is not.
    """
    gone, reached = len(days), sum(days)
    if gone < _LEAST_DAYS or not left:
        return None
    mean = Fraction(reached, gone)
    variance = sum((day - mean) ** 2 for day in days) / (gone - 1)
    spread = round_half_up(_FOUR_OF_FIVE * isqrt(int(variance * left * (gone + left) / gone)))
    middle = round_half_up(mean * (gone + left))
    return Landing(max(middle - spread, reached), middle, middle + spread)
