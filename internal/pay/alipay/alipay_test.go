package alipay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/alipay"
	"zhizhou/internal/sandbox"
)

// world is a merchant with a sandbox of Alipay that reports to it. The sandbox's
// signing is ours and the merchant's is the SDK's, so the two check each other.
type world struct {
	t      *testing.T
	sb     *sandbox.Sandbox
	m      *alipay.Merchant
	clock  *clock.Moved
	app    *httptest.Server
	bodies [][]byte
	answer string
	times  []time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, clock: &clock.Moved{}, answer: "success"}
	w.app = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			w.bodies, w.times = append(w.bodies, body), append(w.times, w.clock.Now())
		}
		_, _ = io.WriteString(rw, w.answer)
	}))
	t.Cleanup(w.app.Close)
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	sb, err := sandbox.New(sandbox.Config{BaseURL: server.URL + "/sandbox", Clock: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	h, w.sb = sb.Handler(), sb
	if w.m, err = alipay.New(sb.Merchant().Alipay); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) prepay(fen int64) pay.Prepay {
	return pay.Prepay{
		OutTradeNo: id.Code(), Description: "把话写清楚/全集", AmountFen: fen, ExpiresAt: w.clock.Now().Add(30 * time.Minute),
		NotifyURL: w.app.URL + "/hook", ReturnURL: w.app.URL + "/pay/1",
	}
}

// opened returns a trade that the buyer has signed in for.
func (w *world) opened(p *alipay.Provider, fen int64) string {
	w.t.Helper()
	a, err := p.Prepay(w.t.Context(), w.prepay(fen))
	if err != nil || a.Type != pay.ActionRedirect {
		w.t.Fatalf("%+v %v", a, err)
	}
	no, err := w.sb.OpenAlipay(a.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	return no
}

func (w *world) paid(p *alipay.Provider, fen int64) string {
	w.t.Helper()
	no := w.opened(p, fen)
	if err := w.sb.PayAlipay(no); err != nil {
		w.t.Fatal(err)
	}
	return no
}

func TestPayQueryClose(t *testing.T) {
	w := newWorld(t)
	for _, p := range []*alipay.Provider{w.m.Wap(), w.m.Page()} {
		if err := p.Test(t.Context()); err != nil {
			t.Fatal(err)
		}
		in := w.prepay(16900)
		a, err := p.Prepay(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		// The trade does not exist before the buyer signs in: not failed, not found.
		if _, err := p.Query(t.Context(), in.OutTradeNo, ""); !errors.Is(err, pay.ErrNotFound) {
			t.Fatalf("query before the page was opened: %v", err)
		}
		if err := p.Close(t.Context(), in.OutTradeNo, ""); err != nil {
			t.Fatalf("closing what does not exist: %v", err)
		}
		no, err := w.sb.OpenAlipay(a.URL)
		if err != nil || no != in.OutTradeNo {
			t.Fatal(no, err)
		}
		if r, err := p.Query(t.Context(), no, ""); err != nil || r.State != pay.StateNotPaid {
			t.Fatalf("%+v %v", r, err)
		}
		if err := w.sb.PayAlipay(no); err != nil {
			t.Fatal(err)
		}
		r, err := p.Query(t.Context(), no, "")
		if err != nil || r.State != pay.StateSuccess || r.AmountFen != 16900 || r.TransactionID == "" || r.PaidAt.IsZero() || r.Channel != p.Channel() {
			t.Fatalf("%+v %v", r, err)
		}
		if err := p.Close(t.Context(), no, ""); !errors.Is(err, pay.ErrPaid) {
			t.Fatalf("closing what is paid: %v", err)
		}
		other := w.opened(p, 100)
		for range 2 {
			if err := p.Close(t.Context(), other, ""); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := p.Query(t.Context(), other, ""); err != nil || r.State != pay.StateClosed {
			t.Fatalf("%+v %v", r, err)
		}
	}
	// A page that was changed on the way is refused.
	a, err := w.m.Page().Prepay(t.Context(), w.prepay(16900))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.sb.OpenAlipay(strings.Replace(a.URL, "169.00", "1.00", 1)); !errors.Is(err, sandbox.ErrPage) {
		t.Fatalf("a cheaper page: %v", err)
	}
}

func TestRefundIsIdempotent(t *testing.T) {
	w := newWorld(t)
	p := w.m.Wap()
	no := w.paid(p, 1001)
	ask := pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 400, TotalFen: 1001, Reason: "不想学了"}
	if _, err := p.QueryRefund(t.Context(), ask.OutRefundNo, no, ""); !errors.Is(err, pay.ErrNotFound) {
		t.Fatalf("a refund nobody asked for: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{DropAnswers: 1})
	if _, err := p.Refund(t.Context(), ask); !errors.Is(err, pay.ErrRetry) {
		t.Fatalf("a lost answer: %v", err)
	}
	for range 3 { // the first moved money, these find it moved: fund_change is N
		r, err := p.Refund(t.Context(), ask)
		if err != nil || r.State != pay.RefundSuccess || r.AmountFen != 400 {
			t.Fatalf("%+v %v", r, err)
		}
	}
	if got := w.sb.Trades()[0]; got.RefundedFen != 400 || len(got.Refunds) != 1 || got.State != "TRADE_SUCCESS" {
		t.Fatalf("%+v", got)
	}
	w.sb.SetTrouble(sandbox.Trouble{RefundStuck: true})
	rest := pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 601, TotalFen: 1001}
	if _, err := p.Refund(t.Context(), rest); !errors.Is(err, pay.ErrRetry) {
		t.Fatalf("10000 with fund_change N and nothing moved: %v", err)
	}
	w.sb.SetTrouble(sandbox.Trouble{})
	if r, err := p.Refund(t.Context(), rest); err != nil || r.State != pay.RefundSuccess {
		t.Fatalf("%+v %v", r, err)
	}
	// All given back: TRADE_CLOSED, which is not "unpaid".
	if r, err := p.Query(t.Context(), no, ""); err != nil || r.State != pay.StateRefund {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := p.Refund(t.Context(), pay.RefundRequest{OutTradeNo: no, OutRefundNo: id.Code(), RefundFen: 1, TotalFen: 1001}); !errors.Is(err, pay.ErrConfig) {
		t.Fatalf("more than was paid: %v", err)
	}
	second := w.paid(p, 500)
	w.sb.SetTrouble(sandbox.Trouble{NotEnough: true})
	if _, err := p.Refund(t.Context(), pay.RefundRequest{OutTradeNo: second, OutRefundNo: id.Code(), RefundFen: 500, TotalFen: 500}); !errors.Is(err, pay.ErrFunds) {
		t.Fatalf("no balance: %v", err)
	}
}

func TestAnswersAreVerified(t *testing.T) {
	w := newWorld(t)
	p := w.m.Page()
	no := w.paid(p, 100)
	w.sb.SetTrouble(sandbox.Trouble{BadAnswerSign: true})
	if r, err := p.Query(t.Context(), no, ""); !errors.Is(err, pay.ErrConfig) || r.OutTradeNo != "" {
		t.Fatalf("an answer with a wrong signature: %+v %v", r, err)
	}
	w.sb.SetTrouble(sandbox.Trouble{FailAnswers: 1})
	if _, err := p.Query(t.Context(), no, ""); !errors.Is(err, pay.ErrRetry) {
		t.Fatalf("a 500: %v", err)
	}
	// An answer without any signature must not be believed.
	bare := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(rw, `{"alipay_trade_query_response":{"code":"10000","msg":"Success","trade_status":"TRADE_SUCCESS","out_trade_no":"`+no+`","total_amount":"1.00"}}`)
	}))
	defer bare.Close()
	cfg := w.sb.Merchant().Alipay
	cfg.GatewayURL = bare.URL
	m, err := alipay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := m.Page().Query(t.Context(), no, ""); err == nil {
		t.Fatalf("an unsigned answer was believed: %+v", r)
	}
	wrong := w.sb.Merchant().Alipay
	wrong.AppID = "2021000000000000"
	m, err = alipay.New(wrong)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Test(t.Context()); !errors.Is(err, pay.ErrConfig) {
		t.Fatalf("another application: %v", err)
	}
}

func TestNoticesComeOnTheLadder(t *testing.T) {
	w := newWorld(t)
	w.answer = "fail"
	no := w.paid(w.m.Wap(), 16900)
	start := w.clock.Now()
	for range 26 * 60 {
		w.sb.Tick(t.Context())
		w.clock.Advance(time.Minute)
	}
	want := []time.Duration{0, 4 * time.Minute, 14 * time.Minute, 24 * time.Minute, 84 * time.Minute, 204 * time.Minute, 564 * time.Minute, 1464 * time.Minute}
	if len(w.times) != len(want) {
		t.Fatalf("%d tries, want %d", len(w.times), len(want))
	}
	for i, at := range w.times {
		if d := at.Sub(start) - want[i]; d < 0 || d > 2*time.Minute {
			t.Errorf("try %d after %s, want %s", i+1, at.Sub(start), want[i])
		}
	}
	var events []string
	for _, body := range w.bodies {
		n, err := w.m.ParseNotify(nil, body)
		if err != nil || n.Pay == nil {
			t.Fatal(err)
		}
		events = append(events, n.EventID)
		if r := *n.Pay; r.OutTradeNo != no || r.AmountFen != 16900 || r.State != pay.StateSuccess || r.Channel != pay.AlipayWap || r.MchID == "" || r.AppID == "" || r.PaidAt.IsZero() {
			t.Fatalf("%+v", r)
		}
	}
	for _, e := range events {
		if e != events[0] {
			t.Fatal("a repeated notice has another id")
		}
	}
}

// While Alipay changes its key, notices signed with the old one are still taken.
func TestINV46OldAndNewAlipayKeys(t *testing.T) {
	w := newWorld(t)
	form := []byte(w.sb.AlipayForm(w.sb.AlipayFields(w.paid(w.m.Page(), 16900))).Encode())
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKIXPublicKey(&other.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	cfg := w.sb.Merchant().Alipay
	cfg.PublicKey, cfg.OldPublicKeys = base64.StdEncoding.EncodeToString(raw), []string{cfg.PublicKey}
	for range 2 {
		m, err := alipay.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.ParseNotify(nil, form); (err == nil) != (len(cfg.OldPublicKeys) == 1) {
			t.Errorf("with %d old keys: %v", len(cfg.OldPublicKeys), err)
		}
		cfg.OldPublicKeys = nil
	}
}

func TestINV13BadAlipayNotices(t *testing.T) {
	w := newWorld(t)
	no := w.paid(w.m.Page(), 16900)
	good := w.sb.AlipayFields(no)
	if _, err := w.m.ParseNotify(nil, []byte(w.sb.AlipayForm(good).Encode())); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(url.Values){
		"amount":    func(f url.Values) { f.Set("total_amount", "0.01") },
		"number":    func(f url.Values) { f.Set("out_trade_no", "OTHER00000001") },
		"app":       func(f url.Values) { f.Set("app_id", "2021000000000000") },
		"seller":    func(f url.Values) { f.Set("seller_id", "2088000000000002") },
		"extra":     func(f url.Values) { f.Set("refund_fee", "1.00") },
		"twice":     func(f url.Values) { f.Add("total_amount", "0.01") },
		"unsigned":  func(f url.Values) { f.Del("sign") },
		"weak type": func(f url.Values) { f.Set("sign_type", "RSA") },
		"no type":   func(f url.Values) { f.Del("sign_type") },
		"base64":    func(f url.Values) { f.Set("sign", "%%%") },
	} {
		f := w.sb.AlipayForm(good)
		spoil(f)
		if n, err := w.m.ParseNotify(nil, []byte(f.Encode())); err == nil {
			t.Errorf("%s: taken as %+v", name, n)
		} else if strings.Contains(err.Error(), no) {
			t.Errorf("%s: the error quotes the body", name)
		}
	}
	for _, body := range []string{"", "x", "%zz", strings.Repeat("a=b&", 1<<19), `{"sign":"x"}`} {
		if _, err := w.m.ParseNotify(nil, []byte(body)); !errors.Is(err, pay.ErrNotifySignature) && !errors.Is(err, pay.ErrNotifyMalformed) {
			t.Errorf("%.20q: %v", body, err)
		}
	}
	// A notice about a refund says TRADE_CLOSED and means neither unpaid nor paid.
	fields := w.sb.AlipayFields(no)
	fields["trade_status"], fields["refund_fee"], fields["gmt_refund"] = "TRADE_CLOSED", "169.00", "2026-11-21 10:00:00"
	if n, err := w.m.ParseNotify(nil, []byte(w.sb.AlipayForm(fields).Encode())); err != nil || n.Pay != nil || n.Refund != nil {
		t.Errorf("%+v %v", n, err)
	}
}

func FuzzNotify(f *testing.F) {
	sb, err := sandbox.New(sandbox.Config{BaseURL: "http://127.0.0.1:1/sandbox"})
	if err != nil {
		f.Fatal(err)
	}
	m, err := alipay.New(sb.Merchant().Alipay)
	if err != nil {
		f.Fatal(err)
	}
	fields := map[string]string{
		"notify_type": "trade_status_sync", "notify_id": "n1", "out_trade_no": "NO12345678", "trade_status": "TRADE_SUCCESS", "total_amount": "169.00",
		"trade_no": "2026", "gmt_payment": "2026-11-21 10:00:00", "seller_id": "2088", "app_id": "2021", "passback_params": "alipay_wap",
	}
	f.Add(sb.AlipayForm(fields).Encode(), false)
	for _, s := range []string{"", "sign=a&sign_type=RSA2", "total_amount=-1.00&out_trade_no=x&notify_id=1&trade_status=TRADE_SUCCESS", "a=%zz", "gmt_refund=1&notify_id=1&out_trade_no=2"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, body string, resign bool) {
		if form, err := url.ParseQuery(body); resign && err == nil { // what only the key's owner could send must not panic either
			one := map[string]string{}
			for k := range form {
				one[k] = form.Get(k)
			}
			delete(one, "sign")
			delete(one, "sign_type")
			body = sb.AlipayForm(one).Encode()
		}
		n, err := m.ParseNotify(nil, []byte(body))
		if err == nil && n.Pay != nil && (n.Pay.AmountFen < 0 || n.Pay.OutTradeNo == "") {
			t.Fatalf("%+v", n.Pay)
		}
		if err == nil && !resign && !strings.Contains(body, "sign=") {
			t.Fatal("an unsigned notice was taken")
		}
	})
}

func TestKeysAreChecked(t *testing.T) {
	good := newWorld(t).sb.Merchant().Alipay
	for field, spoil := range map[string]func(*alipay.Config){
		"alipay_app_id":     func(c *alipay.Config) { c.AppID = "" },
		"alipay_seller_id":  func(c *alipay.Config) { c.SellerID = "" },
		"alipay_app_key":    func(c *alipay.Config) { c.AppKey = "not a key" },
		"alipay_public_key": func(c *alipay.Config) { c.PublicKey = c.AppKey },
		"alipay_gateway":    func(c *alipay.Config) { c.GatewayURL = "ftp://x" },
	} {
		c := good
		spoil(&c)
		if err := c.Validate(); !errors.Is(err, alipay.ErrSettings) || !strings.Contains(fields(err), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := alipay.New(good); err != nil {
		t.Fatal(err)
	}
}

// fields lists the fields that a refusal of settings names.
func fields(err error) string {
	var e *errs.E
	if !errors.As(err, &e) {
		return ""
	}
	return strings.Join(slices.Collect(maps.Keys(e.Fields)), " ")
}
