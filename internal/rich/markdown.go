package rich

import (
	"bytes"
	"context"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// texNode is a formula between dollar signs.
type texNode struct {
	ast.BaseInline
	tex   string
	block bool
}

var texKind = ast.NewNodeKind("Formula")

func (n *texNode) Kind() ast.NodeKind          { return texKind }
func (n *texNode) Dump(source []byte, lvl int) { ast.DumpHelper(n, source, lvl, nil, nil) }

type texParser struct{}

func (texParser) Trigger() []byte { return []byte{'$'} }

// Parse takes $…$ within a line and $$…$$ over several. A single sign opens only
// before and closes only after something that is no space, so that sums of money stay
// what they are.
func (texParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if bytes.HasPrefix(line, []byte("$$")) {
		return display(block)
	}
	if len(line) < 3 || line[1] == ' ' || line[1] == '\t' {
		return nil
	}
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '\n':
			return nil
		case '$':
			if line[i-1] == ' ' || i+1 < len(line) && line[i+1] >= '0' && line[i+1] <= '9' {
				return nil
			}
			block.Advance(i + 1)
			return &texNode{tex: string(line[1:i])}
		}
	}
	return nil
}

func display(block text.Reader) ast.Node {
	l, pos := block.Position()
	block.Advance(2)
	var b strings.Builder
	for {
		line, _ := block.PeekLine()
		if line == nil || b.Len() > maxTex {
			block.SetPosition(l, pos)
			return nil
		}
		if i := bytes.Index(line, []byte("$$")); i >= 0 {
			b.Write(line[:i])
			block.Advance(i + 2)
			break
		}
		b.Write(line)
		block.AdvanceLine()
	}
	if strings.TrimSpace(b.String()) == "" {
		block.SetPosition(l, pos)
		return nil
	}
	return &texNode{tex: strings.TrimSpace(b.String()), block: true}
}

type texRenderer struct{}

func (texRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(texKind, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*texNode); ok && entering {
			name := "span"
			if t.block {
				name = "div"
			}
			_, _ = w.WriteString("<" + name + ` data-tex="` + html.EscapeString(t.tex) + `"></` + name + ">")
		}
		return ast.WalkContinue, nil
	})
}

// markdown passes HTML on: what comes out is cleaned like any other.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.NewFootnote(extension.WithFootnoteBacklinkHTML(""))),
	goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(texParser{}, 150))),
	goldmark.WithRendererOptions(ghtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(texRenderer{}, 150))),
)

func fromMarkdown(ctx context.Context, raw []byte, door Door, rep *Report) (string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !utf8.Valid(raw) {
		return "", ErrBroken.Say("文件不是 UTF-8 编码，请用编辑器另存为 UTF-8 后再导入")
	}
	raw, front := bodyOf(raw)
	if front {
		rep.add("文件头", "---", "文件开头的设置不是正文")
	}
	var b bytes.Buffer
	if err := markdown.Convert(raw, &b); err != nil {
		return "", ErrBroken.With(err)
	}
	b2 := append([]byte("<meta charset=utf-8>"), b.Bytes()...)
	return fromHTML(ctx, b2, door, rep)
}

// bodyOf cuts off the settings that some tools write before a text.
func bodyOf(raw []byte) ([]byte, bool) {
	if !bytes.HasPrefix(raw, []byte("---\n")) && !bytes.HasPrefix(raw, []byte("---\r\n")) {
		return raw, false
	}
	for _, end := range []string{"\n---\n", "\n---\r\n"} {
		if i := bytes.Index(raw[3:], []byte(end)); i >= 0 {
			return raw[3+i+len(end):], true
		}
	}
	return raw, false
}
