package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
)

// at moves the clock on to the next time it is hour o'clock in China on a weekday.
func (w *world) at(day time.Weekday, hour int) {
	now := w.clock.Now().In(clock.China)
	to := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, clock.China)
	for to.Weekday() != day || !to.After(now) {
		to = to.AddDate(0, 0, 1)
	}
	w.clock.Advance(to.Sub(now))
}

// INV-33's day, China's, is that of reminders and reports too: one reminder a day, none
// to who has studied, and a report of the week that counts what is stored.
func TestRemindersAndReports(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, busy := w.learner("13800138831", nil), w.learner("13800138832", nil)
		p.want(422, "reminder_hour", "PUT", "/api/learning/reminder", map[string]any{"hour": 24})
		for _, x := range []*person{p, busy} {
			x.want(200, "", "PUT", "/api/learning/reminder", map[string]any{"hour": 20})
			x.paid(x.quoted(map[string]any{"sku_id": w.sku}), fmt.Sprint("advice-", x.me()))
		}
		w.at(time.Monday, 19)
		busy.read(w.lesson)
		w.ok(w.app.Advice.Sweep(w.system()))
		if got := p.notices(); len(got) != 0 {
			t.Fatalf("reminded before the hour: %q", got)
		}
		w.at(time.Monday, 20)
		for range 2 {
			w.ok(w.app.Advice.Sweep(w.system()))
		}
		if got := p.notices(); len(got) != 1 || !strings.Contains(got[0], "还没有开船") {
			t.Fatalf("reminded: %q", got)
		}
		w.clock.Advance(24 * time.Hour)
		w.ok(w.app.Advice.Sweep(w.system()))
		if got := p.notices(); len(got) != 2 {
			t.Fatalf("the next day: %q", got)
		}
		if got := busy.notices(); len(got) != 1 {
			t.Fatalf("reminded on the day of study: %q", got)
		}
		p.want(200, "", "PUT", "/api/learning/reminder", map[string]any{"hour": -1})
		busy.want(200, "", "PUT", "/api/learning/reminder", map[string]any{"hour": -1})
		w.at(time.Monday, 10)
		for range 2 {
			w.ok(w.app.Advice.Sweep(w.system()))
		}
		if got := p.notices(); len(got) != 2 {
			t.Fatalf("who studied nothing has no report, and no reminder any more: %q", got)
		}
		if got := busy.notices(); len(got) != 2 || got[0] != "上周的学习小结/学了 1 天，一共 1 分钟" {
			t.Fatalf("the week of who studied: %q", got)
		}
		busy.read(w.openText)

		week := busy.want(200, "", "GET", "/api/learning/week", nil)
		if week.num("day_count") != 1 || week.num("studied_ms") != 60_000 || week.num("before_ms") != 60_000 || !strings.Contains(week.raw, "第一课") || week.at("running") != true {
			t.Fatalf("the running week: %s", week.raw)
		}
		monday, err := time.ParseInLocation(time.DateOnly, week.str("monday"), clock.China)
		w.ok(err)
		before := monday.AddDate(0, 0, -7).Format(time.DateOnly)
		old := busy.want(200, "", "GET", "/api/learning/week?monday="+before, nil)
		if old.num("studied_ms") != 60_000 || !strings.Contains(old.raw, "第二课") || old.at("running") != false {
			t.Fatalf("the week before: %s", old.raw)
		}
		busy.want(422, "report_week", "GET", "/api/learning/week?monday="+monday.AddDate(0, 0, 1).Format(time.DateOnly), nil)
		busy.want(422, "report_week", "GET", "/api/learning/week?monday=2026-99-99", nil)
		month := busy.want(200, "", "GET", "/api/learning/month?month="+before[:7], nil)
		if !strings.Contains(month.raw, fmt.Sprintf(`"day":"%s"`, before)) {
			t.Fatalf("the calendar: %s", month.raw)
		}
	})
}

// A suggestion is derived from stored facts, and says them.
func TestSuggestions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.app.Catalog
		p := w.learner("13800138841", nil)
		none := func() string { return p.want(200, "", "GET", "/api/learning/advice", nil).raw }
		if got := none(); strings.Contains(got, "kind") {
			t.Fatalf("advice to who has done nothing: %s", got)
		}
		chapter := must(c.Outline(w.system(), w.paid))(t)[0].ID
		for i := range 3 {
			n := must(c.AddLesson(w.system(), 0, w.paid, chapter, fmt.Sprint("后面的课", i), catalog.Article))(t)
			w.ok(c.UpdateLesson(w.system(), 0, n, catalog.LessonChange{Title: fmt.Sprint("后面的课", i), BodyHTML: videoless}))
		}
		p.paid(p.quoted(map[string]any{"sku_id": w.sku}), "suggestions")
		p.read(w.openText)
		if got := none(); strings.Contains(got, "kind") {
			t.Fatalf("four lessons are missing: %s", got)
		}
		lessons := must(c.Outline(w.system(), w.paid))(t)[0].Lessons
		p.read(lessons[1].ID)
		p.read(lessons[2].ID)
		got := p.want(200, "", "GET", "/api/learning/advice", nil)
		if !strings.Contains(got.raw, `"kind":"near"`) || !strings.Contains(got.raw, "再学 2 课") || !strings.Contains(got.raw, "5 课里学完了 3 课") || !strings.Contains(got.raw, fmt.Sprintf(`"lesson_id":%d`, lessons[3].ID)) {
			t.Fatalf("near the end: %s", got.raw)
		}
		// Whoever has the course by something that holds it is told the same, and until when.
		q := w.learner("13800138842", nil)
		_, sku := w.goods("membership", "学习会员", 0, catalog.Goods{}, []catalog.PartRef{{Kind: "course", RefID: w.paid}}, catalog.SKU{Name: "五天", PriceFen: 500, PeriodDays: 5})
		q.paid(q.quoted(map[string]any{"sku_id": sku}), "suggestions-member")
		q.read(lessons[1].ID)
		if got := q.want(200, "", "GET", "/api/learning/advice", nil).raw; !strings.Contains(got, `"kind":"ending"`) || !strings.Contains(got, "还有 5 天，5 课里学完了 1 课") {
			t.Fatalf("by a membership: %s", got)
		}
	})
}
