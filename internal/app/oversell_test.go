package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zhizhou/internal/app"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

// INV-24: thousands of buyers rush at a hundred places, from several processes on
// PostgreSQL; on SQLite one process is all there is. Every place is sold once.
const (
	rushBuyers = 5000
	rushPlaces = 100
)

// rush is what one process of the crowd is told.
type rush struct {
	Config      app.Config
	SKU         int64
	First, Last int64 // user ids, First included
	Node        int   // each process has its own
}

func TestINV24NobodyOversells(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		now := clock.MS(w.clock)
		flash := must(w.app.Commerce.SavePromotion(w.system(), commerce.PromotionChange{
			Kind: "flash", Label: "百份", PriceFen: 100, Quota: rushPlaces, PerUser: 1, Scope: price.Scope{SKUs: []int64{w.sku}}, StartsAt: now - 1000, EndsAt: now + 86_400_000,
		}))(t)
		w.ok(w.app.Commerce.SwitchPromotion(w.system(), flash, true))
		w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			for i := range rushBuyers {
				if _, err := tx.Exec(ctx, qRushUser, i+1); err != nil {
					return err
				}
			}
			return nil
		}))
		crowds := 1
		if w.app.DB.Engine == db.Postgres {
			crowds = 3
		}
		var wg sync.WaitGroup
		var held atomic.Int64
		for i := range crowds {
			r := rush{w.app.Config, w.sku, int64(i*rushBuyers/crowds) + 1, int64((i + 1) * rushBuyers / crowds), i + 1}
			wg.Go(func() {
				run := r.process
				if crowds == 1 {
					run = func() (int64, error) { return r.crowd(w.app) }
				}
				n, err := run()
				if err != nil {
					t.Error(err)
				}
				held.Add(n)
			})
		}
		wg.Wait()
		if n := w.count(qSoldUnits); n != rushPlaces || held.Load() != rushPlaces {
			t.Fatalf("%d places are taken and %d buyers hold one, of %d", n, held.Load(), rushPlaces)
		}
		w.sound()
	})
}

var qRushUser = db.Q("apptest/rush_user", `INSERT INTO users (id, nickname, created_at) VALUES ($1, '抢购的人', 0)`)

// process lets another process be the crowd and returns how many places it got.
func (r rush) process() (int64, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return 0, err
	}
	c := exec.Command(os.Args[0], "-test.run=^$")
	c.Env = append(os.Environ(), "ZZ_RUSH="+string(raw))
	var out strings.Builder
	c.Stdout = &out
	var trouble strings.Builder
	c.Stderr = &trouble
	if err := c.Run(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, trouble.String())
	}
	return strconv.ParseInt(strings.TrimSpace(out.String()), 10, 64)
}

// rusher is the other process.
func rusher() error {
	var r rush
	if err := json.Unmarshal([]byte(os.Getenv("ZZ_RUSH")), &r); err != nil {
		return err
	}
	r.Config.NodeID = r.Node
	a, err := app.New(context.Background(), r.Config, testkit.Log())
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := r.crowd(a)
	fmt.Println(n)
	return err
}

// crowd orders for every buyer, many at once, and returns how many hold a place.
func (r rush) crowd(a *app.App) (int64, error) {
	var next, got atomic.Int64
	next.Store(r.First - 1)
	var failed error
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for {
				user := next.Add(1)
				if user > r.Last {
					return
				}
				switch err := r.buy(a, user); {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, commerce.ErrSoldOut) && !errors.Is(err, commerce.ErrQuote) && !errors.Is(err, errDear):
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	return got.Load(), failed
}

var errDear = errors.New("the place was gone before the price was asked")

func (r rush) buy(a *app.App, user int64) error {
	ctx := context.Background()
	q, err := a.Commerce.QuoteFor(ctx, commerce.Ask{UserID: user, Platform: "pc", Wants: []commerce.Want{{SKUID: r.SKU, Quantity: 1}}})
	if err != nil {
		return err
	}
	if q.TotalFen > 100 {
		return errDear
	}
	_, err = a.Commerce.Place(ctx, commerce.Place{UserID: user, Platform: "pc", IdempotencyKey: fmt.Sprint("rush-", user), QuoteToken: q.Token, TermsConfirmed: true})
	return err
}
