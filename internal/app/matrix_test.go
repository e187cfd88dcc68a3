package app_test

import (
	"regexp"
	"strings"
	"testing"

	"zhizhou/internal/account"
	"zhizhou/internal/db"
	"zhizhou/internal/web"
)

var param = regexp.MustCompile(`\{[^}]+\}`)

// fill puts plausible values into a route's path.
func fill(path string) string {
	return param.ReplaceAllStringFunc(path, func(p string) string {
		switch p {
		case "{no}":
			return "NOSUCHORDER00000"
		case "{kind}":
			return "user_agreement"
		}
		return "123456789"
	})
}

// Every route refuses strangers, and every console route refuses the members
// whose role lacks its permission, before it looks at the input.
func TestEveryRouteChecksItsCaller(t *testing.T) {
	w := newWorld(t, db.SQLite)
	routes := w.app.API.Routes()
	if len(routes) < 80 {
		t.Fatalf("only %d routes are registered", len(routes))
	}
	stranger := w.person(nil)
	learner := w.learner("13900139000", nil)
	members := map[string]*person{}
	for _, role := range []string{"owner", "operator", "editor", "instructor", "finance", "support"} {
		members[role] = w.staff(role)
	}
	for _, r := range routes {
		path := fill(r.Path)
		switch r.Need {
		case web.Learner:
			if a := stranger.do(r.Method, path, nil); a.status != 401 {
				t.Errorf("%s %s answers a stranger with %d", r.Method, r.Path, a.status)
			}
			if a := members["owner"].do(r.Method, path, nil); a.status != 401 {
				t.Errorf("%s %s takes a console session: %d", r.Method, r.Path, a.status)
			}
		case web.Console:
			for name, p := range map[string]*person{"a stranger": stranger, "a learner": learner} {
				if a := p.do(r.Method, path, nil); a.status != 401 {
					t.Errorf("%s %s answers %s with %d", r.Method, r.Path, name, a.status)
				}
			}
			if r.ID == "console_logout" {
				continue // would end the session that the next rows need
			}
			for role, p := range members {
				allowed := r.Permission == "self" || account.Allowed(role, r.Permission)
				if a := p.do(r.Method, path, nil); (a.status == 403) == allowed || a.status == 401 || a.status >= 500 {
					t.Errorf("%s %s (%s) answers %s with %d %s", r.Method, r.Path, r.Permission, role, a.status, a.code())
				}
			}
		}
	}
	known := map[string]bool{"self": true}
	for _, p := range account.AllPermissions {
		known[p] = true
	}
	for _, r := range routes {
		if r.Need == web.Console && !known[r.Permission] {
			t.Errorf("%s names the unknown permission %q", r.ID, r.Permission)
		}
	}
}

// What does not exist answers 404 wherever somebody allowed asks for it by id, number,
// token or name, so that a client knows it from a wrong question.
func TestWhatIsUnknownIsNotFound(t *testing.T) {
	w := newWorld(t, db.SQLite)
	learner, owner := w.learner("13900139010", nil), w.staff("owner")
	asked := 0
	for _, r := range w.app.API.Routes() {
		if r.Method != "GET" || !strings.Contains(r.Path, "{") || strings.Contains(r.Path, "{kind}") {
			continue
		}
		p := learner
		if r.Need == web.Console {
			p = owner
		}
		asked++
		for _, path := range []string{fill(r.Path), param.ReplaceAllString(r.Path, "1")} {
			// What a few routes must be told besides; the others pass over it.
			if a := p.do(r.Method, path+"?q=x&from=1", nil); a.status != 404 {
				t.Errorf("%s %s answers %d %s", r.Method, path, a.status, a.raw)
			}
		}
	}
	if asked < 30 {
		t.Fatalf("only %d routes were asked", asked)
	}
}

// A member who must have a second factor may do nothing before it is passed.
func TestSecondFactorComesFirst(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.staff("owner")
	p := w.person(nil)
	in := p.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": "owner-test", "password": "correct horse 9"})
	if in.at("needs_totp") != true {
		t.Fatalf("login answers %s", in.raw)
	}
	p.want(403, "forbidden", "GET", "/api/console/overview", nil)
	p.want(422, "totp_wrong", "POST", "/api/console/auth/totp", map[string]any{"code": "000000"})
	p.want(409, "totp_enabled", "POST", "/api/console/me/totp/begin", nil)
	p.want(403, "forbidden", "GET", "/api/console/overview", nil)
}

// Nobody is told whether an account exists, and guessing is stopped.
func TestGuessingIsStopped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff("support")
		p := w.person(nil)
		known := p.do("POST", "/api/console/auth/login", map[string]any{"login": "support-test", "password": "wrong password"})
		unknown := p.do("POST", "/api/console/auth/login", map[string]any{"login": "nobody-test", "password": "wrong password"})
		if known.status != 401 || unknown.status != 401 || known.code() != unknown.code() {
			t.Fatalf("%d %s against %d %s", known.status, known.code(), unknown.status, unknown.code())
		}
		stopped := false
		for range 15 {
			stopped = stopped || p.do("POST", "/api/console/auth/login", map[string]any{"login": "support-test", "password": "wrong again"}).status == 429
		}
		if !stopped {
			t.Error("passwords can be guessed without end")
		}

		phone := "13900139001"
		p.want(422, "consent_required", "POST", "/api/auth/sms", map[string]any{"phone": phone})
		p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
		a := p.want(429, "sms_too_often", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
		if a.num("retry_after_s") < 1 || a.header.Get("Retry-After") == "" {
			t.Errorf("no word of when to try again: %s", a.raw)
		}
		right := w.code(phone)
		wrong := "000000"
		if right == wrong {
			wrong = "000001"
		}
		for range 5 {
			p.want(422, "sms_code_wrong", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": wrong, "consents": consents})
		}
		p.want(422, "sms_code_expired", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": right, "consents": consents})
	})
}

// Errors never echo what was sent nor show what is inside.
func TestErrorsKeepSecrets(t *testing.T) {
	w := newWorld(t, db.SQLite)
	p := w.person(nil)
	secret := strings.Repeat("hunter2!", 64)
	for _, body := range []any{map[string]any{"phone": "1", "password": secret}, map[string]any{"phone": 13, "password": []string{secret}}, secret} {
		a := p.do("POST", "/api/auth/password", body)
		if a.status < 400 || a.status >= 500 || strings.Contains(a.raw, "hunter2") || a.code() == "" {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	if a := p.want(404, "not_found", "GET", "/api/nothing", nil); a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("content type %s", a.header.Get("Content-Type"))
	}
}
