package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/quiz"
	"zhizhou/internal/web"
)

// QuestionInput is what the form of a question saves.
type QuestionInput struct {
	Kind        string      `json:"kind" enum:"single,multiple,judge,blank,short,matching,ordering"`
	StemHTML    string      `json:"stem_html" maxLength:"40000"`
	Options     []string    `json:"options" nullable:"false" maxItems:"12" doc:"Ordering: in the right order"`
	Matches     []string    `json:"matches" nullable:"false" maxItems:"12" doc:"Matching: what belongs to each option, then what belongs to none"`
	Choices     []int       `json:"choices" nullable:"false" maxItems:"12" doc:"Right options, from 0"`
	Truth       bool        `json:"truth"`
	Blanks      []BlankView `json:"blanks" nullable:"false" maxItems:"10"`
	Model       string      `json:"model" maxLength:"20000" doc:"Short: what a good answer says"`
	Explanation string      `json:"explanation_html" maxLength:"40000"`
	Difficulty  int64       `json:"difficulty" minimum:"1" maximum:"5"`
	Points      int64       `json:"points" minimum:"1" maximum:"100"`
	Tags        []string    `json:"tags" nullable:"false" maxItems:"10"`
}

// BlankView is what fills a blank.
type BlankView struct {
	Texts     []string `json:"texts" nullable:"false" maxItems:"20"`
	Tolerance string   `json:"tolerance" maxLength:"30" doc:"Numbers this near count too"`
}

// QuestionView is a question of the bank.
type QuestionView struct {
	ID      int64 `json:"id"`
	Version int64 `json:"version"`
	QuestionInput
	Title     string `json:"title" doc:"The first words of the stem"`
	Uses      int64  `json:"uses" doc:"Papers and videos that ask it"`
	UpdatedAt int64  `json:"updated_at"`
}

func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func questionView(q quiz.Question) QuestionView {
	v := QuestionView{
		ID: q.ID, Version: q.Version, Title: catalog.Plain(q.Stem, 60), Uses: q.Uses, UpdatedAt: q.UpdatedAt,
		QuestionInput: QuestionInput{
			Kind: q.Kind, StemHTML: q.Stem, Options: filled(q.Options), Matches: filled(q.Matches), Choices: filled(q.Right.Choices), Truth: q.Right.Truth, Blanks: []BlankView{},
			Model: q.Right.Text, Explanation: q.Explanation, Difficulty: q.Difficulty, Points: q.Points, Tags: filled(q.Tags),
		},
	}
	for _, b := range q.Right.Blanks {
		v.Blanks = append(v.Blanks, BlankView(b))
	}
	return v
}

func (in QuestionInput) question(id, version int64) quiz.Question {
	q := quiz.Question{ID: id, Version: version, Kind: in.Kind, Difficulty: in.Difficulty, Points: in.Points, Tags: in.Tags}
	q.Content = quiz.Content{Stem: in.StemHTML, Options: in.Options, Matches: in.Matches, Explanation: in.Explanation, Right: quiz.Right{Choices: in.Choices, Truth: in.Truth, Text: in.Model}}
	for _, b := range in.Blanks {
		q.Right.Blanks = append(q.Right.Blanks, quiz.Accept(b))
	}
	return q
}

// TagView is a tag of the bank.
type TagView struct {
	Tag   string `json:"tag"`
	Count int64  `json:"count"`
}

const quizTag = "console quiz"

