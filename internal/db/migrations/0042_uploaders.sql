-- +goose Up
-- The library asks who has uploaded anything.
CREATE INDEX assets_created_by_idx ON assets (created_by, id);
CREATE INDEX media_files_created_by_idx ON media_files (created_by, id);
