"""What one chooses for oneself holds on every page, in every mail and in every company."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.notifications.models import NotificationChoice
from accounts.people.models import User
from accounts.preferences.services import choose_look, sign_out_everywhere
from salesops.lib.errors import DomainError
from tests.factories import Acme

PAGE = "/t/acme/preferences/"
API = "/t/acme/api/v1/preferences/"


def test_language_and_theme_are_kept_with_the_user(acme: Acme, client_for) -> None:
    client_for(acme.rob).post(PAGE, {"language": "zh-hans", "theme": "dark"})

    elsewhere = client_for(acme.rob).get("/t/acme/").content.decode()
    assert '<html lang="zh-hans" data-theme="dark">' in elsewhere


def test_emptied_they_are_the_companys_and_the_systems(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)
    rob.post(PAGE, {"language": "zh-hans", "theme": "dark"})
    rob.post(PAGE, {"language": "", "theme": ""})

    assert '<html lang="en">' in rob.get("/t/acme/").content.decode()


@pytest.mark.parametrize(("chosen", "kept"), [("dark", "dark"), ("light", "light"), ("system", ""), ("pink", "light")])
def test_the_switch_in_the_menu_keeps_it_too(acme: Acme, client_for, chosen: str, kept: str) -> None:
    rob = client_for(acme.rob)
    rob.post("/theme/", {"theme": "light"})
    by_htmx = rob.post("/theme/", {"theme": chosen}, headers={"HX-Request": "true"})

    assert by_htmx.status_code == 204
    assert User.objects.get(pk=acme.rob.user_id).theme == kept
    assert rob.cookies["theme"].value == kept


def test_signed_out_the_browser_remembers(client: Client, db: None) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "/accounts/login/"})

    assert answer["Location"] == "/accounts/login/"
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("given", [{"language": "xx", "theme": ""}, {"language": "", "theme": "pink"}])
def test_what_is_not_there_cannot_be_chosen(in_acme: Acme, actor_for, client_for, given: dict[str, str]) -> None:
    with pytest.raises(DomainError):
        choose_look(actor=actor_for(in_acme.rob), **given)
    assert client_for(in_acme.rob).post(PAGE, given).status_code == 422


def test_only_what_was_changed_is_kept_of_the_kinds(in_acme: Acme, client_for) -> None:
    """The kinds' own defaults go on holding for the others, also for kinds that come later."""
    rob = client_for(in_acme.rob)
    told = rob.get(PAGE).context["told"]
    sent = {f"app:{one.kind.name}": "on" for one in told} | {
        f"mail:{one.kind.name}": "on" for one in told if one.by_mail and one.kind.name != "people.moved"
    }

    rob.post(f"{PAGE}notifications/", sent)

    assert list(NotificationChoice.objects.values_list("kind", "in_app", "by_mail")) == [("people.moved", True, False)]


def test_signing_out_everywhere_else_keeps_this_browser(acme: Acme, client_for) -> None:
    here, elsewhere = client_for(acme.rob), client_for(acme.rob)

    here.post(f"{PAGE}sign-out/")

    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302


def test_the_operator_has_none(in_acme: Acme) -> None:
    with pytest.raises(DomainError):
        sign_out_everywhere(actor=in_acme.operator)


def test_a_program_reads_and_replaces_them(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)
    before = rob.get(API)
    wanted = {
        "language": "zh-hant",
        "theme": "",
        "notifications": [{"kind": "people.moved", "in_app": True, "by_mail": False}],
    }

    assert rob.put(API, wanted, content_type="application/json").status_code == 428
    answer = rob.put(API, wanted, content_type="application/json", headers={"If-Match": before["ETag"]})

    assert answer.json()["language"] == "zh-hant"
    assert wanted["notifications"][0] in answer.json()["notifications"]
    again = rob.put(API, wanted, content_type="application/json", headers={"If-Match": before["ETag"]})
    assert again.status_code == 412


def test_an_unknown_kind_is_refused_by_its_place(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)
    wanted = {"language": "", "theme": "dark", "notifications": [{"kind": "x", "in_app": True, "by_mail": True}]}

    answer = rob.put(API, wanted, content_type="application/json", headers={"If-Match": rob.get(API)["ETag"]})

    assert (answer.status_code, answer.json()["field"]) == (422, "notifications[0].kind")
    assert rob.get(API).json()["theme"] == "", "nothing of it was kept"
