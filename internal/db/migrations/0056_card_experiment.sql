-- +goose Up
-- Experiments with evidence cards: which drawing and which words bring more people. *_at
-- are UTC milliseconds, 0 means "not".
CREATE TABLE card_experiments (
  id          BIGINT PRIMARY KEY,
  name        TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('draft', 'running', 'stopped')),
  course_id   BIGINT NOT NULL DEFAULT 0,       -- with the cards of one course; 0: of all
  auto_winner BOOLEAN NOT NULL DEFAULT FALSE,  -- looked at each week; who wins for certain is used from then on
  winner_id   BIGINT NOT NULL DEFAULT 0,       -- of its variants; 0: none for certain
  started_at  BIGINT NOT NULL DEFAULT 0,
  looked_at   BIGINT NOT NULL DEFAULT 0,
  stopped_at  BIGINT NOT NULL DEFAULT 0,
  version     BIGINT NOT NULL DEFAULT 1,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL
);
-- One at a time: two would share their people and tell nothing apart.
CREATE UNIQUE INDEX card_experiments_running_key ON card_experiments (course_id) WHERE status = 'running';
CREATE TABLE card_variants (
  id            BIGINT PRIMARY KEY,
  experiment_id BIGINT NOT NULL REFERENCES card_experiments (id),
  nth           BIGINT NOT NULL,               -- 0: what the others are compared with
  label         TEXT NOT NULL,
  template_id   BIGINT NOT NULL DEFAULT 0,     -- 0: drawn as without the experiment
  words         TEXT NOT NULL DEFAULT '',      -- that go along when a card is handed on; '': the usual
  weight        BIGINT NOT NULL CHECK (weight BETWEEN 1 AND 1000),
  CONSTRAINT card_variants_experiment_id_nth_key UNIQUE (experiment_id, nth)
);
-- Who was shown a card of it, and which way: written once, never changed.
CREATE TABLE card_subjects (
  experiment_id BIGINT NOT NULL REFERENCES card_experiments (id),
  user_id       BIGINT NOT NULL REFERENCES users (id),
  variant_id    BIGINT NOT NULL REFERENCES card_variants (id),
  seen_at       BIGINT NOT NULL,
  PRIMARY KEY (experiment_id, user_id)
);
CREATE INDEX card_subjects_variant_id_idx ON card_subjects (variant_id, user_id);
CREATE INDEX card_subjects_user_id_idx ON card_subjects (user_id);
CREATE INDEX shares_variant_id_idx ON shares (variant_id, user_id) WHERE variant_id > 0;
