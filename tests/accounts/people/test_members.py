"""The members' pages: everybody looks people up, admins change them."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.audit.models import AuditEntry
from accounts.invitations.models import Invitation
from accounts.people.models import Access, Member, Role, TeamMembership, User
from accounts.people.services import add_member, put_in_team
from tests.accounts.counting import statements
from tests.factories import MARKER, PASSWORD, Acme, Stranger
from tests.mail import sent_mails

LIST = "/t/acme/members/"


def detail(member: Member, what: str = "") -> str:
    return f"{LIST}{member.pk}/{what}"


def names(answer) -> list[str]:
    return [member.full_name for member in answer.context["page"].rows]


def test_everybody_sees_everybody_by_name(acme: Acme, client_for) -> None:
    answer = client_for(acme.rob).get(LIST)

    assert names(answer) == sorted(names(answer))
    assert len(names(answer)) == 11
    assert MARKER not in answer.content.decode()
    assert "Add member" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=max", ["Max Manager"]),
        ("search=RITA%40acme", ["Rita Rep"]),
        ("role=hr", ["Hana Person", "Hugo Person"]),
        ("search=nobody", []),
        ("role=king", None),
        ("team=99999999999999999999999", []),
        ("search=%00", None),
    ],
)
def test_it_is_searched_and_narrowed(acme: Acme, client_for, query: str, found: list[str] | None) -> None:
    answer = client_for(acme.eve).get(f"{LIST}?{query}")

    assert answer.status_code == 200
    assert names(answer) == found if found is not None else len(names(answer)) == 11


def test_a_team_brings_its_people(acme: Acme, client_for) -> None:
    found = names(client_for(acme.eve).get(f"{LIST}?team={acme.north.pk}"))

    assert found == ["Max Manager", "Rita Rep", "Rob Rep"]


def test_those_who_left_are_found_where_one_looks_for_them(in_acme: Acme, client_for) -> None:
    Member.objects.filter(pk=in_acme.rob.pk).update(left_on=date(2020, 1, 1))
    eve = client_for(in_acme.eve)

    assert "Rob Rep" not in names(eve.get(LIST))
    assert names(eve.get(f"{LIST}?state=left")) == ["Rob Rep"]
    assert "Rob Rep" in names(eve.get(f"{LIST}?state=all"))


def test_a_long_list_is_paged_forward_and_back_without_gap(in_acme: Acme, client_for) -> None:
    for number in range(100):
        add_member(actor=in_acme.operator, full_name=f"Zed {number:03d}", roles=[Role.REP])
    eve, seen, url = client_for(in_acme.eve), [], LIST
    pages = []
    while url:
        pages.append(url)
        answer = eve.get(url)
        seen += names(answer)
        url = answer.context["next_url"] and LIST + answer.context["next_url"]

    assert seen == sorted(seen)
    assert len(seen) == 111
    assert len(pages) == 3
    back = eve.get(pages[2]).context["previous_url"]
    assert names(eve.get(LIST + back)) == seen[50:100]


def test_a_cursor_that_was_never_made_shows_the_first_page(acme: Acme, client_for) -> None:
    for cursor in ("x", "WyJmIl0", "bnVsbA", "WyJmIiwxLCJ4Il0"):
        assert client_for(acme.eve).get(f"{LIST}?cursor={cursor}").status_code == 200


def test_the_list_takes_no_more_queries_with_more_members(in_acme: Acme, client_for) -> None:
    eve = client_for(in_acme.eve)
    few = statements(eve, LIST)
    for number in range(30):
        member = add_member(actor=in_acme.operator, full_name=f"Zed {number:03d}", roles=[Role.REP])
        put_in_team(actor=in_acme.operator, member=member, team=in_acme.north)

    assert statements(eve, LIST) == few <= 12


def test_htmx_gets_the_table_alone(acme: Acme, client_for) -> None:
    answer = client_for(acme.eve).get(f"{LIST}?search=max", headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<section class="card" id="member-table"')


def test_an_admin_adds_a_member_who_is_invited_by_mail(in_acme: Acme, client_for) -> None:
    answer = client_for(in_acme.ada).post(
        f"{LIST}new/",
        {"full_name": " Nia  New ", "email": "nia@acme.test", "roles": ["rep"], "team": in_acme.north.pk},
    )

    nia = Member.objects.get(full_name="Nia New")
    assert answer["Location"] == detail(nia)
    assert nia.user is None
    assert Invitation.objects.get(member=nia).email == "nia@acme.test"
    assert TeamMembership.objects.get(member=nia).team == in_acme.north
    assert sent_mails(in_acme)[0].to == ["nia@acme.test"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "Rob Rep"}, "full_name"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"email": "rob@acme.test"}, "email"),
        ({"email": "not one"}, "email"),
        ({"team": "999999"}, "team"),
    ],
)
def test_a_refused_member_keeps_what_was_typed_and_writes_nothing(
    in_acme: Acme, client_for, changed: dict, field: str
) -> None:
    typed = {"full_name": "Nia New", "email": "nia@acme.test", "roles": ["rep"], "employee_number": "N-1"} | changed

    answer = client_for(in_acme.ada).post(f"{LIST}new/", typed)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert 'value="N-1"' in answer.content.decode()
    assert not Member.objects.filter(employee_number="N-1").exists()
    assert not User.objects.filter(email="nia@acme.test").exists()


def test_another_tenants_team_is_no_choice(in_acme: Acme, stranger: Stranger, client_for) -> None:
    answer = client_for(in_acme.ada).post(
        f"{LIST}new/", {"full_name": "Nia New", "roles": ["rep"], "team": stranger.team.pk}
    )

    assert list(answer.context["form"].errors) == ["team"]


def test_a_member_of_another_company_is_not_there(acme: Acme, stranger: Stranger, client_for) -> None:
    ada = client_for(acme.ada)
    foreign, unknown = ada.get(detail(stranger.rep)), ada.get(f"{LIST}999999999/")

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert ada.post(detail(stranger.rep, "edit/"), {"full_name": "Mine", "roles": ["rep"]}).status_code == 404


def test_an_admin_edits_and_the_trail_says_what_was_before(in_acme: Acme, client_for) -> None:
    client_for(in_acme.ada).post(
        detail(in_acme.rob, "edit/"), {"full_name": "Robert Rep", "roles": ["rep", "manager"], "employee_number": "7"}
    )

    rob = Member.objects.get(pk=in_acme.rob.pk)
    assert (rob.full_name, rob.roles, rob.employee_number) == ("Robert Rep", ["manager", "rep"], "7")
    entry = AuditEntry.objects.get(action="member.changed")
    before = {"name": "Rob Rep", "roles": ["rep"], "employee_number": "", "pay_currency": ""}
    assert entry.data["before"] == before
    assert entry.actor == in_acme.ada


def test_the_only_admin_stays_admin(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    answer = ada.post(detail(in_acme.ada, "edit/"), {"full_name": "Ada Admin", "roles": ["rep"]})

    assert answer.status_code == 422
    assert "only admin" in answer.context["edit_form"].errors["roles"][0]
    ada.post(detail(in_acme.eve, "edit/"), {"full_name": "Eve Executive", "roles": ["executive", "admin"]})
    assert ada.post(detail(in_acme.ada, "edit/"), {"full_name": "Ada Admin", "roles": ["rep"]}).status_code == 303


def test_an_admin_does_not_enter_their_own_leaving(in_acme: Acme, client_for) -> None:
    answer = client_for(in_acme.ada).post(detail(in_acme.ada, "leave/"), {"last_day": "2030-01-31"})

    assert answer.status_code == 422
    assert Member.objects.get(pk=in_acme.ada.pk).left_on is None


def test_leaving_is_set_and_taken_back(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    ada.post(detail(in_acme.rob, "leave/"), {"last_day": "2030-01-31"})
    assert Member.objects.get(pk=in_acme.rob.pk).left_on == date(2030, 1, 31)
    assert Access.objects.get(user=in_acme.rob.user).ends_on == date(2030, 1, 31)

    ada.post(detail(in_acme.rob, "return/"))

    assert Member.objects.get(pk=in_acme.rob.pk).left_on is None
    assert Access.objects.get(user=in_acme.rob.user).ends_on is None


def test_somebody_from_an_import_is_invited(in_acme: Acme, client_for) -> None:
    agent = add_member(actor=in_acme.operator, full_name="Agent One", roles=[Role.REP])

    client_for(in_acme.ada).post(detail(agent, "sign-in/"), {"email": "Agent@acme.test"})

    assert Invitation.objects.get(member=agent).email == "agent@acme.test"
    assert sent_mails(in_acme)[0].to == ["agent@acme.test"]


def test_a_move_ends_the_membership_before_it(in_acme: Acme, client_for) -> None:
    client_for(in_acme.ada).post(detail(in_acme.rob, "team/"), {"team": in_acme.south.pk, "starts_on": "2026-07-01"})

    rows = list(TeamMembership.objects.filter(member=in_acme.rob).order_by("pk").values_list("team__name", "ends_on"))
    assert rows == [("North", date(2026, 6, 30)), ("South", None)]
    page = client_for(in_acme.rob).get(detail(in_acme.rob)).content.decode()
    assert page.index("South") < page.index("North"), "the latest first"


def test_a_move_to_before_the_present_team_is_refused_beside_its_day(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    ada.post(detail(in_acme.rob, "team/"), {"team": in_acme.south.pk, "starts_on": "2026-07-01"})

    answer = ada.post(detail(in_acme.rob, "team/"), {"team": in_acme.north.pk, "starts_on": "2026-06-01"})

    assert answer.status_code == 422
    assert "2026-07-01" in answer.context["move_form"].errors["starts_on"][0]


@pytest.mark.parametrize("who", ["eve", "max", "rob", "hana"])
@pytest.mark.parametrize("what", ["edit/", "team/", "leave/", "return/", "sign-in/"])
def test_only_admins_change_people(acme: Acme, client_for, who: str, what: str) -> None:
    assert client_for(acme.members[who]).post(detail(acme.sam, what), {}).status_code == 403


def test_a_password_in_the_form_is_not_taken(in_acme: Acme, client_for) -> None:
    client_for(in_acme.ada).post(
        f"{LIST}new/", {"full_name": "Nia New", "email": "nia@acme.test", "roles": ["rep"], "password": PASSWORD}
    )

    assert not User.objects.filter(email="nia@acme.test").exists()


@pytest.mark.parametrize("what", ["edit/", "team/", "leave/", "sign-in/"])
def test_reloading_a_refused_form_shows_the_page_again(acme: Acme, client_for, what: str) -> None:
    ada = client_for(acme.ada)

    assert "Rob Rep" in ada.get(detail(acme.rob, what)).content.decode()
    assert client_for(acme.rita).get(detail(acme.rob, what)).status_code == 403
