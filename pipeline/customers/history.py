"""What a customer has bought, month by month, from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from pipeline import facts
from pipeline.customers.models import Customer
from salesops.lib.money import round_half_up
from salesops.lib.periods import add_months

_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Purchases:
    """Booked minor units of the last two years: the sum, a number per month (oldest first), and how many lines."""

    total: int
    lines: int
    by_month: list[int]


def purchases(actor: Actor, customer: Customer, as_of: date) -> Purchases:
    """Up to the last booking of the customer or today, whichever is earlier, as far as the actor sees credits."""
    members = visible_members(actor, "deals.view", as_of)
    ever = facts.Slice(date.min, as_of, participants=members, customers=[customer.pk])
    by_month = {key[0]: found for key, found in facts.totals(ever, by=("month",)).items()}
    if not by_month:
        return Purchases(0, 0, [])
    months = [add_months(max(by_month), index - _MONTHS + 1) for index in range(_MONTHS)]
    found = [by_month.get(month, facts.Total(Fraction(0), 0)) for month in months]
    values = [round_half_up(one.value) for one in found]
    return Purchases(sum(values), sum(one.lines for one in found), values)
