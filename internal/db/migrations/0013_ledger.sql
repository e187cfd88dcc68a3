-- +goose Up
-- Gross revenue, discounts, refunds and output tax in the ledger; what channels pay
-- out to the bank; exports. *_at are UTC milliseconds, *_fen are fen.

-- By which rule an order's money is booked. 0: net, without tax, as all orders that
-- were placed before this were and stay; 1: at list price, with discounts, refunds and
-- output tax on accounts of their own.
ALTER TABLE orders ADD COLUMN book_rule BIGINT NOT NULL DEFAULT 1;
UPDATE orders SET book_rule = 0;

-- What of a line went back after it had been earned; returned_fen is what had not been.
ALTER TABLE revenue_schedules ADD COLUMN undone_fen BIGINT NOT NULL DEFAULT 0 CHECK (undone_fen >= 0);

-- Which of our numbers a channel's message is about, so that an order's trail has it.
ALTER TABLE inbox ADD COLUMN number TEXT NOT NULL DEFAULT '';
CREATE INDEX inbox_number_idx ON inbox (number) WHERE number <> '';

-- What a payment account has paid out so far. Whoever books a payout locks the row,
-- so that two at once cannot take the same money out of clearing.
CREATE TABLE payout_totals (
  source   TEXT PRIMARY KEY,
  paid_fen BIGINT NOT NULL DEFAULT 0 CHECK (paid_fen >= 0)
);
INSERT INTO payout_totals (source) VALUES ('wechatpay'), ('wechat_virtual'), ('alipay');

-- Money that a channel paid out to our bank account.
CREATE TABLE payouts (
  id           BIGINT PRIMARY KEY,
  source       TEXT NOT NULL REFERENCES payout_totals (source),
  amount_fen   BIGINT NOT NULL CHECK (amount_fen > 0),
  bank_day     BIGINT NOT NULL,                -- YYYYMMDD in China
  reference    TEXT NOT NULL,                  -- of the bank or the channel
  note         TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'booked', 'dropped', 'reversed')),
  idem_key     TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  created_by   BIGINT NOT NULL,
  decided_at   BIGINT NOT NULL DEFAULT 0,
  decided_by   BIGINT NOT NULL DEFAULT 0,      -- who let it into the books
  undo_by      BIGINT NOT NULL DEFAULT 0,      -- who asked to reverse it, until another agrees
  undone_at    BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT payouts_idem_key_key UNIQUE (idem_key)
);
CREATE UNIQUE INDEX payouts_reference_key ON payouts (source, reference) WHERE state IN ('waiting', 'booked');
CREATE INDEX payouts_source_idx ON payouts (source, id);
CREATE INDEX payouts_waiting_idx ON payouts (id) WHERE state = 'waiting' OR undo_by > 0;

-- Files that staff asked for. They are made in the background and kept for a week.
CREATE TABLE exports (
  id         BIGINT PRIMARY KEY,
  kind       TEXT NOT NULL,
  format     TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
  filter     TEXT NOT NULL DEFAULT '{}',     -- JSON, see export.Filter
  state      TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'expired')),
  total      BIGINT NOT NULL DEFAULT 0,      -- rows expected
  done       BIGINT NOT NULL DEFAULT 0,      -- rows written
  run        BIGINT NOT NULL DEFAULT 0,      -- which attempt writes it
  beat_at    BIGINT NOT NULL DEFAULT 0,      -- its last sign of life
  file_key   TEXT NOT NULL DEFAULT '',
  bytes      BIGINT NOT NULL DEFAULT 0,
  error      TEXT NOT NULL DEFAULT '',
  staff_id   BIGINT NOT NULL,
  idem_key   TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at    BIGINT NOT NULL DEFAULT 0,
  expires_at BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT exports_staff_id_idem_key_key UNIQUE (staff_id, idem_key),
  CHECK ((file_key <> '') = (state = 'done'))
);
CREATE INDEX exports_open_idx ON exports (id) WHERE state IN ('queued', 'running');
CREATE INDEX exports_expires_at_idx ON exports (expires_at) WHERE state = 'done';
CREATE INDEX exports_staff_id_idx ON exports (staff_id, id);
