package caption

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

const maxMarks = 100

// Mark is where a part of a video or audio begins.
type Mark struct {
	AtMS   int64 `db:"at_ms"`
	Title  string
	Points string // what is to be kept of the part, in lines; may be empty
}

var (
	qMarks     = db.Q("caption/marks", `SELECT at_ms, title, points FROM lesson_marks WHERE lesson_id = $1 ORDER BY at_ms`)
	qMarksDrop = db.Q("caption/marks_drop", `DELETE FROM lesson_marks WHERE lesson_id = $1`)
	qMarkPut   = db.Q("caption/mark_put", `INSERT INTO lesson_marks (lesson_id, at_ms, title, points, revision) VALUES ($1, $2, $3, $4, $5)`)
)

// Marks lists the parts of a lesson in order of time.
func (s *Service) Marks(ctx context.Context, lessonID int64) ([]Mark, error) {
	return s.marks(ctx, s.db, lessonID)
}

func (s *Service) marks(ctx context.Context, r db.Reader, lessonID int64) ([]Mark, error) {
	var rows []Mark
	err := r.List(ctx, qMarks, &rows, lessonID)
	return rows, err
}

// SaveMarks replaces the parts of a lesson. Returns ErrMark, ErrForm,
// catalog.ErrLessonGone, catalog.ErrCourseGone.
func (s *Service) SaveMarks(ctx context.Context, scope, lessonID int64, marks []Mark) error {
	l, err := s.editable(ctx, scope, lessonID)
	if err != nil {
		return err
	}
	if len(marks) > maxMarks {
		return ErrMark.Field("marks", fmt.Sprintf("章节不超过 %d 个", maxMarks))
	}
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b Mark) int { return int(min(1, max(-1, a.AtMS-b.AtMS))) })
	for i := range marks {
		m := &marks[i]
		m.Title, m.Points = text.Line(m.Title), text.Lines(m.Points)
		switch {
		case m.Title == "" || utf8.RuneCountInString(m.Title) > 60:
			return ErrMark.Field("marks", fmt.Sprintf("第 %d 个章节的标题要有 1–60 个字", i+1))
		case utf8.RuneCountInString(m.Points) > 1000:
			return ErrMark.Field("marks", fmt.Sprintf("第 %d 个章节的要点不超过 1000 字", i+1))
		case m.AtMS < 0 || m.AtMS > maxMS || l.DurationMS > 0 && m.AtMS >= l.DurationMS:
			return ErrMark.Field("marks", "章节「"+m.Title+"」的时间超过了这一课的长度")
		case i > 0 && m.AtMS == marks[i-1].AtMS:
			return ErrMark.Field("marks", "章节「"+m.Title+"」和上一个在同一时间")
		}
	}
	return s.change(ctx, l, "marks.save", nil, len(marks), func(ctx context.Context, tx *db.Tx) error { return s.putMarks(ctx, tx, lessonID, marks) })
}
