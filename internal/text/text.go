// Package text cleans what people type as a name or a title: one form for equal
// looks, nothing that steers the reading direction, and nothing that only pretends
// to be there.
package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Line returns s as one line: composed (NFC), without control characters and
// marks that nobody sees, with single spaces. It is "" when nothing would show.
func Line(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if !shows(s) {
		return ""
	}
	return s
}

// Lines is Line for text of several lines; at most one empty line stays between
// two.
func Lines(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = Line(line)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// Cut returns s in n letters at most; what is cut off is shown by an ellipsis.
func Cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRightFunc(string(r[:n-1]), unicode.IsSpace) + "…"
}

// maxMarks bounds the marks above and below one letter; more of them run over
// the lines around it.
const maxMarks = 4

func clean(s string) string {
	var b strings.Builder
	before, marks := rune(0), 0
	runes := []rune(norm.NFC.String(strings.ToValidUTF8(s, "")))
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case r == joiner:
			// Joins pictures into one (a family, a profession); elsewhere it only hides.
			if i+1 >= len(runes) || !picture(before) || !picture(runes[i+1]) {
				continue
			}
		case r == '\uFE0F' || r == '\uFE0E':
			if !picture(before) {
				continue
			}
		case hidden(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
			b.WriteRune(r)
			continue
		}
		before, marks = r, 0
		b.WriteRune(r)
	}
	return b.String()
}

const joiner = '\u200D'

// picture reports whether r can be part of an emoji.
func picture(r rune) bool {
	return unicode.In(r, unicode.So, unicode.Sk) || r == '\uFE0F' || r >= 0x2190 && r <= 0x2BFF || r == '#' || r == '*' || r >= '0' && r <= '9'
}

// hidden reports whether r is drawn as nothing: controls, direction marks, tags,
// fillers and blanks.
func hidden(r rune) bool {
	switch r {
	case '\u2800', 0x1D159: // a Braille cell without dots, a note without a head
		return true
	}
	return unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// shows reports whether anything in s would be seen.
func shows(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) })
}

// Skeleton returns what s comes down to for somebody who only glances at it: full
// and half width, letter case, spaces, dots between, marks and letters of other
// alphabets that look the same make no difference.
func Skeleton(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(Line(norm.NFKC.String(s))) {
		r = unicode.ToLower(r)
		if twin, ok := twins[r]; ok {
			r = twin
		}
		if unicode.In(r, unicode.L, unicode.N) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// twins are letters that are drawn as another one.
var twins = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'һ': 'h', 'н': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'о': 'o', 'р': 'p', 'ѕ': 's', 'т': 't', 'у': 'y', 'х': 'x',
	'α': 'a', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'ı': 'i', 'ɑ': 'a', 'ɡ': 'g',
	'員': '员', '統': '统', '係': '系', '師': '师', '務': '务', '財': '财',
}

// Mask leaves the first character of a name, as forms in China do, and at most two stars
// for the rest.
func Mask(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + "**"[:min(len(r)-1, 2)]
}
