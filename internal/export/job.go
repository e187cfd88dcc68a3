package export

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/seal"
)

var (
	qClaim = db.Q("export/claim", `UPDATE exports SET state = 'running', run = run + 1, beat_at = $2, done = 0 WHERE id = $1 AND (state = 'queued' OR (state = 'running' AND beat_at < $3))`)
	qBeat  = db.Q("export/beat", `UPDATE exports SET done = $3, total = $4, beat_at = $5 WHERE id = $1 AND run = $2 AND state = 'running'`)
	qDone  = db.Q("export/done", `UPDATE exports SET state = 'done', done = $3, total = $3, file_key = $4, bytes = $5, done_at = $6, expires_at = $7 WHERE id = $1 AND run = $2 AND state = 'running'`)
	qFail  = db.Q("export/fail", `UPDATE exports SET state = 'failed', error = $3, done_at = $4 WHERE id = $1 AND run = $2 AND state = 'running'`)
	qAgain = db.Q("export/again", `UPDATE exports SET state = 'queued' WHERE id = $1 AND run = $2 AND state = 'running'`)
	qStale = db.Q("export/stale", `SELECT id FROM exports WHERE (state = 'running' AND beat_at < $1) OR (state = 'queued' AND created_at < $1) ORDER BY id LIMIT 50`)
	qOld   = db.Q("export/old", `SELECT id, file_key FROM exports WHERE state = 'done' AND expires_at <= $1 ORDER BY expires_at LIMIT 100`)
	qDrop  = db.Q("export/drop", `UPDATE exports SET state = 'expired', file_key = '' WHERE id = $1 AND state = 'done'`)
)

var errLost = errors.New("export: another attempt has taken over")

// Job writes the file of an export.
type Job struct {
	ExportID int64 `json:"export_id"`
}

// Kind implements jobs.Args.
func (Job) Kind() string { return "export" }

func (s *Service) work(ctx context.Context, j Job) error { return s.Make(ctx, j.ExportID) }

// Make writes the file of an export from its beginning, unless somebody else is at it
// or it is made. What was cut off starts again: what it had written is thrown away.
func (s *Service) Make(ctx context.Context, exportID int64) error {
	now := clock.MS(s.Clock)
	won := false
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qClaim, exportID, now, now-patient.Milliseconds())
		won = n > 0
		return err
	})
	if err != nil || !won {
		return err
	}
	var e Export
	if err := s.DB.Get(ctx, qByID, &e, exportID); err != nil {
		return err
	}
	err = s.write(ctx, &e)
	after := context.WithoutCancel(ctx)
	switch {
	case err == nil, errors.Is(err, errLost):
		return nil
	case ctx.Err() != nil: // the program stops: the next one begins anew
		return errors.Join(err, s.step(after, qAgain, e.ID, e.Run))
	}
	s.Log.Error("export failed", "export", e.ID, "kind", e.Kind, "err", err)
	say := "导出没有完成，请重试；仍然失败请联系技术支持"
	var known *errs.E
	if errors.As(err, &known) && known.Kind != errs.Internal {
		say = known.Msg
	}
	return s.step(after, qFail, e.ID, e.Run, say, clock.MS(s.Clock))
}

// step changes this attempt's row. Returns errLost when it is no longer this attempt's.
func (s *Service) step(ctx context.Context, q *db.Stmt, args ...any) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, q, args...)
		if err == nil && n == 0 {
			err = errLost
		}
		return err
	})
}

func (s *Service) write(ctx context.Context, e *Export) error {
	k, err := s.Kind(e.Kind)
	if err != nil {
		return err
	}
	var f Filter
	if err := json.Unmarshal([]byte(e.Filter), &f); err != nil {
		return err
	}
	if e.Total, err = k.Count(ctx, f); err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(s.Dir, "export-*")
	if err != nil {
		return err
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	if err := s.fill(ctx, e, k, f, file); err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	key := "exports/" + id.Token(24) + ".sealed"
	if err := s.Store.Put(ctx, key, file, size, "application/octet-stream"); err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	err = s.step(ctx, qDone, e.ID, e.Run, e.Done, key, size, now, now+life.Milliseconds())
	if err != nil {
		err = errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), key))
	}
	return err
}

