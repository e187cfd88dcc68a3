package rich

import (
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Source is where foreign HTML comes from: it knows its pictures and its links.
type Source struct {
	// Image takes over a picture, or says in Chinese why it is left out.
	Image func(src string) (Picture, string)
	// Link returns where a link leads here, "" for nowhere.
	Link func(href string) string
	// Left is told what is not taken over; nil when nobody asks.
	Left func(kind, what, why string)
}

// maxNest is how deep elements may lie in each other; what is deeper loses its form.
const maxNest = 60

// blocks are the elements that begin a line of their own, and what becomes of them;
// "" is unwrapped.
var blocks = map[string]string{
	"p": "p", "h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4", "blockquote": "blockquote", "ul": "ul", "ol": "ol", "li": "li", "hr": "hr", "pre": "pre",
	"figure": "figure", "figcaption": "figcaption", "table": "table", "thead": "thead", "tbody": "tbody", "tfoot": "tbody", "tr": "tr", "th": "th", "td": "td", "caption": "p",
	"div": "", "section": "", "article": "", "main": "", "header": "", "footer": "", "aside": "", "nav": "", "address": "", "center": "", "body": "", "html": "", "details": "",
	"summary": "p", "dl": "", "dt": "p", "dd": "p", "fieldset": "", "form": "", "hgroup": "", "colgroup": "drop", "col": "drop", "head": "drop",
}

var inlines = map[string]string{
	"strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em", "u": "u", "ins": "u", "s": "s", "del": "s", "strike": "s",
	"sub": "sub", "sup": "sup", "code": "code", "kbd": "code", "samp": "code", "tt": "code", "br": "br",
}

// lost are the elements that cannot be shown, and what they are called.
var lost = map[string]string{
	"script": "脚本", "iframe": "嵌入网页", "object": "插件", "embed": "插件", "video": "视频", "audio": "音频", "svg": "矢量图", "canvas": "画布", "input": "表单", "select": "表单",
	"textarea": "表单", "button": "表单", "applet": "插件", "frame": "嵌入网页", "map": "图片热区",
}

var silent = map[string]bool{"style": true, "head": true, "title": true, "meta": true, "link": true, "template": true, "noscript": true, "param": true, "source": true, "rp": true}

type cleaner struct {
	src   Source
	lower bool // headings go down a level: the text has several of the first
}

// Clean rewrites foreign HTML in the elements that texts here have. Its result still
// goes through Sanitize or Article.
func Clean(root *xhtml.Node, src Source) string {
	c := &cleaner{src, count(root, "h1") > 1}
	hold := &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div}
	c.flow(hold, root, 0)
	var b strings.Builder
	for n := hold.FirstChild; n != nil; n = n.NextSibling {
		_ = xhtml.Render(&b, n)
	}
	return b.String()
}

func count(n *xhtml.Node, name string) int {
	out := 0
	if n.Type == xhtml.ElementNode && n.Data == name {
		out++
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		out += count(k, name)
	}
	return out
}

func element(name string) *xhtml.Node {
	return &xhtml.Node{Type: xhtml.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
}

func (c *cleaner) left(kind, what, why string) {
	if c.src.Left != nil {
		c.src.Left(kind, what, why)
	}
}

// flow writes what is in n into out, where lines of their own may stand: what runs
// on without one gets a paragraph, except in cells and list items.
func (c *cleaner) flow(out, n *xhtml.Node, depth int) {
	tight := out.Data == "li" || out.Data == "td" || out.Data == "th" || out.Data == "figcaption" || out.Data == "figure"
	listed := out.Data == "ul" || out.Data == "ol" || out.Data == "table" || out.Data == "tbody" || out.Data == "thead" || out.Data == "tr"
	var para *xhtml.Node
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == xhtml.ElementNode {
			if _, ok := blocks[k.Data]; ok || displayed(k) {
				para = nil
				c.block(out, k, depth+1)
				continue
			}
		}
		if para == nil {
			if k.Type == xhtml.CommentNode || k.Type == xhtml.DoctypeNode || k.Type == xhtml.TextNode && strings.TrimSpace(k.Data) == "" || k.Type == xhtml.ElementNode && k.Data == "br" && !tight {
				continue
			}
			switch {
			case listed:
				continue // no text stands between items or cells
			case tight:
				para = out
			default:
				para = element("p")
				out.AppendChild(para)
			}
		}
		c.inline(para, k, depth+1)
		if para.Data == "p" && para.FirstChild == nil {
			out.RemoveChild(para)
			para = nil
		}
	}
}

