"""A second factor and an end to idle sessions, for those who run a company that asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client

from accounts.access.actor import Actor
from accounts.access.guarding import IDLE
from accounts.access.tokens import create_token
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from tests.factories import PASSWORD, Acme

HOME = "/t/acme/preferences/"


@pytest.fixture
def guarded(acme: Acme) -> Acme:
    old = datetime.now(UTC) - timedelta(days=30)
    Tenant.objects.filter(pk=acme.tenant.pk).update(
        requires_second_factor=True, ends_idle_sessions=True, created_at=old
    )
    return acme


def give_factor(member: Member, kind: str = Authenticator.Type.TOTP) -> None:
    Authenticator.objects.create(user=member.user, type=kind, data={"secret": "x"})


@pytest.mark.parametrize("who", ["ada", "hana"])
def test_who_runs_the_company_is_led_to_setting_one_up(guarded: Acme, client_for, who: str) -> None:
    browser = client_for(guarded.members[who])

    answer = browser.get(HOME)
    assert answer["Location"] == "/accounts/2fa/?required=1"
    page = browser.get(answer["Location"])
    assert page.status_code == 200, "the page that it leads to asks for nothing itself"
    assert "asks admins and HR" in page.content.decode()
    assert browser.get(HOME, headers={"HX-Request": "true"})["HX-Redirect"] == "/accounts/2fa/?required=1"
    api = browser.get("/t/acme/api/v1/me/")
    assert (api.status_code, api.json()["code"]) == (403, "second_factor_required")


def test_a_token_is_no_way_round(guarded: Acme) -> None:
    """One made on the company's first day, or before its member became an admin."""
    with tenant_scope(guarded.tenant.pk), transaction.atomic():
        today = guarded.tenant.day_of(datetime.now(UTC))
        expires_on = today + timedelta(days=9)
        actor = Actor(guarded.tenant, guarded.ada)
        _token, secret = create_token(actor=actor, name="Export", as_of=today, expires_on=expires_on)
    program = Client(headers={"Authorization": f"Bearer {secret}"})

    answer = program.get("/t/acme/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_required")
    give_factor(guarded.ada)
    answer = program.get("/t/acme/api/v1/me/")
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)


@pytest.mark.parametrize("who", ["eve", "max", "rob"])
def test_others_are_let_be(guarded: Acme, client_for, who: str) -> None:
    assert client_for(guarded.members[who]).get(HOME).status_code == 200


@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_with_one_they_go_on(guarded: Acme, client_for, kind: str) -> None:
    give_factor(guarded.ada, kind)

    assert client_for(guarded.ada).get(HOME).status_code == 200


def test_recovery_codes_alone_are_none(guarded: Acme, client_for) -> None:
    give_factor(guarded.ada, Authenticator.Type.RECOVERY_CODES)

    assert client_for(guarded.ada).get(HOME).status_code == 302


def test_on_its_first_day_a_company_may_be_looked_around(guarded: Acme, client_for) -> None:
    Tenant.objects.filter(pk=guarded.tenant.pk).update(created_at=datetime.now(UTC))

    assert client_for(guarded.ada).get(HOME).status_code == 200


def test_it_is_a_setting(acme: Acme, client_for) -> None:
    ada = client_for(acme.ada)
    typed = {"name": "Acme", "language": "", "requires_second_factor": "on"}
    assert ada.post("/t/acme/company/", typed).status_code == 303
    tenant = Tenant.objects.get(pk=acme.tenant.pk)
    assert (tenant.requires_second_factor, tenant.ends_idle_sessions) == (True, False)


def test_the_form_does_not_choose_a_language_for_the_company(acme: Acme, client_for) -> None:
    """It used to preselect the viewer's, so that saving something else wrote it for everybody."""
    ada = client_for(acme.ada)
    ada.post("/language/", {"language": "zh-hant"})

    form = ada.get("/t/acme/company/").context["form"]

    assert form["language"].value() == ""


@pytest.mark.parametrize(
    ("who", "minutes", "status"), [("ada", 31, 302), ("hana", 31, 302), ("ada", 29, 200), ("rob", 90, 200)]
)
def test_left_alone_the_session_ends(guarded: Acme, client_for, who: str, minutes: int, status: int) -> None:
    give_factor(guarded.members[who])
    began = datetime.now(UTC)
    with time_machine.travel(began, tick=False) as clock:
        browser = client_for(guarded.members[who])
        assert browser.get(HOME).status_code == 200
        clock.shift(timedelta(minutes=minutes))
        answer = browser.get(HOME)

        assert answer.status_code == status
        if status == 302:
            assert answer["Location"] == f"/accounts/login/?next={HOME}"
            assert browser.get(HOME).status_code == 302, "it has really ended"


def test_who_goes_on_working_stays(guarded: Acme, client_for) -> None:
    give_factor(guarded.ada)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        ada = client_for(guarded.ada)
        for _ in range(5):
            assert ada.get(HOME).status_code == 200
            clock.shift(IDLE - timedelta(minutes=1))


# --- Is it still you? -------------------------------------------------------------------------------------------------


def test_what_matters_asks_again_after_five_minutes(acme: Acme, client: Client) -> None:
    client.post("/accounts/login/", {"login": "rob@acme.test", "password": PASSWORD})
    page, token = "/t/acme/api-tokens/", {"name": "copy", "scope": "read", "days": "30"}
    assert client.post(page, token).status_code == 200

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        asked = client.post(page, token, headers={"Referer": "http://testserver/t/acme/api-tokens/"})
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Ft%2Facme%2Fapi-tokens%2F"
        confirmed = client.post(asked["Location"], {"password": PASSWORD})
        assert confirmed["Location"] == page
        assert "secret" in client.post(page, token).context


def test_looking_is_never_asked(acme: Acme, client_for) -> None:
    assert client_for(acme.rob).get("/t/acme/api-tokens/").status_code == 200


def test_it_leads_back_to_this_site_only(acme: Acme, client_for) -> None:
    asked = client_for(acme.rob).post("/t/acme/api-tokens/", {}, headers={"Referer": "https://elsewhere.example/x"})

    assert asked["Location"].endswith("next=%2Ft%2Facme%2Fapi-tokens%2F")
