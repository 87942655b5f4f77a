"""The database's own word that no tenant can reach another's rows (reliability.md, Tenant isolation)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings

from accounts.tenancy.models import TenantForeignKey, TenantModel
from tests.architecture.catalogue import (
    OUTSIDE,
    excess_privileges,
    gaps,
    loose_references,
    never_changed,
    tenant_tables,
)

_APP_ROLE = settings.DATABASES["default"]["USER"]

# What has been written here is not written over; the value is what the application's role may not do. A new
# append-only table gets its line.
APPEND_ONLY = {
    "accounts_auditentry": "UPDATE DELETE",  # who did what
    "incentives_planversion": "UPDATE DELETE",  # what was promised
    "pipeline_creditline": "UPDATE DELETE",  # the ledger: corrected by reversals only
    "pipeline_riskevent": "UPDATE DELETE",  # what became of a risk
    "pipeline_stagechange": "UPDATE DELETE",  # a deal's history
    "reviews_feedbackentry": "UPDATE DELETE",  # what was done about what a customer said
}


def _references() -> list[tuple[str, str, str]]:
    return [
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    ]


def test_every_table_is_behind_the_walls(owner_cursor):
    assert list(gaps(owner_cursor)) == []


def test_every_reference_is_held_by_a_composite_key(owner_cursor):
    references = _references()
    assert references
    assert list(loose_references(owner_cursor, references)) == []


def test_no_tenant_model_refers_to_another_by_a_plain_key():
    plain = [
        str(field)
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        for field in model._meta.local_fields
        if field.is_relation
        and issubclass(field.related_model, TenantModel)
        and not isinstance(field, TenantForeignKey)
    ]
    assert plain == [], "Make them TenantForeignKeys: a plain key accepts another tenant's row."


def test_many_to_many_tables_are_models_of_their_own():
    """The table that Django would make for one has no tenant_id."""
    found = [str(field) for model in apps.get_models() for field in model._meta.local_many_to_many]
    ours = [
        name for name in found if name.split(".")[0] in {"accounts", "pipeline", "targets", "incentives", "reviews"}
    ]
    assert ours == []


def test_the_list_of_tables_outside_is_short_of_none_and_has_none_too_many(owner_cursor):
    owner_cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert set(OUTSIDE) - {name for (name,) in owner_cursor.fetchall()} == set()
    assert all(reason for reason in OUTSIDE.values())


def test_the_application_reads_and_writes_rows_and_nothing_else(owner_cursor):
    assert list(excess_privileges(owner_cursor, _APP_ROLE)) == []


def test_append_only_tables_are_those_of_the_list(owner_cursor):
    assert never_changed(owner_cursor, _APP_ROLE) == APPEND_ONLY


# --- The checkers can fail -------------------------------------------------------------------------------------------

_GOOD = """
    CREATE TABLE pipeline_wall (id bigint PRIMARY KEY, tenant_id bigint NOT NULL, name text, UNIQUE (tenant_id, id));
    ALTER TABLE pipeline_wall ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation ON pipeline_wall
        USING (tenant_id = (SELECT current_setting('app.tenant_id')::bigint))
        WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id')::bigint));
"""
_LENIENT = "(tenant_id = (SELECT current_setting('app.tenant_id', true)::bigint))"


def test_a_table_behind_all_walls_has_no_gap(owner_cursor):
    owner_cursor.execute(_GOOD)
    assert [gap for gap in gaps(owner_cursor) if "pipeline_wall" in gap] == []
    assert "pipeline_wall" in tenant_tables(owner_cursor)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("ALTER TABLE pipeline_wall NO FORCE ROW LEVEL SECURITY", "no forced row-level security"),
        ("ALTER TABLE pipeline_wall DISABLE ROW LEVEL SECURITY", "no forced row-level security"),
        ("DROP POLICY tenant_isolation ON pipeline_wall", "other policies"),
        (f"ALTER POLICY tenant_isolation ON pipeline_wall USING {_LENIENT}", "other policies"),
        ("CREATE POLICY also ON pipeline_wall USING (true)", "other policies"),
        ("CREATE UNIQUE INDEX name_once ON pipeline_wall (name)", "unique over all tenants"),
        ("CREATE INDEX by_name ON pipeline_wall (name)", "does not begin with tenant_id"),
        ("ALTER TABLE pipeline_wall DROP CONSTRAINT pipeline_wall_tenant_id_id_key", "lacks UNIQUE (tenant_id, id)"),
        ("ALTER TABLE pipeline_wall ADD team bigint REFERENCES accounts_team (id)", "accepts another tenant's row"),
        ("CREATE TABLE pipeline_open (id bigint PRIMARY KEY)", "pipeline_open has no tenant_id"),
        ("CREATE VIEW all_walls AS SELECT * FROM pipeline_wall", "reads as its owner"),
        ("CREATE MATERIALIZED VIEW old_walls AS SELECT 1 AS one", "materialised view"),
        ("CREATE FUNCTION peek() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'", "runs as its owner"),
    ],
)
def test_a_gap_is_found(owner_cursor, fault, complaint):
    owner_cursor.execute(_GOOD)
    before = set(gaps(owner_cursor))
    owner_cursor.execute(fault)
    (found,) = set(gaps(owner_cursor)) - before
    assert complaint in found


def test_a_reference_without_its_key_is_found(owner_cursor):
    owner_cursor.execute(_GOOD)
    owner_cursor.execute("ALTER TABLE pipeline_wall ADD team_id bigint")
    (found,) = loose_references(owner_cursor, [("pipeline_wall", "team_id", "accounts_team")])
    assert "pipeline_wall.team_id has no composite key to accounts_team" in found


@pytest.mark.parametrize("privilege", ["TRUNCATE", "REFERENCES"])
def test_a_privilege_too_many_is_found(owner_cursor, privilege):
    owner_cursor.execute(f"GRANT {privilege} ON accounts_team TO {_APP_ROLE}")
    (found,) = excess_privileges(owner_cursor, _APP_ROLE)
    assert f"has {privilege} on accounts_team" in found


def test_an_append_only_table_that_can_be_changed_is_found(owner_cursor):
    owner_cursor.execute(f"GRANT UPDATE (data) ON accounts_auditentry TO {_APP_ROLE}")
    assert never_changed(owner_cursor, _APP_ROLE)["accounts_auditentry"] == "DELETE"
