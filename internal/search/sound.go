package search

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// Sounds are indexed as characters are: of each run every syllable and every pair of
// them, 数据分析 → shu shuju ju jufen fen fenxi xi, and the same of their initials, which
// carry a mark: 0s 0sj 0j … So the index knows a few thousand sounds and no more, and
// what is typed finds them from any character on.

const (
	soundRunes = 60 // characters of a text that are read
	soundReach = 7  // characters around one that may be read otherwise
	readings   = 3  // of one character, the usual first
	variants   = 4  // of one stretch
	fullLength = 6  // syllables in a key of a suggestion
	initLength = 8  // initials in it, and characters that a sound marks
	mostCuts   = 6  // ways to cut letters into syllables
	initMark   = "0"
)

var pinyinArgs = func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Style, a.Heteronym = pinyin.Normal, true
	return a
}()

// readingTable holds the usual readings of characters. The library reads each anew, which
// takes longer than everything else that is done with a text.
var readingTable = sync.OnceValue(func() map[rune][]string {
	out := make(map[rune][]string, len(pinyin.PinyinDict))
	for n := range pinyin.PinyinDict {
		var list []string
		for _, s := range pinyin.SinglePinyin(rune(n), pinyinArgs) {
			s = strings.ReplaceAll(s, "ü", "v")
			if strings.ContainsAny(s, "aeiouv") && !contains(list, s) && len(list) < readings {
				list = append(list, s)
			}
		}
		if len(list) > 0 {
			out[rune(n)] = list
		}
	}
	return out
})

// syllables returns the usual readings of a character, none for what is not read.
func syllables(r rune) []string { return readingTable()[r] }

// readingsOf returns what a stretch of characters sounds like, a few variants, by
// how part shortens a syllable.
func readingsOf(chars [][]string, part func(string) string) []string {
	out := []string{""}
	for _, options := range chars {
		var next []string
		for _, o := range options {
			for _, have := range out {
				if s := have + part(o); len(next) < variants && !contains(next, s) {
					next = append(next, s)
				}
			}
		}
		out = next
	}
	return out
}

func whole(s string) string   { return s }
func initial(s string) string { return s[:1] }

// sounds returns the sound tokens of a text.
func sounds(text string) []string {
	var out []string
	left := soundRunes
	for _, run := range runs(text, maxIndexed) {
		if !run.han() || left == 0 {
			continue
		}
		runes := run.runes[:min(len(run.runes), left)]
		left -= len(runes)
		out = appendSounds(out, runes)
	}
	return out
}

func appendSounds(out []string, runes []rune) []string {
	usual := make([]string, len(runes))
	others := make([][]string, len(runes))
	for i, r := range runes {
		if s := syllables(r); len(s) > 0 {
			usual[i], others[i] = s[0], s[1:]
		}
	}
	out = appendReading(out, usual)
	for i, list := range others {
		for _, other := range list {
			from, to := max(0, i-soundReach), min(len(runes), i+soundReach+1)
			read := append([]string{}, usual[from:to]...)
			read[i-from] = other
			out = appendReading(out, read)
		}
	}
	return out
}

// appendReading adds one reading, in full and in initials. A character that is not
// read stands between its neighbours.
func appendReading(out, read []string) []string {
	for _, part := range []func(string) string{whole, marked} {
		for i, s := range read {
			if s == "" {
				continue
			}
			out = append(out, part(s))
			if i+1 < len(read) && read[i+1] != "" {
				out = append(out, part(s)+strings.TrimPrefix(part(read[i+1]), initMark))
			}
		}
	}
	return out
}

func marked(s string) string { return initMark + s[:1] }

// spoken is a sequence of sound tokens; the last of an open one may go on.
type spoken struct {
	words []string
	open  bool
}

// heard returns what typed letters may stand for: initials, and syllables of which
// the last may be unfinished.
func heard(typed string) []spoken {
	var out []spoken
	if len(typed) < 2 {
		return nil
	}
	if len(typed) <= 2*initLength {
		letters := make([]string, len(typed))
		for i := range letters {
			letters[i] = initMark + typed[i:i+1]
		}
		out = append(out, spoken{pairs(letters), false})
	}
	for _, cut := range cuts(typed) {
		out = append(out, spoken{pairs(cut), len(cut) > 1})
	}
	return out
}

// pairs is the phrase that finds a sequence, from its first pair to its last.
func pairs(list []string) []string {
	if len(list) == 1 {
		return list
	}
	var out []string
	for i := range len(list) - 1 {
		out = append(out, list[i]+strings.TrimPrefix(list[i+1], initMark))
		if i+2 < len(list) {
			out = append(out, list[i+1])
		}
	}
	return out
}

// known are the syllables and their beginnings.
var known = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, list := range readingTable() {
		for _, s := range list {
			for i := 1; i < len(s); i++ {
				if !out[s[:i]] {
					out[s[:i]] = false
				}
			}
			out[s] = true
		}
	}
	return out
})

// cuts lists the ways to cut letters into syllables, the last of which may be a
// beginning unless it is the only one.
func cuts(typed string) [][]string {
	var out [][]string
	var try func(rest string, cut []string)
	try = func(rest string, cut []string) {
		for n := min(len(rest), 6); n > 0 && len(out) < mostCuts; n-- {
			full, ok := known()[rest[:n]]
			last := n == len(rest)
			if !ok || !full && (!last || len(cut) == 0) {
				continue
			}
			next := append(append([]string{}, cut...), rest[:n])
			if last {
				out = append(out, next)
			} else if len(next) < 2*fullLength {
				try(rest[n:], next)
			}
		}
	}
	try(typed, nil)
	return out
}

// soundFrom returns what is read from the first of these characters on.
func soundFrom(runes []rune) []string {
	var chars [][]string
	for _, r := range runes[:min(len(runes), initLength)] {
		s := syllables(r)
		if len(s) == 0 {
			break
		}
		chars = append(chars, s)
	}
	if len(chars) == 0 {
		return nil
	}
	return append(readingsOf(chars[:min(len(chars), fullLength)], whole), readingsOf(chars, initial)...)
}

// soundSpan tells how many characters of a Han run, from its first on, a typed
// sound covers: 0 when they are not read so.
func soundSpan(runes []rune, typed string) int {
	for _, part := range []func(string) string{initial, whole} {
		reads := []string{""}
		for i, r := range runes[:min(len(runes), initLength)] {
			var next []string
			for _, read := range reads {
				for _, s := range syllables(r) {
					read := read + part(s)
					if strings.HasPrefix(read, typed) {
						return i + 1
					}
					if strings.HasPrefix(typed, read) && !contains(next, read) {
						next = append(next, read)
					}
				}
			}
			if reads = next; len(reads) == 0 {
				break
			}
		}
	}
	return 0
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
