package partner

import (
	"context"
	"slices"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/setting"
)

// ordinalOf numbers local days one after another: China has had no other time since 1991.
func ordinalOf(column string) string {
	return `CAST((` + column + ` + 28800000) / 86400000 AS BIGINT) AS ordinal`
}

// led is the share that an order is owed to by the rule in force; $3: by the first touch.
const led = `(CASE WHEN $3 THEN o.is_first ELSE o.is_last END)`

var (
	qVisitDays = db.Q("partner/visit_days", `SELECT `+ordinalOf("v.first_at")+`, COUNT(*) AS n FROM shares s JOIN share_visits v ON v.share_id = s.id
		WHERE s.user_id = $1 AND v.first_at >= $2 AND v.user_id <> s.user_id GROUP BY ordinal ORDER BY ordinal`)
	qJoinDays = db.Q("partner/join_days", `SELECT `+ordinalOf("j.joined_at")+`, COUNT(*) AS n FROM shares s JOIN share_joins j ON j.share_id = s.id
		WHERE s.user_id = $1 AND j.joined_at >= $2 GROUP BY ordinal ORDER BY ordinal`)
	qOrderDays = db.Q("partner/order_days", `SELECT `+ordinalOf("o.paid_at")+`, COUNT(*) AS n FROM shares s JOIN share_orders o ON o.share_id = s.id
		WHERE s.user_id = $1 AND o.paid_at >= $2 AND `+led+` GROUP BY ordinal ORDER BY ordinal`)
	qEarnDays = db.Q("partner/earn_days", `SELECT `+ordinalOf("e.created_at")+`, CAST(SUM(CASE WHEN e.state = 'held' THEN e.amount_fen - e.reversed_fen ELSE 0 END) AS BIGINT) AS held_fen,
		CAST(SUM(CASE WHEN e.state = 'held' THEN 0 ELSE e.amount_fen - e.reversed_fen END) AS BIGINT) AS free_fen
		FROM commission_entries e WHERE e.user_id = $1 AND e.created_at >= $2 GROUP BY ordinal ORDER BY ordinal`)
	qNextFree = db.Q("partner/next_free", `SELECT e.hold_until AS at, e.amount_fen - e.reversed_fen AS amount_fen FROM commission_entries e
		WHERE e.user_id = $1 AND e.state = 'held' AND e.reversed_fen < e.amount_fen ORDER BY e.hold_until, e.id LIMIT 1`)
	qTop = db.Q("partner/top", `SELECT x.kind, x.target_id, MAX(x.title) AS title, CAST(COUNT(*) AS BIGINT) AS shares, CAST(SUM(x.visits) AS BIGINT) AS visits, CAST(SUM(x.joins) AS BIGINT) AS joins,
		CAST(SUM(x.orders) AS BIGINT) AS orders, CAST(SUM(x.earned_fen) AS BIGINT) AS earned_fen FROM (
		SELECT s.kind, s.target_id, s.title,
			(SELECT COUNT(*) FROM share_visits v WHERE v.share_id = s.id AND v.user_id <> s.user_id AND v.first_at >= $2) AS visits,
			(SELECT COUNT(*) FROM share_joins j WHERE j.share_id = s.id AND j.joined_at >= $2) AS joins,
			(SELECT COUNT(*) FROM share_orders o WHERE o.share_id = s.id AND o.paid_at >= $2 AND `+led+`) AS orders,
			COALESCE((SELECT SUM(e.amount_fen - e.reversed_fen) FROM share_orders o JOIN order_items i ON i.order_id = o.order_id JOIN commission_entries e ON e.order_item_id = i.id
				WHERE o.share_id = s.id AND o.paid_at >= $2 AND `+led+` AND e.user_id = s.user_id AND e.level = 1), 0) AS earned_fen
		FROM shares s WHERE s.user_id = $1) x
		GROUP BY x.kind, x.target_id HAVING SUM(x.visits) > 0 OR SUM(x.orders) > 0
		ORDER BY earned_fen DESC, orders DESC, visits DESC, x.kind, x.target_id LIMIT 10`)
	qScored = db.Q("partner/scored", `SELECT COUNT(*) FROM partner_scores WHERE user_id = $1 AND month = $2`)
)

// PanelDay is what a local day brought.
type PanelDay struct {
	Day     int64 // YYYYMMDD
	Visits  int64 // browsers, the partner's own not counted
	Joins   int64
	Orders  int64 // paid, owed to the partner's shares
	HeldFen int64 // of what was earned on it: still held
	FreeFen int64 // released
}

