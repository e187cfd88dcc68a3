package commerce_test

import (
	"fmt"
	"math"
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

// Over many people the prices of an experiment are seen in proportion, and each
// person always sees the same.
func TestAssignmentIsStickyAndInProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		experiment := rapid.Int64Range(1, 1<<50).Draw(t, "experiment")
		weights := rapid.SliceOfN(rapid.Int64Range(1, 9), 2, 5).Draw(t, "weights")
		var sum int64
		for _, w := range weights {
			sum += w
		}
		const people = 2000
		got := make([]float64, len(weights))
		for i := range people {
			subject := fmt.Sprintf("u:%d", i)
			n := commerce.Pick(experiment, subject, weights)
			if n != commerce.Pick(experiment, subject, weights) {
				t.Fatal("another price the second time")
			}
			got[n]++
		}
		for i, w := range weights {
			p := float64(w) / float64(sum)
			if off := math.Abs(got[i]/people - p); off > 6*math.Sqrt(p*(1-p)/people) {
				t.Fatalf("price %d: %v of %d, want a part of %v", i, got[i], people, p)
			}
		}
	})
}

// A worked example with unequal variances, one with shares, and nothing at all.
func TestIntervals(t *testing.T) {
	e := commerce.Compare(commerce.Sample{N: 15, Mean: 20.8, Var: 7.9}, commerce.Sample{N: 15, Mean: 23.0, Var: 3.8})
	if math.Abs(e.Diff-2.2) > 1e-9 || math.Abs(e.Low-0.38) > 0.03 || math.Abs(e.High-4.02) > 0.03 {
		t.Fatalf("%+v", e)
	}
	if e := commerce.Compare(commerce.Shares(1000, 50), commerce.Shares(1000, 80)); e.Low < 0.007 || e.Low > 0.009 || e.High < 0.051 || e.High > 0.053 {
		t.Fatalf("%+v", e)
	}
	if e := commerce.Compare(commerce.Shares(0, 0), commerce.Shares(0, 0)); e != (commerce.Estimate{}) {
		t.Fatalf("of nothing: %+v", e)
	}
	if s := commerce.Sums(4, 400, 100_000); s.Mean != 100 || s.Var != 20_000 {
		t.Fatalf("%+v", s)
	}
}
