package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/pay"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
)

// The buyer, two members of staff and a repeat all ask at once: together they never
// get more than was paid.
func TestINV5ParallelRefundsNeverExceedThePayment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
		p := w.learner("13600136000", nil)
		no, _ := p.buy(w.sku)
		me := p.want(200, "", "GET", "/api/me", nil).num("id")
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				if i%3 == 0 {
					_, _ = w.app.Commerce.RequestRefund(ctx, me, no, fmt.Sprintf("user-key-%d", i), 0, "不想学了")
					return
				}
				_, _ = w.app.Commerce.StaffRefund(ctx, no, fmt.Sprintf("staff-key-%d", i), 0, []int64{0, 9000}[i%2], "协商退款")
			})
		}
		wg.Wait()
		rows, err := w.app.Commerce.Refunds(ctx, "", 0, 50)
		w.ok(err)
		var sum int64
		for _, r := range rows {
			if r.Status == commerce.RefundRequested {
				_, _ = w.app.Commerce.Decide(ctx, r.ID, true, "好")
			}
		}
		w.settleRefunds()
		for _, r := range w.app.Sandbox.Refunds() {
			sum += r.AmountFen
		}
		if sum == 0 || sum > 16900 {
			t.Fatalf("the channel gave back %d of 16900", sum)
		}
		w.sound()
	})
}

// A part of the money back leaves the course open; the rest takes it away; a
// rejected wish changes nothing.
func TestPartialRefundKeepsAccess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
		p := w.learner("13600136001", nil)
		no, _ := p.buy(w.sku)
		open := func() bool {
			return p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", w.lesson), nil).at("access", "allowed") == true
		}
		r := p.with("wish-key-1").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "太简单了"})
		if r.str("status") != "refunding" {
			t.Fatalf("order %s", r.raw)
		}
		p.with("wish-key-2").want(409, "refund_refused", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "再问一次"})
		if !open() {
			t.Fatal("asking already took the course away")
		}
		rows, err := w.app.Commerce.Refunds(ctx, commerce.RefundRequested, 0, 10)
		w.ok(err)
		_, err = w.app.Commerce.Decide(ctx, rows[0].ID, false, "学习已超过一半")
		w.ok(err)
		if _, err := w.app.Commerce.Decide(ctx, rows[0].ID, true, "改主意"); err == nil {
			t.Fatal("a decided refund was decided again")
		}
		_, err = w.app.Commerce.StaffRefund(ctx, no, "part-key-1", 0, 5000, "补偿")
		w.ok(err)
		w.settleRefunds()
		if !open() || p.want(200, "", "GET", "/api/orders/"+no, nil).num("refunded_fen") != 5000 {
			t.Fatal("a partial refund closed the course, or was not booked")
		}
		_, err = w.app.Commerce.StaffRefund(ctx, no, "part-key-2", 0, 0, "全部退回")
		w.ok(err)
		w.settleRefunds()
		if open() || p.want(200, "", "GET", "/api/orders/"+no, nil).str("status") != "refunded" {
			t.Fatal("the rest is back and the course is still open")
		}
		w.sound()
	})
}

// The promise of the order counts: days since payment and the share watched.
func TestRefundPolicyOfTheOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13600136002", nil)
		no, _ := p.buy(w.sku)
		// What is promised to later buyers does not touch this order.
		w.ok(w.app.Catalog.SetRefundPolicy(context.Background(), w.product(w.paid), 0, 0))
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.at("refundable", "allowed") != true {
			t.Fatalf("the promise was taken back: %s", a.raw)
		}
		read := fmt.Sprintf("/api/lessons/%d/read", w.lesson)
		p.want(200, "", "POST", read, map[string]any{"seq": 1, "screens": []any{}, "position_permille": 0})
		w.clock.Advance(time.Minute)
		p.want(200, "", "POST", read, map[string]any{"seq": 2, "screens": []any{map[string]any{"screen": 1, "ms": 60000}}, "position_permille": 1000})
		a := p.want(200, "", "GET", "/api/orders/"+no, nil)
		if a.at("refundable", "allowed") == true || !strings.Contains(a.str("refundable", "reason"), "已学") {
			t.Fatalf("half of the course is read: %s", a.raw)
		}
		p.with("too-late-1").want(409, "refund_refused", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "学完了再退"})

		other := w.learner("13600136003", nil)
		w.ok(w.app.Catalog.SetRefundPolicy(context.Background(), w.product(w.paid), 7, 20))
		late, _ := other.buy(w.sku)
		w.clock.Advance(8 * 24 * time.Hour)
		if a := other.want(200, "", "GET", "/api/orders/"+late, nil); a.at("refundable", "allowed") == true {
			t.Fatal("a refund is offered after eight days")
		}
	})
}

