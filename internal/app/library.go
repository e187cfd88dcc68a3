package app

import (
	"context"
	"errors"
	"path/filepath"

	"zhizhou/internal/account"
	"zhizhou/internal/blob"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/library"
	"zhizhou/internal/media"
	"zhizhou/internal/setting"
	"zhizhou/internal/version"
	"zhizhou/internal/web"
)

// newLibrary shows all material in one place, and keeps what is being used from being
// deleted at the same time.
func (a *App) newLibrary() {
	a.Library = &library.Service{DB: a.DB, Clock: a.Clock, Media: a.Media, Document: a.Document, Ebook: a.Ebook, Logo: func(ctx context.Context) (string, error) {
		shop := setting.NewShop()
		_, err := a.Settings.Load(ctx, shop)
		return shop.Logo, err
	}}
	a.Catalog.OnAttach(func(ctx context.Context, tx *db.Tx, x catalog.Attachment) error {
		if x.FileID == 0 {
			return nil
		}
		_, err := a.Media.UseFile(ctx, tx, x.FileID)
		return err
	})
	a.Catalog.OnLesson(func(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
		if l.AssetID == 0 {
			return nil
		}
		_, err := a.Media.UseAsset(ctx, tx, l.AssetID)
		if errors.Is(err, media.ErrAssetNone) && l.Form == catalog.Live {
			return nil // a replay that is gone is the room's to forget
		}
		return err
	})
}

// newVersions keeps what courses said at each publication and before large changes; a
// deleted course keeps none, and so no material.
func (a *App) newVersions(store blob.Store) {
	a.Version = &version.Service{
		DB: a.DB, Clock: a.Clock, Store: store, Dir: filepath.Join(a.Config.DataDir, "work", "archives"), Catalog: a.Catalog, Quiz: a.Quiz, Homework: a.Homework, Media: a.Media, Document: a.Document, Ebook: a.Ebook,
		Caption: a.Caption, Booking: a.Booking, Live: a.Live, Certificate: a.Certificate,
	}
	a.Media.OnUpload(media.PurposeArchive, a.Version.Taker(staffScope))
	a.Catalog.OnTurn(a.Version.OnTurn)
	a.Catalog.OnDeleted(a.Version.Forget)
}

// staffScope is whose courses alone the caller may touch: an instructor's own, 0 for all.
func staffScope(ctx context.Context) int64 {
	s := web.CallerOf(ctx).Staff
	if account.Scoped(s.Role) && s.InstructorID == 0 {
		return -1
	}
	return s.InstructorID
}
