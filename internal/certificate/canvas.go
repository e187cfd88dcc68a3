package certificate

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// A4 landscape in points.
const (
	pageW, pageH = 841.89, 595.28
	pixels       = 2.4 // of the picture, to a point

	pictureW, pictureH = 2020, 1428
)

// canvas collects filled shapes and lines of text; both files are made of it, so that
// they are one design.
type canvas struct {
	shapes []shape
	lines  []line
}

type shape struct {
	path path
	fill color.RGBA
}

// line is text that is already drawn as shapes: in the PDF it lies over them unseen, to
// be searched, copied and read aloud.
type line struct {
	x, y, size float64
	s          string
}

func (c *canvas) fill(p path, col color.RGBA) { c.shapes = append(c.shapes, shape{p, col}) }

func rect(x, y, w, h float64) path {
	return path{
		{'M', [3]point{{x, y}}},
		{'L', [3]point{{x + w, y}}},
		{'L', [3]point{{x + w, y + h}}},
		{'L', [3]point{{x, y + h}}},
		{'L', [3]point{{x, y}}},
	}
}

// frame is a rectangle's border, drawn inwards.
func (c *canvas) frame(x, y, w, h, thick float64, col color.RGBA) {
	for _, p := range []path{rect(x, y, w, thick), rect(x, y+h-thick, w, thick), rect(x, y, thick, h), rect(x+w-thick, y, thick, h)} {
		c.fill(p, col)
	}
}

// text draws s with its base line at y; spread is added between characters, in ems.
func (c *canvas) text(x, y, size, spread float64, s string, col color.RGBA) {
	var p path
	at, scale := x, size/songUnits
	for _, r := range s {
		g, ok := theSong().find(r)
		if !ok {
			continue
		}
		for _, st := range g.path {
			for i := range st.p {
				st.p[i] = point{at + st.p[i].x*scale, y + st.p[i].y*scale}
			}
			p = append(p, st)
		}
		at += g.advance*scale + spread*size
	}
	c.fill(p, col)
	c.lines = append(c.lines, line{x, y, size, s})
}

// centred draws s around x.
func (c *canvas) centred(x, y, size, spread float64, s string, col color.RGBA) {
	w := width(s)*size + spread*size*float64(len([]rune(s))-1)
	c.text(x-w/2, y, size, spread, s, col)
}

// png draws the picture.
func (c *canvas) png() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, pictureW, pictureH))
	for _, s := range c.shapes {
		paint(img, s)
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return b.Bytes(), nil
}

// paint fills a shape within its own bounds alone: filling walks every pixel of them.
func paint(img *image.RGBA, s shape) {
	lo, hi := point{1e9, 1e9}, point{-1e9, -1e9}
	for _, st := range s.path {
		for _, p := range st.p[:points(st.op)] {
			lo, hi = point{min(lo.x, p.x), min(lo.y, p.y)}, point{max(hi.x, p.x), max(hi.y, p.y)}
		}
	}
	r := image.Rect(int(lo.x*pixels)-1, int(lo.y*pixels)-1, int(hi.x*pixels)+2, int(hi.y*pixels)+2).Intersect(img.Bounds())
	if r.Empty() {
		return
	}
	z := vector.NewRasterizer(r.Dx(), r.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x*pixels - float64(r.Min.X)), float32(p.y*pixels - float64(r.Min.Y))
	}
	for _, st := range s.path {
		x, y := at(st.p[0])
		switch st.op {
		case 'M':
			z.ClosePath()
			z.MoveTo(x, y)
		case 'L':
			z.LineTo(x, y)
		case 'C':
			x2, y2 := at(st.p[1])
			x3, y3 := at(st.p[2])
			z.CubeTo(x, y, x2, y2, x3, y3)
		}
	}
	z.ClosePath()
	z.DrawOp = draw.Over
	z.Draw(img, r, image.NewUniform(s.fill), image.Point{})
}

func points(op byte) int {
	if op == 'C' {
		return 3
	}
	return 1
}

// pdf writes one page of vectors. The unseen text is in a font that PDF readers bring
// themselves for Chinese.
func (c *canvas) pdf(title string) ([]byte, error) {
	var page bytes.Buffer
	fmt.Fprintf(&page, "q 1 0 0 -1 0 %.2f cm\n", pageH)
	for _, s := range c.shapes {
		fmt.Fprintf(&page, "%.3f %.3f %.3f rg\n", float64(s.fill.R)/255, float64(s.fill.G)/255, float64(s.fill.B)/255)
		for _, st := range s.path {
			for _, p := range st.p[:points(st.op)] {
				fmt.Fprintf(&page, "%.2f %.2f ", p.x, p.y)
			}
			page.WriteString(map[byte]string{'M': "m\n", 'L': "l\n", 'C': "c\n"}[st.op])
		}
		page.WriteString("f\n")
	}
	page.WriteString("Q\n")
	for _, l := range c.lines {
		fmt.Fprintf(&page, "BT 3 Tr /F1 %.2f Tf %.2f %.2f Td <%s> Tj ET\n", l.size, l.x, pageH-l.y, utf16Hex(l.s))
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(page.Bytes()); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return objects([]string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>", pageW, pageH),
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", packed.Len(), packed.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 5 >> /FontDescriptor 7 0 R /DW 1000 /W [814 939 500] >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
		fmt.Sprintf("<< /Title <FEFF%s> >>", utf16Hex(title)),
	}), nil
}

// objects puts numbered objects together with the table that finds them; the last one
// describes the document.
func objects(list []string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.5\n%\xE2\xE3\xCF\xD3\n")
	var table strings.Builder
	for i, o := range list {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(list)+1, table.String(), len(list)+1, len(list), start)
	return out.Bytes()
}

func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
