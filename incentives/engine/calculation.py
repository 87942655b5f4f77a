"""The engine's one call: credits in, rated lines and payouts out, for many participants at once.

The steps of commissions.md in their order: select, credit, order, quota, rate, round, plan level. Components whose
terms are only a rate take the short way of `columns`, the others the long way of `walking`. What rests on other
people's earnings (overrides of them, pools) comes after those.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from operator import attrgetter, itemgetter

from incentives.engine.columns import rate_columns
from incentives.engine.facts import Credit, Exact, Inputs, Participant
from incentives.engine.payouts import monthly_payouts
from incentives.engine.pools import pool_results
from incentives.engine.ready import Setting
from incentives.engine.results import Change, ComponentResult, Line, ParticipantResult, Problem, Results
from incentives.engine.rules import Rule, rule_of
from incentives.engine.service import active_days, proration, ramp_factor
from incentives.engine.team import Team
from incentives.engine.terms import FILTER_LISTS, Component, Plan
from incentives.engine.walking import Walk
from salesops.lib.errors import gettext_noop
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period, months_between

ENGINE_VERSION = "2.0.0"

_DAY = attrgetter("day")
IN_ORDER = itemgetter(0, 1)  # day, then event id as text
_SUMMED = ("amount", "units", "margin", "customers", "part")
_MISSING = {
    "no_quota": gettext_noop("There is no quota for this period, so attainment is undefined."),
    "zero_quota": gettext_noop("The quota of this period is zero, so attainment is undefined."),
    "no_score": gettext_noop("There is no score for this period, so the multiplier is undefined."),
    "no_target_incentive": gettext_noop("There is no target incentive, so its part cannot be computed."),
    "below_unknown": gettext_noop("The earnings of somebody below could not be computed, nor can what rests on them."),
}


@dataclass(slots=True)
class _Found:
    """What is known of one participant so far. A person may be several: one for each stretch of days on a plan."""

    participant: Participant
    credits: list[Credit]
    rules: Sequence[Rule]
    results: list[ComponentResult] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, outcome: ComponentResult | Problem | None) -> None:
        if isinstance(outcome, Problem):
            self.problems.append(outcome)
        elif outcome is not None:
            self.results.append(outcome)


def calculate(inputs: Inputs) -> Results:
    """Every participant's component periods and monthly payouts under their plan, up to `as_of`."""
    months = months_between(inputs.start, inputs.as_of)
    with _collector_paused():
        rules = _Rules(inputs.plan)
        found = [_Found(one, _counting(one, inputs), rules.of(one)) for one in inputs.participants]
        for one in found:
            for rule in one.rules:
                _rate_own(rule, one, inputs)
        if any(rule.component.kind in {"override", "pool"} for each in rules.every() for rule in each):
            _rate_together(found, rules, inputs)
        return Results([_result(one, months, inputs) for one in found])


class _Rules:
    """Each plan's components made ready, once for all who are on it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ready: dict[int, list[Rule]] = {}

    def of(self, participant: Participant) -> list[Rule]:
        plan = participant.plan or self._plan
        if id(plan) not in self._ready:
            self._ready[id(plan)] = [rule_of(component, plan) for component in plan.components]
        return self._ready[id(plan)]

    def every(self) -> list[list[Rule]]:
        return list(self._ready.values())


def _rate_own(rule: Rule, one: _Found, inputs: Inputs) -> None:
    """What rests on nobody else's earnings or credits."""
    kind = rule.component.kind
    if kind == "allowance":
        one.results += _allowances(rule, one.participant, inputs)
    elif kind in {"override", "pool"}:
        return
    elif rule.is_plain:
        for period, group in _by_period(_selected(one.credits, rule), rule.component, inputs):
            one.add(_rate_plain(rule, one.participant, period, group))
    else:
        _walk(rule, one, _selected(one.credits, rule), one.participant.share_unit, inputs)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Lines cannot form cycles, yet Python would look for them again and again: half the time at 200,000 credits."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _result(one: _Found, months: Sequence[Period], inputs: Inputs) -> ParticipantResult:
    place = {rule.component.code: number for number, rule in enumerate(one.rules)}
    one.results.sort(key=lambda result: (place[result.component.code], result.period.start))
    stopped = [problem.period for problem in one.problems]
    payouts = monthly_payouts(inputs, one.participant, one.results, months, stopped)
    return ParticipantResult(one.participant.key, one.results, payouts, one.problems)


# --- Selecting --------------------------------------------------------------------------------------------------------


