package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/version"
	"zhizhou/internal/web"
)

// VersionView is a kept version of a course.
type VersionView struct {
	ID          int64  `json:"id"`
	No          int64  `json:"no"`
	Cause       string `json:"cause" enum:"manual,publish,restore,import,clone,bulk"`
	Remark      string `json:"remark"`
	Chapters    int64  `json:"chapters"`
	Lessons     int64  `json:"lessons"`
	Attachments int64  `json:"attachments"`
	Added       int64  `json:"added" doc:"Lessons, since the version before"`
	Removed     int64  `json:"removed"`
	Changed     int64  `json:"changed"`
	Others      int64  `json:"others" doc:"Changes of the course's texts, chapters and attachments"`
	StaffName   string `json:"staff_name"`
	CreatedAt   int64  `json:"created_at"`
}

func versionView(v version.Version) VersionView {
	return VersionView{v.ID, v.No, v.Cause, v.Remark, v.Chapters, v.Lessons, v.Attachments, v.Added, v.Removed, v.Changed, v.Others, v.StaffName, v.CreatedAt}
}

// DifferenceView is something that is not the same in two versions.
type DifferenceView struct {
	Part   string   `json:"part" enum:"course,chapter,lesson,attachment"`
	ID     int64    `json:"id"`
	Title  string   `json:"title"`
	Change string   `json:"change" enum:"added,removed,changed"`
	Fields []string `json:"fields" nullable:"false"`
}

// VersionPath names a version of a course.
type VersionPath struct {
	ID        int64 `path:"id"`
	VersionID int64 `path:"version_id"`
}

// CourseImportView says what an import brought.
type CourseImportView struct {
	Imported    bool       `json:"imported" doc:"Whether the course came in an archive at all"`
	Name        string     `json:"name"`
	CreatedAt   int64      `json:"created_at"`
	Chapters    int        `json:"chapters"`
	Lessons     int        `json:"lessons"`
	Attachments int        `json:"attachments"`
	Materials   int        `json:"materials"`
	Questions   int        `json:"questions"`
	Left        []LeftView `json:"left" nullable:"false"`
}

// LeftView is something that did not come along.
type LeftView struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// archive streams a course. Nothing of it is kept here.
func (r *routes) archive(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	p, err := r.Version.Export(ctx, scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/zip")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="course.zip"; filename*=UTF-8''%s`, url.PathEscape(p.Title()+".zip")))
		hc.SetHeader("Cache-Control", "private, no-store")
		hc.SetHeader("X-Content-Type-Options", "nosniff")
		if err := p.Write(ctx, hc.BodyWriter()); err != nil {
			panic(http.ErrAbortHandler) // half an archive must not look like a whole one
		}
	}}, nil
}

func (r *routes) courseVersions() {
	const tag = "console course"
	edit := account.PermCourseEdit
	web.Handle(r.web, route("versions", http.MethodGet, "courses/{id}/versions", "What a course said before, newest first", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[VersionView]], error) {
			rows, err := r.Version.List(ctx, scope(ctx), in.ID)
			out := web.List[VersionView]{Items: []VersionView{}}
			for _, v := range rows {
				out.Items = append(out.Items, versionView(v))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("version_take", http.MethodPost, "courses/{id}/versions", "Keep what a course says now", tag, edit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Remark string `json:"remark" maxLength:"400"`
			}
		},
		) (*web.Body[VersionView], error) {
			v, err := r.Version.Take(ctx, scope(ctx), in.ID, in.Body.Remark)
			return web.Answer(versionView(v)), err
		})
	web.Handle(r.web, route("version_compare", http.MethodGet, "courses/{id}/versions/{version_id}/changes", "What changed from a version to another, or to now", tag, account.PermCourseRead),
		func(ctx context.Context, in *struct {
			VersionPath
			To int64 `query:"to" minimum:"0" doc:"0: the course as it is now"`
		},
		) (*web.Body[web.List[DifferenceView]], error) {
			rows, err := r.Version.Compare(ctx, scope(ctx), in.ID, in.VersionID, in.To)
			out := web.List[DifferenceView]{Items: []DifferenceView{}}
			for _, d := range rows {
				out.Items = append(out.Items, DifferenceView(d))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("version_restore", http.MethodPost, "courses/{id}/versions/{version_id}/restore", "Put a course back to a version; what it says now is kept first", tag, edit),
		func(ctx context.Context, in *VersionPath) (*web.Body[VersionView], error) {
			before, err := r.Version.Restore(ctx, scope(ctx), in.ID, in.VersionID)
			return web.Answer(versionView(before)), err
		})
	web.Handle(r.web, route("course_archive", http.MethodGet, "courses/{id}/archive", "The whole course as one file; the log notes it", tag, edit), r.archive)
	web.Handle(r.web, route("course_import", http.MethodGet, "courses/{id}/import", "What came with a course that was imported, and what did not", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[CourseImportView], error) {
			row, rep, found, err := r.Version.ImportOf(ctx, scope(ctx), in.ID)
			v := CourseImportView{found, row.Name, row.CreatedAt, rep.Chapters, rep.Lessons, rep.Attachments, rep.Materials, rep.Questions, []LeftView{}}
			for _, l := range rep.Left {
				v.Left = append(v.Left, LeftView(l))
			}
			return web.Answer(v), err
		})
	web.Handle(r.web, route("course_clone", http.MethodPost, "courses/{id}/clone", "Make a draft that says the same; prices come switched off", tag, edit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Prices bool `json:"prices" doc:"Takes the permission to edit products"`
			}
		},
		) (*web.Body[Made], error) {
			if in.Body.Prices && !account.Allowed(web.CallerOf(ctx).Staff.Role, account.PermProductEdit) {
				return nil, web.ErrForbidden
			}
			n, err := r.Version.Copy(ctx, scope(ctx), in.ID, in.Body.Prices)
			return web.Answer(Made{n}), err
		})
}
