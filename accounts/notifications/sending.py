"""Sending the outbox: each mail is taken by one worker, and what the mail server refuses is tried again, then given up.

A worker takes a mail in a transaction of its own (attempts + 1, held for ten minutes) and sends it outside any, so that
a slow mail server holds no lock. Killed after the server took the mail and before the row says so, it is sent a second
time, ten minutes later; the same Message-ID lets mailboxes fold the two.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from accounts.notifications.models import MailState, OutboxMail
from accounts.notifications.registry import NotWanted, prepared
from accounts.people.selectors import language_of

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=10)
# A mail server that restarts is back in minutes, one that is moved in hours; then somebody must look.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
MOST_ATTEMPTS = len(_PAUSES) + 1


@dataclass(frozen=True, slots=True)
class Letter:
    """`html` is empty where a template has no HTML beside its text."""

    address: str
    subject: str
    text: str
    html: str = ""


def send_due(at: datetime) -> int:
    """Send what waits in the current tenant, one after the other; how many have gone."""
    sent = 0
    while (mail := _take()) is not None:
        sent += _send(mail, at)
    return sent


def _take() -> OutboxMail | None:
    """The oldest mail that nobody holds, held from now on; None when there is none."""
    with transaction.atomic():
        waiting = OutboxMail.objects.filter(OutboxMail.due()).order_by("pk")
        mail: OutboxMail | None = (
            waiting.select_related("member__user", "tenant").select_for_update(skip_locked=True, of=("self",)).first()
        )
        if mail is not None:
            mail.attempts += 1
            OutboxMail.objects.filter(pk=mail.pk).update(attempts=F("attempts") + 1, held_until=Now() + _LEASE)
    return mail


def _send(mail: OutboxMail, at: datetime) -> bool:
    try:
        letter = written(mail)
        message = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.address], headers=_headers(mail))
        if letter.html:
            message.attach_alternative(letter.html, "text/html")
        message.send()
    except NotWanted:
        with transaction.atomic():
            OutboxMail.objects.filter(pk=mail.pk).delete()
        return False
    except Exception as error:  # a mail server may refuse in any way; the row tells of it
        logger.exception("Mail %s was not sent, attempt %s", mail.pk, mail.attempts)
        _put_back(mail, error)
        return False
    with transaction.atomic():
        OutboxMail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=at, held_until=None, error="")
    return True


def _put_back(mail: OutboxMail, error: Exception) -> None:
    """For the next try, or given up. The error's name only: its text may quote somebody's address."""
    again = mail.attempts < MOST_ATTEMPTS
    with transaction.atomic():
        OutboxMail.objects.filter(pk=mail.pk).update(
            state=MailState.QUEUED if again else MailState.FAILED,
            held_until=Now() + _PAUSES[mail.attempts - 1] if again else None,
            error=type(error).__name__[:200],
        )


def written(mail: OutboxMail) -> Letter:
    """The mail in the reader's language and the company's time."""
    tenant, member = mail.tenant, mail.member
    language = mail.language or language_of(member.user if member else None, tenant)
    with translation.override(language), timezone.override(ZoneInfo(tenant.time_zone)):
        with transaction.atomic():
            found = prepared(mail.template, mail.context)
        context = {**mail.context, **found, "tenant": tenant, "member": member, "site": settings.SITE_URL}
        text = render_to_string(f"mail/{mail.template}.txt", context)
        html = _html(mail.template, context)
    subject, _newline, body = text.strip().partition("\n")
    return Letter(mail.address or member.user.email, " ".join(subject.split()), body.strip() + "\n", html)


def _html(template: str, context: dict[str, Any]) -> str:
    """`mail/<template>.html`, where there is one."""
    try:
        found = get_template(f"mail/{template}.html")
    except TemplateDoesNotExist:
        return ""
    return found.render(context)


def _headers(mail: OutboxMail) -> dict[str, str]:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return {"Message-ID": f"<outbox-{mail.tenant_id}-{mail.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
