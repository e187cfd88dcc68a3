package search_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/search"
	"zhizhou/internal/testkit"
)

type shop struct {
	*catalog.Service
	find  *search.Service
	db    *db.DB
	t     *testing.T
	clock *clock.Moved
}

func each(t *testing.T, fn func(t *testing.T, s shop)) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock.Moved{}
		shelf := catalog.New(d, c, nil)
		find := search.New(d, c, shelf, nil)
		shelf.OnChange(find.Index)
		fn(t, shop{shelf, find, d, t, c})
		found, err := search.Audit(context.Background(), d)
		if err != nil || len(found) > 0 {
			t.Errorf("the index afterwards: %v %v", found, err)
		}
	})
}

func (s shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

type lesson struct {
	title, body string
	free        bool
}

type course struct {
	title, promise, intro string
	teacher, category     int64
	tags                  []string
	fen                   int64
	lessons               []lesson
}

// add publishes a course, later than those before it.
func (s shop) add(k course) int64 {
	s.t.Helper()
	ctx := context.Background()
	s.clock.Advance(time.Second)
	c, err := s.CreateCourse(ctx, 0, k.title)
	s.ok(err)
	s.ok(s.UpdateCourse(ctx, 0, c.ID, catalog.CourseChange{Title: k.title, Promise: k.promise, IntroHTML: k.intro, Tags: k.tags, InstructorID: k.teacher, CategoryID: k.category, Version: c.Version}))
	productID, err := s.ProductOf(ctx, c.ID)
	s.ok(err)
	_, err = s.SaveSKU(ctx, productID, catalog.SKU{Name: "长期", PriceFen: k.fen, TaxCategory: "digital_service", Active: true})
	s.ok(err)
	ch, err := s.AddChapter(ctx, 0, c.ID, "章")
	s.ok(err)
	if len(k.lessons) == 0 {
		k.lessons = []lesson{{"开篇", "<p>文</p>", false}}
	}
	for _, l := range k.lessons {
		n, err := s.AddLesson(ctx, 0, c.ID, ch, l.title, catalog.Article)
		s.ok(err)
		s.ok(s.UpdateLesson(ctx, 0, n, catalog.LessonChange{Title: l.title, BodyHTML: l.body, IsFree: l.free}))
	}
	s.ok(s.Publish(ctx, c.ID, 0))
	return c.ID
}

func (s shop) teacher(name string) int64 {
	n, err := s.SaveInstructor(context.Background(), catalog.Instructor{Name: name})
	s.ok(err)
	return n
}

func (s shop) search(q search.Query) search.Result {
	s.t.Helper()
	q.Platform = "pc"
	if q.Limit == 0 {
		q.Limit = 20
	}
	r, err := s.find.Search(context.Background(), q)
	s.ok(err)
	return r
}

func titles(r search.Result) []string {
	out := []string{}
	for _, h := range r.Hits {
		out = append(out, h.Card.Title)
	}
	return out
}

// marked writes hits in brackets.
func marked(list []search.Piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func (s shop) school() {
	shen := s.teacher("沈牧之")
	s.add(course{title: "钢琴入门", promise: "三十天弹一首", intro: "<p>研究生命里的节奏</p>", teacher: shen, fen: 9900})
	s.add(course{title: "把话写清楚", promise: "职场写作", intro: "<p>数据也要写清楚 &amp; C++ 例子</p>", teacher: shen, tags: []string{"写作"}, fen: 16900, lessons: []lesson{{"结论先行", "<p>先讲金字塔原理再展开</p>", false}, {"邮件开头", "<p>收件人只看第一句</p>", true}}})
	s.add(course{title: "数据分析第一课", promise: "四周学会提问", intro: "<p>取数、画图、讲结论</p>", teacher: s.teacher("周一航"), tags: []string{"Excel", "图表"}, lessons: []lesson{{"透视表", "<p>拖动字段</p>", true}}})
	s.add(course{title: "微习惯：每天五分钟", promise: "从小事开始", teacher: shen, fen: 4900, lessons: []lesson{{"Python 打卡脚本", "<p>不写也行</p>", false}}, tags: []string{"Python", "Notion"}})
}

func TestSearchFinds(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		s.school()
		for q, want := range map[string][]string{
			// One character and more, wherever it stands.
			"琴": {"钢琴入门"}, "数据": {"数据分析第一课", "把话写清楚"}, "数据分析": {"数据分析第一课"}, "分析第一课": {"数据分析第一课"},
			"牧之": {"微习惯：每天五分钟", "把话写清楚", "钢琴入门"}, "据数": {}, "写作 数据": {"把话写清楚"},
			// Titles of lessons and their articles, with words of the course beside them.
			"结论先行": {"把话写清楚"}, "金字塔原理": {"把话写清楚"}, "写作 金字塔": {"把话写清楚"}, "钢琴 金字塔": {},
			// Capitals, full width, beginnings.
			"excel": {"数据分析第一课"}, "ＥＸＣＥＬ": {"数据分析第一课"}, "exc": {"数据分析第一课"}, "C++": {"把话写清楚"},
			// Pinyin and initials, from any character on, and of another usual reading.
			"weixiguan": {"微习惯：每天五分钟"}, "wxg": {"微习惯：每天五分钟"}, "xiguan": {"微习惯：每天五分钟"}, "sjfx": {"数据分析第一课"}, "shujuf": {"数据分析第一课"}, "gangqin": {"钢琴入门"},
			"shenmuzhi": {"微习惯：每天五分钟", "把话写清楚", "钢琴入门"}, "zyh": {"数据分析第一课"}, "tubiao": {"数据分析第一课"}, "diyike": {"数据分析第一课"},
			// Hostile queries.
			`"' OR`: {}, "NEAR(数": {}, "-": {}, "": {}, "a AND": {}, "title : 数": {}, "'": {}, "数据*": {"数据分析第一课", "把话写清楚"}, "🚀": {}, "\x00": {}, "数:*|!": {"数据分析第一课", "把话写清楚"}, "%": {},
			strings.Repeat("x", 10_000): {}, strings.Repeat("数据 ", 3_000): {"数据分析第一课", "把话写清楚"},
		} {
			got := titles(s.search(search.Query{Text: q}))
			if !slices.Equal(got, want) {
				t.Errorf("%.40q finds %v, want %v", q, got, want)
			}
		}
	})
}