func (r *routes) questions() {
	web.Handle(r.web, route("questions", http.MethodGet, "questions", "The bank of questions, newest first", quizTag, account.PermCourseRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Kind       string `query:"kind" enum:"single,multiple,judge,blank,short,matching,ordering,"`
			Tag        string `query:"tag" maxLength:"60"`
			Difficulty int64  `query:"difficulty" minimum:"0" maximum:"5"`
			Q          string `query:"q" maxLength:"100"`
		},
		) (*web.Body[web.List[QuestionView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Quiz.Questions(ctx, scope(ctx), quiz.Filter{Kind: in.Kind, Tag: in.Tag, Text: in.Q, Difficulty: in.Difficulty, Before: first(before), Limit: in.Limit + 1})
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, questionView, func(q quiz.Question) []int64 { return []int64{q.ID} })), nil
		})
	web.Handle(r.web, route("question_tags", http.MethodGet, "question-tags", "Tags of the bank", quizTag, account.PermCourseRead),
		func(ctx context.Context, _ *struct{}) (*web.Body[web.List[TagView]], error) {
			rows, err := r.Quiz.Tags(ctx, scope(ctx))
			out := web.List[TagView]{Items: []TagView{}}
			for _, t := range rows {
				out.Items = append(out.Items, TagView{t.Tag, t.N})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("question", http.MethodGet, "questions/{id}", "A question", quizTag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[QuestionView], error) {
			q, err := r.Quiz.Question(ctx, scope(ctx), in.ID)
			return web.Answer(questionView(q)), err
		})
	web.Handle(r.web, route("question_save", http.MethodPut, "questions/{id}", "Add (0) or change a question", quizTag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Version int64 `json:"version,omitempty"`
				QuestionInput
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Quiz.SaveQuestion(ctx, scope(ctx), in.Body.question(in.ID, in.Body.Version))
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("question_delete", http.MethodDelete, "questions/{id}", "Delete a question that nothing asks", quizTag, account.PermCourseEdit),
		func(ctx context.Context, in *ByID) (*none, error) {
			return nil, r.Quiz.DeleteQuestion(ctx, scope(ctx), in.ID)
		})
}

// ImportReport is what a file holds, row by row.
type ImportReport struct {
	Digest string      `json:"digest" doc:"Confirms the very file that was checked"`
	Good   int         `json:"good"`
	Bad    int         `json:"bad"`
	Rows   []ImportRow `json:"rows" nullable:"false"`
}

// ImportRow is a row of a file.
type ImportRow struct {
	No    int    `json:"no" doc:"Row of a sheet, line of a text"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Wrong string `json:"wrong" doc:"Empty: it can be imported"`
}

// Imported tells how many questions are new.
type Imported struct {
	Added int `json:"added" doc:"The same file brings nothing twice"`
}

func (r *routes) imports() {
	check := route("import_check", http.MethodPost, "question-imports/check", "Read a file of questions and say what is wrong; the body is the file", quizTag, account.PermCourseEdit)
	check.MaxBytes, check.Timeout = quiz.MaxFile+1, time.Minute
	web.Handle(r.web, check, func(_ context.Context, in *struct {
		Format  string `query:"format" required:"true" enum:"xlsx,aiken,gift"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[ImportReport], error) {
		rep, err := quiz.Check(in.Format, in.RawBody)
		if err != nil {
			return nil, err
		}
		v := ImportReport{Digest: rep.Digest, Good: rep.Good(), Rows: []ImportRow{}}
		v.Bad = len(rep.Rows) - v.Good
		for _, x := range rep.Rows {
			v.Rows = append(v.Rows, ImportRow{x.No, x.Question.Kind, catalog.Plain(x.Question.Stem, 60), x.Wrong})
		}
		return web.Answer(v), nil
	})
	run := route("import", http.MethodPost, "question-imports", "Import the good rows of the file that was checked", quizTag, account.PermCourseEdit)
	run.MaxBytes, run.Timeout = check.MaxBytes, check.Timeout
	web.Handle(r.web, run, func(ctx context.Context, in *struct {
		Format  string `query:"format" required:"true" enum:"xlsx,aiken,gift"`
		Digest  string `query:"digest" required:"true" minLength:"64" maxLength:"64"`
		Tags    string `query:"tags" maxLength:"200" doc:"For all of them, with commas between"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[Imported], error) {
		n, err := r.Quiz.Import(ctx, scope(ctx), in.Format, in.RawBody, in.Digest, strings.FieldsFunc(in.Tags, func(c rune) bool { return c == ',' || c == '，' }))
		return web.Answer(Imported{n}), err
	})
	web.Handle(r.web, route("import_template", http.MethodGet, "question-imports/template", "A workbook to fill in", quizTag, account.PermCourseRead),
		func(context.Context, *struct{}) (*huma.StreamResponse, error) {
			raw, err := quiz.Template()
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				hc.SetHeader("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
				hc.SetHeader("Content-Disposition", `attachment; filename="questions.xlsx"`)
				_, _ = hc.BodyWriter().Write(raw)
			}}, nil
		})
}
