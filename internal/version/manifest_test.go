package version_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"zhizhou/internal/version"
)

const (
	sum  = `"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
	good = `{"kind":"zhizhou-course","format":1,"content":{"course":{"form":"course","title":"课","outcomes":[],"tags":[]},
	"chapters":[{"id":1,"title":"章","lessons":[{"id":2,"title":"文","form":"article","body_html":"<p>x</p>"},{"id":3,"title":"片","form":"video","asset_id":1,"after_lesson_id":2}]}],
	"attachments":[{"id":4,"lesson_id":2,"file_id":2,"name":"清单.txt","permission":"download"}],"papers":[],"points":[],"tasks":[]},
	"questions":[],"materials":[{"id":1,"kind":"asset","name":"片.mp4","file":"files/1.mp4","bytes":0,` + sum + `},{"id":2,"kind":"file","name":"清单.txt","file":"files/2.txt","bytes":0,` + sum + `}],"left":[]}`
)

// What a manifest names must be there, once, and of the right kind.
func TestManifestsAreChecked(t *testing.T) {
	if _, err := version.ParseManifest([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"another kind of file":       {`"zhizhou-course"`, `"x"`},
		"no format":                  {`"format":1`, `"format":0`},
		"a file outside":             {`files/1.mp4`, `files/../1.mp4`},
		"an absolute file":           {`files/1.mp4`, `/etc/passwd`},
		"one file twice":             {`files/2.txt`, `files/1.mp4`},
		"one id twice":               {`"id":3,"title":"片"`, `"id":2,"title":"片"`},
		"material of another kind":   {`"asset_id":1`, `"asset_id":2`},
		"material that is not there": {`"file_id":2`, `"file_id":9`},
		"a lesson that is not there": {`"lesson_id":2`, `"lesson_id":9`},
		"a ring":                     {`"form":"article"`, `"form":"article","after_lesson_id":3`},
		"an unknown form":            {`"form":"video"`, `"form":"vr"`},
		"an unknown permission":      {`"permission":"download"`, `"permission":"all"`},
		"no digest":                  {sum, `"sha256":""`},
		"no title":                   {`"title":"课"`, `"title":""`},
		"an instructor's id":         {`"title":"课"`, `"title":"课","instructor_id":7`},
		"text behind it":             {`"left":[]}`, `"left":[]} x`},
		"a paper of an article":      {`"papers":[]`, `"papers":[{"lesson_id":2}]`},
		"a task of nothing":          {`"tasks":[]`, `"tasks":[{"lesson_id":8}]`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := version.ParseManifest([]byte(text)); !errors.Is(err, version.ErrArchive) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := version.ParseManifest([]byte(strings.Replace(good, `"format":1`, `"format":3`, 1))); !errors.Is(err, version.ErrArchiveNew) {
		t.Error(err)
	}
}

// Whatever is read is refused or can be written and read again.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"kind":"zhizhou-course","format":1,"content":{"course":{"title":"x"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := version.ParseManifest(raw)
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := version.ParseManifest(again); err != nil {
			t.Fatalf("what was accepted is refused: %v", err)
		}
	})
}
