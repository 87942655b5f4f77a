from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access.actor import Actor
from pipeline.activities.models import Activity
from pipeline.activities.services import ActivityValues, log_activity
from pipeline.customers.models import Customer
from pipeline.tasks.services import TaskValues, create_task, finish_task
from pipeline.timeline import registry
from pipeline.timeline.registry import Cursor, TimelineEntry, TimelineSource, start_of
from pipeline.timeline.selectors import timeline_entries
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import acting, customer

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
NOON = datetime(2026, 3, 31, 16, tzinfo=UTC)
TODAY = date(2026, 3, 31)


@pytest.fixture
def rob(in_acme: Acme) -> Iterator[Actor]:
    with timezone.override("America/New_York"):
        yield acting(in_acme, in_acme.rob)


@pytest.fixture
def globex(in_acme: Acme) -> Customer:
    return customer(in_acme, "Globex", in_acme.rob)


def _log(rob: Actor, globex: Customer, at: datetime, text: str = "Talked") -> Activity:
    values = ActivityValues("call", text, at)
    return log_activity(actor=rob, values=values, now=NOON + timedelta(days=40), customer_id=globex.pk)


def _walk(rob: Actor, globex: Customer, size: int) -> list[tuple[str, int]]:
    """Every entry, page by page."""
    seen: list[tuple[str, int]] = []
    before: Cursor | None = None
    while True:
        entries, before = timeline_entries(rob, TODAY, globex.pk, before=before, size=size)
        seen += [(entry.kind, entry.key) for entry in entries]
        if before is None:
            return seen
        before = Cursor.read(before.written())


def test_sources_are_merged_by_time_and_read_page_by_page_without_gap_or_repeat(
    in_acme: Acme, rob: Actor, globex: Customer
) -> None:
    for minute in range(7):
        _log(rob, globex, NOON + timedelta(minutes=minute // 2))  # two at a time, in the same instant
        values = TaskValues(f"Task {minute}", TODAY, in_acme.rob.pk, globex.pk)
        task = create_task(actor=rob, values=values, now=NOON)
        finish_task(actor=rob, task_id=task.pk, now=NOON + timedelta(minutes=minute // 2))
    every, __ = timeline_entries(rob, TODAY, globex.pk, size=100)
    assert len(every) == 14
    assert [entry.place for entry in every] == sorted((entry.place for entry in every), reverse=True)
    for size in (1, 2, 3, 5, 14):
        assert _walk(rob, globex, size) == [(entry.kind, entry.key) for entry in every], f"pages of {size}"


def test_entries_that_know_only_their_day_come_last_in_it(
    rob: Actor, globex: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source of days reads activities by a date, as deals do; half of the entries stand at midnight."""

    def of_days(actor: Actor, as_of: date, customer_id: int, before: Cursor | None, size: int) -> list[TimelineEntry]:
        found = Activity.objects.exclude(next_step_on=None)
        if before is not None:
            found = found.filter(before.earlier_days("days", day="next_step_on"))
        return [
            TimelineEntry(start_of(one.next_step_on), "days", one.pk, "flag", "Day", all_day=True)
            for one in found.order_by("-next_step_on", "-id")[:size]
        ]

    source = TimelineSource("days", "Days", "flag", "customers.view", of_days)
    monkeypatch.setitem(registry._sources, "days", source)
    for day in (1, 2, 2, 3):
        one = _log(rob, globex, datetime(2026, 4, day, 15, tzinfo=UTC))
        Activity.objects.filter(pk=one.pk).update(next_step_on=date(2026, 4, day))
    every, __ = timeline_entries(rob, TODAY, globex.pk, size=100)
    assert [entry.kind for entry in every] == [
        *("activities", "days"),
        *("activities", "activities", "days", "days"),
        *("activities", "days"),
    ]
    for size in (1, 2, 3):
        assert _walk(rob, globex, size) == [(entry.kind, entry.key) for entry in every], f"pages of {size}"


@pytest.mark.parametrize("text", ["", "nonsense", "WzFd", "WyJ4IiwiYSIsMV0", Cursor(NOON, "a", 2**70).written()])
def test_a_cursor_that_was_not_made_here_shows_the_newest(text: str) -> None:
    assert Cursor.read(text) is None


def test_one_source_alone_and_none_for_an_unknown_one(rob: Actor, globex: Customer) -> None:
    _log(rob, globex, NOON)
    assert len(timeline_entries(rob, TODAY, globex.pk, only="activities")[0]) == 1
    assert timeline_entries(rob, TODAY, globex.pk, only="tasks")[0] == []
    assert timeline_entries(rob, TODAY, globex.pk, only="gossip") == ([], None)


def test_a_source_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        registry.register(TimelineSource("activities", "", "", "customers.view", lambda *_: []))


def test_the_page_shows_days_and_what_is_older_on_demand(
    rob: Actor, globex: Customer, client_for: ClientFor, in_acme: Acme
) -> None:
    now = clock.now()
    for hours in range(0, 70, 2):
        values = ActivityValues("call", f"Talk {hours} hours ago", now - timedelta(hours=hours))
        log_activity(actor=rob, values=values, now=now, customer_id=globex.pk)
    client = client_for(in_acme.rob)
    address = f"/t/acme/customers/{globex.pk}/timeline/"
    first = client.get(address, headers={"HX-Request": "true"})
    assert "Today" in first.content.decode()
    assert "Talk 0 hours ago" in first.content.decode()
    assert "Talk 68 hours ago" not in first.content.decode()
    older = client.get(first.context["older_url"], headers={"HX-Request": "true"}).content.decode()
    assert "Talk 68 hours ago" in older
    assert "Talk 0 hours ago" not in older
    assert client_for(in_acme.sam).get(address).status_code == 404


def test_over_rest_next_leads_to_what_is_older(
    rob: Actor, globex: Customer, client_for: ClientFor, in_acme: Acme
) -> None:
    for minute in range(35):
        _log(rob, globex, NOON + timedelta(minutes=minute), f"Talk {minute}")
    client = client_for(in_acme.rob)
    first = client.get(f"/t/acme/api/v1/customers/{globex.pk}/timeline/?only=activities").json()
    second = client.get(first["next"]).json()
    details = [entry["detail"] for entry in (*first["results"], *second["results"])]
    assert details == [f"Talk {minute}" for minute in reversed(range(35))]
    assert second["next"] is None
