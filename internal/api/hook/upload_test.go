package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"zhizhou/internal/blob"
	"zhizhou/internal/db"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

func TestUploadSurvivesRestartAndReload(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		raw := film(t, 2)
		first := newRig(t, d, dir)
		path := first.location(first.create("课.mp4", "video", len(raw)))
		if a := first.patch(path, 0, raw[:5000]); a.status != 204 || a.head.Get("Upload-Offset") != "5000" {
			t.Fatalf("first part: %d %s", a.status, a.body)
		}
		first.srv.Close()

		r := newRig(t, d, dir) // the server came back, the page was reloaded
		if a := r.do(http.MethodHead, path, nil, tus, "X-Staff: 7"); a.status != 200 || a.head.Get("Upload-Offset") != "5000" {
			t.Fatalf("asked where to go on: %d %v", a.status, a.head)
		}
		if a := r.patch(path, 4000, raw[4000:]); a.status != 409 {
			t.Fatalf("a wrong offset: %d", a.status)
		}
		for name, req := range map[string][2]string{"another member": {"X-Staff: 8", path}, "nobody": {"X-None: 1", path}, "path": {"X-Staff: 7", UploadsPath + "..%2f..%2fblobs"}} {
			for _, method := range []string{http.MethodHead, http.MethodPatch, http.MethodDelete, http.MethodGet} {
				if a := r.do(method, req[1], nil, tus, req[0], "Upload-Offset: 5000", "Content-Type: application/offset+octet-stream"); a.status != 404 && a.status != 401 {
					t.Errorf("%s %s: %d", name, method, a.status)
				}
			}
		}
		done := r.patch(path, 5000, raw[5000:])
		id := done.head.Get("Zz-Asset-Id")
		if done.status != 204 || id == "" {
			t.Fatalf("the rest: %d %s", done.status, done.body)
		}
		if a := r.do(http.MethodHead, path, nil, tus, "X-Staff: 7"); a.status != 200 || a.head.Get("Upload-Offset") != strconv.Itoa(len(raw)) || a.head.Get("Zz-Asset-Id") != id {
			t.Fatalf("asked again at the end: %d %v", a.status, a.head)
		}
		var v uploadView
		if a := r.get(path, "X-Staff: 7"); json.Unmarshal([]byte(a.body), &v) != nil || v.Status != "done" || strconv.FormatInt(v.AssetID, 10) != id || v.Name != "课.mp4" || !strings.HasPrefix(v.Mime, "video/") {
			t.Fatalf("outcome: %s", a.body)
		}
		if a := r.patch(path, len(raw), []byte("x")); a.status != 409 {
			t.Fatalf("written after the end: %d", a.status)
		}
		list, _, err := r.svc.Assets(context.Background(), media.AssetFilter{})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d assets %v", len(list), err)
		}
	})
}

// A server that dies after the last byte but before it noticed the end.
func TestUploadEndIsNoticedLater(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		raw := film(t, 1)
		path := r.location(r.create("a.mp4", "video", len(raw)))
		// All bytes arrive through the store, without the end being handled.
		if err := writeAll(r, path, raw); err != nil {
			t.Fatal(err)
		}
		if list, _, err := r.svc.Assets(context.Background(), media.AssetFilter{}); err != nil || len(list) != 0 {
			t.Fatalf("an asset exists already: %v %v", list, err)
		}
		a := r.do(http.MethodHead, path, nil, tus, "X-Staff: 7")
		if a.status != 200 || a.head.Get("Zz-Asset-Id") == "" {
			t.Fatalf("%d %v", a.status, a.head)
		}
	})
}

