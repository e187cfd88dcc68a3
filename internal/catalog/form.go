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
// the course is one, and a service of a class is what it is for. What hangs on the
// course itself, grants above all, stays the same.
const sold = `CASE WHEN p.kind = 'course' THEN COALESCE((SELECT f.form FROM courses f WHERE f.id = p.course_id), 'course') WHEN p.purpose <> '' THEN p.purpose ELSE p.kind END`

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
	parts, err := s.Outline(ctx, courseID)
	for i := range parts {
		parts[i].Lessons = released(parts[i].Lessons)
	}
	return parts, err
}

// seen is what the page of a course shows: what is released, and before the course is
// published at all, to those with its preview link, what will be.
func (c Course) seen(lessons []Lesson) []Lesson {
	if c.Form == FormColumn && c.PublishedAt == 0 {
		return slices.DeleteFunc(lessons, func(l Lesson) bool { return !l.Written() })
	}
	return released(lessons)
}

// released leaves out the lessons that learners do not see yet.
func released(lessons []Lesson) []Lesson {
	return slices.DeleteFunc(lessons, func(l Lesson) bool { return l.ReleasedAt == 0 })
}
