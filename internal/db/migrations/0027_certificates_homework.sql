-- +goose Up
-- *_at are UTC milliseconds, 0 means "not".
CREATE TABLE certificate_rules (
  course_id   BIGINT PRIMARY KEY REFERENCES courses (id),
  active      BOOLEAN NOT NULL,
  title       TEXT NOT NULL,
  min_percent BIGINT NOT NULL CHECK (min_percent BETWEEN 0 AND 100),   -- of the lessons, finished
  min_minutes BIGINT NOT NULL CHECK (min_minutes BETWEEN 0 AND 60000), -- of study in the course
  version     BIGINT NOT NULL DEFAULT 1,
  updated_at  BIGINT NOT NULL
);
CREATE TABLE certificate_rule_quizzes (
  course_id BIGINT NOT NULL REFERENCES certificate_rules (course_id),
  lesson_id BIGINT NOT NULL REFERENCES lessons (id),
  PRIMARY KEY (course_id, lesson_id)
);

-- The name that a learner wants on certificates, told once.
CREATE TABLE certificate_names (
  user_id     BIGINT PRIMARY KEY REFERENCES users (id),
  name_sealed BYTEA NOT NULL,
  created_at  BIGINT NOT NULL
);

-- What a certificate states stands in columns, so that it can be checked against
-- the evidence of study.
CREATE TABLE certificates (
  id             BIGINT PRIMARY KEY,
  code           TEXT NOT NULL,
  user_id        BIGINT NOT NULL REFERENCES users (id),
  course_id      BIGINT NOT NULL REFERENCES courses (id),
  title          TEXT NOT NULL,
  course_title   TEXT NOT NULL,
  lessons        BIGINT NOT NULL,             -- finished by then
  study_ms       BIGINT NOT NULL,             -- studied by then
  score_permille BIGINT NOT NULL,             -- of the quizzes that were asked for; -1: none were
  started_at     BIGINT NOT NULL,
  finished_at    BIGINT NOT NULL,
  nickname       TEXT NOT NULL,               -- of that day
  shown          TEXT NOT NULL CHECK (shown IN ('real', 'nickname', 'masked', 'hidden')),
  list_no        BIGINT NOT NULL,             -- place in the list of revocations
  list_index     BIGINT NOT NULL,
  issued_at      BIGINT NOT NULL,
  revoked_at     BIGINT NOT NULL DEFAULT 0,
  revoke_kind    TEXT NOT NULL DEFAULT '' CHECK (revoke_kind IN ('', 'refund', 'staff', 'reissued', 'merged')),
  revoke_reason  TEXT NOT NULL DEFAULT '',
  CHECK ((revoked_at > 0) = (revoke_kind <> ''))
);
CREATE UNIQUE INDEX certificates_code_key ON certificates (code);
CREATE UNIQUE INDEX certificates_list_key ON certificates (list_no, list_index);
CREATE UNIQUE INDEX certificates_user_id_course_id_key ON certificates (user_id, course_id) WHERE revoked_at = 0;
CREATE INDEX certificates_user_id_idx ON certificates (user_id, id);
CREATE INDEX certificates_course_id_idx ON certificates (course_id, id);

-- The attempts that a certificate's score comes from.
CREATE TABLE certificate_scores (
  certificate_id BIGINT NOT NULL REFERENCES certificates (id),
  attempt_id     BIGINT NOT NULL REFERENCES quiz_attempts (id),
  score_centi    BIGINT NOT NULL,
  max_centi      BIGINT NOT NULL,
  PRIMARY KEY (certificate_id, attempt_id)
);

