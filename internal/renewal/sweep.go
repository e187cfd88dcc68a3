package renewal

import (
	"context"
	"errors"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

const (
	day  = int64(24 * 3600 * 1000) // ms
	hour = int64(3600 * 1000)
	// retryDays bounds the days on which a charge may be tried, the day of its
	// announcement being the first: the channel takes none after the ninth.
	retryDays = 9
	maxTries  = 3
	// hold is how long a contract is left alone by others while one works on it.
	hold = 10 * 60_000
)

// Sweep brings each contract forward by one step: found signed, planned, announced,
// charged, asked about, ended at the channel. It runs each minute, may run on
// several servers at once, and one that fails does not stop the others.
func (s *Service) Sweep(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qDue, &due, clock.MS(s.Clock)); err != nil || len(due) == 0 {
		return err
	}
	rules, err := s.rules(ctx)
	if err != nil {
		return err
	}
	for _, contractID := range due {
		if err := s.push(ctx, contractID, rules.Enabled, rules.LeadDays*day); err != nil {
			s.Log.Warn("contract not brought forward", "contract", contractID, "code", pay.Advise(err).Code, "err", err)
		}
	}
	return nil
}

// Sync asks the channel about a contract that is being signed, for who waits.
// Returns ErrGone.
func (s *Service) Sync(ctx context.Context, userID, contractID int64) (Contract, error) {
	c, err := s.get(ctx, contractID)
	if err == nil && c.UserID != userID {
		return Contract{}, ErrGone
	}
	if err != nil || c.State != Signing {
		return c, err
	}
	if err := s.ask(ctx, c); err != nil && !errors.Is(err, pay.ErrRetry) {
		return c, err
	}
	return s.get(ctx, contractID)
}

func (s *Service) get(ctx context.Context, contractID int64) (Contract, error) {
	var c Contract
	err := s.DB.Get(ctx, qGet, &c, contractID)
	if errors.Is(err, db.ErrNone) {
		err = ErrGone
	}
	return c, err
}

func (s *Service) push(ctx context.Context, contractID int64, enabled bool, lead int64) error {
	c, err := s.get(ctx, contractID)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	// Moved on before anybody is asked: two servers never work on one contract, and
	// after a crash it comes up again.
	mine, err := s.write(ctx, qClaim, c.ID, c.CheckAt, now+hold)
	if err != nil || !mine {
		return err
	}
	if c.State == Signing {
		return s.ask(ctx, c)
	}
	open, err := s.settleCharge(ctx, c)
	if err != nil {
		return err
	}
	if c.State != Active {
		return s.finish(ctx, c, open)
	}
	switch {
	case open:
		return s.later(ctx, c, now+60_000)
	case !enabled:
		return s.later(ctx, c, now+hold)
	}
	return s.advance(ctx, c, lead)
}

// ask finds out whether a contract was signed; nobody waits for ever.
func (s *Service) ask(ctx context.Context, c Contract) error {
	channel, _, err := s.Contractor(ctx)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	r, err := channel.QueryContract(ctx, c.Code)
	switch {
	case err == nil && r.State != pay.ContractSigning:
		return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Told(ctx, tx, r) })
	case err != nil && !errors.Is(err, pay.ErrNotFound):
		return errors.Join(err, s.later(ctx, c, now+60_000))
	case now < c.CreatedAt+signLife.Milliseconds():
		return s.later(ctx, c, now+60_000)
	}
	return s.end(ctx, c, Ended, byUnsigned)
}

func (s *Service) end(ctx context.Context, c Contract, state, by string) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.stop(ctx, tx, c, state, by)
		return err
	})
}

// finish tells the channel that a contract is over, until it knows, and closes what
// nothing will be charged for any more. open: a charge is still under way.
func (s *Service) finish(ctx context.Context, c Contract, open bool) error {
	now := clock.MS(s.Clock)
	if c.ChannelEndedAt == 0 {
		channel, _, err := s.Contractor(ctx)
		if err == nil {
			err = channel.EndContract(ctx, c.Code, ending[c.CancelledBy])
		}
		if err != nil {
			return errors.Join(err, s.again(ctx, c))
		}
		if _, err := s.write(ctx, qOver, c.ID, now); err != nil {
			return err
		}
	}
	var orders []int64
	if err := s.DB.List(ctx, qOpenOrder, &orders, c.ID); err != nil {
		return err
	}
	for _, orderID := range orders {
		if err := s.Commerce.DropRenewal(ctx, orderID); err != nil {
			return errors.Join(err, s.later(ctx, c, now+60_000))
		}
	}
	if open {
		return s.later(ctx, c, now+60_000)
	}
	return s.later(ctx, c, 0)
}

var ending = map[string]string{
	byUser: "用户关闭自动续费", byStaff: "客服关闭自动续费", byChannel: "用户在微信关闭", byRefund: "会员已退款", byMerge: "账号合并", byGone: "商品已停售", byOver: "会员已到期",
	byUnsigned: "签约超时", byAnew: "重新签约",
}

