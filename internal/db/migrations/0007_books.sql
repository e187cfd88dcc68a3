-- +goose Up
-- Seals over the ledger, and revenue that is earned over time. *_at are UTC
-- milliseconds, *_fen are fen.

-- A seal names a batch of ledger transactions and hashes all that they say
-- together with the seal before: whoever changes an old entry breaks every later
-- one. Sealing follows the posting by a minute or so, so that no sale waits for
-- another in line.
CREATE TABLE ledger_seals (
  seq      BIGINT PRIMARY KEY CHECK (seq > 0),
  items    BIGINT NOT NULL CHECK (items > 0),
  hash     TEXT NOT NULL,
  up_to    BIGINT NOT NULL,                   -- the latest entry that is sealed
  at       BIGINT NOT NULL
);
CREATE TABLE ledger_sealed (
  transaction_id BIGINT PRIMARY KEY REFERENCES ledger_transactions (id),
  seq            BIGINT NOT NULL REFERENCES ledger_seals (seq)
);
CREATE INDEX ledger_sealed_seq_idx ON ledger_sealed (seq, transaction_id);
CREATE INDEX ledger_transactions_at_idx ON ledger_transactions (at);

-- What was paid for a time to come is earned day by day.
CREATE TABLE revenue_schedules (
  order_item_id  BIGINT PRIMARY KEY REFERENCES order_items (id),
  order_id       BIGINT NOT NULL,
  kind           TEXT NOT NULL,
  total_fen      BIGINT NOT NULL CHECK (total_fen > 0),
  earned_fen     BIGINT NOT NULL DEFAULT 0 CHECK (earned_fen >= 0),
  returned_fen   BIGINT NOT NULL DEFAULT 0 CHECK (returned_fen >= 0), -- given back before it was earned
  starts_at      BIGINT NOT NULL,
  until_at       BIGINT NOT NULL,
  due_at         BIGINT NOT NULL,             -- when the next day is earned; 0: nothing is left
  CHECK (until_at > starts_at),
  CHECK (earned_fen + returned_fen <= total_fen)
);
CREATE INDEX revenue_schedules_due_at_idx ON revenue_schedules (due_at) WHERE due_at > 0;
