package page

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// squeezed keeps the compressed form of what was asked for, by name within its folder:
// what is built does not change while the program runs.
type squeezed struct {
	fs.FS
	kept sync.Map // name to []byte
}

// worth are the endings of what gets much smaller.
var worth = map[string]bool{".js": true, ".mjs": true, ".css": true, ".svg": true, ".json": true, ".wasm": true, ".bcmap": true}

// small returns a file compressed; nil when that gains little, or there is none.
func (s *squeezed) small(name string) []byte {
	if !worth[path.Ext(name)] {
		return nil
	}
	if kept, ok := s.kept.Load(name); ok {
		return kept.([]byte) //nolint:forcetypeassert // nothing else is put there
	}
	raw, err := fs.ReadFile(s, name)
	if err != nil || len(raw) < 400 {
		return nil
	}
	out := pressed(raw)
	if len(out) > len(raw)*9/10 {
		out = nil
	}
	s.kept.Store(name, out)
	return out
}

func pressed(raw []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = z.Write(raw) // into memory
	_ = z.Close()
	return b.Bytes()
}

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

// file serves an asset if there is one. Names with a hash never change.
func file(w http.ResponseWriter, r *http.Request, f *squeezed, name string) bool {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" || name == "index.html" || name == chunkFile {
		return false
	}
	st, err := fs.Stat(f, name)
	if err != nil || st.IsDir() {
		return false
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=3600")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if worth[path.Ext(name)] {
		h.Add("Vary", "Accept-Encoding")
	}
	if r.Header.Get("Range") == "" && takesGzip(r) {
		if out := f.small(name); out != nil {
			h.Set("Content-Encoding", "gzip")
			http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(out))
			return true
		}
	}
	http.ServeFileFS(w, r, f, name)
	return true
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
