package catalog

import (
	"context"
	"errors"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// Unlock is when a lesson opens to those who have its course: all that is set must
// hold. What somebody has finished stays open to them.
type Unlock struct {
	OpensAt        int64 // ms; 0: at any time
	OpensAfterDays int64 // full days since they have the course; 0: at once
	AfterLessonID  int64 // a lesson of the course to be finished before, a quiz passed; 0: none
}

// Any tells that there is a rule at all.
func (u Unlock) Any() bool { return u != Unlock{} }

// The refusals of releasing.
var (
	ErrReleased = errs.New(errs.Conflict, "lesson_released", "这一期已经发布")
)

// OnRelease calls f inside the transaction that releases an issue of a column.
func (s *Service) OnRelease(f func(context.Context, *db.Tx, Course, Lesson) error) {
	s.onRelease = append(s.onRelease, f)
}

// Release shows an issue of a column to learners at the time at (ms; 0 or past: now).
// Returns ErrLessonGone, ErrReleased, ErrNotReady.
func (s *Service) Release(ctx context.Context, scope, lessonID, at int64) error {
	l, err := s.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	return s.edit(ctx, scope, l.CourseID, "lesson.release", map[string]any{"id": lessonID, "title": l.Title, "release_at": at}, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qLesson, &l, lessonID); errors.Is(err, db.ErrNone) {
			return ErrLessonGone
		} else if err != nil {
			return err
		}
		now := clock.MS(s.clock)
		switch {
		case l.ReleasedAt > 0:
			return ErrReleased
		case at > now:
			_, err := tx.Exec(ctx, qLessonDue, lessonID, at)
			return err
		}
		return s.release(ctx, tx, l, now)
	})
}

// Withhold takes an issue of a column back, or gives up the time at which it was to be
// released: learners do not see it until it is released. Returns ErrLessonGone, ErrLesson.
func (s *Service) Withhold(ctx context.Context, scope, lessonID int64) error {
	l, err := s.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	return s.edit(ctx, scope, l.CourseID, "lesson.withhold", map[string]any{"id": lessonID, "title": l.Title}, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qLessonWithhold, lessonID)
		if err == nil && n == 0 {
			return ErrLesson.Say("只有专栏的期可以收回")
		}
		return err
	})
}

// release does it, in a transaction that has locked the course.
func (s *Service) release(ctx context.Context, tx *db.Tx, l Lesson, now int64) error {
	if !l.Written() {
		return ErrNotReady.Say("「" + l.Title + "」还没有内容，写好再发布")
	}
	for _, f := range s.onPublish {
		if err := f(ctx, tx, l); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, qLessonRelease, l.ID, now)
	if err != nil || n == 0 {
		return err
	}
	var c Course
	if err := tx.Get(ctx, qCourse, &c, l.CourseID); err != nil || c.Status != Published {
		return err
	}
	for _, f := range s.onRelease {
		if err := f(ctx, tx, c, l); err != nil {
			return err
		}
	}
	return nil
}

// releaseWritten shows what of a column is written when the column itself is published.
func (s *Service) releaseWritten(ctx context.Context, tx *db.Tx, c Course, now int64) error {
	if c.Form != FormColumn || c.PublishedAt > 0 {
		return nil // later issues are released one by one
	}
	var lessons []Lesson
	if err := tx.List(ctx, qLessons, &lessons, c.ID); err != nil {
		return err
	}
	for _, l := range lessons {
		if l.Written() && l.ReleaseAt == 0 {
			if _, err := tx.Exec(ctx, qLessonRelease, l.ID, now); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, qCourseCounts, c.ID, now)
	return err
}

// ReleaseDue releases the issues whose time has come. One that is not ready waits.
func (s *Service) ReleaseDue(ctx context.Context) error {
	var due []Lesson
	if err := s.db.List(ctx, qLessonsDue, &due, clock.MS(s.clock)); err != nil {
		return err
	}
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "定时发布"})
	for _, l := range due {
		err := s.Release(ctx, 0, l.ID, 0)
		if err != nil && !errors.Is(err, ErrNotReady) && !errors.Is(err, ErrReleased) && !errors.Is(err, ErrLessonGone) && !errors.Is(err, ErrCourseGone) {
			return err
		}
	}
	return nil
}

// unlockable checks the rule of a lesson. A chain of lessons that wait for each other
// must not close into a ring. Returns ErrLesson.
func unlockable(ctx context.Context, tx *db.Tx, l Lesson, ch LessonChange) error {
	u := ch.Unlock
	switch {
	case !u.Any():
		return nil
	case ch.IsFree:
		return ErrLesson.Field("unlock", "免费课时对所有人开放，不能再设解锁条件")
	case u.OpensAt < 0 || u.OpensAfterDays < 0 || u.OpensAfterDays > 3650:
		return ErrLesson.Field("unlock", "开课后 0–3650 天")
	case u.AfterLessonID == 0:
		return nil
	}
	var lessons []Lesson
	if err := tx.List(ctx, qLessons, &lessons, l.CourseID); err != nil {
		return err
	}
	after := map[int64]int64{}
	for _, x := range lessons {
		after[x.ID] = x.AfterLessonID
	}
	if _, ok := after[u.AfterLessonID]; !ok {
		return ErrLesson.Field("unlock", "要先学的课时不在这门课里")
	}
	after[l.ID] = u.AfterLessonID
	for at, steps := l.ID, 0; at != 0; at, steps = after[at], steps+1 {
		if steps > len(lessons) {
			return ErrLesson.Field("unlock", "这样几节课会互相等待，谁也打不开")
		}
	}
	return nil
}
