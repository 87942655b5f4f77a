"""How far a target has come, and where it lands at this pace. Pure: plain numbers in, plain numbers out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from salesops.lib.money import round_half_up
from targets.cascade.smart import Tone, working_days

_BEHIND = Fraction(9, 10)  # of the pace; chosen: below nine tenths of it a target is at risk


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The working days (Monday to Friday) of a period: `gone` up to and including today, out of `whole`."""

    gone: int
    whole: int

    @classmethod
    def of(cls, first: date, last: date, today: date) -> Clockwork:
        """Before the period nothing has gone, after it everything."""
        return cls(working_days(first, min(today, last)), working_days(first, last))

    @property
    def left(self) -> int:
        return self.whole - self.gone

    @property
    def share(self) -> Fraction:
        """How much should be reached by now if every working day brought the same."""
        return Fraction(self.gone, self.whole) if self.whole else Fraction(1)


@dataclass(frozen=True, slots=True)
class Attainment:
    """Target and actual in minor units. Where there is no target, there is nothing to be a share of."""

    target: int
    actual: int
    clockwork: Clockwork

    @property
    def ratio(self) -> Fraction | None:
        return Fraction(self.actual, self.target) if self.target else None

    @property
    def pace(self) -> Fraction | None:
        return self.clockwork.share if self.target else None

    @property
    def gap(self) -> int:
        """Still missing; 0 when the target is reached."""
        return max(self.target - self.actual, 0)

    @property
    def landing(self) -> int | None:
        """The actual carried on at the pace so far; None before the first working day."""
        share = self.clockwork.share
        return round_half_up(self.actual / share) if share else None

    @property
    def landing_ratio(self) -> Fraction | None:
        landing = self.landing
        return Fraction(landing, self.target) if self.target and landing is not None else None

    @property
    def needed_a_day(self) -> int | None:
        """What each working day left must bring; None when none is left or nothing is missing."""
        return round_half_up(Fraction(self.gap, self.clockwork.left)) if self.clockwork.left and self.gap else None

    @property
    def tone(self) -> Tone:
        """On pace, behind, or at risk: the share reached against the share of working days gone."""
        if self.ratio is None or not self.clockwork.gone:
            return "none"
        if self.ratio >= self.clockwork.share:
            return "good"
        return "warn" if self.ratio >= self.clockwork.share * _BEHIND else "risk"
