package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

var (
	qShareJoin   = db.Q("test/share_join", `SELECT COUNT(*) FROM share_joins WHERE user_id = $1 AND share_id = $2`)
	qShareJoins  = db.Q("test/share_joins", `SELECT COUNT(*) FROM share_joins WHERE user_id = $1`)
	qShareWeight = db.Q("test/share_weight", `SELECT CAST(COALESCE(SUM(weight_ppm), 0) AS BIGINT) FROM share_orders WHERE user_id = $1`)
	qShareLast   = db.Q("test/share_last", `SELECT COUNT(*) FROM share_orders WHERE user_id = $1 AND share_id = $2 AND is_last`)
	qShareFirst  = db.Q("test/share_first", `SELECT COUNT(*) FROM share_orders WHERE user_id = $1 AND share_id = $2 AND is_first`)
	qShareOpens  = db.Q("test/share_opens", `SELECT CAST(COALESCE(SUM(opens), 0) AS BIGINT) FROM share_visits WHERE share_id = $1`)
	qShareBlocks = db.Q("test/share_blocks", `SELECT COUNT(*) FROM share_visits WHERE block <> ''`)
	qVisitsAll   = db.Q("test/visits_all", `SELECT COUNT(*) FROM share_visits`)
	qVisitsKnown = db.Q("test/visits_known", `SELECT COUNT(*) FROM share_visits WHERE NOT forgotten AND visitor NOT LIKE '-%'`)
	qVisitsTied  = db.Q("test/visits_tied", `SELECT COUNT(*) FROM share_visits WHERE user_id > 0`)
	qInviterIs   = db.Q("test/inviter_is", `SELECT COUNT(*) FROM referrals WHERE user_id = $1 AND inviter_id = $2`)
)

// shares hands a course on and returns the share.
func (p *person) shares(courseID int64, channel, key string) answer {
	p.w.t.Helper()
	return p.want(201, "", "POST", "/api/shares", map[string]any{"kind": "course", "id": courseID, "channel": channel, "key": key})
}

// lands opens what was shared.
func (p *person) lands(code, visitor string) answer {
	p.w.t.Helper()
	return p.want(200, "", "POST", "/api/visits", map[string]any{"code": code, "visitor": visitor})
}

// registers signs somebody in for the first time in a browser that calls itself visitor.
func (p *person) registers(phone, visitor string) int64 {
	p.w.t.Helper()
	p.want(200, "", "POST", "/api/auth/sms", map[string]any{"phone": phone, "consents": consents})
	return p.want(200, "", "POST", "/api/auth/sms/login", map[string]any{"phone": phone, "code": p.w.code(phone), "consents": consents, "visitor": visitor}).num("user", "id")
}

func item(a answer, n int, key string) int64 {
	f, _ := a.at("items").([]any)[n].(map[string]any)[key].(float64)
	return int64(f)
}

func browser(n int) string { return fmt.Sprintf("browser-of-somebody-%04d", n) }

