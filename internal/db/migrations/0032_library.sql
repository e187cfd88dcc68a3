-- +goose Up
-- The material library, attachments that are only shown, versions of courses. *_at are
-- UTC milliseconds, 0 means "not".

-- Pictures and files of staff, which several places may use. Assets, documents and
-- e-books have tables of their own.
CREATE TABLE media_files (
  id         BIGINT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('picture', 'file')),
  name       TEXT NOT NULL,
  blob_key   TEXT NOT NULL,
  bytes      BIGINT NOT NULL,
  mime       TEXT NOT NULL,
  created_by BIGINT NOT NULL,                  -- staff id, 0: before this was kept
  created_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT media_files_blob_key_key UNIQUE (blob_key)
);
CREATE INDEX media_files_kind_idx ON media_files (kind, id) WHERE deleted_at = 0;
INSERT INTO media_files (id, kind, name, blob_key, bytes, mime, created_by, created_at)
  SELECT MIN(a.id), 'file', MIN(a.name), a.blob_key, MAX(a.bytes), MIN(a.mime), 0, MIN(c.created_at)
  FROM attachments a JOIN courses c ON c.id = a.course_id GROUP BY a.blob_key;

ALTER TABLE attachments ADD COLUMN file_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE attachments ADD COLUMN permission TEXT NOT NULL DEFAULT 'download' CHECK (permission IN ('view', 'download'));
UPDATE attachments SET file_id = COALESCE((SELECT f.id FROM media_files f WHERE f.blob_key = attachments.blob_key), 0);
CREATE INDEX attachments_file_id_idx ON attachments (file_id);

-- The pages of an attachment that is only shown; 0: a document of its own.
ALTER TABLE documents ADD COLUMN for_file BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX documents_for_file_key ON documents (for_file) WHERE for_file <> 0 AND deleted_at = 0;

ALTER TABLE assets ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0;

-- What kept versions of courses need: it is not swept, nor deleted.
CREATE TABLE material_holds (
  version_id  BIGINT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('asset', 'document', 'ebook', 'picture', 'file')),
  material_id BIGINT NOT NULL,
  PRIMARY KEY (version_id, kind, material_id)
);
CREATE INDEX material_holds_material_idx ON material_holds (kind, material_id);

CREATE TABLE library_folders (
  id         BIGINT PRIMARY KEY,
  parent_id  BIGINT NOT NULL DEFAULT 0,        -- 0: at the top
  name       TEXT NOT NULL,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  CONSTRAINT library_folders_parent_id_name_key UNIQUE (parent_id, name)
);
-- Material without a row lies at the top.
CREATE TABLE library_items (
  kind        TEXT NOT NULL CHECK (kind IN ('asset', 'document', 'ebook', 'picture', 'file')),
  material_id BIGINT NOT NULL,
  folder_id   BIGINT NOT NULL REFERENCES library_folders (id),
  PRIMARY KEY (kind, material_id)
);
CREATE INDEX library_items_folder_id_idx ON library_items (folder_id, kind, material_id);

CREATE TABLE course_versions (
  id          BIGINT PRIMARY KEY,
  course_id   BIGINT NOT NULL REFERENCES courses (id),
  no          BIGINT NOT NULL CHECK (no > 0),
  cause       TEXT NOT NULL CHECK (cause IN ('manual', 'publish', 'restore', 'import', 'clone', 'bulk')),
  remark      TEXT NOT NULL DEFAULT '',
  format      BIGINT NOT NULL,
  content     TEXT NOT NULL,                   -- JSON
  digest      TEXT NOT NULL,                   -- SHA-256 of content, hex
  chapters    BIGINT NOT NULL,
  lessons     BIGINT NOT NULL,
  attachments BIGINT NOT NULL,
  added       BIGINT NOT NULL,                 -- lessons, since the version before
  removed     BIGINT NOT NULL,
  changed     BIGINT NOT NULL,
  others      BIGINT NOT NULL,                 -- what else: texts of the course, chapters, attachments
  staff_id    BIGINT NOT NULL,
  staff_name  TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  CONSTRAINT course_versions_course_id_no_key UNIQUE (course_id, no)
);

-- What an import brought and what it did not.
CREATE TABLE course_imports (
  course_id  BIGINT PRIMARY KEY REFERENCES courses (id),
  name       TEXT NOT NULL,
  report     TEXT NOT NULL,                    -- JSON
  staff_id   BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
ALTER TABLE uploads ADD COLUMN new_purpose TEXT NOT NULL DEFAULT 'video' CHECK (new_purpose IN ('video', 'attachment', 'image', 'document', 'ebook', 'archive'));
UPDATE uploads SET new_purpose = purpose;
ALTER TABLE uploads DROP COLUMN purpose;
ALTER TABLE uploads RENAME COLUMN new_purpose TO purpose;
