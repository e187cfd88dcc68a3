package drawing

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"

	"github.com/boombuler/barcode/qr"
	"github.com/klauspost/compress/flate"
	scaling "golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// Picture is a sheet of pixels, for what is drawn many times a second: letters are
// filled once for each size and kept, and the file is written by a fast encoder.
type Picture struct{ *image.RGBA }

// NewPicture returns an empty picture of w by h pixels.
func NewPicture(w, h int) Picture { return Picture{image.NewRGBA(image.Rect(0, 0, w, h))} }

// Copy returns a picture with the same pixels, to draw on.
func (p Picture) Copy() Picture {
	out := *p.RGBA
	out.Pix = bytes.Clone(p.Pix)
	return Picture{&out}
}

// Fill draws a shape.
func (p Picture) Fill(at Path, col color.RGBA) { paint(p.RGBA, shape{at, col}, 1) }

// Block fills a rectangle of whole pixels.
func (p Picture) Block(x, y, w, h int, col color.RGBA) {
	draw.Draw(p.RGBA, image.Rect(x, y, x+w, y+h), image.NewUniform(col), image.Point{}, draw.Over)
}

// Cover draws a picture over w by h from x, y: scaled until it covers them, its middle in
// their middle, what stands over cut off. part is how much of it shows, from 0 to 1.
func (p Picture) Cover(img image.Image, x, y, w, h int, part float64) {
	b := img.Bounds()
	if w <= 0 || h <= 0 || b.Empty() {
		return
	}
	scale := max(float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy()))
	cw, ch := int(float64(w)/scale), int(float64(h)/scale)
	from := image.Rect(0, 0, cw, ch).Add(b.Min).Add(image.Pt((b.Dx()-cw)/2, (b.Dy()-ch)/2))
	at := image.Rect(x, y, x+w, y+h)
	if part >= 1 {
		scaling.CatmullRom.Scale(p.RGBA, at, img, from, scaling.Over, nil)
		return
	}
	scaled := image.NewRGBA(at)
	scaling.CatmullRom.Scale(scaled, at, img, from, scaling.Src, nil)
	draw.DrawMask(p.RGBA, at, scaled, at.Min, image.NewUniform(color.Alpha{uint8(math.Round(max(0, part) * 255))}), image.Point{}, draw.Over)
}

// Fit draws the whole of a picture into w by h at x, y, as large as its proportions let
// it be, in their middle.
func (p Picture) Fit(img image.Image, x, y, w, h int) {
	b := img.Bounds()
	if w <= 0 || h <= 0 || b.Empty() {
		return
	}
	scale := min(float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy()))
	fw, fh := max(1, int(math.Round(float64(b.Dx())*scale))), max(1, int(math.Round(float64(b.Dy())*scale)))
	at := image.Rect(0, 0, fw, fh).Add(image.Pt(x+(w-fw)/2, y+(h-fh)/2))
	scaling.CatmullRom.Scale(p.RGBA, at, img, b, scaling.Over, nil)
}

// Round is a rectangle with round corners.
func Round(x, y, w, h, r float64) Path {
	r = min(r, w/2, h/2)
	k := r * .4477 // what is left of a corner beside its handle
	return Curve(Point{x + r, y}, nil, Point{x + w - r, y}).Curved(Point{x + w - k, y}, Point{x + w, y + k}, Point{x + w, y + r}).
		to(Point{x + w, y + h - r}).Curved(Point{x + w, y + h - k}, Point{x + w - k, y + h}, Point{x + w - r, y + h}).
		to(Point{x + r, y + h}).Curved(Point{x + k, y + h}, Point{x, y + h - k}, Point{x, y + h - r}).
		to(Point{x, y + r}).Curved(Point{x, y + k}, Point{x + k, y}, Point{x + r, y})
}

// Circle is a disc around x, y.
func Circle(x, y, r float64) Path { return Round(x-r, y-r, 2*r, 2*r, r) }

