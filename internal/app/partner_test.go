package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"os"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/partner"
	"zhizhou/internal/setting"
)

var (
	qPartnerYes   = db.Q("test/partner_yes", `SELECT COUNT(*) FROM partner_acceptances WHERE user_id = $1`)
	qPartnerTold  = db.Q("test/partner_told", `SELECT COUNT(*) FROM notices WHERE user_id = $1 AND kind = 'partner' AND key LIKE $2`)
	qPartnerState = db.Q("test/partner_state", `SELECT COUNT(*) FROM partners WHERE user_id = $1 AND state = $2`)
	qRulesOf      = db.Q("test/rules_of", `SELECT COUNT(*) FROM commission_rules WHERE user_id = $1`)
)

const terms = "一、合作内容：用自己的合伙链接推荐课程。二、佣金只按真实成交、实际留下的钱计算，最多两级，不收任何费用，也没有拉人头的奖励。三、不夸大、不骚扰他人。"

// partners lets people apply and gives every role its terms.
func (w *world) partners() {
	w.t.Helper()
	s := setting.NewPartner()
	v := must(w.app.Settings.Load(context.Background(), s))(w.t)
	s.Open = true
	w.ok(w.app.Settings.Save(w.system(), s, v, setting.NewPartner()))
	for _, role := range partner.Roles {
		w.ok(w.app.Partner.SaveTerms(w.system(), role, 0, terms))
	}
}

// rate adds a rate that counts.
func (w *world) rate(r commission.Rule) int64 {
	w.t.Helper()
	r.Name, r.Scope = "合伙比例", "all"
	if r.Level == 0 {
		r.Level = 1
	}
	n := must(w.app.Commission.SaveRule(w.system(), r))(w.t)
	w.ok(w.app.Commission.SwitchRule(w.system(), n, true))
	return n
}

// becomes makes a learner a partner by an invitation that they accept.
func (w *world) becomes(p *person, role string) {
	w.t.Helper()
	w.ok(w.app.Partner.Invite(w.system(), p.me(), role, "欢迎一起推荐"))
	p.want(200, "", "POST", "/api/me/partner/acceptance", map[string]any{"terms": w.termsOf(role)})
}

func (w *world) termsOf(role string) int64 {
	for _, r := range must(w.app.Partner.Roles(context.Background()))(w.t) {
		if r.Role == role {
			return r.Terms
		}
	}
	w.t.Fatal("no role ", role)
	return 0
}

// finishes really finishes the free course.
func (w *world) finishes(p *person) {
	w.t.Helper()
	for _, c := range must(w.app.Catalog.Outline(w.system(), w.free))(w.t) {
		for _, l := range c.Lessons {
			w.has(w.free, l.ID, p)
		}
	}
}

func (p *person) earned() commission.Account {
	return must(p.w.app.Commission.Account(context.Background(), p.me()))(p.w.t)
}

// buysBy lets a stranger come by a share, register and buy; the order's number comes back.
func (w *world) buysBy(code string, n int) (no string) {
	w.t.Helper()
	b := w.person(nil)
	b.lands(code, browser(n))
	b.registers(fmt.Sprintf("139002%05d", n), browser(n))
	no, _ = b.buy(w.sku)
	return no
}

