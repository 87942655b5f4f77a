"""The cascade's rules as triggers: they hold whoever writes, and however.

They run with row-level security, as the writer. A deferred one may run at COMMIT after the code has left its tenant, so
it enters the row's own tenant for its check; that cannot reach further than the row that was just written.
"""

ADD_UP = """
CREATE FUNCTION targets_check_node(tenant bigint, checked bigint, only_month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    broken record;
BEGIN
    IF NOT EXISTS (SELECT FROM targets_targetnode WHERE tenant_id = tenant AND id = checked) THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM targets_targetnode WHERE tenant_id = tenant AND parent_id = checked) THEN
        SELECT month INTO broken FROM targets_targetcell
        WHERE tenant_id = tenant AND node_id = checked AND unassigned <> 0;
    ELSE
        SELECT month INTO broken FROM (
            SELECT month, unassigned - amount AS difference FROM targets_targetcell
            WHERE tenant_id = tenant AND node_id = checked
            UNION ALL
            SELECT cell.month, cell.amount FROM targets_targetnode child
            JOIN targets_targetcell cell ON cell.tenant_id = tenant AND cell.node_id = child.id
            WHERE child.tenant_id = tenant AND child.parent_id = checked
        ) AS legs
        WHERE only_month IS NULL OR month = only_month
        GROUP BY month HAVING sum(difference) <> 0 LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'target node %: children and unassigned do not add up to it in %', checked, broken.month
            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_children_add_up';
    END IF;
END $$;

CREATE FUNCTION targets_cell_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
    cell targets_targetcell := coalesce(NEW, OLD);
BEGIN
    PERFORM set_config('app.tenant_id', cell.tenant_id::text, true);
    PERFORM targets_check_node(cell.tenant_id, cell.node_id, cell.month);
    PERFORM targets_check_node(cell.tenant_id, parent_id, cell.month)
    FROM targets_targetnode WHERE tenant_id = cell.tenant_id AND id = cell.node_id;
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE FUNCTION targets_node_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entered text := current_setting('app.tenant_id', true);
    node targets_targetnode := coalesce(NEW, OLD);
BEGIN
    PERFORM set_config('app.tenant_id', node.tenant_id::text, true);
    PERFORM targets_check_node(node.tenant_id, node.parent_id, NULL);
    IF TG_OP = 'UPDATE' AND OLD.parent_id IS DISTINCT FROM NEW.parent_id THEN
        PERFORM targets_check_node(node.tenant_id, OLD.parent_id, NULL);
    END IF;
    PERFORM set_config('app.tenant_id', coalesce(entered, ''), true);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER target_cell_adds_up AFTER INSERT OR UPDATE OR DELETE ON targets_targetcell
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION targets_cell_adds_up();
CREATE CONSTRAINT TRIGGER target_node_adds_up AFTER INSERT OR UPDATE OF parent_id OR DELETE ON targets_targetnode
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION targets_node_adds_up();
"""

# FOR SHARE: whoever changes a cell and whoever approves the plan wait for each other.
FROZEN = """
CREATE FUNCTION targets_refuse_if_frozen(tenant bigint, changed_plan bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found_state text;
BEGIN
    SELECT state INTO found_state FROM targets_targetplan
    WHERE tenant_id = tenant AND id = changed_plan FOR SHARE;
    IF found_state IN ('approved', 'superseded') THEN
        RAISE EXCEPTION 'target plan % is approved; its targets cannot be changed', changed_plan
            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_approved_is_frozen';
    END IF;
END $$;

CREATE FUNCTION targets_cell_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cell targets_targetcell := coalesce(NEW, OLD);
BEGIN
    PERFORM targets_refuse_if_frozen(tenant_id, plan_id)
    FROM targets_targetnode WHERE tenant_id = cell.tenant_id AND id = cell.node_id;
    IF TG_OP = 'UPDATE' AND OLD.node_id <> NEW.node_id THEN
        RAISE EXCEPTION 'a target cell stays with its node' USING ERRCODE = 'check_violation';
    END IF;
    RETURN cell;
END $$;

CREATE FUNCTION targets_node_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    node targets_targetnode := coalesce(NEW, OLD);
BEGIN
    PERFORM targets_refuse_if_frozen(node.tenant_id, node.plan_id);
    IF TG_OP = 'UPDATE' AND OLD.plan_id <> NEW.plan_id THEN
        RAISE EXCEPTION 'a target node stays in its plan' USING ERRCODE = 'check_violation';
    END IF;
    RETURN node;
END $$;

CREATE FUNCTION targets_plan_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('approved', 'superseded') AND (
        TG_OP = 'DELETE'
        OR NOT (NEW.state = OLD.state OR NEW.state = 'superseded')
        OR to_jsonb(NEW) - 'state' - 'version' - 'changed_at' <> to_jsonb(OLD) - 'state' - 'version' - 'changed_at'
    ) THEN
        RAISE EXCEPTION 'target plan % is approved; it can only be superseded', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_approved_is_frozen';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state = 'approved' AND EXISTS (
        SELECT FROM targets_targetcell cell JOIN targets_targetnode node
            ON node.tenant_id = cell.tenant_id AND node.id = cell.node_id
        WHERE cell.tenant_id = NEW.tenant_id AND node.plan_id = NEW.id AND cell.unassigned <> 0
    ) THEN
        RAISE EXCEPTION 'target plan % has amounts that are not placed', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'target_approved_is_placed';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER target_cell_frozen BEFORE INSERT OR UPDATE OR DELETE ON targets_targetcell
    FOR EACH ROW EXECUTE FUNCTION targets_cell_frozen();
CREATE TRIGGER target_node_frozen BEFORE INSERT OR UPDATE OR DELETE ON targets_targetnode
    FOR EACH ROW EXECUTE FUNCTION targets_node_frozen();
CREATE TRIGGER target_plan_frozen BEFORE UPDATE OR DELETE ON targets_targetplan
    FOR EACH ROW EXECUTE FUNCTION targets_plan_frozen();
"""

_FUNCTIONS = (
    "targets_plan_frozen()",
    "targets_node_frozen()",
    "targets_cell_frozen()",
    "targets_refuse_if_frozen(bigint, bigint)",
    "targets_node_adds_up()",
    "targets_cell_adds_up()",
    "targets_check_node(bigint, bigint, date)",
)
DROP = "".join(f"DROP FUNCTION {name} CASCADE;\n" for name in _FUNCTIONS)
