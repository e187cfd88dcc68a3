package search

import (
	"strings"
	"unicode"
)

// The index holds words and, of each run of Han characters, every character and
// every pair, in one sequence: 数据分析 → 数 数据 据 据分 分 分析 析. So one
// character finds as well as a phrase, on both engines alike.

const (
	maxIndexed = 6000 // runes of a text; PostgreSQL keeps positions below 16384
	maxWord    = 64
	maxTerms   = 8
	maxQuery   = 50 // runes
)

// foldRune brings what people take for the same letter to one: full-width forms of
// ASCII and capitals. One rune stays one rune, so places in the text stay.
func foldRune(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFEE0
	}
	return unicode.ToLower(r)
}

// Fold returns s with full-width forms and capitals folded, in as many runes.
func Fold(s string) string { return strings.Map(foldRune, s) }

func isHan(r rune) bool  { return unicode.Is(unicode.Han, r) }
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// run is a stretch of one kind of characters: Han, or other letters and digits.
type run struct {
	at    int // in runes of the text
	runes []rune
}

func (r run) han() bool      { return isHan(r.runes[0]) }
func (r run) String() string { return string(r.runes) }

// runs splits folded text into its runs, of the first most runes.
func runs(text string, most int) []run {
	var out []run
	open, n := false, 0
	for _, r := range text {
		if n == most {
			break
		}
		r = foldRune(r)
		switch last := len(out) - 1; {
		case !isWord(r):
			open = false
		case open && isHan(r) == out[last].han():
			out[last].runes = append(out[last].runes, r)
		default:
			out, open = append(out, run{n, []rune{r}}), true
		}
		n++
	}
	return out
}

// tokens cuts text for the index.
func tokens(text string) []string {
	var out []string
	for _, run := range runs(text, maxIndexed) {
		if !run.han() {
			out = append(out, word(run))
			continue
		}
		for i := range run.runes {
			out = append(out, string(run.runes[i]))
			if i+1 < len(run.runes) {
				out = append(out, string(run.runes[i:i+2]))
			}
		}
	}
	return out
}

// word is a run as one token. PostgreSQL refuses very long ones.
func word(r run) string { return string(r.runes[:min(len(r.runes), maxWord)]) }

// phrase is the token sequence that finds a run.
func phrase(r run) []string {
	if !r.han() || len(r.runes) == 1 {
		return []string{word(r)}
	}
	all := tokens(r.String())
	return all[1 : len(all)-1] // from the first pair to the last
}

// Normal is a query as it is counted and shown: folded, its words apart by one
// space, without what is neither letter nor digit.
func Normal(query string) string {
	var words []string
	for _, r := range runs(query, maxQuery) {
		words = append(words, r.String())
	}
	return strings.Join(words, " ")
}
