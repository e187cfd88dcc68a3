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

// terms are the settings that a price depends on, read before a transaction begins.
type terms struct {
	published map[string]bool // see publishedOnly
	points    setting.Points
}

func (s *Service) terms(ctx context.Context, platform string) (t terms, err error) {
	if t.published, err = s.publishedOnly(ctx, platform); err != nil {
		return t, err
	}
	t.points, err = s.Points.Terms(ctx)
	return t, err
}

// pointRule tells the price what the buyer could pay with points.
func (s *Service) pointRule(ctx context.Context, r db.Reader, ask Ask, p setting.Points, in *price.Input) error {
	if p.MaxShare == 0 || ask.UserID == 0 {
		return nil
	}
	a, err := s.Points.Account(ctx, r, ask.UserID)
	in.Points = price.PointRule{Balance: a.Balance, Use: ask.Points, PerYuan: p.PerYuan, MaxShare: p.MaxShare * 10}
	return err
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
	n := Share(earned, o.RefundedFen+r.AmountFen, o.PaidFen) - Share(earned, o.RefundedFen, o.PaidFen)
	return s.Points.Reclaim(ctx, tx, o.UserID, n, fmt.Sprintf("reclaim:%d", r.ID), "退款收回")
}

// Share is n × part/whole, rounded down: taken step by step it sums to n.
func Share(n, part, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return n * part / whole
}
