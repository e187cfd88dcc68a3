package app_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

// quoted asks for a price with more than a SKU in the question.
func (p *person) quoted(body map[string]any) answer {
	p.w.t.Helper()
	return p.want(200, "", "POST", "/api/quotes", body)
}

// placed orders what was quoted.
func (p *person) placed(q answer, key string) answer {
	p.w.t.Helper()
	return p.with(key).want(200, "", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
}

// paid orders and pays what was quoted and returns the order's number.
func (p *person) paid(q answer, key string) string {
	p.w.t.Helper()
	no := p.placed(q, key).str("no")
	p.w.ok(p.w.app.Sandbox.Pay(p.pay(no), ""))
	p.w.tick()
	return no
}

func (w *world) system() context.Context {
	return audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
}

// goods puts a product other than a course on sale and returns it and its SKU.
func (w *world) goods(kind, title string, lessonID int64, g catalog.Goods, parts []catalog.PartRef, k catalog.SKU) (productID, skuID int64) {
	w.t.Helper()
	ctx, c := w.system(), w.app.Catalog
	productID = must(c.AddGoods(ctx, kind, title, lessonID))(w.t)
	if g.PayPermille == 0 {
		g.PayPermille = 1000
	}
	g.Title = title
	w.ok(c.SaveGoods(ctx, productID, g))
	if len(parts) > 0 {
		w.ok(c.SetParts(ctx, productID, parts))
	}
	k.Active, k.TaxCategory = true, cmp.Or(k.TaxCategory, map[string]string{catalog.KindService: catalog.TaxService}[kind], catalog.TaxDigital)
	skuID = must(c.SaveSKU(ctx, productID, k))(w.t)
	w.ok(c.PublishGoods(ctx, productID, true))
	return productID, skuID
}

// promote starts a promotion that runs for a day.
func (w *world) promote(c commerce.PromotionChange) int64 {
	w.t.Helper()
	c.StartsAt, c.EndsAt = clock.MS(w.clock)-1000, cmp.Or(c.EndsAt, clock.MS(w.clock)+86_400_000)
	if c.Label == "" {
		c.Label = c.Kind
	}
	n := must(w.app.Commerce.SavePromotion(w.system(), c))(w.t)
	w.ok(w.app.Commerce.SwitchPromotion(w.system(), n, true))
	return n
}

// coupon makes a sort of coupon that may be claimed.
func (w *world) coupon(k commerce.CouponKind, scope price.Scope) int64 {
	w.t.Helper()
	if k.Stock == 0 {
		k.Stock = 100
	}
	if k.PerUser == 0 {
		k.PerUser = 1
	}
	if k.Claim == "" {
		k.Claim = commerce.ClaimPage
	}
	if k.ValidDays == 0 {
		k.ValidDays = 30
	}
	n := must(w.app.Commerce.SaveCoupon(w.system(), commerce.CouponChange{CouponKind: k, ScopeOf: scope}))(w.t)
	w.ok(w.app.Commerce.SwitchCoupon(w.system(), n, true))
	return n
}

func (p *person) opens(lessonID int64) bool {
	p.w.t.Helper()
	return p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", lessonID), nil).at("access", "allowed") == true
}

// allowed asks access itself: a session does not outlive the months of a test.
func (w *world) allowed(userID, lessonID int64) bool {
	w.t.Helper()
	l := must(w.app.Catalog.Lesson(context.Background(), lessonID))(w.t)
	return must(w.app.Access.Lesson(context.Background(), userID, l, true))(w.t).Allowed
}

func (p *person) me() int64 {
	p.w.t.Helper()
	return p.want(200, "", "GET", "/api/me", nil).num("id")
}

// course puts one more paid course on the shelf and returns it with its locked lesson.
func (w *world) course(title string, fen int64) (courseID, lessonID int64) {
	w.t.Helper()
	ctx, c := w.system(), w.app.Catalog
	made := must(c.CreateCourse(ctx, 0, title))(w.t)
	page := must(c.Instructors(ctx))(w.t)
	w.ok(c.UpdateCourse(ctx, 0, made.ID, catalog.CourseChange{Title: title, Promise: "承诺", IntroHTML: "<p>介绍</p>", Tags: []string{}, Outcomes: []string{}, InstructorID: page[0].ID, Version: made.Version}))
	must(c.SaveSKU(ctx, w.product(made.ID), catalog.SKU{Name: "长期有效", PriceFen: fen, TaxCategory: "digital_service", Active: true}))(w.t)
	chapter := must(c.AddChapter(ctx, 0, made.ID, "第一章"))(w.t)
	lessonID = must(c.AddLesson(ctx, 0, made.ID, chapter, "第一课", catalog.Article))(w.t)
	w.ok(c.UpdateLesson(ctx, 0, lessonID, catalog.LessonChange{Title: "第一课", BodyHTML: videoless}))
	w.ok(c.Publish(ctx, made.ID, 0))
	return made.ID, lessonID
}

// A bundle grants by rule: what joins later is open to earlier buyers, what leaves
// stays open to them, and a refund ends the bundle alone (INV-18).
func TestINV18BundleIsARule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other, otherLesson := w.course("第二门课", 9900)
		bundle, sku := w.goods(catalog.KindBundle, "两门一起学", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "长期有效", PriceFen: 20000})
		early := w.learner("13800139001", nil)
		no := early.paid(early.quoted(map[string]any{"sku_id": sku}), "bundle-order")
		if !early.opens(w.lesson) || early.opens(otherLesson) {
			t.Fatal("the bundle opens what is in it, nothing else")
		}
		early.buy(must(skuOf(w, other))(t))
		w.ok(w.app.Catalog.SetParts(w.system(), bundle, []catalog.PartRef{{Kind: "course", RefID: w.paid}, {Kind: "course", RefID: other}}))
		joiner := w.learner("13800139009", nil)
		joiner.paid(joiner.quoted(map[string]any{"sku_id": sku}), "bundle-order")
		third, thirdLesson := w.course("后来加入的课", 5000)
		w.ok(w.app.Catalog.SetParts(w.system(), bundle, []catalog.PartRef{{Kind: "course", RefID: w.paid}, {Kind: "course", RefID: other}, {Kind: "course", RefID: third}}))
		if !joiner.opens(thirdLesson) || !early.opens(thirdLesson) {
			t.Fatal("what joins later is not open to an earlier buyer")
		}
		w.ok(w.app.Catalog.SetParts(w.system(), bundle, []catalog.PartRef{{Kind: "course", RefID: other}}))
		late := w.learner("13800139002", nil)
		late.paid(late.quoted(map[string]any{"sku_id": sku}), "bundle-order")
		if !early.opens(w.lesson) || late.opens(w.lesson) || !late.opens(otherLesson) {
			t.Fatal("what has left stays open to those who had it, and to nobody else")
		}
		// The course was also bought alone, before the bundle held it: each source ends
		// alone.
		early.with("refund-bundle").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		refunds := must(w.app.Commerce.Refunds(context.Background(), commerce.RefundRequested, 0, 10))(t)
		_, err := w.app.Commerce.Decide(w.system(), refunds[0].ID, true, "好")
		w.ok(err)
		w.settleRefunds()
		if early.opens(w.lesson) || !early.opens(otherLesson) {
			t.Fatal("the refund of the bundle must end the bundle and nothing else")
		}
		w.sound()
	})
}

