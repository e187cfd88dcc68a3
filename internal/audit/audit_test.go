package audit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

// INV-41: the chain holds however many write to it at once.
func TestINV41ParallelWritesKeepTheChain(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				for range 5 {
					if err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
						return audit.Write(ctx, tx, clock.System{}, "test.write", fmt.Sprint("row:", i), nil, nil, "")
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		bad, err := audit.Verify(ctx, d)
		if err != nil || len(bad) > 0 {
			t.Fatalf("%v %v", bad, err)
		}
	})
}
