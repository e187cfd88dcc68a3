package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// What was studied is told by day and lesson: to the learner, and to staff who may read
// about learners; two users who became one keep all of it.
func TestStudyHoursByDayAndLesson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, other := w.learner("13800138861", nil), w.learner("13800138862", nil)
		p.buy(w.sku)
		first := clock.Day(w.clock.Now())
		p.read(w.lesson)
		other.read(w.openText)
		w.clock.Advance(24 * time.Hour)
		p.read(w.openText)
		last := clock.Day(w.clock.Now())

		day := func(d int64) string { return fmt.Sprintf("%d-%02d-%02d", d/10000, d/100%100, d%100) }
		path := "/api/learning/hours?from=" + day(first) + "&to=" + day(last)
		mine := p.want(200, "", "GET", path, nil)
		rows, _ := mine.at("items").([]any)
		if len(rows) != 2 || strings.Count(mine.raw, day(first)) != 1 || strings.Count(mine.raw, day(last)) != 1 || mine.at("more") != false {
			t.Fatalf("by day and lesson: %s", mine.raw)
		}
		if got := p.want(200, "", "GET", "/api/learning/hours?from="+day(first)+"&to="+day(first), nil).at("items").([]any); len(got) != 1 {
			t.Fatalf("one day alone: %v", got)
		}
		p.want(422, "", "GET", "/api/learning/hours?from=yesterday&to="+day(last), nil)
		if total := must(w.app.Learning.TotalMS(w.system(), p.me()))(t); total != 120_000 {
			t.Fatalf("in all %d ms", total)
		}

		editor, support := w.schoolStaff("editor"), w.schoolStaff("support")
		editor.with("study-file-0").want(403, "forbidden", "POST", "/api/console/exports", map[string]any{"kind": "study", "format": "csv"})
		file := support.with("study-file-1").want(200, "", "POST", "/api/console/exports", map[string]any{"kind": "study", "format": "csv", "from": w.clock.Now().Add(-48 * time.Hour).UnixMilli()}).num("id")
		w.ok(w.app.Export.Make(context.Background(), file))
		sheet := support.want(200, "", "GET", fmt.Sprintf("/api/console/exports/%d/file", file), nil).raw
		if strings.Count(sheet, "\n") != 4 || strings.Count(sheet, day(first)) != 2 || !strings.Contains(sheet, "把话写清楚,第二课") && !strings.Contains(sheet, "把话写清楚,第一课") {
			t.Fatalf("the sheet: %s", sheet)
		}

		from, to := other.me(), p.me()
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) error { return w.app.Learning.Merge(ctx, tx, from, to) }))
		merged := p.want(200, "", "GET", path, nil)
		if rows, _ := merged.at("items").([]any); len(rows) != 3 || strings.Count(merged.raw, day(first)) != 2 {
			t.Fatalf("after the two became one: %s", merged.raw)
		}
	})
}

// What is still being written thins out neither what somebody studied of a column, which
// the refund promise is measured by, nor the way to its certificate.
func TestDraftsCountForNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.column()
		p := w.learner("13800138863", nil)
		p.paid(p.quoted(map[string]any{"sku_id": k.forever}), "drafts-1")
		p.read(k.issue)
		studied := func() int64 {
			return must(w.app.Learning.Evidence(w.system(), w.app.DB, p.me(), k.id))(t).Watched
		}
		if got := studied(); got != 100 {
			t.Fatalf("the one paid issue is read: %d %%", got)
		}
		k.out = false
		draft := k.add("还在写", false)
		if got := studied(); got != 100 {
			t.Fatalf("a draft made %d %% of it", got)
		}
		w.ok(w.app.Certificate.SaveRule(w.system(), 0, certificate.Rule{CourseID: k.id, Active: true, Title: "读完", MinPercent: 100}, nil))
		at := fmt.Sprintf("/api/courses/%d/certificate", k.id)
		p.want(409, "certificate_not_yet", "POST", at, nil)
		p.read(k.freeIssue)
		if got := certificates(p.want(200, "", "GET", "/api/me/certificates", nil)); len(got) != 1 {
			t.Fatalf("all that is out is read: %v", got)
		}
		if home := p.want(200, "", "GET", "/api/learning", nil).raw; strings.Contains(home, "还在写") {
			t.Fatalf("the draft is shown: %s", home)
		}
		w.ok(w.app.Catalog.Release(w.system(), 0, draft, 0))
		if got := studied(); got != 50 {
			t.Fatalf("one of two issues is read: %d %%", got)
		}
	})
}