// advance plans, announces or charges the next cycle of an active contract.
func (s *Service) advance(ctx context.Context, c Contract, lead int64) error {
	have, err := s.membership(ctx, s.DB, c)
	if err != nil {
		return err
	}
	var y Cycle
	err = s.DB.Get(ctx, qCycle, &y, c.ID)
	switch {
	case errors.Is(err, db.ErrNone):
		return s.plan(ctx, c, lead)
	case err != nil:
		return err
	case have.Forever || !have.Owned && y.State == Planned:
		return s.end(ctx, c, Ended, byOver)
	case have.Owned && have.UntilAt != y.FromAt && y.Tries == 0:
		// Bought by hand, or given back: the announced day is not the right one.
		return s.replan(ctx, c, y, have.UntilAt, lead)
	case y.State == Planned:
		return s.announce(ctx, c, y, lead)
	}
	return s.charge(ctx, c, y)
}

// days says when a membership that ends is to be announced and charged: at ten in
// the morning of the day before, in China, and an hour and the lead earlier.
func days(until, lead int64) (notice, charge int64) {
	t := time.UnixMilli(until).In(clock.China).AddDate(0, 0, -1)
	charge = time.Date(t.Year(), t.Month(), t.Day(), 10, 0, 0, 0, clock.China).UnixMilli()
	return charge - lead - hour, charge
}

// ten returns the first ten o'clock in China at or after a time.
func ten(at int64) int64 {
	t := time.UnixMilli(at).In(clock.China)
	d := time.Date(t.Year(), t.Month(), t.Day(), 10, 0, 0, 0, clock.China)
	if d.UnixMilli() < at {
		d = d.AddDate(0, 0, 1)
	}
	return d.UnixMilli()
}

// plan writes the next cycle down, or ends a contract whose membership is over.
func (s *Service) plan(ctx context.Context, c Contract, lead int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.lock(ctx, tx, c.ID, &c); err != nil || c.State != Active {
			return err
		}
		have, err := s.membership(ctx, tx, c)
		if err != nil {
			return err
		}
		if !have.Owned || have.Forever {
			_, err := s.stop(ctx, tx, c, Ended, byOver)
			return err
		}
		var last Cycle
		if err := tx.Get(ctx, qLast, &last, c.ID); err != nil && !errors.Is(err, db.ErrNone) {
			return err
		}
		if done := last.State == Failed || last.State == Paid; done && last.FromAt >= have.UntilAt {
			// This end was dealt with: the contract goes when the membership does.
			_, err := tx.Exec(ctx, qCheckAt, c.ID, have.UntilAt+1000, Active)
			return err
		}
		notice, charge := days(have.UntilAt, lead)
		if _, err := tx.Exec(ctx, qPlan, id.New(), c.ID, last.No+1, have.UntilAt, notice, charge, clock.MS(s.Clock)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qCheckAt, c.ID, max(notice, clock.MS(s.Clock)), Active)
		return err
	})
}

func (s *Service) replan(ctx context.Context, c Contract, y Cycle, until, lead int64) error {
	notice, charge := days(until, lead)
	if _, err := s.write(ctx, qReplan, y.ID, until, notice, charge); err != nil {
		return err
	}
	return s.later(ctx, c, max(notice, clock.MS(s.Clock)))
}

// announce has the channel tell the payer, and writes down when it did. Late, the
// charge moves: it never comes sooner after the announcement than was promised.
func (s *Service) announce(ctx context.Context, c Contract, y Cycle, lead int64) error {
	now := clock.MS(s.Clock)
	if now < y.NoticeAt {
		return s.later(ctx, c, y.NoticeAt)
	}
	fen, err := s.Commerce.RenewalFen(ctx, c.SKUID, c.AgreedFen)
	if errors.Is(err, catalog.ErrSKUGone) || err == nil && fen <= 0 {
		return s.end(ctx, c, Cancelled, byGone)
	}
	if err != nil {
		return err
	}
	channel, _, err := s.Contractor(ctx)
	if err != nil {
		return err
	}
	if err := channel.PreNotify(ctx, c.ChannelID, fen); err != nil {
		if errors.Is(err, pay.ErrUser) {
			return errors.Join(err, s.gone(ctx, c, channel))
		}
		return errors.Join(err, s.again(ctx, c))
	}
	at := clock.MS(s.Clock)
	charge := max(y.ChargeAt, ten(at+lead))
	if _, err := s.write(ctx, qNoticed, y.ID, at, lead, charge, fen); err != nil {
		return err
	}
	return s.later(ctx, c, charge)
}

// gone asks whether the payer ended the contract at the channel's side.
func (s *Service) gone(ctx context.Context, c Contract, channel pay.Contractor) error {
	r, err := channel.QueryContract(ctx, c.Code)
	if err != nil || r.State != pay.ContractEnded {
		return errors.Join(err, s.later(ctx, c, clock.MS(s.Clock)+hour))
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Told(ctx, tx, r) })
}

// later says when a contract is looked at again, 0 never, unless its state changed
// in the meantime: then it is looked at at once.
func (s *Service) later(ctx context.Context, c Contract, at int64) error {
	_, err := s.write(ctx, qCheckAt, c.ID, at, c.State)
	return err
}

// again leaves a contract for later after trouble, each time for longer.
func (s *Service) again(ctx context.Context, c Contract) error {
	_, err := s.write(ctx, qRetryAt, c.ID, clock.MS(s.Clock)+min(hour, 60_000<<min(c.Checks, 6)), c.State)
	return err
}

// write is one statement in its own transaction; it reports whether a row moved.
func (s *Service) write(ctx context.Context, q *db.Stmt, args ...any) (moved bool, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, q, args...)
		moved = n > 0
		return err
	})
	return moved, err
}
