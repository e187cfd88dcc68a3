package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/document/documenttest"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

func sqlite(t *testing.T) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), testkit.DSN(t, db.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// What is no PDF, or one that cannot be read, is refused with its reason, at once,
// and nothing of it stays.
func TestHostilePDFsAreRefused(t *testing.T) {
	r := newRig(t, sqlite(t), document.Limits{Pages: 20})
	good := documenttest.PDF{Pages: []string{"一", "二"}}.Bytes()
	for what, c := range map[string]struct {
		name string
		raw  []byte
		want error
	}{
		"an ending that lies":     {"a.exe", good, document.ErrKind},
		"a program in disguise":   {"a.pdf", []byte("MZ\x90\x00" + strings.Repeat("x", 4000)), document.ErrKind},
		"a page of the web":       {"a.pdf", []byte("<html><script>alert(1)</script></html>"), document.ErrKind},
		"one with a password":     {"a.pdf", documenttest.PDF{Pages: []string{"一"}, Password: "secret"}.Bytes(), document.ErrLocked},
		"one cut off":             {"a.pdf", good[:len(good)*2/3], document.ErrBroken},
		"one with rubbish inside": {"a.pdf", []byte("%PDF-1.7\n" + strings.Repeat("\x00\xff garbage ", 400) + "\n%%EOF\n"), document.ErrBroken},
		"one without pages":       {"a.pdf", documenttest.PDF{}.Bytes(), document.ErrPages},
		"too many pages":          {"a.pdf", documenttest.PDF{Pages: make([]string, 21)}.Bytes(), document.ErrPages},
	} {
		_, err := r.upload(c.name, c.raw)
		if !errors.Is(err, c.want) || errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if _, err := r.media.BeginUpload(context.Background(), 7, media.UploadMeta{Name: "a.pdf", Purpose: media.PurposeDocument, Bytes: 200<<20 + 1}); !errors.Is(err, media.ErrTooBig) {
		t.Errorf("too big: %v", err)
	}
	for _, dir := range []string{r.media.UploadDir(), filepath.Join(r.dir, "blob", "src")} {
		if left, err := os.ReadDir(dir); err == nil && len(left) > 0 {
			t.Errorf("%s still holds %d files", dir, len(left))
		}
	}
}

// Contents that bite their own tail and pages of an absurd shape end within the bounds.
func TestStrangePDFsEnd(t *testing.T) {
	r := newRig(t, sqlite(t), document.Limits{})
	ring := r.ready("a.pdf", documenttest.PDF{Pages: []string{"一"}, Contents: []string{"转"}, Ring: true, Width: 100, Height: 100}.Bytes())
	if n := len(ring.Headings()); n != 0 {
		t.Errorf("%d lines of contents that never end", n)
	}
	long := r.ready("b.pdf", documenttest.PDF{Pages: []string{"一"}, Width: 20, Height: 14000}.Bytes())
	pages, err := r.docs.Pages(context.Background(), long.ID, 1)
	if err != nil || pages[0].Width*pages[0].Height > 8<<20 || pages[0].Height > 8192 {
		t.Errorf("%+v %v", pages, err)
	}
}

// A child that needs too long or too much is ended, and the document says so.
func TestChildIsBounded(t *testing.T) {
	raw := documenttest.PDF{Pages: []string{"一"}}.Bytes()
	for what, lim := range map[string]document.Limits{"time": {InspectTime: time.Millisecond}, "memory": {Memory: 1 << 20}} {
		r := newRig(t, sqlite(t), lim)
		if _, err := r.upload("a.pdf", raw); !errors.Is(err, document.ErrHeavy) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What passed the look inside may still take too long to draw.
	r := newRig(t, sqlite(t), document.Limits{RenderTime: time.Millisecond})
	u, err := r.upload("a.pdf", raw)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := r.docs.Process(ctx, u.AssetID); err != nil {
		t.Fatal(err)
	}
	d, err := r.docs.Get(ctx, u.AssetID)
	if err != nil || d.Status != document.StatusFailed || d.ErrorCode != document.ErrHeavy.Code || d.ErrorMsg == "" {
		t.Fatalf("%+v %v", d, err)
	}
	if _, err := r.docs.Ready(ctx, d.ID); !errors.Is(err, document.ErrNotReady) {
		t.Error(err)
	}
	if err := r.docs.Retry(ctx, d.ID); err != nil {
		t.Error(err)
	}
	if err := r.docs.Retry(ctx, d.ID); !errors.Is(err, document.ErrNotFailed) {
		t.Error(err)
	}
}

// A thousand pages are read one after the other: neither process holds them all.
func TestThousandPages(t *testing.T) {
	pages := make([]string, 1000)
	for i := range pages {
		pages[i] = fmt.Sprintf("第 %d 页", i+1)
	}
	raw := documenttest.PDF{Pages: pages}.Bytes()
	r := newRig(t, sqlite(t), document.Limits{Width: 48})
	d := r.ready("a.pdf", raw)
	if d.Pages != 1000 {
		t.Fatalf("%+v", d)
	}
	hits, err := r.docs.Search(context.Background(), d.ID, d.Pages, "第 777 页")
	if err != nil || len(hits) != 1 || hits[0].Page != 777 {
		t.Errorf("%+v %v", hits, err)
	}
	if bytes.Contains(raw, []byte("JFIF")) {
		t.Error("the test's own file holds pictures")
	}
}
