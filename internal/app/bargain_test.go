package app_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

var qNewUser = db.Q("apptest/new_user", `INSERT INTO users (id, nickname, phone_hash, created_at) VALUES ($1, '同学', $2, $3)`)

// crowd makes people with a proven phone, without their sign-in.
func (w *world) crowd(n int) []int64 {
	w.t.Helper()
	users := make([]int64, n)
	w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for i := range users {
			users[i] = id.New()
			if _, err := tx.Exec(ctx, qNewUser, users[i], fmt.Sprintf("crowd-%d", users[i]), clock.MS(w.clock)); err != nil {
				return err
			}
		}
		return nil
	}))
	return users
}

func (w *world) bargain(helpers, quota int64) int64 {
	return w.promote(commerce.PromotionChange{Kind: "bargain", PriceFen: 9900, Helpers: helpers, HelpHours: 12, Quota: quota, PerUser: 1, Scope: price.Scope{SKUs: []int64{w.sku}}})
}

// The price falls with each helper and may be taken on the way; the place is held
// by the order, given back once, and sold with the payment (INV-24).
func TestINV24Bargain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		promotion := w.bargain(3, 1)
		p, f := w.learner("13800138501", nil), w.learner("13800138502", nil)
		start := map[string]any{"promotion_id": promotion, "sku_id": w.sku}
		b := p.want(200, "", "POST", "/api/bargains", start)
		if again := p.want(200, "", "POST", "/api/bargains", start); again.num("id") != b.num("id") || b.num("price_fen") != 16900 {
			t.Fatalf("%s", again.raw)
		}
		path := fmt.Sprintf("/api/bargains/%d", b.num("id"))
		p.want(409, "bargain_refused", "POST", path+"/help", nil)
		cut := f.want(200, "", "POST", path+"/help", nil).num("cut_fen")
		if again := f.want(200, "", "POST", path+"/help", nil).num("cut_fen"); again != cut || cut < 1 {
			t.Fatalf("the same person cut %d, then %d", cut, again)
		}
		q := p.quoted(map[string]any{"sku_id": w.sku})
		if q.num("total_fen") != 16900-cut {
			t.Fatalf("the price on the way: %s", q.raw)
		}
		if other := f.quoted(map[string]any{"sku_id": w.sku}); other.num("total_fen") != 16900 {
			t.Fatalf("somebody else's bargain: %s", other.raw)
		}
		no := p.placed(q, "bargain-order-1").str("no")
		friends := w.crowd(2)
		if _, err := w.app.Commerce.Help(context.Background(), friends[0], b.num("id")); !errors.Is(err, commerce.ErrBargain) {
			t.Fatalf("cut while an order has the price: %v", err)
		}
		w.sound()
		p.want(200, "", "POST", "/api/orders/"+no+"/close", nil)
		for _, friend := range friends {
			must(w.app.Commerce.Help(context.Background(), friend, b.num("id")))(t)
		}
		stale := p.want(200, "", "GET", path, nil)
		if stale.str("state") != "reached" || stale.num("price_fen") != 9900 {
			t.Fatalf("%s", stale.raw)
		}
		p.with("stale-bargain").want(409, "quote_expired", "POST", "/api/orders", map[string]any{"quote_token": q.str("token"), "terms_confirmed": true})
		p.paid(p.quoted(map[string]any{"sku_id": w.sku}), "bargain-order-2")
		if done := p.want(200, "", "GET", path, nil); done.str("state") != "bought" {
			t.Fatalf("%s", done.raw)
		}
		f.want(409, "bargain_refused", "POST", "/api/bargains", start) // the one place is sold
		if n := w.count(qSoldUnits); n != 1 {
			t.Fatalf("%d places sold", n)
		}
		w.sound()
	})
}

// A hundred helpers at once: as many cut as are needed, each once, and the price is
// exactly the floor.
func TestINV24BargainUnderParallelHelp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		promotion := w.bargain(20, 0)
		users := w.crowd(51)
		b := must(w.app.Commerce.StartBargain(context.Background(), users[0], promotion, w.sku, "pc"))(t)
		var cuts, sum atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				fen, err := w.app.Commerce.Help(context.Background(), users[1+i%50], b.ID)
				switch {
				case err == nil && i < 50:
					cuts.Add(1)
				case err != nil && !errors.Is(err, commerce.ErrBargain):
					t.Error(err)
				}
				sum.Add(fen)
			})
		}
		wg.Wait()
		page := must(w.app.Commerce.BargainPage(context.Background(), b.ID, "pc"))(t)
		var total int64
		seen := map[int64]bool{}
		for _, h := range page.Helps {
			total += h.CutFen
			if seen[h.UserID] {
				t.Fatal("somebody cut twice")
			}
			seen[h.UserID] = true
		}
		if page.Bargain.PriceFen != 9900 || len(page.Helps) != 20 || total != 7000 {
			t.Fatalf("%+v, %d helpers cut %d", page.Bargain, len(page.Helps), total)
		}
		w.sound()
	})
}

// What is over is over at once; one person helps five times a day; a mini program
// that charges published prices does not bargain; who has no phone does not help.
func TestBargainLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		promotion := w.bargain(10, 0)
		ctx := context.Background()
		users := w.crowd(8)
		for _, starter := range users[:6] {
			b := must(w.app.Commerce.StartBargain(ctx, starter, promotion, w.sku, "pc"))(t)
			_, err := w.app.Commerce.Help(ctx, users[7], b.ID)
			if last := starter == users[5]; last != errors.Is(err, commerce.ErrBargain) {
				t.Fatalf("help: %v", err)
			}
		}
		first := must(w.app.Commerce.BargainsOf(ctx, users[0], 0, 10))(t)[0]
		if q := must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: users[0], Platform: "pc", Wants: []commerce.Want{{SKUID: w.sku, Quantity: 1}}}))(t); q.TotalFen != first.PriceFen {
			t.Fatalf("the price on the way: %+v", q.Quote)
		}
		if _, err := w.app.Commerce.StartBargain(ctx, users[6], promotion, w.sku, "mp_ios"); !errors.Is(err, commerce.ErrBargain) {
			t.Fatalf("bargain in a mini program: %v", err)
		}
		w.clock.Advance(13 * time.Hour)
		if _, err := w.app.Commerce.Help(ctx, users[6], first.ID); !errors.Is(err, commerce.ErrBargain) {
			t.Fatalf("help after the end: %v", err)
		}
		if q := must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: users[0], Platform: "pc", Wants: []commerce.Want{{SKUID: w.sku, Quantity: 1}}}))(t); q.TotalFen != 16900 {
			t.Fatalf("the price after the end: %+v", q.Quote)
		}
		again := must(w.app.Commerce.StartBargain(ctx, users[0], promotion, w.sku, "pc"))(t)
		if again.ID == first.ID {
			t.Fatal("a bargain that is over was found again")
		}
		w.sound()
	})
}
