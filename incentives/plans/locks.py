"""Writers of a tenant's plans and assignments take turns."""

from __future__ import annotations

from django.db import connection

from accounts.tenancy.context import required_tenant_id

_LOCK = 0x706C616E  # "plan": the first key of the advisory lock, so that it meets no other lock of the product


def take_turns() -> None:
    """Wait until no other transaction of the tenant assigns or names plans; held to the end of this one.

    Whether an assignment overlaps another, or a name is taken, is then decided by rows that are there to be read: two
    people who assign the same role at once would otherwise both find nothing, and the second break a constraint.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, required_tenant_id()])
