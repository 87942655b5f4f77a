"""Who may work on a job."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from accounts.audit.models import AuditEntry
from accounts.jobs import leases
from accounts.jobs.leases import LeaseLost, claim, finish
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from accounts.tenancy.context import tenant_scope
from tests.factories import Acme, load_acme

PAST = timedelta(seconds=-1)


def queued(**values: Any) -> JobRun:
    return JobRun.objects.create(**{"kind": "test.work", "queue": "bulk", **values})


def expire(job: JobRun) -> None:
    JobRun.objects.filter(pk=job.pk).update(lease_until=Now() + PAST)


def in_threads(count: int, tenant_id: int, work: Callable[[], Any]) -> list[Any]:
    """What each of `count` threads got, all let off at the same moment."""
    gate, results = threading.Barrier(count), []

    def run() -> None:
        try:
            gate.wait()
            with tenant_scope(tenant_id):
                results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(results) == count
    return results


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_with_the_same_hint_one_gets_the_job() -> None:
    acme = load_acme()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        job = queued()
    claims = in_threads(8, acme.tenant.pk, lambda: claim(job.pk))
    assert [claimed.pk for claimed in claims if claimed] == [job.pk]
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        assert JobRun.objects.get().attempt == 1


@pytest.mark.django_db(transaction=True)
def test_runs_of_the_same_kind_write_one_after_the_other() -> None:
    """Seen failing without the advisory lock: both were inside at once."""
    acme = load_acme()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        versions = iter([queued(period=f"2018-0{number}") for number in range(1, 4)])
        take = threading.Lock()
    inside, most = [], []

    def write() -> None:
        with take:
            job = claim(next(versions).pk)
        work = Work(acme.tenant, acme.operator, job.pk, job.kind, job.period, {}, job.created_at, job.lease_token)
        with work.writing():
            inside.append(job)
            time.sleep(0.05)
            most.append(len(inside))
            inside.remove(job)

    in_threads(3, acme.tenant.pk, write)
    assert most == [1, 1, 1]


def test_a_claimed_job_is_not_to_be_had_until_its_lease_expires(in_acme: Acme) -> None:
    job = queued()
    first = claim(job.pk)
    assert first is not None
    assert claim(job.pk) is None
    expire(job)
    second = claim(job.pk)
    assert second is not None
    assert second.attempt == 2
    assert second.lease_token != first.lease_token


def test_a_worker_that_slept_past_its_lease_cannot_finish_once_another_has_the_job(in_acme: Acme) -> None:
    job = queued()
    sleeper = claim(job.pk)
    expire(job)
    other = claim(job.pk)
    with pytest.raises(LeaseLost):
        finish(sleeper, Outcome({"rows": 1}))
    finish(other, Outcome({"rows": 2}))
    job.refresh_from_db()
    assert (job.state, job.counts) == (JobState.DONE, {"rows": 2})


def test_a_sleeper_that_fails_does_not_touch_the_other_workers_attempt(in_acme: Acme) -> None:
    job = queued()
    sleeper = claim(job.pk)
    expire(job)
    claim(job.pk)
    leases.fail(sleeper, "late")
    leases.bury(sleeper, "late")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.RUNNING, "")


def test_a_slow_worker_whose_job_nobody_took_may_finish(in_acme: Acme) -> None:
    job = queued()
    slow = claim(job.pk)
    expire(job)
    finish(slow, Outcome())
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_job_whose_workers_were_killed_three_times_is_dead(in_acme: Acme, caplog: pytest.LogCaptureFixture) -> None:
    job = queued()
    for _ in range(3):
        assert claim(job.pk) is not None
        expire(job)
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.attempt, job.lease_token) == (JobState.DEAD, 3, None)
    assert "3 times" in job.error
    assert f"Job {job.pk}" in caplog.text
    assert AuditEntry.objects.filter(action="job.died", subject=f"accounts.jobrun:{job.pk}").exists()


def test_an_ended_job_is_never_claimed_again(in_acme: Acme) -> None:
    for state in (JobState.DONE, JobState.DEAD):
        assert claim(queued(kind=f"test.{state}", state=state).pk) is None


def test_a_failed_job_waits_longer_after_each_attempt(in_acme: Acme) -> None:
    job = queued()
    waits = []
    for _ in range(2):
        leases.fail(claim(job.pk), "out of reach")
        assert claim(job.pk) is None
        job.refresh_from_db()
        waits.append(job.lease_until - job.finished_at)
        expire(job)
    assert waits[1] > waits[0] >= leases.RETRY_AFTER
    leases.fail(claim(job.pk), "out of reach")
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DEAD, "out of reach")


def test_a_step_waits_for_the_ones_before_it_but_not_for_a_dead_one(in_acme: Acme) -> None:
    night = {"period": "2018-01-01", "input_version": ""}
    first = queued(kind="test.first", sequence=0, **night)
    second = queued(kind="test.second", sequence=1, **night)
    other_run = queued(kind="test.second", sequence=1, period="2018-01-01", input_version="2")
    assert claim(second.pk) is None
    assert claim(other_run.pk) is not None
    leases.bury(claim(first.pk), "does not reconcile")
    assert claim(second.pk) is not None


def test_holding_renews_the_lease(in_acme: Acme) -> None:
    job = claim(queued().pk)
    expire(job)
    leases.hold(job.pk, job.lease_token)
    assert claim(job.pk) is None
    with pytest.raises(LeaseLost):
        leases.hold(job.pk, uuid.uuid4())


def test_the_database_refuses_a_running_job_without_a_lease(in_acme: Acme) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        queued(state=JobState.RUNNING)
