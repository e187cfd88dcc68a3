package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/quiz"
	"zhizhou/internal/version"
)

var qHeldBy = db.Q("versiontest/held", `SELECT COUNT(*) FROM material_holds WHERE kind = $1 AND material_id = $2`)

// said is everything of a course that its editors and learners are shown of its outline.
func (w *world) said(courseID int64) string {
	w.t.Helper()
	var b strings.Builder
	for _, p := range must(w.app.Catalog.Outline(context.Background(), courseID))(w.t) {
		fmt.Fprintln(&b, "#", p.Title)
		for _, l := range p.Lessons {
			fmt.Fprintln(&b, l.ID, l.Title, l.Form, l.IsFree, l.BodyHTML, l.AssetID, l.DocumentID, l.PageCount, l.DurationMS, l.ReleasedAt > 0, l.Unlock)
		}
	}
	c, tags, err := w.app.Catalog.Course(context.Background(), 0, courseID)
	w.ok(err)
	fmt.Fprintln(&b, c.Title, c.Promise, c.IntroHTML, c.CategoryID, c.InstructorID, tags, c.LessonCount, c.DurationMS)
	return b.String()
}

// A restored course says what it said; lessons keep their ids and with them the progress
// of learners; what was added since is withdrawn and not lost (INV-22).
func TestINV22RestoredVersionsKeepProgress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := w.system(), w.author()
		exam, _ := w.exam(bankOfOne(), nil)
		task := w.task(nil)
		file := editor.attach(w.paid, w.lesson, "清单.txt", []byte("一条清单"))
		lesson, doc := w.paper(editor)
		p := w.learner("13800139801", nil)
		p.buy(w.sku)
		p.read(w.lesson)
		at := func(format string, more ...any) string { return fmt.Sprintf(format, append([]any{w.paid}, more...)...) }

		v := editor.want(200, "", "POST", at("/api/console/courses/%d/versions"), map[string]any{"remark": "开课前"})
		if v.num("lessons") != 5 || v.num("attachments") != 1 || v.str("staff_name") == "" || v.str("cause") != "manual" {
			t.Fatalf("the version: %s", v.raw)
		}
		was := w.said(w.paid)

		// Everything is changed, deleted, added.
		c, _, err := w.app.Catalog.Course(ctx, 0, w.paid)
		w.ok(err)
		w.ok(w.app.Catalog.UpdateCourse(ctx, 0, w.paid, catalog.CourseChange{Title: "改了", Promise: "改了", Tags: []string{"新"}, Outcomes: []string{}, InstructorID: c.InstructorID, Version: c.Version}))
		w.ok(w.app.Catalog.DeleteLesson(ctx, 0, w.lesson))
		w.ok(w.app.Catalog.DeleteLesson(ctx, 0, lesson))
		w.ok(w.app.Catalog.UpdateLesson(ctx, 0, w.openText, catalog.LessonChange{Title: "换了标题", BodyHTML: "<p>换了正文</p>"}))
		extra := must(w.app.Catalog.AddChapter(ctx, 0, w.paid, "后加的一章"))(t)
		late := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, extra, "后加的一课", catalog.Article))(t)
		w.ok(w.app.Catalog.UpdateLesson(ctx, 0, late, catalog.LessonChange{Title: "后加的一课", BodyHTML: videoless}))
		editor.want(204, "", "DELETE", at("/api/console/courses/%d/attachments/%d", file), nil)
		paper := must(w.app.Quiz.Paper(ctx, exam))(t)
		paper.PassPermille = 111
		w.ok(w.app.Quiz.SavePaper(ctx, 0, paper))
		work := must(w.app.Homework.Task(ctx, task))(t)
		work.TaskHTML = "<p>别的任务</p>"
		w.ok(w.app.Homework.SaveTask(ctx, 0, work))

		// What the version needs is not swept and not deleted.
		if w.count(qHeldBy, "document", doc) != 1 {
			t.Fatal("the version does not hold its document")
		}
		if row := editor.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": []map[string]any{{"kind": "document", "id": doc}}}).item(0, "items"); !strings.Contains(row.str("error"), "历史版本") {
			t.Fatalf("%s", row.raw)
		}
		diff := editor.want(200, "", "GET", at("/api/console/courses/%d/versions/%d/changes", v.num("id")), nil)
		for _, word := range []string{`"后加的一课","change":"added"`, `"第二课","change":"removed"`, `"换了标题","change":"changed"`, `"清单.txt","change":"removed"`, `"改了","change":"changed"`, `"paper"`, `"task"`} {
			if !strings.Contains(diff.raw, word) {
				t.Fatalf("the comparison misses %s: %s", word, diff.raw)
			}
		}

		restored := editor.want(200, "", "POST", at("/api/console/courses/%d/versions/%d/restore", v.num("id")), nil)
		if restored.num("no") != v.num("no")+1 || restored.str("cause") != "restore" {
			t.Fatalf("what was kept first: %s", restored.raw)
		}
		l := must(w.app.Catalog.Lesson(ctx, late))(t)
		if l.ReleasedAt != 0 || l.BodyHTML == "" {
			t.Fatalf("what was added since: %+v", l)
		}
		p.want(404, "lesson_gone", "GET", fmt.Sprintf("/api/lessons/%d", late), nil)
		if now := w.said(w.paid); !strings.HasPrefix(now, strings.Split(was, "把话写清楚")[0]) || !strings.HasSuffix(now, was[strings.LastIndex(was[:len(was)-1], "\n")+1:]) {
			t.Fatalf("restored:\n%s\nwas:\n%s", now, was)
		}
		if a := p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d", w.lesson), nil); a.num("percent") == 0 || len(a.at("attachments").([]any)) != 1 {
			t.Fatalf("progress: %s", a.raw)
		}
		if must(w.app.Quiz.Paper(ctx, exam))(t).PassPermille == 111 || strings.Contains(must(w.app.Homework.Task(ctx, task))(t).TaskHTML, "别的") {
			t.Fatal("the paper or the task is not what it was")
		}
		// And back again: the restore itself is undone by the version that it took.
		editor.want(200, "", "POST", at("/api/console/courses/%d/versions/%d/restore", restored.num("id")), nil)
		if l := must(w.app.Catalog.Lesson(ctx, w.lesson))(t); l.ReleasedAt != 0 {
			t.Fatal("a lesson that was deleted then is shown")
		}
		if l := must(w.app.Catalog.Lesson(ctx, late))(t); l.ReleasedAt == 0 {
			t.Fatal("the added lesson is not shown again")
		}
		editor.want(404, "version_gone", "POST", fmt.Sprintf("/api/console/courses/%d/versions/%d/restore", w.free, v.num("id")), nil)
		stranger := w.teacher("instructor", must(w.app.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: "旁人"}))(t))
		stranger.want(404, "course_gone", "GET", at("/api/console/courses/%d/versions"), nil)
		stranger.want(404, "course_gone", "POST", at("/api/console/courses/%d/versions/%d/restore", v.num("id")), nil)
		stranger.want(404, "course_gone", "POST", at("/api/console/courses/%d/clone"), map[string]any{"prices": false})
		w.sound()
	})
}

