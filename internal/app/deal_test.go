package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
)

// shelf finds a course in a list; each question is a new one, because public answers
// are kept for some seconds.
func (p *person) shelf(course int64, path string, nth int) answer {
	p.w.t.Helper()
	a := p.want(200, "", "GET", fmt.Sprintf("%s&limit=%d", path, 30+nth), nil)
	for i := range 20 {
		if c := a.item(i, "items"); c.num("id") == course {
			return c
		}
	}
	p.w.t.Fatalf("course %d is not in %s", course, a.raw)
	return a
}

// published lets virtual payment publish every price that was asked for.
func (w *world) published() {
	w.t.Helper()
	for range 4 { // wanted → uploading → uploaded → publishing → published
		w.clock.Advance(15 * time.Minute)
		w.ok(w.app.SyncItems(context.Background()))
	}
}

// What lists promise is what is charged there: on every shelf, on each platform, from
// the start of a promotion to its end (INV-12).
func TestINV12ShelvesPromiseWhatIsCharged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "flash", Label: "周末秒杀", PriceFen: 9900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		w.promote(commerce.PromotionChange{Kind: "group", Label: "两人团", PayPermille: 500, GroupSize: 2, GroupHours: 24, Scope: price.Scope{Tags: []string{"邮件"}}})
		w.promote(commerce.PromotionChange{Kind: "newcomer", PriceFen: 12900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		stranger, p := w.person(nil), w.learner("13800139801", nil)
		for _, path := range []string{"/api/courses?sort=newest", "/api/courses?category=writing", "/api/courses?q=把话"} {
			c := stranger.shelf(w.paid, path, 0)
			flash, group, newcomer := c.item(0, "deals"), c.item(1, "deals"), c.item(2, "deals")
			if flash.str("kind") != "flash" || flash.num("price_fen") != 9900 || flash.num("was_fen") != 16900 || flash.num("ends_at") <= flash.num("now_at") {
				t.Fatalf("%s: %s", path, c.raw)
			}
			if group.str("kind") != "group" || group.num("price_fen") != 8450 || group.num("group_size") != 2 || newcomer.str("kind") != "newcomer" || newcomer.num("price_fen") != 12900 {
				t.Fatalf("%s: %s", path, c.raw)
			}
		}
		if q := p.quoted(map[string]any{"sku_id": w.sku, "group": true}); q.num("total_fen") != 8450 {
			t.Fatalf("charged in the group: %s", q.raw)
		}
		if q := p.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != 9900 {
			t.Fatalf("charged: %s", q.raw)
		}
		home := stranger.want(200, "", "GET", "/api/home", nil)
		if f := home.item(0, "flash"); f.num("course_id") != w.paid || f.str("kind") != "course" || f.item(0, "deals").num("price_fen") != 9900 || home.item(1, "flash").num("id") != 0 {
			t.Fatalf("home %s", home.raw)
		}
		if free := stranger.shelf(w.free, "/api/courses?sort=price", 1); len(free.at("deals").([]any)) != 0 {
			t.Fatalf("a free course has deals: %s", free.raw)
		}

		// The mini program charges published prices alone, and promises no others.
		mini := w.mini("阿一")
		w.published()
		c := mini.shelf(w.paid, "/api/courses?sort=newest", 2)
		kinds := fmt.Sprint(c.item(0, "deals").str("kind"), c.item(1, "deals").str("kind"), c.item(2, "deals").str("kind"))
		if kinds != "flashnewcomer" {
			t.Fatalf("the group's price is not published: %s", c.raw)
		}
		if q := mini.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != c.item(0, "deals").num("price_fen") {
			t.Fatalf("%s is charged, promised was %s", q.raw, c.raw)
		}
		shown := mini.want(200, "", "GET", fmt.Sprintf("/api/products/%d/promotions", w.product(w.paid)), nil)
		if len(shown.at("items").([]any)) != 2 || shown.item(0, "items").item(0, "prices").num("price_fen") != 9900 {
			t.Fatalf("the page of the mini program: %s", shown.raw)
		}
		w.sound()
	})
}

