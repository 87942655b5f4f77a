"""Pools: a team's fund, computed once on the last day of its period and shared out (commissions.md, detail 24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from incentives.engine.facts import Credit, Exact, Participant
from incentives.engine.ready import Setting
from incentives.engine.results import Change, ComponentResult, Line
from incentives.engine.rules import Rule
from incentives.engine.service import active_days
from incentives.engine.walking import Walk
from salesops.lib.allocation import largest_remainder
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period

People = Mapping[str, tuple[Participant, Sequence[Credit]]]


def pool_results(
    rule: Rule, period: Period, people: People, quotas: Mapping[str, Exact | None]
) -> Iterator[tuple[str, ComponentResult | None]]:
    """What each member of each team gets of its fund; None for one whose missing quota keeps it from being known."""
    teams: defaultdict[str, list[str]] = defaultdict(list)
    for key, (participant, _) in people.items():
        team = participant.team_on(period.end)
        if team and active_days(participant, period) is not None:
            teams[team].append(key)
    for members in teams.values():
        yield from _shared(rule, period, sorted(members), people, quotas)


def _shared(
    rule: Rule, period: Period, members: Sequence[str], people: People, quotas: Mapping[str, Exact | None]
) -> Iterator[tuple[str, ComponentResult | None]]:
    within = {key: [one for one in people[key][1] if one.day in period] for key in members}
    measures = {key: _measure(rule, people[key][0], credits) for key, credits in within.items()}
    component = rule.component
    if component.share_by == "attainment" or component.qualifies_at is not None:
        unknown = [key for key in members if within[key] and not quotas[key]]
        if unknown:
            yield from ((key, None) for key in members if key in unknown or within[key])
            return
    attained = {key: measures[key] / Fraction(quotas[key] or 1) if quotas[key] else Fraction(0) for key in members}
    least = component.qualifies_at
    qualified = [key for key in members if least is None or (quotas[key] and attained[key] >= Fraction(least))]
    weights = [_weight(rule, people[key][0], measures[key], attained[key]) for key in qualified]
    if not any(weights):
        return
    fund = _fund(rule, period, [(people[key][0], within[key]) for key in members], quotas, members)
    for key, amount in zip(qualified, largest_remainder(fund, weights), strict=True):
        line = Line(None, period.end, 0, amount, amount, -1, (), "")
        changes = {0: (Change("pool", Fraction(amount)),)}
        quota = quotas[key]
        yield key, ComponentResult(component, period, measures[key], quota, amount, [line], 1, 1, (), changes)


def _measure(rule: Rule, participant: Participant, credits: Sequence[Credit]) -> Fraction:
    total = sum((rule.quantity(credit) * credit.share for credit in credits), Fraction(0))
    return Fraction(total) / participant.share_unit


def _weight(rule: Rule, participant: Participant, measure: Fraction, attained: Fraction) -> Fraction:
    by = rule.component.share_by
    weights = {"equal": Fraction(1), "attainment": attained, "credits": measure, "weight": Fraction(participant.weight)}
    return max(weights[by], Fraction(0))


def _fund(
    rule: Rule,
    period: Period,
    team: Sequence[tuple[Participant, Sequence[Credit]]],
    quotas: Mapping[str, Exact | None],
    members: Sequence[str],
) -> int:
    """The fixed amount, or the rate of everything that the team sold, rounded half up."""
    if rule.component.amount is not None:
        return round_half_up(Fraction(rule.component.amount) * rule.minor)
    credits = [_credited(credit, one) for one, own in team for credit in own]
    quota = sum((Fraction(quotas[key] or 0) for key in members), Fraction(0))
    setting = Setting(period, quota, None, Fraction(1), is_finished=True, is_active=True)
    if rule.component.rate.needs_quota and not quota:
        return 0
    rated = Walk(rule.ready, 1).rate(setting, sorted(credits, key=lambda one: one[:2]))
    return round_half_up(rated.exact) if rated else 0


def _credited(credit: Credit, participant: Participant) -> Credit:
    """The credit as an event of the team's, of which it has all of what the participant's share is."""
    part = Fraction(credit.share, participant.share_unit)
    return credit._replace(
        share=1,
        amount=credit.amount * part,
        units=credit.units * part,
        margin=credit.margin * part,
        customers=credit.customers * part,
        holder=participant.key,
    )
