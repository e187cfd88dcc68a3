package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/document"
	"zhizhou/internal/document/documenttest"
)

// send sends a file through the console's upload road and returns the answer to its
// last byte.
func (p *person) send(name, purpose string, raw []byte) (*http.Response, string) {
	p.w.t.Helper()
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	do := func(method, url string, body []byte, head map[string]string) (*http.Response, string) {
		req, err := http.NewRequest(method, url, bytes.NewReader(body))
		p.w.ok(err)
		req.Header.Set("Tus-Resumable", "1.0.0")
		for k, v := range head {
			req.Header.Set(k, v)
		}
		res, err := p.http.Do(req)
		p.w.ok(err)
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		p.w.ok(err)
		return res, string(text)
	}
	res, text := do("POST", p.w.url+"/api/console/uploads/", nil, map[string]string{
		"Upload-Length": strconv.Itoa(len(raw)), "Upload-Metadata": "filename " + b64(name) + ",purpose " + b64(purpose),
	})
	if res.StatusCode != 201 {
		return res, text
	}
	to := res.Header.Get("Location")
	if strings.HasPrefix(to, "/") {
		to = p.w.url + to
	}
	return do("PATCH", to, raw, map[string]string{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
}

// paper puts a document of six pages, two of them free, into the paid course, by the
// console's own routes.
func (w *world) paper(staff *person) (lessonID, documentID int64) {
	w.t.Helper()
	return w.papers(staff, documenttest.PDF{Pages: []string{"第一页 结论", "第二页 理由", "第三页 证据", "第四页 结论", "第五页", "第六页"}, Contents: []string{"开头", "理由", "证据"}})
}

func (w *world) papers(staff *person, pdf documenttest.PDF) (lessonID, documentID int64) {
	w.t.Helper()
	chapter := must(w.app.Catalog.AddChapter(w.system(), 0, w.paid, "讲义"))(w.t)
	lessonID = staff.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/lessons", w.paid), map[string]any{"chapter_id": chapter, "title": "讲义", "form": "document"}).num("id")
	res, text := staff.send("讲义.pdf", "document", pdf.Bytes())
	if res.StatusCode != 204 {
		w.t.Fatalf("upload: %d %s", res.StatusCode, text)
	}
	documentID = must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(w.t)
	staff.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", lessonID), map[string]any{"title": "讲义", "is_free": false, "preview_ms": 0, "document_id": documentID, "preview_pages": 2})
	w.ok(w.app.Document.Process(context.Background(), documentID))
	l := staff.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d", lessonID), nil)
	if l.str("document", "status") != "ready" || l.num("page_count") != int64(len(pdf.Pages)) || l.num("duration_ms") != l.num("page_count")*catalog.PageMS {
		w.t.Fatalf("the lesson: %s", l.raw)
	}
	return lessonID, documentID
}

// links returns the addresses of pages.
func (p *person) links(lessonID, from int64) []string {
	p.w.t.Helper()
	a := p.want(200, "", "GET", fmt.Sprintf("/api/lessons/%d/pages?from=%d&count=20", lessonID, from), nil)
	var out []string
	for _, x := range a.at("items").([]any) {
		out = append(out, x.(map[string]any)["url"].(string))
	}
	return out
}

// A document lesson is sold alone: tried, bought, read, searched, refunded, closed,
// each page asked anew (INV-17, INV-19, INV-20).
func TestINV17And19And20DocumentLesson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson, _ := w.paper(editor)
		at := func(format string) string { return fmt.Sprintf(format, lesson) }
		_, sku := w.goods(catalog.KindLesson, "", lesson, catalog.Goods{}, nil, catalog.SKU{Name: "单课", PriceFen: 1900})

		// Nobody: two pages, in the list, by address and in the search.
		guest := w.person(nil)
		d := guest.want(200, "", "GET", at("/api/lessons/%d/document"), nil)
		if d.num("page_count") != 6 || d.num("allowed_pages") != 2 || len(d.at("pages").([]any)) != 2 || len(d.at("headings").([]any)) != 3 {
			t.Fatalf("the preview: %s", d.raw)
		}
		free := guest.links(lesson, 1)
		if len(free) != 2 {
			t.Fatalf("%d pages of a preview have addresses", len(free))
		}
		page := guest.want(200, "", "GET", free[0], nil)
		if page.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(page.header.Get("Cache-Control"), "private") {
			t.Fatalf("a page comes as %v", page.header)
		}
		guest.want(403, "lesson_locked", "GET", at("/api/lessons/%d/pages?from=3"), nil)
		guest.want(404, "page_gone", "GET", at("/api/lessons/%d/pages?from=7"), nil)
		if hits := guest.want(200, "", "GET", at("/api/lessons/%d/search?q=结论"), nil); len(hits.at("items").([]any)) != 1 {
			t.Fatalf("a preview's search: %s", hits.raw)
		}

		p := w.learner("13800139105", nil)
		no := p.paid(p.quoted(map[string]any{"sku_id": sku}), "paper-order")
		if hits := p.want(200, "", "GET", at("/api/lessons/%d/search?q=结论"), nil); len(hits.at("items").([]any)) != 2 {
			t.Fatalf("the owner's search: %s", hits.raw)
		}
		mine := p.links(lesson, 1)
		if len(mine) != 6 {
			t.Fatalf("%d addresses", len(mine))
		}
		p.want(200, "", "GET", mine[3], nil)
		// Another's address, or mine in another's browser, is closed.
		other := w.learner("13800139106", nil)
		other.want(403, "page_reader", "GET", mine[3], nil)
		guest.want(403, "page_reader", "GET", mine[3], nil)
		p.want(403, "page_link", "GET", strings.Replace(mine[3], "/4.jpg", "/5.jpg", 1), nil)

		// Read: a leafed page does not count, one that lay there does, a minute at most.
		read := func(seq, page int64, dwells ...[2]int64) answer {
			rows := []map[string]any{}
			for _, x := range dwells {
				rows = append(rows, map[string]any{"page": x[0], "ms": x[1]})
			}
			return p.want(200, "", "POST", at("/api/lessons/%d/pages/read"), map[string]any{"seq": seq, "page": page, "dwells": rows})
		}
		if a := read(1, 1, [2]int64{1, 60_000}); a.num("percent") != 0 {
			t.Fatalf("time was credited before any had passed: %s", a.raw)
		}
		w.clock.Advance(5 * time.Second)
		if a := read(2, 3, [2]int64{1, 1_500}, [2]int64{2, 3_000}); a.num("percent") != 16 {
			t.Fatalf("one of six pages lay there for two seconds: %s", a.raw)
		}
		w.clock.Advance(10 * time.Minute)
		if a := read(3, 4, [2]int64{3, 590_000}); a.num("percent") != 33 {
			t.Fatalf("two pages: %s", a.raw)
		}
		if a := read(3, 4, [2]int64{4, 5_000}); a.num("percent") != 33 {
			t.Fatalf("a report counted twice: %s", a.raw)
		}
		if today := p.want(200, "", "GET", "/api/learning", nil).num("today_ms"); today < 64_000 || today > 64_700 {
			t.Fatalf("%d ms of study, 1.5 + 3 + at most 60 s were earned", today)
		}
		if d := p.want(200, "", "GET", at("/api/lessons/%d/document"), nil); d.num("resume_page") != 4 || d.str("watermark") == "" {
			t.Fatalf("where to go on: %s", d.raw)
		}
		if a := read(4, 4, [2]int64{99, 5_000}); a.num("percent") != 33 {
			t.Fatalf("a page that is not there was read: %s", a.raw)
		}

		mine = p.links(lesson, 1)
		p.want(200, "", "GET", mine[3], nil)
		// What was had of it is that of the lesson, not of the course around it.
		if a := p.want(200, "", "GET", "/api/orders/"+no, nil); a.at("refundable", "allowed") == true || !strings.Contains(a.str("refundable", "reason"), "33%") {
			t.Fatalf("a third of the lesson is read: %s", a.raw)
		}
		// Given back: the same addresses are closed at once.
		_, err := w.app.Commerce.StaffRefund(byFinance, no, "paper-back-1", 0, 0, "不合适")
		w.ok(err)
		p.want(403, "lesson_locked", "GET", mine[3], nil)
		p.want(403, "lesson_locked", "GET", at("/api/lessons/%d/pages?from=3"), nil)
		p.want(200, "", "GET", p.links(lesson, 1)[0], nil) // the preview stays
		w.settleRefunds()
		w.sound()
	})
}

