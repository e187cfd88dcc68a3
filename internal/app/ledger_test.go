package app_test

import (
	"context"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
)

var (
	qOldRule  = db.Q("apptest/old_rule", `UPDATE orders SET book_rule = 0 WHERE no = $1`)
	qTaxMoved = db.Q("apptest/tax_moved", `SELECT COALESCE(SUM(credit_fen - debit_fen), 0) FROM ledger_postings WHERE account = $1 AND at >= $2 AND at < $3`)
	qSumBooks = db.Q("apptest/sum_books", `SELECT COALESCE(SUM(debit_fen - credit_fen), 0) FROM ledger_postings`)
)

// A sale is booked at list price with its discounts and its tax beside it; a refund
// takes all three back in proportion, to the fen.
func TestINV4RevenueIsGrossWithDiscountsAndTax(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "flash", PriceFen: 10_000, Scope: price.Scope{SKUs: []int64{w.sku}}})
		k := w.coupon(commerce.CouponKind{Name: "减三元", OffFen: 333}, price.Scope{})
		p := w.learner("13800139401", nil)
		w.ok(w.app.Commerce.ClaimCoupon(context.Background(), p.me(), k))
		no := p.paid(p.quoted(map[string]any{"sku_id": w.sku}), "gross-order")
		// 169.00 at list, 69.00 by the flash sale, 3.33 by the coupon: 96.67 paid, 5.47 of it tax.
		is := func(want map[string]int64) {
			t.Helper()
			for account, fen := range want {
				if got := w.balance(account); got != fen {
					t.Errorf("%s has %d, want %d", account, got, fen)
				}
			}
			w.sound()
		}
		is(map[string]int64{"clearing:wechat_native": 9667, "discount:flash": 6900, "discount:coupon": 333, "revenue:course": -(16900 - 547), "tax:600": -547, "refund:course": 0})
		must(w.app.Commerce.StaffRefund(w.system(), no, "gross-part", 0, 3333, "补偿"))(t)
		w.settleRefunds()
		// 63.34 stays paid: 45.21 and 2.18 of the discounts, 3.59 of the tax.
		is(map[string]int64{"clearing:wechat_native": 6334, "discount:flash": 4521, "discount:coupon": 218, "tax:600": -359, "revenue:course": -(16900 - 547), "refund:course": 3333 + (6900 - 4521) + (333 - 218) - (547 - 359)})
		must(w.app.Commerce.StaffRefund(w.system(), no, "gross-rest", 0, 0, "全退"))(t)
		w.settleRefunds()
		is(map[string]int64{"clearing:wechat_native": 0, "discount:flash": 0, "discount:coupon": 0, "tax:600": 0, "revenue:course": -(16900 - 547), "refund:course": 16900 - 547})
	})
}

// What is earned over time brings its tax and its discount with each day; the months'
// reports say what the tax accounts say, and both what the lines say.
func TestTaxReportEqualsTheTaxAccounts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.clock.Advance(time.Until(time.Date(time.Now().Year()+1, 3, 20, 12, 0, 0, 0, clock.China)))
		w.promote(commerce.PromotionChange{Kind: "flash", PayPermille: 900})
		_, sku := w.goods(catalog.KindMembership, "会员", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "30 天", PriceFen: 3333, PeriodDays: 30, TaxRate: "6"})
		p, q := w.learner("13800139402", nil), w.learner("13800139403", nil)
		member := p.paid(p.quoted(map[string]any{"sku_id": sku}), "tax-member")
		course := q.paid(q.quoted(map[string]any{"sku_id": w.sku}), "tax-course")
		if w.balance("tax:600") != -commerce.TaxOf(15210, 600) || w.balance("deferred:membership") != -3000 {
			t.Fatalf("tax %d, deferred %d", w.balance("tax:600"), w.balance("deferred:membership"))
		}
		for range 13 {
			w.clock.Advance(24 * time.Hour)
			w.ok(w.app.Commerce.Earn(ctx))
		}
		must(w.app.Commerce.StaffRefund(w.system(), course, "tax-part", 0, 5000, "补偿"))(t)
		must(w.app.Commerce.StaffRefund(w.system(), member, "tax-unused", 0, 1000, "补偿"))(t)
		w.settleRefunds()
		w.sound()
		w.clock.Advance(30 * 24 * time.Hour)
		w.ok(w.app.Commerce.Earn(ctx))
		w.sound()
		if fen := w.balance("discount:flash"); fen != 222+1134 {
			t.Errorf("discounts of what was kept: %d", fen)
		}
		finance := w.staff("finance")
		var all, lines int64
		for m := 3; m <= 5; m++ {
			from := time.Date(w.clock.Now().Year(), time.Month(m), 1, 0, 0, 0, 0, clock.China)
			got := finance.want(200, "", "GET", "/api/console/ledger/tax?month="+from.Format("2006-01"), nil)
			sum := int64(0)
			for _, x := range got.at("items").([]any) {
				sum += int64(x.(map[string]any)["tax_fen"].(float64))
				lines += int64(x.(map[string]any)["net_fen"].(float64))
			}
			if want := w.count(qTaxMoved, "tax:600", from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli()); sum != want {
				t.Errorf("month %d: %d in the report, %d on the account", m, sum, want)
			}
			all += sum
			r := finance.want(200, "", "GET", "/api/console/ledger/revenue?month="+from.Format("2006-01"), nil)
			if r.num("net_fen") != r.num("revenue_fen")-r.num("discount_fen")-r.num("refund_fen") || r.num("tax_fen") != sum {
				t.Errorf("month %d: %s", m, r.raw)
			}
		}
		if want := commerce.TaxOf(10_210, 600) + commerce.TaxOf(2000, 600); all != want || lines != 12_210 {
			t.Errorf("three months owe %d of %d kept, want %d of 12210", all, lines, want)
		}
	})
}

// Orders of before the rule are earned and given back net, and nothing complains.
func TestOldOrdersAreBookedAsTheyWere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800139404", nil)
		no := p.order(w.sku, "old-rule").str("no")
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qOldRule, no)
			return err
		}))
		w.ok(w.app.Sandbox.Pay(p.pay(no), ""))
		w.tick()
		w.giveBack(no, 6900)
		if w.balance("revenue:course") != -10_000 || w.balance("tax:600") != 0 || w.balance("refund:course") != 0 {
			t.Errorf("revenue %d, tax %d", w.balance("revenue:course"), w.balance("tax:600"))
		}
		w.clock.Advance(3 * time.Minute)
		must(ledger.Seal(context.Background(), w.app.DB, clock.MS(w.clock)))(t)
		w.sound()
		if w.count(qSumBooks) != 0 {
			t.Error("the books do not balance")
		}
	})
}
