package sandbox_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/virtual"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/wechat"
)

var item = virtual.Item{ID: "course-21d-v1", Name: "二十一天写作挑战", PriceFen: 9900, Remark: "一次购买，永久学习", ImageURL: "https://example.com/a.png"}

// publish brings item to sale and returns a logged-in session.
func (w *world) publish(t *testing.T) wechat.Session {
	t.Helper()
	ctx := t.Context()
	if err := w.xpay.UploadItem(ctx, item); err != nil {
		t.Fatal(err)
	}
	if s := must(w.xpay.UploadState(ctx, item.ID)); s.State != virtual.TaskRunning {
		t.Errorf("upload %+v", s)
	}
	w.clock.Advance(3 * time.Second)
	if s := must(w.xpay.UploadState(ctx, item.ID)); s.State != virtual.TaskDone {
		t.Errorf("upload %+v", s)
	}
	if s := must(w.xpay.PublishState(ctx, item.ID)); s.State != virtual.TaskNone {
		t.Errorf("publish %+v", s)
	}
	if err := w.xpay.PublishItem(ctx, item.ID); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(3 * time.Second)
	if s := must(w.xpay.PublishState(ctx, item.ID)); s.State != virtual.TaskDone {
		t.Errorf("publish %+v", s)
	}
	return must(w.wx.Code2Session(ctx, w.sb.LoginCode("小舟")))
}

func tap(a pay.Action, s wechat.Session, ios bool) sandbox.VirtualPay {
	return sandbox.VirtualPay{SignData: a.Virtual.SignData, PaySig: a.Virtual.PaySig, Signature: a.Virtual.Signature, OpenID: s.OpenID, IOS: ios}
}

func virtualPrepay(s wechat.Session) pay.Prepay {
	return pay.Prepay{OutTradeNo: id.Code(), AmountFen: 19800, Quantity: 2, ProductID: item.ID, OpenID: s.OpenID, SessionKey: s.SessionKey, Attach: `{"a":"<&>"}`}
}

func TestVirtualRoad(t *testing.T) {
	w := newWorld(t, false)
	ctx := t.Context()
	if err := w.xpay.Test(ctx); err != nil {
		t.Fatalf("good keys: %v", err)
	}
	s := w.publish(t)
	in := virtualPrepay(s)
	a := must(w.xpay.Prepay(ctx, in))
	if err := w.xpay.Close(ctx, in.OutTradeNo, s.OpenID); err != nil {
		t.Errorf("closing what nobody confirmed: %v", err)
	}
	if c := w.sb.PayVirtual(tap(a, s, false)); c != 0 {
		t.Fatalf("client code %d", c)
	}
	if c := w.sb.PayVirtual(tap(a, s, false)); c != -15002 {
		t.Errorf("number used twice: %d", c)
	}
	w.sb.Tick(ctx)
	if len(w.pushes) != 1 || w.pushes[0].Pay == nil {
		t.Fatalf("pushes %+v, refused %v", w.pushes, w.refused)
	}
	r, d := w.pushes[0].Pay, w.pushes[0].Delivery
	if r.OutTradeNo != in.OutTradeNo || r.AmountFen != 19800 || r.PayerOpenID != s.OpenID || r.TransactionID == "" || r.Channel != pay.WechatVirtual ||
		d.ProductID != item.ID || d.Quantity != 2 || d.OrigFen != 9900 || d.Attach != in.Attach || d.Env != virtual.EnvSandbox {
		t.Errorf("receipt %+v delivery %+v", r, d)
	}
	q := must(w.xpay.Query(ctx, in.OutTradeNo, s.OpenID))
	if q.State != pay.StateSuccess || q.AmountFen != 19800 || q.TransactionID != r.TransactionID || q.PaidAt.IsZero() {
		t.Errorf("query %+v", q)
	}
	if err := w.xpay.Close(ctx, in.OutTradeNo, s.OpenID); !errors.Is(err, pay.ErrPaid) {
		t.Errorf("closing a paid order: %v", err)
	}
	if err := w.xpay.Delivered(ctx, in.OutTradeNo); err != nil {
		t.Errorf("telling a delivery twice: %v", err)
	}

	req := pay.RefundRequest{OutTradeNo: in.OutTradeNo, OutRefundNo: id.Code(), RefundFen: 9900, TotalFen: 19800, LeftFen: 100000, OpenID: s.OpenID}
	if _, err := w.xpay.Refund(ctx, req); !errors.Is(err, pay.ErrRetry) {
		t.Errorf("wrong left_fee: %v", err)
	}
	req.LeftFen = 19800
	must(w.xpay.Refund(ctx, req))
	must(w.xpay.Refund(ctx, req))
	w.clock.Advance(3 * time.Second)
	w.sb.Tick(ctx)
	last := w.pushes[len(w.pushes)-1].Refund
	qr := must(w.xpay.QueryRefund(ctx, req.OutRefundNo, in.OutTradeNo, s.OpenID))
	if last == nil || last.State != pay.RefundSuccess || last.OutRefundNo != req.OutRefundNo || last.OutTradeNo != in.OutTradeNo || last.AmountFen != 9900 ||
		qr.State != pay.RefundSuccess || qr.AmountFen != 9900 {
		t.Errorf("refund push %+v, query %+v", last, qr)
	}
	refunds := 0
	for _, o := range w.sb.VOrders() {
		refunds += o.Type
	}
	if refunds != 1 {
		t.Errorf("INV-6: %d refunds for one intent", refunds)
	}
}

