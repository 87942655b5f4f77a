"""Targets over REST: what a payroll script or a dashboard reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.people.models import Member
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetPlan
from tests.factories import Acme
from tests.targets.books import Won, book
from tests.targets.conftest import LATE, amounts, node_of

LIST = "/t/acme/api/v1/targets/"
SignIn = Callable[[Member], Client]


@pytest.fixture
def eves(booked: Acme, client_for: SignIn) -> Client:
    return client_for(booked.eve)


def send(client: Client, address: str, body: Any = None, tag: str = "") -> Any:
    headers = {"If-Match": tag} if tag else {}
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def test_a_target_is_set_split_submitted_and_approved(booked: Acme, eves: Client, client_for: SignIn) -> None:
    made = send(eves, LIST, {"metric": "bookings", "period": "2017-Q4", "amount": "120000", "step": "1"})
    assert made.status_code == 201
    plan = TargetPlan.objects.get()
    one = f"{LIST}{plan.pk}/"
    body = {"node": node_of(plan, "Acme").pk, "method": "last-period-share", "below": True}
    split = send(eves, f"{one}split/", body, made.headers["ETag"])
    assert (split.status_code, amounts(plan)["Rob Rep"]) == (200, 72_000)
    assert send(eves, f"{one}split/", body, made.headers["ETag"]).status_code == 412
    assert send(eves, f"{one}split/", body).status_code == 428
    submitted = send(eves, f"{one}submit/", tag=split.headers["ETag"])
    assert submitted.json()["state"] == "submitted"
    own = send(eves, f"{one}approve/", tag=submitted.headers["ETag"])
    assert (own.status_code, own.json()["code"]) == (422, "own_plan")
    approved = send(client_for(booked.erik), f"{one}approve/", tag=submitted.headers["ETag"])
    assert (approved.status_code, approved.json()["approved_by"]) == (200, booked.erik.pk)


def test_the_tree_has_money_as_strings(eves: Client, placed: TargetPlan) -> None:
    shown = eves.get(f"{LIST}{placed.pk}/").json()
    assert (shown["step"], shown["state"], len(shown["nodes"])) == ("1.00", "draft", 9)
    rob = next(node for node in shown["nodes"] if node["name"] == "Rob Rep")
    assert rob["amount"] == "72000.00"
    assert rob["months"][0] == {"month": "2017-10-01", "amount": "24000.00", "unassigned": "0.00"}
    listed = eves.get(LIST).json()["results"]
    assert [plan["id"] for plan in listed] == [placed.pk]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": "1.005"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"step": "0"}, "step"),
        ({"period": "2017"}, "period"),
        ({"metric": "smiles"}, "metric"),
    ],
)
def test_a_bad_target_names_the_field(eves: Client, body: dict[str, str], field: str) -> None:
    response = send(eves, LIST, {"metric": "bookings", "period": "2017-Q4", "amount": "1", **body})
    assert (response.status_code, response.json()["field"]) == (422, field)
    assert not TargetPlan.objects.exists()


def test_weights_that_are_all_zero(eves: Client, placed: TargetPlan) -> None:
    tag = eves.get(f"{LIST}{placed.pk}/").headers["ETag"]
    body = {"node": node_of(placed, "North").pk, "method": "weights"}
    response = send(eves, f"{LIST}{placed.pk}/split/", body, tag)
    assert (response.status_code, response.json()["code"]) == (422, "zero_weights")


def test_attainment_per_node(booked: Acme, eves: Client, eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    book(booked.operator, [Won(booked.rob, date(2017, 11, 3), 24_000_00)])
    shown = eves.get(f"{LIST}{placed.pk}/attainment/").json()
    rob = next(node for node in shown if node["name"] == "Rob Rep")
    assert (rob["target"], rob["actual"], rob["ratio"], rob["pace"]) == ("72000.00", "24000.00", "0.333333", "1.000000")


@pytest.mark.parametrize("name", ["max", "rob", "hana"])
def test_others_read_their_part_and_write_nothing(
    booked: Acme, client_for: SignIn, eve: Actor, erik: Actor, placed: TargetPlan, name: str
) -> None:
    client = client_for(booked.members[name])
    one = f"{LIST}{placed.pk}/"
    assert client.get(one).status_code == (200 if name == "hana" else 404)
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    assert len(client.get(one).json()["nodes"]) == {"max": 3, "rob": 1, "hana": 9}[name]
    for address in (LIST, f"{one}split/", f"{one}submit/", f"{one}approve/"):
        assert send(client, address).status_code == 403
