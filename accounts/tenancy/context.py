"""Which tenant the running code works for. There is no default: without one, tenant tables raise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

_current: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class TenantRequired(RuntimeError):
    """A tenant's table was used outside any tenant. Enter one with `tenant_scope(tenant_id)`."""


def current_tenant_id() -> int | None:
    return _current.get()


def required_tenant_id() -> int:
    tenant_id = _current.get()
    if tenant_id is None:
        raise TenantRequired("No tenant has been entered; wrap the code in tenant_scope(tenant_id).")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: int | None) -> Iterator[None]:
    """Work for this tenant. Transactions begun inside carry it; an open one is told at once, and told back at the end.

    `None` leaves every tenant, which is what a request's shell code and the dispatcher between tenants want.
    """
    token = _current.set(tenant_id)
    try:
        _tell_open_transaction(tenant_id)
        yield
    finally:
        _current.reset(token)
        _tell_open_transaction(_current.get())


def _tell_open_transaction(tenant_id: int | None) -> None:
    if not connection.in_atomic_block:
        return
    # In a failed transaction nothing can be executed; its rollback also takes back what was set inside it.
    if connection.connection.get_transaction_status() != TRANSACTION_STATUS_INERROR:
        connection.push_tenant(tenant_id)  # type: ignore[attr-defined]  # our backend's wrapper
