"""The targets' pages over HTTP: who sees what, what a click does, what is refused and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.people.services import add_member, put_in_team
from accounts.tenancy.context import tenant_scope
from targets.cascade.approval import approve, submit
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.services import edit, set_target, split_below
from tests.factories import MARKER, Acme, Stranger
from tests.targets.books import Won, book
from tests.targets.conftest import LATE, amounts, left, node_of

HTMX = {"HX-Request": "true"}
SignIn = Callable[[Member], Client]


@pytest.fixture
def eves(booked: Acme, client_for: SignIn) -> Client:
    """Eve's."""
    return client_for(booked.eve)


def page_of(plan: TargetPlan, action: str = "") -> str:
    return f"/t/acme/targets/{plan.pk}/{action}"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def post(client: Client, plan: TargetPlan, action: str, **data: Any) -> Any:
    return client.post(page_of(plan, action), data, headers=HTMX)


# --- Setting ---------------------------------------------------------------------------------------------------------


def test_a_target_is_set_in_the_browser(eves: Client, booked: Acme) -> None:
    shown = eves.get("/t/acme/targets/set/?period=2017-Q4")
    assert "In 2017-Q3 the ledger counted 100,000 USD." in text_of(shown)
    assert "?period=2017-Q4&amp;amount=120000" in shown.content.decode()
    form = {"metric": "bookings", "period": "2017-Q4", "amount": "120,000", "step": "1"}
    response = eves.post("/t/acme/targets/set/", form)
    plan = TargetPlan.objects.get()
    assert (response.status_code, response.headers["Location"]) == (303, page_of(plan))
    assert amounts(plan)["Acme"] == 120_000
    assert "120,000 of Acme is not placed yet." in text_of(eves.get(page_of(plan)))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("amount", "lots", "“lots” is not an amount."),
        ("amount", "0", "A target is more than 0."),
        ("amount", "", "This field is required."),
        ("period", "2017", "A target is set for a quarter; write 2026-Q1, not “2017”."),
        ("period", "soon", "“soon” is not a period; write 2026-01, 2026-Q1 or 2026."),
        ("step", "0", "The step is more than 0 and at most the target."),
        ("metric", "smiles", "Select a valid choice."),
    ],
)
def test_a_bad_target_names_the_field(eves: Client, field: str, typed: str, sentence: str) -> None:
    form = {"metric": "bookings", "period": "2017-Q4", "amount": "120,000", "step": "1", field: typed}
    response = eves.post("/t/acme/targets/set/", form)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not TargetPlan.objects.exists()


# --- The cascade -----------------------------------------------------------------------------------------------------


def test_the_grid_shows_targets_history_and_lights(eves: Client, placed: TargetPlan) -> None:
    shown = text_of(eves.get(page_of(placed)))
    assert re.search(r"Rob Rep 72,000 24,000 24,000 24,000 \+20\.0", shown)
    assert "Counted by the ledger; 2017-Q3 was 100,000" in shown
    html = eves.get(page_of(placed)).content.decode()
    assert 'aria-label="Achievable: ' in html
    assert html.count('class="light ') >= 9 * 5


def test_one_ledger_line_moves_the_quoted_number(eves: Client, booked: Acme, placed: TargetPlan) -> None:
    book(booked.operator, [Won(booked.rob, date(2017, 9, 30), 10_000_00)])
    shown = text_of(eves.get(page_of(placed)))
    assert "Counted by the ledger; 2017-Q3 was 110,000" in shown
    assert re.search(r"Rob Rep 72,000 24,000 24,000 24,000 \+2\.9", shown)


