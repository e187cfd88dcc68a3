package drawing

import "testing"

// What cannot be shown is known beforehand; rare characters of names can.
func TestRareCharactersArePrintable(t *testing.T) {
	for s, want := range map[string]string{"江小满": "", "㛃䶮喆堃龘𠮷": "", "Zoë Müller": "", "阿卜杜·热合曼": "", "小满🌊": "🌊", "अनु": "अ"} {
		if got := Unprintable(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
