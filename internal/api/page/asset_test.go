package page

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAssetsAreSentAsSmallAsTheClientTakesThem(t *testing.T) {
	script := strings.Repeat("const answer = 42\n", 200)
	built := &squeezed{FS: fstest.MapFS{
		"assets/a.js": {Data: []byte(script)}, "assets/short.js": {Data: []byte("x")}, "static/p.png": {Data: []byte(script)}, chunkFile: {Data: []byte(`{"HomePage":["assets/a.js"]}`)},
	}}
	ask := func(name string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/"+name, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		if !file(w, r, built, name) {
			t.Fatalf("%s was not served", name)
		}
		return w
	}
	for range 2 { // the second time from what is kept
		w := ask("assets/a.js", "Accept-Encoding", "br, gzip;q=0.8")
		z, err := gzip.NewReader(w.Body)
		if err != nil || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
			t.Fatalf("%v %v", err, w.Header())
		}
		if got, _ := io.ReadAll(z); string(got) != script {
			t.Fatalf("%d bytes came back", len(got))
		}
	}
	plain := [][]string{
		{"assets/a.js"},
		{"assets/a.js", "Accept-Encoding", "gzip;q=0"},
		{"assets/a.js", "Accept-Encoding", "gzip", "Range", "bytes=0-9"},
		{"assets/short.js", "Accept-Encoding", "gzip"},
		{"static/p.png", "Accept-Encoding", "gzip"},
	}
	for _, c := range plain {
		if w := ask(c[0], c[1:]...); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%v was compressed", c)
		}
	}
	if file(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), built, chunkFile) {
		t.Error("the table of scripts is nobody's page")
	}
	if got := chunks(built)["HomePage"]; len(got) != 1 || got[0] != "assets/a.js" {
		t.Errorf("scripts of the home page: %v", got)
	}
}
