package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/setting"
)

var qAuditedAs = db.Q("apptest/audited_as", `SELECT COUNT(*) FROM audit_log WHERE action = $1`)

// A paid service waits for people, its money is owed until they have done it, and it is
// done once, whoever says so at the same time (INV-1, INV-3, INV-4).
func TestINV3ServiceIsGivenOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		p := w.learner("13800138821", nil)
		q := p.quoted(map[string]any{"sku_id": sku})
		if !strings.Contains(q.str("refund_text"), "服务完成前可申请全额退款") || !strings.Contains(q.str("terms_text"), "工作人员与我安排") {
			t.Fatalf("the words of a service: %s", q.raw)
		}
		no := p.paid(q, "service-order")
		if w.credit(ledger.Deferred("service")) != 30000 || w.credit(ledger.Revenue("service")) != 0 || w.credit(ledger.Tax(600)) != 0 {
			t.Fatal("what is still to be given is earned")
		}
		w.sound()
		support, finance := w.staff("support"), w.staff("finance")
		finance.want(403, "", "GET", "/api/console/services", nil)
		list := support.want(200, "", "GET", "/api/console/services", nil)
		if rows := list.at("items").([]any); len(rows) != 1 || rows[0].(map[string]any)["order_no"] != no {
			t.Fatalf("what waits: %s", list.raw)
		}
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); !strings.Contains(o.raw, `"state":"waiting","label":"待交付"`) {
			t.Fatalf("the buyer's page: %s", o.raw)
		}
		line := w.lines(no)[0].ID
		give := fmt.Sprintf("/api/console/orders/%s/services/%d", no, line)
		finance.want(403, "", "POST", give, map[string]any{"note": "已经谈过"})
		support.want(422, "", "POST", give, map[string]any{"note": "好"})
		given := w.clock.Now().UnixMilli()
		support.want(200, "", "POST", give, map[string]any{"note": "周三下午谈了一小时，纪要已发邮箱", "given_at": given})
		support.want(409, "service_state", "POST", give, map[string]any{"note": "又谈了一次"})
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); !strings.Contains(o.raw, `"label":"已交付","note":"周三下午谈了一小时，纪要已发邮箱"`) {
			t.Fatalf("the buyer's page: %s", o.raw)
		}
		if d, r := w.credit(ledger.Deferred("service")), w.credit(ledger.Revenue("service"))+w.credit(ledger.Tax(600)); d != 0 || r != 30000 || w.count(qAuditedAs, "service.done") != 1 {
			t.Fatalf("done: %d owed, %d earned", d, r)
		}
		if rows := support.want(200, "", "GET", "/api/console/services", nil).at("items").([]any); len(rows) != 0 {
			t.Fatal("what is done still waits")
		}
		w.sound()

		second := p.paid(p.quoted(map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 2}}}), "service-two")
		var wg sync.WaitGroup
		var done atomic.Int64
		for i := range 6 {
			wg.Go(func() {
				err := w.app.Commerce.GiveService(w.system(), second, commerce.Given{Note: fmt.Sprintf("第 %d 个人说完成了", i)})
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, commerce.ErrServiceState) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 {
			t.Fatalf("done %d times", done.Load())
		}
		if _, err := w.app.Commerce.MakeCodes(ctx, "换咨询", sku, 1, w.clock.Now().UnixMilli()+86_400_000); !errors.Is(err, commerce.ErrCodes) {
			t.Fatalf("codes for what people must give: %v", err)
		}
		w.sound()
	})
}

