package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/ebook"
	"zhizhou/internal/learning"
	"zhizhou/internal/web"
)

// EbookView is an e-book as its reader sees it.
type EbookView struct {
	Title           string        `json:"title"`
	Author          string        `json:"author"`
	AllowedChapters int64         `json:"allowed_chapters" doc:"How many chapters may be read, from the start"`
	ResumeChapter   int64         `json:"resume_chapter" doc:"Where the reader was last, on whatever device"`
	ResumePermille  int64         `json:"resume_permille" doc:"And where in it"`
	Watermark       string        `json:"watermark" doc:"To stand faintly over a text that was paid for"`
	Headings        []BookHeading `json:"headings" nullable:"false"`
	Chapters        []ChapterRow  `json:"chapters" nullable:"false"`
}

// BookHeading is a line of the contents.
type BookHeading struct {
	Title   string `json:"title"`
	Chapter int64  `json:"chapter"`
	Depth   int64  `json:"depth"`
}

// ChapterRow is a chapter's name and size.
type ChapterRow struct {
	Chapter int64  `json:"chapter"`
	Title   string `json:"title"`
	Screens int64  `json:"screens" doc:"How many parts the reading of it is counted in"`
}

// ChapterText is a chapter to be read.
type ChapterText struct {
	Chapter int64  `json:"chapter"`
	Title   string `json:"title"`
	HTML    string `json:"html" doc:"Its pictures have addresses for this reader and an hour; links to #cN lead to chapter N"`
	Screens int64  `json:"screens"`
}

// BookHit is a chapter in which words were found.
type BookHit struct {
	Chapter  int64  `json:"chapter"`
	Title    string `json:"title"`
	Before   string `json:"before"`
	Match    string `json:"match"`
	After    string `json:"after"`
	Permille int64  `json:"permille"`
}

type chapterPath struct {
	ID      int64 `path:"id"`
	Chapter int64 `path:"chapter" minimum:"1"`
}

func (r *routes) ebooks() {
	const tag = "study"
	web.Handle(r.web, web.Route{ID: "ebook", Method: http.MethodGet, Path: "/api/lessons/{id}/ebook", Summary: "An e-book; anybody may see what is free", Tag: tag, Need: web.Anyone}, r.ebook)
	web.Handle(r.web, web.Route{ID: "ebook_chapter", Method: http.MethodGet, Path: "/api/lessons/{id}/chapters/{chapter}", Summary: "A chapter of an e-book", Tag: tag, Need: web.Anyone}, r.ebookChapter)
	web.Handle(r.web, web.Route{ID: "ebook_search", Method: http.MethodGet, Path: "/api/lessons/{id}/ebook/search", Summary: "Search inside an e-book", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID int64  `path:"id"`
			Q  string `query:"q" required:"true" maxLength:"200"`
		},
		) (*web.Body[web.List[BookHit]], error) {
			l, _, last, err := r.bound(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			hits, err := r.Ebook.Search(ctx, l.EbookID, last, in.Q)
			out := web.List[BookHit]{Items: []BookHit{}}
			for _, h := range hits {
				out.Items = append(out.Items, BookHit(h))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "read_chapter", Method: http.MethodPost, Path: "/api/lessons/{id}/chapters/{chapter}/read", Summary: "Report what was read of a chapter", Tag: tag, Need: web.Learner}, r.readChapter)
}

// bound opens an e-book lesson; last is the last chapter that the caller may read.
func (r *routes) bound(ctx context.Context, lessonID int64) (catalog.Lesson, ebook.Book, int64, error) {
	var b ebook.Book
	l, allowed, err := r.open(ctx, lessonID)
	if err != nil {
		return l, b, 0, err
	}
	if l.Form != catalog.Ebook {
		return l, b, 0, ebook.ErrGone
	}
	if !allowed.Allowed && allowed.Reason != "preview" {
		return l, b, 0, access.ErrLocked
	}
	if b, err = r.Ebook.Get(ctx, l.EbookID); err != nil {
		return l, b, 0, err
	}
	if allowed.Allowed {
		return l, b, b.Chapters, nil
	}
	return l, b, min(b.Chapters, allowed.PreviewPages), nil
}

func (r *routes) ebook(ctx context.Context, in *lessonPath) (*web.Body[EbookView], error) {
	l, b, last, err := r.bound(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v := EbookView{Title: b.Title, Author: b.Author, AllowedChapters: last, ResumeChapter: 1, Headings: []BookHeading{}, Chapters: []ChapterRow{}}
	for _, h := range b.Headings() {
		v.Headings = append(v.Headings, BookHeading{h.Title, h.Chapter, h.Depth})
	}
	chapters, err := r.Ebook.Chapters(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	p := learning.Progress{}
	if userID := web.UserID(ctx); userID != 0 {
		if p, err = r.Learning.Lesson(ctx, userID, l.ID); err != nil {
			return nil, err
		}
		if !l.IsFree {
			if v.Watermark, err = r.reader(ctx); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range chapters {
		v.Chapters = append(v.Chapters, ChapterRow{c.Chapter, c.Title, c.Screens})
		from := (c.FirstScreen - 1) * catalog.ScreenMS
		if c.Chapter <= last && p.PositionMS >= from && p.FinishedAt == 0 {
			v.ResumeChapter, v.ResumePermille = c.Chapter, min(1000, (p.PositionMS-from)*1000/(c.Screens*catalog.ScreenMS))
		}
	}
	return web.Answer(v), nil
}

// chapter finds a chapter that the caller may read. Returns ErrChapter, ErrLocked.
func (r *routes) chapter(ctx context.Context, in *chapterPath) (catalog.Lesson, ebook.Chapter, error) {
	l, b, last, err := r.bound(ctx, in.ID)
	if err != nil {
		return l, ebook.Chapter{}, err
	}
	if in.Chapter > b.Chapters {
		return l, ebook.Chapter{}, ebook.ErrChapter
	}
	if in.Chapter > last {
		return l, ebook.Chapter{}, access.ErrLocked
	}
	c := web.CallerOf(ctx)
	ch, err := r.Ebook.Chapter(ctx, ebook.Grant{User: c.User.ID, Session: c.User.SessionID, Lesson: l.ID, Book: b.ID, Browser: c.Bearer == ""}, in.Chapter)
	return l, ch, err
}

func (r *routes) ebookChapter(ctx context.Context, in *chapterPath) (*web.Body[ChapterText], error) {
	_, c, err := r.chapter(ctx, in)
	return web.Answer(ChapterText{c.Chapter, c.Title, c.HTML, c.Screens}), err
}

func (r *routes) readChapter(ctx context.Context, in *struct {
	ID      int64 `path:"id"`
	Chapter int64 `path:"chapter" minimum:"1"`
	Body    Screens
},
) (*web.Body[ProgressView], error) {
	l, c, err := r.chapter(ctx, &chapterPath{in.ID, in.Chapter})
	if err != nil {
		return nil, err
	}
	dwells := in.Body.dwells(c.Screens)
	for i := range dwells {
		dwells[i].Page += c.FirstScreen - 1
	}
	at := (c.FirstScreen-1)*catalog.ScreenMS + c.Screens*catalog.ScreenMS*in.Body.PositionPermille/1000
	p, err := r.Learning.Read(ctx, web.UserID(ctx), l, in.Body.Seq, at, dwells)
	if err != nil {
		return nil, err
	}
	return web.Answer(progress(p, l)), nil
}
