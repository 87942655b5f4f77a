"""How the reader's part of the company stands in a period: target, booked, pace, where it lands, what covers the rest.

A manager's part is the teams led, somebody who sees all has the company's. Amounts are in minor units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Max, Min, Sum

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from accounts.measures import Window, find_measure, together
from accounts.people.models import Member
from accounts.people.selectors import subtree
from accounts.tenancy.models import Tenant
from pipeline.facts import Slice, totals
from pipeline.forecast.facts import Open, open_by_category
from pipeline.ledger.links import credits_url
from salesops.lib.money import round_half_up
from salesops.lib.pace import Landing
from salesops.lib.periods import Period, month_of
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import sees_all, visible_nodes
from targets.cascade.smart import Tone, working_days
from targets.standing.projection import project

_KIND = TargetNode.Kind


@dataclass(frozen=True, slots=True)
class Own:
    """The reader's part: what is asked of it from `first` to `last`, the months of the period that have a target, and
    the credit lines that count towards it."""

    target: int
    first: date
    last: date
    lines: Slice


@dataclass(frozen=True, slots=True)
class Standing:
    """`by_day` holds what each day with credits brought; `url` opens the credit lines."""

    period: Period
    reached: Attainment
    by_day: dict[date, int]
    landing: Landing | None
    url: str

    @property
    def a_day(self) -> int | None:
        """What each working day has brought so far."""
        gone = self.reached.clockwork.gone
        return round_half_up(Fraction(self.reached.actual, gone)) if gone else None

    @property
    def short(self) -> Fraction | None:
        """By how much the share reached lies below the pace; negative when it is above."""
        ratio, pace = self.reached.ratio, self.reached.pace
        return pace - ratio if ratio is not None and pace is not None else None

    @property
    def weeks(self) -> list[int]:
        """What each seven days brought, the last ones to the end of what is known."""
        if not self.by_day:
            return []
        count = (max(self.by_day) - self.period.start).days // 7 + 1
        sums = [0] * count
        for day, amount in self.by_day.items():
            sums[(day - self.period.start).days // 7] += amount
        return sums

    def so_far(self) -> list[tuple[int, int]]:
        """The sum at the end of each day with credits, days counted from 0."""
        points, total = [], 0
        for day, amount in sorted(self.by_day.items()):
            total += amount
            points.append(((day - self.period.start).days, total))
        return points


def own_part(actor: Actor, period: Period, as_of: date) -> Own | None:
    """None without an approved target of the actor's for any month of the period. Up to three queries."""
    everybody = sees_all(actor, as_of)
    kind = _KIND.COMPANY if everybody else _KIND.TEAM
    nodes = list(
        visible_nodes(actor, as_of)
        .filter(
            kind=kind,
            plan__metric="bookings",
            plan__state=TargetPlan.State.APPROVED,
            cells__month__range=(period.start, period.end),
        )
        .annotate(amount=Sum("cells__amount"), begins=Min("cells__month"), ends=Max("cells__month"))
        .values_list("id", "parent_id", "team_id", "amount", "begins", "ends")
    )
    if not nodes:
        return None
    ids = {id for id, *_ in nodes}
    tops = [node for node in nodes if node[1] not in ids]
    teams = None if everybody else subtree({node[2] for node in tops})
    first, end = min(node[4] for node in tops), month_of(max(node[5] for node in tops)).end
    last = max(min(end, as_of), first)
    return Own(sum(node[3] for node in tops), first, end, Slice(first, last, teams=teams, kind="direct"))


def standing(actor: Actor, period: Period, as_of: date) -> Standing | None:
    """Own part, and what was booked for it day by day; one query more."""
    own = own_part(actor, period, as_of)
    if own is None:
        return None
    by_day = {day: round_half_up(total.value) for (day,), total in totals(own.lines, by=("day",)).items()}
    clockwork = Clockwork.of(own.first, own.last, as_of)
    return Standing(
        period=Period(own.first, own.last, period.kind, period.key),
        reached=Attainment(own.target, sum(by_day.values()), clockwork),
        by_day=by_day,
        landing=project(_by_working_day(by_day, own.first, clockwork.gone), clockwork.left),
        url=credits_url(actor.tenant.slug, own.lines),
    )


def _by_working_day(by_day: dict[date, int], first: date, gone: int) -> list[int]:
    """What came on a Saturday or Sunday is the Friday's, or the first working day's."""
    days = [0] * gone
    for day, amount in by_day.items():
        if gone:
            days[min(max(working_days(first, day) - 1, 0), gone - 1)] += amount
    return days


@dataclass(frozen=True, slots=True)
class Coverage:
    """Open deals expected by the period's end, against what is missing. `needed` is 1 ÷ the win rate: so many times the
    rest must be open for it to be won; None where nothing was won yet."""

    open: int
    deals: int
    ratio: Fraction | None
    win_rate: Fraction | None

    @property
    def needed(self) -> Fraction | None:
        return 1 / self.win_rate if self.win_rate else None

    @property
    def tone(self) -> Tone:
        if self.ratio is None or self.needed is None:
            return "none"
        return "good" if self.ratio >= self.needed else "warn"


def coverage(actor: Actor, period: Period, as_of: date, missing: int) -> Coverage:
    """Three queries. The win rate is that of the year up to today: a quarter has too few deals to go by."""
    people = visible_members(actor, "targets.view", as_of)
    found = open_by_category(max(as_of, period.start), period.end, people)
    amount = sum(one.amount for one in found)
    return Coverage(
        open=amount,
        deals=sum(one.deals for one in found),
        ratio=Fraction(amount, missing) if missing else None,
        win_rate=_win_rate(actor.tenant, as_of, people),
    )


def _win_rate(tenant: Tenant, as_of: date, people: frozenset[int] | None) -> Fraction | None:
    measure = find_measure("win_rate")
    if measure is None:
        return None
    window = Window(as_of - timedelta(days=365), as_of, as_of, tenant.time_zone)
    members = Member.objects.values_list("id", flat=True) if people is None else people
    return together(measure.read(window, list(members)).values(), adds_up=False).value


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is closed and what is open, weighted by the stages' probabilities, against the target."""

    target: int
    closed: int
    open: Sequence[Open]
    closed_url: str

    @property
    def expected(self) -> int:
        return self.closed + sum(round_half_up(one.weighted) for one in self.open)

    @property
    def gap(self) -> int:
        """Positive: missing to the target even if everything goes as weighted."""
        return self.target - self.expected


def forecast(actor: Actor, period: Period, as_of: date) -> Forecast | None:
    """None without a target. Up to five queries."""
    own = own_part(actor, period, as_of)
    if own is None:
        return None
    closed = sum((each.value for each in totals(own.lines, by=("kind",)).values()), Fraction(0))
    people = visible_members(actor, "targets.view", as_of)
    return Forecast(
        target=own.target,
        closed=round_half_up(closed),
        open=open_by_category(max(as_of, period.start), period.end, people),
        closed_url=credits_url(actor.tenant.slug, own.lines),
    )
