package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/quiz"
	"zhizhou/internal/web"
)

// PaperInput is what the form of a paper saves.
type PaperInput struct {
	Version          int64       `json:"version" doc:"0: there is none yet"`
	Mode             string      `json:"mode" enum:"fixed,random"`
	TimeLimitS       int64       `json:"time_limit_s" minimum:"0" maximum:"86400" doc:"0: none"`
	AttemptsLimit    int64       `json:"attempts_limit" minimum:"0" maximum:"100" doc:"0: any number"`
	PassPermille     int64       `json:"pass_permille" minimum:"0" maximum:"1000"`
	ShuffleQuestions bool        `json:"shuffle_questions"`
	ShuffleOptions   bool        `json:"shuffle_options"`
	ShowAnswers      string      `json:"show_answers" enum:"submitted,passed,never"`
	Questions        []PickView  `json:"questions" nullable:"false" maxItems:"200"`
	Rules            []RuleInput `json:"rules" nullable:"false" maxItems:"30"`
}

// PickView is a question of a fixed paper.
type PickView struct {
	QuestionID int64 `json:"question_id"`
	Points     int64 `json:"points" minimum:"1" maximum:"100"`
}

// RuleInput draws questions for a random paper.
type RuleInput struct {
	Tag           string `json:"tag" maxLength:"60"`
	Kind          string `json:"kind" enum:"single,multiple,judge,blank,short,matching,ordering,"`
	MinDifficulty int64  `json:"min_difficulty" minimum:"1" maximum:"5"`
	MaxDifficulty int64  `json:"max_difficulty" minimum:"1" maximum:"5"`
	Count         int64  `json:"count" minimum:"1" maximum:"100"`
	Points        int64  `json:"points" minimum:"1" maximum:"100"`
}

// PaperView is a paper in its editor.
type PaperView struct {
	PaperInput
	Count  int64          `json:"count"`
	Points int64          `json:"points"`
	Asked  []QuestionView `json:"asked" nullable:"false" doc:"Questions of a fixed paper, in order"`
}

// ConsoleAttempt is an attempt as staff see it.
type ConsoleAttempt struct {
	ID          int64  `json:"id"`
	UserID      int64  `json:"user_id"`
	Nickname    string `json:"nickname"`
	No          int64  `json:"no"`
	State       string `json:"state" enum:"started,submitted,expired,to_mark"`
	ScoreCenti  int64  `json:"score_centi"`
	MaxCenti    int64  `json:"max_centi"`
	Passed      bool   `json:"passed"`
	StartedAt   int64  `json:"started_at"`
	SubmittedAt int64  `json:"submitted_at"`
}

func consoleAttempt(a quiz.Attempt, nickname string) ConsoleAttempt {
	return ConsoleAttempt{a.ID, a.UserID, nickname, a.No, a.State, a.ScoreCenti, a.MaxCenti, a.Passed, a.StartedAt, a.SubmittedAt}
}

// MarkingView is an attempt with every answer.
type MarkingView struct {
	ConsoleAttempt
	LessonID int64        `json:"lesson_id"`
	Answers  []AnswerView `json:"answers" nullable:"false"`
}

// AnswerView is a question of an attempt, what was answered and what is right, in
// words.
type AnswerView struct {
	No         int64    `json:"no"`
	Kind       string   `json:"kind"`
	StemHTML   string   `json:"stem_html"`
	Given      []string `json:"given" nullable:"false"`
	Right      []string `json:"right" nullable:"false"`
	State      string   `json:"state" enum:"scored,to_mark,marked"`
	ScoreCenti int64    `json:"score_centi"`
	MaxCenti   int64    `json:"max_centi"`
	Comment    string   `json:"comment"`
}

// MarkInput is what a short answer is given.
type MarkInput struct {
	No         int64  `json:"no" minimum:"1"`
	ScoreCenti int64  `json:"score_centi" minimum:"0"`
	Comment    string `json:"comment,omitempty" maxLength:"2000"`
}

// StatView is what first attempts say about a question.
type StatView struct {
	QuestionID     int64  `json:"question_id"`
	Title          string `json:"title"`
	Kind           string `json:"kind"`
	Answers        int64  `json:"answers"`
	Share          int64  `json:"share_permille" doc:"Of what could be had: low means hard"`
	Discrimination *int64 `json:"discrimination_permille" doc:"Best 27 % minus weakest 27 %; null while there are too few"`
}