// Lined goes on to a point by a line, Curved by a curve; what Curve has closed is opened.
func (p Path) Lined(a Point) Path { return p.open().to(a) }

// Curved goes on to c by a curve.
func (p Path) Curved(a, b, c Point) Path { return append(p.open(), Step{'C', [3]Point{a, b, c}}) }

// open takes the line back to the beginning away.
func (p Path) open() Path {
	if st := p[len(p)-1]; st.Op == 'L' && st.P[0] == p[0].P[0] && len(p) > 2 {
		return p[:len(p)-1]
	}
	return p
}

func (p Path) to(a Point) Path { return append(p, Step{'L', [3]Point{a}}) }

// Type is how letters look.
type Type struct {
	Size   float64 // pixels to the em
	Bold   float64 // by how much strokes are thicker, in ems
	Spread float64 // between characters, in ems
	Color  color.RGBA
}

// Wide is how wide s is, in pixels.
func (t Type) Wide(s string) float64 {
	return Width(s)*t.Size + t.Spread*t.Size*float64(max(0, len([]rune(s))-1))
}

// Write draws s with its base line at y and returns where it ends.
func (p Picture) Write(x, y float64, t Type, s string) float64 {
	ink := image.NewUniform(t.Color)
	for _, r := range s {
		g, ok := find(r)
		if !ok {
			continue
		}
		m := masks.find(r, g, t)
		if m.alpha != nil {
			at := image.Pt(int(math.Round(x))+m.x, int(math.Round(y))+m.y)
			draw.DrawMask(p.RGBA, m.alpha.Rect.Add(at), ink, image.Point{}, m.alpha, image.Point{}, draw.Over)
		}
		x += g.advance*t.Size/songUnits + t.Spread*t.Size
	}
	return x
}

// WriteLines draws lines under each other, justified to wide pixels but the last, and
// returns the base line after them.
func (p Picture) WriteLines(x, y, wide, leading float64, t Type, lines []string) float64 {
	for i, l := range lines {
		one := t
		if n := len([]rune(l)); i < len(lines)-1 && n > 1 {
			one.Spread += (wide - t.Wide(l)) / float64(n-1) / t.Size
		}
		p.Write(x, y, one, l)
		y += leading
	}
	return y
}

// mask is a letter that is filled already, and where it stands beside its origin.
type mask struct {
	alpha *image.Alpha
	x, y  int
}

type maskKey struct {
	r          rune
	size, bold int // in quarters of a pixel; thousandths of an em
}

// maskCache keeps letters that were drawn; when it is full it begins anew.
type maskCache struct {
	mu   sync.Mutex
	kept map[maskKey]mask
}

const keptMasks = 6000 // about 20 MB of everyday sizes

var masks = maskCache{kept: map[maskKey]mask{}}

func (c *maskCache) find(r rune, g glyph, t Type) mask {
	key := maskKey{r, int(t.Size * 4), int(t.Bold * 1000)}
	c.mu.Lock()
	m, ok := c.kept[key]
	c.mu.Unlock()
	if ok {
		return m
	}
	m = fillGlyph(g, t.Size, t.Bold*t.Size)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= keptMasks {
		c.kept = map[maskKey]mask{}
	}
	c.kept[key] = m
	return m
}

