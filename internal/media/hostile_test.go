package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/testkit"
)

// trap listens and tells whether anybody came.
func trap(t *testing.T) (addr string, visited func() bool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hit := make(chan struct{}, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			hit <- struct{}{}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String(), func() bool {
		select {
		case <-hit:
			return true
		case <-time.After(100 * time.Millisecond):
			return false
		}
	}
}

func TestHostileUploads(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		addr, visited := trap(t)
		good := film(t, "a.mp4", picture("320x180", 1)...)
		for name, c := range map[string]struct {
			raw  []byte
			want *errs.E
		}{
			"playlist to a file":     {[]byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), ErrBroken},
			"playlist to an address": {[]byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://" + addr + "/a.ts\n#EXT-X-ENDLIST\n"), ErrBroken},
			"playlist with a key":    {[]byte("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://" + addr + "/k\"\n#EXTINF:1,\nhttp://" + addr + "/a.ts\n"), ErrBroken},
			"concat script":          {[]byte("ffconcat version 1.0\nfile http://" + addr + "/a.mp4\n"), ErrBroken},
			"concat of a file":       {[]byte("ffconcat version 1.0\nfile /etc/passwd\n"), ErrBroken},
			"dash":                   {[]byte(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>http://` + addr + `/</BaseURL></Representation></AdaptationSet></Period></MPD>`), ErrBroken},
			"svg":                    {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><image href="http://` + addr + `/x.png"/></svg>`), ErrBroken},
			"sdp":                    {[]byte("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"), ErrBroken},
			"picture":                {[]byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 200)), ErrBroken},
			"cut off":                {good[:len(good)/3], ErrBroken},
			"zeros":                  {make([]byte, 100_000), ErrBroken},
			"huge length":            {withDuration(t, good, 1_000_000), ErrTooLong},
			"too wide":               {film(t, "w.mp4", append(picture("2400x32", 1), "-c:v", "mpeg4")...), ErrTooLarge},
		} {
			t.Run(name, func(t *testing.T) {
				ctx := context.Background()
				tusID := r.received(t, "课.mp4", PurposeVideo, c.raw)
				u, err := r.FinishUpload(ctx, tusID)
				if !errors.Is(err, c.want) || u.Status != UploadRefused {
					t.Fatalf("%v, %+v", err, u)
				}
				if visited() {
					t.Fatal("the file made us connect")
				}
				if _, err := os.Stat(filepath.Join(r.UploadDir(), tusID)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the refused file stays: %v", err)
				}
				again, err := r.FinishUpload(ctx, tusID)
				if errs.CodeOf(err) != c.want.Code || again.ErrorMsg == "" {
					t.Errorf("asked again: %v", err)
				}
			})
		}
		list, _, err := r.Assets(context.Background(), AssetFilter{})
		if err != nil || len(list) != 0 {
			t.Fatalf("a refused file became an asset: %v %v", list, err)
		}
		// the net under the net: ffmpeg itself with what a probe would have refused
		path := filepath.Join(t.TempDir(), "x.mp4")
		if err := os.WriteFile(path, []byte("#EXTM3U\n#EXTINF:1,\nhttp://"+addr+"/a.ts\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		src := Source{DurationMS: 1000, Width: 320, Height: 180, FPSNum: 25, FPSDen: 1, Video: true}
		if _, err := r.encode(context.Background(), path, t.TempDir(), src, ladder(src)[0], 0, nil); !errors.Is(err, ErrBroken) || visited() {
			t.Fatalf("encode: %v", err)
		}
	})
}

// withDuration rewrites the movie header's length, in seconds.
func withDuration(t *testing.T, raw []byte, seconds uint32) []byte {
	t.Helper()
	out := bytes.Clone(raw)
	for _, box := range []string{"mvhd", "tkhd", "mdhd"} {
		at := bytes.Index(out, []byte(box))
		if at < 0 {
			t.Fatal("no " + box)
		}
		scale := binary.BigEndian.Uint32(out[at+16:])
		off := at + 20
		if box == "tkhd" {
			scale, off = 1000, at+24
		}
		binary.BigEndian.PutUint32(out[off:], uint32(min(uint64(scale)*uint64(seconds), 0xfffffff0)))
	}
	return out
}

func TestToolLimits(t *testing.T) {
	dir := t.TempDir()
	sh := func(script string, tl tool) error {
		path := filepath.Join(t.TempDir(), "tool")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // a test's own script
			t.Fatal(err)
		}
		tl.path, tl.dir = path, dir
		_, err := tl.run(context.Background(), "arg")
		return err
	}
	usual := tool{memory: 1 << 30, output: 1 << 20, timeout: 20 * time.Second}
	if err := sh(`[ "$1" = arg ] && [ -z "$SECRET" ] && [ "$PWD" = "`+dir+`" ]`, usual); err != nil {
		t.Errorf("a good tool: %v", err)
	}
	t.Setenv("SECRET", "x")
	if err := sh(`[ -z "$SECRET" ]`, usual); err != nil {
		t.Errorf("the environment leaks: %v", err)
	}
	quick := usual
	quick.timeout = 300 * time.Millisecond
	began := time.Now()
	if err := sh(`sleep 60 & sleep 60`, quick); !errors.Is(err, errToolTime) || time.Since(began) > 5*time.Second {
		t.Errorf("time: %v after %s", err, time.Since(began))
	}
	var te *toolError
	if err := sh(`head -c 4000000 /dev/zero > big`, usual); err == nil {
		t.Error("a file above the limit was written")
	}
	small := usual
	small.memory = 64 << 20
	if err := sh(`exec awk 'BEGIN { s = "x"; while (1) s = s s }'`, small); !errors.As(err, &te) && !errors.Is(err, errToolTime) {
		t.Errorf("memory: %v", err)
	}
	if err := sh(`i=0; while [ $i -lt 40 ]; do head -c 100000 /dev/zero > "f$i"; i=$((i+1)); done; sleep 15`, usual); !errors.Is(err, errToolOutput) {
		t.Errorf("many files: %v", err)
	}
	if err := sh(`echo why >&2; exit 3`, usual); !errors.As(err, &te) || te.killed() || te.text != "why" {
		t.Errorf("failure: %v", err)
	}
	if err := sh(`kill -9 $$`, usual); !errors.As(err, &te) || !te.killed() {
		t.Errorf("killed: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (tool{path: "/bin/true", dir: dir, memory: 1 << 30, output: 1 << 20, timeout: time.Second}).run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestUploadLimitsAndNames(t *testing.T) {
	s := &Service{lim: Limits{VideoBytes: 2 << 30}}
	s.lim.fill()
	for _, c := range []struct {
		in   UploadMeta
		want string
		name string
	}{
		{UploadMeta{"a.mp4", "video", 1}, "", "a.mp4"},
		{UploadMeta{"a.mp4", "video", 2<<30 + 1}, "file_too_big", ""},
		{UploadMeta{"a.mp4", "script", 1}, "upload_meta", ""},
		{UploadMeta{"", "video", 1}, "upload_meta", ""},
		{UploadMeta{"a", "image", 0}, "upload_meta", ""},
		{UploadMeta{"a", "image", -5}, "upload_meta", ""},
		{UploadMeta{`C:\Users\me\讲义.pdf`, "attachment", 1}, "", "讲义.pdf"},
		{UploadMeta{"../../etc/passwd", "video", 1}, "", "passwd"},
		{UploadMeta{"../../etc/passwd", "attachment", 1}, "file_type", ""},
		{UploadMeta{"../../etc/passwd.txt", "attachment", 1}, "", "passwd.txt"},
		{UploadMeta{"fdp.\u202eexe\x00\n.pdf", "attachment", 1}, "", "fdp.exe.pdf"},
		{UploadMeta{"..", "video", 1}, "", "file"},
		{UploadMeta{"..", "attachment", 1}, "file_type", ""},
		{UploadMeta{strings.Repeat("长", 300) + ".pdf", "attachment", 1}, "", strings.Repeat("长", 146) + ".pdf"},
	} {
		got, err := s.Check(c.in)
		if codeOf(err) != c.want || got.Name != c.name {
			t.Errorf("%.30q: %q %v", c.in.Name, got.Name, err)
		}
	}
	_, err := s.Check(UploadMeta{"a", "video", 3 << 30})
	var e *errs.E
	if !errors.As(err, &e) || e.Msg != "文件不能超过 2 GB" {
		t.Errorf("message: %v", fmt.Sprint(err))
	}
}
