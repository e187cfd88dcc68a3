package homework

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Queue lists what was handed in for a lesson within scope, newest first. Returns
// catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) Queue(ctx context.Context, scope, lessonID int64, state string, before int64, limit int) ([]Submission, error) {
	if _, err := s.Mine(ctx, scope, lessonID); err != nil {
		return nil, err
	}
	return s.list(ctx, s.db, qQueue, lessonID, state, before, limit)
}

// within finds a submission of a course within scope. Returns ErrGone.
func (s *Service) within(ctx context.Context, scope, submissionID int64) (Submission, error) {
	sub, err := s.one(ctx, s.db, qOne, submissionID)
	if err != nil {
		return sub, err
	}
	if _, err := s.Mine(ctx, scope, sub.LessonID); err != nil {
		return sub, ErrGone
	}
	return sub, nil
}

// Mark is what a person gives a submission.
type Mark struct {
	Points    []int64 // by row of the rubric
	Comment   string
	Return    bool // to be done again
	Excellent bool // worth being seen by the class, if its author agrees
}

// Mark marks a submission within scope, or gives it back to be done again; a mark may be
// corrected, but what was passed stays passed. Returns ErrMark, ErrGone.
func (s *Service) Mark(ctx context.Context, scope, submissionID int64, m Mark) error {
	if m.Comment = text.Lines(m.Comment); utf8.RuneCountInString(m.Comment) > 2000 {
		return ErrMark.Field("comment", "评语不超过 2000 个字")
	}
	if m.Return && m.Comment == "" {
		return ErrMark.Field("comment", "退回时请写明要改什么")
	}
	if _, err := s.within(ctx, scope, submissionID); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.one(ctx, tx, qLock, submissionID)
		if err != nil {
			return err
		}
		if sub.State == Returned || m.Return && sub.Passed {
			return ErrMark.Say("这份作业已经退回或通过，不能再退回")
		}
		score, raw, err := sum(sub.Rubric, m.Points)
		if err != nil {
			return err
		}
		before := sub.Score
		sub.State, sub.Score, sub.Comment, sub.Excellent, sub.ByPeers = Marked, score, m.Comment, m.Excellent && !m.Return, false
		if m.Return {
			sub.State = Returned
		}
		if err := s.settle(ctx, tx, sub, raw, audit.ActorOf(ctx).ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "homework.mark", fmt.Sprintf("submission:%d", sub.ID), before, sub.Score, "")
	})
}

// settle writes a score inside tx, finishes the lesson when it is passed, and tells.
func (s *Service) settle(ctx context.Context, tx *db.Tx, sub Submission, points string, by int64) error {
	was := sub.Passed
	sub.Passed = was || sub.State == Marked && sub.Score*1000 >= sub.PassPermille*sub.Most
	n, err := tx.Exec(ctx, qMark, sub.ID, sub.State, sub.Score, sub.Passed, points, sub.Comment, sub.Excellent, by, clock.MS(s.clock), sub.ByPeers)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrGone
	}
	if sub.Passed && !was {
		for _, f := range s.onPassed {
			if err := f(ctx, tx, sub.UserID, sub.CourseID, sub.LessonID); err != nil {
				return err
			}
		}
	}
	var title string
	if err := tx.Get(ctx, qTitle, &title, sub.LessonID); err != nil {
		return err
	}
	return s.tell(ctx, tx, News{UserID: sub.UserID, LessonID: sub.LessonID, ID: sub.ID, Kind: sub.State, Title: title, Comment: sub.Comment})
}

// FetchFor opens a file for staff of its course. Returns ErrFile.
func (s *Service) FetchFor(ctx context.Context, scope, fileID int64) (File, io.ReadSeekCloser, error) {
	var f File
	if err := s.db.Get(ctx, qFile, &f, fileID); err != nil {
		return f, nil, none(err, ErrFile)
	}
	if _, err := s.Mine(ctx, scope, f.LessonID); err != nil || f.SubmissionID == 0 {
		return f, nil, ErrFile
	}
	body, _, err := s.media.Open(ctx, f.BlobKey)
	return f, body, err
}

// ReviewsFor returns the reviews of a submission within scope. Returns ErrGone.
func (s *Service) ReviewsFor(ctx context.Context, scope, submissionID int64) ([]Review, error) {
	if _, err := s.within(ctx, scope, submissionID); err != nil {
		return nil, err
	}
	return s.Reviews(ctx, submissionID)
}

// Merge moves the work of a user who became another one; nobody reviews their own.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qMergeOpen, qMergeOwn, qMergeSelf, qMerge, qMergeFiles, qMergeReview} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}
