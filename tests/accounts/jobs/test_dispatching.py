"""The table is the truth: what Redis lost, the dispatcher sends again."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db.models.functions import Now

from accounts.jobs import dispatching
from accounts.jobs.dispatching import due_hints, round_robin
from accounts.jobs.execution import work_on
from accounts.jobs.hints import send_hint
from accounts.jobs.leases import LEASE, bury, claim, fail
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.services import request_job
from accounts.jobs.tasks import dispatch_jobs
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from tests.background import MakeKind
from tests.factories import Acme, Stranger
from tests.scenarios.processes import Redis
from tools.ports import free_port

Hints = Callable[[str], list[tuple[int, int]]]


def queued(**values: Any) -> JobRun:
    return JobRun.objects.create(**{"kind": "test.work", "queue": "bulk", **values})


def due_jobs() -> list[int]:
    return [job for _tenant, job, _queue in due_hints()]


def test_what_nobody_holds_is_due(in_acme: Acme) -> None:
    waiting, held, failed, expired = (queued(period=str(number)) for number in range(4))
    claim(held.pk)
    fail(claim(failed.pk), "out of reach")
    claim(expired.pk)
    JobRun.objects.filter(pk=expired.pk).update(lease_until=Now() - LEASE)
    for state in (JobState.DONE, JobState.DEAD):
        queued(period=state, state=state)
    assert due_jobs() == [waiting.pk, expired.pk]
    JobRun.objects.filter(pk=failed.pk).update(lease_until=Now() - LEASE)
    assert due_jobs() == [waiting.pk, failed.pk, expired.pk]


def test_of_a_night_only_the_first_unfinished_step_is_due(in_acme: Acme) -> None:
    night = {"period": "2018-01-01", "queue": "nightly"}
    steps = [queued(kind=f"test.step{number}", sequence=number, **night) for number in range(3)]
    assert due_jobs() == [steps[0].pk]
    first = claim(steps[0].pk)
    assert due_jobs() == []
    fail(first, "out of reach")
    assert due_jobs() == []
    bury(first, "does not reconcile")
    JobRun.objects.filter(pk=steps[0].pk).update(state=JobState.DEAD, lease_until=None)
    assert due_jobs() == [steps[1].pk]


def test_tenants_take_turns(acme: Acme, stranger: Stranger) -> None:
    for company, count in ((acme, 3), (stranger, 1)):
        with tenant_scope(company.tenant.pk):
            for number in range(count):
                queued(period=str(number))
    tenants = [tenant for tenant, _job, _queue in due_hints()]
    assert tenants == [acme.tenant.pk, stranger.tenant.pk, acme.tenant.pk, acme.tenant.pk]


def test_round_robin_takes_the_first_of_each_then_the_second_of_each() -> None:
    a, b = [(1, number, "web") for number in range(3)], [(2, 7, "web")]
    assert list(round_robin([a, [], b])) == [a[0], b[0], a[1], a[2]]


def test_no_more_hints_are_under_way_than_the_workers_can_take(in_acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "IN_FLIGHT", 3)
    jobs = [queued(period=str(number)) for number in range(5)]
    claim(jobs[0].pk)
    assert due_jobs() == [jobs[1].pk, jobs[2].pk]


def test_a_forgotten_hint_is_sent_again(in_acme: Acme, hints: Hints) -> None:
    job, nightly = queued(), queued(kind="test.night", queue="nightly", period="2018-01-01", sequence=0)
    assert dispatch_jobs() == 2
    assert hints("bulk") == [(in_acme.tenant.pk, job.pk)]
    assert hints("nightly") == [(in_acme.tenant.pk, nightly.pk)]


def test_the_end_of_a_step_hints_at_the_next(in_acme: Acme, make_kind: MakeKind, hints: Hints) -> None:
    first, second = (
        queued(kind=make_kind(f"test.step{number}").name, sequence=number, period="2018-01-01", queue="nightly")
        for number in range(2)
    )
    work_on(first.pk, clock.now())
    assert hints("nightly") == [(in_acme.tenant.pk, second.pk)]


@pytest.fixture(params=["stopped", "hanging"])
def broken_redis(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens; or somebody listens but never answers, as a stopped process does."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1] if request.param == "hanging" else free_port()
        connect = partial(current_app.connection_for_write, f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr(current_app, "connection_for_write", connect)
        yield


def test_without_redis_a_request_is_kept_and_does_not_wait(
    broken_redis: None,
    in_acme: Acme,
    make_kind: MakeKind,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_kind()
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        job = request_job(actor=in_acme.operator, kind="test.work")
    assert time.monotonic() - began < 2
    assert f"run_job({job.tenant_id}, {job.pk})" in caplog.text
    assert due_jobs() == [job.pk]
    assert dispatch_jobs() == 0


def test_hints_flow_again_when_redis_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, sent = Redis(tmp_path), []
    monkeypatch.setattr(current_app, "connection_for_write", partial(current_app.connection_for_write, server.url))
    for _ in range(2):
        server.start()
        sent.append(send_hint(1, 1, "web"))
        server.kill()
        sent.append(send_hint(1, 1, "web"))
    assert sent == [True, False, True, False]