// A live room that is over may be the last condition for many at once: each gets the
// certificate, once, without asking.
func TestEndOfARoomAttests(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.learner("13800138864", nil)
		p.buy(w.sku)
		w.ok(w.app.Certificate.SaveRule(w.system(), 0, certificate.Rule{CourseID: w.paid, Active: true, Title: "结业", MinPercent: 100}, nil))
		p.read(w.lesson)
		l, learning, user, sitting := must(w.app.Catalog.Lesson(w.system(), w.openText))(t), w.app.Learning, p.me(), id.New()
		w.ok(learning.Begin(w.system(), sitting, user, l))
		w.clock.Advance(time.Hour)
		var at int64
		w.ok(w.app.DB.Tx(w.system(), func(ctx context.Context, tx *db.Tx) (err error) {
			if err = learning.Attend(ctx, tx, sitting, user, l, 0, l.DurationMS); err != nil {
				return err
			}
			at, err = learning.Attended(ctx, tx, l.ID, l.DurationMS)
			return err
		}))
		mine := func() int { return len(certificates(p.want(200, "", "GET", "/api/me/certificates", nil))) }
		if mine() != 0 {
			t.Fatal("attested before the job")
		}
		for range 2 {
			w.ok(learning.Follow(w.system(), l.ID, at))
			if mine() != 1 {
				t.Fatalf("%d certificates", mine())
			}
		}
	})
}

// A course is as far as its lessons are: one without a length counts like the others, and
// who has finished a lesson is led on to the next one that is not, if it is theirs.
func TestStudyIsCountedByLessonsAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		long := w.article(editor, videoless)
		exam, _ := w.exam(bankOfOne(), nil)
		p := w.learner("13800137701", nil)
		p.buy(w.sku)
		var order []int64
		for _, part := range must(w.app.Catalog.Outline(w.system(), w.paid))(t) {
			for _, l := range part.Lessons {
				order = append(order, l.ID)
			}
		}
		lessons := int64(len(order))
		if order[0] == long || order[0] == exam {
			t.Fatal("the first lesson is not the one that stays open")
		}
		is := func(when string, percent int64, goOn ...int64) {
			t.Helper()
			v := p.want(200, "", "GET", "/api/learning", nil)
			mine := p.want(200, "", "GET", fmt.Sprintf("/api/courses/%d/mine", w.paid), nil)
			got := []int64{}
			for i := range v.at("continue").([]any) {
				got = append(got, v.item(i, "continue").num("lesson_id"))
			}
			if a, b := v.item(0, "courses").num("percent"), mine.num("percent"); a != percent || b != percent || fmt.Sprint(got) != fmt.Sprint(goOn) {
				t.Fatalf("%s: %d %% in the list, %d %% on the page, go on with %v; want %d %% and %v", when, a, b, got, percent, goOn)
			}
		}
		is("nothing was begun", 0)
		p.read(long)
		first := must(w.app.Learning.Course(w.system(), p.me(), w.paid))(t)
		if len(first) != 1 || first[0].FinishedAt == 0 {
			t.Fatalf("the article is not finished: %+v", first)
		}
		is("one is finished", 100/lessons, order[0])
		p.passes(exam)
		is("a quiz counts like an article", 200/lessons, order[0])

		// A visitor of the free part is not led into what is for sale.
		w.ok(w.app.Catalog.UpdateLesson(w.system(), 0, long, catalog.LessonChange{Title: "长文", IsFree: true, BodyHTML: videoless}))
		q := w.learner("13800137702", nil)
		q.read(long)
		if v := q.want(200, "", "GET", "/api/learning", nil); len(v.at("continue").([]any)) != 0 {
			t.Fatalf("led on to what is not theirs: %s", v.raw)
		}
	})
}
