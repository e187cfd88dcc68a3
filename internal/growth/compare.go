package growth

import (
	"context"
	"fmt"

	"zhizhou/internal/db"
	"zhizhou/internal/stat"
)

// Comparison is a rate among people to whom something happened beside the rate among
// others. Who belongs where is settled by what was so at the end of a day 0, never by what
// came later, and everybody is followed equally long after it.
type Comparison struct {
	Key     string
	Name    string
	Means   string
	With    string // who is compared
	Without string // with whom
	Days    int    // that the last one's time takes, day 0 included: a shorter period counts nobody
	stmt    *db.Stmt
	sql     string
}

// Compared is what a comparison counted: top of bottom among one sort of people, and
// among those they are compared with.
type Compared struct {
	Top        int64
	Bottom     int64
	BaseTop    int64
	BaseBottom int64
}

// Known reports whether both sorts of people are there.
func (c Compared) Known() bool { return c.Bottom > 0 && c.BaseBottom > 0 }

// Difference is the rate of the one sort less that of the other, with its 95 % interval.
func (c Compared) Difference() stat.Difference {
	return stat.DifferenceOf(c.Top, c.Bottom, c.BaseTop, c.BaseBottom)
}

// Compare counts a comparison over a period.
func (s *Service) Compare(ctx context.Context, c Comparison, p Period) (Compared, error) {
	var v Compared
	err := s.DB.Get(ctx, c.stmt, &v, p.args(c.sql)...)
	return v, err
}

// TrialArm is one variant of an experiment with cards, as far as its people's week was
// over when the period ended.
type TrialArm struct {
	ExperimentID int64
	Name         string // of the experiment
	Status       string // of it: "running" or "stopped"
	VariantID    int64
	Label        string
	Wins         bool  // the experiment ended by it
	Sharers      int64 // of its people who handed a card on
	stat.Arm           // registrations by their shares within the week after they were first shown one
}

// Trial is an experiment with cards; the first arm is what the others are compared with.
type Trial struct {
	ExperimentID int64
	Name         string
	Status       string
	Arms         []TrialArm
}

// Lift is by how much an arm's people bring more registrations each than those of the
// first, with an interval that holds however often one looks. Of the first: nothing.
func (t Trial) Lift(arm int) stat.Lift {
	if arm == 0 {
		return stat.Lift{}
	}
	return stat.LiftOf(t.Arms[0].Arm, t.Arms[arm].Arm, len(t.Arms)-1)
}

// Trials lists the experiments with cards that ran in a period, the newest ten, as they
// stood at its end: all since each began counts.
func (s *Service) Trials(ctx context.Context, p Period) ([]Trial, error) {
	var rows []TrialArm
	if err := s.DB.List(ctx, variantLift.stmt, &rows, p.args(variantLift.sql)...); err != nil {
		return nil, err
	}
	var out []Trial
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ExperimentID != r.ExperimentID {
			out = append(out, Trial{ExperimentID: r.ExperimentID, Name: r.Name, Status: r.Status})
		}
		out[len(out)-1].Arms = append(out[len(out)-1].Arms, r)
	}
	return out, nil
}

// compared counts two sorts of people among those who studied in the period. f has each
// of them once, with their first day and since when they are with (since, ms: the first
// moment of it that table and column know). e has the first day on which they are with
// (with_day, which with tells of f) and without (none_day); days are numbers one after
// another. did and baseDid say what they did after it, so many days long, that one included.
// Both parts are made once: who is looked for again and again is slow.
func compared(table, column, with, did, baseDid string, days int) string {
	until := moment(`CAST($2 AS BIGINT)`)
	ripe, baseRipe := fmt.Sprintf(`e.with_day + %d <= %s`, days, until), fmt.Sprintf(`e.none_day + %d <= %s`, days, until)
	return `WITH f AS MATERIALIZED (SELECT a.user_id, ` + written("a.first") + ` AS first, (SELECT MIN(c.` + column + `) FROM ` + table + ` c WHERE c.user_id = a.user_id AND c.` + column + ` < $2) AS since
	FROM (SELECT d.user_id, MIN(d.day) AS first FROM lesson_days d WHERE d.day >= $3 AND d.day < $4 GROUP BY d.user_id) a WHERE $1 < $2),
e AS MATERIALIZED (SELECT f.user_id, f.since, CASE WHEN f.since IS NULL OR ` + moment("f.since") + ` > f.first THEN f.first END AS none_day,
	CASE ` + with + ` END AS with_day FROM f)
SELECT CAST(COALESCE(SUM(CASE WHEN ` + ripe + ` AND ` + did + ` THEN 1 ELSE 0 END), 0) AS BIGINT) AS top,
	COUNT(CASE WHEN ` + ripe + ` THEN 1 END) AS bottom,
	CAST(COALESCE(SUM(CASE WHEN ` + baseRipe + ` AND ` + baseDid + ` THEN 1 ELSE 0 END), 0) AS BIGINT) AS base_top,
	COUNT(CASE WHEN ` + baseRipe + ` THEN 1 END) AS base_bottom
FROM e`
}

// studied are the days of the period on which somebody of f studied.
const studied = `FROM lesson_days w WHERE w.user_id = f.user_id AND w.day >= $3 AND w.day < $4`

