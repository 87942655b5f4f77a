from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry
from accounts.measures import Reading, Window, find_measure
from accounts.people.models import Member
from pipeline.activities.history import PastActivity, take_over
from pipeline.activities.models import Activity
from pipeline.activities.next_step import finish_next_step, plan_next_step, touch
from pipeline.activities.services import ActivityValues, delete_activity, edit_activity, log_activity
from pipeline.contacts.services import ContactValues, add_contact
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.deals.services import edit_deal
from pipeline.deals.values import DealValues
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import Acme, Stranger
from tests.pipeline.cast import acting, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
ActorFor = Callable[[Member], Actor]
NOON = datetime(2026, 3, 31, 16, tzinfo=UTC)  # noon in New York
CALL = ActivityValues("call", "They want two units.")


@pytest.fixture
def rob(in_acme: Acme) -> Actor:
    return acting(in_acme, in_acme.rob)


@pytest.fixture
def globex(in_acme: Acme) -> Customer:
    return customer(in_acme, "Globex", in_acme.rob)


def test_a_call_is_kept_with_what_comes_next_and_counts_as_having_been_in_touch(rob: Actor, globex: Customer) -> None:
    values = replace(CALL, next_step_on=date(2026, 4, 2), next_step="  Send   the quote ")
    activity = log_activity(actor=rob, values=values, now=NOON, customer_id=globex.pk)
    assert (activity.author, activity.at, activity.created_at) == (rob.member, NOON, NOON)
    globex.refresh_from_db()
    assert (globex.next_step_on, globex.next_step) == (date(2026, 4, 2), "Send the quote")
    assert globex.last_activity_on == date(2026, 3, 31)
    assert globex.version == 1, "what comes next is no edit of the facts"


def test_a_note_is_no_contact_and_an_older_call_moves_nothing_back(rob: Actor, globex: Customer) -> None:
    log_activity(actor=rob, values=ActivityValues("note", "Closed in August."), now=NOON, customer_id=globex.pk)
    globex.refresh_from_db()
    assert globex.last_activity_on is None
    log_activity(actor=rob, values=CALL, now=NOON, customer_id=globex.pk)
    log_activity(actor=rob, values=replace(CALL, at=NOON - timedelta(days=9)), now=NOON, customer_id=globex.pk)
    globex.refresh_from_db()
    assert globex.last_activity_on == date(2026, 3, 31)


def test_the_day_of_a_late_call_is_the_companys(rob: Actor, globex: Customer) -> None:
    late = datetime(2026, 4, 1, 2, tzinfo=UTC)  # still the last of March in New York
    log_activity(actor=rob, values=CALL, now=late, customer_id=globex.pk)
    globex.refresh_from_db()
    assert globex.last_activity_on == date(2026, 3, 31)


