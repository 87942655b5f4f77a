"""People over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.access.models import IdempotencyKey
from accounts.people.models import Member, Role
from accounts.people.services import add_member
from tests.accounts.counting import statements
from tests.factories import MARKER, Acme, Stranger

API = "/t/acme/api/v1/"
NEW = {"full_name": "Nia New", "roles": ["rep"], "email": "nia@acme.test"}


def post(client: Client, body: Any = NEW, key: str = "", url: str = f"{API}members/"):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(url, body, content_type="application/json", headers=headers)


def put(client: Client, member: Member, body: dict, tag: str | None):
    headers = {"If-Match": tag} if tag else {}
    return client.put(f"{API}members/{member.pk}/", body, content_type="application/json", headers=headers)


def test_it_says_who_one_is_and_where(acme: Acme, client_for) -> None:
    me = client_for(acme.rob).get(f"{API}me/").json()

    assert me["member"]["email"] == "rob@acme.test"
    assert me["member"]["team"] == acme.north.pk
    assert me["company"] == {
        "slug": "acme",
        "name": "Acme",
        "currency": "USD",
        "time_zone": "America/New_York",
        "fiscal_year_start": 1,
    }


def test_signed_out_it_answers_401(acme: Acme, client: Client) -> None:
    answer = client.get(f"{API}me/")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_members_come_in_pages_by_name(in_acme: Acme, client_for) -> None:
    eve, names, url = client_for(in_acme.eve), [], f"{API}members/?limit=4"
    while url:
        page = eve.get(url).json()
        assert len(page["results"]) <= 4
        names += [row["full_name"] for row in page["results"]]
        url = page["next"]

    assert len(names) == 11
    assert names == sorted(names)
    assert MARKER not in "".join(names)


def test_members_teams_and_regions_are_listed(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)

    assert [row["full_name"] for row in rob.get(f"{API}members/?search=max").json()["results"]] == ["Max Manager"]
    assert rob.get(f"{API}teams/").json()["results"][0] == {
        "id": acme.north.pk,
        "name": "North",
        "parent": None,
        "region": acme.east.pk,
    }
    assert [row["name"] for row in rob.get(f"{API}regions/").json()["results"]] == ["East", "West"]


def test_lists_take_no_more_statements_with_more_members(in_acme: Acme, client_for) -> None:
    eve = client_for(in_acme.eve)
    before = statements(eve, f"{API}members/")
    for number in range(30):
        add_member(actor=in_acme.operator, full_name=f"Zed {number}", roles=[Role.REP])

    assert statements(eve, f"{API}members/") == before <= 12


def test_an_admin_adds_a_member(in_acme: Acme, client_for) -> None:
    answer = post(client_for(in_acme.ada))

    nia = Member.objects.get(full_name="Nia New")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": nia.pk,
        "full_name": "Nia New",
        "email": "nia@acme.test",
        "roles": ["rep"],
        "employee_number": "",
        "hired_on": None,
        "left_on": None,
        "team": None,
    }


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"full_name": ""}, 400, "full_name"),
        ({"full_name": "x" * 121}, 400, "full_name"),
        ({"roles": []}, 400, "roles"),
        ({"roles": ["king"]}, 400, "roles"),
        ({"email": "nobody"}, 400, "email"),
        ({"hired_on": "yesterday"}, 400, "hired_on"),
        ({"full_name": "Rob Rep"}, 422, "full_name"),
        ({"email": "rob@acme.test"}, 422, "email"),
    ],
)
def test_bad_input_names_its_field(in_acme: Acme, client_for, changed: dict, status: int, field: str) -> None:
    answer = post(client_for(in_acme.ada), NEW | changed)

    assert answer.status_code == status
    errors = answer.json()["errors"]
    assert field in errors if status == 400 else errors[0]["field"] == field
    assert Member.objects.count() == 11


@pytest.mark.parametrize("body", ["[]", "null", "7", '"x"', "{", '{"full_name": {"a": 1}, "roles": {"b": 2}}'])
def test_what_is_no_member_at_all_is_refused(acme: Acme, client_for, body: str) -> None:
    assert post(client_for(acme.ada), body).status_code == 400


@pytest.mark.parametrize("who", ["eve", "max", "rob", "hana"])
def test_only_admins_write(acme: Acme, client_for, who: str) -> None:
    browser = client_for(acme.members[who])

    assert post(browser).status_code == 403
    assert put(browser, acme.sam, NEW, "*").status_code == 403


def test_the_same_request_twice_makes_one_member_and_answers_the_same(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    first, again = post(ada, key="k-1"), post(ada, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Member.objects.filter(full_name="Nia New").count() == 1


def test_a_used_key_is_refused_for_another_request(acme: Acme, client_for) -> None:
    ada = client_for(acme.ada)
    post(ada, key="k-1")

    answer = post(ada, NEW | {"full_name": "Other"}, key="k-1")

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_a_refusal_is_not_kept_so_that_it_can_be_put_right(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    assert post(ada, NEW | {"full_name": "Rob Rep"}, key="k-1").status_code == 422
    assert not IdempotencyKey.objects.exists()

    assert post(ada, key="k-1").status_code == 201


def test_keys_of_different_members_do_not_meet(in_acme: Acme, client_for) -> None:
    Member.objects.filter(pk=in_acme.eve.pk).update(roles=["admin"])
    post(client_for(in_acme.ada), key="k-1")

    answer = post(client_for(in_acme.eve), NEW | {"full_name": "Other", "email": ""}, key="k-1")

    assert answer.status_code == 201


def test_an_edit_needs_the_version_that_was_read(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    tag = ada.get(f"{API}members/{in_acme.rob.pk}/")["ETag"]
    changed = {"full_name": "Robert Rep", "roles": ["rep"]}

    assert put(ada, in_acme.rob, changed, None).status_code == 428
    assert put(ada, in_acme.rob, changed, '"another"').status_code == 412
    done = put(ada, in_acme.rob, changed, tag)
    assert (done.status_code, done.json()["full_name"]) == (200, "Robert Rep")
    assert done["ETag"] != tag
    assert put(ada, in_acme.rob, changed | {"full_name": "Bob"}, tag).status_code == 412


def test_another_companys_member_is_not_there(acme: Acme, stranger: Stranger, client_for) -> None:
    ada = client_for(acme.ada)
    foreign, unknown = ada.get(f"{API}members/{stranger.rep.pk}/"), ada.get(f"{API}members/999999999/")

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert put(ada, stranger.rep, NEW, '"x"').status_code == 404
