package commerce

import (
	"context"

	"zhizhou/internal/db"
)

// What buyers paid counts on the day it was paid, what they got back on the day it
// reached them; money that had no claim on goods counts in neither, and deposits are nobody's sales.
var (
	qReceived = db.Q("commerce/received", `SELECT (paid_at + 28800000) / 86400000 AS day, COUNT(*) AS orders, CAST(SUM(paid_fen) AS BIGINT) AS received_fen, 0 AS refunded_fen FROM orders
		WHERE status IN ('paid', 'refunded') AND NOT deposit AND paid_at > 0 AND paid_at >= $1 AND paid_at < $2 GROUP BY (paid_at + 28800000) / 86400000
		UNION ALL SELECT (finished_at + 28800000) / 86400000, 0, 0, CAST(SUM(amount_fen) AS BIGINT) FROM refunds
		WHERE status = 'succeeded' AND order_item_id > 0 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = refunds.order_id AND o.deposit) AND finished_at > 0 AND finished_at >= $1 AND finished_at < $2 GROUP BY (finished_at + 28800000) / 86400000`)
	// A line that went back in full is no sale any more, whenever its money returned.
	qTop = db.Q("commerce/top", `SELECT x.product_id, MAX(x.kind) AS kind, MAX(x.course_id) AS course_id, MAX(x.title) AS title, CAST(SUM(x.n) AS BIGINT) AS n, CAST(SUM(x.fen) AS BIGINT) AS fen FROM (
			SELECT i.product_id, i.kind, i.course_id, i.title, CASE WHEN o.status = 'paid' AND (i.price_fen = 0 OR i.refunded_fen < i.price_fen) THEN 1 ELSE 0 END AS n, i.price_fen AS fen
			FROM orders o JOIN order_items i ON i.order_id = o.id WHERE o.status IN ('paid', 'refunded') AND NOT o.deposit AND o.paid_at > 0 AND o.paid_at >= $1 AND o.paid_at < $2
			UNION ALL SELECT i.product_id, i.kind, i.course_id, i.title, 0, -r.amount_fen FROM refunds r JOIN order_items i ON i.id = r.order_item_id
			WHERE i.kind <> 'deposit' AND r.status = 'succeeded' AND r.finished_at > 0 AND r.finished_at >= $1 AND r.finished_at < $2) x
		GROUP BY x.product_id HAVING SUM(x.fen) > 0 ORDER BY fen DESC, x.product_id LIMIT 5`)
)

// Money is what came from buyers and went back to them in a time (实收, 退款), fen.
type Money struct {
	Orders      int64
	ReceivedFen int64
	RefundedFen int64
}

// NetFen is what stayed (净收).
func (m Money) NetFen() int64 { return m.ReceivedFen - m.RefundedFen }

// DayMoney is the money of a day in China, counted in days since 1970.
type DayMoney struct {
	Day int64
	Money
}

// MoneyDays returns the money by day from the time from until before to (ms), only days
// with any; a day is there once.
func (s *Service) MoneyDays(ctx context.Context, from, to int64) (map[int64]Money, error) {
	var rows []DayMoney
	err := s.DB.List(ctx, qReceived, &rows, from, to)
	out := map[int64]Money{}
	for _, d := range rows {
		m := out[d.Day]
		out[d.Day] = Money{m.Orders + d.Orders, m.ReceivedFen + d.ReceivedFen, m.RefundedFen + d.RefundedFen}
	}
	return out, err
}

// Open counts what waits for a person.
type Open struct {
	Requested int64
	Abnormal  int64
	Held      int64
	Pending   int64
	Services  int64
}

// Waiting counts refunds to decide, abnormal refunds, held payments and services to be given.
func (s *Service) Waiting(ctx context.Context) (Open, error) {
	var o Open
	err := s.DB.Get(ctx, qOpen, &o)
	return o, err
}

// Seller is a product by what it sold.
type Seller struct {
	ProductID int64
	Kind      string
	CourseID  int64 // of a course, column or lesson
	Title     string
	N         int64 // lines sold and kept
	Fen       int64 // what stayed
}

// Top returns the five products, of whatever kind, of which most money stayed (净收) from
// the time from until before to (ms), the same money as MoneyDays counts.
func (s *Service) Top(ctx context.Context, from, to int64) ([]Seller, error) {
	var rows []Seller
	err := s.DB.List(ctx, qTop, &rows, from, to)
	return rows, err
}
