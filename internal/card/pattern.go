package card

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// The refusals of templates of mentor notes.
var (
	ErrPattern     = errs.New(errs.Invalid, "mentor_pattern_invalid", "请检查寄语模板")
	ErrPatternGone = errs.New(errs.NotFound, "mentor_pattern_gone", "没有这个寄语模板")
)

// Pattern is a template of mentor notes: words with fields in braces.
type Pattern struct {
	ID        int64
	Name      string
	Body      string
	CourseID  int64 // 0: for all courses
	Version   int64
	UpdatedAt int64
}

const patternColumns = `id, name, body, course_id, version, updated_at`

var (
	qTeaches  = db.Q("card/teaches", `SELECT COUNT(*) FROM courses WHERE id = $1 AND instructor_id = $2`)
	qPatterns = db.Q("card/patterns", `SELECT `+patternColumns+` FROM mentor_note_templates WHERE (course_id IN (0, $1) OR CAST($1 AS BIGINT) = 0)
		AND (CAST($2 AS BIGINT) = 0 OR course_id = 0 OR EXISTS (SELECT 1 FROM courses k WHERE k.id = mentor_note_templates.course_id AND k.instructor_id = $2)) ORDER BY id DESC LIMIT 200`)
	qPatternTwin   = db.Q("card/pattern_twin", `SELECT COUNT(*) FROM mentor_note_templates WHERE name = $1 AND id <> $2 AND course_id = $3`)
	qPattern       = db.Q("card/pattern", `SELECT `+patternColumns+` FROM mentor_note_templates WHERE id = $1`)
	qPatternAdd    = db.Q("card/pattern_add", `INSERT INTO mentor_note_templates (id, name, body, course_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)`)
	qPatternChange = db.Q("card/pattern_change", `UPDATE mentor_note_templates SET name = $2, body = $3, course_id = $4, version = version + 1, updated_at = $5 WHERE id = $1 AND version = $6`)
	qPatternDrop   = db.Q("card/pattern_drop", `DELETE FROM mentor_note_templates WHERE id = $1`)
)

// Patterns lists the templates of notes that suit a course (0: all there are) and are for
// courses of an instructor or for all (0: anybody's).
func (s *Service) Patterns(ctx context.Context, instructorID, courseID int64) ([]Pattern, error) {
	var rows []Pattern
	err := s.DB.List(ctx, qPatterns, &rows, courseID, instructorID)
	return rows, err
}

func (p Pattern) check() error {
	if n := utf8.RuneCountInString(p.Name); n < 1 || n > 30 {
		return ErrPattern.Field("name", "名称为 1–30 个字")
	}
	for _, f := range fieldsOf(p.Body) {
		if _, ok := (Facts{}).fields(Wording{})[f]; !ok || f == "note" {
			return ErrPattern.Field("body", "没有 {"+f+"} 这个字段")
		}
	}
	for _, k := range Kinds {
		if k == Lesson || k == Hours || k == Days || k == Badge {
			continue // need not suit every milestone: what does not fit is left out when it is filled
		}
		f, w := specimen(k)
		if n := utf8.RuneCountInString(filled(p.Body, f.fields(w))); n >= leastFilled && n <= mostNote {
			return nil
		}
	}
	f, w := specimen(Course)
	return ErrPattern.Field("body", fmt.Sprintf("填好以后要有 100–150 个字，现在大约 %d 个字", utf8.RuneCountInString(filled(p.Body, f.fields(w)))))
}

// SavePattern adds (ID 0) or changes a template of notes; what was written stays. Returns
// ErrPattern, ErrPatternGone, ErrVersion. An instructor (0: anybody) changes those of own
// courses alone.
func (s *Service) SavePattern(ctx context.Context, instructorID int64, p Pattern) (int64, error) {
	p.Name, p.Body = text.Line(p.Name), text.Line(p.Body)
	isNew := p.ID == 0
	if isNew {
		p.ID = id.New()
	} else if err := s.ownPattern(ctx, s.DB, instructorID, p.ID); err != nil {
		return 0, err
	}
	if err := p.check(); err != nil {
		return 0, err
	}
	return p.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if ok, err := teaches(ctx, tx, instructorID, p.CourseID); err != nil || !ok {
			return cmp.Or(err, error(ErrPattern.Field("course_id", "请选择自己的课程")))
		}
		var before any
		var twins int64
		if err := tx.Get(ctx, qPatternTwin, &twins, p.Name, p.ID, p.CourseID); err != nil {
			return err
		}
		if twins > 0 {
			return ErrPattern.Field("name", "已经有一个叫这个名称的寄语模板，请换一个名称")
		}
		if isNew {
			if _, err := tx.Exec(ctx, qPatternAdd, p.ID, p.Name, p.Body, p.CourseID, s.now()); err != nil {
				return err
			}
		} else {
			old, err := pattern(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			before = old
			n, err := tx.Exec(ctx, qPatternChange, p.ID, p.Name, p.Body, p.CourseID, s.now(), p.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "mentor_note.template", fmt.Sprintf("mentor_note_template:%d", p.ID), before, p, "")
	})
}