func (c *cleaner) block(out, k *xhtml.Node, depth int) {
	name := blocks[k.Data]
	switch {
	case name == "drop":
		return
	case displayed(k):
		c.tex(out, k, true)
		return
	case name == "" || depth > maxNest:
		c.flow(out, k, depth)
		return
	}
	if c.lower && k.Data != "h1" {
		switch name {
		case "h2":
			name = "h3"
		case "h3":
			name = "h4"
		}
	}
	n := element(name)
	switch name {
	case "hr":
	case "pre":
		c.code(n, k)
	case "ul", "ol", "table", "thead", "tbody", "tr", "blockquote", "li", "td", "th", "figure":
		for _, a := range k.Attr {
			if a.Key == "colspan" || a.Key == "rowspan" || a.Key == "start" {
				set(n, a.Key, a.Val)
			}
		}
		c.flow(n, k, depth)
	default: // of words alone
		if alone(k) {
			c.flow(out, k, depth)
			return
		}
		for x := k.FirstChild; x != nil; x = x.NextSibling {
			c.inline(n, x, depth)
		}
	}
	if name == "hr" || n.FirstChild != nil || name == "td" || name == "th" {
		out.AppendChild(n)
	}
}

// alone tells of a paragraph that holds lines of their own, as broken HTML does.
func alone(n *xhtml.Node) bool {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if _, ok := blocks[k.Data]; ok && k.Type == xhtml.ElementNode {
			return true
		}
	}
	return false
}

func (c *cleaner) code(out, k *xhtml.Node) {
	code := element("code")
	lang := attr(k, "class")
	for x := k.FirstChild; x != nil; x = x.NextSibling {
		if x.Data == "code" && x.Type == xhtml.ElementNode {
			lang += " " + attr(x, "class")
		}
	}
	for word := range strings.FieldsSeq(lang) {
		if strings.HasPrefix(word, "language-") {
			set(code, "class", word)
			break
		}
	}
	code.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: words(k)})
	out.AppendChild(code)
}

func words(n *xhtml.Node) string {
	if n.Type == xhtml.TextNode {
		return n.Data
	}
	var b strings.Builder
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == xhtml.ElementNode && k.Data == "br" {
			b.WriteByte('\n')
		}
		b.WriteString(words(k))
	}
	return b.String()
}

func (c *cleaner) inline(out, k *xhtml.Node, depth int) {
	if k.Type == xhtml.TextNode {
		out.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: k.Data})
		return
	}
	if k.Type != xhtml.ElementNode || silent[k.Data] {
		return
	}
	if k.Data == "input" && attr(k, "type") == "checkbox" { // of a list of tasks
		box := "☐"
		for _, a := range k.Attr {
			if a.Key == "checked" {
				box = "☑"
			}
		}
		out.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: box})
		return
	}
	if what := lost[k.Data]; what != "" {
		at := attr(k, "src")
		if at == "" {
			at = words(k)
		}
		c.left(what, at, "为了安全不导入")
		return
	}
	switch k.Data {
	case "img", "image":
		c.image(out, k)
		return
	case "math":
		c.tex(out, k, false)
		return
	case "a":
		if to := c.link(attr(k, "href")); to != "" {
			n := element("a")
			set(n, "href", to)
			c.run(out, n, k, depth)
			return
		}
	case "rt":
		out.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: "（" + words(k) + "）"})
		return
	}
	if attr(k, "data-tex") != "" || isTex(k) {
		c.tex(out, k, false)
		return
	}
	name := inlines[k.Data]
	if name == "" {
		name = styled(attr(k, "style"))
	}
	if name == "" || depth > maxNest {
		for x := k.FirstChild; x != nil; x = x.NextSibling {
			c.inline(out, x, depth+1)
		}
		return
	}
	c.run(out, element(name), k, depth)
}

func (c *cleaner) run(out, n, k *xhtml.Node, depth int) {
	for x := k.FirstChild; x != nil; x = x.NextSibling {
		c.inline(n, x, depth+1)
	}
	if n.FirstChild != nil || n.Data == "br" {
		out.AppendChild(n)
	}
}

func (c *cleaner) link(href string) string {
	if c.src.Link != nil {
		return c.src.Link(href)
	}
	if strings.HasPrefix(href, "https://") || strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "mailto:") || strings.HasPrefix(href, "tel:") {
		return href
	}
	return ""
}

func (c *cleaner) image(out, k *xhtml.Node) {
	src := attr(k, "src")
	if src == "" {
		src = attr(k, "href") // of a picture within a drawing
	}
	p, why := c.src.Image(src)
	if p.URL == "" {
		c.left("图片", strings.TrimSpace(attr(k, "alt")+" "+short(src)), why)
		return
	}
	n := element("img")
	set(n, "src", p.URL)
	set(n, "alt", attr(k, "alt"))
	if p.Width > 0 && p.Height > 0 {
		set(n, "width", strconv.FormatInt(p.Width, 10))
		set(n, "height", strconv.FormatInt(p.Height, 10))
	}
	out.AppendChild(n)
}

func short(src string) string {
	if strings.HasPrefix(src, "data:") {
		return "（内嵌图片）"
	}
	return src
}

func styled(style string) string {
	s := strings.ReplaceAll(strings.ToLower(style), " ", "")
	switch {
	case strings.Contains(s, "font-weight:bold"), strings.Contains(s, "font-weight:700"), strings.Contains(s, "font-weight:600"):
		return "strong"
	case strings.Contains(s, "font-style:italic"):
		return "em"
	}
	return ""
}