-- The keys that credentials are signed with; old ones stay, so that what they signed
-- can be verified.
CREATE TABLE certificate_keys (
  id             BIGINT PRIMARY KEY,
  public         TEXT NOT NULL,               -- multibase
  private_sealed BYTEA NOT NULL,
  active         BOOLEAN NOT NULL,
  created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX certificate_keys_active_key ON certificate_keys (active) WHERE active;

-- Homework: a task that a person marks by a rubric. What is handed in again is a new
-- submission. Points are whole; a score is their sum.
CREATE TABLE homeworks (
  lesson_id     BIGINT PRIMARY KEY REFERENCES lessons (id),
  task_html     TEXT NOT NULL,                 -- cleaned
  due_at        BIGINT NOT NULL DEFAULT 0,     -- 0: none
  due_days      BIGINT NOT NULL DEFAULT 0 CHECK (due_days BETWEEN 0 AND 3650), -- after the course was opened to the learner; 0: none
  most          BIGINT NOT NULL CHECK (most BETWEEN 1 AND 20), -- submissions
  peers         BIGINT NOT NULL CHECK (peers BETWEEN 0 AND 3), -- reviews of others that each learner writes
  peers_decide  BOOLEAN NOT NULL DEFAULT FALSE, -- the median of the reviews is the score where no teacher marked
  pass_permille BIGINT NOT NULL CHECK (pass_permille BETWEEN 0 AND 1000),
  version       BIGINT NOT NULL DEFAULT 1,
  updated_at    BIGINT NOT NULL
);
CREATE TABLE homework_rows (
  lesson_id BIGINT NOT NULL REFERENCES homeworks (lesson_id),
  position  BIGINT NOT NULL,
  title     TEXT NOT NULL,
  note      TEXT NOT NULL DEFAULT '',
  points    BIGINT NOT NULL CHECK (points BETWEEN 1 AND 100),
  PRIMARY KEY (lesson_id, position)
);

CREATE TABLE submissions (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  lesson_id  BIGINT NOT NULL REFERENCES homeworks (lesson_id),
  course_id  BIGINT NOT NULL,
  no         BIGINT NOT NULL CHECK (no > 0),
  state      TEXT NOT NULL CHECK (state IN ('handed_in', 'returned', 'marked')),
  body       TEXT NOT NULL,
  rubric     TEXT NOT NULL,                    -- JSON: the rubric when it was handed in
  most       BIGINT NOT NULL CHECK (most > 0), -- points of that rubric
  pass_permille BIGINT NOT NULL,
  score      BIGINT NOT NULL DEFAULT 0 CHECK (score BETWEEN 0 AND most),
  passed     BOOLEAN NOT NULL DEFAULT FALSE,
  late       BOOLEAN NOT NULL DEFAULT FALSE,
  by_peers   BOOLEAN NOT NULL DEFAULT FALSE,   -- the score is the median of reviews
  points     TEXT NOT NULL DEFAULT '',         -- JSON: the marker's points by row
  comment    TEXT NOT NULL DEFAULT '',
  marked_by  BIGINT NOT NULL DEFAULT 0,
  marked_at  BIGINT NOT NULL DEFAULT 0,
  consent    BOOLEAN NOT NULL DEFAULT FALSE,   -- the author lets the class see it
  excellent  BOOLEAN NOT NULL DEFAULT FALSE,   -- a teacher thinks it worth seeing
  handed_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX submissions_user_id_lesson_id_no_key ON submissions (user_id, lesson_id, no);
CREATE UNIQUE INDEX submissions_open_key ON submissions (user_id, lesson_id) WHERE state = 'handed_in';
CREATE INDEX submissions_lesson_id_idx ON submissions (lesson_id, id);

CREATE TABLE submission_files (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  lesson_id     BIGINT NOT NULL REFERENCES homeworks (lesson_id),
  submission_id BIGINT NOT NULL DEFAULT 0,     -- 0: not handed in yet
  name          TEXT NOT NULL,
  blob_key      TEXT NOT NULL,
  bytes         BIGINT NOT NULL,
  mime          TEXT NOT NULL,
  created_at    BIGINT NOT NULL
);
CREATE INDEX submission_files_submission_id_idx ON submission_files (submission_id, id);
CREATE INDEX submission_files_draft_idx ON submission_files (user_id, lesson_id) WHERE submission_id = 0;

CREATE TABLE peer_reviews (
  id            BIGINT PRIMARY KEY,
  submission_id BIGINT NOT NULL REFERENCES submissions (id),
  reviewer_id   BIGINT NOT NULL REFERENCES users (id),
  lesson_id     BIGINT NOT NULL,
  points        TEXT NOT NULL DEFAULT '',      -- JSON: by row
  score         BIGINT NOT NULL DEFAULT 0,
  comment       TEXT NOT NULL DEFAULT '',
  given_at      BIGINT NOT NULL,
  done_at       BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX peer_reviews_submission_id_reviewer_id_key ON peer_reviews (submission_id, reviewer_id);
CREATE INDEX peer_reviews_reviewer_id_idx ON peer_reviews (reviewer_id, lesson_id);
