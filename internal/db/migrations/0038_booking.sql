-- +goose Up
-- Lessons at a time that is booked. *_at are UTC milliseconds, 0 means "not".
CREATE TABLE booking_plans (
  lesson_id    BIGINT PRIMARY KEY REFERENCES lessons (id),
  kind         TEXT NOT NULL CHECK (kind IN ('offline', 'online', 'one_to_one')),
  place        TEXT NOT NULL DEFAULT '',
  directions   TEXT NOT NULL DEFAULT '',
  bring        TEXT NOT NULL DEFAULT '',
  note         TEXT NOT NULL DEFAULT '',
  link         TEXT NOT NULL DEFAULT '',       -- of the meeting
  minutes      BIGINT NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
  cancel_hours BIGINT NOT NULL CHECK (cancel_hours BETWEEN 0 AND 720), -- learners cancel until so long before
  hold         BIGINT NOT NULL CHECK (hold BETWEEN 1 AND 20),  -- to come, of one learner, waiting included
  most         BIGINT NOT NULL CHECK (most BETWEEN 0 AND 200), -- of one learner in all, missed ones included; 0: any number
  version      BIGINT NOT NULL DEFAULT 1,
  updated_at   BIGINT NOT NULL
);

CREATE TABLE booking_slots (
  id         BIGINT PRIMARY KEY,
  lesson_id  BIGINT NOT NULL REFERENCES booking_plans (lesson_id),
  course_id  BIGINT NOT NULL,
  starts_at  BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL CHECK (ends_at > starts_at),
  place      TEXT NOT NULL DEFAULT '',          -- instead of the plan's
  places     BIGINT NOT NULL CHECK (places BETWEEN 1 AND 1000),
  booked     BIGINT NOT NULL DEFAULT 0 CHECK (booked BETWEEN 0 AND places),
  state      TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),
  reason     TEXT NOT NULL DEFAULT '',
  code       TEXT NOT NULL,                     -- checks in whoever booked
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX booking_slots_lesson_id_starts_at_key ON booking_slots (lesson_id, starts_at, place) WHERE state <> 'cancelled';
CREATE INDEX booking_slots_lesson_id_idx ON booking_slots (lesson_id, starts_at, id);

-- A place in a slot, or in the line for one. Times are the slot's.
CREATE TABLE bookings (
  id          BIGINT PRIMARY KEY,
  slot_id     BIGINT NOT NULL REFERENCES booking_slots (id),
  lesson_id   BIGINT NOT NULL,
  course_id   BIGINT NOT NULL,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  starts_at   BIGINT NOT NULL,
  ends_at     BIGINT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('booked', 'waiting', 'attended', 'absent', 'cancelled')),
  free_cancel BOOLEAN NOT NULL DEFAULT FALSE,   -- moved, or given late: may be cancelled until the start
  ended_by    TEXT NOT NULL DEFAULT '' CHECK (ended_by IN ('', 'learner', 'staff', 'slot', 'access', 'full', 'merged')),
  reason      TEXT NOT NULL DEFAULT '',
  tries       BIGINT NOT NULL DEFAULT 0,        -- of the code
  by_code     BOOLEAN NOT NULL DEFAULT FALSE,
  day_told    BIGINT NOT NULL DEFAULT 0,        -- the start that was announced a day before
  hour_told   BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL,
  CHECK ((state = 'cancelled') = (ended_by <> ''))
);
CREATE UNIQUE INDEX bookings_slot_id_user_id_key ON bookings (slot_id, user_id) WHERE state <> 'cancelled';
CREATE INDEX bookings_slot_id_idx ON bookings (slot_id, id);
CREATE INDEX bookings_user_id_idx ON bookings (user_id, starts_at);
CREATE INDEX bookings_lesson_id_idx ON bookings (lesson_id, id);
CREATE INDEX bookings_coming_idx ON bookings (starts_at) WHERE state IN ('booked', 'waiting');
