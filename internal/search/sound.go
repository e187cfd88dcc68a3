package search

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// Of every place of a Han run the index holds what is read from there on, in full
// (shujufenxi) and in initials (sjfx). What is typed finds them by its beginning.

const (
	soundStarts = 24 // places of a text that sounds begin at
	fullLength  = 6  // syllables in full
	initLength  = 8  // initials
	readings    = 3  // of one character, the usual first
	variants    = 4  // of one stretch
)

var pinyinArgs = func() pinyin.Args {
	a := pinyin.NewArgs()
	a.Style, a.Heteronym = pinyin.Normal, true
	return a
}()

// syllables returns the usual readings of a character, none for what is not read.
func syllables(r rune) []string {
	var out []string
	for _, s := range pinyin.SinglePinyin(r, pinyinArgs) {
		s = strings.ReplaceAll(s, "ü", "v")
		if s != "" && !contains(out, s) {
			out = append(out, s)
		}
		if len(out) == readings {
			break
		}
	}
	return out
}

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
	seen := map[string]bool{}
	starts := 0
	for _, run := range runs(text, maxIndexed) {
		if !run.han() {
			continue
		}
		for i := range run.runes {
			if starts++; starts > soundStarts {
				return out
			}
			for _, s := range soundFrom(run.runes[i:]) {
				if !seen[s] {
					seen[s] = true
					out = append(out, s)
				}
			}
		}
	}
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
		var chars [][]string
		for i, r := range runes[:min(len(runes), initLength)] {
			s := syllables(r)
			if len(s) == 0 {
				break
			}
			chars = append(chars, s)
			for _, read := range readingsOf(chars, part) {
				if strings.HasPrefix(read, typed) {
					return i + 1
				}
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
