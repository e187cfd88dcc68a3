package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/challenge"
	"zhizhou/internal/db"
)

var (
	qRemovedWithSum = db.Q("test/removed_with_sum", `SELECT COUNT(*) FROM audit_log WHERE action = 'class.remove' AND before LIKE $1`)
	qDepositBack    = db.Q("test/deposit_back", `SELECT COUNT(*) FROM refunds WHERE user_id = $1 AND cause = 'deposit'`)
	qDepositSpoil   = db.Q("test/deposit_spoil", `UPDATE challenge_entries SET state = 'held', decided_at = 0 WHERE state = 'forfeited'`)
	qDepositMend    = db.Q("test/deposit_mend", `UPDATE challenge_entries SET state = 'forfeited', decided_at = 1 WHERE state = 'held'`)
	qDepositLed     = db.Q("test/deposit_led", `SELECT COUNT(*) FROM share_orders WHERE user_id = $1`)
)

// owes is what stands on an account as a debt or as revenue, fen.
func (w *world) owes(account string) int64 { return -w.balance(account) }

// deposit opens a class of seven days whose deposit of ¥99 comes back for five of them.
func (w *world) deposit(change func(*challenge.Class)) int64 {
	w.t.Helper()
	return w.class(weekly(7), func(c *challenge.Class) {
		c.Price, c.PriceFen, c.ReturnNeed = catalog.KindDeposit, 9900, 5
		c.JoinUntil = c.Starts + 1
		if change != nil {
			change(c)
		}
	})
}

// Money of a class is touched by who sets prices, and leaves its sum in the log.
func TestDepositTakenByWhoSetsPrices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		class, free := w.deposit(nil), w.class(weekly(7), nil)
		p := w.learner("13900157099", nil)
		p.entry(class)
		p.joins(class)
		p.joins(free)
		out := func(id int64) (string, map[string]any) {
			return fmt.Sprintf("/api/console/classes/%d/remove", id), map[string]any{"user_id": p.me(), "reason": "代打卡"}
		}
		editor, operator := w.schoolStaff("editor"), w.schoolStaff("operator")
		at, body := out(class)
		editor.want(403, "forbidden", "POST", at, body)
		if e := p.class(class); e.str("entry", "state") != "held" {
			t.Fatal(e.raw)
		}
		operator.want(204, "", "POST", at, body)
		if n := w.count(qRemovedWithSum, "%\"forfeited_fen\":9900%"); n != 1 {
			t.Fatalf("%d rows of the log say what was kept", n)
		}
		at, body = out(free)
		editor.want(204, "", "POST", at, body)
		open := map[string]any{"title": "押金班", "about": "", "join_until": 0, "capacity": 10, "teacher": "", "share_weekday": 7, "mode": "rolling", "starts_on": 0, "admits": "anyone", "price": "deposit", "price_fen": 9900, "return_need": 5}
		editor.want(403, "forbidden", "POST", fmt.Sprintf("/api/console/challenges/%d/classes", editor.want(200, "", "GET", fmt.Sprintf("/api/console/classes/%d", class), nil).num("challenge_id")), open)
		w.sound()
	})
}

// entry buys the place in a class.
func (p *person) entry(classID int64) (no string) {
	p.w.t.Helper()
	no, _ = p.buy(p.class(classID).num("sku_id"))
	return no
}

func (p *person) class(classID int64) answer {
	p.w.t.Helper()
	return p.want(200, "", "GET", fmt.Sprintf("/api/classes/%d", classID), nil)
}

func (w *world) sweepClasses() {
	w.t.Helper()
	w.ok(w.app.Challenge.Sweep(w.system()))
}