// Who signs out takes the addresses along; a lesson whose document was changed shows
// nothing of the old one; nobody but staff of the course gets the file itself.
func TestDocumentsFollowTheirLesson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		lesson, documentID := w.paper(editor)
		p := w.learner("13800139107", nil)
		p.buy(w.sku)
		url := p.links(lesson, 5)[0]
		p.want(200, "", "GET", url, nil)
		native := &person{w: w, http: http.DefaultClient}

		raw := editor.want(200, "", "GET", fmt.Sprintf("/api/console/lessons/%d/original", lesson), nil)
		if !strings.HasPrefix(raw.raw, "%PDF-") || !strings.Contains(raw.header.Get("Content-Disposition"), "attachment") {
			t.Fatal("the editor does not get the file")
		}
		w.staff("finance").want(403, "forbidden", "GET", fmt.Sprintf("/api/console/lessons/%d/original", lesson), nil)
		p.want(401, "", "GET", fmt.Sprintf("/api/console/lessons/%d/original", lesson), nil)
		for _, way := range []string{"/media/f/x/y/" + "z?k=src/a", "/media/i/src/a", fmt.Sprintf("/media/i/doc/%d/1", documentID)} {
			if a := native.do("GET", way, nil); a.status < 400 {
				t.Fatalf("%s: %d", way, a.status)
			}
		}
		// Of the wrong form, or not there.
		editor.want(422, "lesson_invalid", "POST", fmt.Sprintf("/api/console/courses/%d/lessons", w.paid), map[string]any{"chapter_id": 1, "title": "", "form": "document"})
		p.want(404, "document_gone", "GET", fmt.Sprintf("/api/lessons/%d/document", w.lesson), nil)

		res, text := editor.send("锁.pdf", "document", documenttest.PDF{Pages: []string{"一"}, Password: "x"}.Bytes())
		if res.StatusCode != 422 || !strings.Contains(text, "document_locked") || !strings.Contains(text, "密码") {
			t.Fatalf("a locked file: %d %s", res.StatusCode, text)
		}

		second, _ := editor.send("新.pdf", "document", documenttest.PDF{Pages: []string{"新"}}.Bytes())
		id := must(strconv.ParseInt(second.Header.Get("Zz-Asset-Id"), 10, 64))(t)
		editor.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", lesson), map[string]any{"title": "讲义", "is_free": false, "preview_ms": 0, "document_id": id, "preview_pages": 0})
		p.want(404, "page_gone", "GET", url, nil)
		p.want(409, "document_not_ready", "GET", fmt.Sprintf("/api/lessons/%d/document", lesson), nil)
		w.ok(w.app.Document.Process(context.Background(), id))
		next := p.links(lesson, 1)[0]
		p.want(200, "", "GET", next, nil)

		p.want(204, "", "POST", "/api/auth/logout", nil)
		if a := p.do("GET", next, nil); a.status != 403 {
			t.Fatalf("after signing out: %d %s", a.status, a.raw)
		}
	})
}

