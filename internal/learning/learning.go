// Package learning keeps the evidence of study: which parts of a lesson somebody
// really went through, timed by the server. It owns lesson_progress,
// study_sessions, lesson_days and page_reads.
//
// A client's report is a claim. What is credited is the union of claimed
// intervals, never more than twice the server's time since the watching began,
// never outside the lesson, never taken back by a late report (INV-22). In a lesson that
// is watched in order, nothing counts that lies ahead of what was watched, until it is
// finished.
package learning

import (
	"context"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

const (
	maxRate     = 20 // tenths of credited content per wall time; the fastest speed offered
	orderRate   = 15 // the same where nobody gets ahead
	finishShare = 90 // percent of a lesson that counts as finished
	maxSpans    = 400
	orderSlack  = 3000 // ms by which a report may begin after what was watched in order
)

// The refusals of this domain.
var (
	ErrBeat = errs.New(errs.Invalid, "beat_invalid", "学习进度上报有误")
)

var (
	qProgressNew = db.Q("learning/progress_new", `INSERT INTO lesson_progress (user_id, lesson_id, course_id, started_at, studied_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING`)
	qProgress    = db.Q("learning/progress", `SELECT position_ms, covered_ms, spans, finished_at FROM lesson_progress WHERE user_id = $1 AND lesson_id = $2 /*for_update*/`)
	qProgressSet = db.Q("learning/progress_set", `UPDATE lesson_progress SET position_ms = $3, covered_ms = $4, spans = $5, studied_at = $6,
		finished_at = CASE WHEN finished_at = 0 THEN $7 ELSE finished_at END WHERE user_id = $1 AND lesson_id = $2`)
	qProgressEnd   = db.Q("learning/progress_end", `UPDATE lesson_progress SET studied_at = $3, finished_at = CASE WHEN finished_at = 0 THEN $3 ELSE finished_at END WHERE user_id = $1 AND lesson_id = $2`)
	qSessionNew    = db.Q("learning/session_new", `INSERT INTO study_sessions (id, user_id, lesson_id, course_id, started_at, last_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING`)
	qSession       = db.Q("learning/session", `SELECT id, started_at, last_at, last_seq, claimed_ms, credited_ms FROM study_sessions WHERE id = $1 AND user_id = $2 AND lesson_id = $3 /*for_update*/`)
	qSessionLesson = db.Q("learning/session_lesson", `SELECT lesson_id FROM study_sessions WHERE id = $1 AND user_id = $2`)
	qSessionLast   = db.Q("learning/session_last", `SELECT id FROM study_sessions WHERE user_id = $1 AND lesson_id = $2 ORDER BY id DESC LIMIT 1`)
	qSessionSet    = db.Q("learning/session_set", `UPDATE study_sessions SET last_at = $2, last_seq = $3, claimed_ms = claimed_ms + $4, credited_ms = credited_ms + $5 WHERE id = $1 AND last_seq < $3`)
	qDayAdd        = db.Q("learning/day_add", `INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, day, lesson_id) DO UPDATE SET studied_ms = lesson_days.studied_ms + $4`)
	qDays     = db.Q("learning/days", `SELECT day, CAST(SUM(studied_ms) AS BIGINT) AS studied_ms FROM lesson_days WHERE user_id = $1 AND day >= $2 GROUP BY day ORDER BY day`)
	qTotal    = db.Q("learning/total", `SELECT CAST(COALESCE(SUM(studied_ms), 0) AS BIGINT) FROM lesson_days WHERE user_id = $1`)
	qOfCourse = db.Q("learning/of_course", `SELECT lesson_id, position_ms, covered_ms, finished_at, studied_at FROM lesson_progress WHERE user_id = $1 AND course_id = $2`)
	qOfLesson = db.Q("learning/of_lesson", `SELECT lesson_id, position_ms, covered_ms, finished_at, studied_at FROM lesson_progress WHERE user_id = $1 AND lesson_id = $2`)
	qReach    = db.Q("learning/reach", `SELECT spans, finished_at FROM lesson_progress WHERE user_id = $1 AND lesson_id = $2`)
	qSummary  = db.Q("learning/summary", `SELECT p.course_id, COUNT(CASE WHEN p.finished_at > 0 THEN 1 END) AS finished_count,
		CAST(SUM(CASE WHEN p.finished_at > 0 THEN 100 WHEN l.duration_ms <= 0 THEN 0 WHEN p.covered_ms >= l.duration_ms THEN 99 ELSE p.covered_ms * 100 / l.duration_ms END) AS BIGINT) AS shares, MAX(p.studied_at) AS studied_at,
		(SELECT q.lesson_id FROM lesson_progress q JOIN lessons ql ON ql.id = q.lesson_id AND ql.deleted_at = 0 AND ql.released_at > 0
			WHERE q.user_id = $1 AND q.course_id = p.course_id ORDER BY q.studied_at DESC, q.lesson_id LIMIT 1) AS last_lesson_id
		FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id AND l.deleted_at = 0 AND l.released_at > 0 WHERE p.user_id = $1 GROUP BY p.course_id`)
	qNext = db.Q("learning/next", `SELECT l.id AS lesson_id, l.title AS lesson_title, l.form, l.duration_ms, c.id AS course_id, c.title AS course_title, c.cover, c.scene, COALESCE(p.position_ms, 0) AS position_ms, COALESCE(p.covered_ms, 0) AS covered_ms,
		(SELECT COUNT(*) FROM lessons m JOIN chapters mc ON mc.id = m.chapter_id WHERE m.course_id = l.course_id AND m.deleted_at = 0 AND m.released_at > 0 AND (mc.position < h.position OR (mc.position = h.position AND m.position <= l.position))) AS lesson_no
		FROM lessons l JOIN chapters h ON h.id = l.chapter_id JOIN courses c ON c.id = l.course_id LEFT JOIN lesson_progress p ON p.user_id = $1 AND p.lesson_id = l.id
		WHERE l.course_id = $2 AND l.deleted_at = 0 AND l.released_at > 0 AND c.deleted_at = 0 AND COALESCE(p.finished_at, 0) = 0 ORDER BY h.position, h.id, l.position, l.id LIMIT 1`)
	qRecent = db.Q("learning/recent", `SELECT p.course_id, p.lesson_id, p.position_ms, p.covered_ms, p.finished_at, p.studied_at, l.title AS lesson_title, l.form, l.duration_ms,
		c.title AS course_title, c.cover, c.scene, (SELECT COUNT(*) FROM lessons m JOIN chapters mc ON mc.id = m.chapter_id JOIN chapters lc ON lc.id = l.chapter_id
			WHERE m.course_id = l.course_id AND m.deleted_at = 0 AND m.released_at > 0 AND (mc.position < lc.position OR (mc.position = lc.position AND m.position <= l.position))) AS lesson_no
		FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id JOIN courses c ON c.id = p.course_id
		WHERE p.user_id = $1 AND l.deleted_at = 0 AND l.released_at > 0 AND c.deleted_at = 0 ORDER BY p.studied_at DESC LIMIT $2`)
	qMergeFrom     = db.Q("learning/merge_from", `SELECT lesson_id, course_id, position_ms, covered_ms, spans, finished_at, started_at, studied_at FROM lesson_progress WHERE user_id = $1`)
	qMergeSessions = db.Q("learning/merge_sessions", `UPDATE study_sessions SET user_id = $2 WHERE user_id = $1`)
	qMergeDays     = db.Q("learning/merge_days", `SELECT day, lesson_id, studied_ms FROM lesson_days WHERE user_id = $1 ORDER BY day, lesson_id`)
	qDropDays      = db.Q("learning/drop_days", `DELETE FROM lesson_days WHERE user_id = $1`)
	qDropProgress  = db.Q("learning/drop_progress", `DELETE FROM lesson_progress WHERE user_id = $1`)
)

// Service is the learning domain.
type Service struct {
	db         *db.DB
	clock      clock.Clock
	onFinished []func(ctx context.Context, tx *db.Tx, d Done) error
}

// New makes a Service.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// Done is a lesson that somebody finished.
type Done struct{ UserID, CourseID, LessonID int64 }

// OnFinished registers f to run in the transaction in which somebody finished a
// lesson: it may have been the last condition of a certificate. It may run again for the
// same one.
func (s *Service) OnFinished(f func(ctx context.Context, tx *db.Tx, d Done) error) {
	s.onFinished = append(s.onFinished, f)
}

func (s *Service) finished(ctx context.Context, tx *db.Tx, d Done) error {
	for _, f := range s.onFinished {
		if err := f(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// Progress is how far somebody is in a lesson.
type Progress struct {
	LessonID   int64
	PositionMS int64 `db:"position_ms"` // where to resume
	CoveredMS  int64 `db:"covered_ms"`
	FinishedAt int64
	StudiedAt  int64
	ReachMS    int64 `db:"-"` // how far it was watched without a gap; told of a report alone
}

// Percent is the covered share of a lesson of durationMS, 0–100.
func Percent(coveredMS, durationMS int64) int64 {
	if durationMS <= 0 {
		return 0
	}
	return min(100, coveredMS*100/durationMS)
}

// Share is how much of a lesson is done, 0–100: all of one that is finished, and of one
// without a length, such as a quiz, nothing before.
func Share(coveredMS, durationMS, finishedAt int64) int64 {
	if finishedAt > 0 {
		return 100
	}
	return min(99, Percent(coveredMS, durationMS))
}

// CoursePercent is the course's share of the sum of its lessons' shares, 0–100: each
// lesson counts the same, so that it agrees with how many of them are finished.
func CoursePercent(shares, lessons int64) int64 {
	if lessons <= 0 {
		return 0
	}
	return min(100, shares/lessons)
}

// Begin opens the study session of a watching; its id is the play's. The server's
// clock starts here.
func (s *Service) Begin(ctx context.Context, sessionID, userID int64, l catalog.Lesson) error {
	now := clock.MS(s.clock)
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qSessionNew, sessionID, userID, l.ID, l.CourseID, now)
		return err
	})
}

// LessonOf returns the lesson of a user's session. Returns ErrBeat.
func (s *Service) LessonOf(ctx context.Context, sessionID, userID int64) (int64, error) {
	var lessonID int64
	err := s.db.Get(ctx, qSessionLesson, &lessonID, sessionID, userID)
	if errors.Is(err, db.ErrNone) {
		return 0, ErrBeat
	}
	return lessonID, err
}

// Beat is a report of a player: from FromMS to ToMS of the lesson was played
// since the last one.
type Beat struct {
	Seq        int64
	FromMS     int64
	ToMS       int64
	PositionMS int64
}

// Watch credits a beat of the session sessionID (of Begin). A beat that was seen
// before changes nothing. Returns ErrBeat for one of no session of this user.
func (s *Service) Watch(ctx context.Context, sessionID, userID int64, l catalog.Lesson, b Beat) (Progress, error) {
	if b.Seq < 1 || b.FromMS < 0 || b.ToMS < b.FromMS || b.PositionMS < 0 {
		return Progress{}, ErrBeat
	}
	return s.credit(ctx, sessionID, userID, l, b.Seq, func(Progress) (span, int64) {
		end := l.DurationMS
		return span{min(b.FromMS, end), min(b.ToMS, end)}, min(b.PositionMS, end)
	})
}

// credit applies a claim under the rules of the package.
func (s *Service) credit(ctx context.Context, sessionID, userID int64, l catalog.Lesson, seq int64, claim func(Progress) (span, int64)) (Progress, error) {
	return s.report(ctx, sessionID, userID, l, seq, func(_ context.Context, _ *db.Tx, sess session, p Progress, now int64) (gain, error) {
		sp, position := claim(p)
		rate := int64(maxRate)
		inOrder := l.InOrder && p.FinishedAt == 0
		if inOrder {
			rate = orderRate
			if sp.from > p.ReachMS+orderSlack {
				return gain{position: p.ReachMS, whole: l.DurationMS}, nil
			}
			sp.from = min(sp.from, p.ReachMS) // what a player leaves out between two reports
		}
		budget := max(0, (now-sess.StartedAt)*rate/10-sess.ClaimedMS)
		sp.to = max(sp.from, min(sp.to, sp.from+budget))
		if inOrder {
			position = min(position, max(p.ReachMS, sp.to))
		}
		g := gain{position: position, whole: l.DurationMS, claimed: sp.to - sp.from}
		g.earned = min(g.claimed, max(0, now-sess.LastAt))
		if g.claimed > 0 {
			g.spans = []span{sp}
		}
		return g, nil
	})
}

// session is one sitting before a lesson, as far as it was reported.
type session struct {
	ID         int64
	StartedAt  int64
	LastAt     int64
	LastSeq    int64
	ClaimedMS  int64 `db:"claimed_ms"`
	CreditedMS int64 `db:"credited_ms"`
}

// gain is what a report adds.
type gain struct {
	spans    []span // now covered
	position int64  // to come back to
	whole    int64  // what there is to cover, ms; 0: nothing can be finished
	claimed  int64  // ms of the lesson
	earned   int64  // ms of study time
}

// report adds what gained says to the progress in a lesson, once for each seq of a
// session: one that was seen before, or overtaken, changes nothing. Returns ErrBeat.
func (s *Service) report(ctx context.Context, sessionID, userID int64, l catalog.Lesson, seq int64, gained func(ctx context.Context, tx *db.Tx, sess session, p Progress, now int64) (gain, error)) (Progress, error) {
	var out Progress
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = s.reportIn(ctx, tx, sessionID, userID, l, seq, gained)
		return err
	})
	return out, err
}

