-- +goose Up
-- Each way in which staff look for orders has its index.
CREATE INDEX orders_created_at_idx ON orders (created_at, id);
CREATE INDEX orders_paid_at_idx ON orders (paid_at) WHERE paid_at > 0;
CREATE INDEX orders_waiting_idx ON orders (status, id) WHERE group_id > 0 AND delivered_at = 0;
CREATE INDEX orders_part_refunded_idx ON orders (status, id) WHERE refunded_fen > 0;
-- A number is 20 characters; staff know its beginning or its end.
CREATE INDEX orders_no_head_idx ON orders (SUBSTR(no, 1, 4));
CREATE INDEX orders_no_tail_idx ON orders (SUBSTR(no, 17, 4));
CREATE INDEX order_items_kind_idx ON order_items (kind, order_id, id);
CREATE INDEX payments_settled_idx ON payments (channel, order_id) WHERE outcome = 'settled';
-- The last four digits of a phone, as the masked number shows them.
CREATE INDEX users_phone_tail_idx ON users (SUBSTR(phone_masked, 8, 4));