func skuOf(w *world, courseID int64) (int64, error) {
	_, skus, err := w.app.Catalog.Product(context.Background(), courseID, false)
	if err != nil || len(skus) == 0 {
		return 0, errors.Join(err, errors.New("no SKU"))
	}
	return skus[0].ID, nil
}

// A membership opens what its rules name while it lasts; a renewal adds to the end;
// members pay less for the rest; the unused time can be given back.
func TestMembership(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other, otherLesson := w.course("会员之外的课", 10000)
		tier, sku := w.goods(catalog.KindMembership, "金卡会员", 0, catalog.Goods{Rank: 1, PayPermille: 800}, []catalog.PartRef{{Kind: "course", RefID: w.paid}},
			catalog.SKU{Name: "月卡", PriceFen: 3000, PeriodMonths: 1})
		p := w.learner("13800139003", nil)
		me := p.me()
		otherSKU := must(skuOf(w, other))(t)
		if q := p.quoted(map[string]any{"sku_id": otherSKU}); q.num("total_fen") != 10000 {
			t.Fatalf("not a member yet: %s", q.raw)
		}
		no := p.paid(p.quoted(map[string]any{"sku_id": sku}), "month-1-key")
		if !p.opens(w.lesson) || p.opens(otherLesson) {
			t.Fatal("the membership opens its courses alone")
		}
		if q := p.quoted(map[string]any{"sku_id": otherSKU}); q.num("total_fen") != 8000 {
			t.Fatalf("the member's price: %s", q.raw)
		}
		p.paid(p.quoted(map[string]any{"sku_id": sku}), "month-2-key")
		m := must(w.app.Access.Memberships(context.Background(), w.app.DB, me))(t)
		if len(m) != 1 || m[0].ID != tier {
			t.Fatalf("memberships %+v", m)
		}
		w.clock.Advance(33 * 24 * time.Hour)
		if !w.allowed(me, w.lesson) {
			t.Fatal("the renewal did not add to the end")
		}
		w.clock.Advance(31 * 24 * time.Hour)
		if w.allowed(me, w.lesson) {
			t.Fatal("the membership outlived its two months")
		}
		if _, err := w.app.Commerce.RequestRefund(context.Background(), me, no, "used-up-key", 0, "不想学了"); !errors.Is(err, commerce.ErrRefundPolicy) {
			t.Fatalf("a month that is over: %v", err)
		}

		// Unused time: beyond the days of the promise, by the day.
		r := w.learner("13800139004", nil)
		third := r.paid(r.quoted(map[string]any{"sku_id": sku}), "month-3-key")
		w.clock.Advance(10*24*time.Hour + time.Hour)
		r.with("half-used").want(200, "", "POST", "/api/orders/"+third+"/refunds", map[string]any{"reason": "用不上"})
		rows := must(w.app.Commerce.Refunds(context.Background(), commerce.RefundRequested, 0, 10))(t)
		if len(rows) != 1 || rows[0].AmountFen <= 1900 || rows[0].AmountFen >= 2100 || !rows[0].EndsAccess {
			t.Fatalf("unused time: %+v", rows)
		}
		_, err := w.app.Commerce.Decide(w.system(), rows[0].ID, true, "好")
		w.ok(err)
		w.settleRefunds()
		if r.opens(w.lesson) {
			t.Fatal("the unused time was given back, the access stayed")
		}
		w.sound()
	})
}

func TestLessonAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, sku := w.goods(catalog.KindLesson, "", w.lesson, catalog.Goods{}, nil, catalog.SKU{Name: "单课", PriceFen: 1900})
		p := w.learner("13800139005", nil)
		q := p.quoted(map[string]any{"sku_id": sku})
		if q.str("course_title") != "第二课" {
			t.Fatalf("a lesson shows its own title: %s", q.raw)
		}
		p.paid(q, "lesson-order")
		if !p.opens(w.lesson) {
			t.Fatal("the lesson is locked")
		}
		if mine := p.want(200, "", "GET", fmt.Sprintf("/api/courses/%d/mine", w.paid), nil); mine.at("owned") == true {
			t.Fatal("one lesson opened the whole course")
		}
		p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": w.sku}) // the whole may still be bought
		if q := p.quoted(map[string]any{"sku_id": sku}); q.at("already_owned") != true {
			t.Fatal("the lesson is offered twice")
		}
		w.sound()
	})
}

// INV-26: a coupon is used once, comes back once when the order is closed and when
// it is refunded in full, and never twice.
func TestINV26CouponsComeBackOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "立减十元", OffFen: 1000, AtFen: 5000, BackOnRefund: true}, price.Scope{})
		p := w.learner("13800139006", nil)
		me := p.me()
		w.ok(w.app.Commerce.ClaimCoupon(context.Background(), me, coupon))
		if err := w.app.Commerce.ClaimCoupon(context.Background(), me, coupon); !errors.Is(err, commerce.ErrCouponMine) {
			t.Fatalf("claimed twice: %v", err)
		}
		q := p.quoted(map[string]any{"sku_id": w.sku})
		if q.num("total_fen") != 15900 || q.num("was_fen") != 16900 {
			t.Fatalf("the coupon: %s", q.raw)
		}
		first := p.placed(q, "coupon-order-1").str("no")
		// While it waits for money the coupon is taken; the next quote says so.
		again := p.quoted(map[string]any{"sku_id": w.sku})
		if again.num("total_fen") != 16900 {
			t.Fatalf("one coupon in two orders: %s", again.raw)
		}
		p.want(200, "", "POST", "/api/orders/"+first+"/close", nil)
		p.want(200, "", "POST", "/api/orders/"+first+"/close", nil)
		no := p.paid(p.quoted(map[string]any{"sku_id": w.sku}), "coupon-order-2")
		if w.count(qWalletState, "used") != 1 {
			t.Fatal("paid, but the coupon is not used")
		}
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); o.num("paid_fen") != 15900 {
			t.Fatalf("order %s", o.raw)
		}
		_, err := w.app.Commerce.StaffRefund(w.system(), no, "part-of-it", 0, 100, "补偿")
		w.ok(err)
		w.settleRefunds()
		if w.count(qWalletState, "used") != 1 {
			t.Fatal("a partial refund gave the coupon back")
		}
		_, err = w.app.Commerce.StaffRefund(w.system(), no, "the-rest", 0, 0, "全退")
		w.ok(err)
		w.settleRefunds()
		if w.count(qWalletState, "ready") != 1 {
			t.Fatal("the full refund kept the coupon")
		}
		w.sound()
	})
}

