package commerce

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// What staff may decide about a held payment, once and for good.
const (
	DecideRefund  = "refund"  // back to the payer, all that came
	DecideMatch   = "match"   // it pays its order after all
	DecideExplain = "explain" // dealt with elsewhere; a note says how
)

// Where unclaimed money stands.
const (
	HeldWaiting   = "waiting"   // for a person: undecided, or the refund is abnormal
	HeldReturning = "returning" // the channel was asked to give it back
	HeldReturned  = "returned"
	HeldMatched   = "matched"
	HeldExplained = "explained"
)

// The refusals of decisions.
var (
	ErrHeldGone    = errs.New(errs.NotFound, "held_gone", "没有这笔待查款")
	ErrHeldDecided = errs.New(errs.Conflict, "held_decided", "这笔款已经处理过了，请刷新")
	ErrHeldAction  = errs.New(errs.Conflict, "held_action", "这笔款不能这样处理")
)

// Held is a payment that came without a claim on goods: another amount, payer or
// merchant than we asked for, a closed order, a second payment.
type Held struct {
	ID            int64
	OrderID       int64
	OrderNo       string
	OrderStatus   string
	Platform      string
	UserID        int64
	Nickname      string
	Title         string
	Channel       string
	OutTradeNo    string
	TransactionID string
	PaymentStatus string
	AmountFen     int64 // asked for
	ReceivedFen   int64 // what really came, as booked on suspense
	Outcome       string
	Note          string
	PaidAt        int64
	State         string
	RefundID      int64
	RefundStatus  string
	RefundError   string
	Decision      string
	DecisionNote  string
	DecidedAt     int64
	DecidedBy     string
}

const (
	// What came is what suspense was credited with: the payment row holds what was asked for.
	heldReceived = `COALESCE((SELECT SUM(l.credit_fen) FROM ledger_transactions t JOIN ledger_postings l ON l.transaction_id = t.id
		WHERE t.kind = 'suspense' AND t.ref_kind = 'payment' AND t.ref_id = p.id AND l.account = 'suspense'), 0)`
	heldState = `CASE WHEN d.decision = 'match' THEN 'matched' WHEN d.decision = 'explain' THEN 'explained' WHEN r.status = 'succeeded' THEN 'returned'
		WHEN r.status IN ('approved', 'processing') THEN 'returning' ELSE 'waiting' END`
)

