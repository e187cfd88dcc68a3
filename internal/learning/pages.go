package learning

import (
	"context"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const (
	pageFloorMS = 2_000  // a page that was before somebody for less was leafed over
	pageCapMS   = 60_000 // what a page can earn of study time, however long it lay there
	maxDwells   = 50     // of one report
)

var (
	qPageRead = db.Q("learning/page_read", `SELECT dwell_ms FROM page_reads WHERE user_id = $1 AND lesson_id = $2 AND page = $3`)
	qPageSet  = db.Q("learning/page_set", `INSERT INTO page_reads (user_id, lesson_id, page, dwell_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, lesson_id, page) DO UPDATE SET dwell_ms = $4`)
	qMergePages = db.Q("learning/merge_pages", `INSERT INTO page_reads (user_id, lesson_id, page, dwell_ms) SELECT $2, lesson_id, page, dwell_ms FROM page_reads WHERE user_id = $1
		ON CONFLICT (user_id, lesson_id, page) DO UPDATE SET dwell_ms = CASE WHEN page_reads.dwell_ms > excluded.dwell_ms THEN page_reads.dwell_ms ELSE excluded.dwell_ms END`)
	qDropPages = db.Q("learning/drop_pages", `DELETE FROM page_reads WHERE user_id = $1`)
)

// Dwell is how long a page was before a reader since the last report.
type Dwell struct {
	Page int64 // from 1
	MS   int64
}

// PageAt returns the page of a position in a document lesson.
func PageAt(l catalog.Lesson, positionMS int64) int64 {
	if l.PageCount == 0 {
		return 1
	}
	return min(l.PageCount, positionMS/(max(1, l.DurationMS/l.PageCount))+1)
}

// ReadPages credits dwelling on pages: one counts as read after two seconds, and
// earns at most a minute of study time. All of a report together never exceeds the
// server's time since the one before; a report that was seen before changes nothing.
// at is the page to come back to. The report with seq 1 opens a session. Returns
// ErrBeat.
func (s *Service) ReadPages(ctx context.Context, userID int64, l catalog.Lesson, seq, at int64, dwells []Dwell) (Progress, error) {
	if seq < 1 || at < 1 || at > l.PageCount || len(dwells) > maxDwells {
		return Progress{}, ErrBeat
	}
	for _, d := range dwells {
		if d.Page < 1 || d.Page > l.PageCount || d.MS < 0 {
			return Progress{}, ErrBeat
		}
	}
	sessionID, err := s.reading(ctx, userID, l, seq)
	if err != nil {
		return Progress{}, err
	}
	now := clock.MS(s.clock)
	out := Progress{LessonID: l.ID, StudiedAt: now}
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var sess struct {
			ID         int64
			StartedAt  int64
			LastAt     int64
			LastSeq    int64
			ClaimedMS  int64 `db:"claimed_ms"`
			CreditedMS int64 `db:"credited_ms"`
		}
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
		out.PositionMS, out.CoveredMS, out.FinishedAt = row.PositionMS, row.CoveredMS, row.FinishedAt
		if seq <= sess.LastSeq {
			return nil // seen before, or overtaken
		}
		read, earned, err := dwell(ctx, tx, userID, l.ID, max(0, now-sess.LastAt), dwells)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qSessionSet, sessionID, now, seq, earned, earned)
		if err != nil || n == 0 {
			return err
		}
		unit := l.DurationMS / l.PageCount
		spans := parseSpans(row.Spans)
		for _, page := range read {
			spans = addSpan(spans, span{(page - 1) * unit, page * unit})
		}
		out.PositionMS, out.CoveredMS = (at-1)*unit, covered(spans)
		if out.FinishedAt == 0 && out.CoveredMS*100 >= l.PageCount*unit*finishShare {
			out.FinishedAt = now
		}
		if _, err := tx.Exec(ctx, qProgressSet, userID, l.ID, out.PositionMS, out.CoveredMS, formatSpans(spans), now, out.FinishedAt); err != nil {
			return err
		}
		if earned == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, qDayAdd, userID, clock.Day(s.clock.Now()), earned)
		return err
	})
	return out, err
}

// reading returns the session that a report belongs to; the first one opens it.
func (s *Service) reading(ctx context.Context, userID int64, l catalog.Lesson, seq int64) (int64, error) {
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

// dwell notes the time on each page as far as the budget lasts and returns the pages
// that now count as read and what was earned.
func dwell(ctx context.Context, tx *db.Tx, userID, lessonID, budget int64, dwells []Dwell) (read []int64, earned int64, err error) {
	for _, d := range dwells {
		var had int64
		if err := tx.Get(ctx, qPageRead, &had, userID, lessonID, d.Page); err != nil && !errors.Is(err, db.ErrNone) {
			return nil, 0, err
		}
		ms := min(d.MS, budget)
		budget -= ms
		now := min(pageCapMS, had+ms)
		if now > had {
			if _, err := tx.Exec(ctx, qPageSet, userID, lessonID, d.Page, now); err != nil {
				return nil, 0, err
			}
			earned += now - had
		}
		if now >= pageFloorMS {
			read = append(read, d.Page)
		}
	}
	return read, earned, nil
}
