"""The figures of a customer's page: what is open, and how often a deal is won here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, F, Max, Q, Subquery, Sum

from accounts.access.actor import Actor
from accounts.access.policy import rows
from pipeline.deals.models import Deal, Stage, StageTotal
from salesops.lib.money import round_half_up
from salesops.lib.periods import add_months

_MONTHS = 12
_OPEN = Q(closed_on__isnull=True)


@dataclass(frozen=True, slots=True)
class DealFigures:
    """`open_amount` and `weighted` (each amount × its stage's probability) are in minor units.

    `won` and `lost` count the deals closed in the last twelve months, and so do `company_won` and `company_lost` for
    the whole company, to compare with; `deals` are all there ever were.
    """

    deals: int
    open: int
    open_amount: int
    weighted: int
    won: int
    lost: int
    company_won: int
    company_lost: int

    @property
    def win_rate(self) -> Fraction | None:
        return _rate(self.won, self.lost)

    @property
    def company_win_rate(self) -> Fraction | None:
        return _rate(self.company_won, self.company_lost)


def _rate(won: int, lost: int) -> Fraction | None:
    return Fraction(won, won + lost) if won + lost else None


def deal_figures(actor: Actor, customer_id: int, as_of: date) -> DealFigures:
    """The customer's deals as far as the actor sees them, in one query."""
    deals = rows(actor, "deals.view", Deal.objects.filter(customer_id=customer_id), as_of=as_of)
    closed = Q(closed_on__gte=_since(as_of), closed_on__lte=as_of)
    found = deals.aggregate(
        deals=Count("id"),
        open=Count("id", filter=_OPEN),
        open_amount=Sum("amount", filter=_OPEN, default=0),
        weighted=Sum(F("amount") * F("stage__probability"), filter=_OPEN, default=0),
        won=Count("id", filter=closed & Q(stage__kind=Stage.Kind.WON)),
        lost=Count("id", filter=closed & Q(stage__kind=Stage.Kind.LOST)),
        company_won=Max(_company(Stage.Kind.WON, as_of), default=0),
        company_lost=Max(_company(Stage.Kind.LOST, as_of), default=0),
    )
    return DealFigures(**found | {"weighted": round_half_up(Fraction(found["weighted"], 100))})


def _company(kind: Stage.Kind, as_of: date) -> Subquery:
    """How many deals of the whole company have ended so, from the board's sums: it costs nothing to compare with."""
    ended = StageTotal.objects.filter(stage__kind=kind, month__range=(_since(as_of), as_of)).order_by()
    return Subquery(ended.values("tenant_id").annotate(number=Sum("deals")).values("number"))


def open_deals(actor: Actor, customer_id: int, as_of: date, most: int) -> list[Deal]:
    """The customer's open deals, those that close first at the top."""
    deals = rows(actor, "deals.view", Deal.objects.filter(_OPEN, customer_id=customer_id), as_of=as_of)
    return list(deals.select_related("stage", "product").order_by(F("expected_on").asc(nulls_last=True), "-id")[:most])


def _since(as_of: date) -> date:
    return add_months(as_of, 1 - _MONTHS)
