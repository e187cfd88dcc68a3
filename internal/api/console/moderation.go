package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"zhizhou/internal/account"
	"zhizhou/internal/note"
	"zhizhou/internal/web"
)

// CaseView is a text of a learner before the people who look at texts.
type CaseView struct {
	What        string `json:"what" enum:"note,question,answer,rating,card_comment,check_in,peer_review"`
	ID          int64  `json:"id"`
	UserID      int64  `json:"user_id" doc:"0: staff"`
	Nickname    string `json:"nickname"`
	CourseID    int64  `json:"course_id"`
	LessonID    int64  `json:"lesson_id" doc:"0: of no lesson"`
	QuestionID  int64  `json:"question_id" doc:"Of a question and of an answer"`
	CourseTitle string `json:"course_title"`
	LessonTitle string `json:"lesson_title"`
	Quote       string `json:"quote"`
	Body        string `json:"body"`
	About       string `json:"about" doc:"Of an answer: the question; of a rating: its stars; of words to a card: what it attests; of a check-in: how many files"`
	State       string `json:"state" enum:"pending,shown,hidden"`
	Reason      string `json:"reason"`
	Version     int64  `json:"version"`
	UpdatedAt   int64  `json:"updated_at"`
}

// CaseChoice names a text as it was read.
type CaseChoice struct {
	What    string `json:"what" enum:"note,question,answer,rating,card_comment,check_in,peer_review"`
	ID      int64  `json:"id"`
	Version int64  `json:"version"`
}

// DecidedView counts what was decided.
type DecidedView struct {
	Done    int `json:"done"`
	Skipped int `json:"skipped" doc:"Changed since, gone, or so already"`
}

// DeskQuestionView is a question before the school.
type DeskQuestionView struct {
	ID           int64  `json:"id"`
	UserID       int64  `json:"user_id"`
	Nickname     string `json:"nickname"`
	CourseID     int64  `json:"course_id"`
	LessonID     int64  `json:"lesson_id"`
	CourseTitle  string `json:"course_title"`
	LessonTitle  string `json:"lesson_title"`
	Place        string `json:"place" enum:"none,time,page,chapter,text"`
	At           int64  `json:"at"`
	Quote        string `json:"quote"`
	Body         string `json:"body"`
	State        string `json:"state" enum:"pending,shown,hidden"`
	Answers      int64  `json:"answers"`
	StaffAnswers int64  `json:"staff_answers"`
	AcceptedID   int64  `json:"accepted_id"`
	Version      int64  `json:"version"`
	CreatedAt    int64  `json:"created_at"`
}

// DeskAnswerView is an answer before the school.
type DeskAnswerView struct {
	ID        int64  `json:"id"`
	UserID    int64  `json:"user_id" doc:"0: staff"`
	Name      string `json:"name"`
	Staff     bool   `json:"staff"`
	Mine      bool   `json:"mine"`
	Body      string `json:"body"`
	State     string `json:"state" enum:"pending,shown,hidden"`
	Reason    string `json:"reason"`
	Likes     int64  `json:"likes"`
	Version   int64  `json:"version"`
	CreatedAt int64  `json:"created_at"`
}

// DeskPage is a question with all its answers.
type DeskPage struct {
	Question DeskQuestionView `json:"question"`
	Answers  []DeskAnswerView `json:"answers" nullable:"false"`
}

func deskQuestion(q note.Asked) DeskQuestionView {
	return DeskQuestionView{q.ID, q.UserID, q.Nickname, q.CourseID, q.LessonID, q.CourseTitle, q.LessonTitle, q.Kind, q.At, q.Quote, q.Body, q.State, q.Answers, q.StaffAnswers, q.AcceptedID, q.Version, q.CreatedAt}
}

func (r *routes) moderation() {
	const tag = "note"
	web.Handle(r.web, route("moderation", http.MethodGet, "moderation", "What learners wrote for others, oldest first", tag, account.PermModerate),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State    string `query:"state" enum:"pending,shown,hidden" default:"pending"`
			What     string `query:"what" enum:"note,question,answer,rating,card_comment,check_in,peer_review,"`
			CourseID int64  `query:"course_id" minimum:"0" doc:"0: all"`
		},
		) (*web.Body[web.List[CaseView]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.cases(ctx, note.Sift{InstructorID: scope(ctx), CourseID: in.CourseID, What: in.What, State: in.State}, first(after), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(c note.Case) CaseView { return CaseView(c) }, func(c note.Case) []int64 { return []int64{c.ID} })), err
		})
	web.Handle(r.web, route("moderation_decide", http.MethodPost, "moderation", "Show texts to others, or hide them and say why", tag, account.PermModerate),
		func(ctx context.Context, in *struct {
			Body struct {
				Items  []CaseChoice `json:"items" nullable:"false" minItems:"1" maxItems:"50"`
				Show   bool         `json:"show"`
				Reason string       `json:"reason,omitempty" maxLength:"800" doc:"Why it is hidden; its author reads it"`
			}
		},
		) (*web.Body[DecidedView], error) {
			choices := make([]note.Choice, len(in.Body.Items))
			for i, c := range in.Body.Items {
				choices[i] = note.Choice(c)
			}
			done, err := r.decide(ctx, choices, in.Body.Show, in.Body.Reason)
			return web.Answer(DecidedView{done, len(choices) - done}), err
		})
	r.desk(tag)
}

