-- +goose Up
-- Study time is kept by day and lesson, so that it can be handed out by both. What was
-- counted before this was known by day alone: lesson 0.
CREATE TABLE lesson_days (
  user_id    BIGINT NOT NULL REFERENCES users (id),
  day        BIGINT NOT NULL,                -- YYYYMMDD in China
  lesson_id  BIGINT NOT NULL,
  studied_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, day, lesson_id)
);
INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) SELECT user_id, day, 0, studied_ms FROM study_days;
DROP INDEX study_days_day_idx;
DROP TABLE study_days;
CREATE INDEX lesson_days_day_idx ON lesson_days (day, user_id);
-- Who finished a lesson when many finish it at once: a live room that is over.
CREATE INDEX lesson_progress_lesson_idx ON lesson_progress (lesson_id, user_id);
