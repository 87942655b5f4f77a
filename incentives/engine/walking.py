"""A component walked credit by credit, with everything that a plan can say about it.

`calculation` takes the short way (whole columns of integers) where a component only has a rate; this is the long way:
thresholds, factors, caps, floors, brackets, curves, tables that each event walks on its own, and refunds that take
back. After each credit the period is valued again; what that changes on earlier credits is a line of its own, a true-up
(commissions.md, detail 13). Everything here is an exact fraction of a minor unit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import lcm

from incentives.engine.facts import Credit, Exact, Participant
from incentives.engine.results import Change, ComponentResult, Cuts, Line, Note, Takeback
from incentives.engine.rounding import shown_amounts
from incentives.engine.terms import Boundary, Component, Tier
from salesops.lib.periods import Period

Pieces = tuple[tuple[int, Fraction], ...]  # (place of the tier, base), in walking order
EventKey = tuple[str, str, str]  # event, whose credit it was, kind
_NOUGHT, _ONE = Fraction(0), Fraction(1)


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


@dataclass(slots=True)
class _Row:
    credit: Credit | None
    day: date
    base: Fraction
    exact: Fraction
    pieces: Pieces
    note: Note = ""
    changes: list[Change] = field(default_factory=list)

    def change(self, rule: str, exact: Fraction) -> None:
        if exact:
            self.exact += exact
            self.changes.append(Change(rule, exact))  # type: ignore[arg-type]


@dataclass(slots=True)
class _Seen:
    """An earlier credit of the period: its own pieces, and which of them are paid at present, and where."""

    credit: Credit
    base: Fraction
    pieces: Pieces
    factor: Fraction
    paid: Pieces = ()


@dataclass(slots=True)
class _Event:
    """What an event has earned in all its lines, how much of that was taken back, and what part of it is left."""

    earned: Fraction = _NOUGHT
    taken: Fraction = _NOUGHT
    left: Fraction = _ONE
    period: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """A credit's numbers: its part of the measure, of what picks the tier and of what the rate multiplies."""

    credit: Credit
    measure: Fraction
    by: Fraction
    base: Fraction