def test_what_is_logged_on_a_deal_is_also_its_customers(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    values = replace(CALL, next_step_on=date(2026, 4, 3), next_step="Bring the contract")
    activity = log_activity(actor=rob, values=values, now=NOON, deal_id=sale.pk)
    assert activity.customer == globex
    for row in (globex, sale):
        row.refresh_from_db()
        assert (row.next_step, row.last_activity_on) == ("Bring the contract", date(2026, 3, 31))
    with pytest.raises(DomainError, match="another customer"):
        log_activity(
            actor=rob, values=CALL, now=NOON, deal_id=sale.pk, customer_id=customer(in_acme, "X", rob.member).pk
        )


def test_who_has_the_deals_form_open_is_told_of_a_new_next_step(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    plan_next_step(actor=rob, deal_id=sale.pk, on=date(2026, 4, 2), text="Call", as_of=date(2026, 3, 31))
    values = replace(DealValues.of(sale), next_step="Write", next_step_on=date(2026, 4, 2))
    with pytest.raises(DomainError, match="Rob Rep changed this deal meanwhile"):
        edit_deal(actor=rob, deal_id=sale.pk, version=sale.version, values=values, as_of=date(2026, 3, 31))


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        (replace(CALL, text="  \n "), "required", "text"),
        (replace(CALL, text="x" * 4001), "too_long", "text"),
        (replace(CALL, kind="fax"), "bad_kind", "kind"),
        (replace(CALL, at=NOON + timedelta(hours=1)), "future", "at"),
        (replace(CALL, at=datetime(1802, 1, 1, tzinfo=UTC)), "bad_date", "at"),
        (replace(CALL, next_step_on=date(2026, 3, 30)), "past_day", "next_step_on"),
        (replace(CALL, next_step_on=date(9999, 12, 31)), "bad_date", "next_step_on"),
        (replace(CALL, next_step="Some day"), "required", "next_step_on"),
        (replace(CALL, next_step_on=date(2026, 4, 1), next_step="x" * 201), "too_long", "next_step"),
        (replace(CALL, contact_id=10**9), "unknown_contact", "contact"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    rob: Actor, globex: Customer, values: ActivityValues, code: str, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        log_activity(actor=rob, values=values, now=NOON, customer_id=globex.pk)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Activity.objects.exists()


def test_nobody_logs_where_they_do_not_reach(in_acme: Acme, stranger: Stranger, globex: Customer) -> None:
    for member in (in_acme.sam, in_acme.mia):
        with pytest.raises(NotVisible):
            log_activity(actor=acting(in_acme, member), values=CALL, now=NOON, customer_id=globex.pk)
    with pytest.raises(DomainError, match="role does not allow"):
        log_activity(actor=acting(in_acme, in_acme.hana), values=CALL, now=NOON, customer_id=globex.pk)
    with pytest.raises(DomainError, match="Name the customer or the deal"):
        log_activity(actor=in_acme.operator, values=CALL, now=NOON)
    log_activity(actor=acting(in_acme, in_acme.max), values=CALL, now=NOON, customer_id=globex.pk)


def test_one_puts_right_ones_own_within_a_day_and_the_trail_keeps_what_it_said(
    in_acme: Acme, rob: Actor, globex: Customer
) -> None:
    contact = add_contact(actor=rob, customer_id=globex.pk, values=ContactValues("Ann"), as_of=date(2026, 3, 31))
    activity = log_activity(actor=rob, values=CALL, now=NOON, customer_id=globex.pk)
    better = ActivityValues("meeting", "They want three.", NOON, contact.pk)
    changed = edit_activity(
        actor=rob, activity_id=activity.pk, version=1, values=better, now=NOON + timedelta(hours=23)
    )
    assert (changed.kind, changed.text, changed.contact, changed.version) == ("meeting", "They want three.", contact, 2)
    kept = AuditEntry.objects.get(action="activity.changed")
    assert kept.data["before"]["text"] == "They want two units."
    with pytest.raises(DomainError, match="changed meanwhile"):
        edit_activity(actor=rob, activity_id=activity.pk, version=1, values=CALL, now=NOON)
    for actor, now in ((acting(in_acme, in_acme.max), NOON), (rob, NOON + timedelta(hours=25))):
        with pytest.raises(DomainError, match="only within a day"):
            delete_activity(actor=actor, activity_id=activity.pk, version=2, now=now)
    delete_activity(actor=rob, activity_id=activity.pk, version=2, now=NOON)
    assert not Activity.objects.exists()
    assert AuditEntry.objects.get(action="activity.deleted").data["text"] == "They want three."


def test_a_next_step_that_is_done_becomes_a_note_and_leaves_room_for_another(
    in_acme: Acme, rob: Actor, globex: Customer
) -> None:
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    day = date(2026, 3, 31)
    plan_next_step(actor=rob, customer_id=globex.pk, deal_id=sale.pk, on=day, text="Call Ann", as_of=day)
    finish_next_step(actor=rob, customer_id=globex.pk, now=NOON)
    finish_next_step(actor=rob, customer_id=globex.pk, now=NOON)
    for row in (globex, sale):
        row.refresh_from_db()
        assert (row.next_step_on, row.next_step) == (None, "")
    assert [one.text for one in Activity.objects.all()] == ["Call Ann"]


def test_touching_keeps_the_latest_day(in_acme: Acme, globex: Customer) -> None:
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    for day in (date(2026, 3, 3), date(2026, 3, 9), date(2026, 3, 5)):
        touch(customer_id=globex.pk, deal_id=sale.pk, on=day)
    touch(customer_id=None, deal_id=None, on=date(2026, 4, 1))
    assert Customer.objects.get().last_activity_on == Deal.objects.get().last_activity_on == date(2026, 3, 9)


def test_a_company_that_moves_in_brings_its_history_at_once(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    past = [
        PastActivity(replace(CALL, at=NOON - timedelta(days=days)), in_acme.rob.pk, globex.pk) for days in (9, 2, 5)
    ]
    assert take_over(actor=in_acme.operator, activities=past, now=NOON) == 3
    globex.refresh_from_db()
    assert globex.last_activity_on == date(2026, 3, 29)
    with pytest.raises(DomainError, match="role does not allow"):
        take_over(actor=rob, activities=past, now=NOON)
    with pytest.raises(DomainError, match="lies ahead"):
        take_over(actor=in_acme.operator, activities=past, now=NOON - timedelta(days=30))
    assert Activity.objects.count() == 3


def test_activities_are_counted_by_the_companys_days(in_acme: Acme, rob: Actor, globex: Customer) -> None:
    for hour in (3, 5, 20):  # 1 April in UTC: the first of them is still March in New York
        at = datetime(2026, 4, 1, hour, tzinfo=UTC)
        log_activity(actor=rob, values=replace(CALL, at=at), now=NOON + timedelta(days=3), customer_id=globex.pk)
    measure = find_measure("activities")
    assert measure is not None
    april = Window(date(2026, 4, 1), date(2026, 4, 30), date(2026, 4, 1), "America/New_York")
    assert measure.read(april, [in_acme.rob.pk, in_acme.sam.pk]) == {in_acme.rob.pk: Reading(Fraction(2))}
    assert measure.explain is not None
    assert measure.explain("acme", april, in_acme.rob.pk) == (
        f"/t/acme/activities/?member={in_acme.rob.pk}&first=2026-04-01&last=2026-04-01"
    )


def test_the_composer_logs_without_script_and_keeps_what_was_typed(
    globex: Customer, client_for: ClientFor, in_acme: Acme
) -> None:
    client = client_for(in_acme.rob)
    address = f"/t/acme/customers/{globex.pk}/log/"
    sent = client.post(address, {"kind": "call", "text": "Two units"})
    assert (sent.status_code, sent["Location"]) == (303, f"/t/acme/customers/{globex.pk}/")
    refused = client.post(address, {"kind": "call", "text": "Kept", "next_step_on": "2020-01-01"})
    assert refused.status_code == 422
    assert "Kept" in refused.content.decode()
    assert "This day has passed" in refused.content.decode()
    assert client.post(address, {"kind": "task", "text": "Do it"}).status_code == 422, "a task has a day"
    due = in_acme.tenant.day_of(clock.now()) + timedelta(days=1)
    assert client.post(address, {"kind": "task", "text": "Do it", "due_on": due}).status_code == 303
    assert globex.tasks.get().owner == in_acme.rob


def test_the_composer_with_htmx_tells_the_other_regions(globex: Customer, client_for: ClientFor, in_acme: Acme) -> None:
    sent = client_for(in_acme.rob).post(
        f"/t/acme/customers/{globex.pk}/log/", {"kind": "note", "text": "Two units"}, headers={"HX-Request": "true"}
    )
    assert sent.status_code == 200
    assert "activity-saved" in sent["HX-Trigger"]
    assert sent.content.decode().strip().startswith('<form class="composer"')


def test_over_rest_an_activity_is_logged_once_and_edited_only_as_read(
    globex: Customer, client_for: ClientFor, in_acme: Acme
) -> None:
    client = client_for(in_acme.rob)
    body = {"kind": "call", "customer": globex.pk, "text": "Two units"}
    headers = {"Idempotency-Key": "one"}
    made = client.post("/t/acme/api/v1/activities/", body, content_type="application/json", headers=headers)
    again = client.post("/t/acme/api/v1/activities/", body, content_type="application/json", headers=headers)
    assert (made.status_code, again.json()) == (201, made.json())
    address = f"/t/acme/api/v1/activities/{made.json()['id']}/"
    edit = {"data": {"text": "Three"}, "content_type": "application/json"}
    assert client.patch(address, **edit).status_code == 428
    assert client.patch(address, headers={"If-Match": '"old"'}, **edit).status_code == 412
    changed = client.patch(address, headers={"If-Match": made["ETag"]}, **edit)
    assert (changed.status_code, changed.json()["text"]) == (200, "Three")
    step = f"/t/acme/api/v1/customers/{globex.pk}/next-step/"
    tag = client.get(step)["ETag"]
    past = {"next_step_on": "2020-01-01", "next_step": "Call"}
    refused = client.put(step, past, content_type="application/json", headers={"If-Match": tag})
    assert (refused.status_code, refused.json()["code"]) == (422, "past_day")
    assert client.delete(address, headers={"If-Match": changed["ETag"]}).status_code == 204
    assert not Activity.objects.exists()
