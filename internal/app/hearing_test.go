package app_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/document/documenttest"
	"zhizhou/internal/media"
)

// silent makes an audio file in which nothing is said.
func silent(t *testing.T, seconds int) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.mp3")
	args := []string{"-v", "error", "-nostdin", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", strconv.Itoa(seconds), "-b:a", "8k", path}
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	return must(os.ReadFile(path))(t)
}

const told = `WEBVTT

00:01.000 --> 00:04.000
大家好，这一课讲<b>杠杆</b>

00:08.000 --> 00:12.000
支点在哪里

00:30.000 --> 00:34.000
省力就要多走路，这叫黄金法则。下一句还没有说

00:50.000 --> 00:55.000
最后说说滑轮
`

// audio puts a lesson that is heard into the paid course; it waits for the encoder.
func (w *world) audio(editor *person, seconds int, change map[string]any) (lessonID int64) {
	w.t.Helper()
	raw := silent(w.t, seconds)
	chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "路上听"))(w.t)
	lessonID = editor.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/lessons", w.paid), map[string]any{"chapter_id": chapter, "title": "省力的办法", "form": "audio"}).num("id")
	res, text := editor.send("课.mp3", "video", raw)
	if res.StatusCode != 204 {
		w.t.Fatalf("upload: %d %s", res.StatusCode, text)
	}
	asset := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(w.t)
	body := map[string]any{"title": "省力的办法", "is_free": false, "preview_ms": 10_000, "asset_id": asset}
	for k, v := range change {
		body[k] = v
	}
	editor.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", lessonID), body)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.ok(w.app.Jobs.Start(ctx))
	defer func() { _ = w.app.Jobs.Stop(context.Background()) }()
	w.until("the audio", func() bool {
		a, err := w.app.Media.Asset(ctx, asset)
		if err != nil || a.Status == media.StatusFailed {
			w.t.Fatalf("%v %+v", err, a)
		}
		return a.Status == media.StatusReady
	})
	return lessonID
}

func list(a answer, path ...string) []any { out, _ := a.at(path...).([]any); return out }

