package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"zhizhou/internal/db"
)

// The statuses of a document: uploaded → working → ready or failed; a failed one
// goes back to uploaded by Retry, an interrupted one by Recover.
const (
	StatusUploaded = "uploaded"
	StatusWorking  = "working"
	StatusReady    = "ready"
	StatusFailed   = "failed"
)

// Document is one PDF with what is known of its processing.
type Document struct {
	ID        int64
	Name      string // file name as uploaded
	Status    string
	Percent   int64 // 0–100
	ErrorCode string
	ErrorMsg  string // Chinese, for staff
	SourceKey string // blob key of the upload; for staff alone
	Bytes     int64
	Pages     int64
	Outline   string
	Attempts  int64
	CreatedBy int64 // staff id
	CreatedAt int64
	ReadyAt   int64
}

// Heading is a line of the contents.
type Heading struct {
	Title string `json:"title"`
	Page  int64  `json:"page"`  // from 1
	Depth int64  `json:"depth"` // from 0
}

// Headings returns the contents.
func (d Document) Headings() []Heading {
	out := []Heading{}
	_ = json.Unmarshal([]byte(d.Outline), &out) // written by this package alone
	return out
}

// Page is a page's number and the size of its picture in pixels.
type Page struct {
	Page   int64
	Width  int64
	Height int64
}

// Get returns a document. Returns ErrGone.
func (s *Service) Get(ctx context.Context, id int64) (Document, error) { return get(ctx, s.db, id) }

// GetIn is Get inside a transaction.
func (s *Service) GetIn(ctx context.Context, tx *db.Tx, id int64) (Document, error) {
	return get(ctx, tx, id)
}

func get(ctx context.Context, r db.Reader, id int64) (Document, error) {
	var d Document
	err := r.Get(ctx, qGet, &d, id)
	if errors.Is(err, db.ErrNone) {
		return d, ErrGone
	}
	return d, err
}

// Ready returns a document that can be read. Returns ErrGone, ErrNotReady.
func (s *Service) Ready(ctx context.Context, id int64) (Document, error) {
	d, err := s.Get(ctx, id)
	if err == nil && d.Status != StatusReady {
		err = ErrNotReady
	}
	return d, err
}

// Pages lists the pages up to and including last, in order.
func (s *Service) Pages(ctx context.Context, id, last int64) ([]Page, error) {
	var rows []Page
	err := s.db.List(ctx, qPages, &rows, id, last)
	return rows, err
}

// page returns one page. Returns ErrPageGone.
func (s *Service) page(ctx context.Context, id, page int64) (Page, error) {
	var p Page
	err := s.db.Get(ctx, qPage, &p, id, page)
	if errors.Is(err, db.ErrNone) {
		return p, ErrPageGone
	}
	return p, err
}

// Original opens the upload, for staff. Returns ErrGone.
func (s *Service) Original(ctx context.Context, id int64) (Document, io.ReadCloser, error) {
	d, err := s.Get(ctx, id)
	if err != nil {
		return d, nil, err
	}
	r, _, err := s.store.Open(ctx, d.SourceKey)
	if err != nil {
		return d, nil, fmt.Errorf("document: original: %w", err)
	}
	return d, r, nil
}

// Retry puts a failed document back to work. Returns ErrGone, ErrNotFailed.
func (s *Service) Retry(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qRetry, id)
		if err != nil {
			return err
		}
		if n == 0 {
			if _, err := get(ctx, tx, id); err != nil {
				return err
			}
			return ErrNotFailed
		}
		return s.cfg.Jobs.Add(ctx, tx, Render{DocumentID: id})
	})
}

// Merge gives what one user was handed to another, when the two become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qDeliveredMerge, from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDeliveredDrop, from)
	return err
}
