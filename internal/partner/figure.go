package partner

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// byPartner says of an order o that it is owed to a share of an active partner, by the rule
// in force; $3: by the first touch.
const byPartner = `EXISTS (SELECT 1 FROM share_orders x JOIN shares s ON s.id = x.share_id JOIN partners p ON p.user_id = s.user_id AND p.state = 'active'
	WHERE x.order_id = o.id AND (CASE WHEN $3 THEN x.is_first ELSE x.is_last END))`

var (
	// Money kept: paid by orders of the time, less what went back since. The partners' part
	// is that of the orders owed to a share of theirs.
	qGMV = db.Q("partner/gmv", `SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(o.paid_fen - o.refunded_fen), 0) AS BIGINT) AS kept_fen,
		CAST(COALESCE(SUM(CASE WHEN `+byPartner+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS partner_orders,
		CAST(COALESCE(SUM(CASE WHEN `+byPartner+` THEN o.paid_fen - o.refunded_fen ELSE 0 END), 0) AS BIGINT) AS partner_fen
		FROM orders o WHERE NOT o.deposit AND o.paid_at >= $1 AND o.paid_at < $2 AND o.paid_at > 0 AND o.paid_fen > 0`)
	// New customers of partners: whose first paid order ever is one of these, something of
	// it kept.
	qNewBuyers = db.Q("partner/new_buyers", `SELECT COUNT(DISTINCT o.user_id) FROM orders o WHERE o.paid_at >= $1 AND o.paid_at < $2 AND o.paid_at > 0 AND o.paid_fen > o.refunded_fen AND `+byPartner+`
		AND NOT EXISTS (SELECT 1 FROM orders b WHERE b.user_id = o.user_id AND NOT b.deposit AND b.paid_at > 0 AND b.paid_fen > 0 AND (b.paid_at < o.paid_at OR b.paid_at = o.paid_at AND b.id < o.id))`)
	// What partners' sales of the time cost: all commission of their orders that stays, both
	// levels, and the rewards that were booked in it.
	qCost = db.Q("partner/cost", `SELECT (SELECT CAST(COALESCE(SUM(e.amount_fen - e.reversed_fen), 0) AS BIGINT) FROM orders o JOIN order_items i ON i.order_id = o.id JOIN commission_entries e ON e.order_item_id = i.id
		WHERE o.paid_at >= $1 AND o.paid_at < $2 AND o.paid_at > 0 AND `+byPartner+`)
		+ (SELECT CAST(COALESCE(SUM(r.amount_fen), 0) AS BIGINT) FROM partner_places r WHERE r.state = 'paid' AND r.booked_at >= $1 AND r.booked_at < $2)`)
	// Use of sharing: active partners who handed something on in the time, of all who were
	// partners by its end.
	qSharing = db.Q("partner/sharing", `SELECT COUNT(*) AS partners, CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM shares s WHERE s.user_id = p.user_id AND s.created_at >= $1 AND s.created_at < $2) THEN 1 ELSE 0 END), 0) AS BIGINT) AS sharing
		FROM partners p WHERE p.state = 'active' AND p.opened_at < $2`)
	// Satisfaction: the mean of the answers of the months that the time touches.
	qMeanScore = db.Q("partner/mean_score", `SELECT COUNT(*) AS answers, CAST(COALESCE(SUM(s.score), 0) AS BIGINT) AS points FROM partner_scores s WHERE s.month >= $1 AND s.month <= $2`)
)

// Figures are what the operator looks at, of a time.
type Figures struct {
	Orders        int64 // paid with money
	KeptFen       int64 // paid and not given back
	PartnerOrders int64 // owed to shares of active partners
	PartnerFen    int64 // kept of these
	NewBuyers     int64 // whose first paid order one of these is
	CostFen       int64 // commission that these cost, both levels, and rewards booked in the time
	Partners      int64 // active
	Sharing       int64 // of them, who shared something
	Answers       int64
	Points        int64 // sum of the answers' scores, 0–10 each
}

// Figures counts a time, UTC ms, with from and without until. Returns ErrSpan.
func (s *Service) Figures(ctx context.Context, from, until int64) (Figures, error) {
	var f Figures
	if from < 0 || until <= from || until-from > 366*day {
		return f, ErrSpan
	}
	first, err := s.first(ctx, s.DB)
	if err != nil {
		return f, err
	}
	if err := s.DB.Get(ctx, qGMV, &f, from, until, first); err != nil {
		return f, err
	}
	if err := s.DB.Get(ctx, qNewBuyers, &f.NewBuyers, from, until, first); err != nil {
		return f, err
	}
	if err := s.DB.Get(ctx, qCost, &f.CostFen, from, until, first); err != nil {
		return f, err
	}
	var use struct{ Partners, Sharing int64 }
	if err := s.DB.Get(ctx, qSharing, &use, from, until); err != nil {
		return f, err
	}
	f.Partners, f.Sharing = use.Partners, use.Sharing
	var said struct{ Answers, Points int64 }
	err = s.DB.Get(ctx, qMeanScore, &said, clock.Day(time.UnixMilli(from))/100, clock.Day(time.UnixMilli(until-1))/100)
	f.Answers, f.Points = said.Answers, said.Points
	return f, err
}