// bankOfOne is one question.
func bankOfOne() []quiz.Question {
	return []quiz.Question{{Kind: quiz.Judge, Difficulty: 2, Points: 2, Content: quiz.Content{Stem: "<p>结论在前？</p>", Right: quiz.Right{Truth: true}}}}
}

// Restores and edits at once: each waits for the other, and what the last one overwrote is
// in a version.
func TestParallelRestoresAndEditsLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := w.system()
		first := must(w.app.Version.Take(ctx, 0, w.paid, "一"))(t)
		w.ok(w.app.Catalog.UpdateLesson(ctx, 0, w.lesson, catalog.LessonChange{Title: "第二课", BodyHTML: "<p>二稿</p>"}))
		second := must(w.app.Version.Take(ctx, 0, w.paid, "二"))(t)
		var all sync.WaitGroup
		fails := make(chan error, 12)
		for n := range 4 {
			for _, f := range []func() error{
				func() error { _, err := w.app.Version.Restore(ctx, 0, w.paid, first.ID); return err },
				func() error { _, err := w.app.Version.Restore(ctx, 0, w.paid, second.ID); return err },
				func() error {
					return w.app.Catalog.UpdateLesson(ctx, 0, w.lesson, catalog.LessonChange{Title: "第二课", BodyHTML: fmt.Sprintf("<p>稿%d</p>", n)})
				},
			} {
				all.Add(1)
				go func() { defer all.Done(); fails <- f() }()
			}
		}
		all.Wait()
		close(fails)
		for err := range fails {
			w.ok(err)
		}
		// Each edit that a restore overwrote was kept by it.
		must(w.app.Version.Take(ctx, 0, w.paid, "完"))(t)
		list := must(w.app.Version.List(ctx, 0, w.paid))(t)
		for i, v := range list[1:] {
			if v.No != list[i].No-1 {
				t.Fatalf("numbers: %d after %d", v.No, list[i].No)
			}
		}
		if n := len(must(w.app.Catalog.Outline(ctx, w.paid))(t)); n != 1 {
			t.Fatalf("%d chapters", n)
		}
		w.sound()
	})
}

