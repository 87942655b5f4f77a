"""Telling the workers that mail waits. A lost hint loses nothing: the outbox is swept every minute."""

from __future__ import annotations

from django.db import transaction

from accounts.jobs.hints import send_task


def send_soon(tenant_id: int) -> None:
    """Once the present transaction holds, its mails go. Called many times in one, it hints once."""
    waiting = [call for _sids, call, *_rest in transaction.get_connection().run_on_commit]
    if not any(getattr(call, "tenant_id", None) == tenant_id for call in waiting):
        transaction.on_commit(_Hint(tenant_id))


class _Hint:
    def __init__(self, tenant_id: int) -> None:
        self.tenant_id = tenant_id

    def __call__(self) -> None:
        send_task("accounts.notifications.tasks.send_mails", (self.tenant_id,), queue="web")
