package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// The states of an attempt. Started moves once, to one of the others; to mark moves
// to submitted when a person has marked every short answer.
const (
	Started   = "started"
	Submitted = "submitted"
	Expired   = "expired" // its time ran out; what was saved by then was scored
	ToMark    = "to_mark"
)

// graceMS is how long after a deadline answers still count: they were on their way.
const graceMS = 5_000

// Attempt is one go at a quiz.
type Attempt struct {
	ID           int64
	UserID       int64
	LessonID     int64
	CourseID     int64
	No           int64
	State        string
	PassPermille int64
	MaxCenti     int64
	ScoreCenti   int64
	Passed       bool
	StartedAt    int64
	DeadlineAt   int64 // 0: none
	SavedAt      int64
	SubmittedAt  int64

	Sheet   Sheet         `db:"-"`
	Replies map[int]Reply `db:"-"` // by number, from 1
}

type attemptRow struct {
	Attempt
	SheetJSON   string `db:"sheet"`
	RepliesJSON string `db:"replies"`
}

func (r attemptRow) attempt() (Attempt, error) {
	a := r.Attempt
	if err := json.Unmarshal([]byte(r.SheetJSON), &a.Sheet); err != nil {
		return a, fmt.Errorf("quiz: sheet of attempt %d: %w", a.ID, err)
	}
	byNo := map[string]Reply{}
	if err := json.Unmarshal([]byte(r.RepliesJSON), &byNo); err != nil {
		return a, fmt.Errorf("quiz: replies of attempt %d: %w", a.ID, err)
	}
	a.Replies = make(map[int]Reply, len(byNo))
	for no, reply := range byNo {
		n, err := strconv.Atoi(no)
		if err != nil {
			return a, fmt.Errorf("quiz: replies of attempt %d: %w", a.ID, err)
		}
		a.Replies[n] = reply
	}
	return a, nil
}

// Open reports whether answers are still taken.
func (a Attempt) Open() bool { return a.State == Started }

func (a Attempt) late(now int64) bool { return a.DeadlineAt > 0 && now > a.DeadlineAt+graceMS }

// Overview is a quiz as somebody sees it before beginning.
type Overview struct {
	Paper
	Count    int64
	Points   int64
	Attempts []Attempt // without their sheets, newest first
	NowAt    int64
}

// Left is how many attempts may still begin; -1 for any number.
func (o Overview) Left() int64 {
	if o.AttemptsLimit == 0 {
		return -1
	}
	return max(0, o.AttemptsLimit-int64(len(o.Attempts)))
}

// Overview tells a learner what a quiz is like and how the attempts went. Returns
// ErrNotQuiz, ErrNoPaper, catalog.ErrLessonGone, access.ErrLocked.
func (s *Service) Overview(ctx context.Context, userID, lessonID int64) (Overview, error) {
	if _, err := s.openQuiz(ctx, userID, lessonID); err != nil {
		return Overview{}, err
	}
	p, err := s.Paper(ctx, lessonID)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Paper: p, NowAt: clock.MS(s.clock)}
	o.Count, o.Points = p.Size()
	err = s.db.List(ctx, qAttemptsOf, &o.Attempts, userID, lessonID)
	return o, err
}

func (s *Service) openQuiz(ctx context.Context, userID, lessonID int64) (catalog.Lesson, error) {
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err == nil && l.Form != catalog.Quiz {
		err = ErrNotQuiz
	}
	return l, err
}

// Start begins an attempt, or returns the one that is open. Returns ErrNoMore,
// ErrTooFew and what Overview returns.
func (s *Service) Start(ctx context.Context, userID, lessonID int64) (Attempt, error) {
	l, err := s.openQuiz(ctx, userID, lessonID)
	if err != nil {
		return Attempt{}, err
	}
	var a Attempt
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.paper(ctx, tx, qPaper, lessonID)
		if err != nil {
			return err
		}
		now := clock.MS(s.clock)
		a, err = s.openOne(ctx, tx, userID, lessonID)
		if err == nil && a.late(now) {
			err = s.close(ctx, tx, &a, now)
			if err == nil {
				err = ErrAttemptGone
			}
		}
		if !errors.Is(err, ErrAttemptGone) {
			return err
		}
		var n int64
		if err := tx.Get(ctx, qAttemptCount, &n, userID, lessonID); err != nil {
			return err
		}
		if p.AttemptsLimit > 0 && n >= p.AttemptsLimit {
			return ErrNoMore
		}
		return s.begin(ctx, tx, &a, l, p, userID, n+1, now)
	})
	return a, err
}

