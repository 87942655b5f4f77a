"""Reading statements: who sees which, and a month with everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from django.db import models
from django.db.models import OuterRef, Subquery
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
    """A month of the participant, with the state of its batch."""

    period: Period
    payable: int
    carried: int
    currency: str
    state: str
    label: str


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A participant's month, and their other months, newest first. `statement` None: not computed, or stopped by
    `problems`; then only those are filled."""

    member: Member
    month: Period
    months: list[Month]
    problems: list[StatementProblem] = field(default_factory=list)
    statement: Statement | None = None
    shown: Month | None = None
    terms: list[Term] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    progress: Progress | None = None
    plan_words: list[str] = field(default_factory=list)
    is_stale: bool = False

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
    found = _with_state(Statement.objects.filter(participant_id=member_id))
    recent = list(found.order_by("-month")[:MONTHS_SHOWN])
    statement = next((one for one in recent if one.month == month.start), None)
    if statement is None and len(recent) == MONTHS_SHOWN:
        statement = found.filter(month=month.start).first()
    months = [_month(one) for one in recent]
    if statement is None:
        return _without(member_id, month, months)
    return _filled(statement, month, months, actor.tenant.calendar, as_of)


def _with_state(statements: models.QuerySet[Statement]) -> models.QuerySet[Statement]:
    """With everything about them that the page names, and the state of their month's batch."""
    batch = PayoutBatch.objects.filter(month=OuterRef("month"))
    related = statements.select_related("participant", "team", "plan_version__plan")
    found: models.QuerySet[Statement] = related.annotate(state=Subquery(batch.values("state")[:1]))
    return found


def _without(member_id: int, month: Period, months: list[Month]) -> StatementPage:
    """A month that could not be computed, or in which there was no plan."""
    member = Member.objects.filter(pk=member_id).first()
    if member is None:
        raise NotVisible
    problems = list(StatementProblem.objects.filter(participant_id=member_id, month=month.start))
    return StatementPage(member, month, months, problems)


def _filled(
    statement: Statement, month: Period, months: list[Month], calendar: FiscalCalendar, as_of: date
) -> StatementPage:
    plan = parse_plan(statement.plan_version.document)
    person = statement.participant_id
    first = _window(plan, month, calendar)
    earnings = list(_earnings(person, first, month))
    plans = {earning.plan_version_id: parse_plan(earning.plan_version.document) for earning in earnings}
    components = components_of(earnings, list(_lines(person, first, month)), plans, month.start)
    page = StatementPage(
        member=statement.participant,
        month=month,
        months=months,
        statement=statement,
        shown=_month(statement),
        components=components,
        progress=progress_of(components, month, as_of, calendar),
        plan_words=[sentence for part in describe(plan) for sentence in part.sentences] + closing(plan),
        is_stale=_is_stale(person, first, month, statement.position),
    )
    carried_in = page.previous.carried if page.previous else 0
    amounts = {name: getattr(statement, name) for name in STEPS}
    return replace(page, terms=equation_of(amounts, carried_in, _lines_counted(components)))


def _lines_counted(components: list[Component]) -> str:
    lines = sum(len(component.lines) for component in components)
    return ngettext("%(count)s line", "%(count)s lines", lines) % {"count": lines}


def _month(statement: Statement) -> Month:
    state = PayoutBatch.State(getattr(statement, "state", None) or PayoutBatch.State.DRAFT)
    return Month(
        period=month_of(statement.month),
        payable=statement.payable,
        carried=statement.carried,
        currency=statement.currency,
        state=state.value,
        label=str(state.label),
    )


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