// The whole road: a senior learner applies with the terms accepted, is taken, hands a link
// on, a stranger buys at the role's rate, the panel shows it held, the refund reverses it.
func TestPartnerRoad(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		for _, r := range must(w.app.Commission.Rules(context.Background(), 0, 10))(t) {
			w.ok(w.app.Commission.SwitchRule(w.system(), r.ID, false)) // partners alone earn here
		}
		a := w.learner("13900138001", nil)
		apply := func(p *person, status int, code, role string, terms int64) answer {
			t.Helper()
			return p.want(status, code, "POST", "/api/me/partner/application", map[string]any{"role": role, "pitch": "我会把学过的课推荐给身边同样想学的朋友", "terms": terms})
		}
		apply(a, 409, "partner_shut", "senior_learner", 1)
		w.partners()
		apply(a, 409, "partner_unfinished", "senior_learner", 1)
		apply(a, 409, "partner_no_teacher", "creator", 1)
		apply(a, 409, "partner_shut", "agency", 1)
		a.want(403, "partner_none", "GET", "/api/me/partner/products", nil)
		a.want(403, "partner_none", "GET", "/api/me/partner/materials", nil)
		a.want(403, "partner_none", "POST", "/api/me/partner/score", map[string]any{"score": 9})
		w.finishes(a)
		apply(a, 409, "partner_terms_changed", "senior_learner", 2)
		if d := apply(a, 200, "", "senior_learner", 1); d.str("mine", "state") != "applied" || d.at("mine", "standing") != false {
			t.Fatalf("applied: %s", d.raw)
		}
		apply(a, 409, "partner_open", "senior_learner", 1)
		w.rate(commission.Rule{Role: "senior_learner", RateBPS: 2000})
		pays := func(p *person, enabled bool, role string) {
			t.Helper()
			if v := p.want(200, "", "GET", "/api/me/commission", nil); v.at("enabled") != enabled || v.str("partner") != role {
				t.Fatal(v.raw)
			}
			if v := p.want(200, "", "GET", "/api/me/invite", nil); v.at("commission") != enabled {
				t.Fatal(v.raw)
			}
		}
		pays(a, false, "") // not taken yet, and no rate is anybody's

		op := w.staff("operator")
		w.staff("support").want(403, "forbidden", "GET", "/api/console/partners", nil)
		list := op.want(200, "", "GET", "/api/console/partners?state=applied", nil)
		id := item(list, 0, "id")
		decide := func(status int, code, to, reason string) {
			t.Helper()
			op.want(status, code, "POST", fmt.Sprintf("/api/console/partners/%d/state", id), map[string]any{"to": to, "reason": reason})
		}
		decide(409, "partner_state", "suspended", "先看看资料")
		decide(422, "partner_reason", "active", "")
		decide(200, "", "active", "欢迎加入")
		decide(409, "partner_state", "active", "欢迎加入")
		pays(a, true, "优秀学员合伙人")
		pays(w.learner("13900138002", nil), false, "")
		if w.count(qPartnerTold, a.me(), "partner:opened:%") != 1 {
			t.Fatal("the guide was not sent")
		}
		if g := a.want(200, "", "GET", "/api/me/partner/guide", nil); len(g.at("paragraphs").([]any)) < 3 {
			t.Fatalf("guide: %s", g.raw)
		}

		goods := a.want(200, "", "GET", "/api/me/partner/products", nil)
		if goods.raw == "" || !strings.Contains(goods.raw, fmt.Sprintf(`"share_id":%d`, w.paid)) || !strings.Contains(goods.raw, `"rate_bps":2000`) {
			t.Fatalf("products: %s", goods.raw)
		}
		s := a.shares(w.paid, "link", "partner-key-1")
		no := w.buysBy(s.str("code"), 1)
		if acc := a.earned(); acc.HeldFen != 3380 {
			t.Fatalf("the role's rate does not count: %+v", acc)
		}
		p := a.want(200, "", "GET", "/api/me/partner/panel?days=7", nil)
		if p.num("visits") != 1 || p.num("joins") != 1 || p.num("orders") != 1 || p.num("conversion") != 1000 || p.num("held_fen") != 3380 || p.num("next_fen") != 3380 {
			t.Fatalf("panel: %s", p.raw)
		}
		days := p.at("days").([]any)
		today := days[len(days)-1].(map[string]any)
		if len(days) != 7 || today["held_fen"] != float64(3380) || today["visits"] != float64(1) {
			t.Fatalf("days: %s", p.raw)
		}
		if top := p.at("tops").([]any)[0].(map[string]any); top["earned_fen"] != float64(3380) || top["orders"] != float64(1) {
			t.Fatalf("tops: %s", p.raw)
		}
		if r := a.want(200, "", "GET", "/api/me/partner/ranking", nil); r.num("own", "kept_fen") != 16900 || r.num("own", "rank") != 1 {
			t.Fatalf("ranking: %s", r.raw)
		}
		now := w.clock.Now().UnixMilli()
		f := op.want(200, "", "GET", fmt.Sprintf("/api/console/partner-figures?from=%d&until=%d", now-86_400_000, now+1), nil)
		if f.num("partner_fen") != 16900 || f.num("kept_fen") != 16900 || f.num("new_buyers") != 1 || f.num("cost_fen") != 3380 || f.num("partners") != 1 || f.num("sharing") != 1 {
			t.Fatalf("figures: %s", f.raw)
		}
		// What they brought stays theirs in the books of the time, whatever becomes of them.
		for _, state := range []string{"suspended", "active"} {
			decide(200, "", state, "核对")
			if f := op.want(200, "", "GET", fmt.Sprintf("/api/console/partner-figures?from=%d&until=%d", now-86_400_000, now+1), nil); f.num("partner_fen") != 16900 || f.num("cost_fen") != 3380 {
				t.Fatalf("figures of a partner who is %s: %s", state, f.raw)
			}
		}
		w.giveBack(no, 16900)
		p = a.want(200, "", "GET", "/api/me/partner/panel?days=7", nil)
		if p.num("held_fen") != 0 || p.num("next_at") != 0 || a.earned().ReversedFen != 3380 {
			t.Fatalf("after the refund: %s", p.raw)
		}
		if r := a.want(200, "", "GET", "/api/me/partner/ranking", nil); r.at("own") != nil {
			t.Fatalf("money that went back is ranked: %s", r.raw)
		}
		if f := op.want(200, "", "GET", fmt.Sprintf("/api/console/partner-figures?from=%d&until=%d", now-86_400_000, now+1), nil); f.num("partner_fen") != 0 || f.num("cost_fen") != 0 || f.num("new_buyers") != 0 {
			t.Fatalf("figures after the refund: %s", f.raw)
		}

		a.want(204, "", "POST", "/api/me/partner/score", map[string]any{"score": 9, "words": "海报很好用"})
		a.want(409, "partner_scored", "POST", "/api/me/partner/score", map[string]any{"score": 3})
		if said := op.want(200, "", "GET", "/api/console/partner-scores", nil); item(said, 0, "score") != 9 {
			t.Fatalf("scores: %s", said.raw)
		}
		w.sound()
	})
}

