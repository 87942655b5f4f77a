"""Asking for work, doing it inline, and running dead work again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry
from accounts.jobs.leases import bury, claim
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import Outcome
from accounts.jobs.services import request_job, request_sequence, run_again, run_inline
from accounts.jobs.work import Work
from accounts.people.models import Region
from accounts.tenancy.context import tenant_scope
from salesops.lib.errors import DomainError, NotVisible
from tests.background import MakeKind, read
from tests.factories import Acme, load_acme

Hints = Callable[[str], list[tuple[int, int]]]
TWO_O_CLOCK = datetime(2018, 1, 1, 7, tzinfo=UTC)


def test_the_hint_is_sent_when_the_request_commits(
    in_acme: Acme, make_kind: MakeKind, hints: Hints, django_capture_on_commit_callbacks: Any
) -> None:
    make_kind()
    with django_capture_on_commit_callbacks(execute=True):
        job = request_job(actor=in_acme.operator, kind="test.work", payload={"file": 1})
        assert hints("bulk") == []
    assert hints("bulk") == [(in_acme.tenant.pk, job.pk)]
    assert (job.state, job.payload) == (JobState.QUEUED, {"file": 1})


def test_asking_twice_is_asking_once(
    in_acme: Acme, make_kind: MakeKind, hints: Hints, django_capture_on_commit_callbacks: Any
) -> None:
    make_kind()
    with django_capture_on_commit_callbacks(execute=True):
        first = request_job(actor=in_acme.operator, kind="test.work", period="2018-01", input_version="a")
        again = request_job(actor=in_acme.operator, kind="test.work", period="2018-01", input_version="a")
        other = request_job(actor=in_acme.operator, kind="test.work", period="2018-01", input_version="b")
    assert first == again != other
    assert len(hints("bulk")) == 2
    assert AuditEntry.objects.filter(action="job.requested").count() == 2


def test_a_kind_is_asked_for_by_those_with_its_capability_only(
    in_acme: Acme, make_kind: MakeKind, actor_for: Callable[..., Actor]
) -> None:
    make_kind(capability="imports.run")
    assert request_job(actor=actor_for(in_acme.eve), kind="test.work").requested_by == in_acme.eve
    for call in (request_job, run_inline):
        with pytest.raises(DomainError, match="role"):
            call(actor=actor_for(in_acme.rob), kind="test.work", period="x")
    with pytest.raises(DomainError, match="no background work"):
        request_job(actor=in_acme.operator, kind="test.unknown")
    assert JobRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_insert_one_night(make_kind: MakeKind, hints: Hints) -> None:
    """Seen failing with the unique constraint dropped: sixteen steps."""
    acme = load_acme()
    kinds = [make_kind(f"test.step{number}", queue="nightly").name for number in range(2)]
    gate, nights = threading.Barrier(8), []

    def schedule() -> None:
        try:
            gate.wait()
            with tenant_scope(acme.tenant.pk):
                nights.append(
                    request_sequence(
                        actor=acme.operator, kinds=kinds, period="2018-01-01", input_version="", as_of=TWO_O_CLOCK
                    )
                )
        finally:
            connection.close()

    threads = [threading.Thread(target=schedule) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(nights) == 8
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        steps = list(JobRun.objects.order_by("sequence"))
    assert [(job.kind, job.sequence, job.as_of) for job in steps] == [
        ("test.step0", 0, TWO_O_CLOCK),
        ("test.step1", 1, TWO_O_CLOCK),
    ]
    assert set(hints("nightly")) == {(acme.tenant.pk, steps[0].pk)}  # never the second before the first has ended


@pytest.mark.django_db(transaction=True)
def test_inline_work_needs_no_worker_and_no_redis(make_kind: MakeKind, hints: Hints) -> None:
    acme = load_acme()

    def write(work: Work) -> Outcome:
        with work.writing():
            Region.objects.create(name=work.payload["name"])
        work.progress(1, 1)
        return Outcome({"regions": 1})

    make_kind(run=write)
    job = run_inline(
        actor=acme.operator, kind="test.work", period="2018-01", payload={"name": "Coast"}, as_of=TWO_O_CLOCK
    )
    assert (job.state, job.counts, job.progress_done) == (JobState.DONE, {"regions": 1}, 1)
    assert hints("bulk") == []
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        assert Region.objects.filter(name="Coast").exists()


def test_inline_work_is_done_over_when_asked_again(in_acme: Acme, make_kind: MakeKind) -> None:
    make_kind(run=lambda work: Outcome(work.payload))
    first = run_inline(actor=in_acme.operator, kind="test.work", payload={"rows": 1})
    again = run_inline(actor=in_acme.operator, kind="test.work", payload={"rows": 2})
    assert first == again
    assert (again.counts, again.attempt) == ({"rows": 2}, 1)


def test_inline_work_is_refused_while_a_worker_is_at_it(in_acme: Acme, make_kind: MakeKind) -> None:
    make_kind()
    job = request_job(actor=in_acme.operator, kind="test.work")
    claim(job.pk)
    with pytest.raises(DomainError) as refusal:
        run_inline(actor=in_acme.operator, kind="test.work")
    assert refusal.value.code == "busy"


@pytest.mark.parametrize("error", [DomainError("bad", "No rows."), ValueError("x"), KeyboardInterrupt()])
def test_inline_work_raises_what_the_job_raised_and_is_not_tried_again(
    in_acme: Acme, make_kind: MakeKind, error: BaseException
) -> None:
    def broken(work: Work) -> Outcome:
        raise error

    make_kind(run=broken)
    with pytest.raises(type(error)):
        run_inline(actor=in_acme.operator, kind="test.work")
    job = JobRun.objects.get()
    assert (job.state, job.attempt) == (JobState.DEAD, 1)
    assert job.error


def test_dead_work_is_run_again_by_an_admin(
    in_acme: Acme,
    make_kind: MakeKind,
    actor_for: Callable[..., Actor],
    hints: Hints,
    django_capture_on_commit_callbacks: Any,
) -> None:
    make_kind()
    job = request_job(actor=in_acme.operator, kind="test.work")
    bury(claim(job.pk), "No rows.")
    with pytest.raises(DomainError, match="role"):
        run_again(actor=actor_for(in_acme.hana), job_id=job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        run_again(actor=actor_for(in_acme.ada), job_id=job.pk)
    job = read(job)
    assert (job.state, job.attempt, job.error) == (JobState.QUEUED, 0, "")
    assert hints("bulk") == [(in_acme.tenant.pk, job.pk)]
    with pytest.raises(DomainError, match="Only work that has stopped"):
        run_again(actor=actor_for(in_acme.ada), job_id=job.pk)
    with pytest.raises(NotVisible):
        run_again(actor=actor_for(in_acme.ada), job_id=job.pk + 1)
