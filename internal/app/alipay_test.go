package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
)

// offerAlipay puts Alipay beside WeChat for browsers outside WeChat.
func (w *world) offerAlipay() {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	p := setting.NewPayment()
	version := must(w.app.Settings.Load(ctx, p))(w.t)
	p.Policy["h5/digital_service"], p.Policy["pc/digital_service"] = "wechat_h5,alipay_wap", "wechat_native,alipay_page"
	w.ok(p.Check())
	w.ok(w.app.Settings.Save(ctx, p, version, nil))
}

// alipay opens an attempt at Alipay and lets the buyer sign in there.
func (p *person) alipay(no, channel string) string {
	p.w.t.Helper()
	a := p.with("ali-"+no).want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": channel})
	if a.str("action", "type") != "redirect" || a.str("channel") != channel {
		p.w.t.Fatalf("pay answers %s", a.raw)
	}
	opened, err := p.w.app.Sandbox.OpenAlipay(a.str("action", "url"))
	p.w.ok(err)
	if opened != a.str("payment_no") {
		p.w.t.Fatalf("the page is for %s, not %s", opened, a.str("payment_no"))
	}
	return opened
}

// hook posts a notice of Alipay as it stands and returns what was answered.
func (w *world) hook(form url.Values) (int, string) {
	w.t.Helper()
	res, err := http.PostForm(w.url+"/hook/alipay/payment", form) //nolint:noctx // a test's own server
	w.ok(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	w.ok(err)
	return res.StatusCode, string(body)
}

func TestAlipayPaysAndRefunds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		for i, c := range []struct{ agent, channel string }{{phoneAgent, "alipay_wap"}, {"", "alipay_page"}} {
			p := w.learner(fmt.Sprintf("1391000000%d", i), map[string]string{"User-Agent": c.agent})
			q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku})
			if list, _ := q.at("channels").([]any); len(list) != 2 || q.str("channel") == c.channel {
				t.Fatalf("offered %s", q.raw)
			}
			no := p.order(w.sku, "alipay-order").str("no")
			// An order that waits offers the same choice, a settled one none.
			if list, _ := p.want(200, "", "GET", "/api/orders/"+no, nil).at("channels").([]any); len(list) != 2 {
				t.Fatalf("the order offers %v", list)
			}
			payment := p.alipay(no, c.channel)
			w.ok(w.app.Sandbox.PayAlipay(payment))
			w.app.Sandbox.SetTrouble(sandbox.Trouble{Duplicate: 2})
			w.tick()
			w.app.Sandbox.SetTrouble(sandbox.Trouble{})
			if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" || len(a.at("channels").([]any)) != 0 {
				t.Fatalf("order %s", a.raw)
			}
			if n := w.app.Sandbox.Notices()[0]; !n.Done {
				t.Fatalf("the notice was not taken: %+v", n)
			}
			// The refund's answer is lost once; the channel sees one refund all the same.
			w.app.Sandbox.SetTrouble(sandbox.Trouble{DropAnswers: 1})
			ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "staff", ID: 1, Name: "财务"})
			_, err := w.app.Commerce.StaffRefund(ctx, no, "alipay-refund", 0, 0, "协商退款")
			w.ok(err)
			w.settleRefunds()
			if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "refunded" {
				t.Fatalf("order %s", a.raw)
			}
			for _, tr := range w.app.Sandbox.Trades() {
				if tr.OutTradeNo == payment && (len(tr.Refunds) != 1 || tr.RefundedFen != 16900) {
					t.Fatalf("the channel saw %+v", tr)
				}
			}
		}
		w.sound()
	})
}