// Top is what somebody shares, with what came of it.
type Top struct {
	Kind      string
	TargetID  int64
	Title     string
	Shares    int64
	Visits    int64
	Joins     int64
	Orders    int64
	EarnedFen int64 // that stays, of direct sales
}

// Panel is what came of somebody's shares in some days up to today.
type Panel struct {
	Days    []PanelDay // every one of them, the oldest first
	Visits  int64
	Joins   int64
	Orders  int64
	NextAt  int64 // when the next held commission may be released; 0: none is held
	NextFen int64
	Tops    []Top
	AskNow  bool // this month's question is not answered
}

// Conversion is how many of a thousand visits became orders.
func (p Panel) Conversion() int64 {
	if p.Visits == 0 {
		return 0
	}
	return p.Orders * 1000 / p.Visits
}

// began is the local midnight with which some days up to today begin, ms.
func (s *Service) began(days int) time.Time {
	y, m, d := s.Clock.Now().In(clock.China).Date()
	return time.Date(y, m, d-days+1, 0, 0, 0, 0, clock.China)
}

// Panel counts what came of a user's shares in so many days up to today, each figure by one
// statement.
func (s *Service) Panel(ctx context.Context, userID int64, days int) (Panel, error) {
	var p Panel
	from := s.began(days)
	first, err := s.first(ctx, s.DB)
	if err != nil {
		return p, err
	}
	since := from.UnixMilli()
	at := func(ordinal int64) *PanelDay {
		i := ordinal - ordinal0(from)
		if i < 0 || i >= int64(len(p.Days)) {
			return &PanelDay{} // the clock ran on between two statements
		}
		return &p.Days[i]
	}
	for i := range days {
		p.Days = append(p.Days, PanelDay{Day: clock.Day(from.AddDate(0, 0, i))})
	}
	type count struct{ Ordinal, N int64 }
	for _, c := range []struct {
		q    *db.Stmt
		args []any
		to   func(d *PanelDay, n int64)
	}{
		{qVisitDays, []any{userID, since}, func(d *PanelDay, n int64) { d.Visits = n; p.Visits += n }},
		{qJoinDays, []any{userID, since}, func(d *PanelDay, n int64) { d.Joins = n; p.Joins += n }},
		{qOrderDays, []any{userID, since, first}, func(d *PanelDay, n int64) { d.Orders = n; p.Orders += n }},
	} {
		var rows []count
		if err := s.DB.List(ctx, c.q, &rows, c.args...); err != nil {
			return p, err
		}
		for _, r := range rows {
			c.to(at(r.Ordinal), r.N)
		}
	}
	var earned []struct{ Ordinal, HeldFen, FreeFen int64 }
	if err := s.DB.List(ctx, qEarnDays, &earned, userID, since); err != nil {
		return p, err
	}
	for _, e := range earned {
		d := at(e.Ordinal)
		d.HeldFen, d.FreeFen = e.HeldFen, e.FreeFen
	}
	var next []struct{ At, AmountFen int64 }
	if err := s.DB.List(ctx, qNextFree, &next, userID); err != nil {
		return p, err
	}
	if len(next) > 0 {
		p.NextAt, p.NextFen = next[0].At, next[0].AmountFen
	}
	if err := s.DB.List(ctx, qTop, &p.Tops, userID, since, first); err != nil {
		return p, err
	}
	var scored int64
	err = s.DB.Get(ctx, qScored, &scored, userID, s.month())
	p.AskNow = scored == 0
	return p, err
}

// first reports whether orders are owed to the first touch, by the rule in force.
func (s *Service) first(ctx context.Context, r db.Reader) (bool, error) {
	t := setting.NewShare()
	_, err := s.Settings.LoadIn(ctx, r, t)
	return t.Rule == "first", err
}

func ordinal0(t time.Time) int64 { return (t.UnixMilli() + 28_800_000) / 86_400_000 }

// Good is a product that a partner may promote.
type Good struct {
	ProductID int64
	Kind      string
	CourseID  int64 // of a course or column; 0: shared as a product
	Title     string
	Promise   string
	Cover     string
	Scene     string
	FromFen   int64 // the lowest price of a day without promotions
}