func TestSearchReadsASlip(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		s.school()
		for q, read := range map[string]string{"pyhton": "python", "pythn": "python", "pythonn": "python", "pithon": "python", "notoin": "notion", "excle": "excel", "写作 exsel": ""} {
			r := s.search(search.Query{Text: q})
			if r.Corrected != read || (read != "") != (len(r.Hits) == 1) {
				t.Errorf("%q is read as %q and finds %v", q, r.Corrected, titles(r))
			}
		}
		// Three letters are too few, two slips too many, and a word of the index is right.
		for _, q := range []string{"pyt0n", "pyhtno", "exl", "qqqq"} {
			if r := s.search(search.Query{Text: q}); len(r.Hits) != 0 || r.Corrected != "" {
				t.Errorf("%q is read as %q", q, r.Corrected)
			}
		}
	})
}

func TestSearchRanksFiltersAndSorts(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		who, other := s.teacher("林知夏"), s.teacher("书法")
		category, err := s.SaveCategory(ctx, catalog.Category{Name: "艺术", Slug: "art"})
		s.ok(err)
		exact := s.add(course{title: "书法", teacher: who, fen: 500, category: category})
		begins := s.add(course{title: "书法入门", teacher: who, fen: 300, tags: []string{"楷书"}})
		s.add(course{title: "跟我学书法", teacher: who, fen: 0})
		s.add(course{title: "国画", teacher: other, fen: 200, tags: []string{"楷书", "A/B 测试"}})
		s.add(course{title: "篆刻", promise: "书法也讲", teacher: who, fen: 900})
		expect := func(q search.Query, want ...string) {
			t.Helper()
			q.Text = "书法"
			if got := titles(s.search(q)); !slices.Equal(got, want) {
				t.Errorf("%+v gives %v, want %v", q, got, want)
			}
		}
		expect(search.Query{}, "书法", "书法入门", "跟我学书法", "国画", "篆刻")
		expect(search.Query{Sort: search.Newest}, "篆刻", "国画", "跟我学书法", "书法入门", "书法")
		expect(search.Query{Sort: search.ByPrice}, "跟我学书法", "国画", "书法入门", "书法", "篆刻")
		s.ok(s.find.SetSold(ctx, map[int64]int64{exact: 3, begins: 7}))
		expect(search.Query{Sort: search.BySales}, "书法入门", "书法", "篆刻", "国画", "跟我学书法")
		s.ok(s.find.SetSold(ctx, map[int64]int64{exact: 3}))
		expect(search.Query{Sort: search.BySales}, "书法", "篆刻", "国画", "跟我学书法", "书法入门")
		expect(search.Query{Pay: "free"}, "跟我学书法")
		expect(search.Query{Pay: "paid", TeacherID: who}, "书法", "书法入门", "篆刻")
		expect(search.Query{CategoryID: category}, "书法")
		expect(search.Query{Tag: "楷书"}, "书法入门", "国画")
		expect(search.Query{Form: catalog.FormColumn})
		if got := titles(s.search(search.Query{Tag: "a/b 测试"})); !slices.Equal(got, []string{"国画"}) {
			t.Errorf("a tag alone finds %v", got)
		}
		if r := s.search(search.Query{Text: "书法"}); len(r.Teachers) != 1 || r.Teachers[0].ID != other {
			t.Errorf("teachers %v", r.Teachers)
		}
		for _, order := range []string{search.Relevance, search.Newest, search.ByPrice, search.BySales} {
			var all []string
			var after []int64
			for {
				r := s.search(search.Query{Text: "书法", Sort: order, After: after, Limit: 2})
				all = append(all, titles(r)...)
				if !r.More {
					break
				}
				after = r.Hits[len(r.Hits)-1].Keys
			}
			if whole := titles(s.search(search.Query{Text: "书法", Sort: order})); !slices.Equal(all, whole) {
				t.Errorf("%s in pages: %v, at once %v", order, all, whole)
			}
		}
		// A price that changes moves the course at once.
		product, err := s.ProductOf(ctx, exact)
		s.ok(err)
		_, err = s.SaveSKU(ctx, product, catalog.SKU{Name: "月", PriceFen: 100, PeriodMonths: 1, TaxCategory: "digital_service", Active: true})
		s.ok(err)
		expect(search.Query{Sort: search.ByPrice, Pay: "paid", TeacherID: who}, "书法", "书法入门", "篆刻")
	})
}

func TestSearchSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		s.school()
		why := func(q string) search.Hit {
			t.Helper()
			r := s.search(search.Query{Text: q})
			if len(r.Hits) == 0 {
				t.Fatalf("%q finds nothing", q)
			}
			return r.Hits[0]
		}
		if h := why("数据 ＥＸＣＥＬ"); marked(h.Title) != "[数据]分析第一课" || marked(h.Tags[0]) != "[Excel]" || h.Where != "" {
			t.Errorf("%+v", h)
		}
		if h := why("wxg"); marked(h.Title) != "[微习惯]：每天五分钟" {
			t.Errorf("initials mark %s", marked(h.Title))
		}
		if h := why("xigu"); marked(h.Title) != "微[习惯]：每天五分钟" {
			t.Errorf("pinyin marks %s", marked(h.Title))
		}
		if h := why("研究生命"); h.Where != "intro" || marked(h.Text) != "[研究生命]里的节奏\n" {
			t.Errorf("%s %s", h.Where, marked(h.Text))
		}
		if h := why("结论先行"); h.Where != "lesson" || marked(h.Lesson) != "[结论先行]" || h.LessonFree {
			t.Errorf("%+v", h)
		}
		if h := why("收件人"); h.Where != "lesson" || marked(h.Lesson) != "邮件开头" || marked(h.Text) != "[收件人]只看第一句" || !h.LessonFree {
			t.Errorf("%+v", h)
		}
	})
}

