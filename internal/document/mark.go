package document

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"
)

const (
	markSize   = 34.0 // pixels of the letters, on a page 1440 wide
	lineHeight = 48
	markAngle  = -0.42
	markShade  = 120 // grey that the mark pulls towards, 0–255
	markForce  = 34  // how far, of 255
	sentTo     = 78  // JPEG quality of what is sent
)

// marks keeps the tiles of the last readers: drawing letters costs more than laying
// them over a page.
type marks struct {
	mu   sync.Mutex
	face font.Face // only one may draw with it at a time
	tile map[string]*image.Alpha
}

func markFace() (font.Face, error) {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: markSize, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return face, nil
}

// of returns the slanted tile with the text.
func (m *marks) of(text string) (*image.Alpha, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.tile[text]; t != nil {
		return t, nil
	}
	if m.face == nil {
		face, err := markFace()
		if err != nil {
			return nil, err
		}
		m.face = face
	}
	flat := image.NewAlpha(image.Rect(0, 0, font.MeasureString(m.face, text).Ceil()+8, lineHeight))
	d := font.Drawer{Dst: flat, Src: image.NewUniform(color.Alpha{A: 255}), Face: m.face, Dot: fixed.P(4, int(markSize))}
	d.DrawString(text)
	t := slant(flat)
	if m.tile == nil || len(m.tile) >= 64 {
		m.tile = map[string]*image.Alpha{}
	}
	m.tile[text] = t
	return t, nil
}

// slant turns the text and leaves room around it, so that tiles can stand side by side.
func slant(flat *image.Alpha) *image.Alpha {
	sin, cos := math.Sincos(markAngle)
	w, h := float64(flat.Rect.Dx()), float64(flat.Rect.Dy())
	tw, th := w*cos+h*math.Abs(sin)+90, w*math.Abs(sin)+h*cos+90
	t := image.NewAlpha(image.Rect(0, 0, int(tw), int(th)))
	at := f64.Aff3{cos, -sin, tw/2 - cos*w/2 + sin*h/2, sin, cos, th/2 - sin*w/2 - cos*h/2}
	draw.BiLinear.Transform(t, at, flat, flat.Rect, draw.Over, nil)
	return t
}

// stamp writes the reader's mark all over a stored picture. It works on the
// brightness alone: no colours are converted, and a crop of any part still shows
// whose it was.
func (m *marks) stamp(picture []byte, text string) ([]byte, error) {
	tile, err := m.of(text)
	if err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	switch p := img.(type) {
	case *image.Gray:
		lay(p.Pix, p.Stride, p.Rect, tile)
	case *image.YCbCr:
		lay(p.Y, p.YStride, p.Rect, tile)
	default:
		return nil, fmt.Errorf("document: a stored picture is %T", img)
	}
	var out bytes.Buffer
	out.Grow(len(picture) + 32<<10)
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: sentTo}); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return out.Bytes(), nil
}

func lay(luma []byte, stride int, r image.Rectangle, tile *image.Alpha) {
	tw, th := tile.Rect.Dx(), tile.Rect.Dy()
	for y := range r.Dy() {
		row := luma[y*stride : y*stride+r.Dx()]
		shift := y / th * (tw / 2) // each row of tiles stands between those above
		mask := tile.Pix[y%th*tile.Stride:]
		for x := range row {
			if a := int(mask[(x+shift)%tw]); a > 0 {
				row[x] = byte(int(row[x]) + (markShade-int(row[x]))*a*markForce/(255*255))
			}
		}
	}
}
