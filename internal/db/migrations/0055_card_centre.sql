-- +goose Up
-- The template centre: how a school draws its evidence cards. *_at are UTC milliseconds,
-- 0 means "not".
CREATE TABLE card_templates (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('draft', 'on', 'off')),
  course_id  BIGINT NOT NULL DEFAULT 0,  -- of the cards of one course; 0: of all
  kinds      TEXT NOT NULL DEFAULT '',   -- milestones between commas, as ',lesson,quiz,'; '': all
  partner_id BIGINT NOT NULL DEFAULT 0,  -- for who came by this person's shares; 0: for all
  version    BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX card_templates_status_idx ON card_templates (status, course_id, id);

-- One drawing of a template for each face; a dark face that is missing is drawn light.
CREATE TABLE card_layouts (
  template_id BIGINT NOT NULL REFERENCES card_templates (id),
  face        TEXT NOT NULL CHECK (face IN ('portrait', 'square', 'portrait_dark', 'square_dark')),
  layout      TEXT NOT NULL,             -- JSON
  PRIMARY KEY (template_id, face)
);

-- A mentor's words on a card (导师寄语): written by a template from the card's facts or
-- by hand, seen by nobody but staff until the teacher agreed.
CREATE TABLE mentor_notes (
  card_id     BIGINT PRIMARY KEY REFERENCES cards (id),
  mentor      TEXT NOT NULL,                -- who says it, as learners read it
  body        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('draft', 'approved')),
  voice_key   TEXT NOT NULL DEFAULT '',     -- a file: what the mentor said aloud; '': nothing
  voice_mime  TEXT NOT NULL DEFAULT '',
  written_by  BIGINT NOT NULL DEFAULT 0,    -- staff who changed the words last; 0: as the template made them
  approved_by BIGINT NOT NULL DEFAULT 0,
  approved_at BIGINT NOT NULL DEFAULT 0,
  version     BIGINT NOT NULL DEFAULT 1,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  CHECK ((state = 'approved') = (approved_at > 0))
);
CREATE INDEX mentor_notes_state_idx ON mentor_notes (state, card_id);

CREATE TABLE mentor_note_templates (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  body       TEXT NOT NULL,                 -- with fields in braces
  course_id  BIGINT NOT NULL DEFAULT 0,     -- 0: for all courses
  version    BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX mentor_note_templates_course_id_idx ON mentor_note_templates (course_id, id);

-- What others say to a card: a thumb each, words that were looked at first, and cheers
-- (助力), each of which pins the words that came with it.
CREATE TABLE card_likes (
  card_id    BIGINT NOT NULL REFERENCES cards (id),
  user_id    BIGINT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (card_id, user_id)
);
CREATE INDEX card_likes_user_id_idx ON card_likes (user_id);
CREATE TABLE card_comments (
  id         BIGINT PRIMARY KEY,
  card_id    BIGINT NOT NULL REFERENCES cards (id),
  user_id    BIGINT NOT NULL REFERENCES users (id),
  body       TEXT NOT NULL,
  cheer      BOOLEAN NOT NULL DEFAULT FALSE,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden')),
  reason     TEXT NOT NULL DEFAULT '',
  decided_by BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,
  request    TEXT NOT NULL,                 -- idempotency key of the act
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CONSTRAINT card_comments_user_id_request_key UNIQUE (user_id, request)
);
CREATE UNIQUE INDEX card_comments_cheer_key ON card_comments (card_id, user_id) WHERE cheer;
CREATE INDEX card_comments_card_id_idx ON card_comments (card_id, cheer, id);
CREATE INDEX card_comments_state_idx ON card_comments (state, id);
CREATE INDEX card_comments_user_id_idx ON card_comments (user_id, id);
