package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"zhizhou/internal/badge"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/shop"
)

var (
	qShopLeft    = db.Q("test/shop_left", `SELECT stock FROM shop_goods WHERE id = $1`)
	qShopTaken   = db.Q("test/shop_taken", `SELECT COUNT(*) FROM shop_redemptions WHERE goods_id = $1`)
	qBadgesOf    = db.Q("test/badges_of", `SELECT COUNT(*) FROM badges WHERE user_id = $1`)
	qBadgeCards  = db.Q("test/badge_cards", `SELECT COUNT(*) FROM cards WHERE user_id = $1 AND kind = 'badge' AND revoked_at = 0`)
	qSpoilGiven  = db.Q("shoptest/spoil_given", `UPDATE shop_goods SET given = given + 1 WHERE id = $1`)
	qSpoilBadges = db.Q("badgetest/spoil", `DELETE FROM badges WHERE user_id = $1`)
)

// sells puts a thing into the points shop.
func (w *world) sells(g shop.Goods) shop.Goods {
	w.t.Helper()
	g.Shown, g.OnH5, g.OnWechat, g.OnMini = true, true, true, true
	g.ID = must(w.app.Shop.Save(w.system(), g))(w.t)
	return g
}

// collects gives somebody points.
func (p *person) collects(points int64) {
	p.w.t.Helper()
	p.w.ok(p.w.app.Points.Grant(p.w.system(), p.me(), points, fmt.Sprint("key-", p.me(), "-", points), "测试发放"))
}

// One exchange spends the points, takes the stock and gives the thing, once for each
// request; whatever is refused costs nothing.
func TestShopRedeem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "积分券", OffFen: 500, PerUser: 1}, price.Scope{})
		paper := w.sells(shop.Goods{Kind: shop.Material, Title: "写作清单", Body: "第一条：先说结论", PricePoints: 80, Stock: 5, PerUser: 2})
		ticket := w.sells(shop.Goods{Kind: shop.Coupon, RefID: coupon, Title: "五元券", PricePoints: 50, Stock: 5, PerUser: 5})
		lessons := w.sells(shop.Goods{Kind: shop.Course, RefID: w.paid, Amount: 30, Title: "整门课 30 天", PricePoints: 500, Stock: 1, PerUser: 1})
		p := w.learner("13900139600", nil)
		if v := p.want(200, "", "GET", "/api/points-shop", nil); v.list("items")[2]["course"] != "把话写清楚" || v.list("items")[2]["course_id"] != float64(w.paid) || v.list("items")[0]["course"] != "" {
			t.Fatal(v.raw)
		}
		take := func(status int, code string, g shop.Goods, points int64, key string) answer {
			t.Helper()
			return p.want(status, code, "POST", fmt.Sprintf("/api/points-shop/%d/redemptions", g.ID), map[string]any{"points": points, "key": key})
		}
		w.person(nil).want(401, "", "POST", fmt.Sprintf("/api/points-shop/%d/redemptions", paper.ID), map[string]any{"points": 80, "key": "some-key-1"})
		take(409, "points_short", paper, 80, "shop-key-1")
		p.collects(300)
		take(409, "shop_price", paper, 79, "shop-key-1")
		if a := take(200, "", paper, 80, "shop-key-1"); a.str("body") != "第一条：先说结论" {
			t.Fatal(a.raw)
		}
		take(200, "", paper, 80, "shop-key-1") // lost answer, asked again
		take(409, "idempotency_conflict", ticket, 50, "shop-key-1")
		take(200, "", paper, 80, "shop-key-2")
		take(409, "shop_limit", paper, 80, "shop-key-3")
		take(200, "", ticket, 50, "shop-key-4")
		take(409, "coupon_claimed", ticket, 50, "shop-key-5") // the coupon refuses: no points are lost
		take(409, "points_short", lessons, 500, "shop-key-6")
		if n := w.count(qSignPoints, p.me()); n != 300-160-50 {
			t.Fatalf("%d points left", n)
		}
		p.collects(1000)
		take(200, "", lessons, 500, "shop-key-7")
		if w.count(qGrantOf, p.me(), w.paid, "points_shop") != 1 {
			t.Fatal("the course is not open")
		}
		v := p.want(200, "", "GET", "/api/points-shop", nil)
		if v.num("balance") != 590 || len(v.at("items").([]any)) != 3 {
			t.Fatal(v.raw)
		}
		if m := p.want(200, "", "GET", "/api/me/redemptions", nil); len(m.at("items").([]any)) != 4 {
			t.Fatal(m.raw)
		}
		// What somebody has stays what it was; price and stock may change.
		for _, change := range []func(*shop.Goods){func(g *shop.Goods) { g.Title = "另一样" }, func(g *shop.Goods) { g.Body = "换掉了" }} {
			g := paper
			change(&g)
			if _, err := w.app.Shop.Save(w.system(), g); err == nil || !strings.Contains(err.Error(), "shop_invalid") {
				t.Fatalf("what was exchanged changed: %v", err)
			}
		}
		paper.PricePoints, paper.Stock, paper.Version = 90, 50, 0
		for _, g := range must(w.app.Shop.List(context.Background()))(t) {
			if g.ID == paper.ID {
				paper.Version = g.Version
			}
		}
		must(w.app.Shop.Save(w.system(), paper))(t)
		w.sound()
		w.write(qSpoilGiven, paper.ID)
		w.finds("goods of the points shop and what was exchanged disagree")
	})
}

