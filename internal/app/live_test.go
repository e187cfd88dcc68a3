package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/live"
)

var (
	qLivePushes = db.Q("test/live_pushes", `SELECT COUNT(*) FROM live_pushes WHERE lesson_id = $1`)
	qLiveRoom   = db.Q("test/live_room", `SELECT state, recording, asset_id, next_seq, breaks, aired_ms FROM live_rooms WHERE lesson_id = $1`)
)

type liveRow struct {
	State, Recording         string
	AssetID, NextSeq, Breaks int64
	AiredMS                  int64 `db:"aired_ms"`
}

func (w *world) liveRow(lessonID int64) liveRow {
	w.t.Helper()
	var r liveRow
	w.ok(w.app.DB.Get(context.Background(), qLiveRoom, &r, lessonID))
	return r
}

// liveLesson adds a live lesson to the paid course that starts in ten minutes, and
// opens the port of encoders.
func (w *world) liveLesson(record bool) int64 {
	w.t.Helper()
	ctx := audit.WithActor(context.Background(), audit.Actor{Kind: "system", Name: "测试"})
	parts := must(w.app.Catalog.Outline(ctx, w.paid))(w.t)
	lessonID := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, parts[0].ID, "直播答疑", catalog.Live))(w.t)
	w.ok(w.app.Live.SavePlan(ctx, 0, lessonID, live.Plan{StartsAt: w.clock.Now().Add(10 * time.Minute).UnixMilli(), PlannedMS: 3600_000, Record: record}))
	w.takeStreams()
	return lessonID
}

func (w *world) takeStreams() {
	w.t.Helper()
	w.ok(w.app.Live.Listen("127.0.0.1:0"))
	w.t.Cleanup(w.app.Live.Close)
}

func (w *world) streamName(lessonID int64) string {
	w.t.Helper()
	return must(w.app.Live.StreamName(context.Background(), 0, lessonID))(w.t)
}

// encoder is a real ffmpeg that pushes a test picture with a tone; speed "" is as fast as it goes.
func (w *world) encoder(ctx context.Context, name string, seconds int, speed string) *exec.Cmd {
	args := []string{"-nostdin", "-v", "error"}
	input := func(of string) {
		if speed != "" {
			args = append(args, "-readrate", speed)
		}
		args = append(args, "-f", "lavfi", "-i", of)
	}
	input("testsrc=size=160x90:rate=10")
	input("sine=frequency=440:sample_rate=44100")
	args = append(args, "-t", fmt.Sprint(seconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-keyint_min", "20", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k",
		"-f", "flv", "rtmp://"+w.app.Live.Addr()+"/live/"+name)
	return exec.CommandContext(ctx, "ffmpeg", args...)
}

// air sends seconds of a lesson as fast as it goes, and waits until all is stored.
func (w *world) air(lessonID int64, seconds int) {
	w.t.Helper()
	before := must(w.app.Live.Room(context.Background(), lessonID))(w.t).NextSeq
	if out, err := w.encoder(context.Background(), w.streamName(lessonID), seconds, "").CombinedOutput(); err != nil {
		w.t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	// A short push may be written out whole before the room has even heard of it.
	w.until("the push is over", func() bool {
		r := must(w.app.Live.Room(context.Background(), lessonID))(w.t)
		return r.PushID == 0 && r.NextSeq > before
	})
}

// refusedPush tells that a push is cut off. It would last ten seconds: a short one is
// written out whole before the encoder can hear of the refusal.
func (w *world) refusedPush(name string) bool {
	w.t.Helper()
	return w.encoder(context.Background(), name, 10, "1").Run() != nil
}

func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatal("waited in vain: " + what)
		}
	}
}

var (
	segmentLine = regexp.MustCompile(`(?m)^/media/ls/.*$`)
	keyLine     = regexp.MustCompile(`URI="([^"]+)"`)
)

