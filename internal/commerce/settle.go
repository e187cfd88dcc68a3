package commerce

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
)

// Notice is a verified message of a channel, to be kept before it is answered.
type Notice struct {
	Channel string
	pay.Notice
}

// Receive keeps a channel's message and acts on it, in one transaction; only when
// it returns nil may the channel be told OK (INV-14). A repeat changes nothing.
// What cannot be acted on (an unknown number) is kept for a person.
func (s *Service) Receive(ctx context.Context, n Notice) error {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.keep(ctx, tx, n, ""); err != nil {
			return err
		}
		return s.act(ctx, tx, n.Notice)
	})
	if !errors.Is(err, ErrPaymentGone) && !errors.Is(err, ErrRefundGone) && !errors.Is(err, ErrTransferGone) {
		return err
	}
	s.Log.Warn("payment notice without a row of ours", "channel", n.Channel, "event", n.EventType)
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.keep(ctx, tx, n, "没有对应的单号") })
}

// keep puts a message into the inbox; note says why nothing was done about it.
func (s *Service) keep(ctx context.Context, tx *db.Tx, n Notice, note string) error {
	return tx.Later(ctx, qInboxInsert, id.New(), n.Channel, n.EventID, n.EventType, s.Box.Seal("inbox", n.Raw), clock.MS(s.Clock), note, n.number())
}

// number is the payment attempt or refund that a message is about, "" for none.
func (n Notice) number() string {
	switch {
	case n.Pay != nil:
		return n.Pay.OutTradeNo
	case n.Refund != nil && n.Refund.OutRefundNo != "":
		return n.Refund.OutRefundNo
	case n.Refund != nil:
		return n.Refund.OutTradeNo
	}
	return ""
}

func (s *Service) act(ctx context.Context, tx *db.Tx, n pay.Notice) error {
	switch {
	case n.Pay != nil:
		return s.settle(ctx, tx, *n.Pay)
	case n.Refund != nil:
		return s.applyRefund(ctx, tx, *n.Refund)
	case n.Transfer != nil && s.onTransfer != nil:
		return s.onTransfer(ctx, tx, *n.Transfer)
	case n.Contract != nil && s.onContract != nil:
		return s.onContract(ctx, tx, *n.Contract)
	}
	return nil // an event that this shop does not use; kept all the same
}

// Settle acts on a receipt, whoever brought it: notification, query or bill. It is
// idempotent. Returns ErrPaymentGone for a number that is not ours.
func (s *Service) Settle(ctx context.Context, r pay.Receipt) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.settle(ctx, tx, r) })
}

func (s *Service) settle(ctx context.Context, tx *db.Tx, r pay.Receipt) error {
	// Attempt and order are locked together, so what is read here stays true.
	var payments []Payment
	var orders []Order
	if err := tx.All(ctx, db.Rows(qPaymentLockByNo, &payments, r.OutTradeNo), db.Rows(qOrderLockByNo, &orders, r.OutTradeNo)); err != nil {
		return err
	}
	if len(payments) == 0 {
		return ErrPaymentGone
	}
	p, o := payments[0], orders[0]
	if r.State != pay.StateSuccess {
		return nil // a payment only becomes paid here; other states are the reconciler's
	}
	now := clock.MS(s.Clock)
	paidAt := now
	if !r.PaidAt.IsZero() {
		paidAt = r.PaidAt.UnixMilli()
	}
	if note := mismatch(p, r); note != "" {
		return s.suspend(ctx, tx, p, r, paidAt, note)
	}
	if p.Status != PaymentCreated && p.Status != PaymentClosed {
		return nil // already settled
	}
	if err := tx.Sure(ctx, qPaymentPaid, p.ID, r.TransactionID, paidAt, Settled, r.PayerOpenID); err != nil {
		return err
	}
	if o.Status != Pending {
		return s.giveBack(ctx, tx, o, p, now, "")
	}
	g, err := s.goods(ctx, tx, o)
	if err != nil {
		return err
	}
	why := ""
	if o.Auto && s.unwanted != nil {
		if why, err = s.unwanted(ctx, tx, o); err != nil {
			return err
		}
	}
	if why == "" {
		if why, err = s.refused(ctx, tx, o); err != nil {
			return err
		}
	}
	if why != "" || g.ownedElsewhere(o) {
		return s.giveBack(ctx, tx, o, p, now, why)
	}
	if err := s.pay(ctx, tx, &o, p.AmountFen, paidAt); err != nil {
		return err
	}
	return s.sold(ctx, tx, o, g, p.ID, ledger.Debit(ledger.Clearing(p.Channel), p.AmountFen))
}

