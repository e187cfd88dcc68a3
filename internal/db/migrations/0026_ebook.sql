-- +goose Up
-- E-books (EPUB): taken apart when they are uploaded. *_at are UTC milliseconds.
ALTER TABLE lessons ADD COLUMN ebook_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX lessons_ebook_id_idx ON lessons (ebook_id) WHERE ebook_id <> 0;

-- A CHECK cannot be changed on SQLite: the column moves into a new one.
ALTER TABLE uploads ADD COLUMN new_purpose TEXT NOT NULL DEFAULT 'video' CHECK (new_purpose IN ('video', 'attachment', 'image', 'document', 'ebook'));
UPDATE uploads SET new_purpose = purpose;
ALTER TABLE uploads DROP COLUMN purpose;
ALTER TABLE uploads RENAME COLUMN new_purpose TO purpose;

CREATE TABLE ebooks (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,               -- file name as uploaded
  title      TEXT NOT NULL,
  author     TEXT NOT NULL,
  source_key TEXT NOT NULL,               -- the upload, in the store; for staff alone
  bytes      BIGINT NOT NULL,
  chapters   BIGINT NOT NULL CHECK (chapters >= 1),
  screens    BIGINT NOT NULL CHECK (screens >= 1), -- of all chapters: what reading is counted in
  contents   TEXT NOT NULL,               -- JSON: title, chapter, depth
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX ebooks_created_by_idx ON ebooks (created_by, id);

CREATE TABLE ebook_chapters (
  ebook_id     BIGINT NOT NULL REFERENCES ebooks (id),
  chapter      BIGINT NOT NULL CHECK (chapter >= 1),
  title        TEXT NOT NULL,
  html         TEXT NOT NULL,
  text         TEXT NOT NULL,             -- what can be read in it
  folded       TEXT NOT NULL,             -- the same as it is searched
  first_screen BIGINT NOT NULL,
  screens      BIGINT NOT NULL CHECK (screens >= 1),
  PRIMARY KEY (ebook_id, chapter)
);

CREATE TABLE ebook_pictures (
  ebook_id BIGINT NOT NULL REFERENCES ebooks (id),
  picture  BIGINT NOT NULL CHECK (picture >= 1),
  blob_key TEXT NOT NULL,
  PRIMARY KEY (ebook_id, picture)
);
