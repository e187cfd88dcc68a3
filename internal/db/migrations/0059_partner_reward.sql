-- +goose Up
-- Rewards of a month's ranking of partners. *_at are UTC milliseconds, *_fen are fen;
-- months are local, YYYYMM; 0 means "not" or "none".

-- What is promised for a month; the highest version holds.
CREATE TABLE partner_reward_plans (
  month     BIGINT NOT NULL CHECK (month BETWEEN 200001 AND 220012),
  version   BIGINT NOT NULL CHECK (version > 0),
  kind      TEXT NOT NULL CHECK (kind IN ('place', 'threshold')),
  floor_fen BIGINT NOT NULL CHECK (floor_fen > 0),           -- who kept less is given nothing
  wait_days BIGINT NOT NULL CHECK (wait_days BETWEEN 0 AND 90), -- after the month, before the ranking is final
  steps     TEXT NOT NULL,                                   -- JSON: from, to, kept_fen, fen
  note      TEXT NOT NULL DEFAULT '',
  saved_at  BIGINT NOT NULL,
  saved_by  BIGINT NOT NULL,
  PRIMARY KEY (month, version)
);

-- A month whose ranking is final.
CREATE TABLE partner_months (
  month      BIGINT PRIMARY KEY,
  version    BIGINT NOT NULL,                                -- of the plan by which it was made
  settled_at BIGINT NOT NULL
);

-- The final ranking, and what became of each reward.
CREATE TABLE partner_places (
  id         BIGINT PRIMARY KEY,
  month      BIGINT NOT NULL REFERENCES partner_months (month),
  partner_id BIGINT NOT NULL,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  role       TEXT NOT NULL,
  place      BIGINT NOT NULL CHECK (place > 0),              -- equal figures share one
  kept_fen   BIGINT NOT NULL CHECK (kept_fen > 0),
  sales      BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0 AND amount_fen < kept_fen),
  state      TEXT NOT NULL CHECK (state IN ('none', 'due', 'paid', 'reversed', 'void')), -- due: to be booked; void: never was
  booked_at  BIGINT NOT NULL DEFAULT 0,
  ended_at   BIGINT NOT NULL DEFAULT 0,
  ended_by   BIGINT NOT NULL DEFAULT 0,                      -- member of staff
  reason     TEXT NOT NULL DEFAULT '',
  CONSTRAINT partner_places_month_partner_id_key UNIQUE (month, partner_id),
  CHECK ((amount_fen = 0) = (state = 'none')),
  CHECK ((state IN ('paid', 'reversed')) = (booked_at > 0)),
  CHECK ((state IN ('reversed', 'void')) = (ended_at > 0))
);
CREATE INDEX partner_places_month_idx ON partner_places (month, place, id);
CREATE INDEX partner_places_user_id_idx ON partner_places (user_id, month);
CREATE INDEX partner_places_due_idx ON partner_places (id) WHERE state = 'due';

-- An account also moves by a reward and by taking it back.
-- only: postgres
ALTER TABLE commission_moves DROP CONSTRAINT commission_moves_kind_check;
ALTER TABLE commission_moves ADD CONSTRAINT commission_moves_kind_check CHECK (kind IN ('accrue', 'release', 'reverse', 'freeze', 'thaw', 'pay', 'pay_late', 'merge_out', 'merge_in', 'reward', 'reward_undo'));
-- end
-- only: sqlite
CREATE TABLE commission_moves_next (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES commission_accounts (user_id),
  kind          TEXT NOT NULL CHECK (kind IN ('accrue', 'release', 'reverse', 'freeze', 'thaw', 'pay', 'pay_late', 'merge_out', 'merge_in', 'reward', 'reward_undo')),
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
INSERT INTO commission_moves_next (id, user_id, kind, ref_id, held_fen, available_fen, frozen_fen, withdrawn_fen, earned_fen, reversed_fen, at)
  SELECT id, user_id, kind, ref_id, held_fen, available_fen, frozen_fen, withdrawn_fen, earned_fen, reversed_fen, at FROM commission_moves;
DROP TABLE commission_moves;
ALTER TABLE commission_moves_next RENAME TO commission_moves;
CREATE INDEX commission_moves_user_id_idx ON commission_moves (user_id, id);
-- +goose StatementBegin
CREATE TRIGGER commission_moves_keep BEFORE UPDATE ON commission_moves BEGIN SELECT RAISE(ABORT, 'commission_moves is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER commission_moves_stay BEFORE DELETE ON commission_moves BEGIN SELECT RAISE(ABORT, 'commission_moves is append-only'); END;
-- +goose StatementEnd
-- end