var (
	qWalletState = db.Q("apptest/wallet_state", `SELECT COUNT(*) FROM user_coupons WHERE state = $1`)
	qSoldUnits   = db.Q("apptest/sold_units", `SELECT COALESCE(SUM(held + sold), 0) FROM quotas WHERE kind = 'promotion'`)
	qAnyGroup    = db.Q("apptest/any_group", `SELECT id FROM groups`)
	qGroupState  = db.Q("apptest/group_state", `SELECT COUNT(*) FROM groups WHERE state = $1`)
	qOrdersWith  = db.Q("apptest/orders_with", `SELECT COUNT(*) FROM orders WHERE status = $1`)
)

func TestINV26CouponStockUnderParallelClaims(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		coupon := w.coupon(commerce.CouponKind{Name: "抢券", OffFen: 100, Stock: 5, PerUser: 2}, price.Scope{})
		var users []int64
		for i := range 4 {
			users = append(users, w.learner(fmt.Sprintf("1380013910%d", i), nil).me())
		}
		var got atomic.Int64
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				err := w.app.Commerce.ClaimCoupon(context.Background(), users[i%4], coupon)
				switch {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, commerce.ErrCouponMine) && !errors.Is(err, commerce.ErrCouponOut):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 5 || w.count(qWalletState, "ready") != 5 {
			t.Fatalf("%d were handed out of 5", got.Load())
		}
		w.sound()
	})
}

// Flash sale: never more than the quota, never more than one each; closing gives
// the place back once (INV-24).
func TestINV24FlashSale(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 5000, Quota: 2, PerUser: 1, Scope: price.Scope{SKUs: []int64{w.sku}}})
		a, b, c := w.learner("13800139111", nil), w.learner("13800139112", nil), w.learner("13800139113", nil)
		qa, qb, qc := a.quoted(map[string]any{"sku_id": w.sku}), b.quoted(map[string]any{"sku_id": w.sku}), c.quoted(map[string]any{"sku_id": w.sku})
		if qa.num("total_fen") != 5000 || qc.num("total_fen") != 5000 {
			t.Fatalf("quote %s", qa.raw)
		}
		no := a.placed(qa, "flash-a-key").str("no")
		b.paid(qb, "flash-b-key")
		c.with("flash-c-key").want(409, "quote_expired", "POST", "/api/orders", map[string]any{"quote_token": qc.str("token"), "terms_confirmed": true})
		if q := c.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != 16900 {
			t.Fatalf("sold out, and still cheap: %s", q.raw)
		}
		for range 2 {
			a.want(200, "", "POST", "/api/orders/"+no+"/close", nil)
		}
		c.paid(c.quoted(map[string]any{"sku_id": w.sku}), "flash-c-2")
		if n := w.count(qSoldUnits); n != 2 {
			t.Fatalf("%d of 2 are taken", n)
		}
		w.sound()
	})
}

