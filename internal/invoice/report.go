package invoice

import (
	"context"

	"zhizhou/internal/db"
)

// Exported is an issued invoice in the export.
type Exported struct {
	Invoice
	RedNumber string
	Party     Party  `db:"-"`
	Lines     []Line `db:"-"`
}

// Export returns invoices that were issued from one time until before another (ms),
// in pages after an id; an empty page is the end.
func (s *Service) Export(ctx context.Context, from, to, after int64) ([]Exported, error) {
	var rows []Exported
	if err := s.DB.List(ctx, qExport, &rows, from, to, after); err != nil {
		return nil, err
	}
	for i := range rows {
		var err error
		if rows[i].Party, err = s.open(rows[i].Buyer); err != nil {
			return nil, err
		}
		if err := s.DB.List(ctx, qLines, &rows[i].Lines, rows[i].ID); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// CountIssued says how many invoices Export will give.
func (s *Service) CountIssued(ctx context.Context, from, to int64) (n int64, err error) {
	err = s.DB.Get(ctx, qIssuedN, &n, from, to)
	return n, err
}

// TaxSum is what was invoiced under one rate, and taken back by red letters.
type TaxSum struct {
	RateBps   int64
	Lines     int64
	AmountFen int64 // with tax
	TaxFen    int64
	RedFen    int64
	RedTaxFen int64
}

// TaxSums sums invoices by rate: issued ones on the day of issue, less the red
// letters on theirs.
func (s *Service) TaxSums(ctx context.Context, from, to int64) ([]TaxSum, error) {
	var rows []TaxSum
	err := s.DB.List(ctx, qTaxSums, &rows, from, to)
	return rows, err
}

// The audits of what is stored; each returns one text column naming the row.
var checks = []db.Check{
	{Invariant: 37, Name: "invoiced more than stays paid, without a red letter", Q: db.Q("invoice/audit_amount", `SELECT 'invoice ' || v.no AS row FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id JOIN order_items i ON i.id = l.order_item_id
		WHERE l.live AND l.amount_fen > i.price_fen - (SELECT COALESCE(SUM(r.amount_fen), 0) FROM refunds r WHERE r.order_id = i.order_id AND r.order_item_id = i.id AND r.status = 'succeeded')
		AND NOT EXISTS (SELECT 1 FROM red_invoices x WHERE x.invoice_id = v.id AND x.state = 'queued')`)},
	{Invariant: 37, Name: "order line on two valid invoices", Q: db.Q("invoice/audit_twice", `SELECT 'order line ' || CAST(l.order_item_id AS TEXT) AS row FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id
		WHERE v.status IN ('requested', 'issuing', 'issued', 'red_requested') GROUP BY l.order_item_id HAVING COUNT(*) > 1`)},
	{Invariant: 37, Name: "invoice and its lines disagree", Q: db.Q("invoice/audit_lines", `SELECT 'invoice ' || v.no AS row FROM invoices v JOIN invoice_lines l ON l.invoice_id = v.id GROUP BY v.id, v.no, v.amount_fen, v.tax_fen
		HAVING SUM(l.amount_fen) <> v.amount_fen OR SUM(l.tax_fen) <> v.tax_fen`)},
	{Invariant: 37, Name: "line lives when its invoice does not, or the other way", Q: db.Q("invoice/audit_live", `SELECT 'invoice ' || v.no AS row FROM invoices v JOIN invoice_lines l ON l.invoice_id = v.id
		WHERE l.live <> (v.status IN ('requested', 'issuing', 'issued', 'red_requested'))`)},
	{Invariant: 37, Name: "invoice and its red letter disagree", Q: db.Q("invoice/audit_red", `SELECT 'invoice ' || v.no AS row FROM invoices v WHERE
		(v.status IN ('issued', 'red_requested') AND (v.status = 'red_requested') <> EXISTS (SELECT 1 FROM red_invoices x WHERE x.invoice_id = v.id AND x.state = 'queued'))
		OR (v.status = 'red_issued') <> EXISTS (SELECT 1 FROM red_invoices x WHERE x.invoice_id = v.id AND x.state = 'issued')`)},
}

// Audit returns every row that breaks INV-37.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
