package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/points"
	"zhizhou/internal/setting"
)

var qPointMoves = db.Q("apptest/point_moves", `SELECT COUNT(*) FROM point_moves WHERE kind = $1`)

var qOrderOf = db.Q("apptest/order_of", `SELECT MAX(id) FROM orders WHERE user_id = $1`)

// pointTerms switches points on.
func (w *world) pointTerms(p setting.Points) {
	w.t.Helper()
	now := setting.NewPoints()
	version := must(w.app.Settings.Load(w.system(), now))(w.t)
	w.ok(w.app.Settings.Save(w.system(), &p, version, now))
}

func (w *world) pointsOf(userID int64) points.Account {
	w.t.Helper()
	return must(w.app.Points.Account(context.Background(), w.app.DB, userID))(w.t)
}

// Points pay a part: held by the order, back once when it is closed, spent when it
// is paid, and back by the part that is refunded; what was earned is taken back.
// trailSays insists that an order's trail has all of the words.
func (w *world) trailSays(staff *person, no string, words ...string) {
	w.t.Helper()
	raw := staff.want(200, "", "GET", "/api/console/orders/"+no+"/trail", nil).raw
	for _, said := range words {
		if !strings.Contains(raw, said) {
			w.t.Fatalf("the trail does not say %q: %s", said, raw)
		}
	}
}

func TestINV11PointsAsMoney(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138301", nil)
		me := p.me()
		w.ok(w.app.Points.Grant(w.system(), me, 5001, "grant-key-1", "补偿"))
		w.ok(w.app.Points.Grant(w.system(), me, 5001, "grant-key-1", "补偿"))
		ask := map[string]any{"sku_id": w.sku, "points": true}
		if q := p.quoted(ask); q.num("total_fen") != 16900 {
			t.Fatalf("points do not pay before anybody says so: %s", q.raw)
		}
		w.pointTerms(setting.Points{PerYuan: 100, MaxShare: 50, EarnPerYuan: 2})
		if q := p.quoted(map[string]any{"sku_id": w.sku}); q.num("total_fen") != 16900 || q.num("points") != 0 || q.num("earn_points") != 338 {
			t.Fatalf("not asked for: %s", q.raw)
		}
		q := p.quoted(ask)
		if q.num("total_fen") != 16900-5001 || q.num("points") != 5001 {
			t.Fatalf("points: %s", q.raw)
		}
		first := p.placed(q, "points-order-1").str("no")
		if a := w.pointsOf(me); a.Balance != 0 || a.Held != 5001 {
			t.Fatalf("held: %+v", a)
		}
		for range 2 {
			p.want(200, "", "POST", "/api/orders/"+first+"/close", nil)
		}
		if a := w.pointsOf(me); a.Balance != 5001 || a.Held != 0 {
			t.Fatalf("released: %+v", a)
		}
		no := p.paid(p.quoted(ask), "points-order-2")
		earned := int64(16900-5001) * 2 / 100
		if a := w.pointsOf(me); a.Balance != earned || a.Held != 0 {
			t.Fatalf("spent: %+v, want %d", a, earned)
		}
		finance := w.staff("finance")
		w.trailSays(finance, first, "积分占用 -5001", "积分退还 +5001")
		w.trailSays(finance, no, "积分抵扣 −¥50.01", "积分占用 -5001", "积分抵扣 -5001", "获得积分 +")
		w.sound()
		// Everything earned is spent elsewhere: what goes back is owed.
		w.ok(w.app.Points.Grant(w.system(), me, -earned, "grant-key-2", "测试扣减"))
		must(w.app.Commerce.StaffRefund(w.system(), no, "a-third-back", 0, 4000, "补偿"))(t)
		w.settleRefunds()
		back := int64(5001) * 4000 / (16900 - 5001)
		gone := earned - earned*(16900-5001-4000)/(16900-5001) // what is kept is rounded down
		if a := w.pointsOf(me); a.Balance != back-gone && a.Balance-a.Owed != back-gone {
			t.Fatalf("a part: %+v, want %d − %d", a, back, gone)
		}
		must(w.app.Commerce.StaffRefund(w.system(), no, "the-rest-back", 0, 0, "全退"))(t)
		w.settleRefunds()
		if a := w.pointsOf(me); a.Balance-a.Owed != 5001-earned {
			t.Fatalf("all: %+v", a)
		}
		w.sound()
	})
}

