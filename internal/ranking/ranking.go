// Package ranking keeps the lists of what sells, is studied and is new 榜单. It reads
// orders and study, and owns rankings. A list is made anew from time to time; what is
// taken down in between is left out when it is shown.
package ranking

import (
	"context"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// The kinds of rankings.
const (
	Sales7  = "sales_7"  // lines paid in seven days and kept
	Sales30 = "sales_30" // the same in thirty
	Study   = "study"    // ms studied in thirty days
	New     = "new"      // last published
)

// Kinds lists them in the order in which they are shown.
var Kinds = []string{Sales7, Sales30, Study, New}

const longest = 50

var (
	// A line counts while it is kept: not refunded in full, and not given back with
	// its order. Free lines are no sales.
	qSales = db.Q("ranking/sales", `SELECT i.course_id, CAST(SUM(i.quantity) AS BIGINT) AS amount FROM orders o JOIN order_items i ON i.order_id = o.id JOIN courses c ON c.id = i.course_id
		WHERE o.paid_at >= $1 AND o.paid_at > 0 AND o.status = 'paid' AND i.kind IN ('course', 'column') AND i.price_fen > 0 AND i.refunded_fen < i.price_fen AND c.status = 'published' AND c.deleted_at = 0
		GROUP BY i.course_id ORDER BY amount DESC, i.course_id DESC LIMIT $2`)
	// The same for other goods, by product.
	qSalesGoods = db.Q("ranking/sales_goods", `SELECT i.product_id AS course_id, CAST(SUM(i.quantity) AS BIGINT) AS amount FROM orders o JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
		WHERE o.paid_at > 0 AND o.status = 'paid' AND i.kind IN ('bundle', 'membership', 'service') AND i.price_fen > 0 AND i.refunded_fen < i.price_fen AND p.status = 'published'
		GROUP BY i.product_id ORDER BY amount DESC, i.product_id DESC LIMIT $1`)
	qStudy = db.Q("ranking/study", `SELECT t.course_id, CAST(SUM(t.credited_ms) AS BIGINT) AS amount FROM study_sessions t JOIN courses c ON c.id = t.course_id
		WHERE t.last_at >= $1 AND c.status = 'published' AND c.deleted_at = 0 GROUP BY t.course_id HAVING SUM(t.credited_ms) > 0 ORDER BY amount DESC, t.course_id DESC LIMIT $2`)
	qNew  = db.Q("ranking/new", `SELECT id AS course_id, published_at AS amount FROM courses WHERE status = 'published' AND deleted_at = 0 AND published_at >= $1 ORDER BY published_at DESC, id DESC LIMIT $2`)
	qDrop = db.Q("ranking/drop", `DELETE FROM rankings WHERE kind = $1`)
	qAdd  = db.Q("ranking/add", `INSERT INTO rankings (kind, place, course_id, amount, computed_at) VALUES ($1, $2, $3, $4, $5)`)
	qLast = db.Q("ranking/last", `SELECT CAST(COALESCE(MAX(computed_at), 0) AS BIGINT) FROM rankings`)
	qList = db.Q("ranking/list", `SELECT course_id, amount, computed_at FROM rankings WHERE kind = $1 ORDER BY place LIMIT $2`)
)

// Service is the ranking domain.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Catalog *catalog.Service
}

// Row is a course and what puts it in its place.
type Row struct {
	CourseID   int64
	Amount     int64 // lines; ms of study; published_at
	ComputedAt int64
}

// Place is a course in a list.
type Place struct {
	Card       catalog.Card
	Amount     int64
	ComputedAt int64
}

// Compute makes every list anew.
func (s *Service) Compute(ctx context.Context) error {
	now := s.Clock.Now()
	for _, k := range []struct {
		kind string
		q    *db.Stmt
		days int
	}{{Sales7, qSales, 7}, {Sales30, qSales, 30}, {Study, qStudy, 30}, {New, qNew, 90}} {
		var rows []Row
		if err := s.DB.List(ctx, k.q, &rows, now.AddDate(0, 0, -k.days).UnixMilli(), longest); err != nil {
			return err
		}
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, qDrop, k.kind); err != nil {
				return err
			}
			for i, r := range rows {
				if _, err := tx.Exec(ctx, qAdd, k.kind, i+1, r.CourseID, r.Amount, now.UnixMilli()); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// Computed is when the lists were made, UTC ms. 0: never, or all of them came out empty.
func (s *Service) Computed(ctx context.Context) (int64, error) {
	var at int64
	err := s.DB.Get(ctx, qLast, &at)
	return at, err
}

// List returns the first courses of a list that are still published.
func (s *Service) List(ctx context.Context, kind, platform string, limit int) ([]Place, error) {
	var rows []Row
	if err := s.DB.List(ctx, qList, &rows, kind, longest); err != nil {
		return nil, err
	}
	wanted := make([]int64, len(rows))
	for i, r := range rows {
		wanted[i] = r.CourseID
	}
	cards, err := s.Catalog.Shown(ctx, platform, wanted)
	if err != nil {
		return nil, err
	}
	out := []Place{}
	for _, r := range rows {
		if c, ok := cards[r.CourseID]; ok && len(out) < limit {
			out = append(out, Place{c, r.Amount, r.ComputedAt})
		}
	}
	return out, nil
}

// Sold returns how many lines of each course were ever sold and kept, and of each bundle,
// membership and service, by the id of the product.
func (s *Service) Sold(ctx context.Context) (map[int64]int64, error) {
	var rows []struct{ CourseID, Amount int64 }
	if err := s.DB.List(ctx, qSales, &rows, 0, 1_000_000); err != nil {
		return nil, err
	}
	var goods []struct{ CourseID, Amount int64 }
	if err := s.DB.List(ctx, qSalesGoods, &goods, 1_000_000); err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	for _, r := range append(rows, goods...) {
		out[r.CourseID] = r.Amount
	}
	return out, nil
}
