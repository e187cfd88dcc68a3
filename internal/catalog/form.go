package catalog

import (
	"context"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/text"
)

// The forms of a course. A column 专栏 is one that grows: its lessons are issues, and
// it says when they come and how many there will be. It keeps the form it was made in.
const (
	FormCourse = "course"
	FormColumn = "column"
)

const maxPlanned = 9999

// sold is SQL for what kind of goods a product p is: that of a course is a column when
// the course is one. What hangs on the course itself, grants above all, stays the same.
const sold = `CASE WHEN p.kind = 'course' THEN COALESCE((SELECT f.form FROM courses f WHERE f.id = p.course_id), 'course') ELSE p.kind END`

// CreateColumn makes the draft of a column with a product to sell it by. Returns
// ErrCourse.
func (s *Service) CreateColumn(ctx context.Context, scope int64, title string) (Course, error) {
	return s.create(ctx, scope, title, FormColumn)
}

// rhythm checks what a column says of its issues; a course says nothing. Returns
// ErrCourse.
func (ch *CourseChange) rhythm(form string) error {
	if form != FormColumn {
		ch.Cadence, ch.PlannedCount = "", 0
		return nil
	}
	ch.Cadence = text.Line(ch.Cadence)
	switch {
	case utf8.RuneCountInString(ch.Cadence) > 30:
		return ErrCourse.Field("cadence", "不超过 30 个字")
	case ch.PlannedCount < 0 || ch.PlannedCount > maxPlanned:
		return ErrCourse.Field("planned_count", "期数为 0（不限）–9999")
	}
	return nil
}

// Released returns the outline of a course as learners see it: of a column, the issues
// that are out.
func (s *Service) Released(ctx context.Context, courseID int64) ([]Part, error) {
	var c Course // one that was deleted has its outline still
	if err := ignoreNone(s.db.Get(ctx, qCourse, &c, courseID)); err != nil {
		return nil, err
	}
	parts, err := s.Outline(ctx, courseID)
	return c.issued(parts), err
}

// issued leaves out what of a column is still being written: an issue is out once it
// has something to read, hear or see.
func (c Course) issued(parts []Part) []Part {
	for i := range parts {
		parts[i].Lessons = c.issues(parts[i].Lessons)
	}
	return parts
}

// issues leaves out the lessons of a column that are still being written.
func (c Course) issues(lessons []Lesson) []Lesson {
	if c.Form != FormColumn {
		return lessons
	}
	return slices.DeleteFunc(lessons, func(l Lesson) bool { return !l.Written() })
}
