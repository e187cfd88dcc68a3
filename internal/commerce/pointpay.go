package commerce

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/money"
	"zhizhou/internal/points"
	"zhizhou/internal/setting"
)

// Points pay a part of an order as a discount: held when it is placed, spent when
// it is paid, released when it is closed. A refund of a line gives its share back.

var (
	qPointLines = db.Q("commerce/point_lines", `SELECT i.id, d.off_fen FROM order_items i JOIN order_discounts d ON d.order_item_id = i.id AND d.kind = 'points' WHERE i.order_id = $1 ORDER BY i.id`)
	qLineBack   = db.Q("commerce/line_back", `SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) FROM refunds WHERE order_item_id = $1 AND status = 'succeeded'`)
)

// pointRule tells the price what the buyer could pay with points.
func pointRule(ask Ask, p setting.Points, a points.Account) price.PointRule {
	if p.MaxShare == 0 || ask.UserID == 0 {
		return price.PointRule{}
	}
	return price.PointRule{Balance: a.Balance, Use: ask.Points, PerYuan: p.PerYuan, MaxShare: p.MaxShare * 10}
}

// holdPoints keeps the points that an order pays with. Returns ErrQuote when
// another order has them.
func (s *Service) holdPoints(ctx context.Context, tx *db.Tx, o Order, q Quote) error {
	if q.Points == 0 {
		return nil
	}
	err := s.Points.Hold(ctx, tx, o.UserID, o.ID, q.Points)
	if errors.Is(err, points.ErrShort) {
		return ErrQuote
	}
	return err
}

// earnPoints gives what paying an order promised.
func (s *Service) earnPoints(ctx context.Context, tx *db.Tx, o Order) error {
	q := o.Frozen()
	return s.Points.Earn(ctx, tx, o.UserID, q.Earn, fmt.Sprintf("earn:%d", o.ID), "购买「"+q.Title()+"」", s.Points.Until(q.EarnMonths))
}

// refundPoints follows money that went back: the line's points return by the same
// part, and what the order had earned is taken back. o is as before this refund.
func (s *Service) refundPoints(ctx context.Context, tx *db.Tx, o Order, it Item, r Refund) error {
	q := o.Frozen()
	if q.Points > 0 {
		var lines []struct{ ID, OffFen int64 }
		if err := tx.List(ctx, qPointLines, &lines, o.ID); err != nil {
			return err
		}
		weights := make([]int64, len(lines))
		for i, l := range lines {
			weights[i] = l.OffFen
		}
		var back int64
		if err := tx.Get(ctx, qLineBack, &back, it.ID); err != nil {
			return err
		}
		for i, n := range money.Split(q.Points, weights) {
			if lines[i].ID != it.ID {
				continue
			}
			n = Share(n, back, it.PriceFen) - Share(n, back-r.AmountFen, it.PriceFen)
			if err := s.Points.Return(ctx, tx, o.UserID, n, fmt.Sprintf("return:%d", r.ID), "退款退回", s.Points.Until(q.EarnMonths)); err != nil {
				return err
			}
		}
	}
	if q.Earn == 0 {
		return nil
	}
	got, err := s.Points.Past(ctx, tx, fmt.Sprintf("earn:%d", o.ID))
	if err != nil {
		return err
	}
	earned := got.Points - got.Owed
	// By what is kept, rounded down, so that no point stands for money that went back.
	n := Share(earned, o.PaidFen-o.RefundedFen, o.PaidFen) - Share(earned, o.PaidFen-o.RefundedFen-r.AmountFen, o.PaidFen)
	return s.Points.Reclaim(ctx, tx, o.UserID, n, fmt.Sprintf("reclaim:%d", r.ID), "退款收回")
}

// Share is n × part/whole, rounded down: taken step by step it sums to n.
func Share(n, part, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return n * part / whole
}
