package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
)

var qCreditsIn = db.Q("apptest/credits_in", `SELECT COUNT(*) FROM upgrade_credits WHERE state = $1`)

// tiers puts two memberships on sale and returns the SKUs of a year of each.
func (w *world) tiers() (silver, gold int64, goldLesson int64) {
	other, lesson := w.course("只给金卡的课", 9900)
	_, silver = w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一年", PriceFen: 19900, PeriodDays: 365})
	_, gold = w.goods(catalog.KindMembership, "金卡", 0, catalog.Goods{Rank: 2}, []catalog.PartRef{{Kind: "course", RefID: w.paid}, {Kind: "course", RefID: other}}, catalog.SKU{Name: "一年", PriceFen: 36500, PeriodDays: 365})
	return silver, gold, lesson
}

// The unused time of a lower membership pays for a higher one, by what was really
// paid; it ends then, comes back with a full refund, and the books agree all along.
func TestINV11UpgradeBetweenTiers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		silver, gold, goldLesson := w.tiers()
		p := w.learner("13800138401", nil)
		me := p.me()
		ctx := context.Background()
		first := p.paid(p.quoted(map[string]any{"sku_id": silver}), "silver-order")
		must(w.app.Commerce.StaffRefund(w.system(), first, "part-back", 0, 1650, "补偿"))(t)
		w.settleRefunds()
		w.clock.Advance(100*24*time.Hour + time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		q := must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: me, Platform: "pc", Wants: []commerce.Want{{SKUID: gold, Quantity: 1}}}))(t)
		kept := int64(19900 - 1650)
		off := kept * 265 / 365 // the day that has begun is not used up
		if q.TotalFen != 36500-off || len(q.Applied) != 1 || !strings.Contains(q.Applied[0].Reason, "剩余 265/365 天，按实付 ¥182.50 折 ¥132.50") {
			t.Fatalf("quote %+v, want %d", q.Quote, 36500-off)
		}
		if same := must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: me, Platform: "pc", Wants: []commerce.Want{{SKUID: silver, Quantity: 1}}}))(t); same.TotalFen != 19900 {
			t.Fatal("a renewal is no upgrade")
		}
		if mp := must(w.app.Commerce.Upgrades(ctx, me, must(w.app.Catalog.Offer(ctx, w.app.DB, gold, "pc"))(t).ProductID))(t); len(mp) != 1 {
			t.Fatalf("the page: %+v", mp)
		}
		// The same credit twice, at once: one order has it.
		var wg sync.WaitGroup
		orders := make([]commerce.Order, 6)
		for i := range orders {
			wg.Go(func() {
				o, err := w.app.Commerce.Place(ctx, commerce.Place{UserID: me, Platform: "pc", IdempotencyKey: fmt.Sprintf("upgrade-key-%d", i), QuoteToken: q.Token, TermsConfirmed: true})
				if err != nil && !errors.Is(err, commerce.ErrQuote) {
					t.Error(err)
				}
				orders[i] = o
			})
		}
		wg.Wait()
		if n := w.count(qCreditsIn, "held"); n != 1 {
			t.Fatalf("%d orders hold one credit", n)
		}
		if _, err := w.app.Commerce.StaffRefund(w.system(), first, "bound-refund", 0, 100, "补偿"); !errors.Is(err, commerce.ErrRefundPolicy) {
			t.Fatalf("refund of what pays for an upgrade: %v", err)
		}
		if again := must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: me, Platform: "pc", Wants: []commerce.Want{{SKUID: gold, Quantity: 1}}}))(t); again.TotalFen != 36500 {
			t.Fatalf("the credit is offered twice: %+v", again.Quote)
		}
		var no string
		for _, o := range orders {
			if o.No != "" {
				no = o.No
			}
		}
		must(w.app.Commerce.Close(ctx, me, no))(t)
		if w.count(qCreditsIn, "released") != 1 {
			t.Fatal("closing did not free the credit")
		}
		w.sound()

		q = must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: me, Platform: "pc", Wants: []commerce.Want{{SKUID: gold, Quantity: 1}}}))(t)
		o := must(w.app.Commerce.Place(ctx, commerce.Place{UserID: me, Platform: "pc", IdempotencyKey: "upgrade-order", QuoteToken: q.Token, TermsConfirmed: true}))(t)
		pay := must(w.app.Commerce.Pay(ctx, commerce.PayInput{UserID: me, OrderNo: o.No, Platform: "pc", ClientIP: "127.0.0.1"}))(t)
		w.ok(w.app.Sandbox.Pay(pay.OutTradeNo, ""))
		w.tick()
		if m := must(w.app.Access.Memberships(ctx, w.app.DB, me))(t); len(m) != 1 || !w.allowed(me, goldLesson) {
			t.Fatalf("after the upgrade: %+v", m)
		}
		w.sound()
		w.clock.Advance(3 * 24 * time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		w.sound()
		must(w.app.Commerce.StaffRefund(w.system(), o.No, "gold-back", 0, 0, "退回升级"))(t)
		w.settleRefunds()
		m := must(w.app.Access.Memberships(ctx, w.app.DB, me))(t)
		if len(m) != 1 || w.allowed(me, goldLesson) {
			t.Fatalf("after the refund: %+v", m)
		}
		if left := (m[0].UntilAt - w.clock.Now().UnixMilli()) / 86_400_000; left != 264 {
			t.Fatalf("%d days came back of 264", left)
		}
		w.sound()
		trail := w.staff("finance").want(200, "", "GET", "/api/console/orders/"+o.No+"/trail", nil)
		at := 0
		for _, said := range []string{"会员升级抵扣 −¥", "升级：结束原会员「", "退款：恢复原会员「"} {
			n := strings.Index(trail.raw, said)
			if n < at {
				t.Fatalf("%q is missing or too early in %s", said, trail.raw)
			}
			at = n
		}
		w.clock.Advance(400 * 24 * time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		w.sound()
	})
}

