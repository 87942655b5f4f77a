"""Asking for background work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.jobs.execution import work_inline
from accounts.jobs.hints import send_hint
from accounts.jobs.leases import claim
from accounts.jobs.models import CLEARED, JobRun, JobState
from accounts.jobs.registry import get_kind
from accounts.tenancy.context import tenant_scope
from salesops.lib.errors import DomainError, NotVisible, gettext_noop


@transaction.atomic
def request_job(
    *,
    actor: Actor,
    kind: str,
    period: str = "",
    input_version: str = "",
    payload: dict[str, Any] | None = None,
) -> JobRun:
    """Have the work done by a worker. Asked for again with the same period and input version it is the same job,
    whatever became of it. The workers hear of it when the transaction commits."""
    known = get_kind(kind)
    require(actor, known.capability)
    job: JobRun
    job, created = JobRun.objects.get_or_create(
        kind=kind,
        period=period,
        input_version=input_version,
        defaults={"queue": known.queue, "payload": payload or {}, "requested_by": actor.member},
    )
    if created:
        record(actor=actor, action="job.requested", subject=job, kind=kind, period=period)
        _hint_on_commit(job)
    return job


@transaction.atomic
def request_sequence(
    *, actor: Actor, kinds: Sequence[str], period: str, input_version: str, as_of: datetime
) -> list[JobRun]:
    """Have the kinds of work done one after the other. Two schedulers at once make one sequence."""
    known = [get_kind(kind) for kind in kinds]
    for kind in known:
        require(actor, kind.capability)
    JobRun.objects.bulk_create(
        [
            JobRun(
                kind=kind.name,
                period=period,
                input_version=input_version,
                queue=kind.queue,
                as_of=as_of,
                sequence=sequence,
                requested_by=actor.member,
            )
            for sequence, kind in enumerate(known)
        ],
        ignore_conflicts=True,
    )
    steps = JobRun.objects.filter(kind__in=kinds, period=period, input_version=input_version).order_by("sequence")
    if steps:
        _hint_on_commit(steps[0])
    return list(steps)


def run_inline(
    *,
    actor: Actor,
    kind: str,
    period: str = "",
    input_version: str = "",
    payload: dict[str, Any] | None = None,
    as_of: datetime | None = None,
    sequence: int | None = None,
) -> JobRun:
    """Do the work here and now, without worker or Redis, for commands. Work of the same period and input version is
    done again, unless a worker is at it (refused as `busy`). Raises what the job raised, after noting it on the row."""
    known = get_kind(kind)
    with tenant_scope(actor.tenant.pk):
        with transaction.atomic():
            require(actor, known.capability)
            values = {"payload": payload or {}, "as_of": as_of, "sequence": sequence, "requested_by": actor.member}
            job, created = JobRun.objects.get_or_create(
                kind=kind, period=period, input_version=input_version, defaults={**values, "queue": known.queue}
            )
            if not created:
                JobRun.objects.filter(JobRun.at_rest(), pk=job.pk).update(**CLEARED, **values)
            claimed = claim(job.pk)
        if claimed is None:
            message = gettext_noop("%(kind)s is already at work on this; wait until it has ended.")
            raise DomainError("busy", message, kind=kind)
        work_inline(claimed, as_of or claimed.created_at)
        with transaction.atomic():
            return JobRun.objects.get(pk=claimed.pk)  # type: ignore[no-any-return]


@transaction.atomic
def run_again(*, actor: Actor, job_id: int) -> JobRun:
    """Give a dead job three new attempts. Admins only: it costs machine time and replaces drafts."""
    require(actor, "settings.manage")
    job: JobRun | None = JobRun.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    if job.state != JobState.DEAD:
        raise DomainError("not_dead", gettext_noop("Only work that has stopped can be run again; nothing was changed."))
    JobRun.objects.filter(pk=job.pk).update(**CLEARED)
    record(actor=actor, action="job.run_again", subject=job, kind=job.kind, period=job.period)
    _hint_on_commit(job)
    job.refresh_from_db()
    return job


def _hint_on_commit(job: JobRun) -> None:
    transaction.on_commit(partial(send_hint, job.tenant_id, job.pk, job.queue), robust=True)
