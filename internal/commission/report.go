package commission

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
)

// TaxRow is what one person was paid in a time, with what the tax office asks for.
type TaxRow struct {
	ID      int64 // the first of the withdrawals
	UserID  int64
	Name    string
	Number  string // of the identity card
	Times   int64
	PaidFen int64
}

var qTax = db.Q("commission/tax", `SELECT MIN(w.id) AS id, w.user_id, COUNT(*) AS times, CAST(SUM(w.amount_fen) AS BIGINT) AS paid_fen, w.name_sealed, w.number_sealed
	FROM withdrawals w WHERE w.status = 'succeeded' AND w.finished_at >= $1 AND w.finished_at < $2
	GROUP BY w.user_id, w.name_sealed, w.number_sealed HAVING MIN(w.id) > $3 ORDER BY MIN(w.id) LIMIT $4`)

// Tax returns what was paid to whom between two times, with real names and numbers;
// that it was read is written down. Somebody whose name was corrected in between
// has a row for each. after is the last row seen. Returns ErrReason, ErrSpan.
func (s *Service) Tax(ctx context.Context, from, until, after int64, limit int, reason string) ([]TaxRow, error) {
	if !reasoned(reason) {
		return nil, ErrReason
	}
	if from >= until {
		return nil, ErrSpan
	}
	var rows []struct {
		ID           int64
		UserID       int64
		Times        int64
		PaidFen      int64
		NameSealed   []byte
		NumberSealed []byte
	}
	if err := s.DB.List(ctx, qTax, &rows, from, until, after, limit); err != nil {
		return nil, err
	}
	out := make([]TaxRow, 0, len(rows))
	for _, r := range rows {
		row := TaxRow{ID: r.ID, UserID: r.UserID, Times: r.Times, PaidFen: r.PaidFen}
		for _, x := range []struct {
			sealed []byte
			to     *string
		}{{r.NameSealed, &row.Name}, {r.NumberSealed, &row.Number}} {
			plain, err := s.Box.Open("payee", x.sealed)
			if err != nil {
				return nil, err
			}
			*x.to = string(plain)
		}
		out = append(out, row)
	}
	return out, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Write(ctx, tx, s.Clock, "commission.tax_report", fmt.Sprintf("withdrawals:%d-%d", from, until), nil, map[string]any{"people": len(out), "after": after}, reason)
	})
}