// fillGlyph fills an outline at a size; bold pixels are added to the width of strokes by
// drawing it several times beside itself.
func fillGlyph(g glyph, size, bold float64) mask {
	scale := size / songUnits
	lo, hi := Point{1e9, 1e9}, Point{-1e9, -1e9}
	for _, st := range g.path {
		for _, p := range st.P[:points(st.Op)] {
			lo, hi = Point{min(lo[0], p[0]), min(lo[1], p[1])}, Point{max(hi[0], p[0]), max(hi[1], p[1])}
		}
	}
	if lo[0] > hi[0] {
		return mask{}
	}
	pad := bold/2 + 1
	x0, y0 := int(math.Floor(lo[0]*scale-pad)), int(math.Floor(lo[1]*scale-pad))
	w, h := int(math.Ceil(hi[0]*scale+pad))-x0, int(math.Ceil(hi[1]*scale+pad))-y0
	out := image.NewAlpha(image.Rect(0, 0, w, h))
	offsets := []Point{{}}
	if bold > .2 {
		b := bold / 2
		offsets = []Point{{-b, 0}, {b, 0}, {-b / 2, 0}, {b / 2, 0}, {0, -b / 3}, {0, b / 3}, {}}
	}
	z := vector.NewRasterizer(w, h)
	for _, o := range offsets {
		z.Reset(w, h)
		at := func(p Point) (float32, float32) {
			return float32(p[0]*scale + o[0] - float64(x0)), float32(p[1]*scale + o[1] - float64(y0))
		}
		trace(z, g.path, at)
		z.Draw(out, out.Rect, image.Opaque, image.Point{})
	}
	return mask{out, x0, y0}
}

// QR draws the code of a text in the middle of a square of side pixels, each of its
// modules whole pixels.
func (p Picture) QR(x, y, side int, col color.RGBA, text string) error {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	n := code.Bounds().Dx()
	unit := max(1, side/n)
	x, y = x+(side-n*unit)/2, y+(side-n*unit)/2
	for row := range n {
		for at := 0; at < n; at++ {
			run := 0
			for at+run < n && isDark(code.At(at+run, row)) {
				run++
			}
			if run > 0 {
				p.Block(x+at*unit, y+row*unit, run*unit, unit, col)
				at += run
			}
		}
	}
	return nil
}

func isDark(c color.Color) bool { r, _, _, _ := c.RGBA(); return r < 0x8000 }

// alike is how many pixels of two lines are compared at once.
const alike = 32

// packers keep what packing needs: some hundred kB for each file otherwise.
var packers = sync.Pool{New: func() any {
	z, _ := flate.NewWriter(nil, 1) // the level is one that there is
	return z
}}

// PNG writes an opaque picture: every line as its difference from the one above, packed
// lightly. Most pixels are those above them, which is told for many at once, and their sum
// without counting (PNG is ISO/IEC 15948, what it packs RFC 1950). A card takes a ninth of
// the time of image/png and a seventh more bytes.
func (p Picture) PNG() ([]byte, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	packed := bytes.NewBuffer([]byte{0x78, 0x5e})
	z := packers.Get().(*flate.Writer)
	defer packers.Put(z)
	z.Reset(packed)
	line, above := make([]byte, 1+3*w), make([]byte, 4*w)
	line[0] = 2 // the filter "Up"
	one, all := uint64(1), uint64(0)
	for y := range h {
		row := p.Pix[y*p.Stride : y*p.Stride+4*w]
		one, all = one+2, all+one+2
		for x := 0; x < w; x += alike {
			end := min(x+alike, w)
			src, over, to := row[4*x:4*end], above[4*x:4*end], line[1+3*x:1+3*end]
			if bytes.Equal(src, over) {
				clear(to)
				all += one * uint64(len(to))
				continue
			}
			for len(src) >= 4 && len(over) >= 4 && len(to) >= 3 {
				r, g, b := src[0]-over[0], src[1]-over[1], src[2]-over[2]
				to[0], to[1], to[2] = r, g, b
				all += 3*one + 3*uint64(r) + 2*uint64(g) + uint64(b)
				one += uint64(r) + uint64(g) + uint64(b)
				src, over, to = src[4:], over[4:], to[3:]
			}
		}
		one, all = one%65521, all%65521
		above = row
		if _, err := z.Write(line); err != nil {
			return nil, fmt.Errorf("drawing: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	sum := binary.BigEndian.AppendUint32(packed.Bytes(), uint32(all<<16|one)) //nolint:gosec // both below 65521
	out := append(make([]byte, 0, len(sum)+64), "\x89PNG\r\n\x1a\n"...)
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	out = chunk(out, "IHDR", append(head, 8, 2, 0, 0, 0))
	out = chunk(out, "IDAT", sum)
	return chunk(out, "IEND", nil), nil
}

func chunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}