def test_an_edit_by_htmx_answers_with_the_cascade(eves: Client, placed: TargetPlan) -> None:
    rob = node_of(placed, "Rob Rep")
    opened = eves.get(page_of(placed, f"?node={rob.pk}&edit={rob.pk}"), headers=HTMX).content.decode()
    assert opened.lstrip().startswith('<div id="cascade"')
    assert f'id="c-{rob.pk}" name="amount" autofocus' in opened
    response = post(eves, placed, "edit/", node=rob.pk, amount="60,000", version=placed.version)
    assert response.status_code == 200
    assert "12,000 of North is not placed yet." in text_of(response)
    assert "Rob Rep is changed." in response.headers["HX-Trigger"]
    assert left(placed) == {"North": 12_000}
    assert "disabled" in re.search(r'data-dialog="submit"[^>]*>', response.content.decode()).group()  # type: ignore[union-attr]


def test_a_month_can_be_edited_alone(eves: Client, placed: TargetPlan) -> None:
    rob = node_of(placed, "Rob Rep")
    post(eves, placed, "edit/", node=rob.pk, amount="30000", month="2017-11")
    assert amounts(placed)["Rob Rep"] == 78_000
    assert post(eves, placed, "edit/", node=rob.pk, amount="1", month="2017-09").status_code == 422
    assert post(eves, placed, "edit/", node=rob.pk, amount="1", month="November").status_code == 422


def test_every_form_works_as_a_plain_post(eves: Client, placed: TargetPlan) -> None:
    rob = node_of(placed, "Rob Rep")
    address = page_of(placed, f"edit/?open=1.2&node={rob.pk}&edit={rob.pk}")
    response = eves.post(address, {"node": rob.pk, "amount": "60000"})
    assert (response.status_code, response.headers["Location"]) == (303, page_of(placed, f"?open=1.2&node={rob.pk}"))


