package learner

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/homework"
	"zhizhou/internal/web"
)

// HomeworkView is a homework before its learner.
type HomeworkView struct {
	TaskHTML     string           `json:"task_html"`
	Rubric       []homework.Row   `json:"rubric" nullable:"false"`
	Points       int64            `json:"points" doc:"At most"`
	PassPermille int64            `json:"pass_permille"`
	DueAt        int64            `json:"due_at" doc:"The learner's own; 0: none"`
	Peers        int64            `json:"peers" doc:"Reviews of others that each learner writes"`
	PeersDecide  bool             `json:"peers_decide" doc:"Their median is the score where no teacher marked"`
	Left         int64            `json:"left" doc:"Submissions that may still come"`
	Own          []SubmissionView `json:"own" nullable:"false" doc:"Newest first"`
	Reviews      []ReviewTaskView `json:"reviews" nullable:"false" doc:"Of others' work, without names"`
	Excellent    []OthersWorkView `json:"excellent" nullable:"false" doc:"Shown to the class, without names"`
}

// HomeworkFileView is a file of a submission.
type HomeworkFileView struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Mime  string `json:"mime"`
}

// OthersWorkView is work without its author.
type OthersWorkView struct {
	Body  string             `json:"body"`
	Files []HomeworkFileView `json:"files" nullable:"false"`
}

// SubmissionView is an own submission.
type SubmissionView struct {
	OthersWorkView
	ID       int64           `json:"id"`
	No       int64           `json:"no"`
	State    string          `json:"state" enum:"handed_in,returned,marked"`
	Score    int64           `json:"score"`
	Most     int64           `json:"most"`
	Points   []int64         `json:"points" nullable:"false" doc:"The marker's, by row; empty: nobody marked"`
	Rubric   []homework.Row  `json:"rubric" nullable:"false" doc:"Of the day it was handed in"`
	Comment  string          `json:"comment"`
	Passed   bool            `json:"passed"`
	Late     bool            `json:"late"`
	ByPeers  bool            `json:"by_peers" doc:"The score is the median of reviews"`
	Consent  bool            `json:"consent" doc:"The class may see it"`
	HandedAt int64           `json:"handed_at"`
	MarkedAt int64           `json:"marked_at"`
	Got      []ReviewGotView `json:"got" nullable:"false" doc:"Reviews by others, without names"`
}

// ReviewGotView is a review of an own submission.
type ReviewGotView struct {
	Score   int64  `json:"score"`
	Comment string `json:"comment"`
}

// ReviewTaskView is a review to write, or written.
type ReviewTaskView struct {
	ID      int64          `json:"id"`
	Work    OthersWorkView `json:"work"`
	Rubric  []homework.Row `json:"rubric" nullable:"false"`
	Score   int64          `json:"score"`
	Comment string         `json:"comment"`
	DoneAt  int64          `json:"done_at" doc:"0: still to write"`
}

func homeworkFiles(files []homework.File) []HomeworkFileView {
	out := make([]HomeworkFileView, len(files))
	for i, f := range files {
		out[i] = HomeworkFileView{f.ID, f.Name, f.Bytes, f.Mime}
	}
	return out
}

func othersWork(s homework.Submission) OthersWorkView {
	return OthersWorkView{s.Body, homeworkFiles(s.Files)}
}

