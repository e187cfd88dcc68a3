package price_test

import (
	"strings"
	"testing"

	"zhizhou/internal/commerce/price"
)

// More copies than a buyer may take at a price take none at it; the quote says how many
// could be taken, unless fewer are left for everybody.
func TestMoreThanOneMayTake(t *testing.T) {
	for _, c := range []struct {
		quantity, buyer, left, most int64
		applied                     bool
		why                         string
	}{
		{1, 1, price.Unlimited, 0, true, ""},
		{2, 1, price.Unlimited, 1, false, "你最多按此价买 1 份"},
		{2, 0, price.Unlimited, 0, false, "已经用完"},
		{3, 2, 2, 2, false, "抢完"},
		{3, 2, 1, 0, false, "抢完"},
	} {
		it := course(1, 500)
		it.Quantity = c.quantity
		q := price.Of(price.Input{At: now, Items: []price.Item{it}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.BuyerLeft, r.Left = 100, c.buyer, c.left })}})
		if c.applied != (len(q.Applied) == 1) || c.applied != (len(q.NotApplied) == 0) {
			t.Fatalf("%+v: %+v", c, q)
		}
		if !c.applied && (q.NotApplied[0].AtMost != c.most || !strings.Contains(q.NotApplied[0].Reason, c.why)) {
			t.Errorf("%+v: %+v", c, q.NotApplied[0])
		}
	}
}
