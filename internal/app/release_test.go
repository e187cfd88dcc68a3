package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/message"
)

// notices lists what a learner was told, the newest first.
func (p *person) notices() []string {
	p.w.t.Helper()
	p.w.ok(p.w.app.Message.Sweep(p.w.system()))
	var out []string
	for _, n := range must(p.w.app.Message.List(p.w.system(), p.me(), 0, 50))(p.w.t) {
		if strings.HasPrefix(n.Title, "你有了一张新的学习证据卡") && strings.Contains(n.Body, "徽章") {
			continue // badges come by themselves, and have tests of their own
		}
		out = append(out, n.Title+"/"+n.Body)
	}
	return out
}

// INV-43: an issue is seen from its release on, and each subscriber is told of it once.
func TestINV43IssuesAreReleasedAndTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.column()
		c := w.app.Catalog
		owner, other := w.learner("13800138811", nil), w.learner("13800138812", nil)
		owner.paid(owner.quoted(map[string]any{"sku_id": k.forever}), "release-1")
		k.out = false
		n := k.add("第三封", true)
		path := fmt.Sprintf("/api/lessons/%d", n)
		page := func() string { return owner.want(200, "", "GET", fmt.Sprintf("/api/courses/%d", k.id), nil).raw }
		if strings.Contains(page(), "第三封") {
			t.Fatal("an issue is shown before its release")
		}
		owner.want(404, "lesson_gone", "GET", path, nil)
		owner.want(404, "lesson_gone", "POST", path+"/read", map[string]any{"seq": 1, "screens": []any{}, "position_permille": 0})

		w.ok(c.Release(w.system(), 0, n, w.clock.Now().Add(time.Hour).UnixMilli()))
		w.ok(c.ReleaseDue(w.system()))
		owner.want(404, "lesson_gone", "GET", path, nil)
		w.clock.Advance(2 * time.Hour)
		w.ok(c.ReleaseDue(w.system()))
		owner.want(200, "", "GET", path, nil)
		other.want(200, "", "GET", path, nil)
		if !strings.Contains(page(), "第三封") || !strings.Contains(page(), `"lesson_count":3`) {
			t.Fatalf("after its release: %s", page())
		}
		if err := c.Release(w.system(), 0, n, 0); err == nil {
			t.Fatal("released twice")
		}
		want := "「每周一封信」更新了/第三封"
		for range 2 {
			if got := owner.notices(); len(got) != 1 || got[0] != want {
				t.Fatalf("the subscriber was told %q", got)
			}
		}
		if got := other.notices(); len(got) != 0 {
			t.Fatalf("somebody else was told %q", got)
		}
		// Taken back and released again: nobody is told a second time.
		w.ok(c.Withhold(w.system(), 0, n))
		owner.want(404, "lesson_gone", "GET", path, nil)
		w.ok(c.Release(w.system(), 0, n, 0))
		if got := owner.notices(); len(got) != 1 {
			t.Fatalf("told again: %q", got)
		}
		// An empty issue is not released; who mutes columns hears of none.
		draft := must(c.AddLesson(w.system(), 0, k.id, k.chapter, "空的", catalog.Article))(t)
		if err := c.Release(w.system(), 0, draft, 0); err == nil {
			t.Fatal("an empty issue was released")
		}
		owner.want(200, "", "PUT", "/api/me/notices/kinds/column", map[string]any{"on": false})
		owner.want(422, "notice_kind", "PUT", "/api/me/notices/kinds/weather", map[string]any{"on": false})
		k.out = true
		k.add("第四封", false)
		if got := owner.notices(); len(got) != 1 {
			t.Fatalf("told although muted: %q", got)
		}

		// The client's view of it.
		list := owner.want(200, "", "GET", "/api/me/notices", nil)
		if owner.want(200, "", "GET", "/api/me/notices/unread", nil).num("count") != 1 || !strings.Contains(list.raw, fmt.Sprintf(`"link":"/learn/%d"`, n)) || !strings.Contains(list.raw, `"unread":true`) {
			t.Fatalf("notices: %s", list.raw)
		}
		first := must(w.app.Message.List(w.system(), owner.me(), 0, 1))(t)[0]
		other.want(204, "", "POST", fmt.Sprintf("/api/me/notices/%d/read", first.ID), nil)
		if owner.want(200, "", "GET", "/api/me/notices/unread", nil).num("count") != 1 {
			t.Fatal("somebody else read my notice")
		}
		owner.want(204, "", "POST", "/api/me/notices/read", map[string]any{"up_to": first.ID})
		if owner.want(200, "", "GET", "/api/me/notices/unread", nil).num("count") != 0 {
			t.Fatal("read notices stay unread")
		}
	})
}

