package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/app"
	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/testkit"
	"zhizhou/internal/web"
)

// world is a running program with a sandbox around it and a school inside.
type world struct {
	t     *testing.T
	app   *app.App
	url   string
	clock *clock.Moved
	stop  func()

	paid, free       int64 // courses
	sku, freeSKU     int64
	lesson, openText int64 // of the paid course: locked, free
}

const videoless = "<p>正文：结论要写成「建议怎么做」。</p>"

// beside holds the tests that run beside others: one may be told so only once.
var beside sync.Map

// each runs fn in a fresh world on each engine, beside other scenarios: one mostly
// waits for its database.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	if _, again := beside.LoadOrStore(t, true); !again {
		t.Cleanup(func() { beside.Delete(t) }) // a test that is kept keeps all its schools
		t.Parallel()
	}
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			fn(t, newWorld(t, e))
		})
	}
}

func newWorld(t *testing.T, e db.Engine) *world { return newWorldOf(t, e, web.Limits{}) }

func newWorldOf(t *testing.T, e db.Engine, limits web.Limits) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := app.Config{Addr: l.Addr().String(), DataDir: t.TempDir(), DatabaseURL: testkit.DSN(t, e), Sandbox: true, MaxDevices: 3, MaxPlays: 2, Limits: limits}
	if err := cfg.Complete(); err != nil {
		t.Fatal(err)
	}
	shareKeys(t, filepath.Join(cfg.DataDir, "sandbox"))
	w := &world{t: t, url: cfg.PublicURL, clock: &clock.Moved{}}
	w.start(cfg, l)
	t.Cleanup(func() { w.stop() })
	w.school()
	return w
}

// start runs the program; stop ends it.
func (w *world) start(cfg app.Config, l net.Listener) {
	w.t.Helper()
	w.app = must(app.New(context.Background(), cfg, testkit.Log(), app.WithClock(w.clock)))(w.t)
	must(w.app.Welcome(context.Background(), false))(w.t)
	server := &http.Server{Handler: w.app.Handler, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }()
	a := w.app
	w.stop = func() { _ = server.Close(); a.Close() }
}

// restart runs the program, which was stopped, on this database at its old address; the
// channels are as they were.
func (w *world) restart(dsn string) {
	w.t.Helper()
	cfg := w.app.Config
	cfg.DatabaseURL = dsn
	w.start(cfg, must(net.Listen("tcp", cfg.Addr))(w.t))
}

// One set of keys serves every sandbox of a run: making one takes longer than
// most scenarios.
var sandboxKeys = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "zhizhou-keys")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if _, err := sandbox.New(sandbox.Config{BaseURL: "http://127.0.0.1:1/sandbox", StateDir: dir}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, sandbox.KeysFile))
})

// shareKeys puts them where a sandbox looks for its own.
func shareKeys(t *testing.T, dir string) {
	t.Helper()
	keys := must(sandboxKeys())(t)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, sandbox.KeysFile), keys, 0o600); err != nil {
		t.Fatal(err)
	}
}

// school puts a paid and a free course on the shelf.
func (w *world) school() {
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	c := w.app.Catalog
	teacher := must(c.SaveInstructor(ctx, catalog.Instructor{Name: "沈牧之", Title: "讲师"}))(w.t)
	category := must(c.SaveCategory(ctx, catalog.Category{Name: "写作表达", Slug: "writing"}))(w.t)
	make1 := func(title string, fen int64) (courseID, skuID, first, second int64) {
		course := must(c.CreateCourse(ctx, 0, title))(w.t)
		w.ok(c.UpdateCourse(ctx, 0, course.ID, catalog.CourseChange{
			Title: title, Promise: "写给总被追问的人", IntroHTML: "<p>先说结论</p>", Tags: []string{"邮件"}, Outcomes: []string{}, InstructorID: teacher, CategoryID: category, Version: course.Version,
		}))
		skuID = must(c.SaveSKU(ctx, must(c.ProductOf(ctx, course.ID))(w.t), catalog.SKU{Name: "长期有效", PriceFen: fen, TaxCategory: "digital_service", Active: true}))(w.t)
		chapter := must(c.AddChapter(ctx, 0, course.ID, "第一章"))(w.t)
		first = must(c.AddLesson(ctx, 0, course.ID, chapter, "第一课", catalog.Article))(w.t)
		second = must(c.AddLesson(ctx, 0, course.ID, chapter, "第二课", catalog.Article))(w.t)
		w.ok(c.UpdateLesson(ctx, 0, first, catalog.LessonChange{Title: "第一课", IsFree: true, BodyHTML: videoless}))
		w.ok(c.UpdateLesson(ctx, 0, second, catalog.LessonChange{Title: "第二课", BodyHTML: videoless}))
		w.ok(c.Publish(ctx, course.ID, 0))
		return course.ID, skuID, first, second
	}
	w.paid, w.sku, w.openText, w.lesson = make1("把话写清楚", 16900)
	w.free, w.freeSKU, _, _ = make1("从一碗米饭开始", 0)
}

