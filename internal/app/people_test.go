package app_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/app"
)

// One person by phone on the web and by WeChat in the mini program becomes one
// account when the phone is proven, with everything that both had.
func TestProvingThePhoneJoinsAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13700137000"
		web := w.learner(phone, nil)
		web.buy(w.sku)
		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿二"), "consents": consents})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		if in.at("is_new") != true {
			t.Fatal("the WeChat user is not new")
		}
		mini.order(w.freeSKU, "free-in-mini")
		lesson := fmt.Sprintf("/api/lessons/%d", w.lesson)
		if mini.do("GET", lesson, nil).at("access", "allowed") == true {
			t.Fatal("two accounts share a course before the phone is proven")
		}
		joined := mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		if joined.num("id") != web.want(200, "", "GET", "/api/me", nil).num("id") {
			t.Fatal("two accounts remain")
		}
		if mini.do("GET", lesson, nil).at("access", "allowed") != true {
			t.Fatal("the joined account has lost what the phone had bought")
		}
		if n := len(web.want(200, "", "GET", "/api/orders", nil).at("items").([]any)); n != 2 {
			t.Fatalf("%d orders after joining", n)
		}
		w.sound()

		other := w.learner("13700137001", nil)
		other.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": "13700137002"})
		w.clock.Advance(time.Minute)
		other.want(200, "", "POST", "/api/auth/sms", map[string]any{})
		changed := other.want(200, "", "POST", "/api/me/phone", map[string]any{"phone": "13700137002", "code": w.code("13700137002"), "own_code": w.code("13700137001")})
		if changed.str("phone_masked") != "137****7002" {
			t.Fatalf("phone %s", changed.raw)
		}
		w.clock.Advance(2 * time.Minute)
		other.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone})
		w.clock.Advance(time.Minute)
		other.want(200, "", "POST", "/api/auth/sms", map[string]any{})
		other.want(409, "phone_taken", "POST", "/api/me/phone", map[string]any{"phone": phone, "code": w.code(phone), "own_code": w.code("13700137002")})
	})
}

// The longest unused device is signed out when there would be too many, and any
// can be signed out by hand.
func TestDevicesAreLimited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13700137010"
		var all []*person
		for range 4 { // the limit of this world is 3
			all = append(all, w.learner(phone, nil))
			w.clock.Advance(61 * time.Minute)
		}
		all[0].want(401, "sign_in", "GET", "/api/me", nil)
		list := all[3].want(200, "", "GET", "/api/me/devices", nil).at("items").([]any)
		if len(list) != 3 {
			t.Fatalf("%d devices", len(list))
		}
		for _, d := range list {
			if row := d.(map[string]any); row["current"] != true {
				all[3].want(204, "", "DELETE", fmt.Sprintf("/api/me/devices/%d", int64(row["id"].(float64))), nil)
			}
		}
		all[1].want(401, "sign_in", "GET", "/api/me", nil)
		all[3].want(200, "", "GET", "/api/me", nil)
		stranger := w.learner("13700137011", nil)
		mine := all[3].want(200, "", "GET", "/api/me/devices", nil).at("items").([]any)[0].(map[string]any)
		stranger.want(404, "device_gone", "DELETE", fmt.Sprintf("/api/me/devices/%d", int64(mine["id"].(float64))), nil)
	})
}

func TestPasswordSignsInAfterProof(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13700137020"
		p := w.learner(phone, nil)
		w.clock.Advance(2 * time.Minute)
		p.want(200, "", "POST", "/api/auth/sms", map[string]any{})
		p.want(422, "password_weak", "PUT", "/api/me/password", map[string]any{"password": "aaaaaaaa", "code": w.code(phone)})
		p.want(200, "", "PUT", "/api/me/password", map[string]any{"password": "一只小船过了河呀", "code": w.code(phone)})
		q := w.person(nil)
		q.want(401, "login_failed", "POST", "/api/auth/password", map[string]any{"phone": phone, "password": "wrong password"})
		q.want(401, "login_failed", "POST", "/api/auth/password", map[string]any{"phone": "13700137099", "password": "wrong password"})
		q.want(200, "", "POST", "/api/auth/password", map[string]any{"phone": phone, "password": "一只小船过了河呀"})
	})
}

// The WeChat browser's sign-in is bound to the browser that began it.
func TestWeChatStateIsBoundToTheBrowser(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.person(map[string]string{"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"})
		a := p.want(302, "", "GET", "/api/auth/wechat/authorize?return_to=%2F%2Fevil.example", nil)
		if a.header.Get("Location") == "" {
			t.Fatal("nowhere to go")
		}
		p.want(422, "wechat_state", "GET", "/api/auth/wechat/callback?code=x&state=forged", nil)
		w.person(nil).want(422, "wechat_state", "GET", "/api/auth/wechat/callback?code=x&state=y", nil)
	})
}