// The whole way: somebody shares, a stranger lands, registers and buys, and shares in
// turn; each edge stands where the one before it led.
func TestShareGraph(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.learner("13900139700", nil)
		first := a.shares(w.paid, "friend", "share-key-1")
		if again := a.shares(w.paid, "friend", "share-key-1"); again.num("id") != first.num("id") {
			t.Fatal("the same request made a second share")
		}
		a.want(409, "idempotency_conflict", "POST", "/api/shares", map[string]any{"kind": "course", "id": w.paid, "channel": "weibo", "key": "share-key-1"})
		a.want(404, "share_gone", "POST", "/api/shares", map[string]any{"kind": "course", "id": 12345, "channel": "weibo", "key": "share-key-2"})
		w.person(nil).want(401, "", "POST", "/api/shares", map[string]any{"kind": "course", "id": w.paid, "channel": "friend", "key": "share-key-3"})

		code := first.str("code")
		still := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res := must(still.Get(w.url + "/s/" + code))(t)
		_ = res.Body.Close()
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusFound || to != fmt.Sprintf("/course/%d?s=%s", w.paid, code) {
			t.Fatalf("the short address answers %d %s", res.StatusCode, to)
		}
		if status, _, _ := w.raw("/s/NOSUCHCODE"); status != 404 {
			t.Fatalf("an unknown one answers %d", status)
		}
		w.person(nil).want(404, "share_gone", "POST", "/api/visits", map[string]any{"code": "NOSUCHCODE", "visitor": browser(1)})

		// The sharer's own looks count for nothing, whether known at once or later.
		a.lands(code, browser(0))
		own := w.person(nil)
		own.lands(code, browser(9))
		w.clock.Advance(2 * time.Minute)
		own.registers("13900139700", browser(9))

		b := w.person(nil)
		b.lands(code, browser(1))
		b.lands(code, browser(1))
		w.clock.Advance(time.Minute)
		bID := b.registers("13900139701", browser(1))
		if w.count(qShareJoin, bID, first.num("id")) != 1 || w.count(qInviterIs, bID, a.me()) != 1 {
			t.Fatal("the registration is not owed to the share")
		}
		b.buy(w.sku)
		if w.count(qShareWeight, bID) != 1_000_000 || w.count(qShareLast, bID, first.num("id")) != 1 || w.count(qShareFirst, bID, first.num("id")) != 1 {
			t.Fatal("the order is not owed to the share")
		}

		second := b.shares(w.paid, "moments", "share-key-1")
		c := w.person(nil)
		c.lands(second.str("code"), browser(2))
		cID := c.registers("13900139702", browser(2))
		if w.count(qInviterIs, cID, bID) != 1 {
			t.Fatal("the second hop has no edge")
		}
		chain, _, _, err := w.app.Share.Path(context.Background(), second.num("id"))
		w.ok(err)
		if len(chain) != 2 || chain[0].ID != first.num("id") || chain[1].Depth != 2 {
			t.Fatalf("way %+v", chain)
		}

		mine := a.want(200, "", "GET", "/api/me/shares", nil)
		if item(mine, 0, "visits") != 1 || item(mine, 0, "joins") != 1 || item(mine, 0, "orders") != 1 {
			t.Fatalf("what came of it: %s", mine.raw)
		}
		w.sound()
	})
}

// What goes out by WeChat's own menu is no act that anybody heard of: the code stands
// ready, counts nowhere, and becomes a share by the first who lands, once.
func TestShareMenu(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.learner("13900139750", nil)
		course := map[string]any{"kind": "course", "id": w.paid}
		ready := a.want(200, "", "POST", "/api/share-menu", course)
		friend, moments := ready.str("friend", "code"), ready.str("moments", "code")
		if again := a.want(200, "", "POST", "/api/share-menu", course); friend == moments || again.str("friend", "code") != friend || again.str("moments", "code") != moments {
			t.Fatal("opening the page again made other codes")
		}
		if want := fmt.Sprintf("%s/course/%d?s=%s", w.url, w.paid, friend); ready.str("friend", "url") != want {
			t.Fatalf("leads to %s, not %s", ready.str("friend", "url"), want)
		}
		a.want(404, "share_gone", "POST", "/api/share-menu", map[string]any{"kind": "course", "id": 12345})
		w.person(nil).want(401, "", "POST", "/api/share-menu", course)
		list := func() []any { return a.want(200, "", "GET", "/api/me/shares", nil).at("items").([]any) }
		a.lands(friend, browser(0))
		if len(list()) != 0 {
			t.Fatal("what only stands ready counts as shared")
		}

		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() { w.person(nil).lands(friend, browser(n+1)) })
		}
		all.Wait()
		mine := a.want(200, "", "GET", "/api/me/shares", nil)
		if len(list()) != 1 || mine.at("items").([]any)[0].(map[string]any)["code"] != friend || item(mine, 0, "visits") != 8 {
			t.Fatalf("after eight landed at once: %s", mine.raw)
		}
		b := w.person(nil)
		b.lands(friend, browser(1))
		id := b.registers("13900139751", browser(1))
		if w.count(qShareJoin, id, item(mine, 0, "id")) != 1 || w.count(qInviterIs, id, a.me()) != 1 {
			t.Fatal("the registration is not owed to the share")
		}
		next := a.want(200, "", "POST", "/api/share-menu", course)
		if next.str("friend", "code") == friend || next.str("moments", "code") != moments {
			t.Fatal("a used code is handed out again, or an unused one is not")
		}

		// The mini program hears of the act; nobody tells of another's.
		b.want(204, "", "POST", "/api/share-menu/used", map[string]any{"code": moments})
		if len(list()) != 1 {
			t.Fatal("somebody else told of the act")
		}
		for range 2 {
			a.want(204, "", "POST", "/api/share-menu/used", map[string]any{"code": moments})
		}
		if len(list()) != 2 {
			t.Fatal("the act is not noted once")
		}
		w.clock.Advance(91 * 24 * time.Hour)
		w.ok(w.app.Share.Sweep(context.Background()))
		w.person(nil).want(404, "share_gone", "POST", "/api/visits", map[string]any{"code": next.str("friend", "code"), "visitor": browser(3)})
		w.person(nil).lands(friend, browser(3))
		w.sound()
	})
}

