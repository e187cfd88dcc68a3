package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	pw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/sandbox"
)

func TestPanel(t *testing.T) {
	w := newWorld(t, false)
	in := w.prepay(12345)
	in.Description = `<b>"课程"</b>`
	a := must(w.pay.Native().Prepay(t.Context(), in))
	status, page := w.get(t, "/sandbox/")
	if status != http.StatusOK || !strings.Contains(page, "123.45") || !strings.Contains(page, "&lt;b&gt;") || strings.Contains(page, "<script") {
		t.Errorf("panel %d", status)
	}
	_, page = w.get(t, strings.TrimPrefix(a.URL, w.server.URL)+"&return_url="+url.QueryEscape(in.ReturnURL))
	if !strings.Contains(page, "确认支付") {
		t.Fatal("no button to pay")
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	u := must(url.Parse(a.URL))
	form := url.Values{"t": {u.Query().Get("t")}, "return_url": {in.ReturnURL}, "person": {"陈同学"}}

	foreign := must(http.NewRequestWithContext(t.Context(), http.MethodPost, u.Scheme+"://"+u.Host+u.Path, strings.NewReader(form.Encode())))
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	res := must(c.Do(foreign))
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden || w.sb.Orders()[0].State != "NOTPAY" {
		t.Errorf("another site's form: %d", res.StatusCode)
	}

	res = must(c.PostForm(u.Scheme+"://"+u.Host+u.Path, form))
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != in.ReturnURL {
		t.Errorf("after paying: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if o := w.sb.Orders()[0]; o.State != "SUCCESS" || o.OpenID != w.sb.OpenID(false, "陈同学") {
		t.Errorf("order %+v", o)
	}
	res = must(c.Get(w.server.URL + "/sandbox/"))
	_ = res.Body.Close()
	csp := res.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !regexp.MustCompile(`style-src 'nonce-[0-9a-f]+'`).MatchString(csp) || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}

	res = must(http.Post(w.server.URL+"/sandbox/panel/api/tick", "application/json", strings.NewReader("{}")))
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || len(w.notices) != 1 {
		t.Errorf("tick %d, %d notices", res.StatusCode, len(w.notices))
	}
	before := w.clock.Now()
	res = must(http.PostForm(w.server.URL+"/sandbox/panel/do/clock", url.Values{"seconds": {"3600"}}))
	_ = res.Body.Close()
	if d := w.clock.Now().Sub(before); d.Hours() != 1 {
		t.Errorf("clock moved by %s", d)
	}
	res = must(http.PostForm(w.server.URL+"/sandbox/panel/do/trouble", url.Values{"probe": {"on"}, "duplicate": {"2"}}))
	_ = res.Body.Close()
	if tr := w.sb.Troubles(); !tr.Probe || tr.Duplicate != 2 || tr.Reorder {
		t.Errorf("switches %+v", tr)
	}
}

func TestRestartKeepsKeysAndOrders(t *testing.T) {
	dir := t.TempDir()
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	defer server.Close()
	cfg := sandbox.Config{BaseURL: server.URL + "/sandbox", StateDir: dir, StatePath: filepath.Join(dir, "state.json")}
	one := must(sandbox.New(cfg))
	h = one.Handler()
	w := &world{sb: one, app: server, clock: &stepped{}}
	in := w.prepay(100)
	in.ExpiresAt = in.ExpiresAt.AddDate(3000, 0, 0)
	p := must(pw.New(one.Merchant().WechatPay))
	must(p.Native().Prepay(t.Context(), in))
	if err := one.Pay(in.OutTradeNo, ""); err != nil {
		t.Fatal(err)
	}

	two := must(sandbox.New(cfg))
	h = two.Handler()
	if r := must(p.Native().Query(t.Context(), in.OutTradeNo, "")); r.State != "success" {
		t.Errorf("after restart: %s", r.State)
	}
	if n := two.Notices(); len(n) != 1 || n[0].Done {
		t.Errorf("the undelivered notification must survive: %+v", n)
	}
	for _, name := range []string{"sandbox-keys.json", "state.json"} {
		if m := must(os.Stat(filepath.Join(dir, name))).Mode().Perm(); m != 0o600 {
			t.Errorf("%s has mode %o", name, m)
		}
	}
}
