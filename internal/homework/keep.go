package homework

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

const (
	draftMS = 2 * 24 * 3600_000 // how long a file waits to be handed in
)

var (
	qFileStale = db.Q("homework/file_stale", `UPDATE submission_files SET submission_id = -1 WHERE submission_id = 0 AND created_at < $1`)
	qFilesGone = db.Q("homework/files_gone", `SELECT id, blob_key FROM submission_files WHERE submission_id = -1 ORDER BY id LIMIT 100`)
	qFileGone  = db.Q("homework/file_gone", `DELETE FROM submission_files WHERE id = $1 AND submission_id = -1`)
)

// Sweep deletes files that were taken back, or that nobody handed in for two days. The
// row goes after the file, so that a stop in between leaves nothing behind.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qFileStale, clock.MS(s.clock)-draftMS)
		return err
	})
	if err != nil {
		return err
	}
	var gone []File
	if err := s.db.List(ctx, qFilesGone, &gone); err != nil {
		return err
	}
	for _, f := range gone {
		if err := s.media.DropFile(ctx, f.BlobKey); err != nil {
			return err
		}
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qFileGone, f.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
