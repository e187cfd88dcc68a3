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
	"zhizhou/internal/ebook"
	"zhizhou/internal/web"
)

// EbookView is an uploaded EPUB.
type EbookView struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Author    string `json:"author"`
	Bytes     int64  `json:"bytes"`
	Chapters  int64  `json:"chapters"`
	Screens   int64  `json:"screens"`
	CreatedAt int64  `json:"created_at"`
}

func ebookView(b ebook.Book) EbookView {
	return EbookView{b.ID, b.Name, b.Title, b.Author, b.Bytes, b.Chapters, b.Screens, b.CreatedAt}
}

func (r *routes) ebooks() {
	const tag = "console media"
	web.Handle(r.web, route("ebooks", http.MethodGet, "ebooks", "Uploaded e-books, newest first", tag, account.PermMediaUpload),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Q string `query:"q" maxLength:"60"`
		},
		) (*web.Body[web.List[EbookView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Ebook.List(ctx, in.Q, ownUploads(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, ebookView, func(b ebook.Book) []int64 { return []int64{b.ID} })), nil
		})
	web.Handle(r.web, route("ebook", http.MethodGet, "ebooks/{id}", "An e-book", tag, account.PermMediaUpload),
		func(ctx context.Context, in *ByID) (*web.Body[EbookView], error) {
			b, err := r.ownEbook(ctx, in.ID)
			return web.Answer(ebookView(b)), err
		})
	web.Handle(r.web, quiet(route("ebook_delete", http.MethodDelete, "ebooks/{id}", "Delete an e-book that no lesson shows", tag, account.PermMediaUpload)),
		func(ctx context.Context, in *ByID) (*none, error) {
			if _, err := r.ownEbook(ctx, in.ID); err != nil {
				return nil, err
			}
			return nil, r.Ebook.Delete(ctx, in.ID)
		})
	web.Handle(r.web, route("lesson_epub", http.MethodGet, "lessons/{id}/epub", "The e-book of a lesson as it was uploaded", tag, account.PermCourseEdit), r.epub)
}

// ownEbook finds a book that the caller may use: instructors only what they uploaded
// themselves.
func (r *routes) ownEbook(ctx context.Context, bookID int64) (ebook.Book, error) {
	b, err := r.Ebook.Get(ctx, bookID)
	if err == nil && scope(ctx) != 0 && b.CreatedBy != web.CallerOf(ctx).Staff.ID {
		return ebook.Book{}, ebook.ErrGone
	}
	return b, err
}

// fitEbook fills in what the lesson takes over from its e-book.
func (r *routes) fitEbook(ctx context.Context, lessonID int64, ch *catalog.LessonChange) error {
	if ch.EbookID == 0 {
		return nil
	}
	l, err := r.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	b, err := r.ownEbook(ctx, ch.EbookID)
	if err != nil && l.EbookID == ch.EbookID {
		// A colleague's book that the lesson has already stays with it.
		b, err = r.Ebook.Get(ctx, ch.EbookID)
	}
	ch.PageCount = b.Screens
	return err
}

// epub streams the uploaded file to staff who may edit the course.
func (r *routes) epub(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	l, err := r.Catalog.Lesson(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Catalog.Course(ctx, scope(ctx), l.CourseID); err != nil {
		return nil, err
	}
	if l.EbookID == 0 {
		return nil, ebook.ErrGone
	}
	b, body, err := r.Ebook.Original(ctx, l.EbookID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = body.Close() }()
		hc.SetHeader("Content-Type", "application/octet-stream")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="book.epub"; filename*=UTF-8''%s`, url.PathEscape(b.Name)))
		hc.SetHeader("Cache-Control", "private, no-store")
		hc.SetHeader("X-Content-Type-Options", "nosniff")
		if _, err := io.Copy(hc.BodyWriter(), body); err != nil {
			panic(http.ErrAbortHandler) // half a file must not look like a whole one
		}
	}}, nil
}
