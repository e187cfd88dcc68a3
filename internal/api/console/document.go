package console

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/document"
	"zhizhou/internal/web"
)

// DocumentView is an uploaded PDF.
type DocumentView struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Status    string `json:"status" enum:"uploaded,working,ready,failed"`
	Percent   int64  `json:"percent"`
	Bytes     int64  `json:"bytes"`
	Pages     int64  `json:"pages"`
	Error     string `json:"error"`
	CreatedAt int64  `json:"created_at"`
}

func documentView(d document.Document) DocumentView {
	return DocumentView{d.ID, d.Name, d.Status, d.Percent, d.Bytes, d.Pages, d.ErrorMsg, d.CreatedAt}
}

// DocumentRow is a document with the lessons that show it.
type DocumentRow struct {
	DocumentView
	UsedIn []DocumentUse `json:"used_in" nullable:"false"`
	GoesAt int64         `json:"goes_at" doc:"When it goes by itself, because no lesson shows it; 0: it stays"`
}

// DocumentUse is a lesson that shows a document.
type DocumentUse struct {
	LessonID    int64  `json:"lesson_id"`
	Title       string `json:"title"`
	CourseID    int64  `json:"course_id"`
	CourseTitle string `json:"course_title"`
}

func documentRow(k document.Kept) DocumentRow {
	v := DocumentRow{documentView(k.Document), []DocumentUse{}, k.GoesAt()}
	for _, u := range k.Uses {
		v.UsedIn = append(v.UsedIn, DocumentUse{u.LessonID, u.Title, u.CourseID, u.CourseTitle})
	}
	return v
}

func (r *routes) documentList(ctx context.Context, in *struct {
	web.PageQuery
	Status string `query:"status" enum:"open,ready,failed,"`
	Q      string `query:"q" maxLength:"60"`
},
) (*web.Body[web.List[DocumentRow]], error) {
	before, err := in.Keys(1)
	if err != nil {
		return nil, err
	}
	rows, err := r.Document.List(ctx, document.Filter{Status: in.Status, Query: in.Q, CreatedBy: ownUploads(ctx), Before: first(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return web.Answer(web.Page(rows, in.Limit, documentRow, func(k document.Kept) []int64 { return []int64{k.ID} })), nil
}

func (r *routes) documents() {
	const tag = "console media"
	web.Handle(r.web, route("documents", http.MethodGet, "documents", "Uploaded documents, newest first, with the lessons that show them", tag, account.PermMediaUpload), r.documentList)
	web.Handle(r.web, quiet(route("document_delete", http.MethodDelete, "documents/{id}", "Delete a document that no lesson shows", tag, account.PermMediaUpload)),
		func(ctx context.Context, in *ByID) (*none, error) {
			if _, err := r.ownDocument(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Document.Delete(ctx, in.ID, "")
		})
	web.Handle(r.web, route("document", http.MethodGet, "documents/{id}", "How far a document is", tag, account.PermMediaUpload),
		func(ctx context.Context, in *ByID) (*web.Body[DocumentView], error) {
			d, err := r.ownDocument(ctx, in.ID)
			return web.Answer(documentView(d)), err
		})
	web.Handle(r.web, quiet(route("document_retry", http.MethodPost, "documents/{id}/retry", "Process a failed document again", tag, account.PermMediaUpload)),
		func(ctx context.Context, in *ByID) (*none, error) {
			if _, err := r.ownDocument(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Document.Retry(ctx, in.ID)
		})
	web.Handle(r.web, route("lesson_original", http.MethodGet, "lessons/{id}/original", "The file of a lesson as it was uploaded", tag, account.PermCourseEdit), r.original)
}

// ownDocument finds a document that the caller may use: instructors only what they
// uploaded themselves.
func (r *routes) ownDocument(ctx context.Context, documentID int64) (document.Document, error) {
	d, err := r.Document.Get(ctx, documentID)
	if err == nil && scope(ctx) != 0 && d.CreatedBy != web.CallerOf(ctx).Staff.ID {
		return document.Document{}, document.ErrGone
	}
	return d, err
}

// fitDocument fills in what the lesson takes over from its document.
func (r *routes) fitDocument(ctx context.Context, lessonID int64, ch *catalog.LessonChange) error {
	if ch.DocumentID == 0 {
		return nil
	}
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	d, err := r.ownDocument(ctx, ch.DocumentID)
	if err != nil {
		if l.DocumentID != ch.DocumentID {
			return err
		}
		// A colleague's document that the lesson has already stays with it.
		if d, err = r.Document.Get(ctx, ch.DocumentID); err != nil {
			return err
		}
	}
	if d.Status == document.StatusReady {
		ch.PageCount = d.Pages
	}
	return nil
}

// original streams the uploaded file to staff who may edit the course.
func (r *routes) original(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	l, err := r.Catalog.Lesson(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Catalog.Course(ctx, scope(ctx), l.CourseID); err != nil {
		return nil, err
	}
	if l.DocumentID == 0 {
		return nil, document.ErrGone
	}
	d, body, err := r.Document.Original(ctx, l.DocumentID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = body.Close() }()
		hc.SetHeader("Content-Type", "application/octet-stream")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="document.pdf"; filename*=UTF-8''%s`, url.PathEscape(d.Name)))
		hc.SetHeader("Cache-Control", "private, no-store")
		hc.SetHeader("X-Content-Type-Options", "nosniff")
		if _, err := io.Copy(hc.BodyWriter(), body); err != nil {
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}}, nil
}
