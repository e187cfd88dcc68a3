-- +goose Up
-- What is known of how accounts hang together, the rules that weigh it, and what came of
-- that. *_at are UTC milliseconds, 0 means "not".

-- By which device and out of which network an account was used: keyed hashes, forgotten
-- after a time.
CREATE TABLE risk_signals (
  user_id  BIGINT NOT NULL REFERENCES users (id),
  kind     TEXT NOT NULL CHECK (kind IN ('device', 'block')),
  hash     TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind, hash)
);
CREATE INDEX risk_signals_hash_idx ON risk_signals (kind, hash, user_id);
CREATE INDEX risk_signals_last_at_idx ON risk_signals (kind, last_at);

-- A rule adds points when a feature compares so.
CREATE TABLE risk_rules (
  id         BIGINT PRIMARY KEY,
  feature    TEXT NOT NULL,
  comparison TEXT NOT NULL CHECK (comparison IN ('ge', 'le')),
  threshold  BIGINT NOT NULL,
  points     BIGINT NOT NULL CHECK (points BETWEEN 0 AND 200),
  action     TEXT NOT NULL DEFAULT 'allow' CHECK (action IN ('allow', 'check', 'delay', 'review', 'block')), -- at least
  enabled    BOOLEAN NOT NULL DEFAULT TRUE,
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL DEFAULT 0
);

-- From how many points on which action is taken.
CREATE TABLE risk_bands (
  action  TEXT PRIMARY KEY CHECK (action IN ('check', 'delay', 'review', 'block')),
  score   BIGINT NOT NULL CHECK (score > 0),
  version BIGINT NOT NULL DEFAULT 1
);
INSERT INTO risk_bands (action, score) VALUES ('check', 30), ('delay', 45), ('review', 60), ('block', 110);

INSERT INTO risk_rules (id, feature, comparison, threshold, points) VALUES
  (1, 'age_hours', 'le', 23, 15),
  (2, 'phone', 'le', 0, 9),
  (3, 'study_minutes', 'le', 0, 5),
  (4, 'device_accounts', 'ge', 4, 25),
  (5, 'device_accounts', 'ge', 8, 30),
  (6, 'block_idle', 'ge', 80, 20),
  (7, 'invited_day', 'ge', 20, 20),
  (8, 'invited_idle', 'ge', 80, 35),
  (9, 'kin', 'ge', 1, 20),
  (10, 'kin', 'ge', 2, 35),
  (11, 'ring', 'ge', 2, 40),
  (12, 'day_minutes', 'ge', 1080, 60),
  (13, 'claimed_percent', 'ge', 800, 45),
  (14, 'refund_percent', 'ge', 60, 60),
  (15, 'invited_refunds', 'ge', 50, 40),
  (16, 'siblings_idle', 'ge', 80, 20);

-- What was decided of somebody and why, when it was not simply allowed.
CREATE TABLE risk_judgements (
  id      BIGINT PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  act     TEXT NOT NULL,
  score   BIGINT NOT NULL,
  action  TEXT NOT NULL CHECK (action IN ('check', 'delay', 'review', 'block')),
  reasons TEXT NOT NULL,              -- JSON
  at      BIGINT NOT NULL
);
CREATE INDEX risk_judgements_user_id_idx ON risk_judgements (user_id, id);
CREATE INDEX risk_judgements_at_idx ON risk_judgements (at);

-- What a person looks at. One is open for a learner at a time.
CREATE TABLE risk_cases (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  act         TEXT NOT NULL,
  score       BIGINT NOT NULL,
  action      TEXT NOT NULL CHECK (action IN ('review', 'block')),
  reasons     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'cleared', 'confirmed')),
  opened_at   BIGINT NOT NULL,
  decided_at  BIGINT NOT NULL DEFAULT 0,
  decided_by  BIGINT NOT NULL DEFAULT 0,
  reason      TEXT NOT NULL DEFAULT '',
  appeal      TEXT NOT NULL DEFAULT '',
  appealed_at BIGINT NOT NULL DEFAULT 0,
  answer      TEXT NOT NULL DEFAULT '',
  answered_at BIGINT NOT NULL DEFAULT 0,
  CHECK ((state = 'open') = (decided_at = 0)),
  CHECK (answered_at = 0 OR appealed_at > 0)
);
CREATE UNIQUE INDEX risk_cases_user_id_key ON risk_cases (user_id) WHERE state = 'open';
CREATE INDEX risk_cases_user_id_idx ON risk_cases (user_id, id);
CREATE INDEX risk_cases_state_idx ON risk_cases (state, id);
CREATE INDEX risk_cases_appeal_idx ON risk_cases (id) WHERE appealed_at > 0 AND answered_at = 0;

-- Whose rewards wait, and until when.
CREATE TABLE risk_holds (
  user_id  BIGINT PRIMARY KEY REFERENCES users (id),
  action   TEXT NOT NULL CHECK (action IN ('check', 'delay', 'review', 'block')),
  since_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL
);
