-- +goose Up
-- Points, bargains, upgrades between tiers and price experiments. *_at are UTC
-- milliseconds, *_fen are fen; 0 means "not" or "none".

-- balance is what may be spent, held what open orders keep, owed what was earned
-- on money that went back and is spent already: the next points pay it first.
CREATE TABLE point_accounts (
  user_id BIGINT PRIMARY KEY REFERENCES users (id),
  balance BIGINT NOT NULL DEFAULT 0 CHECK (balance >= 0),
  held    BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
  owed    BIGINT NOT NULL DEFAULT 0 CHECK (owed >= 0),
  look_at BIGINT NOT NULL DEFAULT 0            -- when points may expire next
);
CREATE INDEX point_accounts_look_at_idx ON point_accounts (look_at) WHERE look_at > 0;

-- Append-only. points, held and owed are changes; the accounts are their sums.
CREATE TABLE point_moves (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('earn', 'grant', 'return', 'hold', 'release', 'spend', 'reclaim', 'deduct', 'expire')),
  points     BIGINT NOT NULL,
  held       BIGINT NOT NULL DEFAULT 0,
  owed       BIGINT NOT NULL DEFAULT 0,
  cause      TEXT NOT NULL,                    -- what happened; once
  note       TEXT NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL DEFAULT 0,
  at         BIGINT NOT NULL,
  CONSTRAINT point_moves_cause_key UNIQUE (cause)
);
CREATE INDEX point_moves_user_id_idx ON point_moves (user_id, id);

CREATE TABLE point_holds (
  order_id BIGINT PRIMARY KEY REFERENCES orders (id),
  user_id  BIGINT NOT NULL REFERENCES users (id),
  points   BIGINT NOT NULL CHECK (points > 0),
  state    TEXT NOT NULL CHECK (state IN ('held', 'spent', 'released')),
  at       BIGINT NOT NULL
);
CREATE INDEX point_holds_user_id_idx ON point_holds (user_id, state);

-- Money of a line that pays for a higher tier: it cannot be given back meanwhile.
ALTER TABLE order_items ADD COLUMN credited_fen BIGINT NOT NULL DEFAULT 0;

-- The unused time of a lower tier that an order takes as money.
CREATE TABLE upgrade_credits (
  id           BIGINT PRIMARY KEY,
  order_id     BIGINT NOT NULL REFERENCES orders (id),
  from_item_id BIGINT NOT NULL REFERENCES order_items (id),
  kept_fen     BIGINT NOT NULL CHECK (kept_fen > 0),   -- paid and not given back
  off_fen      BIGINT NOT NULL CHECK (off_fen > 0),
  left_days    BIGINT NOT NULL,
  total_days   BIGINT NOT NULL CHECK (total_days > 0),
  moved_fen    BIGINT NOT NULL DEFAULT 0,              -- deferred revenue that went over
  left_ms      BIGINT NOT NULL DEFAULT 0,              -- of the period that was ended
  state        TEXT NOT NULL CHECK (state IN ('held', 'used', 'released', 'restored')),
  at           BIGINT NOT NULL,
  CHECK (off_fen <= kept_fen),
  CHECK (left_days <= total_days)
);
CREATE UNIQUE INDEX upgrade_credits_from_item_id_key ON upgrade_credits (from_item_id) WHERE state IN ('held', 'used');
CREATE INDEX upgrade_credits_order_id_idx ON upgrade_credits (order_id);

