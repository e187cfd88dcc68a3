-- +goose Up
-- Notices to learners, issues of columns that are released, rules that unlock
-- lessons. *_at are UTC milliseconds, 0 means "not".

-- What somebody was told inside the product.
CREATE TABLE notices (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL,
  title      TEXT NOT NULL,
  body       TEXT NOT NULL DEFAULT '',
  link       TEXT NOT NULL DEFAULT '',      -- an address within the client
  key        TEXT NOT NULL,                 -- one key is told to one user once
  read_at    BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX notices_user_id_key_key ON notices (user_id, key);
CREATE INDEX notices_user_id_idx ON notices (user_id, id);
CREATE INDEX notices_unread_idx ON notices (user_id) WHERE read_at = 0;
CREATE INDEX notices_created_at_idx ON notices (created_at);

-- Kinds that somebody does not want to be told of.
CREATE TABLE notice_mutes (
  user_id BIGINT NOT NULL REFERENCES users (id),
  kind    TEXT NOT NULL,
  PRIMARY KEY (user_id, kind)
);

-- One notice to everybody who has a course, told in the background.
CREATE TABLE announcements (
  id         BIGINT PRIMARY KEY,
  course_id  BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  title      TEXT NOT NULL,
  body       TEXT NOT NULL DEFAULT '',
  link       TEXT NOT NULL DEFAULT '',
  key        TEXT NOT NULL,
  told_user  BIGINT NOT NULL DEFAULT 0,     -- everybody up to this user was told
  created_at BIGINT NOT NULL,
  done_at    BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX announcements_key_key ON announcements (key);
CREATE INDEX announcements_open_idx ON announcements (id) WHERE done_at = 0;

-- A lesson is out once it is released; those of a column are released one by one.
ALTER TABLE lessons ADD COLUMN released_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lessons ADD COLUMN release_at BIGINT NOT NULL DEFAULT 0;  -- is to be released then
UPDATE lessons SET released_at = 1 WHERE EXISTS (SELECT 1 FROM courses c WHERE c.id = lessons.course_id AND c.form = 'course')
  OR CASE WHEN form = 'article' THEN body_html <> '' WHEN form = 'quiz' THEN TRUE ELSE duration_ms > 0 END;
CREATE INDEX lessons_release_at_idx ON lessons (release_at) WHERE release_at > 0 AND released_at = 0;

-- When a lesson opens to those who have the course. All that is set must hold.
ALTER TABLE lessons ADD COLUMN opens_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lessons ADD COLUMN opens_after_days BIGINT NOT NULL DEFAULT 0 CHECK (opens_after_days BETWEEN 0 AND 3650); -- of one's own time with it
ALTER TABLE lessons ADD COLUMN after_lesson_id BIGINT NOT NULL DEFAULT 0;  -- finished, or passed, before

-- The forms of a course's lessons, in place of a count of each.
ALTER TABLE courses ADD COLUMN forms TEXT NOT NULL DEFAULT '';
UPDATE courses SET forms = COALESCE((SELECT string_agg(f.form, ',') FROM (SELECT DISTINCT l.form FROM lessons l WHERE l.course_id = courses.id AND l.deleted_at = 0 AND l.released_at > 0) f), '');
ALTER TABLE courses DROP COLUMN video_count;
ALTER TABLE courses DROP COLUMN document_count;
ALTER TABLE courses DROP COLUMN quiz_count;
