// Package quiz asks questions and scores what is answered: the bank of questions,
// papers of quiz lessons, attempts, marking, the wrong-question book, questions
// inside videos, item analysis and imports. It owns questions, question_tags,
// papers, paper_questions, paper_rules, quiz_attempts, quiz_answers,
// wrong_questions, quiz_points and quiz_point_answers.
//
// An attempt carries its paper as it was drawn and shuffled when it began: later
// changes of the bank do not touch it. What is right stays on the server until the
// attempt is closed, and while any attempt with a question is open, no other road
// (older results, the wrong-question book, videos) tells what is right either.
// Deadlines are the server's; one close scores an attempt, whoever asks for it.
package quiz

import (
	"context"
	"errors"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// The refusals of this domain.
var (
	ErrQuestion     = errs.New(errs.Invalid, "question_invalid", "请检查题目")
	ErrQuestionGone = errs.New(errs.NotFound, "question_gone", "没有这道题")
	ErrChanged      = errs.New(errs.Conflict, "quiz_changed", "刚被别人改过，请刷新后再保存")
	ErrInUse        = errs.New(errs.Conflict, "question_in_use", "有试卷或视频在用这道题，请先从那里移除")
	ErrPaper        = errs.New(errs.Invalid, "paper_invalid", "请检查试卷")
	ErrNoPaper      = errs.New(errs.NotFound, "paper_gone", "这个测验还没有试卷")
	ErrNotQuiz      = errs.New(errs.NotFound, "not_quiz", "这个课时不是测验")
	ErrTooFew       = errs.New(errs.Conflict, "quiz_too_few", "题库里可用的题目不够，请联系老师")
	ErrNoMore       = errs.New(errs.Conflict, "quiz_no_more", "作答次数已用完")
	ErrAttemptGone  = errs.New(errs.NotFound, "attempt_gone", "没有这次作答")
	ErrOver         = errs.New(errs.Conflict, "quiz_over", "这次作答已经结束")
	ErrReply        = errs.New(errs.Invalid, "reply_invalid", "答案的格式不对")
	ErrBusy         = errs.New(errs.Conflict, "quiz_open", "有一次测验正在作答，交卷后再来练这道题")
	ErrMark         = errs.New(errs.Invalid, "mark_invalid", "请检查评分")
	ErrPointGone    = errs.New(errs.NotFound, "point_gone", "没有这个答题点")
	ErrPoint        = errs.New(errs.Invalid, "point_invalid", "请检查答题点")
	ErrFile         = errs.New(errs.Invalid, "import_invalid", "这个文件读不了")
)

// Service is the quiz domain.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	catalog  *catalog.Service
	access   *access.Service
	onPassed []func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error
}

// New makes a Service.
func New(d *db.DB, c clock.Clock, cat *catalog.Service, acc *access.Service) *Service {
	return &Service{db: d, clock: c, catalog: cat, access: acc}
}

// OnPassed registers f to run in the transaction in which an attempt turned out to
// be passed: learning notes the lesson as finished.
func (s *Service) OnPassed(f func(ctx context.Context, tx *db.Tx, userID, courseID, lessonID int64) error) {
	s.onPassed = append(s.onPassed, f)
}

// Passed reports whether the user has ever passed the quiz of a lesson.
func (s *Service) Passed(ctx context.Context, r db.Reader, userID, lessonID int64) (bool, error) {
	var n int64
	err := r.Get(ctx, qPassed, &n, userID, lessonID)
	return n > 0, err
}

// Ready refuses that a course with a quiz that asks nothing is published.
func (s *Service) Ready(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	if l.Form != catalog.Quiz {
		return nil
	}
	var n int64
	if err := tx.Get(ctx, qAsks, &n, l.ID); err != nil {
		return err
	}
	if n == 0 {
		return catalog.ErrNotReady.Say("测验「"+l.Title+"」还没有题目").Field("lessons", l.Title+"：没有题目")
	}
	return nil
}

func none(err, other error) error {
	if errors.Is(err, db.ErrNone) {
		return other
	}
	return err
}
