"""Keeping a stage where it is while a deal goes there, and one change of the stages at a time."""

from __future__ import annotations

from django.db import connection

from accounts.tenancy.context import required_tenant_id
from salesops.lib.errors import DomainError, gettext_noop

_LOCK = 0x73746167  # "stag": the first key of the advisory lock, so that it meets no other lock of the product
# Shared: moves into one stage do not wait for each other, only for whoever changes or removes it.
_HOLD = "SELECT FROM pipeline_stage WHERE tenant_id = %s AND id = %s AND NOT removed FOR SHARE"


def take_turns() -> None:
    """Wait until nobody else changes this tenant's stages; held to the end of this transaction.

    Not the ledger's turns: whoever wins a deal has locked it before the ledger, and removing a stage locks its deals.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, required_tenant_id()])


def hold(stage_id: int) -> None:
    """The stage stays to the end of this transaction. Refuses (`unknown_stage`) one that was removed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [required_tenant_id(), stage_id])
        if cursor.fetchone() is None:
            raise DomainError("unknown_stage", gettext_noop("There is no such open stage."), "stage")
