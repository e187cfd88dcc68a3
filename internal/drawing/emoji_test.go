package drawing

import (
	"bytes"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// Joined emoji become their first, and none wears a tone of skin; letters stay what they are.
func TestEmojiDegrade(t *testing.T) {
	for s, want := range map[string]string{
		"小满🌊":      "小满🌊",
		"👩‍💻写代码":   "👩写代码",
		"👨‍👩‍👧‍👦家": "👨家",
		"👩🏽‍🚀":     "👩",
		"赞👍🏿":      "赞👍",
		"❤️阿舟":     "❤阿舟",
		"1️⃣号":     "1号",
		"🇨🇳":       "🇨🇳",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F": "🏴",
		"अनु":      "",
		"甲\u200D乙": "甲乙",
		"🏽":        "",
	} {
		if got := Printable(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
	}
	if Unprintable("小满🌊") != "🌊" {
		t.Error("an emoji in a name that is attested")
	}
}

// Letters and emoji stand on one line; GOLDEN=1 keeps what is drawn now as what is expected.
func TestEmojiPicture(t *testing.T) {
	p := NewPicture(640, 220)
	p.Block(0, 0, 640, 220, color.RGBA{0xFB, 0xF4, 0xEA, 0xFF})
	ink := color.RGBA{0x1F, 0x23, 0x29, 0xFF}
	p.Write(20, 70, Type{Size: 48, Color: ink}, Printable("江小满🌊👩‍💻❤️👍🏽🎉"))
	p.Write(20, 140, Type{Size: 32, Bold: .02, Color: ink}, Printable("🇨🇳 从一碗米饭🍚开始 1️⃣🏴‍☠️"))
	p.Write(20, 195, Type{Size: 20, Color: ink}, Printable("⛵ 知舟 · 学完了「把话写清楚✍️」🥹"))
	file := filepath.Join("testdata", "emoji.png")
	if os.Getenv("GOLDEN") != "" {
		var b bytes.Buffer
		if err := png.Encode(&b, p); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != p.Bounds() {
		t.Fatalf("%v, not %v", p.Bounds(), want.Bounds())
	}
	// Machines round the edge of a curve differently, by a shade.
	differ := 0
	for y := range 220 {
		for x := range 640 {
			a, _, _, _ := p.At(x, y).RGBA()
			b, _, _, _ := want.At(x, y).RGBA()
			if d := int(a>>8) - int(b>>8); d > 8 || d < -8 {
				differ++
			}
		}
	}
	if differ > 50 {
		t.Errorf("%d pixels differ from %s", differ, file)
	}
}
