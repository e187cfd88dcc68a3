package campaign

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/media"
	"zhizhou/internal/setting"
)

// Act is somebody who takes part.
type Act struct {
	UserID     int64
	CampaignID int64
	Channel    Channel
	Device     string // keyed hash, as risk keeps it
}

// enter locks a campaign that runs here: rewards of one are given one after another.
func (s *Service) enter(ctx context.Context, tx *db.Tx, a Act) (Campaign, error) {
	c, err := s.load(ctx, tx, qLock, a.CampaignID)
	switch {
	case err != nil:
		return c, err
	case c.Phase(s.now()) != Live:
		return c, ErrGone
	case !c.on(a.Channel):
		return c, ErrChannel
	case a.Device == "":
		return c, ErrUnnamed // or the limit of a device would be no limit
	}
	return c, nil
}

// within reports whether one more reward keeps to the limits of person and device.
func (s *Service) within(ctx context.Context, tx *db.Tx, c Campaign, a Act) error {
	var have, here int64
	if err := tx.Get(ctx, qGiftsUser, &have, c.ID, a.UserID); err != nil {
		return err
	}
	if err := tx.Get(ctx, qGiftsOn, &here, c.ID, a.Device); err != nil {
		return err
	}
	if have >= c.PerUser {
		return ErrLimit
	}
	if here >= c.PerDevice {
		return ErrDevice
	}
	return nil
}

// Claim takes the reward of friends who came or of a newcomer's step, once; again returns
// the same. Returns ErrGone, ErrChannel, ErrUnnamed, ErrNotYet, ErrOld, ErrLimit, ErrDevice, ErrOut and
// what refuses the coupon.
func (s *Service) Claim(ctx context.Context, a Act, prizeID int64) (Gift, error) {
	var made Gift
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		made = Gift{}
		c, err := s.enter(ctx, tx, a)
		if err != nil {
			return err
		}
		p, ok := c.prize(prizeID)
		if !ok || c.Kind == Lottery {
			return ErrGone
		}
		cause := fmt.Sprintf("claim:%d:%d", p.ID, a.UserID)
		if err := tx.Get(ctx, qGiftBy, &made, cause); !errors.Is(err, db.ErrNone) {
			return err
		}
		if err := s.earned(ctx, tx, c, p, a.UserID); err != nil {
			return err
		}
		if err := s.within(ctx, tx, c, a); err != nil {
			return err
		}
		if c.Left(p) == 0 {
			return ErrOut
		}
		if err := s.give(ctx, tx, c, p, a, cause); err != nil {
			return err
		}
		return tx.Get(ctx, qGiftBy, &made, cause)
	})
	return made, err
}

func (c Campaign) prize(prizeID int64) (Prize, bool) {
	for _, p := range c.Prizes {
		if p.ID == prizeID {
			return p, true
		}
	}
	return Prize{}, false
}

// earned reports whether what a prize asks for was really done.
func (s *Service) earned(ctx context.Context, tx *db.Tx, c Campaign, p Prize, userID int64) error {
	have := int64(0)
	if c.Kind == Journey {
		var st Steps
		if err := tx.Get(ctx, qSteps, &st, userID); err != nil {
			return err
		}
		if st.CreatedAt+c.NewcomerDays*day <= s.now() {
			return ErrOld
		}
		have = st.of(p.Step)
	} else if err := tx.Get(ctx, qHelped, &have, c.ID, userID, c.Cause); err != nil {
		return err
	}
	if have < p.Need {
		return ErrNotYet
	}
	return nil
}

// give takes a prize out of stock and budget and hands it out, or lets it wait there when
// risk does not allow it yet.
func (s *Service) give(ctx context.Context, tx *db.Tx, c Campaign, p Prize, a Act, cause string) error {
	v, err := s.Risk.Judge(ctx, tx, a.UserID, "campaign")
	if err != nil {
		return err
	}
	giftID, state, look, ended := id.New(), Waiting, s.now()+lookMS, int64(0)
	if v.OK() {
		state, look, ended = Given, 0, s.now()
		if err := s.hand(ctx, tx, c.Title, p.Kind, p.RefID, p.Amount, a.UserID, giftID); err != nil {
			return err
		}
	}
	for _, q := range []struct {
		stmt *db.Stmt
		args []any
	}{{qStockTake, []any{p.ID}}, {qTake, []any{c.ID, p.ValueFen}}} {
		n, err := tx.Exec(ctx, q.stmt, q.args...)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("campaign %d: stock or budget changed under its lock", c.ID)
		}
	}
	_, err = tx.Exec(ctx, qGift, giftID, c.ID, p.ID, a.UserID, cause, a.Device, p.ValueFen, state, look, s.now(), ended)
	return err
}

// hand gives the thing itself; points are told by the campaign that gave them.
func (s *Service) hand(ctx context.Context, tx *db.Tx, campaign, kind string, refID, amount, userID, giftID int64) error {
	switch kind {
	case Coupon:
		return s.Coupons.GiveCouponIn(ctx, tx, refID, userID, "campaign")
	case Points:
		p := setting.NewPoints()
		if _, err := s.Settings.LoadIn(ctx, tx, p); err != nil {
			return err
		}
		return s.Points.Earn(ctx, tx, userID, amount, fmt.Sprintf("campaign:%d", giftID), campaign, s.Points.Until(p.ExpiryMonths))
	case Course:
		return s.Access.Grant(ctx, tx, userID, catalog.Resource{Kind: "course", ID: refID}, access.Source{Kind: "campaign", ID: giftID}, catalog.Period{Days: amount})
	}
	return nil // a material is read and fetched with the gift
}

