package app

import (
	"context"
	"strconv"

	"zhizhou/internal/caption"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/search"
)

// aheadMS is how far behind the furthest watched moment keys are still given: native
// players load minutes before they play.
const aheadMS = 5 * 60_000

var errAhead = errs.New(errs.Forbidden, "lesson_in_order", "首次观看不能快进，请接着上次的地方看")

// newCaption makes what is said in lessons and lets search follow it.
func (a *App) newCaption() {
	a.Caption = caption.New(a.DB, a.Clock, a.Catalog)
	a.Caption.OnChange(a.Search.Index)
}

// notAhead refuses keys far ahead in a lesson that is watched in order. Of somebody who
// is not signed in nothing is known.
func (a *App) notAhead(ctx context.Context, t media.Token, fromMS int64) error {
	if t.User == 0 || fromMS <= aheadMS {
		return nil
	}
	l, err := a.Catalog.Lesson(ctx, t.Lesson)
	if err != nil || !l.InOrder || l.AssetID != t.Asset {
		return err
	}
	reach, finished, err := a.Learning.Reach(ctx, t.User, l.ID)
	if err == nil && !finished && fromMS > reach+aheadMS {
		err = errAhead
	}
	return err
}

// texts tells search what stands in lessons besides articles.
func (a *App) texts() search.Texts {
	return search.Texts{
		Stamps: func(ctx context.Context, r db.Reader, courseID int64, lessons []catalog.Lesson) (map[int64]string, error) {
			said, err := a.Caption.Stamps(ctx, r, courseID)
			out := map[int64]string{}
			for _, l := range lessons {
				switch {
				case said[l.ID] != 0:
					out[l.ID] = "s" + strconv.FormatInt(said[l.ID], 36)
				case l.DocumentID != 0 && l.PageCount > 0:
					out[l.ID] = "d" + strconv.FormatInt(l.DocumentID, 36)
				case l.EbookID != 0:
					out[l.ID] = "e" + strconv.FormatInt(l.EbookID, 36)
				}
			}
			return out, err
		},
		Text: func(ctx context.Context, r db.Reader, l catalog.Lesson, most int) (string, error) {
			switch {
			case l.DocumentID != 0:
				return a.Document.Words(ctx, r, l.DocumentID, most)
			case l.EbookID != 0:
				return a.Ebook.Words(ctx, r, l.EbookID, most)
			}
			return a.Caption.Said(ctx, r, l.ID)
		},
	}
}
