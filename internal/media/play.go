package media

import (
	"context"
	"errors"
	"strconv"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// leaseTTL is how long a play lives without a beat. Beats come every 12 s, so
// three may be lost.
const leaseTTL = 45 * time.Second

// Start asks to play. The caller has checked access and devices.
type Start struct {
	UserID    int64 // 0: nobody is signed in (free and preview lessons); then nothing is limited
	SessionID int64 // the device's session
	LessonID  int64
	CourseID  int64
	AssetID   int64
	Preview   bool
	Browser   bool // the device sends its session with every request; native players do not
	MaxPlays  int  // concurrent plays of the user; 0: Limits.MaxPlays
}

// Play is a started play.
type Play struct {
	ID          int64
	PlaylistURL string // path of the master playlist, token inside
	Preview     bool
	PreviewMS   int64 // length of the preview, 0 for the full lesson
	DurationMS  int64 // of the whole lesson
	PosterURL   string
	Sprite      *Sprite // nil for previews: it shows the whole video
	SpriteURL   string
	Renditions  []Rendition
	LeaseS      int64
}

// playRow is a row of plays.
type playRow struct {
	ID, UserID, SessionID, LessonID, CourseID, AssetID int64
	Preview                                            bool
	MaxPlays, Fence, StartedAt, LeaseUntil, EndedAt    int64
	EndReason                                          string
	TakenBy                                            int64
}

// StartPlay takes a lease for the user and returns where to play. When the user
// already has MaxPlays live leases, the oldest give way and are told at their
// next beat; the same lesson reopened on the same device replaces itself (INV-21).
// Returns ErrAssetNone, ErrNotReady.
func (s *Service) StartPlay(ctx context.Context, in Start) (Play, error) {
	if in.MaxPlays <= 0 {
		in.MaxPlays = s.lim.MaxPlays
	}
	a, err := s.Asset(ctx, in.AssetID)
	if err != nil {
		return Play{}, err
	}
	list, err := s.seen(ctx, in.AssetID, in.Preview)
	if err != nil {
		return Play{}, err
	}
	playID := id.New()
	if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.lease(ctx, tx, playID, in) }); err != nil {
		return Play{}, err
	}
	t := Token{Kind: 'p', Play: playID, User: in.UserID, Session: in.SessionID, Lesson: in.LessonID, Asset: in.AssetID, Preview: in.Preview, Browser: in.Browser, ExpS: s.clock.Now().Add(playlistTTL).Unix()}
	p := Play{ID: playID, PlaylistURL: "/media/p/" + s.sign(t) + "/master.m3u8", Preview: in.Preview, DurationMS: a.DurationMS, PosterURL: a.PosterURL(), Renditions: list, LeaseS: int64(leaseTTL / time.Second)}
	if in.Preview {
		p.PreviewMS = min(a.PreviewReadyMS, a.DurationMS)
		return p, nil
	}
	if a.SpriteKey != "" {
		p.SpriteURL = ImageURL(a.SpriteKey)
		p.Sprite = &Sprite{Key: a.SpriteKey, Columns: a.SpriteColumns, Rows: a.SpriteRows, IntervalMS: a.SpriteIntervalMS, Width: a.SpriteWidth, Height: a.SpriteHeight}
	}
	return p, nil
}

// seen lists the renditions that a play may see. Returns ErrNotReady.
func (s *Service) seen(ctx context.Context, assetID int64, preview bool) ([]Rendition, error) {
	kind := kindFull
	if preview {
		kind = kindPreview
	}
	var list []Rendition
	if err := s.db.List(ctx, qRenditionsSeen, &list, assetID, kind); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrNotReady
	}
	return list, nil
}

func (s *Service) lease(ctx context.Context, tx *db.Tx, playID int64, in Start) error {
	var fence int64
	if in.UserID != 0 {
		var err error
		if fence, err = s.makeRoom(ctx, tx, in); err != nil {
			return err
		}
	}
	now := s.now()
	_, err := tx.Exec(ctx, qPlayInsert, playID, in.UserID, in.SessionID, in.LessonID, in.CourseID, in.AssetID, in.Preview, in.MaxPlays, fence, now, now+leaseTTL.Milliseconds())
	return err
}

