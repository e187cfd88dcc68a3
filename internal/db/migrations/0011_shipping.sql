-- +goose Up
-- What the mini program must be told of ordinary WeChat payments: that the goods
-- were delivered. *_at are UTC milliseconds.
CREATE TABLE shipments (
  payment_id   BIGINT PRIMARY KEY REFERENCES payments (id),
  order_id     BIGINT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('pending', 'shipped', 'settled', 'refunded', 'unmanaged', 'stuck')),
  sent_at      BIGINT NOT NULL DEFAULT 0,  -- the last upload that was begun; its answer may have been lost
  due_at       BIGINT NOT NULL,            -- when a pending one is asked about next
  tries        BIGINT NOT NULL DEFAULT 0,
  note         TEXT NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL,
  finished_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX shipments_due_at_idx ON shipments (due_at) WHERE state = 'pending';
CREATE INDEX shipments_order_id_idx ON shipments (order_id);
CREATE INDEX shipments_state_idx ON shipments (state, payment_id);
