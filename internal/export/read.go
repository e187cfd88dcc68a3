package export

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// What a workbook may be. A file that is small when packed may be huge when read,
// so what is read is counted, whatever the file says of its own size.
const (
	maxParts   = 300
	maxUnpack  = 24 << 20
	maxRows    = 5001
	maxColumns = 64
	maxStrings = 200_000
)

// ErrWorkbook is returned for what cannot be read as a workbook within these bounds.
var ErrWorkbook = errors.New("export: not a workbook that can be read")

// workbook reads parts of one file under a common budget.
type workbook struct {
	parts  map[string]*zip.File
	budget int64
}

// ReadSheet returns the cells of the first sheet of an Office Open XML workbook, row by
// row from the first; rows that are missing in between are empty. Returns ErrWorkbook.
func ReadSheet(raw []byte) ([][]string, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(z.File) > maxParts {
		return nil, ErrWorkbook
	}
	b := &workbook{parts: map[string]*zip.File{}, budget: maxUnpack}
	for _, f := range z.File {
		b.parts[strings.ToLower(f.Name)] = f
	}
	sheet, err := b.firstSheet()
	if err != nil {
		return nil, err
	}
	shared, err := b.strings()
	if err != nil {
		return nil, err
	}
	return b.rows(sheet, shared)
}

// tokens calls fn for each token of a part. A document type is refused: nothing
// outside the part is ever looked at.
func (b *workbook) tokens(name string, fn func(xml.Token) error) error {
	f, ok := b.parts[strings.ToLower(name)]
	if !ok {
		return ErrWorkbook
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWorkbook, err)
	}
	defer func() { _ = r.Close() }()
	limited := &io.LimitedReader{R: r, N: b.budget}
	d := xml.NewDecoder(limited)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, ErrWorkbook }
	for {
		t, err := d.RawToken()
		b.budget = limited.N
		if errors.Is(err, io.EOF) && limited.N > 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWorkbook, err)
		}
		if _, ok := t.(xml.Directive); ok {
			return ErrWorkbook
		}
		if err := fn(t); err != nil {
			return err
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (b *workbook) firstSheet() (string, error) {
	var wanted, target string
	err := b.tokens("xl/workbook.xml", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "sheet" && wanted == "" {
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					wanted = a.Value
				}
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	err = b.tokens("xl/_rels/workbook.xml.rels", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" && attr(e, "Id") == wanted && attr(e, "TargetMode") != "External" {
			target = attr(e, "Target")
		}
		return nil
	})
	if err != nil || wanted == "" || target == "" {
		return "", ErrWorkbook
	}
	if strings.HasPrefix(target, "/") {
		return target[1:], nil
	}
	return path.Join("xl", target), nil
}

// strings reads the texts that cells share; there may be none.
func (b *workbook) strings() ([]string, error) {
	const name = "xl/sharedStrings.xml"
	if b.parts[strings.ToLower(name)] == nil {
		return nil, nil
	}
	var out []string
	var text strings.Builder
	depth := reading{}
	err := b.tokens(name, func(t xml.Token) error {
		switch e := t.(type) {
		case xml.StartElement:
			depth.start(e.Name.Local)
		case xml.CharData:
			if depth.text() {
				text.Write(e)
			}
		case xml.EndElement:
			depth.end(e.Name.Local)
			if e.Name.Local == "si" {
				if len(out) == maxStrings {
					return ErrWorkbook
				}
				out = append(out, text.String())
				text.Reset()
			}
		}
		return nil
	})
	return out, err
}

// reading knows whether a text counts: in t or v, but not in the reading aid rPh.
type reading struct{ in, aid int }

func (r *reading) start(name string) {
	switch name {
	case "t", "v":
		r.in++
	case "rPh":
		r.aid++
	}
}

func (r *reading) end(name string) {
	switch name {
	case "t", "v":
		r.in--
	case "rPh":
		r.aid--
	}
}

func (r *reading) text() bool { return r.in > 0 && r.aid == 0 }

func (b *workbook) rows(sheet string, shared []string) ([][]string, error) {
	var (
		out         [][]string
		row, column int
		kind        string
		text        strings.Builder
		depth       reading
	)
	err := b.tokens(sheet, func(t xml.Token) error {
		switch e := t.(type) {
		case xml.StartElement:
			depth.start(e.Name.Local)
			switch e.Name.Local {
			case "row":
				row, column = row+1, -1
				if n, err := strconv.Atoi(attr(e, "r")); err == nil {
					row = n
				}
				if row < 1 || row > maxRows || row < len(out) {
					return ErrWorkbook
				}
				for len(out) < row {
					out = append(out, nil)
				}
			case "c":
				column, kind = column+1, attr(e, "t")
				text.Reset()
				if ref := attr(e, "r"); ref != "" {
					column = columnOf(ref)
				}
				if column < 0 || row == 0 {
					return ErrWorkbook
				}
			}
		case xml.CharData:
			if depth.text() {
				text.Write(e)
			}
		case xml.EndElement:
			depth.end(e.Name.Local)
			if e.Name.Local != "c" || column >= maxColumns {
				return nil
			}
			value, err := cell(kind, text.String(), shared)
			if err != nil || value == "" {
				return err
			}
			for len(out[row-1]) <= column {
				out[row-1] = append(out[row-1], "")
			}
			out[row-1][column] = value
		}
		return nil
	})
	return out, err
}

func cell(kind, value string, shared []string) (string, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n >= len(shared) {
			return "", ErrWorkbook
		}
		return shared[n], nil
	case "b":
		if value == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "e":
		return "", nil
	}
	return value, nil
}

// columnOf returns the column of a reference such as "AB12", from 0; -1 for none.
func columnOf(ref string) int {
	n := 0
	for i := 0; i < len(ref); i++ {
		c := ref[i]
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<14 {
			return -1
		}
	}
	return n - 1
}

// WriteSheet writes texts as a workbook of one sheet; the first row is its head.
func WriteSheet(w io.Writer, title string, rows [][]string) error {
	columns := 1
	for _, r := range rows {
		columns = max(columns, len(r))
	}
	t, err := newXLSX(w, title, columns)
	if err != nil {
		return err
	}
	for _, r := range rows {
		cells := make([]any, len(r))
		for i, c := range r {
			cells[i] = c
		}
		if err := t.row(cells); err != nil {
			return err
		}
	}
	return t.close()
}