var qGoods = db.Q("partner/goods", `SELECT p.id AS product_id, CASE WHEN p.kind = 'course' THEN c.form ELSE p.kind END AS kind, CASE WHEN p.kind = 'course' THEN p.course_id ELSE 0 END AS course_id,
	CASE WHEN p.kind = 'course' THEN c.title ELSE p.title END AS title, CASE WHEN p.kind = 'course' THEN c.promise ELSE p.promise END AS promise,
	CASE WHEN p.kind = 'course' THEN c.cover ELSE p.cover END AS cover, CASE WHEN p.kind = 'course' THEN c.scene ELSE p.scene END AS scene,
	MIN(k.price_fen) AS from_fen FROM products p LEFT JOIN courses c ON c.id = p.course_id AND p.kind = 'course' JOIN skus k ON k.product_id = p.id AND k.active AND NOT k.trial
	WHERE p.kind <> 'lesson' AND (p.kind = 'course' AND c.status = 'published' AND c.deleted_at = 0 OR p.kind <> 'course' AND p.status = 'published')
	AND k.price_fen > 0 AND (CAST($1 AS BIGINT) = 0 OR p.id < $1)
	AND ($2 = 'all' OR $2 = 'own' AND p.kind = 'course' AND c.instructor_id IN (SELECT a.instructor_id FROM instructor_applications a WHERE a.user_id = $3 AND a.state = 'approved')
		OR $2 = 'named' AND EXISTS (SELECT 1 FROM partner_role_products x WHERE x.role = $4 AND x.product_id = p.id))
	GROUP BY p.id, p.kind, c.form, p.course_id, c.title, p.title, c.promise, p.promise, c.cover, p.cover, c.scene, p.scene ORDER BY p.id DESC LIMIT $5`)

// Goods lists what a partner may promote and that costs something, the newest first.
// Returns ErrNone for who is no partner in good standing.
func (s *Service) Goods(ctx context.Context, userID, before int64, limit int) ([]Good, error) {
	st, ok, err := s.Standing(ctx, s.DB, userID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrNone
	}
	var rows []Good
	err = s.DB.List(ctx, qGoods, &rows, before, st.Reach, userID, st.Role, limit)
	return rows, err
}

// Place is somebody in the ranking of a month.
type Place struct {
	Rank     int64 // equal figures share one
	UserID   int64
	Nickname string
	Role     string
	KeptFen  int64 // of what was sold by them: paid and not given back
	Sales    int64 // lines of which something was kept

	PlaceID   int64  // once the ranking is final
	RewardFen int64  // final, or as it would be now
	State     string // of the reward
	Reason    string // why it was ended
}

// Whose money: lines that earned their partner something directly, by when they were
// sold, less what went back since.
var qRanking = db.Q("partner/ranking", `SELECT e.user_id, u.nickname, p.role, CAST(SUM(e.base_fen - e.refunded_fen) AS BIGINT) AS kept_fen, CAST(SUM(CASE WHEN e.refunded_fen < e.base_fen THEN 1 ELSE 0 END) AS BIGINT) AS sales
	FROM commission_entries e JOIN partners p ON p.user_id = e.user_id AND p.opened_at > 0 AND p.state = 'active' JOIN users u ON u.id = e.user_id
	WHERE e.created_at >= $1 AND e.created_at < $2 AND e.level = 1
	GROUP BY e.user_id, u.nickname, p.role HAVING SUM(e.base_fen - e.refunded_fen) > 0 ORDER BY kept_fen DESC, e.user_id LIMIT 500`)

// Ranking ranks active partners by the money of a month (YYYYMM; 0: this one) that was
// really kept, 500 at most. Returns ErrMonth.
func (s *Service) Ranking(ctx context.Context, month int64) ([]Place, error) {
	from, until, err := s.monthSpan(month)
	if err != nil {
		return nil, err
	}
	var rows []Place
	if err := s.DB.List(ctx, qRanking, &rows, from, until); err != nil {
		return nil, err
	}
	ranked(rows)
	return rows, nil
}

// ranked numbers places that are in order; equal figures share a rank, the next one counts
// all before it.
func ranked(rows []Place) {
	for i := range rows {
		rows[i].Rank = int64(i + 1)
		if i > 0 && rows[i].KeptFen == rows[i-1].KeptFen {
			rows[i].Rank = rows[i-1].Rank
		}
	}
}

// monthSpan is a local month in UTC milliseconds.
func (s *Service) monthSpan(month int64) (from, until int64, err error) {
	if month == 0 {
		month = s.month()
	}
	y, m := int(month/100), time.Month(month%100)
	if y < 2000 || y > 2200 || m < 1 || m > 12 {
		return 0, 0, ErrMonth
	}
	return time.Date(y, m, 1, 0, 0, 0, 0, clock.China).UnixMilli(), time.Date(y, m+1, 1, 0, 0, 0, 0, clock.China).UnixMilli(), nil
}

// Around is the first of a ranking and somebody's own place.
func Around(rows []Place, userID int64, most int) (top []Place, own *Place) {
	if i := slices.IndexFunc(rows, func(p Place) bool { return p.UserID == userID }); i >= 0 {
		own = &rows[i]
	}
	return rows[:min(most, len(rows))], own
}
