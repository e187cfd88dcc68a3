package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/riverqueue/river"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/jobs"
)

// Transcode is the job that makes an uploaded asset ready.
type Transcode struct {
	AssetID int64 `json:"asset_id"`
}

// Kind implements jobs.Args.
func (Transcode) Kind() string { return "media_transcode" }

// InsertOpts implements River's interface.
func (Transcode) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.MediaQueue, MaxAttempts: 10}
}

const (
	silence      = 45 * time.Second // after which a run counts as dead; it reports every ten
	maxFailures  = 3                // transient failures before an asset fails
	maxAttempts  = 6                // claims, also those that ended with the whole process
	waitingAgain = 15 * time.Minute // after which a released asset gets another job
)

var errLostRun = errors.New("media: another run took over")

func (s *Service) transcodeJob(ctx context.Context, job Transcode) error {
	run := id.Token(8)
	claimed, err := s.claim(ctx, qAssetClaim, job.AssetID, run)
	if err != nil || !claimed {
		return err // not claimed: done already, or at work elsewhere
	}
	a, err := s.Asset(ctx, job.AssetID)
	if err != nil {
		return err
	}
	if a.Attempts > maxAttempts {
		return s.fail(ctx, a.ID, run, ErrToolBusy.Say("多次处理都没有完成，请检查服务器内存后重试"))
	}
	err = s.transcode(ctx, a, run)
	switch {
	case err == nil, errors.Is(err, errLostRun):
		return nil
	case ctx.Err() != nil: // the process stops: give the work back, it is nobody's fault
		return errors.Join(ctx.Err(), s.release(ctx, a.ID, run, a.Attempts-1))
	case permanent(err), a.Attempts >= maxFailures:
		s.log.Warn("transcode failed", "asset", a.ID, "error", err)
		return s.fail(ctx, a.ID, run, err)
	}
	return errors.Join(err, s.release(ctx, a.ID, run, a.Attempts))
}

func (s *Service) claim(ctx context.Context, q *db.Stmt, assetID int64, run string) (ok bool, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := s.now()
		n, err := tx.Exec(ctx, q, assetID, run, now, now-silence.Milliseconds())
		ok = n == 1
		return err
	})
	return ok && err == nil, err
}

func (s *Service) release(ctx context.Context, assetID int64, run string, attempts int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qAssetRelease, assetID, run, s.now(), attempts)
		return err
	})
}

func (s *Service) fail(ctx context.Context, assetID int64, run string, cause error) error {
	e := ErrToolBusy
	var known *errs.E
	if errors.As(cause, &known) && known.Kind != errs.Internal {
		e = known
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qAssetFailed, assetID, run, e.Code, e.Msg)
		return err
	})
}

// transcode does the work of one claimed run.
func (s *Service) transcode(ctx context.Context, a Asset, run string) error {
	dir, err := os.MkdirTemp(s.workDir(), strconv.FormatInt(a.ID, 10)+"-")
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// Fetching a big source from S3 takes longer than the silence that counts as
	// death, so the signs of life begin before it.
	p := &progress{stage: "probing"}
	ctx, stop := s.report(ctx, p, func(ctx context.Context) (bool, error) { return s.step(ctx, a.ID, run, p) })
	defer stop()
	made, err := s.stages(ctx, a, run, dir, p)
	if err != nil {
		if errors.Is(context.Cause(ctx), errLostRun) {
			return errLostRun
		}
		return err
	}
	return s.finish(ctx, a.ID, run, made)
}

// stages does everything that makes an asset ready and returns the length of the
// preview that it made, in ms; 0: none was wanted.
func (s *Service) stages(ctx context.Context, a Asset, run, dir string, p *progress) (previewMS int64, err error) {
	path, err := s.source(ctx, a, dir)
	if err != nil {
		return 0, err
	}
	src, err := s.Probe(ctx, path)
	if err != nil {
		return 0, err
	}
	if err := s.probed(ctx, a.ID, run, src); err != nil {
		return 0, err
	}
	var have []Rendition
	if err := s.db.List(ctx, qRenditionsAll, &have, a.ID, kindFull); err != nil {
		return 0, err
	}
	plan := ladder(src)
	p.plan(plan, src, have)
	gate := func(ctx context.Context, tx *db.Tx) error { return s.stillMine(ctx, tx, a.ID, run, p) }
	if err := s.renditions(ctx, a.ID, path, dir, src, plan, have, p, gate); err != nil {
		return 0, err
	}
	if src.Video {
		p.enter("pictures", 0)
		if err := s.pictures(ctx, a, run, path, dir, src); err != nil {
			return 0, err
		}
	}
	// Its length may have been chosen while the ladder was made.
	if a, err = s.Asset(ctx, a.ID); err != nil || a.PreviewMS == 0 {
		return 0, err
	}
	p.enter("preview", 0)
	return a.PreviewMS, s.previews(ctx, a, path, dir, src, nil, gate)
}

