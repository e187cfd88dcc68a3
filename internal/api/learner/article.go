package learner

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/learning"
	"zhizhou/internal/media"
	"zhizhou/internal/rich"
	"zhizhou/internal/web"
)

// text fills in what an opened lesson says: its text, what it shows, and the mark of
// its reader when it was paid for.
func (r *routes) text(ctx context.Context, l catalog.Lesson, v *LessonView) error {
	v.BodyHTML, v.Screens = l.BodyHTML, l.Screens()
	if l.Form != catalog.Article {
		return nil
	}
	for _, x := range rich.Assets(l.BodyHTML) {
		id, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			continue
		}
		a, err := r.Media.Asset(ctx, id)
		if errors.Is(err, media.ErrAssetNone) {
			continue
		}
		if err != nil {
			return err
		}
		v.Clips = append(v.Clips, ClipView{a.ID, a.Kind, a.DurationMS, a.PosterURL()})
	}
	if l.IsFree {
		return nil
	}
	var err error
	v.Watermark, err = r.reader(ctx)
	return err
}

// reader returns the mark of who reads, "" for nobody.
func (r *routes) reader(ctx context.Context) (string, error) {
	userID := web.UserID(ctx)
	if userID == 0 {
		return "", nil
	}
	u, err := r.Account.User(ctx, userID)
	return u.Mark(), err
}

// shows tells whether an article shows an asset.
func shows(l catalog.Lesson, assetID int64) bool {
	return l.Form == catalog.Article && slices.Contains(rich.Assets(l.BodyHTML), strconv.FormatInt(assetID, 10))
}

// clipBeat answers the beat of a video within an article or before a class: it keeps the
// place that the play takes; of the article what was read stays as it was, and nothing is
// learned by what introduces a class.
func (r *routes) clipBeat(ctx context.Context, playID int64, leaseErr error) (*web.Body[ProgressView], error) {
	userID := web.UserID(ctx)
	lessonID, assetID, err := r.Media.Playing(ctx, playID, userID)
	if err != nil {
		return nil, learning.ErrBeat.With(errors.Join(leaseErr, err))
	}
	if lessonID == 0 {
		return web.Answer(ProgressView{}), errors.Join(leaseErr, r.Challenge.Shows(ctx, assetID))
	}
	l, d, err := r.open(ctx, lessonID)
	if err != nil {
		return nil, err
	}
	if !shows(l, assetID) {
		return nil, learning.ErrBeat
	}
	if !d.Allowed {
		return nil, access.ErrLocked
	}
	if leaseErr != nil {
		return nil, leaseErr
	}
	p, err := r.Learning.Lesson(ctx, userID, l.ID)
	return web.Answer(progress(p, l)), err
}

// Screens is a report of what was read: how long which part was before the reader, and
// the place to come back to.
type Screens struct {
	Seq              int64         `json:"seq" minimum:"1"`
	PositionPermille int64         `json:"position_permille" minimum:"0" maximum:"1000"`
	Screens          []ScreenDwell `json:"screens" nullable:"false" maxItems:"50"`
}

// ScreenDwell is how long a part of a text was before its reader.
type ScreenDwell struct {
	Screen int64 `json:"screen" minimum:"1"`
	MS     int64 `json:"ms" minimum:"0" maximum:"600000"`
}

func (s Screens) dwells(last int64) []learning.Dwell {
	out := make([]learning.Dwell, 0, len(s.Screens))
	for _, x := range s.Screens {
		if x.Screen <= last { // nobody can have read what was never shown
			out = append(out, learning.Dwell{Page: x.Screen, MS: x.MS})
		}
	}
	return out
}

func (r *routes) read(ctx context.Context, in *struct {
	ID   int64 `path:"id"`
	Body Screens
},
) (*web.Body[ProgressView], error) {
	l, d, err := r.open(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !d.Allowed || l.Form != catalog.Article {
		return nil, access.ErrLocked
	}
	p, err := r.Learning.Read(ctx, web.UserID(ctx), l, in.Body.Seq, l.DurationMS*in.Body.PositionPermille/1000, in.Body.dwells(l.Screens()))
	if err != nil {
		return nil, err
	}
	return web.Answer(progress(p, l)), nil
}
