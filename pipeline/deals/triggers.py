"""What the database itself sees to in deals, whoever writes them and however.

Deferred checks may run at COMMIT after the code has left its tenant, so they enter the row's own tenant for it; that
cannot reach further than the row that was just written. All of them run with row-level security, as the writer.
"""

ADD_UP = """
CREATE FUNCTION pipeline_check_lines(tenant bigint, checked bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pipeline_deal deal JOIN (
            SELECT deal_id, sum(amount) AS amount, sum(quantity) AS units FROM pipeline_lineitem
            WHERE tenant_id = tenant AND deal_id = checked GROUP BY deal_id
        ) AS lines ON lines.deal_id = deal.id
        WHERE deal.tenant_id = tenant AND deal.id = checked
        AND (deal.amount IS DISTINCT FROM lines.amount OR deal.units <> lines.units)
    ) THEN
        RAISE EXCEPTION 'deal %: its amount and units are not the sums of its lines', checked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_lines_add_up';
    END IF;
END $$;

CREATE FUNCTION pipeline_deal_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
BEGIN
    PERFORM set_config('app.tenant_id', NEW.tenant_id::text, true);
    PERFORM pipeline_check_lines(NEW.tenant_id, NEW.id);
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE FUNCTION pipeline_line_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
    line pipeline_lineitem := coalesce(NEW, OLD);
BEGIN
    PERFORM set_config('app.tenant_id', line.tenant_id::text, true);
    PERFORM pipeline_check_lines(line.tenant_id, line.deal_id);
    IF TG_OP = 'UPDATE' AND OLD.deal_id <> NEW.deal_id THEN
        PERFORM pipeline_check_lines(line.tenant_id, OLD.deal_id);
    END IF;
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE FUNCTION pipeline_check_splits(tenant bigint, checked bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    shared bigint;
BEGIN
    SELECT sum(share) INTO shared FROM pipeline_split
    WHERE tenant_id = tenant AND deal_id = checked AND kind = 'direct';
    IF shared <> 1000000 THEN
        RAISE EXCEPTION 'deal %: its direct shares add up to % millionths', checked, shared
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_splits_add_up';
    END IF;
END $$;

CREATE FUNCTION pipeline_split_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
    split pipeline_split := coalesce(NEW, OLD);
BEGIN
    PERFORM set_config('app.tenant_id', split.tenant_id::text, true);
    PERFORM pipeline_check_splits(split.tenant_id, split.deal_id);
    IF TG_OP = 'UPDATE' AND OLD.deal_id <> NEW.deal_id THEN
        PERFORM pipeline_check_splits(split.tenant_id, OLD.deal_id);
    END IF;
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER deal_adds_up AFTER UPDATE OF amount, units ON pipeline_deal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.amount IS DISTINCT FROM NEW.amount OR OLD.units IS DISTINCT FROM NEW.units)
    EXECUTE FUNCTION pipeline_deal_adds_up();
CREATE CONSTRAINT TRIGGER line_adds_up AFTER INSERT OR UPDATE OR DELETE ON pipeline_lineitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pipeline_line_adds_up();
CREATE CONSTRAINT TRIGGER split_adds_up AFTER INSERT OR UPDATE OR DELETE ON pipeline_split
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pipeline_split_adds_up();
"""

_COUNTED = "tenant_id, stage_id, owner_id, date_trunc('month', coalesce(closed_on, expected_on)::timestamp)::date"
_CAME = f"SELECT {_COUNTED} AS month, 1 AS deals, coalesce(amount, 0) AS amount FROM rows_after"  # noqa: S608  # nosec B608 (ours)
_WENT = f"SELECT {_COUNTED} AS month, -1 AS deals, -coalesce(amount, 0) AS amount FROM rows_before"  # noqa: S608  # nosec B608
_EVENTS = (  # what happens to deals, the tables of changed rows it has, and the movements they are
    ("INSERT", "NEW TABLE AS rows_after", _CAME),
    ("UPDATE", "OLD TABLE AS rows_before NEW TABLE AS rows_after", f"{_CAME} UNION ALL {_WENT}"),
    ("DELETE", "OLD TABLE AS rows_before", _WENT),
)


def _totals(event: str, tables: str, moved: str) -> str:
    name = f"pipeline_total_deals_{event.lower()}"
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO pipeline_stagetotal (tenant_id, stage_id, owner_id, month, deals, amount)
    SELECT tenant_id, stage_id, owner_id, month, sum(deals), sum(amount) FROM ({moved}) AS moved
    GROUP BY tenant_id, stage_id, owner_id, month HAVING sum(deals) <> 0 OR sum(amount) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER deal_totals_{event.lower()} AFTER {event} ON pipeline_deal REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""  # noqa: S608  # nosec B608


TOTALS = "".join(_totals(*event) for event in _EVENTS)

PRESENT = f"""
INSERT INTO pipeline_stagetotal (tenant_id, stage_id, owner_id, month, deals, amount)
SELECT {_COUNTED}, count(*), sum(coalesce(amount, 0)) FROM pipeline_deal GROUP BY 1, 2, 3, 4
"""  # noqa: S608  # nosec B608
"""The sums of the deals that are there already, of the tenant that has been entered."""

_FUNCTIONS = (
    "pipeline_deal_adds_up()",
    "pipeline_line_adds_up()",
    "pipeline_check_lines(bigint, bigint)",
    "pipeline_split_adds_up()",
    "pipeline_check_splits(bigint, bigint)",
    *(f"pipeline_total_deals_{event.lower()}()" for event, _, _ in _EVENTS),
)
DROP = "".join(f"DROP FUNCTION {name} CASCADE;\n" for name in _FUNCTIONS)
