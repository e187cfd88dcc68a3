package demo

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"html"
	"strings"
)

//go:embed book/*.html picture/*.png
var book embed.FS

// BookTitle is what the demo school's book is called.
const BookTitle = "说明书小册：让别人照着做得成"

// Picture returns the demo school's drawing, a PNG.
func Picture() ([]byte, error) { return book.ReadFile("picture/passes.png") }

// Book binds the chapters of book/ into an EPUB. A chapter is called what its first
// heading says.
func Book() ([]byte, error) {
	pages, err := book.ReadDir("book")
	if err != nil {
		return nil, err
	}
	picture, err := Picture()
	if err != nil {
		return nil, err
	}
	var items, order, contents strings.Builder
	type entry struct{ name, body string }
	files := []entry{
		{"META-INF/container.xml", `<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`},
		{"OEBPS/picture/passes.png", string(picture)},
	}
	for i, p := range pages {
		raw, err := book.ReadFile("book/" + p.Name())
		if err != nil {
			return nil, err
		}
		_, rest, _ := strings.Cut(string(raw), "<h1>")
		title, _, found := strings.Cut(rest, "</h1>")
		if !found {
			return nil, fmt.Errorf("demo: %s has no heading", p.Name())
		}
		name := fmt.Sprintf("text/c%d.xhtml", i)
		files = append(files, entry{"OEBPS/" + name, `<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="zh-CN"><head><title>` + title + `</title></head><body>` + string(raw) + `</body></html>`})
		fmt.Fprintf(&items, `<item id="c%d" href="%s" media-type="application/xhtml+xml"/>`, i, name)
		fmt.Fprintf(&order, `<itemref idref="c%d"/>`, i)
		fmt.Fprintf(&contents, `<li><a href="%s">%s</a></li>`, name, title)
	}
	files = append(files,
		entry{"OEBPS/nav.xhtml", `<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>目录</title></head><body><nav epub:type="toc"><ol>` + contents.String() + `</ol></nav></body></html>`},
		entry{"OEBPS/book.opf", `<?xml version="1.0" encoding="UTF-8"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">zhizhou-demo-book</dc:identifier><dc:title>` + html.EscapeString(BookTitle) + `</dc:title><dc:creator>沈牧之</dc:creator><dc:language>zh-CN</dc:language><meta property="dcterms:modified">2026-11-01T00:00:00Z</meta></metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="picture" href="picture/passes.png" media-type="image/png"/>` + items.String() + `</manifest><spine>` + order.String() + `</spine></package>`})
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	// What the file is stands first, and unpacked.
	w, err := z.CreateHeader(&zip.FileHeader{Name: "mimetype", Method: zip.Store})
	if err == nil {
		_, err = w.Write([]byte("application/epub+zip"))
	}
	for _, f := range files {
		if err == nil {
			w, err = z.Create(f.name)
		}
		if err == nil {
			_, err = w.Write([]byte(f.body))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	err = z.Close()
	return out.Bytes(), err
}