// Two first orders at once: the newcomer price is given once.
func TestNewcomerPriceOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, _ = w.course("另一门课", 9900)
		w.promote(commerce.PromotionChange{Kind: "newcomer", PayPermille: 10})
		p := w.learner("13800139121", nil)
		first := p.quoted(map[string]any{"sku_id": w.sku})
		if first.num("total_fen") != 169 {
			t.Fatalf("newcomer: %s", first.raw)
		}
		p.placed(first, "newcomer-1")
		other := must(w.app.Catalog.Shelf(context.Background(), "pc", 0, "newest", nil, 10))(t)
		for _, c := range other {
			if c.ID == w.paid || c.PriceFen == 0 {
				continue
			}
			if q := p.quoted(map[string]any{"sku_id": must(skuOf(w, c.ID))(t)}); q.num("total_fen") != 9900 {
				t.Fatalf("a second first order: %s", q.raw)
			}
		}
		w.sound()
	})
}

// INV-25: the last seat opens everybody's goods; a group whose time is over gives
// everybody's money back; a late payment for a failed group goes back too.
func TestINV25Groups(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "group", PriceFen: 9900, GroupSize: 3, GroupHours: 24, Scope: price.Scope{SKUs: []int64{w.sku}}})
		var people []*person
		for i := range 5 {
			people = append(people, w.learner(fmt.Sprintf("1380013913%d", i), nil))
		}
		alone := people[0].quoted(map[string]any{"sku_id": w.sku})
		if alone.num("total_fen") != 16900 {
			t.Fatalf("the group price alone: %s", alone.raw)
		}
		start := people[0].quoted(map[string]any{"sku_id": w.sku, "group": true})
		if start.num("total_fen") != 9900 {
			t.Fatalf("quote %s", start.raw)
		}
		no := people[0].paid(start, "group-start")
		o := people[0].want(200, "", "GET", "/api/orders/"+no, nil)
		group := o.num("group_id")
		if people[0].opens(w.lesson) || o.at("delivered") == true {
			t.Fatal("opened before the group is complete")
		}
		if g := people[1].want(200, "", "GET", fmt.Sprintf("/api/groups/%d", group), nil); g.num("price_fen") != 9900 || g.num("list_fen") != 16900 {
			t.Fatalf("the group's page: %s", g.raw)
		}
		people[1].want(404, "group_gone", "GET", "/api/groups/7", nil)
		join := map[string]any{"sku_id": w.sku, "group_id": group}
		own := people[0].quoted(join)
		people[0].with("join-own-key").want(409, "group_refused", "POST", "/api/orders", map[string]any{"quote_token": own.str("token"), "terms_confirmed": true})
		people[1].paid(people[1].quoted(join), "group-join")
		held := people[2].placed(people[2].quoted(join), "group-join").str("no") // the third seat is held
		full := people[3].quoted(join)
		people[3].with("group-full").want(409, "group_refused", "POST", "/api/orders", map[string]any{"quote_token": full.str("token"), "terms_confirmed": true})
		people[2].want(200, "", "POST", "/api/orders/"+held+"/close", nil) // and given back
		people[3].paid(people[3].quoted(join), "group-last")
		for _, i := range []int{0, 1, 3} {
			if !people[i].opens(w.lesson) {
				t.Fatalf("member %d stands outside of a complete group", i)
			}
		}
		if people[2].opens(w.lesson) || w.count(qGroupState, "succeeded") != 1 {
			t.Fatal("who left is inside")
		}
		w.sound()

		// A group that fails: two paid, one pays after the end.
		no = people[2].paid(people[2].quoted(map[string]any{"sku_id": w.sku, "group": true}), "group-2-key")
		group = people[2].want(200, "", "GET", "/api/orders/"+no, nil).num("group_id")
		late := people[4].placed(people[4].quoted(map[string]any{"sku_id": w.sku, "group_id": group}), "group-2-late").str("no")
		payment := people[4].pay(late)
		w.quiet()
		w.ok(w.app.Sandbox.Pay(payment, ""))
		r, err := receipt(w.app, payment)
		w.ok(err)
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qGroupOver, group, clock.MS(w.clock)-1)
			return err
		}))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { w.ok(w.app.Commerce.Sweep(context.Background())) })
		}
		wg.Wait()
		w.ok(w.app.Commerce.Settle(context.Background(), r))
		w.settleRefunds()
		if people[2].opens(w.lesson) || people[4].opens(w.lesson) {
			t.Fatal("a failed group opened something")
		}
		if n := w.count(qOrdersWith, "refunded"); n != 2 {
			t.Fatalf("%d of 2 members have their money back", n)
		}
		w.sound()
	})
}

