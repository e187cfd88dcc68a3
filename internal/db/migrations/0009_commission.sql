-- +goose Up
-- Who invited whom, what is earned by it, and how it is paid out. *_at are UTC
-- milliseconds, *_fen are fen, *_bps are hundredths of a percent; 0 means "not" or
-- "none".

CREATE TABLE invite_codes (
  user_id    BIGINT PRIMARY KEY REFERENCES users (id),
  code       TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT invite_codes_code_key UNIQUE (code)
);

-- Written once, when somebody joins; only the joining of two accounts into one
-- moves it. Nothing deeper than the inviter is stored (INV-28).
CREATE TABLE referrals (
  user_id    BIGINT PRIMARY KEY REFERENCES users (id),
  inviter_id BIGINT NOT NULL REFERENCES users (id),
  via        TEXT NOT NULL CHECK (via IN ('code')),
  joined_at  BIGINT NOT NULL,
  CHECK (user_id <> inviter_id)
);
CREATE INDEX referrals_inviter_id_idx ON referrals (inviter_id, user_id);
CREATE INDEX referrals_joined_at_idx ON referrals (joined_at);

-- One row that whoever changes the tree or its rewards locks.
CREATE TABLE referral_guard (id BIGINT PRIMARY KEY CHECK (id = 1), rewards BIGINT NOT NULL DEFAULT 0);
INSERT INTO referral_guard (id) VALUES (1);

CREATE TABLE referral_rewards (
  id                BIGINT PRIMARY KEY,
  user_id           BIGINT NOT NULL REFERENCES users (id),   -- who was invited
  cause             TEXT NOT NULL CHECK (cause IN ('registration', 'purchase')),
  inviter_id        BIGINT NOT NULL REFERENCES users (id),
  inviter_coupon_id BIGINT NOT NULL DEFAULT 0,               -- the sort that was given; 0: none
  invitee_coupon_id BIGINT NOT NULL DEFAULT 0,
  note              TEXT NOT NULL DEFAULT '',                -- why one was not given
  granted_at        BIGINT NOT NULL,
  CONSTRAINT referral_rewards_user_id_cause_key UNIQUE (user_id, cause)
);
CREATE INDEX referral_rewards_inviter_id_idx ON referral_rewards (inviter_id, id);

-- The terms as they were and are; the highest version is in force.
CREATE TABLE commission_terms (
  version    BIGINT PRIMARY KEY,
  enabled    BOOLEAN NOT NULL,
  cap_bps    BIGINT NOT NULL CHECK (cap_bps BETWEEN 0 AND 5000),
  hold_days  BIGINT NOT NULL CHECK (hold_days BETWEEN 0 AND 365),
  min_fen    BIGINT NOT NULL CHECK (min_fen >= 10),
  saved_at   BIGINT NOT NULL,
  saved_by   BIGINT NOT NULL
);
INSERT INTO commission_terms VALUES (1, FALSE, 3000, 15, 100, 0, 0);

CREATE TABLE commission_rules (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('on', 'off')),
  role       TEXT NOT NULL DEFAULT 'anyone' CHECK (role IN ('anyone')),
  level      BIGINT NOT NULL CHECK (level IN (1, 2)),         -- never deeper
  scope      TEXT NOT NULL CHECK (scope IN ('all', 'kind', 'product')),
  kind       TEXT NOT NULL DEFAULT '',
  product_id BIGINT NOT NULL DEFAULT 0,
  rate_bps   BIGINT NOT NULL CHECK (rate_bps BETWEEN 1 AND 5000),
  priority   BIGINT NOT NULL DEFAULT 0,
  starts_at  BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL,
  CHECK ((scope = 'kind') = (kind <> '')),
  CHECK ((scope = 'product') = (product_id > 0))
);
CREATE INDEX commission_rules_status_idx ON commission_rules (status, level);

