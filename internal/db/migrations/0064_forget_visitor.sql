-- Which browser an old visit was is forgotten: the visit still counts.
-- +goose Up
ALTER TABLE share_visits ADD COLUMN forgotten BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX share_visits_forgotten_idx ON share_visits (last_at) WHERE NOT forgotten;
