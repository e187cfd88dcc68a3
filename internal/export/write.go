package export

import (
	"archive/zip"
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/money"
)

// The sorts of cells besides string and int64.
type (
	// Fen is an amount of money; it is written in yuan.
	Fen int64
	// Time is in UTC milliseconds, written in China's time; 0 is empty.
	Time int64
	// Digits is a number that is a name: a spreadsheet must not count with it.
	Digits string
)

// maxSheet is how many rows a sheet holds, without its head.
const maxSheet = 1_048_575

func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return time.UnixMilli(int64(t)).In(clock.China).Format(time.DateTime)
}

// table is a file that grows row by row; only the row at hand is in memory.
type table interface {
	row(cells []any) error
	close() error
}

// csvTable writes UTF-8 with the mark that makes spreadsheets read it as such.
type csvTable struct {
	buf *bufio.Writer
	w   *csv.Writer
}

func newCSV(w io.Writer) (*csvTable, error) {
	buf := bufio.NewWriter(w)
	_, err := buf.WriteString("\uFEFF")
	return &csvTable{buf, csv.NewWriter(buf)}, err
}

func (t *csvTable) row(cells []any) error {
	out := make([]string, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case string:
			out[i] = plain(v)
		case int64:
			out[i] = strconv.FormatInt(v, 10)
		case Fen:
			out[i] = money.Yuan(int64(v))
		case Digits:
			if v != "" {
				out[i] = "\t" + strings.TrimLeft(string(v), "=+-@\t\r")
			}
		case Time:
			out[i] = v.String()
		default:
			return fmt.Errorf("export: cell of %T", c)
		}
	}
	return t.w.Write(out)
}

func (t *csvTable) close() error {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return err
	}
	return t.buf.Flush()
}

// plain keeps a spreadsheet from taking a text for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// xlsxTable writes an Office Open XML workbook of one sheet with texts in place, so
// that nothing has to be gathered before it can be written.
type xlsxTable struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	n     int
}

var xlsxParts = [][2]string{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	// Style 0 is plain, 1 an amount, 2 the head, 3 a text that stays one.
	{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/><xf xfId="0" numFmtId="4" applyNumberFormat="1"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>`},
}

func newXLSX(w io.Writer, title string, columns int) (*xlsxTable, error) {
	z := zip.NewWriter(w)
	var name strings.Builder
	_ = xml.EscapeText(&name, []byte(title))
	book := `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="` + name.String() + `" sheetId="1" r:id="rId1"/></sheets></workbook>`
	for _, p := range append(xlsxParts[:len(xlsxParts):len(xlsxParts)], [2]string{"xl/workbook.xml", book}) {
		f, err := z.Create(p[0])
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(f, xml.Header+p[1]); err != nil {
			return nil, err
		}
	}
	f, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, err
	}
	t := &xlsxTable{zip: z, sheet: bufio.NewWriter(f)}
	_, err = fmt.Fprintf(t.sheet, `%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="%d" width="18" customWidth="1"/></cols><sheetData>`, xml.Header, columns)
	return t, err
}

func (t *xlsxTable) row(cells []any) error {
	if t.n > maxSheet {
		return ErrTooMany
	}
	t.n++
	_, _ = t.sheet.WriteString("<row>")
	for _, c := range cells {
		switch v := c.(type) {
		case int64:
			fmt.Fprintf(t.sheet, "<c><v>%d</v></c>", v)
		case Fen:
			fmt.Fprintf(t.sheet, `<c s="1"><v>%s</v></c>`, money.Yuan(int64(v)))
		case string:
			t.text(v, 0)
		case Digits:
			t.text(string(v), 3)
		case Time:
			t.text(v.String(), 0)
		default:
			return fmt.Errorf("export: cell of %T", c)
		}
	}
	_, err := t.sheet.WriteString("</row>") // bufio keeps the first error
	return err
}

func (t *xlsxTable) text(s string, style int) {
	if t.n == 1 {
		style = 2
	}
	if s == "" {
		_, _ = t.sheet.WriteString("<c/>")
		return
	}
	fmt.Fprintf(t.sheet, `<c t="inlineStr" s="%d"><is><t xml:space="preserve">`, style)
	_ = xml.EscapeText(t.sheet, []byte(s))
	_, _ = t.sheet.WriteString("</t></is></c>")
}

func (t *xlsxTable) close() error {
	if _, err := t.sheet.WriteString("</sheetData></worksheet>"); err != nil {
		return err
	}
	if err := t.sheet.Flush(); err != nil {
		return err
	}
	return t.zip.Close()
}
