-- In which role of partners somebody earned: what a sale was for the figures of partners stays
-- so when a partner is suspended or leaves.
-- +goose Up
ALTER TABLE commission_entries ADD COLUMN role TEXT NOT NULL DEFAULT '';
UPDATE commission_entries SET role = COALESCE((SELECT p.role FROM partners p WHERE p.user_id = commission_entries.user_id AND p.opened_at > 0 AND p.opened_at <= commission_entries.created_at), '');
CREATE INDEX commission_entries_order_id_idx ON commission_entries (order_id, role);
