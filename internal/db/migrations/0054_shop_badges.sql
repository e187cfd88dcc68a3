-- +goose Up
-- What points are exchanged for, and badges. *_at are UTC milliseconds, 0 means "not".
CREATE TABLE shop_goods (
  id           BIGINT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('coupon', 'course', 'material')),
  ref_id       BIGINT NOT NULL DEFAULT 0,                   -- coupon, course
  amount       BIGINT NOT NULL DEFAULT 0 CHECK (amount >= 0), -- course: days, 0 for good
  title        TEXT NOT NULL,
  words        TEXT NOT NULL DEFAULT '',
  body         TEXT NOT NULL DEFAULT '',                    -- of a material, for who has it
  price_points BIGINT NOT NULL CHECK (price_points > 0),
  stock        BIGINT NOT NULL CHECK (stock >= 0),          -- left
  given        BIGINT NOT NULL DEFAULT 0 CHECK (given >= 0),
  per_user     BIGINT NOT NULL CHECK (per_user >= 1),
  shown        BOOLEAN NOT NULL,
  on_h5        BOOLEAN NOT NULL,
  on_wechat    BOOLEAN NOT NULL,
  on_mini      BOOLEAN NOT NULL,
  position     BIGINT NOT NULL DEFAULT 0,
  version      BIGINT NOT NULL DEFAULT 1,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
);
CREATE INDEX shop_goods_position_idx ON shop_goods (position, id);

CREATE TABLE shop_redemptions (
  id       BIGINT PRIMARY KEY,
  goods_id BIGINT NOT NULL REFERENCES shop_goods (id),
  user_id  BIGINT NOT NULL REFERENCES users (id),
  request  TEXT NOT NULL,                                   -- idempotency key
  points   BIGINT NOT NULL CHECK (points > 0),
  at       BIGINT NOT NULL,
  CONSTRAINT shop_redemptions_user_id_request_key UNIQUE (user_id, request)
);
CREATE INDEX shop_redemptions_user_id_idx ON shop_redemptions (user_id, id);
CREATE INDEX shop_redemptions_goods_id_idx ON shop_redemptions (goods_id, user_id);

-- What earns a badge: so much of a stored fact.
CREATE TABLE badge_rules (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  words      TEXT NOT NULL DEFAULT '',
  fact       TEXT NOT NULL CHECK (fact IN ('lessons', 'courses', 'minutes', 'sign_ins', 'streak', 'milestones')),
  need       BIGINT NOT NULL CHECK (need > 0),
  enabled    BOOLEAN NOT NULL DEFAULT TRUE,
  position   BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL DEFAULT 0
);
INSERT INTO badge_rules (id, name, words, fact, need, position) VALUES
  (1, '启程', '学完第一课', 'lessons', 1, 1),
  (2, '十课', '学完 10 课', 'lessons', 10, 2),
  (3, '百课', '学完 100 课', 'lessons', 100, 3),
  (4, '善始善终', '学完一门课的全部课时', 'courses', 1, 4),
  (5, '十小时', '累计学习 10 小时', 'minutes', 600, 5),
  (6, '百小时', '累计学习 100 小时', 'minutes', 6000, 6),
  (7, '七日', '连续签到 7 天', 'streak', 7, 7),
  (8, '满月', '累计签到 30 天', 'sign_ins', 30, 8);

CREATE TABLE badges (
  user_id BIGINT NOT NULL REFERENCES users (id),
  rule_id BIGINT NOT NULL REFERENCES badge_rules (id),
  won_at  BIGINT NOT NULL,
  PRIMARY KEY (user_id, rule_id)
);

-- Milestones that other parts of the house tell of, each once.
CREATE TABLE badge_milestones (
  user_id BIGINT NOT NULL REFERENCES users (id),
  cause   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (user_id, cause)
);
