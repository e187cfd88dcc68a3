-- +goose Up
-- Live lessons. *_at are UTC milliseconds, 0 means "not"; *_ms are milliseconds.

-- A play of a live room has no asset: asset_id 0. The table moves, since SQLite
-- cannot take a reference away.
CREATE TABLE plays_next (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL,                 -- 0: nobody is signed in
  session_id  BIGINT NOT NULL,
  lesson_id   BIGINT NOT NULL,
  course_id   BIGINT NOT NULL,
  asset_id    BIGINT NOT NULL,                 -- 0: a live room
  preview     BOOLEAN NOT NULL,
  max_plays   BIGINT NOT NULL,
  fence       BIGINT NOT NULL,
  started_at  BIGINT NOT NULL,
  beat_at     BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  ended_at    BIGINT NOT NULL DEFAULT 0,
  end_reason  TEXT NOT NULL DEFAULT '' CHECK (end_reason IN ('', 'ended', 'expired', 'replaced', 'taken_over')),
  taken_by    BIGINT NOT NULL DEFAULT 0        -- the session that took the place
);
INSERT INTO plays_next (id, user_id, session_id, lesson_id, course_id, asset_id, preview, max_plays, fence, started_at, beat_at, lease_until, ended_at, end_reason, taken_by)
  SELECT id, user_id, session_id, lesson_id, course_id, asset_id, preview, max_plays, fence, started_at, beat_at, lease_until, ended_at, end_reason, taken_by FROM plays;
DROP TABLE plays;
ALTER TABLE plays_next RENAME TO plays;
CREATE INDEX plays_user_id_idx ON plays (user_id, fence) WHERE ended_at = 0;
CREATE INDEX plays_started_at_idx ON plays (started_at);

CREATE TABLE live_rooms (
  lesson_id   BIGINT PRIMARY KEY REFERENCES lessons (id),
  state       TEXT NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'live', 'ended')),
  starts_at   BIGINT NOT NULL,
  planned_ms  BIGINT NOT NULL CHECK (planned_ms > 0),
  stream_key  BYTEA NOT NULL,                  -- sealed; what the encoder shows
  recording   TEXT NOT NULL DEFAULT 'wanted' CHECK (recording IN ('off', 'wanted', 'making', 'made', 'failed')),
  asset_id    BIGINT NOT NULL DEFAULT 0,       -- of the replay
  push_id     BIGINT NOT NULL DEFAULT 0,       -- whose segments are taken; 0: nobody's
  opened_at   BIGINT NOT NULL DEFAULT 0,       -- first on the air
  pushed_at   BIGINT NOT NULL DEFAULT 0,       -- last segment
  ended_at    BIGINT NOT NULL DEFAULT 0,
  next_seq    BIGINT NOT NULL DEFAULT 0,
  breaks      BIGINT NOT NULL DEFAULT 0,       -- discontinuities so far
  aired_ms    BIGINT NOT NULL DEFAULT 0,       -- sum of segments
  notice      TEXT NOT NULL DEFAULT '',
  on_screen   BIGINT NOT NULL DEFAULT 0,       -- the question that is answered now
  product_id  BIGINT NOT NULL DEFAULT 0,       -- the card; 0: none
  call_id     BIGINT NOT NULL DEFAULT 0,       -- the sign-in that was opened last
  call_until  BIGINT NOT NULL DEFAULT 0,
  version     BIGINT NOT NULL DEFAULT 1,
  run_at      BIGINT NOT NULL DEFAULT 0        -- last sign of life of the recording's job
);
CREATE INDEX live_rooms_starts_at_idx ON live_rooms (starts_at) WHERE state = 'scheduled';
CREATE INDEX live_rooms_live_idx ON live_rooms (pushed_at) WHERE state = 'live';
CREATE INDEX live_rooms_recording_idx ON live_rooms (run_at) WHERE state = 'ended' AND recording IN ('wanted', 'making');

-- Each time an encoder connected.
CREATE TABLE live_pushes (
  id         BIGINT PRIMARY KEY,
  lesson_id  BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  started_at BIGINT NOT NULL,
  ended_at   BIGINT NOT NULL DEFAULT 0,
  end_reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX live_pushes_lesson_id_idx ON live_pushes (lesson_id, id);

CREATE TABLE live_keys (
  id        BIGINT PRIMARY KEY,
  lesson_id BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  sealed    BYTEA NOT NULL,
  made_at   BIGINT NOT NULL
);
CREATE INDEX live_keys_lesson_id_idx ON live_keys (lesson_id);

CREATE TABLE live_segments (
  lesson_id BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  seq       BIGINT NOT NULL,
  push_id   BIGINT NOT NULL,
  key_id    BIGINT NOT NULL,
  iv        BYTEA NOT NULL,
  ms        BIGINT NOT NULL,
  bytes     BIGINT NOT NULL,
  fresh     BOOLEAN NOT NULL,                  -- begins anew: a discontinuity stands before it
  breaks    BIGINT NOT NULL,                   -- discontinuities up to and with it
  made_at   BIGINT NOT NULL,
  PRIMARY KEY (lesson_id, seq)
);

CREATE TABLE live_messages (
  id          BIGINT PRIMARY KEY,
  lesson_id   BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  user_id     BIGINT NOT NULL,                 -- 0: staff
  staff_id    BIGINT NOT NULL DEFAULT 0,
  name        TEXT NOT NULL,                   -- as shown: masked, or the teacher's
  kind        TEXT NOT NULL CHECK (kind IN ('chat', 'question')),
  body        TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL,
  hidden_at   BIGINT NOT NULL DEFAULT 0,
  answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX live_messages_lesson_id_idx ON live_messages (lesson_id, kind, id);
CREATE INDEX live_messages_changed_at_idx ON live_messages (lesson_id, changed_at);
CREATE INDEX live_messages_user_id_idx ON live_messages (lesson_id, user_id, created_at);

CREATE TABLE live_mutes (
  lesson_id BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  user_id   BIGINT NOT NULL,
  staff_id  BIGINT NOT NULL,
  muted_at  BIGINT NOT NULL,
  PRIMARY KEY (lesson_id, user_id)
);

-- Who was there. attended_ms is time on the air, by the server's clock.
CREATE TABLE live_attendance (
  lesson_id   BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  user_id     BIGINT NOT NULL,
  first_at    BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  play_id     BIGINT NOT NULL DEFAULT 0,       -- of the last beat
  beat_at     BIGINT NOT NULL DEFAULT 0,
  mark_ms     BIGINT NOT NULL DEFAULT 0,       -- how much had been aired at the last beat
  attended_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (lesson_id, user_id)
);

CREATE TABLE live_sign_ins (
  call_id   BIGINT NOT NULL,
  user_id   BIGINT NOT NULL,
  lesson_id BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  at        BIGINT NOT NULL,
  PRIMARY KEY (call_id, user_id)
);
CREATE INDEX live_sign_ins_lesson_id_idx ON live_sign_ins (lesson_id, user_id);

CREATE TABLE live_reminders (
  lesson_id BIGINT NOT NULL REFERENCES live_rooms (lesson_id),
  user_id   BIGINT NOT NULL,
  wanted_at BIGINT NOT NULL,
  sent_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (lesson_id, user_id)
);
CREATE INDEX live_reminders_open_idx ON live_reminders (lesson_id) WHERE sent_at = 0;
