package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"zhizhou/internal/db"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
)

var (
	qLiveCovered  = db.Q("test/live_covered", `SELECT COALESCE(MAX(covered_ms), 0) FROM lesson_progress WHERE lesson_id = $1`)
	qLiveSegments = db.Q("test/live_segments", `SELECT COUNT(*) FROM live_segments WHERE lesson_id = $1`)
	qLiveTold     = db.Q("test/live_told", `SELECT COUNT(*) FROM live_reminders WHERE lesson_id = $1 AND sent_at > 0`)
)

// ear listens to a room as a browser does.
type ear struct {
	mu     sync.Mutex
	events []live.Event
	closed bool
}

func (p *person) ear(path string) *ear {
	p.w.t.Helper()
	h := http.Header{}
	h.Set("Cookie", p.w.cookies(p, path))
	h.Set("Origin", p.w.url)
	ctx, cancel := context.WithCancel(context.Background())
	conn, res, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(p.w.url, "http")+path, &websocket.DialOptions{HTTPHeader: h})
	if err != nil {
		raw, _ := io.ReadAll(res.Body)
		p.w.t.Fatalf("dial %s: %v %s", path, err, raw)
	}
	conn.SetReadLimit(1 << 20)
	p.w.t.Cleanup(func() { cancel(); _ = conn.CloseNow() })
	e := &ear{}
	go func() {
		for {
			_, frame, err := conn.Read(ctx)
			e.mu.Lock()
			if err != nil {
				e.closed = true
				e.mu.Unlock()
				return
			}
			var x live.Event
			if json.Unmarshal(frame, &x) == nil {
				e.events = append(e.events, x)
			}
			e.mu.Unlock()
		}
	}()
	return e
}

// heard tells whether an event came for which ok holds.
func (e *ear) heard(ok func(live.Event) bool) func() bool {
	return func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, x := range e.events {
			if ok(x) {
				return true
			}
		}
		return false
	}
}

func says(body string) func(live.Event) bool {
	return func(e live.Event) bool {
		for _, m := range e.Messages {
			if m.Body == body {
				return true
			}
		}
		return false
	}
}

