package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/blob"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/document/documenttest"
	"zhizhou/internal/jobs"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

func TestMain(m *testing.M) {
	documenttest.Child()
	os.Exit(m.Run())
}

// rig is the package with media's upload road before it.
type rig struct {
	t     *testing.T
	db    *db.DB
	dir   string
	media *media.Service
	docs  *document.Service
	clock *clock.Moved
}

func newRig(t *testing.T, d *db.DB, lim document.Limits) *rig {
	t.Helper()
	r := &rig{t: t, db: d, dir: t.TempDir(), clock: &clock.Moved{}}
	ctx := context.Background()
	q, err := jobs.New(ctx, d, testkit.Log())
	if err != nil {
		t.Fatal(err)
	}
	store, err := blob.NewLocal(filepath.Join(r.dir, "blob"))
	if err != nil {
		t.Fatal(err)
	}
	if r.media, err = media.New(media.Config{DB: d, Jobs: q, Store: store, Box: testkit.Box(), Clock: r.clock, Dir: filepath.Join(r.dir, "media"), Log: testkit.Log()}); err != nil {
		t.Fatal(err)
	}
	if r.docs, err = document.New(document.Config{DB: d, Jobs: q, Store: store, Box: testkit.Box(), Clock: r.clock, Dir: filepath.Join(r.dir, "doc"), Limits: lim, Log: testkit.Log()}); err != nil {
		t.Fatal(err)
	}
	r.media.OnUpload(media.PurposeDocument, r.docs.Taker())
	if err := q.Build(); err != nil {
		t.Fatal(err)
	}
	return r
}

// upload sends a file along the road of uploads.
func (r *rig) upload(name string, raw []byte) (media.Upload, error) {
	r.t.Helper()
	ctx := context.Background()
	tusID, err := r.media.BeginUpload(ctx, 7, media.UploadMeta{Name: name, Purpose: media.PurposeDocument, Bytes: int64(len(raw))})
	if err != nil {
		return media.Upload{}, err
	}
	if err := os.WriteFile(filepath.Join(r.media.UploadDir(), tusID), raw, 0o600); err != nil {
		r.t.Fatal(err)
	}
	return r.media.FinishUpload(ctx, tusID)
}

// ready uploads a document and makes it ready.
func (r *rig) ready(name string, raw []byte) document.Document {
	r.t.Helper()
	u, err := r.upload(name, raw)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.docs.Process(context.Background(), u.AssetID); err != nil {
		r.t.Fatal(err)
	}
	d, err := r.docs.Ready(context.Background(), u.AssetID)
	if err != nil {
		got, _ := r.docs.Get(context.Background(), u.AssetID)
		r.t.Fatalf("%v: %+v", err, got)
	}
	return d
}

func TestDocumentBecomesPages(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, document.Limits{})
		ctx := context.Background()
		doc := r.ready("讲义.pdf", documenttest.PDF{Pages: []string{"先说结论\n再说理由", "第二页 Hello", "第三页"}, Contents: []string{"开头", "中间"}}.Bytes())
		if doc.Pages != 3 || doc.Percent != 100 {
			t.Fatalf("%+v", doc)
		}
		if got := fmt.Sprint(doc.Headings()); got != "[{开头 1 0} {中间 2 0}]" {
			t.Fatal(got)
		}
		pages, err := r.docs.Pages(ctx, doc.ID, 2)
		if err != nil || len(pages) != 2 || pages[0].Width != 1440 || pages[1].Page != 2 {
			t.Fatalf("%+v %v", pages, err)
		}
		// Found across a line's end, whatever the case and width, and never beyond the last page.
		for words, want := range map[string]string{"结论再说": "[1 先说|结论再说|理由]", "ＨＥＬＬＯ": "[2 第二页 |Hello|]", "第三": "[]", "%": "[]"} {
			hits, err := r.docs.Search(ctx, doc.ID, 2, words)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range hits {
				got = append(got, fmt.Sprintf("%d %s|%s|%s", h.Page, h.Before, h.Match, h.After))
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s: %v, want %s", words, got, want)
			}
		}
		if _, err := r.docs.Search(ctx, doc.ID, 2, " "); !errors.Is(err, document.ErrQuery) {
			t.Error(err)
		}
		// Nothing of a page lies readable in the store.
		raw, err := os.ReadFile(filepath.Join(r.dir, "blob", "doc", fmt.Sprint(doc.ID), "1"))
		if err != nil || bytes.Contains(raw[:64], []byte("JFIF")) || bytes.HasPrefix(raw, []byte("\xff\xd8")) {
			t.Fatalf("a page lies open: %v", err)
		}
	})
}

