"""What the engine hands back. Every amount opens onto its lines, every line onto its credit and its tier slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from incentives.engine.facts import Credit, Exact
from incentives.engine.terms import Component, Tier
from salesops.lib.periods import Period

Note = Literal["", "true_up", "capped", "deferred", "floor"]
Cuts = tuple[tuple[int, int], ...]
Rule = Literal["factor", "multiplier", "cap", "refunded", "curve", "bracket", "deferred", "floor", "pool", "allowance"]


class Line(NamedTuple):
    """One credit's money, or a later change of it (`note`).

    `base` counts parts of the result's `base_unit` and `exact` parts of its `exact_unit`: integers, so that hundreds
    of thousands of lines stay cheap. `amount` is in minor units, rounded so that the lines add up to the total.
    Its whole base is rated by `tier`, a place in the table (-1: by none), unless `cuts` holds (tier, base) pairs, in
    the order in which the quantity walks the table. What belongs to no event (a floor, deferred excess) has no credit.
    """

    credit: Credit | None
    day: date
    base: int
    exact: int
    amount: int
    tier: int
    cuts: Cuts
    note: Note


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a line's base and the tier that rates it: `base` × `tier.rate` is what it earns, exactly."""

    tier: Tier
    base: Fraction


class Change(NamedTuple):
    """What a rule after the rate adds to a line or takes from it, in minor units, exact."""

    rule: Rule
    exact: Fraction


@dataclass(frozen=True, slots=True)
class Takeback:
    """What a refund takes back of what an event earned, in minor units, exact. `left` is the part of the event that
    stands afterwards, `before` the part that stood."""

    day: date
    refund: str
    event: str
    holder: str
    exact: Fraction
    before: Fraction
    left: Fraction


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """A component of one participant in one measurement period. `measure` and `quota` are in minor units or counts.

    `tiers` rate the slices; they are the component's own but for what is rated otherwise. A line's slices and its
    `changes`, by its place, add up to what it earned exactly. `takebacks` are in the order of their days.
    """

    component: Component
    period: Period
    measure: Exact
    quota: Exact | None
    earned: int
    lines: Sequence[Line]
    base_unit: int
    exact_unit: int
    tiers: tuple[Tier, ...] | None = None
    changes: Mapping[int, tuple[Change, ...]] = field(default_factory=dict)
    takebacks: Sequence[Takeback] = ()

    @property
    def attainment(self) -> Fraction | None:
        return Fraction(self.measure) / self.quota if self.quota else None

    @property
    def exact(self) -> Fraction:
        """The unrounded total, in minor units."""
        return Fraction(sum(line.exact for line in self.lines), self.exact_unit)

    def base_of(self, line: Line) -> Fraction:
        """In minor units or counts."""
        return Fraction(line.base, self.base_unit)

    def exact_of(self, line: Line) -> Fraction:
        """What the line earned before rounding, in minor units."""
        return Fraction(line.exact, self.exact_unit)

    def slices_of(self, line: Line) -> list[Slice]:
        """How the line's base was rated; the slices' bases add up to it."""
        tiers = self.component.rate.tiers if self.tiers is None else self.tiers
        pieces = line.cuts or (((line.tier, line.base),) if tiers and line.tier >= 0 else ())
        return [Slice(tiers[tier], Fraction(base, self.base_unit)) for tier, base in pieces]


@dataclass(frozen=True, slots=True)
class Payout:
    """One month, in minor units: payable = max(0, earned + guaranteed − capped − held + released − clawed_back +
    draw_advanced − draw_recovered + adjusted + carried of the month before). `carried` is never above 0."""

    month: Period
    earned: int = 0
    guaranteed: int = 0
    capped: int = 0
    held: int = 0
    released: int = 0
    clawed_back: int = 0
    draw_advanced: int = 0
    draw_recovered: int = 0
    draw_balance: int = 0
    adjusted: int = 0
    written_off: int = 0
    payable: int = 0
    carried: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a participant's component period cannot be computed; `message` is an English sentence marked for
    translation."""

    participant: str
    component: str
    period: Period
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ParticipantResult:
    """`payouts` leaves out the months of component periods with problems: nothing is payable on half a sum."""

    key: str
    components: Sequence[ComponentResult]
    payouts: Sequence[Payout]
    problems: Sequence[Problem] = field(default=())


@dataclass(frozen=True, slots=True)
class Results:
    participants: Sequence[ParticipantResult]

    @property
    def problems(self) -> list[Problem]:
        return [problem for result in self.participants for problem in result.problems]
