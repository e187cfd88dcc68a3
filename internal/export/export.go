// Package export writes lists into files that staff download: CSV and XLSX, in the
// background, with progress. Rows are read in pages and written as they come, so that
// memory does not grow with the file. A file is sealed, kept for a week, and gone. What
// is in a list, its kind says, which the assembly of the program registers: this
// package knows no domain. It owns exports.
package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/jobs"
	"zhizhou/internal/seal"
)

// States of an export.
const (
	Queued  = "queued"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
	Expired = "expired"
)

const (
	life    = 7 * 24 * time.Hour
	patient = 2 * time.Minute // without a sign of life an attempt counts as dead
	timeout = 2 * time.Hour
	maxOpen = 5 // exports of one member of staff that are not finished
)

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "export_gone", "没有这个导出，或文件已过期")
	ErrKind    = errs.New(errs.Invalid, "export_kind", "没有这种导出")
	ErrSpan    = errs.New(errs.Invalid, "export_span", "请检查时间范围").Field("from", "开始要在结束之前")
	ErrBusy    = errs.New(errs.Limited, "export_busy", "还有导出没有完成，请等它们完成后再试")
	ErrKey     = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一次导出，请刷新后重试")
	ErrTooMany = errs.New(errs.Conflict, "export_too_many", "超过 1,048,575 行，一张工作表放不下：请缩小时间范围，或导出 CSV")
)

// Filter narrows what is exported; what a kind does not know, it ignores.
type Filter struct {
	From   int64  `json:"from,omitempty"` // ms
	To     int64  `json:"to,omitempty"`   // ms, exclusive; 0: no end
	Status string `json:"status,omitempty"`
	Lesson int64  `json:"lesson,omitempty"` // of one lesson alone
}

// Kind is a list that can be exported.
type Kind struct {
	Name       string
	Label      string
	Permission string // of who may ask for it
	Head       []string
	// Count says about how many rows there will be.
	Count func(ctx context.Context, f Filter) (int64, error)
	// Page returns the rows after a cursor (0: the first) and the next cursor; no rows are
	// the end.
	Page func(ctx context.Context, f Filter, after int64) (rows [][]any, next int64, err error)
}

// Export is a file that somebody asked for.
type Export struct {
	ID        int64
	Kind      string
	Format    string // csv, xlsx
	Filter    string // JSON
	State     string
	Total     int64
	Done      int64
	Run       int64
	BeatAt    int64
	FileKey   string
	Bytes     int64
	Error     string
	StaffID   int64
	StaffName string
	CreatedAt int64
	DoneAt    int64
	ExpiresAt int64
}

// Service makes exports.
type Service struct {
	DB    *db.DB
	Jobs  *jobs.Queue
	Store blob.Store
	Box   *seal.Box
	Clock clock.Clock
	Dir   string // for files that are being written
	Log   *slog.Logger

	kinds map[string]Kind
}

// New prepares a Service with its kinds and registers its job.
func New(s Service, kinds []Kind) *Service {
	s.kinds = map[string]Kind{}
	for _, k := range kinds {
		s.kinds[k.Name] = k
	}
	jobs.Work(s.Jobs, timeout, s.work)
	return &s
}

// Kind returns a kind by its name. Returns ErrKind.
func (s *Service) Kind(name string) (Kind, error) {
	k, ok := s.kinds[name]
	if !ok {
		return k, ErrKind
	}
	return k, nil
}

const columns = `e.id, e.kind, e.format, e.filter, e.state, e.total, e.done, e.run, e.beat_at, e.file_key, e.bytes, e.error, e.staff_id, e.created_at, e.done_at, e.expires_at,
	COALESCE((SELECT s.name FROM staff s WHERE s.id = e.staff_id), '') AS staff_name`

