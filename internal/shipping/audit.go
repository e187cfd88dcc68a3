package shipping

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// waits is how long WeChat lets a shop wait before it reminds, ms.
const waits = 48 * 3_600_000

var (
	qUnnoted = db.Q("audit/unnoted_shipment", `SELECT 'payment ' || p.out_trade_no AS row FROM payments p WHERE p.channel = 'wechat_mini' AND p.outcome = 'settled'
		AND NOT EXISTS (SELECT 1 FROM shipments s WHERE s.payment_id = p.id)`)
	qForgotten = db.Q("audit/forgotten_shipment", `SELECT 'payment ' || p.out_trade_no AS row FROM shipments s JOIN payments p ON p.id = s.payment_id JOIN orders o ON o.id = s.order_id
		WHERE s.state = 'pending' AND o.delivered_at > 0 AND o.delivered_at < CAST($1 AS BIGINT)`)
)

// Audit lists the payments that WeChat was not told of (INV-48): those without a
// row, and those that wait longer than WeChat does.
func (s *Service) Audit(ctx context.Context) ([]db.Finding, error) {
	var rows, late []string
	if err := s.DB.All(ctx, db.Rows(qUnnoted, &rows), db.Rows(qForgotten, &late, clock.MS(s.Clock)-waits)); err != nil {
		return nil, err
	}
	var out []db.Finding
	for _, row := range append(rows, late...) {
		out = append(out, db.Finding{Invariant: 48, Name: "WeChat was not told of a delivery", Row: row})
	}
	return out, nil
}
