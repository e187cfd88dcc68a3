package commerce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const refundTimeout = time.Minute

// Refund is money on its way back. No is the channel's out_refund_no and stays the
// same through every retry: a new number would be a second refund (INV-6).
type Refund struct {
	ID               int64
	No               string
	OrderID          int64
	OrderItemID      int64 // 0: a payment that never opened anything
	PaymentID        int64
	UserID           int64
	Cause            string // requested, staff, duplicate, late, channel, group_failed, gift_unreceived
	AmountFen        int64
	EndsAccess       bool // also when a part stays paid: the unused time of a period
	Reason           string
	Reply            string
	Status           string
	WatchedPercent   int64 // evidence, at the time of asking: reported by the player
	DeliveredPercent int64 // and handed out with its keys
	RequestedAt      int64
	DecidedAt        int64
	DecidedBy        int64
	FirstBy          int64 // above the threshold: the first of the two who must agree
	FinishedAt       int64
	ChannelRefundID  string
	CheckAt          int64
	Checks           int64
	LastError        string
}

// pick returns the line that itemID names; 0 names the only one. Returns
// ErrRefundItem.
func pick(items []Item, itemID int64) (Item, error) {
	for _, it := range items {
		if it.ID == itemID || itemID == 0 && len(items) == 1 {
			return it, nil
		}
	}
	return Item{}, ErrRefundItem
}

// RequestRefund asks for the money of one line back, for finance to decide; itemID
// 0 is the only line. A repeat with the same key gives the same refund. Returns
// ErrRefundReason, ErrOrderGone, ErrRefundItem, ErrRefundPolicy with the reason,
// ErrRefundApple.
func (s *Service) RequestRefund(ctx context.Context, userID int64, no, key string, itemID int64, reason string) (Refund, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return Refund{}, ErrRefundReason
	}
	o, err := s.Order(ctx, userID, no)
	if err != nil {
		return Refund{}, err
	}
	if o.Platform == "mp_ios" && o.PaidFen > 0 {
		return Refund{}, ErrRefundApple
	}
	var out Refund
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		err := tx.Get(ctx, qRefundByKey, &out, o.ID, "u:"+key)
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		items, p, err := s.paidParts(ctx, tx, o)
		if err != nil {
			return err
		}
		it, err := pick(items, itemID)
		if err != nil {
			return err
		}
		var refunds []Refund
		if err := tx.List(ctx, qRefundsOf, &refunds, o.ID); err != nil {
			return err
		}
		can, err := s.refundable(ctx, tx, o, it, refunds)
		if err != nil {
			return err
		}
		if !can.Allowed {
			return ErrRefundPolicy.Say(can.Reason)
		}
		out = Refund{
			ID: id.New(), No: id.Code(), OrderID: o.ID, OrderItemID: it.ID, PaymentID: p.ID, UserID: userID, Cause: "requested", EndsAccess: can.EndsAccess,
			AmountFen: can.MaxFen, Reason: reason, Status: RefundRequested, WatchedPercent: can.Evidence.Watched, DeliveredPercent: can.Evidence.Delivered, RequestedAt: clock.MS(s.Clock),
		}
		return s.insertRefund(ctx, tx, out, "u:"+key)
	})
	return out, err
}

// paidParts returns the lines of an order and the payment that paid it.
func (s *Service) paidParts(ctx context.Context, tx *db.Tx, o Order) ([]Item, Payment, error) {
	var items []Item
	if err := tx.List(ctx, qItems, &items, o.ID); err != nil {
		return nil, Payment{}, err
	}
	var payments []Payment
	if err := tx.List(ctx, qPayments, &payments, o.ID); err != nil {
		return nil, Payment{}, err
	}
	for _, p := range payments {
		if p.Outcome == Settled {
			return items, p, nil
		}
	}
	return items, Payment{}, ErrRefundPolicy.Say("这笔订单没有可退的款")
}

func (s *Service) insertRefund(ctx context.Context, tx *db.Tx, r Refund, key string) error {
	_, err := tx.Exec(ctx, qRefundInsert, r.ID, r.No, r.OrderID, r.OrderItemID, r.PaymentID, r.UserID, key, r.Cause, r.AmountFen, r.EndsAccess, r.Reason,
		r.Status, r.WatchedPercent, r.DeliveredPercent, r.RequestedAt, r.CheckAt)
	return err
}

