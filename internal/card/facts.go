package card

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Facts are what a card states, all of it read from the evidence of study. Their order
// here is the order in which they are signed.
type Facts struct {
	Kind          string  `json:"kind"`
	Code          string  `json:"code"`
	CourseID      int64   `json:"course_id"`
	CourseTitle   string  `json:"course_title"`
	Teacher       string  `json:"teacher"`
	PartID        int64   `json:"part_id"`        // lesson, chapter, certificate, badge; hours: how many
	Part          string  `json:"part"`           // its title
	Lessons       int64   `json:"lessons"`        // finished, of the course; hours: of all courses
	LessonsAll    int64   `json:"lessons_all"`    // of the course now; 0: of no one course
	StudyMS       int64   `json:"study_ms"`       // of the lesson, the chapter, the course or all
	ScorePermille int64   `json:"score_permille"` // of the quiz that was passed; -1: there is none
	Days          int64   `json:"days"`           // with study, or of check-ins, among Span
	Span          int64   `json:"span"`           // days from the first to the last
	From          int64   `json:"from"`           // first local day of study, YYYYMMDD
	Until         int64   `json:"until"`          // day of the milestone, YYYYMMDD
	Daily         []int64 `json:"daily"`          // minutes of study on each of the last days, at most 28
	IssuedAt      int64   `json:"issued_at"`
	Kept          []int64 `json:"kept,omitempty"` // days: which days of the challenge, from 1, at most the last 28

	Won int64 `json:"-"` // badge: the local day on which it was won, as it is stored; 0: it is not
}

// Minutes is the study time in whole minutes, as it is stated.
func (f Facts) Minutes() int64 { return f.StudyMS / 60_000 }

// mostDaily is how many days a card draws.
const mostDaily = 28

// text is what is signed: the same facts are the same bytes.
func (f Facts) text() (string, error) {
	b, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("card: %w", err)
	}
	return string(b), nil
}

// part is what a milestone is about.
type part struct {
	kind     string
	courseID int64
	partID   int64
}

// ref names the milestone: each has one card.
func (p part) ref() string {
	if p.kind == Course {
		return fmt.Sprintf("course:%d", p.courseID)
	}
	return fmt.Sprintf("%s:%d", p.kind, p.partID)
}

// count reads the facts of a milestone, up to a moment.
func (s *Service) count(ctx context.Context, r db.Reader, userID int64, p part, at int64) (Facts, error) {
	f := Facts{Kind: p.kind, CourseID: p.courseID, PartID: p.partID, ScorePermille: -1, IssuedAt: at, Until: clock.Day(time.UnixMilli(at)), Daily: []int64{}}
	if p.kind == Days {
		return s.lasted(ctx, r, userID, f)
	}
	if p.courseID > 0 {
		var c struct {
			Title, Teacher, Part string
			LessonsAll           int64
		}
		if err := r.Get(ctx, qNames, &c, p.courseID, p.kind, p.partID); err != nil {
			return f, err
		}
		f.CourseTitle, f.Teacher, f.Part, f.LessonsAll = c.Title, c.Teacher, c.Part, c.LessonsAll
	}
	if p.kind == Badge {
		if err := r.Get(ctx, qBadgeName, &f.Part, p.partID); err != nil {
			return f, err
		}
		var won int64
		if err := r.Get(ctx, qBadgeWon, &won, userID, p.partID); err == nil {
			f.Won = clock.Day(time.UnixMilli(won))
		} else if !errors.Is(err, db.ErrNone) {
			return f, err
		}
	}
	if err := r.Get(ctx, qLessonsBy, &f.Lessons, userID, p.courseID, at); err != nil {
		return f, err
	}
	var days []struct{ Day, StudiedMS int64 }
	lesson, chapter := int64(0), int64(0)
	switch p.kind {
	case Lesson, Quiz:
		lesson = p.partID
	case Chapter:
		chapter = p.partID
	}
	if err := r.List(ctx, qDaysOf, &days, userID, p.courseID, lesson, chapter, f.Until); err != nil {
		return f, err
	}
	for _, d := range days {
		f.StudyMS += d.StudiedMS
	}
	f.Days = int64(len(days))
	if len(days) > 0 {
		f.From = days[0].Day
		f.Span = between(f.From, f.Until) + 1
		f.Daily = make([]int64, min(f.Span, mostDaily))
		for _, d := range days {
			if ago := between(d.Day, f.Until); ago < int64(len(f.Daily)) {
				f.Daily[int64(len(f.Daily))-1-ago] = d.StudiedMS / 60_000
			}
		}
	}
	if p.kind == Quiz {
		var best struct{ ScoreCenti, MaxCenti int64 }
		err := r.Get(ctx, qPassed, &best, userID, p.partID, at)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return f, err
		}
		if best.MaxCenti > 0 {
			f.ScorePermille = best.ScoreCenti * 1000 / best.MaxCenti
		}
	}
	return f, nil
}

// lasted reads the facts of a milestone of a challenge: its days are check-ins, the time
// is that of study from its first day on.
func (s *Service) lasted(ctx context.Context, r db.Reader, userID int64, f Facts) (Facts, error) {
	k, err := s.kept(ctx, r, f.PartID, f.IssuedAt)
	if err != nil {
		return f, err
	}
	f.Part, f.CourseTitle, f.Teacher, f.Days, f.Span, f.From = k.Title, k.Class, k.Teacher, int64(len(k.Days)), k.Span, k.From
	var days []struct{ Day, StudiedMS int64 }
	if err := r.List(ctx, qDaysOf, &days, userID, k.CourseID, 0, 0, f.Until); err != nil {
		return f, err
	}
	f.Daily = make([]int64, min(between(f.From, f.Until)+1, mostDaily))
	for _, d := range days {
		if d.Day < f.From {
			continue
		}
		f.StudyMS += d.StudiedMS
		if ago := between(d.Day, f.Until); ago < int64(len(f.Daily)) {
			f.Daily[int64(len(f.Daily))-1-ago] = d.StudiedMS / 60_000
		}
	}
	for _, d := range k.Days {
		if nth := between(f.From, d) + 1; nth > k.Span-mostDaily {
			f.Kept = append(f.Kept, nth)
		}
	}
	return f, nil
}

// between is how many days lie between two local days.
func between(from, until int64) int64 {
	at := func(d int64) time.Time {
		return time.Date(int(d/10000), time.Month(d/100%100), int(d%100), 12, 0, 0, 0, time.UTC)
	}
	return int64(at(until).Sub(at(from)) / (24 * time.Hour))
}

// bears reports whether evidence counted again bears out what a card states: time of the
// day of its issue may have grown since, nothing may have become less, a badge is still had.
func (f Facts) bears(now Facts) bool {
	return (f.Kind != Badge || now.Won > 0) && now.Lessons >= f.Lessons && now.StudyMS >= f.StudyMS && now.Days >= f.Days && now.ScorePermille >= f.ScorePermille
}
