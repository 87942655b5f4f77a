"""The one migration operation behind every tenant table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.migrations.operations.base import Operation

from accounts.tenancy.models import TenantForeignKey

# Raises when no tenant is set: a policy that yields no rows would let a nightly job compute nothing, in silence.
_POLICY = "tenant_id = (SELECT current_setting('app.tenant_id')::bigint)"


def _name(table: str, suffix: str) -> str:
    return f"{table[: 62 - len(suffix)]}_{suffix}"


class ProtectTenantTables(Operation):
    """Put the named models behind the database's walls, after the `CreateModel`s of the same migration.

    For each: `UNIQUE (tenant_id, id)`, a policy that raises without a tenant, FORCE (the owner is bound as well), a
    composite foreign key and a tenant-first index for every `TenantForeignKey`. `append_only` models also lose UPDATE
    and DELETE for the application role.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, *names: str, append_only: tuple[str, ...] = ()) -> None:
        self.names = names
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, list(self.names), {"append_only": self.append_only}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of this is in Django's model state."""

    def describe(self) -> str:
        return f"Protect the tenant tables {', '.join(self.names)}"

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if not self.allow_migrate_model(
            schema_editor.connection.alias, to_state.apps.get_model(app_label, self.names[0])
        ):
            return
        tables = [to_state.apps.get_model(app_label, name) for name in self.names]
        for model in tables:
            self._isolate(schema_editor, model._meta.db_table)
        for model in tables:
            for field in model._meta.local_fields:
                if isinstance(field, TenantForeignKey):
                    self._bind(schema_editor, model._meta.db_table, field)
        for name in self.append_only:
            table = schema_editor.quote_name(to_state.apps.get_model(app_label, name)._meta.db_table)
            role = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
            schema_editor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self.names:
            table = schema_editor.quote_name(from_state.apps.get_model(app_label, name)._meta.db_table)
            schema_editor.execute(f"DROP POLICY IF EXISTS tenant_isolation ON {table}")
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

    @staticmethod
    def _isolate(schema_editor: Any, name: str) -> None:
        table = schema_editor.quote_name(name)
        unique = schema_editor.quote_name(_name(name, "tenant_id_id"))
        schema_editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {unique} UNIQUE (tenant_id, id)")
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY tenant_isolation ON {table} USING ({_POLICY}) WITH CHECK ({_POLICY})")

    @staticmethod
    def _bind(schema_editor: Any, name: str, field: models.ForeignKey[Any, Any]) -> None:
        quote = schema_editor.quote_name
        column, target = quote(field.column), quote(field.related_model._meta.db_table)
        # PostgreSQL looks for rows that break the new key, past the policies of both tables, which raise without a
        # tenant. Tenant 0 has no rows, and neither has a table or column that this migration has just made.
        schema_editor.execute("SET LOCAL app.tenant_id = '0'")
        schema_editor.execute(
            f"ALTER TABLE {quote(name)} ADD CONSTRAINT {quote(_name(name, f'{field.column}_same_tenant'))} "
            f"FOREIGN KEY (tenant_id, {column}) REFERENCES {target} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED"
        )
        if getattr(field, "looked_up", True):
            index = quote(_name(name, f"{field.column}_tenant"))
            schema_editor.execute(f"CREATE INDEX {index} ON {quote(name)} (tenant_id, {column})")


class ProtectTenantReference(Operation):
    """The same walls for one `TenantForeignKey` that is added to a table already protected."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.model_name, self.field_name], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of this is in Django's model state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            ProtectTenantTables._bind(schema_editor, model._meta.db_table, model._meta.get_field(self.field_name))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Removing the field drops its constraint and its index."""
