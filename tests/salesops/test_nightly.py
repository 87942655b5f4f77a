"""When a tenant's night is due, for any time zone, and that it is inserted once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import Outcome
from accounts.jobs.work import Work
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops import nightly
from salesops.lib.errors import DomainError
from salesops.nightly import beginning_of, night_due, schedule_nights
from tests.background import MakeKind
from tests.factories import Acme, Stranger

_ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zone", "night"),
    [
        ("2018-01-01T06:59:59", "America/New_York", None),
        ("2018-01-01T07:00:00", "America/New_York", "2018-01-01"),
        ("2017-12-31T17:59:59", "Asia/Shanghai", None),
        ("2017-12-31T18:00:00", "Asia/Shanghai", "2018-01-01"),
        ("2017-12-31T20:29:59", "Asia/Kolkata", None),  # half an hour
        ("2017-12-31T20:30:00", "Asia/Kolkata", "2018-01-01"),
        ("2017-12-31T20:14:59", "Asia/Kathmandu", None),  # three quarters
        ("2017-12-31T20:15:00", "Asia/Kathmandu", "2018-01-01"),
        ("2018-01-01T11:59:59", "Pacific/Kiritimati", None),  # fourteen hours ahead
        ("2018-01-01T12:00:00", "Pacific/Kiritimati", "2018-01-02"),
        ("2018-01-01T13:00:00", "Pacific/Pago_Pago", "2018-01-01"),  # eleven hours behind
        # Spring: New York's clocks go from 01:59 to 03:00, so the night begins at three by the wall.
        ("2018-03-11T06:59:59", "America/New_York", None),
        ("2018-03-11T07:00:00", "America/New_York", "2018-03-11"),
        ("2018-03-12T05:59:59", "America/New_York", None),
        ("2018-03-12T06:00:00", "America/New_York", "2018-03-12"),
        # Autumn: one o'clock comes twice in New York, two o'clock twice in Berlin.
        ("2018-11-04T06:59:59", "America/New_York", None),
        ("2018-11-04T07:00:00", "America/New_York", "2018-11-04"),
        ("2018-10-27T23:59:59", "Europe/Berlin", None),
        ("2018-10-28T00:00:00", "Europe/Berlin", "2018-10-28"),
        ("2018-10-28T01:30:00", "Europe/Berlin", "2018-10-28"),
        # Lord Howe moves by half an hour, from 02:00 to 02:30.
        ("2018-10-06T15:29:59", "Australia/Lord_Howe", None),
        ("2018-10-06T15:30:00", "Australia/Lord_Howe", "2018-10-07"),
    ],
)
def test_the_night_is_due_from_two_by_the_wall(instant: str, zone: str, night: str | None) -> None:
    due = night_due(utc(instant), zone)
    assert (due.isoformat() if due else None) == night


@given(
    zone=st.sampled_from(_ZONES),
    instant=st.integers(631_152_000, 2_145_916_800).map(
        lambda second: datetime.fromtimestamp(second, UTC)
    ),  # 1990–2037
)
def test_every_local_date_has_one_night_that_begins_between_two_and_five(zone: str, instant: datetime) -> None:
    """Seen failing with the night decided by UTC's hour plus the zone's offset of January.

    Ticking each quarter of an hour through three days, as beat does each minute, every date in them comes up, in order,
    and first at two by the wall, or later where the clocks skipped it. The longest skip of a night is some hours;
    a skipped day (Samoa, 2011-12-30) has no night.
    """
    ticks = [instant + timedelta(minutes=15 * number) for number in range(4 * 72)]
    local = [tick.astimezone(ZoneInfo(zone)) for tick in ticks]
    firsts: dict[date, datetime] = {}
    for tick, wall in zip(ticks, local, strict=True):
        due = night_due(tick, zone)
        if due is not None:
            assert due == wall.date()
            firsts.setdefault(due, wall)
    days = list(dict.fromkeys(wall.date() for wall in local))
    assert set(days[1:-1]) <= set(firsts)
    for day, wall in firsts.items():
        if day != days[0]:
            assert time(2) <= wall.time() < time(5)
            begins = beginning_of(day, zone).astimezone(ZoneInfo(zone))
            assert begins.date() == day
            assert timedelta(0) <= wall - begins < timedelta(minutes=15) or wall.utcoffset() != begins.utcoffset()


# Scheduling


@pytest.fixture
def steps(make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    kinds = tuple(make_kind(f"test.step{number}", queue="nightly").name for number in range(3))
    monkeypatch.setattr(nightly, "STEPS", kinds)
    return kinds


def at(instant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly.clock, "now", lambda: utc(instant))


def nights_of(tenant: Tenant) -> list[tuple[str, int]]:
    with tenant_scope(tenant.pk), transaction.atomic():
        return list(JobRun.objects.order_by("period", "sequence").values_list("period", "sequence"))


def test_each_tenant_gets_its_night_at_its_own_two_o_clock(
    acme: Acme, stranger: Stranger, steps: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2018-01-01T01:00:00", monkeypatch)  # 02:00 in Berlin, the evening before in New York
    with tenant_scope(acme.tenant.pk):
        for sequence, kind in enumerate(steps):
            JobRun.objects.create(kind=kind, period="2017-12-31", sequence=sequence)
    assert schedule_nights() == 1
    assert nights_of(stranger.tenant) == [("2018-01-01", 0), ("2018-01-01", 1), ("2018-01-01", 2)]
    assert {period for period, _ in nights_of(acme.tenant)} == {"2017-12-31"}
    assert schedule_nights() == 0
    at("2018-01-01T07:00:00", monkeypatch)
    assert schedule_nights() == 1
    assert {period for period, _ in nights_of(acme.tenant)} == {"2017-12-31", "2018-01-01"}


def test_one_tenants_trouble_does_not_keep_the_others_waiting(
    acme: Acme, stranger: Stranger, steps: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    Tenant.objects.filter(pk=acme.tenant.pk).update(time_zone="Mars/Olympus_Mons")
    at("2018-01-01T12:00:00", monkeypatch)
    assert schedule_nights() == 1
    assert len(nights_of(stranger.tenant)) == 3


def test_a_step_that_no_app_does_is_an_error_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert nightly.every_step_has_its_work() == []
    monkeypatch.setattr(nightly, "STEPS", ("ledger.reconcile", "test.gone"))
    (error,) = nightly.every_step_has_its_work()
    assert "test.gone" in error.msg


# The command


def test_a_night_by_command_runs_every_step_and_says_what_it_did(
    acme: Acme, steps: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("run_night", tenant="acme", date="2018-01-01")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [[step, "done"] for step in steps]
    assert "rows: 1" in lines[0]
    with tenant_scope(acme.tenant.pk):
        assert {job.as_of for job in JobRun.objects.all()} == {utc("2018-01-01T07:00:00")}


def test_a_night_by_command_runs_again_as_the_newest(acme: Acme, steps: tuple[str, ...]) -> None:
    for _ in range(3):
        call_command("run_night", tenant="acme", date="2018-01-01")
    with tenant_scope(acme.tenant.pk):
        versions = JobRun.objects.order_by("pk").values_list("input_version", flat=True).distinct()
        assert sorted(set(versions)) == ["1", "2", "3"]


def test_the_steps_after_a_failed_one_go_on_and_the_command_exits_with_1(
    acme: Acme, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(work: Work) -> Outcome:
        raise DomainError("cycle", "Team %(team)s is its own parent.", team="East")

    kinds = (make_kind("test.bad", refused).name, make_kind("test.good").name)
    monkeypatch.setattr(nightly, "STEPS", kinds)
    with pytest.raises(CommandError, match="1 of the night's steps failed") as failure:
        call_command("run_night", tenant="acme", date="2018-01-01")
    assert failure.value.returncode == 1
    printed = capsys.readouterr()
    assert "test.bad: Team East is its own parent." in printed.err
    assert "test.good  done" in printed.out


def test_a_step_that_warns_says_so_on_standard_error(
    acme: Acme, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_kind("test.warns", lambda work: Outcome({"rows": 1}, ["Ann has no plan."]))
    monkeypatch.setattr(nightly, "STEPS", ("test.warns",))
    call_command("run_night", tenant="acme", date="2018-01-01")
    assert "test.warns: Ann has no plan." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("slug", "day", "complaint"),
    [
        ("nobody", "2018-01-01", "--tenant: There is no company at “nobody”"),
        ("acme", "2018-13-01", "--date: “2018-13-01” is not a date"),
        ("acme", "2899-01-01", "--date: 2899-01-01 has not begun"),
        ("acme", "9999-01-01", "--date: The year is out of range."),
    ],
)
def test_a_bad_option_is_named_and_the_exit_status_is_2(
    acme: Acme, slug: str, day: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        call_command("run_night", tenant=slug, date=day)
    assert refusal.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(complaint)


def test_a_command_leaves_a_night_that_a_worker_is_at_alone(
    in_acme: Acme, make_kind: MakeKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another run of that night: the worker's ends as it would have."""
    monkeypatch.setattr(nightly, "STEPS", (make_kind("test.step").name,))
    at_work = JobRun.objects.create(kind="test.step", period="2018-01-01", sequence=0, queue="nightly")
    call_command("run_night", tenant="acme", date="2018-01-01")
    at_work.refresh_from_db()
    assert at_work.state == JobState.QUEUED
    assert JobRun.objects.get(input_version="2").state == JobState.DONE
