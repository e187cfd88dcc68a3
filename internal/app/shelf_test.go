package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

var qForgetFound = db.Q("test/forget_found", `DELETE FROM search_docs WHERE course_id = $1`)

// A list names the lowest price that can be paid now, says that offers differ, and
// tells of a sale on a dearer offer; what it names is charged (INV-12).
func TestINV12ListsNameTheLowestPriceOfSeveralOffers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, product := w.app.Catalog, w.product(w.paid)
		k := catalog.SKU{Name: "一年", PriceFen: 9900, PeriodDays: 365, TaxCategory: "digital_service", Active: true}
		year := must(c.SaveSKU(w.system(), product, k))(t)
		later := k
		later.Name, later.PriceFen, later.SaleFrom = "一个月", 1900, clock.MS(w.clock)+86_400_000
		must(c.SaveSKU(w.system(), product, later))(t)
		p := w.learner("13800139811", nil)
		if s := p.shelf(w.paid, "/api/courses?sort=newest", 0); s.num("price_fen") != 9900 || s.at("varies") != true {
			t.Fatalf("two offers: %s", s.raw)
		}
		dear := w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 12900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		s := p.shelf(w.paid, "/api/courses?sort=newest", 1)
		if d := s.item(0, "deals"); s.num("price_fen") != 9900 || d.str("kind") != "flash" || d.num("price_fen") != 12900 || d.at("varies") != true || d.num("sku_id") != w.sku || d.str("sku_name") == "" {
			t.Fatalf("a sale on the dearer offer: %s", s.raw)
		}
		if q := p.quoted(map[string]any{"sku_id": year}); q.num("total_fen") != 9900 {
			t.Fatalf("charged %s", q.raw)
		}
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), dear, false))
		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 5900, Scope: price.Scope{SKUs: []int64{w.sku}}})
		if d := p.shelf(w.paid, "/api/courses?sort=newest", 2).item(0, "deals"); d.num("price_fen") != 5900 || d.at("varies") != true {
			t.Fatalf("a sale that makes the dearer offer the cheapest: %s", d.raw)
		}
		if q := p.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != 5900 {
			t.Fatalf("charged %s", q.raw)
		}
		w.sound()
	})
}

// The home page's flash sales hold goods of every kind, named or covered by a mark, and
// none that is not sold.
func TestINV12FlashShelfHoldsEveryKind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		column := w.column()
		service, serviceSKU := w.goods("service", "一对一改稿", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一次", PriceFen: 30000})
		bundle, _ := w.goods("bundle", "写作全集", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "全集", PriceFen: 20000})
		member, _ := w.goods("membership", "学习会员", 0, catalog.Goods{OpensAll: true}, nil, catalog.SKU{Name: "一年", PriceFen: 36500, PeriodDays: 365})
		lesson, _ := w.goods("lesson", "", w.lesson, catalog.Goods{}, nil, catalog.SKU{Name: "单课", PriceFen: 990})
		kinds := func() map[string]answer {
			out := map[string]answer{}
			home := w.person(nil).want(200, "", "GET", "/api/home", nil)
			for i := range 4 {
				if g := home.item(i, "flash"); g.num("id") > 0 {
					out[g.str("kind")] = g
				}
			}
			return out
		}
		off := map[int64]bool{}
		start := func(c commerce.PromotionChange) {
			c.Kind, c.PayPermille = "flash", max(c.PayPermille, 500)
			for n := range off {
				w.ok(w.app.Commerce.SwitchPromotion(w.system(), n, false))
				delete(off, n)
			}
			off[w.promote(c)] = true
		}
		start(commerce.PromotionChange{Scope: price.Scope{SKUs: []int64{serviceSKU}, Products: []int64{bundle, member, lesson}}})
		if got := kinds(); len(got) != 4 || got["service"].num("id") != service || got["service"].item(0, "deals").num("price_fen") != 15000 || got["bundle"].num("id") != bundle || got["membership"].num("id") != member || got["lesson"].str("title") != "第二课" {
			t.Fatalf("named goods: %v", got)
		}
		start(commerce.PromotionChange{Scope: price.Scope{Kinds: []string{"column", "membership"}}})
		if got := kinds(); len(got) != 2 || got["column"].num("course_id") != column.id || got["membership"].num("id") != member {
			t.Fatalf("by kind: %v", got)
		}
		w.ok(w.app.Catalog.PublishGoods(w.system(), member, false))
		if got := kinds(); len(got) != 1 {
			t.Fatalf("what was taken down: %v", got)
		}
		start(commerce.PromotionChange{Scope: price.Scope{Tags: []string{"邮件"}}})
		if got := kinds(); got["course"].num("course_id") != w.paid || got["service"].num("id") != 0 {
			t.Fatalf("by tag: %v", got)
		}
		start(commerce.PromotionChange{PayPermille: 900})
		if got := kinds(); len(got) < 3 {
			t.Fatalf("everything: %v", got)
		}
		if s := w.person(nil).want(200, "", "GET", "/api/products?kind=service", nil).item(0, "items"); s.num("id") != service || s.item(0, "deals").num("price_fen") != 27000 {
			t.Fatalf("the list of services: %s", s.raw)
		}
		if s := w.staff("owner").want(200, "", "GET", "/api/console/products?kind=service", nil).item(0, "items"); s.num("offers") != 1 || s.num("from_fen") != 30000 {
			t.Fatalf("services in the console: %s", s.raw)
		}
	})
}

