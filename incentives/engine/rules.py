"""A component's terms made ready for counting, once for all participants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from operator import attrgetter

from incentives.engine.facts import Basis, Credit, Exact, Participant
from incentives.engine.ready import EventKey, Ready
from incentives.engine.terms import Component, DayCount, Plan, Tier
from salesops.lib.periods import Period

_BASES: dict[str, tuple[Basis, Callable[[Credit], Exact]]] = {
    "bookings": ("booking", attrgetter("amount")),
    "invoiced": ("invoice", attrgetter("amount")),
    "collections": ("collection", attrgetter("amount")),
    "margin": ("booking", attrgetter("margin")),
    "units": ("booking", attrgetter("units")),
    "new_customers": ("booking", attrgetter("customers")),
}


@dataclass(frozen=True)
class Rule:
    """`basis` is the kind of event that counts, `quantity` the measure of one before shares."""

    component: Component
    digits: int
    day_count: DayCount
    basis: str
    quantity: Callable[[Credit], Exact]
    tiers: tuple[Tier, ...]
    places: Mapping[EventKey, int] | None = None

    @cached_property
    def minor(self) -> int:
        return int(10**self.digits)

    @cached_property
    def scale(self) -> int:
        """What makes an amount of the measure, as a plan writes it, a quantity as the engine counts it."""
        return self.minor if self.component.counts_money else 1

    @cached_property
    def bounds(self) -> list[Fraction]:
        by = self.component.rate.by
        scale = 1
        if self.component.kind != "spiff" and by == "amount":
            scale = self.minor if self.component.rate.method == "lookup" else self.scale
        return [Fraction(tier.start) * scale for tier in self.tiers]

    @cached_property
    def rates(self) -> list[Fraction]:
        """In minor units for a unit of what is paid on; a bracket's are amounts."""
        is_part = self.component.pays_on_money and self.component.rate.method != "bracket"
        return [Fraction(tier.rate) * (1 if is_part else self.minor) for tier in self.tiers]

    @cached_property
    def whole_bounds(self) -> tuple[list[int], int]:
        return whole(self.bounds)

    @cached_property
    def whole_rates(self) -> tuple[list[int], int]:
        return whole(self.rates)

    @cached_property
    def ready(self) -> Ready:
        return Ready(self.component, self.quantity, self.digits, self.bounds, self.rates, self.tiers, self.places)

    @cached_property
    def is_plain(self) -> bool:
        """Whether a rate is all there is, so that whole columns can be rated at once."""
        component, rate = self.component, self.component.rate
        more = (component.threshold, component.multiplier, component.factors, component.cap, component.floor)
        is_more = any(more) or component.floor is not None or component.clawback is not None
        is_simple = rate.method in {"flat", "marginal", "retroactive"} and rate.accumulates == "period"
        return (
            component.kind == "commission"
            and is_simple
            and rate.base == "amount"
            and rate.by in {"amount", "attainment"}
            and not is_more
        )

    @cached_property
    def reads_each_event(self) -> bool:
        """Whether it matters which event a refund lowers, so that its parts must not be put together."""
        rate = self.component.rate
        return rate.accumulates == "event" or rate.method == "lookup" or self.ready.takes_back

    @cached_property
    def _own_quotas(self) -> dict[str, Exact]:
        return {key: Fraction(value) * self.scale for key, value in self.component.quotas}

    def quota_for(self, participant: Participant, period: Period) -> Exact | None:
        """The participant's own quota before the plan's for that period, before the plan's for every period."""
        own = participant.quotas.get((self.component.measure, period.key))
        if own is not None:
            return own
        quota = self.component.quota
        return self._own_quotas.get(period.key, None if quota is None else Fraction(quota) * self.scale)

    def kpi_factor(self, score: Exact | None) -> Fraction:
        """The factor of the band in which the score lies; 1 without a multiplier or a score."""
        multiplier = self.component.multiplier
        if multiplier is None or score is None:
            return Fraction(1)
        return multiplier.factor(score)

    def with_rates(self, rates: Mapping[EventKey, Fraction]) -> Rule:
        """The same rule where each event has a rate of its own."""
        distinct = sorted(set(rates.values()))
        tiers = tuple(Tier(Decimal(0), _decimal(rate)) for rate in distinct) or self.tiers
        place = {rate: number for number, rate in enumerate(distinct)}
        made = replace(self, tiers=tiers, places={key: place[rate] for key, rate in rates.items()})
        made.__dict__["rates"] = [rate * (1 if self.component.pays_on_money else self.minor) for rate in distinct]
        return made


def rule_of(component: Component, plan: Plan) -> Rule:
    basis, quantity = _BASES[component.measure]
    tiers = component.rate.tiers
    if component.kind == "spiff":
        last = () if component.first is None else (Tier(component.first, Decimal(0)),)
        tiers = (Tier(Decimal(0), component.amount or Decimal(0)), *last)
    return Rule(component, plan.digits, plan.day_count, basis, quantity, tiers)


def whole(values: Sequence[Exact], unit: int = 1) -> tuple[list[int], int]:
    """The values as integers over a finer unit; as they are where they are integers already."""
    finer = lcm(*(value.denominator for value in values if type(value) is not int))
    if finer == 1:
        return [int(value) for value in values], unit
    return [int(value * finer) for value in values], unit * finer


def _decimal(rate: Fraction) -> Decimal:
    """A rate that a statement can print: exact where it ends, else to twelve decimals."""
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(Decimal("1e-12")).normalize()