func (r *routes) papers() {
	web.Handle(r.web, route("paper", http.MethodGet, "lessons/{id}/paper", "What a quiz asks", quizTag, account.PermCourseRead), r.paper)
	web.Handle(r.web, quiet(route("paper_save", http.MethodPut, "lessons/{id}/paper", "Save what a quiz asks; attempts that have begun keep theirs", quizTag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body PaperInput
		},
		) (*none, error) {
			b := in.Body
			p := quiz.Paper{
				LessonID: in.ID, Version: b.Version, Mode: b.Mode, TimeLimitS: b.TimeLimitS, AttemptsLimit: b.AttemptsLimit, PassPermille: b.PassPermille,
				ShuffleQuestions: b.ShuffleQuestions, ShuffleOptions: b.ShuffleOptions, ShowAnswers: b.ShowAnswers,
			}
			for _, x := range b.Questions {
				p.Questions = append(p.Questions, quiz.Pick(x))
			}
			for _, x := range b.Rules {
				p.Rules = append(p.Rules, quiz.Rule(x))
			}
			return nil, r.Quiz.SavePaper(ctx, scope(ctx), p)
		})
	web.Handle(r.web, route("attempts", http.MethodGet, "lessons/{id}/attempts", "Attempts at a quiz, newest first", quizTag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
			State string `query:"state" enum:"started,submitted,expired,to_mark,"`
		},
		) (*web.Body[web.List[ConsoleAttempt]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Quiz.Attempts(ctx, scope(ctx), in.ID, in.State, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(a quiz.AttemptLine) ConsoleAttempt { return consoleAttempt(a.Attempt, a.Nickname) },
				func(a quiz.AttemptLine) []int64 { return []int64{a.ID} })), nil
		})
	web.Handle(r.web, route("attempt", http.MethodGet, "attempts/{id}", "An attempt with every answer", quizTag, account.PermCourseEdit), r.marking)
	web.Handle(r.web, route("attempt_mark", http.MethodPost, "attempts/{id}/marks", "Mark short answers", quizTag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Marks []MarkInput `json:"marks" minItems:"1" maxItems:"200"`
			}
		},
		) (*web.Body[MarkingView], error) {
			var marks []quiz.Mark
			for _, m := range in.Body.Marks {
				marks = append(marks, quiz.Mark(m))
			}
			if err := r.Quiz.Mark(ctx, scope(ctx), in.ID, marks); err != nil {
				return nil, err
			}
			return r.marking(ctx, &in.ByID)
		})
	web.Handle(r.web, route("question_stats", http.MethodGet, "lessons/{id}/question-stats", "What first attempts say about the questions", quizTag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[StatView]], error) {
			rows, found, err := r.Quiz.Stats(ctx, scope(ctx), in.ID)
			out := web.List[StatView]{Items: []StatView{}}
			for _, x := range rows {
				q, ok := found[x.QuestionID]
				if !ok {
					continue
				}
				v := StatView{QuestionID: x.QuestionID, Title: catalog.Plain(q.Stem, 60), Kind: q.Kind, Answers: x.N, Share: x.Difficulty}
				if d, ok := x.Discrimination(); ok {
					v.Discrimination = &d
				}
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), err
		})
	r.quizPoints()
}

func (r *routes) paper(ctx context.Context, in *ByID) (*web.Body[PaperView], error) {
	if _, err := r.Quiz.Mine(ctx, scope(ctx), in.ID); err != nil {
		return nil, err
	}
	p, err := r.Quiz.Paper(ctx, in.ID)
	if errors.Is(err, quiz.ErrNoPaper) {
		p, err = quiz.Paper{Mode: quiz.Fixed, PassPermille: 600, ShowAnswers: quiz.ShowSubmitted}, nil
	}
	if err != nil {
		return nil, err
	}
	v := PaperView{
		Asked: []QuestionView{},
		PaperInput: PaperInput{
			Version: p.Version, Mode: p.Mode, TimeLimitS: p.TimeLimitS, AttemptsLimit: p.AttemptsLimit, PassPermille: p.PassPermille, ShuffleQuestions: p.ShuffleQuestions,
			ShuffleOptions: p.ShuffleOptions, ShowAnswers: p.ShowAnswers, Questions: []PickView{}, Rules: []RuleInput{},
		},
	}
	v.Count, v.Points = p.Size()
	for _, x := range p.Questions {
		v.Questions = append(v.Questions, PickView(x))
	}
	for _, x := range p.Rules {
		v.Rules = append(v.Rules, RuleInput(x))
	}
	asked, err := r.Quiz.PaperQuestions(ctx, p)
	for _, q := range asked {
		v.Asked = append(v.Asked, questionView(q))
	}
	return web.Answer(v), err
}

func (r *routes) marking(ctx context.Context, in *ByID) (*web.Body[MarkingView], error) {
	m, err := r.Quiz.ForMarking(ctx, scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	v := MarkingView{ConsoleAttempt: consoleAttempt(m.Attempt, m.Nickname), LessonID: m.LessonID, Answers: []AnswerView{}}
	for _, x := range m.Answers {
		it := m.Sheet.Items[x.No-1]
		v.Answers = append(v.Answers, AnswerView{
			No: x.No, Kind: it.Kind, StemHTML: it.Stem, Given: filled(it.Words(m.Replies[int(x.No)])), Right: filled(it.Words(it.Answer())),
			State: x.State, ScoreCenti: x.ScoreCenti, MaxCenti: x.MaxCenti, Comment: x.Comment,
		})
	}
	return web.Answer(v), nil
}

// PointInput is a question inside a video.
type PointInput struct {
	ID         int64 `json:"id,omitempty" doc:"Of one that stays; it keeps its answers"`
	AtMS       int64 `json:"at_ms" minimum:"1000"`
	QuestionID int64 `json:"question_id"`
}

// PointView is one with its question's first words.
type PointView struct {
	PointInput
	Title string `json:"title"`
	Kind  string `json:"kind"`
}

func (r *routes) quizPoints() {
	web.Handle(r.web, route("quiz_points", http.MethodGet, "lessons/{id}/quiz-points", "Questions inside a video", quizTag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[PointView]], error) {
			if _, err := r.Quiz.Mine(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			rows, found, err := r.Quiz.Points(ctx, in.ID)
			out := web.List[PointView]{Items: []PointView{}}
			for _, p := range rows {
				q := found[p.QuestionID]
				out.Items = append(out.Items, PointView{PointInput{p.ID, p.AtMS, p.QuestionID}, catalog.Plain(q.Stem, 60), q.Kind})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("quiz_points_save", http.MethodPut, "lessons/{id}/quiz-points", "Replace the questions inside a video", quizTag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Points []PointInput `json:"points" nullable:"false" maxItems:"50"`
			}
		},
		) (*none, error) {
			var points []quiz.Point
			for _, p := range in.Body.Points {
				points = append(points, quiz.Point{ID: p.ID, AtMS: p.AtMS, QuestionID: p.QuestionID})
			}
			return nil, r.Quiz.SavePoints(ctx, scope(ctx), in.ID, points)
		})
}
