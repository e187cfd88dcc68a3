package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	otptotp "github.com/pquerna/otp/totp"

	"zhizhou/internal/app"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/testkit"
)

var (
	qGrants   = db.Q("apptest/grants", `SELECT COUNT(*) FROM grants WHERE revoked_at = 0`)
	qPostings = db.Q("apptest/postings", `SELECT COUNT(*) FROM ledger_postings`)
	qOrders   = db.Q("apptest/orders", `SELECT COUNT(*) FROM orders`)
	qInbox    = db.Q("apptest/inbox", `SELECT COUNT(*) FROM inbox`)
	qRefunds  = db.Q("apptest/refunds", `SELECT COUNT(*) FROM refunds WHERE status = $1`)
	qPayments = db.Q("apptest/payments", `SELECT COUNT(*) FROM payments WHERE outcome = $1`)
	qSuspense = db.Q("apptest/suspense", `SELECT CAST(COALESCE(SUM(credit_fen - debit_fen), 0) AS BIGINT) FROM ledger_postings WHERE account = 'suspense'`)
)

func totp6(secret string, now time.Time) (string, error) { return otptotp.GenerateCode(secret, now) }

func TestBuyLearnRefund(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138000", nil)
		lesson := fmt.Sprintf("/api/lessons/%d", w.lesson)
		if a := p.want(200, "", "GET", lesson, nil); a.at("access", "allowed") != false || a.str("access", "reason") != "buy" || a.str("body_html") != "" {
			t.Fatalf("a locked lesson shows %s", a.raw)
		}
		no, _ := p.buy(w.sku)
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
			t.Fatalf("order %s", a.raw)
		}
		if a := p.want(200, "", "GET", lesson, nil); a.at("access", "allowed") != true || !strings.Contains(a.str("body_html"), "结论") {
			t.Fatalf("a bought lesson shows %s", a.raw)
		}
		p.want(409, "already_owned", "POST", "/api/orders", nil2(p, w))

		p.with("refund-key-1").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不适合我"})
		finance := w.staff("finance")
		queue := finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil)
		item := queue.at("items").([]any)[0].(map[string]any)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", int64(item["id"].(float64))), map[string]any{"approve": true, "reply": "已同意"})
		if a := p.want(200, "", "GET", lesson, nil); a.at("access", "allowed") != false {
			t.Fatal("an approved refund leaves the lesson open")
		}
		w.settleRefunds()
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "refunded" || a.num("refunded_fen") != 16900 {
			t.Fatalf("order %s", a.raw)
		}
		w.sound()
	})
}

// nil2 quotes again and asks to order what is owned.
func nil2(p *person, w *world) map[string]any {
	q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
	p.header = map[string]string{"Idempotency-Key": "second-order"}
	return map[string]any{"quote_token": q.str("token"), "terms_confirmed": true}
}

// settleRefunds lets the sweep ask the channel until nothing is open.
func (w *world) settleRefunds() {
	w.t.Helper()
	for range 4 {
		w.clock.Advance(3 * time.Minute)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		w.tick()
	}
}

func TestFreeCourseTakesTheSameRoad(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138001", nil)
		if a := p.order(w.freeSKU, "free-order"); a.str("status") != "paid" {
			t.Fatalf("a free order is %s", a.raw)
		}
		if n := w.count(qGrants); n != 1 {
			t.Fatalf("%d grants", n)
		}
		if n := w.count(qPostings); n != 0 {
			t.Fatalf("%d postings for nothing", n)
		}
		w.sound()
	})
}

func TestINV1NotifyReplayedByTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		second, err := app.New(context.Background(), w.app.Config, testkit.Log())
		w.ok(err)
		t.Cleanup(second.Close)
		p := w.learner("13800138002", nil)
		no := p.order(w.sku, "replayed-order").str("no")
		payment := p.pay(no)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true})
		w.ok(w.app.Sandbox.Pay(payment, ""))
		var wg sync.WaitGroup
		for i := range 100 {
			a := w.app
			if i%2 == 1 {
				a = second
			}
			wg.Go(func() {
				if _, err := a.Commerce.Sync(context.Background(), 0, "none"); err == nil {
					t.Error("an order of nobody was found")
				}
				r, err := receipt(a, payment)
				if err == nil {
					err = a.Commerce.Settle(context.Background(), r)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: 5})
		w.tick()
		wg.Wait()
		if g, n := w.count(qGrants), w.count(qPostings); g != 1 || n != 3 {
			t.Fatalf("%d grants and %d postings, want 1 and 3", g, n)
		}
		if n := w.count(qInbox); n != 1 {
			t.Fatalf("%d inbox rows for one event", n)
		}
		w.sound()
	})
}

