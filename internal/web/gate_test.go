package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"zhizhou/internal/errs"
)

// oneUser knows the tokens that begin with "good".
type oneUser struct{}

func (oneUser) Learner(_ context.Context, token string) (User, error) {
	var id int64
	if _, err := fmt.Sscanf(token, "good%d", &id); err != nil {
		return User{}, ErrSignIn
	}
	return User{ID: id, SessionID: id}, nil
}

func (oneUser) Agreed(context.Context, int64) error { return nil }

func (oneUser) Member(context.Context, string) (Staff, error) { return Staff{}, ErrSignIn }

type gatehouse struct {
	h   http.Handler
	now time.Time
}

func newGatehouse(l Limits) *gatehouse {
	mux := http.NewServeMux()
	a := NewAPI(mux, oneUser{})
	for id, r := range map[string]Route{
		"open":  {Method: http.MethodGet, Path: "/api/open", Need: Public},
		"mine":  {Method: http.MethodGet, Path: "/api/mine", Need: Learner},
		"both":  {Method: http.MethodGet, Path: "/api/both", Need: Anyone},
		"beat":  {Method: http.MethodPost, Path: "/api/plays/{id}/beat", Need: Learner},
		"kept":  {Method: http.MethodGet, Path: "/api/kept", Need: Public, Cache: time.Minute},
		"plays": {Method: http.MethodPost, Path: "/api/lessons/{id}/play", Need: Anyone},
	} {
		r.ID = id
		Handle(a, r, func(ctx context.Context, _ *struct{}) (*Body[int], error) {
			if c := CallerOf(ctx); id == "plays" && c.User.ID == 0 {
				if err := a.AnonymousPlay(c); err != nil {
					return nil, err
				}
			}
			return Answer(1), nil
		})
	}
	mux.HandleFunc("POST /hook/notice", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /media/s/x", func(http.ResponseWriter, *http.Request) {})
	g := &gatehouse{now: time.Unix(1_000_000, 0)}
	g.h = a.Handler(Config{Limits: l})
	a.gate.now = func() time.Time { return g.now }
	return g
}

func (g *gatehouse) ask(method, path, from, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = from
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	g.h.ServeHTTP(w, r)
	return w
}

// passed asks n times and counts the answers that are not 429.
func (g *gatehouse) passed(n int, method, path, from, token string) int {
	ok := 0
	for range n {
		if g.ask(method, path, from, token).Code != http.StatusTooManyRequests {
			ok++
		}
	}
	return ok
}

const home = "203.0.113.7:1000"

func TestAddressesAreLimited(t *testing.T) {
	g := newGatehouse(Limits{Address: 20, Session: 10})
	if n := g.passed(30, "GET", "/api/open", home, ""); n != 20 {
		t.Fatalf("%d of 30 passed, want 20", n)
	}
	w := g.ask("GET", "/api/nowhere", home, "")
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if n := g.passed(5, "GET", "/api/open", "203.0.113.8:1", ""); n != 5 {
		t.Error("a neighbour is hit")
	}
	// A claim to come from elsewhere is no other address.
	r := httptest.NewRequest("GET", "/api/open", nil)
	r.RemoteAddr = home
	r.Header.Set("X-Forwarded-For", "198.51.100.1")
	rec := httptest.NewRecorder()
	if g.h.ServeHTTP(rec, r); rec.Code != 429 {
		t.Errorf("X-Forwarded-For of a stranger was believed: %d", rec.Code)
	}
	for _, path := range []string{"/hook/notice", "/media/s/x"} {
		method := map[bool]string{true: "POST", false: "GET"}[path == "/hook/notice"]
		if n := g.passed(50, method, path, home, ""); n != 50 {
			t.Errorf("%s is hindered", path)
		}
	}
	g.now = g.now.Add(30 * time.Second)
	if n := g.passed(30, "GET", "/api/open", home, ""); n != 10 {
		t.Errorf("%d passed after half a minute, want 10", n)
	}
}

func TestAnsweredFromMemoryCountsToo(t *testing.T) {
	g := newGatehouse(Limits{Address: 5})
	if n := g.passed(9, "GET", "/api/kept", home, ""); n != 5 {
		t.Errorf("%d passed, want 5", n)
	}
}

func TestWholeIPv6NetworkIsOneClient(t *testing.T) {
	g := newGatehouse(Limits{Address: 10})
	ok := 0
	for i := range 30 {
		ok += g.passed(1, "GET", "/api/open", fmt.Sprintf("[2001:db8:1:2::%x]:9", i), "")
	}
	if ok != 10 {
		t.Errorf("%d passed, want 10", ok)
	}
	if g.passed(1, "GET", "/api/open", "[2001:db8:1:3::1]:9", "") != 1 {
		t.Error("the next network is hit")
	}
}

// Many people behind one address are many clients once they are signed in, and
// each of them is one.
func TestSignedInPeopleCountForThemselves(t *testing.T) {
	g := newGatehouse(Limits{Address: 20, Session: 10})
	for i := 1; i <= 50; i++ {
		if n := g.passed(8, "GET", "/api/mine", home, fmt.Sprintf("good%d", i)); n != 8 {
			t.Fatalf("person %d: %d of 8 passed", i, n)
		}
	}
	if n := g.passed(8, "GET", "/api/both", home, "good1"); n != 2 {
		t.Errorf("one session got %d more, want 2", n)
	}
	if n := g.passed(1, "GET", "/api/mine", "198.51.100.9:1", "good1"); n != 0 {
		t.Error("a session is fresh again at another address")
	}
	if n := g.passed(30, "GET", "/api/open", home, ""); n != 20 {
		t.Errorf("the address has %d left, want all 20", n)
	}
	// The address is empty; who is signed in passes all the same.
	if n := g.passed(5, "GET", "/api/mine", home, "good99"); n != 5 {
		t.Errorf("%d of 5 passed from an exhausted address", n)
	}
}

// Saying that one is signed in is no way round: it buys as much again, once.
func TestFalseClaimsRunOut(t *testing.T) {
	g := newGatehouse(Limits{Address: 20, Session: 10})
	ok := 0
	for i := range 200 {
		ok += g.passed(1, "GET", "/api/open", home, fmt.Sprintf("bad%d", i))
	}
	if ok != 40 {
		t.Errorf("%d passed, want 40", ok)
	}
	g = newGatehouse(Limits{Address: 20, Session: 10})
	wrong := 0
	for i := range 200 {
		if g.ask("POST", "/api/plays/1/beat", home, fmt.Sprintf("bad%d", i)).Code == 401 {
			wrong++
		}
	}
	if wrong != 20 {
		t.Errorf("%d claims were looked up, want 20", wrong)
	}
}

func TestReportsOfLearningAreNotHindered(t *testing.T) {
	g := newGatehouse(Limits{Address: 20, Session: 10})
	if n := g.passed(300, "POST", "/api/plays/1/beat", home, "good1"); n != 300 {
		t.Errorf("%d of 300 beats passed", n)
	}
	if n := g.passed(10, "GET", "/api/mine", home, "good1"); n != 10 {
		t.Error("beats used up the session's requests")
	}
}

func TestAnonymousPlaysAreLimited(t *testing.T) {
	g := newGatehouse(Limits{Plays: 3})
	if n := g.passed(5, "POST", "/api/lessons/1/play", home, ""); n != 3 {
		t.Errorf("%d plays, want 3", n)
	}
	if n := g.passed(5, "POST", "/api/lessons/1/play", home, "good1"); n != 5 {
		t.Errorf("%d plays of a signed-in person, want 5", n)
	}
	if n := g.passed(9, "GET", "/api/open", home, ""); n != 9 {
		t.Error("a limit of 0 is no limit")
	}
}

func TestGateIsBounded(t *testing.T) {
	g := newGate(Limits{Address: 2})
	g.address.max, g.credit.max = 100, 100
	for i := range 5000 {
		_ = g.enter(&Caller{Address: fmt.Sprintf("10.0.%d.%d", i/256, i%256), header: http.Header{}}, "GET", "/api/open")
	}
	if n := len(g.address.buckets); n > 100 {
		t.Errorf("%d clients are held", n)
	}
	var e *errs.E
	c := &Caller{Address: "10.9.9.9", header: http.Header{}}
	_, _, err := g.enter(c, "GET", "/api/x"), g.enter(c, "GET", "/api/x"), g.enter(c, "GET", "/api/x")
	if !errors.As(err, &e) || e.RetryS < 1 {
		t.Errorf("%v", err)
	}
}

// BenchmarkGate is the whole cost of the limit for one signed-in request, with
// 20,000 clients known. Target: below 2 µs.
func BenchmarkGate(b *testing.B) {
	g := newGate(Limits{Address: 1 << 30, Session: 1 << 30})
	addresses := make([]string, 20_000)
	for i := range addresses {
		addresses[i] = fmt.Sprintf("10.1.%d.%d", i/256, i%256)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			c := &Caller{Address: addresses[i%len(addresses)]}
			if g.enter(c, "GET", "/api/courses/1") != nil || g.known(c, "user", int64(i%len(addresses))) != nil {
				b.Fatal("refused")
			}
		}
	})
}