func TestUploadRefusals(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		problem := func(a answer) (code string) {
			t.Helper()
			var p struct {
				Title, Detail, Code string
				Status              int
			}
			if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Status != a.status || p.Title == "" || p.Detail == "" || a.head.Get("Content-Type") != "application/problem+json" {
				t.Errorf("not a problem: %d %q %v", a.status, a.body, err)
			}
			return p.Code
		}
		for _, c := range []struct {
			name, purpose string
			size          int
			code          string
		}{{"a.mp4", "video", 65 << 20, "file_too_big"}, {"a.mp4", "shell", 10, "upload_meta"}, {"", "video", 10, "upload_meta"}, {"a.png", "image", 11 << 20, "file_too_big"}} {
			if a := r.create(c.name, c.purpose, c.size); a.status != 422 || problem(a) != c.code {
				t.Errorf("%s %s: %d %s", c.name, c.purpose, a.status, a.body)
			}
		}
		evil := []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
		path := r.location(r.create("a.mp4", "video", len(evil)))
		if a := r.patch(path, 0, evil); a.status != 422 || problem(a) != "media_broken" {
			t.Errorf("a playlist: %d %s", a.status, a.body)
		}
		if a := r.get(path, "X-Staff: 7"); !strings.Contains(a.body, `"refused"`) || !strings.Contains(a.body, "media_broken") {
			t.Errorf("outcome: %s", a.body)
		}
		if a := r.patch(path, 0, evil); a.status != 422 {
			t.Errorf("again: %d", a.status)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
			t.Fatal(err)
		}
		path = r.location(r.create("a.png", "image", b.Len()))
		if a := r.patch(path, 0, b.Bytes()); a.status != 204 || !strings.HasPrefix(a.head.Get("Zz-Blob-Key"), "img/") {
			t.Errorf("image: %d %s", a.status, a.body)
		}
		var v uploadView
		if a := r.get(path, "X-Staff: 7"); json.Unmarshal([]byte(a.body), &v) != nil || r.get(v.URL).status != 200 {
			t.Errorf("image outcome: %s", a.body)
		}
		path = r.location(r.create("讲义 一.pdf", "attachment", 8))
		if a := r.patch(path, 0, []byte("%PDF-1.7")); a.status != 204 {
			t.Fatalf("attachment: %d %s", a.status, a.body)
		}
		if a := r.get(path, "X-Staff: 7"); json.Unmarshal([]byte(a.body), &v) != nil {
			t.Fatal(a.body)
		}
		url := r.svc.FileURL(media.FileGrant{Attachment: 3, User: 1, Session: 1, Browser: true}, v.Key, v.Name)
		const mine = "Cookie: zz_session=1.1"
		if a := r.get(url, mine); a.status != 200 || a.body != "%PDF-1.7" || !strings.HasPrefix(a.head.Get("Content-Disposition"), "attachment") || a.head.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("download: %d %v", a.status, a.head)
		}
		for name, head := range map[string]string{"another user": "Cookie: zz_session=2.1", "another device": "Cookie: zz_session=1.2", "nobody": "X-None: 1"} {
			if a := r.get(url, head); a.status != 403 {
				t.Errorf("%s's download: %d", name, a.status)
			}
		}
		native := r.svc.FileURL(media.FileGrant{Attachment: 3, User: 1, Session: 1}, v.Key, v.Name)
		if a := r.get(native); a.status != 200 {
			t.Errorf("native downloader: %d", a.status)
		}
		r.revoked.Store(true)
		for _, address := range []string{url, native} {
			if a := r.get(address, mine); a.status != 403 || problem(a) != "lesson_locked" {
				t.Errorf("after the refund: %d %s", a.status, a.body)
			}
		}
		r.revoked.Store(false)
		if a := r.do(http.MethodDelete, r.location(r.create("a.mp4", "video", 10)), nil, tus, "X-Staff: 7"); a.status != 204 {
			t.Errorf("cancel: %d", a.status)
		}
		for _, path := range []string{"/media/i/../src/x", "/media/i/..%2fsrc%2fx", "/media/i/%2e%2e/hls/1", "/media/i/.put-1", "/media/s/x/1/1/1/0.ts", "/media/p/x/master.m3u8"} {
			if a := r.get(path); a.status == 200 || a.status >= 500 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	})
}

