"""What the home page says about pay: my month so far, what HR has to do, what incentives cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, Sum

from accounts.access.actor import Actor
from accounts.people.models import Member
from incentives.engine import parse_plan
from incentives.payouts.models import PayoutBatch
from incentives.payouts.selectors import MonthRow, months
from incentives.statements.lines import Component, components_of
from incentives.statements.models import Earning, Statement, StatementProblem
from incentives.statements.progress import NextTier, next_tier
from pipeline.facts import Slice, totals
from pipeline.forecast.facts import Expected, open_by_owner
from salesops.lib.money import round_half_up
from salesops.lib.periods import Period, add_months, month_of, months_between
from targets.facts import Attainment, standing_of

MONTHS_SHOWN = 4
COST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class MyPay:
    """The member's quota and month: `reached` counts up to today, the statement up to the last night.

    `tier` is the way to the next one (None: no plan that climbs); `due` are their open deals due this month.
    """

    period: Period
    days_left: int
    reached: Attainment
    statement: Statement | None
    tier: NextTier | None
    due: Expected | None

    @property
    def due_is_enough(self) -> bool:
        return bool(self.due and self.tier and self.tier.missing is not None and self.due.amount >= self.tier.missing)


def my_pay(member: Member, period: Period, as_of: date) -> MyPay:
    """Five queries."""
    statement = Statement.objects.filter(participant=member, month__lte=as_of.replace(day=1)).order_by("-month").first()
    return MyPay(
        period=period,
        days_left=max((period.end - as_of).days, 0),
        reached=standing_of(member.pk, period, as_of),
        statement=statement,
        tier=_next_tier(statement) if statement else None,
        due=open_by_owner(as_of, month_of(as_of).end, [member.pk]).get(member.pk),
    )


def _next_tier(statement: Statement) -> NextTier | None:
    """Of the first component that climbs a table of money."""
    earnings = list(
        Earning.objects.select_related("plan_version")
        .filter(participant_id=statement.participant_id, month=statement.month)
        .order_by("place")
    )
    plans = {earning.plan_version_id: parse_plan(earning.plan_version.document) for earning in earnings}
    return next(map(next_tier, filter(_climbs, components_of(earnings, [], plans, statement.month))), None)


def _climbs(component: Component) -> bool:
    return len(component.terms.rate.tiers) > 1 and component.terms.counts_money and bool(component.bounds)


def recent_months() -> list[MonthRow]:
    """The newest months with their states. Three queries."""
    return months()[:MONTHS_SHOWN]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason why people's months cannot be paid; `message` is an English sentence marked for translation."""

    month: Period
    component: str
    message: str
    people: int


def troubles() -> list[Trouble]:
    """What keeps open months from being paid, the latest first; one query."""
    closed = PayoutBatch.objects.filter(state=PayoutBatch.State.APPROVED)
    rows = (
        StatementProblem.objects.exclude(month__in=closed.values("month"))
        .order_by()
        .values_list("month", "component", "message")
        .annotate(people=Count("participant", distinct=True))
    )
    return [Trouble(month_of(month), *rest) for month, *rest in sorted(rows, key=lambda row: (row[0], row[1]))][::-1]


@dataclass(frozen=True, slots=True)
class Cost:
    """A month's incentives against what was booked in it; minor units."""

    month: Period
    earned: int
    booked: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.earned, self.booked) if self.booked else None


def costs(actor: Actor, as_of: date) -> list[Cost]:
    """The last twelve months that any statement was computed for, oldest first. Two queries."""
    first = add_months(as_of, 1 - COST_MONTHS)
    sums = dict(
        Statement.objects.filter(month__range=(first, as_of))
        .order_by()
        .values_list("month")
        .annotate(spent=Sum("earned") + Sum("adjusted"))
    )
    if not sums:
        return []
    booked = totals(Slice(min(sums), as_of, kind="direct"), by=("month",))
    return [
        Cost(
            month, sums.get(month.start, 0), round_half_up(found.value) if (found := booked.get((month.start,))) else 0
        )
        for month in months_between(min(sums), as_of)
    ]
