"""Reading statements: who sees which, and a month with everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import ngettext

from accounts.access.actor import Actor
from accounts.access.policy import may, rows
from accounts.people.models import Member
from incentives.engine import Plan, parse_plan
from incentives.payouts.models import PayoutBatch
from incentives.plans.words import closing, describe
from incentives.statements.equation import STEPS, Term, equation_of
from incentives.statements.lines import Component, components_of
from incentives.statements.models import Earning, EarningLine, Statement, StatementProblem
from incentives.statements.progress import Progress, progress_of
from pipeline import facts
from salesops.lib.errors import NotVisible
from salesops.lib.periods import FiscalCalendar, Period, month_of

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Month:
    """Another month of the same participant."""

    period: Period
    payable: int
    carried: int
    currency: str
    state: str
    label: str


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A participant's month. `statement` None: not computed, or stopped by `problems`."""

    member: Member
    month: Period
    statement: Statement | None
    problems: list[StatementProblem]
    state: str
    state_label: str
    terms: list[Term]
    components: list[Component]
    progress: Progress | None
    plan_words: list[str]
    months: list[Month]
    is_stale: bool

    @property
    def previous(self) -> Month | None:
        return next((one for one in self.months if one.period < self.month), None)

    @property
    def following(self) -> Month | None:
        return next((one for one in reversed(self.months) if one.period > self.month), None)


def visible_statements(actor: Actor, as_of: date) -> models.QuerySet[Statement]:
    """The statements that the actor may see: their own, everybody's for HR and executives, a team's where allowed."""
    found = Statement.objects.select_related("participant", "team", "plan_version__plan")
    return rows(actor, "pay.view", found, as_of=as_of, owner="participant")


def latest_month(member: Member, as_of: date) -> Period:
    """The month to show first: the newest with a statement, else the present one."""
    newest = Statement.objects.filter(participant=member).order_by("-month").values_list("month", flat=True).first()
    return month_of(newest or as_of)


def statement_page(actor: Actor, member_id: int, month: Period, as_of: date) -> StatementPage:
    """Everything that the page of one month shows; `NotVisible` for somebody whose pay is not the actor's business."""
    if not may(actor, "pay.view", as_of=as_of, owner_id=member_id):
        raise NotVisible
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotVisible
    statement = (
        Statement.objects.select_related("team", "plan_version__plan")
        .filter(participant_id=member_id, month=month.start)
        .first()
    )
    problems = list(StatementProblem.objects.filter(participant_id=member_id, month=month.start))
    states = _states()
    months = _months(member_id, states)
    state, label = states.get(month.start, (PayoutBatch.State.DRAFT.value, str(PayoutBatch.State.DRAFT.label)))
    page = StatementPage(member, month, statement, problems, state, label, [], [], None, [], months, is_stale=False)
    return page if statement is None else _filled(page, statement, actor.tenant.calendar, as_of)


def _filled(page: StatementPage, statement: Statement, calendar: FiscalCalendar, as_of: date) -> StatementPage:
    plan = parse_plan(statement.plan_version.document)
    first = _window(plan, page.month, calendar)
    earnings = list(_earnings(page.member.pk, first, page.month))
    lines = list(_lines(page.member.pk, first, page.month))
    plans = {earning.plan_version_id: parse_plan(earning.plan_version.document) for earning in earnings}
    components = components_of(earnings, lines, plans, page.month.start)
    carried_in = page.previous.carried if page.previous else 0
    return StatementPage(
        member=page.member,
        month=page.month,
        statement=statement,
        problems=page.problems,
        state=page.state,
        state_label=page.state_label,
        terms=equation_of({name: getattr(statement, name) for name in STEPS}, carried_in, _lines_counted(components)),
        components=components,
        progress=progress_of(components, page.month, as_of, calendar),
        plan_words=[sentence for part in describe(plan) for sentence in part.sentences] + closing(plan),
        months=page.months,
        is_stale=_is_stale(page.member.pk, first, page.month, statement.position),
    )


def _lines_counted(components: list[Component]) -> str:
    lines = sum(len(component.lines) for component in components)
    return ngettext("%(count)s line", "%(count)s lines", lines) % {"count": lines}


def _states() -> dict[date, tuple[str, str]]:
    return {batch.month: (batch.state, batch.get_state_display()) for batch in PayoutBatch.objects.all()}


def _months(member_id: int, states: dict[date, tuple[str, str]]) -> list[Month]:
    """Newest first."""
    draft = (PayoutBatch.State.DRAFT.value, str(PayoutBatch.State.DRAFT.label))
    found = Statement.objects.filter(participant_id=member_id).order_by("-month")[:MONTHS_SHOWN]
    return [
        Month(month_of(month), payable, carried, currency, *states.get(month, draft))
        for month, payable, carried, currency in found.values_list("month", "payable", "carried", "currency")
    ]


def _window(plan: Plan, month: Period, calendar: FiscalCalendar) -> date:
    """The first day of the longest measurement period that the month belongs to."""
    return min(calendar.containing(month.start, component.period).start for component in plan.components)


def _earnings(member_id: int, first: date, month: Period) -> models.QuerySet[Earning]:
    return (
        Earning.objects.select_related("plan_version")
        .filter(participant_id=member_id, month__range=(first, month.start))
        .order_by("month", "place")
    )


def _lines(member_id: int, first: date, month: Period) -> models.QuerySet[EarningLine]:
    """With the deal, customer and product of each credit, and what a correction corrects."""
    return (
        EarningLine.objects.select_related(
            "credit_line__deal", "credit_line__customer", "credit_line__product", "corrects"
        )
        .filter(participant_id=member_id, month__range=(first, month.start))
        .order_by("month", "place", "seq")
    )


def _is_stale(member_id: int, first: date, month: Period, position: int) -> bool:
    """Whether the ledger has changed for this participant since the statement was computed."""
    return facts.newest(facts.Slice(first, month.end, participants=[member_id])) > position
