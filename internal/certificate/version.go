package certificate

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// RuleText is a rule as versions of courses keep it.
type RuleText struct {
	Active     bool    `json:"active"`
	Title      string  `json:"title"`
	MinPercent int64   `json:"min_percent"`
	MinMinutes int64   `json:"min_minutes"`
	Quizzes    []int64 `json:"quizzes"` // lessons
}

var (
	qRulePut = db.Q("certificate/rule_put", `INSERT INTO certificate_rules (course_id, active, title, min_percent, min_minutes, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (course_id) DO UPDATE SET active = $2, title = $3, min_percent = $4, min_minutes = $5, version = certificate_rules.version + 1, updated_at = $6`)
	qRuleDrop = db.Q("certificate/rule_drop", `DELETE FROM certificate_rules WHERE course_id = $1`)
)

// RuleText returns the rule of a course; nil when it has none.
func (s *Service) RuleText(ctx context.Context, r db.Reader, courseID int64) (*RuleText, error) {
	x, err := s.rule(ctx, r, courseID)
	if errors.Is(err, ErrNoRule) {
		return nil, nil //nolint:nilnil // none is what is told
	}
	out := &RuleText{x.Active, x.Title, x.MinPercent, x.MinMinutes, []int64{}}
	for _, q := range x.Quizzes {
		out.Quizzes = append(out.Quizzes, q.LessonID)
	}
	return out, err
}

// PutRule gives a course, which the transaction has locked, the rule that was kept; nil
// takes its rule away. Certificates that were issued stay as they are. Returns ErrRule.
func (s *Service) PutRule(ctx context.Context, tx *db.Tx, courseID int64, t *RuleText) error {
	if _, err := tx.Exec(ctx, qRuleEmpty, courseID); err != nil {
		return err
	}
	if t == nil {
		_, err := tx.Exec(ctx, qRuleDrop, courseID)
		return err
	}
	if err := t.Check(); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qRulePut, courseID, t.Active, t.Title, t.MinPercent, t.MinMinutes, clock.MS(s.clock)); err != nil {
		return err
	}
	for _, lessonID := range t.Quizzes {
		if n, err := tx.Exec(ctx, qRuleAsk, courseID, lessonID); err != nil || n == 0 {
			return orElse(err, ErrRule)
		}
	}
	return nil
}

// Check tells whether a rule can be put. Returns ErrRule.
func (t *RuleText) Check() error {
	r := Rule{Active: t.Active, Title: t.Title, MinPercent: t.MinPercent, MinMinutes: t.MinMinutes}
	err := r.check(t.Quizzes)
	t.Title = r.Title
	return err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
