package learner

import (
	"context"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/document"
	"zhizhou/internal/learning"
	"zhizhou/internal/web"
)

// DocumentView is a document as its reader sees it.
type DocumentView struct {
	PageCount    int64             `json:"page_count"`
	AllowedPages int64             `json:"allowed_pages" doc:"How many of them may be read, from the start"`
	ResumePage   int64             `json:"resume_page" doc:"Where the reader was last, on whatever device"`
	Watermark    string            `json:"watermark"`
	Headings     []HeadingView     `json:"headings" nullable:"false"`
	Pages        []DocumentPageRow `json:"pages" nullable:"false" doc:"Those that may be read"`
}

// HeadingView is a line of the contents.
type HeadingView struct {
	Title string `json:"title"`
	Page  int64  `json:"page"`
	Depth int64  `json:"depth"`
}

// DocumentPageRow is a page's shape, in pixels of its picture.
type DocumentPageRow struct {
	Page   int64 `json:"page"`
	Width  int64 `json:"width"`
	Height int64 `json:"height"`
}

// PageLinkView is where a page's picture is, for a while and for this device alone.
type PageLinkView struct {
	Page      int64  `json:"page"`
	URL       string `json:"url"`
	ExpiresAt int64  `json:"expires_at"`
}

// HitView is a page on which words were found.
type HitView struct {
	Page   int64  `json:"page"`
	Before string `json:"before"`
	Match  string `json:"match"`
	After  string `json:"after"`
}

func (r *routes) documents() {
	const tag = "study"
	web.Handle(r.web, web.Route{ID: "document", Method: http.MethodGet, Path: "/api/lessons/{id}/document", Summary: "A document; anybody may see what is free", Tag: tag, Need: web.Anyone}, r.document)
	web.Handle(r.web, web.Route{ID: "document_pages", Method: http.MethodGet, Path: "/api/lessons/{id}/pages", Summary: "Addresses of pages", Tag: tag, Need: web.Anyone}, r.pageLinks)
	web.Handle(r.web, web.Route{ID: "document_search", Method: http.MethodGet, Path: "/api/lessons/{id}/search", Summary: "Search inside a document", Tag: tag, Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID int64  `path:"id"`
			Q  string `query:"q" required:"true" maxLength:"200"`
		},
		) (*web.Body[web.List[HitView]], error) {
			l, _, last, err := r.paged(ctx, in.ID)
			if err != nil {
				return nil, err
			}
			hits, err := r.Document.Search(ctx, l.DocumentID, last, in.Q)
			out := web.List[HitView]{Items: []HitView{}}
			for _, h := range hits {
				out.Items = append(out.Items, HitView{h.Page, h.Before, h.Match, h.After})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "read_pages", Method: http.MethodPost, Path: "/api/lessons/{id}/pages/read", Summary: "Report which pages were read", Tag: tag, Need: web.Learner}, r.readPages)
}

// paged opens a document lesson; last is the last page that the caller may see.
func (r *routes) paged(ctx context.Context, lessonID int64) (catalog.Lesson, document.Document, int64, error) {
	var d document.Document
	l, allowed, err := r.open(ctx, lessonID)
	if err != nil {
		return l, d, 0, err
	}
	if l.Form != catalog.Document {
		return l, d, 0, document.ErrGone
	}
	if !allowed.Allowed && allowed.Reason != "preview" {
		return l, d, 0, access.ErrLocked
	}
	if d, err = r.Document.Ready(ctx, l.DocumentID); err != nil {
		return l, d, 0, err
	}
	if allowed.Allowed {
		return l, d, d.Pages, nil
	}
	return l, d, min(d.Pages, allowed.PreviewPages), nil
}

func (r *routes) document(ctx context.Context, in *lessonPath) (*web.Body[DocumentView], error) {
	l, d, last, err := r.paged(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v := DocumentView{PageCount: d.Pages, AllowedPages: last, ResumePage: 1, Headings: []HeadingView{}, Pages: []DocumentPageRow{}}
	for _, h := range d.Headings() {
		v.Headings = append(v.Headings, HeadingView{h.Title, h.Page, h.Depth})
	}
	pages, err := r.Document.Pages(ctx, d.ID, last)
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		v.Pages = append(v.Pages, DocumentPageRow{p.Page, p.Width, p.Height})
	}
	userID := web.UserID(ctx)
	if userID == 0 {
		return web.Answer(v), nil
	}
	u, err := r.Account.User(ctx, userID)
	if err != nil {
		return nil, err
	}
	v.Watermark = u.Mark()
	p, err := r.Learning.Lesson(ctx, userID, l.ID)
	v.ResumePage = min(last, learning.PageAt(l, p.PositionMS))
	return web.Answer(v), err
}

func (r *routes) pageLinks(ctx context.Context, in *struct {
	ID    int64 `path:"id"`
	From  int64 `query:"from" required:"true" minimum:"1"`
	Count int64 `query:"count" default:"8" minimum:"1" maximum:"20"`
},
) (*web.Body[web.List[PageLinkView]], error) {
	l, d, last, err := r.paged(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.From > d.Pages {
		return nil, document.ErrPageGone
	}
	if in.From > last {
		return nil, access.ErrLocked
	}
	c := web.CallerOf(ctx)
	out := web.List[PageLinkView]{Items: []PageLinkView{}}
	for page := in.From; page < in.From+in.Count && page <= last; page++ {
		link := r.Document.PageLink(document.Grant{User: c.User.ID, Session: c.User.SessionID, Lesson: l.ID, Document: d.ID, Page: page, Browser: c.Bearer == ""})
		out.Items = append(out.Items, PageLinkView{page, link.URL, link.ExpS * 1000})
	}
	return web.Answer(out), nil
}

func (r *routes) readPages(ctx context.Context, in *struct {
	ID   int64 `path:"id"`
	Body struct {
		Seq    int64 `json:"seq" minimum:"1"`
		Page   int64 `json:"page" minimum:"1" doc:"Where the reader is"`
		Dwells []struct {
			Page int64 `json:"page" minimum:"1"`
			MS   int64 `json:"ms" minimum:"0" maximum:"600000"`
		} `json:"dwells" nullable:"false" maxItems:"50"`
	}
},
) (*web.Body[ProgressView], error) {
	l, _, last, err := r.paged(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	dwells := make([]learning.Dwell, 0, len(in.Body.Dwells))
	for _, x := range in.Body.Dwells {
		if x.Page <= last { // nobody can have read what was never shown
			dwells = append(dwells, learning.Dwell{Page: x.Page, MS: x.MS})
		}
	}
	p, err := r.Learning.ReadPages(ctx, web.UserID(ctx), l, in.Body.Seq, min(last, in.Body.Page), dwells)
	if err != nil {
		return nil, err
	}
	return web.Answer(progress(p, l)), nil
}