def _counting(participant: Participant, inputs: Inputs) -> list[Credit]:
    """The credits up to `as_of` of days on which the participant was active, by day and event id."""
    credits = sorted(participant.credits, key=IN_ORDER)
    del credits[bisect_right(credits, inputs.as_of, key=_DAY) :]
    if participant.active_from or participant.active_to:
        first, last = participant.active_from or date.min, participant.active_to or date.max
        credits = [credit for credit in credits if first <= (credit.counts_on or credit.day) <= last]
    return credits


def _selected(credits: Sequence[Credit], rule: Rule) -> list[Credit]:
    """Those that the component's measure and filter admit, without refunds that come too late to matter."""
    terms = rule.component.filter
    chosen = [credit for credit in credits if credit.basis == rule.basis]
    for name in FILTER_LISTS:
        if admitted := getattr(terms, name):
            chosen = [credit for credit in chosen if getattr(credit, name) in admitted]
    if terms.new_customer is not None:
        chosen = [credit for credit in chosen if credit.new_customer is terms.new_customer]
    clawback = rule.component.clawback
    if clawback is not None and clawback.window_days is not None:
        window = clawback.window_days
        chosen = [one for one in chosen if not one.lowers or (one.day - (one.booked_on or one.day)).days <= window]
    if rule.reads_each_event or len({credit.event for credit in chosen}) == len(chosen):
        return chosen
    return _merged(chosen)


def _merged(credits: Sequence[Credit]) -> list[Credit]:
    """A refund that lowers several events of its deal is one credit; so is every event's share of one kind."""
    merged: dict[tuple[object, ...], Credit] = {}
    for credit in credits:
        key = (credit.event, credit.kind, credit.share, credit.holder)
        merged[key] = _sum(merged[key], credit) if key in merged else credit
    return list(merged.values())


def _sum(first: Credit, second: Credit) -> Credit:
    return first._replace(**{name: getattr(first, name) + getattr(second, name) for name in _SUMMED})


def _by_period(
    credits: Sequence[Credit], component: Component, inputs: Inputs
) -> Iterator[tuple[Period, Sequence[Credit]]]:
    start = 0
    while start < len(credits):
        period = inputs.calendar.containing(credits[start].day, component.period)
        end = bisect_right(credits, period.end, lo=start, key=_DAY)
        yield period, credits[start:end]
        start = end


def _every_period(component: Component, inputs: Inputs) -> Iterator[Period]:
    period = inputs.calendar.containing(inputs.start, component.period)
    while period.start <= inputs.as_of:
        yield period
        period = inputs.calendar.next(period)


# --- Rating -----------------------------------------------------------------------------------------------------------


def quota_of(rule: Rule, participant: Participant, period: Period) -> Exact | None:
    """The participant's own quota before the plan's; × proration where the component says so, × the ramp."""
    quota = rule.quota_for(participant, period)
    if quota is None:
        return None
    if rule.component.prorate:
        quota = quota * proration(participant, period, rule.day_count)
    return quota * ramp_factor(participant, period) if participant.ramp else quota


def _rate_plain(
    rule: Rule, participant: Participant, period: Period, credits: Sequence[Credit]
) -> ComponentResult | Problem | None:
    """One component period; None where nothing in it can earn and there is no quota to measure it by."""
    quota = quota_of(rule, participant, period)
    if rule.component.needs_quota and not quota:
        can_earn = any(rule.quantity(credit) * credit.share for credit in credits)
        return _problem(participant, rule, period, "no_quota" if quota is None else "zero_quota") if can_earn else None
    return rate_columns(rule, participant.share_unit, period, quota, credits)


def _problem(participant: Participant, rule: Rule, period: Period, code: str) -> Problem:
    return Problem(participant.key, rule.component.code, period, code, _MISSING[code])


def _walk(rule: Rule, one: _Found, credits: Sequence[Credit], share_unit: int, inputs: Inputs) -> None:
    """The long way through every measurement period, so that what one defers or pays back reaches the others."""
    walk = Walk(rule.ready, share_unit)
    by_start = {period.start: group for period, group in _by_period(credits, rule.component, inputs)}
    walked: list[ComponentResult] = []
    for period in _every_period(rule.component, inputs):
        group = by_start.get(period.start, ())
        setting = _setting(rule, one.participant, period, group, inputs)
        if isinstance(setting, Problem):
            one.add(setting)
        elif (result := walk.rate(setting, group)) is not None:
            walked.append(result)
    one.results += [replace(result, takebacks=walk.takebacks_of(result.period)) for result in walked]


