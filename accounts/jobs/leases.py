"""Who may work on a job. All of these compare with the database's clock, so workers' clocks may differ.

The lease's token decides, not its time: a worker that was paused past its lease is refused as soon as another has
claimed the job, and never before, so that a slow chunk which nobody else has begun is not thrown away.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.audit.services import record
from accounts.jobs.models import NEXT_ATTEMPT, JobRun, JobState, earlier_steps
from accounts.jobs.registry import Outcome

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)  # twice the longest chunk a job may take between two calls of `progress` or `writing`
MAX_ATTEMPTS = 3
RETRY_AFTER = timedelta(seconds=30)  # times the number of attempts so far


class LeaseLost(Exception):
    """Somebody else has claimed the job meanwhile; whatever this worker still wants to write is refused."""


def claim(job_id: int) -> JobRun | None:
    """Take the job, in a transaction of its own, so that a killed worker's attempt counts. None: not to be had now.

    A job claimed three times that never came to an end is dead: its workers were killed.
    """
    with transaction.atomic():
        job: JobRun | None = (
            JobRun.objects.select_for_update(skip_locked=True).filter(JobRun.claimable(), pk=job_id).first()
        )
        if job is None or _must_wait(job):
            return None
        if job.attempt >= MAX_ATTEMPTS:
            _bury(job, _("The work was broken off %(count)s times without an error message.") % {"count": job.attempt})
            return None
        JobRun.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING,
            attempt=NEXT_ATTEMPT,
            lease_token=uuid.uuid4(),
            lease_until=Now() + LEASE,
            started_at=Now(),
            finished_at=None,
            error="",
        )
        return JobRun.objects.select_related("requested_by__user", "tenant").get(pk=job.pk)  # type: ignore[no-any-return]


def _must_wait(job: JobRun) -> bool:
    return job.sequence is not None and JobRun.objects.filter(earlier_steps(job)).exists()


def hold(job_id: int, token: uuid.UUID, **changes: Any) -> None:
    """Renew the lease and write `changes`, or raise `LeaseLost`. Inside a transaction the row stays locked until its
    end, so nobody can claim the job between this check and the commit."""
    held = JobRun.objects.filter(pk=job_id, lease_token=token)
    if not held.update(lease_until=Now() + LEASE, **changes):
        raise LeaseLost(f"job {job_id}")


def finish(job: JobRun, outcome: Outcome) -> None:
    """Mark the job done, if it is still ours."""
    ended = _end(job, JobState.DONE, counts=dict(outcome.counts), warnings=list(outcome.warnings), message="")
    if not ended:
        raise LeaseLost(f"job {job.pk}")


def fail(job: JobRun, error: str) -> None:
    """An unexpected error: try again later, at most three times in all."""
    if job.attempt >= MAX_ATTEMPTS:
        bury(job, error)
    else:
        _end(job, JobState.FAILED, error=error, lease_until=Now() + RETRY_AFTER * job.attempt)


def bury(job: JobRun, error: str) -> None:
    """No further attempt helps: the job is dead, the nights page and the log say so, other jobs go on."""
    with transaction.atomic():
        _bury(job, error)


def _bury(job: JobRun, error: str) -> None:
    if _end(job, JobState.DEAD, error=error):
        logger.error("Job %s (%s %s) of tenant %s is dead: %s", job.pk, job.kind, job.period, job.tenant_id, error)
        record(actor=Actor.operator(job.tenant), action="job.died", subject=job, kind=job.kind, error=error)


def _end(job: JobRun, state: JobState, **changes: Any) -> bool:
    """End the attempt unless somebody else has claimed the job since."""
    changes = {"lease_token": None, "lease_until": None, "finished_at": Now(), **changes}
    with transaction.atomic():
        return bool(JobRun.objects.filter(pk=job.pk, lease_token=job.lease_token).update(state=state, **changes))
