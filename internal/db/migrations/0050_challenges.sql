-- +goose Up
-- Milestone challenges: what is asked, the classes that are opened of it, who is in one,
-- and what they did each day. Days are ordinals: local days (Asia/Shanghai) counted one
-- after another from 1970-01-01. *_at are UTC milliseconds, 0 means "not".
CREATE TABLE challenges (
  id            BIGINT PRIMARY KEY,
  instructor_id BIGINT NOT NULL DEFAULT 0,            -- whose it is; 0: the school's
  course_id     BIGINT NOT NULL DEFAULT 0,            -- that it goes with; 0: none
  title         TEXT NOT NULL,
  about         TEXT NOT NULL DEFAULT '',
  plan          TEXT NOT NULL,                        -- JSON: days, tasks, milestones, make-up cards, points
  archived_at   BIGINT NOT NULL DEFAULT 0,
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);
CREATE INDEX challenges_instructor_id_idx ON challenges (instructor_id, id);

CREATE TABLE challenge_classes (
  id            BIGINT PRIMARY KEY,
  challenge_id  BIGINT NOT NULL REFERENCES challenges (id),
  instructor_id BIGINT NOT NULL DEFAULT 0,
  course_id     BIGINT NOT NULL DEFAULT 0,
  title         TEXT NOT NULL,
  about         TEXT NOT NULL DEFAULT '',
  plan          TEXT NOT NULL,                        -- of the challenge when the class was opened; it does not change any more
  mode          TEXT NOT NULL CHECK (mode IN ('dates', 'rolling')),
  starts        BIGINT NOT NULL DEFAULT 0,            -- rolling: 0, everybody begins on the day they join
  join_until    BIGINT NOT NULL DEFAULT 0,            -- the last day of joining; 0: as long as it is open
  capacity      BIGINT NOT NULL CHECK (capacity > 0),
  members       BIGINT NOT NULL DEFAULT 0 CHECK (members BETWEEN 0 AND capacity),
  admits        TEXT NOT NULL CHECK (admits IN ('anyone', 'course')), -- course: who has it
  teacher       TEXT NOT NULL DEFAULT '',
  share_weekday BIGINT NOT NULL CHECK (share_weekday BETWEEN 1 AND 7), -- 1 Monday to 7 Sunday
  shared        BIGINT NOT NULL DEFAULT 0,            -- the last share day of which everybody was told
  state         TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')), -- closed: nobody joins any more
  reason        TEXT NOT NULL DEFAULT '',
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);
CREATE INDEX challenge_classes_challenge_id_idx ON challenge_classes (challenge_id, id);
CREATE INDEX challenge_classes_instructor_id_idx ON challenge_classes (instructor_id, id);
CREATE INDEX challenge_classes_state_idx ON challenge_classes (state, id);

CREATE TABLE challenge_squads (
  id           BIGINT PRIMARY KEY,
  class_id     BIGINT NOT NULL REFERENCES challenge_classes (id),
  name         TEXT NOT NULL,
  code         TEXT NOT NULL CONSTRAINT challenge_squads_code_key UNIQUE, -- of invitations
  invited      BOOLEAN NOT NULL,                      -- somebody began it and asks others in
  size         BIGINT NOT NULL DEFAULT 0 CHECK (size BETWEEN 0 AND 8),
  dissolved_at BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL
);
CREATE INDEX challenge_squads_class_id_idx ON challenge_squads (class_id, id);

CREATE TABLE challenge_members (
  id        BIGINT PRIMARY KEY,
  class_id  BIGINT NOT NULL REFERENCES challenge_classes (id),
  user_id   BIGINT NOT NULL REFERENCES users (id),
  squad_id  BIGINT NOT NULL DEFAULT 0,                -- 0: none yet
  state     TEXT NOT NULL CHECK (state IN ('in', 'left', 'lost', 'removed')), -- lost: what admitted them was given back
  starts    BIGINT NOT NULL,                          -- their first day
  since     BIGINT NOT NULL,                          -- the first day that counts for them: later than starts for who joins late
  level     BIGINT NOT NULL CHECK (level BETWEEN 0 AND 2),
  hours     BIGINT NOT NULL CHECK (hours BETWEEN 0 AND 2), -- when they mean to check in: morning, noon, evening
  total     BIGINT NOT NULL DEFAULT 0,
  streak    BIGINT NOT NULL DEFAULT 0,                -- days in a row up to last
  best      BIGINT NOT NULL DEFAULT 0,
  last      BIGINT NOT NULL DEFAULT 0,
  made_up   BIGINT NOT NULL DEFAULT 0,
  score     BIGINT NOT NULL DEFAULT 0,
  next      BIGINT NOT NULL DEFAULT 0,                -- the day of the next milestone to decide; 0: none
  reason    TEXT NOT NULL DEFAULT '',
  joined_at BIGINT NOT NULL,
  ended_at  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT challenge_members_class_id_user_id_key UNIQUE (class_id, user_id)
);
CREATE INDEX challenge_members_user_id_idx ON challenge_members (user_id, id);
CREATE INDEX challenge_members_squad_id_idx ON challenge_members (squad_id, id) WHERE squad_id > 0;
CREATE INDEX challenge_members_score_idx ON challenge_members (class_id, score);
CREATE INDEX challenge_members_loose_idx ON challenge_members (class_id, id) WHERE state = 'in' AND squad_id = 0;
CREATE INDEX challenge_members_next_idx ON challenge_members (next) WHERE state = 'in' AND next > 0;