-- What somebody holds. Every change is one row of commission_moves; the CHECK is
-- INV-31. available below zero is a debt.
CREATE TABLE commission_accounts (
  user_id       BIGINT PRIMARY KEY REFERENCES users (id),
  held_fen      BIGINT NOT NULL DEFAULT 0 CHECK (held_fen >= 0),
  available_fen BIGINT NOT NULL DEFAULT 0,
  frozen_fen    BIGINT NOT NULL DEFAULT 0 CHECK (frozen_fen >= 0),
  withdrawn_fen BIGINT NOT NULL DEFAULT 0 CHECK (withdrawn_fen >= 0),
  earned_fen    BIGINT NOT NULL DEFAULT 0 CHECK (earned_fen >= 0),
  reversed_fen  BIGINT NOT NULL DEFAULT 0 CHECK (reversed_fen >= 0),
  created_at    BIGINT NOT NULL,
  CHECK (held_fen + available_fen + frozen_fen + withdrawn_fen = earned_fen - reversed_fen)
);

CREATE TABLE commission_moves (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES commission_accounts (user_id),
  kind          TEXT NOT NULL CHECK (kind IN ('accrue', 'release', 'reverse', 'freeze', 'thaw', 'pay', 'pay_late', 'merge_out', 'merge_in')),
  ref_id        BIGINT NOT NULL,
  held_fen      BIGINT NOT NULL,
  available_fen BIGINT NOT NULL,
  frozen_fen    BIGINT NOT NULL,
  withdrawn_fen BIGINT NOT NULL,
  earned_fen    BIGINT NOT NULL,
  reversed_fen  BIGINT NOT NULL,
  at            BIGINT NOT NULL,
  CONSTRAINT commission_moves_kind_ref_id_key UNIQUE (kind, ref_id),
  CHECK (held_fen + available_fen + frozen_fen + withdrawn_fen = earned_fen - reversed_fen)
);
CREATE INDEX commission_moves_user_id_idx ON commission_moves (user_id, id);

-- What one line of an order earns one inviter, with the rule and hold of its day.
CREATE TABLE commission_entries (
  id            BIGINT PRIMARY KEY,
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  order_item_id BIGINT NOT NULL REFERENCES order_items (id),
  buyer_id      BIGINT NOT NULL REFERENCES users (id),
  user_id       BIGINT NOT NULL REFERENCES users (id),
  level         BIGINT NOT NULL CHECK (level IN (1, 2)),
  rule_id       BIGINT NOT NULL,
  rule_version  BIGINT NOT NULL,
  terms_version BIGINT NOT NULL,
  rate_bps      BIGINT NOT NULL,
  base_fen      BIGINT NOT NULL CHECK (base_fen > 0),          -- cash paid for the line
  refunded_fen  BIGINT NOT NULL DEFAULT 0 CHECK (refunded_fen BETWEEN 0 AND base_fen),
  amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0),
  reversed_fen  BIGINT NOT NULL DEFAULT 0 CHECK (reversed_fen BETWEEN 0 AND amount_fen),
  state         TEXT NOT NULL CHECK (state IN ('held', 'available')),
  hold_until    BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  released_at   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT commission_entries_order_item_id_level_key UNIQUE (order_item_id, level),
  CHECK (amount_fen < base_fen)
);
CREATE INDEX commission_entries_user_id_idx ON commission_entries (user_id, id);
CREATE INDEX commission_entries_hold_until_idx ON commission_entries (hold_until) WHERE state = 'held';

CREATE TABLE commission_reversals (
  id         BIGINT PRIMARY KEY,
  entry_id   BIGINT NOT NULL REFERENCES commission_entries (id),
  refund_id  BIGINT NOT NULL,                                  -- 0: the beneficiary got the gift
  base_fen   BIGINT NOT NULL CHECK (base_fen > 0),
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
  at         BIGINT NOT NULL,
  CONSTRAINT commission_reversals_refund_id_entry_id_key UNIQUE (refund_id, entry_id)
);
CREATE INDEX commission_reversals_entry_id_idx ON commission_reversals (entry_id);

