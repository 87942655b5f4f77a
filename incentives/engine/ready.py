"""A component's terms as exact numbers, and what a credit is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from incentives.engine.facts import Credit, Exact
from incentives.engine.terms import Component, Tier
from salesops.lib.periods import Period

EventKey = tuple[str, str, str]  # event, whose credit it was, kind


@dataclass(frozen=True, slots=True)
class Ready:
    """A component's terms as exact numbers: bounds in minor units, counts or parts; rates in minor units per unit."""

    component: Component
    quantity: Callable[[Credit], Exact]
    digits: int
    bounds: Sequence[Fraction]
    rates: Sequence[Fraction]
    tiers: tuple[Tier, ...]
    places: Mapping[EventKey, int] | None = None  # where each event has a rate of its own

    @property
    def accumulates(self) -> bool:
        return self.component.rate.accumulates == "period" and self.component.rate.method in {
            "flat",
            "marginal",
            "retroactive",
        }

    @property
    def takes_back(self) -> bool:
        """Whether a refund takes back what the event earned; where totals decide, the period is always recomputed."""
        clawback = self.component.clawback
        totals = self.component.kind in {"bonus", "pool"} or self.component.rate.method == "bracket"
        return clawback is not None and clawback.mode == "reverse" and not totals


@dataclass(frozen=True, slots=True)
class Setting:
    """What one participant brings to one measurement period. None: not given (and then not needed)."""

    period: Period
    quota: Exact | None
    target_incentive: Exact | None
    kpi_factor: Fraction
    is_finished: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A credit's numbers: its part of the measure, of what picks the tier and of what the rate multiplies."""

    credit: Credit
    measure: Fraction
    by: Fraction
    base: Fraction


def key_of(credit: Credit) -> EventKey:
    return credit.event, credit.holder, credit.kind


def lowered_key(credit: Credit) -> EventKey:
    """That of the event which a refund lowers; any other credit's own."""
    return credit.lowers or credit.event, credit.holder, credit.kind


def step_of(ready: Ready, credit: Credit, share_unit: int, kept: Exact = 1) -> Step:
    """The credit's quantities: × its share, × the part of it that counts."""
    scale = Fraction(credit.share, share_unit) * kept
    measure = ready.quantity(credit) * scale
    by = credit.units * scale if ready.component.rate.by == "units" else measure
    return Step(credit, measure, by, _base(ready.component, credit, measure, scale))


def _base(component: Component, credit: Credit, measure: Fraction, scale: Fraction) -> Fraction:
    """What the rate multiplies. An event counts once for a spiff; a refund takes the part of it that is refunded."""
    if component.kind == "spiff" and component.per == "event":
        return (-credit.part if credit.lowers else 1) * scale
    if component.kind == "spiff" or component.rate.base == "units":
        return credit.units * scale
    return credit.margin * scale if component.rate.base == "margin" else measure