-- What a member did on a day: once (INV-33).
CREATE TABLE challenge_check_ins (
  id         BIGINT PRIMARY KEY,
  member_id  BIGINT NOT NULL REFERENCES challenge_members (id),
  class_id   BIGINT NOT NULL,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  day        BIGINT NOT NULL,
  made_up    BOOLEAN NOT NULL,
  task       TEXT NOT NULL,                           -- its title then
  body       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('bare', 'pending', 'shown', 'hidden')), -- of the words and files; bare: there are none
  reason     TEXT NOT NULL DEFAULT '',
  version    BIGINT NOT NULL DEFAULT 1,
  decided_by BIGINT NOT NULL DEFAULT 0,
  score      BIGINT NOT NULL,
  points     BIGINT NOT NULL CHECK (points >= 0),     -- given for it
  likes      BIGINT NOT NULL DEFAULT 0 CHECK (likes >= 0),
  liked      BIGINT NOT NULL DEFAULT 0 CHECK (liked >= 0), -- likes that counted
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT challenge_check_ins_member_id_day_key UNIQUE (member_id, day)
);
CREATE INDEX challenge_check_ins_class_id_idx ON challenge_check_ins (class_id, id);
CREATE INDEX challenge_check_ins_state_idx ON challenge_check_ins (state, id);
CREATE INDEX challenge_check_ins_user_id_idx ON challenge_check_ins (user_id, id);

CREATE TABLE challenge_files (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  class_id    BIGINT NOT NULL REFERENCES challenge_classes (id),
  check_in_id BIGINT NOT NULL DEFAULT 0,              -- 0: not handed in, -1: taken back
  name        TEXT NOT NULL,
  blob_key    TEXT NOT NULL,
  bytes       BIGINT NOT NULL,
  mime        TEXT NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX challenge_files_check_in_id_idx ON challenge_files (check_in_id, id);
CREATE INDEX challenge_files_user_id_idx ON challenge_files (user_id, class_id, check_in_id);

CREATE TABLE challenge_likes (
  check_in_id BIGINT NOT NULL REFERENCES challenge_check_ins (id),
  user_id     BIGINT NOT NULL REFERENCES users (id),
  given       BOOLEAN NOT NULL,                       -- false: taken back
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (check_in_id, user_id)
);
CREATE INDEX challenge_likes_user_id_idx ON challenge_likes (user_id, check_in_id);

-- What a member of a squad says of another's day.
CREATE TABLE challenge_reviews (
  id          BIGINT PRIMARY KEY,
  check_in_id BIGINT NOT NULL REFERENCES challenge_check_ins (id),
  class_id    BIGINT NOT NULL,
  user_id     BIGINT NOT NULL REFERENCES users (id),  -- who wrote it
  day         BIGINT NOT NULL,                        -- on which it was written
  body        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden')),
  reason      TEXT NOT NULL DEFAULT '',
  version     BIGINT NOT NULL DEFAULT 1,
  decided_by  BIGINT NOT NULL DEFAULT 0,
  score       BIGINT NOT NULL CHECK (score >= 0),
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  CONSTRAINT challenge_reviews_check_in_id_user_id_key UNIQUE (check_in_id, user_id)
);
CREATE INDEX challenge_reviews_user_id_idx ON challenge_reviews (user_id, class_id, day);
CREATE INDEX challenge_reviews_state_idx ON challenge_reviews (state, id);

-- What members collected in a local week, which begins on a Monday: nobody brings
-- anything into it.
CREATE TABLE challenge_weeks (
  member_id BIGINT NOT NULL REFERENCES challenge_members (id),
  week      BIGINT NOT NULL,                          -- its Monday
  class_id  BIGINT NOT NULL,
  check_ins BIGINT NOT NULL DEFAULT 0,
  score     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (member_id, week)
);
CREATE INDEX challenge_weeks_class_id_idx ON challenge_weeks (class_id, week, score);

CREATE TABLE challenge_milestones (
  id         BIGINT PRIMARY KEY,
  member_id  BIGINT NOT NULL REFERENCES challenge_members (id),
  class_id   BIGINT NOT NULL,
  no         BIGINT NOT NULL,                         -- of the day
  title      TEXT NOT NULL,
  check_ins  BIGINT NOT NULL,                         -- up to that day, when it was decided
  reached_at BIGINT NOT NULL,
  CONSTRAINT challenge_milestones_member_id_no_key UNIQUE (member_id, no)
);

-- The cards of milestones, which fall with them.
CREATE INDEX cards_days_idx ON cards (part_id) WHERE kind = 'days';

-- What the teacher gave to the first three of a week that is over.
CREATE TABLE challenge_awards (
  id         BIGINT PRIMARY KEY,
  class_id   BIGINT NOT NULL REFERENCES challenge_classes (id),
  week       BIGINT NOT NULL,
  member_id  BIGINT NOT NULL REFERENCES challenge_members (id),
  place      BIGINT NOT NULL CHECK (place BETWEEN 1 AND 3),
  review     TEXT NOT NULL DEFAULT '',
  material   TEXT NOT NULL DEFAULT '',
  file_name  TEXT NOT NULL DEFAULT '',
  blob_key   TEXT NOT NULL DEFAULT '',
  mime       TEXT NOT NULL DEFAULT '',
  staff_id   BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT challenge_awards_week_member_key UNIQUE (class_id, week, member_id)
);
CREATE INDEX challenge_awards_member_id_idx ON challenge_awards (member_id, id);
