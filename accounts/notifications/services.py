"""Telling people: a row for the bell, and a mail in the outbox, both in the transaction of what is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from accounts.notifications import hints
from accounts.notifications.models import MailState, Notification, NotificationChoice, OutboxMail
from accounts.notifications.registry import NotificationKind, get_kind
from accounts.people.models import Member
from salesops.lib.errors import DomainError, NotVisible, gettext_noop

NOTICE = "notice"  # the template of a notification by mail
_TEMPLATE = re.compile(r"^[a-z][a-z_]*$")


@transaction.atomic
def notify(
    *,
    actor: Actor,
    member_ids: Collection[int],
    kind: str,
    params: Mapping[str, str | int],
    url: str,
    at: datetime,
    key: str = "",
) -> int:
    """Tell these members; how many were told in the app or by mail.

    Whoever does something is not told of it themselves, nor are those who have left. With a `key`, a member is told
    of that kind and key once, however often this is called. `url` is the path that the notification opens.
    """
    news = _News(get_kind(kind), dict(params), url, at, key)
    own = actor.member.pk if actor.member else None
    members = list(Member.objects.filter(pk__in=set(member_ids) - {own}, left_on__isnull=True).select_related("user"))
    choices = {row.member_id: row for row in NotificationChoice.objects.filter(kind=kind, member__in=members)}
    in_app = [one for one in members if one.pk not in choices or choices[one.pk].in_app]
    by_mail = [one for one in members if one.user_id and _by_mail(news.kind, choices.get(one.pk))]
    told = _write_notifications(news, in_app)
    sent = _write_mails(actor, [news.as_mail(one) for one in by_mail])
    return len(told | {mail.member_id for mail in sent})


@transaction.atomic
def queue_mail(
    *, actor: Actor, member_id: int, template: str, context: Mapping[str, Any], at: datetime, key: str = ""
) -> None:
    """A mail to a member, from `templates/mail/<template>.txt` (its first line is the subject) in their language.

    `context` must be JSON: the text is made when the mail goes. With a `key` it is written once.
    """
    _check_template(template)
    member = Member.objects.filter(pk=member_id, left_on__isnull=True, user__isnull=False).first()
    if member is None:
        return
    row = OutboxMail(member=member, template=template, context=dict(context), key=key, created_at=at)
    _write_mails(actor, [row])


@transaction.atomic
def queue_mail_to_address(
    *,
    actor: Actor,
    address: str,
    language: str,
    template: str,
    context: Mapping[str, Any],
    at: datetime,
    key: str = "",
) -> None:
    """A mail to somebody who is not a member yet (an invitation), in the language given."""
    _check_template(template)
    row = OutboxMail(
        address=address, language=language, template=template, context=dict(context), key=key, created_at=at
    )
    _write_mails(actor, [row])


@transaction.atomic
def mark_read(*, actor: Actor, notification_id: int, at: datetime) -> Notification:
    """The actor has seen it. Once read, the first time stays."""
    found: Notification | None = (
        Notification.objects.filter(member=actor.member, pk=notification_id).select_for_update().first()
    )
    if found is None:
        raise NotVisible
    if found.read_at is None:
        found.read_at = at
        found.save(update_fields=["read_at"])
    return found


@transaction.atomic
def mark_all_read(*, actor: Actor, at: datetime) -> int:
    """Everything that the actor was told up to that instant; how many were unread."""
    mine = Notification.objects.filter(member=actor.member, read_at__isnull=True, at__lte=at)
    return mine.update(read_at=at)


@transaction.atomic
def choose(*, actor: Actor, kind: str, in_app: bool, by_mail: bool) -> None:
    """Where the actor wants to be told of a kind from now on."""
    if actor.member is None:
        raise DomainError("no_member", gettext_noop("The operator is not notified."))
    get_kind(kind)
    NotificationChoice.objects.update_or_create(
        member=actor.member, kind=kind, defaults={"in_app": in_app, "by_mail": by_mail}
    )


@transaction.atomic
def send_again(*, actor: Actor, mail_id: int) -> OutboxMail:
    """Try a mail that was given up once more from the beginning."""
    require(actor, "settings.manage")
    mail: OutboxMail | None = OutboxMail.objects.filter(pk=mail_id).select_for_update().first()
    if mail is None:
        raise NotVisible
    if mail.state != MailState.FAILED:
        raise DomainError("not_failed", gettext_noop("Only a mail that was not delivered can be sent again."))
    mail.state, mail.attempts, mail.held_until, mail.error = MailState.QUEUED, 0, None, ""
    mail.save(update_fields=["state", "attempts", "held_until", "error"])
    record(actor=actor, action="mail.sent_again", subject=mail)
    hints.send_soon(actor.tenant.pk)
    return mail


@dataclass(frozen=True, slots=True)
class _News:
    """What is told, whoever is told it."""

    kind: NotificationKind
    params: dict[str, str | int]
    url: str
    at: datetime
    key: str

    def as_notification(self, member: Member) -> Notification:
        kind = self.kind.name
        return Notification(member=member, kind=kind, params=self.params, url=self.url, at=self.at, key=self.key)

    def as_mail(self, member: Member) -> OutboxMail:
        kind = self.kind.name
        key = f"{kind}:{member.pk}:{self.key}" if self.key else ""
        context = {"kind": kind, "params": self.params, "url": self.url}
        return OutboxMail(member=member, template=self.kind.letter, context=context, key=key, created_at=self.at)


def _write_notifications(news: _News, members: Collection[Member]) -> set[int]:
    """One row each, but none where the same key was told before; the members told now."""
    told: set[int] = set()
    if news.key:
        same = Notification.objects.filter(kind=news.kind.name, key=news.key, member__in=members)
        told = set(same.values_list("member_id", flat=True))
    rows = [news.as_notification(one) for one in members if one.pk not in told]
    Notification.objects.bulk_create(rows, ignore_conflicts=bool(news.key))
    return {row.member_id for row in rows}


def _write_mails(actor: Actor, rows: list[OutboxMail]) -> list[OutboxMail]:
    """Into the outbox, without those whose key is there already; the workers are told when the transaction holds."""
    keys = [row.key for row in rows if row.key]
    there = set(OutboxMail.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    fresh = [row for row in rows if not row.key or row.key not in there]
    if fresh:
        OutboxMail.objects.bulk_create(fresh, ignore_conflicts=True)
        hints.send_soon(actor.tenant.pk)
    return fresh


def _by_mail(kind: NotificationKind, choice: NotificationChoice | None) -> bool:
    return kind.mail_default if choice is None else choice.by_mail


def _check_template(template: str) -> None:
    if not _TEMPLATE.match(template):
        raise ValueError(f"{template!r} is not the name of a mail template")