def _setting(
    rule: Rule, participant: Participant, period: Period, credits: Sequence[Credit], inputs: Inputs
) -> Setting | Problem:
    """What the period needs to know; missing facts are a problem only where a credit can earn (detail 19)."""
    component = rule.component
    quota = quota_of(rule, participant, period)
    incentive = _target_incentive(rule, participant, period)
    score = participant.scores.get((component.multiplier.kpi, period.key)) if component.multiplier else None
    if any(rule.quantity(credit) * credit.share for credit in credits):
        if component.needs_quota and not quota:
            return _problem(participant, rule, period, "no_quota" if quota is None else "zero_quota")
        if component.multiplier is not None and score is None:
            return _problem(participant, rule, period, "no_score")
        if component.needs_target_incentive and incentive is None:
            return _problem(participant, rule, period, "no_target_incentive")
    return Setting(
        period=period,
        quota=quota,
        target_incentive=incentive,
        kpi_factor=rule.kpi_factor(score),
        is_finished=period.end <= inputs.as_of,
        is_active=active_days(participant, period) is not None,
    )


def _target_incentive(rule: Rule, participant: Participant, period: Period) -> Exact | None:
    """The component's before the participant's, in minor units; of a bonus that prorates, the active part of it."""
    own = rule.component.target_incentive
    incentive = participant.target_incentive if own is None else Fraction(own) * rule.minor
    if incentive is not None and rule.component.kind == "bonus" and rule.component.prorate:
        return incentive * proration(participant, period, rule.day_count)
    return incentive


# --- What rests on other people ---------------------------------------------------------------------------------------


def _rate_together(found: Sequence[_Found], rules: _Rules, inputs: Inputs) -> None:
    """Pools, and then overrides: rolled-up credits of those below, or their earnings, rated like one's own."""
    for ready in rules.every():
        for rule in ready:
            if rule.component.kind == "pool":
                _share_pools(rule, [one for one in found if one.rules is ready], inputs)
    team = Team([(one.participant, one.credits, one.results, one.problems) for one in found])
    for one in found:
        for rule in one.rules:
            if rule.component.kind == "override" and team.has_reports(one.participant.key):
                _rate_override(rule, one, team, inputs)


def _rate_override(rule: Rule, one: _Found, team: Team, inputs: Inputs) -> None:
    manager, of = one.participant, rule.component.of
    if of == "team_earnings":
        if half := _half_sums(rule, manager, team, inputs):
            one.problems += half
            return
        credits = team.earnings_below(manager)
    else:
        credits = _selected(team.credits_below(manager, directly=of == "difference"), rule)
    if of == "difference":
        rule = rule.with_rates(team.missing_rates(rule, credits))
    _walk(rule, one, sorted(credits, key=IN_ORDER), team.share_unit, inputs)


def _half_sums(rule: Rule, manager: Participant, team: Team, inputs: Inputs) -> list[Problem]:
    """Earnings below that could not be computed stop what rests on them: an error never becomes a zero."""
    broken = [problem.period for problem in team.problems_below(manager.key)]
    return [
        _problem(manager, rule, period, "below_unknown")
        for period in _every_period(rule.component, inputs)
        if any(period.start <= one.end and one.start <= period.end for one in broken)
    ]


def _share_pools(rule: Rule, found: Sequence[_Found], inputs: Inputs) -> None:
    """Each person once: with the credits of all their stretches, as who they were in the last of them."""
    last = {one.participant.key: one for one in found}
    credits: dict[str, list[Credit]] = {key: [] for key in last}
    for one in found:
        credits[one.participant.key] += _selected(_direct(one.credits), rule)
    people = {key: (one.participant, credits[key]) for key, one in last.items()}
    for period in _every_period(rule.component, inputs):
        if period.end > inputs.as_of:
            break
        quotas = {key: quota_of(rule, one.participant, period) for key, one in last.items()}
        for key, outcome in pool_results(rule, period, people, quotas):
            missing = _problem(last[key].participant, rule, period, "no_quota")
            last[key].add(missing if outcome is None else outcome)


def _direct(credits: Sequence[Credit]) -> list[Credit]:
    return [credit for credit in credits if credit.kind == "direct"]


def _allowances(rule: Rule, participant: Participant, inputs: Inputs) -> list[ComponentResult]:
    """An amount a period, dated on its first active day, not before the first listed month (detail 21)."""
    component = rule.component
    whole = Fraction(component.amount or 0) * rule.minor
    first_listed = inputs.start.replace(day=1)
    results = []
    for period in _every_period(component, inputs):
        active = active_days(participant, period)
        day = max(active[0], first_listed) if active else date.max
        if active is None or day > min(active[1], inputs.as_of):
            continue
        part = proration(participant, period, rule.day_count) if component.prorate else Fraction(1)
        exact = whole * part
        line = Line(None, day, 0, exact.numerator, round_half_up(exact), -1, (), "")
        changes = {0: (Change("allowance", exact),)}
        results.append(
            ComponentResult(component, period, 0, None, line.amount, [line], 1, exact.denominator, (), changes)
        )
    return results