// After half a year nobody can tell which browser a visit was; that it was one still counts.
func TestOldVisitsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.learner("13900139760", nil)
		s := a.shares(w.paid, "friend", "share-forgotten").str("code")
		w.person(nil).lands(s, browser(1))
		w.person(nil).lands(s, browser(2))
		w.clock.Advance(100 * 24 * time.Hour)
		w.person(nil).lands(s, browser(2)) // still known
		w.clock.Advance(100 * 24 * time.Hour)
		for range 2 {
			w.ok(w.app.Share.Sweep(context.Background()))
		}
		if known, all := w.count(qVisitsKnown), w.count(qVisitsAll); known != 1 || all != 2 {
			t.Fatalf("%d of %d visits are known", known, all)
		}
		b := w.person(nil)
		for n := range 2 {
			b.registers(fmt.Sprintf("1390013976%d", n+1), browser(n+1))
			if tied := w.count(qVisitsTied); tied != int64(n) {
				t.Fatalf("browser %d: %d visits are somebody's", n+1, tied)
			}
			b = w.person(nil)
		}
		w.person(nil).lands(s, browser(1))
		a = w.learner("13900139760", nil)
		if mine := a.want(200, "", "GET", "/api/me/shares", nil); item(mine, 0, "visits") != 3 {
			t.Fatal(mine.raw)
		}
		w.sound()
	})
}

// The JS-SDK starts on pages of the school with what the server signs, and on no other's.
func TestWeChatPageSignature(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.person(nil)
		signed := func() {
			t.Helper()
			page := w.url + "/course/1?from=singlemessage&s=ABCDEFGHJK"
			a := p.want(200, "", "GET", "/api/wechat/page?url="+url.QueryEscape(page), nil)
			if !w.app.Sandbox.TakesPage(a.str("app_id"), a.str("nonce"), a.str("signature"), page, a.num("timestamp")) {
				t.Fatalf("the JS-SDK refuses %s", a.raw)
			}
		}
		signed()
		w.clock.Advance(3 * time.Hour) // ticket and token are over
		signed()
		w.clock.Advance(3 * time.Hour)
		w.app.Sandbox.ExpireToken()
		signed()
		for _, foreign := range []string{"https://elsewhere.example/course/1", w.url + ".evil.example/", w.url + "@evil.example/", w.url + "/#/pages", "javascript:alert(1)"} {
			p.want(422, "wechat_foreign_page", "GET", "/api/wechat/page?url="+url.QueryEscape(foreign), nil)
		}
	})
}

