"""An approved month cannot be changed by anybody: attacks by plain SQL, as the application's role and as the owner."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from incentives.payouts.models import PayoutBatch
from tests.incentives.cast import NOVEMBER, OCTOBER, approved, submitted

TABLES = ("incentives_statement", "incentives_earning", "incentives_earningline")


@pytest.fixture
def locked(computed, hana, eve):
    approved(hana, eve)
    return computed


def attempt(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


@pytest.mark.parametrize("table", TABLES)
def test_rows_cannot_be_changed(locked, table):
    with pytest.raises(IntegrityError, match="approved"):
        attempt(f"UPDATE {table} SET month = month WHERE month = %s", OCTOBER)  # noqa: S608


@pytest.mark.parametrize("table", TABLES)
def test_rows_cannot_be_deleted(locked, table):
    with pytest.raises(IntegrityError, match="approved"):
        attempt(f"DELETE FROM {table} WHERE month = %s", OCTOBER)  # noqa: S608


@pytest.mark.parametrize("table", TABLES[:2])
def test_rows_cannot_be_moved_into_the_month(locked, table):
    with pytest.raises(IntegrityError):
        attempt(f"UPDATE {table} SET month = %s WHERE month = %s", OCTOBER, NOVEMBER)  # noqa: S608


def test_a_line_cannot_be_added(locked):
    with pytest.raises(IntegrityError, match="approved"):
        attempt(
            "INSERT INTO incentives_earningline (tenant_id, participant_id, month, place, seq, credit_line_id, date, "
            "base, exact, amount, note, slices) SELECT tenant_id, participant_id, month, place, 99, credit_line_id, "
            "date, base, exact, amount, note, slices FROM incentives_earningline WHERE month = %s LIMIT 1",
            OCTOBER,
        )


def test_other_months_stay_open(locked):
    assert attempt("UPDATE incentives_statement SET month = month WHERE month = %s", NOVEMBER) == 4


@pytest.mark.parametrize(
    "change", ["UPDATE incentives_payoutbatch SET state = 'draft'", "DELETE FROM incentives_payoutbatch"]
)
def test_the_approval_cannot_be_undone(locked, change):
    with pytest.raises(IntegrityError, match="approved payout"):
        attempt(change)


def test_nobody_approves_alone_even_by_sql(computed, hana):
    approved_alone = (
        "INSERT INTO incentives_payoutbatch (tenant_id, month, state, digest, returned_reason, submitted_by_id, "
        "submitted_user_id, submitted_at, approved_by_id, approved_user_id, approved_at) "
        "SELECT tenant_id, %s, 'approved', '', '', id, user_id, now(), id, user_id, now() "
        "FROM accounts_member WHERE id = %s"
    )
    with pytest.raises(IntegrityError, match="payout_two_people"):
        attempt(approved_alone, OCTOBER, computed.hana.pk)


@pytest.mark.parametrize("missing", ["approved_by", "approved_user", "approved_at"])
def test_an_approval_names_its_approver(computed, hana, missing):
    batch = submitted(hana)
    batch.state = "approved"
    batch.approved_by, batch.approved_user, batch.approved_at = computed.eve, computed.eve.user, batch.submitted_at
    setattr(batch, missing, None)
    with pytest.raises(IntegrityError, match="payout_two_people"), transaction.atomic():
        batch.save()
    assert PayoutBatch.objects.get().state == "in_review"


@pytest.mark.parametrize("table", [*TABLES, "incentives_statementproblem"])
def test_the_triggers_bind_the_owner_as_well(owner_cursor, table):
    """They are on the table, for every role and every event, and enabled always."""
    owner_cursor.execute(
        "SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'locked_%%'", [table]
    )
    assert dict(owner_cursor.fetchall()) == dict.fromkeys(
        ("locked_insert_new", "locked_delete_old", "locked_update_old", "locked_update_new"), "O"
    )
