-- +goose Up
-- Campaigns: what a real registration, study or a first step earns. *_at are UTC
-- milliseconds, 0 means "not".
CREATE TABLE campaigns (
  id            BIGINT PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('assist', 'invite', 'lottery', 'journey')),
  title         TEXT NOT NULL,
  words         TEXT NOT NULL DEFAULT '',              -- the rules in the school's words
  state         TEXT NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'ended')),
  cause         TEXT NOT NULL CHECK (cause IN ('join', 'study', 'both')), -- of friends; of chances
  starts_at     BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  budget_fen    BIGINT NOT NULL CHECK (budget_fen >= 0),
  budget_count  BIGINT NOT NULL CHECK (budget_count >= 0),
  spent_fen     BIGINT NOT NULL DEFAULT 0,
  spent_count   BIGINT NOT NULL DEFAULT 0,
  per_user      BIGINT NOT NULL CHECK (per_user >= 1), -- rewards
  per_device    BIGINT NOT NULL CHECK (per_device >= 1),
  newcomer_days BIGINT NOT NULL DEFAULT 0 CHECK (newcomer_days >= 0), -- journey: since registering
  on_h5         BOOLEAN NOT NULL,                      -- web pages outside of WeChat
  on_wechat     BOOLEAN NOT NULL,                      -- and inside
  on_mini       BOOLEAN NOT NULL,
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  CHECK (ends_at > starts_at),
  CHECK (spent_fen >= 0 AND spent_fen <= budget_fen),
  CHECK (spent_count >= 0 AND spent_count <= budget_count)
);
CREATE INDEX campaigns_state_idx ON campaigns (state, id);

CREATE TABLE campaign_prizes (
  id          BIGINT PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  position    BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('coupon', 'points', 'course', 'material', 'nothing')),
  ref_id      BIGINT NOT NULL DEFAULT 0,                -- coupon, course
  amount      BIGINT NOT NULL DEFAULT 0 CHECK (amount >= 0), -- points; course: days, 0 for good
  title       TEXT NOT NULL,
  body        TEXT NOT NULL DEFAULT '',                 -- of a material
  value_fen   BIGINT NOT NULL CHECK (value_fen BETWEEN 0 AND 5000000), -- the law allows no more for one prize
  odds_ppm    BIGINT NOT NULL DEFAULT 0 CHECK (odds_ppm BETWEEN 0 AND 1000000),
  stock       BIGINT NOT NULL DEFAULT 0 CHECK (stock >= 0), -- left
  given       BIGINT NOT NULL DEFAULT 0 CHECK (given >= 0),
  step        TEXT NOT NULL DEFAULT '' CHECK (step IN ('', 'lessons', 'sign_ins', 'minutes', 'phone')),
  need        BIGINT NOT NULL DEFAULT 0 CHECK (need >= 0) -- friends, or of the step
);
CREATE INDEX campaign_prizes_campaign_id_idx ON campaign_prizes (campaign_id, position, id);

-- Friends who came by a share of a campaign; each helps one person in it.
CREATE TABLE campaign_helps (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  friend_id   BIGINT NOT NULL REFERENCES users (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  share_id    BIGINT NOT NULL,
  joined_at   BIGINT NOT NULL DEFAULT 0,                -- registered by it
  studied_at  BIGINT NOT NULL DEFAULT 0,                -- finished a lesson after it
  PRIMARY KEY (campaign_id, friend_id),
  CHECK (friend_id <> user_id)
);
CREATE INDEX campaign_helps_user_id_idx ON campaign_helps (campaign_id, user_id, friend_id);
CREATE INDEX campaign_helps_friend_id_idx ON campaign_helps (friend_id);

-- Chances to draw, earned by study or a registration; each is one draw.
CREATE TABLE campaign_chances (
  id          BIGINT PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  cause       TEXT NOT NULL,                            -- happens once
  lesson_id   BIGINT NOT NULL DEFAULT 0,
  made_at     BIGINT NOT NULL,
  used_at     BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT campaign_chances_campaign_id_cause_key UNIQUE (campaign_id, cause)
);
CREATE INDEX campaign_chances_user_id_idx ON campaign_chances (user_id, campaign_id, used_at, id);

-- Every draw as it fell; only ever added to.
CREATE TABLE campaign_draws (
  id          BIGINT PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  chance_id   BIGINT NOT NULL CONSTRAINT campaign_draws_chance_id_key UNIQUE REFERENCES campaign_chances (id),
  request     TEXT NOT NULL,
  roll        BIGINT NOT NULL CHECK (roll BETWEEN 0 AND 999999),
  drawn_id    BIGINT NOT NULL,                          -- what the roll falls on by the odds
  prize_id    BIGINT NOT NULL,                          -- what was won; 0: nothing
  note        TEXT NOT NULL DEFAULT '',                 -- why these differ: stock, budget, coupon
  version     BIGINT NOT NULL,                          -- of the campaign: its odds then
  at          BIGINT NOT NULL,
  CONSTRAINT campaign_draws_user_id_request_key UNIQUE (user_id, request)
);
CREATE INDEX campaign_draws_campaign_id_idx ON campaign_draws (campaign_id, id);
CREATE INDEX campaign_draws_won_idx ON campaign_draws (campaign_id, id) WHERE prize_id > 0;

-- What was given, or waits to be.
CREATE TABLE campaign_gifts (
  id          BIGINT PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  prize_id    BIGINT NOT NULL REFERENCES campaign_prizes (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  cause       TEXT NOT NULL CONSTRAINT campaign_gifts_cause_key UNIQUE,
  device      TEXT NOT NULL DEFAULT '',                 -- keyed hash
  value_fen   BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('given', 'waiting', 'refused')),
  reason      TEXT NOT NULL DEFAULT '',
  look_at     BIGINT NOT NULL DEFAULT 0,
  made_at     BIGINT NOT NULL,
  ended_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX campaign_gifts_user_id_idx ON campaign_gifts (user_id, id);
CREATE INDEX campaign_gifts_campaign_id_idx ON campaign_gifts (campaign_id, user_id);
CREATE INDEX campaign_gifts_log_idx ON campaign_gifts (campaign_id, id);
CREATE INDEX campaign_gifts_device_idx ON campaign_gifts (campaign_id, device) WHERE device <> '';
CREATE INDEX campaign_gifts_look_at_idx ON campaign_gifts (look_at) WHERE state = 'waiting';
