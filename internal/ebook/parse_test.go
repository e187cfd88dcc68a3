package ebook

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"zhizhou/internal/ebook/ebooktest"
	"zhizhou/internal/errs"
)

var two = []string{
	`<h1>第一章</h1><p onclick="x()">开<b>头</b>&nbsp;<img src="../img/a.png" alt="图"/><img src="../img/none.png"/><img src="https://evil.example/a.png"/><a id="p1"/>后文</p><script>alert(1)</script><p><a href="c2.xhtml#x">下一章</a><a href="../../../etc/passwd">坏</a><a href="javascript:x">坏</a></p>`,
	`<div><svg xmlns:xlink="x"><image xlink:href="../img/a.png"/></svg></div><p>` + strings.Repeat("长", 700) + `</p><ol><li>项</li></ol>`,
}

func TestBooksOfBothVersions(t *testing.T) {
	for name, b := range map[string]ebooktest.Book{"EPUB 3": {Title: "写信", Chapters: two}, "EPUB 2": {Title: "写信", Chapters: two, Old: true}} {
		got, err := parse(b.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.title != "写信" || got.author != "沈牧之" || len(got.parts) != 2 || len(got.pictures) != 1 {
			t.Fatalf("%s: %q %q %d chapters %v", name, got.title, got.author, len(got.parts), got.pictures)
		}
		if len(got.contents) != 2 || got.contents[1] != (Heading{"目录 2", 2, 0}) || got.parts[0].title != "第一章" || got.parts[1].title != "目录 2" {
			t.Errorf("%s: contents %+v, titles %q %q", name, got.contents, got.parts[0].title, got.parts[1].title)
		}
		one := got.parts[0].html
		for _, want := range []string{`<h2>第一章</h2>`, `<strong>头</strong>`, `<img src="/media/i/ebook/1.img" alt="图" loading="lazy"/>`, `后文`, `<a href="#c2"`} {
			if !strings.Contains(one, want) {
				t.Errorf("%s lacks %s: %s", name, want, one)
			}
		}
		for _, bad := range []string{"script", "onclick", "evil", "passwd", "javascript", "none.png"} {
			if strings.Contains(one, bad) {
				t.Errorf("%s keeps %s: %s", name, bad, one)
			}
		}
		if got.parts[0].screens != 1 || got.parts[1].screens != 3 || !strings.Contains(got.parts[1].html, "/media/i/ebook/1.img") {
			t.Errorf("%s: screens %d, %d", name, got.parts[0].screens, got.parts[1].screens)
		}
	}
}

// What can be understood is healed.
func TestBooksAreHealed(t *testing.T) {
	for name, b := range map[string]ebooktest.Book{
		"no contents":         {Title: "x", Chapters: two, Plain: true},
		"a broken navigation": {Title: "x", Chapters: two, Extra: map[string]string{"OEBPS/nav.xhtml": "<nav"}},
		"no container":        {Title: "x", Chapters: two, Extra: map[string]string{"META-INF/container.xml": ""}},
		"not well-formed":     {Title: "x", Chapters: []string{two[0] + "<p>a<br>b", two[1]}},
		"hidden fonts":        {Title: "x", Chapters: two, Extra: map[string]string{"META-INF/encryption.xml": `<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></EncryptedData></encryption>`}},
	} {
		got, err := parse(b.Bytes())
		if err != nil || len(got.parts) != 2 || len(got.contents) != 2 {
			t.Errorf("%s: %v %+v", name, err, got)
		}
	}
}

// What harms or cannot be read is refused with its reason.
func TestHostileBooks(t *testing.T) {
	with := func(extra map[string]string) []byte {
		return ebooktest.Book{Title: "x", Chapters: two, Extra: extra}.Bytes()
	}
	var twice bytes.Buffer
	z := zip.NewWriter(&twice)
	for range 2 {
		if _, err := z.Create("META-INF/container.xml"); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw  []byte
		code string
	}{
		"a bomb":             {with(map[string]string{"OEBPS/zero.bin": strings.Repeat("\x00", 30<<20)}), "ebook_heavy"},
		"a path that leaves": {with(map[string]string{"../../etc/cron.d/x": "x"}), "ebook_broken"},
		"outside entities":   {with(map[string]string{"OEBPS/text/c1.xhtml": `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>&x;</p></body></html>`}), "ebook_broken"},
		"growing entities":   {with(map[string]string{"OEBPS/book.opf": `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><package><metadata>&b;</metadata></package>`}), "ebook_broken"},
		"encrypted":          {with(map[string]string{"META-INF/encryption.xml": `<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>`}), "ebook_locked"},
		"with rights":        {with(map[string]string{"META-INF/rights.xml": "<rights/>"}), "ebook_locked"},
		"no package":         {with(map[string]string{"OEBPS/book.opf": ""}), "ebook_broken"},
		"a broken package":   {with(map[string]string{"OEBPS/book.opf": "\x00\x01"}), "ebook_broken"},
		"no spine":           {with(map[string]string{"OEBPS/book.opf": "<package><manifest/></package>"}), "ebook_empty"},
		"nothing to read":    {ebooktest.Book{Title: "x", Chapters: []string{"<script>x</script>"}}.Bytes(), "ebook_empty"},
		"too deep":           {with(map[string]string{"OEBPS/text/c1.xhtml": strings.Repeat("<div>", 400)}), "ebook_heavy"},
		"another container":  {twice.Bytes(), "ebook_broken"},
		"no container":       {[]byte("%PDF-1.7"), "ebook_kind"},
		"cut off":            {with(nil)[:400], "ebook_broken"},
	} {
		if b, err := parse(c.raw); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v %+v, want %s", name, err, b, c.code)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ebooktest.Book{Title: "x", Chapters: two}.Bytes())
	f.Add(ebooktest.Book{Title: "x", Chapters: two, Old: true}.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := parse(raw)
		if (err == nil) != (b != nil && len(b.parts) > 0) {
			t.Fatalf("%v, but %+v", err, b)
		}
		if err != nil && errs.KindOf(err) != errs.Invalid {
			t.Fatalf("refused without a reason: %v", err)
		}
	})
}
