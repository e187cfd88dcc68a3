package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/document/documenttest"
)

// dot is a picture.
func dot(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	img.Set(3, 3, color.RGBA{200, 10, 10, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// attach adds a file to a course or lesson by the console's route.
func (p *person) attach(courseID, lessonID int64, name string, raw []byte) int64 {
	p.w.t.Helper()
	a := p.sends(fmt.Sprintf("/api/console/courses/%d/attachments?name=%s&lesson_id=%d", courseID, url.QueryEscape(name), lessonID), raw)
	if a.status != 200 {
		p.w.t.Fatalf("attach %s: %d %s", name, a.status, a.raw)
	}
	return a.num("id")
}

func (p *person) permit(courseID, attachmentID int64, name, permission string) answer {
	p.w.t.Helper()
	return p.do("PUT", fmt.Sprintf("/api/console/courses/%d/attachments/%d", courseID, attachmentID), map[string]any{"name": name, "permission": permission})
}

// An attachment that is only shown leaves as marked pages, never as a file; each page and
// each download is asked anew, and a preview opens neither (INV-17, INV-19, INV-20).
func TestINV17And19And20AttachmentsShownOrDownloaded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := context.Background(), w.author()
		pdf := editor.attach(w.paid, 0, "提纲.pdf", documenttest.PDF{Pages: []string{"一", "二", "三"}}.Bytes())
		pic := editor.attach(w.paid, w.lesson, "板书.png", dot(t))
		free := editor.attach(w.paid, w.openText, "样张.png", dot(t))
		txt := editor.attach(w.paid, 0, "清单.txt", []byte("一条清单"))
		for _, x := range []struct {
			id   int64
			name string
		}{{pdf, "提纲.pdf"}, {pic, "板书.png"}, {free, "样张.png"}} {
			if a := editor.permit(w.paid, x.id, x.name, "view"); a.status != 204 {
				t.Fatalf("%s: %d %s", x.name, a.status, a.raw)
			}
		}
		if a := editor.permit(w.paid, txt, "清单.txt", "view"); a.code() != "document_kind" {
			t.Fatalf("a text became view only: %d %s", a.status, a.raw)
		}
		p := w.learner("13800139701", nil)
		at := func(id int64, tail string) string { return fmt.Sprintf("/api/attachments/%d%s", id, tail) }
		for _, id := range []int64{pdf, pic, txt} {
			p.want(403, "lesson_locked", "GET", at(id, ""), nil)
			p.want(403, "lesson_locked", "GET", at(id, "/sheet"), nil)
			p.want(403, "lesson_locked", "GET", at(id, "/pages?from=1"), nil)
		}
		p.want(403, "attachment_view_only", "GET", at(free, ""), nil) // of a free lesson: everybody's, on pages
		if s := p.want(200, "", "GET", at(free, "/sheet"), nil); s.str("state") != "ready" || len(s.at("pages").([]any)) != 1 || s.item(0, "pages").num("width") != 60 {
			t.Fatalf("the free one: %s", s.raw)
		}

		no, _ := p.buy(w.sku)
		if s := p.want(200, "", "GET", at(pdf, "/sheet"), nil); s.str("state") != "working" {
			t.Fatalf("not drawn yet: %s", s.raw)
		}
		p.want(409, "document_not_ready", "GET", at(pdf, "/pages?from=1"), nil)
		file := must(w.app.Catalog.Attachment(ctx, pdf))(t).FileID
		w.ok(w.app.Document.Process(ctx, must(w.app.Document.ForFile(ctx, file))(t).ID))
		s := p.want(200, "", "GET", at(pdf, "/sheet"), nil)
		if s.str("state") != "ready" || len(s.at("pages").([]any)) != 3 || s.str("watermark") == "" {
			t.Fatalf("drawn: %s", s.raw)
		}
		link := func(who *person, id int64) string {
			return who.want(200, "", "GET", at(id, "/pages?from=1&count=1"), nil).item(0, "items").str("url")
		}
		mine := link(p, pdf)
		if a := p.want(200, "", "GET", mine, nil); a.header.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("a page comes as %v", a.header)
		}
		w.person(nil).want(403, "page_reader", "GET", mine, nil)
		p.want(403, "page_link", "GET", strings.Replace(mine, "/1.jpg", "/2.jpg", 1), nil)
		p.want(200, "", "GET", link(p, pic), nil)
		for _, id := range []int64{pdf, pic} {
			p.want(403, "attachment_view_only", "GET", at(id, ""), nil)
		}
		p.want(409, "attachment_download_only", "GET", at(txt, "/sheet"), nil)
		down := p.want(302, "", "GET", at(txt, ""), nil).header.Get("Location")
		if a := p.want(200, "", "GET", down, nil); a.raw != "一条清单" || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("the text: %q %v", a.raw, a.header)
		}
		c := p.want(200, "", "GET", fmt.Sprintf("/api/courses/%d", w.paid), nil)
		if a := c.item(0, "attachments"); a.str("permission") != "view" || a.num("bytes") == 0 || a.str("mime") != "application/pdf" {
			t.Fatalf("what the list says: %s", c.raw)
		}

		// Switched while addresses are out: neither the file nor the pages come any more.
		editor.permit(w.paid, pdf, "提纲.pdf", "download")
		p.want(404, "page_gone", "GET", mine, nil)
		p.want(302, "", "GET", at(pdf, ""), nil)
		was := p.want(302, "", "GET", at(pdf, ""), nil).header.Get("Location")
		editor.permit(w.paid, pdf, "提纲.pdf", "view")
		p.want(403, "file_link", "GET", was, nil)

		// The money goes back, and with it what was bought.
		mine = link(p, pdf)
		_, err := w.app.Commerce.StaffRefund(byFinance, no, "attach-back-1", 0, 0, "不合适")
		w.ok(err)
		p.want(403, "lesson_locked", "GET", mine, nil)
		p.want(403, "lesson_locked", "GET", at(pic, "/sheet"), nil)
		p.want(403, "lesson_locked", "GET", down, nil)
		p.want(200, "", "GET", link(p, free), nil)
		w.settleRefunds()
		w.sound()
	})
}

