package learning

import (
	"slices"
	"strconv"
	"strings"
)

// span is a covered part of a lesson, in ms, from inclusive to exclusive.
type span struct{ from, to int64 }

// parseSpans reads the stored form "0-12000,15000-20000".
func parseSpans(s string) []span {
	var out []span
	for part := range strings.SplitSeq(s, ",") {
		a, b, ok := strings.Cut(part, "-")
		from, err1 := strconv.ParseInt(a, 10, 64)
		to, err2 := strconv.ParseInt(b, 10, 64)
		if ok && err1 == nil && err2 == nil && from < to {
			out = append(out, span{from, to})
		}
	}
	return out
}

func formatSpans(spans []span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = strconv.FormatInt(s.from, 10) + "-" + strconv.FormatInt(s.to, 10)
	}
	return strings.Join(parts, ",")
}

// addSpan returns the union of spans and s, in order and without touching
// neighbours. Gaps below joinMS are closed: they come from rounding in players.
func addSpan(spans []span, s span) []span {
	const joinMS = 300
	all := append(slices.Clone(spans), s)
	slices.SortFunc(all, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	out := all[:1]
	for _, n := range all[1:] {
		if last := &out[len(out)-1]; n.from <= last.to+joinMS {
			last.to = max(last.to, n.to)
		} else {
			out = append(out, n)
		}
	}
	return out
}

func covered(spans []span) int64 {
	var n int64
	for _, s := range spans {
		n += s.to - s.from
	}
	return n
}

// reach is where the part that was watched from the beginning ends.
func reach(spans []span) int64 {
	if len(spans) == 0 || spans[0].from > orderSlack {
		return 0
	}
	return spans[0].to
}