// What is said in a lesson is told to those who may open it, of a preview to its end,
// and to nobody after the refund (INV-19).
func TestINV19WhatIsSaidStopsAtThePreview(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson := w.audio(editor, 60, nil)
		at := func(format string, more ...any) string { return fmt.Sprintf(format, append([]any{lesson}, more...)...) }
		guest := w.person(nil)

		if v := guest.want(200, "", "GET", at("/api/lessons/%d/texts"), nil); v.at("transcript") != nil || len(list(v, "tracks")) != 0 {
			t.Fatalf("nothing was said yet: %s", v.raw)
		}
		put := func(kind, language, text string) answer {
			return editor.sends(at("/api/console/lessons/%d/captions?kind=%s&language=%s", kind, language), []byte(text))
		}
		for want, c := range map[string][3]string{
			"caption_plain": {"subtitle", "zh-CN", "没有时间"}, "caption_language": {"subtitle", "xx", told}, "第 3 行": {"transcript", "zh-CN", "WEBVTT\n\n00:09.000 --> 00:01.000\n反了"},
			"第 6 行": {"subtitle", "zh-CN", "WEBVTT\n\n00:01.000 --> 00:02.000\n前\n\n07:30.000 --> 07:31.000\n太晚"},
		} {
			if a := put(c[0], c[1], c[2]); a.status != 422 || !strings.Contains(a.raw, want) {
				t.Errorf("%v: %d %s", c, a.status, a.raw)
			}
		}
		if a := put("transcript", "zh-CN", told); a.status != 200 {
			t.Fatal(a.raw)
		}
		english := put("subtitle", "en", strings.ReplaceAll(told, "支点", "fulcrum")).num("id")
		marks := []map[string]any{{"at_ms": 40_000, "title": "黄金法则", "points": "省力不省功"}, {"at_ms": 0, "title": "开头"}}
		editor.want(204, "", "PUT", at("/api/console/lessons/%d/marks"), map[string]any{"marks": marks})
		editor.want(422, "marks_invalid", "PUT", at("/api/console/lessons/%d/marks"), map[string]any{"marks": []map[string]any{{"at_ms": 60_500, "title": "太晚"}}})
		editor.want(422, "marks_invalid", "PUT", at("/api/console/lessons/%d/marks"), map[string]any{"marks": []map[string]any{{"at_ms": 5, "title": "甲"}, {"at_ms": 5, "title": "乙"}}})

		v := guest.want(200, "", "GET", at("/api/lessons/%d/texts"), nil)
		if len(list(v, "marks")) != 1 || len(list(v, "transcript", "cues")) != 2 || v.at("transcript", "partial") != true || strings.Contains(v.raw, "黄金") {
			t.Fatalf("the preview is told %s", v.raw)
		}
		vtt := guest.want(200, "", "GET", at("/api/lessons/%d/tracks/%d/vtt", english), nil)
		if !strings.HasPrefix(vtt.raw, "WEBVTT\n") || !strings.Contains(vtt.raw, "讲<b>杠杆</b>") || strings.Contains(vtt.raw, "黄金") || !strings.HasPrefix(vtt.header.Get("Content-Type"), "text/vtt") {
			t.Fatalf("the preview's subtitle: %s", vtt.raw)
		}

		p := w.learner("13800139501", nil)
		no, _ := p.buy(w.sku)
		v = p.want(200, "", "GET", at("/api/lessons/%d/texts"), nil)
		if len(list(v, "marks")) != 2 || len(list(v, "transcript", "cues")) != 4 || v.at("transcript", "partial") != false || strings.Contains(v.raw, "<b>") {
			t.Fatalf("an owner is told %s", v.raw)
		}
		if cues := p.want(200, "", "GET", at("/api/lessons/%d/tracks/%d", english), nil); len(list(cues, "cues")) != 4 {
			t.Fatal(cues.raw)
		}
		p.want(404, "caption_gone", "GET", fmt.Sprintf("/api/lessons/%d/tracks/%d/vtt", w.openText, english), nil)

		// A text without times is for owners alone; it takes the place of the other one.
		if a := put("transcript", "en", "省力的办法，全文。\n\n杠杆与滑轮。"); a.status != 200 {
			t.Fatal(a.raw)
		}
		if v = guest.want(200, "", "GET", at("/api/lessons/%d/texts"), nil); strings.Contains(v.raw, "滑轮") || v.at("transcript", "partial") != true {
			t.Fatalf("the preview is told %s", v.raw)
		}
		if v = p.want(200, "", "GET", at("/api/lessons/%d/texts"), nil); !strings.Contains(v.str("transcript", "text"), "滑轮") {
			t.Fatal(v.raw)
		}
		if rows := editor.want(200, "", "GET", at("/api/console/lessons/%d/captions"), nil); len(list(rows, "items")) != 2 {
			t.Fatal(rows.raw)
		}

		_, err := w.app.Commerce.StaffRefund(byFinance, no, "heard-back-1", 0, 0, "不合适")
		w.ok(err)
		if v = p.want(200, "", "GET", at("/api/lessons/%d/texts"), nil); len(list(v, "marks")) != 1 {
			t.Fatalf("after the refund: %s", v.raw)
		}
		editor.want(200, "", "PUT", at("/api/console/lessons/%d"), map[string]any{"title": "省力的办法", "is_free": false, "preview_ms": 0, "asset_id": editor.want(200, "", "GET", at("/api/console/lessons/%d"), nil).num("asset_id")})
		p.want(403, "lesson_locked", "GET", at("/api/lessons/%d/texts"), nil)
		p.want(403, "lesson_locked", "GET", at("/api/lessons/%d/tracks/%d/vtt", english), nil)
		w.settleRefunds()
		w.sound()
	})
}

