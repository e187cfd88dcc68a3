-- +goose Up
-- Promotions, coupons, groups, gifts and redeem codes. *_at are UTC milliseconds,
-- *_fen are fen; 0 means "not" or "none".

-- How much of something limited is left. One row serves the stock of a SKU and
-- the quota of a promotion: total = free + held + sold at all times (INV-24).
CREATE TABLE quotas (
  kind   TEXT NOT NULL CHECK (kind IN ('sku', 'promotion')),
  ref_id BIGINT NOT NULL,
  total  BIGINT NOT NULL CHECK (total >= 0),
  held   BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
  sold   BIGINT NOT NULL DEFAULT 0 CHECK (sold >= 0),
  PRIMARY KEY (kind, ref_id),
  CHECK (held + sold <= total)
);

-- How much of it one buyer has taken, for limits by person.
CREATE TABLE quota_users (
  kind    TEXT NOT NULL,
  ref_id  BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  taken   BIGINT NOT NULL CHECK (taken >= 0),
  PRIMARY KEY (kind, ref_id, user_id)
);

-- What an order took. It is held while the order waits for money, sold when it is
-- paid, and released exactly once when it is closed or refunded in full.
CREATE TABLE order_holds (
  order_id BIGINT NOT NULL REFERENCES orders (id),
  kind     TEXT NOT NULL CHECK (kind IN ('sku', 'promotion', 'coupon', 'seat')),
  ref_id   BIGINT NOT NULL,
  user_id  BIGINT NOT NULL,
  units    BIGINT NOT NULL CHECK (units > 0),
  counted  BOOLEAN NOT NULL,                 -- a quota counts it
  limited  BOOLEAN NOT NULL,                 -- a limit by person counts it
  state    TEXT NOT NULL CHECK (state IN ('held', 'sold', 'released')),
  at       BIGINT NOT NULL,
  PRIMARY KEY (order_id, kind, ref_id)
);
CREATE INDEX order_holds_ref_idx ON order_holds (kind, ref_id, state);

CREATE TABLE promotions (
  id           BIGINT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('newcomer', 'flash', 'group', 'threshold')),
  label        TEXT NOT NULL,
  note         TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL CHECK (status IN ('draft', 'on', 'off')),
  starts_at    BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL,
  platforms    TEXT NOT NULL DEFAULT '[]',   -- JSON list; empty: all
  scope        TEXT NOT NULL DEFAULT '{}',   -- JSON, see price.Scope
  price_fen    BIGINT NOT NULL DEFAULT 0,    -- 0: by pay_permille
  pay_permille BIGINT NOT NULL DEFAULT 0,
  cap_fen      BIGINT NOT NULL DEFAULT 0,
  steps        TEXT NOT NULL DEFAULT '[]',   -- JSON list of price.Step
  quota        BIGINT NOT NULL DEFAULT 0,    -- 0: unlimited; what is taken is in quotas
  per_user     BIGINT NOT NULL DEFAULT 0,    -- 0: no limit by person
  group_size   BIGINT NOT NULL DEFAULT 0,
  group_hours  BIGINT NOT NULL DEFAULT 0,
  version      BIGINT NOT NULL DEFAULT 1,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  CHECK (ends_at > starts_at)
);
CREATE INDEX promotions_live_idx ON promotions (ends_at, starts_at) WHERE status = 'on';

CREATE TABLE coupons (
  id            BIGINT PRIMARY KEY,
  name          TEXT NOT NULL,
  status        TEXT NOT NULL CHECK (status IN ('draft', 'on', 'off')),
  off_fen       BIGINT NOT NULL DEFAULT 0,
  pay_permille  BIGINT NOT NULL DEFAULT 0,
  cap_fen       BIGINT NOT NULL DEFAULT 0,
  at_fen        BIGINT NOT NULL DEFAULT 0,
  scope         TEXT NOT NULL DEFAULT '{}',
  platforms     TEXT NOT NULL DEFAULT '[]',
  stackable     BOOLEAN NOT NULL DEFAULT FALSE,
  stock         BIGINT NOT NULL CHECK (stock >= 0),
  issued        BIGINT NOT NULL DEFAULT 0,
  per_user      BIGINT NOT NULL DEFAULT 1 CHECK (per_user > 0),
  claim         TEXT NOT NULL CHECK (claim IN ('page', 'code', 'newcomer', 'staff')),
  code          TEXT NOT NULL DEFAULT '',
  claim_from    BIGINT NOT NULL DEFAULT 0,
  claim_until   BIGINT NOT NULL DEFAULT 0,
  valid_from    BIGINT NOT NULL DEFAULT 0,   -- fixed, or
  valid_until   BIGINT NOT NULL DEFAULT 0,
  valid_days    BIGINT NOT NULL DEFAULT 0,   -- from receipt
  back_on_refund BOOLEAN NOT NULL DEFAULT TRUE,
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  CHECK (issued <= stock)
);
CREATE UNIQUE INDEX coupons_code_key ON coupons (code) WHERE code <> '';