var (
	qMake = db.Q("export/make", `INSERT INTO exports (id, kind, format, filter, state, staff_id, idem_key, created_at) VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7) ON CONFLICT (staff_id, idem_key) DO NOTHING`)
	qKey  = db.Q("export/by_key", `SELECT `+columns+` FROM exports e WHERE e.staff_id = $1 AND e.idem_key = $2`)
	qOpen = db.Q("export/open", `SELECT COUNT(*) FROM exports WHERE staff_id = $1 AND state IN ('queued', 'running')`)
	qByID = db.Q("export/by_id", `SELECT `+columns+` FROM exports e WHERE e.id = $1`)
	qList = db.Q("export/list", `SELECT `+columns+` FROM exports e WHERE (CAST($1 AS BIGINT) = 0 OR e.staff_id = $1) AND (CAST($2 AS BIGINT) = 0 OR e.id < $2) ORDER BY e.id DESC LIMIT $3`)
)

// Ask queues a file for the member of staff who acts; the same key again answers the
// same one. Returns ErrKind, ErrSpan, ErrBusy, ErrKey.
func (s *Service) Ask(ctx context.Context, kind, format string, f Filter, key string) (Export, error) {
	k, err := s.Kind(kind)
	if err != nil {
		return Export{}, err
	}
	if f.From < 0 || f.To < 0 || f.To > 0 && f.From >= f.To {
		return Export{}, ErrSpan
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return Export{}, err
	}
	me := audit.ActorOf(ctx)
	var e Export
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var open int64
		if err := tx.Get(ctx, qOpen, &open, me.ID); err != nil {
			return err
		}
		e = Export{ID: id.New(), Kind: k.Name, Format: format, Filter: string(raw), State: Queued, StaffID: me.ID, StaffName: me.Name, CreatedAt: clock.MS(s.Clock)}
		n, err := tx.Exec(ctx, qMake, e.ID, e.Kind, e.Format, e.Filter, me.ID, key, e.CreatedAt)
		if err != nil {
			return err
		}
		if n == 0 {
			if err := tx.Get(ctx, qKey, &e, me.ID, key); err != nil {
				return err
			}
			if e.Kind != k.Name || e.Format != format || e.Filter != string(raw) {
				return ErrKey
			}
			return nil
		}
		if open >= maxOpen {
			return ErrBusy
		}
		if err := audit.Write(ctx, tx, s.Clock, "export.ask", e.target(), nil, e.mark(), ""); err != nil {
			return err
		}
		return s.Jobs.Add(ctx, tx, Job{ExportID: e.ID})
	})
	return e, err
}

func (e Export) target() string { return fmt.Sprintf("export:%d", e.ID) }

func (e Export) mark() any {
	return map[string]any{"kind": e.Kind, "format": e.Format, "filter": json.RawMessage(e.Filter), "rows": e.Done}
}

// List returns exports of one member of staff (0: of all), newest first.
func (s *Service) List(ctx context.Context, staffID, before int64, limit int) ([]Export, error) {
	var rows []Export
	err := s.DB.List(ctx, qList, &rows, staffID, before, limit)
	return rows, err
}

// Get returns one for who asked for it, or for anybody when all is true. Returns
// ErrGone.
func (s *Service) Get(ctx context.Context, exportID, staffID int64, all bool) (Export, error) {
	var e Export
	err := s.DB.Get(ctx, qByID, &e, exportID)
	if errors.Is(err, db.ErrNone) || err == nil && !all && e.StaffID != staffID {
		return Export{}, ErrGone
	}
	return e, err
}

// Download opens the file of an export, after the log has noted who takes it. The
// caller closes it. Returns ErrGone.
func (s *Service) Download(ctx context.Context, e Export) (io.ReadCloser, error) {
	if e.State != Done || clock.MS(s.Clock) >= e.ExpiresAt {
		return nil, ErrGone
	}
	body, _, err := s.Store.Open(ctx, e.FileKey)
	if errors.Is(err, blob.ErrNone) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("export: file: %w", err)
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Write(ctx, tx, s.Clock, "export.download", e.target(), nil, e.mark(), "")
	})
	if err != nil {
		_ = body.Close()
		return nil, err
	}
	return &unsealer{box: s.Box, purpose: e.purpose(), src: body}, nil
}
