"""From approval on, a month's statements are closed to every change, whoever asks: the database refuses it.

Statement-level triggers with transition tables look at all changed rows at once; a trigger per row would cost more than writing
the row. They bind the tables' owner as well.
"""

from django.db import migrations

_TABLES = ("incentives_statement", "incentives_earning", "incentives_earningline", "incentives_statementproblem")
_EVENTS = (("INSERT", "NEW"), ("DELETE", "OLD"), ("UPDATE", "OLD"), ("UPDATE", "NEW"))

_FUNCTIONS = """
CREATE FUNCTION incentives_refuse_locked_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM changed
        JOIN incentives_payoutbatch batch ON batch.tenant_id = changed.tenant_id AND batch.month = changed.month
        WHERE batch.state = 'approved'
    ) THEN
        RAISE EXCEPTION 'the payout of this month is approved, so its statements cannot change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION incentives_refuse_locked_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an approved payout cannot change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER locked BEFORE UPDATE OR DELETE ON incentives_payoutbatch
    FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION incentives_refuse_locked_batch();
"""


def _trigger(table: str, event: str, rows: str) -> str:
    return (
        f"CREATE TRIGGER locked_{event.lower()}_{rows.lower()} AFTER {event} ON {table} "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION incentives_refuse_locked_month();"
    )


_DROP = """
DROP FUNCTION incentives_refuse_locked_month() CASCADE;
DROP FUNCTION incentives_refuse_locked_batch() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("incentives", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "\n".join([_FUNCTIONS, *(_trigger(table, *event) for table in _TABLES for event in _EVENTS)]), _DROP
        )
    ]