// A role's and a person's rate count for partners in good standing alone: while suspended,
// or before new terms are accepted, a sale earns what anybody's does, and what was earned
// stays.
func TestPartnerStandingDecidesTheRate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms()
		w.partners()
		w.rate(commission.Rule{Role: "class_teacher", RateBPS: 2000})
		a := w.learner("13900138010", nil)
		s := a.shares(w.paid, "link", "standing-key-1")
		sold, want := 0, int64(0)
		sells := func(bps int64, why string) {
			t.Helper()
			sold++
			w.buysBy(s.str("code"), 100+sold)
			want += 16900 * bps / 10_000
			if acc := a.earned(); acc.EarnedFen != want || acc.ReversedFen != 0 {
				t.Fatalf("%s: %+v, want %d", why, acc, want)
			}
		}
		sells(1000, "no partner earns as anybody")
		w.ok(w.app.Partner.Invite(w.system(), a.me(), "class_teacher", "欢迎一起推荐"))
		sells(1000, "an invitation that is not accepted gives nothing")
		a.want(200, "", "POST", "/api/me/partner/acceptance", map[string]any{"terms": 1})
		sells(2000, "a partner earns by the role")
		hers := w.rate(commission.Rule{UserID: a.me(), RateBPS: 2500})
		sells(2500, "the person's own rate comes before the role's")
		w.rate(commission.Rule{Role: "class_teacher", RateBPS: 1500, Priority: 5})
		sells(1500, "priority comes before all")

		w.ok(w.app.Partner.SaveTerms(w.system(), "class_teacher", 1, terms+"四、新的一条。"))
		if w.count(qPartnerTold, a.me(), "partner:terms:%") != 1 {
			t.Fatal("nobody was told of new terms")
		}
		sells(1000, "new terms that are not accepted")
		a.want(409, "partner_terms_changed", "POST", "/api/me/partner/acceptance", map[string]any{"terms": 1})
		a.want(200, "", "POST", "/api/me/partner/acceptance", map[string]any{"terms": 2})
		a.want(200, "", "POST", "/api/me/partner/acceptance", map[string]any{"terms": 2})
		if w.count(qPartnerYes, a.me()) != 2 {
			t.Fatal("each version is accepted once")
		}
		sells(1500, "accepted again")
		id := must(w.app.Partner.Partners(context.Background(), "", "", a.me(), 0, 1))(t)[0].ID
		w.ok(w.app.Partner.Decide(w.system(), id, partner.Suspended, "有投诉，先核实"))
		sells(1000, "suspended")
		a.want(403, "partner_none", "GET", "/api/me/partner/products", nil)
		w.ok(w.app.Partner.Decide(w.system(), id, partner.Active, "核实无误"))
		sells(1500, "restored")
		w.ok(w.app.Commission.SwitchRule(w.system(), hers, false))
		w.ok(w.app.Partner.SaveRole(w.system(), partner.Role{Role: "class_teacher", Version: 1, Reach: "own", Buyers: "masked"}))
		sells(1000, "beyond the role's reach")
		product := must(w.app.Catalog.ProductOf(context.Background(), w.paid))(t)
		w.ok(w.app.Partner.SaveRole(w.system(), partner.Role{Role: "class_teacher", Version: 2, Reach: "named", Buyers: "named", Products: []int64{product}}))
		sells(1500, "named")
		if list := a.want(200, "", "GET", "/api/me/partner/products", nil); len(list.at("items").([]any)) != 1 {
			t.Fatalf("products of a named reach: %s", list.raw)
		}
		if e := a.want(200, "", "GET", "/api/me/commission/entries", nil); strings.Contains(e.raw, "**") {
			t.Fatalf("the role sees names: %s", e.raw)
		}
		a.want(200, "", "POST", "/api/me/partner/leave", nil)
		a.want(403, "partner_none", "POST", "/api/me/partner/leave", nil)
		sells(1000, "left")
		w.clock.Advance(16 * 24 * time.Hour)
		w.sweep()
		if acc := a.earned(); acc.AvailableFen != want || acc.HeldFen != 0 {
			t.Fatalf("what was earned stays: %+v, want %d", acc, want)
		}
		w.sound()
	})
}

