package media

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"zhizhou/internal/db"
)

// Recover gives work that died with its process back to the queue. It runs twice a
// minute; the queue's own rescue would take hours.
func (s *Service) Recover(ctx context.Context) error {
	dead := s.now() - silence.Milliseconds()
	var stuck, previews []int64
	if err := s.db.List(ctx, qAssetStuck, &stuck, dead, s.now()-waitingAgain.Milliseconds()); err != nil {
		return err
	}
	if err := s.db.List(ctx, qPreviewStuck, &previews, dead); err != nil {
		return err
	}
	for _, assetID := range stuck {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qAssetKick, assetID, dead, s.now())
			if err != nil || n == 0 {
				return err
			}
			return s.cfg.Jobs.Add(ctx, tx, Transcode{AssetID: assetID})
		})
		if err != nil {
			return err
		}
	}
	for _, assetID := range previews {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qPreviewKick, assetID, dead, s.now())
			if err != nil || n == 0 {
				return err
			}
			return s.cfg.Jobs.Add(ctx, tx, Preview{AssetID: assetID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Sweep deletes what nothing points to any more: blobs whose time has come,
// abandoned uploads after a week, leftovers of dead runs, plays after 30 days.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.sweepTrash(ctx); err != nil {
		return err
	}
	if err := s.sweepUploads(ctx); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.workDir())
	if err != nil {
		return err
	}
	for _, e := range entries {
		// ffmpeg touches its folder with each segment, so half a day of silence is dead.
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 12*time.Hour {
			_ = os.RemoveAll(filepath.Join(s.workDir(), e.Name()))
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPlayStale, s.now()-30*24*3600*1000, s.now())
		return err
	})
}

func (s *Service) sweepTrash(ctx context.Context) error {
	var due []struct {
		ID     int64
		Prefix string
		Files  int
	}
	if err := s.db.List(ctx, qTrashDue, &due, s.now()); err != nil {
		return err
	}
	for _, d := range due {
		if d.Files == 0 {
			if err := s.store.Delete(ctx, d.Prefix); err != nil {
				return err
			}
		}
		for n := range d.Files {
			if err := s.store.Delete(ctx, segmentIn(d.Prefix, n)); err != nil {
				return err
			}
		}
		if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qTrashDelete, d.ID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweepUploads(ctx context.Context) error {
	var stale []struct{ TusID string }
	if err := s.db.List(ctx, qUploadStale, &stale, s.now()-7*24*3600*1000); err != nil {
		return err
	}
	for _, u := range stale {
		s.forgetFiles(u.TusID)
		if err := s.DropUpload(ctx, u.TusID); err != nil {
			return err
		}
	}
	return nil
}
