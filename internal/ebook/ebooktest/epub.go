// Package ebooktest writes e-books for tests.
package ebooktest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
)

// Book is an e-book to write.
type Book struct {
	Title    string
	Chapters []string // their bodies
	Old      bool     // EPUB 2, with an NCX
	Plain    bool     // without contents of any kind
	// Extra are entries beside or instead of the usual ones.
	Extra map[string]string
}

// Bytes writes the book.
func (b Book) Bytes() []byte {
	files := map[string]string{
		"META-INF/container.xml": `<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
		"OEBPS/img/a.png":        Dot(),
		"OEBPS/style.css":        "p { position: fixed }",
	}
	var items, refs, nav, points strings.Builder
	for i, body := range b.Chapters {
		n := i + 1
		files[fmt.Sprintf("OEBPS/text/c%d.xhtml", n)] = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><link rel="stylesheet" href="../style.css"/></head><body>` + body + `</body></html>`
		fmt.Fprintf(&items, `<item id="c%d" href="text/c%d.xhtml" media-type="application/xhtml+xml"/>`, n, n)
		fmt.Fprintf(&refs, `<itemref idref="c%d"/>`, n)
		fmt.Fprintf(&nav, `<li><a href="text/c%d.xhtml#top">目录 %d</a></li>`, n, n)
		fmt.Fprintf(&points, `<navPoint><navLabel><text>目录 %d</text></navLabel><content src="text/c%d.xhtml"/></navPoint>`, n, n)
	}
	version, toc := "3.0", ""
	switch {
	case b.Plain:
	case b.Old:
		version, toc = "2.0", ` toc="ncx"`
		items.WriteString(`<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>`)
		files["OEBPS/toc.ncx"] = `<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>` + points.String() + `</navMap></ncx>`
	default:
		items.WriteString(`<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>`)
		files["OEBPS/nav.xhtml"] = `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="toc"><ol>` + nav.String() + `</ol></nav></body></html>`
	}
	files["OEBPS/book.opf"] = `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="` + version + `"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + b.Title + `</dc:title><dc:creator>沈牧之</dc:creator></metadata><manifest>` + items.String() + `<item id="p" href="img/a.png" media-type="image/png"/></manifest><spine` + toc + `>` + refs.String() + `</spine></package>`
	for name, text := range b.Extra {
		files[name] = text
		if text == "" {
			delete(files, name)
		}
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name, text string, method uint16) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			panic(err) // into memory
		}
	}
	put("mimetype", "application/epub+zip", zip.Store)
	for name, text := range files {
		put(name, text, zip.Deflate)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Dot is a small picture.
func Dot() string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		panic(err)
	}
	return b.String()
}