// Cards count each form of a lesson by its own word.
func TestCardsNameQuizzes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c := w.system(), w.app.Catalog
		parts := must(c.Outline(ctx, w.paid))(t)
		must(c.AddLesson(ctx, 0, w.paid, parts[0].ID, "小测", catalog.Quiz))(t)
		card := w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/courses/%d", w.paid), nil)
		if card.num("lesson_count") != 3 || card.str("form_note") != "图文与测验" {
			t.Fatalf("%s", card.raw)
		}
	})
}

// A promotion's price is below what each of its offers costs anyway, on each platform:
// said when it is saved and when it is put on; one that a lower list price overtook is
// shown to staff and never raises a price (INV-12, INV-27).
func TestINV27PromotionsAreCheaper(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, shop := w.app.Catalog, w.app.Commerce
		k := catalog.SKU{ID: w.sku, Name: "长期有效", PriceFen: 16900, TaxCategory: "digital_service", Active: true, Platforms: map[string]int64{"mp_android": 9900}}
		must(c.SaveSKU(w.system(), w.product(w.paid), k))(t)
		now := clock.MS(w.clock)
		for _, kind := range []string{"flash", "newcomer", "group", "bargain"} {
			p := commerce.PromotionChange{Kind: kind, Label: kind, GroupSize: 2, GroupHours: 24, Helpers: 2, HelpHours: 24, StartsAt: now, EndsAt: now + 86_400_000, Scope: price.Scope{SKUs: []int64{w.sku}}}
			for fen, platforms := range map[int64][]string{16900: {"h5"}, 20000: {"pc", "h5"}, 9900: nil, 12000: {"mp_android", "h5"}} {
				p.PriceFen, p.Platforms = fen, platforms
				if _, err := shop.SavePromotion(w.system(), p); !errors.Is(err, commerce.ErrPromotion) {
					t.Fatalf("%s at %d on %v: %v", kind, fen, platforms, err)
				}
			}
			p.PriceFen, p.Platforms = 16899, []string{"h5", "pc"}
			must(shop.SavePromotion(w.system(), p))(t)
		}
		flash := w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 9000, Scope: price.Scope{SKUs: []int64{w.sku}}})
		staff, p := w.staff("operator"), w.learner("13800139812", nil)
		idle := fmt.Sprintf("/api/console/products/%d/idle-promotions", w.product(w.paid))
		if a := staff.want(200, "", "GET", idle, nil); len(a.at("items").([]any)) != 0 {
			t.Fatalf("none is idle: %s", a.raw)
		}
		k.PriceFen, k.Platforms = 8800, nil
		must(c.SaveSKU(w.system(), w.product(w.paid), k))(t)
		a := staff.want(200, "", "GET", idle, nil)
		if len(a.at("items").([]any)) != 5 || a.item(0, "items").num("id") != flash || a.item(0, "items").num("lowest_fen") != 8800 {
			t.Fatalf("idle: %s", a.raw)
		}
		if q := p.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != 8800 {
			t.Fatalf("charged: %s", q.raw)
		}
		w.ok(shop.SwitchPromotion(w.system(), flash, false))
		if err := shop.SwitchPromotion(w.system(), flash, true); !errors.Is(err, commerce.ErrPromotion) {
			t.Fatalf("put on again: %v", err)
		}
		w.sound()
	})
}

