package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

var (
	tPut   = db.Q("test/put", `INSERT INTO rate_limits (subject, window_at, hits) VALUES ($1, $2, $3)`)
	tAdd   = db.Q("test/add", `UPDATE rate_limits SET hits = hits + 1 WHERE subject = $1`)
	tHits  = db.Q("test/hits", `SELECT hits FROM rate_limits WHERE subject = $1 AND window_at = $2`)
	tTotal = db.Q("test/total", `SELECT CAST(SUM(hits) AS BIGINT) FROM rate_limits`)
)

func TestTxCommitsGroupsAndRollsBackAlone(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, tPut, "k", 1, 0)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		refuse := errors.New("refused")
		var wg sync.WaitGroup
		var refused atomic.Int64
		for i := range 200 {
			wg.Go(func() {
				err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
					if _, err := tx.Exec(ctx, tAdd, "k"); err != nil {
						return err
					}
					if i%4 == 0 {
						return refuse
					}
					return nil
				})
				if errors.Is(err, refuse) {
					refused.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var hits int64
		if err := d.Get(ctx, tHits, &hits, "k", 1); err != nil {
			t.Fatal(err)
		}
		if hits != 150 || refused.Load() != 50 {
			t.Fatalf("hits %d, refused %d; want 150 and 50", hits, refused.Load())
		}
	})
}

func TestUniqueViolationIsNamed(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		put := db.Statements() // the registry is what production prepares
		if len(put) == 0 {
			t.Fatal("no statements")
		}
		insert := func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, tCategory, 1, "slug")
			return err
		}
		ctx := context.Background()
		if err := d.Tx(ctx, insert); err != nil {
			t.Fatal(err)
		}
		err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, tCategory, 2, "slug")
			return err
		})
		if !db.IsUnique(err, "categories_slug_key") {
			t.Fatalf("not recognised: %v", err)
		}
		if db.IsUnique(err, "categories_name_key") || db.IsUnique(nil, "") {
			t.Fatal("recognised as another constraint")
		}
	})
}

var tCategory = db.Q("test/category", `INSERT INTO categories (id, name, slug, position) VALUES ($1, 'n', $2, 0)`)

func TestMisuseInsideTransactionPanics(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		mustPanic := func(what string, fn func(ctx context.Context)) {
			t.Helper()
			defer func() {
				if recover() == nil {
					t.Errorf("%s inside a transaction did not panic", what)
				}
			}()
			_ = d.Tx(context.Background(), func(ctx context.Context, _ *db.Tx) error { fn(ctx); return nil })
		}
		mustPanic("a transaction", func(ctx context.Context) {
			_ = d.Tx(ctx, func(context.Context, *db.Tx) error { return nil })
		})
		mustPanic("a pool read", func(ctx context.Context) {
			var n int64
			_ = d.Get(ctx, tTotal, &n)
		})
		// the writer survived both
		if err := d.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, tPut, "after", 1, 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAppendOnlyTablesRefuseChange(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		for _, q := range []*db.Stmt{tRewriteLedger, tEraseLedger} {
			err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, tLedgerTx, 1); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, tPosting, 1); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, q)
				return err
			})
			if err == nil {
				t.Errorf("%s was allowed (INV-4)", q.Name)
			}
		}
	})
}

var (
	tLedgerTx      = db.Q("test/ledger_tx", `INSERT INTO ledger_transactions (id, kind, ref_kind, ref_id, at) VALUES ($1, 't', 't', 1, 0)`)
	tPosting       = db.Q("test/posting", `INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) VALUES ($1, 1, 'a', 1, 0, 0, 0)`)
	tRewriteLedger = db.Q("test/rewrite_ledger", `UPDATE ledger_postings SET debit_fen = 2`)
	tEraseLedger   = db.Q("test/erase_ledger", `DELETE FROM ledger_postings`)
)

// What is put off travels with the next statement or the commit; its failure fails
// the transaction, and nothing of it stays.
func TestLaterTravelsWithTheNext(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		write := func(key string, hits int) error {
			return d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := tx.Later(ctx, tPut, key, 1, hits); err != nil {
					return err
				}
				if hits == 7 { // read what was just put off
					var n int64
					if err := tx.Get(ctx, tHits, &n, key, 1); err != nil || n != 7 {
						t.Errorf("%d %v", n, err)
					}
				}
				return tx.Later(ctx, tAdd, key)
			})
		}
		for i, key := range []string{"a", "b"} {
			if err := write(key, 7*i); err != nil {
				t.Fatal(err)
			}
		}
		if err := write("b", 9); !db.IsUnique(err, "") {
			t.Fatalf("the same key again: %v", err)
		}
		var total int64
		if err := d.Get(ctx, tTotal, &total); err != nil || total != 1+8 {
			t.Fatalf("%d %v", total, err)
		}
		if err := d.Tx(ctx, func(context.Context, *db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic got lost")
				}
			}()
			_ = d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, _ = tx.Exec(ctx, tAdd, "a")
				panic("in the middle")
			})
		}()
		if err := d.Get(ctx, tTotal, &total); err != nil || total != 9 {
			t.Fatalf("after the panic %d %v", total, err)
		}
	})
}
