package certificate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/drawing"
	"zhizhou/internal/text"
)

// Rule is what a course asks before it attests.
type Rule struct {
	CourseID   int64
	Active     bool
	Title      string // what the certificate is called
	MinPercent int64  // of the lessons, finished; 0: not asked
	MinMinutes int64  // of study in the course; 0: not asked
	Version    int64  // 0: none yet
	Quizzes    []Quiz // to be passed
}

// Quiz is a quiz that has to be passed.
type Quiz struct {
	LessonID int64
	Title    string
}

// told is what the log keeps of a rule.
func (r Rule) told() any {
	return struct {
		Active     bool   `json:"certificate_on"`
		Title      string `json:"title"`
		MinPercent int64  `json:"min_percent"`
		MinMinutes int64  `json:"min_minutes"`
		Quizzes    int    `json:"quiz_count"`
	}{r.Active, r.Title, r.MinPercent, r.MinMinutes, len(r.Quizzes)}
}

// Rule returns the rule of a course within scope; the defaults when there is none.
// Returns catalog.ErrCourseGone.
func (s *Service) Rule(ctx context.Context, scope, courseID int64) (Rule, error) {
	if _, _, err := s.catalog.Course(ctx, scope, courseID); err != nil {
		return Rule{}, err
	}
	r, err := s.rule(ctx, s.db, courseID)
	if errors.Is(err, ErrNoRule) {
		return Rule{CourseID: courseID, Title: "结业证书", MinPercent: 100}, nil
	}
	return r, err
}

// rule reads a rule as it is. Returns ErrNoRule.
func (s *Service) rule(ctx context.Context, r db.Reader, courseID int64) (Rule, error) {
	var out Rule
	err := r.Get(ctx, qRule, &out, courseID)
	if errors.Is(err, db.ErrNone) {
		return out, ErrNoRule
	}
	if err == nil {
		err = r.List(ctx, qRuleQuizzes, &out.Quizzes, courseID)
	}
	return out, err
}

// SaveRule saves the rule of a course within scope. Certificates that were issued
// stay as they are. Returns ErrRule, ErrChanged, catalog.ErrCourseGone.
func (s *Service) SaveRule(ctx context.Context, scope int64, r Rule, quizzes []int64) error {
	if _, _, err := s.catalog.Course(ctx, scope, r.CourseID); err != nil {
		return err
	}
	if err := r.check(quizzes); err != nil {
		return err
	}
	slices.Sort(quizzes)
	quizzes = slices.Compact(quizzes)
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := s.rule(ctx, tx, r.CourseID)
		if err != nil && !errors.Is(err, ErrNoRule) {
			return err
		}
		n, err := tx.Exec(ctx, qRuleSave, r.CourseID, r.Active, r.Title, r.MinPercent, r.MinMinutes, r.Version, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 || before.Version != r.Version {
			return ErrChanged
		}
		if _, err := tx.Exec(ctx, qRuleEmpty, r.CourseID); err != nil {
			return err
		}
		for _, lessonID := range quizzes {
			n, err := tx.Exec(ctx, qRuleAsk, r.CourseID, lessonID)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrRule.Field("quizzes", "选中的测验已不在这门课程里，请刷新")
			}
		}
		after, err := s.rule(ctx, tx, r.CourseID)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "certificate.rule", fmt.Sprintf("course:%d", r.CourseID), before.told(), after.told(), "")
	})
}

// check cleans a rule. Returns ErrRule.
func (r *Rule) check(quizzes []int64) error {
	r.Title = text.Line(r.Title)
	switch n := utf8.RuneCountInString(r.Title); {
	case n < 2 || n > 16:
		return ErrRule.Field("title", "证书名称要 2 到 16 个字")
	case drawing.Unprintable(r.Title) != "":
		return ErrRule.Field("title", "证书上印不出「"+drawing.Unprintable(r.Title)+"」，请换一个字")
	case r.MinPercent < 0 || r.MinPercent > 100 || r.MinMinutes < 0 || r.MinMinutes > 60000 || len(quizzes) > 50:
		return ErrRule
	case r.Active && r.MinPercent == 0 && r.MinMinutes == 0 && len(quizzes) == 0:
		return ErrRule.Field("min_percent", "至少要有一个条件")
	}
	return nil
}
