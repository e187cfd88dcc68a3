package invoice

import (
	"context"
	"errors"

	"zhizhou/internal/db"
)

// Detail is an invoice with everything that belongs to it.
type Detail struct {
	Invoice
	Party Party
	Lines []Line
	Red   Red // ID 0: there is none
	Files []File
}

// Row is an invoice in a list.
type Row struct {
	Invoice
	Nickname string // for staff
	Name     string `db:"-"` // of the title
}

// Mine lists a buyer's invoices before an id, newest first.
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Detail, error) {
	var rows []Invoice
	if err := s.DB.List(ctx, qMine, &rows, userID, before, limit); err != nil {
		return nil, err
	}
	out := make([]Detail, len(rows))
	for i, v := range rows {
		var err error
		if out[i], err = s.detail(ctx, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Get returns one of a buyer's invoices. Returns ErrGone, also for another's.
func (s *Service) Get(ctx context.Context, userID int64, no string) (Detail, error) {
	v, err := s.mine(ctx, userID, no)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, v)
}

// Queue lists invoices for staff by status ("" all) and by a number of ours, of the
// tax office or of an order ("" all), newest first.
func (s *Service) Queue(ctx context.Context, status, number string, before int64, limit int) ([]Row, error) {
	var rows []Row
	if err := s.DB.List(ctx, qQueue, &rows, status, before, number, limit); err != nil {
		return nil, err
	}
	for i := range rows {
		p, err := s.open(rows[i].Buyer)
		if err != nil {
			return nil, err
		}
		rows[i].Name = p.Name
	}
	return rows, nil
}

// Any returns an invoice for staff. Returns ErrGone.
func (s *Service) Any(ctx context.Context, invoiceID int64) (Detail, error) {
	v, err := s.byID(ctx, s.DB, invoiceID)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, v)
}

func (s *Service) byID(ctx context.Context, r db.Reader, invoiceID int64) (Invoice, error) {
	var v Invoice
	err := r.Get(ctx, qByID, &v, invoiceID)
	if errors.Is(err, db.ErrNone) {
		err = ErrGone
	}
	return v, err
}

func (s *Service) detail(ctx context.Context, v Invoice) (Detail, error) {
	d := Detail{Invoice: v}
	var err error
	if d.Party, err = s.open(v.Buyer); err != nil {
		return d, err
	}
	if err := s.DB.List(ctx, qLines, &d.Lines, v.ID); err != nil {
		return d, err
	}
	if err := s.DB.Get(ctx, qRed, &d.Red, v.ID); err != nil && !errors.Is(err, db.ErrNone) {
		return d, err
	}
	return d, s.DB.List(ctx, qFiles, &d.Files, v.ID)
}

// Counts tells how many invoices wait for finance.
func (s *Service) Counts(ctx context.Context) (map[string]int64, error) {
	var rows []struct {
		Status string
		N      int64
	}
	if err := s.DB.List(ctx, qCounts, &rows); err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, r := range rows {
		out[r.Status] = r.N
	}
	return out, nil
}