class Walk:
    """One component of one participant through its measurement periods, which must be given in their order."""

    def __init__(self, ready: Ready, participant: Participant, share_unit: int) -> None:
        self._ready = ready
        self._component = ready.component
        self._share_unit = share_unit
        self._originals: dict[EventKey, Credit] = {}
        self._events: dict[EventKey, _Event] = {}
        self._walked: dict[EventKey, tuple[Fraction, Fraction]] = {}  # of events that walk the table on their own
        self._taken: dict[str, list[Takeback]] = {}
        self.deferred = _NOUGHT

    def takebacks_of(self, period: Period) -> list[Takeback]:
        """What refunds took back of the lines of that period, whenever they came."""
        return self._taken.get(period.key, [])

    def rate(self, setting: Setting, credits: Sequence[Credit]) -> ComponentResult | None:
        """The period's lines; None where it has neither credits nor money."""
        course = _Course(self, setting)
        course.begin()
        for credit in credits:
            self._originals.setdefault(_key(credit), credit)
            if credit.lowers and self._ready.takes_back:
                self._take_back(course, credit)
            else:
                course.walk(self._step(credit))
        course.end()
        return course.result() if credits or course.rows else None

    # --- Quantities ---

    def _step(self, credit: Credit) -> _Step:
        scale = Fraction(credit.share, self._share_unit) * self._kept_of(credit)
        measure = self._ready.quantity(credit) * scale
        return _Step(credit, measure, self._by(credit, measure, scale), self._base(credit, measure, scale))

    def _kept_of(self, credit: Credit) -> Exact:
        """A refund that recomputes enters with the share, and the unused part of the term, that it may take."""
        clawback = self._component.clawback
        if not credit.lowers or clawback is None:
            return 1
        return Fraction(clawback.share) * (credit.unused if clawback.by_unused_term else 1)

    def _by(self, credit: Credit, measure: Fraction, scale: Fraction) -> Fraction:
        return credit.units * scale if self._component.rate.by == "units" else measure

    def _base(self, credit: Credit, measure: Fraction, scale: Fraction) -> Fraction:
        if self._component.kind == "spiff" and self._component.per == "event":
            return _one_event(credit) * scale
        if self._component.kind == "spiff" or self._component.rate.base == "units":
            return credit.units * scale
        return credit.margin * scale if self._component.rate.base == "margin" else measure

    # --- Events ---

    def left_of(self, credit: Credit) -> Fraction:
        event = self._events.get(_key(credit))
        return event.left if event else _ONE

    def earn(self, credit: Credit | None, exact: Fraction, period: Period) -> None:
        if credit is not None and self._ready.takes_back:
            event = self._events.setdefault(_key(credit), _Event(period=period.key))
            event.earned += exact

    def looked_up(self, credit: Credit) -> Fraction:
        """The event's own attribute, before shares; a refund reads its booking's (detail 15)."""
        own = self._originals.get((credit.lowers, credit.holder, credit.kind), credit) if credit.lowers else credit
        by = self._component.rate.by
        if by == "margin_rate":
            return Fraction(own.margin) / own.amount if own.amount else _NOUGHT
        return Fraction({"amount": own.amount, "units": own.units, "discount": own.discount}[by])

    def own_walk(self, credit: Credit, by: Fraction, base: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
        """Where the event stood on its own table before this credit and after it: (quantity, base) twice."""
        key = (credit.lowers or credit.event, credit.holder, credit.kind)
        before = self._walked.get(key, (_NOUGHT, _NOUGHT))
        after = (before[0] + by, before[1] + base)
        self._walked[key] = after
        return before, after

    def _take_back(self, course: _Course, refund: Credit) -> None:
        """The refund takes its part of what the event's lines earned so far, less what was taken (detail 11)."""
        clawback = self._component.clawback
        assert clawback is not None  # noqa: S101 (for the type checker: `takes_back` says so)
        key = (refund.lowers, refund.holder, refund.kind)
        event = self._events.setdefault(key, _Event(period=course.setting.period.key))
        part = Fraction(refund.part) * Fraction(clawback.share) * (refund.unused if clawback.by_unused_term else 1)
        before, event.left = event.left, max(event.left - part, _NOUGHT)
        taken = max((1 - event.left) * event.earned - event.taken, _NOUGHT)
        event.taken += taken
        self._taken.setdefault(event.period, []).append(
            Takeback(refund.day, refund.event, refund.lowers, refund.holder, taken, before, event.left)
        )
        if clawback.reduces_measure:
            scale = Fraction(refund.share, self._share_unit)
            measure = self._ready.quantity(refund) * scale
            course.lower(_Step(refund, measure, self._by(refund, measure, scale), self._base(refund, measure, scale)))


class _Course:
    """One measurement period of a walk: where its totals stand, and the lines so far."""

    def __init__(self, walk: Walk, setting: Setting) -> None:
        self.rows: list[_Row] = []
        self.setting = setting
        self._walk = walk
        self._ready = walk._ready
        self._component = walk._component
        # The totals so far: of the measure, of what picks the tier and of what is paid on.
        self._measure = self._by = self._base = _NOUGHT
        self._seen: list[_Seen] = []
        self._tier = 0
        self._is_reached = not self._pays_from_zero
        self._uncapped = self._capped = _NOUGHT

    def begin(self) -> None:
        """What was deferred from the period before is earned on the first day, before this period's cap."""
        if self._walk.deferred:
            row = _Row(None, self.setting.period.start, _NOUGHT, _NOUGHT, (), "deferred")
            row.change("deferred", self._walk.deferred)
            self._walk.deferred = _NOUGHT
            self._add([row])

    def lower(self, step: _Step) -> None:
        """A refund that takes back lowers the measure; tiers and thresholds once reached stay reached."""
        self._measure += step.measure
        self._by += step.by
        self._base += step.base

    def walk(self, step: _Step) -> None:
        inside = self._inside(self._measure, step.measure)
        start, self._measure = self._measure, self._measure + step.measure
        by_start, self._by = self._by, self._by + step.by
        if self._component.curve is not None or self._component.rate.method == "bracket":
            self._add([self._by_total(step, start, by_start)])
            return
        pieces = _clipped(self._pieces(step, by_start), step, inside, self._ready)
        seen = _Seen(step.credit, step.base, pieces, self._factor(step.credit))
        changed = self._turned()
        rows = [self._own_row(step, seen)]
        if changed:
            rows += [row for earlier in self._seen if (row := self._true_up(earlier, step.credit.day)) is not None]
        self._seen.append(seen)
        self._add(rows)

    def end(self) -> None:
        """A finished period is lifted to its floor; what a cap deferred waits for the next one."""
        component, period = self._component, self.setting.period
        if component.floor is not None and self.setting.is_finished and self.setting.is_active:
            least = Fraction(component.floor) * 10**self._ready.digits
            if (missing := least - self._capped) > 0:
                row = _Row(None, period.end, _NOUGHT, _NOUGHT, (), "floor")
                row.change("floor", missing)
                self.rows.append(row)
        if component.cap is not None and component.cap.excess == "deferred":
            self._walk.deferred = max(self._uncapped - self._capped, _NOUGHT)

    # --- Valuing ---

    @property
    def _pays_from_zero(self) -> bool:
        threshold = self._component.threshold
        return threshold is not None and threshold.pays == "from_zero"

    @cached_property
    def _threshold_at(self) -> Fraction | None:
        threshold = self._component.threshold
        if threshold is None:
            return None
        return Fraction(threshold.at) * (self._quota if threshold.by == "attainment" else self._measure_scale)

    @property
    def _measure_scale(self) -> int:
        return 10**self._ready.digits if self._component.counts_money else 1

    @property
    def _quota(self) -> Fraction:
        return Fraction(self.setting.quota or 0)

    def _bound_at(self, value: Fraction) -> Fraction:
        return value * self._quota if self._component.rate.by == "attainment" else value

    @cached_property
    def _bounds(self) -> list[Fraction]:
        return [self._bound_at(bound) for bound in self._ready.bounds]

    def _tier_of(self, quantity: Fraction) -> int:
        return tier_of(self._bounds, quantity, self._component.rate.boundary)

    def _turned(self) -> bool:
        """Bring tier and threshold up to the totals; whether that changes what earlier credits are worth."""
        was = self._tier, self._is_reached
        if self._component.rate.method == "retroactive" and self._ready.accumulates:
            tier = self._tier_of(self._by)
            self._tier = max(tier, self._tier) if self._ready.takes_back else tier
        if self._pays_from_zero and self._threshold_at is not None:
            reached = self._measure >= self._threshold_at
            self._is_reached = reached or (self._is_reached and self._ready.takes_back)
        return (self._tier, self._is_reached) != was

    def _inside(self, start: Fraction, length: Fraction) -> tuple[Fraction, Fraction]:
        """The stretch of a credit's way, as parts of it, that lies above a threshold and below an attainment cap."""
        threshold, cap = self._component.threshold, self._component.cap
        low = self._threshold_at if threshold and threshold.pays == "from_threshold" else None
        high = Fraction(cap.value) * self._quota if cap and cap.by == "attainment" else None
        if low is None and high is None:
            return _NOUGHT, _ONE
        if not length:
            is_in = (low is None or start >= low) and (high is None or start <= high)
            return _NOUGHT, (_ONE if is_in else _NOUGHT)
        at_low = _NOUGHT if low is None else (low - start) / length
        at_high = _ONE if high is None else (high - start) / length
        if length < 0:
            at_low, at_high = (_NOUGHT if high is None else at_high), (_ONE if low is None else at_low)
        first = min(max(at_low, _NOUGHT), _ONE)
        return first, max(min(at_high, _ONE), first)

    def _pieces(self, step: _Step, by_start: Fraction) -> list[tuple[int, Fraction, Fraction, Fraction]]:
        """The credit's way over the table: (tier, base, from, to), the last two as parts of the way."""
        rate = self._component.rate
        if self._component.kind == "spiff":
            start, self._base = self._base, self._base + step.base
            return _cut(self._bounds, start, step.base, step.base)
        if rate.accumulates == "event" and rate.method in {"marginal", "retroactive"}:
            return self._on_its_own(step)
        if rate.method == "marginal":
            return _cut(self._bounds, by_start, step.by, step.base)
        return [(self._place(step.credit), step.base, _NOUGHT, _ONE)]

    def _place(self, credit: Credit) -> int:
        """The tier of a credit that does not depend on any total."""
        if self._ready.places is not None:
            return self._ready.places.get((credit.lowers or credit.event, credit.holder, credit.kind), 0)
        return self._tier_of(self._walk.looked_up(credit)) if self._component.rate.method == "lookup" else 0

    def _on_its_own(self, step: _Step) -> list[tuple[int, Fraction, Fraction, Fraction]]:
        """The event's own walk; a refund walks it again with what is left, and the credit is the difference."""
        before, after = self._walk.own_walk(step.credit, step.by, step.base)
        if self._component.rate.method == "marginal":
            return _cut(self._bounds, before[0], after[0] - before[0], step.base)
        pieces = [(self._tier_of(after[0]), after[1], _NOUGHT, _ONE)]
        return [(self._tier_of(before[0]), -before[1], _NOUGHT, _ONE), *pieces] if before[1] else pieces

    def _factor(self, credit: Credit) -> Fraction:
        factor = _ONE
        for factors in self._component.factors:
            factor *= Fraction(dict(factors.by_value).get(getattr(credit, factors.attribute) or "", 1))
        return factor

    def _present(self, seen: _Seen) -> Pieces:
        """The credit's pieces as the period stands: a whole-amount table moves them all into the tier reached."""
        if not self._is_reached:
            return ()
        if self._component.rate.method == "retroactive" and self._ready.accumulates:
            return tuple((self._tier, base) for _, base in seen.pieces)
        return seen.pieces

    def _rated(self, pieces: Iterable[tuple[int, Fraction]]) -> Fraction:
        return sum((base * self._ready.rates[tier] for tier, base in pieces), _NOUGHT)

    def _own_row(self, step: _Step, seen: _Seen) -> _Row:
        seen.paid = self._present(seen)
        value = self._rated(seen.paid)
        row = _Row(step.credit, step.credit.day, step.base, value, seen.paid)
        self._multiplied(row, value, seen.factor)
        return row

    def _true_up(self, seen: _Seen, day: date) -> _Row | None:
        """The credit's quantity out of where it was paid and into where it is now."""
        before, seen.paid = seen.paid, self._present(seen)
        moved = (*((tier, -base) for tier, base in before), *seen.paid)
        change = self._rated(moved)
        if not change:
            return None
        row = _Row(seen.credit, day, _NOUGHT, change, moved, "true_up")
        self._multiplied(row, change, seen.factor)
        return row

    def _multiplied(self, row: _Row, value: Fraction, factor: Fraction) -> None:
        """× the credit's factors, × the score's factor, × what refunds have left of the event."""
        row.change("factor", value * (factor - 1))
        row.change("multiplier", value * factor * (self.setting.kpi_factor - 1))
        if row.credit is not None and self._ready.takes_back:
            row.change("refunded", row.exact * (self._walk.left_of(row.credit) - 1))

    def _by_total(self, step: _Step, start: Fraction, by_start: Fraction) -> _Row:
        """What totals earn (brackets, a bonus): the credit's line is what it adds."""
        after, before = self._total_value(self._measure, self._by), self._total_value(start, by_start)
        if not self._seen:
            before = _NOUGHT
        self._seen.append(_Seen(step.credit, step.base, (), _ONE))
        row = _Row(step.credit, step.credit.day, step.base, _NOUGHT, ())
        row.change("curve" if self._component.curve else "bracket", after - before)
        row.change("multiplier", (after - before) * (self.setting.kpi_factor - 1))
        return row

    def _total_value(self, measure: Fraction, by: Fraction) -> Fraction:
        cap, threshold = self._component.cap, self._threshold_at
        if threshold is not None and measure < threshold:
            return _NOUGHT
        if cap is not None and cap.by == "attainment":
            most = Fraction(cap.value) * self._quota
            measure, by = min(measure, most), (min(by, most) if self._component.rate.by != "units" else by)
        if self._component.curve is not None:
            return curve_at(self._component, measure / self._quota) * Fraction(self.setting.target_incentive or 0)
        return self._bracket(by)

    def _bracket(self, by: Fraction) -> Fraction:
        find = bisect_right if self._component.rate.boundary == "upper" else bisect_left
        reached = self._ready.rates[: find(self._bounds, by)]
        if self._component.rate.pays == "highest":
            return reached[-1] if reached else _NOUGHT
        return sum(reached, _NOUGHT)

    # --- Limits ---

    @cached_property
    def _most(self) -> Fraction | None:
        cap = self._component.cap
        if cap is None or cap.by == "attainment":
            return None
        if cap.by == "amount":
            return Fraction(cap.value) * Fraction(10) ** self._ready.digits
        return Fraction(cap.value) * Fraction(self.setting.target_incentive or 0)

    def _add(self, rows: list[_Row]) -> None:
        """Take the rows in, cut by the cap: true-ups last first, then the credit's own line (detail 20)."""
        self._uncapped += sum((row.exact for row in rows), _NOUGHT)
        allowed = self._uncapped if self._most is None else min(self._uncapped, self._most)
        spare = allowed - self._capped - sum((row.exact for row in rows), _NOUGHT)
        for row in reversed(rows[1:]):
            cut = min(max(spare, -max(row.exact, _NOUGHT)), _NOUGHT)
            row.change("cap", cut)
            spare -= cut
        if spare:
            rows[0].change("cap", spare)
            rows[0].note = rows[0].note or "capped"
        self._capped = allowed
        for row in rows:
            self._walk.earn(row.credit, row.exact, self.setting.period)
        self.rows += rows

    # --- Result ---

    def result(self) -> ComponentResult:
        base_unit = lcm(*(base.denominator for row in self.rows for base in (row.base, *(b for _, b in row.pieces))))
        exact_unit = lcm(*(row.exact.denominator for row in self.rows))
        exact = [int(row.exact * exact_unit) for row in self.rows]
        amounts = shown_amounts(exact, exact_unit)
        lines = [
            _line(row, part, amount, base_unit) for row, part, amount in zip(self.rows, exact, amounts, strict=True)
        ]
        return ComponentResult(
            component=self._component,
            period=self.setting.period,
            measure=self._measure,
            quota=self.setting.quota,
            earned=sum(amounts),
            lines=lines,
            base_unit=base_unit,
            exact_unit=exact_unit,
            tiers=self._ready.tiers,
            changes={place: tuple(row.changes) for place, row in enumerate(self.rows) if row.changes},
        )


def _line(row: _Row, exact: int, amount: int, base_unit: int) -> Line:
    cuts: Cuts = tuple((tier, int(base * base_unit)) for tier, base in row.pieces)
    base = int(row.base * base_unit)
    if cuts == (((cuts[0][0], base),) if cuts else None):
        return Line(row.credit, row.day, base, exact, amount, cuts[0][0], (), row.note)
    return Line(row.credit, row.day, base, exact, amount, -1, cuts, row.note)


def _key(credit: Credit) -> EventKey:
    return credit.event, credit.holder, credit.kind


def _one_event(credit: Credit) -> Exact:
    """An event counts once; a refund takes the part of it that is refunded."""
    return -credit.part if credit.lowers else 1


def tier_of(bounds: Sequence[Fraction], quantity: Fraction, boundary: Boundary) -> int:
    """The tier to which a quantity belongs; below the first bound that is the first."""
    find = bisect_right if boundary == "upper" else bisect_left
    return max(find(bounds, quantity) - 1, 0)


def _cut(
    bounds: Sequence[Fraction], start: Fraction, length: Fraction, base: Fraction
) -> list[tuple[int, Fraction, Fraction, Fraction]]:
    """The way from `start` over the table, cut at its bounds; `base` is divided in proportion to the way."""
    if not length:
        return [(max(bisect_right(bounds, start) - 1, 0), base, _NOUGHT, _ONE)] if base else []
    end = start + length
    low, high = min(start, end), max(start, end)
    edges = [low, *(bound for bound in bounds[1:] if low < bound < high), high]
    parts = [
        (max(bisect_right(bounds, edge) - 1, 0), (edge - start) / length, (after - start) / length)
        for edge, after in pairwise(edges)
    ]
    if length < 0:
        parts = [(tier, after, before) for tier, before, after in reversed(parts)]
    return [(tier, base * (after - before), before, after) for tier, before, after in parts]


def _clipped(
    pieces: list[tuple[int, Fraction, Fraction, Fraction]], step: _Step, inside: tuple[Fraction, Fraction], ready: Ready
) -> Pieces:
    """The pieces as far as they lie inside the stretch that pays."""
    first, last = inside
    if (first, last) == (_NOUGHT, _ONE):
        return tuple((tier, base) for tier, base, _, _ in pieces)
    kept = []
    for tier, base, start, end in pieces:
        length = min(end, last) - max(start, first)
        if length > 0:
            kept.append((tier, base * length / (end - start)))
    return tuple(kept)


def curve_at(component: Component, attainment: Fraction) -> Fraction:
    """How many target incentives a bonus pays at that attainment (detail 17)."""
    curve = component.curve
    assert curve is not None  # noqa: S101 (for the type checker: a bonus has one)
    ats = [Fraction(point.at) for point in curve.points]
    pays = [Fraction(point.pays) for point in curve.points]
    if curve.shape == "step":
        find = bisect_right if curve.boundary == "upper" else bisect_left
        reached = find(ats, attainment)
        return pays[reached - 1] if reached else _NOUGHT
    place = bisect_right(ats, attainment)
    if place == 0:
        return pays[0]
    if place == len(ats):
        return pays[-1]
    way = (attainment - ats[place - 1]) / (ats[place] - ats[place - 1])
    return pays[place - 1] + way * (pays[place] - pays[place - 1])
