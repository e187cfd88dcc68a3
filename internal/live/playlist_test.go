package live

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestPlaylist(t *testing.T) {
	iv := bytes.Repeat([]byte{0xab}, 16)
	list := []Segment{
		{Seq: 7, KeyID: 1, IV: iv, MS: 2000, Breaks: 1},
		{Seq: 8, KeyID: 1, IV: iv, MS: 2040, Breaks: 1},
		{Seq: 9, KeyID: 2, IV: iv, MS: 3600, Fresh: true, Breaks: 2},
	}
	got := playlist(list, false, func(k int64) string { return fmt.Sprint("/k/", k) }, func(x Segment) string { return fmt.Sprint("/s/", x.Seq) })
	want := `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:1
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-KEY:METHOD=AES-128,URI="/k/1",IV=0xabababababababababababababababab
#EXTINF:2.000,
/s/7
#EXT-X-KEY:METHOD=AES-128,URI="/k/1",IV=0xabababababababababababababababab
#EXTINF:2.040,
/s/8
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=AES-128,URI="/k/2",IV=0xabababababababababababababababab
#EXTINF:3.600,
/s/9
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// The mark before the first segment is still in the list, so it is not counted.
	rest := playlist(list[2:], true, func(int64) string { return "" }, func(Segment) string { return "" })
	if !strings.Contains(rest, "DISCONTINUITY-SEQUENCE:1\n") || !strings.Contains(rest, "#EXT-X-DISCONTINUITY\n") || !strings.HasSuffix(rest, "#EXT-X-ENDLIST\n") {
		t.Error(rest)
	}
}

func TestSegmentsComeBackAsTheyWere(t *testing.T) {
	key, iv := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 16)
	for _, n := range []int{0, 1, 15, 16, 17, 188} {
		plain := bytes.Repeat([]byte{0x47}, n)
		sealed, err := encrypt(key, iv, bytes.Clone(plain))
		if err != nil || len(sealed)%16 != 0 || bytes.Contains(sealed, []byte{0x47, 0x47, 0x47, 0x47}) {
			t.Fatal(n, err)
		}
		if back, err := decrypt(key, iv, sealed); err != nil || !bytes.Equal(back, plain) {
			t.Fatal(n, err)
		}
	}
}

// A stored segment that was damaged is refused, never a panic.
func FuzzDecrypt(f *testing.F) {
	f.Add([]byte{}, []byte{1})
	f.Add(bytes.Repeat([]byte{3}, 16), bytes.Repeat([]byte{4}, 32))
	f.Fuzz(func(t *testing.T, iv, sealed []byte) {
		out, err := decrypt(bytes.Repeat([]byte{9}, 16), iv, bytes.Clone(sealed))
		if err == nil && len(out) >= len(sealed) {
			t.Fatal("no padding was taken off")
		}
	})
}

func TestWhatIsSaidIsTidied(t *testing.T) {
	if got := tidy("  你好\n\n世界 "); got != "你好 世界" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{
		"a\u202eb": "a b", "\u200b": "", "👨\u200d👩": "👨\u200d👩", "x\xffy": "xy",
	} {
		if got := tidy(in); got != want {
			t.Errorf("tidy(%q) = %q, want %q", in, got, want)
		}
	}
	if folded("Ｗeｉ 信，123！") != "wei信123" {
		t.Error(folded("Ｗeｉ 信，123！"))
	}
	for text, link := range map[string]bool{"看 http://x.y": true, "加 abc.com": true, "www.甲": true, "第 3.5 节": false, "a.b": false, "老师.谢谢": false} {
		if linkish.MatchString(text) != link {
			t.Errorf("%q: %v", text, !link)
		}
	}
}
