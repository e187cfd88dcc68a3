-- +goose Up
-- Bills of the payment channels and what comparing them with our books found.
-- *_at are UTC milliseconds, *_fen are fen, days are YYYYMMDD in China.

-- One row for each account and day. Until the bill was had, lines are zero.
CREATE TABLE bills (
  id         BIGINT PRIMARY KEY,
  source     TEXT NOT NULL CHECK (source IN ('wechatpay', 'wechat_virtual', 'alipay')),
  day        BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'failed', 'done')),
  lines      BIGINT NOT NULL DEFAULT 0,          -- of the bill itself
  trade_fen  BIGINT NOT NULL DEFAULT 0,
  refund_fen BIGINT NOT NULL DEFAULT 0,
  fee_fen    BIGINT NOT NULL DEFAULT 0,
  net_fen    BIGINT NOT NULL DEFAULT 0,
  run        BIGINT NOT NULL DEFAULT 0,          -- how often it was compared
  tries      BIGINT NOT NULL DEFAULT 0,          -- failures in a row
  last_error TEXT NOT NULL DEFAULT '',
  try_at     BIGINT NOT NULL DEFAULT 0,          -- when to try again, 0: not by itself
  done_at    BIGINT NOT NULL DEFAULT 0,
  settles_at BIGINT NOT NULL,                    -- when the channel pays the net out
  created_at BIGINT NOT NULL,
  CONSTRAINT bills_source_day_key UNIQUE (source, day),
  CHECK (net_fen = trade_fen - refund_fen - fee_fen)
);
CREATE INDEX bills_try_at_idx ON bills (try_at) WHERE try_at > 0;

-- Every line of a bill, and every payment or refund of ours that the bill lacks.
-- result is one column, so each is in exactly one class (INV-15).
CREATE TABLE bill_lines (
  id             BIGINT PRIMARY KEY,
  bill_id        BIGINT NOT NULL REFERENCES bills (id),
  source         TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('trade', 'refund')),
  number         TEXT NOT NULL,                  -- out_trade_no, or out_refund_no
  nth            BIGINT NOT NULL DEFAULT 0,      -- 1…: the same number once more in one bill
  result         TEXT NOT NULL CHECK (result IN ('matched', 'missing_ours', 'missing_theirs', 'amount_differs', 'state_differs')),
  in_bill        BOOLEAN NOT NULL,
  channel        TEXT NOT NULL DEFAULT '',       -- of our payment
  payment_id     BIGINT NOT NULL DEFAULT 0,
  refund_id      BIGINT NOT NULL DEFAULT 0,
  out_trade_no   TEXT NOT NULL,
  transaction_id TEXT NOT NULL DEFAULT '',
  theirs_fen     BIGINT NOT NULL DEFAULT 0,
  ours_fen       BIGINT NOT NULL DEFAULT 0,
  theirs_state   TEXT NOT NULL DEFAULT '',
  ours_state     TEXT NOT NULL DEFAULT '',
  fee_fen        BIGINT NOT NULL DEFAULT 0,
  at             BIGINT NOT NULL,
  run            BIGINT NOT NULL,
  resolution     TEXT NOT NULL DEFAULT '' CHECK (resolution IN ('', 'repaired', 'confirmed', 'explained')),
  reason         TEXT NOT NULL DEFAULT '',
  note           TEXT NOT NULL DEFAULT '',       -- what the channel said when it was asked
  resolved_at    BIGINT NOT NULL DEFAULT 0,
  resolved_by    BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT bill_lines_bill_id_kind_number_nth_key UNIQUE (bill_id, kind, number, nth),
  CHECK (in_bill = (result <> 'missing_theirs'))
);
CREATE INDEX bill_lines_number_idx ON bill_lines (source, kind, number);
CREATE INDEX bill_lines_open_idx ON bill_lines (bill_id) WHERE result <> 'matched';
CREATE INDEX bill_lines_todo_idx ON bill_lines (id) WHERE result <> 'matched' AND resolution = '';

-- What was booked of a bill's fees: the whole first, then only what changed. The
-- sum of a bill's rows is its fee (INV-16).
CREATE TABLE bill_fees (
  id      BIGINT PRIMARY KEY,
  bill_id BIGINT NOT NULL REFERENCES bills (id),
  channel TEXT NOT NULL,                         -- or the account, for lines without a payment of ours
  fee_fen BIGINT NOT NULL CHECK (fee_fen <> 0),
  at      BIGINT NOT NULL
);
CREATE INDEX bill_fees_bill_id_idx ON bill_fees (bill_id);

-- Reconciling reads our own side of a day.
CREATE INDEX payments_paid_at_idx ON payments (paid_at) WHERE paid_at > 0;
CREATE INDEX refunds_finished_at_idx ON refunds (finished_at) WHERE finished_at > 0;
