package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/ledger"
)

// column is a column on the shelf with a free issue and one that must be paid for.
type column struct {
	w                *world
	id, chapter      int64
	month, forever   int64 // SKUs
	freeIssue, issue int64
	out              bool // it is published: what is added is released
}

func (w *world) column() *column {
	w.t.Helper()
	ctx, c := w.system(), w.app.Catalog
	made := must(c.CreateColumn(ctx, 0, "每周一封信"))(w.t)
	k := &column{w: w, id: made.ID}
	w.ok(c.UpdateCourse(ctx, 0, k.id, catalog.CourseChange{
		Title: "每周一封信", Promise: "承诺", IntroHTML: "<p>介绍</p>", Tags: []string{}, Outcomes: []string{}, Cadence: "每周二、四更新", PlannedCount: 50,
		InstructorID: must(c.Instructors(ctx))(w.t)[0].ID, Version: made.Version,
	}))
	k.month = must(c.SaveSKU(ctx, w.product(k.id), catalog.SKU{Name: "月", PriceFen: 3000, PeriodMonths: 1, TaxCategory: "digital_service", Active: true}))(w.t)
	k.forever = must(c.SaveSKU(ctx, w.product(k.id), catalog.SKU{Name: "永久", PriceFen: 30000, TaxCategory: "digital_service", Active: true, Position: 1}))(w.t)
	k.chapter = must(c.AddChapter(ctx, 0, k.id, "来信"))(w.t)
	k.freeIssue, k.issue = k.add("第一封", true), k.add("第二封", false)
	w.ok(c.Publish(ctx, k.id, 0))
	k.out = true
	return k
}

func (k *column) add(title string, free bool) int64 {
	k.w.t.Helper()
	n := must(k.w.app.Catalog.AddLesson(k.w.system(), 0, k.id, k.chapter, title, catalog.Article))(k.w.t)
	k.w.ok(k.w.app.Catalog.UpdateLesson(k.w.system(), 0, n, catalog.LessonChange{Title: title, IsFree: free, BodyHTML: videoless}))
	if k.out {
		k.w.ok(k.w.app.Catalog.Release(k.w.system(), 0, n, 0))
	}
	return n
}

// read studies an issue to its end.
func (p *person) read(lessonID int64) {
	p.w.t.Helper()
	path := fmt.Sprintf("/api/lessons/%d/read", lessonID)
	p.want(200, "", "POST", path, map[string]any{"seq": 1, "dwell_ms": 0, "position_permille": 0})
	p.w.clock.Advance(time.Minute)
	p.want(200, "", "POST", path, map[string]any{"seq": 2, "dwell_ms": 60000, "position_permille": 1000})
}

