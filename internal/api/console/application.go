package console

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/teacher"
	"zhizhou/internal/web"
)

// ApplicationRow is who wants to teach, in a list.
type ApplicationRow struct {
	ID           int64    `json:"id"`
	UserID       int64    `json:"user_id"`
	Nickname     string   `json:"nickname"`
	PhoneMasked  string   `json:"phone_masked" doc:"Of the applicant's account"`
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Bio          string   `json:"bio"`
	Fields       []string `json:"fields" nullable:"false"`
	State        string   `json:"state" enum:"pending,approved,rejected,withdrawn"`
	Reason       string   `json:"reason"`
	InstructorID int64    `json:"instructor_id" doc:"The profile that the approval made; 0: none"`
	DecidedAt    int64    `json:"decided_at"`
	CreatedAt    int64    `json:"created_at"`
}

// ApplicationFile is a paper of an application.
type ApplicationFile struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Mime  string `json:"mime"`
}

// ApplicationDetail is an application with the list of its papers.
type ApplicationDetail struct {
	ApplicationRow
	Files []ApplicationFile `json:"files" nullable:"false" doc:"Deleted 180 days after the decision"`
}

func applicationRow(a teacher.Application) ApplicationRow {
	return ApplicationRow{
		ID: a.ID, UserID: a.UserID, Nickname: a.Nickname, PhoneMasked: a.PhoneMasked, Name: a.Form.Name, Title: a.Form.Title, Bio: a.Form.Bio, Fields: append([]string{}, a.Form.Fields...),
		State: a.State, Reason: a.Reason, InstructorID: a.InstructorID, DecidedAt: a.DecidedAt, CreatedAt: a.CreatedAt,
	}
}

func (r *routes) applications() {
	const tag = "console instructor"
	web.Handle(r.web, route("applications", http.MethodGet, "instructor-applications", "Who wants to teach, newest first", tag, account.PermTeachReview),
		func(ctx context.Context, in *struct {
			web.PageQuery
			State string `query:"state" enum:"pending,approved,rejected,withdrawn" default:"pending"`
		},
		) (*web.Body[web.List[ApplicationRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Teacher.Queue(ctx, in.State, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, applicationRow, func(a teacher.Application) []int64 { return []int64{a.ID} })), nil
		})
	web.Handle(r.web, route("application", http.MethodGet, "instructor-applications/{id}", "An application with the list of its papers", tag, account.PermTeachReview),
		func(ctx context.Context, in *ByID) (*web.Body[ApplicationDetail], error) {
			a, err := r.Teacher.Application(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			v := ApplicationDetail{applicationRow(a), []ApplicationFile{}}
			for _, f := range a.Files {
				v.Files = append(v.Files, ApplicationFile{f.ID, f.Name, f.Bytes, f.Mime})
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, route("application_file", http.MethodGet, "instructor-applications/{id}/files/{file_id}", "A paper; the log notes each look", tag, account.PermTeachReview),
		func(ctx context.Context, in *struct {
			ByID
			FileID int64 `path:"file_id"`
		},
		) (*huma.StreamResponse, error) {
			f, raw, err := r.Teacher.Fetch(ctx, in.ID, in.FileID)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, io.NopCloser(bytes.NewReader(raw))), nil
		})
	web.Handle(r.web, route("application_decide", http.MethodPost, "instructor-applications/{id}/decision", "Make the applicant an instructor, or refuse with a reason", tag, account.PermTeachReview),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Approve bool   `json:"approve"`
				Reason  string `json:"reason,omitempty" maxLength:"1200" doc:"Of a refusal; the applicant is told"`
			}
		},
		) (*web.Body[ApplicationDecided], error) {
			if !in.Body.Approve {
				return web.Answer(ApplicationDecided{}), r.Teacher.Reject(ctx, in.ID, in.Body.Reason)
			}
			n, err := r.Teacher.Approve(ctx, in.ID)
			return web.Answer(ApplicationDecided{n}), err
		})
}

// ApplicationDecided answers what came of a decision.
type ApplicationDecided struct {
	InstructorID int64 `json:"instructor_id" doc:"0: refused"`
}
