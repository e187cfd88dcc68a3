package app_test

import (
	"fmt"
	"testing"
	"time"
)

// The files of a deleted book go after a day; one that is shown stays.
func TestFilesOfDeletedEbooksGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson, bookID := w.bound(editor)
		if n := w.stored("/ebook/"); n != 2 {
			t.Fatalf("%d pictures are stored", n)
		}
		w.clock.Advance(2 * time.Hour)
		w.ok(w.app.Ebook.Sweep(w.system()))
		if n := w.stored("/ebook/"); n != 2 {
			t.Fatalf("%d pictures of a book that is shown", n)
		}
		w.ok(w.app.Catalog.DeleteLesson(w.system(), 0, lesson))
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/ebooks/%d", bookID), nil)
		sources := w.stored("/src/")
		w.ok(w.app.Ebook.Sweep(w.system()))
		if n := w.stored("/ebook/"); n != 2 {
			t.Fatalf("%d pictures within the day", n)
		}
		w.clock.Advance(25 * time.Hour)
		for range 2 {
			w.ok(w.app.Ebook.Sweep(w.system()))
		}
		if n, s := w.stored("/ebook/"), w.stored("/src/"); n != 0 || s != sources-1 {
			t.Fatalf("%d pictures and %d sources are left of %d", n, s, sources)
		}
	})
}

// A file of homework goes when it was taken back, or was not handed in for two days;
// what was handed in stays.
func TestFilesThatWereNotHandedInGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		lesson := w.task(nil)
		p := w.learner("13900003091", nil)
		p.buy(w.sku)
		at := fmt.Sprintf("/api/lessons/%d", lesson)
		before := w.stored("/file/")
		file := func() int64 {
			a := p.sends(at+"/homework-files?name=a.txt", []byte("请假邮件"))
			if a.status != 200 {
				t.Fatal(a.raw)
			}
			return a.num("id")
		}
		kept, back, forgotten := file(), file(), file()
		p.want(200, "", "POST", at+"/submissions", work("交了", kept))
		p.want(204, "", "DELETE", fmt.Sprintf("/api/homework-files/%d", back), nil)
		p.want(404, "submission_file_gone", "GET", fmt.Sprintf("/api/homework-files/%d", back), nil)
		w.ok(w.app.Homework.Sweep(w.system()))
		if n := w.stored("/file/") - before; n != 2 {
			t.Fatalf("%d files after one was taken back", n)
		}
		p.want(200, "", "GET", fmt.Sprintf("/api/homework-files/%d", forgotten), nil)
		w.clock.Advance(49 * time.Hour)
		w.ok(w.app.Homework.Sweep(w.system()))
		if n := w.stored("/file/") - before; n != 1 {
			t.Fatalf("%d files after two days", n)
		}
		p.want(404, "submission_file_gone", "GET", fmt.Sprintf("/api/homework-files/%d", forgotten), nil)
		p.want(200, "", "GET", fmt.Sprintf("/api/homework-files/%d", kept), nil)
	})
}