var qGroupOver = db.Q("apptest/group_over", `UPDATE groups SET deadline_at = $2 WHERE id = $1`)

// A gift is received once, by one person; what nobody took is refunded, and then
// nobody takes it any more.
func TestGifts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		giver, ann, bob := w.learner("13800139141", nil), w.learner("13800139142", nil), w.learner("13800139143", nil)
		no := giver.paid(giver.quoted(map[string]any{"items": []map[string]any{{"sku_id": w.sku, "quantity": 3}}, "gift": true}), "gift-order")
		if giver.opens(w.lesson) {
			t.Fatal("the giver has what was bought for others")
		}
		gifts := must(w.app.Commerce.GiftsOf(context.Background(), giver.me(), no))(t)
		if len(gifts) != 3 || gifts[0].PriceFen != 16900 {
			t.Fatalf("%d for the price of three: %+v", len(gifts), gifts)
		}
		if err := w.app.Commerce.ReceiveGift(context.Background(), giver.me(), gifts[0].Token); !errors.Is(err, commerce.ErrGiftOwn) {
			t.Fatalf("own gift: %v", err)
		}
		var taken atomic.Int64
		var wg sync.WaitGroup
		for _, user := range []int64{ann.me(), bob.me(), ann.me(), bob.me()} {
			wg.Go(func() {
				if err := w.app.Commerce.ReceiveGift(context.Background(), user, gifts[0].Token); err == nil {
					taken.Add(1)
				} else if !errors.Is(err, commerce.ErrGiftTaken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// Both taps of one person are answered alike: the gift is theirs.
		if taken.Load() != 2 {
			t.Fatalf("%d of the receiver's 2 taps were welcomed", taken.Load())
		}
		if ann.opens(w.lesson) == bob.opens(w.lesson) {
			t.Fatal("one copy, one receiver")
		}
		n, err := w.app.Commerce.ReturnGifts(w.system(), giver.me(), no)
		w.ok(err)
		if n != 2 {
			t.Fatalf("%d copies went back", n)
		}
		if err := w.app.Commerce.ReceiveGift(context.Background(), bob.me(), gifts[2].Token); err == nil {
			t.Fatal("a returned copy was received")
		}
		w.settleRefunds()
		o := giver.want(200, "", "GET", "/api/orders/"+no, nil)
		if o.num("refunded_fen") != 2*16900 || o.str("status") != "paid" {
			t.Fatalf("order %s", o.raw)
		}
		if _, err := w.app.Commerce.ReturnGifts(w.system(), giver.me(), no); !errors.Is(err, commerce.ErrRefundPolicy) {
			t.Fatalf("nothing is left: %v", err)
		}
		w.sound()
		// Finance takes the whole order back: the received copy ends too.
		_, err = w.app.Commerce.StaffRefund(w.system(), no, "whole-gift", 0, 0, "误购")
		w.ok(err)
		w.settleRefunds()
		if ann.opens(w.lesson) || bob.opens(w.lesson) {
			t.Fatal("the money went back, the gift stayed")
		}
		w.sound()
	})
}

func TestRedeemCodes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		batch := must(w.app.Commerce.MakeCodes(ctx, "线下书附赠", w.sku, 3, clock.MS(w.clock)+86_400_000))(t)
		codes := must(w.app.Commerce.Codes(ctx, batch, 0, 10))(t)
		if len(codes) != 3 || len(codes[0].Code) != 16 {
			t.Fatalf("%+v", codes)
		}
		ann, bob := w.learner("13800139151", nil), w.learner("13800139152", nil)
		spaced := codes[0].Code[:4] + "-" + codes[0].Code[4:8] + " " + codes[0].Code[8:]
		title, err := w.app.Commerce.Redeem(ctx, ann.me(), spaced)
		w.ok(err)
		if title != "把话写清楚" || !ann.opens(w.lesson) {
			t.Fatalf("%q opened nothing", title)
		}
		for code, want := range map[string]error{codes[0].Code: commerce.ErrCodeUsed, "AAAAAAAAAAAAAAAA": commerce.ErrCodeGone} {
			if _, err := w.app.Commerce.Redeem(ctx, bob.me(), code); !errors.Is(err, want) {
				t.Errorf("%s: %v", code, err)
			}
		}
		if _, err := w.app.Commerce.Redeem(ctx, ann.me(), codes[1].Code); !errors.Is(err, commerce.ErrOwned) {
			t.Errorf("a code wasted on what is owned: %v", err)
		}
		w.ok(w.app.Commerce.RevokeCodes(ctx, batch, "印错了"))
		if _, err := w.app.Commerce.Redeem(ctx, bob.me(), codes[1].Code); !errors.Is(err, commerce.ErrCodeGone) {
			t.Errorf("a revoked code: %v", err)
		}
		if !ann.opens(w.lesson) {
			t.Error("revoking took back what was redeemed")
		}
		w.sound()
	})
}

