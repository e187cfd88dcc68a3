package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/ledger"
	"zhizhou/internal/pay"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/renewal"
	"zhizhou/internal/testkit"
)

// books returns what stands on each account; taxes and revenue of single sales apart
// from suspense are what an order made of the money.
func (w *world) books() (balances map[string]int64, sales int64) {
	w.t.Helper()
	balances = map[string]int64{}
	for _, b := range must(ledger.Balances(context.Background(), w.app.DB))(w.t) {
		n := b.DebitFen - b.CreditFen
		if sort, _, _ := strings.Cut(b.Account, ":"); sort == "revenue" || sort == "tax" || sort == "suspense" || sort == "refund" {
			sales += n
			continue
		}
		if n != 0 {
			balances[b.Account] = n
		}
	}
	return balances, sales
}

// A backup is lost against the truth by whatever happened since. The channels know all
// of it: after a restore the sweeps and the bills bring the books to the same balances,
// access to the same state, and money of orders that are gone onto suspense.
func TestINV45RestoredBackupReachesTheSameBalances(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		engine := w.app.DB.Engine
		w.noon()
		kept, waits, back, member := w.learner("13200000451", nil), w.learner("13200000452", nil), w.learner("13200000453", nil), w.learner("13200000454", nil)
		kept.buy(w.sku)
		waitsNo := waits.order(w.sku, "restore-waits").str("no")
		waitsPay := waits.pay(waitsNo)
		backNo, _ := back.buy(w.sku)
		_, card := w.goods(catalog.KindMembership, "百日会员", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "100 天", PriceFen: 10_000, PeriodDays: 100})
		member.paid(member.quoted(map[string]any{"sku_id": card}), "restore-card")

		w.stop()
		backup := testkit.Copy(t, engine, w.app.Config.DatabaseURL)
		w.restart(w.app.Config.DatabaseURL)

		w.ok(w.app.Sandbox.Pay(waitsPay, ""))
		w.tick()
		w.refund(backNo, 0)
		late := w.learner("13200000455", nil)
		lateNo, _ := late.buy(w.sku)
		w.refund(lateNo, 6900)
		day := w.today()
		after := func() (map[string]int64, int64, reconcile.Bill, []reconcile.Line) {
			_, rows := w.compared(pay.SourceWechatPay, day)
			for _, l := range rows {
				do := w.app.Reconcile.Repair
				if len(l.Actions()) == 3 {
					if _, err := do(byFinance, l.ID, "恢复备份之后"); err != nil {
						do = w.app.Reconcile.Book
					}
				}
				must(do(byFinance, l.ID, "恢复备份之后"))(t)
			}
			w.settleRefunds()
			w.ok(w.app.Commerce.Earn(context.Background()))
			accounts, sales := w.books()
			b, _ := w.compared(pay.SourceWechatPay, day)
			return accounts, sales, b, rows
		}
		w.billTime()
		at := w.clock.Now()
		accounts, sales, _, rows := after()
		if len(rows) != 0 || !late.opens(w.lesson) {
			t.Fatalf("before the loss: %+v", rows)
		}
		w.sound()

		w.clock.Advance(at.Sub(w.clock.Now()) - 10*time.Minute)
		w.stop()
		w.restart(backup)
		w.ok(w.app.Commerce.Sweep(context.Background()))
		w.clock.Advance(at.Sub(w.clock.Now()))
		gotAccounts, gotSales, b, rows := after()
		if len(rows) == 0 || b.Open != 0 {
			t.Fatalf("%d differences, %d open", len(rows), b.Open)
		}
		if gotSales != sales || len(gotAccounts) != len(accounts) {
			t.Errorf("sales and suspense %d, want %d; %v, want %v", gotSales, sales, gotAccounts, accounts)
		}
		for account, n := range accounts {
			if gotAccounts[account] != n {
				t.Errorf("%s is %d, was %d", account, gotAccounts[account], n)
			}
		}
		if n := w.balance(ledger.Suspense); n != -(16900 - 6900) {
			t.Errorf("suspense holds %d", n)
		}
		for p, open := range map[*person]bool{kept: true, waits: true, back: false, member: true} {
			if p.opens(w.lesson) != open {
				t.Errorf("access is not as it was: want %v", open)
			}
		}
		if a := back.want(200, "", "GET", "/api/orders/"+backNo, nil); a.str("status") != commerce.Refunded {
			t.Errorf("the refunded order: %s", a.raw)
		}
		// What was booked is not booked again.
		for _, l := range must(w.app.Reconcile.Differences(byFinance, b.ID, reconcile.MissingOurs, false, 0, 50))(t) {
			if _, err := w.app.Reconcile.Book(byFinance, l.ID, "再来一次"); err == nil {
				t.Errorf("booked twice: %+v", l)
			}
		}
		w.sound()
	})
}

// A charge under a contract stands in the bill of the same account, as a kind of its own.
func TestINV15RenewalsStandInTheBill(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.member("13800139545")
		day := clock.Day(time.UnixMilli(r.to(renewal.Paid).ChargeAt))
		w.billTime()
		b, rows := w.compared(pay.SourceWechatPay, day)
		if len(rows) != 0 || b.Matched != 1 || b.TradeFen != 3000 || w.balance("fee:wechat_papay") != b.FeeFen || b.FeeFen == 0 {
			t.Fatalf("%+v %+v, fees %d", b, rows, w.balance("fee:wechat_papay"))
		}
		w.sound()
	})
}
