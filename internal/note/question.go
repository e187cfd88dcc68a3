package note

import (
	"context"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Asked is a question on a lesson.
type Asked struct {
	ID       int64
	UserID   int64
	CourseID int64
	LessonID int64
	Place
	Body         string
	State        string
	Reason       string
	Answers      int64 // that are shown
	StaffAnswers int64
	AcceptedID   int64
	Version      int64
	Nickname     string
	LessonTitle  string
	CourseTitle  string
	Done         int64 // for staff: 1 when the school answered, or the asker found help
	CreatedAt    int64
	UpdatedAt    int64
}

// Reply is an answer to a question, by a learner or by staff.
type Reply struct {
	ID         int64
	QuestionID int64
	UserID     int64 // 0: staff
	StaffID    int64 // 0: a learner
	StaffName  string
	Body       string
	State      string
	Reason     string
	Likes      int64
	Version    int64
	Nickname   string
	Liked      int64 // 1: by who asks
	CreatedAt  int64
	UpdatedAt  int64
}

// mostReplies is how many answers one learner may give to one question.
const mostReplies = 20

func (s *Service) question(ctx context.Context, questionID int64) (Asked, error) {
	var q Asked
	err := s.db.Get(ctx, qQuestion, &q, questionID)
	return q, none(err, ErrQuestion)
}

// Ask puts a question on a lesson that is open; others see it once it was looked at.
// Returns ErrNote, ErrOften, access.ErrLocked, catalog.ErrLessonGone.
func (s *Service) Ask(ctx context.Context, userID, lessonID int64, at Place, body string) (Asked, error) {
	l, err := s.access.Open(ctx, s.catalog, userID, lessonID)
	if err != nil {
		return Asked{}, err
	}
	if at, err = at.fit(l); err != nil {
		return Asked{}, err
	}
	if body, err = written(body); err != nil {
		return Asked{}, err
	}
	state, err := s.Looked(ctx, Draft{userID, l.ID, Question, body, at.Quote})
	if err != nil {
		return Asked{}, err
	}
	questionID := id.New()
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, true); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qAsk, questionID, userID, l.CourseID, l.ID, at.Kind, at.At, at.Quote, body, state, s.now())
		return err
	})
	if err != nil {
		return Asked{}, err
	}
	return s.question(ctx, questionID)
}

// Questions pages the questions on a lesson that is open: those that are shown and
// one's own, the newest first. Returns access.ErrLocked, catalog.ErrLessonGone.
func (s *Service) Questions(ctx context.Context, userID, lessonID, before int64, limit int) ([]Asked, error) {
	if _, err := s.access.Open(ctx, s.catalog, userID, lessonID); err != nil {
		return nil, err
	}
	var rows []Asked
	err := s.db.List(ctx, qQuestions, &rows, lessonID, userID, before, limit)
	return rows, err
}

// MyQuestions pages a learner's own questions, the newest first. What they quote is
// left out: it belongs to the lesson.
func (s *Service) MyQuestions(ctx context.Context, userID, before int64, limit int) ([]Asked, error) {
	var rows []Asked
	err := s.db.List(ctx, qQuestionsMine, &rows, userID, before, limit)
	for i := range rows {
		rows[i].Quote = ""
	}
	return rows, err
}

// Question returns a question with its answers: those that are shown and one's own,
// what helped first. Returns ErrQuestion, access.ErrLocked.
func (s *Service) Question(ctx context.Context, userID, questionID int64) (Asked, []Reply, error) {
	q, err := s.question(ctx, questionID)
	if err == nil && q.State != Shown && q.UserID != userID {
		err = ErrQuestion
	}
	if err != nil {
		return q, nil, err
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, q.LessonID); err != nil {
		return q, nil, err
	}
	var rows []Reply
	err = s.db.List(ctx, qReplies, &rows, questionID, userID)
	return q, rows, err
}

// EditQuestion changes an own question; it is looked at again. Returns ErrNote,
// ErrQuestion, ErrChanged, ErrOften, access.ErrLocked.
func (s *Service) EditQuestion(ctx context.Context, userID, questionID, version int64, body string) error {
	q, err := s.question(ctx, questionID)
	if err == nil && q.UserID != userID {
		err = ErrQuestion
	}
	if err != nil {
		return err
	}
	if body, err = written(body); err != nil || body == q.Body {
		return err
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, q.LessonID); err != nil {
		return err
	}
	state, err := s.Looked(ctx, Draft{userID, q.LessonID, Question, body, q.Quote})
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, true); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qQuestionEdit, questionID, userID, version, body, state, s.now())
		if err == nil && n == 0 {
			err = ErrChanged
		}
		return err
	})
}

// DropQuestion forgets the words of an own question; its answers are read by nobody
// then. Returns ErrQuestion.
func (s *Service) DropQuestion(ctx context.Context, userID, questionID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qQuestionDrop, questionID, userID, s.now())
		if err == nil && n == 0 {
			err = ErrQuestion
		}
		return err
	})
}

