"""The mails that have been written, sent now."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core import mail
from django.core.mail import EmailMessage

from accounts.notifications.sending import send_due
from accounts.tenancy.context import tenant_scope
from tests.factories import Company


def sent_mails(company: Company) -> list[EmailMessage]:
    """Send what waits in the company's outbox, as its worker would, and answer all that was sent in this test."""
    with tenant_scope(company.tenant.pk):
        send_due(datetime.now(UTC))
    return list(mail.outbox)
