package quiz

import (
	"context"
	"errors"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// PaperText is a paper as versions of courses keep it.
type PaperText struct {
	LessonID         int64      `json:"lesson_id"`
	Mode             string     `json:"mode"`
	PoolID           int64      `json:"pool_id,omitempty"`
	TimeLimitS       int64      `json:"time_limit_s"`
	AttemptsLimit    int64      `json:"attempts_limit"`
	PassPermille     int64      `json:"pass_permille"`
	ShuffleQuestions bool       `json:"shuffle_questions"`
	ShuffleOptions   bool       `json:"shuffle_options"`
	ShowAnswers      string     `json:"show_answers"`
	Questions        []PickText `json:"questions"`
	Rules            []RuleText `json:"rules"`
}

// PickText is a question of a paper.
type PickText struct {
	QuestionID int64 `json:"question_id"`
	Points     int64 `json:"points"`
}

// RuleText draws questions.
type RuleText struct {
	Tag           string `json:"tag"`
	Kind          string `json:"kind"`
	MinDifficulty int64  `json:"min_difficulty"`
	MaxDifficulty int64  `json:"max_difficulty"`
	Count         int64  `json:"count"`
	Points        int64  `json:"points"`
}

// PointText is a question inside a video.
type PointText struct {
	ID         int64 `json:"id"`
	LessonID   int64 `json:"lesson_id"`
	AtMS       int64 `json:"at_ms"`
	QuestionID int64 `json:"question_id"`
}

var (
	qPaperPut = db.Q("quiz/paper_put", `INSERT INTO papers (lesson_id, mode, pool_id, time_limit_s, attempts_limit, pass_permille, shuffle_questions, shuffle_options, show_answers, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (lesson_id) DO UPDATE SET mode = $2, pool_id = $3, time_limit_s = $4, attempts_limit = $5, pass_permille = $6,
		shuffle_questions = $7, shuffle_options = $8, show_answers = $9, version = papers.version + 1, updated_at = $10`)
	qAlike        = db.Q("quiz/alike", `SELECT `+questionColumns+`, 0 AS uses FROM questions q WHERE q.deleted_at = 0 AND q.instructor_id = $1 AND q.kind = $2 AND SUBSTR(q.folded, 1, 40) = $3 ORDER BY q.id LIMIT 50`)
	qQuestionBack = db.Q("quiz/question_back", `UPDATE questions SET deleted_at = 0 WHERE id = $1 AND deleted_at > 0`)
)

// PaperText returns the paper of a lesson; false when it has none.
func (s *Service) PaperText(ctx context.Context, r db.Reader, lessonID int64) (PaperText, bool, error) {
	p, err := s.paper(ctx, r, qPaper, lessonID)
	if errors.Is(err, ErrNoPaper) {
		return PaperText{}, false, nil
	}
	t := PaperText{
		lessonID, p.Mode, p.PoolID, p.TimeLimitS, p.AttemptsLimit, p.PassPermille, p.ShuffleQuestions, p.ShuffleOptions, p.ShowAnswers, []PickText{}, []RuleText{},
	}
	for _, q := range p.Questions {
		t.Questions = append(t.Questions, PickText(q))
	}
	for _, x := range p.Rules {
		t.Rules = append(t.Rules, RuleText(x))
	}
	return t, true, err
}

// PointTexts lists the points of a lesson.
func (s *Service) PointTexts(ctx context.Context, r db.Reader, lessonID int64) ([]PointText, error) {
	var rows []Point
	err := r.List(ctx, qPoints, &rows, lessonID)
	out := make([]PointText, 0, len(rows))
	for _, p := range rows {
		out = append(out, PointText(p))
	}
	return out, err
}

// PutPaper writes a paper as it was kept, whatever stands there, in a transaction that has
// locked the course. Questions that were deleted since come back; attempts that have begun
// keep theirs. Returns ErrPaper.
func (s *Service) PutPaper(ctx context.Context, tx *db.Tx, t PaperText) error {
	p := Paper{LessonID: t.LessonID, Mode: t.Mode, PoolID: t.PoolID, TimeLimitS: t.TimeLimitS, AttemptsLimit: t.AttemptsLimit, PassPermille: t.PassPermille, ShuffleQuestions: t.ShuffleQuestions, ShuffleOptions: t.ShuffleOptions, ShowAnswers: t.ShowAnswers}
	for _, q := range t.Questions {
		p.Questions = append(p.Questions, Pick(q))
	}
	for _, x := range t.Rules {
		p.Rules = append(p.Rules, Rule(x))
	}
	p, err := p.check()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qPaperPut, p.LessonID, p.Mode, p.PoolID, p.TimeLimitS, p.AttemptsLimit, p.PassPermille, p.ShuffleQuestions, p.ShuffleOptions, p.ShowAnswers, clock.MS(s.clock)); err != nil {
		return err
	}
	for _, q := range []*db.Stmt{qPaperEmpty, qPaperUnrule} {
		if _, err := tx.Exec(ctx, q, p.LessonID); err != nil {
			return err
		}
	}
	for i, x := range p.Questions {
		if _, err := tx.Exec(ctx, qQuestionBack, x.QuestionID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPaperAsk, p.LessonID, x.QuestionID, i+1, x.Points); err != nil {
			return err
		}
	}
	for i, r := range p.Rules {
		if _, err := tx.Exec(ctx, qPaperRule, p.LessonID, i+1, r.Tag, r.Kind, r.MinDifficulty, r.MaxDifficulty, r.Count, r.Points); err != nil {
			return err
		}
	}
	return nil
}

