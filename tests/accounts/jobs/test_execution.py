"""A job from claim to end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language

from accounts.jobs.execution import work_on
from accounts.jobs.leases import claim, finish
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.tasks import run_job
from accounts.jobs.work import Work
from accounts.people.models import Region
from salesops.lib.errors import DomainError, DomainErrors
from tests.background import MakeKind
from tests.factories import Acme

TWO_O_CLOCK = datetime(2018, 1, 1, 7, tzinfo=UTC)


def asked(kind: JobKind, **values: object) -> JobRun:
    return JobRun.objects.create(**{"kind": kind.name, "queue": kind.queue, **values})


def test_a_job_gets_its_tenant_its_payload_and_the_time(in_acme: Acme, make_kind: MakeKind) -> None:
    seen = []
    job = asked(make_kind(run=lambda work: seen.append(work) or Outcome()), period="2018-01", payload={"rows": 3})
    work_on(job.pk, TWO_O_CLOCK)
    (work,) = seen
    assert (work.tenant, work.period, work.payload, work.as_of) == (in_acme.tenant, "2018-01", {"rows": 3}, TWO_O_CLOCK)
    assert work.actor.is_operator


def test_a_job_works_for_whoever_asked_for_it_as_of_the_time_on_the_row(in_acme: Acme, make_kind: MakeKind) -> None:
    seen = []
    kind = make_kind(run=lambda work: seen.append((work.actor.member, work.as_of)) or Outcome())
    job = asked(kind, requested_by=in_acme.hana, as_of=TWO_O_CLOCK)
    work_on(job.pk, TWO_O_CLOCK + timedelta(days=1))
    assert seen == [(in_acme.hana, TWO_O_CLOCK)]


def test_what_came_of_it_is_kept(in_acme: Acme, make_kind: MakeKind) -> None:
    job = asked(make_kind(run=lambda work: Outcome({"credit lines": 4238}, ["Two deals have no owner."])))
    run_job(in_acme.tenant.pk, job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (JobState.DONE, 1, "")
    assert (job.counts, job.warnings) == ({"credit lines": 4238}, ["Two deals have no owner."])
    assert job.duration is not None


def test_an_unexpected_error_is_tried_again_and_kills_the_job_the_third_time(
    in_acme: Acme, make_kind: MakeKind, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(work: Work) -> Outcome:
        raise ZeroDivisionError("Ann's salary / 0")

    job = asked(make_kind(run=broken))
    states = []
    for _ in range(4):
        JobRun.objects.update(lease_until=None)
        work_on(job.pk, TWO_O_CLOCK)
        job.refresh_from_db()
        states.append((job.state, job.attempt))
    assert states == [("failed", 1), ("failed", 2), ("dead", 3), ("dead", 3)]
    assert "ZeroDivisionError" in job.error
    assert "Ann" not in job.error  # it may quote somebody's data; the log has it
    assert "Ann's salary" in caplog.text


def test_bad_input_is_not_tried_again(in_acme: Acme, make_kind: MakeKind) -> None:
    def refused(work: Work) -> Outcome:
        raise DomainErrors(
            [DomainError("bad", "No column %(name)s.", "columns", name="agent"), DomainError("empty", "No rows.")]
        )

    job = asked(make_kind(run=refused))
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.DEAD, 1)
    assert job.error == "columns: No column agent.\nNo rows."


def test_messages_are_in_the_language_of_whoever_asked(in_acme: Acme, make_kind: MakeKind) -> None:
    def say_language(work: Work) -> Outcome:
        return Outcome({}, [get_language()])

    in_acme.hana.user.language = "zh-hans"
    in_acme.hana.user.save()
    theirs, companys = (
        asked(make_kind(run=say_language), requested_by=in_acme.hana),
        asked(make_kind("test.two", say_language)),
    )
    for job in (theirs, companys):
        work_on(job.pk, TWO_O_CLOCK)
        job.refresh_from_db()
    assert (theirs.warnings, companys.warnings) == (["zh-hans"], ["en"])


def test_a_row_whose_code_is_gone_is_dead_and_says_so(in_acme: Acme) -> None:
    job = JobRun.objects.create(kind="test.gone", queue="bulk")
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    assert "test.gone" in job.error


def test_progress_is_seen_while_the_job_runs_and_renews_the_lease(in_acme: Acme, make_kind: MakeKind) -> None:
    seen = []

    def in_chunks(work: Work) -> Outcome:
        JobRun.objects.update(lease_until=Now() - timedelta(seconds=5))
        for done in range(1, 1001):
            work.progress(done, 1000, "Reading")
        job = JobRun.objects.get()
        seen.append((job.progress_done, job.progress_total, job.message))
        assert not JobRun.objects.filter(JobRun.claimable()).exists()
        return Outcome()

    job = asked(make_kind(run=in_chunks))
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert seen == [(1000, 1000, "Reading")]


def test_reporting_every_row_costs_a_few_queries_only(
    in_acme: Acme, make_kind: MakeKind, django_assert_max_num_queries: object
) -> None:
    def every_row(work: Work) -> Outcome:
        with django_assert_max_num_queries(9):  # three writes with their savepoints
            for done in range(1, 1001):
                work.progress(done, 1000)
        return Outcome()

    job = asked(make_kind(run=every_row))
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_zombies_writing_is_refused_and_leaves_nothing(in_acme: Acme, make_kind: MakeKind) -> None:
    """Seen failing with the token's check taken out of `hold`: the zombie's region stayed."""

    def overtaken(work: Work) -> Outcome:
        with work.writing():
            Region.objects.create(name="before")
        JobRun.objects.update(lease_until=Now() - timedelta(seconds=1))
        finish(claim(work.job_id), Outcome({"regions": 7}))
        with work.writing():
            Region.objects.create(name="after")
        return Outcome({"regions": 2})

    job = asked(make_kind(run=overtaken))
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert (job.state, job.counts) == (JobState.DONE, {"regions": 7})
    assert list(Region.objects.filter(name__in=["before", "after"]).values_list("name", flat=True)) == ["before"]


def test_what_a_chunk_wrote_is_undone_when_it_raises(in_acme: Acme, make_kind: MakeKind) -> None:
    def broken(work: Work) -> Outcome:
        with work.writing():
            Region.objects.create(name="half")
            raise ValueError

    job = asked(make_kind(run=broken))
    work_on(job.pk, TWO_O_CLOCK)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Region.objects.filter(name="half").exists()


def test_the_other_tenants_job_cannot_be_run_from_here(in_acme: Acme, make_kind: MakeKind) -> None:
    job = asked(make_kind())
    run_job(in_acme.tenant.pk + 1, job.pk)
    with transaction.atomic():
        job.refresh_from_db()
    assert job.state == JobState.QUEUED
