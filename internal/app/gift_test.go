package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
)

// What is given away for a time is owed until somebody receives it, and earned over
// that person's time; a copy that nobody received goes back out of what is owed (INV-4).
func TestINV4GiftForATimeIsEarnedOverIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "三十天", PriceFen: 3000, PeriodDays: 30})
		giver, ann, bob := w.learner("13800138861", nil), w.learner("13800138862", nil), w.learner("13800138863", nil)
		no := giver.paid(giver.quoted(map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 3}}, "gift": true}), "gift-month")
		earned := func() int64 { return w.credit(ledger.Revenue("membership")) + w.credit(ledger.Tax(600)) }
		owes := func(owed, kept int64, when string) {
			t.Helper()
			w.ok(w.app.Commerce.Earn(ctx))
			if d, e := w.credit(ledger.Deferred("membership")), earned(); d != owed || e != kept {
				t.Fatalf("%s: %d owed, %d earned", when, d, e)
			}
			w.sound()
		}
		buyer, first, second := giver.me(), ann.me(), bob.me() // their sessions end on the way
		owes(9000, 0, "paid")
		w.clock.Advance(40 * 24 * time.Hour)
		owes(9000, 0, "nobody has one")
		gifts := must(w.app.Commerce.GiftsOf(ctx, buyer, no))(t)
		w.ok(w.app.Commerce.ReceiveGift(ctx, first, gifts[0].Token))
		w.ok(w.app.Commerce.ReceiveGift(ctx, first, gifts[0].Token)) // a second tap
		owes(9000, 0, "received")
		w.clock.Advance(10*24*time.Hour + time.Minute)
		w.ok(w.app.Commerce.ReceiveGift(ctx, second, gifts[1].Token))
		owes(8000, 1000, "ten days of the first")
		w.clock.Advance(5 * 24 * time.Hour)
		owes(7000, 2000, "fifteen days and five")
		must(w.app.Commerce.ReturnGifts(ctx, buyer, no))(t)
		w.settleRefunds()
		if w.credit(ledger.Refund("membership")) != 0 {
			t.Fatal("what was never earned was taken off revenue")
		}
		owes(4000, 2000, "the third went back")
		w.clock.Advance(60 * 24 * time.Hour)
		owes(0, 6000, "both are over")
		must(w.app.Commerce.StaffRefund(w.system(), no, "goodwill", 0, 500, "好意"))(t)
		w.settleRefunds()
		if net := earned() + w.credit(ledger.Refund("membership")); net != 5500 {
			t.Fatalf("%d stayed of what was earned", net)
		}
		w.sound()
	})
}

// Who has time already gets the gift's time after it, and it is earned then; a whole
// refund ends both (INV-4, INV-18).
func TestINV18GiftAfterOwnTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "十天", PriceFen: 1000, PeriodDays: 10})
		giver, ann := w.learner("13800138864", nil), w.learner("13800138865", nil)
		ann.paid(ann.quoted(map[string]any{"sku_id": sku}), "own-ten-days")
		no := giver.paid(giver.quoted(map[string]any{"sku_id": sku, "gift": true}), "gift-ten-days")
		w.ok(w.app.Commerce.ReceiveGift(ctx, ann.me(), must(w.app.Commerce.GiftsOf(ctx, giver.me(), no))(t)[0].Token))
		w.clock.Advance(12*24*time.Hour + time.Minute)
		w.ok(w.app.Commerce.Earn(ctx))
		if d := w.credit(ledger.Deferred("membership")); d != 800 {
			t.Fatalf("two days of the gift have passed, %d is owed", d)
		}
		w.sound()
		must(w.app.Commerce.StaffRefund(w.system(), no, "whole", 0, 0, "误购"))(t)
		w.settleRefunds()
		if d, back := w.credit(ledger.Deferred("membership")), w.credit(ledger.Refund("membership")); d != 0 || back >= 0 {
			t.Fatalf("all went back: %d owed, %d taken off revenue", d, back)
		}
		w.clock.Advance(20 * 24 * time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		w.sound()
	})
}