// Each reader's mark is in the pixels: all over the page, and another for everybody.
func TestPagesBearTheirReadersMark(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, document.Limits{})
		ctx := context.Background()
		doc := r.ready("a.pdf", documenttest.PDF{Pages: []string{"一"}}.Bytes())
		g := document.Grant{User: 5, Session: 6, Lesson: 7, Document: doc.ID, Page: 1}
		picture := func(mark string) *image.Gray {
			raw, err := r.docs.Picture(ctx, g, mark, true)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			return img.(*image.Gray)
		}
		plain, mine, other := picture(""), picture("138****0001 000005"), picture("138****0002 000006")
		differs := func(a, b *image.Gray, part image.Rectangle) (n int) {
			for y := part.Min.Y; y < part.Max.Y; y++ {
				for x := part.Min.X; x < part.Max.X; x++ {
					if int(a.GrayAt(x, y).Y)-int(b.GrayAt(x, y).Y) > 8 {
						n++
					}
				}
			}
			return n
		}
		w, h := mine.Rect.Dx()/2, mine.Rect.Dy()/2
		for i, part := range []image.Rectangle{image.Rect(0, 0, w, h), image.Rect(w, 0, 2*w, h), image.Rect(0, h, w, 2*h), image.Rect(w, h, 2*w, 2*h)} {
			if n := differs(plain, mine, part); n < 1000 {
				t.Errorf("quarter %d shows %d marked pixels", i, n)
			}
		}
		if n := differs(mine, other, mine.Rect); n < 100 {
			t.Errorf("two readers' pages differ in %d pixels", n)
		}
		if _, err := r.docs.Picture(ctx, document.Grant{Document: doc.ID, Page: 2}, "x", false); !errors.Is(err, document.ErrPageGone) {
			t.Error(err)
		}
	})
}

// INV-20: an address is for its reader, device, page and minutes alone.
func TestINV20PageAddresses(t *testing.T) {
	d, err := db.Open(context.Background(), testkit.DSN(t, db.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	r := newRig(t, d, document.Limits{})
	take := func(g document.Grant) (token, name string) {
		parts := strings.Split(r.docs.PageLink(g).URL, "/")
		return parts[3], parts[4]
	}
	g := document.Grant{User: 5, Session: 6, Lesson: 7, Document: 8, Page: 9, Browser: true}
	token, name := take(g)
	for what, c := range map[string]struct {
		token, name   string
		user, session int64
		want          error
	}{
		"its reader":       {token, name, 5, 6, nil},
		"another device":   {token, name, 5, 66, document.ErrReader},
		"another user":     {token, name, 55, 6, document.ErrReader},
		"nobody":           {token, name, 0, 0, document.ErrReader},
		"another page":     {token, "10.jpg", 5, 6, document.ErrLink},
		"a changed token":  {strings.Repeat("6", 8) + token[8:], name, 5, 6, document.ErrLink},
		"no token":         {"x", name, 5, 6, document.ErrLink},
		"a token cut down": {token[:strings.LastIndexByte(token, '.')], name, 5, 6, document.ErrLink},
	} {
		if _, err := r.docs.OpenLink(c.token, c.name, c.user, c.session); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	native := g
	native.Browser = false
	token2, _ := take(native)
	if _, err := r.docs.OpenLink(token2, name, 0, 0); err != nil {
		t.Errorf("a native image view: %v", err)
	}
	if _, err := r.docs.OpenLink(token2, name, 55, 66); !errors.Is(err, document.ErrReader) {
		t.Errorf("a native address in another's hands: %v", err)
	}
	r.clock.Advance(11 * time.Minute)
	if _, err := r.docs.OpenLink(token, name, 5, 6); !errors.Is(err, document.ErrLink) {
		t.Errorf("an old address: %v", err)
	}
}
