package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/clock"
	"zhizhou/internal/quiz"
	"zhizhou/internal/web"
)

// QuizView is a quiz before it is begun.
type QuizView struct {
	Count         int64             `json:"count"`
	Points        int64             `json:"points"`
	TimeLimitS    int64             `json:"time_limit_s" doc:"0: none"`
	AttemptsLimit int64             `json:"attempts_limit" doc:"0: none"`
	AttemptsLeft  int64             `json:"attempts_left" doc:"-1: any number"`
	PassPermille  int64             `json:"pass_permille"`
	ShowAnswers   string            `json:"show_answers" enum:"submitted,passed,never"`
	Passed        bool              `json:"passed"`
	OpenID        int64             `json:"open_id" doc:"The attempt to go on with; 0: none"`
	Attempts      []AttemptLineView `json:"attempts" nullable:"false" doc:"Newest first"`
}

// AttemptLineView is an attempt in a list.
type AttemptLineView struct {
	ID          int64  `json:"id"`
	No          int64  `json:"no"`
	State       string `json:"state" enum:"started,submitted,expired,to_mark"`
	ScoreCenti  int64  `json:"score_centi" doc:"Hundredths of a point"`
	MaxCenti    int64  `json:"max_centi"`
	Passed      bool   `json:"passed"`
	StartedAt   int64  `json:"started_at"`
	SubmittedAt int64  `json:"submitted_at"`
	DeadlineAt  int64  `json:"deadline_at" doc:"0: none"`
}

// AttemptView is an attempt with its questions. What is right comes only after it
// was handed in, and where the paper allows it.
type AttemptView struct {
	AttemptLineView
	LessonID     int64       `json:"lesson_id"`
	CourseID     int64       `json:"course_id"`
	LessonTitle  string      `json:"lesson_title"`
	PassPermille int64       `json:"pass_permille"`
	NowAt        int64       `json:"now_at" doc:"The server's clock, which alone counts"`
	Told         bool        `json:"told" doc:"Single answers are told"`
	Questions    []AskedView `json:"questions" nullable:"false"`
}

// ReplyView is an answer; numbers are places as shown, from 0.
type ReplyView struct {
	Choices []int    `json:"choices,omitempty" nullable:"false" maxItems:"20" doc:"single, multiple"`
	Truth   *bool    `json:"truth,omitempty" doc:"judge"`
	Texts   []string `json:"texts,omitempty" nullable:"false" maxItems:"20" doc:"blank: in order; short: one"`
	Order   []int    `json:"order,omitempty" nullable:"false" maxItems:"20" doc:"matching: for each option its match, -1 none; ordering: items in the wanted order"`
}

// AskedView is a question as it is asked.
type AskedView struct {
	No          int64      `json:"no"`
	Kind        string     `json:"kind" enum:"single,multiple,judge,blank,short,matching,ordering"`
	StemHTML    string     `json:"stem_html"`
	Points      int64      `json:"points"`
	Options     []string   `json:"options" nullable:"false"`
	Matches     []string   `json:"matches" nullable:"false"`
	Blanks      int        `json:"blanks" doc:"How many there are to fill"`
	Reply       *ReplyView `json:"reply,omitempty" doc:"What was answered"`
	State       string     `json:"state,omitempty" enum:"scored,to_mark,marked,"`
	ScoreCenti  int64      `json:"score_centi"`
	Comment     string     `json:"comment,omitempty"`
	Right       *ReplyView `json:"right,omitempty" doc:"What is right, where it may be shown"`
	Explanation string     `json:"explanation_html,omitempty"`
}

// RepliesInput are answers by number.
type RepliesInput struct {
	Replies []NumberedReply `json:"replies" nullable:"false" maxItems:"200"`
}

// NumberedReply is the answer to a question.
type NumberedReply struct {
	No    int       `json:"no" minimum:"1"`
	Reply ReplyView `json:"reply"`
}

func (in RepliesInput) replies() map[int]quiz.Reply {
	out := map[int]quiz.Reply{}
	for _, r := range in.Replies {
		out[r.No] = quiz.Reply(r.Reply)
	}
	return out
}

// SavedView tells that answers were kept.
type SavedView struct {
	SavedAt    int64 `json:"saved_at"`
	Answered   int   `json:"answered"`
	NowAt      int64 `json:"now_at"`
	DeadlineAt int64 `json:"deadline_at"`
}

