package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFoldKeepsPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "")
		if got := Fold(s); utf8.RuneCountInString(got) != utf8.RuneCountInString(s) {
			t.Fatalf("%q becomes %q", s, got)
		}
	})
}

func TestMarksLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("数据分析习惯ab Ｃ,。"))).Draw(t, "text")
		query := rapid.StringOf(rapid.SampledFrom([]rune("数据析习ab cxs"))).Draw(t, "query")
		var whole strings.Builder
		for _, p := range marks(text, parse(query)) {
			if p.Text == "" {
				t.Fatal("an empty piece")
			}
			whole.WriteString(p.Text)
		}
		if whole.String() != text {
			t.Fatalf("%q becomes %q", text, whole.String())
		}
	})
}

// Whatever slip was made, the word and what was typed share a spelling; and what
// shares one is told apart from two slips.
func TestEverySlipIsFound(t *testing.T) {
	letters := rapid.SampledFrom([]rune("abcde"))
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(letters, 4, 10, -1).Draw(t, "word")
		i := rapid.IntRange(0, len(word)-1).Draw(t, "place")
		x := string(letters.Draw(t, "letter"))
		slips := []string{word[:i] + word[i+1:], word[:i] + x + word[i:], word[:i] + x + word[i+1:]}
		if i+1 < len(word) {
			slips = append(slips, word[:i]+word[i+1:i+2]+word[i:i+1]+word[i+2:])
		}
		for _, typed := range slips {
			if typed == word {
				continue
			}
			if !oneSlip(word, typed) || !oneSlip(typed, word) {
				t.Fatalf("%s and %s are not one slip apart", word, typed)
			}
			have := spellings(word)
			if !slices.ContainsFunc(spellings(typed), func(s string) bool { return slices.Contains(have, s) }) {
				t.Fatalf("%s and %s share no spelling", word, typed)
			}
		}
	})
	for _, apart := range [][2]string{{"python", "pyhtno"}, {"python", "python"}, {"data", "daat1"}, {"abcd", "badc"}} {
		if oneSlip(apart[0], apart[1]) {
			t.Errorf("%v are one slip apart", apart)
		}
	}
}

func TestSoundsKnowUsualReadings(t *testing.T) {
	for text, want := range map[string][]string{"银行行长": {"yinhang", "hangzhang", "0yh", "0hz"}, "音乐": {"yinyue", "0yy", "0yl"}, "绿茶": {"lvcha", "0lc"}, "重庆": {"chongqing", "zhongqing", "0cq", "0zq"}} {
		have := sounds(text)
		for _, w := range want {
			if !slices.Contains(have, w) {
				t.Errorf("%s is not read %s: %v", text, w, have)
			}
		}
	}
	if n := len(sounds(strings.Repeat("行乐长重", 100))); n > soundRunes*4*(1+2*(2*soundReach+1)) {
		t.Errorf("%d sounds", n)
	}
}

func TestLettersAreCutIntoSyllables(t *testing.T) {
	for typed, want := range map[string]string{"xian": "", "shujuf": "shu ju f", "sjfx": "", "fangan": "fang an, fang a n, fan gan, fan ga n", "q": "", "sh": "", "shu": "shu"} {
		var got []string
		for _, c := range cuts(typed) {
			got = append(got, strings.Join(c, " "))
		}
		if typed == "xian" {
			if !slices.Contains(got, "xian") || !slices.Contains(got, "xi an") {
				t.Errorf("%s is cut %v", typed, got)
			}
			continue
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s is cut %v, want %s", typed, got, want)
		}
	}
	if n := len(heard(strings.Repeat("a", 50))); n > mostCuts+1 {
		t.Errorf("%d ways to hear it", n)
	}
}

func TestPrivateWordsAreNotCounted(t *testing.T) {
	for q, want := range map[string]bool{"13800138000": true, "138 0013 8000": true, "2024 年报": false, "写作": false} {
		if private(q) != want {
			t.Errorf("%s: %v", q, private(q))
		}
	}
}
