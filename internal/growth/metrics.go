package growth

import (
	"fmt"
	"slices"
	"strings"

	"zhizhou/internal/db"
)

// Local days as numbers one after another, so that they can be subtracted on both
// engines: of a moment in ms (China, UTC+8), and of a day written YYYYMMDD (Fliegel and
// Van Flandern 1968, Communications of the ACM 11(10), 657).
const (
	ofMoment = `((%s + 28800000) / 86400000)`
	ofDay    = `((%[1]s %% 100) - 32075 + 1461 * (%[1]s / 10000 + 4800 + (%[1]s / 100 %% 100 - 14) / 12) / 4 + 367 * (%[1]s / 100 %% 100 - 2 - (%[1]s / 100 %% 100 - 14) / 12 * 12) / 12 - 3 * ((%[1]s / 10000 + 4900 + (%[1]s / 100 %% 100 - 14) / 12) / 100) / 4 - 2440588)`
)

func moment(x string) string { return fmt.Sprintf(ofMoment, x) }

func written(x string) string { return fmt.Sprintf(ofDay, x) }

var (
	// Who studied on a local day of the period: a row is there once time was counted, so that
	// the index by day answers alone.
	active = `SELECT DISTINCT d.user_id FROM lesson_days d WHERE d.day >= $3 AND d.day < $4`
	// What counts as coming by somebody else's share.
	visits = `SELECT v.share_id, v.first_at, v.user_id FROM share_visits v JOIN shares s ON s.id = v.share_id WHERE v.user_id <> s.user_id`
)

// retained is the share of new people who studied between two local days after they
// registered, of those whose last such day ended within the period: nobody is counted whose
// days are not over. led tells which of them.
func retained(led string, from, until int) string {
	days := (until + 1) * 24 * 3600 * 1000
	return `SELECT CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM lesson_days d WHERE d.user_id = u.id
	AND ` + written("d.day") + ` - ` + moment("u.created_at") + fmt.Sprintf(` BETWEEN %d AND %d`, from, until) + `) THEN 1 ELSE 0 END), 0) AS BIGINT) AS top, COUNT(*) AS bottom
FROM users u WHERE u.created_at >= CAST($1 AS BIGINT) ` + fmt.Sprintf("- %[1]d AND u.created_at < CAST($2 AS BIGINT) - %[1]d AND ", days) + led
}

const (
	byShare = `EXISTS (SELECT 1 FROM share_joins j WHERE j.user_id = u.id)`
	byOwn   = `NOT EXISTS (SELECT 1 FROM share_joins j WHERE j.user_id = u.id)`
	// wrote something that others can see, in the period.
	wrote = `(EXISTS (SELECT 1 FROM notes n WHERE n.user_id = a.user_id AND n.state = 'shown' AND n.created_at >= $1 AND n.created_at < $2)
	OR EXISTS (SELECT 1 FROM lesson_questions q WHERE q.user_id = a.user_id AND q.state = 'shown' AND q.created_at >= $1 AND q.created_at < $2)
	OR EXISTS (SELECT 1 FROM lesson_answers w WHERE w.user_id = a.user_id AND w.state = 'shown' AND w.created_at >= $1 AND w.created_at < $2)
	OR EXISTS (SELECT 1 FROM ratings r WHERE r.user_id = a.user_id AND r.state = 'shown' AND r.created_at >= $1 AND r.created_at < $2)
	OR EXISTS (SELECT 1 FROM card_comments c WHERE c.user_id = a.user_id AND c.state = 'shown' AND c.created_at >= $1 AND c.created_at < $2))`
	carded = `EXISTS (SELECT 1 FROM cards c WHERE c.user_id = a.user_id AND c.issued_at < $2 AND c.revoked_at = 0)`
	// led are orders by which a partner earned in that role, whatever became of them since.
	led = `EXISTS (SELECT 1 FROM commission_entries e WHERE e.order_id = o.id AND e.role <> '')`
)

func metric(key, name, means, sql string) Metric {
	return Metric{Key: key, Name: name, Means: means, stmt: db.Q("growth/"+key, sql), sql: sql}
}

// PartnerGMV and PartnerCAC are what partners bring and cost; the page of partners shows the
// same two.
var (
	PartnerGMV = byKey("partner_gmv")
	PartnerCAC = byKey("partner_cac")
)

func byKey(key string) Metric {
	return Metrics[slices.IndexFunc(Metrics, func(m Metric) bool { return m.Key == key })]
}

