package rich

import (
	"path"
	"strconv"
	"strings"

	"zhizhou/internal/pack"
)

func (d *docx) part(name string) (*pack.Node, error) {
	raw, err := d.zip.Read(name)
	if err != nil {
		return nil, err
	}
	return pack.XML(raw, false)
}

func (d *docx) readStyles() error {
	if !d.zip.Has("word/styles.xml") {
		return nil
	}
	root, err := d.part("word/styles.xml")
	if err != nil {
		return err
	}
	for _, s := range root.All("style") {
		id, name := s.Get("styleId"), strings.ToLower(s.Kid("name").Get("val"))
		if lvl, err := strconv.Atoi(s.Kid("pPr").Kid("outlineLvl").Get("val")); err == nil && lvl >= 0 && lvl < 9 {
			d.styles[id] = lvl + 1
		}
		if rest, ok := strings.CutPrefix(name, "heading "); ok {
			if lvl, err := strconv.Atoi(rest); err == nil && lvl > 0 && lvl < 10 {
				d.styles[id] = lvl
			}
		}
		if name == "title" {
			d.styles[id] = 1
		}
	}
	return nil
}

func (d *docx) readRelations() error {
	const name = "word/_rels/document.xml.rels"
	if !d.zip.Has(name) {
		return nil
	}
	root, err := d.part(name)
	if err != nil {
		return err
	}
	for _, r := range root.All("Relationship") {
		id, to := r.Get("Id"), r.Get("Target")
		switch {
		case strings.HasSuffix(r.Get("Type"), "/hyperlink"):
			d.links[id] = to
		case r.Get("TargetMode") == "External":
			d.rep.add("外部文件", to, "文件引用了外面的内容，不会去取")
		case strings.HasPrefix(to, "/"):
			d.files[id] = strings.TrimPrefix(to, "/")
		default:
			d.files[id] = path.Join("word", to)
		}
	}
	return nil
}

// readLists learns which lists are numbered.
func (d *docx) readLists() error {
	if !d.zip.Has("word/numbering.xml") {
		return nil
	}
	root, err := d.part("word/numbering.xml")
	if err != nil {
		return err
	}
	kinds := map[string]*pack.Node{}
	for _, a := range root.All("abstractNum") {
		kinds[a.Get("abstractNumId")] = a
	}
	for _, n := range root.All("num") {
		for _, l := range kinds[n.Kid("abstractNumId").Get("val")].All("lvl") {
			d.ordered[n.Get("numId")+"/"+l.Get("ilvl")] = l.Kid("numFmt").Get("val") != "bullet" && l.Kid("numFmt").Get("val") != "none"
		}
	}
	return nil
}

func (d *docx) readNotes() error {
	if !d.zip.Has("word/footnotes.xml") {
		return nil
	}
	root, err := d.part("word/footnotes.xml")
	if err != nil {
		return err
	}
	for _, n := range root.All("footnote") {
		if n.Get("type") == "" || n.Get("type") == "normal" {
			d.notes[n.Get("id")] = n
		}
	}
	return nil
}