// Before it is done a service's money goes back whole, whenever that is; after that the
// promise holds and finance decides. The two at once: one of them happens.
func TestINV5ServiceRefunds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		product, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		p := w.learner("13800138822", nil)
		me := p.me()
		early := p.paid(p.quoted(map[string]any{"sku_id": sku}), "service-early")
		late := p.paid(p.quoted(map[string]any{"sku_id": sku}), "service-late")
		w.clock.Advance(30 * 24 * time.Hour)
		r := must(w.app.Commerce.RequestRefund(ctx, me, early, "early-back", 0, "约不上时间"))(t)
		if r.AmountFen != 30000 {
			t.Fatalf("before it is done: %+v", r)
		}
		if err := w.app.Commerce.GiveService(w.system(), early, commerce.Given{Note: "先做完"}); !errors.Is(err, commerce.ErrRefundOpen) {
			t.Fatalf("done while the buyer waits for an answer: %v", err)
		}
		must(w.app.Commerce.Decide(w.system(), r.ID, true, "好"))(t)
		w.sound()
		if err := w.app.Commerce.GiveService(w.system(), early, commerce.Given{Note: "先做完"}); !errors.Is(err, commerce.ErrRefundOpen) {
			t.Fatalf("done while its money is on the way back: %v", err)
		}
		w.settleRefunds()
		if err := w.app.Commerce.GiveService(w.system(), early, commerce.Given{Note: "先做完"}); !errors.Is(err, commerce.ErrServiceState) {
			t.Fatalf("done after its money went back: %v", err)
		}
		if w.credit(ledger.Deferred("service")) != 30000 || w.credit(ledger.Refund("service")) != 0 {
			t.Fatal("what was never earned was taken off revenue")
		}
		// A part that went back is not earned.
		must(w.app.Commerce.StaffRefund(w.system(), late, "part", 0, 5000, "少做半小时"))(t)
		w.settleRefunds()
		w.ok(w.app.Commerce.GiveService(w.system(), late, commerce.Given{Note: "做完了"}))
		if e := w.credit(ledger.Revenue("service")) + w.credit(ledger.Tax(600)); e != 25000 || w.credit(ledger.Deferred("service")) != 0 {
			t.Fatalf("%d were earned", e)
		}
		w.sound()
		if _, err := w.app.Commerce.RequestRefund(ctx, me, late, "late-back", 0, "不满意"); !errors.Is(err, commerce.ErrRefundPolicy) {
			t.Fatalf("30 days after it was paid: %v", err)
		}
		must(w.app.Commerce.StaffRefund(w.system(), late, "rest", 0, 0, "不满意"))(t)
		w.settleRefunds()
		if net := w.credit(ledger.Revenue("service")) + w.credit(ledger.Refund("service")) + w.credit(ledger.Tax(600)); net != 0 {
			t.Fatalf("%d stayed", net)
		}
		w.sound()

		// Within the days of the promise finance decides of what was done.
		w.ok(w.app.Catalog.SetRefundPolicy(ctx, product, 7, 20))
		p = w.learner("13800138825", nil)
		me = p.me()
		kept := p.paid(p.quoted(map[string]any{"sku_id": sku}), "service-kept")
		w.ok(w.app.Commerce.GiveService(w.system(), kept, commerce.Given{Note: "做完了"}))
		r = must(w.app.Commerce.RequestRefund(ctx, me, kept, "kept-back", 0, "和说的不一样"))(t)
		must(w.app.Commerce.Decide(w.system(), r.ID, false, "已按约定完成"))(t)
		w.sound()

		for i := range 3 { // asking for it back and doing it, at once
			both := p.paid(p.quoted(map[string]any{"sku_id": sku}), fmt.Sprintf("service-both-%d", i))
			var wg sync.WaitGroup
			var asked commerce.Refund
			var errs [2]error
			wg.Go(func() { asked, errs[0] = w.app.Commerce.RequestRefund(ctx, me, both, "both-back", 0, "不要了") })
			wg.Go(func() { errs[1] = w.app.Commerce.GiveService(w.system(), both, commerce.Given{Note: "做完了"}) })
			wg.Wait()
			if errs[0] != nil || errs[1] != nil && !errors.Is(errs[1], commerce.ErrRefundOpen) {
				t.Fatalf("%v", errs)
			}
			must(w.app.Commerce.Decide(w.system(), asked.ID, true, "好"))(t)
			w.settleRefunds()
			w.sound()
		}
	})
}

