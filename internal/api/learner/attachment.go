package learner

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/document"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// AttachmentView is a file of a course.
type AttachmentView struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Bytes      int64  `json:"bytes"`
	Mime       string `json:"mime"`
	Permission string `json:"permission" enum:"view,download" doc:"view: on pages, never as a file"`
}

func attachmentView(a catalog.Attachment) AttachmentView {
	return AttachmentView{a.ID, a.Name, a.Bytes, a.Mime, a.Permission}
}

// AttachmentSheet is an attachment that is shown page by page.
type AttachmentSheet struct {
	ID        int64             `json:"id"`
	Name      string            `json:"name"`
	CourseID  int64             `json:"course_id"`
	LessonID  int64             `json:"lesson_id" doc:"0: of the whole course"`
	State     string            `json:"state" enum:"ready,working,failed"`
	Watermark string            `json:"watermark"`
	Pages     []DocumentPageRow `json:"pages" nullable:"false"`
}

var (
	errViewOnly     = errs.New(errs.Forbidden, "attachment_view_only", "这份附件只能在线查看，不能下载")
	errDownloadOnly = errs.New(errs.Conflict, "attachment_download_only", "这份附件请下载后查看")
)

func (r *routes) attachments() {
	const tag = "study"
	web.Handle(r.web, web.Route{ID: "attachment", Method: http.MethodGet, Path: "/api/attachments/{id}", Summary: "Download a file", Tag: tag, Need: web.Learner, Status: http.StatusFound}, r.attachment)
	web.Handle(r.web, web.Route{ID: "attachment_sheet", Method: http.MethodGet, Path: "/api/attachments/{id}/sheet", Summary: "A file that is only shown", Tag: tag, Need: web.Learner}, r.attachmentSheet)
	web.Handle(r.web, web.Route{ID: "attachment_pages", Method: http.MethodGet, Path: "/api/attachments/{id}/pages", Summary: "Addresses of its pages", Tag: tag, Need: web.Learner}, r.attachmentPages)
}

// openAttachment finds an attachment that the caller may have: who owns the course, or
// for whom its lesson is open. A preview opens none.
func (r *routes) openAttachment(ctx context.Context, attachmentID int64) (catalog.Attachment, error) {
	a, err := r.Catalog.Attachment(ctx, attachmentID)
	if err != nil {
		return a, err
	}
	var allowed bool
	if a.LessonID != 0 {
		_, d, err := r.open(ctx, a.LessonID)
		if err != nil {
			return a, err
		}
		allowed = d.Allowed
	} else {
		h, err := r.Access.Course(ctx, r.Settings.DB, web.UserID(ctx), a.CourseID)
		if err != nil {
			return a, err
		}
		allowed = h.Owned
	}
	if !allowed {
		return a, access.ErrLocked.Say("购买课程后可以打开附件")
	}
	return a, nil
}

func (r *routes) attachment(ctx context.Context, in *lessonPath) (*redirect, error) {
	a, err := r.openAttachment(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if a.Permission != catalog.MayDownload {
		return nil, errViewOnly
	}
	c := web.CallerOf(ctx)
	to := media.FileGrant{Attachment: a.ID, User: c.User.ID, Session: c.User.SessionID, Browser: c.Bearer == ""}
	return &redirect{Location: r.Media.FileURL(to, a.BlobKey, a.Name)}, nil
}

// sheet finds the pages of an attachment that is only shown.
func (r *routes) sheet(ctx context.Context, attachmentID int64) (catalog.Attachment, document.Document, error) {
	a, err := r.openAttachment(ctx, attachmentID)
	if err != nil {
		return a, document.Document{}, err
	}
	if a.Permission != catalog.MayView {
		return a, document.Document{}, errDownloadOnly
	}
	d, err := r.Document.ForFile(ctx, a.FileID)
	return a, d, err
}

func (r *routes) attachmentSheet(ctx context.Context, in *lessonPath) (*web.Body[AttachmentSheet], error) {
	a, d, err := r.sheet(ctx, in.ID)
	if err != nil && !errors.Is(err, document.ErrGone) { // not drawn yet
		return nil, err
	}
	v := AttachmentSheet{ID: a.ID, Name: a.Name, CourseID: a.CourseID, LessonID: a.LessonID, State: "working", Pages: []DocumentPageRow{}}
	switch d.Status {
	case document.StatusFailed:
		v.State = "failed"
	case document.StatusReady:
		v.State = "ready"
		pages, err := r.Document.Pages(ctx, d.ID, d.Pages)
		if err != nil {
			return nil, err
		}
		for _, p := range pages {
			v.Pages = append(v.Pages, DocumentPageRow{p.Page, p.Width, p.Height})
		}
	}
	v.Watermark, err = r.reader(ctx)
	return web.Answer(v), err
}

func (r *routes) attachmentPages(ctx context.Context, in *struct {
	ID    int64 `path:"id"`
	From  int64 `query:"from" required:"true" minimum:"1"`
	Count int64 `query:"count" default:"8" minimum:"1" maximum:"20"`
},
) (*web.Body[web.List[PageLinkView]], error) {
	a, d, err := r.sheet(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if d.Status != document.StatusReady {
		return nil, document.ErrNotReady
	}
	if in.From > d.Pages {
		return nil, document.ErrPageGone
	}
	c := web.CallerOf(ctx)
	out := web.List[PageLinkView]{Items: []PageLinkView{}}
	for page := in.From; page < in.From+in.Count && page <= d.Pages; page++ {
		link := r.Document.PageLink(document.Grant{User: c.User.ID, Session: c.User.SessionID, Lesson: a.LessonID, Document: d.ID, Attachment: a.ID, Page: page, Browser: c.Bearer == ""})
		out.Items = append(out.Items, PageLinkView{page, link.URL, link.ExpS * 1000})
	}
	return web.Answer(out), nil
}
