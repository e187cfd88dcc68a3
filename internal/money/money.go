// Package money holds fen arithmetic. Money is int64 fen everywhere; yuan exist
// only at the edges, as text.
package money

import (
	"errors"
	"strconv"
	"strings"
)

// ErrYuan is returned by ParseYuan for text that is not an exact amount of fen.
var ErrYuan = errors.New("money: not an amount in yuan with at most two decimals")

// Yuan formats fen as yuan with two decimals, with a plain ASCII minus.
func Yuan(fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "-", uint64(-(fen+1))+1
	}
	cents := strconv.FormatUint(u%100, 10)
	if len(cents) == 1 {
		cents = "0" + cents
	}
	return sign + strconv.FormatUint(u/100, 10) + "." + cents
}

// ParseYuan reads "12", "12.3" or "12.34" as fen. Anything else is ErrYuan:
// no floats, no rounding.
func ParseYuan(s string) (int64, error) {
	neg := strings.HasPrefix(s, "-")
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(whole) == 0 || len(whole) > 15 || len(frac) > 2 || dot && frac == "" {
		return 0, ErrYuan
	}
	var fen int64
	for _, r := range whole + (frac + "00")[:2] {
		if r < '0' || r > '9' {
			return 0, ErrYuan
		}
		fen = fen*10 + int64(r-'0')
	}
	if neg {
		fen = -fen
	}
	return fen, nil
}

// Split divides total over weights by largest remainder, so that the parts sum
// to total exactly; ties go to the earlier part. All-zero weights put everything
// on the first part. Weights and total must not be negative. INV-11.
func Split(total int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	if len(weights) == 0 {
		return parts
	}
	var sum int64
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		parts[0] = total
		return parts
	}
	rest := total
	rem := make([]int64, len(weights))
	for i, w := range weights {
		parts[i], rem[i] = mulDiv(total, w, sum)
		rest -= parts[i]
	}
	for ; rest > 0; rest-- {
		best := 0
		for i := range rem {
			if rem[i] > rem[best] {
				best = i
			}
		}
		parts[best]++
		rem[best] = -1
	}
	return parts
}
