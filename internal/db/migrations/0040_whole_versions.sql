-- +goose Up
-- Captions that are no lesson's any more, and that a kept version of its course names.
CREATE TABLE caption_kept (
  id        BIGINT PRIMARY KEY,
  kind      TEXT NOT NULL CHECK (kind IN ('subtitle', 'transcript')),
  language  TEXT NOT NULL,
  cues      TEXT NOT NULL,
  words     TEXT NOT NULL,
  cue_count BIGINT NOT NULL
);
-- Which versions name which captions, whether they are still a lesson's or kept.
CREATE TABLE caption_holds (
  version_id BIGINT NOT NULL,
  caption_id BIGINT NOT NULL,
  PRIMARY KEY (version_id, caption_id)
);
CREATE INDEX caption_holds_caption_id_idx ON caption_holds (caption_id);

-- Imports look for a question that is there already.
CREATE INDEX questions_beginning_idx ON questions (instructor_id, kind, SUBSTR(folded, 1, 40)) WHERE deleted_at = 0;
