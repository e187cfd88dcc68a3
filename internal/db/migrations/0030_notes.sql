-- +goose Up
-- *_at are UTC milliseconds, 0 means "not". What learners wrote themselves: notes and
-- highlights, questions and answers, favourites.
-- Where something was written: place_kind time (ms), page or chapter (from 1), text (of an
-- article: no number, the quote finds it) or none.
CREATE TABLE notes (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  course_id  BIGINT NOT NULL REFERENCES courses (id),
  lesson_id  BIGINT NOT NULL REFERENCES lessons (id),
  kind       TEXT NOT NULL CHECK (kind IN ('note', 'highlight')),
  place_kind TEXT NOT NULL CHECK (place_kind IN ('none', 'time', 'page', 'chapter', 'text')),
  place      BIGINT NOT NULL DEFAULT 0 CHECK (place >= 0),
  quote      TEXT NOT NULL DEFAULT '',
  prefix     TEXT NOT NULL DEFAULT '',  -- what stands before the quote, to find it again
  suffix     TEXT NOT NULL DEFAULT '',
  body       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('private', 'pending', 'shown', 'hidden')),
  reason     TEXT NOT NULL DEFAULT '',  -- why it is hidden
  likes      BIGINT NOT NULL DEFAULT 0 CHECK (likes >= 0),
  version    BIGINT NOT NULL DEFAULT 1,
  decided_by BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CHECK (kind = 'note' AND body <> '' OR kind = 'highlight' AND body = '' AND quote <> '' AND state = 'private'),
  CHECK ((state = 'hidden') = (reason <> '')),
  CHECK (likes = 0 OR state <> 'private')
);
CREATE INDEX notes_user_id_idx ON notes (user_id, id);
CREATE INDEX notes_user_id_course_id_idx ON notes (user_id, course_id, id);
CREATE INDEX notes_user_id_lesson_id_idx ON notes (user_id, lesson_id, id);
CREATE INDEX notes_lesson_id_idx ON notes (lesson_id, likes, id) WHERE state = 'shown';
CREATE INDEX notes_state_idx ON notes (state, id) WHERE state <> 'private';

CREATE TABLE lesson_questions (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  course_id     BIGINT NOT NULL REFERENCES courses (id),
  lesson_id     BIGINT NOT NULL REFERENCES lessons (id),
  place_kind    TEXT NOT NULL CHECK (place_kind IN ('none', 'time', 'page', 'chapter', 'text')),
  place         BIGINT NOT NULL DEFAULT 0 CHECK (place >= 0),
  quote         TEXT NOT NULL DEFAULT '',
  body          TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden', 'deleted')),
  reason        TEXT NOT NULL DEFAULT '',
  answers       BIGINT NOT NULL DEFAULT 0 CHECK (answers >= 0),       -- that are shown
  staff_answers BIGINT NOT NULL DEFAULT 0 CHECK (staff_answers >= 0), -- of these, by staff
  accepted_id   BIGINT NOT NULL DEFAULT 0,                            -- the answer that helped; 0: none
  version       BIGINT NOT NULL DEFAULT 1,
  decided_by    BIGINT NOT NULL DEFAULT 0,
  decided_at    BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  CHECK ((state = 'deleted') = (body = '')),
  CHECK ((state = 'hidden') = (reason <> '')),
  CHECK (staff_answers <= answers)
);
CREATE INDEX lesson_questions_lesson_id_idx ON lesson_questions (lesson_id, id) WHERE state <> 'deleted';
CREATE INDEX lesson_questions_user_id_idx ON lesson_questions (user_id, id);
CREATE INDEX lesson_questions_course_id_idx ON lesson_questions (course_id, id);
CREATE INDEX lesson_questions_state_idx ON lesson_questions (state, id);
CREATE INDEX lesson_questions_waiting_idx ON lesson_questions (id) WHERE state IN ('pending', 'shown') AND staff_answers = 0 AND accepted_id = 0;

CREATE TABLE lesson_answers (
  id          BIGINT PRIMARY KEY,
  question_id BIGINT NOT NULL REFERENCES lesson_questions (id),
  user_id     BIGINT NOT NULL DEFAULT 0,  -- 0: staff
  staff_id    BIGINT NOT NULL DEFAULT 0,  -- 0: a learner
  staff_name  TEXT NOT NULL DEFAULT '',   -- as learners see it
  body        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden')),
  reason      TEXT NOT NULL DEFAULT '',
  likes       BIGINT NOT NULL DEFAULT 0 CHECK (likes >= 0),
  version     BIGINT NOT NULL DEFAULT 1,
  decided_by  BIGINT NOT NULL DEFAULT 0,
  decided_at  BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  CHECK ((user_id = 0) <> (staff_id = 0)),
  CHECK ((state = 'hidden') = (reason <> '')),
  CHECK (body <> '')
);
CREATE INDEX lesson_answers_question_id_idx ON lesson_answers (question_id, id);
CREATE INDEX lesson_answers_user_id_idx ON lesson_answers (user_id, id) WHERE user_id > 0;
CREATE INDEX lesson_answers_state_idx ON lesson_answers (state, id);

-- Thumbs: one for each person and thing; likes above counts them.
CREATE TABLE note_likes (
  what       TEXT NOT NULL CHECK (what IN ('note', 'answer')),
  target_id  BIGINT NOT NULL,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (what, target_id, user_id)
);
CREATE INDEX note_likes_user_id_idx ON note_likes (user_id, what, target_id);

CREATE TABLE favourites (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  course_id  BIGINT NOT NULL REFERENCES courses (id),
  lesson_id  BIGINT NOT NULL DEFAULT 0,   -- 0: the course itself
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX favourites_user_id_course_id_lesson_id_key ON favourites (user_id, course_id, lesson_id);
CREATE INDEX favourites_user_id_idx ON favourites (user_id, id);

-- How much somebody wrote in this minute and on this day.
CREATE TABLE note_writers (
  user_id   BIGINT NOT NULL REFERENCES users (id),
  kind      TEXT NOT NULL CHECK (kind IN ('own', 'public')),
  minute    BIGINT NOT NULL,
  in_minute BIGINT NOT NULL,
  day       BIGINT NOT NULL,
  in_day    BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);