func (r *routes) homework() {
	const tag = "homework"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	quiet := func(x web.Route) web.Route { x.Status = http.StatusNoContent; return x }
	web.Handle(r.web, learner("homework", http.MethodGet, "/api/lessons/{id}/homework", "A homework, what I handed in, and what I review"), r.homeworkDesk)
	web.Handle(r.web, learner("submission_add", http.MethodPost, "/api/lessons/{id}/submissions", "Hand work in"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Body    string  `json:"body" maxLength:"40000"`
				Files   []int64 `json:"files" nullable:"false" maxItems:"9"`
				Consent bool    `json:"consent,omitempty" doc:"The class may see it"`
			}
		},
		) (*web.Body[HomeworkView], error) {
			if _, err := r.Homework.HandIn(ctx, web.UserID(ctx), in.ID, in.Body.Body, in.Body.Files, in.Body.Consent); err != nil {
				return nil, err
			}
			return r.homeworkDesk(ctx, &lessonPath{ID: in.ID})
		})
	web.Handle(r.web, quiet(learner("submission_consent", http.MethodPut, "/api/submissions/{id}/consent", "Let the class see my work, or no longer")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Homework.Consent(ctx, web.UserID(ctx), in.ID, in.Body.On)
		})
	web.Handle(r.web, quiet(learner("homework_review", http.MethodPost, "/api/homework-reviews/{id}", "Write a review of another's work")),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Points  []int64 `json:"points" nullable:"false" maxItems:"12"`
				Comment string  `json:"comment" maxLength:"4000"`
			}
		},
		) (*none, error) {
			return nil, r.Homework.Review(ctx, web.UserID(ctx), in.ID, in.Body.Points, in.Body.Comment)
		})
	add := learner("homework_file_add", http.MethodPost, "/api/lessons/{id}/homework-files", "Keep a file for a submission; the body is the file")
	add.MaxBytes, add.Timeout = 20<<20, 5*time.Minute
	web.Handle(r.web, add, func(ctx context.Context, in *struct {
		ID      int64  `path:"id"`
		Name    string `query:"name" required:"true" maxLength:"200"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[HomeworkFileView], error) {
		f, err := r.Homework.AddFile(ctx, web.UserID(ctx), in.ID, in.Name, bytes.NewReader(in.RawBody))
		return web.Answer(HomeworkFileView{f.ID, f.Name, f.Bytes, f.Mime}), err
	})
	web.Handle(r.web, quiet(learner("homework_file_drop", http.MethodDelete, "/api/homework-files/{id}", "Take back a file that was not handed in")),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Homework.DropFile(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, learner("homework_file", http.MethodGet, "/api/homework-files/{id}", "A file of a submission that I may see"),
		func(ctx context.Context, in *lessonPath) (*huma.StreamResponse, error) {
			f, body, err := r.Homework.Fetch(ctx, web.UserID(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}

func (r *routes) homeworkDesk(ctx context.Context, in *lessonPath) (*web.Body[HomeworkView], error) {
	d, err := r.Homework.Desk(ctx, web.UserID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	v := HomeworkView{
		TaskHTML: d.Task.TaskHTML, Rubric: d.Task.Rubric, Points: homework.Points(d.Task.Rubric), PassPermille: d.Task.PassPermille, DueAt: d.Due, Peers: d.Task.Peers,
		PeersDecide: d.Task.PeersDecide, Left: d.Left, Own: []SubmissionView{}, Reviews: []ReviewTaskView{}, Excellent: []OthersWorkView{},
	}
	for _, s := range d.Own {
		one := SubmissionView{
			OthersWorkView: othersWork(s), ID: s.ID, No: s.No, State: s.State, Score: s.Score, Most: s.Most, Points: append([]int64{}, s.Points...), Rubric: s.Rubric, Comment: s.Comment,
			Passed: s.Passed, Late: s.Late, ByPeers: s.ByPeers, Consent: s.Consent, HandedAt: s.HandedAt, MarkedAt: s.MarkedAt, Got: []ReviewGotView{},
		}
		got, err := r.Homework.Reviews(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range got {
			one.Got = append(one.Got, ReviewGotView{x.Score, x.Comment})
		}
		v.Own = append(v.Own, one)
	}
	for _, x := range d.Reviews {
		v.Reviews = append(v.Reviews, ReviewTaskView{x.ID, othersWork(x.Work), x.Work.Rubric, x.Score, x.Comment, x.DoneAt})
	}
	for _, s := range d.Excellent {
		v.Excellent = append(v.Excellent, othersWork(s))
	}
	return web.Answer(v), nil
}
