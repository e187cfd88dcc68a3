package commerce

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// AppleInquiry advises Apple on a refund of an iOS payment by the promise that was
// made to the buyer, with the evidence in words. Returns ErrPaymentGone.
func (s *Service) AppleInquiry(ctx context.Context, outTradeNo string) (agree bool, evidence string, err error) {
	var p Payment
	if err := s.DB.Get(ctx, qPaymentByNo, &p, outTradeNo); err != nil {
		if errors.Is(err, db.ErrNone) {
			return false, "", ErrPaymentGone
		}
		return false, "", err
	}
	var o Order
	if err := s.DB.Get(ctx, qOrderByID, &o, p.OrderID); err != nil {
		return false, "", err
	}
	var items []Item
	if err := s.DB.List(ctx, qItems, &items, o.ID); err != nil || len(items) == 0 {
		return false, "", errors.Join(err, ErrOrderGone)
	}
	it := items[0]
	had, err := s.evidence(ctx, s.DB, o, it)
	if err != nil {
		return false, "", err
	}
	inTime := clock.MS(s.Clock) <= o.PaidAt+it.RefundDays*24*3600*1000
	agree = o.Status == Paid && it.RefundDays > 0 && inTime && had.Watched <= it.RefundMaxWatchedPercent
	return agree, fmt.Sprintf("付款时间 %d，约定 %d 天且学习不超过 %d%%，实际已学 %d%%，已取走内容 %d%%", o.PaidAt, it.RefundDays, it.RefundMaxWatchedPercent, had.Watched, had.Delivered), nil
}

// channelRefund records a refund that the channel made without being asked by us:
// by Apple, or by hand on the merchant platform. It books what really went back,
// once for each refund, and access ends only when nothing stays paid.
func (s *Service) channelRefund(ctx context.Context, tx *db.Tx, got pay.RefundReceipt) error {
	var p Payment
	err := tx.Get(ctx, qPaymentByNo, &p, got.OutTradeNo)
	if errors.Is(err, db.ErrNone) {
		return ErrRefundGone
	}
	if err != nil {
		return err
	}
	if got.State != pay.RefundSuccess || p.Outcome != Settled {
		return nil
	}
	var o Order
	if err := tx.Get(ctx, qOrderLock, &o, p.OrderID); err != nil {
		return err
	}
	key := "c:" + p.OutTradeNo
	if got.OutRefundNo != "" {
		key = "c:" + got.OutRefundNo
	}
	var old Refund
	if err := tx.Get(ctx, qRefundByKey, &old, o.ID, key); !errors.Is(err, db.ErrNone) {
		return err // recorded before
	}
	var items []Item
	if err := tx.List(ctx, qItems, &items, o.ID); err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	rest := got.AmountFen
	if rest == 0 { // a channel that names no amount gives back all
		rest = p.AmountFen
	}
	for _, it := range items {
		left := min(rest, it.PriceFen-it.RefundedFen)
		if left <= 0 {
			continue
		}
		rest -= left
		r := Refund{
			ID: id.New(), No: id.Code(), OrderID: o.ID, OrderItemID: it.ID, PaymentID: p.ID, UserID: o.UserID, Cause: "channel", AmountFen: left,
			Reason: "由支付平台退款", Status: RefundProcessing, RequestedAt: now, CheckAt: now,
		}
		if err := s.insertRefund(ctx, tx, r, key); err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qRefundDone, r.ID, got.RefundID, now); err != nil {
			return err
		}
		if err := s.bookRefund(ctx, tx, r, now); err != nil {
			return err
		}
		key += "+"
	}
	return s.event(ctx, tx, o.ID, "channel_refund", "支付平台已退款")
}
