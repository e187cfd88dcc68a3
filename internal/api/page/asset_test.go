package page

import (
	"bytes"
	"cmp"
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
	var pressed bytes.Buffer
	z := gzip.NewWriter(&pressed)
	if _, err := io.WriteString(z, script); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	built := fstest.MapFS{
		"assets/a.js.gz": {Data: pressed.Bytes()}, "assets/short.js": {Data: []byte("x")}, "static/p.png": {Data: []byte(script)}, chunkFile: {Data: []byte(`{"HomePage":["assets/a.js"]}`)},
	}
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
	w := ask("assets/a.js", "Accept-Encoding", "br, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Fatalf("%v", w.Header())
	}
	if got, err := unpacked(w.Body.Bytes()); err != nil || string(got) != script {
		t.Fatalf("%d bytes came back: %v", len(got), err)
	}
	plain := [][]string{
		{"assets/a.js"},
		{"assets/a.js", "Accept-Encoding", "gzip;q=0"},
		{"assets/a.js", "Accept-Encoding", "gzip", "Range", "bytes=0-9"},
		{"assets/short.js", "Accept-Encoding", "gzip"},
		{"static/p.png", "Accept-Encoding", "gzip"},
	}
	for _, c := range plain {
		w := ask(c[0], c[1:]...)
		if w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%v was compressed", c)
		}
		if want := map[string]string{"assets/short.js": "x"}[c[0]]; len(c) < 4 && w.Body.String() != cmp.Or(want, script) {
			t.Errorf("%v: %d bytes came", c, w.Body.Len())
		}
	}
	if file(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), built, chunkFile) {
		t.Error("the table of scripts is nobody's page")
	}
	if got := chunks(built)["HomePage"]; len(got) != 1 || got[0] != "assets/a.js" {
		t.Errorf("scripts of the home page: %v", got)
	}
}