// Alipay and WeChat Pay are both paid for one order: one grant, the second goes back.
func TestINV9AlipayAfterWeChatGoesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		p := w.learner("13910000010", nil)
		no := p.order(w.sku, "two-channels").str("no")
		wechat, ali := p.pay(no), p.alipay(no, "alipay_page")
		w.ok(w.app.Sandbox.Pay(wechat, ""))
		w.ok(w.app.Sandbox.PayAlipay(ali))
		w.tick()
		if g, d := w.count(qGrants), w.count(qPayments, "duplicate"); g != 1 || d != 1 {
			t.Fatalf("%d grants, %d duplicates", g, d)
		}
		w.settleRefunds()
		if n, s := w.count(qRefunds, "succeeded"), w.count(qSuspense); n != 1 || s != 0 {
			t.Fatalf("%d refunds, %d on suspense", n, s)
		}
		w.sound()
	})
}

// The operator offers Alipay where it works and nowhere else, and a buyer chooses
// among what is offered.
func TestAlipayIsOfferedOutsideWeChatOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13910000020", nil)
		no := p.order(w.sku, "not-offered").str("no")
		p.with("choose-1").want(503, "channel_missing", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": "alipay_page"})
		w.offerAlipay()
		p.with("choose-2").want(503, "channel_missing", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": "alipay_wap"})
		p.with("choose-3").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": "alipay_page"})
		if a := p.with("choose-4").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{}); a.str("channel") != "wechat_native" {
			t.Fatalf("without a choice: %s", a.raw)
		}
		for _, bad := range []struct{ place, entry string }{
			{"wechat_h5/digital_service", "wechat_jsapi,alipay_wap"},
			{"mp_ios/digital_service", "alipay_wap"},
			{"mp_android/book", "wechat_mini,alipay_wap"},
			{"h5/digital_service", "alipay_page"},
			{"pc/digital_service", "wechat_native,wechat_native"},
			{"pc/digital_service", "wechat_native,"},
			{"pc/digital_service", "paypal"},
		} {
			s := setting.NewPayment()
			s.Policy[bad.place] = bad.entry
			if s.Check() == nil {
				t.Errorf("%s → %s was accepted", bad.place, bad.entry)
			}
		}
	})
}

// INV-7: a genuine notice with another amount, application or seller than we asked
// for is held, opens nothing, and the money stands on suspense.
func TestINV7AlipayMismatchIsHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.quiet()
		for i, c := range []struct{ field, value, note string }{
			{"total_amount", "0.01", "金额不符"}, {"app_id", "2021000000000000", "AppID 不符"}, {"seller_id", "2088999999999999", "商户号不符"}, {"passback_params", "alipay_wap", "通道不符"},
		} {
			p := w.learner(fmt.Sprintf("1391000003%d", i), nil)
			no := p.order(w.sku, "held-order").str("no")
			payment := p.alipay(no, "alipay_page")
			w.ok(w.app.Sandbox.PayAlipay(payment))
			fields := w.app.Sandbox.AlipayFields(payment)
			fields[c.field] = c.value
			before := w.count(qSuspense)
			for range 2 {
				if status, body := w.hook(w.app.Sandbox.AlipayForm(fields)); status != 200 || body != "success" {
					t.Fatalf("%s: %d %s", c.field, status, body)
				}
			}
			held, err := w.app.Commerce.HeldPayments(context.Background(), commerce.HeldFilter{No: payment}, 0, 5)
			w.ok(err)
			if len(held) != 1 || !strings.HasPrefix(held[0].Note, c.note) {
				t.Fatalf("%s: %+v", c.field, held)
			}
			if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "pending" || w.count(qGrants) != 0 {
				t.Fatalf("%s opened something: %s", c.field, a.raw)
			}
			want := int64(16900)
			if c.field == "total_amount" {
				want = 1
			}
			if got := w.count(qSuspense) - before; got != want {
				t.Fatalf("%s: %d on suspense, want %d", c.field, got, want)
			}
		}
		w.sound()
	})
}

