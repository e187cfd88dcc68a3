-- When staff decided about a partner's name and sign as they are now: what nobody has looked
-- at waits. What is shown was looked at.
-- +goose Up
ALTER TABLE partners ADD COLUMN brand_seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE partners SET brand_seen_at = CASE WHEN decided_at > 0 THEN decided_at ELSE asked_at END WHERE brand_shown;
