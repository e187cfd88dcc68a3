-- +goose Up
-- Automatic renewal of memberships: a contract is what somebody agreed to, a cycle
-- one charge under it. *_at are UTC milliseconds, *_fen fen.
CREATE TABLE contracts (
  id               BIGINT PRIMARY KEY,
  user_id          BIGINT NOT NULL REFERENCES users (id),
  product_id       BIGINT NOT NULL REFERENCES products (id),
  sku_id           BIGINT NOT NULL REFERENCES skus (id),
  title            TEXT NOT NULL,              -- of the product, when it was signed
  sku_name         TEXT NOT NULL,
  agreed_fen       BIGINT NOT NULL CHECK (agreed_fen > 0), -- never is more charged
  period_months    BIGINT NOT NULL CHECK (period_months > 0),
  state            TEXT NOT NULL CHECK (state IN ('signing', 'active', 'cancelled', 'ended')),
  code             TEXT NOT NULL,              -- ours
  plan_id          TEXT NOT NULL,
  mch_id           TEXT NOT NULL,
  channel_id       TEXT NOT NULL DEFAULT '',   -- the channel's number
  openid           TEXT NOT NULL DEFAULT '',   -- who signed
  terms_version    TEXT NOT NULL,
  terms            TEXT NOT NULL,              -- as they were shown
  terms_at         BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  signed_at        BIGINT NOT NULL DEFAULT 0,
  cancelled_at     BIGINT NOT NULL DEFAULT 0,
  cancelled_by     TEXT NOT NULL DEFAULT '' CHECK (cancelled_by IN ('', 'user', 'staff', 'channel', 'refund', 'merge', 'gone', 'over', 'unsigned', 'anew')),
  channel_ended_at BIGINT NOT NULL DEFAULT 0,  -- when the channel knew of the end
  check_at         BIGINT NOT NULL,            -- when something is to be done next; 0: never
  checks           BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX contracts_code_key ON contracts (code);
CREATE UNIQUE INDEX contracts_live_key ON contracts (user_id, product_id) WHERE state IN ('signing', 'active');
CREATE INDEX contracts_user_id_idx ON contracts (user_id, id);
CREATE INDEX contracts_state_idx ON contracts (state, id);
CREATE INDEX contracts_check_at_idx ON contracts (check_at) WHERE check_at > 0;

CREATE TABLE contract_cycles (
  id           BIGINT PRIMARY KEY,
  contract_id  BIGINT NOT NULL REFERENCES contracts (id),
  no           BIGINT NOT NULL CHECK (no > 0),
  state        TEXT NOT NULL CHECK (state IN ('planned', 'noticed', 'charging', 'paid', 'failed', 'skipped')),
  from_at      BIGINT NOT NULL,            -- the end of the membership that it prolongs
  amount_fen   BIGINT NOT NULL DEFAULT 0,  -- as announced
  notice_at    BIGINT NOT NULL,            -- when it is to be announced
  noticed_at   BIGINT NOT NULL DEFAULT 0,  -- when the channel took the announcement
  lead_ms      BIGINT NOT NULL DEFAULT 0,  -- so long before the charge, at least
  charge_at    BIGINT NOT NULL,
  order_id     BIGINT NOT NULL DEFAULT 0,
  tries        BIGINT NOT NULL DEFAULT 0,
  paid_at      BIGINT NOT NULL DEFAULT 0,
  note         TEXT NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX contract_cycles_contract_id_no_key ON contract_cycles (contract_id, no);
CREATE UNIQUE INDEX contract_cycles_open_key ON contract_cycles (contract_id) WHERE state IN ('planned', 'noticed', 'charging');
CREATE UNIQUE INDEX contract_cycles_order_id_key ON contract_cycles (order_id) WHERE order_id > 0;

-- An order that a contract placed: its buyer cannot pay it by hand.
ALTER TABLE orders ADD COLUMN auto BOOLEAN NOT NULL DEFAULT FALSE;
