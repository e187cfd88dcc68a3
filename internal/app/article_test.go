package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// article puts an article into the paid course by the console's own routes.
func (w *world) article(staff *person, body string) int64 {
	w.t.Helper()
	chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "文章"))(w.t)
	lesson := staff.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/lessons", w.paid), map[string]any{"chapter_id": chapter, "title": "长文", "form": "article"}).num("id")
	staff.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", lesson), map[string]any{"title": "长文", "is_free": false, "preview_ms": 0, "body_html": body})
	return lesson
}

var (
	qClipAsset = db.Q("articletest/asset", `INSERT INTO assets (id, name, kind, status, source_key, bytes, duration_ms, created_by, created_at) VALUES ($1, '片段.mp4', 'video', 'ready', 'src/none', 1, 60000, 0, 1)`)
	qClipWays  = db.Q("articletest/rendition", `INSERT INTO renditions (id, asset_id, name, kind, width, height, bandwidth, average, codecs, segments, bytes, created_at) VALUES ($1, $1, '360p', 'full', 640, 360, 1, 1, 'avc1.64001f', '[]', 1, 1)`)
)

// video is one that is ready, without a file behind it.
func (w *world) video() int64 {
	n := id.New()
	w.ok(w.app.DB.Tx(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qClipAsset, n); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qClipWays, n)
		return err
	}))
	return n
}

// An article is read screen by screen, where it was left on another device, under its
// reader's mark; nobody else gets a word of it (INV-17, INV-19).
func TestINV17And19Articles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		// 900 characters: three screens of 45 s.
		lesson := w.article(editor, `<p onclick="x()">`+strings.Repeat("读", 899)+`</p><script>x</script><p><span data-tex="x^2">旧</span></p>`)
		at := func(format string) string { return fmt.Sprintf(format, lesson) }
		if l := editor.want(200, "", "GET", at("/api/console/lessons/%d"), nil); strings.Contains(l.raw, "onclick") || strings.Contains(l.raw, "script") || strings.Contains(l.raw, "旧") || !strings.Contains(l.str("body_html"), "<msup>") {
			t.Fatalf("what is kept: %s", l.raw)
		}
		guest := w.person(nil)
		if l := guest.want(200, "", "GET", at("/api/lessons/%d"), nil); l.str("body_html") != "" || l.str("access", "reason") != "login" {
			t.Fatalf("a guest gets %s", l.raw)
		}
		read := func(p *person, seq, permille int64, screens ...[2]int64) answer {
			rows := []map[string]any{}
			for _, x := range screens {
				rows = append(rows, map[string]any{"screen": x[0], "ms": x[1]})
			}
			return p.do("POST", at("/api/lessons/%d/read"), map[string]any{"seq": seq, "position_permille": permille, "screens": rows})
		}
		p := w.learner("13800139301", nil)
		if a := read(p, 1, 0); a.status != 403 {
			t.Fatalf("who has not bought reads: %s", a.raw)
		}
		p.buy(w.sku)
		l := p.want(200, "", "GET", at("/api/lessons/%d"), nil)
		if l.num("screens") != 4 || l.str("watermark") == "" || l.str("body_html") == "" {
			t.Fatalf("the owner's article: %s", l.raw)
		}
		unit := l.num("duration_ms") / 4
		if a := read(p, 1, 0, [2]int64{1, 60_000}); a.num("covered_ms") != 0 {
			t.Fatalf("time was credited before any had passed: %s", a.raw)
		}
		w.clock.Advance(30 * time.Second)
		if a := read(p, 2, 500, [2]int64{1, 4_000}, [2]int64{2, 10_000}, [2]int64{99, 10_000}); a.num("covered_ms") != unit {
			t.Fatalf("one of four screens stood there long enough: %s", a.raw)
		}
		// On another device: the same place.
		if l := p.want(200, "", "GET", at("/api/lessons/%d"), nil); l.num("position_ms") != l.num("duration_ms")/2 || l.num("percent") != 24 {
			t.Fatalf("where to go on: %s", l.raw)
		}
		w.clock.Advance(10 * time.Minute)
		if a := read(p, 3, 0, [2]int64{1, 60_000}, [2]int64{3, 60_000}, [2]int64{4, 60_000}); a.at("finished") != true || a.num("position_ms") != 0 {
			t.Fatalf("all of it: %s", a.raw)
		}
		w.sound()
	})
}

