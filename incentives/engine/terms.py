"""The terms of a plan, typed: what `reading` makes of a plan document.

Amounts, rates and factors are `Decimal`s exactly as written.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from salesops.lib.money import minor_digits
from salesops.lib.periods import PeriodKind

Kind = Literal["commission", "bonus", "spiff", "override", "pool", "allowance"]
Measure = Literal["bookings", "invoiced", "collections", "margin", "units", "new_customers"]
Method = Literal["flat", "marginal", "retroactive", "lookup", "bracket"]
Base = Literal["amount", "margin", "units"]
By = Literal["amount", "attainment", "units", "margin_rate", "discount"]
Boundary = Literal["upper", "lower"]
Accumulates = Literal["period", "event"]
NegativeBalance = Literal["carry", "written_off"]
DayCount = Literal["calendar_days", "working_days", "thirty_360"]
Of = Literal["team_credits", "team_earnings", "difference"]
ShareBy = Literal["equal", "attainment", "credits", "weight"]
Release = Literal["collection", "after_days", "period_end"]
CapBy = Literal["amount", "target_incentive_multiple", "attainment"]

MONEY_MEASURES = frozenset({"bookings", "invoiced", "collections", "margin"})
FILTER_LISTS = ("category", "region", "segment", "product")


@dataclass(frozen=True, slots=True)
class Tier:
    """From `start` on, `rate` applies. `start` is in major units, in units or a part (of the quota, of the price).

    `rate` is a part of money, money per unit where the base is units, and the amount that a bracket pays.
    """

    start: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A flat rate is a table of one tier from 0. `boundary` says to which tier a total exactly on a bound belongs."""

    method: Method
    by: By
    boundary: Boundary
    tiers: tuple[Tier, ...]
    base: Base = "amount"
    accumulates: Accumulates = "period"
    pays: Literal["sum", "highest"] = "sum"

    @property
    def needs_quota(self) -> bool:
        return self.by == "attainment"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a component admits. An empty tuple or None admits everything."""

    category: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    new_customer: bool | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """Nothing is paid below `at`: a part of the quota, or an amount of the measure in major units."""

    by: Literal["attainment", "amount"]
    at: Decimal
    pays: Literal["from_zero", "from_threshold"]


@dataclass(frozen=True, slots=True)
class Band:
    """From a score of `start` on, earnings are multiplied by `factor`."""

    start: Decimal
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Multiplier:
    """The factor of the band in which the participant's score of that KPI lies; bands own their lower bound."""

    kpi: str
    bands: tuple[Band, ...]

    def factor(self, score: Fraction | int) -> Fraction:
        """Of the band in which the score lies; below the first bound it is the first's."""
        reached = [band for band in self.bands if Fraction(band.start) <= score]
        return Fraction((reached or self.bands[:1])[-1].factor)


@dataclass(frozen=True, slots=True)
class Factors:
    """What is multiplied where a credit's attribute (`product`, say) has a value that is named here."""

    attribute: str
    by_value: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that a component earns in a period; what is cut is lost or earned in the next period (`deferred`)."""

    by: CapBy
    value: Decimal
    excess: Literal["lost", "deferred"]


@dataclass(frozen=True, slots=True)
class Holdback:
    """`share` of the earnings is paid later: as the deal is collected, `days` after the event, or with the period."""

    share: Decimal
    release: Release
    days: int = 0


@dataclass(frozen=True, slots=True)
class Clawback:
    """What a refund inside the window (None: any) takes back. See commissions.md, details 8 to 12."""

    window_days: int | None = None
    mode: Literal["reverse", "recompute"] = "reverse"
    share: Decimal = Decimal(1)
    by_unused_term: bool = False
    reduces_measure: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """At an attainment of `at`, a bonus pays `pays` × the target incentive."""

    at: Decimal
    pays: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    shape: Literal["step", "linear"]
    points: tuple[Point, ...]
    boundary: Boundary = "upper"


@dataclass(frozen=True, slots=True)
class Component:
    """`quotas` are the plan's own, by period key, and `quota` that of every other period, for those who have none.

    Only what the type uses is set: `rate` of commissions, overrides and pools, `curve` of a bonus, `amount` of a spiff,
    an allowance or a pool, `per` and `first` of a spiff, `of` of an override, `qualifies_at` and `share_by` of a pool.
    """

    code: str
    measure: Measure
    period: PeriodKind
    rate: Rate
    filter: Filter = Filter()
    quota: Decimal | None = None
    quotas: tuple[tuple[str, Decimal], ...] = ()
    kind: Kind = "commission"
    threshold: Threshold | None = None
    multiplier: Multiplier | None = None
    factors: tuple[Factors, ...] = ()
    cap: Cap | None = None
    floor: Decimal | None = None
    prorate: bool = False
    holdback: Holdback | None = None
    instalments: int = 1
    clawback: Clawback | None = None
    curve: Curve | None = None
    target_incentive: Decimal | None = None
    amount: Decimal | None = None
    per: Literal["event", "unit"] = "event"
    first: Decimal | None = None
    of: Of = "team_credits"
    qualifies_at: Decimal | None = None
    share_by: ShareBy = "equal"

    @property
    def counts_money(self) -> bool:
        """Whether the measure is money, in minor units; else it is a count."""
        return self.measure in MONEY_MEASURES

    @property
    def pays_on_money(self) -> bool:
        """Whether what the rate multiplies is money."""
        if self.kind == "spiff":
            return False
        return self.rate.base == "margin" or (self.rate.base == "amount" and self.counts_money)

    @property
    def needs_quota(self) -> bool:
        limits = (self.threshold and self.threshold.by, self.cap and self.cap.by)
        return self.rate.needs_quota or self.curve is not None or "attainment" in limits

    @property
    def needs_target_incentive(self) -> bool:
        return self.curve is not None or (self.cap is not None and self.cap.by == "target_incentive_multiple")


@dataclass(frozen=True, slots=True)
class Guarantee:
    """At least `amount` in each of the first `months` of service."""

    amount: Decimal
    months: int


@dataclass(frozen=True, slots=True)
class Draw:
    """An advance of `amount` a month; `recover_from` and `until` are period keys of months."""

    amount: Decimal
    kind: Literal["recoverable", "non_recoverable", "additive"]
    recovery_limit: Decimal = Decimal(1)
    recover_from: str | None = None
    until: str | None = None
    forgive_at: Literal["never", "year_end"] = "never"


@dataclass(frozen=True, slots=True)
class Plan:
    currency: str
    components: tuple[Component, ...]
    negative_balance: NegativeBalance = "carry"
    day_count: DayCount = "calendar_days"
    guarantee: Guarantee | None = None
    draw: Draw | None = None
    cap: Decimal | None = None

    @property
    def digits(self) -> int:
        """Decimals of the plan's currency."""
        return minor_digits(self.currency)