// Neither the buyer nor a third one earns by a role, and a line's cap holds for both levels.
func TestINV29PartnerRatesKeepCapAndSelfBan(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.terms() // cap 30 %
		w.partners()
		w.rate(commission.Rule{Role: "agency", RateBPS: 2800})
		w.rate(commission.Rule{Role: "agency", Level: 2, RateBPS: 2000})
		top := w.learner("13900138020", nil)
		w.becomes(top, "agency")
		s := top.shares(w.paid, "link", "cap-key-01")
		mid := w.person(nil)
		mid.lands(s.str("code"), browser(200))
		mid.registers("13900138021", browser(200))
		w.becomes(mid, "agency")
		s2 := mid.shares(w.paid, "link", "cap-key-02")
		low := w.person(nil)
		low.lands(s2.str("code"), browser(201))
		low.registers("13900138022", browser(201))
		w.becomes(low, "agency")
		s3 := low.shares(w.paid, "link", "cap-key-03")
		w.buysBy(s3.str("code"), 202)
		if a, b, c := low.earned().EarnedFen, mid.earned().EarnedFen, top.earned().EarnedFen; a != 4732 || b != 338 || c != 0 {
			t.Fatalf("28 %% and what is left of 30 %%, nothing further up: %d %d %d", a, b, c)
		}
		before := low.earned().EarnedFen
		low.lands(s3.str("code"), browser(201))
		low.buy(w.sku)
		if low.earned().EarnedFen != before {
			t.Fatal("a partner earned by their own purchase")
		}
		w.sound()
	})
}

