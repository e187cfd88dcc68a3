package risk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Seen notes on which device and out of which network an account is used. What is too
// short to be random and addresses that are not public tell nothing and are left out.
func (s *Service) Seen(ctx context.Context, userID int64, visitor, address string) error {
	device, block := s.Device(visitor), s.block(address)
	if device == "" && block == "" {
		return nil
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for kind, hash := range map[string]string{"device": device, "block": block} {
			if hash == "" {
				continue
			}
			if _, err := tx.Exec(ctx, qSeen, userID, kind, hash, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// Device is what is kept of a device's name: a keyed hash; empty for none.
func (s *Service) Device(visitor string) string {
	if len(visitor) < 16 {
		return ""
	}
	return s.Box.Hash("risk/device", visitor)
}

func (s *Service) block(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	bits := 24
	if a = a.Unmap(); a.Is6() {
		bits = 48
	}
	if a.IsPrivate() || a.IsLoopback() || !a.IsGlobalUnicast() {
		return "" // behind a proxy that tells nothing all would be neighbours
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return s.Box.Hash("risk/block", p.String())
}

// Features reads the figures of somebody.
func (s *Service) Features(ctx context.Context, tx *db.Tx, userID int64) (Features, error) {
	var f Features
	var who struct{ CreatedAt, Phone int64 }
	if err := tx.Get(ctx, qWho, &who, userID); err != nil {
		return f, err
	}
	var study []struct {
		AllMS  int64 `db:"all_ms"`
		MostMS int64 `db:"most_ms"`
	}
	var claimed []struct{ Claimed, Credited int64 }
	var devices, kin, ring []int64
	var block, siblings []struct{ Everyone, Idle int64 }
	var invited []struct{ Everyone, Lately, Idle int64 }
	var theirs, own []struct{ Everyone, Back int64 }
	if err := tx.All(ctx,
		db.Rows(qStudy, &study, userID), db.Rows(qClaimed, &claimed, userID), db.Rows(qDevices, &devices, userID), db.Rows(qBlock, &block, userID, who.CreatedAt),
		db.Rows(qInvited, &invited, userID, s.now()-day), db.Rows(qSiblings, &siblings, userID), db.Rows(qInvitedOrders, &theirs, userID), db.Rows(qKin, &kin, userID), db.Rows(qRing, &ring, userID), db.Rows(qOrders, &own, userID),
	); err != nil {
		return f, err
	}
	f.AgeHours, f.Phone = (s.now()-who.CreatedAt)/hour, who.Phone
	f.StudyMinutes, f.DayMinutes = study[0].AllMS/60_000, study[0].MostMS/60_000
	f.ClaimedPercent = share(claimed[0].Claimed, claimed[0].Credited, 10*60_000)
	f.DeviceAccounts, f.Kin, f.Ring = devices[0], kin[0], ring[0]
	f.BlockIdle = share(block[0].Idle, block[0].Everyone, 8)
	f.Invited, f.InvitedDay, f.InvitedIdle = invited[0].Everyone, invited[0].Lately, share(invited[0].Idle, invited[0].Everyone, 8)
	f.SiblingsIdle = share(siblings[0].Idle, siblings[0].Everyone, 8)
	f.InvitedRefunds, f.RefundPercent = share(theirs[0].Back, theirs[0].Everyone, 3), share(own[0].Back, own[0].Everyone, 3)
	return f, nil
}

// Verdict is what is to be done about a reward, and why.
type Verdict struct {
	Action  string
	Score   int64
	Reasons []Reason
	Until   int64 // ms, of a delay; of a check when it is looked at again
}

// OK reports that the reward may be given now.
func (v Verdict) OK() bool { return v.Action == Allow }

// Judge decides whether somebody may be given a reward for an act now. What is open waits
// for a person, what was confirmed is refused, what was cleared holds for thirty days; a
// delay that is over is not put on again. The person's other rewards wait as well.
func (s *Service) Judge(ctx context.Context, tx *db.Tx, userID int64, act string) (Verdict, error) {
	var last struct {
		ID        int64
		State     string
		DecidedAt int64
	}
	err := tx.Get(ctx, qLast, &last, userID)
	switch {
	case err != nil && !errors.Is(err, db.ErrNone):
		return Verdict{}, err
	case last.State == "open":
		return Verdict{Action: Review, Until: forGood}, nil
	case last.State == "confirmed":
		return Verdict{Action: Block, Until: forGood}, nil
	case last.State == "cleared" && s.now()-last.DecidedAt < trust:
		return Verdict{Action: Allow}, nil
	}
	f, err := s.Features(ctx, tx, userID)
	if err != nil {
		return Verdict{}, err
	}
	rules, bands, err := s.rulesIn(ctx, tx)
	if err != nil {
		return Verdict{}, err
	}
	v := Verdict{}
	v.Score, v.Reasons, v.Action = score(f, rules, bands)
	var held struct {
		Action           string
		SinceAt, UntilAt int64
	}
	err = tx.Get(ctx, qHold, &held, userID)
	had := err == nil
	if err != nil && !errors.Is(err, db.ErrNone) {
		return v, err
	}
	since := s.now()
	switch v.Action {
	case Check:
		if f.Phone == 1 {
			v.Action = Allow
		}
		v.Until = s.now() + recheck
	case Delay:
		v.Until = s.now() + wait
		if had && held.Action == Delay {
			since, v.Until = held.SinceAt, held.UntilAt
			switch over := s.now() - held.UntilAt; {
			case over >= trust: // long ago: anew
				since, v.Until = s.now(), s.now()+wait
			case over >= 0:
				v.Action = Allow // it has waited, and nothing worse came up
			}
		}
	case Review, Block:
		v.Until = forGood
	}
	if v.Action == Allow {
		if had && held.Action != Delay { // an ended delay is remembered
			_, err = tx.Exec(ctx, qHoldDrop, userID)
			return v, err
		}
		return v, nil
	}
	why, err := json.Marshal(v.Reasons)
	if err != nil {
		return v, fmt.Errorf("risk: %w", err)
	}
	if !had || held.Action != v.Action {
		if _, err := tx.Exec(ctx, qJudged, id.New(), userID, act, v.Score, v.Action, string(why), s.now()); err != nil {
			return v, err
		}
	}
	if _, err := tx.Exec(ctx, qHoldSet, userID, v.Action, since, v.Until); err != nil {
		return v, err
	}
	if v.Action != Review && v.Action != Block {
		return v, nil
	}
	caseID := id.New()
	n, err := tx.Exec(ctx, qOpen, caseID, userID, act, v.Score, v.Action, string(why), s.now())
	if err != nil || n == 0 || s.OnOpened == nil {
		return v, err
	}
	return v, s.OnOpened(ctx, tx, userID, caseID)
}

// Waits is a condition, as SQL, under which the rewards of a user wait at a time $n; for
// lists of what is due (ADR 0003).
func Waits(user, now string) string {
	return "EXISTS (SELECT 1 FROM risk_holds rh WHERE rh.user_id = " + user + " AND rh.until_at > " + now + ")"
}

// Sweep forgets what has been kept long enough.
func (s *Service) Sweep(ctx context.Context) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for kind, life := range map[string]int64{"device": forDevice, "block": forBlock} {
			if _, err := tx.Exec(ctx, qForget, kind, s.now()-life); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, qForgetOld, s.now()-kept)
		return err
	})
}

// Merge makes one of what is known of two accounts that turn out to be one person's.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qCloseTwice, from, to, s.now()); err != nil {
		return err
	}
	for _, q := range []*db.Stmt{qMoveSignals, qMoveJudged, qMoveCases, qMoveHold} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qDropSignals, qHoldDrop} {
		if _, err := tx.Exec(ctx, q, from); err != nil {
			return err
		}
	}
	return nil
}

// Audit returns every row of stored judgements that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
