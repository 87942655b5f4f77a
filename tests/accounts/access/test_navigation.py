"""The navigation: what each role finds in it, in the phone's bar, and the numbers beside it."""

from __future__ import annotations

import pytest

from accounts.access import navigation
from accounts.access.navigation import Entry, Tab
from accounts.people.models import Role
from tests.factories import Acme


@pytest.mark.parametrize("who", ["ada", "eve", "max", "rob", "hana"])
def test_a_phones_bar_has_up_to_five_places_and_begins_at_home(acme: Acme, client_for, who: str) -> None:
    tabs = client_for(acme.members[who]).get("/t/acme/").context["tabs"]

    assert 2 <= len(tabs) <= 5
    assert tabs[0].url == "/t/acme/"
    assert tabs[0].current


def test_a_reps_home_is_called_today(acme: Acme, client_for) -> None:
    assert client_for(acme.rob).get("/t/acme/").context["tabs"][0].label == "Today"
    assert client_for(acme.max).get("/t/acme/").context["tabs"][0].label == "Home"


def test_of_several_roles_the_first_makes_the_bar(acme: Acme, actor_for) -> None:
    acme.max.roles = [Role.REP, Role.MANAGER]

    assert actor_for(acme.max).main_role == Role.MANAGER


def test_no_two_entries_of_a_role_share_a_place(acme: Acme) -> None:
    for role in Role:
        places = [entry.phone[role].place for entry in navigation._entries if role in entry.phone]
        assert len(places) == len(set(places)), role


def test_numbers_are_asked_for_apart_and_only_by_those_who_see_the_entry(acme: Acme, client_for, monkeypatch) -> None:
    counting = [
        Entry("home", 10, "Home", "tenant_home", "smart-home", "people.view", dict.fromkeys(Role, Tab(1))),
        Entry("settings", 20, "Log", "audit_log", "history", "audit.view", count=lambda actor, day: 3),
        Entry("settings", 30, "Teams", "team_list", "users", "people.view", count=lambda actor, day: 0),
    ]
    monkeypatch.setattr(navigation, "_entries", counting)

    assert 'class="count count-audit_log"' in client_for(acme.ada).get("/t/acme/").content.decode()
    answer = client_for(acme.ada).get("/t/acme/navigation/counts/")
    assert 'hx-swap-oob="innerHTML:.count-audit_log">3<' in answer.content.decode()
    assert 'hx-swap-oob="innerHTML:.count-team_list"><' in answer.content.decode(), "nothing is shown for none"
    assert "private" in answer["Cache-Control"]
    assert "audit_log" not in client_for(acme.rob).get("/t/acme/navigation/counts/").content.decode()
