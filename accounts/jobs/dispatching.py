"""Which hints to send again: the table is the truth, so this is what makes Redis expendable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest

from django.db import transaction
from django.db.models.functions import Now

from accounts.jobs.models import JobRun, JobState
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant

# Hints that may be under way at once. A worker process does a short job in 10 to 30 ms, so it could take some
# thousands a minute; a hundred keeps the queues short enough that a new tenant's job is never far back.
IN_FLIGHT = 100

Hint = tuple[int, int, str]  # tenant, job, queue


def due_hints() -> list[Hint]:
    """Work that nobody holds, one of each tenant in turn, at most as many as may be under way."""
    running = 0
    waiting: list[list[Hint]] = []
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        with tenant_scope(tenant_id), transaction.atomic():
            if JobRun.objects.filter(JobRun.unfinished()).exists():  # most tenants have nothing to do most of the time
                running += JobRun.objects.filter(state=JobState.RUNNING, lease_until__gte=Now()).count()
                waiting.append(_due(tenant_id))
    return list(islice(round_robin(waiting), max(0, IN_FLIGHT - running)))


def _due(tenant_id: int) -> list[Hint]:
    """The tenant's oldest work first; of a night only the first step that has not ended."""
    rows = JobRun.objects.filter(JobRun.claimable()).order_by("pk")
    due = rows.filter(sequence__isnull=True).values_list("pk", "queue")[:IN_FLIGHT]
    return [(tenant_id, *job) for job in chain(_first_steps(), due)]


def _first_steps() -> list[tuple[int, str]]:
    """A step that is held or waits for its next try keeps its place, so the steps behind it are not due."""
    opened = JobRun.objects.filter(JobRun.unfinished(), sequence__isnull=False)
    first = opened.order_by("period", "input_version", "sequence").distinct("period", "input_version")
    due = JobRun.objects.filter(JobRun.claimable(), pk__in=first.values("pk")).order_by("pk")
    return list(due.values_list("pk", "queue")[:IN_FLIGHT])


def round_robin(queues: Iterable[list[Hint]]) -> Iterator[Hint]:
    """The first of each, then the second of each: a tenant with a thousand jobs does not keep the others waiting."""
    return (hint for turn in zip_longest(*queues) for hint in turn if hint is not None)
