package card

import (
	"image"
	"image/color"
	"math"
	"slices"

	"zhizhou/internal/drawing"
)

const (
	brandLeast = 28  // px: the smallest size that is read on a phone, as of every text
	brandGap   = 24  // px between a brand and the words beside it
	brandEdge  = 64  // px between a brand and the card's edge
	schoolMost = 400 // px that the school's name takes of a line that it shares with a brand
)

// brand is the partner beside the school: the logo whole in a square of w pixels, and the
// name, within what the other layers leave on its line: smaller at first, then cut with an
// ellipsis. What has no room at all is left out, so that no other word is drawn over.
func (l Layer) brand(p sheet, col color.RGBA) {
	name := drawing.Printable(p.words.Brand)
	if name == "" {
		return
	}
	t := drawing.Type{Size: max(brandLeast, l.Size), Color: col}
	x, end := l.room(p, t.Size)
	if img := p.find(p.words.Logo); img != nil && x+l.W <= end {
		logo(p.Picture, img, x, l.Y, l.W, col)
		x += l.W + 14
	}
	for t.Size > brandLeast && t.Wide(name) > end-x {
		t.Size = max(brandLeast, t.Size-1)
	}
	if name = cut(name, t, end-x); name == "…" {
		return
	}
	p.Write(x, l.Y+l.W/2+t.Size*.36, t, name)
}

// shared are layers with the name of the school made to leave room for the brand on its
// line.
func shared(layers []Layer) []Layer {
	out := slices.Clone(layers)
	for _, b := range layers {
		for i, l := range out {
			if b.Kind == "brand" && l.Kind == "text" && l.Text == "{school}" && l.Align == "" && l.X <= b.X && l.Y > b.Y && l.Y < b.Y+b.W+l.Size && l.W > schoolMost {
				out[i].W = schoolMost
			}
		}
	}
	return out
}

// room is from where to where a brand may be drawn: after what begins before it on its
// line, up to what begins after it, within the card.
func (l Layer) room(p sheet, size float64) (from, until float64) {
	from, until = l.X, cardW-brandEdge
	mid, half := l.Y+l.W/2, max(l.W, size)/2
	for _, other := range p.layers {
		if reach := float64(max(1, other.Lines)) * other.Size * max(1.4, other.Leading); other.Kind == "text" && (other.Y+reach < mid-half || other.Y-reach > mid+half) {
			continue // far off: laying text out takes time
		}
		for _, b := range other.taken(p) {
			switch {
			case b.y1 <= mid-half || b.y0 >= mid+half || b.x1 <= b.x0:
			case b.x0 <= l.X:
				from = max(from, b.x1+brandGap)
			default:
				until = min(until, b.x0-brandGap)
			}
		}
	}
	return from, until
}

// box is a place on a card.
type box struct{ x0, y0, x1, y1 float64 }

// taken is where a layer must not be drawn over: lines of a text, figures, code and seal.
func (l Layer) taken(p sheet) []box {
	switch l.Kind {
	case "qr":
		return []box{{l.X - 8, l.Y - 8, l.X + l.W + 8, l.Y + l.W + 8}}
	case "seal", "mark":
		return []box{{l.X, l.Y, l.X + l.W, l.Y + l.W}}
	case "facts":
		return []box{{l.X, l.Y, l.X + l.W, l.Y + l.H}}
	case "text":
		var out []box
		t, lines, y, leading := l.set(filled(l.Text, p.fields), color.RGBA{})
		for i, line := range lines {
			x, wide, at := l.X, t.Wide(line), y+float64(i)*leading
			if l.Even && i < len(lines)-1 {
				wide = max(wide, l.W)
			}
			switch {
			case line == "":
				continue
			case l.Align == "right":
				x -= wide
			case l.Align == "center":
				x -= wide / 2
			}
			out = append(out, box{x, at - .88*t.Size, x + wide, at + .12*t.Size})
		}
		return out
	}
	return nil
}

// logo draws a partner's sign whole; one that is transparent and about as bright as the
// card around it, which beside is the ink of, is set on a plate.
func logo(p drawing.Picture, img image.Image, x, y, side float64, beside color.RGBA) {
	ink, clear := brightness(img)
	ground := 1 - lightness(beside)
	if clear && math.Abs(ink-ground) < .35 {
		plate := color.RGBA{255, 255, 255, 255}
		if ink > .5 {
			plate = color.RGBA{0x10, 0x24, 0x1E, 255}
		}
		p.Fill(drawing.Round(x, y, side, side, side/8), plate)
		pad := math.Round(side / 12)
		x, y, side = x+pad, y+pad, side-2*pad
	}
	p.Fit(img, int(x), int(y), int(side), int(side))
}

// brightness is how light what is seen of a picture is on the whole, from 0 to 1, and
// whether one sees through a part of it.
func brightness(img image.Image) (mean float64, clear bool) {
	const points = 32 // each way: enough to tell a light sign from a dark one
	b := img.Bounds()
	var sum, seen float64
	for i := range points {
		for j := range points {
			c, _ := color.NRGBAModel.Convert(img.At(b.Min.X+b.Dx()*i/points, b.Min.Y+b.Dy()*j/points)).(color.NRGBA)
			part := float64(c.A) / 255
			sum, seen, clear = sum+part*lightness(color.RGBA{c.R, c.G, c.B, 255}), seen+part, clear || c.A < 128
		}
	}
	return sum / max(seen, 1), clear
}

// lightness is the luma of a colour, from 0 to 1.
func lightness(c color.RGBA) float64 {
	return (.299*float64(c.R) + .587*float64(c.G) + .114*float64(c.B)) / 255
}