var (
	// ever is the first day of study on which they are with, since whenever.
	ever = `WHEN ` + moment("f.since") + ` <= f.first THEN f.first WHEN f.since IS NOT NULL THEN (SELECT ` + written("MIN(w.day)") + ` ` + studied + ` AND ` + written("w.day") + ` >= ` + moment("f.since") + `)`
	// anew is the day on which they began to be with, if they studied on it.
	anew = `WHEN ` + moment("f.since") + ` >= f.first AND EXISTS (SELECT 1 ` + studied + ` AND ` + written("w.day") + ` = ` + moment("f.since") + `) THEN ` + moment("f.since")
)

// sharedFrom is whether somebody shared within the seven days that begin with a day, not
// before a moment.
func sharedFrom(day, since string) string {
	return `EXISTS (SELECT 1 FROM shares s WHERE s.user_id = e.user_id AND s.created_at >= ` + day + ` * 86400000 - 28800000 AND s.created_at >= ` + since + ` AND s.created_at < (` + day + ` + 7) * 86400000 - 28800000)`
}

// stayedFrom is whether somebody studied from the seventh to the thirteenth day after one.
func stayedFrom(day string) string {
	return `EXISTS (SELECT 1 FROM lesson_days l WHERE l.user_id = e.user_id AND l.day >= $3 AND l.day < $4 AND ` + written("l.day") + ` BETWEEN ` + day + ` + 7 AND ` + day + ` + 13)`
}

func comparison(c Comparison, sql string) Comparison {
	c.stmt, c.sql = db.Q("growth/"+c.Key, sql), sql
	return c
}

// Comparisons are all of them, in the order in which they are shown.
var Comparisons = []Comparison{
	comparison(Comparison{
		Key: "card_lift", Name: "证据卡提升（分享率）", With: "有证据卡", Without: "还没有", Days: 7,
		Means: "有卡：这段时间里，第一个学习日结束时已经得到过证据卡的人，从那天（当天才得到的，从得到那一刻）起 7 天内分享过的比例。没有卡：第一个学习日结束时还没有得到过的人，从那天起 7 天内分享过的比例。7 天没有全部落在这段时间里的不计。后来才得到卡的人，仍按当时算在「还没有」里，所以差只会算小。卡不是随机发的，学得认真的人本来就更爱分享：差是相关，不是因果，除非发不发由抽签决定。",
	}, compared("cards", "issued_at", ever, sharedFrom("e.with_day", "e.since"), sharedFrom("e.none_day", "0"), 7)),
	comparison(Comparison{
		Key: "challenge_lift", Name: "挑战提升（7 日留存）", With: "参加挑战", Without: "没有参加", Days: 14,
		Means: "参加：这段时间里第一次加入挑战班、当天也学过的人，加入后第 7–13 天里学过的比例。没有参加：这段时间的第一个学习日结束时还从未加入过任何班的人，那天之后第 7–13 天里学过的比例。14 天没有全部落在这段时间里的不计；早就在班里的人不算进任何一边。两边都从「当天学过」起算，谁在哪边由当天定，不看后来：后来才加入的人，先前那一段仍算在「没有参加」里。一个人可能两边各算一段，区间因此略宽。愿意参加的人本来就更坚持：差是相关，不是因果，除非参加不参加由抽签决定。",
	}, compared("challenge_members", "joined_at", anew, stayedFrom("e.with_day"), stayedFrom("e.none_day"), 14)),
}

// variantLift has a row for each variant.
var variantLift = metric("variant_lift", "卡片样式提升", "这段时间里进行过的卡片实验，每组一行，截止到这段时间结束。人数：第一次看到卡片已满 7 天的人。带来：他们各自在那 7 天里由这组的分享带来的注册。提升：每人平均带来的比第一组多多少；区间是渐近置信序列（Waudby-Smith 等，2024），随时看、看多少次都成立，几组一起比时已经放宽。人是随机分到各组的，所以提升就是样式的作用。",
	`SELECT e.id AS experiment_id, e.name, e.status, v.id AS variant_id, v.label, CASE WHEN e.winner_id = v.id THEN TRUE ELSE FALSE END AS wins,
	CAST(COALESCE(SUM(x.shared), 0) AS BIGINT) AS sharers, COUNT(x.user_id) AS people, CAST(COALESCE(SUM(x.joins), 0) AS BIGINT) AS sum, CAST(COALESCE(SUM(x.joins * x.joins), 0) AS BIGINT) AS squares
FROM (SELECT * FROM card_experiments e WHERE e.started_at > 0 AND e.started_at < $2 AND (e.stopped_at = 0 OR e.stopped_at >= $1) ORDER BY e.started_at DESC, e.id DESC LIMIT 10) e
	JOIN card_variants v ON v.experiment_id = e.id
	LEFT JOIN (SELECT b.variant_id, b.user_id,
		CASE WHEN EXISTS (SELECT 1 FROM shares s WHERE s.variant_id = b.variant_id AND s.user_id = b.user_id AND s.created_at < b.seen_at + 604800000) THEN 1 ELSE 0 END AS shared,
		(SELECT COUNT(*) FROM share_joins j JOIN shares s ON s.id = j.share_id WHERE s.variant_id = b.variant_id AND s.user_id = b.user_id AND j.joined_at < b.seen_at + 604800000) AS joins
		FROM card_subjects b WHERE b.seen_at <= CAST($2 AS BIGINT) - 604800000) x ON x.variant_id = v.id
GROUP BY e.id, e.name, e.status, e.started_at, e.winner_id, v.id, v.label, v.nth ORDER BY e.started_at DESC, e.id DESC, v.nth`)
