package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/note"
	"zhizhou/internal/web"
)

// LessonQuestionView is a question on a lesson.
type LessonQuestionView struct {
	ID           int64  `json:"id"`
	CourseID     int64  `json:"course_id"`
	LessonID     int64  `json:"lesson_id"`
	CourseTitle  string `json:"course_title"`
	LessonTitle  string `json:"lesson_title"`
	Author       string `json:"author"`
	Mine         bool   `json:"mine"`
	Place        string `json:"place" enum:"none,time,page,chapter,text"`
	At           int64  `json:"at"`
	Quote        string `json:"quote"`
	Body         string `json:"body"`
	State        string `json:"state" enum:"pending,shown,hidden" doc:"Others' are always shown"`
	Reason       string `json:"reason" doc:"Why mine is hidden"`
	Answers      int64  `json:"answers"`
	StaffAnswers int64  `json:"staff_answers"`
	AcceptedID   int64  `json:"accepted_id" doc:"The answer that helped; 0: none"`
	Version      int64  `json:"version"`
	CreatedAt    int64  `json:"created_at"`
}

// LessonAnswerView is an answer to a question on a lesson.
type LessonAnswerView struct {
	ID        int64  `json:"id"`
	Author    string `json:"author"`
	Staff     bool   `json:"staff" doc:"By the school"`
	Mine      bool   `json:"mine"`
	Accepted  bool   `json:"accepted"`
	Body      string `json:"body"`
	State     string `json:"state" enum:"pending,shown,hidden"`
	Reason    string `json:"reason"`
	Likes     int64  `json:"likes"`
	Liked     bool   `json:"liked"`
	Version   int64  `json:"version"`
	CreatedAt int64  `json:"created_at"`
}

// LessonQuestionPage is a question with its answers.
type LessonQuestionPage struct {
	Question LessonQuestionView `json:"question"`
	Answers  []LessonAnswerView `json:"answers" nullable:"false"`
}

func questionView(me int64) func(q note.Asked) LessonQuestionView {
	return func(q note.Asked) LessonQuestionView {
		mine := q.UserID == me
		v := LessonQuestionView{
			ID: q.ID, CourseID: q.CourseID, LessonID: q.LessonID, CourseTitle: q.CourseTitle, LessonTitle: q.LessonTitle, Author: masked(q.Nickname), Mine: mine, Place: q.Place.Kind, At: q.At,
			Quote: q.Quote, Body: q.Body, State: q.State, Answers: q.Answers, StaffAnswers: q.StaffAnswers, AcceptedID: q.AcceptedID, Version: q.Version, CreatedAt: q.CreatedAt,
		}
		if mine {
			v.Reason = q.Reason
		}
		return v
	}
}

func answerView(a note.Reply, me, accepted int64) LessonAnswerView {
	v := LessonAnswerView{
		ID: a.ID, Author: masked(a.Nickname), Staff: a.StaffID != 0, Mine: a.UserID != 0 && a.UserID == me, Accepted: a.ID == accepted, Body: a.Body, State: a.State, Likes: a.Likes, Liked: a.Liked == 1,
		Version: a.Version, CreatedAt: a.CreatedAt,
	}
	if v.Staff {
		v.Author = a.StaffName
	}
	if v.Mine {
		v.Reason = a.Reason
	}
	return v
}

// editInput changes a text of one's own.
type editInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Version int64  `json:"version" doc:"That was read"`
		Text    string `json:"body" maxLength:"8000"`
	}
}

