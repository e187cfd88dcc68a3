package rich

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wyatt915/treeblood"
	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"zhizhou/internal/errs"
)

// maxTex is how many characters a formula may have.
const maxTex = 2000

// ErrFormula is a formula that cannot be drawn.
var ErrFormula = errs.New(errs.Invalid, "formula", "公式写得不完整，请检查括号和命令")

// Formula draws TeX as MathML, which browsers show by themselves. block sets it on a
// line of its own. Returns ErrFormula.
func Formula(tex string, block bool) (string, error) {
	n, err := formula(tex, block)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	_ = xhtml.Render(&b, n)
	return b.String(), nil
}

func formula(tex string, block bool) (n *xhtml.Node, err error) {
	tex = strings.TrimSpace(tex)
	if tex == "" || utf8.RuneCountInString(tex) > maxTex || strings.Count(tex, "{") > 400 {
		return nil, ErrFormula.Say("公式为 1–2000 个字符")
	}
	// Commands that define others may grow without end.
	for _, word := range []string{`\newcommand`, `\renewcommand`, `\def`, `\let`, `\providecommand`} {
		if strings.Contains(tex, word) {
			return nil, ErrFormula.Say("公式里不能定义新命令")
		}
	}
	defer func() {
		if x := recover(); x != nil { // of the foreign parser, on what it did not expect
			n, err = nil, ErrFormula.With(fmt.Errorf("rich: %v", x))
		}
	}()
	render := treeblood.InlineStyle
	if block {
		render = treeblood.DisplayStyle
	}
	text, err := render(tex, nil)
	if err != nil {
		return nil, ErrFormula.With(err)
	}
	nodes, err := xhtml.ParseFragment(strings.NewReader(text), &xhtml.Node{Type: xhtml.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return nil, ErrFormula.With(err)
	}
	for _, k := range nodes {
		if k.Type == xhtml.ElementNode && k.Data == "math" {
			if strings.Contains(text, "<merror") {
				return nil, ErrFormula.With(errors.New("rich: an unknown command"))
			}
			out := math(k, 0)
			if block {
				set(out, "display", "block")
			}
			return out, nil
		}
	}
	return nil, ErrFormula
}

// mathElements are those that a formula may consist of, and what each may say.
var mathElements = map[string]string{
	"math": "", "mrow": "", "mi": "mathvariant", "mn": "", "mo": "fence stretchy largeop movablelimits form separator accent", "mtext": "", "mspace": "width",
	"mfrac": "linethickness", "msqrt": "", "mroot": "", "msub": "", "msup": "", "msubsup": "", "munder": "accentunder", "mover": "accent", "munderover": "",
	"mtable": "columnalign", "mtr": "", "mtd": "columnspan", "mstyle": "displaystyle scriptlevel", "mpadded": "", "mphantom": "", "mmultiscripts": "", "mprescripts": "", "none": "",
}

// math copies the allowed part of a drawn formula; the rest is unwrapped, and the
// source that was written into it dropped.
func math(n *xhtml.Node, depth int) *xhtml.Node {
	out := &xhtml.Node{Type: xhtml.ElementNode, Data: n.Data, Namespace: "math"}
	for _, a := range n.Attr {
		key := a.Key
		if key == "strechy" { // as the library spells it
			key = "stretchy"
		}
		for _, ok := range strings.Fields(mathElements[n.Data]) {
			if key == ok && len(a.Val) <= 40 {
				set(out, key, a.Val)
			}
		}
	}
	// The library writes them in an order of its own each time.
	slices.SortFunc(out.Attr, func(a, b xhtml.Attribute) int { return strings.Compare(a.Key, b.Key) })
	mathKids(out, n, depth)
	return out
}

func mathKids(out, n *xhtml.Node, depth int) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		_, ok := mathElements[k.Data]
		switch {
		case k.Type == xhtml.TextNode:
			if s := strings.TrimSpace(k.Data); s != "" {
				if n.Data == "mtext" {
					s = k.Data
				}
				out.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: s})
			}
		case k.Type != xhtml.ElementNode || k.Data == "annotation" || k.Data == "annotation-xml" || depth > 100:
		case ok && k.Data != "math":
			out.AppendChild(math(k, depth+1))
		default:
			mathKids(out, k, depth+1)
		}
	}
}

// drawn puts the drawn formula into the element that carries its source. One that
// cannot be drawn shows its source.
func drawn(n *xhtml.Node, tex string) bool {
	tex = strings.TrimSpace(tex)
	if tex == "" {
		return false
	}
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	set(n, "data-tex", tex)
	if f, err := formula(tex, n.DataAtom == atom.Div); err == nil {
		n.AppendChild(f)
	} else {
		code := &xhtml.Node{Type: xhtml.ElementNode, Data: "code", DataAtom: atom.Code}
		code.AppendChild(&xhtml.Node{Type: xhtml.TextNode, Data: tex})
		n.AppendChild(code)
	}
	return true
}