// reportIn is report inside a transaction.
func (s *Service) reportIn(ctx context.Context, tx *db.Tx, sessionID, userID int64, l catalog.Lesson, seq int64, gained func(ctx context.Context, tx *db.Tx, sess session, p Progress, now int64) (gain, error)) (Progress, error) {
	now := clock.MS(s.clock)
	out := Progress{LessonID: l.ID, StudiedAt: now}
	err := func() error {
		var sess session
		err := tx.Get(ctx, qSession, &sess, sessionID, userID, l.ID)
		if errors.Is(err, db.ErrNone) {
			return ErrBeat
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qProgressNew, userID, l.ID, l.CourseID, now); err != nil {
			return err
		}
		var row struct {
			PositionMS int64 `db:"position_ms"`
			CoveredMS  int64 `db:"covered_ms"`
			Spans      string
			FinishedAt int64
		}
		if err := tx.Get(ctx, qProgress, &row, userID, l.ID); err != nil {
			return err
		}
		spans := parseSpans(row.Spans)
		out.PositionMS, out.CoveredMS, out.FinishedAt, out.ReachMS = row.PositionMS, row.CoveredMS, row.FinishedAt, reach(spans)
		if seq <= sess.LastSeq {
			return nil
		}
		g, err := gained(ctx, tx, sess, out, now)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qSessionSet, sessionID, now, seq, g.claimed, g.earned)
		if err != nil || n == 0 {
			return err
		}
		for _, sp := range g.spans {
			spans = addSpan(spans, sp)
		}
		if int64(len(spans)) > max(maxSpans, l.Screens()) { // of what is read each part may stand alone
			return ErrBeat
		}
		out.PositionMS, out.CoveredMS, out.ReachMS = g.position, covered(spans), reach(spans)
		if out.FinishedAt == 0 && g.whole > 0 && out.CoveredMS*100 >= g.whole*finishShare {
			out.FinishedAt = now
		}
		if _, err := tx.Exec(ctx, qProgressSet, userID, l.ID, out.PositionMS, out.CoveredMS, formatSpans(spans), now, out.FinishedAt); err != nil {
			return err
		}
		if g.earned > 0 {
			if _, err := tx.Exec(ctx, qDayAdd, userID, clock.Day(s.clock.Now()), l.ID, g.earned); err != nil {
				return err
			}
		}
		if row.FinishedAt == 0 && out.FinishedAt > 0 {
			return s.finished(ctx, tx, Done{userID, l.CourseID, l.ID})
		}
		return nil
	}()
	return out, err
}

