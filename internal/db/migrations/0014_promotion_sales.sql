-- +goose Up
-- How often a rule was used is counted from the orders, also where it has no quota.
CREATE INDEX order_discounts_rule_id_idx ON order_discounts (rule_id, kind);
