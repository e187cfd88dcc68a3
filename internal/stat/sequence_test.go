package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// run adds people to two arms one after another and looks each day; it returns when
// something was called certain, or -1.
func run(r *rand.Rand, people, perDay int, control, arm float64) (day, verdict int, last Lift) {
	var a, b Arm
	add := func(to *Arm, p float64) {
		to.People++
		x := int64(0)
		for r.Float64() < p && x < 5 { // some bring several
			x++
		}
		to.Sum += x
		to.Squares += x * x
	}
	for i := range people {
		if r.IntN(2) == 0 {
			add(&a, control)
		} else {
			add(&b, arm)
		}
		if i%perDay == perDay-1 {
			last = LiftOf(a, b, 1)
			if v := last.Certain(); v != 0 {
				return i / perDay, v, last
			}
		}
	}
	return -1, 0, last
}

// Looked at every day, an experiment without a difference is called one at most as often
// as alpha says; one with a difference is found.
func TestSequencesHoldAtAllTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // the same draws each time
	const runs = 1000
	wrong := 0
	for range runs {
		if _, v, _ := run(r, 6000, 60, .05, .05); v != 0 {
			wrong++
		}
	}
	// 50 of 1,000 at most are expected; 71 would be three standard deviations more.
	if wrong > 70 {
		t.Errorf("%d of %d experiments without a difference were called one", wrong, runs)
	}
	found, astray := 0, 0
	for range 200 {
		if _, v, _ := run(r, 6000, 60, .05, .09); v == 1 {
			found++
		} else if v == -1 {
			astray++
		}
	}
	if found < 190 || astray > 0 {
		t.Errorf("of 200 real differences %d were found and %d called the other way", found, astray)
	}
	t.Logf("called without a difference: %d of %d; found: %d of 200", wrong, runs, found)
}

// The interval holds the truth, gets narrower with people, and says nothing of few.
func TestLifts(t *testing.T) {
	few := LiftOf(Arm{10, 1, 1}, Arm{10, 9, 9}, 1)
	if few.Known || few.Certain() != 0 {
		t.Error("twenty people decide")
	}
	some, many := LiftOf(Arm{1000, 50, 50}, Arm{1000, 50, 50}, 1), LiftOf(Arm{10000, 500, 500}, Arm{10000, 500, 500}, 1)
	if some.High-some.Low <= many.High-many.Low || math.Abs(many.Mean) > 1e-12 || many.Low > 0 || many.High < 0 {
		t.Error(some, many)
	}
	if one, three := LiftOf(Arm{1000, 50, 50}, Arm{1000, 80, 80}, 1), LiftOf(Arm{1000, 50, 50}, Arm{1000, 80, 80}, 3); one.High-one.Low >= three.High-three.Low {
		t.Error("more comparisons do not widen the interval")
	}
	if none := LiftOf(Arm{}, Arm{5, 1, 1}, 1); none.Known || none.Low != 0 {
		t.Error(none)
	}
}
