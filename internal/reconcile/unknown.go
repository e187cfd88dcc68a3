package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// unknown is the kind of the ledger's entry for money that moved under a number which
// is not ours.
const unknown = "unknown"

// strange reports that neither a payment nor a refund of ours has the line's number.
func (l Line) strange() bool {
	return l.Result == MissingOurs && l.Nth == 0 && l.PaymentID == 0 && l.RefundID == 0
}

// Book puts money that moved under an unknown number onto suspense, so that our books
// hold what the channel holds (INV-45): after a restored backup the orders made since
// then are gone, their money is not. It opens nothing; giving the money back at the
// channel makes a line of its own, to be booked the other way. The channel is asked
// first where it answers about a number alone. Returns ErrLineGone, ErrSolved,
// ErrUnrepairable with the reason, and the pay errors.
func (s *Service) Book(ctx context.Context, lineID int64, reason string) (Line, error) {
	l, err := s.line(ctx, s.DB, lineID)
	switch {
	case err != nil:
		return l, err
	case l.Resolution != "":
		return l, ErrSolved
	case !l.strange():
		return l, ErrUnrepairable.Say("只有这里没有的单号才能记入待查款")
	}
	if err := s.witness(ctx, l); err != nil {
		return l, err
	}
	note := fmt.Sprintf("已把 ¥%s 记入待查款", money.Yuan(l.TheirsFen))
	return s.solve(ctx, l, reason, note, func(ctx context.Context, tx *db.Tx, l *Line, m *mine) (string, error) {
		if m != nil {
			return "", ErrUnrepairable.Say("这个单号刚刚出现在账上，请刷新后修复")
		}
		booked, err := ledger.LinesOf(ctx, tx, unknown, "bill_line", l.ID)
		if err != nil || len(booked) > 0 {
			return Explained, err
		}
		at, held := ledger.Debit(ledger.Clearing(cmp.Or(l.Channel, l.Source)), l.TheirsFen), ledger.Credit(ledger.Suspense, l.TheirsFen)
		if l.Kind == pay.BillRefund {
			at, held = ledger.Credit(at.Account, l.TheirsFen), ledger.Debit(ledger.Suspense, l.TheirsFen)
		}
		return Explained, ledger.Post(ctx, tx, ledger.Entry{Kind: unknown, RefKind: "bill_line", RefID: l.ID, At: clock.MS(s.Clock), Lines: []ledger.Line{at, held}})
	})
}

// witness asks the channel whether the money really moved. Virtual payment answers
// about a payer's orders alone: its bill is all there is.
func (s *Service) witness(ctx context.Context, l Line) error {
	if l.Source == string(pay.SourceVirtual) {
		return nil
	}
	provider, _, err := s.Channels.Provider(ctx, cmp.Or(pay.Channel(l.Channel), pay.Sources[pay.Source(l.Source)][0]))
	if err != nil {
		return err
	}
	var fen int64
	var moved bool
	if l.Kind == pay.BillTrade {
		r, asked := provider.Query(ctx, l.OutTradeNo, "")
		fen, moved, err = r.AmountFen, r.State == pay.StateSuccess || r.State == pay.StateRefund, asked
	} else {
		r, asked := provider.QueryRefund(ctx, l.Number, l.OutTradeNo, "")
		fen, moved, err = cmp.Or(r.AmountFen, l.TheirsFen), r.State == pay.RefundSuccess, asked
	}
	switch {
	case err != nil && !errors.Is(err, pay.ErrNotFound):
		return err
	case err != nil || !moved:
		return ErrUnrepairable.Say("通道查不到这笔钱，账单与通道不一致。请稍后重新核对这一天；若账单仍有它，请联系通道并记下说明")
	case fen != l.TheirsFen:
		return ErrUnrepairable.Say(fmt.Sprintf("通道查询为 ¥%s，账单写 ¥%s。请联系通道，再记下说明", money.Yuan(fen), money.Yuan(l.TheirsFen)))
	}
	return nil
}