// A service that is given away waits as one line; copies that nobody received go back.
func TestServiceAsAGift(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		p := w.learner("13800138823", nil)
		no := p.paid(p.quoted(map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 2}}, "gift": true}), "service-gift")
		friend := w.learner("13800138824", nil)
		friend.paid(friend.quoted(map[string]any{"sku_id": sku}), "service-own") // having one is no reason to refuse another
		w.ok(w.app.Commerce.ReceiveGift(ctx, friend.me(), must(w.app.Commerce.GiftsOf(ctx, p.me(), no))(t)[0].Token))
		w.sound()
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); o.at("refundable", "allowed") == true {
			t.Fatal("the whole goes back though somebody received a part")
		}
		if err := w.app.Commerce.GiveService(w.system(), no, commerce.Given{Note: "和收礼的人谈过了"}); !errors.Is(err, commerce.ErrServiceState) {
			t.Fatalf("done while a copy waits for somebody: %v", err)
		}
		line := w.lines(no)[0].ID
		support := w.staff("support")
		if o := support.want(200, "", "GET", "/api/console/orders/"+no, nil); !strings.Contains(o.raw, "还有 1 份没有人领取") {
			t.Fatalf("the console offers what the server refuses: %s", o.raw)
		}
		must(w.app.Commerce.ReturnGifts(ctx, p.me(), no))(t)
		if o := support.want(200, "", "GET", "/api/console/orders/"+no, nil); !strings.Contains(o.raw, `"blocked":"买家正在退款，先处理退款"`) {
			t.Fatalf("the console offers what the server refuses: %s", o.raw)
		}
		w.settleRefunds()
		w.sound()
		mine := func(who *person) []any { return who.want(200, "", "GET", "/api/me/services", nil).at("items").([]any) }
		if got := mine(friend); len(got) != 2 || got[0].(map[string]any)["giver"] == "" || got[1].(map[string]any)["order_no"] == "" || got[0].(map[string]any)["service"].(map[string]any)["label"] != "待交付" {
			t.Fatalf("the receiver's services: %v", got)
		}
		support.want(200, "", "POST", fmt.Sprintf("/api/console/orders/%s/services/%d", no, line), map[string]any{"note": "和收礼的人谈过了"})
		if o := support.want(200, "", "GET", "/api/console/orders/"+no, nil); !strings.Contains(o.raw, `"done_by":"support","blocked":""`) {
			t.Fatalf("who did it: %s", o.raw)
		}
		if got := mine(friend)[0].(map[string]any)["service"].(map[string]any); got["label"] != "已交付" || got["note"] != "和收礼的人谈过了" {
			t.Fatalf("the receiver is told nothing: %v", got)
		}
		if g := friend.want(200, "", "GET", "/api/gifts/"+must(w.app.Commerce.GiftsOf(ctx, p.me(), no))(t)[0].Token, nil); g.at("yours") != true {
			t.Fatalf("the receiver is a stranger: %s", g.raw)
		}
		// What staff wrote is the receiver's: the giver sees how many were received.
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); strings.Contains(o.raw, "和收礼的人谈过了") || len(mine(p)) != 0 {
			t.Fatalf("the giver reads the receiver's note: %s", o.raw)
		}
		if e := w.credit(ledger.Revenue("service")) + w.credit(ledger.Tax(600)); e != 30000 {
			t.Fatalf("%d were earned of one copy", e)
		}
		w.sound()
	})
}

