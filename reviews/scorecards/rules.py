"""The scorecards' rules as triggers: they hold whoever writes, and however.

They run with row-level security, as the writer. The deferred one may run at COMMIT after the code has left its tenant,
so it enters the row's own tenant for its check; that cannot reach further than the row that was just written.
"""

WEIGHTS = """
CREATE FUNCTION reviews_weights_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
    changed jsonb := to_jsonb(coalesce(NEW, OLD));
    tenant bigint := changed ->> 'tenant_id';
    checked bigint := coalesce(changed ->> 'card_version_id', changed ->> 'id');
    weights numeric;
BEGIN
    PERFORM set_config('app.tenant_id', tenant::text, true);
    SELECT coalesce(sum(item.weight), 0) INTO weights FROM reviews_scorecarditem item
    WHERE item.tenant_id = tenant AND item.card_version_id = checked;
    IF weights <> 100 AND EXISTS (SELECT FROM reviews_scorecardversion WHERE tenant_id = tenant AND id = checked) THEN
        RAISE EXCEPTION 'scorecard version %: the weights add up to %, not to 100', checked, weights
            USING ERRCODE = 'check_violation', CONSTRAINT = 'scorecard_weights_add_up';
    END IF;
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER scorecard_item_weights AFTER INSERT OR UPDATE OR DELETE ON reviews_scorecarditem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reviews_weights_add_up();
CREATE CONSTRAINT TRIGGER scorecard_version_weights AFTER INSERT ON reviews_scorecardversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reviews_weights_add_up();
"""

# FOR SHARE: whoever changes a version and whoever starts a cycle with it wait for each other.
USED = """
CREATE FUNCTION reviews_refuse_if_used() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    item reviews_scorecarditem := coalesce(NEW, OLD);
BEGIN
    PERFORM FROM reviews_scorecardversion WHERE tenant_id = item.tenant_id AND id = item.card_version_id FOR SHARE;
    IF EXISTS (
        SELECT FROM reviews_cyclecard WHERE tenant_id = item.tenant_id AND card_version_id = item.card_version_id
    ) THEN
        RAISE EXCEPTION 'scorecard version % is used by a review cycle; it cannot be changed', item.card_version_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'scorecard_used_is_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER scorecard_item_used BEFORE INSERT OR UPDATE OR DELETE ON reviews_scorecarditem
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_if_used();
"""

_FUNCTIONS = ("reviews_refuse_if_used()", "reviews_weights_add_up()")
DROP = "".join(f"DROP FUNCTION {name} CASCADE;\n" for name in _FUNCTIONS)
