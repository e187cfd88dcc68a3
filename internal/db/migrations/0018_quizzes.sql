-- +goose Up
-- A lesson may be a quiz. A CHECK cannot be changed on SQLite, so the column moves
-- into a new one, which allows every form that the product knows.
ALTER TABLE lessons ADD COLUMN next_form TEXT NOT NULL DEFAULT 'article' CHECK (next_form IN ('video', 'audio', 'article', 'live', 'document', 'ebook', 'quiz'));
UPDATE lessons SET next_form = form;
ALTER TABLE lessons DROP COLUMN form;
ALTER TABLE lessons RENAME COLUMN next_form TO form;

-- *_at are UTC milliseconds, 0 means "not"; *_centi are hundredths of a point.
CREATE TABLE questions (
  id            BIGINT PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('single', 'multiple', 'judge', 'blank', 'short', 'matching', 'ordering')),
  stem          TEXT NOT NULL,                 -- cleaned HTML
  options       TEXT NOT NULL DEFAULT '{}',    -- JSON: what is chosen from, matched or put in order
  answer        TEXT NOT NULL DEFAULT '{}',    -- JSON: what is right; never leaves before submitting
  explanation   TEXT NOT NULL DEFAULT '',      -- cleaned HTML
  folded        TEXT NOT NULL,                 -- the words of it, as they are searched
  difficulty    BIGINT NOT NULL DEFAULT 3 CHECK (difficulty BETWEEN 1 AND 5),
  points        BIGINT NOT NULL DEFAULT 1 CHECK (points BETWEEN 1 AND 100),
  instructor_id BIGINT NOT NULL DEFAULT 0,     -- whose bank; 0: the school's
  version       BIGINT NOT NULL DEFAULT 1,
  import_key    TEXT NOT NULL DEFAULT '',      -- file and row that it came from
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  deleted_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX questions_instructor_id_idx ON questions (instructor_id, id) WHERE deleted_at = 0;
CREATE UNIQUE INDEX questions_instructor_id_import_key_key ON questions (instructor_id, import_key) WHERE import_key <> '';

CREATE TABLE question_tags (
  question_id BIGINT NOT NULL REFERENCES questions (id),
  tag         TEXT NOT NULL,
  PRIMARY KEY (question_id, tag)
);
CREATE INDEX question_tags_tag_idx ON question_tags (tag, question_id);

-- What a quiz lesson asks: a fixed list, or rules that draw from the bank.
CREATE TABLE papers (
  lesson_id         BIGINT PRIMARY KEY REFERENCES lessons (id),
  mode              TEXT NOT NULL CHECK (mode IN ('fixed', 'random')),
  pool_id           BIGINT NOT NULL DEFAULT 0, -- the instructor whose questions alone are drawn; 0: all
  time_limit_s      BIGINT NOT NULL DEFAULT 0 CHECK (time_limit_s BETWEEN 0 AND 86400), -- 0: none
  attempts_limit    BIGINT NOT NULL DEFAULT 0 CHECK (attempts_limit BETWEEN 0 AND 100), -- 0: none
  pass_permille     BIGINT NOT NULL CHECK (pass_permille BETWEEN 0 AND 1000),
  shuffle_questions BOOLEAN NOT NULL DEFAULT FALSE,
  shuffle_options   BOOLEAN NOT NULL DEFAULT FALSE,
  show_answers      TEXT NOT NULL CHECK (show_answers IN ('submitted', 'passed', 'never')),
  version           BIGINT NOT NULL DEFAULT 1,
  updated_at        BIGINT NOT NULL
);
CREATE TABLE paper_questions (
  lesson_id   BIGINT NOT NULL REFERENCES papers (lesson_id),
  question_id BIGINT NOT NULL REFERENCES questions (id),
  position    BIGINT NOT NULL,
  points      BIGINT NOT NULL CHECK (points BETWEEN 1 AND 100),
  PRIMARY KEY (lesson_id, question_id)
);
CREATE INDEX paper_questions_question_id_idx ON paper_questions (question_id);
CREATE TABLE paper_rules (
  lesson_id      BIGINT NOT NULL REFERENCES papers (lesson_id),
  position       BIGINT NOT NULL,
  tag            TEXT NOT NULL DEFAULT '',     -- empty: any
  kind           TEXT NOT NULL DEFAULT '',     -- empty: any
  min_difficulty BIGINT NOT NULL DEFAULT 1,
  max_difficulty BIGINT NOT NULL DEFAULT 5,
  count          BIGINT NOT NULL CHECK (count BETWEEN 1 AND 100),
  points         BIGINT NOT NULL CHECK (points BETWEEN 1 AND 100),
  PRIMARY KEY (lesson_id, position)
);

