package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/quiz"
	"zhizhou/internal/web"
)

// WrongView is a question of the wrong-question book.
type WrongView struct {
	ID          int64     `json:"id"`
	LessonID    int64     `json:"lesson_id"`
	LessonTitle string    `json:"lesson_title"`
	CourseID    int64     `json:"course_id"`
	CourseTitle string    `json:"course_title"`
	Times       int64     `json:"times" doc:"How often it was missed"`
	MissedAt    int64     `json:"missed_at"`
	Question    AskedView `json:"question"`
}

// PracticeView tells how an answer was.
type PracticeView struct {
	Correct     bool       `json:"correct"`
	Right       *ReplyView `json:"right,omitempty" doc:"What is right, where it may be shown"`
	Explanation string     `json:"explanation_html"`
}

// QuizPointView is a question inside a video.
type QuizPointView struct {
	ID       int64     `json:"id"`
	AtMS     int64     `json:"at_ms"`
	Answered bool      `json:"answered"`
	Correct  bool      `json:"correct" doc:"Of the first answer"`
	Question AskedView `json:"question"`
}

func (r *routes) wrongQuestions() {
	const tag = "quiz"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	web.Handle(r.web, learner("wrong_questions", http.MethodGet, "/api/me/wrong-questions", "My wrong-question book, newest first"),
		func(ctx context.Context, in *struct {
			web.PageQuery
			CourseID int64 `query:"course_id" minimum:"0"`
		},
		) (*web.Body[web.List[WrongView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			last := int64(0)
			if len(before) > 0 {
				last = before[0]
			}
			rows, next, err := r.Quiz.Wrongs(ctx, web.UserID(ctx), in.CourseID, last, in.Limit)
			out := web.List[WrongView]{Items: []WrongView{}}
			for _, w := range rows {
				out.Items = append(out.Items, WrongView{w.ID, w.LessonID, w.LessonTitle, w.CourseID, w.CourseTitle, w.Times, w.MissedAt, asked(1, w.Item)})
			}
			if next != 0 {
				out.NextCursor = web.Cursor(next)
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, learner("wrong_question_try", http.MethodPost, "/api/me/wrong-questions/{id}/try", "Answer a missed question again; a right answer takes it out of the book"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body ReplyView
		},
		) (*web.Body[PracticeView], error) {
			w, right, err := r.Quiz.Practice(ctx, web.UserID(ctx), in.ID, quiz.Reply(in.Body))
			v := PracticeView{Correct: right}
			if err == nil && w.Reveal {
				v.Right, v.Explanation = rightOf(w.Item), w.Item.Explanation
			}
			return web.Answer(v), err
		})
	forget := learner("wrong_question_forget", http.MethodDelete, "/api/me/wrong-questions/{id}", "Take a question out of my book")
	forget.Status = http.StatusNoContent
	web.Handle(r.web, forget, func(ctx context.Context, in *lessonPath) (*none, error) {
		return nil, r.Quiz.Forget(ctx, web.UserID(ctx), in.ID)
	})
	web.Handle(r.web, learner("quiz_points", http.MethodGet, "/api/lessons/{id}/quiz-points", "Questions inside a video"),
		func(ctx context.Context, in *lessonPath) (*web.Body[web.List[QuizPointView]], error) {
			rows, err := r.Quiz.Ask(ctx, web.UserID(ctx), in.ID)
			out := web.List[QuizPointView]{Items: []QuizPointView{}}
			for _, p := range rows {
				out.Items = append(out.Items, QuizPointView{p.ID, p.AtMS, p.Answered, p.Correct, asked(1, p.Item)})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, learner("quiz_point_answer", http.MethodPost, "/api/quiz-points/{id}/answer", "Answer a question inside a video; the first answer counts"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body ReplyView
		},
		) (*web.Body[PracticeView], error) {
			p, right, err := r.Quiz.AnswerPoint(ctx, web.UserID(ctx), in.ID, quiz.Reply(in.Body))
			if err != nil {
				return nil, err
			}
			return web.Answer(PracticeView{right, rightOf(p.Item), p.Item.Explanation}), nil
		})
}
