package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/virtual"
	pw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/wechat"
)

// stepped is a clock that only the test moves.
type stepped struct {
	mu sync.Mutex
	t  time.Time
}

func (c *stepped) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *stepped) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

var _ clock.Clock = (*stepped)(nil)

// world is a sandbox and an app that takes its notifications.
type world struct {
	t      *testing.T
	sb     *sandbox.Sandbox
	clock  *stepped
	server *httptest.Server
	app    *httptest.Server
	pay    *pw.Merchant
	wx     *wechat.Client
	xpay   *virtual.Provider

	mu       sync.Mutex
	notices  []pay.Notice
	refused  []error
	pushes   []virtual.Push
	times    []time.Time
	status   int // what the app answers to good notifications; 0 means 204
	agreeIOS bool
}

func newWorld(t *testing.T, certificates bool) *world {
	t.Helper()
	w := &world{t: t, clock: &stepped{t: time.Now().Truncate(time.Second)}}
	w.app = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.app.Close)
	var h http.Handler
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	t.Cleanup(w.server.Close)
	var err error
	w.sb, err = sandbox.New(sandbox.Config{BaseURL: w.server.URL + "/sandbox", PushURL: w.app.URL + "/push", Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	h = w.sb.Handler()
	m := w.sb.Merchant()
	cfg := m.WechatPay
	if certificates {
		cfg = m.ByCertificate()
	}
	if w.pay, err = pw.New(cfg); err != nil {
		t.Fatal(err)
	}
	w.wx = wechat.New(m.Weixin)
	if w.xpay, err = virtual.New(m.Virtual, w.wx); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.times = append(w.times, w.clock.Now())
	if r.URL.Path == "/push" {
		raw, err := w.wx.OpenPush(r.URL.Query(), body)
		if err != nil {
			w.refused = append(w.refused, err)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		p, err := w.xpay.ParsePush(raw)
		if err != nil {
			w.refused = append(w.refused, err)
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		w.pushes = append(w.pushes, p)
		switch {
		case p.Inquiry != nil && w.agreeIOS:
			_, _ = rw.Write([]byte(`{"result_code":0,"result_info":"建议退款","evidence":"未学习"}`))
		case p.Inquiry != nil:
			_, _ = rw.Write([]byte(`{"result_code":1,"result_info":"拒绝退款","evidence":"已学完"}`))
		default:
			_, _ = rw.Write([]byte(`{"ErrCode":0,"ErrMsg":"success"}`))
		}
		return
	}
	n, err := w.pay.ParseNotify(r.Header, body)
	if err != nil {
		w.refused = append(w.refused, err)
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.notices = append(w.notices, n)
	if w.status == 0 {
		rw.WriteHeader(http.StatusNoContent)
		return
	}
	rw.WriteHeader(w.status)
}

func (w *world) prepay(amount int64) pay.Prepay {
	return pay.Prepay{
		OutTradeNo: id.Code(), Description: "二十一天写作挑战", AmountFen: amount, ClientIP: "203.0.113.9",
		OpenID: w.sb.OpenID(false, "小舟"), NotifyURL: w.app.URL + "/pay", ExpiresAt: w.clock.Now().Add(30 * time.Minute), ReturnURL: w.app.URL + "/done",
	}
}

func TestWholeRoad(t *testing.T) {
	for _, mode := range []struct {
		name string
		cert bool
	}{{"public key", false}, {"certificate", true}} {
		t.Run(mode.name, func(t *testing.T) {
			w := newWorld(t, mode.cert)
			for _, p := range []*pw.Provider{w.pay.JSAPI(), w.pay.Mini(), w.pay.H5(), w.pay.Native()} {
				t.Run(string(p.Channel()), func(t *testing.T) { w.road(t, p) })
			}
			if err := w.pay.Test(t.Context()); err != nil {
				t.Errorf("the keys are good, Test says %v", err)
			}
		})
	}
}

func (w *world) road(t *testing.T, p *pw.Provider) {
	ctx := t.Context()
	in := w.prepay(9900)
	if p.Channel() == pay.WechatMini {
		in.OpenID = w.sb.OpenID(true, "小舟")
	}
	if _, err := p.Query(ctx, in.OutTradeNo, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Fatalf("before create: %v", err)
	}
	a := must(p.Prepay(ctx, in))
	w.checkAction(t, p.Channel(), a, in)
	if r := must(p.Query(ctx, in.OutTradeNo, "")); r.State != pay.StateNotPaid {
		t.Fatalf("state %s", r.State)
	}
	if err := w.sb.Pay(in.OutTradeNo, ""); err != nil {
		t.Fatal(err)
	}
	before := len(w.notices)
	w.sb.Tick(ctx)
	if len(w.notices) != before+1 {
		t.Fatalf("%d notifications, refused %v", len(w.notices)-before, w.refused)
	}
	n := w.notices[before].Pay
	q := must(p.Query(ctx, in.OutTradeNo, ""))
	for _, r := range []pay.Receipt{*n, q} {
		if r.Channel != p.Channel() || r.State != pay.StateSuccess || r.AmountFen != 9900 || r.PayerFen != 9900 || r.OutTradeNo != in.OutTradeNo ||
			r.Currency != "CNY" || r.MchID != w.sb.Merchant().WechatPay.MchID || r.TransactionID == "" || r.PayerOpenID == "" || r.PaidAt.IsZero() || len(r.Raw) == 0 {
			t.Errorf("receipt %+v", r)
		}
	}
	if err := p.Close(ctx, in.OutTradeNo, ""); !errors.Is(err, pay.ErrPaid) {
		t.Errorf("closing a paid order: %v", err)
	}
	if _, err := p.Prepay(ctx, in); !errors.Is(err, pay.ErrPaid) {
		t.Errorf("creating a paid order again: %v", err)
	}

	req := pay.RefundRequest{OutTradeNo: in.OutTradeNo, OutRefundNo: id.Code(), Reason: "学员申请", RefundFen: 4000, TotalFen: 9900, NotifyURL: w.app.URL + "/pay"}
	if _, err := p.QueryRefund(ctx, req.OutRefundNo, in.OutTradeNo, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Errorf("refund before it exists: %v", err)
	}
	first := must(p.Refund(ctx, req))
	again := must(p.Refund(ctx, req))
	if first.State != pay.RefundProcessing || first.RefundID != again.RefundID {
		t.Errorf("the same number made two refunds: %+v %+v", first, again)
	}
	over := req
	over.OutRefundNo, over.RefundFen = id.Code(), 5901
	if _, err := p.Refund(ctx, over); !errors.Is(err, pay.ErrConfig) {
		t.Errorf("refunding more than was paid: %v", err)
	}
	w.clock.Advance(3 * time.Second)
	w.sb.Tick(ctx)
	last := w.notices[len(w.notices)-1]
	rq := must(p.QueryRefund(ctx, req.OutRefundNo, in.OutTradeNo, ""))
	if last.Refund == nil || last.Refund.State != pay.RefundSuccess || last.Refund.AmountFen != 4000 || last.Refund.PayerRefundFen != 4000 || rq.State != pay.RefundSuccess || rq.SucceededAt.IsZero() {
		t.Errorf("refund notice %+v, query %+v", last.Refund, rq)
	}
	if r := must(p.Query(ctx, in.OutTradeNo, "")); r.State != pay.StateRefund {
		t.Errorf("state after refund %s", r.State)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (w *world) checkAction(t *testing.T, c pay.Channel, a pay.Action, in pay.Prepay) {
	t.Helper()
	switch c {
	case pay.WechatH5:
		if a.Type != pay.ActionRedirect || !strings.HasSuffix(a.URL, "redirect_url="+url.QueryEscape(in.ReturnURL)) || a.ExpiresAt.Sub(w.clock.Now()) != 5*time.Minute {
			t.Errorf("action %+v", a)
		}
	case pay.WechatNative:
		if a.Type != pay.ActionQRCode || a.URL == "" || !a.ExpiresAt.Equal(in.ExpiresAt) {
			t.Errorf("action %+v", a)
		}
	default:
		if a.Type != pay.ActionJSAPI || a.JSAPI == nil || !a.ExpiresAt.Equal(in.ExpiresAt) {
			t.Fatalf("action %+v", a)
		}
		j := a.JSAPI
		q := url.Values{"appId": {j.AppID}, "timeStamp": {j.TimeStamp}, "nonceStr": {j.NonceStr}, "package": {j.Package}, "signType": {j.SignType}, "paySign": {j.PaySign}}
		if code, _ := w.get(t, "/sandbox/pay/jsapi?"+q.Encode()); code != http.StatusOK {
			t.Errorf("the cashier refuses paySign: %d", code)
		}
		q.Set("timeStamp", "1")
		if code, _ := w.get(t, "/sandbox/pay/jsapi?"+q.Encode()); code != http.StatusBadRequest {
			t.Errorf("the cashier accepts a changed paySign: %d", code)
		}
	}
}

func (w *world) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+path, nil))
	res := must(http.DefaultClient.Do(req))
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func TestOrderRules(t *testing.T) {
	w := newWorld(t, false)
	ctx, p := t.Context(), w.pay.Native()
	in := w.prepay(100)
	a := must(p.Prepay(ctx, in))
	b := must(p.Prepay(ctx, in))
	if a.URL == b.URL {
		t.Error("re-entry must give a new credential")
	}
	other := in
	other.AmountFen = 101
	if _, err := p.Prepay(ctx, other); !errors.Is(err, pay.ErrNewNumber) {
		t.Errorf("same number, other amount: %v", err)
	}
	if err := p.Close(ctx, in.OutTradeNo, ""); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(ctx, in.OutTradeNo, ""); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if err := p.Close(ctx, id.Code(), ""); err != nil {
		t.Errorf("closing what was never created: %v", err)
	}
	if _, err := p.Prepay(ctx, in); !errors.Is(err, pay.ErrNewNumber) {
		t.Errorf("create after close: %v", err)
	}
	if err := w.sb.Pay(in.OutTradeNo, ""); !errors.Is(err, sandbox.ErrNotOpen) {
		t.Errorf("paying a closed order: %v", err)
	}

	late := w.prepay(100)
	must(p.Prepay(ctx, late))
	w.clock.Advance(31 * time.Minute)
	if r := must(p.Query(ctx, late.OutTradeNo, "")); r.State != pay.StateClosed {
		t.Errorf("after time_expire: %s", r.State)
	}

	h5 := w.prepay(100)
	must(w.pay.H5().Prepay(ctx, h5))
	w.clock.Advance(5 * time.Minute)
	if err := w.sb.Pay(h5.OutTradeNo, ""); !errors.Is(err, sandbox.ErrExpired) {
		t.Errorf("h5_url after five minutes: %v", err)
	}
	must(w.pay.H5().Prepay(ctx, h5))
	if err := w.sb.Pay(h5.OutTradeNo, ""); err != nil {
		t.Errorf("renewed h5_url: %v", err)
	}

	js := w.prepay(100)
	must(w.pay.JSAPI().Prepay(ctx, js))
	if err := w.sb.Pay(js.OutTradeNo, "阿澄"); !errors.Is(err, sandbox.ErrNotPayer) {
		t.Errorf("another account pays: %v", err)
	}
	js.OutTradeNo, js.OpenID = id.Code(), "oSOMEBODY"
	if _, err := w.pay.JSAPI().Prepay(ctx, js); !errors.Is(err, pay.ErrUser) {
		t.Errorf("foreign openid: %v", err)
	}
	for name, bad := range map[string]func(*pay.Prepay){
		"zero":         func(p *pay.Prepay) { p.AmountFen = 0 },
		"notify query": func(p *pay.Prepay) { p.NotifyURL += "?a=1" },
		"number":       func(p *pay.Prepay) { p.OutTradeNo = "中文" },
	} {
		x := w.prepay(1)
		bad(&x)
		if _, err := p.Prepay(ctx, x); !errors.Is(err, pay.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	noIP := w.prepay(1)
	noIP.ClientIP = ""
	if _, err := w.pay.H5().Prepay(ctx, noIP); !errors.Is(err, pay.ErrConfig) {
		t.Errorf("H5 without address: %v", err)
	}
}

func TestRefundFiftyParts(t *testing.T) {
	w := newWorld(t, false)
	ctx, p := t.Context(), w.pay.Native()
	in := w.prepay(10000)
	must(p.Prepay(ctx, in))
	if err := w.sb.Pay(in.OutTradeNo, ""); err != nil {
		t.Fatal(err)
	}
	for i := range 51 {
		_, err := p.Refund(ctx, pay.RefundRequest{OutTradeNo: in.OutTradeNo, OutRefundNo: id.Code(), RefundFen: 1, TotalFen: 10000})
		if (i == 50) != errors.Is(err, pay.ErrConfig) {
			t.Fatalf("part %d: %v", i+1, err)
		}
	}
}
