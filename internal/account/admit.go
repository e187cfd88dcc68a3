package account

import (
	"context"
	"fmt"
	"time"
)

// AdmitGuess counts a try at something guessable, such as a redeem code, for the
// user and for the address. Returns ErrGuessOften.
func (s *Service) AdmitGuess(ctx context.Context, what string, userID int64, address string) error {
	return s.take(ctx, ErrGuessOften,
		quota{fmt.Sprintf("guess:%s:user:%d", what, userID), time.Hour, 20},
		quota{fmt.Sprintf("guess:%s:address:%s", what, network(address)), time.Hour, 100})
}
