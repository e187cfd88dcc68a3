package console

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/document"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// AttachmentView is a file of a course.
type AttachmentView struct {
	ID         int64  `json:"id"`
	LessonID   int64  `json:"lesson_id"`
	Name       string `json:"name"`
	Bytes      int64  `json:"bytes"`
	Mime       string `json:"mime"`
	FileID     int64  `json:"file_id"`
	Permission string `json:"permission" enum:"view,download"`
	MayBeShown bool   `json:"may_be_shown" doc:"Whether it may be view at all: pictures and PDF"`
}

func attachmentView(a catalog.Attachment) AttachmentView {
	return AttachmentView{a.ID, a.LessonID, a.Name, a.Bytes, a.Mime, a.FileID, a.Permission, document.Showable(a.Mime)}
}

func (r *routes) attachments() {
	const tag = "console course"
	edit := account.PermCourseEdit
	attach := route("attachment_create", http.MethodPost, "courses/{id}/attachments", "Add a file; the body is the file", tag, edit)
	attach.MaxBytes, attach.Timeout = r.Media.Limits().FileBytes, 10*time.Minute
	web.Handle(r.web, attach, func(ctx context.Context, in *struct {
		ByID
		Name     string `query:"name" required:"true" maxLength:"150"`
		LessonID int64  `query:"lesson_id"`
		RawBody  []byte `contentType:"application/octet-stream"`
	},
	) (*web.Body[Made], error) {
		if _, _, err := r.Catalog.Course(ctx, scope(ctx), in.ID); err != nil {
			return nil, err
		}
		f, err := r.Media.SaveFile(ctx, in.Name, bytes.NewReader(in.RawBody))
		if err != nil {
			return nil, err
		}
		kept, err := r.Media.Keep(ctx, media.StoredFile, f, web.CallerOf(ctx).Staff.ID)
		if err != nil {
			return nil, err
		}
		n, err := r.Catalog.AddAttachment(ctx, scope(ctx), attachmentOf(kept, in.ID, in.LessonID))
		return web.Answer(Made{n}), err
	})
	web.Handle(r.web, route("attachment_reuse", http.MethodPost, "courses/{id}/attachments/reuse", "Add a file of the library", tag, edit), r.reuseFile)
	web.Handle(r.web, quiet(route("attachment_change", http.MethodPut, "courses/{id}/attachments/{attachment_id}", "Name and permission of a file", tag, edit)), r.changeAttachment)
	web.Handle(r.web, route("attachment_delete", http.MethodDelete, "courses/{id}/attachments/{attachment_id}", "Remove a file", tag, edit),
		func(ctx context.Context, in *AttachmentPath) (*none, error) {
			return nil, r.Catalog.DeleteAttachment(ctx, scope(ctx), in.ID, in.AttachmentID)
		})
}

// AttachmentPath names an attachment of a course.
type AttachmentPath struct {
	ID           int64 `path:"id"`
	AttachmentID int64 `path:"attachment_id"`
}

func attachmentOf(f media.Stored, courseID, lessonID int64) catalog.Attachment {
	return catalog.Attachment{CourseID: courseID, LessonID: lessonID, Name: f.Name, BlobKey: f.BlobKey, Bytes: f.Bytes, Mime: f.Mime, FileID: f.ID}
}

func (r *routes) reuseFile(ctx context.Context, in *struct {
	ByID
	Body struct {
		FileID   int64 `json:"file_id"`
		LessonID int64 `json:"lesson_id,omitempty"`
	}
},
) (*web.Body[Made], error) {
	f, err := r.ownFile(ctx, in.Body.FileID)
	if err != nil {
		return nil, err
	}
	n, err := r.Catalog.AddAttachment(ctx, scope(ctx), attachmentOf(f, in.ID, in.Body.LessonID))
	return web.Answer(Made{n}), err
}

// ownFile finds a file that the caller may use: instructors only what they uploaded
// themselves.
func (r *routes) ownFile(ctx context.Context, fileID int64) (media.Stored, error) {
	f, err := r.Media.Stored(ctx, fileID)
	if err == nil && scope(ctx) != 0 && f.CreatedBy != web.CallerOf(ctx).Staff.ID {
		return media.Stored{}, media.ErrStoredNone
	}
	return f, err
}

func (r *routes) changeAttachment(ctx context.Context, in *struct {
	AttachmentPath
	Body struct {
		Name       string `json:"name" maxLength:"600"`
		Permission string `json:"permission" enum:"view,download"`
	}
},
) (*none, error) {
	a, err := r.Catalog.Attachment(ctx, in.AttachmentID)
	if err != nil {
		return nil, err
	}
	if _, _, err := r.Catalog.Course(ctx, scope(ctx), in.ID); err != nil || a.CourseID != in.ID {
		return nil, catalog.ErrAttachmentGone
	}
	if in.Body.Permission == catalog.MayView {
		f, err := r.Media.Stored(ctx, a.FileID)
		if err != nil {
			return nil, err
		}
		if err := r.Document.Show(ctx, document.Shown{ID: f.ID, Name: f.Name, BlobKey: f.BlobKey, Mime: f.Mime, Bytes: f.Bytes, CreatedBy: f.CreatedBy}); err != nil {
			return nil, err
		}
	}
	a.Name, a.Permission = in.Body.Name, in.Body.Permission
	return nil, r.Catalog.ChangeAttachment(ctx, scope(ctx), a)
}
