package document

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/riverqueue/river"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/jobs"
)

// Render is the job that makes an uploaded document ready.
type Render struct {
	DocumentID int64 `json:"document_id"`
}

// Kind implements jobs.Args.
func (Render) Kind() string { return "document_render" }

// InsertOpts implements River's interface.
func (Render) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.DocumentQueue, MaxAttempts: 10}
}

const (
	silence      = 90 * time.Second // after which a run counts as dead; each page is a sign of life
	maxFailures  = 3
	maxAttempts  = 6 // claims, also those that ended with the whole process
	waitingAgain = 10 * time.Minute

	pagePurpose = "document-page"
)

var errLostRun = errors.New("document: another run took over")

func (s *Service) job(ctx context.Context, job Render) error { return s.Process(ctx, job.DocumentID) }

// Process makes an uploaded document ready, unless that is done or being done. What
// is wrong with the document is noted on it and no error.
func (s *Service) Process(ctx context.Context, documentID int64) error {
	run := id.Token(8)
	claimed := false
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qClaim, documentID, run, s.now(), s.now()-silence.Milliseconds())
		claimed = n == 1
		return err
	})
	if err != nil || !claimed {
		return err // not claimed: done already, or at work elsewhere
	}
	d, err := s.Get(ctx, documentID)
	if err != nil {
		return err
	}
	if d.Attempts > maxAttempts {
		return s.fail(ctx, d.ID, run, ErrHeavy)
	}
	err = s.work(ctx, d, run)
	switch {
	case err == nil, errors.Is(err, errLostRun):
		return nil
	case ctx.Err() != nil: // the process stops: give the work back, it is nobody's fault
		return errors.Join(ctx.Err(), s.release(ctx, d.ID, run, d.Attempts-1))
	case errors.Is(err, errSlow):
		return s.fail(ctx, d.ID, run, ErrHeavy)
	case errs.KindOf(err) == errs.Invalid, d.Attempts >= maxFailures:
		s.log.Warn("document failed", "document", d.ID, "error", err)
		if errors.Is(err, errDied) {
			err = ErrHeavy
		}
		return s.fail(ctx, d.ID, run, err)
	}
	return errors.Join(err, s.release(ctx, d.ID, run, d.Attempts))
}

func (s *Service) fail(ctx context.Context, documentID int64, run string, cause error) error {
	e := ErrBusy
	var known *errs.E
	if errors.As(cause, &known) && known.Kind != errs.Internal {
		e = known
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qFail, documentID, run, e.Code, e.Msg)
		return err
	})
}

func (s *Service) release(ctx context.Context, documentID int64, run string, attempts int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qRelease, documentID, run, s.now(), attempts)
		return err
	})
}

// made is what a run has found so far.
type made struct {
	pages   int64
	outline []Heading
}

// work does everything that makes a claimed document ready.
func (s *Service) work(ctx context.Context, d Document, run string) error {
	file, done, err := s.source(ctx, d)
	if err != nil {
		return err
	}
	defer done()
	if err := s.step(ctx, d.ID, run, 0, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPagesDrop, d.ID)
		return err
	}); err != nil {
		return err
	}
	m, err := s.draw(ctx, d, run, file)
	if err != nil {
		return err
	}
	outline, err := json.Marshal(m.outline)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qReady, d.ID, run, m.pages, string(outline), s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return errLostRun
		}
		ready, err := get(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		for _, fn := range s.onReady {
			if err := fn(ctx, tx, ready); err != nil {
				return err
			}
		}
		return nil
	})
}

// draw has the child draw a PDF and keeps each page.
func (s *Service) draw(ctx context.Context, d Document, run, file string) (made, error) {
	m := made{outline: []Heading{}}
	pages := int64(0)
	err := s.ask(ctx, "render", file, s.lim.RenderTime, func(f frame, picture []byte) error {
		if f.Page == 0 {
			pages, m.outline = f.Pages, append(m.outline, f.Outline...)
			return nil
		}
		if f.Page != m.pages+1 || f.Page > pages {
			return errFrame
		}
		if err := s.put(ctx, pictureKey(d.ID, f.Page), picture); err != nil {
			return err
		}
		m.pages++
		return s.step(ctx, d.ID, run, 100*m.pages/pages, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qPageInsert, d.ID, f.Page, f.Width, f.Height, f.Text, fold(f.Text))
			return err
		})
	})
	if err == nil && (m.pages != pages || pages == 0) {
		err = errDied
	}
	return m, err
}

// step notes a sign of life and does something with it. Returns errLostRun when the
// work went to another.
func (s *Service) step(ctx context.Context, documentID int64, run string, percent int64, and func(context.Context, *db.Tx) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qBeat, documentID, run, min(percent, 99), s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return errLostRun
		}
		return and(ctx, tx)
	})
}

func pictureKey(documentID, page int64) string { return fmt.Sprintf("doc/%d/%d", documentID, page) }

// put stores bytes sealed.
func (s *Service) put(ctx context.Context, key string, plain []byte) error {
	sealed := s.cfg.Box.Seal(pagePurpose, plain)
	if err := s.store.Put(ctx, key, bytes.NewReader(sealed), int64(len(sealed)), "application/octet-stream"); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return nil
}

// sealed returns what put stored.
func (s *Service) sealed(ctx context.Context, key string) ([]byte, error) {
	r, info, err := s.store.Open(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	defer func() { _ = r.Close() }()
	raw := make([]byte, info.Bytes)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	plain, err := s.cfg.Box.Open(pagePurpose, raw)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return plain, nil
}

// source returns a local file with the upload's bytes and what removes it.
func (s *Service) source(ctx context.Context, d Document) (string, func(), error) {
	if path := s.store.LocalPath(d.SourceKey); path != "" {
		return path, func() {}, nil
	}
	r, _, err := s.store.Open(ctx, d.SourceKey)
	if err != nil {
		return "", nil, fmt.Errorf("document: %w", err)
	}
	defer func() { _ = r.Close() }()
	f, err := os.CreateTemp(s.cfg.Dir, "source-")
	if err != nil {
		return "", nil, fmt.Errorf("document: %w", err)
	}
	done := func() { _ = os.Remove(f.Name()) }
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		done()
		return "", nil, fmt.Errorf("document: fetch source: %w", err)
	}
	return f.Name(), done, nil
}

// Recover gives work that died with its process back to the queue.
func (s *Service) Recover(ctx context.Context) error {
	dead := s.now() - silence.Milliseconds()
	var stuck []int64
	if err := s.db.List(ctx, qStuck, &stuck, dead, s.now()-waitingAgain.Milliseconds()); err != nil {
		return err
	}
	for _, documentID := range stuck {
		err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qKick, documentID, dead, s.now())
			if err != nil || n == 0 {
				return err
			}
			return s.cfg.Jobs.Add(ctx, tx, Render{DocumentID: documentID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
