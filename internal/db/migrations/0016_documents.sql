-- +goose Up
-- One more form of a lesson: a document (PDF). A CHECK cannot be changed on SQLite,
-- so the columns that have one move into new ones.
ALTER TABLE lessons ADD COLUMN new_form TEXT NOT NULL DEFAULT 'article' CHECK (new_form IN ('video', 'article', 'document'));
UPDATE lessons SET new_form = form;
ALTER TABLE lessons DROP COLUMN form;
ALTER TABLE lessons RENAME COLUMN new_form TO form;
ALTER TABLE lessons ADD COLUMN document_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lessons ADD COLUMN preview_pages BIGINT NOT NULL DEFAULT 0 CHECK (preview_pages >= 0); -- of a document, from the start
ALTER TABLE lessons ADD COLUMN page_count BIGINT NOT NULL DEFAULT 0;                               -- of its document; 0: not ready
ALTER TABLE courses ADD COLUMN document_count BIGINT NOT NULL DEFAULT 0;
CREATE INDEX lessons_document_id_idx ON lessons (document_id) WHERE document_id <> 0;

ALTER TABLE uploads ADD COLUMN new_purpose TEXT NOT NULL DEFAULT 'video' CHECK (new_purpose IN ('video', 'attachment', 'image', 'document'));
UPDATE uploads SET new_purpose = purpose;
ALTER TABLE uploads DROP COLUMN purpose;
ALTER TABLE uploads RENAME COLUMN new_purpose TO purpose;

-- *_at are UTC milliseconds, 0 means "not".
CREATE TABLE documents (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,                      -- file name as uploaded
  status     TEXT NOT NULL CHECK (status IN ('uploaded', 'working', 'ready', 'failed')),
  percent    BIGINT NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  error_code TEXT NOT NULL DEFAULT '',
  error_msg  TEXT NOT NULL DEFAULT '',
  source_key TEXT NOT NULL,                      -- the upload, in the store; for staff alone
  bytes      BIGINT NOT NULL,
  pages      BIGINT NOT NULL DEFAULT 0,
  outline    TEXT NOT NULL DEFAULT '[]',         -- JSON: title, page, depth
  run        TEXT NOT NULL DEFAULT '',           -- who works on it; fences off a run that was given up
  run_at     BIGINT NOT NULL DEFAULT 0,          -- its last sign of life
  attempts   BIGINT NOT NULL DEFAULT 0,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  ready_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX documents_run_at_idx ON documents (run_at) WHERE status IN ('uploaded', 'working');

CREATE TABLE document_pages (
  document_id BIGINT NOT NULL REFERENCES documents (id),
  page        BIGINT NOT NULL CHECK (page >= 1),
  width       BIGINT NOT NULL,                   -- of the page's picture, in pixels
  height      BIGINT NOT NULL,
  text        TEXT NOT NULL,                     -- what can be read on it
  folded      TEXT NOT NULL,                     -- the same as it is searched
  PRIMARY KEY (document_id, page)
);

-- What was handed out in full, as evidence of a refund; see delivered_parts.
CREATE TABLE delivered_pages (
  user_id     BIGINT NOT NULL,
  document_id BIGINT NOT NULL REFERENCES documents (id),
  page        BIGINT NOT NULL,
  at          BIGINT NOT NULL,
  PRIMARY KEY (user_id, document_id, page)
);

-- How long somebody had a page of a lesson before them.
CREATE TABLE page_reads (
  user_id   BIGINT NOT NULL,
  lesson_id BIGINT NOT NULL REFERENCES lessons (id),
  page      BIGINT NOT NULL CHECK (page >= 1),
  dwell_ms  BIGINT NOT NULL CHECK (dwell_ms BETWEEN 0 AND 60000),
  PRIMARY KEY (user_id, lesson_id, page)
);
