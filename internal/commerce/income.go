package commerce

import (
	"context"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// ErrMonth refuses what is no month.
var ErrMonth = errs.New(errs.Invalid, "month_invalid", "请选择月份").Field("month", "例如 2026-11")

// What was sold of an instructor's courses counts in the month it was paid, what went
// back in the month it reached the buyer, as in the report of all money. Lines of bundles
// and memberships belong to no course and are not here, nor is what cost nothing.
const (
	incomeSold = `FROM courses c JOIN order_items i ON i.course_id = c.id JOIN orders o ON o.id = i.order_id
		WHERE (CAST($1 AS BIGINT) = 0 OR c.instructor_id = $1) AND i.kind IN ('course', 'column', 'lesson') AND i.price_fen > 0 AND o.status IN ('paid', 'refunded') AND o.paid_at > 0 AND o.paid_at >= $2 AND o.paid_at < $3`
	incomeBack = `FROM courses c JOIN order_items i ON i.course_id = c.id JOIN refunds r ON r.order_item_id = i.id
		WHERE (CAST($1 AS BIGINT) = 0 OR c.instructor_id = $1) AND i.kind IN ('course', 'column', 'lesson') AND r.status = 'succeeded' AND r.finished_at > 0 AND r.finished_at >= $2 AND r.finished_at < $3`
)

var (
	qIncome = db.Q("commerce/income", `SELECT x.course_id, MAX(x.title) AS title, CAST(SUM(x.lines) AS BIGINT) AS lines, CAST(SUM(x.paid_fen) AS BIGINT) AS paid_fen, CAST(SUM(x.refunded_fen) AS BIGINT) AS refunded_fen FROM (
			SELECT c.id AS course_id, c.title, 1 AS lines, i.price_fen AS paid_fen, 0 AS refunded_fen `+incomeSold+`
			UNION ALL SELECT c.id, c.title, 0, 0, r.amount_fen `+incomeBack+`) x
		GROUP BY x.course_id ORDER BY paid_fen DESC, x.course_id`)
	qIncomeDays = db.Q("commerce/income_days", `SELECT x.day, CAST(SUM(x.lines) AS BIGINT) AS lines, CAST(SUM(x.paid_fen) AS BIGINT) AS paid_fen, CAST(SUM(x.refunded_fen) AS BIGINT) AS refunded_fen FROM (
			SELECT (o.paid_at + 28800000) / 86400000 AS day, 1 AS lines, i.price_fen AS paid_fen, 0 AS refunded_fen `+incomeSold+`
			UNION ALL SELECT (r.finished_at + 28800000) / 86400000, 0, 0, r.amount_fen `+incomeBack+`) x
		GROUP BY x.day ORDER BY x.day DESC`)
)

// Earned is money of lines that were sold, fen.
type Earned struct {
	Lines       int64 // paid for, whatever came back later
	PaidFen     int64
	RefundedFen int64
}

// KeptFen is what stayed; less than nothing when more went back than came.
func (e Earned) KeptFen() int64 { return e.PaidFen - e.RefundedFen }

func (e Earned) plus(o Earned) Earned {
	return Earned{e.Lines + o.Lines, e.PaidFen + o.PaidFen, e.RefundedFen + o.RefundedFen}
}

// CourseEarned is what a course earned in a month.
type CourseEarned struct {
	CourseID int64
	Title    string
	Earned
}

// MonthEarned is what all courses earned in a month in China, as 2026-11.
type MonthEarned struct {
	Month string
	Earned
}

// Income is what an instructor's courses earned.
type Income struct {
	Courses []CourseEarned // in the month, most paid first
	Sum     Earned         // of the month
	Months  []MonthEarned  // of two years up to now with any money, the newest first
}

// IncomeOf returns what the courses that are an instructor's now (0: everybody's) earned
// in a month in China, 2026-11; "" is this month. Returns ErrMonth.
func (s *Service) IncomeOf(ctx context.Context, instructorID int64, month string) (Income, error) {
	now := s.Clock.Now().In(clock.China)
	if month == "" {
		month = now.Format("2006-01")
	}
	var out Income
	start, err := time.ParseInLocation("2006-01", month, clock.China)
	if err != nil {
		return out, ErrMonth
	}
	if err := s.DB.List(ctx, qIncome, &out.Courses, instructorID, start.UnixMilli(), start.AddDate(0, 1, 0).UnixMilli()); err != nil {
		return out, err
	}
	for _, c := range out.Courses {
		out.Sum = out.Sum.plus(c.Earned)
	}
	var days []struct {
		Day int64
		Earned
	}
	first := time.Date(now.Year(), now.Month()-23, 1, 0, 0, 0, 0, clock.China)
	if err := s.DB.List(ctx, qIncomeDays, &days, instructorID, first.UnixMilli(), now.AddDate(0, 0, 1).UnixMilli()); err != nil {
		return out, err
	}
	for _, d := range days {
		m := time.Unix(d.Day*86400, 0).UTC().Format("2006-01")
		if n := len(out.Months); n > 0 && out.Months[n-1].Month == m {
			out.Months[n-1].Earned = out.Months[n-1].plus(d.Earned)
		} else {
			out.Months = append(out.Months, MonthEarned{m, d.Earned})
		}
	}
	return out, nil
}