// StaffRefund gives money of an order back on staff's own decision, beyond the
// buyer's policy: it is requested and approved in one step. amountFen 0 means all
// that is left of the line; a part leaves access as it is. Returns ErrRefundAmount,
// ErrRefundItem, ErrRefundOpen, ErrRefundApple.
func (s *Service) StaffRefund(ctx context.Context, no, key string, itemID, amountFen int64, reason string) (Refund, error) {
	o, err := s.AnyOrder(ctx, no)
	if err != nil {
		return Refund{}, err
	}
	if o.Platform == "mp_ios" {
		return Refund{}, ErrRefundApple
	}
	threshold, err := s.Channels.FourEyes(ctx)
	if err != nil {
		return Refund{}, err
	}
	var out Refund
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Get(ctx, qOrderLock, &o, o.ID); err != nil {
			return err
		}
		err := tx.Get(ctx, qRefundByKey, &out, o.ID, "s:"+key)
		if !errors.Is(err, db.ErrNone) {
			return err
		}
		items, p, err := s.paidParts(ctx, tx, o)
		if err != nil {
			return err
		}
		it, err := pick(items, itemID)
		if err != nil {
			return err
		}
		var open int64
		if err := tx.Get(ctx, qRefundOpen, &open, it.ID); err != nil {
			return err
		}
		if open > 0 {
			return ErrRefundOpen
		}
		if it.CreditedFen > 0 {
			return ErrRefundPolicy.Say(boundByUpgrade)
		}
		left := it.PriceFen - it.RefundedFen
		if amountFen == 0 {
			amountFen = left
		}
		if amountFen < 1 || amountFen > left {
			return ErrRefundAmount
		}
		had, err := s.evidence(ctx, tx, o, it)
		if err != nil {
			return err
		}
		out = Refund{
			ID: id.New(), No: id.Code(), OrderID: o.ID, OrderItemID: it.ID, PaymentID: p.ID, UserID: o.UserID, Cause: "staff",
			AmountFen: amountFen, Reason: reason, Status: RefundRequested, WatchedPercent: had.Watched, DeliveredPercent: had.Delivered, RequestedAt: clock.MS(s.Clock),
		}
		if err := s.insertRefund(ctx, tx, out, "s:"+key); err != nil {
			return err
		}
		out, err = s.approve(ctx, tx, out, reason, threshold)
		return err
	})
	return out, err
}

// Decide approves or rejects a requested refund. Approving takes the access of
// that order line away at once and asks the channel by a job. Returns
// ErrRefundGone, ErrRefundState, ErrRefundAmount.
func (s *Service) Decide(ctx context.Context, refundID int64, approve bool, reply string) (Refund, error) {
	threshold, err := s.Channels.FourEyes(ctx)
	if err != nil {
		return Refund{}, err
	}
	var out Refund
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.Get(ctx, qRefund, &out, refundID)
		if errors.Is(err, db.ErrNone) {
			return ErrRefundGone
		}
		if err != nil {
			return err
		}
		if approve {
			out, err = s.approve(ctx, tx, out, reply, threshold)
			return err
		}
		n, err := tx.Exec(ctx, qRefundDecide, refundID, RefundRejected, reply, clock.MS(s.Clock), audit.ActorOf(ctx).ID, 0, out.AmountFen)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrRefundState
		}
		before := out
		out.Status, out.Reply = RefundRejected, reply
		return audit.Write(ctx, tx, s.Clock, "refund.reject", fmt.Sprintf("refund:%d", refundID), before, out, reply)
	})
	return out, err
}

// approve lets a refund go; above the threshold the first who approves only
// signs, and another must do so too (INV-41).
func (s *Service) approve(ctx context.Context, tx *db.Tx, r Refund, reply string, threshold int64) (Refund, error) {
	me := audit.ActorOf(ctx)
	if threshold > 0 && r.AmountFen >= threshold && r.Status == RefundRequested && (r.FirstBy == 0 || r.FirstBy == me.ID) {
		n, err := tx.Exec(ctx, qRefundFirst, r.ID, me.ID, reply)
		if err != nil {
			return r, err
		}
		if n == 0 {
			return r, ErrFourEyes
		}
		before := r
		r.FirstBy, r.Reply = me.ID, reply
		return r, audit.Write(ctx, tx, s.Clock, "refund.first_approval", fmt.Sprintf("refund:%d", r.ID), before, r, reply)
	}
	now := clock.MS(s.Clock)
	n, err := tx.Exec(ctx, qRefundDecide, r.ID, RefundApproved, reply, now, audit.ActorOf(ctx).ID, now+60_000, r.AmountFen)
	if err != nil {
		return r, err
	}
	if n == 0 {
		return r, ErrRefundState
	}
	if err := s.takeBack(ctx, tx, r); err != nil {
		return r, err
	}
	before := r
	r.Status, r.Reply, r.DecidedAt = RefundApproved, reply, now
	if err := audit.Write(ctx, tx, s.Clock, "refund.approve", fmt.Sprintf("refund:%d", r.ID), before, r, reply); err != nil {
		return r, err
	}
	return r, s.Jobs.Add(ctx, tx, RefundJob{RefundID: r.ID})
}