// Search finds what is said, in the moment in which it is written, shows of a paid
// lesson the one line, and forgets it with its lesson (INV-42).
func TestINV42SearchFindsWhatIsSaid(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor, p := w.author(), w.person(nil)
		chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "视频"))(t)
		lesson := must(w.app.Catalog.AddLesson(w.system(), 0, w.paid, chapter, "省力的办法", catalog.Video))(t)
		put := func(text string) int64 {
			return editor.sends(fmt.Sprintf("/api/console/lessons/%d/captions?kind=subtitle&language=zh-CN", lesson), []byte(text)).num("id")
		}
		hit := func(q string) answer {
			a := p.want(200, "", "GET", searchFor(q), nil)
			if rows := list(a, "items"); len(rows) > 0 {
				return answer{body: rows[0].(map[string]any), raw: a.raw}
			}
			return answer{}
		}
		if hit("黄金法则").raw != "" {
			t.Fatal("found before it was said")
		}
		track := put(told)
		h := hit("黄金法则")
		if h.num("lesson_id") != lesson || h.str("where") != "lesson" || !strings.Contains(h.raw, "黄金法则") || strings.Contains(h.raw, "下一句") || strings.Contains(h.raw, "支点") {
			t.Fatalf("%s", h.raw)
		}
		track2 := put(strings.ReplaceAll(told, "黄金法则", "省力不省功"))
		if hit("黄金法则").raw != "" || hit("省力不省功").raw == "" || track == track2 {
			t.Fatal("a new file is not followed")
		}
		editor.want(204, "", "PUT", fmt.Sprintf("/api/console/lessons/%d/marks", lesson), map[string]any{"marks": []map[string]any{{"at_ms": 0, "title": "阿基米德", "points": "撬动地球"}}})
		if hit("撬动地球").num("lesson_id") != lesson {
			t.Fatal("marks are not found")
		}
		editor.want(204, "", "PUT", fmt.Sprintf("/api/console/lessons/%d/marks", lesson), map[string]any{"marks": []map[string]any{{"at_ms": 0, "title": "欧几里得"}}})
		if hit("撬动地球").raw != "" || hit("欧几里得").raw == "" {
			t.Fatal("new marks are not followed")
		}
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/lessons/%d/captions/%d", lesson, track2), nil)
		if hit("省力不省功").raw != "" {
			t.Fatal("found after it was deleted")
		}
		put(told)
		w.ok(w.app.Catalog.DeleteLesson(w.system(), 0, lesson))
		if hit("黄金法则").raw != "" {
			t.Fatal("found in a deleted lesson")
		}
		// A book is found by what stands in it, from the moment in which a lesson shows it.
		_, book := w.bound(editor)
		if h := hit("结论又来"); h.str("where") != "lesson" || book == 0 {
			t.Fatalf("%s", h.raw)
		}
		w.sound()
	})
}

var keyAddress = regexp.MustCompile(`URI="([^"]+)"`)