// Who takes pages faster than anybody reads is slowed down, with words.
func TestPagesAreNotTakenInBulk(t *testing.T) {
	w := newWorld(t, 0)
	// Of a shape that takes no time to mark: it is the counting that is looked at.
	lesson, _ := w.papers(w.author(), documenttest.PDF{Pages: []string{"一"}, Width: 2000, Height: 20})
	p := w.learner("13800139108", nil)
	p.buy(w.sku)
	url := p.links(lesson, 1)[0]
	for i := range 400 { // on a slow machine some come back meanwhile, two a second
		if a := p.do("GET", url, nil); a.status == 429 {
			if i < 119 || a.code() != "page_rate" || a.header.Get("Retry-After") == "" {
				t.Fatalf("page %d: %s", i+1, a.raw)
			}
			return
		}
	}
	t.Fatal("400 pages at once")
}

// A course is not published before its documents can be read.
func TestCourseWaitsForItsDocument(t *testing.T) {
	w := newWorld(t, 0)
	course := must(w.app.Catalog.CreateCourse(w.system(), 0, "还没好"))(t)
	chapter := must(w.app.Catalog.AddChapter(w.system(), 0, course.ID, "一"))(t)
	must(w.app.Catalog.AddLesson(w.system(), 0, course.ID, chapter, "讲义", catalog.Document))(t)
	err := w.app.Catalog.Publish(w.system(), course.ID, 0)
	if err == nil || !strings.Contains(fmt.Sprint(err), catalog.ErrNotReady.Code) {
		t.Fatal(err)
	}
	if _, err := w.app.Document.Get(w.system(), 1); err != document.ErrGone { //nolint:errorlint // the very value
		t.Fatal(err)
	}
}

// author is an editor of every course.
func (w *world) author() *person {
	w.t.Helper()
	if _, err := w.app.Account.CreateStaff(context.Background(), account.NewStaff{Login: "author-test", Name: "编辑", Role: "editor", Password: "correct horse 9"}); err != nil {
		w.t.Fatal(err)
	}
	p := w.person(nil)
	p.want(200, "", "POST", "/api/console/auth/login", map[string]any{"login": "author-test", "password": "correct horse 9"})
	return p
}
