package share

import (
	"context"
	"errors"
	"slices"
	"strings"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Share is one act of handing something on.
type Share struct {
	ID        int64
	Code      string
	UserID    int64
	Kind      string
	TargetID  int64
	VariantID int64
	Title     string // then
	Channel   string
	ParentID  int64
	Depth     int64
	Day       int64 // local, YYYYMMDD
	CreatedAt int64
}

// Act is what somebody shares.
type Act struct {
	UserID    int64
	Kind      string
	TargetID  int64
	VariantID int64
	Channel   string
	Request   string // idempotency key
}

// Make notes an act of sharing and gives it a code; the same request again answers the
// same one. Its parent is the share by which the sharer came last. Returns ErrShare,
// ErrReuse, and what the kind's Targets return.
func (s *Service) Make(ctx context.Context, a Act) (Share, Target, error) {
	find, ok := s.targets[a.Kind]
	if !ok || !slices.Contains(Channels, a.Channel) || a.Request == "" {
		return Share{}, Target{}, ErrShare
	}
	to, err := find(ctx, a.UserID, a.Kind, a.TargetID)
	if err != nil {
		return Share{}, to, err
	}
	var made Share
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		parent, err := s.cameBy(ctx, tx, a.UserID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qInsert, id.New(), id.Code()[:codeLength], a.UserID, a.Kind, a.TargetID, a.VariantID, to.Title, a.Channel, parent.ID, parent.Depth+1, a.Request, clock.Day(s.Clock.Now()), s.now()); err != nil {
			return err
		}
		return tx.Get(ctx, qByRequest, &made, a.UserID, a.Request)
	})
	if err == nil && (made.Kind != a.Kind || made.TargetID != a.TargetID || made.Channel != a.Channel) {
		err = ErrReuse
	}
	return made, to, err
}

// cameBy is the share by which somebody came last; ID 0: by none.
func (s *Service) cameBy(ctx context.Context, r db.Reader, userID int64) (Share, error) {
	var from Share
	err := r.Get(ctx, qCameBy, &from, userID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return from, err
}

// Find returns a share by its code and what it leads to now; ID 0: the code stands ready
// and nobody came by it yet. Returns ErrGone.
func (s *Service) Find(ctx context.Context, code string) (Share, Target, error) {
	var sh Share
	err := s.DB.Get(ctx, qByCode, &sh, code)
	if errors.Is(err, db.ErrNone) {
		var d draft
		err = s.DB.Get(ctx, qDraft, &d, code)
		sh = d.share()
		if errors.Is(err, db.ErrNone) { // it may have become a share just now
			err = s.DB.Get(ctx, qByCode, &sh, code)
		}
	}
	if errors.Is(err, db.ErrNone) {
		return sh, Target{}, ErrGone
	}
	if err != nil {
		return sh, Target{}, err
	}
	find, ok := s.targets[sh.Kind]
	if !ok {
		return sh, Target{}, ErrGone
	}
	to, err := find(ctx, sh.UserID, sh.Kind, sh.TargetID)
	return sh, to, err
}

// Result is a share with what came of it.
type Result struct {
	Share
	Visits int64 // browsers, the sharer's own not counted
	Joins  int64
	Orders int64 // whose last touch it was
}

// Mine lists what somebody shared, newest first, before an id (0: from the newest).
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Result, error) {
	var rows []Result
	err := s.DB.List(ctx, qMine, &rows, userID, before, limit)
	return rows, err
}

// Tagged is a path of the client with the code of the share that leads there.
func Tagged(path, code string) string {
	if strings.Contains(path, "?") {
		return path + "&s=" + code
	}
	return path + "?s=" + code
}
