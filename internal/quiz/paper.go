package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// How a paper is put together, and when what is right is shown.
const (
	Fixed  = "fixed"
	Random = "random"

	ShowSubmitted = "submitted"
	ShowPassed    = "passed"
	ShowNever     = "never"
)

const maxItems = 200

// Paper is what a quiz lesson asks.
type Paper struct {
	LessonID         int64
	Mode             string
	PoolID           int64 // whose questions alone are drawn; 0: all
	TimeLimitS       int64 // 0: none
	AttemptsLimit    int64 // 0: none
	PassPermille     int64
	ShuffleQuestions bool
	ShuffleOptions   bool
	ShowAnswers      string
	Version          int64
	Questions        []Pick `db:"-"` // of a fixed paper, in order
	Rules            []Rule `db:"-"` // of a random one
}

// Pick is a question of a paper and what it is worth there.
type Pick struct {
	QuestionID int64
	Points     int64
}

// Rule draws questions.
type Rule struct {
	Tag           string
	Kind          string
	MinDifficulty int64
	MaxDifficulty int64
	Count         int64
	Points        int64
}

// Size returns how many questions an attempt has and what they are worth, in points.
func (p Paper) Size() (count, points int64) {
	for _, q := range p.Questions {
		count, points = count+1, points+q.Points
	}
	for _, r := range p.Rules {
		count, points = count+r.Count, points+r.Count*r.Points
	}
	return count, points
}

// Paper returns the paper of a lesson. Returns ErrNoPaper.
func (s *Service) Paper(ctx context.Context, lessonID int64) (Paper, error) {
	return s.paper(ctx, s.db, qPaper, lessonID)
}

func (s *Service) paper(ctx context.Context, r db.Reader, q *db.Stmt, lessonID int64) (Paper, error) {
	var p Paper
	if err := r.Get(ctx, q, &p, lessonID); err != nil {
		return p, none(err, ErrNoPaper)
	}
	err := r.List(ctx, qPaperQuestions, &p.Questions, lessonID)
	if err == nil {
		err = r.List(ctx, qPaperRules, &p.Rules, lessonID)
	}
	return p, err
}

// PaperQuestions returns the questions of a fixed paper in order, for its editor.
func (s *Service) PaperQuestions(ctx context.Context, p Paper) ([]Question, error) {
	ids := make([]int64, 0, len(p.Questions))
	for _, x := range p.Questions {
		ids = append(ids, x.QuestionID)
	}
	found, err := s.questions(ctx, s.db, ids)
	out := make([]Question, 0, len(ids))
	for _, n := range ids {
		if q, ok := found[n]; ok {
			out = append(out, q)
		}
	}
	return out, err
}

func (p Paper) check() (Paper, error) {
	switch {
	case p.Mode != Fixed && p.Mode != Random:
		return p, ErrPaper.Field("mode", "请选择固定或随机组卷")
	case p.TimeLimitS < 0 || p.TimeLimitS > 86_400 || p.TimeLimitS > 0 && p.TimeLimitS < 30:
		return p, ErrPaper.Field("time_limit_s", "限时为 30 秒到 24 小时，0 为不限时")
	case p.AttemptsLimit < 0 || p.AttemptsLimit > 100:
		return p, ErrPaper.Field("attempts_limit", "次数为 1–100，0 为不限")
	case p.PassPermille < 0 || p.PassPermille > 1000:
		return p, ErrPaper.Field("pass_permille", "及格线为 0–100%")
	case !slices.Contains([]string{ShowSubmitted, ShowPassed, ShowNever}, p.ShowAnswers):
		return p, ErrPaper.Field("show_answers", "请选择何时显示答案")
	}
	seen := map[int64]bool{}
	for _, x := range p.Questions {
		if x.Points < 1 || x.Points > 100 || seen[x.QuestionID] {
			return p, ErrPaper.Field("questions", "每题 1–100 分，同一题只能出现一次")
		}
		seen[x.QuestionID] = true
	}
	if p.Mode == Fixed {
		p.Rules = nil
	} else {
		p.Questions = nil
	}
	for i, r := range p.Rules {
		p.Rules[i].Tag = text.Line(r.Tag)
		if r.Count < 1 || r.Count > 100 || r.Points < 1 || r.Points > 100 || r.MinDifficulty < 1 || r.MaxDifficulty > 5 || r.MinDifficulty > r.MaxDifficulty || r.Kind != "" && !slices.Contains(Kinds, r.Kind) {
			return p, ErrPaper.Field("rules", fmt.Sprintf("第 %d 条规则：抽 1–100 题，每题 1–100 分，难度从低到高", i+1))
		}
	}
	if n, _ := p.Size(); n > maxItems || len(p.Rules) > 30 {
		return p, ErrPaper.Field("questions", fmt.Sprintf("一份试卷不超过 %d 题", maxItems))
	}
	return p, nil
}