// Several lines in one order: each explains its discount and is refunded alone.
func TestINV11RefundByLine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other, otherLesson := w.course("第二门课", 10000)
		otherSKU := must(skuOf(w, other))(t)
		w.promote(commerce.PromotionChange{Kind: "threshold", Steps: []price.Step{{AtFen: 20000, OffFen: 3001}}})
		p := w.learner("13800139161", nil)
		q := p.quoted(map[string]any{"items": []map[string]any{{"sku_id": w.sku, "quantity": 1}, {"sku_id": otherSKU, "quantity": 1}}})
		if q.num("total_fen") != 26900-3001 {
			t.Fatalf("quote %s", q.raw)
		}
		no := p.paid(q, "two-lines")
		if !p.opens(w.lesson) || !p.opens(otherLesson) {
			t.Fatal("both lines must open")
		}
		o := must(w.app.Commerce.AnyOrder(context.Background(), no))(t)
		d := must(w.app.Commerce.Detail(context.Background(), o))(t)
		p.with("which-line").want(422, "refund_item", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不想学了"})
		var line commerce.Item
		for _, it := range d.Items {
			if it.SKUID == otherSKU {
				line = it
			}
		}
		_, err := w.app.Commerce.StaffRefund(w.system(), no, "one-line", line.ID, 0, "只退一件")
		w.ok(err)
		w.settleRefunds()
		if !p.opens(w.lesson) || p.opens(otherLesson) {
			t.Fatal("the refunded line alone must close")
		}
		if o = must(w.app.Commerce.AnyOrder(context.Background(), no))(t); o.RefundedFen != line.PriceFen || o.Status != commerce.Paid {
			t.Fatalf("%+v", o)
		}
		w.sound()
	})
}

// A lesson that is sold alone is not sold while it is withheld: no offer, no quote, and no
// order on a quote of before; released again it is.
func TestWithheldLessonIsNotSold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		k := w.column()
		product, sku := w.goods(catalog.KindLesson, "", k.issue, catalog.Goods{}, nil, catalog.SKU{Name: "单期", PriceFen: 900})
		p := w.learner("13800139105", nil)
		page, own := fmt.Sprintf("/api/products/%d", product), fmt.Sprintf("/api/lessons/%d/product", k.issue)
		before := p.quoted(map[string]any{"sku_id": sku})
		p.want(200, "", "GET", own, nil)
		w.ok(w.app.Catalog.Withhold(ctx, 0, k.issue))
		w.app.API.Forget()
		for _, path := range []string{page, own} {
			p.want(404, "product_gone", "GET", path, nil)
		}
		if a := p.want(404, "sku_gone", "POST", "/api/quotes", map[string]any{"sku_id": sku}); !strings.Contains(a.raw, "还没有发布") {
			t.Error(a.raw)
		}
		a := p.with("withheld-order").do("POST", "/api/orders", map[string]any{"quote_token": before.str("token"), "terms_confirmed": true})
		if a.status < 400 || w.count(qOrdersOf, p.id()) != 0 {
			t.Errorf("an order of what is withheld: %d %s", a.status, a.raw)
		}
		w.ok(w.app.Catalog.Release(ctx, 0, k.issue, 0))
		w.app.API.Forget()
		p.want(200, "", "GET", page, nil)
		p.paid(p.quoted(map[string]any{"sku_id": sku}), "released-order")
		if !p.opens(k.issue) {
			t.Error("what was bought is locked")
		}
		w.sound()
	})
}

var qOrdersOf = db.Q("sellingtest/orders", `SELECT COUNT(*) FROM orders WHERE user_id = $1`)
