package advice

import (
	"context"
	"fmt"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
)

// Report is what somebody did in a week, Monday to Sunday of China's calendar.
type Report struct {
	Monday    int64 // YYYYMMDD
	Days      []Day // seven
	StudiedMS int64
	BeforeMS  int64 // in the week before, up to the same weekday while the week runs
	DayCount  int64 // days on which something was studied
	Lessons   []Done
	Quizzes   []Passed
	Running   bool // the week is not over
}

// Day is how long somebody studied on a day.
type Day struct {
	Day       int64 // YYYYMMDD
	StudiedMS int64 `db:"studied_ms"`
}

// Done is a lesson that was finished.
type Done struct {
	LessonID   int64
	Title      string
	Course     string
	FinishedAt int64
}

// Passed is a quiz that was handed in.
type Passed struct {
	LessonID   int64
	Title      string
	ScoreCenti int64 // hundredths of a point
	MaxCenti   int64
	Passed     bool
}

const maxDone = 50

var (
	qDays = db.Q("advice/days", `SELECT day, CAST(SUM(studied_ms) AS BIGINT) AS studied_ms FROM lesson_days WHERE user_id = $1 AND day >= $2 AND day <= $3 GROUP BY day ORDER BY day`)
	qDone = db.Q("advice/done", `SELECT p.lesson_id, l.title, c.title AS course, p.finished_at FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id JOIN courses c ON c.id = p.course_id
		WHERE p.user_id = $1 AND p.finished_at >= $2 AND p.finished_at < $3 ORDER BY p.finished_at, p.lesson_id LIMIT $4`)
	qPassed = db.Q("advice/passed", `SELECT q.lesson_id, l.title, q.score_centi, q.max_centi, q.passed FROM quiz_attempts q JOIN lessons l ON l.id = q.lesson_id
		WHERE q.user_id = $1 AND q.submitted_at >= $2 AND q.submitted_at < $3 AND q.state <> 'to_mark' ORDER BY q.submitted_at, q.id LIMIT $4`)
	qWeekNew  = db.Q("advice/week_new", `INSERT INTO study_reports (monday) VALUES ($1) ON CONFLICT DO NOTHING`)
	qWeek     = db.Q("advice/week", `SELECT told_user, done_at FROM study_reports WHERE monday = $1`)
	qWeekTold = db.Q("advice/week_told", `UPDATE study_reports SET told_user = $3 WHERE monday = $1 AND told_user = $2 AND done_at = 0`)
	qWeekDone = db.Q("advice/week_done", `UPDATE study_reports SET done_at = $2 WHERE monday = $1 AND done_at = 0`)
	qStudied  = db.Q("advice/studied", `SELECT user_id, COUNT(DISTINCT day) AS day_count, CAST(SUM(studied_ms) AS BIGINT) AS studied_ms FROM lesson_days WHERE day >= $1 AND day <= $2 AND user_id > $3 GROUP BY user_id ORDER BY user_id LIMIT $4`)
)

// Week reports the week that begins on a Monday, YYYYMMDD; 0 is the one that runs.
// Returns ErrWeek.
func (s *Service) Week(ctx context.Context, userID, day int64) (Report, error) {
	now := s.now()
	from := monday(now)
	if day != 0 {
		t, ok := parseDay(day)
		if !ok || t.Weekday() != time.Monday || t.After(now) {
			return Report{}, ErrWeek
		}
		from = t
	}
	to := from.AddDate(0, 0, 7)
	r := Report{Monday: clock.Day(from), Running: now.Before(to)}
	studied, err := s.days(ctx, userID, from, to.AddDate(0, 0, -1))
	if err != nil {
		return r, err
	}
	for i := range 7 {
		d := Day{Day: clock.Day(from.AddDate(0, 0, i))}
		d.StudiedMS = studied[d.Day]
		r.Days = append(r.Days, d)
		r.StudiedMS += d.StudiedMS
		if d.StudiedMS > 0 {
			r.DayCount++
		}
	}
	upTo := from.AddDate(0, 0, -1)
	if r.Running {
		upTo = now.AddDate(0, 0, -7)
	}
	before, err := s.days(ctx, userID, from.AddDate(0, 0, -7), upTo)
	if err != nil {
		return r, err
	}
	for _, ms := range before {
		r.BeforeMS += ms
	}
	if err := s.DB.List(ctx, qDone, &r.Lessons, userID, from.UnixMilli(), to.UnixMilli(), maxDone); err != nil {
		return r, err
	}
	return r, s.DB.List(ctx, qPassed, &r.Quizzes, userID, from.UnixMilli(), to.UnixMilli(), maxDone)
}

// Calendar lists the days of a month, YYYYMM, on which somebody studied. Returns ErrWeek.
func (s *Service) Calendar(ctx context.Context, userID, month int64) ([]Day, error) {
	from, ok := parseDay(month*100 + 1)
	if !ok {
		return nil, ErrWeek.Say("没有这个月份")
	}
	var rows []Day
	err := s.DB.List(ctx, qDays, &rows, userID, clock.Day(from), clock.Day(from.AddDate(0, 1, -1)))
	return rows, err
}

func (s *Service) days(ctx context.Context, userID int64, from, to time.Time) (map[int64]int64, error) {
	var rows []Day
	err := s.DB.List(ctx, qDays, &rows, userID, clock.Day(from), clock.Day(to))
	out := map[int64]int64{}
	for _, d := range rows {
		out[d.Day] = d.StudiedMS
	}
	return out, err
}

// reportWeek tells everybody who studied last week, on Monday from nine o'clock on, a
// page of people at a time; a process that stops in between is taken over.
func (s *Service) reportWeek(ctx context.Context) error {
	now := s.now()
	this := monday(now)
	if now.Before(this.Add(9 * time.Hour)) {
		return nil
	}
	from := this.AddDate(0, 0, -7)
	key := clock.Day(from)
	for {
		var week []struct{ ToldUser, DoneAt int64 }
		if err := s.DB.List(ctx, qWeek, &week, key); err != nil {
			return err
		}
		if len(week) == 0 {
			if err := s.exec(ctx, qWeekNew, key); err != nil {
				return err
			}
			continue
		}
		if week[0].DoneAt > 0 {
			return nil
		}
		after := week[0].ToldUser
		var people []struct {
			UserID    int64
			DayCount  int64
			StudiedMS int64 `db:"studied_ms"`
		}
		if err := s.DB.List(ctx, qStudied, &people, key, clock.Day(this.AddDate(0, 0, -1)), after, page); err != nil {
			return err
		}
		if len(people) == 0 {
			return s.exec(ctx, qWeekDone, key, clock.MS(s.Clock))
		}
		err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := tx.Exec(ctx, qWeekTold, key, after, people[len(people)-1].UserID)
			if err != nil || n == 0 {
				return err // another process is at it
			}
			for _, p := range people {
				err := s.Message.Notify(ctx, tx, message.Notice{
					UserID: p.UserID, Kind: message.Study, Title: "上周的学习小结", Body: fmt.Sprintf("学了 %d 天，一共 %d 分钟", p.DayCount, max(1, p.StudiedMS/60_000)),
					Link: "/me/study?week=" + from.Format(time.DateOnly), Key: fmt.Sprintf("week:%d", key),
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