// INV-33, INV-34: under parallel taps no more is exchanged than there is, and nobody spends
// points twice.
func TestINV34ShopUnderParallelTaps(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		g := w.sells(shop.Goods{Kind: shop.Material, Title: "清单", Body: "内容", PricePoints: 10, Stock: 5, PerUser: 3})
		people := make([]*person, 4)
		for i := range people {
			people[i] = w.learner(fmt.Sprintf("1390013961%d", i), nil)
			people[i].collects(25) // enough for two
		}
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Add(1)
			p := people[i%4]
			me := p.me()
			go func() {
				defer wg.Done()
				_, _ = w.app.Shop.Redeem(context.Background(), shop.Exchange{UserID: me, GoodsID: g.ID, Points: 10, Channel: shop.OnH5, Request: fmt.Sprintf("tap-%d", i/8)})
			}()
		}
		wg.Wait()
		if w.count(qShopTaken, g.ID) != 5 || w.count(qShopLeft, g.ID) != 0 {
			t.Fatalf("%d exchanged, %d left", w.count(qShopTaken, g.ID), w.count(qShopLeft, g.ID))
		}
		w.sound()
	})
}

// A badge is won once by stored facts and makes a card, which is counted again for whoever
// looks; how far the others are is visible.
func TestBadgeWon(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.signIns()
		_ = must(w.app.Badge.Save(w.system(), badge.Rule{Name: "两课", Fact: "lessons", Need: 2, Enabled: true}))(t)
		p := w.learner("13900139620", nil)
		if v := p.want(200, "", "GET", "/api/me/badges", nil); v.str("level", "name") != "泊岸" || v.num("level", "next") != 60 || w.count(qBadgesOf, p.me()) != 0 {
			t.Fatal(v.raw)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Add(1)
			go func() { defer wg.Done(); w.has(w.free, w.firstOf(w.free), p) }()
		}
		wg.Wait()
		if w.count(qBadgesOf, p.me()) != 1 || w.count(qBadgeCards, p.me()) != 1 {
			t.Fatalf("%d badges, %d cards", w.count(qBadgesOf, p.me()), w.count(qBadgeCards, p.me()))
		}
		v := p.want(200, "", "GET", "/api/me/badges", nil)
		have := map[any]any{}
		for _, x := range v.at("badges").([]any) {
			b := x.(map[string]any)
			have[b["name"]] = b["have"]
			if (b["won_at"] != 0.0) != (b["name"] == "启程") {
				t.Fatalf("won: %v", b)
			}
		}
		if have["两课"] != 1.0 || have["十课"] != 1.0 || have["七日"] != 0.0 {
			t.Fatalf("progress: %s", v.raw)
		}
		card := p.cards()["badge"]
		open := w.person(nil).want(200, "", "GET", "/api/cards/"+fmt.Sprint(card["code"]), nil)
		if open.str("title") != "启程" || open.at("holds") != true || open.num("won_on") != clock.Day(w.clock.Now()) {
			t.Fatal(open.raw)
		}
		w.shanghai(1, 9, 0)
		for range 7 {
			p.want(200, "", "POST", "/api/me/sign-in", nil)
			w.shanghai(1, 9, 0)
		}
		me := p.me()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Badge.Milestone(ctx, tx, me, "challenge:1:1") }))
		if w.count(qBadgesOf, p.me()) != 2 {
			t.Fatal("seven days in a row are no badge")
		}
		w.sound()
		w.write(qSpoilBadges, p.me())
		w.finds("cards of badges that were not won")
	})
}
