// Package ranking keeps the lists of what sells, is studied, is rated well and is new
// 榜单. It reads orders, study and ratings, and owns rankings. A list is made anew from time to time; what is
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
	Rating  = "rating"   // best rated, weighed by how many rated
	New     = "new"      // last published
)

// Kinds lists them in the order in which they are shown.
var Kinds = []string{Sales7, Sales30, Study, Rating, New}

const longest = 50

// enough is how many ratings it takes to be in the list, and to show an average; weight
// is how many ratings of the school's mean each course begins with, so that few good
// ones do not lead.
const (
	enough = 5
	weight = 10
)

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
	qNew   = db.Q("ranking/new", `SELECT id AS course_id, published_at AS amount FROM courses WHERE status = 'published' AND deleted_at = 0 AND published_at >= $1 ORDER BY published_at DESC, id DESC LIMIT $2`)
	qRated = db.Q("ranking/rated", `SELECT x.course_id, (x.stars * 20 + x.people) / (2 * x.people) AS amount, x.people, x.score FROM (
			SELECT r.course_id, r.people, r.stars, (r.stars * a.people + CAST($1 AS BIGINT) * a.stars) * 1000 / (a.people * (r.people + CAST($1 AS BIGINT))) AS score
			FROM (SELECT t.course_id, t.one + t.two + t.three + t.four + t.five AS people, t.one + 2 * t.two + 3 * t.three + 4 * t.four + 5 * t.five AS stars
				FROM course_ratings t JOIN courses c ON c.id = t.course_id WHERE c.status = 'published' AND c.deleted_at = 0) r
			CROSS JOIN (SELECT CAST(COALESCE(SUM(one + two + three + four + five), 0) AS BIGINT) AS people, CAST(COALESCE(SUM(one + 2 * two + 3 * three + 4 * four + 5 * five), 0) AS BIGINT) AS stars FROM course_ratings) a
			WHERE r.people >= CAST($2 AS BIGINT)) x ORDER BY x.score DESC, x.people DESC, x.course_id DESC LIMIT $3`)
	qDrop = db.Q("ranking/drop", `DELETE FROM rankings WHERE kind = $1`)
	qAdd  = db.Q("ranking/add", `INSERT INTO rankings (kind, place, course_id, amount, people, computed_at) VALUES ($1, $2, $3, $4, $5, $6)`)
	qLast = db.Q("ranking/last", `SELECT CAST(COALESCE(MAX(computed_at), 0) AS BIGINT) FROM rankings`)
	qList = db.Q("ranking/list", `SELECT course_id, amount, people, computed_at FROM rankings WHERE kind = $1 ORDER BY place LIMIT $2`)
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
	Amount     int64 // lines; ms of study; tenths of a star; published_at
	People     int64 // Rating: who rated it
	Score      int64 // Rating: thousandths of a star by which it is placed
	ComputedAt int64
}

// Place is a course in a list.
type Place struct {
	Card       catalog.Card
	Amount     int64
	People     int64
	ComputedAt int64
}

// Compute makes every list anew.
func (s *Service) Compute(ctx context.Context) error {
	now := s.Clock.Now()
	since := func(days int) int64 { return now.AddDate(0, 0, -days).UnixMilli() }
	for _, k := range []struct {
		kind string
		q    *db.Stmt
		args []any
	}{
		{Sales7, qSales, []any{since(7), longest}},
		{Sales30, qSales, []any{since(30), longest}},
		{Study, qStudy, []any{since(30), longest}},
		{Rating, qRated, []any{weight, enough, longest}},
		{New, qNew, []any{since(90), longest}},
	} {
		var rows []Row
		if err := s.DB.List(ctx, k.q, &rows, k.args...); err != nil {
			return err
		}
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, qDrop, k.kind); err != nil {
				return err
			}
			for i, r := range rows {
				if _, err := tx.Exec(ctx, qAdd, k.kind, i+1, r.CourseID, r.Amount, r.People, now.UnixMilli()); err != nil {
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

// Rated returns how each course with enough ratings is rated.
func (s *Service) Rated(ctx context.Context) (map[int64]catalog.Rated, error) {
	var rows []Row
	if err := s.DB.List(ctx, qRated, &rows, weight, enough, 1_000_000); err != nil {
		return nil, err
	}
	out := map[int64]catalog.Rated{}
	for _, r := range rows {
		out[r.CourseID] = catalog.Rated{Score: r.Score, Tenths: r.Amount, People: r.People}
	}
	return out, nil
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
			out = append(out, Place{c, r.Amount, r.People, r.ComputedAt})
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
