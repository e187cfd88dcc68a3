package app_test

import (
	"fmt"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/version"
)

// Many lessons are changed in one go: a trial changes nothing and says the same, what
// cannot be changed is named and left alone, and a version from before is kept.
func TestManyLessonsAreChangedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.schoolStaff("editor")
		chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "后半"))(t)
		path := fmt.Sprintf("/api/console/courses/%d/lessons/bulk", w.paid)
		do := func(action string, dry bool, more map[string]any, lessons ...int64) string {
			body := map[string]any{"lessons": lessons, "action": action, "dry": dry}
			for k, v := range more {
				body[k] = v
			}
			return editor.want(200, "", "POST", path, body).raw
		}
		outline := func() string {
			return editor.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d", w.paid), nil).raw
		}
		versions := func() int {
			return len(must(w.app.Version.List(w.system(), 0, w.paid))(t))
		}
		before, kept := outline(), versions()
		trial := do("free", true, nil, w.lesson, w.openText, 12345)
		if outline() != before || versions() != kept {
			t.Fatal("a trial changed something")
		}
		if got := do("free", false, nil, w.lesson, w.openText, 12345); got != trial || strings.Count(got, `"ok":true`) != 1 || !strings.Contains(got, "本来就是这样") || !strings.Contains(got, "没有这") {
			t.Fatalf("freed: %s, on trial %s", got, trial)
		}
		if versions() != kept+1 || must(w.app.Version.List(w.system(), 0, w.paid))(t)[0].Cause != version.Bulk {
			t.Fatal("no version from before was kept")
		}
		p := w.person(nil)
		if p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", w.lesson), nil).at("access", "allowed") != true {
			t.Fatal("it is not free")
		}
		do("paid", false, nil, w.lesson)
		if got := do("unlock", false, map[string]any{"after_lesson_id": w.openText}, w.lesson, w.openText); strings.Count(got, `"ok":true`) != 1 || !strings.Contains(got, "不能等它自己") {
			t.Fatalf("unlocked: %s", got)
		}
		do("move", false, map[string]any{"chapter_id": chapter}, w.lesson, w.openText)
		if parts := must(w.app.Catalog.Outline(w.system(), w.paid))(t); len(parts[1].Lessons) != 2 || parts[1].Lessons[0].ID != w.lesson {
			t.Fatalf("moved: %+v", parts)
		}
		editor.want(422, "", "POST", path, map[string]any{"lessons": []int64{w.lesson}, "action": "move", "chapter_id": 5, "dry": false})
		editor.want(403, "forbidden", "POST", path, map[string]any{"lessons": []int64{w.lesson}, "action": "release", "dry": false})
		if got := w.schoolStaff("operator").want(200, "", "POST", path, map[string]any{"lessons": []int64{w.lesson}, "action": "release", "dry": false}).raw; !strings.Contains(got, "只有专栏") {
			t.Fatalf("released in a course: %s", got)
		}
		do("delete", false, nil, w.lesson)
		if strings.Contains(outline(), fmt.Sprintf(`"id":%d`, w.lesson)) {
			t.Fatal("not deleted")
		}
		w.teacher("instructor", 99).want(404, "course_gone", "POST", path, map[string]any{"lessons": []int64{w.openText}, "action": "paid", "dry": false})
		w.sound()
	})
}

// Many courses at once: each by itself; what is refused is named.
func TestManyCoursesAreChangedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		operator, editor := w.schoolStaff("operator"), w.schoolStaff("editor")
		draft := must(w.app.Catalog.CreateCourse(w.system(), 0, "空的草稿"))(t).ID
		do := func(action string, dry bool, more map[string]any) string {
			body := map[string]any{"courses": []int64{w.paid, w.free, draft}, "action": action, "dry": dry}
			for k, v := range more {
				body[k] = v
			}
			return operator.want(200, "", "POST", "/api/console/courses/bulk", body).raw
		}
		editor.want(403, "forbidden", "POST", "/api/console/courses/bulk", map[string]any{"courses": []int64{w.paid}, "action": "publish", "dry": false})
		tags := func(n int64) string { return strings.Join(must(w.app.Catalog.Tags(w.system(), w.app.DB, n))(t), ",") }
		if do("tag_add", true, map[string]any{"tag": "新春"}); tags(w.paid) != "邮件" {
			t.Fatal("a trial changed something")
		}
		if got := do("tag_add", false, map[string]any{"tag": "邮件"}); strings.Count(got, `"ok":true`) != 1 || tags(draft) != "邮件" {
			t.Fatalf("tagged: %s", got)
		}
		if got := do("tag_take", false, map[string]any{"tag": "邮件"}); strings.Count(got, `"ok":true`) != 3 || tags(w.paid) != "" {
			t.Fatalf("untagged: %s", got)
		}
		category := must(w.app.Catalog.SaveCategory(w.system(), catalog.Category{Name: "新分类", Slug: "new"}))(t)
		if got := do("category", false, map[string]any{"ref_id": category}); strings.Count(got, `"ok":true`) != 3 {
			t.Fatalf("filed: %s", got)
		}
		if got := do("instructor", false, map[string]any{"ref_id": 5}); strings.Count(got, "没有这位讲师") != 3 {
			t.Fatalf("taught by nobody: %s", got)
		}
		if got := do("unpublish", true, nil) + do("unpublish", false, nil); strings.Count(got, `"ok":true`) != 4 {
			t.Fatalf("taken down: %s", got)
		}
		if got := do("publish", false, nil); strings.Count(got, `"ok":true`) != 2 {
			t.Fatalf("published: %s", got)
		}
		w.person(nil).want(200, "", "GET", fmt.Sprintf("/api/courses/%d", w.paid), nil)
		w.sound()
	})
}