// When two accounts become one, so do their partnerships; a suspension is not escaped by
// it, and a rate for one of them is one for both.
func TestPartnerMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.partners()
		a, b := w.learner("13900138030", nil), w.learner("13900138031", nil)
		w.becomes(a, "agency")
		w.becomes(b, "class_teacher")
		aID, bID := a.me(), b.me()
		id := must(w.app.Partner.Partners(context.Background(), "", "", aID, 0, 1))(t)[0].ID
		w.ok(w.app.Partner.Decide(w.system(), id, partner.Suspended, "先核实"))
		w.rate(commission.Rule{UserID: aID, RateBPS: 2500})
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			if err := w.app.Partner.Merge(ctx, tx, aID, bID); err != nil {
				return err
			}
			return w.app.Commission.Merge(ctx, tx, aID, bID)
		}))
		if w.count(qPartnerState, bID, "suspended") != 1 || w.count(qPartnerState, aID, "suspended") != 0 || w.count(qPartnerYes, bID) != 2 || w.count(qRulesOf, bID) != 1 {
			t.Fatal("the merged partner is not the suspended one")
		}
		w.sound()
	})
}

// Terms, roles and brands are changed by who may, from the version that they saw; nothing
// of a brand is seen before staff looked at it.
func TestPartnerConsole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.partners()
		op, fin := w.staff("operator"), w.staff("finance")
		fin.want(200, "", "GET", "/api/console/partner-roles", nil)
		fin.want(403, "forbidden", "PUT", "/api/console/partner-roles/agency/terms", map[string]any{"version": 1, "body": terms + "五、"})
		op.want(409, "partner_version", "PUT", "/api/console/partner-roles/agency/terms", map[string]any{"version": 0, "body": terms + "五、"})
		op.want(422, "partner_terms", "PUT", "/api/console/partner-roles/agency/terms", map[string]any{"version": 1, "body": terms})
		op.want(204, "", "PUT", "/api/console/partner-roles/agency/terms", map[string]any{"version": 1, "body": terms + "五、补充约定。"})
		op.want(409, "partner_version", "PUT", "/api/console/partner-roles/agency", map[string]any{"version": 9, "applying": true, "reach": "all", "buyers": "masked", "classes": false, "co_brand": true, "products": []int64{}})

		a := w.learner("13900138040", nil)
		op.want(204, "", "POST", "/api/console/partners", map[string]any{"user_id": a.me(), "role": "agency", "reason": "欢迎合作"})
		op.want(404, "partner_gone", "POST", "/api/console/partners", map[string]any{"user_id": 12345, "role": "agency", "reason": "欢迎合作"})
		op.want(409, "partner_open", "POST", "/api/console/partners", map[string]any{"user_id": a.me(), "role": "agency", "reason": "欢迎合作"})
		a.want(403, "partner_none", "PUT", "/api/me/partner/profile", map[string]any{"brand": "山海读书会"})
		a.want(200, "", "POST", "/api/me/partner/acceptance", map[string]any{"terms": 2})
		a.want(200, "", "PUT", "/api/me/partner/profile", map[string]any{"brand": "山海读书会", "signs": true})
		if name, _ := mustTwo(w.app.Partner.Brand(context.Background(), a.me()))(t); name != "" {
			t.Fatal("a brand is shown that nobody looked at")
		}
		id := item(op.want(200, "", "GET", "/api/console/partners", nil), 0, "id")
		code, cardID := a.hasCard()
		_, _, plain := w.raw("/card/" + code + "/card.png")
		op.want(204, "", "POST", fmt.Sprintf("/api/console/partners/%d/brand", id), map[string]any{"shown": true, "brand": "山海读书会", "logo": ""})
		if _, _, branded := w.raw("/card/" + code + "/card.png"); len(plain) == 0 || bytes.Equal(plain, branded) {
			t.Fatal("the brand does not stand on the partner's cards")
		}
		own := a.want(200, "", "GET", fmt.Sprintf("/api/me/cards/%d", cardID), nil)
		open := w.person(nil).want(200, "", "GET", "/api/cards/"+code, nil)
		if own.str("brand") != "山海读书会" || open.str("brand") != "山海读书会" {
			t.Fatalf("the card's pages do not name who stands on its picture: %s, %s", own.raw, open.raw)
		}
		if name, _ := mustTwo(w.app.Partner.Brand(context.Background(), a.me()))(t); name != "山海读书会" {
			t.Fatal("the brand is not shown: ", name)
		}
		a.want(200, "", "PUT", "/api/me/partner/profile", map[string]any{"brand": "别的名字"})
		if name, _ := mustTwo(w.app.Partner.Brand(context.Background(), a.me()))(t); name != "" {
			t.Fatal("a changed brand is shown at once")
		}
		m := op.want(200, "", "PUT", "/api/console/partner-materials/0", map[string]any{"kind": "script", "title": "三十秒口播", "body": "如果你也在写作上卡住……"}).num("id")
		if list := a.want(200, "", "GET", "/api/me/partner/materials", nil); item(list, 0, "id") != m {
			t.Fatalf("materials: %s", list.raw)
		}
		op.want(204, "", "POST", fmt.Sprintf("/api/console/partner-materials/%d/switch", m), map[string]any{"on": false})
		if list := a.want(200, "", "GET", "/api/me/partner/materials", nil); len(list.at("items").([]any)) != 0 {
			t.Fatalf("a material that is off is shown: %s", list.raw)
		}
		w.sound()
	})
}

