"""Plans, runs and payouts at Acme, made through the services that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from accounts.access.actor import Actor
from accounts.jobs.models import JobRun
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from incentives.payouts.models import PayoutBatch
from incentives.payouts.services import approve, digest_of, submit
from incentives.plans.models import PlanVersion
from incentives.plans.services import Target, assign, create_plan
from incentives.runs.jobs import RECOMPUTE
from incentives.statements.models import EarningLine, Statement
from pipeline.deals.models import Deal
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import reverse
from tests.factories import Company

NOON = datetime(2018, 1, 2, 12, tzinfo=UTC)
OCTOBER, NOVEMBER, DECEMBER = date(2017, 10, 1), date(2017, 11, 1), date(2017, 12, 1)
ActorFor = Callable[[Member], Actor]


def component(**changes: Any) -> dict[str, Any]:
    """Bookings of the quarter: 4 % up to 1,000.00, 10 % above; no quota needed."""
    tiers = [{"from": "0", "rate": "0.04"}, {"from": "1000", "rate": "0.10"}]
    return {
        "code": "bookings",
        "type": "commission",
        "measure": "bookings",
        "period": "quarter",
        "rate": {"method": "marginal", "by": "amount", "tiers": tiers},
        **changes,
    }


def by_attainment(**changes: Any) -> dict[str, Any]:
    """The component of the issue: 4 % up to 80 % of quota, 6 % up to 100 %, 10 % above."""
    tiers = [{"from": "0", "rate": "0.04"}, {"from": "0.80", "rate": "0.06"}, {"from": "1.00", "rate": "0.10"}]
    return component(rate={"method": "marginal", "by": "attainment", "tiers": tiers}, **changes)


def document(*components: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"schema": 1, "currency": "USD", "components": list(components) or [component()], **changes}


def plan_for_reps(company: Company, content: object | None = None, starts_on: date = OCTOBER) -> PlanVersion:
    version = create_plan(
        actor=company.operator, name="Field Sales", effective_from=starts_on, document=content or document()
    )
    assign(actor=company.operator, plan=version.plan, target=Target(role="rep"), starts_on=starts_on)
    return version


def recompute(company: Company, night: str = "2018-01-01") -> JobRun:
    """One night by hand: every open month up to the day before."""
    version = str(JobRun.objects.filter(kind=RECOMPUTE).count())
    return run_inline(actor=company.operator, kind=RECOMPUTE, period=night, input_version=version, as_of=NOON)


def take_back(company: Company, deal: Deal) -> None:
    """What winning the deal credited is reversed, as when it is reopened."""
    standing = CreditLine.objects.filter(deal=deal, reverses=None, reversed_by=None)
    reverse(actor=company.operator, lines=list(standing))


def statement(member: Member, month: date = OCTOBER) -> Statement:
    return Statement.objects.get(participant=member, month=month)


def lines(member: Member, month: date = OCTOBER) -> list[EarningLine]:
    return list(EarningLine.objects.filter(participant=member, month=month).order_by("place", "seq"))


def submitted(actor: Actor, month: date = OCTOBER) -> PayoutBatch:
    return submit(actor=actor, month=month, at=NOON)


def approved(preparer: Actor, approver: Actor, month: date = OCTOBER) -> PayoutBatch:
    submitted(preparer, month)
    return approve(actor=approver, month=month, digest=digest_of(month), at=NOON)