// INV-17, INV-18: access is the union of live grants; a source takes back only what
// it gave, and a period ends by itself.
func TestGrantsAreTheirSources(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		p := w.learner("13600136004", nil)
		me := p.want(200, "", "GET", "/api/me", nil).num("id")
		res := catalog.Resource{Kind: "course", ID: w.paid}
		tx := func(fn func(ctx context.Context, tx *db.Tx) error) { w.t.Helper(); w.ok(w.app.DB.Tx(ctx, fn)) }
		have := func() access.Holding {
			h, err := w.app.Access.Course(ctx, w.app.DB, me, w.paid)
			w.ok(err)
			return h
		}
		for range 3 { // the same source grants once
			tx(func(ctx context.Context, tx *db.Tx) error {
				return w.app.Access.Grant(ctx, tx, me, res, access.Source{Kind: "gift", ID: 1}, catalog.Period{Days: 30})
			})
		}
		tx(func(ctx context.Context, tx *db.Tx) error {
			return w.app.Access.Grant(ctx, tx, me, res, access.Source{Kind: "gift", ID: 2}, catalog.Period{Days: 30})
		})
		day := int64(24 * 3600 * 1000)
		if h := have(); !h.Owned || h.UntilAt < w.clock.Now().UnixMilli()+59*day || h.UntilAt > w.clock.Now().UnixMilli()+61*day {
			t.Fatalf("two periods of 30 days end at %+v", h)
		}
		tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.app.Access.Revoke(ctx, tx, access.Source{Kind: "gift", ID: 2}, "撤回")
			return err
		})
		if h := have(); !h.Owned {
			t.Fatal("revoking one source took the other's")
		}
		w.clock.Advance(31 * 24 * time.Hour)
		if have().Owned {
			t.Fatal("a period has no end")
		}
	})
}

// INV-47: Apple's question is answered in time even when nothing is known, and its
// refund takes access away once.
func TestAppleAsksAndRefunds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 4 {
			w.clock.Advance(15 * time.Minute)
			w.ok(w.app.SyncItems(context.Background()))
		}
		p := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "ios"})
		in := p.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿三"), "consents": consents})
		p.header["Authorization"] = "Bearer " + in.str("token")
		no := p.order(w.sku, "ios-order-key").str("no")
		a := p.with("ios-pay-key").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{})
		v := a.at("action", "virtual").(map[string]any)
		if code := w.app.Sandbox.PayVirtual(sandbox.VirtualPay{
			SignData: v["signData"].(string), PaySig: v["paySig"].(string), Signature: v["signature"].(string), OpenID: w.app.Sandbox.OpenID(true, "阿三"), IOS: true,
		}); code != 0 {
			t.Fatalf("paying answers %d", code)
		}
		w.tick()
		p.with("ios-refund-1").want(409, "refund_apple", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		start := time.Now()
		w.ok(w.app.Sandbox.AskIOSRefund(a.str("payment_no")))
		for range 3 {
			w.tick()
			w.clock.Advance(time.Minute)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Fatalf("the answer took %v", took)
		}
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "refunded" {
			t.Fatalf("Apple agreed within the promise, the order is %s", a.raw)
		}
		w.tick()
		if n := w.count(qRefunds, "succeeded"); n != 1 {
			t.Fatalf("%d refunds are booked", n)
		}
		w.sound()
	})
}

