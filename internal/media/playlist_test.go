package media

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"strings"
	"testing"
)

func TestMediaPlaylist(t *testing.T) {
	seg := Segments{MS: []int64{6000, 6040, 1}, IV: bytes.Repeat([]byte{0xab}, 48), Every: 2, Keys: []int64{7, 8}}
	got := mediaPlaylist(seg, func(k int64) string { return fmt.Sprint("/k/", k) }, func(n int) string { return fmt.Sprint("/s/", n) })
	iv := strings.Repeat("ab", 16)
	want := "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:7\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n" +
		"#EXT-X-KEY:METHOD=AES-128,URI=\"/k/7\",IV=0x" + iv + "\n#EXTINF:6.000,\n/s/0\n" +
		"#EXT-X-KEY:METHOD=AES-128,URI=\"/k/7\",IV=0x" + iv + "\n#EXTINF:6.040,\n/s/1\n" +
		"#EXT-X-KEY:METHOD=AES-128,URI=\"/k/8\",IV=0x" + iv + "\n#EXTINF:0.001,\n/s/2\n#EXT-X-ENDLIST\n"
	if got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []Segments{{}, {MS: []int64{1}, Every: 1, Keys: []int64{1}}, {MS: []int64{1}, IV: make([]byte, 16), Every: 0, Keys: []int64{1}}, {MS: []int64{1, 1}, IV: make([]byte, 32), Every: 1, Keys: []int64{1}}} {
		if bad.valid() {
			t.Errorf("%+v is taken for a list", bad)
		}
	}
}

func TestEncryptSegment(t *testing.T) {
	key, iv := []byte("0123456789abcdef"), []byte("fedcba9876543210")
	for _, n := range []int{0, 1, 15, 16, 17, 188} {
		plain := bytes.Repeat([]byte{0x47}, n)
		enc, err := encryptSegment(key, iv, plain)
		if err != nil || len(enc) != n/16*16+16 {
			t.Fatalf("%d bytes became %d: %v", n, len(enc), err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(enc, enc)
		pad := int(enc[len(enc)-1])
		if pad < 1 || pad > 16 || !bytes.Equal(enc[:len(enc)-pad], plain) {
			t.Fatalf("%d bytes do not come back", n)
		}
	}
	if _, err := encryptSegment(key[:8], iv, nil); err == nil {
		t.Fatal("a short key was accepted")
	}
}

func FuzzPlaylist(f *testing.F) {
	for _, seed := range []string{"", "#EXTM3U", "#EXTM3U\n#EXTINF:6.0,\n00000.ts\n", "#EXTM3U\r\n#EXTINF:6,\r\na.ts\r\n#EXTINF:1e3,x\nb.ts", "#EXTM3U\n#EXTINF:NaN,\na.ts", "#EXTM3U\n#EXTINF:1,\n../../etc/passwd", "#EXTM3U\n#EXTINF:1,\nhttp://x/a.ts", "#EXTM3U\na.ts"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		files, ms, err := parsePlaylist(text)
		if err != nil {
			return
		}
		if len(files) == 0 || len(files) != len(ms) {
			t.Fatalf("%d files, %d durations", len(files), len(ms))
		}
		for i, name := range files {
			if strings.ContainsAny(name, "/\\:") || name == ".." || ms[i] < 0 || ms[i] > 3600_000 {
				t.Fatalf("%q %d", name, ms[i])
			}
		}
	})
}