-- A coupon in somebody's wallet.
CREATE TABLE user_coupons (
  id          BIGINT PRIMARY KEY,
  coupon_id   BIGINT NOT NULL REFERENCES coupons (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  nth         BIGINT NOT NULL,               -- the buyer's first, second … of its kind
  state       TEXT NOT NULL CHECK (state IN ('ready', 'held', 'used', 'void')),
  order_id    BIGINT NOT NULL DEFAULT 0,
  received_at BIGINT NOT NULL,
  valid_from  BIGINT NOT NULL,
  valid_until BIGINT NOT NULL,
  used_at     BIGINT NOT NULL DEFAULT 0,
  source      TEXT NOT NULL,
  CONSTRAINT user_coupons_coupon_id_user_id_nth_key UNIQUE (coupon_id, user_id, nth),
  CHECK ((state IN ('held', 'used')) = (order_id > 0))
);
CREATE INDEX user_coupons_user_id_idx ON user_coupons (user_id, state, valid_until);

-- A group that buys together. It succeeds or fails once (INV-25).
CREATE TABLE groups (
  id           BIGINT PRIMARY KEY,
  promotion_id BIGINT NOT NULL REFERENCES promotions (id),
  sku_id       BIGINT NOT NULL,
  leader_id    BIGINT NOT NULL REFERENCES users (id),
  size         BIGINT NOT NULL CHECK (size > 1),
  seats        BIGINT NOT NULL DEFAULT 0,    -- held and paid
  paid         BIGINT NOT NULL DEFAULT 0,
  state        TEXT NOT NULL CHECK (state IN ('forming', 'succeeded', 'failed')),
  created_at   BIGINT NOT NULL,
  deadline_at  BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL DEFAULT 0,
  CHECK (seats <= size),
  CHECK (paid <= seats)
);
CREATE INDEX groups_deadline_idx ON groups (deadline_at) WHERE state = 'forming';
CREATE INDEX groups_sku_idx ON groups (sku_id, state, deadline_at);

CREATE TABLE group_members (
  group_id BIGINT NOT NULL REFERENCES groups (id),
  user_id  BIGINT NOT NULL REFERENCES users (id),
  order_id BIGINT NOT NULL REFERENCES orders (id),
  state    TEXT NOT NULL CHECK (state IN ('held', 'paid', 'left')),
  at       BIGINT NOT NULL,
  PRIMARY KEY (group_id, order_id)
);
CREATE UNIQUE INDEX group_members_group_id_user_id_key ON group_members (group_id, user_id) WHERE state <> 'left';

-- A copy that was bought to be given away.
CREATE TABLE gifts (
  id            BIGINT PRIMARY KEY,
  order_item_id BIGINT NOT NULL REFERENCES order_items (id),
  giver_id      BIGINT NOT NULL REFERENCES users (id),
  token         TEXT NOT NULL,
  nth           BIGINT NOT NULL,
  price_fen     BIGINT NOT NULL,             -- this copy's share of the line
  message       TEXT NOT NULL DEFAULT '',
  state         TEXT NOT NULL CHECK (state IN ('open', 'received', 'returned')),
  receiver_id   BIGINT NOT NULL DEFAULT 0,
  received_at   BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  CONSTRAINT gifts_token_key UNIQUE (token),
  CONSTRAINT gifts_order_item_id_nth_key UNIQUE (order_item_id, nth),
  CHECK ((state = 'received') = (receiver_id > 0))
);
CREATE INDEX gifts_giver_id_idx ON gifts (giver_id, id);

CREATE TABLE code_batches (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  sku_id     BIGINT NOT NULL,
  size       BIGINT NOT NULL CHECK (size > 0),
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL DEFAULT 0,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Codes are kept as a hash for looking up and sealed for the export.
CREATE TABLE redeem_codes (
  id         BIGINT PRIMARY KEY,
  batch_id   BIGINT NOT NULL REFERENCES code_batches (id),
  hash       TEXT NOT NULL,
  sealed     BYTEA NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('ready', 'used', 'revoked')),
  user_id    BIGINT NOT NULL DEFAULT 0,
  used_at    BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT redeem_codes_hash_key UNIQUE (hash)
);
CREATE INDEX redeem_codes_batch_id_idx ON redeem_codes (batch_id, id);