// pay makes a pending order paid, and delivered where no group must fill up first.
// Returns db.ErrLost when it is not pending any more.
func (s *Service) pay(ctx context.Context, tx *db.Tx, o *Order, fen, at int64) error {
	o.Status, o.PaidFen, o.PaidAt = Paid, fen, at
	if o.GroupID == 0 {
		o.DeliveredAt = clock.MS(s.Clock)
	}
	return tx.Sure(ctx, qOrderPaid, o.ID, fen, at, o.DeliveredAt)
}

// mismatch says how a receipt differs from what we asked for (INV-7).
func mismatch(p Payment, r pay.Receipt) string {
	switch {
	case string(r.Channel) != p.Channel:
		return fmt.Sprintf("通道不符：%s", r.Channel)
	case r.AmountFen != p.AmountFen:
		return fmt.Sprintf("金额不符：应收 %d 分，实收 %d 分", p.AmountFen, r.AmountFen)
	case r.Currency != "CNY":
		return "币种不符"
	case r.MchID != p.MchID:
		return "商户号不符"
	case r.AppID != p.AppID:
		return "AppID 不符"
	case p.PayerOpenID != "" && r.PayerOpenID != "" && r.PayerOpenID != p.PayerOpenID:
		return "付款人不符"
	}
	return ""
}

// suspend books money that is not what we asked for and grants nothing.
func (s *Service) suspend(ctx context.Context, tx *db.Tx, p Payment, r pay.Receipt, paidAt int64, note string) error {
	n, err := tx.Exec(ctx, qPaymentHeld, p.ID, r.TransactionID, paidAt, note)
	if err != nil || n == 0 {
		return err
	}
	s.Log.Error("payment held for a person", "payment", p.ID, "order", p.OrderID)
	if err := s.event(ctx, tx, p.OrderID, "payment_held", note); err != nil {
		return err
	}
	if r.AmountFen <= 0 {
		return nil
	}
	err = ledger.Post(ctx, tx, ledger.Entry{
		Kind: "suspense", RefKind: "payment", RefID: p.ID, OrderID: p.OrderID, At: clock.MS(s.Clock),
		Lines: []ledger.Line{ledger.Debit(ledger.Clearing(p.Channel), r.AmountFen), ledger.Credit(ledger.Suspense, r.AmountFen)},
	})
	return err
}

// goods is what an order is for: its lines, what it holds, and what each line
// opens beside what the buyer has of that.
type goods struct {
	items []Item
	holds []hold
	had   map[int64][]access.Had // by SKU
}

func (s *Service) goods(ctx context.Context, tx *db.Tx, o Order) (goods, error) {
	lines := o.Frozen().Items
	g := goods{had: map[int64][]access.Had{}}
	rows := make([][]access.Opening, len(lines))
	asks := []db.Ask{db.Rows(qItemsPlain, &g.items, o.ID), db.Rows(qHoldsOf, &g.holds, o.ID)}
	for i, it := range lines {
		asks = append(asks, s.Access.AskOpens(&rows[i], o.UserID, it.SKUID))
	}
	err := tx.All(ctx, asks...)
	for i, it := range lines {
		g.had[it.SKUID] = s.Access.Opens(rows[i])
	}
	return g, err
}

// ownedElsewhere reports whether everything the order is for was bought for good
// through another order in the meantime.
func (g goods) ownedElsewhere(o Order) bool {
	return !o.Gift && !slices.ContainsFunc(g.items, func(it Item) bool {
		return it.Kind == catalog.KindService || it.Kind == catalog.KindMembership || !allForever(g.had[it.SKUID])
	})
}

