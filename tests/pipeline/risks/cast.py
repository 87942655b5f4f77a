"""Risks at Acme, found by the night that people's companies run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from accounts.jobs.models import JobRun
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from pipeline.deals.models import Deal, Stage
from pipeline.risks.folding import as_case
from pipeline.risks.models import Risk
from pipeline.risks.registry import Finding, Severity
from pipeline.risks.upkeep import Tally, settle, wake
from tests.factories import Company
from tests.pipeline.cast import deal

MONDAY = date(2026, 3, 2)
KIND = "deal.stalled"


def at(day: date) -> datetime:
    """Nine in the morning in New York."""
    return datetime(day.year, day.month, day.day, 14, tzinfo=UTC)


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


def finding(made: Deal, *, grave: bool = False, **evidence: object) -> Finding:
    told = {"stage": "Prospecting", "since": "2026-01-01", "allowed": 30, **evidence}
    return Finding("deal", made.pk, made.owner_id, told, made.customer_id, made.pk, grave=grave)


def night(found: Iterable[Finding], day: date = MONDAY, kind: str = KIND) -> Tally:
    """What the night does once a detector has found these."""
    wake(day=day, at=at(day))
    cases = [as_case(one, Severity.MEDIUM) for one in found]
    return settle(kind=kind, found=cases, day=day, at=at(day), ending=Risk.Ending.GONE)


def whole_night(company: Company, day: date = MONDAY, version: str = "") -> JobRun:
    """Every detector, as the schedule runs them. Needs a test that commits, or one inside the company."""
    return run_inline(
        actor=company.operator,
        kind="pipeline.risks",
        period=day.isoformat(),
        input_version=version or day.isoformat(),
        as_of=at(day),
    )


def digest_night(company: Company, day: date = MONDAY, version: str = "") -> JobRun:
    """The mails after it."""
    return run_inline(
        actor=company.operator,
        kind="pipeline.risk_digest",
        period=day.isoformat(),
        input_version=version or day.isoformat(),
        as_of=at(day),
    )


def stalled(company: Company, owner: Member, count: int = 1, since: date = date(2026, 1, 20)) -> list[Deal]:
    """Open deals that have been since that day in their stage, which allows thirty days."""
    made = [deal(company, owner) for _ in range(count)]
    Stage.objects.filter(kind=Stage.Kind.OPEN, allowed_days=None).update(allowed_days=30)
    Deal.objects.filter(pk__in=[one.pk for one in made]).update(stage_since=since)
    return list(Deal.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def only_risk() -> Risk:
    risk: Risk = Risk.objects.get()
    return risk
