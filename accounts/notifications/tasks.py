"""The Celery tasks of the outbox; what is to be sent is in the table."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from accounts.notifications.hints import send_soon
from accounts.notifications.models import OutboxMail
from accounts.notifications.sending import send_due
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib import clock


@shared_task
def send_mails(tenant_id: int) -> int:
    """A hint has come: send what waits, as far as nobody else has it."""
    with tenant_scope(tenant_id):
        return send_due(clock.now())


@shared_task(expires=60)  # beat sends the next one by then
def sweep_outbox() -> int:
    """Hint at every company whose mails wait: the hint was lost, its worker died, or the next try has come."""
    waiting = [
        tenant_id for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True) if _waits(tenant_id)
    ]
    for tenant_id in waiting:
        send_soon(tenant_id)
    return len(waiting)


def _waits(tenant_id: int) -> bool:
    with tenant_scope(tenant_id), transaction.atomic():
        return OutboxMail.objects.filter(OutboxMail.due()).exists()
