package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// What staff may do about a difference.
const (
	DoRepair  = "repair"
	DoExplain = "explain"
	DoBook    = "book" // see Book
)

// Advice says in plain words what a difference means and what repairing would do.
func (l Line) Advice() string {
	what := map[string]string{pay.BillTrade: "收款", pay.BillRefund: "退款"}[l.Kind]
	switch l.Result {
	case MissingOurs:
		if l.Nth > 0 {
			return "同一个单号在账单里出现了两次。修复会重新向通道核对。"
		}
		if l.Kind == pay.BillRefund {
			return "账单里有这笔退款，账上没有：可能是在商户平台上手工退的。修复会向通道查证后补记，并收回相应的内容。"
		}
		return "账单里有这笔收款，这里没有这个单号。修复会向通道查证。"
	case MissingTheirs:
		return "账上有这笔" + what + "，账单里没有。修复会向通道查证。"
	case AmountDiffers:
		return fmt.Sprintf("账单写 ¥%s，账上是 ¥%s。修复会向通道查证以哪个为准。", money.Yuan(l.TheirsFen), money.Yuan(l.OursFen))
	case StateDiffers:
		return "账单与账上的" + what + "状态不同。修复会向通道查证，并按查到的结果入账。"
	}
	return ""
}

// Actions lists what staff may do about l now.
func (l Line) Actions() []string {
	if l.Result == Matched || l.Resolution != "" {
		return []string{}
	}
	if l.strange() {
		return []string{DoRepair, DoBook, DoExplain}
	}
	return []string{DoRepair, DoExplain}
}

func (s *Service) line(ctx context.Context, r db.Reader, lineID int64) (Line, error) {
	var l Line
	err := r.Get(ctx, qLine, &l, lineID)
	if errors.Is(err, db.ErrNone) {
		return l, ErrLineGone
	}
	return l, err
}

// Repair asks the channel about a difference and brings our books to its answer,
// through Settle and the refunds; when the channel confirms our books, the bill was
// wrong. Repeating it after success changes nothing. Returns ErrLineGone, ErrSolved,
// ErrUnrepairable with the reason, and the pay errors.
func (s *Service) Repair(ctx context.Context, lineID int64, reason string) (Line, error) {
	l, err := s.line(ctx, s.DB, lineID)
	switch {
	case err != nil:
		return l, err
	case l.Resolution == Repaired || l.Resolution == Confirmed:
		return l, nil
	case l.Result == Matched || l.Resolution != "":
		return l, ErrSolved
	}
	note, err := s.ask(ctx, l, reason)
	if err != nil {
		return l, err
	}
	return s.solve(ctx, l, reason, note, func(_ context.Context, _ *db.Tx, l *Line, m *mine) (string, error) {
		if l.InBill && l.Nth == 0 && judge(l.Kind, l.TheirsState, l.TheirsFen, m) == Matched {
			l.Result = Matched
			l.ours(m)
			return Repaired, nil
		}
		if note == "" {
			return "", ErrUnrepairable.Say("已向通道核对，但账上仍与账单不同。请到商户平台查清楚，再记下说明")
		}
		return Confirmed, nil
	})
}

// Explain records how a person dealt with a difference elsewhere. Returns
// ErrLineGone, ErrSolved.
func (s *Service) Explain(ctx context.Context, lineID int64, reason string) (Line, error) {
	l, err := s.line(ctx, s.DB, lineID)
	switch {
	case err != nil:
		return l, err
	case l.Resolution == Explained && l.Reason == strings.TrimSpace(reason):
		return l, nil
	case l.Result == Matched || l.Resolution != "":
		return l, ErrSolved
	}
	return s.solve(ctx, l, reason, "", func(context.Context, *db.Tx, *Line, *mine) (string, error) { return Explained, nil })
}

// solve writes the end of a difference, with what our books say now, once.
func (s *Service) solve(ctx context.Context, l Line, reason, note string, decide func(context.Context, *db.Tx, *Line, *mine) (string, error)) (Line, error) {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, have, err := find(ctx, tx, l.Source, l.Kind, l.Number, l.OutTradeNo)
		if err != nil {
			return err
		}
		m := &found
		if !have {
			m = nil
		}
		after := l
		if after.Resolution, err = decide(ctx, tx, &after, m); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qLineDone, l.ID, after.Result, after.Channel, after.PaymentID, after.RefundID, after.OursFen, after.OursState, after.Resolution,
			strings.TrimSpace(reason), note, clock.MS(s.Clock), audit.ActorOf(ctx).ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrSolved
		}
		what := map[string]string{Explained: "bill.explain"}[after.Resolution]
		if what == "" {
			what = "bill.repair"
		}
		return audit.Write(ctx, tx, s.Clock, what, fmt.Sprintf("bill_line:%d", l.ID), l.mark(), after.mark(), reason)
	})
	if err != nil {
		return l, err
	}
	return s.line(ctx, s.DB, l.ID)
}

// mark is what the audit log keeps of a line.
func (l Line) mark() any {
	return map[string]any{
		"source": l.Source, "day": l.Day, "kind": l.Kind, "number": l.Number, "result": l.Result, "theirs_fen": l.TheirsFen, "ours_fen": l.OursFen,
		"theirs_state": l.TheirsState, "ours_state": l.OursState, "resolution": l.Resolution,
	}
}