// The loop: what was learned becomes a card, the card brings somebody, what they buy
// earns for who brought them, and a refund takes that back; the new one's card goes on.
func TestShareLoopFromCardToCommissionAndBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		a := w.earner("阿一", "")
		w.has(w.free, w.firstOf(w.free), a.person)
		s := a.want(201, "", "POST", "/api/shares", map[string]any{"kind": "card", "id": a.cards()["lesson"]["id"], "channel": "friend", "key": "loop-key-1"})

		b := w.person(nil)
		b.lands(s.str("code"), browser(1))
		id := b.registers("13900139740", browser(1))
		no, _ := b.buy(w.sku)
		if w.count(qShareLast, id, s.num("id")) != 1 || a.account().HeldFen != 1690 {
			t.Fatalf("the purchase is not owed to the card: %+v", a.account())
		}
		w.giveBack(no, 16900)
		if acc := a.account(); acc.HeldFen != 0 || acc.AvailableFen != 0 {
			t.Fatalf("after the refund: %+v", acc)
		}
		w.has(w.free, w.firstOf(w.free), b)
		on := b.want(201, "", "POST", "/api/shares", map[string]any{"kind": "card", "id": b.cards()["lesson"]["id"], "channel": "group", "key": "loop-key-2"})
		if way, _, _, err := w.app.Share.Path(context.Background(), on.num("id")); err != nil || len(way) != 2 || way[0].ID != s.num("id") {
			t.Fatalf("way %+v", way)
		}
		w.sound()
	})
}

// INV-28, INV-29: whose share led to a purchase earns from it, not whoever once invited the
// buyer; their inviter is the second level and there is no third; outside of the window it
// is the inviter's again. Nobody earns from their own purchase.
func TestINV29CommissionFollowsTheShare(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		top := w.earner("阿顶", "")
		inviter := w.earner("阿邀", "")
		first := w.earner("阿先", top.code)
		last := w.earner("阿后", "")
		one, two := first.shares(w.paid, "group", "led-key-1"), last.shares(w.paid, "link", "led-key-1")

		b := w.invited("13900139750", inviter.code)
		b.lands(one.str("code"), browser(1))
		w.clock.Advance(time.Hour)
		b.lands(two.str("code"), browser(1))
		b.buy(w.sku)
		if last.account().HeldFen != 1690 || first.account().HeldFen+inviter.account().HeldFen+top.account().HeldFen != 0 {
			t.Fatalf("last touch: %+v, first %+v, inviter %+v", last.account(), first.account(), inviter.account())
		}

		w.ok(w.app.Settings.Save(w.system(), &setting.Share{WindowDays: 7, Rule: "first"}, 0, nil))
		c := w.invited("13900139751", inviter.code)
		c.lands(one.str("code"), browser(2))
		w.clock.Advance(time.Hour)
		c.lands(two.str("code"), browser(2))
		c.buy(w.sku)
		if first.account().HeldFen != 1690 || top.account().HeldFen != 845 || last.account().HeldFen != 1690 || inviter.account().HeldFen != 0 {
			t.Fatalf("first touch: %+v, their inviter %+v", first.account(), top.account())
		}

		d := w.invited("13900139752", inviter.code)
		d.lands(one.str("code"), browser(3))
		w.clock.Advance(8 * 24 * time.Hour)
		d.buy(w.sku)
		if inviter.account().HeldFen != 1690 {
			t.Fatalf("outside of the window: %+v", inviter.account())
		}

		own := w.learner("13900139753", nil)
		own.lands(own.shares(w.paid, "link", "led-key-2").str("code"), browser(4))
		own.buy(w.sku)
		if acc := must(w.app.Commission.Account(context.Background(), own.me()))(t); acc.EarnedFen != 0 {
			t.Fatalf("somebody earned from their own purchase: %+v", acc)
		}
		w.sound()
	})
}

