package points

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The kinds of move.
const (
	Earned    = "earn"
	Granted   = "grant"
	Returned  = "return"
	Held      = "hold"
	Released  = "release"
	Spent     = "spend"
	Reclaimed = "reclaim"
	Deducted  = "deduct"
	Expired   = "expire"
)

// Account is what somebody has. Balance may be spent, Held is kept by open orders,
// Owed is paid by the next points.
type Account struct {
	UserID  int64
	Balance int64
	Held    int64
	Owed    int64
	LookAt  int64
}

// Move is one change of an account.
type Move struct {
	ID        int64
	UserID    int64
	Kind      string
	Points    int64 // change of what may be spent
	Held      int64
	Owed      int64
	Cause     string
	Note      string
	ExpiresAt int64
	At        int64
}

// Account returns what a user has; nothing for somebody who never had any.
func (s *Service) Account(ctx context.Context, r db.Reader, userID int64) (Account, error) {
	var a Account
	err := r.Get(ctx, qAccount, &a, userID)
	if errors.Is(err, db.ErrNone) {
		return Account{UserID: userID}, nil
	}
	return a, err
}

// AskAccount asks what a user has; no row for somebody who never had any.
func (s *Service) AskAccount(rows *[]Account, userID int64) db.Ask {
	return db.Rows(qAccount, rows, userID)
}

// NextExpiry returns when points of a user expire next, ms; 0: none do.
func (s *Service) NextExpiry(ctx context.Context, userID int64) (int64, error) {
	var at int64
	err := s.DB.Get(ctx, qNext, &at, userID, clock.MS(s.Clock))
	return at, err
}

// Moves lists a user's moves, newest first, before the id before.
func (s *Service) Moves(ctx context.Context, userID, before int64, limit int) ([]Move, error) {
	var rows []Move
	err := s.DB.List(ctx, qList, &rows, userID, before, limit)
	return rows, err
}

// lock opens an account if need be and keeps others out of it.
func (s *Service) lock(ctx context.Context, tx *db.Tx, userID int64) (Account, error) {
	var a Account
	if _, err := tx.Exec(ctx, qOpen, userID); err != nil {
		return a, err
	}
	return a, tx.Get(ctx, qLock, &a, userID)
}

// move changes an account, once for each cause; done reports that this was the
// first time. Returns ErrShort when there is not so much.
func (s *Service) move(ctx context.Context, tx *db.Tx, m Move) (done bool, err error) {
	m.ID, m.At = id.New(), clock.MS(s.Clock)
	n, err := tx.Exec(ctx, qMove, m.ID, m.UserID, m.Kind, m.Points, m.Held, m.Owed, m.Cause, m.Note, m.ExpiresAt, m.At)
	if err != nil || n == 0 {
		return false, err
	}
	if n, err = tx.Exec(ctx, qChange, m.UserID, m.Points, m.Held, m.Owed); err != nil {
		return false, err
	}
	if n == 0 {
		return false, ErrShort
	}
	if m.ExpiresAt > 0 {
		_, err = tx.Exec(ctx, qSoon, m.UserID, m.ExpiresAt)
	}
	return true, err
}

// add gives points, of which what is owed is paid first.
func (s *Service) add(ctx context.Context, tx *db.Tx, m Move, points int64) error {
	if points <= 0 {
		return nil
	}
	a, err := s.lock(ctx, tx, m.UserID)
	if err != nil {
		return err
	}
	back := min(points, a.Owed)
	m.Points, m.Owed = points-back, -back
	_, err = s.move(ctx, tx, m)
	return err
}

// Until returns when points that are given now expire, by a life in months; 0: never.
func (s *Service) Until(months int64) int64 {
	if months <= 0 {
		return 0
	}
	y, m, d := s.Clock.Now().In(clock.China).Date()
	return time.Date(y, m+time.Month(months), d+1, 0, 0, 0, 0, clock.China).UnixMilli()
}

