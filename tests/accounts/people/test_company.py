"""The company's settings."""

from __future__ import annotations

from accounts.audit.models import AuditEntry
from accounts.tenancy.models import Tenant
from tests.factories import Acme

PAGE = "/t/acme/company/"
TYPED = {"name": "Acme Ltd", "language": "zh-hant", "managers_see_pay": "on"}


def test_an_admin_changes_name_language_and_who_sees_pay(in_acme: Acme, client_for) -> None:
    assert client_for(in_acme.ada).post(PAGE, TYPED).status_code == 303

    tenant = Tenant.objects.get(slug="acme")
    assert (tenant.name, tenant.language, tenant.managers_see_pay) == ("Acme Ltd", "zh-hant", True)
    entry = AuditEntry.objects.get(action="tenant.changed")
    assert entry.data["before"]["name"] == "Acme"
    assert entry.data["after"]["managers_see_pay"] is True


def test_currency_and_fiscal_year_are_shown_and_never_taken(acme: Acme, client_for) -> None:
    ada = client_for(acme.ada)
    ada.post(PAGE, TYPED | {"currency": "EUR", "fiscal_year_start": "7", "slug": "mine"})

    tenant = Tenant.objects.get(pk=acme.tenant.pk)
    assert (tenant.currency, tenant.fiscal_year_start, tenant.slug) == ("USD", 1, "acme")
    page = ada.get(PAGE).content.decode()
    assert "America/New_York" in page
    assert "January" in page or "一月" in page


def test_the_companys_language_holds_for_those_who_chose_none(acme: Acme, client_for) -> None:
    client_for(acme.ada).post(PAGE, TYPED)
    rob = client_for(acme.rob)

    assert rob.get("/t/acme/")["Content-Language"] == "zh-hant"
    assert 'lang="zh-hant"' in rob.get("/t/acme/").content.decode()
    rob.post("/language/", {"language": "en"})
    assert 'lang="en"' in rob.get("/t/acme/").content.decode()


def test_what_is_wrong_is_said_beside_its_field(acme: Acme, client_for) -> None:
    answer = client_for(acme.ada).post(PAGE, TYPED | {"name": " ", "language": "tlh"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "language"}


def test_only_admins_enter(acme: Acme, client_for) -> None:
    for member in (acme.eve, acme.max, acme.rob, acme.hana):
        assert client_for(member).get(PAGE).status_code == 403
        assert client_for(member).post(PAGE, TYPED).status_code == 403