// On the first viewing nobody gets ahead: neither credit nor keys (INV-22).
func TestINV22InOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson := w.audio(editor, 420, map[string]any{"in_order": true})
		p := w.learner("13800139502", nil)
		p.buy(w.sku)
		view := func() answer { return p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", lesson), nil) }
		if v := view(); v.at("in_order") != true || v.num("reach_ms") != 0 || v.str("form") != "audio" {
			t.Fatal(v.raw)
		}
		start := func() (int64, []string) {
			play := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/play", lesson), nil)
			master := p.want(200, "", "GET", play.str("playlist_url"), nil)
			variant := ""
			for line := range strings.SplitSeq(master.raw, "\n") {
				if line != "" && !strings.HasPrefix(line, "#") {
					variant = line
				}
			}
			base := play.str("playlist_url")
			text := p.want(200, "", "GET", base[:strings.LastIndex(base, "/")+1]+variant, nil).raw
			var keys []string
			for _, m := range keyAddress.FindAllStringSubmatch(text, -1) {
				keys = append(keys, m[1])
			}
			return play.num("play_id"), keys
		}
		play, keys := start()
		if len(keys) < 7 {
			t.Fatalf("%d keys", len(keys))
		}
		p.want(200, "", "GET", keys[0], nil)
		p.want(200, "", "GET", keys[4], nil)
		p.want(403, "lesson_in_order", "GET", keys[len(keys)-1], nil)

		seq := int64(0)
		beat := func(from, to int64) answer {
			seq++
			return p.want(200, "", "POST", fmt.Sprintf("/api/plays/%d/beat", play), map[string]any{"seq": seq, "from_ms": from, "to_ms": to, "position_ms": to})
		}
		w.clock.Advance(20 * time.Second)
		if a := beat(0, 20_000); a.num("reach_ms") != 20_000 {
			t.Fatal(a.raw)
		}
		w.clock.Advance(20 * time.Second)
		if a := beat(300_000, 320_000); a.num("covered_ms") != 20_000 || a.num("position_ms") != 20_000 {
			t.Fatalf("a leap was credited: %s", a.raw)
		}
		if a := beat(21_500, 90_000); a.num("reach_ms") < 60_000 || a.num("reach_ms") > 63_000 { // 1.5 times 40 s, and what a player leaves out
			t.Fatalf("faster than allowed: %s", a.raw)
		}
		for ms := int64(60_000); ms < 420_000; ms += 30_000 {
			w.clock.Advance(20 * time.Second)
			beat(ms, ms+30_000)
		}
		if v := view(); v.at("in_order") != false || v.at("finished") != true {
			t.Fatal(v.raw)
		}
		_, keys = start()
		p.want(200, "", "GET", keys[len(keys)-1], nil)
		w.sound()
	})
}

// An issue that is taken back leaves the index in that moment, and what its document says
// with it; so does a lesson of a course that is taken down (INV-42).
func TestINV42WithheldIssuesAndPagesLeaveTheIndex(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c, p := w.system(), w.app.Catalog, w.person(nil)
		k := w.column()
		w.ok(c.UpdateLesson(ctx, 0, k.issue, catalog.LessonChange{Title: "第二封", BodyHTML: "<p>信里提到蒲公英</p>"}))
		found := func(q string) int { t.Helper(); return len(list(p.want(200, "", "GET", searchFor(q), nil), "items")) }
		if found("蒲公英") != 1 || found("第二封") != 1 {
			t.Fatal("an issue that is out is not found")
		}
		w.ok(c.Withhold(ctx, 0, k.issue))
		if found("蒲公英") != 0 || found("第二封") != 0 {
			t.Fatal("an issue that was taken back is found")
		}
		// Nor does anything bring it back: neither the sweep nor a new title.
		w.ok(w.app.Search.Heal(ctx))
		w.ok(c.RenameChapter(ctx, 0, k.id, k.chapter, "书信"))
		if found("蒲公英") != 0 {
			t.Fatal("a sweep brought it back")
		}
		w.ok(c.Release(ctx, 0, k.issue, 0))
		if found("蒲公英") != 1 {
			t.Fatal("an issue that is out again is not found")
		}

		lesson, _ := w.papers(w.author(), documenttest.PDF{Pages: []string{"one", "second page about dandelions"}})
		if found("dandelions") != 1 {
			t.Fatal("a page is not found")
		}
		w.ok(c.Unpublish(ctx, w.paid))
		if found("dandelions") != 0 {
			t.Fatal("a page of a course that was taken down is found")
		}
		w.ok(c.Publish(ctx, w.paid, 0))
		if found("dandelions") != 1 {
			t.Fatal("a page of a course that is out again is not found")
		}
		w.ok(c.DeleteLesson(ctx, 0, lesson))
		if found("dandelions") != 0 {
			t.Fatal("a page of a deleted lesson is found")
		}
		w.sound()
	})
}
