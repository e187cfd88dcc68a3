package web

import (
	"testing"
	"time"
)

// Only the addresses of a cached route are kept: a neighbour under the same prefix
// may be somebody's own answer.
func TestCacheKnowsItsRoutes(t *testing.T) {
	c := newCache()
	c.watch("/api/home", time.Second)
	c.watch("/api/courses/{id}", time.Second)
	c.watch("/api/lessons/{id}/product", time.Second)
	for path, want := range map[string]bool{
		"/api/home": true, "/api/home/": false, "/api/home/x": false, "/api": false,
		"/api/courses/12": true, "/api/courses/": false, "/api/courses": false, "/api/courses/12/mine": false,
		"/api/lessons/7/product": true, "/api/lessons/7": false, "/api/lessons//product": false, "/api/lessons/7/product/": false,
	} {
		if got := c.ttl(path) > 0; got != want {
			t.Errorf("%s: kept %v", path, got)
		}
	}
}
