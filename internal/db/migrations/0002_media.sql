-- +goose Up
-- media: uploads, assets with their renditions and keys, plays. *_at are UTC
-- milliseconds, 0 means "not"; *_ms are milliseconds.

CREATE TABLE uploads (
  id          BIGINT PRIMARY KEY,
  tus_id      TEXT NOT NULL,
  staff_id    BIGINT NOT NULL,
  purpose     TEXT NOT NULL CHECK (purpose IN ('video', 'attachment', 'image')),
  name        TEXT NOT NULL,
  bytes       BIGINT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('receiving', 'done', 'refused')),
  error_code  TEXT NOT NULL DEFAULT '',
  error_msg   TEXT NOT NULL DEFAULT '',
  mime        TEXT NOT NULL DEFAULT '',
  asset_id    BIGINT NOT NULL DEFAULT 0,
  blob_key    TEXT NOT NULL DEFAULT '',
  created_at  BIGINT NOT NULL,
  finished_at BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT uploads_tus_id_key UNIQUE (tus_id)
);
CREATE INDEX uploads_created_at_idx ON uploads (created_at) WHERE status = 'receiving';

CREATE TABLE assets (
  id                 BIGINT PRIMARY KEY,
  name               TEXT NOT NULL,
  kind               TEXT NOT NULL CHECK (kind IN ('video', 'audio')),
  status             TEXT NOT NULL CHECK (status IN ('uploaded', 'probing', 'transcoding', 'ready', 'failed')),
  stage              TEXT NOT NULL DEFAULT '',
  percent            BIGINT NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  eta_s              BIGINT NOT NULL DEFAULT 0,
  error_code         TEXT NOT NULL DEFAULT '',
  error_msg          TEXT NOT NULL DEFAULT '',
  source_key         TEXT NOT NULL,
  bytes              BIGINT NOT NULL,
  duration_ms        BIGINT NOT NULL DEFAULT 0,
  width              BIGINT NOT NULL DEFAULT 0,
  height             BIGINT NOT NULL DEFAULT 0,
  poster_key         TEXT NOT NULL DEFAULT '',
  sprite_key         TEXT NOT NULL DEFAULT '',
  sprite_columns     BIGINT NOT NULL DEFAULT 0,
  sprite_rows        BIGINT NOT NULL DEFAULT 0,
  sprite_interval_ms BIGINT NOT NULL DEFAULT 0,
  sprite_width       BIGINT NOT NULL DEFAULT 0,
  sprite_height      BIGINT NOT NULL DEFAULT 0,
  preview_ms         BIGINT NOT NULL DEFAULT 0 CHECK (preview_ms >= 0),
  preview_ready_ms   BIGINT NOT NULL DEFAULT 0, -- length of the preview that exists, 0: none
  run                TEXT NOT NULL DEFAULT '',  -- who transcodes; fences off a run that was given up
  run_at             BIGINT NOT NULL DEFAULT 0, -- its last sign of life
  attempts           BIGINT NOT NULL DEFAULT 0,
  created_by         BIGINT NOT NULL,
  created_at         BIGINT NOT NULL,
  ready_at           BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX assets_status_idx ON assets (status, run_at);

-- A row exists only when every segment is stored; it is seen by players only
-- when its asset is ready (full) or its limit is the asset's (preview).
CREATE TABLE renditions (
  id        BIGINT PRIMARY KEY,
  asset_id  BIGINT NOT NULL REFERENCES assets (id),
  name      TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('full', 'preview')),
  limit_ms  BIGINT NOT NULL DEFAULT 0,         -- preview: nothing beyond is in it
  width     BIGINT NOT NULL,
  height    BIGINT NOT NULL,
  bandwidth BIGINT NOT NULL,                   -- peak of a segment, bits a second
  average   BIGINT NOT NULL,
  codecs    TEXT NOT NULL,                     -- RFC 6381
  segments  TEXT NOT NULL,                     -- JSON: durations, IVs, keys
  bytes     BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT renditions_asset_id_kind_limit_ms_name_key UNIQUE (asset_id, kind, limit_ms, name)
);

CREATE TABLE media_keys (
  id           BIGINT PRIMARY KEY,
  rendition_id BIGINT NOT NULL REFERENCES renditions (id),
  sealed       BYTEA NOT NULL
);
CREATE INDEX media_keys_rendition_id_idx ON media_keys (rendition_id);

-- One row a user: its lock puts the user's starts in an order.
CREATE TABLE play_fences (
  user_id BIGINT PRIMARY KEY,
  fence   BIGINT NOT NULL
);

CREATE TABLE plays (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL,                 -- 0: nobody is signed in
  session_id  BIGINT NOT NULL,
  lesson_id   BIGINT NOT NULL,
  course_id   BIGINT NOT NULL,
  asset_id    BIGINT NOT NULL REFERENCES assets (id),
  preview     BOOLEAN NOT NULL,
  max_plays   BIGINT NOT NULL,
  fence       BIGINT NOT NULL,
  started_at  BIGINT NOT NULL,
  beat_at     BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  ended_at    BIGINT NOT NULL DEFAULT 0,
  end_reason  TEXT NOT NULL DEFAULT '' CHECK (end_reason IN ('', 'ended', 'expired', 'replaced', 'taken_over')),
  taken_by    BIGINT NOT NULL DEFAULT 0        -- the session that took the place
);
CREATE INDEX plays_user_id_idx ON plays (user_id, fence) WHERE ended_at = 0;
CREATE INDEX plays_started_at_idx ON plays (started_at);

-- Files that nothing points to any more; a sweep deletes them when due, so that
-- players in the middle of them are not cut off.
CREATE TABLE blob_trash (
  id     BIGINT PRIMARY KEY,
  prefix TEXT NOT NULL,                        -- key, or the folder of a rendition
  files  BIGINT NOT NULL,                      -- 0: a single key; else segments 0..files-1
  due_at BIGINT NOT NULL
);
CREATE INDEX blob_trash_due_at_idx ON blob_trash (due_at);
