package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// Titled carries a title.
type Titled struct {
	Body struct {
		Title string `json:"title" maxLength:"240"`
	}
}

// ChapterPath names a chapter of a course.
type ChapterPath struct {
	ID        int64 `path:"id"`
	ChapterID int64 `path:"chapter_id"`
}

func (r *routes) lessons() {
	const tag = "console course"
	edit := account.PermCourseEdit
	web.Handle(r.web, route("chapter_create", http.MethodPost, "courses/{id}/chapters", "Append a chapter", tag, edit),
		func(ctx context.Context, in *struct {
			ByID
			Titled
		},
		) (*web.Body[Made], error) {
			n, err := r.Catalog.AddChapter(ctx, scope(ctx), in.ID, in.Body.Title)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("chapter_rename", http.MethodPatch, "courses/{id}/chapters/{chapter_id}", "Rename a chapter", tag, edit)),
		func(ctx context.Context, in *struct {
			ChapterPath
			Titled
		},
		) (*none, error) {
			return nil, r.Catalog.RenameChapter(ctx, scope(ctx), in.ID, in.ChapterID, in.Body.Title)
		})
	web.Handle(r.web, route("chapter_delete", http.MethodDelete, "courses/{id}/chapters/{chapter_id}", "Delete an empty chapter", tag, edit),
		func(ctx context.Context, in *ChapterPath) (*none, error) {
			return nil, r.Catalog.DeleteChapter(ctx, scope(ctx), in.ID, in.ChapterID)
		})
	type place struct {
		ID        int64   `json:"id"`
		LessonIDs []int64 `json:"lesson_ids" nullable:"false" maxItems:"1000"`
	}
	web.Handle(r.web, quiet(route("outline_order", http.MethodPut, "courses/{id}/outline", "Put chapters and lessons in order", tag, edit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Chapters []place `json:"chapters" nullable:"false" maxItems:"300"`
			}
		},
		) (*none, error) {
			var order []catalog.Place
			for _, c := range in.Body.Chapters {
				order = append(order, catalog.Place{ChapterID: c.ID, LessonIDs: c.LessonIDs})
			}
			return nil, r.Catalog.Reorder(ctx, scope(ctx), in.ID, order)
		})
	web.Handle(r.web, route("lesson_create", http.MethodPost, "courses/{id}/lessons", "Append a lesson to a chapter", tag, edit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				ChapterID int64  `json:"chapter_id"`
				Title     string `json:"title" maxLength:"240"`
				Form      string `json:"form" enum:"video,audio,article,live,document,ebook,quiz,homework,booking"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Catalog.AddLesson(ctx, scope(ctx), in.ID, in.Body.ChapterID, in.Body.Title, in.Body.Form)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("lesson", http.MethodGet, "lessons/{id}", "A lesson in the editor", tag, account.PermCourseRead),
		func(ctx context.Context, in *ByID) (*web.Body[LessonView], error) { return r.lessonAnswer(ctx, in.ID) })
	save := route("lesson_save", http.MethodPut, "lessons/{id}", "Save a lesson", tag, edit)
	save.MaxBytes = 2 << 20
	web.Handle(r.web, save, r.saveLesson)
	web.Handle(r.web, route("lesson_release", http.MethodPost, "lessons/{id}/release", "Show an issue of a column to learners, now or later", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				At int64 `json:"at" minimum:"0" doc:"ms; 0: now"`
			}
		},
		) (*web.Body[LessonView], error) {
			if err := r.Catalog.Release(ctx, scope(ctx), in.ID, in.Body.At); err != nil {
				return nil, err
			}
			return r.lessonAnswer(ctx, in.ID)
		})
	web.Handle(r.web, route("lesson_withhold", http.MethodPost, "lessons/{id}/withhold", "Take an issue back, or give up its time", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*web.Body[LessonView], error) {
			if err := r.Catalog.Withhold(ctx, scope(ctx), in.ID); err != nil {
				return nil, err
			}
			return r.lessonAnswer(ctx, in.ID)
		})
	web.Handle(r.web, route("lesson_delete", http.MethodDelete, "lessons/{id}", "Delete a lesson", tag, edit),
		func(ctx context.Context, in *ByID) (*none, error) {
			return nil, r.Catalog.DeleteLesson(ctx, scope(ctx), in.ID)
		})
	r.attachments()
	r.assets()
	r.documents()
	r.ebooks()
	r.articles()
	r.captions()
}

func (r *routes) lessonAnswer(ctx context.Context, lessonID int64) (*web.Body[LessonView], error) {
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Catalog.Course(ctx, scope(ctx), l.CourseID); err != nil {
		return nil, err
	}
	v, err := r.lessonView(ctx, l)
	return web.Answer(v), err
}

func (r *routes) saveLesson(ctx context.Context, in *struct {
	ByID
	Body struct {
		Title        string `json:"title" maxLength:"240"`
		IsFree       bool   `json:"is_free"`
		PreviewMS    int64  `json:"preview_ms" minimum:"0"`
		BodyHTML     string `json:"body_html,omitempty" maxLength:"800000"`
		AssetID      int64  `json:"asset_id,omitempty"`
		DocumentID   int64  `json:"document_id,omitempty"`
		PreviewPages int64  `json:"preview_pages,omitempty" minimum:"0"`
		EbookID      int64  `json:"ebook_id,omitempty"`
		InOrder      bool   `json:"in_order,omitempty" doc:"Of a video or audio: not ahead of what was watched, until it is finished"`

		OpensAt        int64 `json:"opens_at,omitempty" minimum:"0"`
		OpensAfterDays int64 `json:"opens_after_days,omitempty" minimum:"0"`
		AfterLessonID  int64 `json:"after_lesson_id,omitempty"`

		Version int64 `json:"version,omitempty" minimum:"0" doc:"Of the lesson that was changed, else 409 lesson_changed; 0: save over whatever is there"`
	}
},
) (*web.Body[LessonView], error) {
	ch := catalog.LessonChange{
		Unlock: catalog.Unlock{OpensAt: in.Body.OpensAt, OpensAfterDays: in.Body.OpensAfterDays, AfterLessonID: in.Body.AfterLessonID},
		Title:  in.Body.Title, IsFree: in.Body.IsFree, PreviewMS: in.Body.PreviewMS, BodyHTML: in.Body.BodyHTML, AssetID: in.Body.AssetID, DocumentID: in.Body.DocumentID, PreviewPages: in.Body.PreviewPages, EbookID: in.Body.EbookID, InOrder: in.Body.InOrder, Version: in.Body.Version,
	}
	if err := r.fitDocument(ctx, in.ID, &ch); err != nil {
		return nil, err
	}
	if err := r.fitEbook(ctx, in.ID, &ch); err != nil {
		return nil, err
	}
	if err := r.fitArticle(ctx, in.ID, ch); err != nil {
		return nil, err
	}
	if ch.AssetID != 0 {
		a, err := r.ownAsset(ctx, ch.AssetID)
		if err != nil {
			return nil, err
		}
		if a.Status == media.StatusReady {
			ch.AssetMS = a.DurationMS
		}
		if err := r.fitAudio(ctx, in.ID, a); err != nil {
			return nil, err
		}
	}
	if err := r.Catalog.UpdateLesson(ctx, scope(ctx), in.ID, ch); err != nil {
		return nil, err
	}
	return r.lessonAnswer(ctx, in.ID)
}

// mine tells whether the caller may use a video: instructors only what they
// uploaded themselves.
func mine(ctx context.Context, a media.Asset) bool {
	return scope(ctx) == 0 || a.CreatedBy == web.CallerOf(ctx).Staff.ID
}

// ownUploads narrows lists of uploads: instructors have only what they uploaded
// themselves, 0 is anybody's.
func ownUploads(ctx context.Context) int64 {
	if scope(ctx) == 0 {
		return 0
	}
	return web.CallerOf(ctx).Staff.ID
}

func (r *routes) ownAsset(ctx context.Context, assetID int64) (media.Asset, error) {
	a, err := r.Media.Asset(ctx, assetID)
	if err == nil && !mine(ctx, a) {
		return media.Asset{}, media.ErrAssetNone
	}
	return a, err
}

func (r *routes) assets() {
	const tag = "console media"
	web.Handle(r.web, route("assets", http.MethodGet, "assets", "Uploaded videos, newest first", tag, account.PermMediaUpload),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" maxLength:"20"`
			Q      string `query:"q" maxLength:"60"`
		},
		) (*web.Body[web.List[AssetView]], error) {
			rows, next, err := r.Media.Assets(ctx, media.AssetFilter{Status: in.Status, Query: in.Q, Cursor: in.Cursor, Limit: in.Limit, CreatedBy: ownUploads(ctx)})
			out := web.List[AssetView]{Items: []AssetView{}, NextCursor: next}
			for _, a := range rows {
				out.Items = append(out.Items, assetView(a))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("asset", http.MethodGet, "assets/{id}", "How far a video is", tag, account.PermMediaUpload),
		func(ctx context.Context, in *ByID) (*web.Body[AssetView], error) {
			a, err := r.ownAsset(ctx, in.ID)
			return web.Answer(assetView(a)), err
		})
	web.Handle(r.web, quiet(route("asset_retry", http.MethodPost, "assets/{id}/retry", "Process a failed video again", tag, account.PermMediaUpload)),
		func(ctx context.Context, in *ByID) (*none, error) {
			if _, err := r.ownAsset(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Media.Retry(ctx, in.ID)
		})
}
