"""People are told once, in the app and by mail as they chose, in their own language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from accounts.access.actor import Actor
from accounts.notifications.models import Notification, OutboxMail
from accounts.notifications.registry import NotificationKind, register
from accounts.notifications.services import choose, mark_all_read, mark_read, notify, queue_mail
from accounts.people import changes
from accounts.people.models import Member, User
from accounts.tenancy.context import tenant_scope
from salesops.lib.errors import NotVisible
from tests.factories import Acme, Stranger
from tests.mail import sent_mails

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PARAMS = {"cook": "Max Manager", "dish": "noodles", "day_on": "2026-11-23"}


def tell(actor: Actor, *members: Member, **given: Any) -> int:
    default = {"kind": "test.lunch", "params": PARAMS, "url": "/t/acme/", "at": NOON}
    return notify(actor=actor, member_ids=[one.pk for one in members], **{**default, **given})


def test_it_is_kept_as_data_and_worded_for_its_reader(in_acme: Acme, lunch: NotificationKind) -> None:
    tell(in_acme.operator, in_acme.rob)

    row = Notification.objects.get()
    assert (row.member, row.kind, row.params, row.read_at) == (in_acme.rob, "test.lunch", PARAMS, None)
    assert lunch.sentence(row.params) == "Max Manager cooks noodles on Nov. 23, 2026."
    with translation.override("zh-hans"):
        assert "2026年11月23日" in lunch.sentence(row.params)


def test_a_row_that_a_newer_text_does_not_fit_says_its_kind(lunch: NotificationKind) -> None:
    assert lunch.sentence({"cook": "Max"}) == "Lunch"


def test_the_mail_goes_in_its_readers_language(in_acme: Acme) -> None:
    User.objects.filter(pk=in_acme.rob.user_id).update(language="zh-hant")
    tell(in_acme.operator, in_acme.rob, in_acme.rita)

    mails = {mail.to[0]: mail for mail in sent_mails(in_acme)}

    assert mails["rita@acme.test"].subject == "Max Manager cooks noodles on Nov. 23, 2026."
    assert "2026年11月23日" in mails["rob@acme.test"].subject
    assert "http://localhost:8000/t/acme/" in mails["rita@acme.test"].body


def test_with_a_key_it_is_told_once(in_acme: Acme) -> None:
    assert tell(in_acme.operator, in_acme.rob, key="monday") == 1
    assert tell(in_acme.operator, in_acme.rob, in_acme.rita, key="monday") == 1
    assert tell(in_acme.operator, in_acme.rob, key="tuesday") == 1

    assert Notification.objects.filter(member=in_acme.rob).count() == 2
    assert len(sent_mails(in_acme)) == 3


def test_nobody_is_told_of_what_they_did_themselves(in_acme: Acme, actor_for) -> None:
    assert tell(actor_for(in_acme.max), in_acme.max, in_acme.rob) == 1

    assert Notification.objects.get().member == in_acme.rob


def test_who_has_left_is_told_nothing(in_acme: Acme, actor_for) -> None:
    changes.leave(actor=actor_for(in_acme.ada), member=in_acme.rob, last_day=date(2026, 1, 1))

    assert tell(in_acme.operator, in_acme.rob) == 0
    queue_mail(actor=in_acme.operator, member_id=in_acme.rob.pk, template="notice", context={}, at=NOON)
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize(("in_app", "by_mail"), [(True, False), (False, True), (False, False)])
def test_one_is_told_where_one_chose(in_acme: Acme, actor_for, in_app: bool, by_mail: bool) -> None:
    choose(actor=actor_for(in_acme.rob), kind="test.lunch", in_app=in_app, by_mail=by_mail)

    told = tell(in_acme.operator, in_acme.rob)

    assert told == int(in_app or by_mail)
    assert Notification.objects.exists() is in_app
    assert bool(sent_mails(in_acme)) is by_mail


def test_without_a_choice_the_kind_says_whether_a_mail_goes(in_acme: Acme) -> None:
    quiet = NotificationKind("test.quiet", label="Quiet", text="Quiet.", icon="bell")
    register(quiet)

    tell(in_acme.operator, in_acme.rob, kind="test.quiet")

    assert Notification.objects.count() == 1
    assert sent_mails(in_acme) == []


def test_a_member_without_sign_in_gets_no_mail(in_acme: Acme) -> None:
    Member.objects.filter(pk=in_acme.rob.pk).update(user=None)

    assert tell(in_acme.operator, in_acme.rob) == 1
    assert sent_mails(in_acme) == []


def test_a_kind_cannot_be_registered_twice(lunch: NotificationKind) -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(lunch)


def test_reading_keeps_the_first_time(in_acme: Acme, actor_for) -> None:
    tell(in_acme.operator, in_acme.rob, in_acme.rita)
    rob, mine = actor_for(in_acme.rob), Notification.objects.get(member=in_acme.rob)

    mark_read(actor=rob, notification_id=mine.pk, at=NOON)
    later = NOON.replace(hour=13)
    assert mark_read(actor=rob, notification_id=mine.pk, at=later).read_at == NOON
    with pytest.raises(NotVisible):
        mark_read(actor=actor_for(in_acme.rita), notification_id=mine.pk, at=later)


def test_reading_all_leaves_what_came_meanwhile(in_acme: Acme, actor_for) -> None:
    tell(in_acme.operator, in_acme.rob)
    tell(in_acme.operator, in_acme.rob, at=NOON.replace(hour=14))

    assert mark_all_read(actor=actor_for(in_acme.rob), at=NOON.replace(hour=13)) == 1
    assert Notification.objects.filter(read_at=None).count() == 1


def test_a_members_notifications_stay_in_their_company(acme: Acme, stranger: Stranger) -> None:
    with tenant_scope(stranger.tenant.pk):
        assert tell(stranger.operator, acme.rob) == 0
