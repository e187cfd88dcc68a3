package app_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/document/documenttest"
)

var (
	qDeliveredOf = db.Q("apptest/delivered_of", `SELECT COUNT(*) FROM delivered_pages WHERE document_id = $1`)
	qDeleteShown = db.Q("apptest/delete_shown", `UPDATE documents SET deleted_at = 1 WHERE id = $1`)
)

// pictures counts the stored pages of a document.
func (w *world) pictures(documentID int64) int {
	w.t.Helper()
	return w.stored(fmt.Sprintf("/doc/%d/", documentID))
}

// stored counts the objects whose path contains part.
func (w *world) stored(part string) (n int) {
	w.t.Helper()
	w.ok(filepath.WalkDir(w.app.Config.DataDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.ToSlash(path), part) {
			n++
		}
		return err
	}))
	return n
}

// A document that a lesson shows stays with its pages; a replaced one goes after thirty
// days, a deleted one as soon as no address to its pages is good any more.
func TestDocumentsGoWhenNoLessonShowsThem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, editor := context.Background(), w.author()
		lesson, old := w.paper(editor)
		p := w.learner("13800139109", nil)
		p.buy(w.sku)
		p.want(200, "", "GET", p.links(lesson, 1)[0], nil)
		upload := func(name string, pages ...string) int64 {
			res, text := editor.send(name, "document", documenttest.PDF{Pages: pages}.Bytes())
			if res.StatusCode != 204 {
				t.Fatalf("upload: %d %s", res.StatusCode, text)
			}
			id := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
			w.ok(w.app.Document.Process(ctx, id))
			return id
		}
		show := func(id int64) map[string]any {
			return map[string]any{"title": "讲义", "is_free": false, "preview_ms": 0, "document_id": id, "preview_pages": 0}
		}
		at := fmt.Sprintf("/api/console/lessons/%d", lesson)
		path := func(id int64) string { return fmt.Sprintf("/api/console/documents/%d", id) }

		editor.want(409, "document_used", "DELETE", path(old), nil)
		now, spare := upload("新版.pdf", "一", "二"), upload("没用上.pdf", "三")
		editor.want(200, "", "PUT", at, show(now))
		list := editor.want(200, "", "GET", "/api/console/documents", nil)
		if list.item(0, "items").str("name") != "没用上.pdf" || len(list.item(0, "items").at("used_in").([]any)) != 0 ||
			list.item(1, "items").item(0, "used_in").num("lesson_id") != lesson || list.item(1, "items").num("pages") != 2 {
			t.Fatalf("%s", list.raw)
		}
		if found := editor.want(200, "", "GET", "/api/console/documents?status=ready&q=新版", nil); len(found.at("items").([]any)) != 1 {
			t.Fatalf("%s", found.raw)
		}
		w.staff("support").want(403, "forbidden", "DELETE", path(spare), nil)
		editor.want(204, "", "DELETE", path(spare), nil)
		editor.want(404, "document_gone", "DELETE", path(spare), nil)
		editor.want(404, "document_gone", "PUT", at, show(spare))
		w.ok(w.app.Document.Sweep(ctx))
		if w.pictures(spare) != 1 || w.pictures(old) != 6 {
			t.Fatal("pages went while addresses to them were good")
		}
		w.clock.Advance(11 * time.Minute)
		w.ok(w.app.Document.Sweep(ctx))
		if w.pictures(spare) != 0 || w.pictures(old) != 6 || w.pictures(now) != 2 {
			t.Fatalf("%d of the deleted, %d of the replaced, %d of the shown", w.pictures(spare), w.pictures(old), w.pictures(now))
		}
		row := editor.want(200, "", "GET", "/api/console/documents?q=讲义", nil).item(0, "items")
		if left := row.num("goes_at") - w.clock.Now().UnixMilli(); left <= 0 || left > document.KeptUnused.Milliseconds() {
			t.Fatalf("it goes in %d ms: %s", left, row.raw)
		}

		w.clock.Advance(document.KeptUnused)
		w.ok(w.app.Document.Sweep(ctx)) // deletes it
		w.clock.Advance(11 * time.Minute)
		w.ok(w.app.Document.Sweep(ctx)) // and its files
		if w.pictures(old) != 0 || w.pictures(now) != 2 {
			t.Fatalf("%d of the replaced, %d of the shown", w.pictures(old), w.pictures(now))
		}
		if n := w.count(qDeliveredOf, old); n != 1 {
			t.Errorf("%d pages are known to have been handed out", n)
		}
		late := w.learner("13800139110", nil)
		late.buy(w.sku)
		late.want(200, "", "GET", late.links(lesson, 2)[0], nil)
		w.sound()
		// What must not be is found: a lesson whose document was deleted all the same.
		w.ok(w.app.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qDeleteShown, now)
			return err
		}))
		if rows := must(w.app.Doctor(ctx))(t); len(rows) != 1 || !strings.HasPrefix(rows[0], "INV-17") {
			t.Errorf("%v", rows)
		}
	})
}
