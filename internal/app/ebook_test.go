package app_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/ebook/ebooktest"
)

// bound puts a book of three chapters, one of them free, into the paid course.
func (w *world) bound(staff *person) (lessonID, bookID int64) {
	w.t.Helper()
	raw := ebooktest.Book{Title: "写信的人", Chapters: []string{
		`<h1>开头</h1><p>结论在先<img src="../img/a.png" alt="图"/></p><p><a href="c3.xhtml">末章</a></p>`,
		`<h1>中间</h1><p>` + strings.Repeat("理由", 200) + `<img src="../img/b.png"/></p>`, `<h1>末尾</h1><p>结论又来</p>`,
	}, Extra: map[string]string{"OEBPS/img/b.png": ebooktest.Dot()}}.Bytes()
	chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "书"))(w.t)
	lessonID = staff.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/lessons", w.paid), map[string]any{"chapter_id": chapter, "title": "书", "form": "ebook"}).num("id")
	res, text := staff.send("书.epub", "ebook", raw)
	if res.StatusCode != 204 {
		w.t.Fatalf("upload: %d %s", res.StatusCode, text)
	}
	bookID = must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(w.t)
	l := staff.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", lessonID), map[string]any{"title": "书", "is_free": false, "preview_ms": 0, "ebook_id": bookID, "preview_pages": 1})
	if l.str("ebook", "title") != "写信的人" || l.num("page_count") != 4 || l.num("duration_ms") != 180_000 {
		w.t.Fatalf("the lesson: %s", l.raw)
	}
	return lessonID, bookID
}

// pictureOf returns the first picture's address in a chapter.
func pictureOf(t *testing.T, html string) string {
	t.Helper()
	_, rest, _ := strings.Cut(html, `src="`)
	url, _, ok := strings.Cut(rest, `"`)
	if !ok || !strings.HasPrefix(url, "/media/e/") {
		t.Fatalf("no picture in %s", html)
	}
	return url
}

