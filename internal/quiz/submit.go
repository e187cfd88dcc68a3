package quiz

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Submit hands an attempt in, with the last answers, and returns it scored. A second
// time changes nothing and returns the same. Returns ErrReply and what Attempt
// returns.
func (s *Service) Submit(ctx context.Context, userID, attemptID int64, replies map[int]Reply) (Attempt, error) {
	if _, err := s.own(ctx, userID, attemptID); err != nil {
		return Attempt{}, err
	}
	return s.end(ctx, userID, attemptID, replies)
}

func (s *Service) end(ctx context.Context, userID, attemptID int64, replies map[int]Reply) (Attempt, error) {
	var a Attempt
	err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		now := clock.MS(s.clock)
		if a, err = s.attempt(ctx, tx, qAttemptLock, userID, attemptID); err != nil || !a.Open() {
			return err
		}
		if !a.late(now) {
			if err := s.keep(ctx, tx, &a, replies, now); err != nil {
				return err
			}
		}
		return s.close(ctx, tx, &a, now)
	})
	return a, err
}

// close scores an open attempt, once: the row count of the one UPDATE decides.
func (s *Service) close(ctx context.Context, tx *db.Tx, a *Attempt, now int64) error {
	a.State, a.SubmittedAt, a.ScoreCenti = Submitted, now, 0
	if a.late(now) {
		a.State, a.SubmittedAt = Expired, a.DeadlineAt
	}
	scores, states := make([]int64, len(a.Sheet.Items)), make([]string, len(a.Sheet.Items))
	for i, it := range a.Sheet.Items {
		centi, byHand := it.Score(a.Replies[i+1])
		scores[i], states[i] = centi, "scored"
		if byHand {
			states[i], a.State = ToMark, ToMark
		}
		a.ScoreCenti += centi
	}
	a.Passed = a.State != ToMark && a.passes()
	n, err := tx.Exec(ctx, qAttemptClose, a.ID, a.State, a.ScoreCenti, a.Passed, a.SubmittedAt)
	if err != nil || n == 0 {
		return err
	}
	for i, it := range a.Sheet.Items {
		if err := tx.Later(ctx, qAnswerInsert, a.ID, i+1, it.QuestionID, states[i], scores[i], it.MaxCenti()); err != nil {
			return err
		}
		if states[i] == ToMark || it.Kind == Short {
			continue
		}
		if err := s.note(ctx, tx, a.UserID, a.LessonID, it.QuestionID, scores[i] == it.MaxCenti(), now); err != nil {
			return err
		}
	}
	if a.Passed {
		return s.passed(ctx, tx, *a)
	}
	return nil
}

func (a Attempt) passes() bool { return a.ScoreCenti*1000 >= a.PassPermille*a.MaxCenti }

func (s *Service) passed(ctx context.Context, tx *db.Tx, a Attempt) error {
	for _, f := range s.onPassed {
		if err := f(ctx, tx, a.UserID, a.CourseID, a.LessonID); err != nil {
			return err
		}
	}
	return nil
}

// note keeps the wrong-question book: missed questions go in, right ones are
// mastered.
func (s *Service) note(ctx context.Context, tx *db.Tx, userID, lessonID, questionID int64, right bool, now int64) error {
	if right {
		return tx.Later(ctx, qMastered, userID, questionID, now)
	}
	return tx.Later(ctx, qMissed, id.New(), userID, questionID, lessonID, now)
}

// Sweep closes attempts whose time is over, so that results do not wait for somebody
// to look.
func (s *Service) Sweep(ctx context.Context) error {
	var due []struct{ ID, UserID int64 }
	if err := s.db.List(ctx, qOverdue, &due, clock.MS(s.clock)-graceMS, 200); err != nil {
		return err
	}
	var failed []error
	for _, d := range due {
		if _, err := s.end(ctx, d.UserID, d.ID, nil); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Merge moves everything of a user who became another one. Where both had the same
// quiz open, the one that goes is closed with what it has.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var both []attemptRow
	if err := tx.List(ctx, qOpenBoth, &both, from, to); err != nil {
		return err
	}
	for _, row := range both {
		a, err := row.attempt()
		if err != nil {
			return err
		}
		if err := s.close(ctx, tx, &a, clock.MS(s.clock)); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMergeAttempts, qMergeWrongDrop, qMergeWrong, qMergePointsDrop, qMergePoints} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
