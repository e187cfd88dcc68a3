package share

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Landing is somebody who opened what was shared.
type Landing struct {
	Code     string
	Visitor  string // the browser's own random name
	UserID   int64  // 0: not signed in
	Platform string
	Address  string
}

// visitorHash is what is kept of a browser's name: whoever reads the table cannot claim
// somebody else's way.
func visitorHash(name string) string {
	sum := sha256.Sum256([]byte("visitor:" + name))
	return hex.EncodeToString(sum[:16])
}

// block is what is kept of an address: a keyed hash of its network.
func (s *Service) block(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 24
	if a = a.Unmap(); a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return s.Box.Hash("share/block", p.String())
}

// Land counts an opening and tells what was opened; the sharer's own is not counted.
// Returns ErrGone, or what the kind's Targets return when it is not there any more.
func (s *Service) Land(ctx context.Context, l Landing) (Share, Target, error) {
	sh, to, err := s.Find(ctx, l.Code)
	if err != nil || sh.UserID == l.UserID {
		return sh, to, err
	}
	visitor, now := visitorHash(l.Visitor), s.now()
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if sh.ID == 0 {
			made, err := s.enter(ctx, tx, draft{Code: sh.Code, UserID: sh.UserID, Kind: sh.Kind, TargetID: sh.TargetID, VariantID: sh.VariantID, Title: sh.Title, Channel: sh.Channel}, byLanding)
			if err != nil {
				return err
			}
			sh = made
		}
		_, err := tx.Exec(ctx, qVisit, id.New(), sh.ID, visitor, l.UserID, l.Platform, s.block(l.Address), now)
		return err
	})
	return sh, to, err
}

// Come ties what a browser opened to the person who signed in there, and notes by which
// share a new one registered. It changes nothing a second time.
func (s *Service) Come(ctx context.Context, userID int64, visitor string) error {
	if len(visitor) < shortestName {
		return nil
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qTie, visitorHash(visitor), userID); err != nil {
			return err
		}
		return s.join(ctx, tx, userID)
	})
}

// join writes down by which share somebody registered, once, soon after it.
func (s *Service) join(ctx context.Context, tx *db.Tx, userID int64) error {
	var born int64
	err := tx.Get(ctx, qBorn, &born, userID)
	if errors.Is(err, db.ErrNone) || err == nil && s.now()-born > newFor {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := s.touches(ctx, tx, userID, born)
	if err != nil || len(all) == 0 {
		return err
	}
	last := all[len(all)-1]
	n, err := tx.Exec(ctx, qJoin, userID, last.ShareID, all[0].ShareID, len(all), born)
	if err != nil || n == 0 {
		return err
	}
	for _, f := range s.onJoined {
		if err := f(ctx, tx, Joined{UserID: userID, SharerID: last.SharerID, ShareID: last.ShareID}); err != nil {
			return err
		}
	}
	return nil
}

// LedBy is by whose share somebody registered; 0: by nobody's.
func (s *Service) LedBy(ctx context.Context, userID int64) (int64, error) {
	var by int64
	err := s.DB.Get(ctx, qLedBy, &by, userID)
	if errors.Is(err, db.ErrNone) {
		err = nil
	}
	return by, err
}

// touch is a share by which somebody came.
type touch struct {
	ShareID  int64
	SharerID int64
	FirstAt  int64
	LastAt   int64
}

// touches lists by which shares of others somebody had come by a time, within the window
// before it, in the order in which they came last.
func (s *Service) touches(ctx context.Context, r db.Reader, userID, until int64) ([]touch, error) {
	var rows []touch
	if err := r.List(ctx, qTouches, &rows, userID, until, maxTouches); err != nil || len(rows) == 0 {
		return nil, err // most came by none: nothing more is asked
	}
	t, err := s.Terms(ctx, r)
	if err != nil {
		return nil, err
	}
	from := slices.IndexFunc(rows, func(v touch) bool { return v.LastAt >= until-t.WindowDays*day })
	if from < 0 {
		return nil, nil
	}
	return rows[from:], nil
}

// browsersFor is how long it is known which browser a visit was (ms): twice the longest
// window in which it could matter.
const browsersFor = 180 * day

// forgetAtOnce is of how many visits the browser is forgotten in one transaction: the first
// sweep of an old school would hold its writer up.
const forgetAtOnce = 1000

// Sweep forgets from where old visits came, after thirty days nobody asks any more, which
// browser it was, and codes that nobody used.
func (s *Service) Sweep(ctx context.Context) error {
	for n := int64(forgetAtOnce); n == forgetAtOnce; {
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, qForgetVisitor, s.now()-browsersFor, forgetAtOnce)
			return err
		}); err != nil {
			return err
		}
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qForget, s.now()-30*day); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qDraftsOld, s.now()-draftsFor)
		return err
	})
}