// Everybody of a large audience is told once, page by page.
func TestAnnouncementReachesAll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ann := message.Announcement{CourseID: w.paid, Kind: message.Column, Title: "更新", Key: "release:1"}
		var users []int64
		for i := range 7 {
			users = append(users, w.learner(fmt.Sprintf("139001390%02d", i), nil).me())
		}
		slices.Sort(users)
		// A page is short, and the process stops after the second one.
		stop := errors.New("stopped")
		left := 2
		w.app.Message.Audience = func(_ context.Context, _, after int64, _ int) ([]int64, error) {
			if left--; left < 0 {
				return nil, stop
			}
			i, _ := slices.BinarySearch(users, after+1)
			return users[i:min(i+2, len(users))], nil
		}
		for range 2 {
			w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Message.Announce(ctx, tx, ann) }))
		}
		if err := w.app.Message.Sweep(w.system()); !errors.Is(err, stop) {
			t.Fatalf("the sweep: %v", err)
		}
		left = 99
		w.ok(w.app.Message.Sweep(w.system()))
		w.ok(w.app.Message.Sweep(w.system()))
		for _, u := range users {
			if got := must(w.app.Message.List(w.system(), u, 0, 10))(t); len(got) != 1 {
				t.Fatalf("told %d times", len(got))
			}
		}
	})
}

// What opens by rule stays closed until all of it holds, everywhere; what was finished
// stays open.
func TestUnlockRules(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.app.Catalog
		ctx := w.system()
		set := func(lessonID int64, title string, u catalog.Unlock) error {
			return c.UpdateLesson(ctx, 0, lessonID, catalog.LessonChange{Title: title, BodyHTML: videoless, Unlock: u})
		}
		chapter := must(c.Outline(ctx, w.paid))(t)[0].ID
		third := must(c.AddLesson(ctx, 0, w.paid, chapter, "第三课", catalog.Article))(t)
		if err := set(w.lesson, "第二课", catalog.Unlock{AfterLessonID: 99}); err == nil {
			t.Fatal("waits for a lesson of nowhere")
		}
		w.ok(set(third, "第三课", catalog.Unlock{AfterLessonID: w.lesson}))
		if err := set(w.lesson, "第二课", catalog.Unlock{AfterLessonID: third}); err == nil {
			t.Fatal("two lessons wait for each other")
		}
		w.ok(set(w.lesson, "第二课", catalog.Unlock{OpensAfterDays: 2}))

		p := w.learner("13800138821", nil)
		p.paid(p.quoted(map[string]any{"sku_id": w.sku}), "unlock-1")
		lesson := func(n int64) answer { return p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", n), nil) }
		locked := func(n int64) {
			t.Helper()
			a := lesson(n)
			if a.str("access", "reason") != "unlock" || strings.Contains(a.raw, "结论要写成") {
				t.Fatalf("still closed, but: %s", a.raw)
			}
			p.want(403, "lesson_locked", "POST", fmt.Sprintf("/api/lessons/%d/read", n), map[string]any{"seq": 1, "screens": []any{}, "position_permille": 0})
		}
		locked(w.lesson)
		locked(third)
		if a := lesson(third); a.str("access", "after_title") != "第二课" || a.num("access", "opens_at") != 0 {
			t.Fatalf("what it waits for: %s", a.raw)
		}
		if a := lesson(w.lesson); a.num("access", "opens_at") < w.clock.Now().Add(47*time.Hour).UnixMilli() {
			t.Fatalf("when it opens: %s", a.raw)
		}
		mine := p.want(200, "", "GET", fmt.Sprintf("/api/courses/%d/mine", w.paid), nil)
		if got := strings.Count(mine.raw, `"after_lesson_id":`); got != 2 {
			t.Fatalf("%d lessons locked: %s", got, mine.raw)
		}
		w.clock.Advance(48 * time.Hour)
		p.read(w.lesson)
		p.read(third)

		// A rule that comes later does not close what was finished.
		w.ok(set(third, "第三课", catalog.Unlock{OpensAt: w.clock.Now().Add(time.Hour).UnixMilli()}))
		if a := lesson(third); a.str("access", "reason") != "owned" {
			t.Fatalf("finished, and closed again: %s", a.raw)
		}
		late := w.learner("13800138822", nil)
		late.paid(late.quoted(map[string]any{"sku_id": w.sku}), "unlock-2")
		if a := late.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", third), nil); a.str("access", "reason") != "unlock" {
			t.Fatalf("not yet: %s", a.raw)
		}
		// The lesson that was to come first is deleted: nothing waits for it any more.
		w.ok(set(third, "第三课", catalog.Unlock{AfterLessonID: w.lesson}))
		w.ok(c.DeleteLesson(ctx, 0, w.lesson))
		if a := late.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", third), nil); a.str("access", "reason") != "owned" {
			t.Fatalf("waits for what is gone: %s", a.raw)
		}
	})
}