// Staff decide about the brand that they saw, not about one that took its place; what
// nobody has looked at waits in the list, and what was refused does not.
func TestBrandIsSeenBeforeItIsShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.partners()
		op := w.staff("operator")
		a, b := w.learner("13900138050", nil), w.learner("13900138051", nil)
		w.becomes(a, "agency")
		w.becomes(b, "agency")
		id := must(w.app.Partner.Partners(context.Background(), "", "", a.me(), 0, 1))(t)[0].ID
		waits := func(want int) {
			t.Helper()
			list := op.want(200, "", "GET", "/api/console/partners?brand_waits=true", nil)
			if n := len(list.at("items").([]any)); n != want {
				t.Fatalf("%d brands wait, not %d: %s", n, want, list.raw)
			}
			if row := op.want(200, "", "GET", fmt.Sprintf("/api/console/partners/%d", id), nil); row.at("brand_waits").(bool) != (want == 1) {
				t.Fatalf("a row says otherwise: %s", row.raw)
			}
		}
		shown := func() string {
			t.Helper()
			name, _ := mustTwo(w.app.Partner.Brand(context.Background(), a.me()))(t)
			return name
		}
		decide := func(status int, code string, name, logo string, on bool) {
			t.Helper()
			op.want(status, code, "POST", fmt.Sprintf("/api/console/partners/%d/brand", id), map[string]any{"shown": on, "brand": name, "logo": logo})
		}
		named := func(name string) { a.want(200, "", "PUT", "/api/me/partner/profile", map[string]any{"brand": name}) }
		waits(0)
		decide(404, "partner_gone", "", "", true) // there is nothing to look at
		named("山海读书会")
		waits(1)
		named("别的名字")
		decide(409, "partner_brand_changed", "山海读书会", "", true)
		decide(409, "partner_brand_changed", "山海读书会", "", false)
		if shown() != "" {
			t.Fatal("a name is shown that nobody read: ", shown())
		}
		waits(1)
		decide(204, "", "别的名字", "", true)
		waits(0)
		if shown() != "别的名字" {
			t.Fatal("a name that was read is not shown: ", shown())
		}
		w.ok(w.app.Partner.SaveBrand(context.Background(), a.me(), true, "img/sign"))
		if shown() != "" {
			t.Fatal("a changed sign is shown at once")
		}
		waits(1)
		decide(409, "partner_brand_changed", "别的名字", "", true)
		decide(204, "", "别的名字", "img/sign", true)
		named("别的名字") // as it was
		if shown() != "别的名字" {
			t.Fatal("what did not change waits again")
		}
		decide(204, "", "别的名字", "img/sign", false)
		if waits(0); shown() != "" {
			t.Fatal("what staff took away is shown: ", shown())
		}
		w.ok(w.app.Partner.SaveBrand(context.Background(), a.me(), true, ""))
		waits(1)
		op.want(404, "partner_gone", "POST", "/api/console/partners/12345/brand", map[string]any{"shown": true, "brand": "x", "logo": ""})
		w.ok(w.app.Partner.Decide(w.system(), id, partner.Suspended, "先核实"))
		waits(0) // nothing of theirs is shown now
		w.sound()
	})
}

