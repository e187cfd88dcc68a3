package commerce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// The way of the money back: the channel is asked until it is definite, its answer is
// applied once and booked.

// RefundJob asks the channel for an approved refund.
type RefundJob struct {
	RefundID int64 `json:"refund_id"`
}

// Kind implements jobs.Args.
func (RefundJob) Kind() string { return "refund" }

func (s *Service) workRefund(ctx context.Context, j RefundJob) error {
	err := s.PushRefund(ctx, j.RefundID)
	if errors.Is(err, pay.ErrRetry) || errors.Is(err, pay.ErrFunds) || errors.Is(err, pay.ErrConfig) {
		return nil // noted on the refund; the sweep tries again
	}
	return err
}

// PushRefund brings a refund forward by one question to the channel.
func (s *Service) PushRefund(ctx context.Context, refundID int64) error {
	var r Refund
	if err := s.DB.Get(ctx, qRefund, &r, refundID); err != nil {
		return err
	}
	if r.Status != RefundApproved && r.Status != RefundProcessing {
		return nil
	}
	var p Payment
	if err := s.DB.Get(ctx, qPayment, &p, r.PaymentID); err != nil {
		return err
	}
	var taken int64
	if err := s.DB.Get(ctx, qRefundTaken, &taken, p.ID); err != nil {
		return err
	}
	total, err := s.received(ctx, s.DB, p)
	if err != nil {
		return err
	}
	provider, _, err := s.Channels.Provider(ctx, pay.Channel(p.Channel))
	if err != nil {
		return err
	}
	var got pay.RefundReceipt
	if r.Status == RefundApproved {
		got, err = provider.Refund(ctx, pay.RefundRequest{
			OutTradeNo: p.OutTradeNo, TransactionID: p.TransactionID, OutRefundNo: r.No, Reason: clip(r.Reason, 25),
			RefundFen: r.AmountFen, TotalFen: total, LeftFen: total - taken + r.AmountFen, OpenID: p.PayerOpenID,
			NotifyURL: s.Channels.NotifyURL(pay.Channel(p.Channel), "refund"),
		})
	} else {
		got, err = provider.QueryRefund(ctx, r.No, p.OutTradeNo, p.PayerOpenID)
	}
	if err != nil {
		wait := backoff(r.Checks)
		note := pay.Advise(err)
		return errors.Join(err, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qRefundLater, r.ID, clock.MS(s.Clock)+wait.Milliseconds(), note.Code+" "+note.Advice)
			return err
		}))
	}
	got.OutRefundNo = r.No
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.applyRefund(ctx, tx, got) })
}

// backoff spaces questions to a channel: one minute, doubling to an hour.
func backoff(checks int64) time.Duration { return min(time.Hour, time.Minute<<min(checks, 6)) }

// applyRefund acts on what a channel says about a refund, whoever brought it.
// Returns ErrRefundGone for a number that is not ours.
func (s *Service) applyRefund(ctx context.Context, tx *db.Tx, got pay.RefundReceipt) error {
	var r Refund
	err := tx.Get(ctx, qRefundByNo, &r, got.OutRefundNo)
	if errors.Is(err, db.ErrNone) {
		return s.channelRefund(ctx, tx, got)
	}
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	switch got.State {
	case pay.RefundProcessing:
		_, err = tx.Exec(ctx, qRefundSent, r.ID, got.RefundID, now+backoff(r.Checks).Milliseconds())
		if err == nil {
			_, err = tx.Exec(ctx, qRefundLater, r.ID, now+backoff(r.Checks).Milliseconds(), "")
		}
		return err
	case pay.RefundAbnormal, pay.RefundClosed:
		if _, err := tx.Exec(ctx, qRefundBad, r.ID, badRefund[got.State]); err != nil {
			return err
		}
		return s.event(ctx, tx, r.OrderID, "refund_abnormal", "退款没有成功，需要人工处理")
	case pay.RefundSuccess:
	default:
		return fmt.Errorf("commerce: refund state %q", got.State)
	}
	if got.AmountFen != 0 && got.AmountFen != r.AmountFen {
		if _, err := tx.Exec(ctx, qRefundBad, r.ID, fmt.Sprintf("通道退了 ¥%s，应退 ¥%s，请到商户平台核对", money.Yuan(got.AmountFen), money.Yuan(r.AmountFen))); err != nil {
			return err
		}
		return s.event(ctx, tx, r.OrderID, "refund_mismatch", "退款金额不符，需要人工处理")
	}
	n, err := tx.Exec(ctx, qRefundDone, r.ID, got.RefundID, now)
	if err != nil || n == 0 {
		return err
	}
	return s.bookRefund(ctx, tx, r, now)
}

