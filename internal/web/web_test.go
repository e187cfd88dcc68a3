package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestAddressBelievesOnlyTrustedProxies(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:1", "", "203.0.113.9"},
		{"203.0.113.9:1", "1.2.3.4", "203.0.113.9"}, // a stranger's claim
		{"10.0.0.2:1", "1.2.3.4", "1.2.3.4"},
		{"10.0.0.2:1", "6.6.6.6, 1.2.3.4", "1.2.3.4"}, // what the client put in front does not count
		{"10.0.0.2:1", "1.2.3.4, 10.0.0.3", "1.2.3.4"},
		{"10.0.0.2:1", "junk", "10.0.0.2"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := address(r, trusted); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestPlatformIsTheServersDecision(t *testing.T) {
	const phone, wechat, desk = "Mozilla/5.0 (iPhone) Safari", "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0", "Mozilla/5.0 (Windows NT 10.0)"
	for _, c := range []struct {
		agent, client, os string
		want              Platform
	}{{phone, "h5", "", H5}, {wechat, "h5", "", WeChatH5}, {desk, "", "", PC}, {wechat, "mp-weixin", "ios", MPiOS}, {wechat, "mp-weixin", "android", MPOther}} {
		if got, _ := platform(c.agent, c.client, c.os); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestLimiterAdmitsTheBurstAndRefills(t *testing.T) {
	l := NewLimiter(3, time.Minute)
	now := time.Unix(1, 0)
	for i := range 3 {
		if ok, _ := l.Allow("a", now); !ok {
			t.Fatalf("call %d was refused", i)
		}
	}
	ok, wait := l.Allow("a", now)
	if ok || wait <= 0 || wait > 20*time.Second {
		t.Fatalf("%v %v", ok, wait)
	}
	if ok, _ := l.Allow("b", now); !ok {
		t.Error("another key shares the bucket")
	}
	if ok, _ := l.Allow("a", now.Add(21*time.Second)); !ok {
		t.Error("no refill")
	}
	l.max = 100
	for i := range 1000 {
		l.Allow(fmt.Sprint(i), now)
	}
	if n := len(l.buckets); n > 100 {
		t.Errorf("%d keys are held", n)
	}
}

func TestCacheServesOnceFilledUntilForgotten(t *testing.T) {
	c := newCache()
	c.watch("/api/courses/{id}", time.Minute)
	calls := 0
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.URL.Path == "/api/courses/404" {
			w.WriteHeader(404)
		}
		fmt.Fprintf(w, "%s %d", CallerOf(r.Context()).Platform, calls)
	})
	get := func(path string, p Platform) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r = r.WithContext(WithCaller(r.Context(), &Caller{Platform: p}))
		w := httptest.NewRecorder()
		c.serve(w, r, next)
		return w.Body.String()
	}
	first := get("/api/courses/1", PC)
	if get("/api/courses/1", PC) != first {
		t.Error("not served from memory")
	}
	if get("/api/courses/1", H5) == first {
		t.Error("one platform's price is shown on another")
	}
	if get("/api/courses/1/mine", PC) == get("/api/courses/1/mine", PC) {
		t.Error("a personal answer was kept")
	}
	if get("/api/courses/404", PC) == get("/api/courses/404", PC) {
		t.Error("an error was kept")
	}
	if get("/api/courses/1?preview=x", PC) == get("/api/courses/1?preview=x", PC) {
		t.Error("a draft's preview was kept")
	}
	c.forget()
	if get("/api/courses/1", PC) == first {
		t.Error("served after it was changed")
	}
}

func TestCursorsAreOurs(t *testing.T) {
	p := PageQuery{Cursor: Cursor(1, 2)}
	if keys, err := p.Keys(2); err != nil || keys[0] != 1 || keys[1] != 2 {
		t.Fatal(keys, err)
	}
	for _, bad := range []string{"x", "MSwy!", Cursor(1), Cursor(1, 2, 3), "YSxi"} {
		if _, err := (PageQuery{Cursor: bad}).Keys(2); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
