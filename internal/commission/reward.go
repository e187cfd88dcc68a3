package commission

import (
	"context"

	"zhizhou/internal/db"
)

// Reward gives somebody fen for their place in the ranking of a month, in the transaction
// that decides it. It is of sales whose hold is over, so it may be withdrawn at once, with
// the same withdrawal and tax report as commission; the place makes it count once.
func (s *Service) Reward(ctx context.Context, tx *db.Tx, userID, placeID, fen int64) error {
	return s.move(ctx, tx, userID, moveReward, placeID, 0, delta{available: fen, earned: fen})
}

// Unreward takes the reward of a place back by a counter entry; what was withdrawn already
// becomes a debt (INV-30).
func (s *Service) Unreward(ctx context.Context, tx *db.Tx, userID, placeID, fen int64) error {
	return s.move(ctx, tx, userID, moveUndo, placeID, 0, delta{available: -fen, reversed: fen})
}