// What is said is heard at once by who may be there, masked; what breaks the rules is
// not, and staff keep the room in order.
func TestLiveTalk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.liveLesson(false)
		at, desk := fmt.Sprintf("/api/lessons/%d/live", lesson), fmt.Sprintf("/api/console/lessons/%d/live", lesson)
		p, q, stranger := w.learner("13900002101", nil), w.learner("13900002102", nil), w.learner("13900002103", nil)
		p.buy(w.sku)
		q.buy(w.sku)
		owner := w.teacher("operator", 0)
		say := func(who *person, status int, code, kind, body string) answer {
			return who.want(status, code, "POST", at+"/messages", map[string]any{"kind": kind, "body": body})
		}
		do := func(status int, code, path string, body map[string]any) {
			owner.want(status, code, "POST", desk+"/"+path, body)
		}

		talk := p.want(200, "", "GET", at, nil).str("talk_url")
		stranger.want(403, "lesson_locked", "GET", talk, nil)
		w.person(nil).want(403, "lesson_locked", "GET", talk, nil)
		if res, err := http.DefaultClient.Do(crossSite(w, p, talk)); err != nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("another site's page may listen: %v %v", res, err)
		}
		e, desked := p.ear(talk), owner.ear(fmt.Sprintf("/api/console/live/%d/talk", lesson))
		if n := p.want(200, "", "GET", at, nil).num("online"); n != 1 {
			t.Errorf("%v are counted as listening, the teacher among them", n)
		}
		m := say(q, 200, "", "chat", "老师  好\u202e！")
		if m.str("body") != "老师 好 ！" || strings.Contains(m.str("name"), "2102") || m.at("teacher") != false {
			t.Error(m.raw)
		}
		w.until("the other hears it", e.heard(says("老师 好 ！")))
		w.until("the desk hears it", desked.heard(says("老师 好 ！")))
		say(stranger, 403, "lesson_locked", "chat", "我没买")
		say(q, 422, "message_invalid", "chat", " ")
		say(q, 422, "message_invalid", "chat", "加我 www.example.com")
		say(q, 422, "message_invalid", "chat", "老师好!")
		owner.want(200, "", "POST", desk+"/messages", map[string]any{"body": "欢迎，讲义在 https://school.example"})
		w.until("the teacher is marked", e.heard(func(x live.Event) bool {
			return len(x.Messages) > 0 && x.Messages[0].Teacher && strings.Contains(x.Messages[0].Body, "欢迎")
		}))

		// The school's own words, however they are written; who teaches is not held to them.
		head := w.staff("owner")
		words := func(status int, list ...string) answer {
			now := head.want(200, "", "GET", "/api/console/settings/talk", nil)
			return head.want(status, "", "PUT", "/api/console/settings/talk", map[string]any{"version": now.num("version"), "value": map[string]any{"words": append([]string{}, list...)}})
		}
		words(422, "，！")
		if a := words(200, " 代写 ", "", "代写", "VX"); a.raw == "" || len(a.at("value", "words").([]any)) != 2 {
			t.Error(a.raw)
		}
		say(q, 422, "message_invalid", "chat", "找我代 写作业")
		say(q, 422, "message_invalid", "question", "加ｖｘ吗")
		owner.want(200, "", "POST", desk+"/messages", map[string]any{"body": "请不要找人代写"})
		owner.want(403, "", "PUT", "/api/console/settings/talk", map[string]any{"version": 1, "value": map[string]any{"words": []string{}}})
		words(200)

		// Who keeps order knows whom; the room reads the name masked.
		nick := q.want(200, "", "GET", "/api/me", nil).str("nickname")
		if v := owner.want(200, "", "GET", desk, nil); !strings.Contains(v.raw, nick) {
			t.Error("the desk cannot tell learners apart", v.raw)
		}
		if v := w.schoolStaff("finance").do("GET", desk, nil); strings.Contains(v.raw, nick) {
			t.Error("finance reads names", v.raw)
		}
		if v := p.want(200, "", "GET", at, nil); strings.Contains(v.raw, nick) || v.num("online") != 1 {
			t.Error("the room reads names, or counts the desk", v.raw)
		}

		ask := say(p, 200, "", "question", "邮件标题怎么写？")
		do(204, "", "screen", map[string]any{"message_id": ask.num("id")})
		w.until("the question is on the screen", e.heard(func(x live.Event) bool {
			return x.Room != nil && x.Room.OnScreen != nil && x.Room.OnScreen.ID == ask.num("id")
		}))
		do(204, "", "answered", map[string]any{"message_id": ask.num("id")})
		do(404, "message_gone", "answered", map[string]any{"message_id": ask.num("id")})
		do(204, "", "notice", map[string]any{"text": "九点答疑"})
		do(204, "", "card", map[string]any{"product_id": w.product(w.paid)})
		do(404, "product_gone", "card", map[string]any{"product_id": 1})
		w.until("notice and card", e.heard(func(x live.Event) bool {
			return x.Room != nil && x.Room.Notice == "九点答疑" && x.Room.Card != nil && x.Room.Card.PriceFen == 16900 && x.Room.Card.CourseID == w.paid
		}))

		do(204, "", "hide", map[string]any{"message_id": m.num("id")})
		w.until("what is taken down is gone", e.heard(func(x live.Event) bool {
			return len(x.Messages) > 0 && x.Messages[0].ID == m.num("id") && x.Messages[0].Hidden && x.Messages[0].Body == ""
		}))
		if v := p.want(200, "", "GET", at, nil); strings.Contains(v.raw, "老师 好") {
			t.Error("a message that was taken down is still told")
		}
		do(204, "", "mute", map[string]any{"user_id": q.id(), "on": true})
		say(q, 403, "live_muted", "chat", "还能说吗")
		do(204, "", "mute", map[string]any{"user_id": q.id(), "on": false})
		for i := range 8 {
			if a := p.do("POST", at+"/messages", map[string]any{"kind": "chat", "body": fmt.Sprintf("第 %d 句", i)}); a.status == 429 {
				break
			} else if i > 4 {
				t.Error("a flood is not held up")
			}
		}
		// Somebody else's course is nobody's business.
		w.teacher("instructor", 77).want(404, "", "GET", desk, nil)
		w.sound()
	})
}

