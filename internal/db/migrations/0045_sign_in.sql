-- +goose Up
-- Daily sign-ins: one a person and local day. *_at are UTC milliseconds.
CREATE TABLE daily_sign_ins (
  user_id    BIGINT NOT NULL REFERENCES users (id),
  day        BIGINT NOT NULL,                       -- local, YYYYMMDD
  ordinal    BIGINT NOT NULL,                       -- the same as a number of days, one after another
  made_up    BOOLEAN NOT NULL DEFAULT FALSE,        -- afterwards
  points     BIGINT NOT NULL CHECK (points >= 0),   -- given for it
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, ordinal)
);

-- What they add up to, kept beside them; one row a person, which whoever signs in locks.
CREATE TABLE sign_in_streaks (
  user_id BIGINT PRIMARY KEY REFERENCES users (id),
  last    BIGINT NOT NULL DEFAULT 0,                -- ordinal of the last day; 0: none
  streak  BIGINT NOT NULL DEFAULT 0 CHECK (streak >= 0), -- days in a row up to it
  best    BIGINT NOT NULL DEFAULT 0,
  total   BIGINT NOT NULL DEFAULT 0,
  CHECK (best >= streak AND total >= best)
);