// takeBack reserves the amount on the order line, so that no two refunds together
// exceed it (INV-5), and ends what the line opened when nothing of it stays paid.
// When that is so of every line, what the order took is given back too.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, r Refund) error {
	n, err := tx.Exec(ctx, qItemRefund, r.OrderItemID, r.AmountFen)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrRefundAmount
	}
	var items []Item
	if err := tx.List(ctx, qItems, &items, r.OrderID); err != nil {
		return err
	}
	whole := true
	for _, it := range items {
		whole = whole && it.RefundedFen == it.PriceFen
		if it.ID != r.OrderItemID || it.RefundedFen < it.PriceFen && !r.EndsAccess {
			continue
		}
		if _, err := s.Access.Revoke(ctx, tx, access.OrderItem(it.ID), "退款"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qServiceCancel, it.ID); err != nil {
			return err
		}
		if r.Cause == "gift_unreceived" {
			continue // those copies are void already; what was received stays
		}
		if err := s.voidGifts(ctx, tx, it.ID); err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	if err := s.restoreCredits(ctx, tx, r.OrderID); err != nil {
		return err
	}
	return s.unsell(ctx, tx, r.OrderID)
}

// refundWhole gives back every line of a paid order that is not refunded yet,
// without a person: the key makes it once.
func (s *Service) refundWhole(ctx context.Context, tx *db.Tx, o Order, cause, reason, key string) error {
	var items []Item
	if err := tx.List(ctx, qItems, &items, o.ID); err != nil {
		return err
	}
	for _, it := range items {
		if left := it.PriceFen - it.RefundedFen; left > 0 {
			if err := s.refundPart(ctx, tx, o, it.ID, left, cause, reason, fmt.Sprintf("%s:%d", key, it.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// refundPart gives back an amount of one line without a person; the channel is
// asked by a job.
func (s *Service) refundPart(ctx context.Context, tx *db.Tx, o Order, itemID, amountFen int64, cause, reason, key string) error {
	_, p, err := s.paidParts(ctx, tx, o)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	r := Refund{
		ID: id.New(), No: id.Code(), OrderID: o.ID, OrderItemID: itemID, PaymentID: p.ID, UserID: o.UserID, Cause: cause, AmountFen: amountFen,
		Reason: reason, Status: RefundApproved, RequestedAt: now, CheckAt: now + 60_000,
	}
	if err := s.insertRefund(ctx, tx, r, key); err != nil {
		return err
	}
	if err := s.takeBack(ctx, tx, r); err != nil {
		return err
	}
	return s.Jobs.Add(ctx, tx, RefundJob{RefundID: r.ID})
}

// RefundRow is a refund in staff's list.
type RefundRow struct {
	Refund
	OrderNo  string
	PaidAt   int64
	Nickname string
	Title    string
	Delivery // of a service's line
}

// Refunds lists refunds for staff by status ("" all), newest first.
func (s *Service) Refunds(ctx context.Context, status string, before int64, limit int) ([]RefundRow, error) {
	var rows []RefundRow
	err := s.DB.List(ctx, qRefunds, &rows, status, before, 0, 0, limit)
	return rows, err
}

// RefundsOf lists the refunds of one order as staff sees them.
func (s *Service) RefundsOf(ctx context.Context, orderID int64) ([]RefundRow, error) {
	var rows []RefundRow
	err := s.DB.List(ctx, qRefunds, &rows, "", 0, orderID, 0, 100)
	return rows, err
}

// RefundByID returns one refund as staff sees it. Returns ErrRefundGone.
func (s *Service) RefundByID(ctx context.Context, refundID int64) (RefundRow, error) {
	var row RefundRow
	err := s.DB.Get(ctx, qRefunds, &row, "", 0, 0, refundID, 1)
	if errors.Is(err, db.ErrNone) {
		return row, ErrRefundGone
	}
	return row, err
}