// Fifty versions are kept; what older ones held is free again, as is what a deleted course
// held.
func TestFiftyVersionsAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := w.system(), w.author()
		file := editor.attach(w.free, 0, "清单.txt", []byte("一条清单"))
		fileID := must(w.app.Catalog.Attachment(ctx, file))(t).FileID
		oldest := must(w.app.Version.Take(ctx, 0, w.free, ""))(t)
		w.ok(w.app.Catalog.DeleteAttachment(ctx, 0, w.free, file))
		for range 49 {
			must(w.app.Version.Take(ctx, 0, w.free, ""))(t)
		}
		if w.count(qHeldBy, "file", fileID) != 1 {
			t.Fatal("not held")
		}
		must(w.app.Version.Take(ctx, 0, w.free, ""))(t)
		if list := must(w.app.Version.List(ctx, 0, w.free))(t); len(list) != 50 || w.count(qHeldBy, "file", fileID) != 0 {
			t.Fatalf("%d versions", len(list))
		}
		if _, err := w.app.Version.Restore(ctx, 0, w.free, oldest.ID); !errors.Is(err, version.ErrGone) {
			t.Fatal(err)
		}
		w.ok(w.app.Catalog.DeleteCourse(ctx, w.free))
		if n := w.count(qVersionsOf, w.free); n != 0 {
			t.Fatalf("a deleted course keeps %d versions", n)
		}
	})
}

var qVersionsOf = db.Q("versiontest/count", `SELECT COUNT(*) FROM course_versions WHERE course_id = $1`)

// A clone says the same under new ids, is nobody's and not for sale.
func TestClonedCourses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := w.system(), w.author()
		exam, _ := w.exam(bankOfOne(), nil)
		w.task(nil)
		lesson, doc := w.paper(editor)
		editor.attach(w.paid, lesson, "清单.txt", []byte("一条清单"))
		w.ok(w.app.Catalog.UpdateLesson(ctx, 0, w.lesson, catalog.LessonChange{Title: "第二课", BodyHTML: videoless, Unlock: catalog.Unlock{AfterLessonID: exam}}))
		p := w.learner("13800139802", nil)
		p.buy(w.sku)
		editor.want(403, "forbidden", "POST", fmt.Sprintf("/api/console/courses/%d/clone", w.paid), map[string]any{"prices": true})
		made := w.schoolStaff("operator").want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/clone", w.paid), map[string]any{"prices": true}).num("id")
		c := editor.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d", made), nil)
		if c.str("title") != "把话写清楚 副本" || c.str("status") != "draft" || c.num("learner_count") != 0 || len(c.at("attachments").([]any)) != 1 || c.num("lesson_count") != 5 {
			t.Fatalf("the clone: %s", c.raw)
		}
		if k := c.item(0, "skus"); k.at("active") != false || k.num("price_fen") != 16900 {
			t.Fatalf("its offers: %s", k.raw)
		}
		strip := func(s string) string { // ids are new; the text that differs is the title
			var out []string
			for _, line := range strings.Split(s, "\n") {
				if f := strings.SplitN(line, " ", 2); len(f) == 2 && f[0] != "#" && !strings.HasPrefix(line, "把话") {
					line = f[1]
				}
				out = append(out, line)
			}
			return strings.Join(out, "\n")
		}
		a, b := strip(w.said(w.paid)), strip(w.said(made))
		a, b = strings.ReplaceAll(a, fmt.Sprint(exam), "X"), strings.ReplaceAll(b, " 副本", "")
		var quizLesson int64
		for _, part := range must(w.app.Catalog.Outline(ctx, made))(t) {
			for _, l := range part.Lessons {
				if l.Form == catalog.Quiz {
					quizLesson = l.ID
				}
			}
		}
		if b = strings.ReplaceAll(b, fmt.Sprint(quizLesson), "X"); a != b {
			t.Fatalf("the clone says\n%s\nnot\n%s", b, a)
		}
		if n, _ := must(w.app.Quiz.Paper(ctx, quizLesson))(t).Size(); n != 1 {
			t.Fatal("the clone's quiz asks nothing")
		}
		if uses := editor.want(200, "", "GET", fmt.Sprintf("/api/console/library/document/%d/uses", doc), nil); len(uses.at("items").([]any)) < 2 {
			t.Fatalf("the same material: %s", uses.raw)
		}
		p.want(404, "course_gone", "GET", fmt.Sprintf("/api/courses/%d", made), nil)
		w.sound()
	})
}
