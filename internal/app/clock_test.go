package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/renewal"
	"zhizhou/internal/setting"
)

var qExpiredPoints = db.Q("apptest/expired_points", `SELECT COUNT(*) FROM point_moves WHERE user_id = $1 AND kind = 'expire'`)

// work does what the servers do by themselves.
func (w *world) work() {
	w.t.Helper()
	ctx := context.Background()
	w.ok(errors.Join(w.app.Commerce.Sweep(ctx), w.app.Renewal.Sweep(ctx), w.app.Commerce.Earn(ctx), w.app.Points.Sweep(ctx), w.app.Commission.Sweep(ctx), w.app.Referral.Sweep(ctx), w.app.Reconcile.Due(ctx)))
	w.tick()
}

// disagree lets servers work whose clocks are ten minutes apart, each twice, and
// leaves the time as it was.
func (w *world) disagree() {
	w.t.Helper()
	for _, minutes := range []int{5, -10, 10, -10, 5} {
		w.clock.Advance(time.Duration(minutes) * time.Minute)
		w.work()
	}
}

// on moves to a moment in China.
func (w *world) on(t time.Time) { w.clock.Advance(t.Sub(w.clock.Now())) }

func dayOf(ms int64) string { return time.UnixMilli(ms).In(clock.China).Format(time.DateOnly) }

// A month that began on the 31st of January of a leap year ends on the 29th of
// February; it is charged and prolonged once, though the servers disagree about the
// time and it goes back for a while.
func TestINV44RenewsOnceAcrossTheLeapDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.on(time.Date(2028, 1, 31, 12, 0, 0, 0, clock.China))
		r := w.member("13800139440")
		if got := dayOf(r.until()); got != "2028-02-29" {
			t.Fatalf("a month from the 31st of January ends on %s", got)
		}
		for i, want := range []string{"2028-03-29", "2028-04-29"} {
			y := r.to(renewal.Noticed)
			w.clock.Advance(time.Duration(y.ChargeAt-clock.MS(w.clock))*time.Millisecond - 4*time.Minute)
			w.disagree()
			w.clock.Advance(5 * time.Minute)
			w.disagree()
			w.clock.Advance(-26 * time.Hour)
			w.disagree()
			w.clock.Advance(27 * time.Hour)
			w.disagree()
			if got := r.charges(); len(got) != i+1 || dayOf(r.until()) != want {
				t.Fatalf("%d charges %v, until %s, want %s", len(got), got, dayOf(r.until()), want)
			}
			r.paid++
			w.sound()
		}
	})
}

// What ends by the clock ends once: an unpaid order gives its coupon back, a group
// gives its money back, points expire, revenue is earned — whatever a server believes
// the time to be.
func TestINV44WhatEndsEndsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.promote(commerce.PromotionChange{Kind: "group", PriceFen: 9900, GroupSize: 3, GroupHours: 1, Scope: price.Scope{SKUs: []int64{w.sku}}})
		coupon := w.coupon(commerce.CouponKind{Name: "立减十元", OffFen: 1000, AtFen: 5000}, price.Scope{})
		w.pointTerms(setting.Points{PerYuan: 100, MaxShare: 50, ExpiryMonths: 1})
		waits, opens := w.learner("13800139441", nil), w.learner("13800139442", nil)
		me := waits.me()
		w.ok(w.app.Commerce.ClaimCoupon(ctx, me, coupon))
		w.ok(w.app.Points.Grant(w.system(), me, 300, "clock-grant", "补偿"))
		unpaid := waits.placed(waits.quoted(map[string]any{"sku_id": w.sku}), "clock-unpaid").str("no")
		joined := opens.paid(opens.quoted(map[string]any{"sku_id": w.sku, "group": true}), "clock-group")
		_, card := w.goods(catalog.KindMembership, "十日会员", 0, catalog.Goods{Rank: 1, OpensAll: true}, nil, catalog.SKU{Name: "10 天", PriceFen: 1000, PeriodDays: 10})
		opens.paid(opens.quoted(map[string]any{"sku_id": card}), "clock-card")

		w.clock.Advance(29 * time.Minute) // the order ends in a minute: one server believes that it has
		w.disagree()
		w.clock.Advance(10 * time.Minute)
		w.disagree()
		if o := waits.want(200, "", "GET", "/api/orders/"+unpaid, nil); o.str("status") != commerce.Closed || w.count(qWalletState, "ready") != 1 {
			t.Fatalf("the unpaid order: %s, %d coupons back", o.str("status"), w.count(qWalletState, "ready"))
		}
		w.clock.Advance(20 * time.Minute) // an hour has passed for one server, not for the other
		w.disagree()
		w.clock.Advance(10 * time.Minute)
		w.disagree()
		w.settleRefunds()
		w.disagree()
		if o := opens.want(200, "", "GET", "/api/orders/"+joined, nil); o.str("status") != commerce.Refunded || o.num("refunded_fen") != 9900 || w.count(qGroupState, "failed") != 1 {
			t.Fatalf("the group's order: %s", o.raw)
		}

		earned := func() int64 {
			return w.count(qBalance, ledger.Revenue("membership")) + w.count(qBalance, ledger.Tax(600))
		}
		w.clock.Advance(3 * 24 * time.Hour)
		w.work()
		three := earned()
		w.clock.Advance(-48 * time.Hour) // the clock is set back by two days
		w.disagree()
		if earned() != three {
			t.Fatalf("going back in time changed what is earned from %d to %d", three, earned())
		}
		w.clock.Advance(40 * 24 * time.Hour)
		w.disagree()
		if earned() != 1000 || w.pointsOf(me).Balance != 0 || w.count(qExpiredPoints, me) != 1 {
			t.Fatalf("earned %d of 1000, %+v, %d expiries", earned(), w.pointsOf(me), w.count(qExpiredPoints, me))
		}
		w.sound()
	})
}

// Months are the calendar's: however long the chain, the end never drifts past the
// month, and a period added before the end begins at the end.
func TestINV44MonthsOfTheCalendar(t *testing.T) {
	from := time.Date(2027, 8, 31, 23, 59, 59, 999e6, clock.China).UnixMilli()
	var got []string
	for _, months := range []int64{1, 6, 12, 18, 30} {
		got = append(got, time.UnixMilli((catalog.Period{Months: months}).End(from)).In(clock.China).Format("2006-01-02 15:04:05"))
	}
	if want := []string{"2027-09-30 23:59:59", "2028-02-29 23:59:59", "2028-08-31 23:59:59", "2029-02-28 23:59:59", "2030-02-28 23:59:59"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
