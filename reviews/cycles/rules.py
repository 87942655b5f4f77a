"""The reviews' rules as triggers: once shared, a review's numbers stand; a finished one only reopens."""

SHARED = """
CREATE FUNCTION reviews_score_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    score reviews_reviewscore := coalesce(NEW, OLD);
    found_state text;
BEGIN
    SELECT state INTO found_state FROM reviews_review
    WHERE tenant_id = score.tenant_id AND id = score.review_id FOR SHARE;
    IF found_state IN ('sign', 'done') THEN
        RAISE EXCEPTION 'review % is shared; its scores cannot be changed', score.review_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_shared_is_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION reviews_review_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.state = 'done' AND to_jsonb(NEW) <> to_jsonb(OLD)) THEN
        RAISE EXCEPTION 'review % is done; it can only be reopened', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_done_is_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER review_score_frozen BEFORE INSERT OR UPDATE OR DELETE ON reviews_reviewscore
    FOR EACH ROW EXECUTE FUNCTION reviews_score_frozen();
CREATE TRIGGER review_frozen BEFORE UPDATE OR DELETE ON reviews_review
    FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION reviews_review_frozen();
"""

_FUNCTIONS = ("reviews_review_frozen()", "reviews_score_frozen()")
DROP = "".join(f"DROP FUNCTION {name} CASCADE;\n" for name in _FUNCTIONS)