@pytest.mark.parametrize(
    ("action", "data", "sentence"),
    [
        ("edit/", {"amount": "abc"}, "“abc” is not an amount."),
        ("edit/", {"amount": "-1"}, "A target is not less than 0."),
        ("edit/", {"amount": "9" * 29}, "is out of range for an amount."),
        ("edit/", {"amount": "1", "version": "1"}, "Somebody changed these targets after you opened them"),
        ("split/", {"method": "magic"}, "“magic” is not a way to split"),
        ("split/", {"method": "weights"}, "All weights below North are zero"),
        ("split-below/", {"method": "weights"}, "does not split whole levels at once"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    eves: Client, placed: TargetPlan, action: str, data: dict[str, str], sentence: str
) -> None:
    before = amounts(placed)
    response = post(eves, placed, action, node=node_of(placed, "North").pk, **data)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert amounts(placed) == before


@pytest.mark.parametrize("weight", ["-1", "x", "NaN", "1e99"])
def test_a_bad_weight_is_named(eves: Client, placed: TargetPlan, weight: str) -> None:
    north, rob = node_of(placed, "North"), node_of(placed, "Rob Rep")
    response = post(eves, placed, "split/", node=north.pk, method="weights", **{f"weight_{rob.pk}": weight})
    assert response.status_code == 422
    assert "The weight of Rob Rep must be a number from 0." in text_of(response)


def test_placing_what_is_left(eves: Client, placed: TargetPlan) -> None:
    north, rob, rita = (node_of(placed, name) for name in ("North", "Rob Rep", "Rita Rep"))
    post(eves, placed, "edit/", node=rob.pk, amount="60000")
    post(eves, placed, "place/", node=rita.pk)
    assert (left(placed), amounts(placed)["Rita Rep"]) == ({}, 36_000)
    post(eves, placed, "edit/", node=rob.pk, amount="36000")
    post(eves, placed, "split/", node=north.pk, method="present-share")
    assert (left(placed), amounts(placed)["Rob Rep"]) == ({}, 48_000)
    post(eves, placed, "split/", node=north.pk, method="weights", **{f"weight_{rob.pk}": "1"})
    assert amounts(placed)["Rob Rep"] == 96_000
    post(eves, placed, "split-below/", node=node_of(placed, "Acme").pk, method="evenly")
    assert amounts(placed)["Sue Rep"] == 30_000


def test_locking_and_unlocking(eves: Client, placed: TargetPlan) -> None:
    rob = node_of(placed, "Rob Rep")
    assert "Rob Rep is locked." in post(eves, placed, "lock/", node=rob.pk).headers["HX-Trigger"]
    assert post(eves, placed, "edit/", node=rob.pk, amount="1").status_code == 422
    assert "Rob Rep is unlocked." in post(eves, placed, "lock/", node=rob.pk).headers["HX-Trigger"]


def test_two_executives(eves: Client, booked: Acme, client_for: SignIn, placed: TargetPlan) -> None:
    assert eves.post(page_of(placed, "submit/")).status_code == 303
    own = text_of(eves.get(page_of(placed)))
    assert "You set or submitted these targets, so another executive or admin must approve them." in own
    assert eves.post(page_of(placed, "approve/")).status_code == 422
    other = client_for(booked.erik)
    assert "commission by attainment is calculated against them" in text_of(other.get(page_of(placed)))
    assert other.post(page_of(placed, "send-back/")).status_code == 303
    eves.post(page_of(placed, "submit/"))
    assert other.post(page_of(placed, "approve/")).status_code == 303
    assert other.post(page_of(placed, "approve/")).status_code == 422
    assert "Version 1, approved" in text_of(eves.get("/t/acme/targets/"))
    assert eves.post(page_of(placed, "new-version/")).status_code == 303
    draft = TargetPlan.objects.get(number=2)
    assert eves.post(page_of(draft, "discard/")).status_code == 303
    assert TargetPlan.objects.count() == 1


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.fixture
def in_force(eve: Actor, erik: Actor, placed: TargetPlan) -> TargetPlan:
    submit(actor=eve, plan=placed, as_of=LATE)
    return approve(actor=erik, plan=placed, as_of=LATE)


@pytest.mark.parametrize(
    ("name", "names"),
    [("eve", "Acme East North Rob Sam"), ("hana", "Acme East North Rob Sam"), ("max", "North Rob"), ("rob", "Rob")],
)
@pytest.mark.parametrize("place", ["cascade", "attainment"])
def test_who_sees_which_nodes(
    booked: Acme, client_for: SignIn, in_force: TargetPlan, name: str, names: str, place: str
) -> None:
    client = client_for(booked.members[name])
    response = client.get(page_of(in_force) if place == "cascade" else "/t/acme/attainment/?period=2017-Q4")
    headings = re.findall(r'title="([^"]+)"', response.content.decode().partition("<tbody")[2])
    for word in ("Acme", "East", "North", "Rob", "Sam"):
        assert any(word in heading for heading in headings) == (word in names.split()), word
    assert "Discard draft" not in text_of(response)


@pytest.mark.parametrize("name", ["max", "rob"])
def test_a_draft_does_not_exist_for_those_it_is_about(
    booked: Acme, client_for: SignIn, placed: TargetPlan, name: str
) -> None:
    client = client_for(booked.members[name])
    assert client.get(page_of(placed)).status_code == 404
    assert "No target yet" in text_of(client.get("/t/acme/targets/"))


@pytest.mark.parametrize("action", ["edit", "split", "split-below", "place", "lock", "submit", "approve", "discard"])
@pytest.mark.parametrize("name", ["max", "rob", "hana"])
def test_only_executives_and_admins_act(
    booked: Acme, client_for: SignIn, placed: TargetPlan, name: str, action: str
) -> None:
    assert client_for(booked.members[name]).post(page_of(placed, f"{action}/")).status_code == 403


def test_a_strangers_plan_and_nodes_are_not_found(eves: Client, stranger: Stranger, placed: TargetPlan) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = set_target(actor=stranger.operator, metric="bookings", period="2017-Q4", amount=100_00, step=100)
        split_below(actor=stranger.operator, node=node_of(theirs, f"Stranger {MARKER}"), method="evenly")
        node = TargetNode.objects.filter(plan=theirs, leaf=True).get()
    unknown = eves.get("/t/acme/targets/99999999/")
    for address in (page_of(theirs), page_of(theirs, "attainment/")):
        assert eves.get(address).status_code == 404
    assert eves.get(page_of(theirs)).content == unknown.content
    assert post(eves, theirs, "submit/").status_code == 404
    for action, data in (
        ("edit/", {"amount": "1"}),
        ("split/", {"method": "evenly"}),
        ("split-below/", {"method": "evenly"}),
        ("place/", {}),
        ("lock/", {}),
    ):
        assert post(eves, placed, action, node=node.pk, **data).status_code == 404, action
    assert MARKER not in eves.get(page_of(placed, f"?node={node.pk}&open={node.pk}")).content.decode()
    assert eves.get("/t/stranger/targets/").status_code == 404


@pytest.mark.parametrize("query", ["?open=x..9999999999999999999&node=abc&edit=-1&month=13", "?open=", "?open=1.2.3"])
def test_nonsense_in_the_address_shows_the_page(eves: Client, placed: TargetPlan, query: str) -> None:
    assert eves.get(page_of(placed, query)).status_code == 200


# --- Attainment ------------------------------------------------------------------------------------------------------


def test_attainment_follows_the_ledger(eves: Client, booked: Acme, in_force: TargetPlan) -> None:
    book(booked.operator, [Won(booked.rob, date(2017, 11, 3), 36_000_00)])
    response = eves.get("/t/acme/attainment/")
    assert re.search(r"Rob Rep 72,000 36,000 .{0,60}50\.0", text_of(response))
    assert re.search(r"Acme 120,000 36,000 .{0,60}30\.0", text_of(response))
    (address,) = set(re.findall(rf'href="([^"]*participant={booked.rob.pk}[^"]*)"', response.content.decode()))
    lines = text_of(eves.get(address.replace("&amp;", "&")))
    assert "36,000" in lines


def test_without_a_plan_the_pages_say_what_belongs_there(eves: Client) -> None:
    assert "No approved target yet" in text_of(eves.get("/t/acme/attainment/"))


# --- Constant queries ------------------------------------------------------------------------------------------------


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return sum("set_config" not in query["sql"] and "SAVEPOINT" not in query["sql"] for query in captured)


def test_queries_do_not_grow_with_the_rows(
    eves: Client, booked: Acme, client_for: SignIn, eve: Actor, erik: Actor
) -> None:
    manager = client_for(booked.max)
    counts: list[dict[str, int]] = []
    for number in (1, 30):
        for index in range(number):
            member = add_member(actor=booked.operator, full_name=f"Rep {number} {index}", roles=["rep"])
            put_in_team(actor=booked.operator, member=member, team=booked.north)
        period = "2017-Q4" if number == 1 else "2018-Q1"
        plan = set_target(actor=eve, metric="bookings", period=period, amount=120_000_00, step=100)
        split_below(actor=eve, node=node_of(plan, "Acme"), method="evenly")
        edit(actor=eve, node=node_of(plan, "Rob Rep"), amount=0)
        counted = {"draft": queries(eves, page_of(plan))}
        edit(actor=eve, node=node_of(plan, "North"), amount=0)
        split_below(actor=eve, node=node_of(plan, "Acme"), method="evenly")
        submit(actor=eve, plan=plan, as_of=LATE)
        counted["submitted"] = queries(eves, page_of(plan))
        approve(actor=erik, plan=plan, as_of=LATE)
        for who, client in (("eve", eves), ("max", manager)):
            counted[f"cascade {who}"] = queries(client, page_of(plan))
            counted[f"attainment {who}"] = queries(client, f"/t/acme/attainment/?period={period}")
            counted[f"list {who}"] = queries(client, "/t/acme/targets/")
        counted["set"] = queries(eves, "/t/acme/targets/set/")
        counts.append(counted)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 12, counts[0]