// PutPoints writes the points of a lesson as they were kept, like PutPaper.
func (s *Service) PutPoints(ctx context.Context, tx *db.Tx, lessonID int64, points []PointText) error {
	if _, err := tx.Exec(ctx, qPointsEmpty, lessonID); err != nil {
		return err
	}
	for _, p := range points {
		if _, err := tx.Exec(ctx, qQuestionBack, p.QuestionID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPointInsert, p.ID, lessonID, p.AtMS, p.QuestionID); err != nil {
			return err
		}
	}
	return nil
}

// QuestionText is a question of the bank as archives carry it.
type QuestionText struct {
	ID          int64    `json:"id"`
	Kind        string   `json:"kind"`
	Difficulty  int64    `json:"difficulty"`
	Points      int64    `json:"points"`
	Tags        []string `json:"tags"`
	Stem        string   `json:"stem"`
	Options     []string `json:"options"`
	Matches     []string `json:"matches"`
	Right       Right    `json:"right"`
	Explanation string   `json:"explanation"`
}

// QuestionTexts returns questions in the order of ids; those that are gone are missing.
func (s *Service) QuestionTexts(ctx context.Context, r db.Reader, ids []int64) ([]QuestionText, error) {
	found, err := s.questions(ctx, r, ids)
	var out []QuestionText
	for _, n := range ids {
		if q, ok := found[n]; ok {
			out = append(out, QuestionText{n, q.Kind, q.Difficulty, q.Points, q.Tags, q.Stem, q.Options, q.Matches, q.Right, q.Explanation})
		}
	}
	return out, err
}

// PoolOf lists the questions that the rules of a paper draw from, the oldest first, each
// once; more than most of them are not told. The newest are those that are drawn.
func (s *Service) PoolOf(ctx context.Context, r db.Reader, p PaperText, most int) (ids []int64, more bool, err error) {
	seen := map[int64]bool{}
	for _, rule := range p.Rules {
		var pool []int64
		if err := r.List(ctx, qPool, &pool, p.PoolID, rule.Kind, rule.Tag, rule.MinDifficulty, rule.MaxDifficulty, maxPool); err != nil {
			return nil, false, err
		}
		more = more || len(pool) == maxPool
		for _, n := range pool {
			if seen[n] {
				continue
			}
			if len(ids) == most {
				more = true
				break
			}
			seen[n], ids = true, append(ids, n)
		}
	}
	slices.Sort(ids)
	return ids, more, nil
}

// Added are the questions of one archive, as they are put into a bank.
type Added struct {
	taken map[int64]bool // one of the bank stands for one of the archive
	Found int            // that were there already
}

// AddQuestion puts a question that came in an archive into the bank of scope and returns
// its id: that of one that says, counts and is tagged the same, when there is one. Returns
// ErrQuestion.
func (s *Service) AddQuestion(ctx context.Context, tx *db.Tx, scope int64, t QuestionText, to *Added) (int64, error) {
	q, err := Question{
		ID: id.New(), Kind: t.Kind, Difficulty: t.Difficulty, Points: t.Points, InstructorID: scope, Tags: t.Tags,
		Content: Content{Stem: t.Stem, Options: t.Options, Matches: t.Matches, Right: t.Right, Explanation: t.Explanation},
	}.check()
	if err != nil {
		return 0, err
	}
	if to.taken == nil {
		to.taken = map[int64]bool{}
	}
	begins := []rune(q.folded())
	var rows []questionRow
	if err := tx.List(ctx, qAlike, &rows, scope, q.Kind, string(begins[:min(len(begins), 40)])); err != nil {
		return 0, err
	}
	for _, row := range rows {
		have, err := row.question()
		if err != nil {
			return 0, err
		}
		if !to.taken[have.ID] && have.same(q) {
			to.taken[have.ID] = true
			to.Found++
			return have.ID, nil
		}
	}
	to.taken[q.ID] = true
	_, err = s.insert(ctx, tx, q, "")
	return q.ID, err
}

// same tells whether two questions say, count and are tagged the same.
func (q Question) same(o Question) bool {
	a, b := q.stored()
	c, d := o.stored()
	tags := func(q Question) []string { return slices.Sorted(slices.Values(q.Tags)) }
	return a == c && b == d && q.Stem == o.Stem && q.Explanation == o.Explanation && q.Difficulty == o.Difficulty && q.Points == o.Points && slices.Equal(tags(q), tags(o))
}