// A lesson that must be paid for is found by its words; they are never shown.
func TestINV19SearchShowsNoPaidText(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		secret := "密钥藏在第三个抽屉里"
		id := s.add(course{title: "收纳", teacher: s.teacher("甲"), fen: 100, lessons: []lesson{{"付费一讲", "<p>先说" + secret + "再说别的</p>", false}, {"试读", "<p>抽屉要分层</p>", true}}})
		text := func(h search.Hit) string {
			return marked(h.Title) + marked(h.Promise) + marked(h.Lesson) + marked(h.Text) + marked(h.Teacher)
		}
		for _, q := range []string{"密钥", "抽屉里", "第三个", "再说别的", "密钥藏在第三个抽屉里"} {
			r := s.search(search.Query{Text: q})
			if len(r.Hits) != 1 || r.Hits[0].Where != "lesson" || marked(r.Hits[0].Lesson) != "付费一讲" || len(r.Hits[0].Text) != 0 {
				t.Fatalf("%q: %+v", q, r.Hits)
			}
			if strings.Contains(text(r.Hits[0]), "密钥") || strings.Contains(text(r.Hits[0]), "抽屉") {
				t.Fatalf("%q shows %s", q, text(r.Hits[0]))
			}
		}
		// Where a free lesson says it as well, that one is shown.
		if h := s.search(search.Query{Text: "抽屉"}).Hits[0]; marked(h.Text) != "[抽屉]要分层" {
			t.Fatalf("%s", marked(h.Text))
		}
		// A lesson that stops being free stops being shown at once.
		parts, err := s.Outline(ctx, id)
		s.ok(err)
		free := parts[0].Lessons[1]
		s.ok(s.UpdateLesson(ctx, 0, free.ID, catalog.LessonChange{Title: free.Title, BodyHTML: free.BodyHTML}))
		if h := s.search(search.Query{Text: "分层"}).Hits[0]; len(h.Text) != 0 {
			t.Fatalf("shows %s", marked(h.Text))
		}
	})
}

// INV-42: what is not published, scheduled, deleted or still being written is in no
// search, no suggestion and no correction, in the same moment.
func TestINV42SearchForgetsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		who := s.teacher("讲师")
		one := s.add(course{title: "水墨山水", teacher: who, tags: []string{"Photoshop"}, lessons: []lesson{{"起笔", "<p>焦墨</p>", true}, {"收笔", "<p>留白</p>", true}}})
		two := s.add(course{title: "水墨花鸟", teacher: who})
		hits := func(q string) int { return len(s.search(search.Query{Text: q}).Hits) }
		suggested := func(q string) int {
			list, err := s.find.Suggest(ctx, q)
			s.ok(err)
			return len(list)
		}
		if hits("水墨") != 2 || hits("留白") != 1 || suggested("水") != 2 || suggested("photo") != 1 || suggested("sm") != 2 || suggested("jiang") != 1 || suggested("山水") != 1 || suggested("鸟") != 1 {
			t.Fatal("what is published is not found")
		}
		parts, err := s.Outline(ctx, one)
		s.ok(err)
		s.ok(s.DeleteLesson(ctx, 0, parts[0].Lessons[1].ID))
		if hits("留白") != 0 || hits("收笔") != 0 || hits("焦墨") != 1 {
			t.Fatal("a deleted lesson is found")
		}
		s.ok(s.Unpublish(ctx, one))
		s.ok(s.DeleteCourse(ctx, two))
		if n := hits("水墨") + hits("焦墨") + hits("photoshop") + hits("smss") + suggested("水") + suggested("山") + suggested("鸟") + suggested("photo") + suggested("jiang"); n != 0 {
			t.Fatalf("%d hidden things are found", n)
		}
		if r := s.search(search.Query{Text: "photoshoq"}); r.Corrected != "" {
			t.Fatalf("a hidden word is named: %q", r.Corrected)
		}
		s.ok(s.Publish(ctx, one, s.clock.Now().Add(time.Hour).UnixMilli()))
		if hits("水墨") != 0 {
			t.Fatal("a scheduled course is found")
		}
		s.clock.Advance(2 * time.Hour)
		s.ok(s.PublishDue(ctx))
		if hits("水墨") != 1 || hits("焦墨") != 1 {
			t.Fatal("a course whose time has come is not found")
		}
	})
}

func TestHealWritesWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		id := s.add(course{title: "烘焙", teacher: s.teacher("讲师")})
		gone := s.add(course{title: "烘豆", teacher: 1})
		for _, q := range []string{"DELETE FROM search_docs WHERE course_id = $1", "UPDATE courses SET status = 'unpublished' WHERE id <> $1"} {
			if _, err := s.db.SQL().ExecContext(ctx, q, id); err != nil {
				t.Fatal(err)
			}
		}
		if found, err := search.Audit(ctx, s.db); err != nil || len(found) < 2 {
			t.Fatalf("the audit sees %v (%v), of %d and %d", found, err, id, gone)
		}
		// What the missing entry left behind is not found, nor in the way.
		if _, err := s.db.SQL().ExecContext(ctx, "DELETE FROM search_index"); err != nil {
			t.Fatal(err)
		}
		s.ok(s.find.Heal(ctx))
		if got := titles(s.search(search.Query{Text: "烘"})); !slices.Equal(got, []string{"烘焙"}) {
			t.Fatalf("%v", got)
		}
	})
}

// A new title of a long course is found at once; of its texts no transaction writes many,
// and the rest follows, each piece once. What is taken down meanwhile leaves at once.
func TestLongTextsFollowInPieces(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		left := 0
		s.find.OnRest(func(context.Context, *db.Tx, search.Rest) error { left++; return nil })
		k := course{title: "种树的人", promise: "一句话", intro: "<p>介绍</p>", teacher: s.teacher("林老师"), fen: 100}
		for n := range 12 {
			k.lessons = append(k.lessons, lesson{fmt.Sprintf("第%d课", n), "<p>" + strings.Repeat("山坡上有松树和柏树。", 900) + fmt.Sprintf("标记%c", '甲'+n) + "</p>", false})
		}
		id := s.add(k)
		if left == 0 || s.count(qPieces) >= 24 {
			t.Fatalf("all of it was written at once: %d pieces", s.count(qPieces))
		}
		s.ok(s.find.Finish(ctx, id))
		whole := s.count(qPieces)
		if whole != 24 || s.count(qUnfinished) != 0 {
			t.Fatalf("%d pieces, %d unfinished", whole, s.count(qUnfinished))
		}
		c, tags, err := s.Course(ctx, 0, id)
		s.ok(err)
		rename := func(title string) {
			t.Helper()
			s.ok(s.UpdateCourse(ctx, 0, id, catalog.CourseChange{Title: title, Promise: c.Promise, IntroHTML: c.IntroHTML, InstructorID: c.InstructorID, Tags: tags, Outcomes: []string{}, Version: c.Version}))
			c, _, err = s.Course(ctx, 0, id)
			s.ok(err)
		}
		rename("挖井的人")
		if len(s.search(search.Query{Text: "挖井"}).Hits) != 1 || len(s.search(search.Query{Text: "种树"}).Hits) != 0 || s.count(qUnfinished) != 1 {
			t.Fatal("the new title waits")
		}
		s.ok(s.find.Heal(ctx)) // as the job would
		if s.count(qPieces) != whole || s.count(qUnfinished) != 0 {
			t.Fatalf("%d pieces, then %d", whole, s.count(qPieces))
		}
		last := fmt.Sprintf("标记%c", '甲'+11)
		if len(s.search(search.Query{Text: "挖井 " + last}).Hits) != 1 || len(s.search(search.Query{Text: "种树 " + last}).Hits) != 0 {
			t.Fatal("title and text together are found by the old title")
		}
		rename("修路的人")
		s.ok(s.Unpublish(ctx, id))
		if s.count(qPieces) != 0 {
			t.Fatal("pieces stay of what was taken down")
		}
		s.ok(s.find.Finish(ctx, id))
		if s.count(qPieces) != 0 || len(s.search(search.Query{Text: last}).Hits) != 0 {
			t.Fatal("the rest brought back what was taken down")
		}
	})
}

var (
	qPieces     = db.Q("searchtest/pieces", `SELECT COUNT(*) FROM search_parts`)
	qUnfinished = db.Q("searchtest/unfinished", `SELECT COUNT(*) FROM search_docs WHERE rule = 0`)
)

func (s shop) count(q *db.Stmt) (n int64) {
	s.t.Helper()
	s.ok(s.db.Get(context.Background(), q, &n))
	return n
}
