"""Asks PostgreSQL's catalogue whether the walls between tenants stand. One line for each gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# As pg_get_expr prints what accounts.tenancy.operations writes. Without missing_ok: no tenant raises.
_POLICY = "(tenant_id = ( SELECT (current_setting('app.tenant_id'::text))::bigint AS current_setting))"

# Tables outside row-level security, each with its reason. Nothing that a company would mind another to read is in them.
OUTSIDE = {
    "accounts_access": "which tenants a user may enter; read at the door, before one is entered",
    "accounts_attempt": "failed sign-ins, counted before anybody is known",
    "accounts_tenant": "name and settings of the tenants; read at the door",
    "accounts_user": "sign-in; a user may belong to several tenants",
    "account_emailaddress": "sign-in, allauth's",
    "account_emailconfirmation": "sign-in, allauth's",
    "mfa_authenticator": "second factors of users, allauth's",
    "usersessions_usersession": "browsers in which users are signed in, allauth's",
    "django_session": "sign-in; read before a tenant is known",
    "django_migrations": "the schema's own history",
    "django_content_type": "names of models",
    "auth_group": "unused; comes with django.contrib.auth",
    "auth_group_permissions": "unused; comes with django.contrib.auth",
    "auth_permission": "unused; comes with django.contrib.auth",
}

_TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
           EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
    FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
_POLICIES = """
    SELECT polname, polpermissive, polcmd::text, polroles = '{0}',
           pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
    FROM pg_policy WHERE polrelid = %s::regclass
"""
_INDEXES = """
    SELECT c.relname, i.indisunique OR i.indisexclusion, i.indisprimary, a.attname,
           (SELECT array_agg(k.attname ORDER BY n) FROM unnest(i.indkey::int[]) WITH ORDINALITY AS u(num, n)
            JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = u.num)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = %s::regclass
"""
_FOREIGN_KEYS = """
    SELECT con.conname, con.confrelid::regclass::text,
           (SELECT array_agg(a.attname ORDER BY n) FROM unnest(con.conkey) WITH ORDINALITY AS u(num, n)
            JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = u.num),
           (SELECT array_agg(a.attname ORDER BY n) FROM unnest(con.confkey) WITH ORDINALITY AS u(num, n)
            JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = u.num)
    FROM pg_constraint con WHERE con.contype = 'f' AND con.conrelid = %s::regclass
"""
_VIEWS = """
    SELECT c.relname, c.relkind::text, COALESCE('security_invoker=true' = ANY (c.reloptions), false)
    FROM pg_class c
    WHERE c.relkind IN ('v', 'm') AND c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
_DEFINERS = """
    SELECT p.proname FROM pg_proc p
    WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def _rows(cursor: Any, query: str, *params: Any) -> list[tuple[Any, ...]]:
    cursor.execute(query, params)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def tenant_tables(cursor: Any) -> list[str]:
    return [name for name, __, __, has_tenant in _rows(cursor, _TABLES) if has_tenant and name not in OUTSIDE]


def gaps(cursor: Any) -> Iterator[str]:
    """Everything that is wrong, and what to do about it."""
    tables = _rows(cursor, _TABLES)
    inside = [name for name, *__ in tables if name not in OUTSIDE]
    for name, enabled, forced, has_tenant in tables:
        if name in OUTSIDE:
            continue
        if not has_tenant:
            yield f"{name} has no tenant_id: derive the model from TenantModel, or give its reason in OUTSIDE"
            continue
        if not (enabled and forced):
            yield f"{name} has no forced row-level security: end the migration with ProtectTenantTables"
        yield from _policy_gaps(cursor, name)
        yield from _index_gaps(cursor, name)
        yield from _key_gaps(cursor, name, set(inside))
    for name, kind, invoker in _rows(cursor, _VIEWS):
        if kind == "m":
            yield f"{name} is a materialised view, which row-level security does not hold for: make it a table"
        elif not invoker:
            yield f"{name} reads as its owner: create the view WITH (security_invoker = true)"
    for (name,) in _rows(cursor, _DEFINERS):
        yield f"{name}() runs as its owner: leave out SECURITY DEFINER"


def _policy_gaps(cursor: Any, table: str) -> Iterator[str]:
    policies = _rows(cursor, _POLICIES, table)
    expected = [("tenant_isolation", True, "*", True, _POLICY, _POLICY)]
    if policies != expected:
        yield f"{table} has other policies than the one of ProtectTenantTables: {policies}"


def _index_gaps(cursor: Any, table: str) -> Iterator[str]:
    indexes = _rows(cursor, _INDEXES, table)
    for name, unique, primary, first, __ in indexes:
        if unique and not primary and first != "tenant_id":
            yield f"{name} on {table} is unique over all tenants and tells what another has: put tenant_id first"
        elif not primary and first != "tenant_id":
            yield f"{name} on {table} does not begin with tenant_id: put it first, every query names it"
    if not any(unique and columns == ["tenant_id", "id"] for __, unique, __, __, columns in indexes):
        yield f"{table} lacks UNIQUE (tenant_id, id), which composite keys refer to: use ProtectTenantTables"


def _key_gaps(cursor: Any, table: str, inside: set[str]) -> Iterator[str]:
    for name, target, columns, target_columns in _rows(cursor, _FOREIGN_KEYS, table):
        pairs = set(zip(columns, target_columns, strict=True))
        if target in inside and ("tenant_id", "tenant_id") not in pairs:
            yield f"{name} on {table} accepts another tenant's row: make the field a TenantForeignKey"


def loose_references(cursor: Any, references: list[tuple[str, str, str]]) -> Iterator[str]:
    """Of the (table, column, target) that the models have, those that the database does not hold."""
    for table, column, target in references:
        keys = _rows(cursor, _FOREIGN_KEYS, table)
        held = any(
            other == target and set(zip(columns, others, strict=True)) == {("tenant_id", "tenant_id"), (column, "id")}
            for __, other, columns, others in keys
        )
        if not held:
            yield f"{table}.{column} has no composite key to {target}: use ProtectTenantTables or …Reference"


def excess_privileges(cursor: Any, role: str) -> Iterator[str]:
    """What the application's role may do though it should read and write rows only."""
    for name, *__ in _rows(cursor, _TABLES):
        for privilege in ("TRUNCATE", "REFERENCES", "TRIGGER"):
            cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, name, privilege])
            if cursor.fetchone()[0]:
                yield f"{role} has {privilege} on {name}: grant SELECT, INSERT, UPDATE, DELETE only"
    cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
    if cursor.fetchone()[0]:
        yield f"{role} may create tables in the schema public"
    cursor.execute("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", [role])
    if any(cursor.fetchone()):
        yield f"{role} is superuser, passes row-level security, or makes roles or databases"


def never_changed(cursor: Any, role: str) -> dict[str, str]:
    """Tables that the role can read, with what it may not do to their rows."""
    found = {}
    for name, *__ in _rows(cursor, _TABLES):
        denied = []
        for privilege in ("UPDATE", "DELETE"):
            cursor.execute(
                "SELECT has_any_column_privilege(%s, %s, 'UPDATE')"
                if privilege == "UPDATE"
                else "SELECT has_table_privilege(%s, %s, 'DELETE')",
                [role, name],
            )
            if not cursor.fetchone()[0]:
                denied.append(privilege)
        if denied:
            found[name] = " ".join(denied)
    return found
