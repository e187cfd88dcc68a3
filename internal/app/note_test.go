package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/note"
)

var (
	qNoteLikes = db.Q("test/note_likes", `SELECT likes FROM notes WHERE id = $1`)
	qNoteRows  = db.Q("test/note_rows", `SELECT COUNT(*) FROM notes WHERE user_id = $1`)
	qHearts    = db.Q("test/favourites", `SELECT COUNT(*) FROM favourites WHERE user_id = $1`)
	qLikeRows  = db.Q("test/like_rows", `SELECT COUNT(*) FROM note_likes`)
)

func passage(quote, body string, share bool) map[string]any {
	return map[string]any{"place": "text", "quote": quote, "prefix": "前文", "suffix": "后文", "body": body, "share": share}
}

// decides shows or hides whatever waits, as staff do.
func (p *person) decides(show bool, reason string) answer {
	p.w.t.Helper()
	items := []map[string]any{}
	for _, c := range p.want(200, "", "GET", "/api/console/moderation?limit=50", nil).list("items") {
		items = append(items, map[string]any{"what": c["what"], "id": c["id"], "version": c["version"]})
	}
	return p.want(200, "", "POST", "/api/console/moderation", map[string]any{"items": items, "show": show, "reason": reason})
}

// INV-42, INV-40: notes are their author's alone until they are shared and were looked
// at; a change is looked at again; a preview opens nothing; who lost the course keeps
// his own words and not the lesson's.
func TestINV42NotesAreSeenWhenTheyWereLookedAt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other, stranger, guest := w.learner("13900004001", nil), w.learner("13900004002", nil), w.learner("13900004003", nil), w.person(nil)
		at, mine := fmt.Sprintf("/api/lessons/%d/notes", w.lesson), fmt.Sprintf("/api/lessons/%d/notes/mine", w.lesson)
		guest.want(401, "", "GET", at, nil)
		for _, path := range []string{at, mine} {
			stranger.want(403, "lesson_locked", "GET", path, nil)
		}
		stranger.want(403, "lesson_locked", "POST", at, passage("偷看", "偷写", true))
		no, _ := p.buy(w.sku)
		other.buy(w.sku)

		h := p.want(200, "", "POST", at, passage("先说结论", "", false))
		if h.str("kind") != "highlight" || h.str("state") != "private" {
			t.Fatal(h.raw)
		}
		p.want(422, "note_invalid", "POST", at, map[string]any{"place": "page", "at": 1, "body": "文章没有页"})
		p.want(422, "note_invalid", "POST", at, map[string]any{"body": " \u200b "})
		p.want(422, "note_invalid", "POST", at, passage("划线不能分享", "", true))
		p.want(422, "note_invalid", "POST", at, map[string]any{"body": strings.Repeat("字", 2001)})
		p.want(422, "note_invalid", "POST", at, passage(strings.Repeat("字", 501), "", false))
		own := p.want(200, "", "POST", at, map[string]any{"body": "只给自己看"})
		shared := p.want(200, "", "POST", at, passage("第一句", "分享给同学", true))
		if own.str("state") != "private" || shared.str("state") != "pending" {
			t.Fatal(own.raw, shared.raw)
		}
		path := fmt.Sprintf("/api/notes/%d", shared.num("id"))
		unseen := func(words ...string) {
			t.Helper()
			for _, to := range []string{at, mine, "/api/me/notes"} {
				raw := other.want(200, "", "GET", to, nil).raw
				for _, x := range words {
					if strings.Contains(raw, x) {
						t.Fatalf("%s shows %q: %s", to, x, raw)
					}
				}
			}
		}
		unseen("只给自己看", "分享给同学", "先说结论")
		for _, path := range []string{path, fmt.Sprintf("/api/notes/%d", own.num("id"))} {
			other.want(404, "note_gone", "PUT", path, map[string]any{"version": 1, "body": "改别人的", "share": false})
			other.want(404, "note_gone", "DELETE", path, nil)
			other.want(404, "note_gone", "PUT", path+"/like", map[string]any{"on": true})
		}
		ops := w.schoolStaff("operator")
		w.schoolStaff("editor")
		if queue := ops.want(200, "", "GET", "/api/console/moderation", nil); strings.Contains(queue.raw, "只给自己看") || len(queue.list("items")) != 1 {
			t.Fatal(queue.raw)
		}
		// A decision about what was changed meanwhile decides nothing.
		stale := map[string]any{"what": "note", "id": shared.num("id"), "version": 1}
		p.want(200, "", "PUT", path, map[string]any{"version": 1, "body": "分享给同学，改过", "share": true})
		if a := ops.want(200, "", "POST", "/api/console/moderation", map[string]any{"items": []any{stale}, "show": true}); a.num("done") != 0 {
			t.Fatal("an old version was shown")
		}
		unseen("分享给同学")
		p.want(409, "note_changed", "PUT", path, map[string]any{"version": 1, "body": "旧的页面", "share": true})
		if a := ops.decides(true, ""); a.num("done") != 1 {
			t.Fatal(a.raw)
		}
		list := other.want(200, "", "GET", at, nil)
		if len(list.list("items")) != 1 || !strings.Contains(list.raw, "改过") || strings.Contains(list.raw, "只给自己看") {
			t.Fatal(list.raw)
		}
		stranger.want(403, "lesson_locked", "PUT", path+"/like", map[string]any{"on": true})
		// An edit of what is shown goes back.
		p.want(200, "", "PUT", path, map[string]any{"version": 2, "body": "再改", "share": true})
		unseen("再改", "改过")
		ops.want(422, "moderation_reason", "POST", "/api/console/moderation", map[string]any{"items": []any{stale}, "show": false})
		ops.decides(false, "请不要留联系方式")
		unseen("再改")
		if told := p.notices(); len(told) != 1 || !strings.Contains(told[0], "请不要留联系方式") {
			t.Fatal(told)
		}
		// What was hidden does not come back by saving it again.
		hidden := p.want(200, "", "PUT", path, map[string]any{"version": 3, "body": "再改", "share": true})
		if hidden.str("state") != "hidden" || len(ops.want(200, "", "GET", "/api/console/moderation", nil).list("items")) != 0 {
			t.Fatal(hidden.raw)
		}

		w.refund(no, 16900)
		p.want(403, "lesson_locked", "GET", mine, nil)
		p.want(403, "lesson_locked", "PUT", path, map[string]any{"version": 3, "body": "没有课也想分享", "share": true})
		kept := p.want(200, "", "GET", "/api/me/notes", nil)
		if len(kept.list("items")) != 3 || !strings.Contains(kept.raw, "只给自己看") || strings.Contains(kept.raw, "先说结论") || strings.Contains(kept.raw, "第一句") {
			t.Fatal(kept.raw)
		}
		if file := p.want(200, "", "GET", "/api/me/notes/export", nil).str("markdown"); !strings.Contains(file, "只给自己看") || strings.Contains(file, "先说结论") || !strings.Contains(file, "### 第二课") {
			t.Fatal(file)
		}
		p.want(200, "", "PUT", fmt.Sprintf("/api/notes/%d", own.num("id")), map[string]any{"version": 1, "body": "自己的话还能改", "share": false})
		p.want(204, "", "DELETE", fmt.Sprintf("/api/notes/%d", h.num("id")), nil)
		w.sound()
	})
}

