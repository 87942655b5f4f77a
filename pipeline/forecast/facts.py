"""What is open and expected to close when: the pipeline's part of coverage and forecast.

Read from the board's sums (`StageTotal`), so that neither costs more with more deals. Deals without an amount count
as deals and not as money; deals without a date are in no month.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import QuerySet, Sum

from pipeline.deals.models import Stage, StageTotal


@dataclass(frozen=True, slots=True)
class Open:
    """Open deals of one forecast category. `amount` and `weighted` (by the stages' probabilities) in minor units."""

    category: str
    deals: int
    amount: int
    weighted: Fraction


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody's open deals that are expected to close in some months; `amount` in minor units."""

    deals: int
    amount: int


CATEGORIES = tuple(category.value for category in reversed(Stage.Forecast))
"""From the surest to the least sure; what is omitted comes last, and counts as nothing."""


def open_by_category(first: date, last: date, owners: Collection[int] | None = None) -> list[Open]:
    """The open deals expected in the months from `first` to `last`, by category, the surest first; one query.

    Weighted by probability; what is in the category `omitted` is weighted to nothing. `owners` None: everybody's.
    """
    rows = _open(first, last, owners).values_list("stage__forecast", "stage__probability")
    found: dict[str, Open] = {}
    for category, probability, deals, amount in rows.annotate(counted=Sum("deals"), summed=Sum("amount")):
        chance = Fraction(0) if category == Stage.Forecast.OMITTED else Fraction(probability, 100)
        before = found.get(category, Open(category, 0, 0, Fraction(0)))
        found[category] = Open(
            category, before.deals + deals, before.amount + int(amount), before.weighted + int(amount) * chance
        )
    return [found[category] for category in CATEGORIES if category in found and found[category].deals]


def open_by_owner(first: date, last: date, owners: Collection[int]) -> dict[int, Expected]:
    """Each owner's open deals that are expected in the months from `first` to `last`; one query."""
    rows = _open(first, last, owners).values_list("owner_id")
    found = rows.annotate(counted=Sum("deals"), summed=Sum("amount"))
    return {owner: Expected(deals, int(amount)) for owner, deals, amount in found if deals}


def _open(first: date, last: date, owners: Collection[int] | None) -> QuerySet[StageTotal]:
    totals: QuerySet[StageTotal] = StageTotal.objects.filter(
        stage__kind=Stage.Kind.OPEN, month__range=(first.replace(day=1), last)
    )
    return (totals if owners is None else totals.filter(owner_id__in=owners)).order_by()