// A flash sale is told of a day ahead with its time, and charged from then on.
func TestINV12FlashSaleIsToldAhead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		start := clock.MS(w.clock) + 2*3600_000
		c := commerce.PromotionChange{Kind: "flash", Label: "夜场", PayPermille: 500, StartsAt: start, EndsAt: start + 3600_000, Scope: price.Scope{Products: []int64{w.product(w.paid)}}}
		n := must(w.app.Commerce.SavePromotion(w.system(), c))(t)
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), n, true))
		far := c
		far.StartsAt, far.EndsAt = start+25*3600_000, start+26*3600_000
		n = must(w.app.Commerce.SavePromotion(w.system(), far))(t)
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), n, true))

		p := w.learner("13800139802", nil)
		seen := p.shelf(w.paid, "/api/courses?sort=newest", 0)
		if d := seen.item(0, "deals"); d.num("starts_at") != start || d.num("price_fen") != 8450 || seen.item(1, "deals").num("starts_at") != 0 {
			t.Fatalf("told %s", seen.raw)
		}
		if home := p.want(200, "", "GET", "/api/home", nil); home.item(0, "flash").num("course_id") != w.paid {
			t.Fatalf("home %s", home.raw)
		}
		for hours, want := range []int64{16900, 16900, 8450, 16900} {
			if q := p.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != want {
				t.Fatalf("after %d hours: %s", hours, q.raw)
			}
			w.clock.Advance(time.Hour)
		}
	})
}

// A group's page says what the caller would pay alone and in the group, whatever else
// runs; a newcomer price is told to newcomers, as their own (INV-12).
func TestINV12GroupPageAndFirstPrice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "group", Label: "两人团", PriceFen: 8000, GroupSize: 2, GroupHours: 24, Scope: price.Scope{SKUs: []int64{w.sku}}})
		leader := w.learner("13800139803", nil)
		leader.paid(leader.quoted(map[string]any{"sku_id": w.sku, "group": true}), "lead-group")
		var group int64
		w.ok(w.app.DB.Get(context.Background(), qAnyGroup, &group))
		path := fmt.Sprintf("/api/groups/%d", group)
		prices := fmt.Sprintf("/api/products/%d/prices", w.product(w.paid))

		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 12900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		newcomer := w.promote(commerce.PromotionChange{Kind: "newcomer", PriceFen: 9900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		stranger, fresh := w.person(nil), w.learner("13800139804", nil)
		for who, want := range map[*person][3]int64{stranger: {16900, 12900, 8000}, leader: {16900, 12900, 8000}, fresh: {16900, 9900, 8000}} {
			if g := who.want(200, "", "GET", path, nil); [3]int64{g.num("list_fen"), g.num("alone_fen"), g.num("price_fen")} != want {
				t.Fatalf("group %s, want %v", g.raw, want)
			}
		}
		for who, want := range map[*person]int{stranger: 0, leader: 0, fresh: 1} {
			if a := who.want(200, "", "POST", prices, map[string]any{}); len(a.at("items").([]any)) != want {
				t.Fatalf("%s, want %d", a.raw, want)
			}
		}
		own := fresh.want(200, "", "POST", prices, map[string]any{}).item(0, "items")
		if q := fresh.quoted(map[string]any{"sku_id": w.sku}); own.str("kind") != "newcomer" || own.num("price_fen") != q.num("total_fen") || q.num("total_fen") != 9900 {
			t.Fatalf("own price %s, quote %s", own.raw, q.raw)
		}
		// Alone it is cheaper now: both are told, the caller chooses.
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), newcomer, false))
		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 7000, Scope: price.Scope{SKUs: []int64{w.sku}}})
		if g := fresh.want(200, "", "GET", path, nil); g.num("alone_fen") != 7000 || g.num("price_fen") != 8000 {
			t.Fatalf("group %s", g.raw)
		}
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), newcomer, true))
		q := fresh.quoted(map[string]any{"sku_id": w.sku, "group": true, "group_id": group})
		said := map[string]int64{}
		for i := range 3 {
			n := q.item(i, "not_applied")
			said[n.str("kind")] = n.num("alone_fen")
		}
		if q.num("total_fen") != 8000 || said["newcomer"] != 0 || said["flash"] != 7000 {
			t.Fatalf("the group's price is kept, the lower one told: %s", q.raw)
		}
		fresh.paid(q, "join-while-cheaper-alone")
		if g := leader.want(200, "", "GET", path, nil); g.str("state") != "succeeded" {
			t.Fatalf("group %s", g.raw)
		}
		w.sound()
	})
}