// INV-18: what a column issues is open to who has time on it or it for good, also what
// comes later, and nothing is after the end; a further month adds to the end.
func TestINV18ColumnGrows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.column()
		draft := must(w.app.Catalog.AddLesson(w.system(), 0, k.id, k.chapter, "还在写", catalog.Article))(t)
		p := w.learner("13800138801", nil)
		me := p.me()
		page := p.want(200, "", "GET", fmt.Sprintf("/api/courses/%d", k.id), nil)
		if page.str("form") != "column" || page.str("cadence") != "每周二、四更新" || page.num("planned_count") != 50 || page.num("lesson_count") != 2 || strings.Contains(page.raw, "还在写") {
			t.Fatalf("the column's page: %s", page.raw)
		}
		if !strings.Contains(page.str("refund_policy", "text"), "剩余的天数") {
			t.Fatalf("its promise: %s", page.str("refund_policy", "text"))
		}
		if !p.opens(k.freeIssue) || p.opens(k.issue) {
			t.Fatal("the trial issue is open, the others are not")
		}
		no := p.paid(p.quoted(map[string]any{"sku_id": k.month}), "column-m1")
		if o := p.want(200, "", "GET", "/api/orders/"+no, nil); !strings.Contains(o.raw, `"kind":"column"`) {
			t.Fatalf("the line's kind: %s", o.raw)
		}
		later := k.add("第三封", false)
		if !p.opens(k.issue) || !p.opens(later) {
			t.Fatal("an issue that came later is locked")
		}
		p.paid(p.quoted(map[string]any{"sku_id": k.month}), "column-m2")
		w.clock.Advance(45 * 24 * time.Hour)
		latest := k.add("第四封", false)
		if !w.allowed(me, k.issue) || !w.allowed(me, latest) {
			t.Fatal("the second month did not add to the end")
		}
		w.clock.Advance(20 * 24 * time.Hour)
		if w.allowed(me, k.issue) || w.allowed(me, later) || w.allowed(me, latest) {
			t.Fatal("an issue is open after the end")
		}
		if !w.allowed(me, k.freeIssue) {
			t.Fatal("the trial issue is locked")
		}
		w.ok(w.app.Catalog.UpdateLesson(w.system(), 0, draft, catalog.LessonChange{Title: "写完了", BodyHTML: videoless}))
		w.ok(w.app.Catalog.Release(w.system(), 0, draft, 0))
		if c, _, err := w.app.Catalog.Course(w.system(), 0, k.id); err != nil || c.LessonCount != 5 {
			t.Fatalf("%d issues are out, %v", c.LessonCount, err)
		}

		// For good: told so, and left alone; a membership, a bundle and a flash sale treat
		// it as they treat a course.
		ever := w.learner("13800138802", nil)
		ever.paid(ever.quoted(map[string]any{"sku_id": k.forever}), "column-ever")
		if q := ever.quoted(map[string]any{"sku_id": k.month}); q.at("already_owned") != true {
			t.Fatalf("a month is offered to who has it for good: %s", q.raw)
		}
		_, tier := w.goods(catalog.KindMembership, "读者会员", 0, catalog.Goods{Rank: 1, PayPermille: 800}, []catalog.PartRef{{Kind: "course", RefID: k.id}}, catalog.SKU{Name: "月", PriceFen: 900, PeriodMonths: 1})
		member := w.learner("13800138803", nil)
		member.paid(member.quoted(map[string]any{"sku_id": tier}), "column-tier")
		if !member.opens(latest) {
			t.Fatal("the membership does not open the column")
		}
		w.promote(commerce.PromotionChange{Kind: "flash", Label: "专栏周", PayPermille: 500, Scope: price.Scope{Kinds: []string{"column"}}})
		if q := member.quoted(map[string]any{"sku_id": k.month}); q.num("total_fen") != 1500 {
			t.Fatalf("the flash sale of columns: %s", q.raw)
		}
		if shown := member.want(200, "", "GET", fmt.Sprintf("/api/products/%d/promotions", w.product(k.id)), nil); !strings.Contains(shown.raw, "专栏周") {
			t.Fatalf("the page does not show it: %s", shown.raw)
		}
		friend := w.learner("13800138804", nil)
		batch := must(w.app.Commerce.MakeCodes(w.system(), "书附赠", k.month, 1, clock.MS(w.clock)+86_400_000))(t)
		must(w.app.Commerce.Redeem(context.Background(), friend.me(), must(w.app.Commerce.Codes(w.system(), batch, 0, 1))(t)[0].Code))(t)
		if !friend.opens(latest) {
			t.Fatal("the redeemed month opens nothing")
		}
		giver := w.learner("13800138805", nil)
		gift := giver.paid(giver.quoted(map[string]any{"items": []map[string]any{{"sku_id": k.month, "quantity": 1}}, "gift": true}), "column-gift")
		w.ok(w.app.Commerce.ReceiveGift(context.Background(), friend.me(), must(w.app.Commerce.GiftsOf(context.Background(), giver.me(), gift))(t)[0].Token))
		have := must(w.app.Access.Holding(context.Background(), w.app.DB, friend.me(), catalog.Resource{Kind: "course", ID: k.id}))(t)
		if left := (have.UntilAt - clock.MS(w.clock)) / 86_400_000; left < 57 {
			t.Fatalf("the gift did not add to the end: %d days", left)
		}
		w.sound()
	})
}

