package blob

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestKeys(t *testing.T) {
	for _, key := range []string{"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "a\\b", ".hidden", "a/.put-1", "a b", "中", "a\x00b", strings.Repeat("a", 513)} {
		if CheckKey(key) == nil {
			t.Errorf("%q was accepted", key)
		}
	}
	for _, key := range []string{"a", "img/ab12.jpg", "hls/1/2/00003.ts", "a..b"} {
		if err := CheckKey(key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// contract is what every Store must do.
func contract(t *testing.T, s Store) {
	ctx := context.Background()
	if _, _, err := s.Open(ctx, "x/none"); !errors.Is(err, ErrNone) {
		t.Fatalf("open of nothing: %v", err)
	}
	if ok, err := s.Exists(ctx, "x/none"); ok || err != nil {
		t.Fatalf("exists: %v %v", ok, err)
	}
	for _, text := range []string{"first", "0123456789"} { // the second replaces
		if err := s.Put(ctx, "x/a.txt", strings.NewReader(text), int64(len(text)), "text/plain"); err != nil {
			t.Fatal(err)
		}
	}
	r, info, err := s.Open(ctx, "x/a.txt")
	if err != nil || info.Bytes != 10 {
		t.Fatalf("open: %v %+v", err, info)
	}
	defer func() { _ = r.Close() }()
	if _, err := r.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "456789" {
		t.Fatalf("read after seek: %q %v", got, err)
	}
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("taken"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // repeating is harmless
		if err := s.Take(ctx, "x/b", file, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("Take removed the file: %v", err)
	}
	b, _, err := s.Open(ctx, "x/b")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if got, _ := io.ReadAll(b); string(got) != "taken" {
		t.Fatalf("taken: %q", got)
	}
	for range 2 {
		if err := s.Delete(ctx, "x/a.txt"); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := s.Exists(ctx, "x/a.txt"); ok || err != nil {
		t.Fatalf("exists after delete: %v %v", ok, err)
	}
	if err := s.Put(ctx, "../x", strings.NewReader(""), 0, ""); !errors.Is(err, ErrKey) {
		t.Fatalf("bad key: %v", err)
	}
}

func TestLocal(t *testing.T) {
	dir := t.TempDir()
	s, err := Open("file://"+dir, "", "")
	if err != nil {
		t.Fatal(err)
	}
	contract(t, s)
	ctx := context.Background()
	if r, _, _ := s.Open(ctx, "x/b"); r == nil {
		t.Fatal("gone")
	} else if _, ok := r.(*os.File); !ok {
		t.Fatalf("%T would lose sendfile", r)
	} else {
		_ = r.Close()
	}
	if _, _, err := s.Open(ctx, "x"); !errors.Is(err, ErrNone) {
		t.Fatalf("a folder was opened: %v", err)
	}
	// a short write must leave nothing, not even a temporary file
	if err := s.Put(ctx, "y/short", strings.NewReader("abc"), 4, ""); err == nil {
		t.Fatal("3 bytes passed for 4")
	}
	left, err := os.ReadDir(filepath.Join(dir, "y"))
	if err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v %v", left, err)
	}
}

func TestS3(t *testing.T) {
	fake := &fakeS3{objects: map[string][]byte{}}
	srv := httptest.NewServer(fake)
	defer srv.Close()
	s, err := Open("s3://bucket?endpoint="+srv.URL+"&region=cn-1&path_style=1&prefix=zz", "access", "secret")
	if err != nil {
		t.Fatal(err)
	}
	contract(t, s)
	if _, ok := fake.objects["/bucket/zz/x/b"]; !ok {
		t.Fatalf("prefix is missing: %v", fake.objects)
	}
	u, err := s.URL(context.Background(), "x/b", time.Minute)
	if err != nil || !strings.Contains(u, "X-Amz-Expires=60") || !strings.Contains(u, "X-Amz-Signature=") {
		t.Fatalf("presigned: %s %v", u, err)
	}
	res, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if got, _ := io.ReadAll(res.Body); string(got) != "taken" {
		t.Fatalf("presigned get: %d %q", res.StatusCode, got)
	}
	fake.fail = true
	if _, _, err := s.Open(context.Background(), "x/b"); err == nil || errors.Is(err, ErrNone) {
		t.Fatalf("a broken service must not look like an absent object: %v", err)
	}
	for _, bad := range []string{"s3://bucket", "s3://bucket?endpoint=nohost", "ftp://x"} {
		if _, err := Open(bad, "a", "b"); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

// fakeS3 speaks PUT, GET with ranges, HEAD and DELETE, and refuses unsigned requests.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte
	fail    bool
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256") || r.URL.Query().Get("X-Amz-Signature") != ""
	switch {
	case f.fail || !signed:
		f.error(w, http.StatusForbidden, "AccessDenied")
	case r.Method == http.MethodPut:
		body, err := decodeChunked(r)
		if err != nil {
			f.error(w, http.StatusBadRequest, "IncompleteBody")
			return
		}
		f.objects[r.URL.Path] = body
		w.Header().Set("ETag", `"0123456789abcdef0123456789abcdef"`)
	case r.Method == http.MethodDelete:
		delete(f.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	default:
		body, ok := f.objects[r.URL.Path]
		if !ok {
			f.error(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"0123456789abcdef0123456789abcdef"`)
		http.ServeContent(w, r, "", time.Unix(1700000000, 0), bytes.NewReader(body))
	}
}

func (f *fakeS3) error(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}{Code: code})
}

// decodeChunked undoes the aws-chunked coding: "size;chunk-signature=…\r\n data \r\n".
func decodeChunked(r *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil || !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return raw, err
	}
	var out []byte
	for {
		head, rest, ok := bytes.Cut(raw, []byte("\r\n"))
		size, _, _ := bytes.Cut(head, []byte(";"))
		if len(size)%2 == 1 {
			size = append([]byte("0"), size...)
		}
		n := 0
		digits, err := hex.DecodeString(string(size))
		if err != nil || !ok {
			return nil, fmt.Errorf("bad chunk %q", head)
		}
		for _, d := range digits {
			n = n<<8 | int(d)
		}
		if n == 0 {
			return out, nil
		}
		if len(rest) < n+2 {
			return nil, io.ErrUnexpectedEOF
		}
		out, raw = append(out, rest[:n]...), rest[n+2:]
	}
}
