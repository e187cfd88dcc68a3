package ebook

import (
	"context"
	"fmt"

	"zhizhou/internal/db"
)

// graceMS is how long the files of a deleted book stay: addresses that were handed out
// before live as long.
const graceMS = 24 * 3600_000

var (
	qSwept    = db.Q("ebook/to_sweep", `SELECT id, source_key FROM ebooks WHERE deleted_at > 0 AND deleted_at < $1 AND source_key <> '' ORDER BY deleted_at LIMIT 20`)
	qPictures = db.Q("ebook/pictures", `SELECT blob_key FROM ebook_pictures WHERE ebook_id = $1`)
	qForget   = db.Q("ebook/forget", `UPDATE ebooks SET source_key = '' WHERE id = $1 AND deleted_at > 0`)
)

// Sweep deletes the files of books that were deleted a day ago; their rows stay.
func (s *Service) Sweep(ctx context.Context) error {
	var gone []struct {
		ID        int64
		SourceKey string
	}
	if err := s.db.List(ctx, qSwept, &gone, s.now()-graceMS); err != nil {
		return err
	}
	for _, b := range gone {
		var keys []string
		if err := s.db.List(ctx, qPictures, &keys, b.ID); err != nil {
			return err
		}
		for _, key := range append(keys, b.SourceKey) {
			if err := s.store.Delete(ctx, key); err != nil {
				return fmt.Errorf("ebook: sweep: %w", err)
			}
		}
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qForget, b.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