// A deposit is the member's own money: owed while it is held, given back through the
// channel when they did what was agreed, never a sale.
func TestDepositComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.deposit(nil)
		p := w.learner("13900157001", nil)
		join := fmt.Sprintf("/api/classes/%d/join", class)
		p.want(409, "class_pay", "POST", join, map[string]any{"hours": 0})
		v := p.class(class)
		sku := v.num("sku_id")
		if v.str("price") != "deposit" || v.num("price_fen") != 9900 || v.num("return_need") != 5 || sku == 0 {
			t.Fatal(v.raw)
		}
		// It is bought by oneself, for oneself, at its price, and not in the mini program.
		p.want(409, "class_alone", "POST", "/api/quotes", map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 1}}, "gift": true})
		p.want(409, "class_alone", "POST", "/api/quotes", map[string]any{"items": []map[string]any{{"sku_id": sku, "quantity": 1}, {"sku_id": w.sku, "quantity": 1}}})
		w.mini("押金").want(409, "deposit_elsewhere", "POST", "/api/quotes", map[string]any{"sku_id": sku})
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": sku})
		if q.num("quote", "total_fen") != 9900 && q.num("total_fen") != 9900 {
			t.Fatal(q.raw)
		}
		no := p.entry(class)
		if v := p.class(class); !v.at("joined").(bool) || v.str("entry", "state") != "held" || v.num("entry", "fen") != 9900 {
			t.Fatal(v.raw)
		}
		if w.owes("deferred:deposit") != 9900 || w.owes("revenue:deposit") != 0 || w.count(qDepositLed, p.me()) != 0 {
			t.Fatalf("owed %d, earned %d", w.owes("deferred:deposit"), w.owes("revenue:deposit"))
		}
		w.sound()
		p.with("a-second-time").want(409, "already_owned", "POST", "/api/orders", confirmed(q))
		p.with("refund-deposit").want(409, "refund_refused", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "想退押金"})
		for day := 1; day <= 5; day++ {
			p.checksIn(200, "", class, 0, fmt.Sprintf("第 %d 天", day))
			if day < 5 {
				w.sweepClasses()
				w.shanghai(1, 9, 0)
			}
		}
		if w.count(qDepositBack, p.me()) != 0 {
			t.Fatal("it went back too early")
		}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { _ = w.app.Challenge.Sweep(context.Background()) })
		}
		wg.Wait()
		w.sweepClasses()
		w.settleRefunds()
		if n := w.count(qDepositBack, p.me()); n != 1 {
			t.Fatalf("it went back %d times", n)
		}
		v = p.class(class)
		if v.str("entry", "state") != "returned" || v.num("entry", "check_ins") != 5 || !v.at("joined").(bool) || !p.hears("报名的钱已原路退回") {
			t.Fatal(v.raw)
		}
		if w.owes("deferred:deposit") != 0 || w.owes("revenue:deposit") != 0 || w.owes("refund:deposit") != 0 {
			t.Fatal("the books are not even")
		}
		p.checksIn(200, "", class, 0, "第五天又一次") // and they stay in the class
		w.shanghai(1, 9, 0)
		if h := p.checksIn(200, "", class, 0, "第六天"); h.num("total") != 6 {
			t.Fatal(h.raw)
		}
		w.sound()
	})
}

// confirmed is the body of an order of a quote.
func confirmed(q answer) map[string]any {
	return map[string]any{"quote_token": q.str("token"), "terms_confirmed": true}
}

// Who does not do it until nothing can be made up any more loses it: it becomes revenue
// with the tax in it, and may be invoiced; staff may still give it back.
func TestDepositIsLost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.deposit(nil)
		p := w.learner("13900157011", nil)
		no := p.entry(class)
		for range 3 {
			p.checksIn(200, "", class, 0, "来了")
			w.shanghai(1, 9, 0)
		}
		w.shanghai(4+6, 23, 0) // the last day on which the seventh may be made up
		w.sweepClasses()
		if v := p.class(class); v.str("entry", "state") != "held" {
			t.Fatal(v.raw)
		}
		w.shanghai(1, 0, 1)
		w.sweepClasses()
		w.sweepClasses()
		if v := p.class(class); v.str("entry", "state") != "forfeited" || v.num("entry", "check_ins") != 3 || !p.hears("押金到期没有退还") {
			t.Fatal(v.raw)
		}
		tax := w.owes("tax:600")
		if w.owes("deferred:deposit") != 0 || w.owes("revenue:deposit")+tax != 9900 || tax != 560 {
			t.Fatalf("earned %d, tax %d", w.owes("revenue:deposit"), tax)
		}
		w.sound()
		w.write(qDepositSpoil)
		w.finds("a deposit and its money disagree")
		w.write(qDepositMend)
		w.giveBack(no, 9900)
		if v := p.class(class); v.at("entry") != nil || w.owes("deferred:deposit") != 0 || w.owes("revenue:deposit")+w.owes("refund:deposit")+w.owes("tax:600") != 0 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}