// ask asks the channel about a line and lets commerce act on the answer. A note
// means that the channel confirmed our books.
func (s *Service) ask(ctx context.Context, l Line, reason string) (note string, err error) {
	if l.Nth > 0 {
		return "", ErrUnrepairable.Say("同一个单号在账单里出现了两次，通道只会有一笔。请稍后重新核对这一天；若仍有两行，请联系通道并记下说明")
	}
	channel := pay.Channel(l.Channel)
	if channel == "" {
		channel = pay.Sources[pay.Source(l.Source)][0]
	}
	var payment mine
	openID := ""
	switch err := s.DB.Get(ctx, qTrade, &payment, l.OutTradeNo); {
	case err == nil:
		openID, channel = payment.PayerOpenID, pay.Channel(payment.Channel)
	case !errors.Is(err, db.ErrNone):
		return "", err
	case l.Source == string(pay.SourceVirtual):
		// Virtual payment answers about a payer's orders only.
		return "", ErrUnrepairable.Say("这里没有这个单号，虚拟支付不知道付款人就查不了它：可能是别的系统收的款，或恢复备份前的订单。请到虚拟支付后台核对，属于本店的记入待查款")
	}
	provider, _, err := s.Channels.Provider(ctx, channel)
	if err != nil {
		return "", err
	}
	if l.Kind == pay.BillTrade {
		return s.askTrade(ctx, l, provider, openID)
	}
	return s.askRefund(ctx, l, provider, openID, reason)
}

func (s *Service) askTrade(ctx context.Context, l Line, provider pay.Provider, openID string) (string, error) {
	r, err := provider.Query(ctx, l.OutTradeNo, openID)
	if err != nil && !errors.Is(err, pay.ErrNotFound) {
		return "", err
	}
	came := err == nil && (r.State == pay.StateSuccess || r.State == pay.StateRefund)
	booked := l.OursState == commerce.PaymentPaid || l.OursState == commerce.PaymentHeld
	switch {
	case booked && came && r.AmountFen == l.OursFen:
		return fmt.Sprintf("通道查询：已收 ¥%s，与账上一致，账单有误", money.Yuan(r.AmountFen)), nil
	case booked && came:
		return "", ErrUnrepairable.Say(fmt.Sprintf("通道查询为 ¥%s，账上已按 ¥%s 入账并交付，不能改账。请到商户平台查清差额，退补后记下说明", money.Yuan(r.AmountFen), money.Yuan(l.OursFen)))
	case booked:
		return "", ErrUnrepairable.Say("通道说没有收到这笔钱，而账上已入账并交付。请先到商户平台核实；确认没有收款的，请联系学员补款或收回内容，再记下说明")
	case !came:
		return "", ErrUnrepairable.Say("通道查不到这笔收款，账单与通道不一致。请稍后重新核对这一天；若账单仍有它，请联系通道并记下说明")
	case r.State == pay.StateRefund:
		return "", ErrUnrepairable.Say("这笔钱在通道里已经发起退款，没有可以入账的款。请到商户平台核对退款，再记下说明")
	}
	err = s.Commerce.Settle(ctx, r)
	if errors.Is(err, commerce.ErrPaymentGone) {
		return "", ErrUnrepairable.Say(fmt.Sprintf("通道确实收到 ¥%s，但这里没有这个单号：可能是别的系统收的款，或恢复备份前的订单。请到商户平台核对：该退的退掉，并把这笔钱记入待查款", money.Yuan(r.AmountFen)))
	}
	return "", err
}

func (s *Service) askRefund(ctx context.Context, l Line, provider pay.Provider, openID, reason string) (string, error) {
	switch l.OursState {
	case commerce.RefundApproved, commerce.RefundProcessing:
		_, err := s.Commerce.CheckRefund(ctx, l.RefundID)
		return "", err
	case commerce.RefundAbnormal:
		return "", s.Commerce.RetryRefund(ctx, l.RefundID, reason)
	}
	r, err := provider.QueryRefund(ctx, l.Number, l.OutTradeNo, openID)
	if err != nil && !errors.Is(err, pay.ErrNotFound) {
		return "", err
	}
	back := err == nil && r.State == pay.RefundSuccess
	switch {
	case l.OursState == commerce.RefundSucceeded && back && (r.AmountFen == 0 || r.AmountFen == l.OursFen):
		return fmt.Sprintf("通道查询：已退 ¥%s，与账上一致，账单有误", money.Yuan(l.OursFen)), nil
	case l.OursState == commerce.RefundSucceeded && back:
		return "", ErrUnrepairable.Say(fmt.Sprintf("通道查询退了 ¥%s，账上记了 ¥%s，不能改账。请到商户平台查清差额，再记下说明", money.Yuan(r.AmountFen), money.Yuan(l.OursFen)))
	case l.OursState == commerce.RefundSucceeded:
		return "", ErrUnrepairable.Say("通道说这笔退款没有退成，而账上已记为退款。请到商户平台核实并退给学员，再记下说明")
	case !back:
		return "", ErrUnrepairable.Say("通道查不到这笔退款，或还没有退成。请稍后重新核对这一天；若账单仍有它，请联系通道并记下说明")
	}
	if r.OutTradeNo == "" {
		r.OutTradeNo = l.OutTradeNo
	}
	if r.AmountFen == 0 {
		r.AmountFen = l.TheirsFen
	}
	err = s.Commerce.SettleRefund(ctx, r)
	if errors.Is(err, commerce.ErrRefundGone) {
		return "", ErrUnrepairable.Say("退款对应的收款单号不在这里：可能是别的系统的退款，或恢复备份前的订单。请到商户平台核对，属于本店的记入待查款")
	}
	return "", err
}