// Earn gives points for a cause, inside tx; a repeat changes nothing.
func (s *Service) Earn(ctx context.Context, tx *db.Tx, userID, points int64, cause, note string, expiresAt int64) error {
	return s.add(ctx, tx, Move{UserID: userID, Kind: Earned, Cause: cause, Note: note, ExpiresAt: expiresAt}, points)
}

// Return gives back points that were paid with, inside tx.
func (s *Service) Return(ctx context.Context, tx *db.Tx, userID, points int64, cause, note string, expiresAt int64) error {
	return s.add(ctx, tx, Move{UserID: userID, Kind: Returned, Cause: cause, Note: note, ExpiresAt: expiresAt}, points)
}

// Past returns the move of a cause; its points are 0 when there was none.
func (s *Service) Past(ctx context.Context, r db.Reader, cause string) (Move, error) {
	var m Move
	err := r.Get(ctx, qPast, &m, cause)
	if errors.Is(err, db.ErrNone) {
		return Move{}, nil
	}
	return m, err
}

// Reclaim takes earned points back, inside tx. What is spent already is owed.
func (s *Service) Reclaim(ctx context.Context, tx *db.Tx, userID, points int64, cause, note string) error {
	if points <= 0 {
		return nil
	}
	a, err := s.lock(ctx, tx, userID)
	if err != nil {
		return err
	}
	take := min(points, a.Balance)
	_, err = s.move(ctx, tx, Move{UserID: userID, Kind: Reclaimed, Points: -take, Owed: points - take, Cause: cause, Note: note})
	return err
}

// Pay spends points for a cause, inside tx; a repeat changes nothing. Returns ErrShort.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, userID, points int64, cause, note string) error {
	if err := s.expire(ctx, tx, userID, clock.MS(s.Clock)); err != nil { // nobody pays with what has ended
		return err
	}
	_, err := s.move(ctx, tx, Move{UserID: userID, Kind: Spent, Points: -points, Cause: cause, Note: note})
	return err
}

// Grant gives a user points (or takes some, below 0) on staff's decision, audited.
// The same key again changes nothing. Returns ErrGrant, ErrNobody, ErrShort.
func (s *Service) Grant(ctx context.Context, userID, points int64, key, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 100 {
		return ErrGrant.Field("reason", "用 2–100 个字说明原因")
	}
	if points == 0 || points < -1_000_000 || points > 1_000_000 {
		return ErrGrant.Field("points", "1–1000000，扣减写负数")
	}
	terms, err := s.Terms(ctx)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var known int64
		if err := tx.Get(ctx, qUser, &known, userID); err != nil {
			return err
		}
		if known == 0 {
			return ErrNobody
		}
		before, err := s.lock(ctx, tx, userID)
		if err != nil {
			return err
		}
		m := Move{UserID: userID, Kind: Granted, Cause: "staff:" + key, Note: reason, Points: points, ExpiresAt: s.Until(terms.ExpiryMonths)}
		if points < 0 {
			m.Kind, m.ExpiresAt = Deducted, 0
		} else {
			back := min(points, before.Owed)
			m.Points, m.Owed = points-back, -back
		}
		done, err := s.move(ctx, tx, m)
		if err != nil || !done {
			return err
		}
		after, err := s.Account(ctx, tx, userID)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "points.grant", fmt.Sprintf("user:%d", userID), before, after, reason)
	})
}

// Merge joins the accounts when two users become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	was, err := s.Account(ctx, tx, from)
	if err != nil || was == (Account{UserID: from}) {
		return err
	}
	if _, err := s.lock(ctx, tx, to); err != nil {
		return err
	}
	for _, q := range []*db.Stmt{qMergeMoves, qMergeHolds} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qMergeEmpty, from); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qChange, to, was.Balance, was.Held, was.Owed); err != nil {
		return err
	}
	if was.LookAt == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, qSoon, to, was.LookAt)
	return err
}