var badRefund = map[pay.RefundState]string{
	pay.RefundAbnormal: "通道没能把钱退到付款人手里，请先到商户平台处理这笔退款单",
	pay.RefundClosed:   "通道关闭了这笔退款，没有退钱，可以重新退",
}

// bookRefund reverses the sale, or the suspense, in the ledger and on the order.
func (s *Service) bookRefund(ctx context.Context, tx *db.Tx, r Refund, now int64) error {
	var p Payment
	if err := tx.Get(ctx, qPayment, &p, r.PaymentID); err != nil {
		return err
	}
	lines := []ledger.Line{ledger.Debit(ledger.Suspense, r.AmountFen)}
	if r.OrderItemID != 0 {
		var o Order
		if err := tx.Get(ctx, qOrderLock, &o, r.OrderID); err != nil {
			return err
		}
		var it Item
		if err := tx.Get(ctx, qItemByID, &it, r.OrderItemID); err != nil {
			return err
		}
		var err error
		if lines, err = s.unearn(ctx, tx, r); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qOrderRefunded, r.OrderID, r.AmountFen)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("commerce: refund %d exceeds what order %d was paid", r.ID, r.OrderID)
		}
		if err := s.carryBack(ctx, tx, o, it); err != nil {
			return err
		}
		if err := s.refundPoints(ctx, tx, o, it, r); err != nil {
			return err
		}
		for _, f := range s.onRefunded {
			if err := f(ctx, tx, o, it, r); err != nil {
				return err
			}
		}
	}
	err := ledger.Post(ctx, tx, ledger.Entry{
		Kind: "refund", RefKind: "refund", RefID: r.ID, OrderID: r.OrderID, At: now, Lines: append(lines, ledger.Credit(ledger.Clearing(p.Channel), r.AmountFen)),
	})
	return err
}

// RetryRefund brings an abnormal refund forward, after a person dealt with its
// cause. The channel is asked first: a refund that went through is booked, and
// only one that the channel closed or never had is sent under a new number, for
// two live numbers could pay out twice. Returns ErrRefundGone, ErrRefundState,
// ErrRefundStuck, and the pay errors.
func (s *Service) RetryRefund(ctx context.Context, refundID int64, reason string) error {
	r, err := s.RefundByID(ctx, refundID)
	if err != nil {
		return err
	}
	if r.Status != RefundAbnormal {
		return ErrRefundState
	}
	var p Payment
	if err := s.DB.Get(ctx, qPayment, &p, r.PaymentID); err != nil {
		return err
	}
	provider, _, err := s.Channels.Provider(ctx, pay.Channel(p.Channel))
	if err != nil {
		return err
	}
	got, err := provider.QueryRefund(ctx, r.No, p.OutTradeNo, p.PayerOpenID)
	dead := errors.Is(err, pay.ErrNotFound) || err == nil && got.State == pay.RefundClosed
	if err != nil && !dead {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := audit.Write(ctx, tx, s.Clock, "refund.retry", fmt.Sprintf("refund:%d", refundID), nil, map[string]any{"no": r.No, "channel_state": got.State}, reason); err != nil {
			return err
		}
		if dead {
			n, err := tx.Exec(ctx, qRefundAgain, refundID, r.No, id.Code(), clock.MS(s.Clock)+60_000)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrRefundState
			}
			return s.Jobs.Add(ctx, tx, RefundJob{RefundID: refundID})
		}
		if got.State != pay.RefundSuccess || got.AmountFen != 0 && got.AmountFen != r.AmountFen {
			return ErrRefundStuck.Say(fmt.Sprintf("通道里退款单 %s 还没有退成。请先在商户平台处理它，处理好后再来核对；另开一笔可能退重", r.No))
		}
		got.OutRefundNo = r.No
		return s.applyRefund(ctx, tx, got)
	})
}