// Rewards of invitations are coupons that can be given.
func TestReferralCouponsExist(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good := w.coupon(commerce.CouponKind{Name: "邀请券", OffFen: 1000, Claim: commerce.ClaimStaff}, price.Scope{})
		ended := w.coupon(commerce.CouponKind{Name: "过期券", OffFen: 1000, Claim: commerce.ClaimStaff, ClaimUntil: clock.MS(w.clock) + 1000}, price.Scope{})
		off := w.coupon(commerce.CouponKind{Name: "停用券", OffFen: 1000, Claim: commerce.ClaimStaff}, price.Scope{})
		w.ok(w.app.Commerce.SwitchCoupon(w.system(), off, false))
		w.clock.Advance(time.Minute)
		owner := w.staff("owner")
		save := func(status int, field string, coupon int64) {
			t.Helper()
			version := owner.want(200, "", "GET", "/api/console/settings/referral", nil).num("version")
			value := map[string]any{"join_inviter": good, "join_invitee": 0, "buy_inviter": 0, "buy_invitee": 0, "per_inviter": 5, "budget": 10, "from_at": 0}
			value[field] = coupon
			a := owner.want(status, "", "PUT", "/api/console/settings/referral", map[string]any{"version": version, "value": value})
			if status != 200 && !strings.Contains(a.raw, field) {
				t.Fatalf("names no field: %s", a.raw)
			}
		}
		save(422, "join_invitee", 12345)
		save(422, "buy_inviter", ended)
		save(422, "buy_invitee", off)
		save(200, "buy_invitee", good)
	})
}

// The learning page shows lessons bought alone and what was begun with a membership,
// each once, until it is over (INV-17).
func TestINV17LearningShowsSinglesAndMembership(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, single := w.goods("lesson", "", w.lesson, catalog.Goods{}, nil, catalog.SKU{Name: "单课", PriceFen: 990})
		other, otherLesson := w.course("另一门", 9900)
		member, memberSKU := w.goods("membership", "学习会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: other}}, catalog.SKU{Name: "一年", PriceFen: 36500, PeriodDays: 365})
		p := w.learner("13800139813", nil)
		p.buy(single)
		v := p.want(200, "", "GET", "/api/learning", nil)
		if l := v.item(0, "lessons"); l.num("lesson_id") != w.lesson || l.str("title") != "第二课" || l.str("course_title") != "把话写清楚" || l.num("until_at") != 0 || len(v.at("courses").([]any)) != 0 {
			t.Fatalf("a single lesson: %s", v.raw)
		}
		p.buy(memberSKU)
		p.read(otherLesson)
		v = p.want(200, "", "GET", "/api/learning", nil)
		c := v.item(0, "courses")
		if c.num("course", "id") != other || c.at("member") != true || c.num("until_at") == 0 || c.num("last_lesson_id") != otherLesson || len(v.at("courses").([]any)) != 1 {
			t.Fatalf("begun with a membership: %s", v.raw)
		}
		if m := v.item(0, "memberships"); m.num("product_id") != member || m.at("opens_all") != false {
			t.Fatalf("memberships: %s", v.raw)
		}
		// The whole course takes its lesson with it.
		p.buy(w.sku)
		v = p.want(200, "", "GET", "/api/learning", nil)
		if len(v.at("lessons").([]any)) != 0 || len(v.at("courses").([]any)) != 2 || v.item(0, "courses").at("member") != false {
			t.Fatalf("the whole course: %s", v.raw)
		}
		w.clock.Advance(366 * 24 * time.Hour)
		p = w.again(p, "13800139813")
		v = p.want(200, "", "GET", "/api/learning", nil)
		if len(v.at("courses").([]any)) != 1 || len(v.at("memberships").([]any)) != 0 {
			t.Fatalf("the membership is over: %s", v.raw)
		}
	})
}