-- A bargain needs so many helpers within so many hours.
-- only: postgres
ALTER TABLE promotions DROP CONSTRAINT promotions_kind_check;
ALTER TABLE promotions ADD CONSTRAINT promotions_kind_check CHECK (kind IN ('newcomer', 'flash', 'group', 'threshold', 'bargain'));
-- end
-- SQLite cannot change a CHECK: the tables are made anew, with those that name them.
-- only: sqlite
CREATE TABLE promotions_new (
  id           BIGINT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('newcomer', 'flash', 'group', 'threshold', 'bargain')),
  label        TEXT NOT NULL,
  note         TEXT NOT NULL DEFAULT '',
  status       TEXT NOT NULL CHECK (status IN ('draft', 'on', 'off')),
  starts_at    BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL,
  platforms    TEXT NOT NULL DEFAULT '[]',
  scope        TEXT NOT NULL DEFAULT '{}',
  price_fen    BIGINT NOT NULL DEFAULT 0,
  pay_permille BIGINT NOT NULL DEFAULT 0,
  cap_fen      BIGINT NOT NULL DEFAULT 0,
  steps        TEXT NOT NULL DEFAULT '[]',
  quota        BIGINT NOT NULL DEFAULT 0,
  per_user     BIGINT NOT NULL DEFAULT 0,
  group_size   BIGINT NOT NULL DEFAULT 0,
  group_hours  BIGINT NOT NULL DEFAULT 0,
  version      BIGINT NOT NULL DEFAULT 1,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL,
  CHECK (ends_at > starts_at)
);
INSERT INTO promotions_new SELECT id, kind, label, note, status, starts_at, ends_at, platforms, scope, price_fen, pay_permille, cap_fen, steps, quota, per_user, group_size, group_hours, version, created_at, updated_at FROM promotions;
CREATE TABLE groups_new (
  id           BIGINT PRIMARY KEY,
  promotion_id BIGINT NOT NULL REFERENCES promotions_new (id),
  sku_id       BIGINT NOT NULL,
  leader_id    BIGINT NOT NULL REFERENCES users (id),
  size         BIGINT NOT NULL CHECK (size > 1),
  seats        BIGINT NOT NULL DEFAULT 0,
  paid         BIGINT NOT NULL DEFAULT 0,
  state        TEXT NOT NULL CHECK (state IN ('forming', 'succeeded', 'failed')),
  created_at   BIGINT NOT NULL,
  deadline_at  BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL DEFAULT 0,
  CHECK (seats <= size),
  CHECK (paid <= seats)
);
INSERT INTO groups_new SELECT id, promotion_id, sku_id, leader_id, size, seats, paid, state, created_at, deadline_at, ended_at FROM groups;
CREATE TABLE group_members_new (
  group_id BIGINT NOT NULL REFERENCES groups_new (id),
  user_id  BIGINT NOT NULL REFERENCES users (id),
  order_id BIGINT NOT NULL REFERENCES orders (id),
  state    TEXT NOT NULL CHECK (state IN ('held', 'paid', 'left')),
  at       BIGINT NOT NULL,
  PRIMARY KEY (group_id, order_id)
);
INSERT INTO group_members_new SELECT group_id, user_id, order_id, state, at FROM group_members;
DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE promotions;
ALTER TABLE promotions_new RENAME TO promotions;
ALTER TABLE groups_new RENAME TO groups;
ALTER TABLE group_members_new RENAME TO group_members;
CREATE INDEX promotions_live_idx ON promotions (ends_at, starts_at) WHERE status = 'on';
CREATE INDEX groups_deadline_idx ON groups (deadline_at) WHERE state = 'forming';
CREATE INDEX groups_sku_idx ON groups (sku_id, state, deadline_at);
CREATE UNIQUE INDEX group_members_group_id_user_id_key ON group_members (group_id, user_id) WHERE state <> 'left';
-- end
ALTER TABLE promotions ADD COLUMN helpers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE promotions ADD COLUMN help_hours BIGINT NOT NULL DEFAULT 0;

