from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.home.waiting import waiting_for
from pipeline.activities.next_step import plan_next_step
from pipeline.customers.models import Customer
from pipeline.handover.registry import Chosen, every_step
from pipeline.tasks import selectors
from pipeline.tasks.models import Task
from pipeline.tasks.services import TaskValues, create_task, edit_task, finish_task, reopen_task
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import Acme
from tests.pipeline.cast import acting, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
NOON = datetime(2026, 3, 31, 16, tzinfo=UTC)
TODAY = date(2026, 3, 31)


@pytest.fixture
def rob(in_acme: Acme) -> Actor:
    return acting(in_acme, in_acme.rob)


@pytest.fixture
def globex(in_acme: Acme) -> Customer:
    return customer(in_acme, "Globex", in_acme.rob)


def _values(in_acme: Acme, **given: object) -> TaskValues:
    return replace(TaskValues("Write the offer", TODAY, in_acme.rob.pk), **given)  # type: ignore[arg-type]


def test_a_task_of_a_deal_is_its_customers_too(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    task = create_task(actor=rob, values=_values(in_acme, title="  Write  the offer", deal_id=sale.pk), now=NOON)
    assert (task.title, task.customer, task.created_by) == ("Write the offer", globex, in_acme.rob)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"title": " "}, "required", "title"),
        ({"title": "x" * 201}, "too_long", "title"),
        ({"due_on": date(2026, 3, 30)}, "past_day", "due_on"),
        ({"due_on": date(9999, 12, 31)}, "bad_date", "due_on"),
        ({"owner_id": 10**9}, "unknown_member", "owner"),
    ],
)
def test_what_makes_no_sense_is_refused(
    in_acme: Acme, rob: Actor, given: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        create_task(actor=rob, values=_values(in_acme, **given), now=NOON)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Task.objects.exists()


def test_a_manager_gives_tasks_to_the_team_and_a_rep_to_nobody_else(in_acme: Acme, rob: Actor) -> None:
    create_task(actor=acting(in_acme, in_acme.max), values=_values(in_acme), now=NOON)
    for actor, owner in ((rob, in_acme.rita), (acting(in_acme, in_acme.max), in_acme.sam)):
        with pytest.raises(DomainError, match="to whom you may give tasks"):
            create_task(actor=actor, values=_values(in_acme, owner_id=owner.pk), now=NOON)
    with pytest.raises(NotVisible):
        create_task(
            actor=rob, values=_values(in_acme, customer_id=customer(in_acme, "Sam's", in_acme.sam).pk), now=NOON
        )


def test_done_twice_is_done_once_and_an_older_version_is_refused(in_acme: Acme, rob: Actor) -> None:
    task = create_task(actor=rob, values=_values(in_acme), now=NOON)
    finish_task(actor=rob, task_id=task.pk, now=NOON)
    done = finish_task(actor=rob, task_id=task.pk, now=NOON + timedelta(hours=1))
    assert (done.done_at, done.done_by, done.version) == (NOON, in_acme.rob, 2)
    assert reopen_task(actor=rob, task_id=task.pk, now=NOON).done_at is None
    with pytest.raises(DomainError, match="changed this task meanwhile"):
        edit_task(actor=rob, task_id=task.pk, version=1, values=_values(in_acme, title="Later"), now=NOON)
    late = NOON + timedelta(days=5)
    overdue = edit_task(actor=rob, task_id=task.pk, version=3, values=_values(in_acme, title="Still"), now=late)
    assert (overdue.title, overdue.due_on) == ("Still", TODAY), "its day may stay in the past"
    with pytest.raises(NotVisible):
        finish_task(actor=acting(in_acme, in_acme.sam), task_id=task.pk, now=NOON)


def test_the_page_sorts_by_what_is_due_and_a_manager_sees_the_team(in_acme: Acme, client_for: ClientFor) -> None:
    today = in_acme.tenant.day_of(clock.now())
    for title, days in (("Overdue", -2), ("Now", 0), ("Later", 3)):
        due = today + timedelta(days=days)
        made = clock.now() - timedelta(days=4)
        create_task(actor=in_acme.operator, values=TaskValues(title, due, in_acme.rob.pk), now=made)
    board = client_for(in_acme.rob).get("/t/acme/tasks/").context["board"]
    assert [[task.title for task in part] for part in (board.overdue, board.today, board.later)] == [
        ["Overdue"],
        ["Now"],
        ["Later"],
    ]
    assert client_for(in_acme.max).get("/t/acme/tasks/").context["board"].is_empty, "one's own come first"
    assert "Overdue" in client_for(in_acme.max).get("/t/acme/tasks/?owner=all").content.decode()
    assert "Overdue" in client_for(in_acme.max).get(f"/t/acme/tasks/?owner={in_acme.rob.pk}").content.decode()
    for query in ("all", str(in_acme.rob.pk), "nonsense"):
        assert client_for(in_acme.mia).get(f"/t/acme/tasks/?owner={query}").context["board"].is_empty


def test_a_task_is_done_in_its_row(in_acme: Acme, client_for: ClientFor) -> None:
    now = clock.now()
    values = TaskValues("Now", in_acme.tenant.day_of(now), in_acme.rob.pk)
    task = create_task(actor=in_acme.operator, values=values, now=now)
    answer = client_for(in_acme.rob).post(f"/t/acme/tasks/{task.pk}/done/", headers={"HX-Request": "true"})
    assert "is-done" in answer.content.decode()
    assert "tasks-changed" in answer["HX-Trigger"]


def test_what_is_overdue_waits_for_its_owner_the_oldest_first(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    create_task(actor=rob, values=_values(in_acme), now=NOON)
    step = {"on": date(2026, 3, 30), "text": "Call Ann"}
    plan_next_step(actor=rob, customer_id=globex.pk, as_of=date(2026, 3, 30), **step)
    later = date(2026, 4, 2)
    waiting = [one for one in waiting_for(rob, later) if one.urgency == "risk"]
    assert [(str(one.title), one.since) for one in waiting] == [
        ("Globex", date(2026, 3, 30)),
        ("Write the offer", TODAY),
    ]
    assert not [one for one in waiting_for(acting(in_acme, in_acme.max), later) if one.urgency == "risk"]
    assert [task.title for task in selectors.due(rob, TODAY, 5)] == ["Write the offer"]


def test_open_tasks_change_hands_with_their_customer_or_all_together(
    in_acme: Acme, rob: Actor, globex: Customer
) -> None:
    step = next(step for step in every_step() if step.name == "tasks")
    for customer_id in (globex.pk, None):
        create_task(actor=rob, values=_values(in_acme, customer_id=customer_id), now=NOON)
    done = create_task(actor=rob, values=_values(in_acme), now=NOON)
    finish_task(actor=rob, task_id=done.pk, now=NOON)
    assert step.count(in_acme.operator, in_acme.rob.pk, TODAY) == 2
    chosen = Chosen(customers=frozenset({globex.pk}))
    assert step.move(in_acme.operator, in_acme.rob.pk, in_acme.rita.pk, TODAY, chosen) == 1
    assert step.move(in_acme.operator, in_acme.rob.pk, in_acme.rita.pk, TODAY, Chosen()) == 1
    done.refresh_from_db()
    assert done.owner == in_acme.rob, "the past stays with whom it was"


def test_over_rest_a_task_is_made_for_oneself_and_done_again_changes_nothing(
    in_acme: Acme, client_for: ClientFor
) -> None:
    client = client_for(in_acme.rob)
    today = in_acme.tenant.day_of(clock.now())
    body = {"title": "Call", "due_on": str(today)}
    made = client.post("/t/acme/api/v1/tasks/", body, content_type="application/json")
    assert (made.status_code, made.json()["owner"]) == (201, in_acme.rob.pk)
    address = f"/t/acme/api/v1/tasks/{made.json()['id']}/"
    answers = [client.post(f"{address}done/").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert client.get("/t/acme/api/v1/tasks/").json()["results"] == []
    assert len(client.get("/t/acme/api/v1/tasks/?state=done").json()["results"]) == 1
