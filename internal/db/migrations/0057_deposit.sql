-- +goose Up
-- Classes that are paid for, and classes that ask for a deposit, which is the member's
-- own money until it is decided. *_at are UTC milliseconds, *_fen are fen.

-- What a service is for that is no goods by itself: '', 'class' or 'deposit'. Such a
-- product stays a draft: it is on no shelf, its class leads to it.
ALTER TABLE products ADD COLUMN purpose TEXT NOT NULL DEFAULT '';

-- A deposit alone: nothing was sold.
ALTER TABLE orders ADD COLUMN deposit BOOLEAN NOT NULL DEFAULT FALSE;

-- Two more causes of a refund. The table moves, since SQLite cannot change a condition.
CREATE TABLE refunds_next (
  id                BIGINT PRIMARY KEY,
  no                TEXT NOT NULL,           -- out_refund_no, the same for every retry
  order_id          BIGINT NOT NULL REFERENCES orders (id),
  order_item_id     BIGINT NOT NULL DEFAULT 0, -- 0: a payment that never became access
  payment_id        BIGINT NOT NULL REFERENCES payments (id),
  user_id           BIGINT NOT NULL,
  idem_key          TEXT NOT NULL,
  cause             TEXT NOT NULL CHECK (cause IN ('requested', 'duplicate', 'late', 'staff', 'channel', 'group_failed', 'gift_unreceived', 'sold_out', 'deposit', 'class_cancelled')),
  amount_fen        BIGINT NOT NULL CHECK (amount_fen > 0),
  ends_access       BOOLEAN NOT NULL DEFAULT FALSE, -- also when a part stays paid: the unused time of a period
  reason            TEXT NOT NULL,
  reply             TEXT NOT NULL DEFAULT '',
  status            TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'processing', 'succeeded', 'rejected', 'abnormal')),
  watched_percent   BIGINT NOT NULL DEFAULT 0, -- evidence when it was asked for: reported by the player,
  delivered_percent BIGINT NOT NULL DEFAULT 0, -- and handed out with its keys
  requested_at      BIGINT NOT NULL,
  decided_at        BIGINT NOT NULL DEFAULT 0,
  decided_by        BIGINT NOT NULL DEFAULT 0,
  first_by          BIGINT NOT NULL DEFAULT 0, -- above the threshold: the first of the two who must agree
  finished_at       BIGINT NOT NULL DEFAULT 0,
  channel_refund_id TEXT NOT NULL DEFAULT '',
  check_at          BIGINT NOT NULL DEFAULT 0,
  checks            BIGINT NOT NULL DEFAULT 0,
  last_error        TEXT NOT NULL DEFAULT ''
);
INSERT INTO refunds_next (id, no, order_id, order_item_id, payment_id, user_id, idem_key, cause, amount_fen, ends_access, reason, reply, status, watched_percent, delivered_percent,
    requested_at, decided_at, decided_by, first_by, finished_at, channel_refund_id, check_at, checks, last_error)
  SELECT id, no, order_id, order_item_id, payment_id, user_id, idem_key, cause, amount_fen, ends_access, reason, reply, status, watched_percent, delivered_percent,
    requested_at, decided_at, decided_by, first_by, finished_at, channel_refund_id, check_at, checks, last_error FROM refunds;
DROP TABLE refunds;
ALTER TABLE refunds_next RENAME TO refunds;
CREATE UNIQUE INDEX refunds_no_key ON refunds (no);
CREATE UNIQUE INDEX refunds_order_id_idem_key_key ON refunds (order_id, idem_key);
CREATE INDEX refunds_order_id_idx ON refunds (order_id);
CREATE INDEX refunds_status_idx ON refunds (status, id);
CREATE INDEX refunds_check_at_idx ON refunds (check_at) WHERE status IN ('approved', 'processing');
CREATE INDEX refunds_finished_at_idx ON refunds (finished_at) WHERE finished_at > 0;
CREATE INDEX refunds_order_item_id_idx ON refunds (order_item_id) WHERE order_item_id > 0;

ALTER TABLE challenge_classes ADD COLUMN price TEXT NOT NULL DEFAULT 'free' CHECK (price IN ('free', 'class', 'deposit'));
ALTER TABLE challenge_classes ADD COLUMN price_fen BIGINT NOT NULL DEFAULT 0 CHECK (price_fen >= 0);
ALTER TABLE challenge_classes ADD COLUMN return_need BIGINT NOT NULL DEFAULT 0; -- check-ins that bring a deposit back
ALTER TABLE challenge_classes ADD COLUMN sku_id BIGINT NOT NULL DEFAULT 0;     -- by which a place is paid for, 0: free; its product has the id of the class

-- Entries: places in classes that were paid for.
CREATE TABLE challenge_entries (
  order_item_id BIGINT PRIMARY KEY,
  class_id      BIGINT NOT NULL REFERENCES challenge_classes (id),
  user_id       BIGINT NOT NULL REFERENCES users (id),
  deposit       BOOLEAN NOT NULL,
  fen           BIGINT NOT NULL CHECK (fen > 0),
  state         TEXT NOT NULL CHECK (state IN ('paid', 'held', 'returned', 'forfeited', 'refunded')), -- paid: a price; the others but refunded: a deposit
  check_ins     BIGINT NOT NULL DEFAULT 0,            -- when it was decided
  reason        TEXT NOT NULL DEFAULT '',
  due           BIGINT NOT NULL DEFAULT 0,            -- the day from which it is to be looked at; 0: never
  decided_at    BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  CHECK (deposit = (state IN ('held', 'returned', 'forfeited')) OR state = 'refunded')
);
CREATE UNIQUE INDEX challenge_entries_standing_key ON challenge_entries (class_id, user_id) WHERE state <> 'refunded';
CREATE INDEX challenge_entries_class_id_idx ON challenge_entries (class_id, user_id);
CREATE INDEX challenge_entries_user_id_idx ON challenge_entries (user_id, class_id);
CREATE INDEX challenge_entries_due_idx ON challenge_entries (due, order_item_id) WHERE due > 0;