// A credit above the price is capped, and never makes it free.
func TestUpgradeNeverFree(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, dear := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一年", PriceFen: 20000, PeriodDays: 365})
		_, cheap := w.goods(catalog.KindMembership, "金卡", 0, catalog.Goods{Rank: 2}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一个月", PriceFen: 3000, PeriodMonths: 1})
		p := w.learner("13800138402", nil)
		p.paid(p.quoted(map[string]any{"sku_id": dear}), "silver-order")
		q := p.quoted(map[string]any{"sku_id": cheap})
		if q.num("total_fen") != 1 || !strings.Contains(q.raw, "最多抵 ¥29.99") {
			t.Fatalf("%s", q.raw)
		}
		p.paid(q, "gold-order")
		w.sound()
	})
}

// A lower membership that was given, redeemed or had for nothing takes nothing off,
// and the quote says why.
func TestUpgradeFromWhatWasNotPaid(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		silver, gold, _ := w.tiers()
		_, nothing := w.goods(catalog.KindMembership, "体验卡", 0, catalog.Goods{Rank: 1}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "一月", PriceFen: 0, PeriodDays: 30})
		giver, p := w.learner("13800138403", nil), w.learner("13800138404", nil)
		no := giver.paid(giver.quoted(map[string]any{"sku_id": silver, "gift": true}), "silver-given")
		w.ok(w.app.Commerce.ReceiveGift(ctx, p.me(), must(w.app.Commerce.GiftsOf(ctx, giver.me(), no))(t)[0].Token))
		batch := must(w.app.Commerce.MakeCodes(w.system(), "书附赠", silver, 1, w.clock.Now().UnixMilli()+86_400_000))(t)
		must(w.app.Commerce.Redeem(ctx, p.me(), must(w.app.Commerce.Codes(w.system(), batch, 0, 1))(t)[0].Code))(t)
		p.placed(p.quoted(map[string]any{"sku_id": nothing}), "nothing-paid")
		ask := commerce.Ask{UserID: p.me(), Platform: "pc", Wants: []commerce.Want{{SKUID: gold, Quantity: 1}}}
		q := must(w.app.Commerce.QuoteFor(ctx, ask))(t)
		said := map[string]bool{}
		for _, n := range q.NotApplied {
			said[n.Label+" – "+n.Reason] = true
		}
		for _, want := range []string{"赠送的会员「银卡」没有实付金额，不抵扣", "兑换码开通的会员「银卡」没有实付金额，不抵扣", "免费开通的会员「体验卡」没有实付金额，不抵扣"} {
			if !said["会员升级抵扣 – "+want] {
				t.Errorf("no %q in %v", want, said)
			}
		}
		if len(said) != 3 || q.TotalFen != 36500 {
			t.Errorf("%d: %v", q.TotalFen, said)
		}
		ask.UserID = giver.me()
		if q := must(w.app.Commerce.QuoteFor(ctx, ask))(t); len(q.NotApplied) != 0 {
			t.Errorf("who gave it away holds nothing: %v", q.NotApplied)
		}
	})
}
