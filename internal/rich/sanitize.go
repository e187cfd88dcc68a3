// Package rich keeps the text of articles safe and makes it out of what people have:
// Markdown, HTML and word processor files. Everything that is shown as HTML went
// through Sanitize, whichever way it came. It stores nothing and fetches nothing.
package rich

import (
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// picture is the address of a public picture of this site.
var picture = regexp.MustCompile(`^/media/i/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.[a-z0-9]+$`)

// policy is what a text may hold: text, lists, tables, code, formulas by their
// source, links that open elsewhere, and pictures of this site.
func policy(media bool) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h2", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote", "ul", "ol", "li", "hr", "code", "pre", "figure", "figcaption",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[1-9][0-9]?$`)).OnElements("td", "th")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,5}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[a-z0-9+#-]{1,20}$`)).OnElements("code")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https", "http", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.AllowAttrs("src").Matching(picture).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[1-9][0-9]{0,4}$`)).OnElements("img")
	p.AllowAttrs("data-tex").OnElements("span", "div")
	p.SkipElementsContent("math", "svg", "iframe", "object", "video", "audio", "canvas", "select", "textarea", "template", "noscript")
	if media {
		p.AllowAttrs("data-asset").Matching(assetID).OnElements("figure")
	}
	return p
}

var (
	assetID = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
	plainly = policy(false)
	wholly  = policy(true)
	strict  = bluemonday.StrictPolicy()
)

// Sanitize returns the safe part of HTML, well formed, its formulas drawn from their
// sources. Doing it again changes nothing.
func Sanitize(s string) string { return tidy(plainly.Sanitize(s)) }

// Article is Sanitize for the text of a lesson, which may also show videos.
func Article(s string) string { return tidy(wholly.Sanitize(s)) }

// tidy closes what is open, draws formulas, and lets pictures load when they are
// about to be seen. s went through a policy.
func tidy(s string) string {
	nodes, err := xhtml.ParseFragment(strings.NewReader(s), &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "" // of a reader of strings: never
	}
	hold := &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		hold.AppendChild(n)
	}
	tidyKids(hold)
	var b strings.Builder
	for n := hold.FirstChild; n != nil; n = n.NextSibling {
		_ = xhtml.Render(&b, n) // into memory, of nodes that the parser made
	}
	return strings.TrimSpace(b.String())
}

func tidyKids(n *xhtml.Node) {
	for k := n.FirstChild; k != nil; {
		next := k.NextSibling
		bare := k.DataAtom == atom.Span || k.DataAtom == atom.Div
		switch {
		case bare && attr(k, "data-tex") == "":
			tidyKids(k)
			for k.FirstChild != nil {
				c := k.FirstChild
				k.RemoveChild(c)
				n.InsertBefore(c, k)
			}
			n.RemoveChild(k)
		case !keep(k):
			n.RemoveChild(k)
		}
		k = next
	}
}

// keep puts a node into its final form and tells whether it stays.
func keep(n *xhtml.Node) bool {
	if n.Type != xhtml.ElementNode {
		return n.Type == xhtml.TextNode
	}
	if tex := attr(n, "data-tex"); tex != "" {
		return drawn(n, tex)
	}
	if n.DataAtom == atom.Img {
		if attr(n, "src") == "" {
			return false
		}
		set(n, "loading", "lazy")
		return true
	}
	if attr(n, "data-asset") != "" {
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
		return true
	}
	tidyKids(n)
	if n.DataAtom == atom.Figcaption || n.DataAtom == atom.Figure {
		return n.FirstChild != nil
	}
	return true
}

func attr(n *xhtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func set(n *xhtml.Node, key, val string) {
	for i, a := range n.Attr {
		if a.Key == key {
			n.Attr[i].Val = val
			return
		}
	}
	n.Attr = append(n.Attr, xhtml.Attribute{Key: key, Val: val})
}

// Assets lists the videos that a text shows, each once, in their order.
func Assets(s string) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range assetMark.FindAllStringSubmatch(s, -1) {
		if !seen[m[1]] {
			seen[m[1]] = true
			out = append(out, m[1])
		}
	}
	return out
}

// assetMark finds them in what Article wrote: in text the quotes are escaped.
var assetMark = regexp.MustCompile(`<figure data-asset="([1-9][0-9]{0,17})">`)

// Plain returns the text of HTML, for search and descriptions.
func Plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(strict.Sanitize(strings.ReplaceAll(s, "<", " <")))), " ")
}