// What people do is no virtual good: the mini program takes ordinary money for it, its
// price is no item of virtual payment, and it is paid for apart from online courses.
func TestServiceIsNoVirtualGood(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		product, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		for range 4 {
			w.clock.Advance(15 * time.Minute)
			w.ok(w.app.SyncItems(context.Background()))
		}
		if items := must(w.app.Catalog.Items(context.Background(), w.app.DB, product))(t); len(items) != 0 {
			t.Fatalf("published as virtual goods: %+v", items)
		}
		p := w.mini("咨询的人")
		if q := p.quoted(map[string]any{"sku_id": sku}); q.str("channel") != "wechat_mini" {
			t.Fatalf("the mini program takes it by %s", q.str("channel"))
		}
		both := map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 1}, {"sku_id": w.sku, "quantity": 1}}}
		if a := p.want(503, "channel_missing", "POST", "/api/quotes", both); !strings.Contains(a.str("detail"), "分开") {
			t.Fatalf("the refusal says %s", a.raw)
		}
		web := w.learner("13800138871", nil)
		if q := web.quoted(both); q.str("channel") != "wechat_native" {
			t.Fatalf("on a desktop both go together, here by %s", q.str("channel"))
		}
		no := web.paid(web.quoted(map[string]any{"sku_id": sku}), "service-taxed")
		if l := w.lines(no)[0]; l.TaxCategory != catalog.TaxService || l.TaxRateBps != 600 {
			t.Fatalf("its tax: %+v", l)
		}
		for _, goods := range []string{"service", "goods", "book"} {
			s := setting.NewPayment()
			s.Policy["mp_ios/"+goods] = "wechat_virtual"
			if err := s.Check(); !errors.Is(err, setting.ErrPolicy) {
				t.Fatalf("%s as virtual goods: %v", goods, err)
			}
		}
		w.sound()
	})
}

// A lesson is not sold to who may open it already, with its course or as a member; one
// that was bought for a time is extended, and the later end is told.
func TestINV18LessonIsNotSoldTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, lesson := w.goods(catalog.KindLesson, "", w.lesson, catalog.Goods{}, nil, catalog.SKU{Name: "永久", PriceFen: 1990})
		_, member := w.goods(catalog.KindMembership, "金卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "月", PriceFen: 3000, PeriodMonths: 1})
		for i, sku := range []int64{w.sku, member} {
			p := w.learner(fmt.Sprintf("1380013884%d", i), nil)
			q := p.quoted(map[string]any{"sku_id": lesson}) // asked before, placed after
			p.paid(p.quoted(map[string]any{"sku_id": sku}), "wider-order")
			if v := p.quoted(map[string]any{"sku_id": lesson}); v.at("already_owned") != true {
				t.Fatalf("sold again: %s", v.raw)
			}
			p.with("lesson-order").want(409, "already_owned", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
		}
		p := w.learner("13800138849", nil)
		p.paid(p.quoted(map[string]any{"sku_id": lesson}), "lesson-order")
		if v := p.quoted(map[string]any{"sku_id": w.sku}); v.at("already_owned") == true {
			t.Fatalf("the course is refused for one of its lessons: %s", v.raw)
		}
		w.sound()
	})
}

// Whoever buys a tier and at once a higher one loses nothing: a day that has begun is
// not used up.
func TestINV11UpgradeInTheSameMinute(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, low := w.goods(catalog.KindMembership, "银卡", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "月", PriceFen: 3000, PeriodMonths: 1})
		_, high := w.goods(catalog.KindMembership, "金卡", 0, catalog.Goods{Rank: 2, OpensAll: true}, nil, catalog.SKU{Name: "年", PriceFen: 20000, PeriodMonths: 12})
		p := w.learner("13800138831", nil)
		p.paid(p.quoted(map[string]any{"sku_id": low}), "low-order")
		w.clock.Advance(30 * time.Second)
		q := p.quoted(map[string]any{"sku_id": high})
		if q.num("total_fen") != 17000 {
			t.Fatalf("a whole month is worth %d: %s", 20000-q.num("total_fen"), q.raw)
		}
		p.paid(q, "high-order")
		w.sound()

		other := w.learner("13800138832", nil)
		other.paid(other.quoted(map[string]any{"sku_id": low}), "low-order")
		w.clock.Advance(25 * time.Hour) // in its second day: one is used up
		month := w.clock.Now().Add(-25 * time.Hour)
		days := int64(month.AddDate(0, 1, 0).Sub(month).Hours()) / 24
		if q := other.quoted(map[string]any{"sku_id": high}); q.num("total_fen") != 20000-3000*(days-1)/days {
			t.Fatalf("after a day: %s", q.raw)
		}
	})
}
