package app_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/ranking"
)

func searchFor(q string, more ...string) string {
	return "/api/search?q=" + url.QueryEscape(q) + strings.Join(more, "")
}

// Somebody types one character, initials, pinyin, a word with a slip and nonsense, and
// sees what changes in the same moment.
func TestINV42SearchThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, c, ctx := w.person(nil), w.app.Catalog, w.system()
		first := func(q string, more ...string) string {
			t.Helper()
			a := p.want(200, "", "GET", searchFor(q, more...), nil)
			items, _ := a.at("items").([]any)
			if len(items) == 0 {
				return ""
			}
			return answer{body: items[0].(map[string]any)}.str("course", "title")
		}
		for q, want := range map[string]string{"米": "从一碗米饭开始", "bhxqc": "把话写清楚", "baohuaxie": "", "bahua": "把话写清楚", "清楚": "把话写清楚", "不存在": "", "建议怎么做": "从一碗米饭开始"} {
			if got := first(q); got != want {
				t.Errorf("%q finds %q, want %q", q, got, want)
			}
		}
		if got := first("", "&tag="+url.QueryEscape("邮件"), "&pay=paid"); got != "把话写清楚" {
			t.Errorf("filters alone find %q", got)
		}
		if first("清楚", "&category=writing", "&form=course", "&sort=sales") != "把话写清楚" || first("清楚", "&pay=free") != "" {
			t.Error("filters do not hold")
		}
		course, tags, err := c.Course(ctx, 0, w.paid)
		w.ok(err)
		w.ok(c.UpdateCourse(ctx, 0, w.paid, catalog.CourseChange{Title: "用 Notion 写清楚", Promise: course.Promise, Tags: tags, InstructorID: course.InstructorID, CategoryID: course.CategoryID, Version: course.Version}))
		a := p.want(200, "", "GET", searchFor("notoin"), nil)
		if a.str("corrected") != "notion" || !strings.Contains(a.raw, `{"text":"Notion","hit":true}`) {
			t.Errorf("a slip: %s", a.raw)
		}
		if first("把话") != "" || first("notion") == "" {
			t.Error("a new title is not found at once, or the old one still is")
		}
		w.ok(c.Unpublish(ctx, w.paid))
		if first("notion") != "" || strings.Contains(p.want(200, "", "GET", "/api/search/suggestions?q=yong", nil).raw, "Notion") {
			t.Error("what was taken down is found")
		}
		// Hostile questions are questions; a cursor of another list is refused.
		for _, q := range []string{`"`, "a AND", "NEAR(", "C++", "🚀", "';--", "title:米", strings.Repeat("米", 10_000)} {
			p.want(200, "", "GET", searchFor(q), nil)
		}
		p.want(422, "cursor_invalid", "GET", searchFor("米", "&cursor=MQ"), nil)
		p.want(422, "", "GET", searchFor("米", "&sort=cheapest"), nil)
	})
}

// INV-19: what a lesson that must be paid for says is in no answer of a search; that of
// a free one is.
func TestINV19SearchAnswersHoldNoPaidText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c := w.system(), w.app.Catalog
		l := must(c.Lesson(ctx, w.lesson))(t)
		w.ok(c.UpdateLesson(ctx, 0, w.lesson, catalog.LessonChange{Title: l.Title, BodyHTML: "<p>秘方是三勺陈醋加半勺糖</p>"}))
		w.ok(c.UpdateLesson(ctx, 0, w.openText, catalog.LessonChange{Title: "第一课", IsFree: true, BodyHTML: "<p>先备好陈醋再开火</p>"}))
		p := w.person(nil)
		a := p.want(200, "", "GET", searchFor("半勺糖"), nil)
		if !strings.Contains(a.raw, "第二课") || strings.Contains(a.raw, "秘方") || strings.Contains(a.raw, "三勺") || strings.Contains(a.raw, "半勺") {
			t.Fatalf("%s", a.raw)
		}
		if a := p.want(200, "", "GET", searchFor("陈醋"), nil); strings.Contains(a.raw, "三勺") || !strings.Contains(a.raw, "开火") {
			t.Fatalf("%s", a.raw)
		}
	})
}

