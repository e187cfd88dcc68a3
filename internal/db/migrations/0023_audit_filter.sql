-- +goose Up
-- The log of changes is looked through by time, by who, by what was done and to what.
CREATE INDEX audit_log_at_idx ON audit_log (at, id);
CREATE INDEX audit_log_actor_idx ON audit_log (actor_id, at, id);
CREATE INDEX audit_log_action_idx ON audit_log (action, at, id);
DROP INDEX audit_log_target_idx;
CREATE INDEX audit_log_target_at_idx ON audit_log (target, at, id);