// Before the first day one may leave with the money; a class that is cancelled gives all
// of it back, prices too; and money that comes too late goes back by itself.
func TestDepositGoesBackBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		later := func(c *challenge.Class) { c.Starts, c.JoinUntil = c.Starts+2, c.JoinUntil+3 }
		class := w.deposit(later)
		fee := w.class(weekly(28), func(c *challenge.Class) {
			later(c)
			c.JoinUntil, c.Price, c.PriceFen = 0, catalog.KindClass, 19900
		})
		p, o, late := w.learner("13900157021", nil), w.learner("13900157022", nil), w.learner("13900157023", nil)
		p.entry(class)
		p.want(204, "", "POST", fmt.Sprintf("/api/classes/%d/leave", class), nil)
		w.settleRefunds()
		if v := p.class(class); v.at("entry") != nil || v.at("joined").(bool) || w.count(qDepositBack, p.me()) != 1 || w.owes("deferred:deposit") != 0 {
			t.Fatal(v.raw)
		}
		w.sound()
		p.want(409, "class_pay", "POST", fmt.Sprintf("/api/classes/%d/join", class), map[string]any{"hours": 0})
		q := p.want(200, "", "POST", "/api/quotes", map[string]any{"sku_id": p.class(class).num("sku_id")})
		no := p.with("a-second-order").want(200, "", "POST", "/api/orders", confirmed(q)).str("no")
		w.ok(w.app.Sandbox.Pay(p.pay(no), ""))
		w.tick()
		if v := p.class(class); v.str("entry", "state") != "held" || !v.at("joined").(bool) {
			t.Fatal(v.raw)
		}
		o.entry(fee)
		if v := o.class(fee); v.str("entry", "state") != "paid" || w.owes("deferred:class") != 19900 {
			t.Fatal(v.raw)
		}
		w.sound()
		// Somebody pays when nobody is taken in any more.
		unpaid := late.order(late.class(class).num("sku_id"), "too-late-order").str("no")
		attempt := late.pay(unpaid)
		ops := w.schoolStaff("operator")
		set := func(id int64, state string) {
			ops.want(204, "", "PUT", fmt.Sprintf("/api/console/classes/%d/state", id), map[string]any{"state": state, "reason": "老师病了"})
		}
		set(class, "closed")
		w.ok(w.app.Sandbox.Pay(attempt, ""))
		w.tick()
		w.settleRefunds()
		if v := late.class(class); v.at("joined").(bool) || v.at("entry") != nil {
			t.Fatal(v.raw)
		}
		w.sound()
		set(class, "cancelled")
		set(fee, "cancelled")
		w.sweepClasses()
		w.settleRefunds()
		if w.owes("deferred:deposit") != 0 || w.owes("deferred:class") != 0 || p.class(class).at("entry") != nil || o.class(fee).at("entry") != nil {
			t.Fatal("money of a cancelled class is still here")
		}
		w.sound()
	})
}

// Who gives the course back that admitted them cannot go on: the deposit goes back too.
func TestDepositGoesBackWithTheCourse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.deposit(func(c *challenge.Class) { c.CourseID, c.Admits = w.paid, challenge.Owners })
		p := w.learner("13900157061", nil)
		sku := p.class(class).num("sku_id")
		q := p.quoted(map[string]any{"sku_id": sku})
		p.with("without-the-course").want(409, "class_course", "POST", "/api/orders", confirmed(q))
		no, _ := p.buy(w.sku)
		p.entry(class)
		p.checksIn(200, "", class, 0, "第一天")
		w.giveBack(no, 16900)
		if v := p.class(class); v.str("mine", "state") != "lost" {
			t.Fatal(v.raw)
		}
		w.sweepClasses()
		w.settleRefunds()
		if v := p.class(class); v.at("entry") != nil || w.owes("deferred:deposit") != 0 || w.owes("revenue:deposit") != 0 || w.count(qDepositBack, p.me()) != 1 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}