// Staff see what was searched for in vain, add a synonym, and it is found.
func TestSearchReport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boss := w.staff("operator")
		for i := range 3 {
			p := w.learner(fmt.Sprintf("1380013880%d", i), nil)
			p.want(200, "", "GET", searchFor("干饭"), nil)
			p.want(200, "", "GET", searchFor("干饭"), nil)
			p.want(200, "", "GET", searchFor("米饭"), nil)
			p.want(200, "", "GET", searchFor("米饭", "&pay=paid"), nil)
		}
		none := boss.want(200, "", "GET", "/api/console/search/words?kind=none", nil)
		if !strings.Contains(none.raw, `{"word":"干饭","visitors":3,"hits":0,"mark":""}`) || strings.Contains(none.raw, "米饭") {
			t.Fatalf("%s", none.raw)
		}
		p := w.person(nil)
		if hot := p.want(200, "", "GET", "/api/search/hot", nil); !strings.Contains(hot.raw, `[{"word":"米饭"}]`) {
			t.Fatalf("%s", hot.raw)
		}
		id := boss.want(200, "", "PUT", "/api/console/synonyms/0", map[string]any{"words": []string{"干饭", "米饭"}}).num("id")
		if a := p.want(200, "", "GET", searchFor("干饭"), nil); !strings.Contains(a.raw, "从一碗米饭开始") {
			t.Fatalf("%s", a.raw)
		}
		boss.want(204, "", "DELETE", fmt.Sprintf("/api/console/synonyms/%d", id), nil)
		boss.want(404, "synonym_gone", "DELETE", fmt.Sprintf("/api/console/synonyms/%d", id), nil)
		boss.want(422, "synonym_invalid", "PUT", "/api/console/synonyms/0", map[string]any{"words": []string{"干饭"}})
		boss.want(204, "", "PUT", "/api/console/search/marks", map[string]any{"word": "米饭", "mark": "hidden"})
		if hot := p.want(200, "", "GET", "/api/search/hot", nil); strings.Contains(hot.raw, "米饭") {
			t.Fatalf("a hidden word: %s", hot.raw)
		}
		w.staff("editor").want(403, "", "GET", "/api/console/search/words", nil)
	})
}

// Rankings count what was paid and kept, and show what is published.
func TestRankings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		one, two := w.learner("13800138811", nil), w.learner("13800138812", nil)
		one.paid(one.quoted(map[string]any{"sku_id": w.sku}), "ranking-1")
		given := two.paid(two.quoted(map[string]any{"sku_id": w.sku}), "ranking-2")
		p := w.person(nil)
		computed := func() int64 { return p.want(200, "", "GET", "/api/rankings/sales_7", nil).num("computed_at") }
		if computed() != 0 {
			t.Fatal("a ranking is dated before the first was made")
		}
		w.ok(w.app.Rank(ctx))
		amount := func(kind string) int64 {
			a := p.want(200, "", "GET", "/api/rankings/"+kind, nil)
			items, _ := a.at("items").([]any)
			if len(items) == 0 {
				return 0
			}
			return answer{body: items[0].(map[string]any)}.num("amount")
		}
		if amount(ranking.Sales7) != 2 || amount(ranking.Sales30) != 2 || amount(ranking.Study) != 0 {
			t.Fatalf("two sales: %d in 7 days, %d in 30", amount(ranking.Sales7), amount(ranking.Sales30))
		}
		w.refund(given, 16900)
		one.read(w.lesson)
		w.clock.Advance(10 * time.Second)
		w.ok(w.app.Rank(ctx))
		if amount(ranking.Sales7) != 1 || amount(ranking.Study) < 30_000 {
			t.Fatalf("after a refund %d sales, %d ms of study", amount(ranking.Sales7), amount(ranking.Study))
		}
		w.clock.Advance(8 * 24 * time.Hour)
		w.ok(w.app.Rank(ctx))
		if amount(ranking.Sales7) != 0 || amount(ranking.Sales30) != 1 {
			t.Fatalf("a week later %d and %d", amount(ranking.Sales7), amount(ranking.Sales30))
		}
		if age := w.clock.Now().UnixMilli() - computed(); age < 0 || age > time.Minute.Milliseconds() {
			t.Fatalf("an empty ranking was made %d ms ago", age)
		}
		w.ok(w.app.Catalog.Unpublish(ctx, w.paid))
		if a := p.want(200, "", "GET", "/api/rankings/new", nil); amount(ranking.Sales30) != 0 || strings.Contains(a.raw, "把话写清楚") || !strings.Contains(a.raw, "从一碗米饭开始") {
			t.Fatal("what was taken down is ranked")
		}
		p.want(404, "", "GET", "/api/rankings/best", nil)
	})
}

