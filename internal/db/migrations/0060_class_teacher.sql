-- +goose Up
-- Class teachers (班主任): members of staff who lead classes of challenges and see their own
-- alone. *_at are UTC milliseconds.
-- only: postgres
ALTER TABLE staff DROP CONSTRAINT staff_role_check;
ALTER TABLE staff ADD CONSTRAINT staff_role_check CHECK (role IN ('owner', 'operator', 'editor', 'instructor', 'class_teacher', 'finance', 'support'));
-- end
-- only: sqlite
CREATE TABLE staff_next (
  id             BIGINT PRIMARY KEY,
  login          TEXT NOT NULL,
  name           TEXT NOT NULL,
  role           TEXT NOT NULL CHECK (role IN ('owner', 'operator', 'editor', 'instructor', 'class_teacher', 'finance', 'support')),
  password_hash  TEXT NOT NULL,
  totp_sealed    BYTEA,
  totp_enabled_at BIGINT NOT NULL DEFAULT 0,
  totp_last_step BIGINT NOT NULL DEFAULT 0,
  instructor_id  BIGINT NOT NULL DEFAULT 0,
  disabled_at    BIGINT NOT NULL DEFAULT 0,
  created_at     BIGINT NOT NULL,
  last_login_at  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT staff_login_key UNIQUE (login)
);
INSERT INTO staff_next (id, login, name, role, password_hash, totp_sealed, totp_enabled_at, totp_last_step, instructor_id, disabled_at, created_at, last_login_at)
  SELECT id, login, name, role, password_hash, totp_sealed, totp_enabled_at, totp_last_step, instructor_id, disabled_at, created_at, last_login_at FROM staff;
CREATE TABLE staff_recovery_codes_next (
  staff_id  BIGINT NOT NULL REFERENCES staff_next (id),
  code_hash TEXT NOT NULL,
  used_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (staff_id, code_hash)
);
INSERT INTO staff_recovery_codes_next (staff_id, code_hash, used_at) SELECT staff_id, code_hash, used_at FROM staff_recovery_codes;
CREATE TABLE staff_sessions_next (
  id           BIGINT PRIMARY KEY,
  token_hash   TEXT NOT NULL,
  staff_id     BIGINT NOT NULL REFERENCES staff_next (id),
  mfa          BOOLEAN NOT NULL,
  address_hint TEXT NOT NULL,
  device_name  TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  revoked_at   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT staff_sessions_token_hash_key UNIQUE (token_hash)
);
INSERT INTO staff_sessions_next (id, token_hash, staff_id, mfa, address_hint, device_name, created_at, last_seen_at, expires_at, revoked_at)
  SELECT id, token_hash, staff_id, mfa, address_hint, device_name, created_at, last_seen_at, expires_at, revoked_at FROM staff_sessions;
DROP TABLE staff_sessions;
DROP TABLE staff_recovery_codes;
DROP TABLE staff;
ALTER TABLE staff_next RENAME TO staff;
ALTER TABLE staff_recovery_codes_next RENAME TO staff_recovery_codes;
ALTER TABLE staff_sessions_next RENAME TO staff_sessions;
CREATE INDEX staff_sessions_staff_id_idx ON staff_sessions (staff_id);
-- end

-- Who of staff leads a class; 0: nobody in particular.
ALTER TABLE challenge_classes ADD COLUMN teacher_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX challenge_classes_teacher_id_idx ON challenge_classes (teacher_id, id) WHERE teacher_id > 0;

-- Reminders of a member of a squad to another who has not checked in on a day.
CREATE TABLE challenge_reminders (
  id         BIGINT PRIMARY KEY,
  class_id   BIGINT NOT NULL REFERENCES challenge_classes (id),
  day        BIGINT NOT NULL,
  from_id    BIGINT NOT NULL REFERENCES users (id),
  to_id      BIGINT NOT NULL REFERENCES users (id),
  created_at BIGINT NOT NULL,
  CONSTRAINT challenge_reminders_pair_key UNIQUE (to_id, from_id, day, class_id)
);
CREATE INDEX challenge_reminders_to_id_idx ON challenge_reminders (to_id, day);
CREATE INDEX challenge_reminders_from_id_idx ON challenge_reminders (from_id, day);
CREATE INDEX challenge_reminders_day_idx ON challenge_reminders (day);