// sold books the sale, whose money comes from an account, and opens what was bought.
func (s *Service) sold(ctx context.Context, tx *db.Tx, o Order, g goods, paymentID int64, from ledger.Line) error {
	sums := map[string]int64{}
	for _, it := range o.Frozen().Items {
		bookedQuote(o, it).sale(sums)
	}
	lines := append([]ledger.Line{from}, postings(sums)...)
	if err := ledger.Post(ctx, tx, ledger.Entry{Kind: "settle", RefKind: "payment", RefID: paymentID, OrderID: o.ID, At: clock.MS(s.Clock), Lines: lines}); err != nil {
		return err
	}
	return s.fulfil(ctx, tx, o, g)
}

// fulfil does what being paid means: what was held is sold, the goods are opened
// or the group is joined, and who else wants to know is told.
func (s *Service) fulfil(ctx context.Context, tx *db.Tx, o Order, g goods) error {
	if err := s.sell(ctx, tx, g.holds); err != nil {
		return err
	}
	q := o.Frozen()
	if q.Points > 0 {
		if err := s.Points.Spend(ctx, tx, o.ID); err != nil {
			return err
		}
	}
	if q.uses(price.Bargain) {
		if err := tx.Later(ctx, qBargainBought, o.ID); err != nil {
			return err
		}
	}
	for _, f := range s.onPaid {
		if err := f(ctx, tx, o); err != nil {
			return err
		}
	}
	if o.GroupID > 0 {
		return s.joined(ctx, tx, o)
	}
	return s.open(ctx, tx, o, g)
}

// deliver opens what a member of a group that filled up has bought; once.
func (s *Service) deliver(ctx context.Context, tx *db.Tx, o Order) error {
	n, err := tx.Exec(ctx, qOrderDelivered, o.ID, clock.MS(s.Clock))
	if err != nil || n == 0 {
		return err
	}
	g, err := s.goods(ctx, tx, o)
	if err != nil {
		return err
	}
	return s.open(ctx, tx, o, g)
}

// open opens every line of a paid order, or makes its gifts.
func (s *Service) open(ctx context.Context, tx *db.Tx, o Order, g goods) (err error) {
	if err := s.earnPoints(ctx, tx, o); err != nil {
		return err
	}
	var carried int64
	if o.Frozen().uses(price.Upgrade) {
		if carried, err = s.useCredits(ctx, tx, o); err != nil {
			return err
		}
	}
	for _, it := range g.items {
		if o.Gift {
			err = s.wrap(ctx, tx, o, it)
		} else {
			err = s.grantTo(ctx, tx, o.UserID, it, access.OrderItem(it.ID), g.had[it.SKUID])
		}
		if err == nil {
			err = s.plan(ctx, tx, o, it, carried)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// giveBack handles money for an order that is closed, paid already or no longer
// needed (why says so of a renewal): booked to suspense and refunded by a job, in this same transaction.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, o Order, p Payment, now int64, why string) error {
	outcome, reason := Duplicate, "重复支付，原路退回"
	if o.Status == Closed {
		outcome, reason = Late, "订单已关闭后到账，原路退回"
	}
	if why != "" {
		outcome, reason = Late, why
	}
	if o.Status == Pending { // bought through another order: nothing is left to sell
		if err := s.closed(ctx, tx, o.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qPaymentOutcome, p.ID, outcome); err != nil {
		return err
	}
	if err := ledger.Post(ctx, tx, ledger.Entry{
		Kind: "suspense", RefKind: "payment", RefID: p.ID, OrderID: o.ID, At: now,
		Lines: []ledger.Line{ledger.Debit(ledger.Clearing(p.Channel), p.AmountFen), ledger.Credit(ledger.Suspense, p.AmountFen)},
	}); err != nil {
		return err
	}
	if err := s.event(ctx, tx, o.ID, "payment_"+outcome, reason); err != nil {
		return err
	}
	r := Refund{
		ID: id.New(), No: id.Code(), OrderID: o.ID, PaymentID: p.ID, UserID: o.UserID, Cause: outcome, AmountFen: p.AmountFen,
		Reason: reason, Status: RefundApproved, RequestedAt: now, CheckAt: now + 60_000,
	}
	if err := s.insertRefund(ctx, tx, r, "auto:"+p.OutTradeNo); err != nil {
		return err
	}
	return s.Jobs.Add(ctx, tx, RefundJob{RefundID: r.ID})
}
