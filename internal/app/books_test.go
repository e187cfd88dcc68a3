package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
)

var (
	qBalance  = db.Q("apptest/balance", `SELECT COALESCE(SUM(credit_fen - debit_fen), 0) FROM ledger_postings WHERE account = $1`)
	qOverTake = db.Q("apptest/overtake_seal", `UPDATE ledger_seals SET hash = 'x' WHERE seq = $1`)
	qSealN    = db.Q("apptest/seals", `SELECT COUNT(*) FROM ledger_seals`)
)

// A year's membership is earned day by day, once each, however often the books are
// brought up to date; what is given back comes out of what is not earned.
func TestRevenueIsEarnedOverTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		_, sku := w.goods(catalog.KindMembership, "年卡会员", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "100 天", PriceFen: 10_001, PeriodDays: 100})
		p := w.learner("13800139301", nil)
		no := p.paid(p.quoted(map[string]any{"sku_id": sku}), "earn-order")
		is := func(earned, waiting int64) {
			t.Helper()
			for range 2 {
				w.ok(w.app.Commerce.Earn(ctx))
			}
			if e, d := w.count(qBalance, ledger.Revenue("membership"))+w.count(qBalance, ledger.Tax(600)), w.count(qBalance, ledger.Deferred("membership")); e != earned || d != waiting {
				t.Errorf("earned %d and %d to come, want %d and %d", e, d, earned, waiting)
			}
			w.sound()
		}
		is(0, 10_001)
		w.clock.Advance(24*time.Hour + time.Minute)
		is(100, 9901)
		w.clock.Advance(29 * 24 * time.Hour)
		is(3000, 7001)
		r, err := w.app.Commerce.StaffRefund(w.system(), no, "earn-part", 0, 1001, "补偿")
		w.ok(err)
		w.settleRefunds()
		if r, err = w.refundRow(r.ID); err != nil || r.Status != commerce.RefundSucceeded {
			t.Fatalf("%+v %v", r, err)
		}
		is(3000, 6000)
		w.clock.Advance(80 * 24 * time.Hour)
		is(9000, 0)
	})
}

func (w *world) refundRow(id int64) (commerce.Refund, error) {
	r, err := w.app.Commerce.RefundByID(context.Background(), id)
	return r.Refund, err
}

// The seals hold over what was posted; a changed entry and a skipped one are found.
func TestTheBooksAreSealed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		seal := func() int {
			t.Helper()
			w.clock.Advance(2 * time.Minute)
			return must(ledger.Seal(ctx, w.app.DB, clock.MS(w.clock)))(t)
		}
		p := w.learner("13800139302", nil)
		no, _ := p.buy(w.sku)
		if n := seal(); n != 1 {
			t.Fatalf("%d entries were sealed", n)
		}
		if n := seal(); n != 0 {
			t.Fatalf("%d entries were sealed twice", n)
		}
		_, err := w.app.Commerce.StaffRefund(w.system(), no, "sealed-refund", 0, 0, "协商")
		w.ok(err)
		w.settleRefunds()
		if n := seal(); n != 1 || w.count(qSealN) != 2 {
			t.Fatalf("%d more entries", n)
		}
		w.sound()
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qOverTake, 1)
			return err
		}))
		rows, err := w.app.Doctor(ctx)
		w.ok(err)
		if got := strings.Join(rows, "\n"); !strings.Contains(got, "ledger seal 1") || !strings.Contains(got, "ledger seal 2") {
			t.Fatalf("the broken chain was not seen: %s", got)
		}
	})
}
