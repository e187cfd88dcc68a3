-- +goose Up
-- A share keeps what the thing was called when it was handed on: it may be renamed or gone later.
ALTER TABLE shares ADD COLUMN title TEXT NOT NULL DEFAULT '';