// fill writes head and rows page by page, telling after each how far it has come.
func (s *Service) fill(ctx context.Context, e *Export, k Kind, f Filter, file io.Writer) error {
	sealed := &sealer{box: s.Box, purpose: e.purpose(), dst: file}
	out := bufio.NewWriterSize(sealed, chunk)
	var t table
	var err error
	if e.Format == "xlsx" {
		t, err = newXLSX(out, k.Label, len(k.Head))
	} else {
		t, err = newCSV(out)
	}
	if err != nil {
		return err
	}
	head := make([]any, len(k.Head))
	for i, h := range k.Head {
		head[i] = h
	}
	if err := t.row(head); err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, next, err := k.Page(ctx, f, after)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := t.row(r); err != nil {
				return err
			}
		}
		if len(rows) == 0 {
			break
		}
		after = next
		e.Done += int64(len(rows))
		e.Total = max(e.Total, e.Done)
		if err := s.step(ctx, qBeat, e.ID, e.Run, e.Done, e.Total, clock.MS(s.Clock)); err != nil {
			return err
		}
	}
	if err := t.close(); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return sealed.end()
}

// Sweep starts again what stopped without a word and forgets files after a week.
func (s *Service) Sweep(ctx context.Context) error {
	now := clock.MS(s.Clock)
	var stale []int64
	if err := s.DB.List(ctx, qStale, &stale, now-patient.Milliseconds()); err != nil {
		return err
	}
	for _, exportID := range stale {
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Jobs.Add(ctx, tx, Job{ExportID: exportID}) }); err != nil {
			return err
		}
	}
	var old []struct {
		ID      int64
		FileKey string
	}
	if err := s.DB.List(ctx, qOld, &old, now); err != nil {
		return err
	}
	for _, e := range old {
		if err := s.Store.Delete(ctx, e.FileKey); err != nil {
			return err
		}
		if err := s.step(ctx, qDrop, e.ID); err != nil && !errors.Is(err, errLost) {
			return err
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.Dir, "export-*")); err == nil {
		for _, name := range left { // of an attempt that was killed
			if info, err := os.Stat(name); err == nil && s.Clock.Now().Sub(info.ModTime()) > timeout {
				_ = os.Remove(name)
			}
		}
	}
	return nil
}

// A file is sealed in pieces, each for its place, so that it can be written and read
// without being in memory, and neither shortened nor rearranged.
const chunk = 64 << 10

func (e Export) purpose() string { return fmt.Sprintf("export:%d", e.ID) }

type sealer struct {
	box     *seal.Box
	purpose string
	dst     io.Writer
	n       int
}

func (w *sealer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		part := rest[:min(len(rest), chunk)]
		if err := w.put(part, "more"); err != nil {
			return 0, err
		}
		rest = rest[len(part):]
	}
	return len(p), nil
}

func (w *sealer) end() error { return w.put(nil, "end") }

func (w *sealer) put(part []byte, mark string) error {
	sealed := w.box.Seal(fmt.Sprintf("%s:%d:%s", w.purpose, w.n, mark), part)
	w.n++
	if err := binary.Write(w.dst, binary.BigEndian, uint32(len(sealed))); err != nil {
		return err
	}
	_, err := w.dst.Write(sealed)
	return err
}

type unsealer struct {
	box     *seal.Box
	purpose string
	src     io.ReadCloser
	n       int
	rest    []byte
	ended   bool
}

func (r *unsealer) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.ended {
			return 0, io.EOF
		}
		var size uint32
		if err := binary.Read(r.src, binary.BigEndian, &size); err != nil || size > chunk+1024 {
			return 0, io.ErrUnexpectedEOF
		}
		sealed := make([]byte, size)
		if _, err := io.ReadFull(r.src, sealed); err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		var err error
		if r.rest, err = r.box.Open(fmt.Sprintf("%s:%d:more", r.purpose, r.n), sealed); err != nil {
			if _, err := r.box.Open(fmt.Sprintf("%s:%d:end", r.purpose, r.n), sealed); err != nil {
				return 0, err
			}
			r.ended = true
		}
		r.n++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *unsealer) Close() error { return r.src.Close() }
