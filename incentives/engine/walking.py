"""A component walked credit by credit, with everything that a plan can say about it.

`calculation` takes the short way (whole columns of integers) where a component only has a rate; this is the long way:
thresholds, factors, caps, floors, brackets, curves, tables that each event walks on its own, and refunds that take
back. A `course` is one measurement period of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from incentives.engine.course import Course
from incentives.engine.events import Events
from incentives.engine.facts import Credit, Exact
from incentives.engine.ready import Ready, Setting, step_of
from incentives.engine.results import ComponentResult, Takeback
from salesops.lib.periods import Period


class Walk:
    """One component of one participant through its measurement periods, which must be given in their order."""

    def __init__(self, ready: Ready, share_unit: int) -> None:
        self._ready = ready
        self._share_unit = share_unit
        self._events = Events(ready)
        self._deferred = Fraction(0)

    def takebacks_of(self, period: Period) -> list[Takeback]:
        """What refunds took back of the lines of that period, whenever they came."""
        return self._events.takebacks_of(period)

    def rate(self, setting: Setting, credits: Sequence[Credit]) -> ComponentResult | None:
        """The period's lines; None where it has neither credits nor money."""
        course = Course(self._ready, setting, self._events)
        course.begin(self._deferred)
        clawback = self._ready.component.clawback
        for credit in credits:
            self._events.meet(credit)
            if credit.lowers and clawback is not None and self._ready.takes_back:
                self._events.take_back(credit, clawback, setting.period)
                if clawback.reduces_measure:
                    course.lower(step_of(self._ready, credit, self._share_unit))
            else:
                course.walk(step_of(self._ready, credit, self._share_unit, self._kept_of(credit)))
        self._deferred = course.end()
        return course.result() if credits or course.rows else None

    def _kept_of(self, credit: Credit) -> Exact:
        """A refund that recomputes enters with the share, and the unused part of the term, that it may take."""
        clawback = self._ready.component.clawback
        if not credit.lowers or clawback is None:
            return 1
        return Fraction(clawback.share) * (credit.unused if clawback.by_unused_term else 1)
