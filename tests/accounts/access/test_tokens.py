"""Programs work as a member, by a token, on the API only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.access.actor import Actor
from accounts.access.models import ApiToken
from accounts.access.tokens import create_token, revoke_token
from accounts.people import changes
from accounts.people.models import Member
from accounts.tenancy.context import tenant_scope
from salesops.lib import clock
from salesops.lib.errors import DomainError
from tests.factories import PASSWORD, Acme, Stranger

PAGE = "/t/acme/api-tokens/"
ME = "/t/acme/api/v1/me/"


@pytest.fixture
def robs_secret(in_acme: Acme, actor_for) -> str:
    return make(actor_for(in_acme.rob))[1]


def make(actor: Actor, name: str = "ledger-copy", **given: Any) -> tuple[ApiToken, str]:
    today = clock.today("UTC")
    return create_token(actor=actor, name=name, **{"as_of": today, "expires_on": today + timedelta(days=90), **given})


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_lets_a_program_work_as_its_member(robs_secret: str, client: Client) -> None:
    answer = client.get(ME, headers=bearer(robs_secret))

    assert answer.json()["member"]["full_name"] == "Rob Rep"
    assert "session" not in client.cookies


def test_it_has_its_members_rights_and_no_more(robs_secret: str, client: Client) -> None:
    answer = client.post(
        "/t/acme/api/v1/members/",
        {"full_name": "Nia", "roles": ["rep"]},
        content_type="application/json",
        headers=bearer(robs_secret),
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("secret", ["", "so_wrong", "%00", "é"])
def test_a_wrong_one_is_told_nothing(acme: Acme, client: Client, secret: str) -> None:
    answers = [client.get(f"/t/{slug}/api/v1/me/", headers=bearer(secret)) for slug in ("acme", "no-such")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_it_is_worth_nothing_at_another_company(robs_secret: str, stranger: Stranger, client: Client) -> None:
    assert client.get("/t/stranger/api/v1/me/", headers=bearer(robs_secret)).status_code == 401


def test_it_opens_the_api_and_no_page(robs_secret: str, client: Client) -> None:
    assert client.get("/t/acme/members/", headers=bearer(robs_secret)).status_code == 302


def test_only_its_digest_is_kept(robs_secret: str, in_acme: Acme) -> None:
    token = ApiToken.objects.get()

    assert robs_secret.startswith(token.prefix)
    assert robs_secret not in (token.digest, token.prefix)
    assert len(token.prefix) < 10


def test_its_day_of_use_is_kept(robs_secret: str, client: Client, in_acme: Acme) -> None:
    assert ApiToken.objects.get().last_used_on is None
    client.get(ME, headers=bearer(robs_secret))

    assert ApiToken.objects.get().last_used_on is not None


def test_revoked_it_opens_nothing(robs_secret: str, client: Client, in_acme: Acme, actor_for) -> None:
    revoke_token(actor=actor_for(in_acme.rob), token_id=ApiToken.objects.get().pk, at=datetime.now(UTC))

    assert client.get(ME, headers=bearer(robs_secret)).status_code == 401


@pytest.mark.parametrize(("days", "status"), [(0, 200), (90, 200), (91, 401)])
def test_it_opens_through_its_last_day(robs_secret: str, client: Client, in_acme: Acme, days: int, status: int) -> None:
    ApiToken.objects.update(expires_on=clock.today("America/New_York") + timedelta(days=90 - days))

    assert client.get(ME, headers=bearer(robs_secret)).status_code == status


@pytest.mark.parametrize("days", [-1, 0, 366, 4000])
def test_it_expires_within_a_year(in_acme: Acme, actor_for, days: int) -> None:
    with pytest.raises(DomainError) as refused:
        make(actor_for(in_acme.rob), expires_on=clock.today("UTC") + timedelta(days=days))

    assert refused.value.field == "expires_on"


def test_one_that_reads_does_not_write(in_acme: Acme, actor_for, client: Client) -> None:
    __, secret = make(actor_for(in_acme.ada), may_write=False)
    url, body = "/t/acme/api/v1/members/", {"full_name": "Nia New", "roles": ["rep"]}

    assert client.get(url, headers=bearer(secret)).status_code == 200
    refused = client.post(url, body, content_type="application/json", headers=bearer(secret))
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize(("areas", "status"), [((), 200), (("pipeline",), 403), (("accounts", "targets"), 200)])
def test_it_opens_its_areas_only(in_acme: Acme, actor_for, client: Client, areas: tuple, status: int) -> None:
    __, secret = make(actor_for(in_acme.rob), areas=areas)

    assert client.get(ME, headers=bearer(secret)).status_code == status


def test_one_program_may_not_ask_without_end(robs_secret: str, client: Client, monkeypatch) -> None:
    monkeypatch.setattr("accounts.access.rest.TokenThrottle.rate", "3/min")
    answers = [client.get(ME, headers=bearer(robs_secret)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1]["Content-Type"] == "application/problem+json"


def test_a_program_lists_and_revokes_tokens(robs_secret: str, in_acme: Acme, client: Client) -> None:
    api = "/t/acme/api/v1/tokens/"
    (shown,) = client.get(api, headers=bearer(robs_secret)).json()["results"]

    assert robs_secret.startswith(shown["prefix"])
    assert "digest" not in shown
    assert client.post(f"{api}{shown['id']}/revoke/", headers=bearer(robs_secret)).status_code == 204
    assert client.get(api, headers=bearer(robs_secret)).status_code == 401


def test_when_its_member_has_left_it_opens_nothing(robs_secret: str, client: Client, in_acme: Acme, actor_for) -> None:
    changes.leave(actor=actor_for(in_acme.ada), member=in_acme.rob, last_day=date(2020, 1, 1))

    assert client.get(ME, headers=bearer(robs_secret)).status_code == 401


def test_the_page_shows_a_new_secret_once(acme: Acme, client: Client) -> None:
    rob = Client()
    rob.post("/accounts/login/", {"login": "rob@acme.test", "password": PASSWORD})

    made = rob.post(PAGE, {"name": "ledger-copy", "days": "90", "scope": "read"})
    secret = made.context["secret"]

    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert secret not in rob.get(PAGE).content.decode()
    assert client.get(ME, headers=bearer(secret)).status_code == 200


def test_one_sees_and_revokes_ones_own_and_an_admin_anybodys(robs_secret: str, in_acme: Acme, client_for) -> None:
    token = ApiToken.objects.get()
    revoke = f"{PAGE}{token.pk}/revoke/"

    assert "ledger-copy" not in client_for(in_acme.rita).get(PAGE).content.decode()
    assert client_for(in_acme.rita).post(revoke).status_code == 404
    assert "Rob Rep" in client_for(in_acme.ada).get(PAGE).content.decode()
    assert client_for(in_acme.ada).post(revoke).status_code == 303
    assert ApiToken.objects.get().revoked_at is not None


def test_another_companys_token_cannot_be_revoked(robs_secret: str, stranger: Stranger, client_for, in_acme) -> None:
    url = f"/t/stranger/api-tokens/{ApiToken.objects.get().pk}/revoke/"

    assert client_for(stranger.admin).post(url).status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_it_says_what_it_is_for(acme: Acme, actor_for, name: str) -> None:
    with tenant_scope(acme.tenant.pk), pytest.raises(DomainError) as refused:
        make(actor_for(acme.rob), name)

    assert refused.value.field == "name"


def test_the_operator_has_none(in_acme: Acme) -> None:
    with pytest.raises(DomainError):
        make(in_acme.operator)


def test_a_session_needs_its_csrf_token_where_a_token_needs_none(robs_secret: str, in_acme: Acme, actor_for) -> None:
    Member.objects.filter(pk=in_acme.rob.pk).update(roles=["admin", "rep"])
    url, body = "/t/acme/api/v1/members/", {"full_name": "Nia New", "roles": ["rep"]}
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(in_acme.rob.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert browser.post(url, body, content_type="application/json").status_code == 403
    program = Client(enforce_csrf_checks=True)
    assert program.post(url, body, content_type="application/json", headers=bearer(robs_secret)).status_code == 201