// A class with a price is a sale that is earned day by day; a refund ends the membership.
func TestPaidClass(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), func(c *challenge.Class) {
			c.Mode, c.Starts, c.Price, c.PriceFen, c.Capacity = challenge.Rolling, 0, catalog.KindClass, 28000, 2
		})
		var people []*person
		for i := range 3 {
			people = append(people, w.learner(fmt.Sprintf("1390015703%d", i), nil))
		}
		no := people[0].entry(class)
		second := people[1].entry(class)
		people[2].want(409, "sold_out", "POST", "/api/quotes", map[string]any{"sku_id": people[2].class(class).num("sku_id")})
		w.shanghai(1, 12, 0)
		w.ok(w.app.Commerce.Earn(w.system()))
		if got := w.owes("deferred:class"); got != 56000-2000 {
			t.Fatalf("%d is still owed", got)
		}
		w.sound()
		people[0].with("refund-class").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "时间不合适"})
		finance := w.staff("finance")
		id := finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil).item(0, "items").num("id")
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", id), map[string]any{"approve": true, "reply": "好的"})
		w.settleRefunds()
		if v := people[0].class(class); v.at("joined").(bool) || v.str("mine", "state") != "lost" || v.num("members") != 1 {
			t.Fatal(v.raw)
		}
		people[2].entry(class) // the place is free again
		w.sound()
		// Beyond the days in which all goes back, those to come do, and the place with them.
		w.shanghai(9, 12, 0)
		w.ok(w.app.Commerce.Earn(w.system()))
		people[1] = w.learner("13900157031", nil)
		if r := people[1].with("refund-the-rest").want(200, "", "POST", "/api/orders/"+second+"/refunds", map[string]any{"reason": "时间不合适"}); r.item(0, "refunds").num("amount_fen") != 18000 {
			t.Fatal(r.raw)
		}
		finance = w.staff("owner")
		id = finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil).item(0, "items").num("id")
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", id), map[string]any{"approve": true, "reply": "好的"})
		w.settleRefunds()
		if v := people[1].class(class); v.at("joined").(bool) || v.at("entry") != nil || v.num("members") != 1 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}

// A price and what a deposit asks are checked, never change, and only here.
func TestDepositIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.deposit(nil)
		c := must(w.app.Challenge.Class(w.system(), 0, class))(t)
		ops := w.schoolStaff("operator")
		open := func(code string, more map[string]any) {
			t.Helper()
			body := map[string]any{
				"title": "押金班", "about": "", "join_until": challenge.DayOf(c.JoinUntil), "capacity": 30, "teacher": "", "share_weekday": 7,
				"mode": "dates", "starts_on": challenge.DayOf(c.Starts), "admits": "anyone", "price": "deposit", "price_fen": 9900, "return_need": 5,
			}
			for k, v := range more {
				body[k] = v
			}
			status := map[bool]int{true: 200, false: 422}[code == ""]
			ops.want(status, code, "POST", fmt.Sprintf("/api/console/challenges/%d/classes", c.ChallengeID), body)
		}
		open("", nil)
		open("class_invalid", map[string]any{"price_fen": 0})
		open("class_invalid", map[string]any{"price_fen": 200_001})
		open("class_invalid", map[string]any{"return_need": 0})
		open("class_invalid", map[string]any{"return_need": 8})
		open("class_invalid", map[string]any{"join_until": 0})
		open("class_invalid", map[string]any{"join_until": challenge.DayOf(c.Starts + 4)}) // five days no longer fit
		ops.want(422, "product_invalid", "PUT", fmt.Sprintf("/api/console/products/%d/skus/%d", c.ID, c.SKUID), map[string]any{
			"name": "便宜", "price_fen": 1, "period_days": 0, "period_months": 0, "until_at": 0, "tax_category": "service", "tax_rate": "", "tax_code": "", "active": true,
			"sale_from": 0, "sale_until": 0, "stock": 0, "per_user": 0, "trial": false, "position": 0, "platform_prices": map[string]any{}, "tier_prices": map[string]any{},
		})
		for _, kind := range []string{"service", "class", "deposit"} {
			if rows := must(w.app.Catalog.GoodsList(w.system(), kind, true))(t); len(rows) > 0 {
				t.Fatalf("a class is on the shelf of %s", kind)
			}
		}
	})
}

// Two accounts that become one keep one place; what the other paid goes back.
func TestDepositMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shanghai(1, 9, 0)
		class := w.class(weekly(28), func(c *challenge.Class) { c.Price, c.PriceFen = catalog.KindClass, 19900 })
		phone := "13900157041"
		web, mini := w.learner(phone, nil), w.mini("阿押")
		web.entry(class)
		delete(mini.header, "X-Client") // the same account in a browser
		mini.entry(class)               // by the same key as the other
		if v := mini.class(class); v.str("entry", "state") != "paid" {
			t.Fatal(v.raw)
		}
		mini.want(200, "", "POST", "/api/auth/mp/phone", map[string]any{"code": w.app.Sandbox.PhoneCode(phone)})
		w.sweepClasses()
		w.settleRefunds()
		if v := web.class(class); v.num("members") != 1 || !v.at("joined").(bool) || v.str("entry", "state") != "paid" || -w.balance("deferred:class") != 19900 {
			t.Fatal(v.raw)
		}
		w.sound()
	})
}