// File opens the file of a material that somebody was given. Returns ErrFile.
func (s *Service) File(ctx context.Context, userID, giftID int64) (media.Stored, io.ReadSeekCloser, error) {
	var g Gift
	err := s.DB.Get(ctx, qGiftOne, &g, giftID)
	if errors.Is(err, db.ErrNone) || err == nil && (g.UserID != userID || g.State != Given || g.Kind != Material || g.RefID == 0) {
		return media.Stored{}, nil, ErrFile
	}
	if err != nil {
		return media.Stored{}, nil, err
	}
	return s.Media.OpenStored(ctx, g.RefID)
}

// refusal reports that a coupon cannot be given to this person.
func refusal(err error) (string, bool) {
	var e *errs.E
	if errors.As(err, &e) && (e.Kind == errs.NotFound || e.Kind == errs.Conflict) {
		return e.Msg, true
	}
	return "", false
}

// Draw uses one chance; the same request again returns the same draw. Returns ErrGone,
// ErrChannel, ErrUnnamed, ErrChance, ErrLimit, ErrDevice.
func (s *Service) Draw(ctx context.Context, a Act, request string) (Draw, error) {
	var made Draw
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		made = Draw{}
		c, err := s.enter(ctx, tx, a)
		if err != nil {
			return err
		}
		if c.Kind != Lottery {
			return ErrGone
		}
		if err := tx.Get(ctx, qDrawn, &made, a.UserID, request); !errors.Is(err, db.ErrNone) {
			return err
		}
		if err := s.within(ctx, tx, c, a); err != nil {
			return err
		}
		var chanceID int64
		err = tx.Get(ctx, qChanceNext, &chanceID, a.UserID, c.ID)
		if errors.Is(err, db.ErrNone) {
			return ErrChance
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qChanceUse, chanceID, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrChance
		}
		roll, err := rand.Int(rand.Reader, big.NewInt(whole))
		if err != nil {
			return fmt.Errorf("campaign: random: %w", err)
		}
		p := fall(c.Prizes, roll.Int64())
		drawID := id.New()
		won, note, err := s.win(ctx, tx, c, p, a, drawID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDraw, drawID, c.ID, a.UserID, chanceID, request, roll.Int64(), p.ID, won, note, c.Version, s.now()); err != nil {
			return err
		}
		return tx.Get(ctx, qDrawn, &made, a.UserID, request)
	})
	return made, err
}

// fall is the prize on which a roll falls: odds lie one after another.
func fall(prizes []Prize, roll int64) Prize {
	for _, p := range prizes {
		if roll < p.OddsPPM {
			return p
		}
		roll -= p.OddsPPM
	}
	return Prize{Kind: Nothing}
}

// win gives what the roll fell on, or tells why nothing was won: what is gone is gone.
func (s *Service) win(ctx context.Context, tx *db.Tx, c Campaign, p Prize, a Act, drawID int64) (prizeID int64, note string, err error) {
	switch {
	case p.Kind == Nothing:
		return 0, "", nil
	case p.Stock == 0:
		return 0, "stock", nil
	case c.Left(p) == 0:
		return 0, "budget", nil
	}
	err = s.give(ctx, tx, c, p, a, fmt.Sprintf("draw:%d", drawID))
	if _, no := refusal(err); no {
		return 0, "coupon", nil
	}
	return p.ID, "", err
}

// Sweep gives what waits and may be given by now; what is not allowed for thirty days goes
// back into the pool.
func (s *Service) Sweep(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qGiftsDue, &due, s.now()); err != nil {
		return err
	}
	for _, giftID := range due {
		if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.look(ctx, tx, giftID) }); err != nil {
			return fmt.Errorf("campaign: gift %d: %w", giftID, err)
		}
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qForget, s.now()-patience)
		return err
	})
}

func (s *Service) look(ctx context.Context, tx *db.Tx, giftID int64) error {
	var campaignID int64
	if err := tx.Get(ctx, qGiftLock, &campaignID, giftID); errors.Is(err, db.ErrNone) {
		return nil
	} else if err != nil {
		return err
	}
	var g Gift
	if err := tx.Get(ctx, qGiftOne, &g, giftID); err != nil {
		return err
	}
	v, err := s.Risk.Judge(ctx, tx, g.UserID, "campaign")
	if err != nil {
		return err
	}
	if !v.OK() {
		if s.now()-g.MadeAt > patience {
			return s.refuse(ctx, tx, g, "没有通过核查")
		}
		_, err := tx.Exec(ctx, qGiftLater, g.ID, s.now()+lookMS)
		return err
	}
	var c Campaign
	if err := tx.Get(ctx, qOne, &c, g.CampaignID); err != nil {
		return err
	}
	err = s.hand(ctx, tx, c.Title, g.Kind, g.RefID, g.Amount, g.UserID, g.ID)
	if why, no := refusal(err); no {
		return s.refuse(ctx, tx, g, why)
	}
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, qGiftEnd, g.ID, Given, "", s.now())
	if err != nil || n == 0 || s.OnGiven == nil {
		return err
	}
	return s.OnGiven(ctx, tx, g)
}

// refuse puts a reward that will not be given back into stock and budget.
func (s *Service) refuse(ctx context.Context, tx *db.Tx, g Gift, why string) error {
	n, err := tx.Exec(ctx, qGiftEnd, g.ID, Refused, why, s.now())
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, qStockBack, g.PrizeID); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qBack, g.CampaignID, g.ValueFen)
	return err
}
