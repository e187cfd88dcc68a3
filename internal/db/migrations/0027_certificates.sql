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