// Several touches: each has its part, and first and last are the ends; what lies before
// the window has none. An old customer's registration is nobody's.
func TestShareTouches(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.learner("13900139710", nil), w.learner("13900139711", nil)
		old := a.shares(w.paid, "link", "share-key-0")
		one, two, three := a.shares(w.paid, "link", "share-key-1"), b.shares(w.paid, "group", "share-key-1"), b.shares(w.paid, "weibo", "share-key-2")
		c := w.person(nil)
		c.lands(old.str("code"), browser(1))
		w.clock.Advance(31 * 24 * time.Hour)
		for _, s := range []answer{one, two, three} {
			c.lands(s.str("code"), browser(1))
			w.clock.Advance(time.Hour)
		}
		id := c.registers("13900139712", browser(1))
		if w.count(qShareJoin, id, three.num("id")) != 1 {
			t.Fatal("the last touch did not bring the registration")
		}
		c.buy(w.sku)
		if w.count(qShareWeight, id) != 1_000_000 || w.count(qShareFirst, id, one.num("id")) != 1 || w.count(qShareLast, id, three.num("id")) != 1 {
			t.Fatal("the parts are wrong")
		}

		if w.count(qShareBlocks) == 0 {
			t.Fatal("nothing is kept of where visits came from")
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.ok(w.app.Share.Sweep(context.Background()))
		if n := w.count(qShareBlocks); n != 0 {
			t.Fatalf("%d networks are remembered after thirty days", n)
		}

		customer := w.learner("13900139713", nil)
		w.clock.Advance(time.Hour)
		customer.lands(three.str("code"), browser(3))
		if again := customer.registers("13900139713", browser(3)); w.count(qShareJoins, again) != 0 {
			t.Fatal("somebody registered long ago came by a share")
		}
		customer.buy(w.sku)
		if w.count(qShareLast, customer.me(), three.num("id")) != 1 {
			t.Fatal("a customer's purchase is owed to nobody")
		}
	})
}

// Under parallel taps one browser is one visit, one request one share.
func TestShareTapsInParallel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.learner("13900139720", nil)
		made := make([]int64, 12)
		var wg sync.WaitGroup
		for i := range made {
			wg.Add(1)
			go func() {
				defer wg.Done()
				s, _, err := w.app.Share.Make(context.Background(), share.Act{UserID: a.me(), Kind: share.Course, TargetID: w.paid, Channel: "friend", Request: "one-request"})
				if err == nil {
					made[i] = s.ID
				}
			}()
		}
		wg.Wait()
		for _, id := range made {
			if id == 0 || id != made[0] {
				t.Fatalf("shares %v", made)
			}
		}
		code := a.shares(w.paid, "friend", "one-request").str("code")
		for range made {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, _, _ = w.app.Share.Land(context.Background(), share.Landing{Code: code, Visitor: browser(1), Address: "203.0.113.9"})
			}()
		}
		wg.Wait()
		if n := w.count(qShareOpens, made[0]); n != int64(len(made)) {
			t.Fatalf("%d opens", n)
		}
		if mine := a.want(200, "", "GET", "/api/me/shares", nil); item(mine, 0, "visits") != 1 || strings.Contains(mine.raw, "203.0.113") {
			t.Fatalf("one browser is one visit: %s", mine.raw)
		}
	})
}

// Two accounts become one: what they shared and by what they came goes along, and
// nobody has come by their own share.
func TestShareMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "13900139730"
		web := w.learner(phone, nil)
		s := web.shares(w.paid, "friend", "share-key-1")
		mini := w.person(map[string]string{"X-Client": "mp-weixin", "X-Os": "android"})
		mini.lands(s.str("code"), browser(1))
		in := mini.want(200, "", "POST", "/api/auth/mp", map[string]any{"code": w.app.Sandbox.LoginCode("阿舟"), "consents": consents, "visitor": browser(1)})
		mini.header["Authorization"] = "Bearer " + in.str("token")
		if w.count(qShareJoin, in.num("user", "id"), s.num("id")) != 1 {
			t.Fatal("two people as yet: one came by the other")
		}
		mini.shares(w.paid, "group", "share-key-1")
		ready := mini.want(200, "", "POST", "/api/share-menu", map[string]any{"kind": "course", "id": w.paid}).str("friend", "code")
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		id := web.me()
		if w.count(qShareJoins, id) != 0 {
			t.Fatal("somebody came by their own share")
		}
		w.person(nil).lands(ready, browser(5))
		mine := web.want(200, "", "GET", "/api/me/shares", nil)
		if n := len(mine.at("items").([]any)); n != 3 || item(mine, 0, "visits") != 1 || item(mine, 2, "visits") != 0 {
			t.Fatalf("after joining: %s", mine.raw)
		}
		w.sound()
	})
}
