package share

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // covers are one or the other
	_ "image/png"
	"math"
	"sync"

	"golang.org/x/image/draw"

	"zhizhou/internal/drawing"
	"zhizhou/internal/money"
)

// The poster, in pixels.
const (
	posterW  = 1080
	posterH  = 1440
	pictureH = 608
	margin   = 80
	codeSide = 240
	textWide = posterW - 2*margin
)

const (
	keptPosters = 48      // of about 200 kB
	maxCover    = 8 << 20 // bytes
	maxPixels   = 1 << 24 // of a cover: what is bigger is not decoded
)

// Poster is what stands on the picture of a share.
type Poster struct {
	Target
	School string
	Name   string // of the sharer, "": not told
	Link   string // that its code leads to
}

// posters keeps the last files by what is on them.
type posters struct {
	mu    sync.Mutex
	files map[[32]byte][]byte
}

// Poster draws the picture of a share as PNG; its code leads to link.
func (s *Service) Poster(ctx context.Context, code, school, link string) ([]byte, error) {
	sh, to, err := s.Find(ctx, code)
	if err != nil {
		return nil, err
	}
	p := Poster{Target: to, School: school, Link: link}
	if s.Signed != nil {
		if p.Name, err = s.Signed(ctx, sh.UserID); err != nil {
			return nil, err
		}
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%+v", p))
	s.posters.mu.Lock()
	file := s.posters.files[key]
	s.posters.mu.Unlock()
	if file != nil {
		return file, nil
	}
	if file, err = p.draw(s.cover(ctx, to.Cover)); err != nil {
		return nil, err
	}
	s.posters.mu.Lock()
	defer s.posters.mu.Unlock()
	if s.posters.files == nil || len(s.posters.files) >= keptPosters {
		s.posters.files = map[[32]byte][]byte{}
	}
	s.posters.files[key] = file
	return file, nil
}

// cover reads the picture of what is shared; nil: there is none, or it cannot be read, and
// a scene is drawn.
func (s *Service) cover(ctx context.Context, key string) image.Image {
	if key == "" || s.Picture == nil {
		return nil
	}
	raw, err := s.Picture(ctx, key, maxCover)
	if err != nil {
		return nil
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || size.Width*size.Height > maxPixels {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	return img
}

func rgb(n uint32) color.RGBA { return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255} }

var (
	paper  = rgb(0xFBF7F0)
	ink    = rgb(0x1F2329)
	quiet  = rgb(0x5C5346)
	pine   = rgb(0x185A4B)
	orange = rgb(0xC2410C)
	rule   = rgb(0xE0D4C0)
)

// draw puts the poster together: picture, title, promise, price, who recommends it, code.
func (p Poster) draw(cover image.Image) ([]byte, error) {
	pic := drawing.NewPicture(posterW, posterH)
	pic.Block(0, 0, posterW, posterH, paper)
	if cover != nil {
		fillWith(pic, cover)
	} else {
		scene(pic, p.Scene)
	}
	school := drawing.Type{Size: 34, Bold: .02, Spread: .06, Color: pine}
	lines := fit(drawing.Printable(p.School), &school, textWide, 28, 1)
	pic.Write(margin, pictureH+84, school, lines[0])

	title := drawing.Type{Size: 76, Bold: .045, Spread: .01, Color: ink}
	lines = fit(drawing.Printable(p.Title), &title, textWide, 52, 3)
	y := float64(pictureH) + 84 + 40 + title.Size
	for _, l := range lines {
		pic.Write(margin-2, y, title, l)
		y += title.Size * 1.24
	}
	y -= title.Size*1.24 - 22
	if p.Text != "" && p.Text != p.Title {
		promise := drawing.Type{Size: 36, Color: quiet}
		most := 2
		if len(lines) == 3 {
			most = 1
		}
		for _, l := range fit(drawing.Printable(p.Text), &promise, textWide, 34, most) {
			y += promise.Size * 1.5
			pic.Write(margin, y, promise, l)
		}
	}

	const foot = posterH - margin - codeSide
	pic.Block(margin, foot-40, textWide, 2, rule)
	at := float64(foot) + 66
	wide := float64(textWide - codeSide - 60)
	if p.PriceFen > 0 {
		sign := drawing.Type{Size: 40, Bold: .03, Color: orange}
		price := drawing.Type{Size: 72, Bold: .04, Color: orange}
		x := pic.Write(margin, at+8, sign, "¥")
		x = pic.Write(x+4, at+8, price, money.Yuan(p.PriceFen))
		if p.Varies {
			pic.Write(x+10, at+8, drawing.Type{Size: 32, Color: quiet}, "起")
		}
		at += 76
	}
	if p.Name != "" {
		by := drawing.Type{Size: 34, Color: ink}
		pic.Write(margin, at, by, fit(drawing.Printable(p.Name)+" 推荐给你", &by, wide, 28, 1)[0])
		at += 54
	}
	pic.Write(margin, at, drawing.Type{Size: 30, Color: quiet}, "长按或扫码"+cmp.Or(p.Call, "查看"))
	pic.Block(posterW-margin-codeSide, foot, codeSide, codeSide, color.RGBA{255, 255, 255, 255})
	if err := pic.QR(posterW-margin-codeSide+12, foot+12, codeSide-24, rgb(0x12382F), p.Link); err != nil {
		return nil, err
	}
	return pic.PNG()
}

// fit breaks a text into at most so many lines of a width, smaller and smaller down to a
// size; what is too long even so ends in an ellipsis.
func fit(s string, t *drawing.Type, wide, least float64, most int) []string {
	for {
		lines := drawing.Wrap(s, wide/t.Size/(1+t.Spread))
		if len(lines) <= most {
			return lines
		}
		if t.Size <= least {
			lines = lines[:most]
			end := []rune(lines[most-1])
			for len(end) > 0 && t.Wide(string(end)+"…") > wide {
				end = end[:len(end)-1]
			}
			lines[most-1] = string(end) + "…"
			return lines
		}
		t.Size = math.Max(least, t.Size-4)
	}
}

// fillWith lays the middle of a picture over the whole upper part.
func fillWith(pic drawing.Picture, img image.Image) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dx()*pictureH/posterW
	if h > b.Dy() {
		w, h = b.Dy()*posterW/pictureH, b.Dy()
	}
	from := image.Rect(0, 0, w, h).Add(image.Pt(b.Min.X+(b.Dx()-w)/2, b.Min.Y+(b.Dy()-h)/2))
	draw.BiLinear.Scale(pic.RGBA, image.Rect(0, 0, posterW, pictureH), img, from, draw.Over, nil)
}

// inks are the colours of the scenes that stand in for a picture.
var inks = map[string][5]uint32{ // sky, sun, far, middle, near
	"report": {0xE6ECF2, 0x5B7FA6, 0xC9D6E2, 0x9FB5C9, 0x3E5C7A},
	"bird":   {0xE4E8D3, 0xF6F1DC, 0xC3CFA6, 0x7FB0A2, 0x2F5B4C},
	"poem":   {0xF2E6E0, 0xC96A4B, 0xE3C8BA, 0xC79C8C, 0x7A4A3F},
	"data":   {0xE3EDF0, 0xE8743B, 0xBFD6DC, 0x7DAAB4, 0x23545F},
	"rice":   {0xF5EED2, 0xE8A13B, 0xE2D79E, 0xB9B25F, 0x6C7A33},
	"brush":  {0xEFEAE2, 0xB23A22, 0xD6CEC2, 0x9C948A, 0x3A3632},
	"deed":   {0xF3E9DD, 0xA8442F, 0xDCC7AE, 0xB89A7A, 0x5F4630},
}

// scene draws hills before a sun, with a boat, in the colours of what it stands for.
func scene(pic drawing.Picture, name string) {
	c, ok := inks[name]
	if !ok {
		c = [5]uint32{0xF4E8D4, 0xE8743B, 0xB9CFC2, 0x6FA394, 0x1F6F5C}
	}
	at := func(x, y float64) drawing.Point { return drawing.Point{x * posterW, y * pictureH} }
	pic.Block(0, 0, posterW, pictureH, rgb(c[0]))
	sun := at(.68, .37)
	pic.Fill(drawing.Circle(sun[0], sun[1], pictureH*.19), rgb(c[1]))
	ridge := func(base, swell float64, col uint32) {
		pic.Fill(drawing.Curve(at(0, base), [][3]drawing.Point{
			{at(.12, base-swell), at(.22, base-swell), at(.34, base-swell*.4)},
			{at(.46, base+swell*.3), at(.58, base-swell*1.2), at(.72, base-swell*.5)},
			{at(.84, base), at(.92, base-swell*.6), at(1, base-swell*.3)},
		}, at(1, 1), at(0, 1)), rgb(col))
	}
	ridge(.62, .16, c[2])
	ridge(.71, .07, c[3])
	ridge(.78, .03, c[4])
	boat := func(x, y float64) drawing.Point { return drawing.Point{posterW*.34 + x, pictureH*.77 + y} }
	pic.Fill(drawing.Curve(boat(6, -250), [][3]drawing.Point{{boat(62, -216), boat(98, -134), boat(106, -20)}}, boat(6, -20)), rgb(0xFFFCF5))
	pic.Fill(drawing.Curve(boat(-10, -202), [][3]drawing.Point{{boat(-54, -164), boat(-84, -96), boat(-92, -20)}}, boat(-10, -20)), rgb(0xF6D9BB))
	pic.Fill(drawing.Curve(boat(-114, -8), nil, boat(114, -8)).Curved(boat(100, 34), boat(76, 58), boat(44, 58)).Lined(boat(-44, 58)).Curved(boat(-76, 58), boat(-100, 34), boat(-114, -8)), rgb(0x0F2F27))
}
