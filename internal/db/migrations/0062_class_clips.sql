-- What introduces a class: a video of the library, shown to everybody who may see the class.
-- +goose Up
ALTER TABLE challenge_classes ADD COLUMN clip_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX challenge_classes_clip_id_idx ON challenge_classes (clip_id) WHERE clip_id > 0;
