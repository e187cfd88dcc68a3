package commerce

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// Who has time left of a lower membership pays for a higher one less: by what was
// really kept of the money, for the days that are left, one that has begun among them. The line that gives the
// credit is bound while the order waits, so that no two orders take it; its time
// ends when the higher one is opened, and comes back when that is refunded whole.

var (
	qUpgradeFrom = db.Q("commerce/upgrade_from", `SELECT i.id, p.title, i.refunded_fen, i.credited_fen, g.starts_at, g.until_at,
		i.price_fen - i.refunded_fen + COALESCE((SELECT SUM(c.off_fen) FROM upgrade_credits c WHERE c.order_id = i.order_id AND c.state = 'used'), 0) AS kept_fen,
		(SELECT COUNT(*) FROM refunds r WHERE r.order_item_id = i.id AND r.status IN ('requested', 'approved', 'processing', 'abnormal')) AS refunds
		FROM grants g JOIN order_items i ON i.id = g.source_id JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = g.resource_id JOIN skus k ON k.id = i.sku_id
		WHERE g.user_id = $1 AND g.source_kind = 'order_item' AND g.resource_kind = 'membership' AND g.revoked_at = 0 AND g.until_at > $2 AND p.rank < $3
		AND o.status = 'paid' AND o.paid_fen > 0 AND NOT o.gift AND NOT k.trial ORDER BY g.starts_at, i.id LIMIT 20`)
	// Lower memberships that no money was paid for, or a trial price alone: by title and way.
	qUpgradeFree = db.Q("commerce/upgrade_free", `SELECT MIN(g.id) AS id, p.title, CASE WHEN g.source_kind <> 'order_item' THEN g.source_kind WHEN k.trial AND o.paid_fen > 0 THEN 'trial' ELSE 'free' END AS way
		FROM grants g JOIN products p ON p.id = g.resource_id LEFT JOIN order_items i ON g.source_kind = 'order_item' AND i.id = g.source_id LEFT JOIN orders o ON o.id = i.order_id LEFT JOIN skus k ON k.id = i.sku_id
		WHERE g.user_id = $1 AND g.resource_kind = 'membership' AND g.revoked_at = 0 AND g.until_at > $2 AND p.rank < $3
		AND (g.source_kind <> 'order_item' OR o.paid_fen = 0 OR k.trial) GROUP BY 2, 3 ORDER BY 1 LIMIT 20`)
	qCreditBind   = db.Q("commerce/credit_bind", `UPDATE order_items SET credited_fen = price_fen - refunded_fen WHERE id = $1 AND credited_fen = 0 AND refunded_fen = $2`)
	qCreditFree   = db.Q("commerce/credit_free", `UPDATE order_items SET credited_fen = 0 WHERE id = $1`)
	qCreditInsert = db.Q("commerce/credit_insert", `INSERT INTO upgrade_credits (id, order_id, from_item_id, kept_fen, off_fen, left_days, total_days, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'held', $8) ON CONFLICT DO NOTHING`)
	qCredits      = db.Q("commerce/credits", `SELECT id, order_id, from_item_id, kept_fen, off_fen, left_days, total_days, moved_fen, left_ms, state FROM upgrade_credits WHERE order_id = $1 AND state = $2 ORDER BY id`)
	qCreditMove   = db.Q("commerce/credit_move", `UPDATE upgrade_credits SET state = $3, moved_fen = $4, left_ms = $5, at = $6 WHERE id = $1 AND state = $2`)
	qCreditMoved  = db.Q("commerce/credit_moved", `UPDATE upgrade_credits SET moved_fen = 0 WHERE id = $1 AND moved_fen = $2`)
	qCarryBack    = db.Q("commerce/schedule_back", `UPDATE revenue_schedules SET returned_fen = returned_fen - $2, starts_at = $3, until_at = $4, due_at = $5 WHERE order_item_id = $1 AND returned_fen >= $2`)
)

// Credit is what is left of a lower membership, as money.
type Credit struct {
	ItemID      int64 `db:"id"`
	Title       string
	KeptFen     int64 // paid for it and not given back
	RefundedFen int64
	CreditedFen int64 // above 0: taken by another upgrade
	Refunds     int64 // that are open
	StartsAt    int64
	UntilAt     int64
	LeftDays    int64 `db:"-"`
	TotalDays   int64 `db:"-"`
	OffFen      int64 `db:"-"`
}

// Unused is the part of kept for the days that are left, in whole fen rounded
// down: never more than was paid.
func Unused(kept, left, total int64) int64 {
	if kept <= 0 || left <= 0 || total <= 0 {
		return 0
	}
	return kept * min(left, total) / total
}

func (c Credit) note() string {
	return fmt.Sprintf("原「%s」剩余 %d/%d 天，按实付 ¥%s 折 ¥%s", c.Title, c.LeftDays, c.TotalDays, money.Yuan(c.KeptFen), money.Yuan(c.OffFen))
}