// stillMine notes how far the work is. Returns errLostRun when it went to another.
func (s *Service) stillMine(ctx context.Context, tx *db.Tx, assetID int64, run string, p *progress) error {
	stage, percent, eta := p.now()
	n, err := tx.Exec(ctx, qAssetStep, assetID, run, stage, percent, eta, s.now())
	if err == nil && n == 0 {
		err = errLostRun
	}
	return err
}

// source returns a local file with the upload's bytes.
func (s *Service) source(ctx context.Context, a Asset, dir string) (string, error) {
	if path := s.store.LocalPath(a.SourceKey); path != "" {
		return path, nil
	}
	r, _, err := s.store.Open(ctx, a.SourceKey)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	path := filepath.Join(dir, "source")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("media: %w", err)
	}
	_, err = io.Copy(f, r)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("media: fetch source: %w", err)
	}
	return path, ctx.Err()
}

func (s *Service) probed(ctx context.Context, assetID int64, run string, src Source) error {
	kind := "audio"
	if src.Video {
		kind = "video"
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAssetProbed, assetID, run, kind, src.DurationMS, src.Width, src.Height, s.now())
		if err == nil && n == 0 {
			err = errLostRun
		}
		return err
	})
}

func (s *Service) renditions(ctx context.Context, assetID int64, path, dir string, src Source, plan []Rung, have []Rendition, p *progress, gate func(context.Context, *db.Tx) error) error {
	for _, r := range plan {
		if named(have, r.Name) {
			continue // an earlier run finished it
		}
		p.enter(r.Name, weight(r, src))
		if err := s.one(ctx, assetID, kindFull, 0, path, dir, src, r, p.done, gate); err != nil {
			return err
		}
		if s.afterRendition != nil {
			if err := s.afterRendition(r.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// one encodes, encrypts and keeps a rendition; its plain segments are gone after.
func (s *Service) one(ctx context.Context, assetID int64, kind string, limitMS int64, path, dir string, src Source, r Rung, done func(int64), gate func(context.Context, *db.Tx) error) error {
	sub := filepath.Join(dir, r.Name)
	if err := os.Mkdir(sub, 0o700); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	defer func() { _ = os.RemoveAll(sub) }()
	plain, err := s.encode(ctx, path, sub, src, r, limitMS, done)
	if err != nil {
		return err
	}
	return s.keep(ctx, assetID, kind, limitMS, r.Name, plain, gate)
}

func named(list []Rendition, name string) bool {
	for _, r := range list {
		if r.Name == name {
			return true
		}
	}
	return false
}

// pictures makes poster and sprite. A video without them still teaches, so a
// picture that cannot be made is left out.
func (s *Service) pictures(ctx context.Context, a Asset, run, path, dir string, src Source) error {
	if a.PosterKey != "" {
		return nil
	}
	var posterKey string
	poster, err := s.poster(ctx, path, dir, src)
	if err == nil {
		posterKey, err = s.putImage(ctx, poster)
	}
	var sp Sprite
	if err == nil {
		if sp, err = s.sprite(ctx, path, dir, src); err == nil {
			sp.Key, err = s.putImage(ctx, sp.path)
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		s.log.Warn("no pictures of a video", "asset", a.ID, "error", err)
		if sp.Key == "" {
			sp = Sprite{}
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qAssetPicture, a.ID, run, posterKey, sp.Key, sp.Columns, sp.Rows, sp.IntervalMS, sp.Width, sp.Height)
		return err
	})
}

// finish makes the asset ready together with the preview of the length made, and
// tells the hooks. A preview whose length was changed at the last moment is made
// by a job of its own.
func (s *Service) finish(ctx context.Context, assetID int64, run string, made int64) error {
	var list []Rendition
	if err := s.db.List(ctx, qRenditionsAll, &list, assetID, kindFull); err != nil {
		return err
	}
	_, seg, err := s.rendition(ctx, list[0].ID)
	if err != nil {
		return err
	}
	duration := int64(0) // what really plays, whatever the header said
	for _, ms := range seg.MS {
		duration += ms
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAssetReady, assetID, run, s.now(), duration, made)
		if err != nil {
			return err
		}
		if n == 0 {
			return errLostRun
		}
		for _, fn := range s.onReady {
			if err := fn(ctx, tx, assetID, duration); err != nil {
				return err
			}
		}
		a, err := asset(ctx, tx, assetID)
		if err != nil || a.PreviewMS == a.PreviewReadyMS {
			return err
		}
		return s.cfg.Jobs.Add(ctx, tx, Preview{AssetID: assetID})
	})
}