// makeRoom locks the user's fence and ends leases until one more fits.
func (s *Service) makeRoom(ctx context.Context, tx *db.Tx, in Start) (fence int64, err error) {
	if fence, err = s.lockUser(ctx, tx, in.UserID); err != nil {
		return 0, err
	}
	live, err := s.live(ctx, tx, in.UserID)
	if err != nil {
		return 0, err
	}
	now := s.now()
	left := 0
	for _, p := range live { // newest first
		reason := "taken_over"
		if p.SessionID == in.SessionID && p.LessonID == in.LessonID {
			reason = "replaced" // a reload must not push another device out
		} else if left < in.MaxPlays-1 {
			left++
			continue
		}
		if _, err := tx.Exec(ctx, qPlayTake, p.ID, now, reason, in.SessionID); err != nil {
			return 0, err
		}
	}
	return fence, nil
}

func (s *Service) lockUser(ctx context.Context, tx *db.Tx, userID int64) (fence int64, err error) {
	if _, err = tx.Exec(ctx, qFence, userID); err != nil {
		return 0, err
	}
	err = tx.Get(ctx, qFenceGet, &fence, userID)
	return fence, err
}

type livePlay struct{ ID, SessionID, LessonID int64 }

// live ends the user's expired leases and lists the others. Marking them first
// closes the gap in which a late beat could wake one that was not counted.
func (s *Service) live(ctx context.Context, tx *db.Tx, userID int64) ([]livePlay, error) {
	now := s.now()
	if _, err := tx.Exec(ctx, qPlayExpire, userID, now); err != nil {
		return nil, err
	}
	var list []livePlay
	err := tx.List(ctx, qPlayLive, &list, userID, now)
	return list, err
}

// Beat renews a play's lease. A lease that ran out (a paused phone) comes back if
// there is still room. Returns ErrPlayNone, ErrPlayEnded, and ErrPlayTakenOver with
// the field taken_by_session: the session id of the device that took the place.
func (s *Service) Beat(ctx context.Context, playID, userID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := s.now()
		n, err := tx.Exec(ctx, qPlayBeat, playID, userID, now, now+leaseTTL.Milliseconds())
		if err != nil || n == 1 {
			return err
		}
		return s.revive(ctx, tx, playID, userID)
	})
}

func (s *Service) revive(ctx context.Context, tx *db.Tx, playID, userID int64) error {
	if userID != 0 {
		if _, err := s.lockUser(ctx, tx, userID); err != nil {
			return err
		}
	}
	p, err := play(ctx, tx, playID)
	if err != nil {
		return err
	}
	if p.UserID != userID {
		return ErrPlayNone
	}
	if p.EndedAt != 0 && p.EndReason != "expired" {
		return ended(p)
	}
	if userID != 0 {
		others, err := s.live(ctx, tx, userID)
		if err != nil {
			return err
		}
		for _, o := range others {
			if o.ID != playID && o.SessionID != p.SessionID {
				p.TakenBy = o.SessionID
			}
		}
		if int64(len(others)) >= p.MaxPlays {
			p.EndReason = "taken_over"
			return ended(p)
		}
	}
	now := s.now()
	n, err := tx.Exec(ctx, qPlayRevive, playID, userID, now, now+leaseTTL.Milliseconds())
	if err == nil && n == 0 {
		return ErrPlayEnded
	}
	return err
}

func ended(p playRow) error {
	if p.EndReason == "taken_over" || p.EndReason == "replaced" {
		return ErrPlayTakenOver.Field("taken_by_session", strconv.FormatInt(p.TakenBy, 10))
	}
	return ErrPlayEnded
}

func play(ctx context.Context, r db.Reader, playID int64) (playRow, error) {
	var p playRow
	err := r.Get(ctx, qPlayGet, &p, playID)
	if errors.Is(err, db.ErrNone) {
		return playRow{}, ErrPlayNone
	}
	return p, err
}

// EndPlay gives a lease back at once. Ending twice is harmless.
func (s *Service) EndPlay(ctx context.Context, playID, userID int64) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPlayEnd, playID, userID, s.now())
		return err
	})
}

// Playing returns the lesson and the asset of a user's play. Returns ErrPlayNone.
func (s *Service) Playing(ctx context.Context, playID, userID int64) (lessonID, assetID int64, err error) {
	p, err := play(ctx, s.db, playID)
	if err == nil && p.UserID != userID {
		err = ErrPlayNone
	}
	return p.LessonID, p.AssetID, err
}

// LivePlays returns how many leases a user has now.
func (s *Service) LivePlays(ctx context.Context, userID int64) (int64, error) {
	var n int64
	err := s.db.Get(ctx, qPlaysRunning, &n, userID, s.now())
	return n, err
}
