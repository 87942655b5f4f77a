"""Writers of a tenant's pay take turns: the run that replaces drafts, and the people who submit and approve them."""

from __future__ import annotations

from datetime import date

from django.db import connection

from accounts.tenancy.context import required_tenant_id
from incentives.payouts.models import PayoutBatch

_LOCK = 0x7061796F  # "payo": the first key of the advisory lock, so that it meets no other lock of the product


def take_turns() -> None:
    """Wait until no other transaction writes this tenant's statements or batches; held to the end of this one.

    Without it a run could commit changes to a month between its approval's check and the approval's commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, required_tenant_id()])


def closed_until() -> date | None:
    """The first day of the last approved month; months are approved in their order, so all before it are closed."""
    approved = PayoutBatch.objects.filter(state=PayoutBatch.State.APPROVED)
    return approved.order_by("-month").values_list("month", flat=True).first()