// Answer answers a question that the learner can see; it is looked at before others
// see it. Returns ErrNote, ErrQuestion, ErrOften, ErrFull, access.ErrLocked.
func (s *Service) Answer(ctx context.Context, userID, questionID int64, body string) (Reply, error) {
	q, err := s.question(ctx, questionID)
	if err == nil && q.State != Shown && q.UserID != userID {
		err = ErrQuestion
	}
	if err != nil {
		return Reply{}, err
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, q.LessonID); err != nil {
		return Reply{}, err
	}
	if body, err = written(body); err != nil {
		return Reply{}, err
	}
	state, err := s.Looked(ctx, Draft{userID, q.LessonID, Answer, body, ""})
	if err != nil {
		return Reply{}, err
	}
	r := Reply{ID: id.New(), QuestionID: questionID, UserID: userID, Body: body, State: state, Version: 1, CreatedAt: s.now()}
	return r, s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, true); err != nil {
			return err
		}
		var have int64
		if err := tx.Get(ctx, qReplyCount, &have, questionID, userID); err != nil {
			return err
		}
		if have >= mostReplies {
			return ErrFull.Say("这个提问你已经答了很多次")
		}
		return s.reply(ctx, tx, r)
	})
}

// reply keeps an answer inside tx and tells the asker when it is shown.
func (s *Service) reply(ctx context.Context, tx *db.Tx, r Reply) error {
	q, err := lock(ctx, tx, r.QuestionID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qReply, r.ID, r.QuestionID, r.UserID, r.StaffID, r.StaffName, r.Body, r.State, r.CreatedAt); err != nil {
		return err
	}
	return s.settled(ctx, tx, q, r)
}

// settled counts a question's answers inside tx, and tells the asker of one that is
// shown. The question is locked: its answers change one after another.
func (s *Service) settled(ctx context.Context, tx *db.Tx, q Asked, r Reply) error {
	if err := tx.Sure(ctx, qCounts, q.ID); err != nil {
		return err
	}
	if r.State != Shown || r.UserID == q.UserID {
		return nil
	}
	return s.news(ctx, tx, News{UserID: q.UserID, QuestionID: q.ID, LessonID: q.LessonID, ID: r.ID, Kind: "answered", Body: text.Cut(r.Body, 100)})
}

func (s *Service) news(ctx context.Context, tx *db.Tx, n News) error {
	if err := tx.Get(ctx, qLessonTitle, &n.Title, n.LessonID); err != nil {
		return err
	}
	return s.tell(ctx, tx, n)
}

func lock(ctx context.Context, tx *db.Tx, questionID int64) (Asked, error) {
	var q Asked
	err := tx.Get(ctx, qQuestionLock, &q, questionID)
	return q, none(err, ErrQuestion)
}

func (s *Service) replyOf(ctx context.Context, userID, staffID, answerID int64) (Reply, error) {
	var r Reply
	err := none(s.db.Get(ctx, qReplyOne, &r, answerID), ErrAnswer)
	if err == nil && (r.UserID != userID || r.StaffID != staffID) {
		err = ErrAnswer
	}
	return r, err
}

// EditAnswer changes an own answer; it is looked at again. Returns ErrNote, ErrAnswer,
// ErrChanged, ErrOften, access.ErrLocked.
func (s *Service) EditAnswer(ctx context.Context, userID, answerID, version int64, body string) error {
	r, err := s.replyOf(ctx, userID, 0, answerID)
	if err != nil {
		return err
	}
	q, err := s.question(ctx, r.QuestionID)
	if err != nil {
		return err
	}
	if body, err = written(body); err != nil || body == r.Body {
		return err
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, q.LessonID); err != nil {
		return err
	}
	state, err := s.Looked(ctx, Draft{userID, q.LessonID, Answer, body, ""})
	if err != nil {
		return err
	}
	r.Body, r.State = body, state
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.count(ctx, tx, userID, true); err != nil {
			return err
		}
		return s.rewrite(ctx, tx, r, version)
	})
}

func (s *Service) rewrite(ctx context.Context, tx *db.Tx, r Reply, version int64) error {
	q, err := lock(ctx, tx, r.QuestionID)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qReplyEdit, r.ID, r.UserID, r.StaffID, version, r.Body, r.State, s.now())
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrChanged
	}
	return s.settled(ctx, tx, q, r)
}

// DropAnswer deletes an own answer. Returns ErrAnswer.
func (s *Service) DropAnswer(ctx context.Context, userID, answerID int64) error {
	r, err := s.replyOf(ctx, userID, 0, answerID)
	if err != nil {
		return err
	}
	return s.drop(ctx, r)
}

func (s *Service) drop(ctx context.Context, r Reply) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, err := lock(ctx, tx, r.QuestionID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qReplyDrop, r.ID, r.UserID, r.StaffID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrAnswer
		}
		if _, err := tx.Exec(ctx, qUnlikeAll, Answer, r.ID); err != nil {
			return err
		}
		return s.settled(ctx, tx, q, Reply{})
	})
}

// Accept marks the answer that helped, or none (0); the asker alone decides, or staff
// through AcceptFor. Returns ErrQuestion, ErrAnswer, access.ErrLocked.
func (s *Service) Accept(ctx context.Context, userID, questionID, answerID int64) error {
	q, err := s.question(ctx, questionID)
	if err == nil && q.UserID != userID {
		err = ErrQuestion
	}
	if err != nil {
		return err
	}
	if _, err := s.access.Open(ctx, s.catalog, userID, q.LessonID); err != nil {
		return err
	}
	return s.accept(ctx, questionID, answerID)
}

func (s *Service) accept(ctx context.Context, questionID, answerID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := lock(ctx, tx, questionID); err != nil {
			return err
		}
		if answerID != 0 {
			var r Reply
			if err := tx.Get(ctx, qReplyOne, &r, answerID); err != nil {
				return none(err, ErrAnswer)
			}
			if r.QuestionID != questionID || r.State != Shown {
				return ErrAnswer
			}
		}
		return tx.Sure(ctx, qAccept, questionID, answerID, s.now())
	})
}
