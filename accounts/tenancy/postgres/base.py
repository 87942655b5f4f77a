"""Django's PostgreSQL backend, with the current tenant pushed at every BEGIN.

Web requests, Celery tasks, the shell, on_commit hooks and tests thereby behave the same, and a transaction pooler
works, because the setting lives exactly as long as the transaction (reliability.md, Tenant isolation).
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base

from accounts.tenancy.context import current_tenant_id

_ROLE_IS_TOO_STRONG = """
    SELECT rolsuper OR rolbypassrls
        OR pg_has_role(rolname, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER')
    FROM pg_roles WHERE rolname = current_user
"""


class DatabaseWrapper(base.DatabaseWrapper):
    def init_connection_state(self) -> None:
        super().init_connection_state()
        with self.connection.cursor() as cursor:
            cursor.execute(_ROLE_IS_TOO_STRONG)
            if cursor.fetchone()[0]:
                raise ImproperlyConfigured(
                    "DATABASE_URL signs in as a superuser, the database's owner or a role with BYPASSRLS, for which "
                    "row-level security does not hold. Use the application role (manage.py bootstrap_database)."
                )

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 (Django's signature)
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # private, so not in the stubs
        tenant_id = current_tenant_id()
        if not autocommit and tenant_id is not None:
            self.push_tenant(tenant_id)

    def push_tenant(self, tenant_id: int | None) -> None:
        """Tell PostgreSQL whose rows this transaction may touch; it forgets at COMMIT and ROLLBACK."""
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.tenant_id', %s, true)", ["" if tenant_id is None else str(tenant_id)]
            )
