"""The bell, the inbox and the page of outgoing mail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.home.waiting import waiting_for
from accounts.notifications.models import MailState, Notification, OutboxMail
from tests.accounts.counting import statements
from tests.accounts.notifications.test_notify import NOON, tell
from tests.factories import Acme

PAGE = "/t/acme/inbox/"


def test_the_bell_counts_what_is_unread_and_asks_nothing_more(in_acme: Acme, client_for) -> None:
    rob = client_for(in_acme.rob)
    before = statements(rob, "/t/acme/preferences/")
    assert "bell-count" not in rob.get("/t/acme/preferences/").content.decode()
    for number in range(3):
        tell(in_acme.operator, in_acme.rob, at=NOON + timedelta(minutes=number))

    assert '<span class="bell-count" aria-hidden="true">3</span>' in rob.get("/t/acme/preferences/").content.decode()
    assert statements(rob, "/t/acme/preferences/") == before
    assert "bell-count" not in client_for(in_acme.rita).get("/t/acme/preferences/").content.decode()


def test_opening_one_reads_it_and_leads_there(in_acme: Acme, client_for) -> None:
    tell(in_acme.operator, in_acme.rob, url="/t/acme/members/")
    rob, row = client_for(in_acme.rob), Notification.objects.get()

    answer = rob.post(f"{PAGE}{row.pk}/open/")

    assert (answer.status_code, answer["Location"]) == (303, "/t/acme/members/")
    assert "You have read everything" in rob.get(f"{PAGE}?show=unread").content.decode()
    assert client_for(in_acme.rita).post(f"{PAGE}{row.pk}/open/").status_code == 404


@pytest.mark.parametrize("url", ["", "https://elsewhere.example/", "//elsewhere.example/"])
def test_one_never_leads_elsewhere(in_acme: Acme, client_for, url: str) -> None:
    tell(in_acme.operator, in_acme.rob, url=url)

    answer = client_for(in_acme.rob).post(f"{PAGE}{Notification.objects.get().pk}/open/")

    assert answer["Location"] == PAGE


def test_all_are_read_at_once(in_acme: Acme, client_for) -> None:
    tell(in_acme.operator, in_acme.rob, in_acme.rita)
    rob = client_for(in_acme.rob)

    rob.post(f"{PAGE}read/")

    assert Notification.objects.filter(read_at=None).get().member == in_acme.rita


def test_the_list_goes_on_by_key(in_acme: Acme, client_for) -> None:
    for number in range(60):
        tell(in_acme.operator, in_acme.rob, at=NOON + timedelta(minutes=number))
    rob = client_for(in_acme.rob)

    first = rob.get(PAGE)
    second = rob.get(PAGE + first.context["next_url"])

    assert (len(first.context["lines"]), len(second.context["lines"])) == (50, 10)
    assert first.context["lines"][-1].at > second.context["lines"][0].at


def test_a_row_whose_kind_is_gone_still_shows(in_acme: Acme, client_for) -> None:
    Notification.objects.create(member=in_acme.rob, kind="long.gone", at=NOON)

    assert "long.gone" in client_for(in_acme.rob).get(PAGE).content.decode()


def test_a_program_reads_its_members_own(in_acme: Acme, client_for) -> None:
    tell(in_acme.operator, in_acme.rob, in_acme.rita)
    rob, api = client_for(in_acme.rob), "/t/acme/api/v1/notifications/"

    (shown,) = rob.get(api).json()["results"]
    assert shown["text"] == "Max Manager cooks noodles on Nov. 23, 2026."
    assert rob.post(f"{api}{shown['id']}/read/").json()["read_at"] is not None
    assert rob.post(f"{api}read/").json() == {"marked": 0}


def test_undelivered_mail_is_shown_to_the_admin_who_sends_it_again(in_acme: Acme, client_for, actor_for) -> None:
    tell(in_acme.operator, in_acme.rob)
    OutboxMail.objects.update(state=MailState.FAILED, attempts=5, error="SMTPServerDisconnected")
    ada = client_for(in_acme.ada)

    page = ada.get("/t/acme/mails/?state=failed").content.decode()
    assert "SMTPServerDisconnected" in page
    assert [one.title for one in waiting_for(actor_for(in_acme.ada), date(2026, 11, 22))][:1] == [
        "1 mail was not delivered"
    ]
    ada.post(f"/t/acme/mails/{OutboxMail.objects.get().pk}/send-again/")

    assert OutboxMail.objects.get().state == MailState.QUEUED