// A channel that cannot pay out leaves the refund to a person, who can send it
// again.
func TestAbnormalRefundWaitsForAPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		p := w.learner("13600136005", nil)
		no, _ := p.buy(w.sku)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{RefundAbnormal: true})
		_, err := w.app.Commerce.StaffRefund(ctx, no, "abnormal-1", 0, 0, "协商")
		w.ok(err)
		w.settleRefunds()
		rows, err := w.app.Commerce.Refunds(ctx, commerce.RefundAbnormal, 0, 10)
		w.ok(err)
		if len(rows) != 1 {
			t.Fatalf("%d abnormal refunds", len(rows))
		}
		open, err := w.app.Commerce.Waiting(ctx)
		w.ok(err)
		if open.Abnormal != 1 {
			t.Fatal("nobody is told")
		}
	})
}

// A refund made by hand on the merchant platform is booked as what it was: a part
// leaves the course open, repeats change nothing, and the rest ends it.
func TestRefundMadeAtTheChannelIsBookedAsItWas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13600136006", nil)
		no, payment := p.buy(w.sku)
		tell := func(number string, fen int64) {
			t.Helper()
			w.ok(w.app.Commerce.Receive(context.Background(), commerce.Notice{Channel: "wechatpay", Notice: pay.Notice{
				EventID: number, EventType: "REFUND.SUCCESS", Raw: []byte("{}"),
				Refund: &pay.RefundReceipt{OutRefundNo: number, OutTradeNo: payment, RefundID: number, State: pay.RefundSuccess, AmountFen: fen},
			}}))
		}
		state := func() (fen int64, open bool) {
			return p.want(200, "", "GET", "/api/orders/"+no, nil).num("refunded_fen"),
				p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", w.lesson), nil).at("access", "allowed") == true
		}
		for range 3 {
			tell("BYHAND0001", 5000)
		}
		if fen, open := state(); fen != 5000 || !open {
			t.Fatalf("after a part: %d fen back, open %v", fen, open)
		}
		tell("BYHAND0002", 11900)
		if fen, open := state(); fen != 16900 || open {
			t.Fatalf("after the rest: %d fen back, open %v", fen, open)
		}
		w.sound()
	})
}

// INV-41: from the threshold on a refund needs two members of staff, one after the
// other; the same one twice is one.
func TestINV41FourEyes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := &setting.Payment{Policy: setting.DefaultPolicy}
		version := must(w.app.Settings.Load(context.Background(), s))(t)
		s.FourEyesFen = 10_000
		w.ok(w.app.Settings.Save(context.Background(), s, version, nil))
		p := w.learner("13800139401", nil)
		no, _ := p.buy(w.sku)
		finance, owner := w.staff("finance"), w.staff("owner")
		finance.with("four-eyes-1").want(200, "", "POST", "/api/console/orders/"+no+"/refunds", map[string]any{"amount_fen": 0, "reason": "协商退款"})
		rows := must(w.app.Commerce.Refunds(context.Background(), commerce.RefundRequested, 0, 10))(t)
		if len(rows) != 1 || rows[0].FirstBy == 0 || !p.opens(w.lesson) {
			t.Fatalf("one signature was enough: %+v", rows)
		}
		decide := fmt.Sprintf("/api/console/refunds/%d/decide", rows[0].ID)
		finance.want(409, "four_eyes", "POST", decide, map[string]any{"approve": true, "reply": "好"})
		owner.want(200, "", "POST", decide, map[string]any{"approve": true, "reply": "好"})
		if p.opens(w.lesson) {
			t.Fatal("two agreed, and nothing happened")
		}
		w.settleRefunds()
		other := w.learner("13800139402", nil)
		no, _ = other.buy(w.sku)
		finance.with("four-eyes-2").want(200, "", "POST", "/api/console/orders/"+no+"/refunds", map[string]any{"amount_fen": 9_999, "reason": "低于复核金额"})
		if n := must(w.app.Commerce.Refunds(context.Background(), commerce.RefundApproved, 0, 10))(t); len(n) != 1 {
			t.Fatalf("below the threshold: %+v", n)
		}
		w.settleRefunds()
		w.sound()
	})
}
