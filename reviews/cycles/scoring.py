"""A review's score, step by step, so that everybody can redo it: weight × points, their sum, one rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reviews.scorecards.models import ScorecardItem
from reviews.scorecards.values import curve_of
from salesops.lib.money import round_half_up

DECIMALS = 2


@dataclass(frozen=True, slots=True)
class ItemResult:
    """`value` is in the KPI's unit, None where there is nothing to score; then `points` is None as well."""

    item: ScorecardItem
    value: Fraction | None

    @property
    def points(self) -> Fraction | None:
        return None if self.value is None else curve_of(self.item).points(self.value)

    @property
    def product(self) -> Fraction | None:
        """Weight × points: what the item adds to the score, if all weight was measured."""
        return None if self.points is None else Fraction(self.item.weight) * self.points / 100


@dataclass(frozen=True, slots=True)
class Overall:
    """`weight` is what was measured of the 100. What was not is left out, and the rest stands for the whole."""

    results: Sequence[ItemResult]

    @property
    def weight(self) -> Fraction:
        return sum((Fraction(one.item.weight) for one in self.results if one.points is not None), Fraction(0))

    @property
    def total(self) -> Fraction:
        return sum((one.product for one in self.results if one.product is not None), Fraction(0))

    @property
    def is_whole(self) -> bool:
        return self.weight == 100

    @property
    def exact(self) -> Fraction | None:
        """The unrounded score; None where nothing was measured."""
        return self.total * 100 / self.weight if self.weight else None

    @property
    def score(self) -> Decimal | None:
        """Rounded once, half up."""
        return None if self.exact is None else rounded(self.exact)


def rounded(value: Fraction, decimals: int = DECIMALS) -> Decimal:
    """For the score itself and for numbers that are only shown."""
    return Decimal(round_half_up(value * 10**decimals)).scaleb(-decimals)
