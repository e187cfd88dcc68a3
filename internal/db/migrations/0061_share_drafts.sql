-- +goose Up
-- Codes that stand ready for WeChat's own menu. What is sent from there no page hears of:
-- a code becomes a share when somebody tells of the act or lands by it. created_at is
-- UTC milliseconds.
CREATE TABLE share_drafts (
  code       TEXT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL,
  target_id  BIGINT NOT NULL DEFAULT 0,
  variant_id BIGINT NOT NULL DEFAULT 0,
  title      TEXT NOT NULL,
  channel    TEXT NOT NULL CHECK (channel IN ('friend', 'moments')),
  created_at BIGINT NOT NULL
);
CREATE INDEX share_drafts_user_id_idx ON share_drafts (user_id, kind, target_id, channel);
CREATE INDEX share_drafts_created_at_idx ON share_drafts (created_at);