// sitting returns the session that a reader's report belongs to; the first one opens
// it. Returns ErrBeat.
func (s *Service) sitting(ctx context.Context, userID int64, l catalog.Lesson, seq int64) (int64, error) {
	if seq == 1 {
		sessionID := id.New()
		return sessionID, s.Begin(ctx, sessionID, userID, l)
	}
	var sessionID int64
	err := s.db.Get(ctx, qSessionLast, &sessionID, userID, l.ID)
	if errors.Is(err, db.ErrNone) {
		return 0, ErrBeat
	}
	return sessionID, err
}

// Finish notes inside tx that a lesson was finished by what was shown in it, not by
// time: a quiz that was passed.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error {
	now := clock.MS(s.clock)
	if _, err := tx.Exec(ctx, qProgressNew, userID, lessonID, courseID, now); err != nil {
		return err
	}
	if err := tx.Sure(ctx, qProgressEnd, userID, lessonID, now); err != nil {
		return err
	}
	return s.finished(ctx, tx, Done{userID, courseID, lessonID})
}

// Lesson returns the progress in one lesson; zero when there is none.
func (s *Service) Lesson(ctx context.Context, userID, lessonID int64) (Progress, error) {
	var p Progress
	err := s.db.Get(ctx, qOfLesson, &p, userID, lessonID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return p, err
}

// Reach returns how far a user has watched a lesson from its beginning without a gap,
// ms, and whether it was ever finished.
func (s *Service) Reach(ctx context.Context, userID, lessonID int64) (ms int64, finished bool, err error) {
	var row struct {
		Spans      string
		FinishedAt int64
	}
	err = s.db.Get(ctx, qReach, &row, userID, lessonID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return reach(parseSpans(row.Spans)), row.FinishedAt > 0, err
}

// Course returns the progress in each lesson of a course that was begun.
func (s *Service) Course(ctx context.Context, userID, courseID int64) ([]Progress, error) {
	var rows []Progress
	err := s.db.List(ctx, qOfCourse, &rows, userID, courseID)
	return rows, err
}

// Finished lists the lessons of a course that a user has finished.
func (s *Service) Finished(ctx context.Context, userID, courseID int64) (map[int64]bool, error) {
	rows, err := s.Course(ctx, userID, courseID)
	out := map[int64]bool{}
	for _, p := range rows {
		if p.FinishedAt > 0 {
			out[p.LessonID] = true
		}
	}
	return out, err
}

// Summary is the progress in a whole course.
type Summary struct {
	CourseID      int64
	FinishedCount int64
	Shares        int64 // of its lessons, see Share
	StudiedAt     int64
	LastLessonID  int64
}

// Summaries returns the progress in every course begun, by course.
func (s *Service) Summaries(ctx context.Context, userID int64) (map[int64]Summary, error) {
	var rows []Summary
	if err := s.db.List(ctx, qSummary, &rows, userID); err != nil {
		return nil, err
	}
	out := map[int64]Summary{}
	for _, r := range rows {
		out[r.CourseID] = r
	}
	return out, nil
}

// Recent is a lesson studied lately.
type Recent struct {
	CourseID    int64
	LessonID    int64
	PositionMS  int64 `db:"position_ms"`
	CoveredMS   int64 `db:"covered_ms"`
	FinishedAt  int64
	StudiedAt   int64
	LessonTitle string
	Form        string
	DurationMS  int64 `db:"duration_ms"`
	CourseTitle string
	Cover       string
	Scene       string
	LessonNo    int64
}

// Next returns the first lesson of a course that a learner has not finished; false when
// there is none.
func (s *Service) Next(ctx context.Context, userID, courseID int64) (Recent, bool, error) {
	var r Recent
	err := s.db.Get(ctx, qNext, &r, userID, courseID)
	if errors.Is(err, db.ErrNone) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Recents lists lessons studied last, newest first.
func (s *Service) Recents(ctx context.Context, userID int64, limit int) ([]Recent, error) {
	var rows []Recent
	err := s.db.List(ctx, qRecent, &rows, userID, limit)
	return rows, err
}
