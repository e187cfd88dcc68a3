package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/riverqueue/river"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/jobs"
)

// Preview is the job that makes, remakes or removes an asset's preview.
type Preview struct {
	AssetID int64 `json:"asset_id"`
}

// Kind implements jobs.Args.
func (Preview) Kind() string { return "media_preview" }

// InsertOpts implements River's interface.
func (Preview) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.MediaQueue, MaxAttempts: 5}
}

func (s *Service) previewJob(ctx context.Context, job Preview) error {
	run := id.Token(8)
	for {
		// Claimed again while the wanted length changes under the work.
		claimed, err := s.claim(ctx, qPreviewClaim, job.AssetID, run)
		if err != nil {
			return err
		}
		if !claimed {
			return s.dropPreviews(ctx, job.AssetID)
		}
		a, err := s.Asset(ctx, job.AssetID)
		if err != nil {
			return err
		}
		err = s.makePreview(ctx, a, run)
		if rerr := s.endPreview(ctx, a.ID, run); rerr != nil {
			return errors.Join(err, rerr)
		}
		switch {
		case err == nil:
		case errors.Is(err, errLostRun):
			return nil
		case permanent(err):
			s.log.Warn("preview failed", "asset", a.ID, "error", err)
			return nil
		default:
			return err
		}
	}
}

func (s *Service) endPreview(ctx context.Context, assetID int64, run string) error {
	return s.db.Tx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPreviewRelease, assetID, run)
		return err
	})
}

func (s *Service) makePreview(ctx context.Context, a Asset, run string) error {
	if a.PreviewMS > 0 {
		if err := s.encodePreview(ctx, a, run); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Only the length that is still wanted becomes visible.
		_, err := tx.Exec(ctx, qAssetPreviewOK, a.ID, a.PreviewMS)
		return err
	})
}

func (s *Service) encodePreview(ctx context.Context, a Asset, run string) error {
	dir, err := os.MkdirTemp(s.workDir(), strconv.FormatInt(a.ID, 10)+"-preview-")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	alive := func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qPreviewBeat, a.ID, run, s.now())
		if err == nil && n == 0 {
			err = errLostRun
		}
		return err
	}
	ctx, stop := s.report(ctx, &progress{}, func(ctx context.Context) (bool, error) {
		err := s.db.Tx(ctx, alive)
		if errors.Is(err, errLostRun) {
			return false, nil
		}
		return true, err
	})
	defer stop()
	path, err := s.source(ctx, a, dir)
	if err != nil {
		return err
	}
	src, err := s.Probe(ctx, path)
	if err != nil {
		return err
	}
	if err := s.previews(ctx, a, path, dir, src, nil, alive); err != nil {
		if errors.Is(context.Cause(ctx), errLostRun) {
			return errLostRun
		}
		return err
	}
	return nil
}

// previews encodes the preview renditions that are still missing.
func (s *Service) previews(ctx context.Context, a Asset, path, dir string, src Source, done func(int64), gate func(context.Context, *db.Tx) error) error {
	var have []Rendition
	if err := s.db.List(ctx, qRenditionsAll, &have, a.ID, kindPreview); err != nil {
		return err
	}
	for _, r := range previewLadder(src) {
		if made(have, r.Name, a.PreviewMS) {
			continue
		}
		if err := s.one(ctx, a.ID, kindPreview, a.PreviewMS, path, dir, src, r, done, gate); err != nil {
			return err
		}
	}
	return nil
}

func made(list []Rendition, name string, limitMS int64) bool {
	for _, r := range list {
		if r.Name == name && r.LimitMS == limitMS {
			return true
		}
	}
	return false
}

// dropPreviews removes preview renditions of lengths that are no longer wanted.
func (s *Service) dropPreviews(ctx context.Context, assetID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := asset(ctx, tx, assetID)
		if err != nil || a.Status != StatusReady || a.PreviewMS != a.PreviewReadyMS {
			return err
		}
		var list []Rendition
		if err := tx.List(ctx, qRenditionsAll, &list, assetID, kindPreview); err != nil {
			return err
		}
		for _, r := range list {
			if r.LimitMS != a.PreviewMS {
				if err := s.discard(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
