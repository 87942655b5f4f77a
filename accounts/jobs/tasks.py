"""The two Celery tasks of background work; everything they need to know is in the table."""

from __future__ import annotations

from celery import shared_task

from accounts.jobs.dispatching import due_hints
from accounts.jobs.execution import work_on
from accounts.jobs.hints import send_hint
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock


@shared_task
def run_job(tenant_id: int, job_id: int) -> None:
    """A hint has come: do the job if it is still to be done."""
    with tenant_scope(tenant_id):
        work_on(job_id, clock.now())


@shared_task(expires=60)  # beat sends the next one by then
def dispatch_jobs() -> int:
    """Send the hints that were lost, and those whose worker was. Stops at the first that Redis does not take."""
    sent = 0
    for hint in due_hints():
        if not send_hint(*hint):
            break
        sent += 1
    return sent
