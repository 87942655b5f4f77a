"""Sign-in by e-mail: what it answers, how often one may try, and when a session ends."""

from __future__ import annotations

from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client

from accounts.access.models import Attempt
from accounts.people import changes
from accounts.people.models import Member, Role, User
from accounts.tenancy.context import tenant_scope
from tests.factories import PASSWORD, Acme

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = "10.0.0.1"):
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address)


def test_a_member_signs_in_and_lands_at_home(acme: Acme, client: Client) -> None:
    answer = sign_in(client, "Rob@Acme.test")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/t/acme/"


def test_signing_in_gives_the_session_a_new_key(acme: Acme, client: Client) -> None:
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["session"] = session.session_key

    sign_in(client, "rob@acme.test")

    assert client.cookies["session"].value != session.session_key


def test_a_known_and_an_unknown_e_mail_get_the_same_answer(acme: Acme) -> None:
    known = sign_in(Client(), "rob@acme.test", "wrong password!")
    unknown = sign_in(Client(), "bob@acme.test", "wrong password!")

    assert known.status_code == unknown.status_code
    assert known.context["form"].errors == unknown.context["form"].errors


def test_after_five_wrong_passwords_the_right_one_does_not_help_from_anywhere(acme: Acme) -> None:
    for number in range(5):
        sign_in(Client(), "rob@acme.test", "wrong password!", address=f"10.0.0.{number}")

    answer = sign_in(Client(), "ROB@acme.test", address="10.9.9.9")

    assert answer.status_code == 200
    assert "Too many" in answer.content.decode()
    assert sign_in(Client(), "rita@acme.test").status_code == 302, "others are not kept out"


def test_an_unknown_e_mail_is_limited_like_a_known_one(acme: Acme) -> None:
    for _ in range(5):
        sign_in(Client(), "nobody@acme.test", "wrong password!")

    assert "Too many" in sign_in(Client(), "nobody@acme.test").content.decode()


def test_one_address_may_not_try_the_whole_company(acme: Acme) -> None:
    for number in range(50):
        sign_in(Client(), f"somebody{number // 3}@acme.test", "wrong password!")

    assert "Too many" in sign_in(Client(), "rob@acme.test").content.decode()
    assert sign_in(Client(), "rob@acme.test", address="10.0.0.2").status_code == 302


def test_attempts_keep_no_e_mail_and_no_address(acme: Acme, client: Client) -> None:
    sign_in(client, "rob@acme.test", "wrong password!")

    kept = " ".join(f"{attempt.limit} {attempt.key}" for attempt in Attempt.objects.all())
    assert kept
    assert "rob" not in kept
    assert "10.0.0.1" not in kept


def test_a_password_is_set_by_the_link_in_the_mail(acme: Acme, client: Client) -> None:
    User.objects.get(email="rob@acme.test").emailaddress_set.all().delete()

    client.post("/accounts/password/reset/", {"email": "rob@acme.test"})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "a wholly new password", "password2": "a wholly new password"}
    )

    assert sign_in(Client(), "rob@acme.test").status_code == 200
    assert sign_in(Client(), "rob@acme.test", "a wholly new password").status_code == 302


def test_a_reset_asked_for_an_unknown_e_mail_answers_the_same(acme: Acme, client: Client) -> None:
    known = client.post("/accounts/password/reset/", {"email": "rob@acme.test"})
    unknown = client.post("/accounts/password/reset/", {"email": "bob@acme.test"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_changing_the_password_refuses_a_common_one(acme: Acme, client_for) -> None:
    answer = client_for(acme.rob).post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "password1234", "password2": "password1234"},
    )

    assert "too common" in answer.content.decode()


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(acme: Acme, client_for) -> None:
    here, elsewhere = client_for(acme.rob), client_for(acme.rob)
    new = {"oldpassword": PASSWORD, "password1": "a wholly new password", "password2": "a wholly new password"}

    here.post("/accounts/password/change/", new)

    assert here.get("/t/acme/").status_code == 200
    assert elsewhere.get("/t/acme/").status_code == 302


def test_other_roles_end_every_session_of_the_member(acme: Acme, client_for, actor_for) -> None:
    rob = client_for(acme.rob)
    assert rob.get("/t/acme/").status_code == 200

    with tenant_scope(acme.tenant.pk):
        changes.update_member(
            actor=actor_for(acme.ada), member=acme.rob, full_name="Rob Rep", roles=[Role.REP, Role.MANAGER]
        )

    assert rob.get("/t/acme/").status_code == 302


def test_another_name_leaves_the_sessions_alone(acme: Acme, client_for, actor_for) -> None:
    rob = client_for(acme.rob)

    with tenant_scope(acme.tenant.pk):
        changes.update_member(actor=actor_for(acme.ada), member=acme.rob, full_name="Robert Rep", roles=[Role.REP])

    assert rob.get("/t/acme/").status_code == 200


def test_leaving_ends_the_sessions_and_hides_the_company(acme: Acme, client_for, actor_for) -> None:
    rob = client_for(acme.rob)

    with tenant_scope(acme.tenant.pk):
        changes.leave(actor=actor_for(acme.ada), member=acme.rob, last_day=date(2020, 1, 31))

    assert rob.get("/t/acme/").status_code == 302
    again = client_for(Member(user=User.objects.get(email="rob@acme.test")))
    assert again.get("/t/acme/").status_code == 404
    assert "You belong to none" in again.get("/").content.decode()


@pytest.mark.parametrize("path", ["password/reset/", "2fa/", "password/change/", "logout/", "reauthenticate/"])
def test_the_pages_around_a_sign_in_open(path: str, acme: Acme, client: Client) -> None:
    sign_in(client, "rob@acme.test")

    assert client.get(f"/accounts/{path}").status_code == 200


def test_a_second_step_is_turned_on_after_the_password_was_asked_again(acme: Acme, client_for) -> None:
    rob = client_for(acme.rob)
    activate = "/accounts/2fa/totp/activate/"
    asked = rob.get(activate)
    assert asked["Location"].startswith("/accounts/reauthenticate/")

    rob.post(asked["Location"], {"password": PASSWORD})
    form = rob.get(activate).context["form"]
    rob.post(activate, {"code": _code(form.secret)})

    codes = rob.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    browser = Client()
    assert sign_in(browser, "rob@acme.test")["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/t/acme/").status_code == 302, "the password alone does not open the door"
    assert "Second step" in browser.get("/accounts/2fa/authenticate/").content.decode()
    assert browser.post("/accounts/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"
    assert browser.get("/t/acme/").status_code == 200


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.mark.parametrize("path", ["email/", "3rdparty/", "login/code/", "signup/passkey/", "2fa/webauthn/"])
def test_doors_of_allauth_that_are_not_listed_are_shut(path: str, acme: Acme, client_for) -> None:
    assert client_for(acme.rob).get(f"/accounts/{path}").status_code == 404


def test_its_own_sign_up_leads_to_ours(client: Client, db: None) -> None:
    assert client.get("/accounts/signup/")["Location"] == "/sign-up/"