func TestVirtualClientCodes(t *testing.T) {
	w := newWorld(t, false)
	ctx := t.Context()
	s := w.publish(t)
	change := func(f func(*sandbox.VirtualPay)) int {
		v := tap(must(w.xpay.Prepay(ctx, virtualPrepay(s))), s, false)
		f(&v)
		return w.sb.PayVirtual(v)
	}
	if c := change(func(v *sandbox.VirtualPay) { v.PaySig = strings.ToUpper(v.PaySig) }); c != -15006 {
		t.Errorf("upper-case paySig: %d", c)
	}
	if c := change(func(v *sandbox.VirtualPay) { v.Signature = v.PaySig }); c != -15005 {
		t.Errorf("signature: %d", c)
	}
	if c := change(func(v *sandbox.VirtualPay) { v.OpenID = "oNOBODY" }); c != -15007 {
		t.Errorf("no session: %d", c)
	}
	in := virtualPrepay(s)
	in.ProductID = "course-unpublished"
	if c := w.sb.PayVirtual(tap(must(w.xpay.Prepay(ctx, in)), s, false)); c != -15010 {
		t.Errorf("unpublished item: %d", c)
	}
	in = virtualPrepay(s)
	in.AmountFen = 19600
	if c := w.sb.PayVirtual(tap(must(w.xpay.Prepay(ctx, in)), s, false)); c != -15013 {
		t.Errorf("other price: %d", c)
	}
	in.AmountFen = 19801
	if _, err := w.xpay.Prepay(ctx, in); !errors.Is(err, pay.ErrConfig) {
		t.Errorf("INV-12: price × quantity must be the amount: %v", err)
	}
	old := must(w.xpay.Prepay(ctx, virtualPrepay(s)))
	must(w.wx.Code2Session(ctx, w.sb.LoginCode("小舟")))
	if c := w.sb.PayVirtual(tap(old, s, false)); c != -15005 {
		t.Errorf("older session key: %d", c)
	}
}

func TestMissedPushIsSettledByQuery(t *testing.T) {
	w := newWorld(t, false)
	s := w.publish(t)
	w.sb.SetTrouble(sandbox.Trouble{NoPushOnVirtual: true})
	in := virtualPrepay(s)
	if c := w.sb.PayVirtual(tap(must(w.xpay.Prepay(t.Context(), in)), s, false)); c != 0 {
		t.Fatal(c)
	}
	w.sb.Tick(t.Context())
	if len(w.pushes) != 0 {
		t.Fatal("no push was expected")
	}
	if q := must(w.xpay.Query(t.Context(), in.OutTradeNo, s.OpenID)); q.State != pay.StateSuccess {
		t.Errorf("query %s", q.State)
	}
	if err := w.xpay.Delivered(t.Context(), in.OutTradeNo); err != nil {
		t.Error(err)
	}
}

