-- +goose Up
-- Who wants to teach here. What was told is sealed, so are the papers; *_at are UTC
-- milliseconds, 0 means "not".
CREATE TABLE instructor_applications (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  state         TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
  sealed        BYTEA NOT NULL,                -- name, title, introduction, fields
  reason        TEXT NOT NULL DEFAULT '',      -- of a rejection, told to the applicant
  instructor_id BIGINT NOT NULL DEFAULT 0,     -- the profile that the approval made
  decided_by    BIGINT NOT NULL DEFAULT 0,     -- member of staff
  decided_at    BIGINT NOT NULL DEFAULT 0,     -- also: withdrawn at
  created_at    BIGINT NOT NULL,
  CHECK ((state = 'approved') = (instructor_id > 0)),
  CHECK ((state = 'pending') = (decided_at = 0))
);
-- One that is open or led to a profile; older ones are kept beside it.
CREATE UNIQUE INDEX instructor_applications_live_key ON instructor_applications (user_id) WHERE state IN ('pending', 'approved');
CREATE UNIQUE INDEX instructor_applications_instructor_id_key ON instructor_applications (instructor_id) WHERE instructor_id > 0;
CREATE INDEX instructor_applications_user_id_idx ON instructor_applications (user_id, id);
CREATE INDEX instructor_applications_state_idx ON instructor_applications (state, id);

CREATE TABLE application_files (
  id             BIGINT PRIMARY KEY,
  user_id        BIGINT NOT NULL REFERENCES users (id),
  application_id BIGINT NOT NULL DEFAULT 0,    -- 0: not sent in yet; -1: to be deleted
  sealed_name    BYTEA NOT NULL,
  blob_key       TEXT NOT NULL,                -- the object is sealed
  bytes          BIGINT NOT NULL,              -- before sealing
  mime           TEXT NOT NULL,
  created_at     BIGINT NOT NULL
);
CREATE INDEX application_files_application_id_idx ON application_files (application_id, id);
CREATE INDEX application_files_user_id_idx ON application_files (user_id, id);

CREATE INDEX courses_instructor_id_idx ON courses (instructor_id, published_at, id) WHERE deleted_at = 0;
CREATE INDEX refunds_order_item_id_idx ON refunds (order_item_id) WHERE order_item_id > 0;