-- Somebody's bargain. The cuts follow from the seed and sum to list − floor; that
-- its time is over is read from deadline_at, 'over' only makes room for another.
CREATE TABLE bargains (
  id           BIGINT PRIMARY KEY,
  promotion_id BIGINT NOT NULL REFERENCES promotions (id),
  sku_id       BIGINT NOT NULL,
  user_id      BIGINT NOT NULL REFERENCES users (id),
  list_fen     BIGINT NOT NULL,
  floor_fen    BIGINT NOT NULL CHECK (floor_fen > 0),
  price_fen    BIGINT NOT NULL,
  helpers      BIGINT NOT NULL CHECK (helpers > 0),
  helped       BIGINT NOT NULL DEFAULT 0,
  seed         BIGINT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('open', 'over', 'bought')),
  order_id     BIGINT NOT NULL DEFAULT 0,      -- that holds it, or bought it
  created_at   BIGINT NOT NULL,
  deadline_at  BIGINT NOT NULL,
  CHECK (helped <= helpers),
  CHECK (price_fen >= floor_fen AND price_fen <= list_fen)
);
CREATE UNIQUE INDEX bargains_promotion_id_user_id_key ON bargains (promotion_id, user_id) WHERE state = 'open';
CREATE INDEX bargains_user_id_idx ON bargains (user_id, id);
CREATE INDEX bargains_order_id_idx ON bargains (order_id) WHERE order_id > 0;

CREATE TABLE bargain_helps (
  bargain_id BIGINT NOT NULL REFERENCES bargains (id),
  user_id    BIGINT NOT NULL REFERENCES users (id),
  nth        BIGINT NOT NULL,
  cut_fen    BIGINT NOT NULL CHECK (cut_fen > 0),
  at         BIGINT NOT NULL,
  PRIMARY KEY (bargain_id, user_id),
  CONSTRAINT bargain_helps_bargain_id_nth_key UNIQUE (bargain_id, nth)
);

-- How often somebody has helped on a day in China.
CREATE TABLE bargain_days (
  user_id BIGINT NOT NULL REFERENCES users (id),
  day     BIGINT NOT NULL,
  helps   BIGINT NOT NULL,
  PRIMARY KEY (user_id, day)
);

-- A price experiment shows people different prices of one SKU.
CREATE TABLE experiments (
  id         BIGINT PRIMARY KEY,
  sku_id     BIGINT NOT NULL,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('draft', 'running', 'stopped')),
  min_fen    BIGINT NOT NULL CHECK (min_fen > 0),
  ends_at    BIGINT NOT NULL,
  list_fen   BIGINT NOT NULL DEFAULT 0,        -- when it was started
  started_at BIGINT NOT NULL DEFAULT 0,
  stopped_at BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX experiments_sku_id_key ON experiments (sku_id) WHERE status = 'running';

-- price_fen 0: the control, who pay the list price.
CREATE TABLE experiment_variants (
  id            BIGINT PRIMARY KEY,
  experiment_id BIGINT NOT NULL REFERENCES experiments (id),
  nth           BIGINT NOT NULL,
  label         TEXT NOT NULL,
  price_fen     BIGINT NOT NULL CHECK (price_fen >= 0),
  weight        BIGINT NOT NULL CHECK (weight > 0),
  CONSTRAINT experiment_variants_experiment_id_nth_key UNIQUE (experiment_id, nth)
);

-- Written once: who sees which price. subject is "u:" and a user, or "v:" and a
-- visitor. carried: a visitor who signed in and is counted as a user.
CREATE TABLE experiment_subjects (
  experiment_id BIGINT NOT NULL REFERENCES experiments (id),
  subject       TEXT NOT NULL,
  variant_id    BIGINT NOT NULL REFERENCES experiment_variants (id),
  shown_at      BIGINT NOT NULL,
  carried       BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (experiment_id, subject)
);
CREATE INDEX experiment_subjects_variant_id_idx ON experiment_subjects (variant_id);

-- What was ordered under a variant, at whatever price in the end.
CREATE TABLE experiment_orders (
  order_id   BIGINT NOT NULL REFERENCES orders (id),
  sku_id     BIGINT NOT NULL,
  variant_id BIGINT NOT NULL REFERENCES experiment_variants (id),
  user_id    BIGINT NOT NULL,
  PRIMARY KEY (order_id, sku_id)
);
CREATE INDEX experiment_orders_variant_id_idx ON experiment_orders (variant_id);
