package stat

import "math"

// z is the two-sided 95 % point of the normal distribution.
const z = 1.959963984540054

// Wilson is the 95 % interval of a share of top in bottom: the score interval without
// correction (Wilson, JASA 22(158), 1927; method 3 of Newcombe, Statistics in Medicine 17,
// 1998, 857). All that is possible when bottom is 0.
func Wilson(top, bottom int64) (low, high float64) {
	if bottom <= 0 {
		return 0, 1
	}
	n, p := float64(bottom), float64(top)/float64(bottom)
	mid, half := 2*n*p+z*z, z*math.Sqrt(z*z+4*n*p*(1-p))
	return math.Max(0, (mid-half)/(2*(n+z*z))), math.Min(1, (mid+half)/(2*(n+z*z)))
}

// Difference is by how much one share is greater than another, with its 95 % interval.
type Difference struct {
	Mean float64
	Low  float64
	High float64
}

// DifferenceOf compares top in bottom with baseTop in baseBottom, which are counted of
// different people: the hybrid score interval (Newcombe, Statistics in Medicine 17, 1998,
// 873, method 10). From −1 to 1, with mean 0, when one of them counts nobody.
func DifferenceOf(top, bottom, baseTop, baseBottom int64) Difference {
	if bottom <= 0 || baseBottom <= 0 {
		return Difference{0, -1, 1}
	}
	p1, p2 := float64(top)/float64(bottom), float64(baseTop)/float64(baseBottom)
	l1, u1 := Wilson(top, bottom)
	l2, u2 := Wilson(baseTop, baseBottom)
	d := p1 - p2
	return Difference{d, d - math.Hypot(p1-l1, u2-p2), d + math.Hypot(u1-p1, p2-l2)}
}

// Tail is the chance of so many or more of n, each with chance p: what an audit compares
// how often an interval missed with.
func Tail(n, atLeast int64, p float64) float64 {
	sum := 0.0
	for k := max(0, atLeast); k <= n; k++ {
		all, _ := math.Lgamma(float64(n + 1))
		in, _ := math.Lgamma(float64(k + 1))
		out, _ := math.Lgamma(float64(n - k + 1))
		sum += math.Exp(all - in - out + float64(k)*math.Log(p) + float64(n-k)*math.Log(1-p))
	}
	return math.Min(1, sum)
}
