-- +goose Up
-- What is said in videos and audio, and where their parts begin.
-- In order: on the first viewing nobody gets ahead of what was watched.
ALTER TABLE lessons ADD COLUMN in_order BOOLEAN NOT NULL DEFAULT FALSE;

-- Subtitles by language, and the transcript. *_at are UTC milliseconds.
CREATE TABLE captions (
  id         BIGINT PRIMARY KEY,
  lesson_id  BIGINT NOT NULL REFERENCES lessons (id),
  kind       TEXT NOT NULL CHECK (kind IN ('subtitle', 'transcript')),
  language   TEXT NOT NULL,               -- "zh-CN"
  label      TEXT NOT NULL,               -- what the language is called to learners
  cues       TEXT NOT NULL,               -- JSON: begin, end (ms), text with b, i, u; [] of a text without times
  words      TEXT NOT NULL,               -- the text alone; it is what is searched
  cue_count  BIGINT NOT NULL CHECK (cue_count >= 0),
  updated_at BIGINT NOT NULL,
  CONSTRAINT captions_subtitle_check CHECK (kind = 'transcript' OR cue_count > 0),
  CONSTRAINT captions_track_key UNIQUE (lesson_id, kind, language)
);
CREATE UNIQUE INDEX captions_transcript_key ON captions (lesson_id) WHERE kind = 'transcript';

-- Chapter marks within a video or audio.
CREATE TABLE lesson_marks (
  lesson_id BIGINT NOT NULL REFERENCES lessons (id),
  at_ms     BIGINT NOT NULL CHECK (at_ms >= 0),
  title     TEXT NOT NULL,
  points    TEXT NOT NULL,                -- what is to be kept of it; lines
  revision  BIGINT NOT NULL,              -- the same for all of a lesson; another with each change
  PRIMARY KEY (lesson_id, at_ms)
);
