"""The night: which steps, in which order, and for whom it is due.

Beat ticks in UTC every minute; here the code decides by each tenant's own clock. Nothing is kept between ticks but the
rows in `job_run`: a scheduler that was down at two o'clock inserts them when it is back, and two of them insert once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from celery import shared_task
from django.core import checks
from django.db import transaction

from accounts.access.actor import Actor
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import find_kind
from accounts.jobs.services import request_sequence, run_inline
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib import clock
from salesops.lib.errors import DomainError

logger = logging.getLogger(__name__)

STEPS = (
    "pipeline.handover",
    "ledger.reconcile",
    "deals.totals",
    "targets.snapshot",
    "incentives.recompute",
    "pipeline.risks",
    "pipeline.risk_digest",
    "reviews.remind",
)
NIGHT_BEGINS = time(2)
SCHEDULED = ""  # the input version of the night that the schedule inserts; commands number theirs


@checks.register
def every_step_has_its_work(**kwargs: Any) -> list[checks.CheckMessage]:
    """Nothing starts with a step that no app does: a night without its recompute must not look complete."""
    return [
        checks.Error(f"The night's step {name} has no work.", hint="Register its JobKind in AppConfig.ready.")
        for name in STEPS
        if find_kind(name) is None
    ]


def night_due(now: datetime, time_zone: str) -> date | None:
    """The local date whose night is due at that instant: from two o'clock on by the wall, whatever the clocks did."""
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date() if local.time() >= NIGHT_BEGINS else None


def beginning_of(day: date, time_zone: str) -> datetime:
    """The instant, in UTC, as of which the night of that local date computes. Where the clocks skip two o'clock it is
    the moment they jump; where they show it twice, the first."""
    return datetime.combine(day, NIGHT_BEGINS, ZoneInfo(time_zone)).astimezone(UTC)


@shared_task(expires=60)  # beat sends the next one by then
def schedule_nights() -> int:
    """Insert the nights that have become due. One tenant's trouble does not keep the others waiting."""
    scheduled = 0
    now = clock.now()
    for tenant in Tenant.objects.order_by("pk"):
        try:
            with tenant_scope(tenant.pk), transaction.atomic():
                scheduled += _schedule(tenant, now)
        except Exception:
            logger.exception("The night of tenant %s could not be scheduled", tenant.pk)
    return scheduled


def _schedule(tenant: Tenant, now: datetime) -> bool:
    day = night_due(now, tenant.time_zone)
    if day is None or JobRun.objects.filter(period=day.isoformat(), sequence__isnull=False).exists():
        return False
    request_sequence(
        actor=Actor.operator(tenant),
        kinds=STEPS,
        period=day.isoformat(),
        input_version=SCHEDULED,
        as_of=beginning_of(day, tenant.time_zone),
    )
    return True


def run_night(tenant: Tenant, day: date) -> Iterator[JobRun]:
    """Do the steps of that night here and now, yielding each as it ends. The night becomes the newest run of its date.

    A step that fails ends as a dead row, which is yielded like the others; the steps after it go on.
    """
    version = _next_version(tenant, day)
    for sequence, kind in enumerate(STEPS):
        yield _run_step(tenant, day, version, kind, sequence)


def _run_step(tenant: Tenant, day: date, version: str, kind: str, sequence: int) -> JobRun:
    try:
        return run_inline(
            actor=Actor.operator(tenant),
            kind=kind,
            period=day.isoformat(),
            input_version=version,
            as_of=beginning_of(day, tenant.time_zone),
            sequence=sequence,
        )
    except Exception as error:
        with tenant_scope(tenant.pk), transaction.atomic():
            row = JobRun.objects.filter(kind=kind, period=day.isoformat(), input_version=version)
            dead: JobRun | None = row.filter(state=JobState.DEAD).first()
        if dead is None:
            raise
        if not isinstance(error, DomainError):
            logger.exception("Step %s of the night of %s failed", kind, day)
        return dead


def _next_version(tenant: Tenant, day: date) -> str:
    """A number that no earlier run of this night has; two commands at once get the same and the second is refused."""
    with tenant_scope(tenant.pk), transaction.atomic():
        night = JobRun.objects.filter(period=day.isoformat(), sequence__isnull=False)
        return str(night.values("input_version").distinct().count() + 1)