// product returns the product of a course.
func (w *world) product(courseID int64) int64 {
	return must(w.app.Catalog.ProductOf(context.Background(), courseID))(w.t)
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// person is a browser or mini program with its own cookies.
type person struct {
	w      *world
	http   *http.Client
	header map[string]string
}

func (w *world) person(header map[string]string) *person {
	jar, err := cookiejar.New(nil)
	w.ok(err)
	// On a machine that never opened a PDF the first upload of one waits until PDFium is
	// compiled, which takes half a minute under the race detector.
	return &person{w: w, http: &http.Client{Jar: jar, Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, header: header}
}

const phoneAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"

type answer struct {
	status int
	body   map[string]any
	raw    string
	header http.Header
}

func (a answer) code() string { s, _ := a.body["code"].(string); return s }
func (a answer) str(path ...string) string {
	s, _ := a.at(path...).(string)
	return s
}

func (a answer) num(path ...string) int64 {
	n, _ := a.at(path...).(float64)
	return int64(n)
}

func (a answer) at(path ...string) any {
	var v any = a.body
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func (p *person) do(method, path string, body any) answer {
	p.w.t.Helper()
	var r io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		p.w.ok(err)
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, p.w.url+path, r)
	p.w.ok(err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range p.header {
		req.Header.Set(k, v)
	}
	res, err := p.http.Do(req)
	p.w.ok(err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	p.w.ok(err)
	return decoded(res, raw)
}

func decoded(res *http.Response, raw []byte) answer {
	a := answer{status: res.StatusCode, raw: string(raw), header: res.Header}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// want runs a request and insists on its status and, for errors, its code.
func (p *person) want(status int, code, method, path string, body any) answer {
	p.w.t.Helper()
	a := p.do(method, path, body)
	if a.status != status || (code != "" && a.code() != code) {
		p.w.t.Fatalf("%s %s: %d %s, want %d %s", method, path, a.status, a.raw, status, code)
	}
	return a
}

func (p *person) with(key string) *person {
	h := map[string]string{"Idempotency-Key": key}
	for k, v := range p.header {
		h[k] = v
	}
	return &person{w: p.w, http: p.http, header: h}
}

var consents = []map[string]string{{"kind": "user_agreement", "version": "2026-11-01"}, {"kind": "privacy_policy", "version": "2026-11-01"}}

// learner signs a new person in by SMS.
func (w *world) learner(phone string, header map[string]string) *person {
	w.t.Helper()
	p := w.person(header)
	p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
	p.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": w.code(phone), "consents": consents})
	return p
}

// code reads the newest code sent to phone in the sandbox.
func (w *world) code(phone string) string {
	w.t.Helper()
	inbox := w.app.Sandbox.Inbox(phone)
	if len(inbox) == 0 {
		w.t.Fatal("no SMS")
	}
	return inbox[0].Code // newest first
}

// order places an order for the paid course and returns its number.
func (p *person) order(skuID int64, key string) answer {
	p.w.t.Helper()
	q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": skuID})
	return p.with(key).want(200, "", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
}

// pay opens an attempt and returns its number.
func (p *person) pay(no string) string {
	p.w.t.Helper()
	return p.with("pay-"+no).want(200, "", "POST", "/api/orders/"+no+"/pay", map[string]any{}).str("payment_no")
}

// buy goes the whole way to a paid order.
func (p *person) buy(skuID int64) (no, payment string) {
	p.w.t.Helper()
	no = p.order(skuID, "buy-"+fmt.Sprint(skuID)).str("no")
	payment = p.pay(no)
	p.w.ok(p.w.app.Sandbox.Pay(payment, ""))
	p.w.tick()
	return no, payment
}

// tick lets the sandbox deliver what is due.
func (w *world) tick() { w.app.Sandbox.Tick(context.Background()) }

// staff signs a member of staff in, with the second factor where it is needed.
func (w *world) staff(role string) *person {
	w.t.Helper()
	ctx := context.Background()
	login := role + "-test"
	if _, err := w.app.Account.CreateStaff(ctx, account.NewStaff{Login: login, Name: role, Role: role, Password: "correct horse 9", InstructorID: 1}); err != nil {
		w.t.Fatal(err)
	}
	p := w.person(nil)
	in := p.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": login, "password": "correct horse 9"})
	if in.at("must_enrol") == true {
		e := p.want(200, "", "POST", "/api/console/me/totp/begin", nil)
		p.want(200, "", "POST", "/api/console/me/totp/enable", map[string]any{"code": totp(w.t, e.str("secret"), w.clock.Now())})
	}
	return p
}

// sound runs the audits and insists that all is well.
func (w *world) sound() {
	w.t.Helper()
	rows, err := w.app.Doctor(context.Background())
	w.ok(err)
	if len(rows) > 0 {
		w.t.Fatalf("doctor:\n%s", strings.Join(rows, "\n"))
	}
}

// count runs a counting statement.
func (w *world) count(q *db.Stmt, args ...any) int64 {
	w.t.Helper()
	var n int64
	w.ok(w.app.DB.Get(context.Background(), q, &n, args...))
	return n
}

// quiet keeps the sandbox's notifications back.
func (w *world) quiet() { w.app.Sandbox.SetTrouble(sandbox.Trouble{HoldNotices: true}) }
