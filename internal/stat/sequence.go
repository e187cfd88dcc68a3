package stat

import "math"

// Arm is what one variant's people did: how many were shown a card, and the sums of what
// each of them brought.
type Arm struct {
	People  int64
	Sum     int64 // of registrations by their shares
	Squares int64 // of each one's registrations, squared
}

func (a Arm) mean() float64 {
	if a.People == 0 {
		return 0
	}
	return float64(a.Sum) / float64(a.People)
}

func (a Arm) variance() float64 {
	if a.People == 0 {
		return 0
	}
	m := a.mean()
	return math.Max(0, float64(a.Squares)/float64(a.People)-m*m)
}

const (
	// alpha is how often, at most, an experiment without any difference is called one.
	alpha = .05
	// tightest is the number of people at which the interval is as narrow as it can be.
	tightest = 2000
	// leastPeople an arm needs before anything is said: the limit theorem behind it speaks of many.
	leastPeople = 100
	// leastEvents both arms need together, for the same reason.
	leastEvents = 20
)

// Lift is by how much one arm's people bring more registrations each than another's.
type Lift struct {
	Mean  float64
	Low   float64 // the interval holds at all times at once: whoever looks daily may stop when it leaves 0
	High  float64
	Known bool // enough people for it to mean anything
}

// Certain reports whether the arm is better for certain (1), worse (−1) or neither (0).
func (l Lift) Certain() int {
	switch {
	case l.Known && l.Low > 0:
		return 1
	case l.Known && l.High < 0:
		return -1
	}
	return 0
}

// LiftOf compares an arm with the control, as one of so many comparisons. The interval is
// an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
// Annals of Statistics 52(6), 2024, theorem 2.2) for the difference of means, its variance
// that of the doubly robust estimate of a randomized experiment: it may be looked at after
// each person without calling chance a difference more often than alpha says.
func LiftOf(control, arm Arm, comparisons int) Lift {
	n := float64(control.People + arm.People)
	l := Lift{Mean: arm.mean() - control.mean()}
	if control.People == 0 || arm.People == 0 {
		return l
	}
	share := float64(arm.People) / n
	v := arm.variance()/share + control.variance()/(1-share)
	a := alpha / float64(max(1, comparisons))
	rho2 := (-2*math.Log(a) + math.Log(-2*math.Log(a)+1)) / tightest
	t := n*rho2 + 1
	half := math.Sqrt(v * 2 * t / (n * n * rho2) * math.Log(math.Sqrt(t)/a))
	l.Low, l.High = l.Mean-half, l.Mean+half
	l.Known = control.People >= leastPeople && arm.People >= leastPeople && control.Sum+arm.Sum >= leastEvents
	return l
}
