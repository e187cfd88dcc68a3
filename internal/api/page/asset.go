package page

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"zhizhou/internal/web"
)

// takesGzip tells whether a client may be sent compressed bytes.
func takesGzip(r *http.Request) bool {
	for _, e := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(e, ";")
		if strings.TrimSpace(name) == "gzip" {
			return !strings.HasPrefix(strings.ReplaceAll(weight, " ", ""), "q=0") || strings.Contains(weight, "0.")
		}
	}
	return false
}

// file serves an asset if there is one. Names with a hash never change. What the build
// has compressed is sent so, but to who does not take it.
func file(w http.ResponseWriter, r *http.Request, f fs.FS, name string) bool {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" || name == "index.html" || name == chunkFile {
		return false
	}
	small, err := fs.ReadFile(f, name+".gz")
	st, serr := fs.Stat(f, name)
	if err != nil && (serr != nil || st.IsDir()) {
		return false
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=3600")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if err != nil {
		http.ServeFileFS(w, r, f, name)
		return true
	}
	h.Add("Vary", "Accept-Encoding")
	if r.Header.Get("Range") == "" && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
	} else if small, err = unpacked(small); err != nil {
		web.Fail(w, r, err)
		return true
	}
	http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(small))
	return true
}

func unpacked(small []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return raw, nil
}

// chunkFile is what the client's build says of its pages: the scripts of each.
const chunkFile = "chunks.json"

// chunks reads it, by the name of a page's component. A build without it only loads
// later.
func chunks(f fs.FS) map[string][]string {
	out := map[string][]string{}
	if raw, err := fs.ReadFile(f, chunkFile); err == nil {
		_ = json.Unmarshal(raw, &out)
	}
	return out
}
