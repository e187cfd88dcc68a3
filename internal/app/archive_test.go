package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/document/documenttest"
	"zhizhou/internal/media"
	"zhizhou/internal/testkit"
)

// exported is the archive of a course by the console's route.
func (p *person) exported(courseID int64) []byte {
	p.w.t.Helper()
	return []byte(p.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d/archive", courseID), nil).raw)
}

// unpacked is the manifest and the files of an archive.
func unpacked(t *testing.T, raw []byte) (manifest string, files map[string]string) {
	t.Helper()
	z := must(zip.NewReader(bytes.NewReader(raw), int64(len(raw))))(t)
	files = map[string]string{}
	for _, f := range z.File {
		body := must(io.ReadAll(must(f.Open())(t)))(t)
		if f.Name == "manifest.json" {
			manifest = string(body)
			continue
		}
		files[f.Name] = string(body)
	}
	return manifest, files
}

// repacked is an archive with other entries.
func repacked(t *testing.T, entries ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w := must(z.Create(e[0]))(t)
		if _, err := w.Write([]byte(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A whole course goes into an archive, from there into another school, and from there into
// an archive that says the same, file by file.
func TestArchivesGoRoundBetweenSchools(t *testing.T) {
	for _, e := range testkit.Engines(t) {
		t.Run(e.String(), func(t *testing.T) { roundTrip(t, e) })
	}
}

func roundTrip(t *testing.T, e db.Engine) {
	w := newWorld(t, e)
	ctx, editor := w.system(), w.author()
	exam, _ := w.exam(bankOfOne(), nil)
	w.task(nil)
	lesson, _ := w.paper(editor)
	w.bound(editor)
	asset := editor.film()
	part := must(w.app.Catalog.Lesson(ctx, w.lesson))(t).ChapterID
	video := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, part, "视频课", catalog.Video))(t)
	w.ok(w.app.Catalog.UpdateLesson(ctx, 0, video, catalog.LessonChange{Title: "视频课", AssetID: asset, Unlock: catalog.Unlock{AfterLessonID: exam, OpensAfterDays: 2}}))
	picture := editor.sends("/api/console/images?name=%E5%9B%BE.png", dot(t))
	long := must(w.app.Catalog.AddLesson(ctx, 0, w.paid, part, "长文", catalog.Article))(t)
	w.ok(w.app.Catalog.UpdateLesson(ctx, 0, long, catalog.LessonChange{Title: "长文", BodyHTML: fmt.Sprintf(`<p>看图</p><p><img src="%s" alt="图"></p><figure data-asset="%d"></figure>`, picture.str("url"), asset)}))
	shown := editor.attach(w.paid, lesson, "提纲.pdf", documenttest.PDF{Pages: []string{"一"}}.Bytes())
	editor.permit(w.paid, shown, "提纲.pdf", "view")
	editor.attach(w.paid, 0, "清单.txt", []byte("一条清单"))

	first := editor.exported(w.paid)
	one, files := unpacked(t, first)
	if len(files) != 6 || strings.Contains(one, fmt.Sprint(w.paid)) || strings.Contains(one, fmt.Sprint(asset)) {
		t.Fatalf("%d files: %s", len(files), one)
	}

	there := newWorld(t, e)
	other := there.author()
	res, text := other.send("把话写清楚.zip", "archive", first)
	if res.StatusCode != 204 {
		t.Fatalf("import: %d %s", res.StatusCode, text)
	}
	made := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
	c := other.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d", made), nil)
	if c.str("status") != "draft" || c.str("title") != "把话写清楚" || c.num("learner_count") != 0 || len(c.at("skus").([]any)) != 0 {
		t.Fatalf("what came: %s", c.raw)
	}
	if v := other.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d/versions", made), nil).list("items")[0]; v["cause"] != "import" || v["staff_name"] != other.want(200, "", "GET", "/api/console/me", nil).str("name") {
		t.Errorf("who brought it: %v", v)
	}
	rep := other.want(200, "", "GET", fmt.Sprintf("/api/console/courses/%d/import", made), nil)
	if rep.num("materials") != 6 || rep.num("questions") != 1 || len(rep.at("left").([]any)) != 0 || rep.at("imported") != true {
		t.Fatalf("the report: %s", rep.raw)
	}
	two, others := unpacked(t, other.exported(made))
	if one != two {
		t.Fatalf("another manifest:\n%s\nnot\n%s", two, one)
	}
	for name, body := range files {
		if others[name] != body {
			t.Errorf("%s is not bit by bit the same", name)
		}
	}
	var m struct {
		Materials []struct{ File, SHA256 string }
	}
	there.ok(json.Unmarshal([]byte(two), &m))
	for _, x := range m.Materials {
		if s := sha256.Sum256([]byte(others[x.File])); hex.EncodeToString(s[:]) != x.SHA256 {
			t.Errorf("the digest of %s", x.File)
		}
	}

	// The command line takes the same file; a stranger's course is not exported.
	file := filepath.Join(t.TempDir(), "x.zip")
	there.ok(os.WriteFile(file, first, 0o600))
	must(there.app.Version.Import(there.system(), 0, file, "x.zip"))(t)
	stranger := w.teacher("instructor", must(w.app.Catalog.SaveInstructor(ctx, catalog.Instructor{Name: "旁人"}))(t))
	stranger.want(404, "course_gone", "GET", fmt.Sprintf("/api/console/courses/%d/archive", w.paid), nil)
	w.staff("support").want(403, "forbidden", "GET", fmt.Sprintf("/api/console/courses/%d/archive", w.paid), nil)
	w.sound()
	there.sound()
}

var qAllCourses = db.Q("archivetest/courses", `SELECT COUNT(*) FROM courses`)

// What is no whole archive leaves nothing behind.
func TestHostileArchivesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		editor := w.author()
		editor.attach(w.paid, 0, "清单.txt", []byte("一条清单"))
		whole := editor.exported(w.paid)
		manifest, files := unpacked(t, whole)
		body := files["files/1.txt"]
		if body == "" {
			t.Fatalf("%v", files)
		}
		linked := func() []byte {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			_, _ = must(z.Create("manifest.json"))(t).Write([]byte(manifest))
			h := &zip.FileHeader{Name: "files/1.txt"}
			h.SetMode(fs.ModeSymlink | 0o777)
			_, _ = must(z.CreateHeader(h))(t).Write([]byte("/etc/passwd"))
			w.ok(z.Close())
			return b.Bytes()
		}
		courses, stored := w.count(qAllCourses), w.stored("/file/")
		for name, x := range map[string]struct {
			raw  []byte
			code string
		}{
			"no container":     {[]byte("x"), "archive_invalid"},
			"cut off":          {whole[:len(whole)/2], "archive_invalid"},
			"no manifest":      {repacked(t, [2]string{"files/1.txt", body}), "archive_invalid"},
			"traversal":        {repacked(t, [2]string{"manifest.json", manifest}, [2]string{"files/1.txt", body}, [2]string{"../x", "x"}), "archive_invalid"},
			"a name twice":     {repacked(t, [2]string{"manifest.json", manifest}, [2]string{"files/1.txt", body}, [2]string{"files/1.txt", "x"}), "archive_invalid"},
			"a link":           {linked(), "archive_invalid"},
			"a bomb":           {repacked(t, [2]string{"manifest.json", manifest}, [2]string{"files/1.txt", strings.Repeat("0", 4<<20)}), "archive_too_big"},
			"a file missing":   {repacked(t, [2]string{"manifest.json", manifest}), "archive_digest"},
			"another content":  {repacked(t, [2]string{"manifest.json", manifest}, [2]string{"files/1.txt", strings.ToUpper(body) + "x"}), "archive_digest"},
			"a newer format":   {repacked(t, [2]string{"manifest.json", strings.Replace(manifest, `"format": 2`, `"format": 9`, 1)}, [2]string{"files/1.txt", body}), "archive_format"},
			"a foreign format": {repacked(t, [2]string{"manifest.json", "{}"}), "archive_invalid"},
		} {
			if res, text := editor.send("包.zip", "archive", x.raw); res.StatusCode < 400 || !strings.Contains(text, x.code) {
				t.Errorf("%s: %d %s", name, res.StatusCode, text)
			}
		}
		if w.count(qAllCourses) != courses || w.stored("/file/") != stored {
			t.Fatal("something stays of what was refused")
		}
		// A script in a text does not come along, whatever the digests say.
		bad := strings.Replace(manifest, "正文：", `\u003cscript\u003ealert(1)\u003c/script\u003e\u003cp onclick='x()'\u003e正文：`, 1)
		if bad == manifest {
			t.Fatal("nothing was changed")
		}
		res, text := editor.send("包.zip", "archive", repacked(t, [2]string{"manifest.json", bad}, [2]string{"files/1.txt", body}))
		if res.StatusCode != 204 {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
		made := must(strconv.ParseInt(res.Header.Get("Zz-Asset-Id"), 10, 64))(t)
		for _, p := range must(w.app.Catalog.Outline(context.Background(), made))(t) {
			for _, l := range p.Lessons {
				if strings.Contains(l.BodyHTML, "script") || strings.Contains(l.BodyHTML, "onclick") {
					t.Fatal(l.BodyHTML)
				}
			}
		}
		// What was taken in for an import that never came to its end is swept a day
		// later; what was brought stays.
		had := w.stored("/file/")
		file := filepath.Join(t.TempDir(), "1.txt")
		w.ok(os.WriteFile(file, []byte(body), 0o600))
		if _, _, err := w.app.Media.Adopt(w.system(), media.PurposeAttachment, "清单.txt", file, 1); err != nil || w.stored("/file/") != had+1 {
			t.Fatalf("%v, %d files", err, w.stored("/file/"))
		}
		w.clock.Advance(25 * time.Hour)
		w.ok(w.app.Media.Sweep(w.system()))
		if got := w.stored("/file/"); got != had {
			t.Fatalf("%d files after the sweep, not %d", got, had)
		}
		w.sound()
	})
}
