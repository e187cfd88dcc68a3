package console

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/challenge"
	"zhizhou/internal/note"
	"zhizhou/internal/web"
)

// classTeachers is who leads classes, and what they look at.
func (r *routes) classTeachers(tag string) {
	web.Handle(r.web, route("class_teachers", http.MethodGet, "class-teachers", "Members of staff who may lead classes", tag, account.PermChallenge),
		func(ctx context.Context, _ *none) (*web.Body[web.List[StaffName]], error) {
			rows, err := r.Challenge.Teachers(ctx, scope(ctx))
			out := web.List[StaffName]{Items: []StaffName{}}
			for _, t := range rows {
				out.Items = append(out.Items, StaffName(t))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, quiet(route("class_teacher", http.MethodPut, "classes/{id}/leader", "Name who leads a class", tag, account.PermChallenge)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				TeacherID int64 `json:"teacher_id" minimum:"0" doc:"0: nobody in particular"`
			}
		},
		) (*none, error) {
			return nil, r.Challenge.SetTeacher(ctx, scope(ctx), in.ID, in.Body.TeacherID)
		})
	web.Handle(r.web, route("class_cases", http.MethodGet, "classes/{id}/check-ins", "What members of a class wrote, oldest first", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			web.PageQuery
			State string `query:"state" enum:"pending,shown,hidden" default:"pending"`
		},
		) (*web.Body[web.List[CaseView]], error) {
			after, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Challenge.CasesOf(ctx, classScope(ctx), in.ID, in.State, first(after), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(c note.Case) CaseView { return CaseView(c) }, func(c note.Case) []int64 { return []int64{c.ID} })), nil
		})
	web.Handle(r.web, route("class_cases_decide", http.MethodPost, "classes/{id}/check-ins", "Show what members wrote to their squads, or hide it and say why", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Items  []CaseChoice `json:"items" nullable:"false" minItems:"1" maxItems:"50"`
				Show   bool         `json:"show"`
				Reason string       `json:"reason,omitempty" maxLength:"800" doc:"Why it is hidden; its author reads it"`
			}
		},
		) (*web.Body[DecidedView], error) {
			if _, err := r.Challenge.Class(ctx, classScope(ctx), in.ID); err != nil {
				return nil, err
			}
			var choices []note.Choice
			for _, c := range in.Body.Items {
				if c.What == note.CheckIn || c.What == note.PeerReview {
					choices = append(choices, note.Choice(c))
				}
			}
			if len(choices) == 0 {
				return nil, challenge.ErrCheckIn
			}
			done, err := r.Challenge.Decide(ctx, classScope(ctx), choices, in.Body.Show, in.Body.Reason)
			return web.Answer(DecidedView{done, len(in.Body.Items) - done}), err
		})
	web.Handle(r.web, route("class_case_files", http.MethodGet, "classes/{id}/check-ins/{check_in}/files", "The files of a check-in of a class", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			CheckIn int64 `path:"check_in"`
		},
		) (*web.Body[web.List[CheckInFile]], error) {
			if _, err := r.Challenge.Class(ctx, classScope(ctx), in.ID); err != nil {
				return nil, err
			}
			rows, err := r.Challenge.FilesOf(ctx, classScope(ctx), in.CheckIn)
			v := web.List[CheckInFile]{Items: []CheckInFile{}}
			for _, f := range rows {
				v.Items = append(v.Items, CheckInFile{f.ID, f.Name, f.Bytes, f.Mime})
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("class_case_file", http.MethodGet, "classes/{id}/check-in-files/{file}", "A file of a check-in of a class", tag, account.PermClass),
		func(ctx context.Context, in *struct {
			ByID
			File int64 `path:"file"`
		},
		) (*huma.StreamResponse, error) {
			if _, err := r.Challenge.Class(ctx, classScope(ctx), in.ID); err != nil {
				return nil, err
			}
			f, body, err := r.Challenge.FetchFor(ctx, classScope(ctx), in.File)
			if err != nil {
				return nil, err
			}
			return web.Download(f.Name, f.Mime, body), nil
		})
}
