package media

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

// What people record with, small: each becomes a lesson that plays, of the length, shape
// and kind that it has.
func TestFilesOfManyKinds(t *testing.T) {
	out, err := exec.Command("ffmpeg", "-hide_banner", "-encoders").Output()
	if err != nil {
		t.Fatal(err)
	}
	both := func(size string, more ...string) []string {
		return append(append(picture(size, 2), sound(2)...), more...)
	}
	cases := map[string]struct {
		file    string
		args    []string
		encoder string // "": every ffmpeg has it
		kind    string
		w, h    int64
		names   string
	}{
		"portrait":      {"a.mp4", both("180x320"), "", "video", 180, 320, "180p audio"},
		"60 fps":        {"a.mp4", []string{"-f", "lavfi", "-i", "testsrc2=size=320x180:rate=60:duration=2"}, "", "video", 320, 180, "180p"},
		"hevc":          {"a.mp4", both("320x180", "-c:v", "libx265", "-x265-params", "log-level=none", "-preset", "ultrafast"), "libx265", "video", 320, 180, "180p audio"},
		"vp9 and opus":  {"a.webm", both("320x180", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"), "libvpx-vp9", "video", 320, 180, "180p audio"},
		"mpeg4 in mkv":  {"a.mkv", both("320x180", "-c:v", "mpeg4", "-c:a", "libmp3lame"), "", "video", 320, 180, "180p audio"},
		"mp3":           {"a.mp3", append(sound(2), "-c:a", "libmp3lame"), "", "audio", 0, 0, "audio"},
		"m4a":           {"a.m4a", sound(2), "", "audio", 0, 0, "audio"},
		"wav":           {"a.wav", sound(2), "", "audio", 0, 0, "audio"},
		"flac":          {"a.flac", sound(2), "", "audio", 0, 0, "audio"},
		"ogg opus":      {"a.ogg", append(sound(2), "-c:a", "libopus"), "libopus", "audio", 0, 0, "audio"},
		"ogg vorbis":    {"a.ogg", append(sound(2), "-c:a", "libvorbis"), "libvorbis", "audio", 0, 0, "audio"},
		"mp3 and cover": {"a.mp3", append(append(sound(2), picture("64x64", 1)...), "-map", "0:a", "-map", "1:v", "-frames:v", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic", "-c:a", "libmp3lame"), "", "audio", 0, 0, "audio"},
	}
	d, err := db.Open(context.Background(), testkit.DSN(t, testkit.Engines(t)[0]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	r := newRig(t, d)
	ran := 0
	for name, c := range cases {
		if c.encoder != "" && !strings.Contains(string(out), " "+c.encoder+" ") {
			t.Logf("%s: this ffmpeg cannot make one", name)
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) {
			assetID := r.upload(t, film(t, c.file, c.args...))
			if err := r.transcodeJob(context.Background(), Transcode{AssetID: assetID}); err != nil {
				t.Fatal(err)
			}
			a := r.asset(t, assetID)
			if a.Status != StatusReady || a.Kind != c.kind || a.Width != c.w || a.Height != c.h || a.DurationMS < 1900 || a.DurationMS > 2200 {
				t.Fatalf("%+v", a)
			}
			have := r.full(t, assetID)
			for _, want := range strings.Fields(c.names) {
				if have[want] == 0 {
					t.Errorf("no %s in %v", want, have)
				}
			}
			if len(have) != len(strings.Fields(c.names)) {
				t.Errorf("%v", have)
			}
		})
	}
	if ran < 9 {
		t.Errorf("only %d kinds could be made", ran)
	}
}

// Files that are two things at once are what the decoder finds in them, or nothing.
func TestFilesInDisguise(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		addr, visited := trap(t)
		wav := film(t, "a.wav", sound(1)...)
		flac := film(t, "a.flac", sound(1)...)
		for name, raw := range map[string][]byte{
			"a playlist behind the mark of mp3": []byte("ID3\x03\x00\x00\x00\x00\x00\x00#EXTM3U\n#EXTINF:1,\nhttp://" + addr + "/a.ts\n"),
			"a page behind the mark of ogg":     []byte("OggS" + strings.Repeat("\x00", 24) + "<html><script>fetch('http://" + addr + "')</script>"),
			"half a wav header":                 wav[:30],
			"half a flac header":                flac[:40],
			"an archive named mp3":              append([]byte("PK\x03\x04"), make([]byte, 5000)...),
		} {
			u, err := r.FinishUpload(context.Background(), r.received(t, "课.mp3", PurposeVideo, raw))
			if !errors.Is(err, ErrBroken) && !errors.Is(err, ErrCodec) || u.Status != UploadRefused {
				t.Errorf("%s: %v %+v", name, err, u)
			}
			if visited() {
				t.Errorf("%s made us connect", name)
			}
		}
		// A sound with a program hung on behind is a sound: what is served is made anew.
		assetID := r.upload(t, append(append([]byte{}, wav...), "#!/bin/sh\nrm -rf /\n<script>alert(1)</script>"...))
		if err := r.transcodeJob(context.Background(), Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		if a := r.asset(t, assetID); a.Status != StatusReady || a.Kind != "audio" {
			t.Fatalf("%+v", a)
		}
	})
}

// Keys are asked for with the place that they open (INV-22).
func TestINV22KeysKnowTheirPlace(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		assetID := r.upload(t, film(t, "a.wav", sound(9)...))
		if err := r.transcodeJob(ctx, Transcode{AssetID: assetID}); err != nil {
			t.Fatal(err)
		}
		_, seg, err := r.rendition(ctx, r.full(t, assetID)["audio"])
		if err != nil || len(seg.Keys) < 2 {
			t.Fatal(seg, err)
		}
		ahead := errors.New("ahead")
		var asked []int64
		r.OnKey(func(_ context.Context, _ Token, fromMS int64) error {
			asked = append(asked, fromMS)
			if fromMS > 0 {
				return ahead
			}
			return nil
		})
		if _, err := r.Key(ctx, Token{User: 1, Asset: assetID, Key: seg.Keys[0]}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Key(ctx, Token{User: 1, Asset: assetID, Key: seg.Keys[1]}); !errors.Is(err, ahead) {
			t.Fatalf("%v", err)
		}
		if want := seg.MS[0] + seg.MS[1]; len(asked) != 2 || asked[0] != 0 || asked[1] != want {
			t.Fatalf("asked for %v, want 0 and %d", asked, want)
		}
	})
}
