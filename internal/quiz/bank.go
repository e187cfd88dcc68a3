package quiz

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Question is a question of the bank.
type Question struct {
	ID           int64
	Kind         string
	Difficulty   int64 // 1–5
	Points       int64 // what it is worth unless a paper says otherwise
	InstructorID int64 // whose bank; 0: the school's
	Version      int64
	UpdatedAt    int64
	Uses         int64 // papers and videos that ask it
	Tags         []string
	Content
}

type questionRow struct {
	ID           int64
	Kind         string
	Stem         string
	Options      string
	Answer       string
	Explanation  string
	Difficulty   int64
	Points       int64
	InstructorID int64
	Version      int64
	UpdatedAt    int64
	Tags         string
	Uses         int64
}

func (r questionRow) question() (Question, error) {
	c, err := contentOf(r.Stem, r.Options, r.Answer, r.Explanation)
	q := Question{r.ID, r.Kind, r.Difficulty, r.Points, r.InstructorID, r.Version, r.UpdatedAt, r.Uses, []string{}, c}
	if r.Tags != "" {
		q.Tags = strings.Split(r.Tags, ",")
		slices.Sort(q.Tags)
	}
	return q, err
}

// Filter says which questions are wanted; zero values want any.
type Filter struct {
	Kind, Tag, Text string
	Difficulty      int64
	Before          int64 // id of the last one seen
	Limit           int
}

// Questions lists the bank, newest first. scope is the instructor whose questions
// alone are seen, 0 for all.
func (s *Service) Questions(ctx context.Context, scope int64, f Filter) ([]Question, error) {
	var rows []questionRow
	like := ""
	if w := fold(f.Text); w != "" {
		like = "%" + strings.NewReplacer("%", "", "_", "").Replace(w) + "%"
	}
	if err := s.db.List(ctx, qQuestions, &rows, scope, f.Kind, f.Tag, f.Difficulty, like, f.Before, f.Limit); err != nil {
		return nil, err
	}
	out := make([]Question, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.question(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Question returns one within scope. Returns ErrQuestionGone.
func (s *Service) Question(ctx context.Context, scope, questionID int64) (Question, error) {
	return s.question(ctx, s.db, qQuestion, scope, questionID)
}

func (s *Service) question(ctx context.Context, r db.Reader, q *db.Stmt, scope, questionID int64) (Question, error) {
	var row questionRow
	if err := r.Get(ctx, q, &row, questionID); err != nil {
		return Question{}, none(err, ErrQuestionGone)
	}
	if scope != 0 && row.InstructorID != scope {
		return Question{}, ErrQuestionGone
	}
	return row.question()
}

// questions finds questions by id; those that are gone are missing.
func (s *Service) questions(ctx context.Context, r db.Reader, ids []int64) (map[int64]Question, error) {
	found, asks := make([][]questionRow, len(ids)), make([]db.Ask, len(ids))
	for i, n := range ids {
		asks[i] = db.Rows(qQuestion, &found[i], n)
	}
	if err := r.All(ctx, asks...); err != nil {
		return nil, err
	}
	out := make(map[int64]Question, len(ids))
	for _, row := range slices.Concat(found...) {
		q, err := row.question()
		if err != nil {
			return nil, err
		}
		out[q.ID] = q
	}
	return out, nil
}

// Tags lists the tags of the bank with how many questions have each.
func (s *Service) Tags(ctx context.Context, scope int64) ([]TagCount, error) {
	var rows []TagCount
	err := s.db.List(ctx, qTags, &rows, scope)
	return rows, err
}

// TagCount is a tag and how many questions have it.
type TagCount struct {
	Tag string
	N   int64
}

// check cleans a question. Returns ErrQuestion.
func (q Question) check() (Question, error) {
	var err error
	if q.Content, err = q.clean(q.Kind); err != nil {
		return q, err
	}
	if q.Difficulty < 1 || q.Difficulty > 5 {
		return q, ErrQuestion.Field("difficulty", "难度为 1–5")
	}
	if q.Points < 1 || q.Points > 100 {
		return q, ErrQuestion.Field("points", "分值为 1–100 的整数")
	}
	var tags []string
	for _, t := range q.Tags {
		if t = strings.ReplaceAll(text.Line(t), ",", "，"); t == "" {
			continue
		}
		if utf8.RuneCountInString(t) > 20 {
			return q, ErrQuestion.Field("tags", "标签不超过 20 个字")
		}
		if !slices.Contains(tags, t) {
			tags = append(tags, t)
		}
	}
	if q.Tags = tags; len(tags) > 10 {
		return q, ErrQuestion.Field("tags", "标签不超过 10 个")
	}
	return q, nil
}

func (q Question) folded() string {
	return fold(catalog.Plain(q.Stem, 2000) + strings.Join(q.Options, ""))
}

// SaveQuestion adds (ID 0) or changes a question within scope; its kind never
// changes. Returns ErrQuestion, ErrQuestionGone, ErrChanged.
func (s *Service) SaveQuestion(ctx context.Context, scope int64, q Question) (int64, error) {
	q, err := q.check()
	if err != nil {
		return 0, err
	}
	made := q.ID == 0
	if made {
		q.ID, q.InstructorID = id.New(), scope
	}
	return q.ID, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if made {
			_, err := s.insert(ctx, tx, q, "")
			return err
		}
		was, err := s.question(ctx, tx, qQuestionLock, scope, q.ID)
		if err != nil {
			return err
		}
		if was.Kind != q.Kind {
			return ErrQuestion.Field("kind", "题型不能改，请新建一道题")
		}
		options, answer := q.stored()
		n, err := tx.Exec(ctx, qQuestionUpdate, q.ID, q.Version, q.Stem, options, answer, q.Explanation, q.folded(), q.Difficulty, q.Points, clock.MS(s.clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChanged
		}
		if _, err := tx.Exec(ctx, qUntag, q.ID); err != nil {
			return err
		}
		return s.tag(ctx, tx, q)
	})
}

// insert adds a question; false means that the import key was there before.
func (s *Service) insert(ctx context.Context, tx *db.Tx, q Question, importKey string) (bool, error) {
	options, answer := q.stored()
	n, err := tx.Exec(ctx, qQuestionInsert, q.ID, q.Kind, q.Stem, options, answer, q.Explanation, q.folded(), q.Difficulty, q.Points, q.InstructorID, importKey, clock.MS(s.clock))
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.tag(ctx, tx, q)
}

func (s *Service) tag(ctx context.Context, tx *db.Tx, q Question) error {
	for _, t := range q.Tags {
		if err := tx.Later(ctx, qTag, q.ID, t); err != nil {
			return err
		}
	}
	return nil
}

// DeleteQuestion hides a question from the bank; attempts keep their copy. Returns
// ErrQuestionGone, ErrInUse.
func (s *Service) DeleteQuestion(ctx context.Context, scope, questionID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, err := s.question(ctx, tx, qQuestionLock, scope, questionID)
		if err != nil {
			return err
		}
		if q.Uses > 0 {
			return ErrInUse
		}
		if err := tx.Sure(ctx, qQuestionDelete, questionID, clock.MS(s.clock)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "question.delete", fmt.Sprintf("question:%d", questionID), map[string]string{"stem": catalog.Plain(q.Stem, 80)}, nil, "")
	})
}