func crossSite(w *world, p *person, path string) *http.Request {
	r, err := http.NewRequest("GET", w.url+path, nil)
	w.ok(err)
	for k, v := range map[string]string{
		"Cookie": w.cookies(p, path), "Origin": "https://elsewhere.example", "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
	} {
		r.Header.Set(k, v)
	}
	return r
}

// A server that dies in mid-stream is back with the next push: the numbers go on, the
// break is marked, and the viewer's address still holds.
func TestLiveGoesOnAfterARestart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.liveLesson(false)
		p := w.learner("13900002201", nil)
		p.buy(w.sku)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		enc := w.encoder(ctx, w.streamName(lesson), 600, "8")
		w.ok(enc.Start())
		w.until("two segments", func() bool { return w.liveRow(lesson).NextSeq >= 2 })
		play := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/live/play", lesson), nil)
		dead := w.app
		w.stop()
		w.restart(dead.Config.DatabaseURL)
		_ = enc.Wait() // its line is gone
		dead.Live.Close()
		before := w.liveRow(lesson)
		if before.State != "live" {
			t.Fatalf("%+v", before)
		}
		w.takeStreams()
		w.air(lesson, 5)
		list := p.want(200, "", "GET", play.str("playlist_url"), nil).raw
		row := w.liveRow(lesson)
		if row.NextSeq < before.NextSeq+2 || row.Breaks != 1 || strings.Count(list, "#EXT-X-DISCONTINUITY\n") != 1 || strings.Contains(list, "ENDLIST") {
			t.Errorf("%+v → %+v\n%s", before, row, list)
		}
		w.sound()
	})
}

