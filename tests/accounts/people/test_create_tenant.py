"""`manage.py create_tenant`, as the contract has it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.people.models import Member, User
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from tests.factories import Acme

GOOD = {
    "--name": "Nova",
    "--currency": "USD",
    "--time-zone": "America/New_York",
    "--fiscal-year-start": "1",
    "--admin-email": "nora@nova.test",
}

pytestmark = pytest.mark.django_db


def run(slug: str = "nova", **changed: str) -> str:
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    out = StringIO()
    call_command("create_tenant", slug, *(f"{name}={value}" for name, value in options.items()), stdout=out)
    return out.getvalue()


def test_it_makes_the_company_and_says_where_it_is() -> None:
    said = run(admin_password="a password of her own")

    assert said == "/t/nova/ is ready for nora@nova.test.\n"
    with tenant_scope(Tenant.objects.get(slug="nova").pk):
        assert Member.objects.get().roles == ["admin", "executive"]
    assert User.objects.get(email="nora@nova.test").check_password("a password of her own")


def test_the_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESOPS_ADMIN_PASSWORD", "a password of her own")
    run()

    assert User.objects.get(email="nora@nova.test").check_password("a password of her own")


def test_without_a_password_there_is_none_and_it_says_how_to_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SALESOPS_ADMIN_PASSWORD", raising=False)

    assert "Forgot your password?" in run()
    assert not User.objects.get(email="nora@nova.test").has_usable_password()


def test_a_user_that_exists_keeps_their_password_and_gets_a_second_company(acme: Acme) -> None:
    run(admin_email="ROB@acme.test", admin_password="another password")

    assert not User.objects.get(email="rob@acme.test").check_password("another password")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "No Va"}, "slug"),
        ({"slug": "acme"}, "slug"),
        ({"name": " "}, "name"),
        ({"name": "N" * 121}, "name"),
        ({"currency": "usd"}, "currency"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"fiscal_year_start": "13"}, "fiscal_year_start"),
        ({"fiscal_year_start": "April"}, "fiscal_year_start"),
        ({"admin_email": "nora"}, "admin_email"),
        ({"admin_password": "short"}, "admin_password"),
    ],
)
def test_bad_input_ends_with_2_and_one_line_naming_the_field(
    acme: Acme, capsys: pytest.CaptureFixture[str], changed: dict[str, str], field: str
) -> None:
    before = Tenant.objects.count(), User.objects.count()

    with pytest.raises(SystemExit) as stop:
        run(**changed)

    lines = capsys.readouterr().err.splitlines()
    assert stop.value.code == 2
    assert [line.partition(":")[0] for line in lines] == [field]
    assert (Tenant.objects.count(), User.objects.count()) == before


def test_each_bad_field_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(slug="a b", currency="x", time_zone="Mars")

    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "slug",
        "currency",
        "time_zone",
    ]


def test_a_missing_option_is_refused() -> None:
    with pytest.raises(CommandError, match="--currency"):
        call_command("create_tenant", "nova", "--name=Nova")
