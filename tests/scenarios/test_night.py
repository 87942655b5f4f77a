"""Real worker and beat processes: nights in two time zones, and faults 1 and 6 of the reliability design."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.jobs.execution import work_on
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.services import request_job
from accounts.jobs.tasks import dispatch_jobs
from accounts.people.models import Region
from accounts.people.services import create_tenant
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.nightly import STEPS
from tests.background import MakeKind, change, hints, make_kind, read
from tests.factories import PASSWORD, Acme, load_acme
from tests.scenarios.slow_work import ROWS, make_regions

__all__ = ["hints", "make_kind"]  # fixtures
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("hints")]
_ROOT = Path(__file__).resolve().parent.parent.parent
_WORKER = ("worker", "--queues", "web,bulk,nightly", "--concurrency", "1", "--without-gossip", "--without-mingle")


class Celery:
    """Processes of the product's Celery application, with their output in one file. All are gone after the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "celery.log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *args: str, clock_start: str = "") -> subprocess.Popen[bytes]:
        changes = {
            "DJANGO_SETTINGS_MODULE": "tests.scenarios.worker_settings",
            "SALESOPS_CLOCK_START": clock_start,
            "CELERY_BEAT_SCHEDULE_FILENAME": str(self.folder / "beat"),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        command = [sys.executable, "-m", "celery", "--app", "salesops", *args, "--loglevel", "INFO"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=_ROOT, env={**os.environ, **changes}, stdout=log, stderr=log, start_new_session=True
            )
        self._processes.append(process)
        return process

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            fallen = [process.args for process in self._processes if (process.poll() or 0) > 0]
            if fallen or time.monotonic() > deadline:
                pytest.fail(f"{what}: not within {seconds} s\n{self.log.read_text()[-6000:]}")
            time.sleep(0.2)


@pytest.fixture
def celery(tmp_path: Path, transactional_db: None) -> Iterator[Celery]:
    processes = Celery(tmp_path)
    yield processes
    processes.stop()


def child_of(process: subprocess.Popen[bytes]) -> int:
    """The worker's one process that does the work."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[-1])


# Nights


def night_of(tenant: Tenant) -> list[JobRun]:
    with tenant_scope(tenant.pk), transaction.atomic():
        return list(JobRun.objects.filter(sequence__isnull=False).order_by("period", "sequence"))


def is_done(tenant: Tenant) -> bool:
    night = night_of(tenant)
    return bool(night) and all(job.state == JobState.DONE for job in night)


def test_each_company_has_its_night_at_its_own_two_o_clock(celery: Celery) -> None:
    """The processes' clock starts twelve seconds before two in New York, when it is three in the afternoon in Shanghai:
    Shanghai's night is overdue and runs at once, New York's when its hour has come."""
    shanghai = create_tenant(
        slug="shanghai",
        name="Shanghai",
        currency="CNY",
        time_zone="Asia/Shanghai",
        fiscal_year_start=1,
        admin_email="li@shanghai.test",
        admin_password=PASSWORD,
    )
    new_york = load_acme().tenant
    launched = datetime.now(UTC)
    for args in (_WORKER, ("beat",)):
        celery.start(*args, clock_start="2018-01-01T06:59:48+00:00")
    celery.until(lambda: is_done(shanghai), "Shanghai's night")
    celery.until(lambda: is_done(new_york), "New York's night")

    two_o_clock = {shanghai: datetime(2017, 12, 31, 18, tzinfo=UTC), new_york: datetime(2018, 1, 1, 7, tzinfo=UTC)}
    for tenant, began in two_o_clock.items():
        steps = night_of(tenant)
        assert [(job.kind, job.period, job.as_of) for job in steps] == [(kind, "2018-01-01", began) for kind in STEPS]
        for earlier, later in pairwise(steps):
            assert earlier.finished_at <= later.started_at
    assert night_of(new_york)[0].created_at >= launched + timedelta(seconds=12)


# Faults


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
    worker = celery.start(*_WORKER)
    job = ask(acme, tmp_path, pause="writing")
    celery.until((tmp_path / "reached").exists, "the first attempt")
    if victim == "child":
        os.kill(child_of(worker), signal.SIGKILL)
    else:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)
        celery.start(*_WORKER)
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
    worker = celery.start(*_WORKER)
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
