"""An invitation is a link by mail: seven days, one use, one company, and never a hint of who has an account."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.invitations import services
from accounts.invitations.models import Invitation
from accounts.invitations.selectors import suggested_email
from accounts.notifications.models import Notification
from accounts.people.models import Access, Member, Role, TeamMembership, User
from accounts.people.services import add_member
from accounts.tenancy.context import tenant_scope
from salesops.lib.errors import DomainError, DomainErrors, NotVisible
from tests.factories import PASSWORD, Acme, Stranger
from tests.mail import sent_mails

LIST = "/t/acme/invitations/"
NEW_PASSWORD = "a wholly new password"


def invite(acme: Acme, actor: Any = None, email: str = "nia@acme.test", name: str = "Nia New") -> Invitation:
    return services.invite_new(
        actor=actor or acme.operator,
        full_name=name,
        email=email,
        roles=[Role.REP],
        team=acme.north,
        starts_on=date(2026, 11, 1),
        at=datetime.now(UTC),
    )


def link(acme: Acme) -> str:
    """The path in the latest mail."""
    found = re.search(r"http://localhost:8000(/invitations/\S+)", sent_mails(acme)[-1].body)
    assert found is not None
    return found[1]


def test_whoever_opens_the_link_sets_a_password_and_is_in(in_acme: Acme, client: Client, actor_for) -> None:
    invite(in_acme, actor_for(in_acme.ada))
    path = link(in_acme)
    with tenant_scope(None):
        page = client.get(path).content.decode()
        assert "Acme invites you" in page
        assert "nia@acme.test" in page
        answer = client.post(path, {"password": NEW_PASSWORD})
        assert answer["Location"] == "/t/acme/"
        assert client.get("/t/acme/").status_code == 200

    nia = Member.objects.get(full_name="Nia New")
    assert nia.user.check_password(NEW_PASSWORD)
    assert nia.user.emailaddress_set.get().verified
    assert TeamMembership.objects.get(member=nia).team == in_acme.north
    assert Notification.objects.get(member=in_acme.ada).kind == "people.joined"
    assert AuditEntry.objects.get(action="invitation.accepted").actor == nia


def test_the_mail_is_in_the_language_of_whoever_invites(in_acme: Acme, actor_for) -> None:
    User.objects.filter(pk=in_acme.ada.user_id).update(language="zh-hans")
    in_acme.ada.refresh_from_db()
    invite(in_acme, actor_for(in_acme.ada))

    (letter,) = sent_mails(in_acme)
    assert letter.to == ["nia@acme.test"]
    assert "Ada Admin" in letter.body


def test_a_link_works_once(in_acme: Acme, client: Client) -> None:
    invite(in_acme)
    path = link(in_acme)
    with tenant_scope(None):
        client.post(path, {"password": NEW_PASSWORD})
        again = Client().get(path)

    assert again.status_code == 410
    assert "has been used" in again.content.decode()
    assert Client().post(path, {"password": "another long password"}).status_code == 410


def test_an_expired_link_says_what_to_do(in_acme: Acme, client: Client) -> None:
    invite(in_acme)
    path = link(in_acme)
    long_ago = datetime.now(UTC) - timedelta(days=8)
    Invitation.objects.update(sent_at=long_ago, expires_at=long_ago + services.VALID)

    answer = client.post(path, {"password": NEW_PASSWORD})

    assert answer.status_code == 410
    assert "send it again" in answer.content.decode()
    assert not User.objects.filter(email="nia@acme.test").exists()


def test_a_withdrawn_link_opens_nothing_and_its_mail_is_not_sent(in_acme: Acme, client: Client, client_for) -> None:
    invite(in_acme)
    path = link(in_acme)
    other = invite(in_acme, email="noa@acme.test", name="Noa New")
    ada = client_for(in_acme.ada)
    for each in Invitation.objects.all():
        assert ada.post(f"{LIST}{each.pk}/revoke/").status_code == 303

    assert "was withdrawn" in client.get(path).content.decode()
    assert len(sent_mails(in_acme)) == 1, "the second was withdrawn before its mail left"
    assert AuditEntry.objects.filter(action="invitation.revoked").count() == 2
    with pytest.raises(DomainError):
        services.resend(actor=in_acme.operator, invitation_id=other.pk, at=datetime.now(UTC))


def test_sent_again_only_the_latest_link_opens(in_acme: Acme, client: Client, client_for) -> None:
    invitation = invite(in_acme)
    first = link(in_acme)
    client_for(in_acme.ada).post(f"{LIST}{invitation.pk}/resend/")
    second = link(in_acme)

    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


@pytest.mark.parametrize("token", ["x", "WzEsMSwieCJd:1abcde:AAAA", "é", "a:b:c"])
def test_a_made_up_link_opens_nothing(acme: Acme, client: Client, token: str) -> None:
    answer = client.get(f"/invitations/{token}/")

    assert answer.status_code == 404
    assert "opens nothing" in answer.content.decode()


def test_links_cannot_be_guessed_for_long(acme: Acme, client: Client) -> None:
    for _ in range(20):
        client.get("/invitations/wrong/", REMOTE_ADDR="10.1.1.1")

    assert client.get("/invitations/wrong/", REMOTE_ADDR="10.1.1.1").status_code == 429
    assert client.get("/invitations/wrong/", REMOTE_ADDR="10.1.1.2").status_code == 404


def test_an_account_of_another_company_accepts_by_signing_in(in_acme: Acme, stranger: Stranger, client_for) -> None:
    invite(in_acme, email="rep@stranger.test")
    path = link(in_acme)
    with tenant_scope(None):
        anonymous = Client()
        assert "Sign in to accept" in anonymous.get(path).content.decode()
        refused = anonymous.post(path, {"password": NEW_PASSWORD})
        assert refused.status_code == 422, "the link is no way round the password"
        rep = client_for(stranger.rep)
        assert "Enter Acme" in rep.get(path).content.decode()
        assert rep.post(path)["Location"] == "/t/acme/"
        assert rep.get("/t/acme/").status_code == 200
        assert rep.get("/t/stranger/").status_code == 200

    user = User.objects.get(email="rep@stranger.test")
    assert user.check_password(PASSWORD)
    assert Access.objects.filter(user=user).count() == 2


def test_signed_in_as_somebody_else_one_is_told_so(in_acme: Acme, client_for) -> None:
    invite(in_acme)
    path = link(in_acme)
    rob = client_for(in_acme.rob)

    assert "Sign out and go on" in rob.get(path).content.decode()
    rob.post(path, {"password": NEW_PASSWORD})
    assert not User.objects.filter(email="nia@acme.test").exists()


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_is_refused(in_acme: Acme, client: Client, password: str) -> None:
    invite(in_acme)
    path = link(in_acme)

    assert client.post(path, {"password": password}).status_code == 422
    assert Invitation.objects.get().accepted_at is None


def test_inviting_never_tells_who_has_an_account(in_acme: Acme, stranger: Stranger, client_for) -> None:
    ada = client_for(in_acme.ada)
    answers = [
        ada.post("/t/acme/members/new/", {"full_name": f"New {email}", "email": email, "roles": ["rep"]})
        for email in ("rep@stranger.test", "nobody@nowhere.test")
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(sent_mails(in_acme)) == 2


@pytest.mark.parametrize("email", ["rob@acme.test", "not one", "ROB@acme.test ", f"{'x' * 250}@acme.test"])
def test_a_members_or_a_bad_address_is_refused(in_acme: Acme, email: str) -> None:
    with pytest.raises(DomainError) as refused:
        invite(in_acme, email=email)

    assert refused.value.field == "email"


def test_inviting_a_member_again_ends_the_link_before(in_acme: Acme, client: Client) -> None:
    first = invite(in_acme, email="wrong@acme.test")
    path = link(in_acme)
    now = datetime.now(UTC)
    services.invite(actor=in_acme.operator, member_id=first.member_id, email="right@acme.test", at=now)

    assert client.get(path).status_code == 410
    assert "right@acme.test" in client.get(link(in_acme)).content.decode()


def test_only_those_who_manage_people_invite(in_acme: Acme, actor_for) -> None:
    for who in (in_acme.eve, in_acme.max, in_acme.rob, in_acme.hana):
        with pytest.raises(DomainError):
            invite(in_acme, actor_for(who))


def test_another_companys_invitation_is_not_there(in_acme: Acme, stranger: Stranger, actor_for) -> None:
    invitation = invite(in_acme)
    with tenant_scope(stranger.tenant.pk), pytest.raises(NotVisible):
        services.revoke(actor=actor_for(stranger.admin), invitation_id=invitation.pk, at=datetime.now(UTC))


def test_the_list_shows_what_became_of_each(in_acme: Acme, client_for) -> None:
    invite(in_acme)
    ada = client_for(in_acme.ada)

    assert "Nia New" in ada.get(f"{LIST}?state=open").content.decode()
    assert "Nia New" not in ada.get(f"{LIST}?state=accepted").content.decode()


# --- Several at once --------------------------------------------------------------------------------------------------


def test_imported_members_are_invited_all_or_none(in_acme: Acme, client_for) -> None:
    one, two = (
        add_member(actor=in_acme.operator, full_name=name, roles=[Role.REP]) for name in ("Agent One", "Agent Two")
    )
    ada, page = client_for(in_acme.ada), f"{LIST}many/"
    suggested = ada.get(f"{page}?domain=acme.test").content.decode()
    assert "agent.one@acme.test" in suggested
    assert "Rob Rep" not in suggested

    wrong = ada.post(page, {f"email-{one.pk}": "one@acme.test", f"email-{two.pk}": "rob@acme.test"})
    assert wrong.status_code == 422
    assert "already belongs" in wrong.content.decode()
    assert 'value="one@acme.test"' in wrong.content.decode(), "what was typed is kept"
    assert not Invitation.objects.exists()

    ada.post(page, {f"email-{one.pk}": "one@acme.test", f"email-{two.pk}": "two@acme.test", "email-x": "y"})
    assert Invitation.objects.count() == 2
    assert "Agent One" not in ada.get(page).content.decode()


def test_several_with_one_address_are_refused(in_acme: Acme) -> None:
    members = [add_member(actor=in_acme.operator, full_name=f"Agent {n}", roles=[Role.REP]) for n in range(2)]
    emails = {member.pk: "same@acme.test" for member in members}

    with pytest.raises(DomainErrors):
        services.invite_many(actor=in_acme.operator, emails=emails, at=datetime.now(UTC))
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Viktor Hale", "viktor.hale@a.test"),
        ("陈立文", "chen.li.wen@a.test"),
        ("Zoë O'Neil", "zo.oneil@a.test"),
        ("", ""),
    ],
)
def test_addresses_are_suggested_from_names(name: str, email: str) -> None:
    assert suggested_email(name, "a.test") == email


# --- REST -------------------------------------------------------------------------------------------------------------


def test_a_program_invites_once_and_withdraws_what_it_has_read(in_acme: Acme, client_for) -> None:
    ada, api = client_for(in_acme.ada), "/t/acme/api/v1/invitations/"
    body = {"email": "nia@acme.test", "full_name": "Nia New", "roles": ["rep"], "team": in_acme.north.pk}
    json = {"content_type": "application/json", "headers": {"Idempotency-Key": "k-1"}}

    made, again = ada.post(api, body, **json), ada.post(api, body, **json)

    assert (made.status_code, again.json()) == (201, made.json())
    one = f"{api}{made.json()['id']}/"
    assert ada.get(api).json()["results"][0]["state"] == "open"
    assert ada.post(f"{one}revoke/").status_code == 428
    ended = ada.post(f"{one}revoke/", headers={"If-Match": ada.get(one)["ETag"]})
    assert ended.json()["state"] == "revoked"
    assert len(mail.outbox) == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"member": 1}, "member"),
        ({"team": 999_999_999}, "team"),
        ({"full_name": ""}, None),
        ({"roles": []}, "roles"),
    ],
)
def test_a_program_is_told_what_is_wrong(in_acme: Acme, client_for, changed: dict[str, Any], field: str | None) -> None:
    body = {"email": "nia@acme.test", "full_name": "Nia New", "roles": ["rep"]} | changed

    answer = client_for(in_acme.ada).post("/t/acme/api/v1/invitations/", body, content_type="application/json")

    assert answer.status_code in {400, 422}
    if field:
        assert answer.json()["field"] == field