// Two orders with the same points: one has them. Parallel earning happens once.
func TestINV33PointsOnceUnderRaces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.pointTerms(setting.Points{PerYuan: 100, MaxShare: 50})
		other, _ := w.course("第二门课", 16900)
		p := w.learner("13800138302", nil)
		me := p.me()
		w.ok(w.app.Points.Grant(w.system(), me, 3000, "grant-key-1", "补偿"))
		tokens := []string{
			p.quoted(map[string]any{"sku_id": w.sku, "points": true}).str("token"),
			p.quoted(map[string]any{"sku_id": must(skuOf(w, other))(t), "points": true}).str("token"),
		}
		var placed atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				_, err := w.app.Commerce.Place(context.Background(), commerce.Place{UserID: me, Platform: "pc", IdempotencyKey: fmt.Sprintf("race-key-%d", i), QuoteToken: tokens[i%2], TermsConfirmed: true})
				switch {
				case err == nil:
					placed.Add(1)
				case !errors.Is(err, commerce.ErrQuote):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for range 8 {
			wg.Go(func() {
				err := w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
					return w.app.Points.Earn(ctx, tx, me, 7, "the-same-cause", "", 0)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := w.count(qPointMoves, points.Held); n != 1 || placed.Load() < 1 {
			t.Fatalf("%d holds of one balance, %d orders answered", n, placed.Load())
		}
		if a := w.pointsOf(me); a.Balance != 7 || a.Held != 3000 {
			t.Fatalf("%+v", a)
		}
		w.sound()
	})
}

// Points end with their time; who spends, spends what expires first. Merged users
// have what both had.
func TestPointsExpireAndMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		w.pointTerms(setting.Points{PerYuan: 100, MaxShare: 50, ExpiryMonths: 1})
		a, b := w.learner("13800138303", nil).me(), w.learner("13800138304", nil).me()
		w.ok(w.app.Points.Grant(ctx, a, 300, "grant-key-1", "补偿"))
		w.clock.Advance(20 * 24 * time.Hour)
		w.ok(w.app.Points.Grant(ctx, a, 200, "grant-key-2", "补偿"))
		w.ok(w.app.Points.Grant(ctx, a, -100, "grant-key-3", "测试扣减"))
		w.ok(w.app.Points.Grant(ctx, b, 50, "grant-key-4", "补偿"))
		w.clock.Advance(13 * 24 * time.Hour)
		w.ok(w.app.Points.Sweep(ctx))
		w.ok(w.app.Points.Sweep(ctx))
		if got := w.pointsOf(a); got.Balance != 200 {
			t.Fatalf("after the first month: %+v", got)
		}
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return w.app.Points.Merge(ctx, tx, b, a) }))
		if got := w.pointsOf(a); got.Balance != 250 || w.pointsOf(b).Balance != 0 {
			t.Fatalf("merged: %+v", got)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		w.ok(w.app.Points.Sweep(ctx))
		if got := w.pointsOf(a); got.Balance != 0 || got.LookAt != 0 {
			t.Fatalf("all are over: %+v", got)
		}
		// Nobody pays with what has ended, also before the sweep comes.
		w.ok(w.app.Points.Grant(ctx, a, 80, "grant-key-6", "补偿"))
		w.clock.Advance(32 * 24 * time.Hour)
		w.ok(w.app.Points.Grant(ctx, a, 30, "grant-key-7", "补偿"))
		pay := func(n int64, cause string) error {
			return w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return w.app.Points.Pay(ctx, tx, a, n, cause, "测试") })
		}
		hold := func(n, order int64) error {
			return w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return w.app.Points.Hold(ctx, tx, a, order, n) })
		}
		if err := pay(31, "late-1"); !errors.Is(err, points.ErrShort) {
			t.Fatalf("paid with what had ended: %v", err)
		}
		w.learner("13800138303", nil).order(w.freeSKU, "late-order")
		if err := hold(31, w.count(qOrderOf, a)); !errors.Is(err, points.ErrShort) {
			t.Fatalf("an order holds what had ended: %v", err)
		}
		w.ok(pay(10, "late-2"))
		if got := w.pointsOf(a); got.Balance != 20 {
			t.Fatalf("after paying: %+v", got)
		}
		w.ok(pay(20, "late-3"))
		if err := w.app.Points.Grant(ctx, a, -1, "grant-key-5", "测试扣减"); !errors.Is(err, points.ErrShort) {
			t.Fatalf("below nothing: %v", err)
		}
		w.sound()
	})
}

// Staff who may change prices give points, with a reason; others do not.
func TestPointsByStaff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138305", nil)
		path := fmt.Sprintf("/api/console/users/%d/points", p.me())
		s := w.staff("operator")
		s.with("staff-key-1").want(422, "points_invalid", "POST", path, map[string]any{"points": 10, "reason": ""})
		for range 2 {
			s.with("staff-key-1").want(200, "", "POST", path, map[string]any{"points": 10, "reason": "活动奖励"})
		}
		w.staff("support").with("staff-key-2").want(403, "", "POST", path, map[string]any{"points": 10, "reason": "活动奖励"})
		if me := p.want(200, "", "GET", "/api/me/points", nil); me.num("balance") != 10 {
			t.Fatalf("%s", me.raw)
		}
		if l := p.want(200, "", "GET", "/api/me/points/moves", nil); len(l.at("items").([]any)) != 1 {
			t.Fatalf("%s", l.raw)
		}
		if account.Allowed("support", account.PermProductEdit) {
			t.Fatal("support may give points")
		}
	})
}
