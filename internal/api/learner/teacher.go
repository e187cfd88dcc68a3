package learner

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/teacher"
	"zhizhou/internal/web"
)

// TeacherPage is an instructor as everybody sees one.
type TeacherPage struct {
	InstructorView
	CourseCount int64 `json:"course_count" doc:"Published"`
}

// TeachingFile is a paper of an application.
type TeachingFile struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Mime  string `json:"mime"`
}

// TeachingForm is what an applicant tells; it becomes the profile.
type TeachingForm struct {
	Name   string   `json:"name" maxLength:"80"`
	Title  string   `json:"title" maxLength:"160"`
	Bio    string   `json:"bio" maxLength:"4000"`
	Fields []string `json:"fields" nullable:"false" maxItems:"5" doc:"What they would teach"`
}

// TeachingApplication is an own application.
type TeachingApplication struct {
	TeachingForm
	ID           int64          `json:"id"`
	State        string         `json:"state" enum:"pending,approved,rejected,withdrawn"`
	Reason       string         `json:"reason" doc:"Of a refusal"`
	InstructorID int64          `json:"instructor_id" doc:"The profile; 0: none yet"`
	Files        []TeachingFile `json:"files" nullable:"false" doc:"Deleted 180 days after the decision"`
	CreatedAt    int64          `json:"created_at"`
	DecidedAt    int64          `json:"decided_at"`
}

// TeachingDesk is where a learner asks to teach.
type TeachingDesk struct {
	PhoneMasked string                `json:"phone_masked" doc:"By which the school calls back; empty: bind one first"`
	Own         []TeachingApplication `json:"own" nullable:"false" doc:"Newest first"`
	Drafts      []TeachingFile        `json:"drafts" nullable:"false" doc:"Sent up, not sent in"`
}

func teacherPage(p catalog.Profile) TeacherPage {
	return TeacherPage{InstructorView{p.ID, p.Name, p.Title, p.Bio, imageURL(p.Avatar)}, p.CourseCount}
}

func (r *routes) teachers() {
	public := func(id, path, summary string) web.Route {
		return web.Route{ID: id, Method: http.MethodGet, Path: path, Summary: summary, Tag: "course", Need: web.Public, Cache: publicCache}
	}
	web.Handle(r.web, public("instructor", "/api/instructors/{id}", "An instructor's profile"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id" minimum:"1"`
		},
		) (*web.Body[TeacherPage], error) {
			p, err := r.Catalog.Profile(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			return web.Answer(teacherPage(p)), nil
		})
	web.Handle(r.web, public("instructor_courses", "/api/instructors/{id}/courses", "An instructor's published courses, the newest first"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id" minimum:"1"`
			web.PageQuery
		},
		) (*web.Body[web.List[CourseCard]], error) {
			after, err := in.Keys(catalog.KeyCount(catalog.Newest))
			if err != nil {
				return nil, err
			}
			if _, err := r.Catalog.Profile(ctx, in.ID); err != nil {
				return nil, err
			}
			rows, err := r.Catalog.CoursesBy(ctx, platform(ctx), in.ID, after, in.Limit+1)
			if err != nil {
				return nil, err
			}
			page := web.Page(rows, in.Limit, courseCard, catalog.CardKeys(catalog.Newest))
			return web.Answer(page), r.dealt(ctx, page.Items)
		})
}

func teachingFiles(files []teacher.File) []TeachingFile {
	out := make([]TeachingFile, len(files))
	for i, f := range files {
		out[i] = TeachingFile{f.ID, f.Name, f.Bytes, f.Mime}
	}
	return out
}

func (r *routes) teaching() {
	at := func(id, method, path, summary string, status int) web.Route {
		return web.Route{ID: id, Method: method, Path: "/api/me/" + path, Summary: summary, Tag: "teaching", Need: web.Learner, Status: status}
	}
	web.Handle(r.web, at("teaching", http.MethodGet, "teaching", "My applications to teach", 200), func(ctx context.Context, _ *none) (*web.Body[TeachingDesk], error) { return r.teachingDesk(ctx) })
	web.Handle(r.web, at("teaching_apply", http.MethodPost, "teaching", "Ask to teach; one application at a time", 200),
		func(ctx context.Context, in *struct {
			Body struct {
				TeachingForm
				Files []int64 `json:"files" nullable:"false" maxItems:"5"`
			}
		},
		) (*web.Body[TeachingDesk], error) {
			if _, err := r.Teacher.Apply(ctx, web.UserID(ctx), teacher.Form(in.Body.TeachingForm), in.Body.Files); err != nil {
				return nil, err
			}
			return r.teachingDesk(ctx)
		})
	web.Handle(r.web, at("teaching_withdraw", http.MethodPost, "teaching/{id}/withdraw", "Take an application back; its papers are deleted", http.StatusNoContent),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Teacher.Withdraw(ctx, web.UserID(ctx), in.ID)
		})
	add := at("teaching_file_add", http.MethodPost, "teaching-files", "Keep a paper for an application; the body is a picture or PDF of at most 10 MB", 200)
	add.MaxBytes, add.Timeout = teacher.MostBytes+1, 5*time.Minute
	web.Handle(r.web, add, func(ctx context.Context, in *struct {
		Name    string `query:"name" required:"true" maxLength:"200"`
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[TeachingFile], error) {
		f, err := r.Teacher.AddFile(ctx, web.UserID(ctx), in.Name, in.RawBody)
		return web.Answer(TeachingFile{f.ID, f.Name, f.Bytes, f.Mime}), err
	})
	web.Handle(r.web, at("teaching_file_drop", http.MethodDelete, "teaching-files/{id}", "Take back a paper that was not sent in", http.StatusNoContent),
		func(ctx context.Context, in *lessonPath) (*none, error) {
			return nil, r.Teacher.DropFile(ctx, web.UserID(ctx), in.ID)
		})
}

func (r *routes) teachingDesk(ctx context.Context) (*web.Body[TeachingDesk], error) {
	d, err := r.Teacher.Desk(ctx, web.UserID(ctx))
	if err != nil {
		return nil, err
	}
	v := TeachingDesk{PhoneMasked: d.PhoneMasked, Own: []TeachingApplication{}, Drafts: teachingFiles(d.Drafts)}
	for _, a := range d.Own {
		f := TeachingForm(a.Form)
		f.Fields = append([]string{}, f.Fields...)
		v.Own = append(v.Own, TeachingApplication{f, a.ID, a.State, a.Reason, a.InstructorID, teachingFiles(a.Files), a.CreatedAt, a.DecidedAt})
	}
	return web.Answer(v), nil
}
