package ebook

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/pack"
	"zhizhou/internal/rich"
	"zhizhou/internal/text"
)

const (
	maxChapters = 1000
	maxPictures = 2000
	maxHTML     = 800_000 // characters of a chapter
	perScreen   = 300     // characters that are read in catalog.ScreenMS
)

var limits = pack.Limits{Entries: 10_000, Bytes: 300 << 20, Each: 40 << 20, Ratio: 200}

// Heading is a line of the contents.
type Heading struct {
	Title   string `json:"title"`
	Chapter int64  `json:"chapter"` // from 1
	Depth   int64  `json:"depth"`   // from 0
}

// part is a chapter as it was read.
type part struct {
	file    string
	title   string
	html    string
	screens int64
}

// book is an EPUB as it was read.
type book struct {
	zip      *pack.Zip
	title    string
	author   string
	parts    []part
	contents []Heading
	pictures []string // entries, by number from 1
	numbers  map[string]int
}

type item struct{ file, kind, props string }

// parse reads a book. Returns ErrKind, ErrBroken, ErrLocked, ErrHeavy, ErrEmpty.
func parse(raw []byte) (*book, error) {
	b, err := open(raw)
	switch {
	case errors.Is(err, pack.ErrKind):
		return nil, ErrKind.With(err)
	case errors.Is(err, pack.ErrSealed):
		return nil, ErrLocked.With(err)
	case errors.Is(err, pack.ErrTooBig):
		return nil, ErrHeavy.With(err)
	case errors.Is(err, pack.ErrBroken), errors.Is(err, pack.ErrPath), errors.Is(err, pack.ErrMissing), errors.Is(err, pack.ErrXML):
		return nil, ErrBroken.With(err)
	}
	return b, err
}

func open(raw []byte) (*book, error) {
	z, err := pack.Open(raw, limits)
	if err != nil {
		return nil, err
	}
	if err := locked(z); err != nil {
		return nil, err
	}
	root, err := rootFile(z)
	if err != nil {
		return nil, err
	}
	opf, err := xml(z, root)
	if err != nil {
		return nil, err
	}
	b := &book{zip: z, numbers: map[string]int{}}
	meta := opf.Kid("metadata")
	b.title, b.author = text.Line(cut(meta.Find("title").Words(), 200)), text.Line(cut(meta.Find("creator").Words(), 200))
	items := map[string]item{}
	for _, n := range opf.Kid("manifest").All("item") {
		items[n.Get("id")] = item{resolve(root, n.Get("href")), n.Get("media-type"), n.Get("properties")}
	}
	spine := opf.Kid("spine")
	files := spineFiles(z, spine, items)
	if len(files) > maxChapters {
		return nil, ErrHeavy
	}
	if err := b.read(files); err != nil {
		return nil, err
	}
	b.outline(items, spine.Get("toc"))
	return b, nil
}

// locked tells a book that was encrypted against copying. Fonts that are merely made
// unreadable are not missed.
func locked(z *pack.Zip) error {
	if z.Has("META-INF/rights.xml") || z.Has("META-INF/sinf.xml") {
		return ErrLocked
	}
	if !z.Has("META-INF/encryption.xml") {
		return nil
	}
	root, err := xml(z, "META-INF/encryption.xml")
	if err != nil {
		return err
	}
	for _, d := range root.All("EncryptedData") {
		switch d.Kid("EncryptionMethod").Get("Algorithm") {
		case "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC":
		default:
			return ErrLocked
		}
	}
	return nil
}

// rootFile finds the package document; a container that does not name it is healed
// when there is just one.
func rootFile(z *pack.Zip) (string, error) {
	if c, err := xml(z, "META-INF/container.xml"); err == nil {
		if name := c.Find("rootfile").Get("full-path"); z.Has(name) {
			return name, nil
		}
	}
	found := ""
	for _, n := range z.Names() {
		if strings.HasSuffix(strings.ToLower(n), ".opf") {
			if found != "" {
				return "", fmt.Errorf("%w: several package documents", pack.ErrBroken)
			}
			found = n
		}
	}
	switch {
	case found != "":
		return found, nil
	case z.Has("META-INF/container.xml"):
		return "", fmt.Errorf("%w: no package document", pack.ErrBroken)
	}
	return "", pack.ErrKind
}