// INV-13 and INV-14: what is forged or malformed is refused and changes nothing, and
// "success" is said only to what is kept; 50 copies at once settle once.
func TestINV13AlipayNotices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.quiet()
		p := w.learner("13910000040", nil)
		no := p.order(w.sku, "forged-order").str("no")
		payment := p.alipay(no, "alipay_page")
		w.ok(w.app.Sandbox.PayAlipay(payment))
		good := w.app.Sandbox.AlipayForm(w.app.Sandbox.AlipayFields(payment))
		for name, spoil := range map[string]func(url.Values){
			"tampered": func(f url.Values) { f.Set("total_amount", "0.01") },
			"unsigned": func(f url.Values) { f.Del("sign") },
			"twice":    func(f url.Values) { f.Add("out_trade_no", "X") },
			"empty":    func(f url.Values) { clear(f) },
			"huge":     func(f url.Values) { f.Set("body", strings.Repeat("x", 2<<20)) },
		} {
			f := url.Values{}
			for k, v := range good {
				f[k] = append([]string{}, v...)
			}
			spoil(f)
			if status, body := w.hook(f); status < 400 || status > 499 || body == "success" {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		if n := w.count(qInbox); n != 0 {
			t.Fatalf("%d forged notices were kept", n)
		}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if status, body := w.hook(good); status != 200 || body != "success" {
					t.Errorf("%d %s", status, body)
				}
			})
		}
		wg.Wait()
		if g, n, i := w.count(qGrants), w.count(qPostings), w.count(qInbox); g != 1 || n != 3 || i != 1 {
			t.Fatalf("%d grants, %d postings, %d inbox rows", g, n, i)
		}
		w.sound()
	})
}

// The buyer never opens Alipay's page: its "no such trade" is no failure while the
// order lives, and closes the attempt afterwards. A lost notice is found by asking.
func TestAlipayQueries(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.offerAlipay()
		w.quiet()
		p := w.learner("13910000050", nil)
		no := p.order(w.sku, "asked-order").str("no")
		p.with("ask-first").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": "alipay_page"})
		w.clock.Advance(2 * time.Minute)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		if a := p.want(200, "", "POST", "/api/orders/"+no+"/sync", nil); a.str("status") != "pending" {
			t.Fatalf("order %s", a.raw)
		}
		payment := p.alipay(no, "alipay_page")
		w.ok(w.app.Sandbox.PayAlipay(payment))
		w.clock.Advance(20 * time.Minute)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
			t.Fatalf("a payment whose notice was lost stays open: %s", a.raw)
		}
		other := w.learner("13910000051", nil)
		gone := other.order(w.sku, "gone-order").str("no")
		other.with("gone-first").want(200, "", "POST", "/api/orders/"+gone+"/pay", map[string]any{"channel": "alipay_page"})
		w.clock.Advance(time.Hour)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		if a := other.want(200, "", "GET", "/api/orders/"+gone, nil); a.str("status") != "closed" {
			t.Fatalf("an expired order is %s", a.raw)
		}
		w.sound()
	})
}

// The page of Alipay's cashier, as a browser sees it.
func TestAlipayCashier(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.offerAlipay()
	p := w.learner("13910000060", nil)
	no := p.order(w.sku, "cashier-order").str("no")
	a := p.with("cashier-1").want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{"channel": "alipay_page", "return_url": w.url + "/pay/" + no})
	page := strings.TrimPrefix(a.str("action", "url"), w.url)
	next := p.do("GET", page, nil).header.Get("Location")
	cashier := p.do("GET", next, nil)
	if cashier.status != 200 || !strings.Contains(cashier.raw, "169.00") || !strings.Contains(cashier.raw, "确认支付") {
		t.Fatalf("%d %s", cashier.status, cashier.raw)
	}
	u, err := url.Parse(next)
	w.ok(err)
	res, err := p.http.PostForm(w.url+u.Path, url.Values{"t": {u.Query().Get("t")}, "return_url": {u.Query().Get("return_url")}, "do": {"pay"}}) //nolint:noctx // a test's own server
	w.ok(err)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != w.url+"/pay/"+no {
		t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	w.tick()
	if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.str("status") != "paid" {
		t.Fatalf("order %s", a.raw)
	}
	if a := p.do("GET", strings.Replace(page, "169.00", "001.00", 1), nil); a.status != 400 {
		t.Fatalf("a changed page address got %d", a.status)
	}
}