// begin writes a new attempt; where another device was faster, its attempt is it.
func (s *Service) begin(ctx context.Context, tx *db.Tx, a *Attempt, l catalog.Lesson, p Paper, userID, no, now int64) error {
	attemptID := id.New()
	sheet, err := s.draw(ctx, tx, p, attemptID)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(sheet)
	if err != nil {
		return err
	}
	deadline := int64(0)
	if p.TimeLimitS > 0 {
		deadline = now + p.TimeLimitS*1000
	}
	if _, err := tx.Exec(ctx, qAttemptInsert, attemptID, userID, l.ID, l.CourseID, no, string(raw), p.PassPermille, sheet.MaxCenti(), now, deadline); err != nil {
		return err
	}
	*a, err = s.openOne(ctx, tx, userID, l.ID)
	return err
}

func (s *Service) openOne(ctx context.Context, r db.Reader, userID, lessonID int64) (Attempt, error) {
	var row attemptRow
	if err := r.Get(ctx, qAttemptOpen, &row, userID, lessonID); err != nil {
		return Attempt{}, none(err, ErrAttemptGone)
	}
	return row.attempt()
}

func (s *Service) attempt(ctx context.Context, r db.Reader, q *db.Stmt, userID, attemptID int64) (Attempt, error) {
	var row attemptRow
	if err := r.Get(ctx, q, &row, attemptID); err != nil {
		return Attempt{}, none(err, ErrAttemptGone)
	}
	if row.UserID != userID {
		return Attempt{}, ErrAttemptGone
	}
	return row.attempt()
}

// own finds an attempt of the user whose lesson is still open to them.
func (s *Service) own(ctx context.Context, userID, attemptID int64) (Attempt, error) {
	a, err := s.attempt(ctx, s.db, qAttempt, userID, attemptID)
	if err != nil {
		return a, err
	}
	_, err = s.access.Open(ctx, s.catalog, userID, a.LessonID)
	return a, err
}

// Attempt returns one of the user's. One whose time is over is closed first. Returns
// ErrAttemptGone, catalog.ErrLessonGone, access.ErrLocked.
func (s *Service) Attempt(ctx context.Context, userID, attemptID int64) (Attempt, error) {
	a, err := s.own(ctx, userID, attemptID)
	if err != nil || !a.Open() || !a.late(clock.MS(s.clock)) {
		return a, err
	}
	return s.end(ctx, userID, attemptID, nil)
}

// Save keeps answers, by number, while the attempt runs; the others stay as they
// were. Returns ErrOver, ErrReply and what Attempt returns.
func (s *Service) Save(ctx context.Context, userID, attemptID int64, replies map[int]Reply) (Attempt, error) {
	if _, err := s.own(ctx, userID, attemptID); err != nil {
		return Attempt{}, err
	}
	var a Attempt
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		now := clock.MS(s.clock)
		if a, err = s.attempt(ctx, tx, qAttemptLock, userID, attemptID); err != nil {
			return err
		}
		if !a.Open() || a.late(now) {
			return ErrOver
		}
		return s.keep(ctx, tx, &a, replies, now)
	})
	return a, err
}

// keep merges answers into an open attempt that is locked.
func (s *Service) keep(ctx context.Context, tx *db.Tx, a *Attempt, replies map[int]Reply, now int64) error {
	for no, reply := range replies {
		if no < 1 || no > len(a.Sheet.Items) {
			return ErrReply
		}
		if err := a.Sheet.Items[no-1].fits(reply); err != nil {
			return err
		}
		a.Replies[no] = reply
	}
	raw, err := json.Marshal(a.Replies)
	if err != nil {
		return err
	}
	a.SavedAt = now
	n, err := tx.Exec(ctx, qAttemptSave, a.ID, string(raw), now)
	if err == nil && n == 0 {
		err = ErrOver
	}
	return err
}