func xml(z *pack.Zip, name string) (*pack.Node, error) {
	raw, err := z.Read(name)
	if err != nil {
		return nil, err
	}
	n, err := pack.XML(raw, false)
	if errors.Is(err, pack.ErrXML) && !strings.Contains(err.Error(), "entities") {
		return pack.XML(raw, true)
	}
	return n, err
}

// resolve returns the entry that a reference in a file names, without what follows #;
// "" when it leaves the book.
func resolve(from, ref string) string {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		return ""
	}
	if u.Path == "" {
		return from
	}
	name := path.Join(path.Dir(from), u.Path)
	if name == ".." || strings.HasPrefix(name, "../") {
		return ""
	}
	return name
}

// spineFiles lists the chapters' files in the order of reading, each once.
func spineFiles(z *pack.Zip, spine *pack.Node, items map[string]item) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range spine.All("itemref") {
		i := items[r.Get("idref")]
		if seen[i.file] || !z.Has(i.file) || !strings.Contains(i.kind, "html") && !strings.HasSuffix(i.file, ".xhtml") && !strings.HasSuffix(i.file, ".html") {
			continue
		}
		if strings.Contains(" "+i.props+" ", " nav ") && r.Get("linear") == "no" {
			continue
		}
		seen[i.file] = true
		out = append(out, i.file)
	}
	return out
}

// read makes texts of the chapters. Those without a word or a picture are left out.
func (b *book) read(files []string) error {
	trees := make([]*pack.Node, 0, len(files))
	kept := map[string]int{} // file → number of its chapter, from 1
	for _, f := range files {
		n, err := xml(b.zip, f)
		if err != nil {
			return err
		}
		if body := n.Find("body"); body.Words() != "" || body.Find("img") != nil || body.Find("image") != nil {
			b.parts = append(b.parts, part{file: f})
			trees = append(trees, body)
			kept[f] = len(b.parts)
		}
	}
	if len(b.parts) == 0 {
		return ErrEmpty
	}
	said := false
	for i, body := range trees {
		if err := b.chapter(&b.parts[i], body, kept); err != nil {
			return err
		}
		said = said || b.parts[i].html != ""
	}
	if !said {
		return ErrEmpty
	}
	if len(b.pictures) > maxPictures {
		return ErrHeavy
	}
	return nil
}

func (b *book) chapter(p *part, body *pack.Node, kept map[string]int) error {
	out := rich.Article(rich.Clean(tree(body, 0), rich.Source{
		Image: func(src string) (rich.Picture, string) {
			if n := b.picture(resolve(p.file, src)); n > 0 {
				return rich.Picture{URL: pictureMark(n)}, ""
			}
			return rich.Picture{}, "no such picture"
		},
		Link: func(href string) string {
			if strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "mailto:") {
				return href
			}
			if n := kept[resolve(p.file, href)]; n > 0 {
				return fmt.Sprintf("#c%d", n)
			}
			return ""
		},
	}))
	if utf8.RuneCountInString(out) > maxHTML {
		return ErrHeavy
	}
	p.html = out
	p.screens = max(1, (int64(utf8.RuneCountInString(rich.Plain(out)))+perScreen-1)/perScreen)
	for _, h := range []string{"h1", "h2", "h3", "h4"} {
		if t := text.Line(cut(body.Find(h).Words(), 120)); t != "" {
			p.title = t
			break
		}
	}
	return nil
}

// picture numbers a picture of the book, 0 when it has none of that name.
func (b *book) picture(entry string) int {
	if n := b.numbers[entry]; n > 0 {
		return n
	}
	if entry == "" || !b.zip.Has(entry) || len(b.pictures) > maxPictures {
		return 0
	}
	b.pictures = append(b.pictures, entry)
	b.numbers[entry] = len(b.pictures)
	return len(b.pictures)
}

// pictureMark stands in a stored text for a picture until its reader's own address is
// known.
func pictureMark(n int) string { return fmt.Sprintf("/media/i/ebook/%d.img", n) }

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
