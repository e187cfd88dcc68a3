package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/homework"
	"zhizhou/internal/web"
)

// HomeworkInput is what the form of a homework saves.
type HomeworkInput struct {
	Version      int64          `json:"version" doc:"0: there is none yet"`
	TaskHTML     string         `json:"task_html" maxLength:"200000"`
	DueAt        int64          `json:"due_at" minimum:"0" doc:"0: none"`
	DueDays      int64          `json:"due_days" minimum:"0" maximum:"3650" doc:"After the course was opened to the learner; 0: none"`
	Most         int64          `json:"most" minimum:"1" maximum:"20" doc:"Submissions"`
	Peers        int64          `json:"peers" minimum:"0" maximum:"3" doc:"Reviews that each learner writes"`
	PeersDecide  bool           `json:"peers_decide" doc:"Their median is the score where nobody marked"`
	PassPermille int64          `json:"pass_permille" minimum:"0" maximum:"1000"`
	Rubric       []homework.Row `json:"rubric" nullable:"false" maxItems:"12"`
}

// WorkFileView is a file of a submission.
type WorkFileView struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Mime  string `json:"mime"`
}

// WorkView is a submission before its marker.
type WorkView struct {
	ID        int64          `json:"id"`
	UserID    int64          `json:"user_id"`
	Nickname  string         `json:"nickname"`
	No        int64          `json:"no"`
	State     string         `json:"state" enum:"handed_in,returned,marked"`
	Body      string         `json:"body"`
	Files     []WorkFileView `json:"files" nullable:"false"`
	Rubric    []homework.Row `json:"rubric" nullable:"false" doc:"Of the day it was handed in"`
	Points    []int64        `json:"points" nullable:"false" doc:"By row; empty: nobody marked"`
	Score     int64          `json:"score"`
	Most      int64          `json:"most"`
	Comment   string         `json:"comment"`
	Passed    bool           `json:"passed"`
	Late      bool           `json:"late"`
	ByPeers   bool           `json:"by_peers"`
	Consent   bool           `json:"consent" doc:"The author lets the class see it"`
	Excellent bool           `json:"excellent"`
	HandedAt  int64          `json:"handed_at"`
	MarkedAt  int64          `json:"marked_at"`
}

// WorkReviewView is a review by another learner.
type WorkReviewView struct {
	Score   int64  `json:"score"`
	Comment string `json:"comment"`
	DoneAt  int64  `json:"done_at"`
}

func work(s homework.Submission) WorkView {
	v := WorkView{
		ID: s.ID, UserID: s.UserID, Nickname: s.Nickname, No: s.No, State: s.State, Body: s.Body, Files: []WorkFileView{}, Rubric: s.Rubric, Points: append([]int64{}, s.Points...), Score: s.Score, Most: s.Most,
		Comment: s.Comment, Passed: s.Passed, Late: s.Late, ByPeers: s.ByPeers, Consent: s.Consent, Excellent: s.Excellent, HandedAt: s.HandedAt, MarkedAt: s.MarkedAt,
	}
	for _, f := range s.Files {
		v.Files = append(v.Files, WorkFileView{f.ID, f.Name, f.Bytes, f.Mime})
	}
	return v
}

func (r *routes) homework() {
	const tag = "homework"
	web.Handle(r.web, route("homework", http.MethodGet, "lessons/{id}/homework", "What a homework asks", tag, account.PermCourseRead), r.homeworkTask)
	web.Handle(r.web, route("homework_save", http.MethodPut, "lessons/{id}/homework", "Save what a homework asks; what was handed in keeps its rubric", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body HomeworkInput
		},
		) (*web.Body[HomeworkInput], error) {
			b := in.Body
			t := homework.Task{LessonID: in.ID, TaskHTML: b.TaskHTML, DueAt: b.DueAt, DueDays: b.DueDays, Most: b.Most, Peers: b.Peers, PeersDecide: b.PeersDecide, PassPermille: b.PassPermille, Version: b.Version, Rubric: b.Rubric}
			if err := r.Homework.SaveTask(ctx, scope(ctx), t); err != nil {
				return nil, err
			}
			return r.homeworkTask(ctx, &in.ByID)
		})
	web.Handle(r.web, route("submissions", http.MethodGet, "lessons/{id}/submissions", "What was handed in, newest first", tag, account.PermCourseEdit),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
			State string `query:"state" enum:"handed_in,returned,marked,"`
		},
		) (*web.Body[web.List[WorkView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Homework.Queue(ctx, scope(ctx), in.ID, in.State, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, work, func(s homework.Submission) []int64 { return []int64{s.ID} })), nil
		})
	web.Handle(r.web, route("submission_reviews", http.MethodGet, "submissions/{id}/reviews", "Reviews of a submission by other learners", tag, account.PermCourseEdit),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[WorkReviewView]], error) {
			rows, err := r.Homework.ReviewsFor(ctx, scope(ctx), in.ID)
			out := web.List[WorkReviewView]{Items: []WorkReviewView{}}
			for _, x := range rows {
				out.Items = append(out.Items, WorkReviewView{x.Score, x.Comment, x.DoneAt})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("submission_mark", http.MethodPost, "submissions/{id}/mark", "Mark a submission, or give it back to be done again", tag, account.PermCourseEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Points    []int64 `json:"points" nullable:"false" maxItems:"12"`
				Comment   string  `json:"comment,omitempty" maxLength:"8000"`
				Return    bool    `json:"return,omitempty" doc:"To be done again"`
				Excellent bool    `json:"excellent,omitempty" doc:"Worth being seen by the class, if its author agrees"`
			}
		},
		) (*none, error) {
			return nil, r.Homework.Mark(ctx, scope(ctx), in.ID, homework.Mark(in.Body))
		})
	web.Handle(r.web, route("submission_file", http.MethodGet, "homework-files/{id}", "A file of a submission", tag, account.PermCourseEdit),
		func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
			f, body, err := r.Homework.FetchFor(ctx, scope(ctx), in.ID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}

func (r *routes) homeworkTask(ctx context.Context, in *ByID) (*web.Body[HomeworkInput], error) {
	if _, err := r.Homework.Mine(ctx, scope(ctx), in.ID); err != nil {
		return nil, err
	}
	t, err := r.Homework.Task(ctx, in.ID)
	if errors.Is(err, homework.ErrNone) {
		t, err = homework.Task{Most: 3, PassPermille: 600, Rubric: []homework.Row{}}, nil
	}
	return web.Answer(HomeworkInput{t.Version, t.TaskHTML, t.DueAt, t.DueDays, t.Most, t.Peers, t.PeersDecide, t.PassPermille, t.Rubric}), err
}
