package commission

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
)

// TaxRow is what one person was paid in a time, with what the tax office asks for.
type TaxRow struct {
	UserID  int64
	Name    string
	Number  string // of the identity card
	Times   int64
	PaidFen int64
}

var qTax = db.Q("commission/tax", `SELECT w.user_id, COUNT(*) AS times, CAST(SUM(w.amount_fen) AS BIGINT) AS paid_fen, p.name_sealed, p.number_sealed
	FROM withdrawals w LEFT JOIN commission_payees p ON p.user_id = w.user_id
	WHERE w.status = 'succeeded' AND w.finished_at >= $1 AND w.finished_at < $2 AND w.user_id > $3 GROUP BY w.user_id, p.name_sealed, p.number_sealed ORDER BY w.user_id LIMIT $4`)

// Tax returns what was paid to whom between two times, with real names and numbers;
// that it was read is written down. after is the last user seen. Returns ErrReason.
func (s *Service) Tax(ctx context.Context, from, until, after int64, limit int, reason string) ([]TaxRow, error) {
	if !reasoned(reason) {
		return nil, ErrReason
	}
	var rows []struct {
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
		row := TaxRow{UserID: r.UserID, Times: r.Times, PaidFen: r.PaidFen}
		for _, x := range []struct {
			sealed []byte
			to     *string
		}{{r.NameSealed, &row.Name}, {r.NumberSealed, &row.Number}} {
			if x.sealed == nil {
				continue
			}
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