func TestINV8LatePaymentGoesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138003", nil)
		no := p.order(w.sku, "late-order").str("no")
		payment := p.pay(no)
		r, err := receiptAfter(w, payment)
		w.ok(err)
		// The order was closed by us without the channel knowing, as after a crash.
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, qForceClosePayment, payment); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, qForceClose, no)
			return err
		}))
		for range 3 {
			w.ok(w.app.Commerce.Settle(context.Background(), r))
		}
		if g := w.count(qGrants); g != 0 {
			t.Fatal("a closed order opened something")
		}
		if n := w.count(qSuspense); n != 16900 {
			t.Fatalf("suspense holds %d", n)
		}
		w.settleRefunds()
		if n := w.count(qRefunds, "succeeded"); n != 1 {
			t.Fatalf("%d refunds went through", n)
		}
		if n := w.count(qSuspense); n != 0 {
			t.Fatalf("suspense still holds %d", n)
		}
		w.sound()
	})
}

var (
	qForceClosePayment = db.Q("apptest/force_close_payment", `UPDATE payments SET status = 'closed' WHERE out_trade_no = $1`)
	qForceClose        = db.Q("apptest/force_close", `UPDATE orders SET status = 'closed', closed_at = 1 WHERE no = $1`)
)

func TestINV9SecondPaymentGoesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		pc := w.learner("13800138004", nil)
		no := pc.order(w.sku, "twice-order").str("no")
		first := pc.pay(no)
		phone := &person{w: w, http: pc.http, header: map[string]string{"User-Agent": phoneAgent}}
		second := phone.pay(no)
		if first == second {
			t.Fatal("two channels share a number")
		}
		w.ok(w.app.Sandbox.Pay(first, ""))
		w.ok(w.app.Sandbox.Pay(second, ""))
		w.tick()
		if g := w.count(qGrants); g != 1 {
			t.Fatalf("%d grants", g)
		}
		if n := w.count(qPayments, "duplicate"); n != 1 {
			t.Fatalf("%d duplicates", n)
		}
		w.settleRefunds()
		if n := w.count(qRefunds, "succeeded"); n != 1 {
			t.Fatalf("%d refunds", n)
		}
		w.sound()
	})
}

func TestINV7MismatchIsHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138005", nil)
		no := p.order(w.sku, "mismatch-order").str("no")
		payment := p.pay(no)
		r, err := receiptAfter(w, payment)
		w.ok(err)
		r.AmountFen = 1
		w.ok(w.app.Commerce.Settle(context.Background(), r))
		if g := w.count(qGrants); g != 0 {
			t.Fatal("a wrong amount opened something")
		}
		if n := w.count(qSuspense); n != 1 {
			t.Fatalf("suspense holds %d, want the 1 fen that came", n)
		}
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "pending" {
			t.Fatalf("order is %s", a.str("status"))
		}
		w.sound()
	})
}

func TestLostAnswersAndNotices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138006", nil)
		no := p.order(w.sku, "lost-notice").str("no")
		payment := p.pay(no)
		w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true})
		w.ok(w.app.Sandbox.Pay(payment, ""))
		w.clock.Advance(2 * time.Minute)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
			t.Fatal("a payment whose notice was lost stays open")
		}
		// The answer to the refund is lost after the channel did it: the retry keeps
		// its number, and the channel sees one refund (INV-6).
		p.with("refund-lost").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		w.app.Sandbox.SetTrouble(sandbox.Trouble{DropAnswers: 1})
		rows, err := w.app.Commerce.Refunds(context.Background(), "requested", 0, 10)
		w.ok(err)
		_, err = w.app.Commerce.Decide(context.Background(), rows[0].ID, true, "好")
		w.ok(err)
		w.settleRefunds()
		if n := len(w.app.Sandbox.Refunds()); n != 1 {
			t.Fatalf("the channel saw %d refunds", n)
		}
		if n := w.count(qRefunds, "succeeded"); n != 1 {
			t.Fatalf("%d refunds succeeded", n)
		}
		w.sound()
	})
}