// Errors of the protocol itself have the shape of all others, and keep its headers.
func TestUploadProtocolErrorsAreProblems(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		path := r.location(r.create("a.mp4", "video", 10))
		const staff, octets = "X-Staff: 7", "Content-Type: application/offset+octet-stream"
		for name, c := range map[string]struct {
			method, path string
			head         []string
			status       int
			code         string
		}{
			"no version":     {http.MethodPost, UploadsPath, []string{staff, "Upload-Length: 10"}, 412, "upload_version"},
			"old version":    {http.MethodPatch, path, []string{"Tus-Resumable: 0.2.2", staff, octets, "Upload-Offset: 0"}, 412, "upload_version"},
			"no length":      {http.MethodPost, UploadsPath, []string{tus, staff}, 400, "upload_length"},
			"bad length":     {http.MethodPost, UploadsPath, []string{tus, staff, "Upload-Length: -5"}, 400, "upload_length"},
			"length later":   {http.MethodPost, UploadsPath, []string{tus, staff, "Upload-Defer-Length: 1"}, 400, "upload_length_required"},
			"both lengths":   {http.MethodPost, UploadsPath, []string{tus, staff, "Upload-Defer-Length: 1", "Upload-Length: 5"}, 400, "upload_length_required"},
			"no offset":      {http.MethodPatch, path, []string{tus, staff, octets}, 400, "upload_offset"},
			"wrong offset":   {http.MethodPatch, path, []string{tus, staff, octets, "Upload-Offset: 7"}, 409, "upload_offset"},
			"wrong content":  {http.MethodPatch, path, []string{tus, staff, "Upload-Offset: 0", "Content-Type: text/plain"}, 400, "upload_content_type"},
			"wrong method":   {http.MethodPut, path, []string{tus, staff}, 405, "method_not_allowed"},
			"wrong method 2": {http.MethodPut, UploadsPath, []string{tus, staff}, 405, "method_not_allowed"},
			"concatenation":  {http.MethodPost, UploadsPath, []string{tus, staff, "Upload-Length: 5", "Upload-Concat: final;/a /b"}, 400, ""},
			"no such upload": {http.MethodPatch, UploadsPath + strings.Repeat("0", 32), []string{tus, staff, octets, "Upload-Offset: 0"}, 404, "upload_not_found"},
		} {
			a := r.do(c.method, c.path, nil, c.head...)
			var p struct {
				Status              int
				Code, Detail, Title string
			}
			if c.code == "" { // the library may not even look at it
				if a.status >= 500 {
					t.Errorf("%s: %d %s", name, a.status, a.body)
				}
				continue
			}
			err := json.Unmarshal([]byte(a.body), &p)
			if err != nil || a.status != c.status || p.Status != c.status || p.Code != c.code || p.Detail == "" || a.head.Get("Content-Type") != problemType {
				t.Errorf("%s: %d %q %v", name, a.status, a.body, a.head)
			}
			if c.code != "upload_not_found" && a.head.Get("Tus-Resumable") != "1.0.0" {
				t.Errorf("%s: the protocol's headers are gone: %v", name, a.head)
			}
		}
		if a := r.do(http.MethodHead, UploadsPath+strings.Repeat("0", 32), nil, tus, "X-Staff: 7"); a.status != 404 || a.body != "" {
			t.Errorf("HEAD: %d %q", a.status, a.body)
		}
	})
}

func TestAttachmentsAreWhatTheyAreCalled(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		for _, name := range []string{"setup.exe", "page.html", "讲义", "a.js", "x.svg"} {
			if a := r.create(name, "attachment", 5); a.status != 422 || !strings.Contains(a.body, `"file_type"`) {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
		}
		for _, raw := range []string{"MZ\x90\x00\x03\x00\x00", "<!doctype html><script>1</script>", "hello <script>1</script>", "PK\x03\x04zip"} {
			path := r.location(r.create("讲义.pdf", "attachment", len(raw)))
			if a := r.patch(path, 0, []byte(raw)); a.status != 422 || !strings.Contains(a.body, `"file_type"`) {
				t.Errorf("%q as a PDF: %d %s", raw, a.status, a.body)
			}
		}
	})
}

func FuzzUploadMeta(f *testing.F) {
	for _, seed := range []string{"", "filename YS5tcDQ=,purpose dmlkZW8=", "filename,purpose", "filename Li4vLi4vZXRjL3Bhc3N3ZA==,purpose YXR0YWNobWVudA==", "purpose !!!", "filename IA==", ",,,", "filename " + strings.Repeat("QUFB", 400) + ",purpose aW1hZ2U="} {
		f.Add(seed, int64(10))
	}
	d, err := db.Open(context.Background(), f.TempDir()+"/f.db")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(d.Close)
	store, err := blob.NewLocal(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	svc, err := media.New(media.Config{DB: d, Store: store, Box: testkit.Box(), Dir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string, bytes int64) {
		m, err := svc.Check(uploadMeta(handler.ParseMetadataHeader(header), bytes))
		if err != nil {
			return
		}
		if m.Name == "" || m.Bytes <= 0 || len([]rune(m.Name)) > 150 || strings.ContainsAny(m.Name, "/\\\"\x00\r\n") || strings.Trim(m.Name, ". ") == "" {
			t.Fatalf("%+v", m)
		}
	})
}

// The longest road of a segment must keep *os.File, or sendfile is lost.
func TestSegmentKeepsSendfile(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d, t.TempDir())
		r.work()
		asset := r.uploadVideo("a.mp4", film(t, 1))
		r.wait(asset, func(a media.Asset) bool { return a.Status == media.StatusReady })
		_, list := r.rendition(r.start(media.Start{UserID: 1, SessionID: 1, LessonID: 1, AssetID: asset}), 0)
		mux := http.NewServeMux()
		r.media.Routes(mux)
		rec := &readerFrom{ResponseRecorder: httptest.NewRecorder()}
		mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, addresses(list)[0], nil))
		if rec.Code != 200 || rec.from != "*io.LimitedReader of *os.File" {
			t.Fatalf("%d, copied from %q", rec.Code, rec.from)
		}
		r.clock.Advance(13 * time.Hour)
		if a := r.get(addresses(list)[0]); a.status != 403 {
			t.Fatalf("an expired segment address: %d", a.status)
		}
	})
}
