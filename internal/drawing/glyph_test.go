package drawing

import (
	"slices"
	"testing"
)

// What cannot be shown is known beforehand; rare characters of names can.
func TestRareCharactersArePrintable(t *testing.T) {
	for s, want := range map[string]string{"江小满": "", "㛃䶮喆堃龘𠮷": "", "Zoë Müller": "", "阿卜杜·热合曼": "", "小满🌊": "🌊", "अनु": "अ"} {
		if got := Unprintable(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// Lines end where Chinese and Latin typography let them.
func TestWrapsWhereLinesMayEnd(t *testing.T) {
	for _, c := range []struct {
		text string
		wide float64
		want []string
	}{
		{"把话写清楚", 3.1, []string{"把话写", "清楚"}},
		{"他说：「写清楚」。", 4.1, []string{"他说：", "「写清", "楚」。"}},
		{"用 React Native 写课", 5, []string{"用 React", "Native 写", "课"}},
		{"学了 1280 分钟", 4.1, []string{"学了", "1280 分", "钟"}},
		{"Donaudampfschifffahrt", 4, nil},
		{"", 4, []string{""}},
	} {
		got := Wrap(c.text, c.wide)
		if c.want == nil {
			for _, l := range got {
				if Width(l) > c.wide {
					t.Errorf("%q is wider than %v", l, c.wide)
				}
			}
			continue
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
