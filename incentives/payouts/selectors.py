"""Reading payouts: the months, and one month with everything that its two people need to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import ngettext

from accounts.access.actor import Actor
from incentives.payouts.models import PayoutBatch
from incentives.payouts.services import why_not
from incentives.statements.equation import STEPS, Term, equation_of
from incentives.statements.models import Earning, Statement, StatementProblem
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.periods import Period, month_of

State = PayoutBatch.State
CORRECTED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month in the list. `left_out` counts the people with an error."""

    period: Period
    people: int
    left_out: int
    earned: int
    payable: int
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class Share:
    """One component's part of what the month earned."""

    component: str
    earned: int
    ratio: Fraction
    tone: str


@dataclass(frozen=True, slots=True)
class Correction:
    participant_id: int
    name: str
    adjusted: int


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """One month. `refusal` says why the actor cannot approve it; None: they can."""

    month: Period
    batch: PayoutBatch | None
    people: int
    before: int
    totals: dict[str, int]
    terms: list[Term]
    problems: list[StatementProblem]
    corrections: list[Correction]
    composition: list[Share]
    refusal: DomainError | None

    @property
    def state(self) -> str:
        return self.batch.state if self.batch else State.DRAFT.value

    @property
    def step(self) -> int:
        """Its place in `State`, for the row of steps."""
        return [state.value for state in State].index(self.state)

    @property
    def left_out(self) -> int:
        return len({problem.participant_id for problem in self.problems})

    @property
    def change(self) -> Fraction | None:
        """Payable against the month before."""
        return Fraction(self.totals["payable"], self.before) - 1 if self.before else None

    @property
    def parts(self) -> list[int]:
        return [max(share.earned, 0) for share in self.composition]


def months() -> list[MonthRow]:
    """Every month that has been computed, newest first. Three queries."""
    batches = dict(PayoutBatch.objects.values_list("month", "state"))
    problems = dict(
        StatementProblem.objects.order_by().values_list("month").annotate(people=Count("participant", distinct=True))
    )
    sums = {
        row["month"]: row
        for row in Statement.objects.order_by()
        .values("month")
        .annotate(people=Count("id"), earned_sum=Sum("earned"), payable_sum=Sum("payable"))
    }
    return [
        MonthRow(
            period=month_of(month),
            people=sums[month]["people"] if month in sums else 0,
            left_out=problems.get(month, 0),
            earned=sums[month]["earned_sum"] if month in sums else 0,
            payable=sums[month]["payable_sum"] if month in sums else 0,
            state=batches.get(month, State.DRAFT.value),
            state_label=str(State(batches.get(month, State.DRAFT.value)).label),
        )
        for month in sorted(sums.keys() | problems.keys(), reverse=True)
    ]


def payout_page(actor: Actor, month: Period) -> PayoutPage:
    """The month; `NotVisible` where nothing was computed."""
    batch = PayoutBatch.objects.select_related("submitted_by", "approved_by").filter(month=month.start).first()
    people, totals, earlier = _totals(month)
    problems = list(
        StatementProblem.objects.select_related("participant")
        .filter(month=month.start)
        .order_by("participant__sort_name", "component")
    )
    if not people and not problems:
        raise NotVisible
    in_review = batch is not None and batch.state == State.IN_REVIEW
    return PayoutPage(
        month=month,
        batch=batch,
        people=people,
        before=earlier["payable"],
        totals=totals,
        terms=equation_of(totals, earlier["carried"], _people(people)),
        problems=problems,
        corrections=_corrections(month) if totals["adjusted"] else [],
        composition=_composition(month, totals["earned"]),
        refusal=why_not(actor, batch) if in_review else None,
    )


def people_of(month: Period) -> models.QuerySet[Statement]:
    """The month's statements for a table: with `sort_name` to order by and `before`, what the last month paid."""
    previous = month_of(month.start - timedelta(days=1)).start
    before = Statement.objects.filter(participant=OuterRef("participant"), month=previous)
    found: models.QuerySet[Statement] = (
        Statement.objects.filter(month=month.start)
        .select_related("participant", "team", "plan_version__plan")
        .annotate(sort_name=F("participant__sort_name"), before=Subquery(before.values("payable")[:1]))
    )
    return found


def _totals(month: Period) -> tuple[int, dict[str, int], dict[str, int]]:
    """People and sums of the month, and the same people's sums of the month before; one query."""
    previous = month_of(month.start - timedelta(days=1)).start
    here = Statement.objects.filter(month=month.start)
    both = Q(month=month.start) | Q(month=previous, participant__in=here.values("participant"))
    sums = {f"{name}_sum": Sum(name) for name in STEPS}
    found = {
        row["month"]: row
        for row in Statement.objects.filter(both).order_by().values("month").annotate(people=Count("id"), **sums)
    }
    return (
        found[month.start]["people"] if month.start in found else 0,
        _summed(found.get(month.start)),
        _summed(found.get(previous)),
    )


def _summed(row: dict[str, int] | None) -> dict[str, int]:
    return {name: row[f"{name}_sum"] if row else 0 for name in STEPS}


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def _corrections(month: Period) -> list[Correction]:
    rows = Statement.objects.filter(month=month.start).exclude(adjusted=0).order_by("participant__sort_name")
    found = rows.values_list("participant_id", "participant__full_name", "adjusted")[:CORRECTED_SHOWN]
    return [Correction(*row) for row in found]


def _composition(month: Period, earned: int) -> list[Share]:
    rows: Sequence[tuple[str, int]] = list(
        Earning.objects.filter(month=month.start)
        .order_by()
        .values_list("component")
        .annotate(total=Sum("earned"))
        .order_by("-total", "component")
    )
    return [
        Share(component, total, Fraction(total, earned) if earned else Fraction(0), f"f{place % 6 + 1}b")
        for place, (component, total) in enumerate(rows)
    ]


def batch_of(month: date) -> PayoutBatch:
    """The month's batch, or `NotVisible`."""
    batch: PayoutBatch | None = PayoutBatch.objects.filter(month=month).first()
    if batch is None:
        raise NotVisible
    return batch