// Attendance is what was aired while somebody was there, by the server's clock
// (INV-22); the recording becomes the replay, which goes on in the same progress.
func TestLiveAttendanceAndReplay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.liveLesson(true)
		at, desk := fmt.Sprintf("/api/lessons/%d/live", lesson), fmt.Sprintf("/api/console/lessons/%d/live", lesson)
		p, owner := w.learner("13900002301", nil), w.teacher("operator", 0)
		p.buy(w.sku)
		told := []live.Reminder{}
		w.app.Live.OnRemind(func(_ context.Context, _ *db.Tx, r live.Reminder) error { told = append(told, r); return nil })
		p.want(204, "", "PUT", at+"/reminder", map[string]any{"on": true})
		w.clock.Advance(time.Minute)
		w.ok(w.app.Live.Sweep(context.Background()))
		w.ok(w.app.Live.Sweep(context.Background()))
		if len(told) != 1 || told[0].UserID != p.id() || w.count(qLiveTold, lesson) != 1 {
			t.Errorf("reminders: %+v", told)
		}
		w.air(lesson, 4)
		play := p.want(200, "", "POST", at+"/play", nil).num("play_id")
		beat := func(status int, code string) int64 {
			return p.want(status, code, "POST", at+"/beat", map[string]any{"play_id": play}).num("attended_ms")
		}
		if beat(200, "") != 0 {
			t.Error("credited before anything was seen")
		}
		w.clock.Advance(12 * time.Second)
		w.air(lesson, 6)
		first := w.liveRow(lesson).AiredMS
		if got := beat(200, ""); got < 5500 || got > 6500 || beat(200, "") != got || w.count(qLiveCovered, lesson) != got {
			t.Errorf("attended %d ms, covered %d", got, w.count(qLiveCovered, lesson))
		}
		// Nothing is earned by beats when nothing is aired, nor by another's play.
		w.clock.Advance(12 * time.Second)
		if got := beat(200, ""); got > 6500 {
			t.Errorf("%d ms by waiting", got)
		}
		q := w.learner("13900002302", nil)
		q.buy(w.sku)
		q.want(404, "play_not_found", "POST", at+"/beat", map[string]any{"play_id": play})
		p.want(409, "sign_in_closed", "POST", at+"/sign-in", nil)
		owner.want(204, "", "POST", desk+"/sign-in", map[string]any{"minutes": 3})
		p.want(204, "", "POST", at+"/sign-in", nil)
		p.want(204, "", "POST", at+"/sign-in", nil)
		if v := owner.want(200, "", "GET", desk, nil); v.num("signed_in") != 1 || v.num("came") != 1 || v.str("stream_key") != w.streamName(lesson) {
			t.Error(v.raw)
		}
		if rows := owner.want(200, "", "GET", desk+"/attendance", nil).at("items").([]any); len(rows) != 1 || rows[0].(map[string]any)["sign_ins"] != 1.0 {
			t.Error(rows)
		}

		owner.want(204, "", "POST", desk+"/end", map[string]any{})
		owner.want(409, "live_over", "POST", desk+"/end", map[string]any{})
		p.want(409, "live_over", "POST", at+"/play", nil)
		pushes := w.count(qLivePushes, lesson)
		if !w.refusedPush(w.streamName(lesson)) || w.count(qLivePushes, lesson) != pushes {
			t.Error("a room that has ended took a push")
		}
		w.replay(lesson)
		row := w.liveRow(lesson)
		a := must(w.app.Media.Asset(context.Background(), row.AssetID))(t)
		if row.Recording != "made" || a.DurationMS < first-700 || a.DurationMS > first+700 {
			t.Errorf("replay of %d ms, aired %d: %+v", a.DurationMS, first, row)
		}
		view := p.want(200, "", "GET", at, nil)
		if view.str("state") != "replay" {
			t.Error(view.raw)
		}
		again := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/play", lesson), nil)
		p.want(200, "", "GET", again.str("playlist_url"), nil)
		q.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", lesson), nil)
		w.sound()
		w.clock.Advance(2 * time.Hour)
		w.ok(w.app.Live.Sweep(context.Background()))
		if n := w.count(qLiveSegments, lesson); n != 0 {
			t.Errorf("%d segments stay behind", n)
		}
		w.sound()
	})
}

// replay runs the jobs until the recording can be watched.
func (w *world) replay(lessonID int64) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.ok(w.app.Jobs.Start(ctx))
	defer func() { _ = w.app.Jobs.Stop(context.Background()) }()
	w.until("the replay", func() bool {
		row := w.liveRow(lessonID)
		if row.AssetID == 0 {
			return false
		}
		a, err := w.app.Media.Asset(ctx, row.AssetID)
		if err != nil && !errors.Is(err, media.ErrAssetNone) || a.Status == media.StatusFailed {
			w.t.Fatalf("%v %+v", err, a)
		}
		return a.Status == media.StatusReady
	})
}

// A room that falls silent ends by itself; one that nobody recorded keeps no more
// than what is being watched.
func TestLiveEndsByItself(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.liveLesson(false)
		w.air(lesson, 30)
		w.clock.Advance(3 * time.Minute)
		w.ok(w.app.Live.Sweep(context.Background()))
		if row := w.liveRow(lesson); row.State != "live" || w.count(qLiveSegments, lesson) != 8 {
			t.Errorf("%+v, %d segments", row, w.count(qLiveSegments, lesson))
		}
		p := w.learner("13900002401", nil)
		p.buy(w.sku)
		if v := p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d/live", lesson), nil); v.str("state") != "paused" {
			t.Error(v.raw)
		}
		w.clock.Advance(10 * time.Minute)
		w.ok(w.app.Live.Sweep(context.Background()))
		w.ok(w.app.Live.Sweep(context.Background()))
		if row := w.liveRow(lesson); row.State != "ended" || row.Recording != "off" || w.count(qLiveSegments, lesson) != 0 {
			t.Errorf("%+v, %d segments", row, w.count(qLiveSegments, lesson))
		}
		w.sound()
	})
}