func (s *Service) credits(ctx context.Context, r db.Reader, userID, rank int64) ([]Credit, error) {
	now := clock.MS(s.Clock)
	var rows []Credit
	if userID == 0 {
		return nil, nil
	}
	if err := r.List(ctx, qUpgradeFrom, &rows, userID, now, rank); err != nil {
		return nil, err
	}
	for i := range rows {
		c := &rows[i]
		c.LeftDays, c.TotalDays = daysLeft(c.StartsAt, c.UntilAt, now)
		c.OffFen = Unused(c.KeptFen, c.LeftDays, c.TotalDays)
	}
	return rows, nil
}

// Upgrades tells what a membership would cost its buyer less for lower ones that
// have time left. Returns catalog.ErrProductGone.
func (s *Service) Upgrades(ctx context.Context, userID, productID int64) ([]Credit, error) {
	p, _, err := s.Catalog.ProductByID(ctx, productID, true)
	if err != nil || p.Kind != catalog.KindMembership {
		return nil, err
	}
	rows, err := s.credits(ctx, s.DB, userID, p.Rank)
	out := rows[:0]
	for _, c := range rows {
		if c.OffFen > 0 && c.CreditedFen == 0 && c.Refunds == 0 {
			out = append(out, c)
		}
	}
	return out, err
}

const upgradeLabel = "会员升级抵扣"

// Note says the arithmetic of a credit.
func (c Credit) Note() string { return c.note() }

// freeWays says of a lower membership that gives no credit how it was come by.
var freeWays = map[string]string{"gift": "赠送的会员「%s」没有实付金额，不抵扣", "redeem_code": "兑换码开通的会员「%s」没有实付金额，不抵扣", "free": "免费开通的会员「%s」没有实付金额，不抵扣", "trial": "体验价的会员「%s」不抵扣"}

// upgradeRules makes a rule of every lower membership that has time left; those that
// no money was paid for say why they take nothing off.
func (s *Service) upgradeRules(ctx context.Context, r db.Reader, ask Ask, offers []catalog.Offer) ([]price.Rule, error) {
	if len(offers) != 1 || offers[0].Kind != catalog.KindMembership || ask.Gift || ask.Group || offers[0].Trial || offers[0].PriceFen == 0 {
		return nil, nil
	}
	rows, err := s.credits(ctx, r, ask.UserID, offers[0].Rank)
	var rules []price.Rule
	for _, c := range rows {
		rule := price.Rule{
			ID: c.ItemID, Kind: price.Upgrade, Label: upgradeLabel, OffFen: c.OffFen, Note: c.note(), PriceFen: -1, Left: price.Unlimited, BuyerLeft: price.Unlimited,
			Scope: price.Scope{SKUs: []int64{offers[0].SKUID}},
		}
		switch {
		case c.CreditedFen > 0:
			rule.Barred = "「" + c.Title + "」的剩余时间在另一笔升级里"
		case c.Refunds > 0:
			rule.Barred = "「" + c.Title + "」正在退款"
		}
		rules = append(rules, rule)
	}
	if err != nil || ask.UserID == 0 {
		return rules, err
	}
	var free []struct {
		ID    int64
		Title string
		Way   string
	}
	err = r.List(ctx, qUpgradeFree, &free, ask.UserID, clock.MS(s.Clock), offers[0].Rank)
	for _, f := range free {
		if why := freeWays[f.Way]; why != "" {
			rules = append(rules, price.Rule{ID: f.ID, Kind: price.Upgrade, Label: upgradeLabel, PriceFen: -1, Left: price.Unlimited, BuyerLeft: price.Unlimited, Barred: fmt.Sprintf(why, f.Title)})
		}
	}
	return rules, err
}

// holdCredits binds what an order takes of lower memberships. Returns ErrQuote
// when another order has it, or its money is going back.
func (s *Service) holdCredits(ctx context.Context, tx *db.Tx, o Order, q Quote, offers []catalog.Offer) error {
	var rows []Credit
	for _, a := range q.Applied {
		if a.Kind != price.Upgrade {
			continue
		}
		if rows == nil {
			var err error
			if rows, err = s.credits(ctx, tx, o.UserID, offers[0].Rank); err != nil {
				return err
			}
		}
		for _, c := range rows {
			if c.ItemID != a.RuleID {
				continue
			}
			n, err := tx.Exec(ctx, qCreditBind, c.ItemID, c.RefundedFen)
			if err == nil && n == 1 {
				n, err = tx.Exec(ctx, qCreditInsert, id.New(), o.ID, c.ItemID, c.KeptFen, a.OffFen, c.LeftDays, c.TotalDays, clock.MS(s.Clock))
			}
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrQuote
			}
		}
	}
	return nil
}

