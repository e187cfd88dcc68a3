package renewal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
)

// charge begins an announced charge when its time has come.
func (s *Service) charge(ctx context.Context, c Contract, y Cycle) error {
	now := clock.MS(s.Clock)
	if now < y.ChargeAt {
		return s.later(ctx, c, y.ChargeAt)
	}
	if h := time.UnixMilli(now).In(clock.China).Hour(); h < 8 || h >= 21 {
		return s.move(ctx, c, y, ten(now))
	}
	if now > lastDay(y.NoticedAt) {
		return s.fail(ctx, c, y, "过了可以扣款的日子")
	}
	order, state, err := s.Commerce.Renew(ctx, s.renewal(c, y))
	if errors.Is(err, errStopped) {
		return s.later(ctx, c, now+60_000) // ended, or begun elsewhere, in this moment
	}
	if errors.Is(err, catalog.ErrSKUGone) {
		return s.end(ctx, c, Cancelled, byGone)
	}
	if err != nil {
		return errors.Join(err, s.later(ctx, c, now+60_000))
	}
	y.Tries++
	y.OrderID = order.ID
	return s.outcome(ctx, c, y, state)
}

// lastDay is the end of the last day on which a charge may be tried, ms.
func lastDay(noticedAt int64) int64 {
	t := time.UnixMilli(noticedAt).In(clock.China)
	return time.Date(t.Year(), t.Month(), t.Day()+retryDays-1, 21, 0, 0, 0, clock.China).UnixMilli()
}

func (s *Service) renewal(c Contract, y Cycle) commerce.Renewal {
	return commerce.Renewal{
		UserID: c.UserID, Key: fmt.Sprintf("renewal:%d:%d", c.ID, y.No), SKUID: c.SKUID, CapFen: min(y.AmountFen, c.AgreedFen), ContractID: c.ChannelID, OpenID: c.OpenID,
		Until: lastDay(y.NoticedAt) + day,
		Allow: func(ctx context.Context, tx *db.Tx, o commerce.Order, again bool) error {
			return s.allow(ctx, tx, c.ID, y.ID, o.ID, again)
		},
	}
}

// allow is INV-36: asked with the contract's row locked, in the transaction that
// writes the attempt.
func (s *Service) allow(ctx context.Context, tx *db.Tx, contractID, cycleID, orderID int64, again bool) error {
	var c Contract
	if err := s.lock(ctx, tx, contractID, &c); err != nil {
		return err
	}
	if c.State != Active {
		return errStopped
	}
	if again {
		var on int64
		if err := tx.Get(ctx, qStillOn, &on, cycleID, orderID); err != nil {
			return err
		}
		if on == 0 {
			return errStopped
		}
		return nil
	}
	n, err := tx.Exec(ctx, qCharging, cycleID, orderID, clock.MS(s.Clock))
	if err == nil && n == 0 {
		err = errStopped
	}
	return err
}

// settleCharge asks about a charge that was begun; it reports whether that is still
// under way.
func (s *Service) settleCharge(ctx context.Context, c Contract) (open bool, err error) {
	var y Cycle
	err = s.DB.Get(ctx, qCycle, &y, c.ID)
	if errors.Is(err, db.ErrNone) || err == nil && y.State != Charging {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	state, err := s.Commerce.Chase(ctx, y.OrderID, s.renewal(c, y))
	if err != nil || state == commerce.RenewalPending {
		if err != nil {
			err = errors.Join(err, s.later(ctx, c, clock.MS(s.Clock)+60_000))
		}
		return true, err
	}
	if state == commerce.RenewalPaid {
		return false, nil
	}
	return false, s.outcome(ctx, c, y, state)
}

// outcome writes down what became of an attempt. What is paid was written when it
// was settled.
func (s *Service) outcome(ctx context.Context, c Contract, y Cycle, state string) error {
	now := clock.MS(s.Clock)
	if state != commerce.RenewalFailed {
		return s.later(ctx, c, now+60_000)
	}
	next := ten(now + day/2)
	if y.Tries >= maxTries || next > lastDay(y.NoticedAt) || c.State != Active {
		return s.fail(ctx, c, y, fmt.Sprintf("扣款 %d 次没有成功", y.Tries))
	}
	if _, err := s.write(ctx, qAgain, y.ID, y.Tries, next, "扣款没有成功，会再试"); err != nil {
		return err
	}
	return s.later(ctx, c, next)
}

// fail gives a cycle up; the membership runs out, and the contract with it.
func (s *Service) fail(ctx context.Context, c Contract, y Cycle, note string) error {
	if _, err := s.write(ctx, qFailed, y.ID, note); err != nil {
		return err
	}
	if y.OrderID != 0 {
		if err := s.Commerce.DropRenewal(ctx, y.OrderID); err != nil {
			s.Log.Warn("order of a failed renewal stays open for now", "order", y.OrderID)
		}
	}
	return s.later(ctx, c, clock.MS(s.Clock)+60_000)
}

func (s *Service) move(ctx context.Context, c Contract, y Cycle, at int64) error {
	if _, err := s.write(ctx, qMove, y.ID, at); err != nil {
		return err
	}
	return s.later(ctx, c, at)
}
