"""What the engine hands back. Every amount opens onto its lines, every line onto its credit and its tier slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, NamedTuple

from incentives.engine.facts import Credit, Exact
from incentives.engine.terms import Component, Tier
from salesops.lib.periods import Period

Note = Literal["", "true_up"]
Cuts = tuple[tuple[int, int], ...]


class Line(NamedTuple):
    """One credit's money, or a later change of it (`note`).

    `base` counts parts of the result's `base_unit` and `exact` parts of its `exact_unit`: integers, so that hundreds
    of thousands of lines stay cheap. `amount` is in minor units, rounded so that the lines add up to the total.
    Its whole base is rated by `tier`, a place in the component's table, unless `cuts` holds (tier, base) pairs, in the
    order in which the quantity walks the table.
    """

    credit: Credit
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


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """A component of one participant in one measurement period. `measure` and `quota` are in minor units or counts."""

    component: Component
    period: Period
    measure: Exact
    quota: Exact | None
    earned: int
    lines: Sequence[Line]
    base_unit: int
    exact_unit: int

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
        tiers = self.component.rate.tiers
        pieces = line.cuts or ((line.tier, line.base),)
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
