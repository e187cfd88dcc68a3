package share

import (
	"context"

	"zhizhou/internal/db"
)

// Merge makes one of what two accounts shared and by what they came, when they turn out
// to be one person. Of two registrations the earlier one counts; what now leads to
// oneself is no way to have come.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMoveShares, qMoveDrafts, qMoveVisits, qMoveOrders} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	var rows []struct{ UserID, JoinedAt int64 }
	if err := tx.List(ctx, qBorns, &rows, from, to); err != nil {
		return err
	}
	if len(rows) > 0 && rows[0].UserID == from {
		if _, err := tx.Exec(ctx, qDropJoin, to); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qMoveJoin, from, to); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qDropJoin, from)
	if err == nil {
		_, err = tx.Exec(ctx, qDropOwn, to)
	}
	return err
}
