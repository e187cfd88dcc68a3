package live

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
	"zhizhou/internal/jobs"
)

const (
	recordTime   = 2 * time.Hour
	recordBeat   = 20 * time.Second
	recordDead   = 2 * time.Minute // without a sign of life another run may begin
	recordGiveUp = 24 * time.Hour  // after the end, when it failed again and again
	page         = 500
)

// Record is the job that makes the replay of a room that has ended.
type Record struct {
	LessonID int64 `json:"lesson_id"`
}

// Kind implements jobs.Args.
func (Record) Kind() string { return "live_record" }

// InsertOpts implements River's interface. The sweep enqueues it again.
func (Record) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.MediaQueue, MaxAttempts: 2}
}

var errTaken = errors.New("live: the recording was made by another run")

func (s *Service) recordJob(ctx context.Context, job Record) error {
	mine := false
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qRecordClaim, job.LessonID, s.now())
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return err // made already
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go s.alive(ctx, job.LessonID)
	err = s.record(ctx, job.LessonID)
	switch {
	case err == nil, errors.Is(err, errTaken):
		return nil
	case ctx.Err() == nil && s.hopeless(ctx, job.LessonID, err):
		s.log.Error("live: no recording", "lesson", job.LessonID, "err", err)
		return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qRecordFail, job.LessonID)
			return err
		})
	}
	return err
}

// hopeless tells whether trying again cannot help.
func (s *Service) hopeless(ctx context.Context, lessonID int64, cause error) bool {
	r, err := s.Room(ctx, lessonID)
	return errs.KindOf(cause) == errs.Invalid || err == nil && s.now() > r.EndedAt+recordGiveUp.Milliseconds()
}

func (s *Service) alive(ctx context.Context, lessonID int64) {
	tick := time.NewTicker(recordBeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, qRecordBeat, lessonID, s.now())
				return err
			})
		}
	}
}

// record joins a room's segments and hands them to media.
func (s *Service) record(ctx context.Context, lessonID int64) error {
	l, err := s.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fmt.Errorf("live: %w", err)
	}
	dir, err := os.MkdirTemp(s.Dir, strconv.FormatInt(lessonID, 36)+"-")
	if err != nil {
		return fmt.Errorf("live: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := s.gather(ctx, lessonID, dir)
	if err != nil {
		return err
	}
	return s.Media.Record(ctx, l.Title+" 直播回放.mp4", "live-"+strconv.FormatInt(lessonID, 36), files, func(ctx context.Context, tx *db.Tx, assetID int64) error {
		n, err := tx.Exec(ctx, qRecordMade, lessonID, assetID)
		if err != nil || n == 0 {
			return orElse(err, errTaken)
		}
		return s.Catalog.SetReplay(ctx, tx, lessonID, assetID)
	})
}

// gather writes the segments of each push into a file of its own: within one the
// time stamps go on, between two they begin anew.
func (s *Service) gather(ctx context.Context, lessonID int64, dir string) (files []string, err error) {
	var out *os.File
	defer func() {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	var keyID, pushID int64
	var key []byte
	for seq := int64(0); ; {
		var list []Segment
		if err := s.db.List(ctx, qSegments, &list, lessonID, seq, page); err != nil {
			return nil, err
		}
		for _, x := range list {
			seq = x.Seq + 1
			if x.KeyID != keyID {
				if key, err = s.Key(ctx, lessonID, x.KeyID); err != nil {
					return nil, err
				}
				keyID = x.KeyID
			}
			if out == nil || x.PushID != pushID || x.Fresh {
				if out != nil {
					if err := out.Close(); err != nil {
						return nil, fmt.Errorf("live: %w", err)
					}
				}
				pushID = x.PushID
				name := filepath.Join(dir, fmt.Sprintf("%06d.ts", x.Seq))
				if out, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600); err != nil {
					return nil, fmt.Errorf("live: %w", err)
				}
				files = append(files, name)
			}
			if err := s.copyPlain(ctx, out, lessonID, x, key); err != nil {
				return nil, err
			}
		}
		if len(list) < page {
			return files, nil
		}
	}
}

func (s *Service) copyPlain(ctx context.Context, to io.Writer, lessonID int64, x Segment, key []byte) error {
	r, _, err := s.Store.Open(ctx, blobKey(lessonID, x.Seq, x.PushID))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	sealed, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("live: %w", err)
	}
	plain, err := decrypt(key, x.IV, sealed)
	if err != nil {
		return err
	}
	if _, err := to.Write(plain); err != nil {
		return fmt.Errorf("live: %w", err)
	}
	return nil
}

// RecordAgain tries again to make a replay that failed. Returns ErrNotYet and what
// Mine returns.
func (s *Service) RecordAgain(ctx context.Context, scope, lessonID int64) error {
	return s.change(ctx, scope, lessonID, "live.record", nil, func(ctx context.Context, tx *db.Tx, _ Room) error {
		n, err := tx.Exec(ctx, qRecordAgain, lessonID, s.now())
		if err != nil || n == 0 {
			return orElse(err, ErrNotYet.Say("现在不能重新生成回放"))
		}
		return s.Jobs.Add(ctx, tx, Record{LessonID: lessonID})
	})
}