// A book is tried, bought, read, searched and closed by a refund; its pictures follow
// at once, and nobody gets the file (INV-17, INV-19, INV-20).
func TestINV17And19And20Ebook(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson, bookID := w.bound(editor)
		at := func(format string, more ...any) string { return fmt.Sprintf(format, append([]any{lesson}, more...)...) }

		guest := w.person(nil)
		b := guest.want(200, "", "GET", at("/api/lessons/%d/ebook"), nil)
		if b.num("allowed_chapters") != 1 || len(b.at("chapters").([]any)) != 3 || len(b.at("headings").([]any)) != 3 || b.str("watermark") != "" {
			t.Fatalf("the preview: %s", b.raw)
		}
		one := guest.want(200, "", "GET", at("/api/lessons/%d/chapters/1"), nil)
		if !strings.Contains(one.str("html"), `href="#c3"`) || !strings.Contains(one.str("html"), `width="40" height="30"`) {
			t.Fatalf("the first chapter: %s", one.raw)
		}
		if p := guest.want(200, "", "GET", pictureOf(t, one.str("html")), nil); p.header.Get("Content-Type") != "image/jpeg" && p.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(p.header.Get("Cache-Control"), "private") {
			t.Fatalf("a picture comes as %v", p.header)
		}
		guest.want(403, "lesson_locked", "GET", at("/api/lessons/%d/chapters/2"), nil)
		guest.want(404, "chapter_gone", "GET", at("/api/lessons/%d/chapters/4"), nil)
		if hits := guest.want(200, "", "GET", at("/api/lessons/%d/ebook/search?q=结论"), nil); len(hits.at("items").([]any)) != 1 {
			t.Fatalf("a preview's search: %s", hits.raw)
		}
		guest.want(422, "search_words", "GET", at("/api/lessons/%d/ebook/search?q=%%20"), nil)

		p := w.learner("13800139401", nil)
		no, _ := p.buy(w.sku)
		if hits := p.want(200, "", "GET", at("/api/lessons/%d/ebook/search?q=结论"), nil); len(hits.at("items").([]any)) != 2 {
			t.Fatalf("the owner's search: %s", hits.raw)
		}
		two := p.want(200, "", "GET", at("/api/lessons/%d/chapters/2"), nil)
		mine := pictureOf(t, two.str("html"))
		p.want(200, "", "GET", mine, nil)
		other := w.learner("13800139402", nil)
		other.want(403, "picture_reader", "GET", mine, nil)
		guest.want(403, "picture_reader", "GET", mine, nil)
		guest.want(403, "picture_link", "GET", mine+"x", nil)
		native := &person{w: w, http: http.DefaultClient}
		native.want(403, "picture_reader", "GET", mine, nil)

		// Read: a leafed screen does not count, one that stood there does.
		read := func(seq, chapter, permille int64, screens ...[2]int64) answer {
			rows := []map[string]any{}
			for _, x := range screens {
				rows = append(rows, map[string]any{"screen": x[0], "ms": x[1]})
			}
			return p.want(200, "", "POST", at("/api/lessons/%d/chapters/%d/read", chapter), map[string]any{"seq": seq, "position_permille": permille, "screens": rows})
		}
		read(1, 1, 0)
		w.clock.Advance(30 * time.Second)
		if a := read(2, 2, 500, [2]int64{1, 5_000}, [2]int64{2, 12_000}, [2]int64{3, 12_000}); a.num("percent") != 25 {
			t.Fatalf("one of four screens: %s", a.raw)
		}
		if b := p.want(200, "", "GET", at("/api/lessons/%d/ebook"), nil); b.num("resume_chapter") != 2 || b.num("resume_permille") != 500 || b.str("watermark") == "" {
			t.Fatalf("where to go on: %s", b.raw)
		}
		other.want(403, "lesson_locked", "POST", at("/api/lessons/%d/chapters/2/read"), map[string]any{"seq": 1, "position_permille": 0, "screens": []any{}})

		// Nobody but staff of the course gets the file; what is in use stays.
		epub := fmt.Sprintf("/api/console/lessons/%d/epub", lesson)
		if raw := editor.want(200, "", "GET", epub, nil); !strings.HasPrefix(raw.raw, "PK") {
			t.Fatal("the editor does not get the file")
		}
		p.want(401, "", "GET", epub, nil)
		w.staff("finance").want(403, "forbidden", "GET", epub, nil)
		editor.want(409, "ebook_used", "DELETE", fmt.Sprintf("/api/console/ebooks/%d", bookID), nil)

		// The address ends by itself, and with the right to read.
		w.clock.Advance(2 * time.Hour)
		p.want(403, "picture_link", "GET", mine, nil)
		mine = pictureOf(t, p.want(200, "", "GET", at("/api/lessons/%d/chapters/2"), nil).str("html"))
		_, err := w.app.Commerce.StaffRefund(byFinance, no, "book-back-1", 0, 0, "不合适")
		w.ok(err)
		p.want(403, "lesson_locked", "GET", mine, nil)
		p.want(403, "lesson_locked", "GET", at("/api/lessons/%d/chapters/2"), nil)
		p.want(200, "", "GET", pictureOf(t, p.want(200, "", "GET", at("/api/lessons/%d/chapters/1"), nil).str("html")), nil) // the preview stays
		w.settleRefunds()
		w.sound()
	})
}

// A file that is no readable book is refused with its reason at the door.
func TestEbooksAreRefusedAtTheDoor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		for name, raw := range map[string][]byte{
			"ebook_kind":   []byte("%PDF-1.7"),
			"ebook_locked": ebooktest.Book{Title: "x", Chapters: []string{"<p>x</p>"}, Extra: map[string]string{"META-INF/rights.xml": "<r/>"}}.Bytes(),
		} {
			if res, text := editor.send("书.epub", "ebook", raw); res.StatusCode < 400 || !strings.Contains(text, name) {
				t.Fatalf("%s: %d %s", name, res.StatusCode, text)
			}
		}
		if res, text := editor.send("书.txt", "ebook", []byte("x")); res.StatusCode < 400 || !strings.Contains(text, "ebook_kind") {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
	})
}
