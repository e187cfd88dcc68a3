-- +goose Up
-- Documents that no lesson shows any more go after a while. The row of one that is
-- gone stays: who was handed its pages is evidence. *_at are UTC milliseconds.
ALTER TABLE documents ADD COLUMN unused_at BIGINT NOT NULL DEFAULT 0;  -- since when no lesson shows it; 0: one does, or nobody looked yet
ALTER TABLE documents ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX documents_unused_at_idx ON documents (unused_at) WHERE unused_at > 0 AND deleted_at = 0;
CREATE INDEX documents_created_by_idx ON documents (created_by, id);
-- A deleted document keeps its key until its files are gone.
CREATE INDEX documents_deleted_at_idx ON documents (deleted_at) WHERE deleted_at > 0 AND source_key <> '';