// Metrics are all figures, in the order in which they are shown.
var Metrics = []Metric{
	metric("share_rate", "分享率", "分子：这段时间学过、也分享过的学员。分母：这段时间学过的学员。",
		`SELECT CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM shares s WHERE s.user_id = a.user_id AND s.created_at >= $1 AND s.created_at < $2) THEN 1 ELSE 0 END), 0) AS BIGINT) AS top, COUNT(*) AS bottom
FROM (`+active+`) a`),
	metric("landing", "分享打开率", "分子：这段时间的分享里，7 天内至少有一个别人的浏览器打开过的。分母：这段时间的分享。从微信网页菜单发出、因为有人打开才知道的，两边都不算。",
		`SELECT CAST(COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM share_visits v WHERE v.share_id = s.id AND v.user_id <> s.user_id AND v.first_at < s.created_at + 604800000) THEN 1 ELSE 0 END), 0) AS BIGINT) AS top, COUNT(*) AS bottom
FROM shares s WHERE s.created_at >= $1 AND s.created_at < $2 AND s.request NOT LIKE 'landed:%'`),
	metric("signup", "打开到注册", "分子：由这段时间的分享带来、且注册归给它（注册前最后一次打开）的新学员。分母：打开过这段时间的分享的浏览器，分享者自己的不算。",
		`SELECT (SELECT COUNT(*) FROM share_joins j JOIN shares s ON s.id = j.share_id WHERE s.created_at >= $1 AND s.created_at < $2) AS top,
	(SELECT COUNT(*) FROM (`+visits+` AND s.created_at >= $1 AND s.created_at < $2) v) AS bottom`),
	metric("k_shares", "K（分享生分享）", "分子：由这段时间的分享带来的人再做的分享。分母：这段时间的分享。",
		`SELECT (SELECT COUNT(*) FROM shares c JOIN shares s ON s.id = c.parent_id WHERE s.created_at >= $1 AND s.created_at < $2) AS top,
	(SELECT COUNT(*) FROM shares s WHERE s.created_at >= $1 AND s.created_at < $2) AS bottom`),
	metric("k_users", "K（学员带学员）", "分子：这段时间由分享带来的注册。分母：这段时间学过的学员。",
		`SELECT (SELECT COUNT(*) FROM share_joins j WHERE j.joined_at >= $1 AND j.joined_at < $2) AS top, (SELECT COUNT(*) FROM (`+active+`) a) AS bottom`),
	metric("retention_7_shared", "7 日留存（分享带来的）", "分子：分母里注册后第 7–13 天学过的。分母：由分享注册、在这段时间里满 14 天的新学员；没满的还没有定论，不算。", retained(byShare, 7, 13)),
	metric("retention_7_other", "7 日留存（其他学员）", "同上，对没有经分享注册的学员。", retained(byOwn, 7, 13)),
	metric("retention_28_shared", "28 日留存（分享带来的）", "分子：分母里注册后第 28–34 天学过的。分母：由分享注册、在这段时间里满 35 天的新学员；没满的还没有定论，不算。", retained(byShare, 28, 34)),
	metric("retention_28_other", "28 日留存（其他学员）", "同上，对没有经分享注册的学员。", retained(byOwn, 28, 34)),
	metric("ugc_carded", "留言率（有证据卡的）", "分子：这段时间写过公开内容（笔记、提问、回答、评价、卡片留言）的。分母：这段时间学过、且已有一张有效证据卡的学员。",
		`SELECT CAST(COALESCE(SUM(CASE WHEN `+wrote+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS top, COUNT(*) AS bottom FROM (`+active+`) a WHERE `+carded),
	metric("ugc_other", "留言率（还没有的）", "同上，对还没有证据卡的学员。两者之差是提升；它不是因果，除非由实验得出。",
		`SELECT CAST(COALESCE(SUM(CASE WHEN `+wrote+` THEN 1 ELSE 0 END), 0) AS BIGINT) AS top, COUNT(*) AS bottom FROM (`+active+`) a WHERE NOT `+carded),
	metric("partner_gmv", "合伙成交占比", "分子：这段时间付款、有合伙人当时以合伙身份得佣金的订单净额（分，已减退款）。分母：这段时间付款的全部订单净额（分）。",
		`SELECT CAST(COALESCE(SUM(CASE WHEN `+led+` THEN o.paid_fen - o.refunded_fen ELSE 0 END), 0) AS BIGINT) AS top, CAST(COALESCE(SUM(o.paid_fen - o.refunded_fen), 0) AS BIGINT) AS bottom
FROM orders o WHERE NOT o.deposit AND o.paid_at >= $1 AND o.paid_at < $2`),
	metric("partner_cac", "合伙获客成本（分）", "分子：这段时间付款的合伙成交的全部佣金（两级都算，已减冲回），加上这段时间到账的排行奖励（分）。分母：这些订单里第一次付款、且没有全部退款的买家。",
		`SELECT (SELECT CAST(COALESCE(SUM(c.amount_fen - c.reversed_fen), 0) AS BIGINT) FROM orders o JOIN commission_entries c ON c.order_id = o.id WHERE o.paid_at >= $1 AND o.paid_at < $2 AND `+led+`)
	+ (SELECT CAST(COALESCE(SUM(r.amount_fen), 0) AS BIGINT) FROM partner_places r WHERE r.state = 'paid' AND r.booked_at >= $1 AND r.booked_at < $2) AS top,
	(SELECT COUNT(DISTINCT o.user_id) FROM orders o WHERE o.paid_at >= $1 AND o.paid_at < $2 AND o.paid_fen > o.refunded_fen AND `+led+`
	AND NOT EXISTS (SELECT 1 FROM orders b WHERE b.user_id = o.user_id AND NOT b.deposit AND b.paid_fen > 0 AND b.paid_at > 0 AND (b.paid_at < o.paid_at OR b.paid_at = o.paid_at AND b.id < o.id))) AS bottom`),
}

var (
	qLoop = db.Q("growth/loop", `SELECT (SELECT COUNT(*) FROM (`+active+`) a) AS learners,
	(SELECT COUNT(*) FROM cards c WHERE c.issued_at >= $1 AND c.issued_at < $2) AS cards,
	(SELECT COUNT(*) FROM shares s WHERE s.created_at >= $1 AND s.created_at < $2) AS shares,
	(SELECT COUNT(*) FROM (`+visits+` AND v.first_at >= $1 AND v.first_at < $2) v) AS visits,
	(SELECT COUNT(*) FROM share_joins j WHERE j.joined_at >= $1 AND j.joined_at < $2) AS joins,
	(SELECT COUNT(DISTINCT o.user_id) FROM share_orders o WHERE o.is_last AND o.paid_at >= $1 AND o.paid_at < $2) AS buyers,
	(SELECT CAST(COALESCE(SUM(o.paid_fen), 0) AS BIGINT) FROM share_orders o WHERE o.is_last AND o.paid_at >= $1 AND o.paid_at < $2) AS paid_fen`)
	qDays = db.Q("growth/days", `SELECT x.ordinal, CAST(SUM(x.shares) AS BIGINT) AS shares, CAST(SUM(x.visits) AS BIGINT) AS visits, CAST(SUM(x.joins) AS BIGINT) AS joins FROM (
	SELECT `+moment("s.created_at")+` AS ordinal, 1 AS shares, 0 AS visits, 0 AS joins FROM shares s WHERE s.created_at >= $1 AND s.created_at < $2
	UNION ALL SELECT `+moment("v.first_at")+`, 0, 1, 0 FROM (`+visits+` AND v.first_at >= $1 AND v.first_at < $2) v
	UNION ALL SELECT `+moment("j.joined_at")+`, 0, 0, 1 FROM share_joins j WHERE j.joined_at >= $1 AND j.joined_at < $2) x GROUP BY x.ordinal ORDER BY x.ordinal`)
)

func entry(b *strings.Builder, m Metric) {
	fmt.Fprintf(b, "## %s `%s`\n%s\n\n```sql\n%s\n```\n\n", m.Name, m.Key, m.Means, m.sql)
}

// Document is docs/metrics.md: each figure with its definition and its one statement.
func Document() string {
	var b strings.Builder
	b.WriteString(`# Metrics of growth

Each figure on the growth page is one statement, which runs as it stands here on SQLite and PostgreSQL: $1 and $2 are the beginning of the period and the moment after its end, in ms; $3 and $4 the same as local days, YYYYMMDD. This page is made from ` + "`internal/growth/metrics.go`" + `; a test keeps them the same (` + "`UPDATE=1 go test ./internal/growth`" + ` writes it).

Rules that hold for all of them:
- No platform tells whether something that was shared arrived: nothing counts but landings. A landing is one browser, however often it comes; the sharer's own is not counted.
- A registration and an order are owed to shares within the window of 分享归因 (30 days unless it was changed), written down once when they happen and never rewritten. Last touch is the share that was opened last before it, first touch the first one; by place, first and last get two fifths each and those between share the rest.
- Days are local days of China.
- Who studied is who has timed study, not who opened a page.

`)
	for _, m := range Metrics {
		entry(&b, m)
	}
	b.WriteString(`# Comparisons

Each is one statement with four counts: top of bottom among those to whom something happened, base_top of base_bottom among the others. The difference of the two rates has a 95 % interval, the hybrid score interval of Newcombe (Statistics in Medicine 17, 1998, 873, method 10; ` + "`internal/stat`" + `).

Who belongs where is settled at the end of a person's day 0 by what was so then. To ask whether somebody got a card or joined a class at any time of the period would compare people who stayed long enough to get one with people who did not (immortal time), and would find an effect of everything. Nobody is counted whose time is not over when the period ends.

What this cannot mend is who chooses: a difference is an effect where a coin decided, and an association everywhere else. [truth-test.md](truth-test.md) plants both and shows what the figures then say.

`)
	for _, c := range Comparisons {
		entry(&b, Metric{Key: c.Key, Name: c.Name, Means: c.Means, sql: c.sql})
	}
	entry(&b, variantLift)
	return strings.TrimRight(b.String(), "\n") + "\n"
}
