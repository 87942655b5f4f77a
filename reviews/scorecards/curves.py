"""From what was reached to points: the scoring curves of a scorecard's items.

100 points mean that the target was met. Everything is exact (`Fraction`); nothing is rounded here, the review's score
is rounded once, at its end. Where lower is better, the curve is the mirror image of the other one: scoring x against
target t and floor f is scoring −x against −t and −f, so there is one set of rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from salesops.lib.errors import DomainError, gettext_noop

Shape = Literal["linear", "steps"]
Exact = Fraction | Decimal | int

FULL = Fraction(100)
"""The points of a target that was met."""
HIGHEST_CAP = 200
MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """From `bound` on (or, where lower is better, from `bound` down) the item earns `points`."""

    bound: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Curve:
    """`linear`: 0 points at the floor, 100 at the target, on in the same slope up to the cap. `steps`: a table, from
    the worst bound to the best; below the first there is nothing."""

    shape: Shape
    lower_is_better: bool = False
    floor: Fraction = Fraction(0)
    target: Fraction = FULL
    cap: Fraction = FULL
    steps: tuple[Step, ...] = ()

    def points(self, value: Exact) -> Fraction:
        """What the value earns: never below 0, never above the cap."""
        reached = Fraction(value)
        if self.shape == "steps":
            return max((step.points for step in self.steps if self._reaches(reached, step.bound)), default=Fraction(0))
        share = (reached - self.floor) / (self.target - self.floor)
        return min(max(share * FULL, Fraction(0)), self.cap)

    def _reaches(self, value: Fraction, bound: Fraction) -> bool:
        return value <= bound if self.lower_is_better else value >= bound

    @property
    def highest(self) -> Fraction:
        """The most points that any value earns."""
        return self.steps[-1].points if self.shape == "steps" else self.cap

    @property
    def corners(self) -> list[tuple[Fraction, Fraction]]:
        """Where the curve bends, as (value, points) from the worst value to the best: what a chart and a table show."""
        if self.shape == "steps":
            return [(step.bound, step.points) for step in self.steps]
        slope = (self.target - self.floor) / FULL
        ends = {self.floor: Fraction(0), self.target: min(FULL, self.cap), self.floor + slope * self.cap: self.cap}
        return sorted(ends.items(), key=lambda corner: (corner[1], corner[0]))


def linear(*, floor: Exact, target: Exact, cap: Exact, lower_is_better: bool = False) -> Curve:
    """Refuses a floor on the wrong side of the target, or a cap that is not within 1 and 200 points."""
    _check_cap(cap)
    if floor == target or (floor > target) is not lower_is_better:
        message = (
            gettext_noop("Lower is better here, so the floor must be above the target.")
            if lower_is_better
            else gettext_noop("The floor must be below the target.")
        )
        raise DomainError("bad_floor", message, "floor")
    return Curve("linear", lower_is_better, Fraction(floor), Fraction(target), Fraction(cap))


def stepped(steps: Sequence[tuple[Exact, Exact]], *, lower_is_better: bool = False) -> Curve:
    """(bound, points) from the worst to the best; each bound must be better than the one before and earn more."""
    table = tuple(Step(Fraction(bound), Fraction(points)) for bound, points in steps)
    if not 1 <= len(table) <= MOST_STEPS:
        message = gettext_noop("A table has 1 to %(most)s steps, written as “3: 60, 4: 100”.")
        raise DomainError("bad_steps", message, "steps", most=MOST_STEPS)
    for before, after in pairwise(table):
        better = after.bound < before.bound if lower_is_better else after.bound > before.bound
        if not better or after.points <= before.points:
            message = gettext_noop("Write the steps from the worst to the best; each must earn more than the last.")
            raise DomainError("unordered_steps", message, "steps")
    if table[0].points < 0:
        raise DomainError("negative_points", gettext_noop("Points are never negative."), "steps")
    _check_cap(table[-1].points, "steps")
    return Curve("steps", lower_is_better, cap=table[-1].points, steps=table)


def _check_cap(cap: Exact, field: str = "cap") -> None:
    if not 1 <= cap <= HIGHEST_CAP:
        message = gettext_noop("The most points that an item can earn are 1 to %(most)s; 100 mean the target was met.")
        raise DomainError("bad_cap", message, field, most=HIGHEST_CAP)