// A column's month is earned by the day on accounts of its own, and given back by unused
// time with what was studied shown; for good it is earned as a course is.
func TestColumnIsEarnedByTheDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		k := w.column()
		p := w.learner("13800138811", nil)
		no := p.paid(p.quoted(map[string]any{"sku_id": k.month}), "column-m1")
		if w.credit(ledger.Deferred("column")) != 3000 || w.credit(ledger.Revenue("column")) != 0 {
			t.Fatal("a month is not owed to its buyer")
		}
		p.read(k.issue)
		w.clock.Advance(10*24*time.Hour + time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		from, until, err := w.app.Access.Span(ctx, w.app.DB, access.OrderItem(w.lines(no)[0].ID))
		w.ok(err)
		days := (until - from) / 86_400_000
		owed := 3000 - 3000*10/days
		if got := w.credit(ledger.Deferred("column")); got != owed {
			t.Fatalf("%d are owed, want %d", got, owed)
		}
		if rev := w.credit(ledger.Revenue("column")); rev <= 0 {
			t.Fatal("nothing was earned")
		}
		w.sound()
		r := must(w.app.Commerce.RequestRefund(ctx, p.me(), no, "column-back", 0, "没时间看"))(t)
		if r.AmountFen != 3000*(days-10)/days || !r.EndsAccess || r.WatchedPercent != 100 {
			t.Fatalf("unused time: %+v of %d days", r, days)
		}
		must(w.app.Commerce.Decide(w.system(), r.ID, true, "好"))(t)
		w.settleRefunds()
		if p.opens(k.issue) {
			t.Fatal("the unused time was given back, the issue stayed open")
		}
		if w.credit(ledger.Deferred("column")) != 0 {
			t.Fatalf("%d are owed for time that went back", w.credit(ledger.Deferred("column")))
		}
		w.sound()

		ever := w.learner("13800138812", nil)
		before := w.credit(ledger.Revenue("column"))
		forever := ever.paid(ever.quoted(map[string]any{"sku_id": k.forever}), "column-ever")
		if w.credit(ledger.Deferred("column")) != 0 || w.credit(ledger.Revenue("column")) == before {
			t.Fatal("for good is earned when it is paid")
		}
		ever.read(k.issue)
		if _, err := w.app.Commerce.RequestRefund(ctx, ever.me(), forever, "ever-back", 0, "没时间看"); !errors.Is(err, commerce.ErrRefundPolicy) {
			t.Fatalf("for good it is given back as a course is: %v", err)
		}
		w.sound()
	})
}

// credit is the balance of an account that holds what is owed or earned.
func (w *world) credit(account string) int64 { return w.count(qBalance, account) }

// lines returns the lines of an order.
func (w *world) lines(no string) []commerce.Item {
	w.t.Helper()
	o := must(w.app.Commerce.AnyOrder(context.Background(), no))(w.t)
	return must(w.app.Commerce.ItemsIn(context.Background(), w.app.DB, o.ID))(w.t)
}

// A form is chosen when it is made and found again in the console; a course says
// nothing of issues.
func TestColumnInTheConsole(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		op := w.staff("operator")
		made := op.want(200, "", "POST", "/api/console/courses", map[string]any{"title": "早读", "form": "column"})
		save := func(cadence string, planned int64) answer {
			body := map[string]any{"title": "早读", "promise": "", "intro_html": "", "audience": "", "outcomes": []string{}, "tags": []string{}, "cover": "", "scene": "", "instructor_id": 0, "category_id": 0, "position": 0, "recommended": false, "version": made.num("version"), "cadence": cadence, "planned_count": planned}
			return op.do("PUT", fmt.Sprintf("/api/console/courses/%d", made.num("id")), body)
		}
		if a := save(strings.Repeat("天", 31), 0); a.status != 422 {
			t.Fatalf("31 characters: %s", a.raw)
		}
		if a := save("工作日更新", 0); a.status != 200 || a.str("cadence") != "工作日更新" || a.str("form") != "column" {
			t.Fatalf("%s", a.raw)
		}
		for form, want := range map[string]int{"column": 1, "course": 2, "": 3} {
			if rows := must(w.app.Catalog.Courses(w.system(), 0, form, "", "", nil, 10))(t); len(rows) != want {
				t.Errorf("form %q lists %d", form, len(rows))
			}
		}
		if rows := op.want(200, "", "GET", "/api/console/courses?form=course", nil).at("items").([]any); len(rows) != 0 {
			t.Error("a column is listed as a course")
		}
		c, tags, err := w.app.Catalog.Course(w.system(), 0, w.paid)
		w.ok(err)
		w.ok(w.app.Catalog.UpdateCourse(w.system(), 0, c.ID, catalog.CourseChange{Title: c.Title, Tags: tags, Cadence: "每天", PlannedCount: 9, InstructorID: c.InstructorID, Version: c.Version}))
		if c, _, err = w.app.Catalog.Course(w.system(), 0, w.paid); err != nil || c.Cadence != "" || c.PlannedCount != 0 {
			t.Fatalf("a course has issues: %+v %v", c, err)
		}
	})
}