// From the encoder to a decoded picture: a wrong key and a stranger are refused,
// the address is the viewer's own, and a refund in mid-stream stops it (INV-17,
// INV-19, INV-20).
func TestLiveFromEncoderToPicture(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.liveLesson(false)
		at := fmt.Sprintf("/api/lessons/%d/live", lesson)
		if !w.refusedPush(w.streamName(lesson) + "0") {
			t.Error("a wrong key was taken")
		}
		if w.count(qLivePushes, lesson) != 0 {
			t.Error("a refused push left a trace")
		}
		stranger, p := w.learner("13900002001", nil), w.learner("13900002002", nil)
		no, _ := p.buy(w.sku)
		p.want(409, "live_not_yet", "POST", at+"/play", nil)
		if v := stranger.want(200, "", "GET", at, nil); v.at("allowed") != false || v.str("talk_url") != "" || v.str("state") != "scheduled" {
			t.Error(v.raw)
		}
		w.air(lesson, 9)
		row := w.liveRow(lesson)
		if row.State != "live" || row.NextSeq < 4 || row.AiredMS < 8500 || row.AiredMS > 9500 {
			t.Fatalf("room: %+v", row)
		}
		stranger.want(403, "lesson_locked", "POST", at+"/play", nil)
		play := p.want(200, "", "POST", at+"/play", nil)
		list := p.want(200, "", "GET", play.str("playlist_url"), nil).raw
		if !strings.Contains(list, "#EXT-X-MEDIA-SEQUENCE:0\n") || strings.Contains(list, "ENDLIST") || len(segmentLine.FindAllString(list, -1)) != int(row.NextSeq) {
			t.Fatal(list)
		}
		key := keyLine.FindStringSubmatch(list)[1]
		if got := p.want(200, "", "GET", key, nil); len(got.raw) != 16 {
			t.Errorf("key of %d bytes", len(got.raw))
		}
		// The segments are no film to whoever has their address alone.
		segment := segmentLine.FindString(list)
		if raw := w.person(nil).want(200, "", "GET", segment, nil).raw; len(raw)%16 != 0 || raw[0] == 0x47 && raw[188] == 0x47 {
			t.Error("segments are not encrypted")
		}
		w.person(nil).want(404, "live_key_gone", "GET", strings.Replace(segment, "/ls/", "/ls/x", 1), nil)
		stranger.want(403, "media_wrong_user", "GET", play.str("playlist_url"), nil)
		stranger.want(403, "media_wrong_user", "GET", key, nil)
		w.person(nil).want(403, "media_wrong_user", "GET", key, nil)
		w.decode(p, play.str("playlist_url"))

		finance := w.staff("finance")
		p.with("live-back-1").want(200, "", "POST", "/api/orders/"+no+"/refunds", map[string]any{"reason": "不适合我"})
		item := finance.want(200, "", "GET", "/api/console/refunds?status=requested", nil).at("items").([]any)[0].(map[string]any)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%d/decide", int64(item["id"].(float64))), map[string]any{"approve": true, "reply": "已同意"})
		p.want(403, "lesson_locked", "GET", play.str("playlist_url"), nil)
		p.want(403, "lesson_locked", "GET", key, nil)
		w.sound()
	})
}

// decode plays the stream with ffprobe, as a native player does.
func (w *world) decode(p *person, path string) {
	w.t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-headers", "Cookie: "+w.cookies(p, path)+"\r\n", "-show_entries", "stream=codec_name,width", "-of", "compact=p=0:nk=1", "-read_intervals", "%+2", w.url+path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "h264|160") || !strings.Contains(string(out), "aac") {
		w.t.Fatalf("ffprobe: %v\n%s", err, out)
	}
}

// cookies returns the cookies of a person as a header.
func (w *world) cookies(p *person, path string) string {
	w.t.Helper()
	var b bytes.Buffer
	for _, c := range p.http.Jar.Cookies(must(url.Parse(w.url + path))(w.t)) {
		fmt.Fprintf(&b, "%s=%s; ", c.Name, c.Value)
	}
	return b.String()
}
