package app_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
)

var qSubjects = db.Q("apptest/subjects", `SELECT COUNT(*) FROM experiment_subjects`)

// trial starts an experiment with the paid course: the list price, and a lower one
// for share of 1000.
func (w *world) trial(fen, share int64) int64 {
	w.t.Helper()
	n := must(w.app.Commerce.SaveExperiment(w.system(), commerce.ExperimentChange{
		SKUID: w.sku, Name: "降价试试", MinFen: 5000, EndsAt: clock.MS(w.clock) + 30*86_400_000,
		Variants: []commerce.Variant{{Label: "标价", Weight: 1000 - share}, {Label: "低价", PriceFen: fen, Weight: share}},
	}))(w.t)
	w.ok(w.app.Commerce.StartExperiment(w.system(), n))
	return n
}

func price1(a answer) int64 {
	items, _ := a.at("items").([]any)
	if len(items) != 1 {
		return -1
	}
	fen, _ := items[0].(map[string]any)["price_fen"].(float64)
	return int64(fen)
}

// INV-12: what a person is shown is what they are charged, before sign-in and
// after, again and again; the results count people once and money net of refunds.
func TestINV12PriceExperiment(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := fmt.Sprintf("/api/products/%d/prices", w.product(w.paid))
		p := w.person(nil)
		if a := p.want(200, "", "POST", path, map[string]any{}); len(a.at("items").([]any)) != 0 {
			t.Fatalf("no experiment runs: %s", a.raw)
		}
		experiment := w.trial(12900, 500)
		// Visitors until one is in each half.
		seen := map[int64]string{}
		for len(seen) < 2 {
			a := p.want(200, "", "POST", path, map[string]any{})
			seen[price1(a)] = a.str("visitor")
		}
		if again := p.want(200, "", "POST", path, map[string]any{"visitor": seen[12900]}); price1(again) != 12900 {
			t.Fatalf("shown 12900, then %s", again.raw)
		}
		if forged := p.want(200, "", "POST", path, map[string]any{"visitor": "00000000000000000000000000000000.x"}); forged.str("visitor") == "00000000000000000000000000000000.x" {
			t.Fatal("a forged visitor was believed")
		}
		i := 0
		for fen, visitor := range seen {
			i++
			buyer := w.learner(fmt.Sprintf("1380013860%d", i), nil)
			if a := buyer.want(200, "", "POST", path, map[string]any{"visitor": visitor}); price1(a) != fen {
				t.Fatalf("signed in, and %d became %s", fen, a.raw)
			}
			if a := buyer.want(200, "", "POST", path, map[string]any{}); price1(a) != fen {
				t.Fatalf("without the visitor: %s", a.raw)
			}
			q := buyer.quoted(map[string]any{"sku_id": w.sku})
			if q.num("total_fen") != fen {
				t.Fatalf("shown %d, charged %s", fen, q.raw)
			}
			no := buyer.paid(q, "trial-order")
			if fen == 12900 {
				must(w.app.Commerce.StaffRefund(w.system(), no, "trial-refund", 0, 2900, "补偿"))(t)
				w.settleRefunds()
			}
		}
		e, vs, err := w.app.Commerce.Experiment(context.Background(), experiment)
		w.ok(err)
		out := must(w.app.Commerce.Outcomes(context.Background(), e, vs))(t)
		if out[0].Buyers != 1 || out[1].Buyers != 1 || out[0].RevenueFen != 16900 || out[1].RevenueFen != 10000 || out[1].PerVisitor.Low > out[1].PerVisitor.Diff {
			t.Fatalf("%+v", out)
		}
		if n := w.count(qSubjects); out[0].Visitors+out[1].Visitors != n-2 {
			t.Fatalf("%d + %d visitors of %d rows, two of which signed in", out[0].Visitors, out[1].Visitors, n)
		}
		w.sound()
	})
}

// The guard rails: nothing changes while it runs, no price above the list price or
// below the floor, one at a time, and the end is the list price for everybody.
func TestPriceExperimentGuards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		c := commerce.ExperimentChange{SKUID: w.sku, Name: "涨价", MinFen: 5000, EndsAt: clock.MS(w.clock) + 86_400_000, Variants: []commerce.Variant{{Weight: 1}, {PriceFen: 4900, Weight: 1}}}
		if _, err := w.app.Commerce.SaveExperiment(ctx, c); !errors.Is(err, commerce.ErrExperiment) {
			t.Fatalf("below the floor: %v", err)
		}
		c.Variants[1].PriceFen = 17000
		dear := must(w.app.Commerce.SaveExperiment(ctx, c))(t)
		if err := w.app.Commerce.StartExperiment(ctx, dear); !errors.Is(err, commerce.ErrExperiment) {
			t.Fatalf("above the list price: %v", err)
		}
		first := w.trial(9900, 999)
		c.ID, c.Version, c.Variants[1].PriceFen = first, 2, 8000
		if _, err := w.app.Commerce.SaveExperiment(ctx, c); !errors.Is(err, commerce.ErrExperimentState) {
			t.Fatalf("changed while it runs: %v", err)
		}
		c.ID, c.Version = 0, 0
		second := must(w.app.Commerce.SaveExperiment(ctx, c))(t)
		if err := w.app.Commerce.StartExperiment(ctx, second); !errors.Is(err, commerce.ErrExperimentState) {
			t.Fatalf("two at once: %v", err)
		}
		user := w.crowd(3)
		ask := func(user int64, platform string) int64 {
			return must(w.app.Commerce.QuoteFor(ctx, commerce.Ask{UserID: user, Platform: platform, Wants: []commerce.Want{{SKUID: w.sku, Quantity: 1}}}))(t).TotalFen
		}
		if a, b := ask(user[0], "pc"), ask(user[0], "h5"); a != b {
			t.Fatalf("%d, then %d", a, b)
		}
		w.clock.Advance(31 * 24 * time.Hour)
		if fen := ask(user[0], "pc"); fen != 16900 {
			t.Fatalf("after its end: %d", fen)
		}
		w.ok(w.app.Commerce.StartExperiment(ctx, must(w.app.Commerce.SaveExperiment(ctx, commerce.ExperimentChange{
			SKUID: w.sku, Name: "再来一次", MinFen: 5000, EndsAt: clock.MS(w.clock) + 86_400_000, Variants: []commerce.Variant{{Weight: 1}, {PriceFen: 8000, Weight: 999}},
		}))(t)))
		w.sound()
	})
}
