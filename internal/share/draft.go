package share

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// MenuChannels are the ways of WeChat's own menu.
var MenuChannels = []string{"friend", "moments"}

// draftsFor is how long a code stands ready: as long as the longest window (ms).
const draftsFor = 90 * day

// draft is a code for WeChat's own menu, which sends without telling anybody. It is no act
// of sharing yet and counts nowhere; the first landing, or the mini program, which hears
// of it, makes a share of it.
type draft struct {
	Code      string
	UserID    int64
	Kind      string
	TargetID  int64
	VariantID int64
	Title     string
	Channel   string
	CreatedAt int64
}

// share is what a draft looks like to who comes by its code; ID 0: it is none yet.
func (d draft) share() Share {
	return Share{Code: d.Code, UserID: d.UserID, Kind: d.Kind, TargetID: d.TargetID, VariantID: d.VariantID, Title: d.Title, Channel: d.Channel, CreatedAt: d.CreatedAt}
}

// Prepare keeps a code ready for each of MenuChannels, the same ones until they are used:
// opening a page again makes no more of them. Returns ErrShare and what the kind's
// Targets return.
func (s *Service) Prepare(ctx context.Context, a Act) (map[string]string, Target, error) {
	find, ok := s.targets[a.Kind]
	if !ok {
		return nil, Target{}, ErrShare
	}
	to, err := find(ctx, a.UserID, a.Kind, a.TargetID)
	if err != nil {
		return nil, to, err
	}
	codes := map[string]string{}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, channel := range MenuChannels {
			var d draft
			err := tx.Get(ctx, qDraftOf, &d, a.UserID, a.Kind, a.TargetID, channel, a.VariantID, s.now()-draftsFor/2)
			if errors.Is(err, db.ErrNone) {
				d.Code = id.Code()[:codeLength]
				_, err = tx.Exec(ctx, qDraftAdd, d.Code, a.UserID, a.Kind, a.TargetID, a.VariantID, to.Title, channel, s.now())
			}
			if err != nil {
				return err
			}
			codes[channel] = d.Code
		}
		return nil
	})
	return codes, to, err
}

// Used tells that a prepared code of somebody's own was handed on. It changes nothing for
// one that is a share by now, or was never theirs.
func (s *Service) Used(ctx context.Context, userID int64, code string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var d draft
		err := tx.Get(ctx, qDraft, &d, code)
		if errors.Is(err, db.ErrNone) || err == nil && d.UserID != userID {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = s.enter(ctx, tx, d, "menu:")
		return err
	})
}

// byLanding begins the request of a share that is known only because somebody landed by it:
// what asks how many of all shares are opened leaves these out.
const byLanding = "landed:"

// enter makes a share of a draft, once; how tells by what it became known.
func (s *Service) enter(ctx context.Context, tx *db.Tx, d draft, how string) (Share, error) {
	var made Share
	// Who takes the draft away makes the share; others wait for that and find it.
	n, err := tx.Exec(ctx, qDraftDrop, d.Code)
	if err != nil {
		return made, err
	}
	if n == 0 {
		return made, tx.Get(ctx, qByCode, &made, d.Code)
	}
	parent, err := s.cameBy(ctx, tx, d.UserID)
	if err != nil {
		return made, err
	}
	request := how + d.Code
	if _, err := tx.Exec(ctx, qInsert, id.New(), d.Code, d.UserID, d.Kind, d.TargetID, d.VariantID, d.Title, d.Channel, parent.ID, parent.Depth+1, request, clock.Day(s.Clock.Now()), s.now()); err != nil {
		return made, err
	}
	return made, tx.Get(ctx, qByCode, &made, d.Code)
}
