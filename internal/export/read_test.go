package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

const relsOf = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="x" Target="/xl/worksheets/one.xml"/></Relationships>`

const bookOf = `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId9"/><sheet name="b" sheetId="2" r:id="rId1"/></sheets></workbook>`

func packed(t testing.TB, parts map[string]string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range parts {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func book(t testing.TB, sheet, shared string) []byte {
	return packed(t, map[string]string{"xl/workbook.xml": bookOf, "xl/_rels/workbook.xml.rels": relsOf, "xl/worksheets/one.xml": sheet, "xl/sharedStrings.xml": shared})
}

// What spreadsheets write is read: shared and rich texts, gaps, numbers, truth.
func TestReadSheet(t *testing.T) {
	rows, err := ReadSheet(book(t, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
		<row r="3"><c r="B3"><v>12.5</v></c><c r="C3" t="b"><v>1</v></c><c r="D3" t="inlineStr"><is><t>在 </t><r><t>此</t></r></is></c><c r="E3" t="e"><v>#N/A</v></c></row></sheetData></worksheet>`,
		`<sst><si><t>题干</t></si><si><r><t>富</t></r><r><t>文本</t></r><rPh><t>ふりがな</t></rPh></si></sst>`))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"题干", "", "富文本"}, nil, {"", "12.5", "TRUE", "在 此"}}
	if !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("%q", rows)
	}
}

func TestSheetsAreReadBack(t *testing.T) {
	in := [][]string{{"题型", "题干"}, {"单选", "=1+1 & <b>"}, {"", "末"}}
	var out bytes.Buffer
	if err := WriteSheet(&out, "题目", in); err != nil {
		t.Fatal(err)
	}
	rows, err := ReadSheet(out.Bytes())
	if err != nil || !slices.EqualFunc(rows, in, slices.Equal) {
		t.Errorf("%q %v", rows, err)
	}
}

// Small when packed, huge when read; entities; indexes and places that are not there.
func TestHostileWorkbooksAreRefused(t *testing.T) {
	cell := func(s string) string { return `<worksheet><sheetData>` + s + `</sheetData></worksheet>` }
	for name, raw := range map[string][]byte{
		"no zip":            []byte("PK"),
		"bomb":              book(t, cell(`<row><c t="inlineStr"><is><t>`+strings.Repeat("0", maxUnpack)+`</t></is></c></row>`), `<sst/>`),
		"bomb of texts":     book(t, cell(""), `<sst>`+strings.Repeat("<si/>", maxStrings+1)+`</sst>`),
		"document type":     book(t, `<!DOCTYPE x [<!ENTITY a "aaaa">]>`+cell(`<row><c t="inlineStr"><is><t>&a;</t></is></c></row>`), `<sst/>`),
		"negative text":     book(t, cell(`<row><c t="s"><v>-1</v></c></row>`), `<sst><si><t>a</t></si></sst>`),
		"text that is gone": book(t, cell(`<row><c t="s"><v>1</v></c></row>`), `<sst><si><t>a</t></si></sst>`),
		"far row":           book(t, cell(`<row r="900000000"><c><v>1</v></c></row>`), `<sst/>`),
		"negative row":      book(t, cell(`<row r="-1"><c><v>1</v></c></row>`), `<sst/>`),
		"far column":        book(t, cell(`<row><c r="ZZZZZZ1"><v>1</v></c></row>`), `<sst/>`),
		"cell without row":  book(t, cell(`<c r="A1"><v>1</v></c>`), `<sst/>`),
		"other charset":     book(t, `<?xml version="1.0" encoding="UTF-7"?>`+cell(""), `<sst/>`),
		"no sheet":          packed(t, map[string]string{"xl/workbook.xml": bookOf, "xl/_rels/workbook.xml.rels": relsOf}),
	} {
		if rows, err := ReadSheet(raw); !errors.Is(err, ErrWorkbook) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}

func FuzzReadSheet(f *testing.F) {
	var out bytes.Buffer
	if err := WriteSheet(&out, "题目", [][]string{{"a", "b"}, {"c"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(book(f, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`, `<sst><si><t>x</t></si></sst>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, err := ReadSheet(raw)
		if err == nil && len(rows) > maxRows {
			t.Errorf("%d rows", len(rows))
		}
	})
}
