package commerce_test

import (
	"testing"

	"pgregory.net/rapid"

	"zhizhou/internal/commerce"
)

// INV-24: the cuts of a bargain sum to exactly what it takes off, each is
// something, and the same seed gives the same cuts.
func TestINV24CutsSumToTheFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 100).Draw(t, "helpers")
		off := rapid.Int64Range(n, 10_000_000).Draw(t, "off")
		seed := rapid.Int64().Draw(t, "seed")
		cuts, again := commerce.Cuts(off, n, seed), commerce.Cuts(off, n, seed)
		var sum int64
		for i, c := range cuts {
			if c < 1 || c != again[i] {
				t.Fatalf("cut %d is %d, then %d", i, c, again[i])
			}
			sum += c
		}
		if sum != off || int64(len(cuts)) != n {
			t.Fatalf("%d cuts take %d of %d off", len(cuts), sum, off)
		}
	})
}

// INV-11: what an upgrade takes off is never more than was paid, and never grows
// while time passes.
func TestINV11UpgradeNeverMoreThanPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.Int64Range(0, 100_000_000).Draw(t, "kept")
		total := rapid.Int64Range(1, 4000).Draw(t, "total")
		left := rapid.Int64Range(-10, 4010).Draw(t, "left")
		off := commerce.Unused(kept, left, total)
		if off < 0 || off > kept || left <= 0 && off != 0 || left >= total && off != kept {
			t.Fatalf("%d of %d for %d of %d days", off, kept, left, total)
		}
		if commerce.Unused(kept, left-1, total) > off {
			t.Fatal("a day later it is worth more")
		}
	})
}

// INV-11: what goes back in steps sums to all of it, whatever the steps.
func TestINV11PointsReturnExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.Int64Range(0, 10_000_000).Draw(t, "points")
		price := rapid.Int64Range(1, 10_000_000).Draw(t, "price")
		var back, returned int64
		for back < price {
			step := rapid.Int64Range(1, price-back).Draw(t, "step")
			part := commerce.Share(points, back+step, price) - commerce.Share(points, back, price)
			if part < 0 {
				t.Fatal("a refund that takes points")
			}
			back, returned = back+step, returned+part
		}
		if returned != points {
			t.Fatalf("%d of %d points came back", returned, points)
		}
	})
}
