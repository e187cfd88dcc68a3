-- +goose Up
-- A lesson is saved by whoever has seen its latest text: what the editor writes counts up.
ALTER TABLE lessons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- The library asks who has uploaded anything.
CREATE INDEX assets_created_by_idx ON assets (created_by, id);
CREATE INDEX media_files_created_by_idx ON media_files (created_by, id);
