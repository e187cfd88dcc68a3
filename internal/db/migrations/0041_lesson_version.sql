-- +goose Up
-- A lesson is saved by whoever has seen its latest text: what the editor writes counts up.
ALTER TABLE lessons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