// Access that runs out closes what others wrote; a lesson that is deleted shows nothing
// any more, and its notes stay their author's.
func TestINV17NotesFollowAccess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900004101", nil)
		at := fmt.Sprintf("/api/lessons/%d/notes", w.lesson)
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error {
			return w.app.Access.Grant(ctx, tx, p.me(), catalog.Resource{Kind: catalog.KindCourse, ID: w.paid}, access.Gift(77), catalog.Period{Days: 10})
		}))
		p.want(200, "", "POST", at, passage("期限内划的", "期限内写的", false))
		ask := p.want(200, "", "POST", fmt.Sprintf("/api/lessons/%d/questions", w.lesson), map[string]any{"body": "到期前问的"})
		w.clock.Advance(11 * 24 * time.Hour)
		p.want(403, "lesson_locked", "GET", at, nil)
		p.want(403, "lesson_locked", "POST", at, map[string]any{"body": "到期后"})
		p.want(403, "lesson_locked", "GET", fmt.Sprintf("/api/lesson-questions/%d", ask.num("id")), nil)
		p.want(403, "lesson_locked", "POST", fmt.Sprintf("/api/lesson-questions/%d/answers", ask.num("id")), map[string]any{"body": "自答"})
		if raw := p.want(200, "", "GET", "/api/me/notes?q="+"期限内", nil).raw; !strings.Contains(raw, "期限内写的") || strings.Contains(raw, "期限内划的") {
			t.Fatal(raw)
		}
		// A free lesson is open to who signed in.
		free := fmt.Sprintf("/api/lessons/%d/notes", w.openText)
		p.want(200, "", "POST", free, passage("免费课的话", "免费课笔记", false))
		p.want(200, "", "PUT", fmt.Sprintf("/api/lessons/%d/favourite", w.openText), map[string]any{"on": true})
		w.ok(w.app.Catalog.DeleteLesson(w.system(), 0, w.openText))
		p.want(404, "lesson_gone", "GET", free, nil)
		if raw := p.want(200, "", "GET", "/api/me/notes?kind=note&q=100%25", nil).raw; strings.Contains(raw, "免费课") {
			t.Fatal(raw)
		}
		kept := p.want(200, "", "GET", "/api/me/notes", nil)
		if !strings.Contains(kept.raw, "免费课笔记") || strings.Contains(kept.raw, "免费课的话") || kept.list("items")[0]["living"] != false {
			t.Fatal(kept.raw)
		}
		if f := p.want(200, "", "GET", "/api/me/favourites", nil).list("items"); len(f) != 1 || f[0]["open"] != false {
			t.Fatal(f)
		}
		w.sound()
	})
}