var (
	qHeld = db.Q("commerce/held", `SELECT p.id, p.order_id, o.no AS order_no, o.status AS order_status, o.platform, o.user_id, u.nickname,
		COALESCE((SELECT MIN(i.title) FROM order_items i WHERE i.order_id = o.id), '') AS title,
		p.channel, p.out_trade_no, p.transaction_id, p.status AS payment_status, p.amount_fen, CAST(`+heldReceived+` AS BIGINT) AS received_fen, p.outcome, p.note, p.paid_at, `+heldState+` AS state,
		COALESCE(r.id, 0) AS refund_id, COALESCE(r.status, '') AS refund_status, COALESCE(r.last_error, '') AS refund_error,
		COALESCE(d.decision, '') AS decision, COALESCE(d.note, '') AS decision_note, COALESCE(d.decided_at, 0) AS decided_at,
		COALESCE((SELECT s.name FROM staff s WHERE s.id = d.decided_by), '') AS decided_by
		FROM payments p JOIN orders o ON o.id = p.order_id JOIN users u ON u.id = o.user_id
		LEFT JOIN held_decisions d ON d.payment_id = p.id LEFT JOIN refunds r ON r.payment_id = p.id AND r.order_item_id = 0
		WHERE p.id IN (SELECT x.id FROM payments x WHERE x.outcome IN ('mismatch', 'late', 'duplicate') UNION SELECT y.payment_id FROM held_decisions y)
		AND ($1 = '' OR `+heldState+` = $1) AND (CAST($2 AS BIGINT) = 0 OR p.id < $2) AND (CAST($3 AS BIGINT) = 0 OR p.id = $3)
		AND ($4 = '' OR o.no = $4 OR p.out_trade_no = $4 OR p.transaction_id = $4) ORDER BY p.id DESC LIMIT $5`)
	qHeldReceived = db.Q("commerce/held_received", `SELECT CAST(`+heldReceived+` AS BIGINT) FROM payments p WHERE p.id = $1`)
	qHeldDecide   = db.Q("commerce/held_decide", `INSERT INTO held_decisions (payment_id, decision, note, refund_id, decided_at, decided_by)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	qHeldMatched = db.Q("commerce/held_matched", `UPDATE payments SET status = 'paid', outcome = 'settled' WHERE id = $1 AND status = 'held'`)
)

// HeldFilter narrows the list of held payments.
type HeldFilter struct {
	State string // "" all
	No    string // of the order, of the attempt or of the channel; "" all
}

// HeldPayments lists money without a claim on goods, newest first.
func (s *Service) HeldPayments(ctx context.Context, f HeldFilter, before int64, limit int) ([]Held, error) {
	var rows []Held
	err := s.DB.List(ctx, qHeld, &rows, f.State, before, 0, f.No, limit)
	return rows, err
}

// HeldPayment returns one. Returns ErrHeldGone.
func (s *Service) HeldPayment(ctx context.Context, paymentID int64) (Held, error) {
	return heldPayment(ctx, s.DB, paymentID)
}

func heldPayment(ctx context.Context, r db.Reader, paymentID int64) (Held, error) {
	var h Held
	err := r.Get(ctx, qHeld, &h, "", 0, paymentID, "", 1)
	if errors.Is(err, db.ErrNone) {
		return h, ErrHeldGone
	}
	return h, err
}

// Reason says in plain words why the money is unclaimed.
func (h Held) Reason() string {
	switch {
	case h.Outcome == Duplicate:
		return "同一笔订单付了两次，多付的这笔原路退回。"
	case h.Outcome == Late:
		return "订单关闭以后才到账，原路退回。"
	case h.ReceivedFen != h.AmountFen:
		return fmt.Sprintf("应收 ¥%s，实收 ¥%s，金额对不上。", money.Yuan(h.AmountFen), money.Yuan(h.ReceivedFen))
	case h.Note == "付款人不符":
		return "付款的微信号不是下单时登录的那一个。"
	case h.Note == "AppID 不符":
		return "付款来自另一个小程序或公众号。"
	case h.Note == "商户号不符":
		return "钱进了另一个商户号，这里退不了。"
	case h.Note == "币种不符":
		return "不是人民币付款，这里退不了。"
	}
	return h.Note + "。"
}

// Actions lists what staff may do about h now; the transaction of each decides
// again.
func (h Held) Actions() []string {
	out := []string{}
	if h.State != HeldWaiting {
		return out
	}
	if h.RefundStatus == RefundAbnormal {
		return append(out, "retry")
	}
	if h.PaymentStatus != PaymentHeld || h.Decision != "" {
		return out
	}
	if h.returnable() == nil {
		out = append(out, DecideRefund)
	}
	if h.matchable() == nil {
		out = append(out, DecideMatch)
	}
	return append(out, DecideExplain)
}

// returnable says why the channel cannot be asked to give h back, nil when it can:
// the refund goes through our merchant, in yuan, over the channel we asked for.
func (h Held) returnable() error {
	switch {
	case h.ReceivedFen <= 0:
		return ErrHeldAction.Say("没有收到钱，无款可退")
	case h.Note == "商户号不符", h.Note == "币种不符", strings.HasPrefix(h.Note, "通道不符"):
		return ErrHeldAction.Say("这笔钱不在当前通道的商户号里，请到对应的商户平台退款，再记下说明")
	case h.Platform == "mp_ios":
		return ErrRefundApple
	}
	return nil
}

// matchable says why h cannot pay its order, nil when it can: the whole amount is
// with our merchant and the order still waits for it.
func (h Held) matchable() error {
	switch {
	case h.ReceivedFen != h.AmountFen || h.Note != "付款人不符" && h.Note != "AppID 不符":
		return ErrHeldAction.Say("金额、币种、通道和商户号都一致的款才能对上订单")
	case h.OrderStatus != Pending:
		return ErrHeldAction.Say("订单已不在待支付，不能再对上；可以退回付款人")
	}
	return nil
}

// received is what really came with a payment, in fen.
func (s *Service) received(ctx context.Context, r db.Reader, p Payment) (int64, error) {
	if p.Status != PaymentHeld {
		return p.AmountFen, nil
	}
	var fen int64
	err := r.Get(ctx, qHeldReceived, &fen, p.ID)
	return fen, err
}

// DecideHeld carries out what staff decided about a held payment: DecideRefund
// sends all of it back through the channel, DecideMatch lets it pay its order,
// DecideExplain records the note alone. The first decision stands; the same one
// again changes nothing. Returns ErrHeldGone, ErrHeldDecided, ErrHeldAction,
// ErrRefundApple.
func (s *Service) DecideHeld(ctx context.Context, paymentID int64, decision, note string) (Held, error) {
	note = strings.TrimSpace(note)
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		h, err := heldPayment(ctx, tx, paymentID)
		if err != nil {
			return err
		}
		if h.Decision != "" {
			return h.repeats(decision)
		}
		if h.PaymentStatus != PaymentHeld {
			return ErrHeldAction.Say("这笔款由系统自动退回，不用再处理")
		}
		refundID := int64(0)
		if decision == DecideRefund {
			refundID = id.New()
		}
		n, err := tx.Exec(ctx, qHeldDecide, h.ID, decision, note, refundID, clock.MS(s.Clock), audit.ActorOf(ctx).ID)
		if err != nil {
			return err
		}
		if n == 0 { // another was faster
			if h, err = heldPayment(ctx, tx, paymentID); err != nil {
				return err
			}
			return h.repeats(decision)
		}
		switch decision {
		case DecideRefund:
			err = s.returnHeld(ctx, tx, h, refundID, note)
		case DecideMatch:
			err = s.matchHeld(ctx, tx, h)
		case DecideExplain:
		default:
			err = ErrHeldAction
		}
		if err != nil {
			return err
		}
		if err := s.event(ctx, tx, h.OrderID, "held_"+decision, note); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "held."+decision, fmt.Sprintf("payment:%d", h.ID), h.mark(HeldWaiting), h.mark(decided[decision]), note)
	})
	if err != nil {
		return Held{}, err
	}
	return s.HeldPayment(ctx, paymentID)
}

// repeats is nil when decision is the one that stands already.
func (h Held) repeats(decision string) error {
	if h.Decision == decision {
		return nil
	}
	return ErrHeldDecided
}

var decided = map[string]string{DecideRefund: HeldReturning, DecideMatch: HeldMatched, DecideExplain: HeldExplained}

// mark is what the audit log keeps of a held payment: no name, no payer.
func (h Held) mark(state string) any {
	return map[string]any{"order_no": h.OrderNo, "out_trade_no": h.OutTradeNo, "amount_fen": h.AmountFen, "received_fen": h.ReceivedFen, "status": state}
}

// returnHeld begins the refund of all that came, from suspense.
func (s *Service) returnHeld(ctx context.Context, tx *db.Tx, h Held, refundID int64, note string) error {
	if err := h.returnable(); err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	r := Refund{
		ID: refundID, No: id.Code(), OrderID: h.OrderID, PaymentID: h.ID, UserID: h.UserID, Cause: "staff", AmountFen: h.ReceivedFen,
		Reason: note, Status: RefundApproved, RequestedAt: now, CheckAt: now + 60_000,
	}
	if err := s.insertRefund(ctx, tx, r, "held:"+h.OutTradeNo); err != nil {
		return err
	}
	return s.Jobs.Add(ctx, tx, RefundJob{RefundID: r.ID})
}

// matchHeld lets the payment pay its order: out of suspense into revenue, and the
// goods are opened, as settling would have done.
func (s *Service) matchHeld(ctx context.Context, tx *db.Tx, h Held) error {
	if err := h.matchable(); err != nil {
		return err
	}
	var o Order
	if err := tx.Get(ctx, qOrderLock, &o, h.OrderID); err != nil {
		return err
	}
	g, err := s.goods(ctx, tx, o)
	if err != nil {
		return err
	}
	if o.Status == Pending && g.ownedElsewhere(o) {
		return ErrHeldAction.Say("学员已经用别的订单买下了，请退回付款人")
	}
	matched, err := tx.Exec(ctx, qHeldMatched, h.ID)
	if err != nil {
		return err
	}
	if o.Status != Pending || matched == 0 {
		return ErrHeldAction.Say("订单已不在待支付，不能再对上；可以退回付款人")
	}
	if err := s.pay(ctx, tx, &o, h.AmountFen, h.PaidAt); err != nil {
		return err
	}
	return s.sold(ctx, tx, o, g, h.ID, ledger.Debit(ledger.Suspense, h.AmountFen))
}

// CheckRefund asks the channel about a refund that is on its way, now instead of
// at the next sweep. What the channel has against it is on the refund. Returns
// ErrRefundGone, ErrChannel.
func (s *Service) CheckRefund(ctx context.Context, refundID int64) (RefundRow, error) {
	if _, err := s.RefundByID(ctx, refundID); err != nil {
		return RefundRow{}, err
	}
	err := s.PushRefund(ctx, refundID)
	var t *pay.Trouble
	if err != nil && !errors.As(err, &t) {
		return RefundRow{}, err
	}
	return s.RefundByID(ctx, refundID)
}
