package search

import (
	"context"
	"slices"
	"sort"
	"strings"
)

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

// mend reads words that may hold a slip as words of the index, and says what it read.
func (s *Service) mend(ctx context.Context, terms []term) ([]term, string, error) {
	out := make([]term, len(terms))
	said := make([]string, len(terms))
	changed := false
	for i, t := range terms {
		out[i], said[i] = t, t.ways[0]
		w := t.ways[0]
		if !spelled(w) {
			continue
		}
		args := make([]any, most)
		for j := range args {
			args[j] = w
		}
		for j, sp := range spellings(w) {
			args[j] = sp
		}
		var words []string
		if err := s.db.List(ctx, qMeant, &words, args...); err != nil {
			return nil, "", err
		}
		sort.Strings(words)
		if slices.Contains(words, w) { // a word of the index: nothing is wrong with it
			continue
		}
		words = slices.DeleteFunc(words, func(x string) bool { return !oneSlip(w, x) })
		if len(words) > 0 {
			words = words[:min(len(words), 5)]
			out[i], said[i], changed = term{words}, words[0], true
		}
	}
	if !changed {
		return nil, "", nil
	}
	return out, strings.Join(said, " "), nil
}