// Material lies in folders, is used again without another upload, and is not deleted
// while something uses it.
func TestLibraryFoldersReuseAndDelete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := context.Background(), w.author()
		folder := func(parent int64, name string) int64 {
			return editor.want(200, "", "POST", "/api/console/folders", map[string]any{"name": name, "parent_id": parent}).num("id")
		}
		send := func(name, purpose string, raw []byte) int64 {
			t.Helper()
			res, text := editor.send(name, purpose, raw)
			if res.StatusCode != 204 {
				t.Fatalf("upload %s: %d %s", name, res.StatusCode, text)
			}
			return must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
		}
		list := func(query string) []string {
			t.Helper()
			a := editor.want(200, "", "GET", "/api/console/library?"+query, nil)
			out := []string{}
			for i := range a.at("items").([]any) {
				out = append(out, a.item(i, "items").str("name"))
			}
			return out
		}
		is := func(query string, names ...string) {
			t.Helper()
			if got := list(query); fmt.Sprint(got) != fmt.Sprint(names) {
				t.Fatalf("library?%s: %v, want %v", query, got, names)
			}
		}
		top := folder(0, "写作课")
		a, b := folder(top, "一"), folder(top, "二")
		editor.want(409, "folder_taken", "POST", "/api/console/folders", map[string]any{"name": "一", "parent_id": top})
		deep := a
		for _, name := range []string{"三层", "四层", "五层"} {
			deep = folder(deep, name)
		}
		editor.want(422, "folder_invalid", "POST", "/api/console/folders", map[string]any{"name": "六层", "parent_id": deep})
		editor.want(422, "folder_invalid", "PUT", fmt.Sprintf("/api/console/folders/%d", a), map[string]any{"name": "一", "parent_id": deep}) // into itself
		editor.want(422, "folder_invalid", "PUT", fmt.Sprintf("/api/console/folders/%d", top), map[string]any{"name": "写作课", "parent_id": b})

		file := send("清单.txt", "attachment", []byte("一条清单"))
		picture := send("封面.png", "image", dot(t))
		doc := send("讲义.pdf", "document", documenttest.PDF{Pages: []string{"一"}}.Bytes())
		film := w.video()
		is("folder=-1", "片段.mp4", "讲义.pdf", "封面.png", "清单.txt")
		is("form=picture", "封面.png")
		is("form=video&state=ready", "片段.mp4")
		is("state=working", "讲义.pdf")
		is("q=清单", "清单.txt")
		is("min_bytes=13", "讲义.pdf", "封面.png")
		is("to=1")
		page := editor.want(200, "", "GET", "/api/console/library?limit=2", nil)
		is("limit=2&cursor="+page.str("next_cursor"), "封面.png", "清单.txt")
		editor.want(204, "", "POST", "/api/console/library/move", map[string]any{"folder_id": b, "items": []map[string]any{{"kind": "file", "id": file}, {"kind": "asset", "id": film}}})
		is(fmt.Sprintf("folder=%d", b), "片段.mp4", "清单.txt")
		is("folder=0", "讲义.pdf", "封面.png")
		editor.want(404, "folder_gone", "POST", "/api/console/library/move", map[string]any{"folder_id": 7, "items": []map[string]any{{"kind": "file", "id": file}}})
		editor.want(404, "asset_not_found", "POST", "/api/console/library/move", map[string]any{"folder_id": 0, "items": []map[string]any{{"kind": "asset", "id": 7}}})

		// Used: in a lesson, a text, an attachment, a cover.
		lesson := must(w.app.Catalog.Lesson(ctx, w.lesson))(t)
		part := lesson.ChapterID
		clip := must(w.app.Catalog.AddLesson(w.system(), 0, w.paid, part, "视频课", catalog.Video))(t)
		editor.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", clip), map[string]any{"title": "视频课", "is_free": false, "preview_ms": 0, "asset_id": film})
		again := editor.want(200, "", "POST", fmt.Sprintf("/api/console/courses/%d/attachments/reuse", w.paid), map[string]any{"file_id": file, "lesson_id": clip}).num("id")
		key := editor.want(200, "", "GET", "/api/console/library?form=picture", nil).item(0, "items")
		w.article(editor, `<p>看图</p><p><img src="`+key.str("picture_url")+`" alt="图"></p>`)
		paperLesson := must(w.app.Catalog.AddLesson(w.system(), 0, w.paid, part, "讲义课", catalog.Document))(t)
		editor.want(200, "", "PUT", fmt.Sprintf("/api/console/lessons/%d", paperLesson), map[string]any{"title": "讲义课", "is_free": false, "preview_ms": 0, "document_id": doc})
		all := []map[string]any{{"kind": "file", "id": file}, {"kind": "asset", "id": film}, {"kind": "picture", "id": picture}, {"kind": "document", "id": doc}}
		said := editor.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": all})
		for i, word := range []string{"附件「清单.txt」", "课时「视频课」", "正文「长文」", "课时「讲义课」"} {
			if row := said.item(i, "items"); row.at("ok") != false || !strings.Contains(row.str("error"), word) {
				t.Fatalf("%s: %s", word, said.raw)
			}
		}
		// The school's own mark, and an agreement that nobody has published yet.
		owner := w.staff("owner")
		mark := send("标志.png", "image", dot(t))
		now := owner.want(200, "", "GET", "/api/console/settings/shop", nil)
		value := now.at("value").(map[string]any)
		marked := editor.want(200, "", "GET", "/api/console/library?form=picture", nil).item(0, "items")
		value["logo"] = marked.str("picture_key")
		owner.want(200, "", "PUT", "/api/console/settings/shop", map[string]any{"version": now.num("version"), "value": value})
		owner.want(200, "", "PUT", "/api/console/agreements/privacy_policy/draft", map[string]any{"title": "隐私政策", "body_html": `<p><img src="` + marked.str("picture_url") + `" alt="图"></p>`, "note": "", "material": true, "revision": 0})
		places := editor.want(200, "", "GET", fmt.Sprintf("/api/console/library/picture/%d/uses", mark), nil)
		if got := places.raw; places.item(0, "items").str("label") != "协议「隐私政策」" || places.item(1, "items").str("label") != "学校「标志」" {
			t.Fatalf("uses of the mark: %s", got)
		}
		uses := editor.want(200, "", "GET", fmt.Sprintf("/api/console/library/asset/%d/uses", film), nil)
		if u := uses.item(0, "items"); u.str("what") != "lesson" || u.num("id") != clip || u.num("course_id") != w.paid {
			t.Fatalf("uses: %s", uses.raw)
		}

		// Used no more, it goes.
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/courses/%d/attachments/%d", w.paid, again), nil)
		editor.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": []map[string]any{{"kind": "file", "id": file}}})
		is("q=清单")
		editor.want(404, "file_gone", "POST", fmt.Sprintf("/api/console/courses/%d/attachments/reuse", w.paid), map[string]any{"file_id": file})
		// Folders: not while there is something in them, unless it goes up.
		editor.want(409, "folder_not_empty", "DELETE", fmt.Sprintf("/api/console/folders/%d", b), nil)
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/folders/%d?up=true", b), nil)
		is(fmt.Sprintf("folder=%d", top), "片段.mp4")
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/folders/%d", deep), nil)
		editor.want(204, "", "DELETE", fmt.Sprintf("/api/console/folders/%d?up=true", top), nil)
		is("folder=0", "标志.png", "片段.mp4", "讲义.pdf", "封面.png")

		// Instructors see and touch their own alone (INV-40).
		teacher := w.teacher("instructor", must(w.app.Catalog.SaveInstructor(w.system(), catalog.Instructor{Name: "旁人"}))(t))
		if own := teacher.want(200, "", "GET", "/api/console/library", nil); len(own.at("items").([]any)) != 0 {
			t.Fatalf("another's uploads: %s", own.raw)
		}
		teacher.want(404, "", "GET", fmt.Sprintf("/api/console/library/asset/%d/uses", film), nil)
		teacher.want(404, "", "POST", "/api/console/library/move", map[string]any{"folder_id": 0, "items": []map[string]any{{"kind": "asset", "id": film}}})
		teacher.want(403, "folder_not_yours", "DELETE", fmt.Sprintf("/api/console/folders/%d", a), nil)
		if row := teacher.want(200, "", "POST", "/api/console/library/delete", map[string]any{"items": []map[string]any{{"kind": "picture", "id": picture}}}); row.item(0, "items").at("ok") != false {
			t.Fatal(row.raw)
		}
		w.staff("support").want(403, "forbidden", "GET", "/api/console/library", nil)
		// Its bytes go a day later.
		had := w.stored("/file/")
		w.ok(w.app.Media.Sweep(ctx))
		if w.stored("/file/") != had {
			t.Fatal("bytes went at once")
		}
		w.clock.Advance(25 * time.Hour)
		w.ok(w.app.Media.Sweep(ctx))
		if w.stored("/file/") != had-1 {
			t.Fatal("bytes stay behind")
		}
		w.sound()
	})
}
