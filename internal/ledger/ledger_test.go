package ledger_test

import (
	"context"
	"errors"
	"testing"

	"zhizhou/internal/db"
	"zhizhou/internal/ledger"
	"zhizhou/internal/testkit"
)

func TestINV4PostsBalancedAndOnce(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		post := func(e ledger.Entry) error {
			return d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return ledger.Post(ctx, tx, e) })
		}
		e := ledger.Entry{
			Kind: "settle", RefKind: "payment", RefID: 1, OrderID: 1, At: 1,
			Lines: []ledger.Line{ledger.Debit(ledger.Clearing("wechat_native"), 100), ledger.Credit(ledger.Revenue("course"), 100)},
		}
		if err := post(e); err != nil {
			t.Fatal(err)
		}
		if err := post(e); !errors.Is(err, db.ErrLost) {
			t.Fatalf("the same fact was posted twice: %v", err)
		}
		for _, lines := range [][]ledger.Line{
			{ledger.Debit("a", 100), ledger.Credit("b", 99)},
			{ledger.Debit("a", 0), ledger.Credit("b", 0)},
			nil,
		} {
			e.RefID, e.Lines = 2, lines
			if err := post(e); !errors.Is(err, ledger.ErrUnbalanced) {
				t.Errorf("%v: %v", lines, err)
			}
		}
		rows, err := ledger.Balances(ctx, d)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v %v", rows, err)
		}
		var debit, credit int64
		for _, r := range rows {
			debit += r.DebitFen
			credit += r.CreditFen
		}
		if debit != 100 || credit != 100 {
			t.Fatalf("trial balance %d against %d", debit, credit)
		}
	})
}
