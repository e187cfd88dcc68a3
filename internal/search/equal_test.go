package search_test

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"zhizhou/internal/search"
)

// What one to four characters find is what strings.Contains finds, whatever the texts:
// few different characters, so that they repeat and overlap in every way.
func TestSearchFindsWhatStringsContainsFinds(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		rng := rand.New(rand.NewSource(7))
		alphabet := []rune("数据分析的一，。x 数据分𠀀")
		text := func(n int) string {
			out := make([]rune, 1+rng.Intn(n))
			for i := range out {
				out[i] = alphabet[rng.Intn(len(alphabet))]
			}
			return string(out)
		}
		const courses = 30
		texts := map[int64][3]string{}
		who := s.teacher("甲")
		for range courses {
			k := [3]string{"课" + strings.TrimSpace(text(12)), strings.TrimSpace(text(30)), text(60)}
			texts[s.add(course{title: k[0], promise: k[1], intro: "<p>" + k[2] + "</p>", teacher: who})] = k
		}
		for n := range 120 {
			q := make([]rune, 1+n%4)
			for i := range q {
				q[i] = []rune("数据分析的一𠀀")[rng.Intn(7)]
			}
			var want, got []string
			for id, k := range texts {
				if slices.ContainsFunc(k[:], func(t string) bool { return strings.Contains(t, string(q)) }) {
					want = append(want, fmt.Sprint(id))
				}
			}
			var after []int64
			for _, order := range []string{search.Relevance, search.Newest} {
				got, after = nil, nil
				for {
					r, err := s.find.Search(ctx, search.Query{Text: string(q), Platform: "pc", Sort: order, After: after, Limit: 50})
					s.ok(err)
					for _, h := range r.Hits {
						got = append(got, fmt.Sprint(h.Card.ID))
					}
					if !r.More {
						break
					}
					after = r.Hits[len(r.Hits)-1].Keys
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("%s in order of %s: %d found, %d hold it", string(q), order, len(got), len(want))
				}
			}
		}
	})
}

func TestWordsAreCountedOncePerVisitorAndDay(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		note := func(visitor, word string, hits int) { s.t.Helper(); s.ok(s.find.Note(ctx, visitor, word, hits)) }
		for _, v := range []string{"a", "a", "b", "c", "c"} {
			note(v, " 写作 ", 3)
			note(v, "水彩", 0)
		}
		note("a", "ＥＸＣＥＬ", 1)
		note("a", "13800138000", 0)
		note("a", "!!", 0)
		report := func(kind string) string {
			rows, err := s.find.Words(ctx, kind, 7)
			s.ok(err)
			var out []string
			for _, w := range rows {
				out = append(out, fmt.Sprintf("%s %d", w.Word, w.Visitors))
			}
			return strings.Join(out, ", ")
		}
		hot := func() string {
			rows, err := s.find.Hot(ctx)
			s.ok(err)
			var out []string
			for _, w := range rows {
				out = append(out, w.Word)
			}
			return strings.Join(out, ",")
		}
		if report("hot") != "写作 3, excel 1" || report("none") != "水彩 3" || hot() != "写作" {
			t.Fatalf("%s | %s | %s", report("hot"), report("none"), hot())
		}
		s.ok(s.find.Mark(ctx, "Excel", search.Pinned))
		s.ok(s.find.Mark(ctx, "水彩", search.Hidden))
		if report("none") != "" || hot() != "excel,写作" {
			t.Fatalf("%s | %s", report("none"), hot())
		}
		s.ok(s.find.Mark(ctx, "写作", search.Hidden))
		s.ok(s.find.Mark(ctx, "excel", ""))
		if hot() != "" {
			t.Fatalf("hidden and left alone: %s", hot())
		}
		// A day later the same visitors count again; what found nothing then and finds
		// something now leaves the report.
		s.clock.Advance(24 * 3600e9)
		note("a", "水彩", 2)
		s.ok(s.find.Mark(ctx, "水彩", ""))
		if report("none") != "" || report("hot") != "水彩 4, 写作 3, excel 1" {
			t.Fatalf("%s | %s", report("none"), report("hot"))
		}
		s.clock.Advance(8 * 24 * 3600e9)
		s.ok(s.find.Sweep(ctx))
		var rows []search.Word
		rows, err := s.find.Words(ctx, "hot", 90)
		s.ok(err)
		if len(rows) != 2 || rows[0].Word != "水彩" || rows[1].Word != "写作" {
			t.Fatalf("after a week %v", rows) // what one visitor alone wrote is forgotten
		}
	})
}

func TestSynonymsAreInForceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		ctx := context.Background()
		who := s.teacher("甲")
		s.add(course{title: "演示文稿设计", teacher: who})
		s.add(course{title: "PPT 技巧", teacher: who})
		s.add(course{title: "幻灯片动画", teacher: who})
		find := func(q string) string { return strings.Join(titles(s.search(search.Query{Text: q})), ",") }
		if find("ppt") != "PPT 技巧" {
			t.Fatal(find("ppt"))
		}
		id, err := s.find.SaveSynonym(ctx, 0, []string{"PPT", "幻灯片", "演示文稿", "ppt"})
		s.ok(err)
		for q, want := range map[string]string{"ppt": "PPT 技巧,幻灯片动画,演示文稿设计", "幻灯片技巧": "PPT 技巧", "演示文稿 动画": "幻灯片动画", "ppt设计": "演示文稿设计", "pptx": ""} {
			if got := find(q); got != want {
				t.Errorf("%s finds %s, want %s", q, got, want)
			}
		}
		for _, bad := range [][]string{{"一"}, {"一", "一"}, {"", "。"}, {"一", strings.Repeat("长", 21)}} {
			if _, err := s.find.SaveSynonym(ctx, 0, bad); err == nil {
				t.Errorf("%v is a group", bad)
			}
		}
		s.ok(s.find.DeleteSynonym(ctx, id))
		if find("ppt") != "PPT 技巧" || s.find.DeleteSynonym(ctx, id) == nil {
			t.Fatal("a group that is gone works")
		}
	})
}

// A long article, longer words than an index takes, and a phrase over the border of
// two pieces.
func TestLongArticlesAreFound(t *testing.T) {
	each(t, func(t *testing.T, s shop) {
		border := strings.Repeat("文", 5495) + "界上的一句话" + strings.Repeat("字", 6000) + "末尾。" + strings.Repeat("x", 5000)
		s.add(course{title: "长文", teacher: s.teacher("甲"), lessons: []lesson{{"一", "<p>" + border + "</p>", true}}})
		for _, q := range []string{"界上的一句话", "末尾", "文界上", "字末尾"} {
			if r := s.search(search.Query{Text: q}); len(r.Hits) != 1 {
				t.Errorf("%.20s is not found", q)
			}
		}
	})
}
