package learning

import (
	"context"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
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

// ReadPages is Read for a document whose pages are as they were printed: one counts
// after two seconds. at is the page to come back to. Returns ErrBeat.
func (s *Service) ReadPages(ctx context.Context, userID int64, l catalog.Lesson, seq, at int64, dwells []Dwell) (Progress, error) {
	if at < 1 || at > l.PageCount {
		return Progress{}, ErrBeat
	}
	return s.read(ctx, userID, l, seq, (at-1)*(l.DurationMS/l.PageCount), pageFloorMS, dwells)
}

// Read credits dwelling on the screens of a text: one counts as read after a fifth of
// the time that it takes, quicker than which nobody reads, and earns at most a minute
// of study time. All of a report together never exceeds the server's time since the
// one before; a report that was seen before changes nothing. positionMS is the place
// to come back to, as part of the lesson's length. The report with seq 1 opens a
// session. Returns ErrBeat.
func (s *Service) Read(ctx context.Context, userID int64, l catalog.Lesson, seq, positionMS int64, dwells []Dwell) (Progress, error) {
	if positionMS < 0 || positionMS > l.DurationMS || l.Screens() == 0 {
		return Progress{}, ErrBeat
	}
	return s.read(ctx, userID, l, seq, positionMS, max(pageFloorMS, l.DurationMS/l.Screens()/5), dwells)
}

func (s *Service) read(ctx context.Context, userID int64, l catalog.Lesson, seq, positionMS, floorMS int64, dwells []Dwell) (Progress, error) {
	count := l.Screens()
	if seq < 1 || len(dwells) > maxDwells {
		return Progress{}, ErrBeat
	}
	for _, d := range dwells {
		if d.Page < 1 || d.Page > count || d.MS < 0 {
			return Progress{}, ErrBeat
		}
	}
	sessionID, err := s.sitting(ctx, userID, l, seq)
	if err != nil {
		return Progress{}, err
	}
	unit := l.DurationMS / count
	return s.report(ctx, sessionID, userID, l, seq, func(ctx context.Context, tx *db.Tx, sess session, _ Progress, now int64) (gain, error) {
		read, earned, err := dwell(ctx, tx, userID, l.ID, max(0, now-sess.LastAt), floorMS, dwells)
		g := gain{position: positionMS, whole: count * unit, claimed: earned, earned: earned}
		for _, page := range read {
			g.spans = append(g.spans, span{(page - 1) * unit, page * unit})
		}
		return g, err
	})
}

// dwell notes the time on each page as far as the budget lasts and returns the pages
// that now count as read and what was earned.
func dwell(ctx context.Context, tx *db.Tx, userID, lessonID, budget, floorMS int64, dwells []Dwell) (read []int64, earned int64, err error) {
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
		if now >= floorMS {
			read = append(read, d.Page)
		}
	}
	return read, earned, nil
}
