"""What a walk knows of the events behind it, from one measurement period to the next."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from incentives.engine.facts import Credit
from incentives.engine.ready import EventKey, Ready, Step, key_of, lowered_key
from incentives.engine.results import Takeback
from incentives.engine.terms import Clawback
from salesops.lib.periods import Period

_NOUGHT, _ONE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Event:
    """What an event has earned in all its lines, how much of that was taken back, and what part of it is left."""

    earned: Fraction = _NOUGHT
    taken: Fraction = _NOUGHT
    left: Fraction = _ONE
    period: str = ""


class Events:
    """The events of one participant under one component: what each earned, what refunds left of it, and took."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._originals: dict[EventKey, Credit] = {}
        self._events: dict[EventKey, Event] = {}
        self._walked: dict[EventKey, tuple[Fraction, Fraction]] = {}  # where those stand that walk the table alone
        self._taken: dict[str, list[Takeback]] = {}

    def meet(self, credit: Credit) -> None:
        self._originals.setdefault(key_of(credit), credit)

    def takebacks_of(self, period: Period) -> list[Takeback]:
        """What refunds took back of the lines of that period, whenever they came."""
        return self._taken.get(period.key, [])

    def left_of(self, credit: Credit) -> Fraction:
        """The part of the credit's event that refunds have left."""
        event = self._events.get(key_of(credit))
        return event.left if event else _ONE

    def earn(self, credit: Credit | None, exact: Fraction, period: Period) -> None:
        if credit is not None and self._ready.takes_back:
            self._events.setdefault(key_of(credit), Event(period=period.key)).earned += exact

    def looked_up(self, credit: Credit) -> Fraction:
        """The event's own attribute, before shares; a refund reads its booking's (detail 15)."""
        own = self._originals.get(lowered_key(credit), credit)
        by = self._ready.component.rate.by
        if by == "margin_rate":
            return Fraction(own.margin) / own.amount if own.amount else _NOUGHT
        return Fraction({"amount": own.amount, "units": own.units, "discount": own.discount}[by])

    def walk_on(self, step: Step) -> tuple[tuple[Fraction, Fraction], ...]:
        """Where the event stood on its own table before this credit and after it: (quantity, base) twice."""
        key = lowered_key(step.credit)
        before = self._walked.get(key, (_NOUGHT, _NOUGHT))
        after = (before[0] + step.by, before[1] + step.base)
        self._walked[key] = after
        return before, after

    def take_back(self, refund: Credit, terms: Clawback, period: Period) -> None:
        """The refund takes its part of what the event's lines earned so far, less what was taken (detail 11)."""
        event = self._events.setdefault(lowered_key(refund), Event(period=period.key))
        part = Fraction(refund.part) * Fraction(terms.share) * (refund.unused if terms.by_unused_term else 1)
        before, event.left = event.left, max(event.left - part, _NOUGHT)
        taken = max((1 - event.left) * event.earned - event.taken, _NOUGHT)
        event.taken += taken
        back = Takeback(refund.day, refund.event, refund.lowers, refund.holder, taken, before, event.left)
        self._taken.setdefault(event.period, []).append(back)
