"""What a member has been told, and for those who run the company, what mail has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.home.waiting import Waiting
from accounts.notifications.models import MailState, Notification, NotificationChoice, OutboxMail
from accounts.notifications.registry import NotificationKind, NotWanted, Params, find_kind, kinds
from accounts.notifications.services import NOTICE
from accounts.people.models import Member
from salesops.lib.keyset import Page, page

ORDER = ("-at", "-id")
MAIL_ORDER = ("-created_at", "-id")


@dataclass(frozen=True, slots=True)
class Line:
    """A notification in words."""

    id: int
    sentence: str
    label: str | Promise
    icon: str
    url: str
    at: datetime
    is_unread: bool


def inbox(actor: Actor, *, unread_only: bool = False) -> QuerySet[Notification]:
    """What the actor has been told; only ever their own."""
    mine: QuerySet[Notification] = Notification.objects.filter(member=actor.member)
    return mine.filter(read_at__isnull=True) if unread_only else mine


def inbox_page(actor: Actor, cursor: str, *, unread_only: bool) -> tuple[Page[Notification], list[Line]]:
    """One page of it, the latest first, and its lines. One query."""
    found = page(inbox(actor, unread_only=unread_only), by=ORDER, cursor=cursor)
    return found, [line(row) for row in found.rows]


def line(row: Notification) -> Line:
    """In the language in force. A row that outlived its kind still says when, and where it leads."""
    kind = find_kind(row.kind) or NotificationKind(row.kind, _("Notification"), row.kind, "bell")
    sentence = kind.sentence(row.params)
    return Line(row.pk, sentence, kind.label, kind.icon, row.url, row.at, row.read_at is None)


def notice(context: Params) -> Params:
    """The sentence of a notification that goes by mail, in the language in force."""
    kind = find_kind(context["kind"])
    if kind is None:
        raise NotWanted
    return {"sentence": kind.sentence(context["params"])}


def with_unread(members: QuerySet[Member]) -> QuerySet[Member]:
    """Each member with `unread`, the number on their bell, in the same query: it is read on every page."""
    unread = (
        Notification.objects.filter(member=OuterRef("pk"), read_at__isnull=True)
        .order_by()
        .values("member")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return members.annotate(unread=Coalesce(Subquery(unread, output_field=IntegerField()), Value(0)))


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind as a row of the preferences: where its reader is told."""

    kind: NotificationKind
    in_app: bool
    by_mail: bool


def choices_of(actor: Actor) -> list[KindChoice]:
    """Every kind with what the actor chose, or else its default. One query."""
    chosen = {row.kind: row for row in NotificationChoice.objects.filter(member=actor.member)}
    return [_choice(kind, chosen.get(kind.name)) for kind in kinds()]


def _choice(kind: NotificationKind, chosen: NotificationChoice | None) -> KindChoice:
    if chosen is None:
        return KindChoice(kind, in_app=True, by_mail=kind.mail_default)
    return KindChoice(kind, chosen.in_app, chosen.by_mail)


# --- Mail, for those who run the company -----------------------------------------------------------------------------


def outbox(actor: Actor, state: str = "") -> QuerySet[OutboxMail]:
    """The company's mails, with their readers. What a filter does not know is no filter."""
    require(actor, "settings.manage")
    mails: QuerySet[OutboxMail] = OutboxMail.objects.select_related("member__user")
    return mails.filter(state=state) if state in MailState.values else mails


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as a row: what it is about in one word or two, and whether somebody must look."""

    mail: OutboxMail
    label: str | Promise
    address: str
    tone: str


_LABELS: dict[str, str | Promise] = {"invitation": _("Invitation")}
_TONES = {MailState.QUEUED: "none", MailState.SENT: "good", MailState.FAILED: "risk"}


def mail_row(mail: OutboxMail) -> MailRow:
    label: Any = _LABELS.get(mail.template, mail.template)
    if mail.template == NOTICE:
        kind = find_kind(mail.context.get("kind", ""))
        label = kind.label if kind else label
    user = mail.member.user if mail.member else None
    tone = "warn" if mail.state == MailState.QUEUED and mail.attempts else _TONES[MailState(mail.state)]
    return MailRow(mail, label, mail.address or (user.email if user else ""), tone)


def undelivered(actor: Actor, as_of: date, limit: int) -> list[Waiting]:
    """For the home page: mails that were given up."""
    failed = OutboxMail.objects.filter(state=MailState.FAILED).count()
    if not failed:
        return []
    title = ngettext("%(count)s mail was not delivered", "%(count)s mails were not delivered", failed)
    url = f"{reverse('mail_list', args=[actor.tenant.slug])}?state=failed"
    detail = _("The mail server refused five times. See why, then send again.")
    return [Waiting(title % {"count": failed}, detail, url, urgency="warn")]
