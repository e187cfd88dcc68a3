package rich

import (
	"context"
	"path"
	"strconv"
	"strings"

	xhtml "golang.org/x/net/html"

	"zhizhou/internal/pack"
)

var docxLimits = pack.Limits{Entries: 4000, Bytes: 120 << 20, Each: 40 << 20, Ratio: 200}

const maxPictures = 300

// docx reads a word processor file (Office Open XML).
type docx struct {
	ctx      context.Context
	zip      *pack.Zip
	door     Door
	rep      *Report
	styles   map[string]int    // style → level of heading, 1–9
	links    map[string]string // relation → where it leads
	files    map[string]string // relation → entry
	ordered  map[string]bool   // list/level → numbered
	notes    map[string]*pack.Node
	cited    []string // footnotes in the order they are cited
	pictures int
	sizes    map[string]Picture // of those taken over, by address
}

func fromDocx(ctx context.Context, raw []byte, door Door, rep *Report) (string, error) {
	z, err := pack.Open(raw, docxLimits)
	if err != nil {
		return "", err
	}
	const main = "word/document.xml"
	if !z.Has(main) {
		return "", ErrKind
	}
	d := &docx{ctx: ctx, zip: z, door: door, rep: rep, styles: map[string]int{}, links: map[string]string{}, files: map[string]string{}, ordered: map[string]bool{}, notes: map[string]*pack.Node{}, sizes: map[string]Picture{}}
	doc, err := d.part(main)
	if err != nil {
		return "", err
	}
	for _, f := range []func() error{d.readStyles, d.readRelations, d.readLists, d.readNotes} {
		if err := f(); err != nil {
			return "", err
		}
	}
	for _, n := range z.Names() {
		if strings.HasPrefix(n, "word/header") || strings.HasPrefix(n, "word/footer") {
			rep.add("页眉页脚", path.Base(n), "不是正文")
		}
		if n == "word/comments.xml" {
			rep.add("批注", "", "批注不导入")
		}
	}
	out := element("div")
	d.body(out, doc.Kid("body"), 0)
	d.footnotes(out)
	// Written like any other HTML from outside, and cleaned like it.
	return Clean(out, Source{Left: rep.add, Image: func(src string) (Picture, string) {
		if picture.MatchString(src) {
			return d.known(src), ""
		}
		return Picture{}, "图片没有存下来"
	}}), nil
}

// footnotes writes the cited notes as text at the end.
func (d *docx) footnotes(out *xhtml.Node) {
	if len(d.cited) == 0 {
		return
	}
	out.AppendChild(element("hr"))
	for i, id := range d.cited {
		p := element("p")
		p.AppendChild(letters("[" + strconv.Itoa(i+1) + "] " + d.notes[id].Words()))
		out.AppendChild(p)
	}
}

func letters(s string) *xhtml.Node { return &xhtml.Node{Type: xhtml.TextNode, Data: s} }

// body writes paragraphs and tables; lists are made of the paragraphs that say so.
func (d *docx) body(out *xhtml.Node, n *pack.Node, depth int) {
	if n == nil || depth > 20 {
		return
	}
	var lists []*xhtml.Node // open ones, the outermost first
	for _, k := range n.Kids {
		switch k.Name {
		case "p":
			level, kind := d.listed(k)
			if kind == "" {
				lists = nil
				d.paragraph(out, k)
				continue
			}
			lists = d.item(out, lists, k, level, kind)
		case "tbl":
			lists = nil
			d.table(out, k, depth)
		case "sdt":
			lists = nil
			d.body(out, k.Kid("sdtContent"), depth+1)
		case "ins", "moveTo", "customXml", "smartTag":
			lists = nil
			d.body(out, k, depth+1)
		}
	}
}

// listed tells the level of a list item from 0 and its list's element; "" for none.
func (d *docx) listed(p *pack.Node) (int, string) {
	num := p.Kid("pPr").Kid("numPr")
	id := num.Kid("numId").Get("val")
	if id == "" || id == "0" || d.heading(p) > 0 {
		return 0, ""
	}
	level := num.Kid("ilvl").Get("val")
	if level == "" {
		level = "0"
	}
	n, err := strconv.Atoi(level)
	if err != nil || n < 0 || n > 8 {
		return 0, ""
	}
	if d.ordered[id+"/"+level] {
		return n, "ol"
	}
	return n, "ul"
}

func (d *docx) item(out *xhtml.Node, lists []*xhtml.Node, p *pack.Node, level int, kind string) []*xhtml.Node {
	if level > len(lists) {
		level = len(lists)
	}
	if level < len(lists) && lists[level].Data == kind {
		lists = lists[:level+1]
	} else {
		list := element(kind)
		lists = append(lists[:level:level], list)
		if level == 0 {
			out.AppendChild(list)
		} else {
			lists[level-1].LastChild.AppendChild(list)
		}
	}
	li := element("li")
	d.runs(li, p, format{})
	lists[len(lists)-1].AppendChild(li)
	return lists
}

func (d *docx) heading(p *pack.Node) int {
	props := p.Kid("pPr")
	if lvl, err := strconv.Atoi(props.Kid("outlineLvl").Get("val")); err == nil && lvl >= 0 && lvl < 9 {
		return lvl + 1
	}
	return d.styles[props.Kid("pStyle").Get("val")]
}

func (d *docx) paragraph(out *xhtml.Node, p *pack.Node) {
	name := "p"
	if l := d.heading(p); l > 0 {
		name = "h" + strconv.Itoa(min(l, 6))
	}
	n := element(name)
	d.runs(n, p, format{plain: name != "p"})
	if n.FirstChild != nil {
		out.AppendChild(n)
	}
}