// throughWeChat follows the way to WeChat and back as somebody, and returns where it ends.
func (p *person) throughWeChat(query, as string) string {
	p.w.t.Helper()
	to := must(url.Parse(p.want(302, "", "GET", "/api/auth/wechat/authorize?"+query, nil).header.Get("Location")))(p.w.t)
	q := to.Query()
	q.Set("person", as)
	back := must(url.Parse(p.want(302, "", "GET", to.Path+"?"+q.Encode(), nil).header.Get("Location")))(p.w.t)
	return p.want(302, "", "GET", back.RequestURI(), nil).header.Get("Location")
}

// WeChat is tied to the account that is signed in, with all that the WeChat's own account
// without a phone had; an account with a phone is not taken by it.
func TestWeChatIsTiedToWhoIsSignedIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		agent := map[string]string{"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"}
		w.person(agent).want(401, "", "GET", "/api/auth/wechat/authorize?bind=true", nil)
		alone := w.person(agent)
		terms := url.Values{"consents": {consents[0]["kind"] + ":" + consents[0]["version"] + "," + consents[1]["kind"] + ":" + consents[1]["version"]}}.Encode()
		if at := alone.throughWeChat("return_to=%2Fme&"+terms, "阿澄"); at != "/me" {
			t.Fatal(at)
		}
		was := alone.me()
		w.has(w.free, w.firstOf(w.free), alone)

		p := w.learner("13700137031", agent)
		if at := p.throughWeChat("bind=true&return_to=%2Fme%2Fwithdraw", "阿澄"); at != "/me/withdraw" {
			t.Fatal(at)
		}
		me := p.want(200, "", "GET", "/api/me", nil)
		if me.num("id") == was || !strings.Contains(me.raw, "wechat_official") {
			t.Fatal(me.raw)
		}
		if len(p.cards()) == 0 {
			t.Fatal("what the WeChat's account had learned is gone")
		}
		if at := p.throughWeChat("bind=true&return_to=%2Fme", "阿澄"); at != "/me" { // again
			t.Fatal(at)
		}
		if at := p.throughWeChat("bind=true&return_to=%2Fme", "小舟"); at != "/me?wechat=taken" { // a second one
			t.Fatal(at)
		}
		other := w.learner("13700137032", agent)
		if at := other.throughWeChat("bind=true&return_to=%2Fme", "阿澄"); at != "/me?wechat=taken" {
			t.Fatal(at)
		}
		w.sound()
	})
}

// A borrowed session cannot move an account to another phone: the phone of now is
// proven too, and the other devices are signed out.
func TestChangingThePhoneProvesBoth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const own, fresh = "13800139201", "13800139202"
		p := w.learner(own, nil)
		w.clock.Advance(2 * time.Minute)
		other := w.learner(own, nil) // a second device
		w.clock.Advance(2 * time.Minute)
		p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": fresh, "consents": consents})
		body := map[string]any{"phone": fresh, "code": w.code(fresh)}
		p.want(422, "own_code_needed", "POST", "/api/me/phone", body)
		p.want(200, "", "POST", "/api/auth/sms", map[string]any{})
		body["own_code"] = "x" + w.code(own)[1:]
		p.want(422, "sms_code_wrong", "POST", "/api/me/phone", body)
		body["own_code"] = w.code(own)
		if u := p.want(200, "", "POST", "/api/me/phone", body); u.str("phone_masked") != "138****9202" {
			t.Fatalf("%s", u.raw)
		}
		other.want(401, "", "GET", "/api/me/devices", nil)
		p.want(200, "", "GET", "/api/me/devices", nil)
	})
}

func TestStaffChangeTheirOwnPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.staff("operator")
		elsewhere := w.person(nil)
		elsewhere.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": "operator-test", "password": "correct horse 9"})
		p.want(422, "old_password_wrong", "PUT", "/api/console/me/password", map[string]any{"old": "wrong horse 9", "password": "battery staple 7"})
		p.want(422, "password_weak", "PUT", "/api/console/me/password", map[string]any{"old": "correct horse 9", "password": "short"})
		p.want(204, "", "PUT", "/api/console/me/password", map[string]any{"old": "correct horse 9", "password": "battery staple 7"})
		p.want(200, "", "GET", "/api/console/me", nil)
		elsewhere.want(401, "", "GET", "/api/console/me", nil)
		again := w.person(nil)
		again.want(401, "", "POST", "/api/console/auth/login", map[string]any{"login": "operator-test", "password": "correct horse 9"})
		again.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": "operator-test", "password": "battery staple 7"})
	})
}

func TestBadConfigurationStopsTheStart(t *testing.T) {
	for name, value := range map[string]string{"SANDBOX": "yes please", "MAX_DEVICES": "-3", "MAX_PLAYS": "0", "NODE_ID": "9", "PUBLIC_URL": "school.example", "LIMIT_PLAYS": "-1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := app.FromEnv(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		})
	}
	t.Setenv("DATA_DIR", t.TempDir())
	if c, err := app.FromEnv(); err != nil || c.Exists() {
		t.Errorf("an empty folder has a database: %v", err)
	}
}
