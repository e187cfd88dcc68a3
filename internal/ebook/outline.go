package ebook

import (
	"fmt"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"zhizhou/internal/pack"
	"zhizhou/internal/text"
)

const maxHeadings = 2000

// outline takes the contents from the navigation document or the NCX; a book without
// either, or with a broken one, gets those of its chapters.
func (b *book) outline(items map[string]item, toc string) {
	at := map[string]int64{}
	for i, p := range b.parts {
		at[p.file] = int64(i + 1)
	}
	for _, i := range items {
		if strings.Contains(" "+i.props+" ", " nav ") {
			if root, err := xml(b.zip, i.file); err == nil {
				b.list(tocOf(root), i.file, at, 0)
			}
		}
	}
	if len(b.contents) == 0 {
		if i, ok := items[toc]; ok {
			if root, err := xml(b.zip, i.file); err == nil {
				b.points(root.Find("navMap"), i.file, at, 0)
			}
		}
	}
	for _, h := range b.contents {
		if p := &b.parts[h.Chapter-1]; p.title == "" {
			p.title = h.Title
		}
	}
	for i := range b.parts {
		if b.parts[i].title == "" {
			b.parts[i].title = fmt.Sprintf("第 %d 节", i+1)
		}
	}
	if len(b.contents) == 0 {
		for i, p := range b.parts {
			b.contents = append(b.contents, Heading{p.title, int64(i + 1), 0})
		}
	}
}

// tocOf finds the list of the navigation that is the contents.
func tocOf(root *pack.Node) *pack.Node {
	var walk func(n *pack.Node) *pack.Node
	walk = func(n *pack.Node) *pack.Node {
		for _, k := range n.Kids {
			if k.Name == "nav" && (k.Get("type") == "toc" || k.Get("role") == "doc-toc") {
				return k.Find("ol")
			}
			if f := walk(k); f != nil {
				return f
			}
		}
		return nil
	}
	return walk(root)
}

func (b *book) list(ol *pack.Node, file string, at map[string]int64, depth int64) {
	for _, li := range ol.All("li") {
		if a := li.Kid("a"); a != nil {
			b.heading(a.Words(), resolve(file, a.Get("href")), at, depth)
		}
		if depth < 6 {
			b.list(li.Kid("ol"), file, at, depth+1)
		}
	}
}

func (b *book) points(n *pack.Node, file string, at map[string]int64, depth int64) {
	for _, p := range n.All("navPoint") {
		b.heading(p.Kid("navLabel").Words(), resolve(file, p.Kid("content").Get("src")), at, depth)
		if depth < 6 {
			b.points(p, file, at, depth+1)
		}
	}
}

func (b *book) heading(title, file string, at map[string]int64, depth int64) {
	title = text.Line(cut(title, 120))
	if n := at[file]; n > 0 && title != "" && len(b.contents) < maxHeadings {
		b.contents = append(b.contents, Heading{title, n, depth})
	}
}

// tree turns what was read as XML into the form that rich.Clean reads. Of drawings
// stays the picture that many covers put into one.
func tree(n *pack.Node, depth int) *xhtml.Node {
	if n.Name == "" {
		return &xhtml.Node{Type: xhtml.TextNode, Data: n.Text}
	}
	name := strings.ToLower(n.Name)
	if name == "svg" {
		img := &xhtml.Node{Type: xhtml.ElementNode, Data: "img", DataAtom: atom.Img}
		img.Attr = []xhtml.Attribute{{Key: "src", Val: n.Find("image").Get("href")}}
		return img
	}
	out := &xhtml.Node{Type: xhtml.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for k, v := range n.Attr {
		out.Attr = append(out.Attr, xhtml.Attribute{Key: strings.ToLower(k), Val: v})
	}
	if depth < 200 {
		for _, k := range n.Kids {
			out.AppendChild(tree(k, depth+1))
		}
	}
	return out
}
