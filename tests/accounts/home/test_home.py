"""The first pages, outside and inside a company."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.access.panels import Panel
from accounts.home import waiting
from accounts.home.panels import home_panels
from accounts.home.waiting import Waiting, WaitingSource
from accounts.people.models import Member, User
from accounts.people.services import create_tenant
from accounts.tenancy.context import tenant_scope
from tests.accounts.counting import statements
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import customer


def test_signed_out_one_reads_what_this_is(client: Client, db: None) -> None:
    page = client.get("/").content.decode()

    assert "/sign-up/" in page
    assert "/accounts/login/" in page


def test_with_one_company_one_goes_straight_there(acme: Acme, client_for) -> None:
    assert client_for(acme.rob).get("/")["Location"] == "/t/acme/"


def test_with_several_one_chooses_and_can_switch(acme: Acme, client_for) -> None:
    create_tenant(
        slug="second",
        name="Second",
        currency="EUR",
        time_zone="UTC",
        fiscal_year_start=1,
        admin_email=acme.rob.user.email,
        admin_password=None,
    )
    rob = client_for(acme.rob)

    page = rob.get("/").content.decode()

    assert '"/t/acme/"' in page
    assert '"/t/second/"' in page
    assert MARKER not in page
    assert '"/t/second/"' in rob.get("/t/acme/").content.decode(), "the switcher knows it"


@pytest.mark.parametrize("who", ["ada", "eve", "max", "rob", "hana"])
def test_every_role_has_a_home_with_only_what_it_may_open(acme: Acme, client_for, who: str) -> None:
    browser = client_for(acme.members[who])
    answer = browser.get("/t/acme/")

    assert answer.status_code == 200
    assert acme.members[who].full_name in answer.content.decode()
    for section in answer.context["navigation"]:
        for entry in section.entries:
            assert browser.get(entry.url).status_code == 200, entry.url


def test_it_greets_and_a_leader_reads_whose_figures_these_are(acme: Acme, client_for) -> None:
    assert "Rob" in client_for(acme.rob).get("/t/acme/").content.decode()
    manager = client_for(acme.max).get("/t/acme/?span=month")
    assert acme.teams["North"].name in manager.content.decode()
    assert manager.context["period"].kind == "month"
    assert client_for(acme.eve).get("/t/acme/?span=decade").context["period"].kind == "quarter"


def test_first_steps_are_those_of_the_role_and_end_when_all_are_done(acme: Acme, client_for) -> None:
    def steps(member: Member) -> dict[str, bool]:
        return {str(step.title): step.done for step in client_for(member).get("/t/acme/").context["steps"]}

    assert steps(acme.ada)["Add your people"]
    assert not steps(acme.ada)["Bring your deals along"]
    assert list(steps(acme.rob)) == ["Add your first customer"]
    with tenant_scope(acme.tenant.pk):
        customer(acme, "Treequote", owner=acme.rob)
    assert steps(acme.rob) == {}


def test_what_waits_is_listed_most_urgent_first(acme: Acme, client_for, monkeypatch) -> None:
    found = [Waiting("Later", "", "/later/"), Waiting("Now", "answer by noon", "/now/", "risk", action="Answer")]
    monkeypatch.setattr(waiting, "_sources", [WaitingSource("test", "people.view", lambda actor, day, limit: found)])

    page = client_for(acme.rob).get("/t/acme/home/waiting/").content.decode()

    assert page.index("/now/") < page.index("/later/")
    assert "Answer" in page


def test_home_sends_few_statements(acme: Acme, client_for) -> None:
    assert statements(client_for(acme.ada), "/t/acme/") <= 12


def test_a_panel_is_loaded_by_those_who_may_see_it(acme: Acme, client_for, monkeypatch) -> None:
    monkeypatch.setattr(home_panels, "_panels", [])
    home_panels.register(
        Panel("log", "Log", "audit_log", "audit.view", 20), Panel("teams", "Teams", "team_list", "people.view", 10)
    )

    def shown(member: Member) -> list[str]:
        return [panel.url for panel in client_for(member).get("/t/acme/").context["panels"]]

    assert shown(acme.ada) == ["/t/acme/teams/", "/t/acme/audit-log/"]
    assert shown(acme.rob) == ["/t/acme/teams/"]


def test_a_strangers_home_is_not_there(acme: Acme, stranger: Stranger, client_for) -> None:
    assert client_for(stranger.rep).get("/t/acme/").content == client_for(stranger.rep).get("/t/no-such/").content


@pytest.mark.parametrize("back", ["https://evil.test/", "//evil.test", "javascript:alert(1)", ""])
def test_a_language_switch_leads_nowhere_else(client: Client, db: None, back: str) -> None:
    assert client.post("/language/", {"language": "zh-hans", "next": back})["Location"] == "/"


def test_a_chosen_language_is_kept_with_the_user_and_on_the_browser(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)

    answer = rob.post("/language/", {"language": "zh-hans", "next": "/t/acme/members/"})

    assert answer["Location"] == "/t/acme/members/"
    assert User.objects.get(pk=acme.rob.user_id).language == "zh-hans"
    assert rob.cookies["language"].value == "zh-hans"
    assert 'lang="zh-hans"' in client_for(acme.rob).get("/t/acme/").content.decode()


def test_an_unknown_language_changes_nothing(acme: Acme, client_for) -> None:
    client_for(acme.rob).post("/language/", {"language": "tlh"})

    assert User.objects.get(pk=acme.rob.user_id).language == ""


def test_a_language_is_not_switched_by_a_link(client: Client, db: None) -> None:
    assert client.get("/language/?language=zh-hans").status_code == 405