// A video within an article opens to those who may read it, and to nobody else; it is
// no evidence of having read (INV-17).
func TestINV17VideosInArticles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		asset := w.video()
		mark := fmt.Sprintf(`<p>看：</p><figure data-asset="%d"></figure>`, asset)
		lesson := w.article(editor, mark)
		at := func(format string) string { return fmt.Sprintf(format, lesson) }
		save := map[string]any{"title": "长文", "is_free": false, "preview_ms": 0, "body_html": mark + `<figure data-asset="424242"></figure>`}
		if a := editor.want(422, "lesson_invalid", "PUT", at("/api/console/lessons/%d"), save); !strings.Contains(a.raw, "body_html") {
			t.Fatalf("a video that is not there: %s", a.raw)
		}
		play := fmt.Sprintf("/api/lessons/%d/play?asset_id=%d", lesson, asset)
		guest, p := w.person(nil), w.learner("13800139302", nil)
		guest.want(403, "lesson_locked", "POST", play, nil)
		p.want(403, "lesson_locked", "POST", play, nil)
		p.buy(w.sku)
		if l := p.want(200, "", "GET", at("/api/lessons/%d"), nil); len(l.at("clips").([]any)) != 1 || !strings.Contains(l.raw, `"kind":"video"`) {
			t.Fatalf("what it shows: %s", l.raw)
		}
		v := p.want(200, "", "POST", play, nil)
		if v.str("watermark") == "" || v.num("duration_ms") == 0 {
			t.Fatalf("the play: %s", v.raw)
		}
		p.want(200, "", "GET", v.str("playlist_url"), nil)
		w.clock.Advance(12 * time.Second)
		if a := p.want(200, "", "POST", fmt.Sprintf("/api/plays/%d/beat", v.num("play_id")), map[string]any{"seq": 1, "from_ms": 0, "to_ms": 12000, "position_ms": 12000}); a.num("covered_ms") != 0 {
			t.Fatalf("watching counted as reading: %s", a.raw)
		}
		p.want(403, "lesson_locked", "POST", at("/api/lessons/%d/play"), nil)
		p.want(403, "lesson_locked", "POST", at("/api/lessons/%d/play?asset_id=424242"), nil)
		p.want(403, "lesson_locked", "POST", fmt.Sprintf("/api/lessons/%d/play?asset_id=%d", w.lesson, asset), nil) // another lesson does not show it
		other := w.learner("13800139303", nil)
		other.want(422, "beat_invalid", "POST", fmt.Sprintf("/api/plays/%d/beat", v.num("play_id")), map[string]any{"seq": 1, "from_ms": 0, "to_ms": 1, "position_ms": 1})
	})
}

// A file becomes a text that is looked at before it is saved, with a list of what was
// left out; learners cannot reach that door.
func TestArticlesAreImported(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson := w.article(editor, "<p>原文</p>")
		to := func(name string) string {
			return fmt.Sprintf("/api/console/lessons/%d/import?name=%s", lesson, url.QueryEscape(name))
		}
		var b bytes.Buffer
		w.ok(png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
		a := editor.upload(to("课.md"), []byte("# 题\n\n![网图](https://example.com/x.png)\n\n$a^2$"))
		if a.status != 200 || !strings.Contains(a.str("html"), "<h2>题</h2>") || len(a.at("rows").([]any)) != 1 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		if l := editor.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d", lesson), nil); l.str("body_html") != "<p>原文</p>" {
			t.Fatalf("an import saved itself: %s", l.raw)
		}
		page := `<p>图</p><img alt="点" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(b.Bytes()) + `">`
		a = editor.upload(to("a.html"), []byte(page))
		if a.num("pictures") != 1 || !strings.Contains(a.str("html"), `width="40" height="30"`) {
			t.Fatalf("a picture: %s", a.raw)
		}
		if a := editor.upload(to("a.exe"), []byte("MZ")); a.status != 422 || a.code() != "import_kind" {
			t.Fatalf("%s", a.raw)
		}
		if a := w.learner("13800139304", nil).upload(to("a.md"), []byte("x")); a.status != 401 {
			t.Fatalf("a learner imports: %s", a.raw)
		}
		if a := w.staff("finance").upload(to("a.md"), []byte("x")); a.status != 403 {
			t.Fatalf("finance imports: %s", a.raw)
		}
		f := editor.want(200, "", "POST", "/api/console/formulas", map[string]any{"tex": []string{"x^2", `\frac{`}, "block": false})
		if !strings.Contains(f.raw, "msup") || !strings.Contains(f.raw, "公式写得不完整") {
			t.Fatalf("formulas: %s", f.raw)
		}
	})
}

// Two windows on one lesson: who has not seen what was saved last is told so, and takes
// nothing back.
func TestALessonIsNotSavedOverAnothersText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson := w.article(editor, "<p>原文</p>")
		at := fmt.Sprintf("/api/console/lessons/%d", lesson)
		save := func(title, body string, version int64) map[string]any {
			return map[string]any{"title": title, "is_free": false, "preview_ms": 0, "body_html": body, "version": version}
		}
		seen := editor.want(200, "", "GET", at, nil).num("version")
		if seen < 1 {
			t.Fatalf("version %d", seen)
		}
		now := editor.want(200, "", "PUT", at, save("长文", "<p>原文</p><p>新的一段</p>", seen)).num("version")
		editor.want(409, "lesson_changed", "PUT", at, save("新标题", "<p>原文</p>", seen))
		if l := editor.want(200, "", "GET", at, nil); l.str("title") != "长文" || !strings.Contains(l.raw, "新的一段") || l.num("version") != now {
			t.Fatal(l.raw)
		}
		// What changes many at once counts as well.
		editor.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/lessons/bulk", w.paid), map[string]any{"lessons": []int64{lesson}, "action": "free", "dry": false})
		editor.want(409, "lesson_changed", "PUT", at, save("长文", "<p>原文</p>", now))
		now = editor.want(200, "", "GET", at, nil).num("version")
		// Many at once from one state: one of them is saved.
		var wg sync.WaitGroup
		var saved atomic.Int64
		for i := range 6 {
			wg.Go(func() {
				if editor.do("PUT", at, save(fmt.Sprintf("第 %d 个窗口", i), "<p>原文</p>", now)).status == 200 {
					saved.Add(1)
				}
			})
		}
		wg.Wait()
		if saved.Load() != 1 {
			t.Fatalf("%d were saved", saved.Load())
		}
	})
}