// ownPattern refuses a template that is for a course of somebody else. Returns
// ErrPatternGone.
func (s *Service) ownPattern(ctx context.Context, r db.Reader, instructorID, patternID int64) error {
	old, err := pattern(ctx, r, patternID)
	if err != nil {
		return err
	}
	ok, err := teaches(ctx, r, instructorID, old.CourseID)
	if err == nil && !ok {
		err = ErrPatternGone
	}
	return err
}

// teaches reports whether a course is an instructor's (0: anybody's, or that of none).
func teaches(ctx context.Context, r db.Reader, instructorID, courseID int64) (bool, error) {
	if instructorID == 0 {
		return true, nil
	}
	var n int64
	err := r.Get(ctx, qTeaches, &n, courseID, instructorID)
	return n > 0, err
}

func pattern(ctx context.Context, r db.Reader, patternID int64) (Pattern, error) {
	var p Pattern
	err := r.Get(ctx, qPattern, &p, patternID)
	if errors.Is(err, db.ErrNone) {
		err = ErrPatternGone
	}
	return p, err
}

// DropPattern removes a template of notes. Returns ErrPatternGone.
func (s *Service) DropPattern(ctx context.Context, patternID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		old, err := pattern(ctx, tx, patternID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPatternDrop, patternID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "mentor_note.template_delete", fmt.Sprintf("mentor_note_template:%d", patternID), old, nil, "")
	})
}

// Batch is what a template of notes was filled for.
type Batch struct {
	Made  int   // drafts
	Unfit int   // cards that lack a fact it names, or with whose facts it is no paragraph of 100–150 characters
	Next  int64 // the last card that was looked at, to go on from; 0: that was all
}

// Fill writes drafts by a template for cards that have no note yet, at most 200 at once,
// after a card. Returns ErrPatternGone.
func (s *Service) Fill(ctx context.Context, f Sift, patternID, after int64, mentor string) (Batch, error) {
	p, err := pattern(ctx, s.DB, patternID)
	if err != nil {
		return Batch{}, err
	}
	course := f.CourseID
	if p.CourseID > 0 {
		if course > 0 && course != p.CourseID {
			return Batch{}, ErrPattern.Say("这个寄语模板只用于另一门课")
		}
		course = p.CourseID
	}
	cards, err := s.list(ctx, s.DB, qBare, f.Scope, course, f.Kind, after, mostAtOnce)
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	if len(cards) == mostAtOnce {
		b.Next = cards[len(cards)-1].ID
	}
	mentor = text.Line(mentor)
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		b.Made, b.Unfit = 0, 0
		for _, c := range cards {
			by := mentor
			if by == "" {
				by = c.Facts.Teacher
			}
			facts := c.Facts.fields(Wording{Name: c.Nickname, Mentor: by})
			n := utf8.RuneCountInString(filled(p.Body, facts))
			if n < leastFilled || n > mostNote || by == "" || mute(p.Body, facts) {
				b.Unfit++
				continue
			}
			facts["learner"] = learner // as the card names them when it is read
			made, err := tx.Exec(ctx, qNoteAdd, c.ID, by, filled(p.Body, facts), 0, s.now())
			if err != nil {
				return err
			}
			b.Made += int(made)
		}
		return audit.Write(ctx, tx, s.Clock, "mentor_note.fill", fmt.Sprintf("mentor_note_template:%d", patternID), nil, map[string]any{"made": b.Made, "unfit": b.Unfit}, "")
	})
	return b, err
}

// mute reports whether a text names a fact that there is nothing to say of, as a score
// without a quiz.
func mute(body string, facts map[string]string) bool {
	return slices.ContainsFunc(fieldsOf(body), func(f string) bool { return facts[f] == "" || facts[f] == "0" })
}