func TestINV47IOSRefundInquiry(t *testing.T) {
	for _, agree := range []bool{true, false} {
		w := newWorld(t, false)
		w.agreeIOS = agree
		s := w.publish(t)
		in := virtualPrepay(s)
		if c := w.sb.PayVirtual(tap(must(w.xpay.Prepay(t.Context(), in)), s, true)); c != 0 {
			t.Fatal(c)
		}
		w.sb.Tick(t.Context())
		if _, err := w.xpay.Refund(t.Context(), pay.RefundRequest{OutTradeNo: in.OutTradeNo, OutRefundNo: id.Code(), RefundFen: 19800, LeftFen: 19800, OpenID: s.OpenID}); !errors.Is(err, pay.ErrConfig) {
			t.Errorf("a merchant refund of an iOS order: %v", err)
		}
		if err := w.sb.AskIOSRefund(in.OutTradeNo); err != nil {
			t.Fatal(err)
		}
		w.sb.Tick(t.Context())
		w.sb.Tick(t.Context())
		var asked *virtual.IOSInquiry
		var refunded *pay.RefundReceipt
		for _, p := range w.pushes {
			if p.Inquiry != nil {
				asked = p.Inquiry
			}
			if p.Refund != nil {
				refunded = p.Refund
			}
		}
		if asked == nil || asked.OutTradeNo != in.OutTradeNo || asked.Quantity != 2 || !asked.Delivered || asked.Reason == "" {
			t.Fatalf("inquiry %+v", asked)
		}
		if (refunded != nil) != agree {
			t.Errorf("agree %v, refund %+v", agree, refunded)
		}
	}
}

func TestLogin(t *testing.T) {
	w := newWorld(t, false)
	ctx := t.Context()
	code := w.sb.LoginCode("阿澄")
	s := must(w.wx.Code2Session(ctx, code))
	if s.OpenID != w.sb.OpenID(true, "阿澄") || s.UnionID == "" || s.SessionKey == "" {
		t.Errorf("session %+v", s)
	}
	var e *wechat.Error
	if _, err := w.wx.Code2Session(ctx, code); !errors.As(err, &e) || e.Code != 40163 || !e.Expired() {
		t.Errorf("code used twice: %v", err)
	}
	stale := w.sb.LoginCode("阿澄")
	w.clock.Advance(5 * time.Minute)
	if _, err := w.wx.Code2Session(ctx, stale); !errors.As(err, &e) || !e.Expired() {
		t.Errorf("old code: %v", err)
	}
	if p := must(w.wx.PhoneNumber(ctx, w.sb.PhoneCode("13800138000"))); p.Number != "13800138000" || p.Country != "86" {
		t.Errorf("phone %+v", p)
	}
	w.sb.ExpireToken()
	if p := must(w.wx.PhoneNumber(ctx, "demo:13900139000")); p.Number != "13900139000" {
		t.Errorf("after 40001: %+v", p)
	}

	back := w.app.URL + "/login?next=%2Fme"
	status, page := w.get(t, strings.TrimPrefix(w.wx.AuthorizeURL("st-1", back, wechat.ScopeUser), w.server.URL))
	if status != http.StatusOK || !strings.Contains(page, "小舟") {
		t.Fatalf("authorize page %d", status)
	}
	u := must(url.Parse(w.wx.AuthorizeURL("st-1", back, wechat.ScopeUser)))
	q := u.Query()
	q.Set("person", "阿澄")
	u.RawQuery = q.Encode()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res := must(c.Get(u.String()))
	_ = res.Body.Close()
	to := must(res.Location())
	if to.Query().Get("state") != "st-1" || to.Query().Get("next") != "/me" {
		t.Errorf("redirect %s", to)
	}
	g := must(w.wx.OAuthToken(ctx, to.Query().Get("code")))
	p := must(w.wx.UserInfo(ctx, g))
	if g.OpenID != w.sb.OpenID(false, "阿澄") || g.OpenID == s.OpenID || g.UnionID != s.UnionID || p.Nickname != "阿澄" {
		t.Errorf("grant %+v profile %+v", g, p)
	}
}

func TestOneTokenForManyCallers(t *testing.T) {
	w := newWorld(t, false)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.wx.PhoneNumber(t.Context(), "demo:13800138000"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.clock.Advance(3 * time.Hour)
	must(w.wx.PhoneNumber(t.Context(), "demo:13800138000"))
}
