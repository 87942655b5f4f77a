"""One measurement period of a component, walked credit by credit.

After each credit the period is valued again; what that changes on earlier credits is a line of its own, a true-up
(commissions.md, detail 13). Everything here is an exact fraction of a minor unit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import lcm

from incentives.engine.events import Events
from incentives.engine.facts import Credit
from incentives.engine.ready import Ready, Setting, Step, lowered_key
from incentives.engine.results import Change, ComponentResult, Cuts, Line, Note
from incentives.engine.rounding import shown_amounts
from incentives.engine.tables import Pieces, Way, clipped, curve_at, cut, tier_of

_NOUGHT, _ONE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Row:
    """A line in the making: what the slices earn, and what other rules change of it."""

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


class Course:
    """One measurement period of a walk: where its totals stand, and the lines so far."""

    def __init__(self, ready: Ready, setting: Setting, events: Events) -> None:
        self.rows: list[Row] = []
        self._setting = setting
        self._ready = ready
        self._component = ready.component
        self._events = events
        # The totals so far: of the measure, of what picks the tier and of what is paid on.
        self._measure = self._by = self._base = _NOUGHT
        self._seen: list[_Seen] = []
        self._tier = 0
        self._is_reached = not self._pays_from_zero
        self._uncapped = self._capped = _NOUGHT

    def begin(self, deferred: Fraction) -> None:
        """What was deferred from the period before is earned on the first day, before this period's cap."""
        if deferred:
            row = Row(None, self._setting.period.start, _NOUGHT, _NOUGHT, (), "deferred")
            row.change("deferred", deferred)
            self._add([row])

    def lower(self, step: Step) -> None:
        """A refund that takes back lowers the measure; tiers and thresholds once reached stay reached."""
        self._measure += step.measure
        self._by += step.by
        self._base += step.base

    def walk(self, step: Step) -> None:
        inside = self._inside(self._measure, step.measure)
        start, self._measure = self._measure, self._measure + step.measure
        by_start, self._by = self._by, self._by + step.by
        if self._component.curve is not None or self._component.rate.method == "bracket":
            self._add([self._by_total(step, start, by_start)])
            return
        pieces = clipped(self._pieces(step, by_start), inside)
        seen = _Seen(step.credit, step.base, pieces, self._factor(step.credit))
        changed = self._turned()
        rows = [self._own_row(step, seen)]
        if changed:
            rows += [row for earlier in self._seen if (row := self._true_up(earlier, step.credit.day)) is not None]
        self._seen.append(seen)
        self._add(rows)

    def end(self) -> Fraction:
        """A finished period is lifted to its floor; returns what a cap defers to the next one."""
        component, period = self._component, self._setting.period
        if component.floor is not None and self._setting.is_finished and self._setting.is_active:
            least = Fraction(component.floor) * 10**self._ready.digits
            if (missing := least - self._capped) > 0:
                row = Row(None, period.end, _NOUGHT, _NOUGHT, (), "floor")
                row.change("floor", missing)
                self.rows.append(row)
        if component.cap is not None and component.cap.excess == "deferred":
            return max(self._uncapped - self._capped, _NOUGHT)
        return _NOUGHT

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
        return Fraction(self._setting.quota or 0)

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

    def _pieces(self, step: Step, by_start: Fraction) -> Way:
        """The credit's way over the table: (tier, base, from, to), the last two as parts of the way."""
        rate = self._component.rate
        if self._component.kind == "spiff":
            start, self._base = self._base, self._base + step.base
            return cut(self._bounds, start, step.base, step.base)
        if rate.accumulates == "event" and rate.method in {"marginal", "retroactive"}:
            return self._on_its_own(step)
        if rate.method == "marginal":
            return cut(self._bounds, by_start, step.by, step.base)
        return [(self._place(step.credit), step.base, _NOUGHT, _ONE)]

    def _place(self, credit: Credit) -> int:
        """The tier of a credit that does not depend on any total."""
        if self._ready.places is not None:
            return self._ready.places.get(lowered_key(credit), 0)
        return self._tier_of(self._events.looked_up(credit)) if self._component.rate.method == "lookup" else 0

    def _on_its_own(self, step: Step) -> Way:
        """The event's own walk; a refund walks it again with what is left, and the credit is the difference."""
        before, after = self._events.walk_on(step)
        if self._component.rate.method == "marginal":
            return cut(self._bounds, before[0], after[0] - before[0], step.base)
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

    def _own_row(self, step: Step, seen: _Seen) -> Row:
        seen.paid = self._present(seen)
        value = self._rated(seen.paid)
        row = Row(step.credit, step.credit.day, step.base, value, seen.paid)
        self._multiplied(row, value, seen.factor)
        return row

    def _true_up(self, seen: _Seen, day: date) -> Row | None:
        """The credit's quantity out of where it was paid and into where it is now."""
        before, seen.paid = seen.paid, self._present(seen)
        moved = (*((tier, -base) for tier, base in before), *seen.paid)
        change = self._rated(moved)
        if not change:
            return None
        row = Row(seen.credit, day, _NOUGHT, change, moved, "true_up")
        self._multiplied(row, change, seen.factor)
        return row

    def _multiplied(self, row: Row, value: Fraction, factor: Fraction) -> None:
        """× the credit's factors, × the score's factor, × what refunds have left of the event."""
        row.change("factor", value * (factor - 1))
        row.change("multiplier", value * factor * (self._setting.kpi_factor - 1))
        if row.credit is not None and self._ready.takes_back:
            row.change("refunded", row.exact * (self._events.left_of(row.credit) - 1))

    def _by_total(self, step: Step, start: Fraction, by_start: Fraction) -> Row:
        """What totals earn (brackets, a bonus): the credit's line is what it adds."""
        after, before = self._total_value(self._measure, self._by), self._total_value(start, by_start)
        if not self._seen:
            before = _NOUGHT
        self._seen.append(_Seen(step.credit, step.base, (), _ONE))
        row = Row(step.credit, step.credit.day, step.base, _NOUGHT, ())
        row.change("curve" if self._component.curve else "bracket", after - before)
        row.change("multiplier", (after - before) * (self._setting.kpi_factor - 1))
        return row

    def _total_value(self, measure: Fraction, by: Fraction) -> Fraction:
        cap, threshold = self._component.cap, self._threshold_at
        if threshold is not None and measure < threshold:
            return _NOUGHT
        if cap is not None and cap.by == "attainment":
            most = Fraction(cap.value) * self._quota
            measure, by = min(measure, most), (min(by, most) if self._component.rate.by != "units" else by)
        if self._component.curve is not None:
            return curve_at(self._component.curve, measure / self._quota) * Fraction(
                self._setting.target_incentive or 0
            )
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
        return Fraction(cap.value) * Fraction(self._setting.target_incentive or 0)

    def _add(self, rows: list[Row]) -> None:
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
            self._events.earn(row.credit, row.exact, self._setting.period)
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
            period=self._setting.period,
            measure=self._measure,
            quota=self._setting.quota,
            earned=sum(amounts),
            lines=lines,
            base_unit=base_unit,
            exact_unit=exact_unit,
            tiers=self._ready.tiers,
            changes={place: tuple(row.changes) for place, row in enumerate(self.rows) if row.changes},
        )


def _line(row: Row, exact: int, amount: int, base_unit: int) -> Line:
    cuts: Cuts = tuple((tier, int(base * base_unit)) for tier, base in row.pieces)
    base = int(row.base * base_unit)
    if cuts == (((cuts[0][0], base),) if cuts else None):
        return Line(row.credit, row.day, base, exact, amount, cuts[0][0], (), row.note)
    return Line(row.credit, row.day, base, exact, amount, -1, cuts, row.note)
