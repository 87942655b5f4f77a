"""Sign-up: a company and its admin in one form."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.people.models import Access, Member, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from tests.factories import PASSWORD, Acme

TYPED = {
    "name": "Borealis & Söhne",
    "slug": "",
    "currency": "eur",
    "time_zone": "Europe/Berlin",
    "fiscal_year_start": "4",
    "language": "en",
    "full_name": "Berta Boss",
    "email": "Berta@Borealis.test",
    "password": "a password of her own",
}

pytestmark = pytest.mark.django_db


def sign_up(client: Client, **changed: str) -> Any:
    return client.post("/sign-up/", TYPED | changed)


def test_it_makes_a_company_and_lets_its_admin_in(client: Client) -> None:
    answer = sign_up(client)

    assert answer["Location"] == "/t/borealis-sohne/"
    tenant = Tenant.objects.get(slug="borealis-sohne")
    assert (tenant.currency, tenant.time_zone, tenant.fiscal_year_start) == ("EUR", "Europe/Berlin", 4)
    with tenant_scope(tenant.pk):
        member = Member.objects.get()
    assert (member.full_name, member.roles) == ("Berta Boss", ["admin", "executive"])
    page = client.get("/t/borealis-sohne/").content.decode()
    assert "First steps" in page
    assert client.post("/accounts/login/", {"login": "berta@borealis.test", "password": TYPED["password"]})


def test_a_chinese_name_gets_an_address_of_its_sounds(client: Client) -> None:
    assert sign_up(client, name="北京华信")["Location"] == "/t/bei-jing-hua-xin/"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "   ", "required"),
        ("slug", "no spaces", "not an address"),
        ("currency", "EURO", "at most 3"),
        ("currency", "E1R", "not a currency code"),
        ("time_zone", "Mars/Olympus", "not a time zone"),
        ("fiscal_year_start", "13", "valid choice"),
        ("email", "berta", "valid email"),
        ("password", "short", "12 characters"),
        ("password", "password1234", "too common"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_else_is_kept(
    client: Client, field: str, value: str, said: str
) -> None:
    answer = sign_up(client, **{field: value})

    form = answer.context["form"]
    assert answer.status_code == 422
    assert list(form.errors) == [field]
    assert said in " ".join(form.errors[field])
    other = "time_zone" if field != "time_zone" else "full_name"
    assert f'value="{TYPED[other]}"' in answer.content.decode()
    assert not User.objects.filter(email="berta@borealis.test").exists()


def test_everything_wrong_is_said_at_once(client: Client) -> None:
    form = sign_up(client, slug="a b", currency="E1R", time_zone="Mars", password="short").context["form"]

    assert set(form.errors) == {"slug", "currency", "time_zone", "password"}


def test_a_taken_address_is_refused(acme: Acme, client: Client) -> None:
    form = sign_up(client, slug="acme").context["form"]

    assert form.errors["slug"] == ["The address “acme” is taken."]


def test_knowing_an_e_mail_attaches_nothing_to_its_user(acme: Acme, client: Client) -> None:
    answer = sign_up(client, email="rob@acme.test")

    assert answer.status_code == 422
    assert "sign in first" in answer.content.decode()
    assert not Tenant.objects.filter(slug="borealis-sohne").exists()
    assert User.objects.get(email="rob@acme.test").check_password(PASSWORD)
    assert "_auth_user_id" not in client.session


def test_signed_in_one_adds_a_company_to_ones_own(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)
    assert 'name="email"' not in rob.get("/sign-up/").content.decode()

    answer = sign_up(rob, email="mia@acme.test", password="ignored, being signed in")

    assert answer["Location"] == "/t/borealis-sohne/"
    assert Access.objects.filter(user=acme.rob.user).count() == 2
    assert User.objects.get(email="rob@acme.test").check_password(PASSWORD)
    page = rob.get("/").content.decode()
    assert "/t/acme/" in page
    assert "/t/borealis-sohne/" in page


def test_e_mails_cannot_be_asked_for_in_bulk(acme: Acme, client: Client) -> None:
    for _ in range(20):
        sign_up(client, email="rob@acme.test")

    assert "try again in an hour" in sign_up(client, email="mia@acme.test").content.decode()
