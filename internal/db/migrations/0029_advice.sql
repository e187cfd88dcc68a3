-- +goose Up
-- When somebody wants to be reminded to study. Days are YYYYMMDD of China's calendar.
CREATE TABLE study_reminders (
  user_id     BIGINT PRIMARY KEY REFERENCES users (id),
  hour        BIGINT NOT NULL CHECK (hour BETWEEN 0 AND 23),
  reminded_on BIGINT NOT NULL DEFAULT 0,
  updated_at  BIGINT NOT NULL
);
CREATE INDEX study_reminders_hour_idx ON study_reminders (hour, reminded_on);

-- Until which week the reports were sent out, and to whom of it.
CREATE TABLE study_reports (
  monday     BIGINT PRIMARY KEY,            -- the week that is reported
  told_user  BIGINT NOT NULL DEFAULT 0,
  done_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX study_days_day_idx ON study_days (day, user_id);
CREATE INDEX lesson_progress_finished_at_idx ON lesson_progress (user_id, finished_at) WHERE finished_at > 0;
CREATE INDEX quiz_attempts_user_submitted_idx ON quiz_attempts (user_id, submitted_at) WHERE submitted_at > 0;
