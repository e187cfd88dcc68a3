package money

import "math/bits"

// mulDiv returns a*b/c and the remainder without overflow of the product.
// The quotient must fit, which it does for b ≤ c.
func mulDiv(a, b, c int64) (quo, rem int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	q, r := bits.Div64(hi, lo, uint64(c))
	return int64(q), int64(r)
}