// Search finds bundles, memberships and services as well, with their kind; what is
// written is found at once, what is taken down is not (INV-42).
func TestINV42SearchFindsOtherGoods(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		service, sku := w.goods("service", "一对一改稿", 0, catalog.Goods{Promise: "逐句批注", IntroHTML: "<p>约一次琥珀色的谈话</p>"}, nil, catalog.SKU{Name: "一次", PriceFen: 30000})
		bundle, _ := w.goods("bundle", "写作全集", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "全集", PriceFen: 20000})
		member, _ := w.goods("membership", "铂金卡", 0, catalog.Goods{OpensAll: true}, nil, catalog.SKU{Name: "一年", PriceFen: 36500, PeriodDays: 365})
		p, nth := w.learner("13800139814", nil), 0
		found := func(query string) (ids []int64) {
			nth++
			a := p.want(200, "", "GET", fmt.Sprintf("/api/search?%s&limit=%d", query, 20+nth), nil)
			for i := range 10 {
				h := a.item(i, "items")
				if n := h.num("goods", "id") + h.num("course", "id"); n != 0 {
					ids = append(ids, n)
				}
			}
			return ids
		}
		for query, want := range map[string]int64{"q=改稿": service, "q=逐句": service, "q=琥珀": service, "q=gaigao": service, "q=写作全集": bundle, "q=会员": member, "q=铂金卡": member, "form=service": service, "form=bundle&q=写作": bundle} {
			if got := found(query); !slices.Contains(got, want) {
				t.Errorf("%s: %v", query, got)
			}
		}
		a := p.want(200, "", "GET", "/api/search?q=改稿", nil)
		if g := a.item(0, "items"); g.str("goods", "kind") != "service" || g.num("goods", "price_fen") != 30000 || g.at("course") != nil {
			t.Fatalf("a service: %s", a.raw)
		}
		if got := found("q=把话写清楚"); len(got) == 0 || got[0] != w.paid {
			t.Fatalf("courses: %v", got)
		}
		no, _ := p.buy(sku)
		w.ok(w.app.Rank(context.Background()))
		if got := found("pay=paid&sort=sales"); len(got) != 4 || got[0] != service {
			t.Fatalf("by sales after %s: %v", no, got)
		}
		w.ok(w.app.Catalog.SaveGoods(w.system(), service, catalog.Goods{Title: "结对润色", PayPermille: 1000}))
		if len(found("q=改稿")) != 0 || len(found("q=润色")) != 1 {
			t.Fatal("the index does not follow")
		}
		w.sound()
		w.ok(w.app.Catalog.PublishGoods(w.system(), service, false))
		if len(found("q=润色")) != 0 {
			t.Fatal("what was taken down is found")
		}
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qForgetFound, bundle)
			return err
		}))
		if rows := must(w.app.Doctor(context.Background()))(t); len(rows) == 0 {
			t.Fatal("the doctor sees nothing")
		}
		w.ok(w.app.Search.Heal(context.Background()))
		w.sound()
	})
}

// The page of a lesson sold alone says what it is.
func TestSingleDocumentSaysItsPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson, _ := w.paper(w.author())
		product, _ := w.goods("lesson", "", lesson, catalog.Goods{}, nil, catalog.SKU{Name: "单课", PriceFen: 990})
		a := w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/products/%d", product), nil)
		if a.str("form") != "document" || a.num("page_count") != 6 {
			t.Fatalf("%s", a.raw)
		}
	})
}
