package app

import (
	"context"
	"net/http"
	"path/filepath"

	"zhizhou/internal/access"
	"zhizhou/internal/account"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/ebook"
	"zhizhou/internal/media"
)

// newReading makes what is read page by page and ties it to uploads and lessons.
func (a *App) newReading(store blob.Store) (err error) {
	a.Document, err = document.New(document.Config{
		DB: a.DB, Jobs: a.Jobs, Store: store, Box: a.Box, Clock: a.Clock, Dir: filepath.Join(a.Config.DataDir, "work", "document"), Log: a.log, Redraw: a.Media.Redraw,
	})
	if err != nil {
		return err
	}
	a.Media.OnUpload(media.PurposeDocument, a.Document.Taker())
	a.Ebook = ebook.New(ebook.Config{DB: a.DB, Store: store, Box: a.Box, Clock: a.Clock, Redraw: a.Media.Redraw})
	a.Media.OnUpload(media.PurposeEbook, a.Ebook.Taker())
	a.Catalog.OnLesson(func(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
		if l.EbookID == 0 {
			return nil
		}
		return a.Ebook.Use(ctx, tx, l.EbookID)
	})
	a.Document.OnReady(func(ctx context.Context, tx *db.Tx, d document.Document) error {
		return a.Catalog.DocumentReady(ctx, tx, d.ID, d.Pages)
	})
	a.Catalog.OnLesson(func(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
		if l.DocumentID == 0 {
			return nil
		}
		return a.Document.Use(ctx, tx, l.DocumentID)
	})
	a.Account.OnMerge(a.Document.Merge)
	return nil
}

func (a *App) pages(mux *http.ServeMux) {
	(&hook.Documents{
		Service: a.Document, Allow: a.allowPage, Mark: a.mark,
		Session: func(r *http.Request) (int64, int64) { u := a.API.SignedIn(r); return u.ID, u.SessionID },
	}).Routes(mux)
	(&hook.Ebooks{
		Service: a.Ebook, Allow: a.allowPicture,
		Session: func(r *http.Request) (int64, int64) { u := a.API.SignedIn(r); return u.ID, u.SessionID },
	}).Routes(mux)
}

// allowPicture is the live question of a book's pictures: the device is still signed
// in, the lesson still shows this book, and its user may read a chapter with it.
func (a *App) allowPicture(ctx context.Context, g ebook.Grant) error {
	if g.User != 0 {
		live, err := a.Account.Live(ctx, g.User, g.Session)
		if err != nil {
			return err
		}
		if !live {
			return account.ErrSignIn
		}
	}
	l, err := a.Catalog.Lesson(ctx, g.Lesson)
	if err != nil {
		return err
	}
	if l.EbookID != g.Book {
		return ebook.ErrGone
	}
	shown, err := a.Catalog.Visible(ctx, l.CourseID)
	if err != nil {
		return err
	}
	d, err := a.Access.Lesson(ctx, g.User, l, shown)
	if err != nil || d.Allowed {
		return err
	}
	if d.Reason != "preview" {
		return access.ErrLocked
	}
	first, err := a.Ebook.Shown(ctx, g.Book, g.Picture)
	if err == nil && first > d.PreviewPages {
		err = access.ErrLocked
	}
	return err
}

// allowPlay is the live question of playback: it is asked again for every playlist and
// every key. What belongs to no lesson introduces a class, for everybody.
func (a *App) allowPlay(ctx context.Context, t media.Token) error {
	if t.Lesson == 0 {
		return a.Challenge.Shows(ctx, t.Asset)
	}
	return a.allow(ctx, t.User, t.Lesson, t.Preview)
}

func (a *App) allow(ctx context.Context, userID, lessonID int64, preview bool) error {
	l, err := a.Catalog.Lesson(ctx, lessonID)
	if err != nil {
		return err
	}
	shown, err := a.Catalog.Visible(ctx, l.CourseID)
	if err != nil {
		return err
	}
	d, err := a.Access.Lesson(ctx, userID, l, shown)
	if err != nil {
		return err
	}
	if d.Allowed || preview && d.Reason == "preview" {
		return nil
	}
	return access.ErrLocked
}

// allowFile is the live question of downloads: the device is still signed in, and
// its user may still have the file.
func (a *App) allowFile(ctx context.Context, g media.FileGrant) error {
	live, err := a.Account.Live(ctx, g.User, g.Session)
	if err != nil {
		return err
	}
	if !live {
		return account.ErrSignIn
	}
	file, err := a.Catalog.Attachment(ctx, g.Attachment)
	if err != nil {
		return err
	}
	if file.Permission != catalog.MayDownload { // it was taken away since
		return media.ErrFileLink
	}
	return a.allowAttachment(ctx, g.User, file)
}

func (a *App) allowAttachment(ctx context.Context, userID int64, file catalog.Attachment) error {
	if file.LessonID != 0 {
		return a.allow(ctx, userID, file.LessonID, false)
	}
	have, err := a.Access.Course(ctx, a.DB, userID, file.CourseID)
	if err == nil && !have.Owned {
		err = access.ErrLocked.Say("购买课程后可以打开附件")
	}
	return err
}

// allowSheet is the same question of an attachment that is only shown.
func (a *App) allowSheet(ctx context.Context, g document.Grant) error {
	file, err := a.Catalog.Attachment(ctx, g.Attachment)
	if err != nil {
		return err
	}
	d, err := a.Document.ForFile(ctx, file.FileID)
	if err != nil {
		return err
	}
	if file.Permission != catalog.MayView || d.ID != g.Document {
		return document.ErrPageGone
	}
	return a.allowAttachment(ctx, g.User, file)
}

// allowPage is the live question of reading: the device is still signed in, the
// lesson still shows this document, and its user may see this page.
func (a *App) allowPage(ctx context.Context, g document.Grant) (full bool, err error) {
	if g.User != 0 {
		live, err := a.Account.Live(ctx, g.User, g.Session)
		if err != nil {
			return false, err
		}
		if !live {
			return false, account.ErrSignIn
		}
	}
	if g.Attachment != 0 {
		return true, a.allowSheet(ctx, g)
	}
	l, err := a.Catalog.Lesson(ctx, g.Lesson)
	if err != nil {
		return false, err
	}
	if l.DocumentID != g.Document {
		return false, document.ErrPageGone
	}
	shown, err := a.Catalog.Visible(ctx, l.CourseID)
	if err != nil {
		return false, err
	}
	d, err := a.Access.Lesson(ctx, g.User, l, shown)
	if err != nil {
		return false, err
	}
	if !d.Allowed && (d.Reason != "preview" || g.Page > d.PreviewPages) {
		return false, access.ErrLocked
	}
	return d.Allowed, nil
}

// mark is what is written over the pages of a user; nobody's pages bear a word.
func (a *App) mark(ctx context.Context, userID int64) (string, error) {
	if userID == 0 {
		return "PREVIEW", nil
	}
	u, err := a.Account.User(ctx, userID)
	return u.Mark(), err
}
