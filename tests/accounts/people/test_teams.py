"""The tree of teams, who leads them and since when."""

from __future__ import annotations

from datetime import date

from accounts.people.directory import team_tree
from accounts.people.models import Region, Role, Team, TeamLead
from accounts.people.services import add_member, add_team, put_in_team
from tests.accounts.counting import statements
from tests.factories import MARKER, Acme, Stranger

LIST = "/t/acme/teams/"


def test_the_tree_hangs_below_its_tops_by_name(in_acme: Acme) -> None:
    keys = add_team(actor=in_acme.operator, name="Key Accounts", parent=in_acme.north)
    add_team(actor=in_acme.operator, name="Banks", parent=keys)

    rows = team_tree(in_acme.operator, date(2026, 1, 1))

    assert [(row.team.name, row.level, row.region, row.people) for row in rows] == [
        ("North", 1, "East", 3),
        ("Key Accounts", 2, "East", 0),
        ("Banks", 3, "East", 0),
        ("South", 1, "West", 3),
    ]
    assert rows[0].lead == in_acme.max
    assert rows[1].lead is None


def test_a_cycle_in_the_data_is_shown_instead_of_lost(in_acme: Acme) -> None:
    one = add_team(actor=in_acme.operator, name="One")
    two = add_team(actor=in_acme.operator, name="Two", parent=one)
    Team.objects.filter(pk=one.pk).update(parent=two)

    assert {row.team.name for row in team_tree(in_acme.operator, date(2026, 1, 1))} == {"North", "South", "One", "Two"}


def test_everybody_sees_the_teams_and_only_admins_the_forms(acme: Acme, client_for) -> None:
    seen, managed = client_for(acme.rob).get(LIST).content.decode(), client_for(acme.ada).get(LIST).content.decode()

    assert "Max Manager" in seen
    assert MARKER not in managed
    assert ("Add a team" in seen, "Add a team" in managed) == (False, True)


def test_pages_of_teams_take_no_more_queries_with_more_teams(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    counts = []
    for _ in range(2):
        for url in (LIST, f"{LIST}{in_acme.north.pk}/"):
            counts.append(statements(ada, url))
        for number in range(30):
            Team.objects.get_or_create(name=f"T{number}", parent=in_acme.north)

    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_an_admin_adds_a_region_and_a_team_and_puts_somebody_in_charge(in_acme: Acme, client_for) -> None:
    ada = client_for(in_acme.ada)
    ada.post("/t/acme/regions/new/", {"name": "Centre"})
    ada.post(f"{LIST}new/", {"name": "Middle", "region": Region.objects.get(name="Centre").pk})
    team = Team.objects.get(name="Middle")

    ada.post(f"{LIST}{team.pk}/lead/", {"member": "mia manager ".title(), "starts_on": "2026-01-01"})

    lead = TeamLead.objects.get(team=team)
    assert (lead.member, lead.starts_on) == (in_acme.mia, date(2026, 1, 1))
    assert "Mia Manager is in charge." in ada.get(f"{LIST}{team.pk}/").content.decode()


def test_a_new_manager_follows_the_old_one_from_a_day(in_acme: Acme, client_for) -> None:
    client_for(in_acme.ada).post(
        f"{LIST}{in_acme.north.pk}/lead/", {"member": "Mia Manager", "starts_on": "2026-07-01"}
    )

    leads = list(TeamLead.objects.filter(team=in_acme.north).order_by("pk").values_list("member", "ends_on"))
    assert leads == [(in_acme.max.pk, date(2026, 6, 30)), (in_acme.mia.pk, None)]


def test_nobody_unknown_is_put_in_charge(acme: Acme, stranger: Stranger, client_for) -> None:
    ada, lead = client_for(acme.ada), f"{LIST}{acme.north.pk}/lead/"

    for name in ("Nobody", stranger.manager.full_name):
        answer = ada.post(lead, {"member": name, "starts_on": "2026-07-01"})
        assert answer.status_code == 422
        assert "write the full name" in answer.context["lead_form"].errors["member"][0]


def test_a_refused_team_says_why_beside_its_field(acme: Acme, client_for) -> None:
    ada = client_for(acme.ada)

    taken = ada.post(f"{LIST}new/", {"name": "North"})
    twice = ada.post(f"{LIST}new/", {"name": "Inner", "parent": acme.north.pk, "region": acme.west.pk})

    assert list(taken.context["team_form"].errors) == ["name"]
    assert list(twice.context["team_form"].errors) == ["region"]


def test_another_companys_team_is_neither_shown_nor_used(acme: Acme, stranger: Stranger, client_for) -> None:
    ada = client_for(acme.ada)

    assert ada.get(f"{LIST}{stranger.team.pk}/").status_code == 404
    assert ada.post(f"{LIST}{stranger.team.pk}/lead/", {"member": "Mia Manager"}).status_code == 404
    assert ada.post(f"{LIST}new/", {"name": "Inner", "parent": stranger.team.pk}).status_code == 422


def test_only_admins_change_teams(acme: Acme, client_for) -> None:
    for url in (f"{LIST}new/", "/t/acme/regions/new/", f"{LIST}{acme.north.pk}/lead/"):
        assert client_for(acme.max).post(url, {"name": "Mine"}).status_code == 403


def test_of_a_big_team_the_page_shows_a_part_and_leads_to_the_rest(in_acme: Acme, client_for) -> None:
    for number in range(60):
        member = add_member(actor=in_acme.operator, full_name=f"Zed {number:02d}", roles=[Role.REP])
        put_in_team(actor=in_acme.operator, member=member, team=in_acme.north)
    eve = client_for(in_acme.eve)

    page = eve.get(f"{LIST}{in_acme.north.pk}/")

    assert (page.context["page"].people, len(page.context["page"].now)) == (63, 50)
    assert f"/t/acme/members/?team={in_acme.north.pk}" in page.content.decode()
    assert len(eve.get(f"/t/acme/members/?team={in_acme.north.pk}").context["page"].rows) == 50


def test_who_was_in_a_team_stays_on_its_page(in_acme: Acme, client_for) -> None:
    put_in_team(actor=in_acme.operator, member=in_acme.rob, team=in_acme.south, starts_on=date(2020, 7, 1))

    page = client_for(in_acme.eve).get(f"{LIST}{in_acme.north.pk}/").context["page"]

    assert [row.member.full_name for row in page.now] == ["Max Manager", "Rita Rep"]
    assert [(row.member.full_name, row.ends_on) for row in page.other] == [("Rob Rep", date(2020, 6, 30))]
