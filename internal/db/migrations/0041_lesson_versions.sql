-- +goose Up
-- Which state of a lesson somebody has read, so that two windows do not write over each
-- other unseen.

ALTER TABLE lessons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE lessons DROP COLUMN version;
