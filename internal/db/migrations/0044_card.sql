-- +goose Up
-- Evidence cards: what somebody really learned, stated once and signed. *_at are UTC
-- milliseconds, 0 means "not".
CREATE TABLE cards (
  id            BIGINT PRIMARY KEY,
  code          TEXT NOT NULL CONSTRAINT cards_code_key UNIQUE, -- of its public page
  user_id       BIGINT NOT NULL REFERENCES users (id),
  kind          TEXT NOT NULL CHECK (kind IN ('lesson', 'chapter', 'quiz', 'course', 'days', 'hours', 'badge', 'certificate')),
  ref           TEXT NOT NULL,                     -- the milestone: each makes one card
  course_id     BIGINT NOT NULL DEFAULT 0,         -- hours: 0
  part_id       BIGINT NOT NULL DEFAULT 0,         -- lesson, chapter, certificate; hours: how many
  facts         TEXT NOT NULL,                     -- JSON, the bytes that were signed
  signature     TEXT NOT NULL,                     -- Ed25519 over facts, base64url
  key_id        BIGINT NOT NULL REFERENCES certificate_keys (id),
  nickname      TEXT NOT NULL,                     -- at its issue
  shown         TEXT NOT NULL CHECK (shown IN ('nickname', 'masked', 'hidden')),
  revoked_at    BIGINT NOT NULL DEFAULT 0,
  revoke_kind   TEXT NOT NULL DEFAULT '',          -- refund, staff, merged, reissued
  revoke_reason TEXT NOT NULL DEFAULT '',
  issued_at     BIGINT NOT NULL,
  CHECK ((revoked_at = 0) = (revoke_kind = ''))
);
CREATE UNIQUE INDEX cards_user_id_ref_key ON cards (user_id, ref) WHERE revoked_at = 0;
CREATE INDEX cards_user_id_idx ON cards (user_id, id);
CREATE INDEX cards_course_id_idx ON cards (course_id, id) WHERE course_id > 0;
CREATE INDEX cards_certificate_idx ON cards (part_id) WHERE kind = 'certificate';
