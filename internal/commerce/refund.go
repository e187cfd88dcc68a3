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
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/learning"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
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

// Refundable tells whether a buyer may ask for a line's money back now, and if
// not, why.
type Refundable struct {
	ItemID     int64
	Allowed    bool
	Reason     string
	MaxFen     int64
	Evidence   learning.Evidence
	EndsAccess bool // what is given back is the unused time: the rest stays paid
}

// Refundable answers for each line of an order by the promise stored on it.
func (s *Service) Refundable(ctx context.Context, d Detail) ([]Refundable, error) {
	out := make([]Refundable, 0, len(d.Items))
	for _, it := range d.Items {
		can, err := s.refundable(ctx, s.DB, d.Order, it, d.Refunds)
		if err != nil {
			return nil, err
		}
		out = append(out, can)
	}
	return out, nil
}

func (s *Service) refundable(ctx context.Context, r db.Reader, o Order, it Item, refunds []Refund) (Refundable, error) {
	out := Refundable{ItemID: it.ID}
	if o.Status != Paid || o.PaidFen == 0 {
		out.Reason = "这笔订单没有可退的款"
		return out, nil
	}
	for _, x := range refunds {
		if x.OrderItemID == it.ID && (x.Status == RefundRequested || x.Status == RefundApproved || x.Status == RefundProcessing || x.Status == RefundAbnormal) {
			out.Reason = "退款正在处理"
			return out, nil
		}
		if x.OrderItemID == it.ID && x.EndsAccess && x.Status == RefundSucceeded {
			out.Reason = "剩余时间已经退款"
			return out, nil
		}
	}
	out.MaxFen = it.PriceFen - it.RefundedFen
	var err error
	if out.Evidence, err = s.evidence(ctx, r, o, it); err != nil {
		return out, err
	}
	inTime := clock.MS(s.Clock) <= o.PaidAt+it.RefundDays*day
	switch {
	case o.Platform == "mp_ios":
		out.Reason = ErrRefundApple.Msg
	case out.MaxFen <= 0:
		out.Reason = "已全部退款"
	case it.CreditedFen > 0:
		out.Reason, out.MaxFen = boundByUpgrade, 0
	case o.Gift:
		out.Reason = "赠送的商品请用「退回未领取的份数」"
	case it.RefundDays == 0:
		out.Reason = "这个商品不支持退款"
	case inTime && out.Evidence.Watched <= it.RefundMaxWatchedPercent:
		out.Allowed = true
		out.Reason = RefundText(it.RefundDays, it.RefundMaxWatchedPercent)
	case it.Kind == catalog.KindMembership:
		return s.unused(ctx, r, it, out)
	case !inTime:
		out.Reason = fmt.Sprintf("已超过付款后 %d 天", it.RefundDays)
	default:
		out.Reason = fmt.Sprintf("已学 %d%%，超过了 %d%%", out.Evidence.Watched, it.RefundMaxWatchedPercent)
	}
	return out, nil
}

const boundByUpgrade = "这段会员已折抵升级；升级的订单全额退款后，它会恢复"

const day = int64(24 * 3600 * 1000)

// qStudiedBy names the courses that a bundle or membership opened to somebody who
// studied them since, and has them by no purchase of their own.
var qStudiedBy = db.Q("commerce/studied_by", `SELECT DISTINCT p.course_id FROM lesson_progress p WHERE p.user_id = $1 AND p.studied_at >= $3
	AND (EXISTS (SELECT 1 FROM products m WHERE m.id = $2 AND m.opens_all)
		OR EXISTS (SELECT 1 FROM product_parts x WHERE x.product_id = $2 AND ((x.kind = 'course' AND x.ref_id = p.course_id)
			OR (x.kind = 'category' AND x.ref_id = (SELECT category_id FROM courses c WHERE c.id = p.course_id)))))
	AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.user_id = $1 AND g.resource_kind = 'course' AND g.resource_id = p.course_id AND g.revoked_at = 0)`)

// evidence is how much of what a line opened was had. Of several courses it is the
// one that was had most of: who has studied one to its end has had what was promised.
func (s *Service) evidence(ctx context.Context, r db.Reader, o Order, it Item) (most learning.Evidence, err error) {
	courses := []int64{it.CourseID}
	switch {
	case o.Gift:
		return most, nil
	case it.Kind == catalog.KindBundle || it.Kind == catalog.KindMembership:
		courses = nil
		if err := r.List(ctx, qStudiedBy, &courses, o.UserID, it.ProductID, o.PaidAt); err != nil {
			return most, err
		}
	case it.CourseID == 0:
		return most, nil
	}
	for _, courseID := range courses {
		e, err := s.Learning.Evidence(ctx, r, o.UserID, courseID)
		if err != nil {
			return most, err
		}
		most.Watched, most.Delivered = max(most.Watched, e.Watched), max(most.Delivered, e.Delivered)
	}
	return most, nil
}

// unused gives back the time of a membership that is still to come, by the day.
func (s *Service) unused(ctx context.Context, r db.Reader, it Item, out Refundable) (Refundable, error) {
	from, until, err := s.Access.Span(ctx, r, access.OrderItem(it.ID))
	if err != nil {
		return out, err
	}
	days, left := (until-from)/day, (until-max(from, clock.MS(s.Clock)))/day
	out.MaxFen = 0
	if days > 0 && left > 0 {
		out.MaxFen = min(it.PriceFen*left/days, it.PriceFen-it.RefundedFen)
	}
	if out.MaxFen <= 0 {
		out.Reason = "会员期已经用完"
		return out, nil
	}
	out.Allowed, out.EndsAccess = true, true
	out.Reason = fmt.Sprintf("按剩余 %d 天（共 %d 天）退 ¥%s，会员同时结束", left, days, money.Yuan(out.MaxFen))
	return out, nil
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

// RefundRow is a refund in staff's list.
type RefundRow struct {
	Refund
	OrderNo  string
	PaidAt   int64
	Nickname string
	Title    string
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