// A topic is seen from its publishing to its end, with those of its courses that are
// published, in its order.
func TestTopics(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boss, p := w.staff("operator"), w.person(nil)
		body := func(version int64, courses ...int64) map[string]any {
			list := []map[string]any{}
			for _, n := range courses {
				list = append(list, map[string]any{"course_id": n, "note": "先看它"})
			}
			return map[string]any{"title": "新手第一步", "intro": "从这里开始", "version": version, "courses": list}
		}
		id := boss.want(200, "", "PUT", "/api/console/topics/0", body(0, w.free, w.paid)).num("id")
		at, console := fmt.Sprintf("/api/topics/%d", id), fmt.Sprintf("/api/console/topics/%d", id)
		p.want(404, "topic_gone", "GET", at, nil)
		p.want(404, "", "GET", fmt.Sprintf("/topic/%d", id), nil)
		boss.want(204, "", "POST", console+"/publish", map[string]any{"on": true})
		boss.want(409, "topic_status", "POST", console+"/publish", map[string]any{"on": true})
		page := p.want(200, "", "GET", at, nil)
		if strings.Index(page.raw, "从一碗米饭开始") > strings.Index(page.raw, "把话写清楚") || page.num("course_count") != 2 || !strings.Contains(page.raw, "先看它") {
			t.Fatalf("%s", page.raw)
		}
		shell := p.want(200, "", "GET", fmt.Sprintf("/topic/%d", id), nil).raw
		if !strings.Contains(shell, "新手第一步 · ") || !strings.Contains(shell, `"@type":"ItemList"`) || !strings.Contains(p.want(200, "", "GET", "/sitemap.xml", nil).raw, fmt.Sprintf("/topic/%d<", id)) {
			t.Fatalf("search engines do not see it: %s", shell)
		}
		if home := p.want(200, "", "GET", "/api/home", nil); !strings.Contains(home.raw, "新手第一步") {
			t.Fatal("it is not on the home page")
		}
		boss.want(200, "", "PUT", console, body(2, w.paid, w.free))
		boss.want(409, "topic_changed", "PUT", console, body(2, w.paid))
		boss.want(422, "topic_invalid", "PUT", console, body(3, w.paid, w.paid))
		boss.want(422, "topic_invalid", "PUT", console, body(3, 404))
		if page := p.want(200, "", "GET", at, nil); strings.Index(page.raw, "从一碗米饭开始") < strings.Index(page.raw, "把话写清楚") {
			t.Fatal("the new order is not shown")
		}
		w.ok(w.app.Catalog.Unpublish(w.system(), w.paid))
		if page := p.want(200, "", "GET", at, nil); strings.Contains(page.raw, "把话写清楚") || page.num("course_count") != 1 {
			t.Fatal("a course that was taken down is shown")
		}
		boss.want(409, "topic_status", "DELETE", console, nil)
		boss.want(204, "", "POST", console+"/publish", map[string]any{"on": false})
		p.want(404, "topic_gone", "GET", at, nil)
		boss.want(204, "", "DELETE", console, nil)
		boss.want(404, "topic_gone", "GET", console, nil)
		empty := boss.want(200, "", "PUT", "/api/console/topics/0", body(0, w.paid)).num("id")
		boss.want(409, "topic_empty", "POST", fmt.Sprintf("/api/console/topics/%d/publish", empty), map[string]any{"on": true})
	})
}
