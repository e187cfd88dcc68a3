package drawing

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

// Canvas collects filled shapes and lines of text on a sheet; picture and PDF are made
// of it, so that they are one design.
type Canvas struct {
	W, H   float64 // points
	Pixels float64 // of the picture, to a point

	shapes []shape
	Lines  []Line
}

type shape struct {
	path Path
	fill color.RGBA
}

// Line is text that is already drawn as shapes: in the PDF it lies over them unseen, to
// be searched, copied and read aloud.
type Line struct {
	X, Y, Size float64
	S          string
}

// Fill draws a shape.
func (c *Canvas) Fill(p Path, col color.RGBA) { c.shapes = append(c.shapes, shape{p, col}) }

// Rect is a rectangle.
func Rect(x, y, w, h float64) Path {
	return Path{
		{'M', [3]Point{{x, y}}},
		{'L', [3]Point{{x + w, y}}},
		{'L', [3]Point{{x + w, y + h}}},
		{'L', [3]Point{{x, y + h}}},
		{'L', [3]Point{{x, y}}},
	}
}

// Curve is a closed shape: from the first point along Bézier curves, three points each,
// then straight on to the rest.
func Curve(from Point, curves [][3]Point, rest ...Point) Path {
	p := Path{{'M', [3]Point{from}}}
	for _, c := range curves {
		p = append(p, Step{'C', c})
	}
	for _, r := range rest {
		p = append(p, Step{'L', [3]Point{r}})
	}
	return append(p, Step{'L', [3]Point{from}})
}

// Frame is a rectangle's border, drawn inwards.
func (c *Canvas) Frame(x, y, w, h, thick float64, col color.RGBA) {
	for _, p := range []Path{Rect(x, y, w, thick), Rect(x, y+h-thick, w, thick), Rect(x, y, thick, h), Rect(x+w-thick, y, thick, h)} {
		c.Fill(p, col)
	}
}

// Text draws s with its base line at y; spread is added between characters, in ems.
func (c *Canvas) Text(x, y, size, spread float64, s string, col color.RGBA) {
	var p Path
	at, scale := x, size/songUnits
	for _, r := range s {
		g, ok := find(r)
		if !ok {
			continue
		}
		for _, st := range g.path {
			for i := range st.P {
				st.P[i] = Point{at + st.P[i][0]*scale, y + st.P[i][1]*scale}
			}
			p = append(p, st)
		}
		at += g.advance*scale + spread*size
	}
	c.Fill(p, col)
	c.Lines = append(c.Lines, Line{x, y, size, s})
}

// Centred draws s around x.
func (c *Canvas) Centred(x, y, size, spread float64, s string, col color.RGBA) {
	w := Width(s)*size + spread*size*float64(len([]rune(s))-1)
	c.Text(x-w/2, y, size, spread, s, col)
}

// Paragraph writes centred lines and returns the last base line.
func (c *Canvas) Paragraph(mid, y, size, leading, wide float64, s string, col color.RGBA) float64 {
	lines := Wrap(s, wide/size)
	for i, l := range lines {
		c.Centred(mid, y+float64(i)*leading, size, .02, l, col)
	}
	return y + float64(len(lines)-1)*leading
}

// PNG draws the picture.
func (c *Canvas) PNG() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, int(c.W*c.Pixels), int(c.H*c.Pixels)))
	for _, s := range c.shapes {
		paint(img, s, c.Pixels)
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return b.Bytes(), nil
}

// paint fills a shape within its own bounds alone: filling walks every pixel of them.
func paint(img *image.RGBA, s shape, pixels float64) {
	lo, hi := Point{1e9, 1e9}, Point{-1e9, -1e9}
	for _, st := range s.path {
		for _, p := range st.P[:points(st.Op)] {
			lo, hi = Point{min(lo[0], p[0]), min(lo[1], p[1])}, Point{max(hi[0], p[0]), max(hi[1], p[1])}
		}
	}
	r := image.Rect(int(lo[0]*pixels)-1, int(lo[1]*pixels)-1, int(hi[0]*pixels)+2, int(hi[1]*pixels)+2).Intersect(img.Bounds())
	if r.Empty() {
		return
	}
	z := vector.NewRasterizer(r.Dx(), r.Dy())
	at := func(p Point) (float32, float32) {
		return float32(p[0]*pixels - float64(r.Min.X)), float32(p[1]*pixels - float64(r.Min.Y))
	}
	trace(z, s.path, at)
	z.DrawOp = draw.Over
	z.Draw(img, r, image.NewUniform(s.fill), image.Point{})
}

// trace gives a rasterizer the shapes of a path, each place through at.
func trace(z *vector.Rasterizer, p Path, at func(Point) (float32, float32)) {
	for _, st := range p {
		x, y := at(st.P[0])
		switch st.Op {
		case 'M':
			z.ClosePath()
			z.MoveTo(x, y)
		case 'L':
			z.LineTo(x, y)
		case 'C':
			x2, y2 := at(st.P[1])
			x3, y3 := at(st.P[2])
			z.CubeTo(x, y, x2, y2, x3, y3)
		}
	}
	z.ClosePath()
}

func points(op byte) int {
	if op == 'C' {
		return 3
	}
	return 1
}

// PDF writes one page of vectors. The unseen text is in a font that PDF readers bring
// themselves for Chinese.
func (c *Canvas) PDF(title string) ([]byte, error) {
	var page bytes.Buffer
	fmt.Fprintf(&page, "q 1 0 0 -1 0 %.2f cm\n", c.H)
	for _, s := range c.shapes {
		fmt.Fprintf(&page, "%.3f %.3f %.3f rg\n", float64(s.fill.R)/255, float64(s.fill.G)/255, float64(s.fill.B)/255)
		for _, st := range s.path {
			for _, p := range st.P[:points(st.Op)] {
				fmt.Fprintf(&page, "%.2f %.2f ", p[0], p[1])
			}
			page.WriteString(map[byte]string{'M': "m\n", 'L': "l\n", 'C': "c\n"}[st.Op])
		}
		page.WriteString("f\n")
	}
	page.WriteString("Q\n")
	for _, l := range c.Lines {
		fmt.Fprintf(&page, "BT 3 Tr /F1 %.2f Tf %.2f %.2f Td <%s> Tj ET\n", l.Size, l.X, c.H-l.Y, utf16Hex(l.S))
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(page.Bytes()); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return objects([]string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>", c.W, c.H),
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