// A thumb counts once, also when it is given many times at once; nobody likes their own
// words; edits in parallel lose none; merged people count once.
func TestThumbsCountOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, a, b := w.learner("13900004201", nil), w.learner("13900004202", nil), w.learner("13900004203", nil)
		for _, x := range []*person{p, a, b} {
			x.buy(w.sku)
		}
		at := fmt.Sprintf("/api/lessons/%d/notes", w.lesson)
		n := p.want(200, "", "POST", at, map[string]any{"body": "好笔记", "share": true})
		ops := w.schoolStaff("operator")
		ops.decides(true, "")
		like := fmt.Sprintf("/api/notes/%d/like", n.num("id"))
		p.want(409, "like_own", "PUT", like, map[string]any{"on": true})
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { a.do("PUT", like, map[string]any{"on": true}) })
		}
		wg.Wait()
		b.want(204, "", "PUT", like, map[string]any{"on": true})
		if w.count(qNoteLikes, n.num("id")) != 2 {
			t.Fatal("thumbs:", w.count(qNoteLikes, n.num("id")))
		}
		if top := a.want(200, "", "GET", at, nil).list("items")[0]; top["liked"] != true || top["likes"] != 2.0 {
			t.Fatal(top)
		}
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Note.Merge(ctx, tx, a.me(), b.me()) }))
		if w.count(qNoteLikes, n.num("id")) != 1 {
			t.Fatal("merged thumbs:", w.count(qNoteLikes, n.num("id")))
		}
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Note.Merge(ctx, tx, b.me(), p.me()) }))
		if w.count(qNoteLikes, n.num("id")) != 0 || w.count(qLikeRows) != 0 {
			t.Fatal("a thumb for one's own words")
		}
		// Edits of one version: one wins.
		won := make(chan int, 6)
		for i := range 6 {
			wg.Go(func() {
				won <- p.do("PUT", fmt.Sprintf("/api/notes/%d", n.num("id")), map[string]any{"version": 1, "body": fmt.Sprintf("改法 %d", i), "share": false}).status
			})
		}
		wg.Wait()
		close(won)
		oks := 0
		for s := range won {
			if s == 200 {
				oks++
			}
		}
		if oks != 1 {
			t.Fatalf("%d edits won", oks)
		}
		w.sound()
	})
}