func (d *docx) table(out *xhtml.Node, t *pack.Node, depth int) {
	table, body := element("table"), element("tbody")
	table.AppendChild(body)
	for i, r := range t.All("tr") {
		row := element("tr")
		for _, c := range r.All("tc") {
			props := c.Kid("tcPr")
			if m := props.Kid("vMerge"); m != nil && m.Get("val") != "restart" {
				d.rep.add("合并的单元格", c.Words(), "竖着合并的单元格拆开了，请检查表格")
			}
			name := "td"
			if i == 0 && r.Kid("trPr").Kid("tblHeader") != nil {
				name = "th"
			}
			cell := element(name)
			if span := props.Kid("gridSpan").Get("val"); span != "" && span != "1" {
				set(cell, "colspan", span)
			}
			d.body(cell, c, depth+1)
			row.AppendChild(cell)
		}
		body.AppendChild(row)
	}
	out.AppendChild(table)
}

// format is how a run of letters looks.
type format struct {
	bold, italic, under, strike, plain bool
	vert                               string
}

func on(props *pack.Node, name string) bool {
	k := props.Kid(name)
	v := k.Get("val")
	return k != nil && v != "0" && v != "false" && v != "none"
}

// runs writes what a paragraph says.
func (d *docx) runs(out *xhtml.Node, n *pack.Node, f format) {
	for _, k := range n.Kids {
		switch k.Name {
		case "r":
			props := k.Kid("rPr")
			g := format{plain: f.plain, italic: on(props, "i"), bold: on(props, "b"), under: on(props, "u"), strike: on(props, "strike"), vert: props.Kid("vertAlign").Get("val")}
			d.run(g.wrap(out), k)
		case "hyperlink":
			to := d.links[k.Get("id")]
			if to == "" {
				d.runs(out, k, f)
				continue
			}
			a := element("a")
			set(a, "href", to)
			d.runs(a, k, f)
			out.AppendChild(a)
		case "ins", "moveTo", "smartTag", "fldSimple", "customXml", "dir", "bdo":
			d.runs(out, k, f)
		case "sdt":
			if c := k.Kid("sdtContent"); c != nil {
				d.runs(out, c, f)
			}
		case "del", "moveFrom":
			d.rep.add("修订", k.Words(), "删除的修订不导入")
		case "oMath", "oMathPara":
			d.rep.add("公式", k.Words(), "Word 公式只保留了文字，请在编辑器里重写")
			out.AppendChild(letters(k.Words()))
		}
	}
}

// wrap opens the elements of a format within out and returns the innermost.
func (f format) wrap(out *xhtml.Node) *xhtml.Node {
	in := func(name string, yes bool) {
		if yes {
			n := element(name)
			out.AppendChild(n)
			out = n
		}
	}
	in("strong", f.bold && !f.plain)
	in("em", f.italic)
	in("u", f.under)
	in("s", f.strike)
	in("sup", f.vert == "superscript")
	in("sub", f.vert == "subscript")
	return out
}

func (d *docx) run(out *xhtml.Node, r *pack.Node) {
	for _, k := range r.Kids {
		switch k.Name {
		case "t":
			for _, x := range k.Kids {
				out.AppendChild(letters(x.Text))
			}
		case "tab":
			out.AppendChild(letters("\u3000"))
		case "br", "cr":
			if k.Get("type") != "page" {
				out.AppendChild(element("br"))
			}
		case "noBreakHyphen":
			out.AppendChild(letters("-"))
		case "footnoteReference":
			if d.notes[k.Get("id")] != nil {
				d.cited = append(d.cited, k.Get("id"))
				out.AppendChild(letters("[" + strconv.Itoa(len(d.cited)) + "]"))
			}
		case "drawing", "pict":
			d.drawing(out, k)
		case "AlternateContent":
			if c := k.Kid("Choice"); c.Find("blip") != nil || c.Find("txbxContent") != nil {
				d.run(out, c)
			} else if f := k.Kid("Fallback"); f != nil {
				d.run(out, f)
			}
		case "object":
			d.rep.add("插件", k.Words(), "嵌入的对象不导入")
		}
	}
}

// drawing takes over the picture of a drawing; of a text box its words.
func (d *docx) drawing(out *xhtml.Node, k *pack.Node) {
	name := k.Find("docPr").Get("descr")
	id := k.Find("blip").Get("embed")
	if id == "" {
		id = k.Find("imagedata").Get("id")
	}
	if id == "" {
		if t := k.Find("txbxContent"); t != nil {
			d.rep.add("文本框", t.Words(), "文本框里的文字放进了正文")
			out.AppendChild(letters(t.Words()))
			return
		}
		d.rep.add("图形", name, "图表和图形不导入，请截图后上传")
		return
	}
	p, why := d.picture(id)
	if why != "" {
		d.rep.add("图片", strings.TrimSpace(name+" "+path.Base(d.files[id])), why)
		return
	}
	img := element("img")
	set(img, "src", p.URL)
	set(img, "alt", name)
	out.AppendChild(img)
}

func (d *docx) picture(id string) (Picture, string) {
	entry := d.files[id]
	if entry == "" || !strings.HasPrefix(entry, "word/media/") {
		return Picture{}, "图片不在文件里，外面的图片不会去取"
	}
	if d.pictures++; d.pictures > maxPictures {
		return Picture{}, "一份文件最多导入 300 张图"
	}
	raw, err := d.zip.Read(entry)
	if err != nil {
		return Picture{}, "图片已损坏"
	}
	p, why := through(d.ctx, raw, d.door, d.rep)
	if why == "" {
		d.sizes[p.URL] = p
	}
	return p, why
}

// known returns the size of a picture that was taken over before.
func (d *docx) known(url string) Picture {
	if p, ok := d.sizes[url]; ok {
		return p
	}
	return Picture{URL: url}
}