func (r *routes) lessonQuestions() {
	own := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/" + path, Summary: summary, Tag: "note", Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	web.Handle(r.web, own("lesson_questions", http.MethodGet, "lessons/{id}/questions", "Questions on a lesson: those that are shown and mine, newest first"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
			web.PageQuery
		},
		) (*web.Body[web.List[LessonQuestionView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			me := web.UserID(ctx)
			rows, err := r.Note.Questions(ctx, me, in.ID, firstKey(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, questionView(me), questionKey)), err
		})
	web.Handle(r.web, own("my_lesson_questions", http.MethodGet, "me/lesson-questions", "My questions on lessons, newest first"),
		func(ctx context.Context, in *web.PageQuery) (*web.Body[web.List[LessonQuestionView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			me := web.UserID(ctx)
			rows, err := r.Note.MyQuestions(ctx, me, firstKey(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, questionView(me), questionKey)), err
		})
	web.Handle(r.web, own("lesson_question_ask", http.MethodPost, "lessons/{id}/questions", "Ask something on a lesson; others see it once it was looked at"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				PlaceInput
				Text string `json:"body" maxLength:"8000"`
			}
		},
		) (*web.Body[LessonQuestionView], error) {
			me := web.UserID(ctx)
			q, err := r.Note.Ask(ctx, me, in.ID, in.Body.place(), in.Body.Text)
			return web.Answer(questionView(me)(q)), err
		})
	web.Handle(r.web, own("lesson_question", http.MethodGet, "lesson-questions/{id}", "A question on a lesson with its answers"), r.lessonQuestion)
	web.Handle(r.web, quiet(own("lesson_question_edit", http.MethodPut, "lesson-questions/{id}", "Change my question; it is looked at again")),
		func(ctx context.Context, in *editInput) (*none, error) {
			return nil, r.Note.EditQuestion(ctx, web.UserID(ctx), in.ID, in.Body.Version, in.Body.Text)
		})
	web.Handle(r.web, quiet(own("lesson_question_delete", http.MethodDelete, "lesson-questions/{id}", "Delete my question")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Note.DropQuestion(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, quiet(own("lesson_question_accept", http.MethodPut, "lesson-questions/{id}/accepted", "Say which answer to my question helped")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				AnswerID int64 `json:"answer_id" minimum:"0" doc:"0: none"`
			}
		},
		) (*none, error) {
			return nil, r.Note.Accept(ctx, web.UserID(ctx), in.ID, in.Body.AnswerID)
		})
	web.Handle(r.web, own("lesson_answer_add", http.MethodPost, "lesson-questions/{id}/answers", "Answer a question; others see it once it was looked at"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Text string `json:"body" maxLength:"8000"`
			}
		},
		) (*web.Body[LessonQuestionPage], error) {
			if _, err := r.Note.Answer(ctx, web.UserID(ctx), in.ID, in.Body.Text); err != nil {
				return nil, err
			}
			return r.lessonQuestion(ctx, &lessonPath{ID: in.ID})
		})
	web.Handle(r.web, quiet(own("lesson_answer_edit", http.MethodPut, "lesson-answers/{id}", "Change my answer; it is looked at again")),
		func(ctx context.Context, in *editInput) (*none, error) {
			return nil, r.Note.EditAnswer(ctx, web.UserID(ctx), in.ID, in.Body.Version, in.Body.Text)
		})
	web.Handle(r.web, quiet(own("lesson_answer_delete", http.MethodDelete, "lesson-answers/{id}", "Delete my answer")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Note.DropAnswer(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, quiet(own("lesson_answer_like", http.MethodPut, "lesson-answers/{id}/like", "Give an answer a thumb, or take it back")),
		func(ctx context.Context, in *likeInput) (*none, error) {
			return nil, r.Note.Like(ctx, web.UserID(ctx), note.Answer, in.ID, in.Body.On)
		})
}

func questionKey(q note.Asked) []int64 { return []int64{q.ID} }

func (r *routes) lessonQuestion(ctx context.Context, in *lessonPath) (*web.Body[LessonQuestionPage], error) {
	me := web.UserID(ctx)
	q, answers, err := r.Note.Question(ctx, me, in.ID)
	if err != nil {
		return nil, err
	}
	v := LessonQuestionPage{Question: questionView(me)(q), Answers: []LessonAnswerView{}}
	for _, a := range answers {
		v.Answers = append(v.Answers, answerView(a, me, q.AcceptedID))
	}
	return web.Answer(v), nil
}