func (r *routes) quizzes() {
	const tag = "quiz"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	web.Handle(r.web, learner("quiz", http.MethodGet, "/api/lessons/{id}/quiz", "What a quiz is like, and how it went"), r.quiz)
	web.Handle(r.web, learner("attempt_start", http.MethodPost, "/api/lessons/{id}/attempts", "Begin an attempt, or go on with the open one"),
		func(ctx context.Context, in *lessonPath) (*web.Body[AttemptView], error) {
			a, err := r.Quiz.Start(ctx, web.UserID(ctx), in.ID)
			return r.attemptAnswer(ctx, a, err)
		})
	web.Handle(r.web, learner("attempt", http.MethodGet, "/api/attempts/{id}", "An attempt of mine"),
		func(ctx context.Context, in *lessonPath) (*web.Body[AttemptView], error) {
			a, err := r.Quiz.Attempt(ctx, web.UserID(ctx), in.ID)
			return r.attemptAnswer(ctx, a, err)
		})
	web.Handle(r.web, learner("attempt_save", http.MethodPut, "/api/attempts/{id}/answers", "Keep answers; those not named stay"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body RepliesInput
		},
		) (*web.Body[SavedView], error) {
			a, err := r.Quiz.Save(ctx, web.UserID(ctx), in.ID, in.Body.replies())
			v := SavedView{SavedAt: a.SavedAt, NowAt: clock.MS(r.Clock), DeadlineAt: a.DeadlineAt}
			for _, x := range a.Replies {
				if !x.Empty() {
					v.Answered++
				}
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, learner("attempt_submit", http.MethodPost, "/api/attempts/{id}/submit", "Hand an attempt in; again changes nothing"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body RepliesInput
		},
		) (*web.Body[AttemptView], error) {
			a, err := r.Quiz.Submit(ctx, web.UserID(ctx), in.ID, in.Body.replies())
			return r.attemptAnswer(ctx, a, err)
		})
}

func (r *routes) quiz(ctx context.Context, in *lessonPath) (*web.Body[QuizView], error) {
	o, err := r.Quiz.Overview(ctx, web.UserID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	v := QuizView{
		Count: o.Count, Points: o.Points, TimeLimitS: o.TimeLimitS, AttemptsLimit: o.AttemptsLimit, AttemptsLeft: o.Left(), PassPermille: o.PassPermille,
		ShowAnswers: o.ShowAnswers, Attempts: []AttemptLineView{},
	}
	for _, a := range o.Attempts {
		v.Attempts = append(v.Attempts, attemptLine(a))
		v.Passed = v.Passed || a.Passed
		if a.Open() {
			v.OpenID = a.ID
		}
	}
	return web.Answer(v), nil
}

func attemptLine(a quiz.Attempt) AttemptLineView {
	return AttemptLineView{a.ID, a.No, a.State, a.ScoreCenti, a.MaxCenti, a.Passed, a.StartedAt, a.SubmittedAt, a.DeadlineAt}
}

// attemptAnswer is the only way an attempt's questions leave.
func (r *routes) attemptAnswer(ctx context.Context, a quiz.Attempt, err error) (*web.Body[AttemptView], error) {
	if err != nil {
		return nil, err
	}
	res, err := r.Quiz.Result(ctx, a)
	if err != nil {
		return nil, err
	}
	l, err := r.Catalog.Lesson(ctx, a.LessonID)
	if err != nil {
		return nil, err
	}
	v := AttemptView{
		AttemptLineView: attemptLine(a), LessonID: a.LessonID, CourseID: a.CourseID, LessonTitle: l.Title, PassPermille: a.PassPermille,
		NowAt: clock.MS(r.Clock), Told: res.Told, Questions: []AskedView{},
	}
	for i, it := range a.Sheet.Items {
		q := asked(int64(i+1), it)
		if reply, ok := a.Replies[i+1]; ok {
			view := ReplyView(reply)
			q.Reply = &view
		}
		if res.Right[i+1] {
			q.Right, q.Explanation = rightOf(it), it.Explanation
		}
		v.Questions = append(v.Questions, q)
	}
	for _, x := range res.Answers {
		q := &v.Questions[x.No-1]
		q.State, q.ScoreCenti, q.Comment = x.State, x.ScoreCenti, x.Comment
	}
	return web.Answer(v), nil
}

// asked shows a question without what is right.
func asked(no int64, it quiz.Item) AskedView {
	v := AskedView{No: no, Kind: it.Kind, StemHTML: it.Stem, Points: it.Points, Options: []string{}, Matches: []string{}, Blanks: len(it.Right.Blanks)}
	placed := func(list []string) []string {
		out := make([]string, len(it.Places))
		for shown, i := range it.Places {
			out[shown] = list[i]
		}
		return out
	}
	if it.Kind == quiz.Matching {
		v.Options, v.Matches = it.Options, placed(it.Matches)
		return v
	}
	v.Options = placed(it.Options)
	return v
}

func rightOf(it quiz.Item) *ReplyView {
	v := ReplyView(it.Answer())
	return &v
}
