package search

// A word with one slip is found through spellings: each word of the index is stored
// under itself and every text that leaves one of its letters out, and what was typed
// is looked up in the same way. Two words one slip apart always meet there.

const (
	leastSpelled = 4
	mostSpelled  = 20
)

// spelled reports whether a slip in w is looked for.
func spelled(w string) bool {
	if len(w) < leastSpelled || len(w) > mostSpelled {
		return false
	}
	for _, r := range w {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

// spellings returns w and what is left of it without one letter.
func spellings(w string) []string {
	out := []string{w}
	for i := range w {
		if s := w[:i] + w[i+1:]; s != out[len(out)-1] {
			out = append(out, s)
		}
	}
	return out
}

// oneSlip reports whether a and b differ by one letter that is missing, too many,
// another, or changed places with its neighbour.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
