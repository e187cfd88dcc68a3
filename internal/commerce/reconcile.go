package commerce

import (
	"context"
	"errors"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/pay"
)

// Sweep brings forward whatever a crash, a lost notification or a silent channel
// left behind: open attempts, expired orders, refunds. It runs each minute, may run
// twice at once, and does nothing that Settle would not do.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(s.sweepPayments(ctx), s.sweepOrders(ctx), s.sweepGroups(ctx), s.sweepRefunds(ctx))
}

func (s *Service) sweepPayments(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qPaymentsDue, &due, clock.MS(s.Clock)); err != nil {
		return err
	}
	for _, paymentID := range due {
		var p Payment
		if err := s.DB.Get(ctx, qPayment, &p, paymentID); err != nil {
			return err
		}
		if err := s.check(ctx, p); err != nil {
			s.Log.Warn("payment not checked", "payment", p.ID, "code", pay.Advise(err).Code)
		}
	}
	return nil
}

// check asks the channel about an open attempt and acts on the answer.
func (s *Service) check(ctx context.Context, p Payment) error {
	provider, _, err := s.Channels.Provider(ctx, pay.Channel(p.Channel))
	if err != nil {
		return err
	}
	r, err := provider.Query(ctx, p.OutTradeNo, p.PayerOpenID)
	expired := p.ExpiresAt+time.Minute.Milliseconds() < clock.MS(s.Clock)
	switch {
	case errors.Is(err, pay.ErrNotFound) && expired:
		// Creating it never reached the channel: safe to close on our side.
		return s.giveUp(ctx, p.OutTradeNo, "通道没有这笔单")
	case err != nil && !errors.Is(err, pay.ErrNotFound):
		return errors.Join(err, s.later(ctx, p))
	case err == nil && r.State == pay.StateSuccess:
		return s.Settle(ctx, r)
	case err == nil && r.State == pay.StateClosed:
		return s.giveUp(ctx, p.OutTradeNo, "通道已关闭")
	}
	return s.later(ctx, p)
}

func (s *Service) later(ctx context.Context, p Payment) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qPaymentLater, p.ID, clock.MS(s.Clock)+backoff(p.Checks).Milliseconds())
		return err
	})
}

func (s *Service) sweepOrders(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qOrdersDue, &due, clock.MS(s.Clock)); err != nil {
		return err
	}
	for _, orderID := range due {
		if err := s.close(ctx, orderID); err != nil {
			s.Log.Warn("expired order not closed yet", "order", orderID, "code", pay.Advise(err).Code)
		}
	}
	return nil
}

func (s *Service) sweepRefunds(ctx context.Context) error {
	var due []int64
	if err := s.DB.List(ctx, qRefundsDue, &due, clock.MS(s.Clock)); err != nil {
		return err
	}
	for _, refundID := range due {
		if err := s.PushRefund(ctx, refundID); err != nil {
			s.Log.Warn("refund not through yet", "refund", refundID, "code", pay.Advise(err).Code)
		}
	}
	return nil
}
