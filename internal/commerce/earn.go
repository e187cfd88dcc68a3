package commerce

import (
	"context"
	"errors"
	"fmt"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
)

// What is paid for a time to come is a debt to the buyer until that time has
// passed: it stands on deferred:<kind> and is earned day by day onto
// revenue:<kind>. What is given back comes out of what is not earned first.

var (
	qScheduleAdd = db.Q("commerce/schedule_add", `INSERT INTO revenue_schedules (order_item_id, order_id, kind, total_fen, starts_at, until_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qSchedule    = db.Q("commerce/schedule", `SELECT order_item_id, order_id, kind, total_fen, earned_fen, returned_fen, undone_fen, starts_at, until_at, due_at FROM revenue_schedules WHERE order_item_id = $1 /*for_update*/`)
	qScheduleDue = db.Q("commerce/schedules_due", `SELECT order_item_id FROM revenue_schedules WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT 500`)
	qEarn        = db.Q("commerce/schedule_earn", `UPDATE revenue_schedules SET earned_fen = $3, due_at = $4 WHERE order_item_id = $1 AND earned_fen = $2`)
	qUndone      = db.Q("commerce/schedule_undo", `UPDATE revenue_schedules SET undone_fen = undone_fen + $2 WHERE order_item_id = $1`)
	qUnearn      = db.Q("commerce/schedule_return", `UPDATE revenue_schedules SET returned_fen = returned_fen + $2 WHERE order_item_id = $1 AND earned_fen + returned_fen + $2 <= total_fen`)
)

// A gift's line has one schedule, and its received copies each their own time.
var (
	qGiftSpans      = db.Q("commerce/gift_spans", `SELECT price_fen, starts_at, until_at FROM gifts WHERE order_item_id = $1 AND state = 'received' AND until_at > 0`)
	qGiftBegin      = db.Q("commerce/gift_begin", `UPDATE gifts SET starts_at = $2, until_at = $3 WHERE id = $1 AND until_at = 0`)
	qScheduleSooner = db.Q("commerce/schedule_sooner", `UPDATE revenue_schedules SET due_at = $2 WHERE order_item_id = $1 AND (due_at = 0 OR due_at > $2)`)
)

type schedule struct {
	OrderItemID int64
	OrderID     int64
	Kind        string
	TotalFen    int64
	EarnedFen   int64
	ReturnedFen int64
	UndoneFen   int64 // given back after it had been earned
	StartsAt    int64
	UntilAt     int64
	DueAt       int64
}

// deferred reports that a line is earned after it is paid: over the time for which it
// opens something to the buyer, or to who receives it as a gift; when a service is done;
// when a deposit is lost.
func deferred(rule int64, gift bool, kind string, p catalog.Period) bool {
	switch kind {
	case catalog.KindService:
		return rule >= bookServices
	case catalog.KindDeposit:
		return true
	}
	return !p.Forever() && (!gift || rule >= bookGifts)
}

// plan writes down over which time a line is earned, once it is opened: its price
// and what was carried over to it from lower memberships.
func (s *Service) plan(ctx context.Context, tx *db.Tx, o Order, it Item, carried int64) error {
	if it.Kind == catalog.KindService {
		return s.awaitService(ctx, tx, o, it)
	}
	if it.Kind == catalog.KindDeposit {
		return s.await(ctx, tx, o, it)
	}
	if it.PriceFen == 0 || !deferred(o.BookRule, o.Gift, it.Kind, it.Period()) {
		return nil
	}
	if o.Gift { // nothing falls due before somebody receives a copy
		now := clock.MS(s.Clock)
		_, err := tx.Exec(ctx, qScheduleAdd, it.ID, o.ID, it.Kind, it.PriceFen, now, now+1, 0)
		return err
	}
	from, until, err := s.Access.Span(ctx, tx, access.OrderItem(it.ID))
	if err != nil {
		return err
	}
	if until <= from {
		return fmt.Errorf("commerce: line %d opens nothing in time", it.ID)
	}
	_, err = tx.Exec(ctx, qScheduleAdd, it.ID, o.ID, it.Kind, it.PriceFen+carried, from, until, min(until, from+day))
	return err
}

// Earn books what has been earned since the last time; it runs each hour and may
// run twice.
func (s *Service) Earn(ctx context.Context) error {
	now := clock.MS(s.Clock)
	for {
		var due []int64
		if err := s.DB.List(ctx, qScheduleDue, &due, now); err != nil || len(due) == 0 {
			return err
		}
		for _, itemID := range due {
			if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.earn(ctx, tx, itemID, now) }); err != nil {
				return err
			}
		}
	}
}

// span is a part of a line's price and the time over which it is earned.
type span struct {
	PriceFen int64
	StartsAt int64
	UntilAt  int64
}

// earned is what has been earned of a span by whole days, how many those are, and when
// the next one is over; 0: nothing is left.
func (p span) earned(now int64) (fen, passed, next int64) {
	days := (p.UntilAt - p.StartsAt + day - 1) / day
	passed = min(max(now-p.StartsAt, 0)/day, days)
	if now >= p.UntilAt {
		passed = days
	}
	if passed == days {
		return p.PriceFen, passed, 0
	}
	return p.PriceFen * passed / days, passed, min(p.UntilAt, p.StartsAt+(passed+1)*day)
}

// earnedOf is what has been earned of several spans, and when the next day of one is over.
func earnedOf(spans []span, now int64) (fen, next int64) {
	for _, p := range spans {
		earned, _, due := p.earned(now)
		fen += earned
		if due > 0 && (next == 0 || due < next) {
			next = due
		}
	}
	return fen, next
}

// begin writes down over which time a copy of a gift is earned, which somebody has
// received: the time for which it is open to them. Copies of orders that are earned
// when they are paid have no schedule and change nothing.
func (s *Service) begin(ctx context.Context, tx *db.Tx, g Gift) error {
	var sc schedule
	err := tx.Get(ctx, qSchedule, &sc, g.OrderItemID)
	if errors.Is(err, db.ErrNone) || err == nil && sc.Kind == catalog.KindService {
		return nil
	}
	if err != nil {
		return err
	}
	from, until, err := s.Access.Span(ctx, tx, access.Gift(g.ID))
	if err != nil {
		return err
	}
	if until <= from {
		return fmt.Errorf("commerce: gift %d opens nothing in time", g.ID)
	}
	if _, err := tx.Exec(ctx, qGiftBegin, g.ID, from, until); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qScheduleSooner, g.OrderItemID, min(until, from+day))
	return err
}

func (s *Service) earn(ctx context.Context, tx *db.Tx, itemID, now int64) error {
	var sc schedule
	if err := tx.Get(ctx, qSchedule, &sc, itemID); err != nil {
		return err
	}
	if sc.DueAt == 0 || sc.DueAt > now {
		return nil // done elsewhere in the meantime
	}
	var copies []span
	if err := tx.List(ctx, qGiftSpans, &copies, itemID); err != nil {
		return err
	}
	earned, passed, next := span{sc.TotalFen, sc.StartsAt, sc.UntilAt}.earned(now)
	kind := fmt.Sprintf("earn:%d", passed)
	if len(copies) > 0 { // nothing of a gift falls due before one of its copies is received
		earned, next = earnedOf(copies, now)
		kind = fmt.Sprintf("earn:gift:%d", min(earned, sc.TotalFen-sc.ReturnedFen))
	}
	if earned = min(earned, sc.TotalFen-sc.ReturnedFen); earned == sc.TotalFen-sc.ReturnedFen {
		next = 0
	}
	n, err := tx.Exec(ctx, qEarn, itemID, sc.EarnedFen, max(earned, sc.EarnedFen), next)
	if err != nil || n == 0 || earned <= sc.EarnedFen {
		return err
	}
	b, err := bookedItem(ctx, tx, itemID)
	if err != nil {
		return err
	}
	sums := map[string]int64{ledger.Deferred(sc.Kind): sc.EarnedFen - earned}
	b.move(sums, sc.EarnedFen-sc.UndoneFen, earned-sc.UndoneFen)
	err = ledger.Post(ctx, tx, ledger.Entry{Kind: kind, RefKind: "order_item", RefID: itemID, OrderID: sc.OrderID, At: now, Lines: postings(sums)})
	return err
}

// unearn says where a refund of a line comes from: what is not earned yet first,
// then what was earned and is still kept.
func (s *Service) unearn(ctx context.Context, tx *db.Tx, r Refund) ([]ledger.Line, error) {
	b, err := bookedItem(ctx, tx, r.OrderItemID)
	if err != nil {
		return nil, err
	}
	var back int64 // booked before this one
	if err := tx.Get(ctx, qBookedBack, &back, r.OrderItemID, r.ID); err != nil {
		return nil, err
	}
	sums := map[string]int64{}
	kept := b.payFen - back
	owed := int64(0)
	if b.deferred {
		var sc schedule
		err := tx.Get(ctx, qSchedule, &sc, r.OrderItemID)
		switch {
		case errors.Is(err, db.ErrNone): // never opened: nothing was earned
			owed = r.AmountFen
		case err != nil:
			return nil, err
		default:
			// Below zero it falls when an upgrade carried this line's money away, was earned
			// there, and all went back: what is kept too little here is kept there.
			kept = sc.EarnedFen - sc.UndoneFen
			owed = min(r.AmountFen, sc.TotalFen-sc.EarnedFen-sc.ReturnedFen)
		}
		if owed > 0 && err == nil {
			n, err := tx.Exec(ctx, qUnearn, r.OrderItemID, owed)
			if err != nil {
				return nil, err
			}
			if n == 0 {
				return nil, fmt.Errorf("commerce: more of line %d comes back than is left", r.OrderItemID)
			}
		}
		sums[ledger.Deferred(b.kind)] -= owed
	}
	if earned := r.AmountFen - owed; earned > 0 {
		if b.deferred {
			if _, err := tx.Exec(ctx, qUndone, r.OrderItemID, earned); err != nil {
				return nil, err
			}
		}
		b.move(sums, kept, kept-earned)
	}
	return postings(sums), nil
}
