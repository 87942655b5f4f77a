"""What background work survives: the faults of the reliability design, done to real processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from celery import current_app
from django.db import transaction
from django.db.models.functions import Now

from accounts.jobs.execution import work_on
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.services import request_job
from accounts.jobs.tasks import dispatch_jobs
from accounts.people.models import Region
from accounts.tenancy.context import tenant_scope
from tests.background import MakeKind, change, read
from tests.factories import Acme, load_acme
from tests.scenarios.processes import BEAT, WORKER, Celery, Redis, child_of
from tests.scenarios.slow_work import ROWS, make_regions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hints")]


def ask(acme: Acme, folder: Path, pause: str) -> JobRun:
    with tenant_scope(acme.tenant.pk):
        payload = {"folder": str(folder), "pause": pause}
        return request_job(actor=acme.operator, kind="test.regions", payload=payload)


def regions(acme: Acme) -> int:
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        return Region.objects.filter(name__startswith="Region ").count()


def expire(job: JobRun) -> None:
    """As if two minutes had passed."""
    change(job, lease_until=Now() - timedelta(seconds=1))


@pytest.mark.parametrize("victim", ["child", "worker"])
def test_a_worker_killed_in_the_middle_leaves_one_complete_result(
    victim: str, celery: Celery, make_kind: MakeKind, tmp_path: Path
) -> None:
    """Fault 1. Seen failing with the rows written outside one transaction: a poll saw three of five."""
    acme = load_acme()
    make_kind("test.regions", make_regions)
    worker = celery.start(WORKER)
    job = ask(acme, tmp_path, pause="writing")
    celery.until((tmp_path / "reached").exists, "the first attempt")
    if victim == "child":
        os.kill(child_of(worker), signal.SIGKILL)
    else:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)
        celery.start(WORKER)
    assert regions(acme) == 0
    (tmp_path / "go").touch()
    celery.until(lambda: _freed(job), "the database's noticing")
    dispatch_jobs()
    celery.until(lambda: read(job).state == JobState.DONE, "the second attempt")
    assert (read(job).attempt, read(job).counts, regions(acme)) == (2, {"regions": ROWS}, ROWS)


def _freed(job: JobRun) -> bool:
    """The lease is expired as soon as the killed process's transaction, which holds the row, is rolled back."""
    with tenant_scope(job.tenant_id), transaction.atomic():
        free = JobRun.objects.select_for_update(skip_locked=True).filter(pk=job.pk)
        return bool(free) and free.update(lease_until=Now() - timedelta(seconds=1)) == 1


def test_a_worker_stopped_past_its_lease_is_refused_when_it_goes_on(
    celery: Celery, make_kind: MakeKind, tmp_path: Path
) -> None:
    """Fault 6. Seen failing with the token's check taken out of `hold`: the sleeper met the other's rows."""
    acme = load_acme()
    make_kind("test.regions", make_regions)
    worker = celery.start(WORKER)
    job = ask(acme, tmp_path, pause="computing")
    celery.until((tmp_path / "reached").exists, "the first attempt")
    sleeper = child_of(worker)
    os.kill(sleeper, signal.SIGSTOP)
    expire(job)
    (tmp_path / "go").touch()
    with tenant_scope(acme.tenant.pk):
        work_on(job.pk, datetime.now(UTC))
    done = read(job)
    assert (done.state, done.attempt, regions(acme)) == (JobState.DONE, 2, ROWS)
    os.kill(sleeper, signal.SIGCONT)
    celery.until(lambda: "taken over by another worker" in celery.log.read_text(), "the refusal")
    after = read(job)
    assert (after.finished_at, after.counts, regions(acme)) == (done.finished_at, {"regions": ROWS}, ROWS)


@pytest.fixture
def own_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """A Redis for this test's processes and for the hints of the test itself."""
    server = Redis(tmp_path)
    server.start()
    monkeypatch.setattr(current_app, "connection_for_write", partial(current_app.connection_for_write, server.url))
    yield server
    server.kill()


def test_what_was_asked_for_while_redis_was_away_is_done_when_it_is_back(
    own_redis: Redis, celery: Celery, make_kind: MakeKind, tmp_path: Path
) -> None:
    """Fault 2: worker, beat and the asking process all lose Redis with all it held, and find it again by themselves."""
    acme = load_acme()
    make_kind("test.regions", make_regions)
    (tmp_path / "go").touch()
    for process in (WORKER, BEAT):
        celery.start(process, redis_url=own_redis.url)
    celery.until(lambda: "Task accounts.jobs.tasks.dispatch_jobs" in celery.log.read_text(), "the first tick")
    own_redis.kill()
    job = ask(acme, tmp_path, pause="computing")
    own_redis.start()
    celery.until(lambda: read(job).state == JobState.DONE, "the work")
    assert (read(job).attempt, regions(acme)) == (1, ROWS)