// Writing has its measure, in a minute and in a lesson, also when it comes all at once.
func TestWritingHasItsMeasure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900004301", nil)
		p.buy(w.sku)
		at := fmt.Sprintf("/api/lessons/%d/questions", w.lesson)
		var wg sync.WaitGroup
		taken := make(chan answer, 12)
		for range 12 {
			wg.Go(func() { taken <- p.do("POST", at, map[string]any{"body": "为什么？"}) })
		}
		wg.Wait()
		close(taken)
		ok := 0
		for a := range taken {
			switch {
			case a.status == 200:
				ok++
			case a.status != 429 || a.str("code") != "note_often" || a.header.Get("Retry-After") == "":
				t.Fatal(a.raw)
			}
		}
		if ok < 6 || ok > 12 { // a minute may turn over in between
			t.Fatalf("%d were taken", ok)
		}
		if ok == 12 {
			t.Fatal("no limit")
		}
		w.clock.Advance(2 * time.Minute)
		p.want(200, "", "POST", at, map[string]any{"body": "过一会儿再问"})
		w.sound()
	})
}

// The favourites: courses and lessons, once each, gone ones shown as such and removed.
func TestFavourites(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other := w.learner("13900004401", nil), w.learner("13900004402", nil)
		course := fmt.Sprintf("/api/courses/%d/favourite", w.paid)
		lesson := fmt.Sprintf("/api/lessons/%d/favourite", w.lesson)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { p.do("PUT", course, map[string]any{"on": true}) })
		}
		wg.Wait()
		p.want(200, "", "PUT", lesson, map[string]any{"on": true})
		p.want(404, "course_gone", "PUT", "/api/courses/12345/favourite", map[string]any{"on": true})
		p.want(404, "lesson_gone", "PUT", "/api/lessons/12345/favourite", map[string]any{"on": true})
		if w.count(qHearts, p.me()) != 2 || p.want(200, "", "GET", lesson, nil).at("on") != true || other.want(200, "", "GET", course, nil).at("on") != false {
			t.Fatal("hearts")
		}
		if items := p.want(200, "", "GET", "/api/me/favourites?kind=lesson", nil).list("items"); len(items) != 1 || items[0]["lesson_title"] != "第二课" || items[0]["open"] != true {
			t.Fatal(items)
		}
		w.ok(w.app.Catalog.Unpublish(w.system(), w.paid))
		for _, f := range p.want(200, "", "GET", "/api/me/favourites", nil).list("items") {
			if f["open"] != false {
				t.Fatal(f)
			}
		}
		other.want(404, "course_gone", "PUT", course, map[string]any{"on": true})
		first := idOf(p.want(200, "", "GET", "/api/me/favourites", nil).list("items")[0])
		other.want(204, "", "DELETE", fmt.Sprintf("/api/me/favourites/%d", first), nil)
		if w.count(qHearts, p.me()) != 2 {
			t.Fatal("another one's favourite was removed")
		}
		p.want(204, "", "DELETE", fmt.Sprintf("/api/me/favourites/%d", first), nil)
		p.want(200, "", "PUT", course, map[string]any{"on": false})
		if w.count(qHearts, p.me()) != 0 {
			t.Fatal("still there")
		}
		w.sound()
	})
}

// INV-42: an engine in front decides; when it fails, a person does.
func TestINV42AReviewThatFailsShowsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13900004501", nil)
		p.buy(w.sku)
		at := fmt.Sprintf("/api/lessons/%d/notes", w.lesson)
		for _, x := range []struct {
			verdict note.Verdict
			err     error
			state   string
		}{{note.Pass, nil, "shown"}, {note.Wait, nil, "pending"}, {note.Pass, errors.New("engine down"), "pending"}, {note.Refuse, nil, ""}} {
			w.app.Note.SetReview(func(_ context.Context, d note.Draft) (note.Verdict, error) {
				if d.What != note.Note || d.Body != "看看" {
					t.Errorf("%+v", d)
				}
				return x.verdict, x.err
			})
			a := p.do("POST", at, map[string]any{"body": "看看", "share": true})
			if x.state == "" {
				if a.status != 422 {
					t.Fatal(a.raw)
				}
			} else if a.str("state") != x.state {
				t.Fatal(a.raw)
			}
		}
		if w.count(qNoteRows, p.me()) != 3 {
			t.Fatal("a refused text was kept")
		}
		w.sound()
	})
}
