package commerce

import (
	"context"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

// What an order takes of limited things is held when it is placed, sold when it is
// paid, and released exactly once when it is closed or refunded. Each step is a
// conditional update whose row count decides, so that neither a crash nor a race
// can sell a unit twice or lose one (INV-24, INV-26).

// The kinds of hold.
const (
	holdSKU       = "sku"
	holdPromotion = "promotion"
	holdCoupon    = "coupon"
	holdSeat      = "seat"
)

var (
	qQuotaLeft    = db.Q("commerce/quota_left", `SELECT total - held - sold FROM quotas WHERE kind = $1 AND ref_id = $2`)
	qQuotaSet     = db.Q("commerce/quota_set", `INSERT INTO quotas (kind, ref_id, total) VALUES ($1, $2, $3) ON CONFLICT (kind, ref_id) DO UPDATE SET total = $3 WHERE quotas.held + quotas.sold <= $3`)
	qQuotaHold    = db.Q("commerce/quota_hold", `UPDATE quotas SET held = held + $3 WHERE kind = $1 AND ref_id = $2 AND held + sold + $3 <= total`)
	qQuotaSell    = db.Q("commerce/quota_sell", `UPDATE quotas SET held = held - $3, sold = sold + $3 WHERE kind = $1 AND ref_id = $2`)
	qQuotaRelease = db.Q("commerce/quota_release", `UPDATE quotas SET held = held - $3 WHERE kind = $1 AND ref_id = $2`)
	qQuotaReturn  = db.Q("commerce/quota_return", `UPDATE quotas SET sold = sold - $3 WHERE kind = $1 AND ref_id = $2`)
	qUserTake     = db.Q("commerce/quota_user_take", `INSERT INTO quota_users (kind, ref_id, user_id, taken) VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind, ref_id, user_id) DO UPDATE SET taken = quota_users.taken + $4 WHERE quota_users.taken + $4 <= $5`)
	qUserGive   = db.Q("commerce/quota_user_give", `UPDATE quota_users SET taken = taken - $4 WHERE kind = $1 AND ref_id = $2 AND user_id = $3`)
	qHoldInsert = db.Q("commerce/hold_insert", `INSERT INTO order_holds (order_id, kind, ref_id, user_id, units, counted, limited, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'held', $8)`)
	qHoldsOf    = db.Q("commerce/holds_of", `SELECT order_id, kind, ref_id, user_id, units, counted, limited, state FROM order_holds WHERE order_id = $1 AND state <> 'released' ORDER BY kind, ref_id`)
	qHoldMove   = db.Q("commerce/hold_move", `UPDATE order_holds SET state = $5, at = $6 WHERE order_id = $1 AND kind = $2 AND ref_id = $3 AND state = $4`)
)

type hold struct {
	OrderID int64
	Kind    string
	RefID   int64
	UserID  int64
	Units   int64
	Counted bool
	Limited bool
	State   string
}

// setStock keeps the quota of a SKU's stock in step with what the catalog says.
// Returns ErrStock when more is sold than the new stock.
func (s *Service) setStock(ctx context.Context, tx *db.Tx, k catalog.SKU) error {
	if k.Stock == 0 {
		var left int64
		err := tx.Get(ctx, qQuotaLeft, &left, holdSKU, k.ID)
		if errors.Is(err, db.ErrNone) {
			return nil // never was limited
		}
		if err != nil {
			return err
		}
		k.Stock = unlimited
	}
	return s.setQuota(ctx, tx, holdSKU, k.ID, k.Stock)
}

const unlimited = int64(1) << 50 // keeps the count of what was sold while nothing is limited

func (s *Service) setQuota(ctx context.Context, tx *db.Tx, kind string, refID, total int64) error {
	n, err := tx.Exec(ctx, qQuotaSet, kind, refID, total)
	if err == nil && n == 0 {
		err = ErrStock
	}
	return err
}

// holdAll takes everything limited that an order needs; offers are those of
// the quote's items. Returns ErrSoldOut, ErrLimit, and ErrQuote when a coupon is
// gone.
func (s *Service) holdAll(ctx context.Context, tx *db.Tx, o Order, q Quote, offers []catalog.Offer) error {
	for i, it := range q.Items {
		k := offers[i]
		if k.Trial {
			k.PerUser = 1
		}
		if err := s.hold(ctx, tx, hold{OrderID: o.ID, Kind: holdSKU, RefID: it.SKUID, UserID: o.UserID, Units: it.Quantity, Counted: k.Stock > 0}, k.PerUser); err != nil {
			return err
		}
	}
	for _, a := range q.Applied {
		switch a.Kind {
		case price.Newcomer, price.Flash, price.Group, price.Bargain:
			p, err := s.promotion(ctx, tx, a.RuleID)
			if err != nil {
				return err
			}
			limit := p.PerUser
			if p.Kind == string(price.Newcomer) {
				limit = 1 // two orders at once are not two first ones
			}
			if err := s.hold(ctx, tx, hold{OrderID: o.ID, Kind: holdPromotion, RefID: p.ID, UserID: o.UserID, Units: a.Units, Counted: p.Quota > 0}, limit); err != nil {
				return err
			}
			if a.Kind == price.Bargain {
				if err := s.holdBargain(ctx, tx, o, a, q); err != nil {
					return err
				}
			}
		case price.Coupon:
			if err := s.holdCoupon(ctx, tx, o, a.RuleID); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold takes units of a quota and of what one person may have. What has neither
// limit is not written down.
func (s *Service) hold(ctx context.Context, tx *db.Tx, h hold, perUser int64) error {
	h.Limited = perUser > 0
	if !h.Counted && !h.Limited {
		return nil
	}
	if h.Counted {
		n, err := tx.Exec(ctx, qQuotaHold, h.Kind, h.RefID, h.Units)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrSoldOut
		}
	}
	if h.Limited {
		if h.Units > perUser {
			return ErrLimit
		}
		n, err := tx.Exec(ctx, qUserTake, h.Kind, h.RefID, h.UserID, h.Units, perUser)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLimit
		}
	}
	return s.insertHold(ctx, tx, h)
}

func (s *Service) insertHold(ctx context.Context, tx *db.Tx, h hold) error {
	return tx.Later(ctx, qHoldInsert, h.OrderID, h.Kind, h.RefID, h.UserID, h.Units, h.Counted, h.Limited, clock.MS(s.Clock))
}

// sell makes everything held by a paid order sold.
func (s *Service) sell(ctx context.Context, tx *db.Tx, holds []hold) error {
	return s.moveAll(ctx, tx, holds, func(h hold) (string, bool) { return "sold", h.State == "held" })
}

// release gives back what a closed order held.
func (s *Service) release(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.moveHolds(ctx, tx, orderID, func(h hold) (string, bool) { return "released", h.State == "held" })
}

// unsell gives back what an order had that was refunded in full: the stock, and
// coupons that promise it. A promotion's place is not sold again.
func (s *Service) unsell(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.moveHolds(ctx, tx, orderID, func(h hold) (string, bool) { return "released", h.Kind != holdPromotion })
}

func (s *Service) moveHolds(ctx context.Context, tx *db.Tx, orderID int64, to func(hold) (string, bool)) error {
	var holds []hold
	if err := tx.List(ctx, qHoldsOf, &holds, orderID); err != nil {
		return err
	}
	return s.moveAll(ctx, tx, holds, to)
}

func (s *Service) moveAll(ctx context.Context, tx *db.Tx, holds []hold, to func(hold) (string, bool)) error {
	for _, h := range holds {
		state, wanted := to(h)
		if !wanted {
			continue
		}
		n, err := tx.Exec(ctx, qHoldMove, h.OrderID, h.Kind, h.RefID, h.State, state, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			continue // another was faster: once is enough
		}
		if err := s.moved(ctx, tx, h, state); err != nil {
			return err
		}
	}
	return nil
}

// moved carries one hold's step over to what it is a hold of.
func (s *Service) moved(ctx context.Context, tx *db.Tx, h hold, state string) error {
	switch h.Kind {
	case holdCoupon:
		return s.moveCoupon(ctx, tx, h, state)
	case holdSeat:
		return s.moveSeat(ctx, tx, h, state)
	}
	q := qQuotaSell
	if state == "released" {
		q = qQuotaRelease
		if h.State == "sold" {
			q = qQuotaReturn
		}
	}
	if h.Counted {
		if _, err := tx.Exec(ctx, q, h.Kind, h.RefID, h.Units); err != nil {
			return err
		}
	}
	if h.Limited && state == "released" {
		_, err := tx.Exec(ctx, qUserGive, h.Kind, h.RefID, h.UserID, h.Units)
		return err
	}
	return nil
}