func TestIdempotencyAndOwners(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138007", nil)
		first := p.order(w.sku, "same-key-1")
		again := p.order(w.sku, "same-key-2")
		if first.str("no") != again.str("no") {
			t.Fatal("an open order is offered a second time")
		}
		if n := w.count(qOrders); n != 1 {
			t.Fatalf("%d orders", n)
		}
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.freeSKU})
		p.with("same-key-1").want(409, "idempotency_conflict", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
		p.with("terms-key").want(422, "terms_unconfirmed", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": false})

		other := w.learner("13800138008", nil)
		no := first.str("no")
		other.want(404, "order_gone", "GET", "/api/orders/"+no, nil)
		other.want(404, "order_gone", "POST", "/api/orders/"+no+"/sync", nil)
		other.want(404, "order_gone", "POST", "/api/orders/"+no+"/close", nil)
		other.with("steal-pay").want(404, "order_gone", "POST", "/api/orders/"+no+"/pay", map[string]any{})
		other.with("steal-refund").want(404, "order_gone", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不是我的"})
		stolen := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku}).str("token")
		other.with("stolen-quote").want(422, "quote_invalid", "POST", "/api/orders", map[string]any{"quote_token": stolen, "terms_confirmed": true})
		p.with("forged-quote").want(422, "quote_invalid", "POST", "/api/orders", map[string]any{"quote_token": stolen[:len(stolen)-2] + "xx", "terms_confirmed": true})
	})
}

func TestINV12ChangedPriceAsksAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138009", nil)
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
		operator := w.staff("operator")
		operator.want(200, "", "PUT", fmt.Sprintf("/api/console/products/%d/skus/%d", w.product(w.paid), w.sku), map[string]any{
			"name": "长期有效", "price_fen": 9900, "period_days": 0, "tax_category": "digital_service", "active": true, "platform_prices": map[string]int{},
		})
		p.with("old-price").want(409, "quote_expired", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
		now := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
		if now.num("total_fen") != 9900 || now.num("was_fen") != 16900 { // it was really charged until now
			t.Fatalf("quote %s", now.raw)
		}
	})
}

func TestMiniProgramPaysVirtually(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := p.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿一"), "consents": consents})
		p.header["Authorization"] = "Bearer " + in.str("token")
		page := fmt.Sprintf("/api/courses/%d", w.paid)
		if c := p.want(200, "", "GET", page, nil); c.at("for_sale") != false {
			t.Fatalf("offered before virtual payment knows the price: %s", c.raw)
		}
		p.want(409, "item_unpublished", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
		for range 4 { // wanted → uploading → uploaded → publishing → published
			w.clock.Advance(15 * time.Minute)
			w.ok(w.app.SyncItems(context.Background()))
		}
		if c := p.want(200, "", "GET", page, nil); c.at("for_sale") != true {
			t.Fatalf("not offered although its price is published: %s", c.raw)
		}
		no := p.order(w.sku, "virtual-order").str("no")
		a := p.with("virtual-pay").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{})
		if a.str("action", "type") != "virtual" {
			t.Fatalf("action %s", a.raw)
		}
		v := a.at("action", "virtual").(map[string]any)
		if code := w.app.Sandbox.PayVirtual(sandbox.VirtualPay{SignData: v["signData"].(string), PaySig: v["paySig"].(string), Signature: v["signature"].(string), OpenID: w.app.Sandbox.OpenID(true, "阿一")}); code != 0 {
			t.Fatalf("requestVirtualPayment answers %d", code)
		}
		w.tick()
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
			t.Fatalf("order %s", a.raw)
		}
		w.sound()
	})
}

func TestHooksRefuseNoise(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.person(nil)
		for _, body := range []any{nil, "x", map[string]any{"id": "1"}, strings.Repeat("x", 2<<20)} {
			a := p.do("POST", "/hook/wechatpay/payment", body)
			if a.status < 400 || a.status >= 500 {
				t.Errorf("a forged notice got %d", a.status)
			}
			if a := p.do("POST", "/hook/wechat/push?signature=1", body); a.status < 400 || a.status >= 500 {
				t.Errorf("a forged push got %d", a.status)
			}
		}
		if n := w.count(qInbox); n != 0 {
			t.Fatalf("%d forged messages were kept", n)
		}
	})
}

func TestCrossSiteRequestsAreRefused(t *testing.T) {
	w := newWorld(t, db.SQLite)
	p := w.learner("13800138010", nil)
	evil := &person{w: w, http: p.http, header: map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}}
	evil.want(403, "forbidden", "POST", "/api/auth/logout", map[string]any{})
	if a := p.do("GET", "/api/me", nil); a.status != http.StatusOK {
		t.Fatal("the session ended all the same")
	}
}
