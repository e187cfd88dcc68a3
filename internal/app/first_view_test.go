package app_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
)

var sentAnswers = regexp.MustCompile(`(?s)<script type="application/json" id="zz-answers">(.*?)</script>`)

// A visitor who is not signed in is sent the top of a page and the answers it is made of
// with it: nothing that the API would not tell them, and nothing that leaves its block.
// Who is signed in is sent neither.
func TestFirstViewOfPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, c := w.system(), w.app.Catalog
		evil := `</script><script>alert(1)</script><!-- "引号"`
		part := must(c.Lesson(ctx, w.lesson))(t).ChapterID
		open := must(c.AddLesson(ctx, 0, w.paid, part, "免费的一课", catalog.Article))(t)
		w.ok(c.UpdateLesson(ctx, 0, open, catalog.LessonChange{Title: evil, IsFree: true, BodyHTML: `<p>谁都能读的一段</p><script>alert(2)</script>`}))
		shut := must(c.AddLesson(ctx, 0, w.paid, part, "付费的一课", catalog.Article))(t)
		w.ok(c.UpdateLesson(ctx, 0, shut, catalog.LessonChange{Title: "付费的一课", BodyHTML: `<p>买了才能读的一段</p>`}))
		stranger := w.person(nil)
		sent := func(p *person, path string) (page string, answers map[string]json.RawMessage) {
			t.Helper()
			page = p.do("GET", path, nil).raw
			if m := sentAnswers.FindStringSubmatch(page); m != nil {
				if err := json.Unmarshal([]byte(m[1]), &answers); err != nil {
					t.Fatalf("%s: %v in %s", path, err, m[1])
				}
			}
			return page, answers
		}
		same := func(path, address string, words ...string) {
			t.Helper()
			page, answers := sent(stranger, path)
			view, rest, ok := strings.Cut(page, `id="zz-answers"`)
			if !ok || !strings.Contains(view, `id="first"`) || strings.Contains(rest, `<script type="module"`) {
				t.Fatalf("%s has no first view, or starts before it is drawn: %s", path, page)
			}
			for _, word := range words {
				if !strings.Contains(view, word) {
					t.Errorf("%s does not show %q: %s", path, word, view)
				}
			}
			var got, want any
			w.ok(json.Unmarshal(answers[address], &got))
			w.ok(json.Unmarshal([]byte(stranger.want(200, "", "GET", address, nil).raw), &want))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s was sent\n%v\nfor %s, not\n%v", path, got, address, want)
			}
			if strings.Contains(page, "alert(1)</script>") || strings.Contains(page, "alert(2)") {
				t.Errorf("%s carries a script: %s", path, page)
			}
		}
		course, lesson := fmt.Sprintf("/course/%d", w.paid), fmt.Sprintf("/learn/%d", open)
		same("/", "/api/home", "把话写清楚", `href="`+course+`"`)
		same(course, "/api"+strings.Replace(course, "course", "courses", 1), `<h1 class="song intro-t grow">把话写清楚</h1>`)
		same(lesson, fmt.Sprintf("/api/lessons/%d", open), "谁都能读的一段", "&lt;/script&gt;")
		same("/search?q=%E6%8A%8A%E8%AF%9D", "/api/search?limit=12&q=%E6%8A%8A%E8%AF%9D&sort=relevance", `<span class="found">`, `value="把话"`)
		same("/search?q=%22%3E%3Cb%3E", "/api/search?limit=12&q=%22%3E%3Cb%3E&sort=relevance", `value="&#34;&gt;&lt;b&gt;"`)

		// What is not open to them comes without its words.
		if page, answers := sent(stranger, fmt.Sprintf("/learn/%d", shut)); strings.Contains(page, "买了才能读的一段") || strings.Contains(page, `id="first"`) || len(answers) == 0 {
			t.Errorf("a paid lesson: %s", page)
		}
		draft := must(c.CreateCourse(editor(), 0, "还没写完"))(t)
		for _, path := range []string{fmt.Sprintf("/course/%d?preview=%s", draft.ID, draft.PreviewToken), "/course/123456789", "/me", "/search", "/search?q=x&sort=sales"} {
			if page, answers := sent(stranger, path); strings.Contains(page, `id="first"`) || len(answers) > 0 {
				t.Errorf("%s has a first view: %s", path, page)
			}
		}
		learner := w.learner("13600136001", nil)
		for _, path := range []string{"/", course, lesson} {
			if page, answers := sent(learner, path); strings.Contains(page, `id="first"`) || len(answers) > 0 || !strings.Contains(page, `rel="preload" as="fetch"`) {
				t.Errorf("%s for who is signed in: %s", path, page)
			}
		}
	})
}