var (
	qGiftRule   = db.Q("apptest/gift_rule", `UPDATE orders SET book_rule = 2 WHERE status = 'pending'`)
	qEarnedMore = db.Q("apptest/earned_more", `UPDATE revenue_schedules SET earned_fen = earned_fen + 1`)
	qEarnedLess = db.Q("apptest/earned_less", `UPDATE revenue_schedules SET earned_fen = earned_fen - 1`)
	qOpened     = db.Q("apptest/copy_opened", `UPDATE gifts SET state = 'open', receiver_id = 0 WHERE nth = 1`)
	qWaitAgain  = db.Q("apptest/service_waits", `UPDATE service_deliveries SET state = 'waiting', done_at = 0`)
)

// Gifts of before keep their rule: earned when they were paid, and receiving one of them
// moves nothing in the books (INV-4).
func TestINV4GiftsOfBeforeKeepTheirRule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "三十天", PriceFen: 3000, PeriodDays: 30})
		giver, ann := w.learner("13800138866", nil), w.learner("13800138867", nil)
		o := giver.placed(giver.quoted(map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 2}}, "gift": true}), "gift-old")
		w.write(qGiftRule)
		no := o.str("no")
		w.ok(w.app.Sandbox.Pay(giver.pay(no), ""))
		w.tick()
		gifts := must(w.app.Commerce.GiftsOf(ctx, giver.me(), no))(t)
		w.ok(w.app.Commerce.ReceiveGift(ctx, ann.me(), gifts[0].Token))
		if w.credit(ledger.Deferred("membership")) != 0 || w.credit(ledger.Revenue("membership"))+w.credit(ledger.Tax(600)) != 6000 {
			t.Fatal("an order of before changed its rule")
		}
		w.sound()
		must(w.app.Commerce.ReturnGifts(ctx, giver.me(), no))(t)
		w.settleRefunds()
		w.sound()
	})
}

// The doctor sees a gift that is earned beyond the time that was received, a service
// that is earned or done while it must not be (INV-3, INV-4).
func TestINV4DoctorSeesWhatWasEarnedTooSoon(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, month := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "三十天", PriceFen: 3000, PeriodDays: 30})
		giver, ann := w.learner("13800138868", nil), w.learner("13800138869", nil)
		no := giver.paid(giver.quoted(map[string]any{"sku_id": month, "gift": true}), "gift-seen")
		w.ok(w.app.Commerce.ReceiveGift(ctx, ann.me(), must(w.app.Commerce.GiftsOf(ctx, giver.me(), no))(t)[0].Token))
		w.clock.Advance(3*24*time.Hour + time.Minute)
		w.ok(w.app.Commerce.Earn(ctx))
		w.sound()
		w.write(qEarnedMore)
		w.finds("gift earned beyond the time of who received it")
		w.write(qEarnedLess)
		w.sound()
	})
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		giver, ann := w.learner("13800138868", nil), w.learner("13800138869", nil)
		no := giver.paid(giver.quoted(map[string]any{"sku_id": sku, "gift": true}), "service-seen")
		w.ok(w.app.Commerce.ReceiveGift(ctx, ann.me(), must(w.app.Commerce.GiftsOf(ctx, giver.me(), no))(t)[0].Token))
		w.ok(w.app.Commerce.GiveService(w.system(), no, commerce.Given{Note: "谈过了"}))
		w.sound()
		w.write(qOpened)
		w.finds("service marked as done while a copy of the gift waits for somebody")
		w.write(qWaitAgain)
		w.finds("service earned without being done")
	})
}

// write changes stored data behind the program's back.
func (w *world) write(q *db.Stmt, args ...any) {
	w.t.Helper()
	w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q, args...); return err }))
}

// finds expects the doctor to name an audit.
func (w *world) finds(name string) {
	w.t.Helper()
	rows, err := w.app.Doctor(context.Background())
	w.ok(err)
	if !strings.Contains(strings.Join(rows, "\n"), name) {
		w.t.Fatalf("the doctor does not see %q:\n%s", name, strings.Join(rows, "\n"))
	}
}