// SavePaper saves the paper of a quiz lesson whose course is within scope; version 0
// makes the first one. Attempts that have begun keep theirs. Returns ErrPaper,
// ErrNotQuiz, ErrQuestionGone, ErrTooFew, ErrChanged, catalog.ErrCourseGone.
func (s *Service) SavePaper(ctx context.Context, scope int64, p Paper) error {
	p, err := p.check()
	if err != nil {
		return err
	}
	l, err := s.Mine(ctx, scope, p.LessonID)
	if err != nil {
		return err
	}
	if l.Form != catalog.Quiz {
		return ErrNotQuiz
	}
	p.PoolID = scope
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := s.paper(ctx, tx, qPaperLock, p.LessonID)
		if err != nil && !errors.Is(err, ErrNoPaper) {
			return err
		}
		had := map[int64]bool{}
		for _, x := range was.Questions {
			had[x.QuestionID] = true
		}
		n, err := tx.Exec(ctx, qPaperSave, p.LessonID, p.Mode, p.PoolID, p.TimeLimitS, p.AttemptsLimit, p.PassPermille, p.ShuffleQuestions, p.ShuffleOptions, p.ShowAnswers, p.Version, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged
		}
		if err := s.fill(ctx, tx, scope, p, had); err != nil {
			return err
		}
		count, points := p.Size()
		return audit.Write(ctx, tx, s.clock, "paper.save", fmt.Sprintf("lesson:%d", p.LessonID), nil,
			map[string]any{"mode": p.Mode, "count": count, "points": points, "time_limit_s": p.TimeLimitS, "attempts_limit": p.AttemptsLimit, "pass_permille": p.PassPermille, "show_answers": p.ShowAnswers}, "")
	})
}

// fill writes what the paper asks. Questions that stood in it before may stay,
// whoever's bank they are of.
func (s *Service) fill(ctx context.Context, tx *db.Tx, scope int64, p Paper, had map[int64]bool) error {
	for _, q := range []*db.Stmt{qPaperEmpty, qPaperUnrule} {
		if _, err := tx.Exec(ctx, q, p.LessonID); err != nil {
			return err
		}
	}
	for i, x := range p.Questions {
		mine := scope
		if had[x.QuestionID] {
			mine = 0
		}
		if _, err := s.question(ctx, tx, qQuestionLock, mine, x.QuestionID); err != nil {
			return err
		}
		if err := tx.Later(ctx, qPaperAsk, p.LessonID, x.QuestionID, i+1, x.Points); err != nil {
			return err
		}
	}
	for i, r := range p.Rules {
		if err := tx.Later(ctx, qPaperRule, p.LessonID, i+1, r.Tag, r.Kind, r.MinDifficulty, r.MaxDifficulty, r.Count, r.Points); err != nil {
			return err
		}
	}
	if p.Mode == Random {
		if _, err := s.pick(ctx, tx, p, dice(1)); err != nil {
			return err
		}
	}
	return nil
}

// Mine finds a lesson whose course is within scope. Returns catalog.ErrLessonGone,
// catalog.ErrCourseGone.
func (s *Service) Mine(ctx context.Context, scope, lessonID int64) (catalog.Lesson, error) {
	return s.catalog.LessonFor(ctx, scope, lessonID)
}
