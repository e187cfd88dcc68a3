package rich

import (
	"strings"

	xhtml "golang.org/x/net/html"
)

// isTex and displayed tell formulas by how the usual converters mark them.
func isTex(k *xhtml.Node) bool {
	return k.Data == "span" && strings.HasPrefix(attr(k, "class"), "math")
}

func displayed(k *xhtml.Node) bool {
	return k.Type == xhtml.ElementNode && (k.Data == "div" && attr(k, "data-tex") != "" || isTex(k) && strings.Contains(attr(k, "class"), "display"))
}

// tex takes over a formula by its source.
func (c *cleaner) tex(out, k *xhtml.Node, block bool) {
	tex := attr(k, "data-tex")
	if tex == "" {
		tex = attr(k, "alttext")
	}
	if tex == "" {
		tex = annotation(k)
	}
	if tex == "" && k.Data != "math" {
		tex = strings.TrimSpace(words(k))
		for _, p := range [][2]string{{`\(`, `\)`}, {`\[`, `\]`}, {`$$`, `$$`}, {`$`, `$`}} {
			if strings.HasPrefix(tex, p[0]) && strings.HasSuffix(tex, p[1]) && len(tex) > 2*len(p[0]) {
				tex = tex[len(p[0]) : len(tex)-len(p[1])]
				break
			}
		}
	}
	if tex == "" {
		c.left("公式", words(k), "公式没有附带 TeX 源码，只保留文字")
		out.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: strings.Join(strings.Fields(words(k)), " ")})
		return
	}
	name := "span"
	if block {
		name = "div"
	}
	n := element(name)
	set(n, "data-tex", tex)
	out.AppendChild(n)
}

func annotation(n *xhtml.Node) string {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Data == "annotation" && strings.Contains(attr(k, "encoding"), "tex") {
			return strings.TrimSpace(words(k))
		}
		if s := annotation(k); s != "" {
			return s
		}
	}
	return ""
}
