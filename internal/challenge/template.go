package challenge

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Challenge is a template of which classes are opened.
type Challenge struct {
	ID           int64
	InstructorID int64 // 0: the school's
	CourseID     int64 // 0: it goes with none
	Title        string
	About        string
	Plan         Plan `db:"-"`
	ArchivedAt   int64
	Version      int64
	CreatedAt    int64
	UpdatedAt    int64
}

type row struct {
	Challenge
	PlanText string
}

func (r row) opened() (c Challenge, err error) {
	c = r.Challenge
	c.Plan, err = planOf(r.PlanText)
	return c, err
}

// One returns a challenge of an instructor (0: any). Returns ErrGone.
func (s *Service) One(ctx context.Context, scope, challengeID int64) (Challenge, error) {
	var r row
	if err := s.DB.Get(ctx, qOne, &r, challengeID, scope); err != nil {
		return Challenge{}, none(err, ErrGone)
	}
	return r.opened()
}

// List pages the challenges of an instructor (0: of all), newest first, before an id.
func (s *Service) List(ctx context.Context, scope int64, archived bool, before int64, limit int) ([]Challenge, error) {
	var rows []row
	if err := s.DB.List(ctx, qList, &rows, scope, before, archived, limit); err != nil {
		return nil, err
	}
	out := make([]Challenge, len(rows))
	for i, r := range rows {
		c, err := r.opened()
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// words cleans a title and what is said of something.
func words(title, about string) (string, string, bool) {
	title, about = text.Line(title), text.Lines(about)
	return title, about, title != "" && utf8.RuneCountInString(title) <= 40 && utf8.RuneCountInString(about) <= 2000
}

// checked makes a challenge one that can be kept; its lessons are of its course. Returns
// ErrInvalid, catalog.ErrCourseGone.
func (s *Service) checked(ctx context.Context, scope int64, c Challenge) (Challenge, error) {
	var ok bool
	if c.Title, c.About, ok = words(c.Title, c.About); !ok {
		return c, ErrInvalid.Field("title", "名称写 1–40 个字，介绍不超过 2000 个字")
	}
	var err error
	if c.Plan, err = c.Plan.clean(); err != nil {
		return c, err
	}
	if c.InstructorID = scope; c.CourseID > 0 { // whose course it is, theirs is what goes with it
		of, _, err := s.Catalog.Course(ctx, scope, c.CourseID)
		if err != nil {
			return c, err
		}
		c.InstructorID = of.InstructorID
	}
	for _, t := range c.Plan.Tasks {
		if t.LessonID == 0 {
			continue
		}
		var course int64
		err := s.DB.Get(ctx, qLessonOf, &course, t.LessonID)
		if err != nil && !errors.Is(err, db.ErrNone) {
			return c, err
		}
		if err != nil || course != c.CourseID {
			return c, ErrInvalid.Field("tasks", "任务「"+t.Title+"」的课时不在这门课程里")
		}
	}
	return c, nil
}

// Save makes a challenge (ID 0) or changes one; classes that were opened keep theirs.
// Returns ErrInvalid, ErrGone, ErrChanged, catalog.ErrCourseGone.
func (s *Service) Save(ctx context.Context, scope int64, c Challenge) (Challenge, error) {
	was, action := Challenge{}, "challenge.create"
	var err error
	if c.ID > 0 {
		action = "challenge.edit"
		if was, err = s.One(ctx, scope, c.ID); err != nil {
			return c, err
		}
	}
	if c, err = s.checked(ctx, scope, c); err != nil {
		return c, err
	}
	if c.ID == 0 {
		c.ID = id.New()
	}
	plan, err := c.Plan.text()
	if err != nil {
		return c, err
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		var err error
		if was.ID == 0 {
			n, err = tx.Exec(ctx, qInsert, c.ID, c.InstructorID, c.CourseID, c.Title, c.About, plan, s.now())
		} else {
			n, err = tx.Exec(ctx, qUpdate, c.ID, c.Version, c.CourseID, c.Title, c.About, plan, s.now())
		}
		if err == nil && n == 0 {
			err = ErrChanged
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, action, fmt.Sprintf("challenge:%d", c.ID), was.Title, c.Title, "")
	})
	if err != nil {
		return c, err
	}
	return s.One(ctx, scope, c.ID)
}

// Archive puts a challenge away, or takes it out again; its classes go on. Returns
// ErrGone.
func (s *Service) Archive(ctx context.Context, scope, challengeID int64, on bool) error {
	c, err := s.One(ctx, scope, challengeID)
	if err != nil {
		return err
	}
	at, action := int64(0), "challenge.restore"
	if on {
		at, action = s.now(), "challenge.archive"
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qArchive, c.ID, at, s.now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, action, fmt.Sprintf("challenge:%d", c.ID), c.Title, "", "")
	})
}
