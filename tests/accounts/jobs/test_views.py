"""The nights page, the progress bar and the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.jobs.leases import bury, claim, fail, finish
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import Outcome
from accounts.jobs.selectors import job_view, latest_ended, latest_job, nights, spoken
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from tests.background import MakeKind
from tests.factories import MARKER, Acme, Stranger

SignIn = Callable[[Member], Client]
HTMX = {"HX-Request": "true"}


def step(sequence: int, period: str = "2018-01-01", version: str = "", **values: Any) -> JobRun:
    return JobRun.objects.create(
        kind=f"test.step{sequence}",
        queue="nightly",
        period=period,
        input_version=version,
        sequence=sequence,
        **values,
    )


@pytest.fixture
def night(in_acme: Acme, make_kind: MakeKind) -> list[JobRun]:
    """A night whose second step has stopped."""
    jobs = []
    for sequence, label in enumerate(("Compare the ledger", "Keep the targets", "Compute commissions")):
        make_kind(f"test.step{sequence}", label=label, queue="nightly")
        jobs.append(step(sequence))
    finish(claim(jobs[0].pk), Outcome({"credit lines": 4238}, ["Two deals have no owner."]))
    bury(claim(jobs[1].pk), "Team East is its own parent.")
    finish(claim(jobs[2].pk), Outcome({"statements": 30}))
    return jobs


def test_the_nights_page_shows_what_each_step_did(night: list[JobRun], in_acme: Acme, client_for: SignIn) -> None:
    page = client_for(in_acme.ada).get("/t/acme/nights/").content.decode()
    for text in (
        "Compare the ledger",
        "4,238",
        "Two deals have no owner.",
        "“Keep the targets” has stopped",
        "Team East is its own parent.",
        f"/t/acme/jobs/{night[1].pk}/run-again/",
    ):
        assert text in page
    assert page.count("run-again") == 1


def test_office_roles_see_nights_and_only_the_admin_the_button(
    night: list[JobRun], in_acme: Acme, client_for: SignIn
) -> None:
    answers = {name: client_for(in_acme.members[name]).get("/t/acme/nights/") for name in in_acme.members}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == {
        "ada", "eve", "erik", "hana", "hugo",
    }  # fmt: skip
    assert {name for name, answer in answers.items() if b"run-again" in answer.content} == {"ada"}


def test_another_companys_nights_are_not_seen(stranger: Stranger, in_acme: Acme, client_for: SignIn) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = step(0, error=f"{MARKER} failed", state=JobState.DEAD)
    client = client_for(in_acme.ada)
    assert MARKER.encode() not in client.get("/t/acme/nights/").content
    for address in (f"/t/acme/jobs/{theirs.pk}/progress/", f"/t/acme/api/v1/jobs/{theirs.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/t/acme/jobs/{theirs.pk}/run-again/").status_code == 404


def test_without_nights_the_page_says_when_the_first_comes(acme: Acme, client_for: SignIn) -> None:
    assert b"No night has been computed yet" in client_for(acme.ada).get("/t/acme/nights/").content


def test_a_night_under_way_refreshes_itself(in_acme: Acme, client_for: SignIn) -> None:
    step(0)
    client = client_for(in_acme.ada)
    assert b'hx-trigger="every 2s"' in client.get("/t/acme/nights/").content
    fragment = client.get("/t/acme/nights/", headers=HTMX).content
    assert fragment.strip().startswith(b'<section id="last-night"')
    JobRun.objects.update(state=JobState.DONE)
    assert b"hx-get" not in client.get("/t/acme/nights/", headers=HTMX).content


def test_running_a_dead_step_again_asks_the_workers(night: list[JobRun], in_acme: Acme, client_for: SignIn) -> None:
    client = client_for(in_acme.ada)
    answer = client.post(f"/t/acme/jobs/{night[1].pk}/run-again/", follow=True)
    assert answer.redirect_chain == [("/t/acme/nights/", 303)]
    assert "will run again" in answer.content.decode()
    night[1].refresh_from_db()
    assert night[1].state == JobState.QUEUED
    again = client.post(f"/t/acme/jobs/{night[1].pk}/run-again/", follow=True)
    assert "Only work that has stopped" in again.content.decode()


def test_the_newest_run_of_each_night_is_shown(in_acme: Acme) -> None:
    step(0, "2018-01-01", finished_at=datetime(2018, 1, 1, tzinfo=UTC))
    step(0, "2018-01-02", version="", error="first")
    step(0, "2018-01-02", version="2", error="second")
    shown = [(night.day.isoformat(), night.runs, [row.job.error for row in night.steps]) for night in nights()]
    assert shown == [("2018-01-02", 2, ["second"]), ("2018-01-01", 1, [""])]


def test_the_page_costs_as_many_queries_for_three_nights_as_for_thirty(
    in_acme: Acme, django_assert_num_queries: Any
) -> None:
    for count in (3, 30):
        for number in range(count):
            step(0, f"2018-{count:02}-{number + 1:02}" if count == 3 else f"2019-01-{number + 1:02}")
        with django_assert_num_queries(2):
            nights()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (59.9, "59.9 s"), (125, "2 min 5 s"), (4320, "1 h 12 min")]
)
def test_durations_are_read_by_people(seconds: float, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words


# Progress


def test_a_job_is_followed_by_whoever_asked_and_those_who_may_ask(
    in_acme: Acme, make_kind: MakeKind, client_for: SignIn
) -> None:
    make_kind(capability="payouts.prepare")
    job = JobRun.objects.create(kind="test.work", queue="web", requested_by=in_acme.rob)
    seen = [
        name
        for name, member in in_acme.members.items()
        if client_for(member).get(f"/t/acme/jobs/{job.pk}/progress/").status_code == 200
    ]
    assert sorted(seen) == ["hana", "hugo", "rob"]


def test_the_bar_polls_until_the_job_has_ended(in_acme: Acme, make_kind: MakeKind, client_for: SignIn) -> None:
    make_kind(label="Import deals")
    job = JobRun.objects.create(kind="test.work", queue="web")
    client, address = client_for(in_acme.ada), f"/t/acme/jobs/{job.pk}/progress/"
    waiting = client.get(address, headers=HTMX)
    assert f'hx-get="{address}"'.encode() in waiting.content
    assert "HX-Trigger" not in waiting.headers
    claimed = claim(job.pk)
    JobRun.objects.update(progress_done=2000, progress_total=8800, message="Reading deals")
    running = client.get(address, headers=HTMX).content.decode()
    assert "2,000" in running
    assert "Reading deals" in running
    finish(claimed, Outcome({"deals": 8800}))
    done = client.get(address, headers=HTMX)
    assert b"hx-get" not in done.content
    assert "deals: 8,800" in done.content.decode()
    assert "job-finished" in done.headers["HX-Trigger"]


def test_a_failed_attempt_goes_on_polling_and_a_dead_job_says_why(in_acme: Acme, make_kind: MakeKind) -> None:
    make_kind()
    job = JobRun.objects.create(kind="test.work", queue="web")
    fail(claim(job.pk), "out of reach")
    job.refresh_from_db()
    assert not job_view(job).has_ended
    bury(claim(JobRun.objects.create(kind="test.other", queue="web").pk), "No rows.")
    assert job_view(JobRun.objects.get(kind="test.other")).error == "No rows."


def test_a_page_finds_its_newest_job_after_a_reload(
    in_acme: Acme, make_kind: MakeKind, actor_for: Callable[..., Any]
) -> None:
    make_kind(capability="imports.run")
    for version in ("a", "b"):
        newest = JobRun.objects.create(kind="test.work", queue="web", input_version=version)
    assert latest_job(actor_for(in_acme.eve), "test.work") == newest
    assert latest_job(actor_for(in_acme.rob), "test.work") is None


def test_a_rule_asks_how_the_last_check_went(in_acme: Acme) -> None:
    assert latest_ended("test.check") is None
    first, second = (JobRun.objects.create(kind="test.check", queue="nightly", period=str(n)) for n in range(2))
    bury(claim(first.pk), "does not reconcile")
    claim(second.pk)
    assert latest_ended("test.check") == first


# API


def test_the_api_lists_the_jobs_one_may_see_newest_first(
    in_acme: Acme, make_kind: MakeKind, client_for: SignIn
) -> None:
    make_kind(capability="imports.run")
    jobs = [JobRun.objects.create(kind="test.work", queue="web", period=str(number)) for number in range(3)]
    JobRun.objects.create(kind="test.gone", queue="web")
    listed = client_for(in_acme.eve).get("/t/acme/api/v1/jobs/").json()
    assert [job["id"] for job in listed["results"]] == [job.pk for job in reversed(jobs)]
    one = client_for(in_acme.eve).get(f"/t/acme/api/v1/jobs/{jobs[0].pk}/").json()
    assert (one["kind"], one["state"], one["counts"]) == ("test.work", "queued", {})
    assert client_for(in_acme.rob).get("/t/acme/api/v1/jobs/").json()["results"] == []
    assert client_for(in_acme.rob).get(f"/t/acme/api/v1/jobs/{jobs[0].pk}/").status_code == 404
