package catalog

import (
	"context"
	"errors"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// The changes that can be made to many lessons at once.
const (
	BulkMove     = "move"     // to the end of a chapter
	BulkFree     = "free"     // for everybody
	BulkPaid     = "paid"     // for those who have access
	BulkRelease  = "release"  // of a column, now
	BulkWithhold = "withhold" // of a column
	BulkUnlock   = "unlock"   // the rule; an empty one takes rules away
	BulkDelete   = "delete"
)

// maxBulk is how many things one call changes.
const maxBulk = 200

var (
	qLessonFree   = db.Q("catalog/lesson_free", `UPDATE lessons SET is_free = $2, opens_at = CASE WHEN $2 THEN 0 ELSE opens_at END, opens_after_days = CASE WHEN $2 THEN 0 ELSE opens_after_days END, after_lesson_id = CASE WHEN $2 THEN 0 ELSE after_lesson_id END, version = version + 1 WHERE id = $1`)
	qLessonUnlock = db.Q("catalog/lesson_unlock", `UPDATE lessons SET opens_at = $2, opens_after_days = $3, after_lesson_id = $4, version = version + 1 WHERE id = $1`)
	qTagTaken     = db.Q("catalog/tag_taken", `DELETE FROM course_tags WHERE course_id = $1 AND tag = $2`)
	qTagAsk       = db.Q("catalog/tag_ask", `SELECT COUNT(*) FROM course_tags WHERE course_id = $1`)
	qCourseClass  = db.Q("catalog/course_class", `UPDATE courses SET category_id = $2, updated_at = $3, version = version + 1 WHERE id = $1 AND (CAST($2 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM categories WHERE id = $2))`)
	qCourseTaught = db.Q("catalog/course_taught", `UPDATE courses SET instructor_id = $2, updated_at = $3, version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM instructors WHERE id = $2)`)
	qCourseTouch  = db.Q("catalog/course_touch", `UPDATE courses SET updated_at = $2, version = version + 1 WHERE id = $1`)
)

// errDry rolls a trial back.
var errDry = errors.New("catalog: nothing was to be changed")

// LessonsChange is one change of many lessons.
type LessonsChange struct {
	Action    string
	ChapterID int64 // of BulkMove
	Unlock    Unlock
}

// Row is what became, or would become, of one of many.
type Row struct {
	ID     int64
	Title  string
	Reason string // why it was left alone; "" when it was changed
}

// ChangeLessons changes many lessons of a course in one transaction, after a version of
// the course was kept. A lesson that cannot be changed is left alone and its row says
// why. dry does all of it and takes it back: the rows say what would become of each.
// Returns ErrCourseGone, ErrLesson.
func (s *Service) ChangeLessons(ctx context.Context, scope, courseID int64, ids []int64, ch LessonsChange, dry bool) ([]Row, error) {
	if len(ids) == 0 || len(ids) > maxBulk {
		return nil, ErrLesson.Say("一次选 1–200 节课")
	}
	var rows []Row
	err := s.edit(ctx, scope, courseID, "lesson.bulk", map[string]any{"lessons": ids, "change": ch}, func(ctx context.Context, tx *db.Tx) error {
		rows = nil
		var c Course
		if err := tx.Get(ctx, qCourse, &c, courseID); err != nil {
			return err
		}
		if !dry {
			if err := s.turn(ctx, tx, c, "bulk"); err != nil {
				return err
			}
		}
		parts, err := outline(ctx, tx, courseID)
		if err != nil {
			return err
		}
		lessons, chapters := map[int64]Lesson{}, map[int64]int{}
		for _, p := range parts {
			chapters[p.ID] = len(p.Lessons)
			for _, l := range p.Lessons {
				lessons[l.ID] = l
			}
		}
		if _, ok := chapters[ch.ChapterID]; ch.Action == BulkMove && !ok {
			return ErrLesson.Field("chapter_id", "没有这一章")
		}
		for _, n := range ids {
			l, ok := lessons[n]
			if !ok {
				rows = append(rows, Row{n, "", ErrLessonGone.Msg})
				continue
			}
			delete(lessons, n) // named twice, it is done once
			var refused *errs.E
			err := s.changeLesson(ctx, tx, c, l, ch, chapters)
			switch {
			case errors.As(err, &refused):
				rows = append(rows, Row{n, l.Title, refused.Msg})
			case err != nil:
				return err
			default:
				rows = append(rows, Row{n, l.Title, ""})
			}
		}
		if dry {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return rows, err
}

// changeLesson does it to one. A refusal comes before anything is written.
func (s *Service) changeLesson(ctx context.Context, tx *db.Tx, c Course, l Lesson, ch LessonsChange, places map[int64]int) error {
	once := func(q *db.Stmt, args ...any) error { _, err := tx.Exec(ctx, q, args...); return err }
	switch ch.Action {
	case BulkMove:
		if l.ChapterID == ch.ChapterID {
			return ErrLesson.Say("已经在这一章")
		}
		places[ch.ChapterID]++
		return once(qLessonPlace, l.ID, c.ID, ch.ChapterID, 10_000+places[ch.ChapterID])
	case BulkFree, BulkPaid:
		if l.IsFree == (ch.Action == BulkFree) {
			return ErrLesson.Say("本来就是这样")
		}
		return once(qLessonFree, l.ID, ch.Action == BulkFree)
	case BulkRelease:
		if c.Form != FormColumn {
			return ErrLesson.Say("只有专栏的期可以单独发布")
		}
		if l.ReleasedAt > 0 {
			return ErrReleased
		}
		return s.release(ctx, tx, l, clock.MS(s.clock))
	case BulkWithhold:
		n, err := tx.Exec(ctx, qLessonWithhold, l.ID)
		if err == nil && n == 0 {
			return ErrLesson.Say("只有专栏里已发布的期可以收回")
		}
		return err
	case BulkUnlock:
		if l.ID == ch.Unlock.AfterLessonID {
			return ErrLesson.Say("不能等它自己")
		}
		if err := unlockable(ctx, tx, l, LessonChange{IsFree: l.IsFree, Unlock: ch.Unlock}); err != nil {
			return err
		}
		return once(qLessonUnlock, l.ID, ch.Unlock.OpensAt, ch.Unlock.OpensAfterDays, ch.Unlock.AfterLessonID)
	case BulkDelete:
		if err := once(qLessonDelete, l.ID, clock.MS(s.clock)); err != nil {
			return err
		}
		return once(qLessonWaits, c.ID, l.ID)
	}
	return ErrLesson.Field("action", "没有这种修改")
}

// The changes that can be made to many courses at once.
const (
	BulkCategory   = "category"
	BulkInstructor = "instructor"
	BulkTagAdd     = "tag_add"
	BulkTagTake    = "tag_take"
	BulkPublish    = "publish"
	BulkUnpublish  = "unpublish"
)

// CoursesChange is one change of many courses.
type CoursesChange struct {
	Action string
	RefID  int64  // category or instructor; 0: none
	Tag    string // to add or to take away
}

// ChangeCourses changes many courses, each in a transaction of its own; rows and dry as
// in ChangeLessons. Returns ErrCourse.
func (s *Service) ChangeCourses(ctx context.Context, ids []int64, ch CoursesChange, dry bool) ([]Row, error) {
	if len(ids) == 0 || len(ids) > maxBulk {
		return nil, ErrCourse.Say("一次选 1–200 门课程")
	}
	tags := lines([]string{ch.Tag})
	if (ch.Action == BulkTagAdd || ch.Action == BulkTagTake) && len(tags) == 0 {
		return nil, ErrCourse.Field("tag", "请写一个标签")
	}
	var rows []Row
	for _, n := range ids {
		row := Row{ID: n}
		err := s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
			c, err := s.course(ctx, tx, qCourseLock, 0, n)
			if err != nil {
				return err
			}
			row.Title = c.Title
			if err := s.changeCourse(ctx, tx, c, ch, tags); err != nil {
				return err
			}
			if dry {
				return errDry
			}
			return nil
		})
		var refused *errs.E
		if errors.As(err, &refused) {
			row.Reason = refused.Msg
		} else if err != nil && !errors.Is(err, errDry) {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// changeCourse does it to one whose row is locked.
func (s *Service) changeCourse(ctx context.Context, tx *db.Tx, c Course, ch CoursesChange, tags []string) error {
	now := clock.MS(s.clock)
	var n int64
	var err error
	switch ch.Action {
	case BulkPublish:
		return s.publish(ctx, tx, c, 0)
	case BulkUnpublish:
		return s.move(ctx, tx, c, Unpublished, 0)
	case BulkCategory:
		if n, err = tx.Exec(ctx, qCourseClass, c.ID, ch.RefID, now); err == nil && n == 0 {
			return ErrCourse.Say("没有这个分类")
		}
	case BulkInstructor:
		if n, err = tx.Exec(ctx, qCourseTaught, c.ID, ch.RefID, now); err == nil && n == 0 {
			return ErrCourse.Say("没有这位讲师")
		}
	case BulkTagTake:
		if n, err = tx.Exec(ctx, qTagTaken, c.ID, tags[0]); err == nil && n == 0 {
			return ErrCourse.Say("没有这个标签")
		}
	case BulkTagAdd:
		var have int64
		if err := tx.Get(ctx, qTagAsk, &have, c.ID); err != nil {
			return err
		}
		if have >= 10 {
			return ErrCourse.Say("已经有 10 个标签")
		}
		if n, err = tx.Exec(ctx, qTagAdd, c.ID, tags[0]); err == nil && n == 0 {
			return ErrCourse.Say("已经有这个标签")
		}
	default:
		return ErrCourse.Say("没有这种修改")
	}
	if err != nil {
		return err
	}
	if ch.Action == BulkTagAdd || ch.Action == BulkTagTake {
		if err := tx.Sure(ctx, qCourseTouch, c.ID, now); err != nil {
			return err
		}
	}
	if err := s.tell(ctx, tx, c.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, s.clock, "course.bulk", target(c.ID), map[string]any{"category_id": c.CategoryID, "instructor_id": c.InstructorID}, map[string]any{"action": ch.Action, "ref_id": ch.RefID, "tag": ch.Tag}, "")
}