// moderator keeps texts of some kinds that others see.
type moderator interface {
	Cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error)
	Decide(ctx context.Context, instructorID int64, choices []note.Choice, show bool, reason string) (int, error)
}

// keeper is a moderator with the kinds that it keeps.
type keeper struct {
	moderator
	what []string
}

func (r *routes) keepers() []keeper {
	return []keeper{
		{r.Note, []string{note.Note, note.Question, note.Answer}},
		{r.Rating, []string{note.Rating}},
		{r.Card, []string{note.CardComment}},
		{r.Challenge, []string{note.CheckIn, note.PeerReview}},
	}
}

// cases merges what waits with all who keep texts, the oldest first.
func (r *routes) cases(ctx context.Context, f note.Sift, after int64, limit int) ([]note.Case, error) {
	var rows []note.Case
	for _, k := range r.keepers() {
		if f.What != "" && !slices.Contains(k.what, f.What) {
			continue
		}
		more, err := k.Cases(ctx, f, after, limit)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortFunc(rows, func(a, b note.Case) int { return cmp.Compare(a.ID, b.ID) })
	return rows[:min(len(rows), limit)], nil
}

// decide hands texts to those who keep them.
func (r *routes) decide(ctx context.Context, choices []note.Choice, show bool, reason string) (int, error) {
	done := 0
	for _, k := range r.keepers() {
		var part []note.Choice
		for _, c := range choices {
			if slices.Contains(k.what, c.What) {
				part = append(part, c)
			}
		}
		if len(part) == 0 {
			continue
		}
		n, err := k.Decide(ctx, scope(ctx), part, show, reason)
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

func (r *routes) desk(tag string) {
	web.Handle(r.web, route("lesson_questions", http.MethodGet, "lesson-questions", "Learners' questions on lessons: those that wait for the school first", tag, account.PermAnswer),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Which    string `query:"which" enum:"waiting,done,"`
			CourseID int64  `query:"course_id" minimum:"0" doc:"0: all"`
		},
		) (*web.Body[web.List[DeskQuestionView]], error) {
			after, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			rows, err := r.Note.Desk(ctx, scope(ctx), in.CourseID, in.Which, after, in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, deskQuestion, func(q note.Asked) []int64 { return []int64{q.Done, q.ID} })), err
		})
	web.Handle(r.web, route("lesson_question", http.MethodGet, "lesson-questions/{id}", "A question with all its answers", tag, account.PermAnswer), r.deskPage)
	web.Handle(r.web, route("lesson_question_answer", http.MethodPost, "lesson-questions/{id}/answers", "Answer as the school; it is shown at once", tag, account.PermAnswer),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Text string `json:"body" maxLength:"8000"`
			}
		},
		) (*web.Body[DeskPage], error) {
			s := web.CallerOf(ctx).Staff
			if err := r.Note.AnswerFor(ctx, scope(ctx), s.ID, s.Name, in.ID, in.Body.Text); err != nil {
				return nil, err
			}
			return r.deskPage(ctx, &in.ByID)
		})
	web.Handle(r.web, quiet(route("lesson_answer_edit", http.MethodPut, "lesson-answers/{id}", "Change an own answer", tag, account.PermAnswer)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Version int64  `json:"version" doc:"That was read"`
				Text    string `json:"body" maxLength:"8000"`
			}
		},
		) (*none, error) {
			return nil, r.Note.EditAnswerFor(ctx, scope(ctx), web.CallerOf(ctx).Staff.ID, in.ID, in.Body.Version, in.Body.Text)
		})
	web.Handle(r.web, quiet(route("lesson_question_accept", http.MethodPut, "lesson-questions/{id}/accepted", "Say which answer helped", tag, account.PermAnswer)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				AnswerID int64 `json:"answer_id" minimum:"0" doc:"0: none"`
			}
		},
		) (*none, error) {
			return nil, r.Note.AcceptFor(ctx, scope(ctx), in.ID, in.Body.AnswerID)
		})
}

func (r *routes) deskPage(ctx context.Context, in *ByID) (*web.Body[DeskPage], error) {
	q, answers, err := r.Note.QuestionFor(ctx, scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	me := web.CallerOf(ctx).Staff.ID
	v := DeskPage{Question: deskQuestion(q), Answers: []DeskAnswerView{}}
	for _, a := range answers {
		name := a.Nickname
		if a.StaffID != 0 {
			name = a.StaffName
		}
		v.Answers = append(v.Answers, DeskAnswerView{a.ID, a.UserID, name, a.StaffID != 0, a.StaffID == me, a.Body, a.State, a.Reason, a.Likes, a.Version, a.CreatedAt})
	}
	return web.Answer(v), nil
}