type credit struct {
	ID         int64
	OrderID    int64
	FromItemID int64
	KeptFen    int64
	OffFen     int64
	LeftDays   int64
	TotalDays  int64
	MovedFen   int64
	LeftMS     int64 `db:"left_ms"`
	State      string
}

// eachCredit moves the credits of an order from one state to another, each once.
func (s *Service) eachCredit(ctx context.Context, tx *db.Tx, orderID int64, from, to string, f func(c *credit) error) error {
	var rows []credit
	if err := tx.List(ctx, qCredits, &rows, orderID, from); err != nil {
		return err
	}
	for _, c := range rows {
		if err := f(&c); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qCreditMove, c.ID, from, to, c.MovedFen, c.LeftMS, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("commerce: credit %d was moved elsewhere", c.ID)
		}
	}
	return nil
}

// releaseCredits frees what a closed order had bound.
func (s *Service) releaseCredits(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.eachCredit(ctx, tx, orderID, "held", "released", func(c *credit) error {
		_, err := tx.Exec(ctx, qCreditFree, c.FromItemID)
		return err
	})
}

// useCredits ends the lower memberships that an order was paid with, and returns
// how much of their revenue is not earned yet: it goes over to the higher one.
func (s *Service) useCredits(ctx context.Context, tx *db.Tx, o Order) (carried int64, err error) {
	now := clock.MS(s.Clock)
	err = s.eachCredit(ctx, tx, o.ID, "held", "used", func(c *credit) error {
		if err := s.earn(ctx, tx, c.FromItemID, now); err != nil {
			return err
		}
		var sc schedule
		if err := tx.Get(ctx, qSchedule, &sc, c.FromItemID); err != nil {
			return err
		}
		c.MovedFen = sc.TotalFen - sc.EarnedFen - sc.ReturnedFen
		if c.MovedFen > 0 {
			n, err := tx.Exec(ctx, qUnearn, c.FromItemID, c.MovedFen)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("commerce: line %d was earned elsewhere", c.FromItemID)
			}
		}
		carried += c.MovedFen
		from, until, err := s.Access.Span(ctx, tx, access.OrderItem(c.FromItemID))
		if err != nil {
			return err
		}
		c.LeftMS = max(until-max(from, now), 0)
		_, err = s.Access.Revoke(ctx, tx, access.OrderItem(c.FromItemID), "升级")
		return err
	})
	return carried, err
}

// restoreCredits gives the lower memberships back whose higher one is refunded
// whole: with the time that was left when they ended.
func (s *Service) restoreCredits(ctx context.Context, tx *db.Tx, orderID int64) error {
	return s.eachCredit(ctx, tx, orderID, "used", "restored", func(c *credit) error {
		if _, err := tx.Exec(ctx, qCreditFree, c.FromItemID); err != nil {
			return err
		}
		return s.Access.Reopen(ctx, tx, access.OrderItem(c.FromItemID), c.LeftMS)
	})
}

// carryBack returns to the lower memberships what of their revenue is still not
// earned, once all money of the higher one has gone back.
func (s *Service) carryBack(ctx context.Context, tx *db.Tx, o Order, it Item) error {
	var back int64
	if err := tx.Get(ctx, qLineBack, &back, it.ID); err != nil || back < it.PriceFen {
		return err
	}
	var rows []credit
	if err := tx.List(ctx, qCredits, &rows, o.ID, "restored"); err != nil || len(rows) == 0 {
		return err
	}
	var sc schedule
	err := tx.Get(ctx, qSchedule, &sc, it.ID)
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	weights, sum := make([]int64, len(rows)), int64(0)
	for i, c := range rows {
		weights[i], sum = c.MovedFen, sum+c.MovedFen
	}
	rest := min(sc.TotalFen-sc.EarnedFen-sc.ReturnedFen, sum)
	if rest <= 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, qUnearn, it.ID, rest); err != nil {
		return err
	}
	for i, fen := range money.Split(rest, weights) {
		c := rows[i]
		n, err := tx.Exec(ctx, qCreditMoved, c.ID, c.MovedFen)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("commerce: credit %d went back elsewhere", c.ID)
		}
		var old schedule
		if err := tx.Get(ctx, qSchedule, &old, c.FromItemID); err != nil {
			return err
		}
		from, until, err := s.Access.Span(ctx, tx, access.OrderItem(c.FromItemID))
		if err != nil {
			return err
		}
		if until <= from { // ended again meanwhile: it is earned at once
			until = clock.MS(s.Clock)
		}
		// The period keeps its length, so that what is earned goes on where it stopped.
		start := until - (old.UntilAt - old.StartsAt)
		if _, err := tx.Exec(ctx, qCarryBack, c.FromItemID, fen, start, until, min(until, max(from, clock.MS(s.Clock))+day)); err != nil {
			return err
		}
	}
	return nil
}
