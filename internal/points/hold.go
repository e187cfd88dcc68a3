package points

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Hold keeps points for an order that waits for money, inside tx. Returns ErrShort
// when another order was faster.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, userID, orderID, points int64) error {
	if err := s.expire(ctx, tx, userID, clock.MS(s.Clock)); err != nil { // nobody pays with what has ended
		return err
	}
	if _, err := tx.Exec(ctx, qHoldInsert, orderID, userID, points, clock.MS(s.Clock)); err != nil {
		return err
	}
	_, err := s.move(ctx, tx, Move{UserID: userID, Kind: Held, Points: -points, Held: points, Cause: fmt.Sprintf("hold:%d", orderID), Note: "下单抵扣"})
	return err
}

// Spend makes the points that an order holds spent, once.
func (s *Service) Spend(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.end(ctx, tx, orderID, "spent", func(h Move) Move { return Move{Kind: Spent, Held: -h.Points, Note: "付款成功"} })
}

// Release gives back the points that a closed order held, once.
func (s *Service) Release(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.end(ctx, tx, orderID, "released", func(h Move) Move {
		return Move{Kind: Released, Points: h.Points, Held: -h.Points, Note: "订单关闭，退回"}
	})
}

func (s *Service) end(ctx context.Context, tx *db.Tx, orderID int64, state string, make func(Move) Move) error {
	var h struct {
		OrderID int64
		UserID  int64
		Points  int64
		State   string
	}
	err := tx.Get(ctx, qHold, &h, orderID)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qHoldMove, orderID, state, clock.MS(s.Clock))
	if err != nil || n == 0 {
		return err // another was faster: once is enough
	}
	m := make(Move{Points: h.Points})
	m.UserID, m.Cause = h.UserID, fmt.Sprintf("%s:%d", m.Kind, orderID)
	if _, err := s.move(ctx, tx, m); err != nil {
		return err
	}
	if m.Kind == Released { // they may have expired while the order kept them
		_, err = tx.Exec(ctx, qSoon, h.UserID, clock.MS(s.Clock))
	}
	return err
}

// Sweep ends points whose time is over. Who spends, spends what expires first: so
// what is left of all that has expired is its sum less everything ever taken.
func (s *Service) Sweep(ctx context.Context) error {
	now := clock.MS(s.Clock)
	for {
		var due []int64
		if err := s.DB.List(ctx, qDue, &due, now); err != nil || len(due) == 0 {
			return err
		}
		for _, userID := range due {
			if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.expire(ctx, tx, userID, now) }); err != nil {
				return err
			}
		}
	}
}

// expire locks an account and ends those of its points whose time is over.
func (s *Service) expire(ctx context.Context, tx *db.Tx, userID, now int64) error {
	a, err := s.lock(ctx, tx, userID)
	if err != nil || a.LookAt == 0 || a.LookAt > now {
		return err
	}
	var x struct{ LeftPoints, NextAt int64 }
	if err := tx.Get(ctx, qExpired, &x, userID, now); err != nil {
		return err
	}
	if gone := min(x.LeftPoints, a.Balance); gone > 0 {
		if _, err := s.move(ctx, tx, Move{UserID: userID, Kind: Expired, Points: -gone, Cause: fmt.Sprintf("expire:%d:%d", userID, now), Note: "到期"}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, qLook, userID, x.NextAt)
	return err
}
