package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

// As published: Newcombe 1998, Statistics in Medicine 17, table I of page 857, method 3.
func TestWilsonAsPublished(t *testing.T) {
	for _, c := range []struct {
		top, bottom int64
		low, high   float64
	}{{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}, {29, 29, .8830, 1}} {
		if low, high := Wilson(c.top, c.bottom); !near(low, c.low, 6e-5) || !near(high, c.high, 6e-5) {
			t.Errorf("%d of %d: %.4f to %.4f, published %.4f to %.4f", c.top, c.bottom, low, high, c.low, c.high)
		}
	}
	if low, high := Wilson(0, 0); low != 0 || high != 1 {
		t.Error("nobody tells something")
	}
}

// As published: table II of page 873 there, method 10.
func TestDifferencesAsPublished(t *testing.T) {
	for _, c := range []struct {
		top, bottom, baseTop, baseBottom int64
		mean, low, high                  float64
	}{
		{56, 70, 48, 80, .2, .0524, .3339},
		{9, 10, 3, 10, .6, .1705, .8090},
		{6, 7, 2, 7, .5714, .0582, .8062},
		{5, 56, 0, 29, .0893, -.0381, .1926},
		{0, 10, 0, 20, 0, -.1611, .2775},
		{0, 10, 0, 10, 0, -.2775, .2775},
		{10, 10, 0, 20, 1, .6791, 1},
		{10, 10, 0, 10, 1, .6075, 1},
	} {
		if d := DifferenceOf(c.top, c.bottom, c.baseTop, c.baseBottom); !near(d.Mean, c.mean, 6e-5) || !near(d.Low, c.low, 6e-5) || !near(d.High, c.high, 6e-5) {
			t.Errorf("%d of %d and %d of %d: %.4f (%.4f to %.4f), published %.4f (%.4f to %.4f)", c.top, c.bottom, c.baseTop, c.baseBottom, d.Mean, d.Low, d.High, c.mean, c.low, c.high)
		}
	}
	if d := DifferenceOf(3, 3, 0, 0); d != (Difference{0, -1, 1}) {
		t.Error("nobody to compare with tells something", d)
	}
}

// Nineteen of twenty intervals hold the truth.
func TestDifferencesHoldTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // the same draws each time
	draw := func(n int64, p float64) (top int64) {
		for range n {
			if r.Float64() < p {
				top++
			}
		}
		return top
	}
	const runs = 4000
	for _, c := range []struct {
		n, base    int64
		p, pOfBase float64
	}{{200, 300, .3, .3}, {1000, 1000, .3, .22}, {150, 800, .05, .02}} {
		missed := int64(0)
		for range runs {
			if d := DifferenceOf(draw(c.n, c.p), c.n, draw(c.base, c.pOfBase), c.base); d.Low > c.p-c.pOfBase || d.High < c.p-c.pOfBase {
				missed++
			}
		}
		if Tail(runs, missed, .055) < 1e-4 { // it is an approximation
			t.Errorf("%+v: %d of %d intervals missed", c, missed, runs)
		}
	}
}

func TestTails(t *testing.T) {
	for _, c := range []struct {
		n, k    int64
		p, want float64
	}{{20, 0, .05, 1}, {20, 5, .05, .00257}, {10, 10, .5, 1.0 / 1024}, {200, 18, .05, .01209}} {
		if got := Tail(c.n, c.k, c.p); !near(got, c.want, 1e-4) {
			t.Errorf("%d or more of %d at %v: %v", c.k, c.n, c.p, got)
		}
	}
}
