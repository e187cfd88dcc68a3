package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// cache keeps the bytes of public answers for their route's short time. Writers
// call Forget; other nodes notice within that time. It is emptied when it grows
// past maxCached, so a crawler of odd queries cannot fill memory.
type cache struct {
	watched    []watched
	generation atomic.Int64
	mu         sync.RWMutex
	entries    map[string]*entry
}

type watched struct {
	segments []string // of the route's path; a parameter is ""
	ttl      time.Duration
}

type entry struct {
	header     http.Header
	body       []byte
	until      time.Time
	generation int64
}

const (
	maxCached      = 2000
	maxCachedBytes = 256 << 10
)

func newCache() *cache { return &cache{entries: map[string]*entry{}} }

func (c *cache) watch(path string, ttl time.Duration) {
	segments := strings.Split(path, "/")
	for i, part := range segments {
		if strings.HasPrefix(part, "{") {
			segments[i] = ""
		}
	}
	c.watched = append(c.watched, watched{segments, ttl})
}

// fits compares the whole path: a personal answer one segment shorter or longer
// must never be kept for others.
func (w watched) fits(path string) bool {
	for i, want := range w.segments {
		part, rest, more := strings.Cut(path, "/")
		if want != "" && part != want || want == "" && i > 0 && part == "" || more != (i < len(w.segments)-1) {
			return false
		}
		path = rest
	}
	return true
}

func (c *cache) forget() { c.generation.Add(1) }

func (c *cache) ttl(path string) time.Duration {
	for _, w := range c.watched {
		if w.fits(path) {
			return w.ttl
		}
	}
	return 0
}

// serve answers from the cache or lets next fill it. The platform is part of the
// key, because prices are.
func (c *cache) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	ttl := time.Duration(0)
	if r.Method == http.MethodGet {
		ttl = c.ttl(r.URL.Path)
	}
	if ttl == 0 || strings.Contains(r.URL.RawQuery, "preview=") {
		next.ServeHTTP(w, r)
		return
	}
	key := string(CallerOf(r.Context()).Platform) + " " + r.URL.Path + "?" + r.URL.RawQuery
	generation := c.generation.Load()
	c.mu.RLock()
	e := c.entries[key]
	c.mu.RUnlock()
	if e == nil || e.generation != generation || time.Now().After(e.until) {
		buf := &buffered{header: http.Header{}, status: 200}
		next.ServeHTTP(buf, r)
		e = &entry{header: buf.header, body: buf.body.Bytes(), until: time.Now().Add(ttl), generation: generation}
		if buf.status != 200 || strings.Contains(e.header.Get("Cache-Control"), "private") {
			copyHeader(w.Header(), e.header)
			w.WriteHeader(buf.status)
			_, _ = w.Write(e.body)
			return
		}
		c.put(key, e)
	}
	copyHeader(w.Header(), e.header)
	_, _ = w.Write(e.body)
}

func (c *cache) put(key string, e *entry) {
	if len(e.body) > maxCachedBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxCached {
		c.entries = map[string]*entry{}
	}
	c.entries[key] = e
}

func copyHeader(to, from http.Header) {
	for k, v := range from {
		to[k] = v
	}
}

type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffered) Header() http.Header         { return b.header }
func (b *buffered) WriteHeader(s int)           { b.status = s }
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }
