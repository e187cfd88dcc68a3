-- +goose Up
-- Two more forms of a lesson: documents (PDF) and e-books (EPUB). A CHECK cannot be
-- changed on SQLite, so the columns that have one move into new ones.
ALTER TABLE lessons ADD COLUMN new_form TEXT NOT NULL DEFAULT 'article' CHECK (new_form IN ('video', 'article', 'document', 'ebook'));
UPDATE lessons SET new_form = form;
ALTER TABLE lessons DROP COLUMN form;
ALTER TABLE lessons RENAME COLUMN new_form TO form;
ALTER TABLE lessons ADD COLUMN document_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lessons ADD COLUMN preview_pages BIGINT NOT NULL DEFAULT 0 CHECK (preview_pages >= 0); -- of a document or the chapters of an e-book, from the start
ALTER TABLE lessons ADD COLUMN page_count BIGINT NOT NULL DEFAULT 0;                               -- what progress counts; 0: not ready
ALTER TABLE courses ADD COLUMN paged_count BIGINT NOT NULL DEFAULT 0;                              -- lessons that are documents or e-books
CREATE INDEX lessons_document_id_idx ON lessons (document_id) WHERE document_id <> 0;

ALTER TABLE uploads ADD COLUMN new_purpose TEXT NOT NULL DEFAULT 'video' CHECK (new_purpose IN ('video', 'attachment', 'image', 'document'));
UPDATE uploads SET new_purpose = purpose;
ALTER TABLE uploads DROP COLUMN purpose;
ALTER TABLE uploads RENAME COLUMN new_purpose TO purpose;

-- *_at are UTC milliseconds, 0 means "not".
CREATE TABLE documents (
  id         BIGINT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('pdf', 'epub')),
  name       TEXT NOT NULL,                      -- file name as uploaded
  status     TEXT NOT NULL CHECK (status IN ('uploaded', 'working', 'ready', 'failed')),
  percent    BIGINT NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  error_code TEXT NOT NULL DEFAULT '',
  error_msg  TEXT NOT NULL DEFAULT '',
  source_key TEXT NOT NULL,                      -- the upload, in the store; for staff alone
  bytes      BIGINT NOT NULL,
  pages      BIGINT NOT NULL DEFAULT 0,          -- pages of a PDF, chapters of an e-book
  screens    BIGINT NOT NULL DEFAULT 0,          -- what reading counts: those pages, or screens of text
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
  title       TEXT NOT NULL DEFAULT '',          -- of a chapter
  width       BIGINT NOT NULL DEFAULT 0,         -- of the page's picture, in pixels; 0: a chapter
  height      BIGINT NOT NULL DEFAULT 0,
  first_screen BIGINT NOT NULL,                  -- from 1
  screens     BIGINT NOT NULL CHECK (screens >= 1),
  text        TEXT NOT NULL,                     -- what can be read on it
  folded      TEXT NOT NULL,                     -- the same as it is searched
  html        TEXT NOT NULL DEFAULT '',          -- of a chapter, made safe
  PRIMARY KEY (document_id, page)
);

-- What was handed out in full, as evidence of a refund; see delivered_parts.
CREATE TABLE delivered_pages (
  user_id     BIGINT NOT NULL,
  document_id BIGINT NOT NULL REFERENCES documents (id),
  page        BIGINT NOT NULL,
  screens     BIGINT NOT NULL CHECK (screens >= 1),
  at          BIGINT NOT NULL,
  PRIMARY KEY (user_id, document_id, page)
);

-- How long somebody had a screen of a lesson before them.
CREATE TABLE page_reads (
  user_id   BIGINT NOT NULL,
  lesson_id BIGINT NOT NULL REFERENCES lessons (id),
  screen    BIGINT NOT NULL CHECK (screen >= 1),
  dwell_ms  BIGINT NOT NULL CHECK (dwell_ms BETWEEN 0 AND 60000),
  PRIMARY KEY (user_id, lesson_id, screen)
);