CREATE TABLE quiz_attempts (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  lesson_id     BIGINT NOT NULL REFERENCES lessons (id),
  course_id     BIGINT NOT NULL,
  no            BIGINT NOT NULL CHECK (no > 0),
  state         TEXT NOT NULL CHECK (state IN ('started', 'submitted', 'expired', 'to_mark')),
  sheet         TEXT NOT NULL,                 -- JSON: the paper as it was drawn and shuffled, with what is right
  replies       TEXT NOT NULL DEFAULT '{}',    -- JSON: what was answered so far, by number
  pass_permille BIGINT NOT NULL,
  max_centi     BIGINT NOT NULL CHECK (max_centi > 0),
  score_centi   BIGINT NOT NULL DEFAULT 0 CHECK (score_centi BETWEEN 0 AND max_centi),
  passed        BOOLEAN NOT NULL DEFAULT FALSE,
  started_at    BIGINT NOT NULL,
  deadline_at   BIGINT NOT NULL DEFAULT 0,
  saved_at      BIGINT NOT NULL DEFAULT 0,
  submitted_at  BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX quiz_attempts_user_id_lesson_id_no_key ON quiz_attempts (user_id, lesson_id, no);
CREATE UNIQUE INDEX quiz_attempts_open_key ON quiz_attempts (user_id, lesson_id) WHERE state = 'started';
CREATE INDEX quiz_attempts_lesson_id_idx ON quiz_attempts (lesson_id, id);
CREATE INDEX quiz_attempts_deadline_at_idx ON quiz_attempts (deadline_at) WHERE state = 'started' AND deadline_at > 0;

CREATE TABLE quiz_answers (
  attempt_id  BIGINT NOT NULL REFERENCES quiz_attempts (id),
  no          BIGINT NOT NULL,
  question_id BIGINT NOT NULL REFERENCES questions (id),
  state       TEXT NOT NULL CHECK (state IN ('scored', 'to_mark', 'marked')),
  score_centi BIGINT NOT NULL DEFAULT 0 CHECK (score_centi BETWEEN 0 AND max_centi),
  max_centi   BIGINT NOT NULL,
  comment     TEXT NOT NULL DEFAULT '',
  marked_by   BIGINT NOT NULL DEFAULT 0,
  marked_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (attempt_id, no)
);
CREATE INDEX quiz_answers_question_id_idx ON quiz_answers (question_id);

CREATE TABLE wrong_questions (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  question_id BIGINT NOT NULL REFERENCES questions (id),
  lesson_id   BIGINT NOT NULL REFERENCES lessons (id), -- where it was missed last
  times       BIGINT NOT NULL DEFAULT 1,
  missed_at   BIGINT NOT NULL,
  mastered_at BIGINT NOT NULL DEFAULT 0                -- answered right since
);
CREATE UNIQUE INDEX wrong_questions_user_id_question_id_key ON wrong_questions (user_id, question_id);
CREATE INDEX wrong_questions_user_id_idx ON wrong_questions (user_id, id) WHERE mastered_at = 0;

-- Questions inside a video.
CREATE TABLE quiz_points (
  id          BIGINT PRIMARY KEY,
  lesson_id   BIGINT NOT NULL REFERENCES lessons (id),
  at_ms       BIGINT NOT NULL CHECK (at_ms > 0),
  question_id BIGINT NOT NULL REFERENCES questions (id)
);
CREATE UNIQUE INDEX quiz_points_lesson_id_at_ms_key ON quiz_points (lesson_id, at_ms);
CREATE INDEX quiz_points_question_id_idx ON quiz_points (question_id);
CREATE TABLE quiz_point_answers (
  user_id     BIGINT NOT NULL REFERENCES users (id),
  point_id    BIGINT NOT NULL,                 -- stays when the point is gone
  correct     BOOLEAN NOT NULL,                -- of the first answer, which alone counts
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, point_id)
);