func mustTwo(a, b string, err error) func(t *testing.T) (string, string) {
	return func(t *testing.T) (string, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a, b
	}
}

// One tap: a share has a poster with its price and, where there is a mini program, a code
// whose scene is the share; the nickname stands on it only when its owner agreed.
func TestPartnerPicturesOfAShare(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.partners()
	a := w.learner("13900138050", nil)
	s := a.shares(w.paid, "poster", "poster-key-1")
	code := s.str("code")
	get := func(path string) []byte {
		t.Helper()
		status, head, body := w.raw(path)
		if status != 200 || head.Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %d %s", path, status, head.Get("Content-Type"))
		}
		return body
	}
	first := get("/s/" + code + "/poster.png")
	size, _, err := image.DecodeConfig(bytes.NewReader(first))
	if err != nil || size.Width != 1080 || size.Height != 1440 {
		t.Fatalf("poster: %v %+v", err, size)
	}
	if !bytes.Equal(first, get("/s/"+code+"/poster.png")) {
		t.Fatal("the same poster differs")
	}
	w.becomes(a, "agency")
	if !bytes.Equal(first, get("/s/"+code+"/poster.png")) {
		t.Fatal("a name is shown that nobody agreed to")
	}
	a.want(200, "", "PUT", "/api/me/partner/profile", map[string]any{"signs": true})
	signed := get("/s/" + code + "/poster.png")
	if bytes.Equal(first, signed) {
		t.Fatal("the name is not on the poster")
	}
	if to := os.Getenv("POSTER_TO"); to != "" {
		w.ok(os.WriteFile(to, signed, 0o600))
	}
	if s.str("mini_url") != w.app.Config.PublicURL+"/s/"+code+"/mini.png" {
		t.Fatalf("share: %s", s.raw)
	}
	mini := get("/s/" + code + "/mini.png")
	w.app.Sandbox.ExpireToken() // kept: WeChat is not asked again
	if !bytes.Equal(mini, get("/s/"+code+"/mini.png")) {
		t.Fatal("the code was not kept")
	}
	for _, path := range []string{"/s/NOSUCHCODE/poster.png", "/s/NOSUCHCODE/mini.png"} {
		if status, _, _ := w.raw(path); status != 404 {
			t.Fatalf("%s: %d", path, status)
		}
	}
}