-- Who is paid, for the tax office: sealed.
CREATE TABLE commission_payees (
  user_id         BIGINT PRIMARY KEY REFERENCES users (id),
  name_sealed     BYTEA NOT NULL,
  number_sealed   BYTEA NOT NULL,
  number_hash     TEXT NOT NULL,                               -- keyed: one person is paid through one account
  name_masked     TEXT NOT NULL,
  number_masked   TEXT NOT NULL,
  consent_version TEXT NOT NULL,
  consented_at    BIGINT NOT NULL,
  CONSTRAINT commission_payees_number_hash_key UNIQUE (number_hash)
);

CREATE TABLE withdrawals (
  id           BIGINT PRIMARY KEY,
  no           TEXT NOT NULL,                                  -- the channel's out_bill_no; never changes
  user_id      BIGINT NOT NULL REFERENCES users (id),
  idem_key     TEXT NOT NULL,
  amount_fen   BIGINT NOT NULL CHECK (amount_fen >= 10),
  identity     TEXT NOT NULL CHECK (identity IN ('wechat_mini', 'wechat_official')),
  openid       TEXT NOT NULL,
  name_sealed  BYTEA NOT NULL,                                 -- who was paid, whatever becomes of the payee
  number_sealed BYTEA NOT NULL,
  mch_id       TEXT NOT NULL DEFAULT '',                       -- from here on as it was sent
  app_id       TEXT NOT NULL DEFAULT '',
  request      TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'sending', 'wait_confirm', 'succeeded', 'rejected', 'failed', 'cancelled', 'expired')),
  package_info TEXT NOT NULL DEFAULT '',
  bill_no      TEXT NOT NULL DEFAULT '',                       -- the channel's number
  reply        TEXT NOT NULL DEFAULT '',
  first_by     BIGINT NOT NULL DEFAULT 0,
  decided_by   BIGINT NOT NULL DEFAULT 0,
  requested_at BIGINT NOT NULL,
  decided_at   BIGINT NOT NULL DEFAULT 0,
  sent_at      BIGINT NOT NULL DEFAULT 0,
  tried_at     BIGINT NOT NULL DEFAULT 0,                      -- when the channel was last told to pay
  expires_at   BIGINT NOT NULL DEFAULT 0,                      -- of the confirmation
  check_at     BIGINT NOT NULL DEFAULT 0,
  checks       BIGINT NOT NULL DEFAULT 0,
  lease_until  BIGINT NOT NULL DEFAULT 0,                      -- one asks the channel at a time
  refused      TEXT NOT NULL DEFAULT '',                       -- why the channel refused the last order for the receiver's sake
  last_error   TEXT NOT NULL DEFAULT '',
  fail_reason  TEXT NOT NULL DEFAULT '',
  finished_at  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT withdrawals_no_key UNIQUE (no),
  CONSTRAINT withdrawals_user_id_idem_key_key UNIQUE (user_id, idem_key)
);
CREATE INDEX withdrawals_user_id_idx ON withdrawals (user_id, id);
CREATE INDEX withdrawals_status_idx ON withdrawals (status, id);
CREATE INDEX withdrawals_finished_at_idx ON withdrawals (finished_at) WHERE status = 'succeeded';
CREATE INDEX withdrawals_check_at_idx ON withdrawals (check_at) WHERE status IN ('approved', 'sending', 'wait_confirm');

-- only: sqlite
-- +goose StatementBegin
CREATE TRIGGER commission_moves_keep BEFORE UPDATE ON commission_moves BEGIN SELECT RAISE(ABORT, 'commission_moves is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER commission_moves_stay BEFORE DELETE ON commission_moves BEGIN SELECT RAISE(ABORT, 'commission_moves is append-only'); END;
-- +goose StatementEnd
-- end
-- only: postgres
CREATE TRIGGER commission_moves_keep BEFORE UPDATE OR DELETE ON commission_moves FOR EACH ROW EXECUTE FUNCTION append_only();
-- end
