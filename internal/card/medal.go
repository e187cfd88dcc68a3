package card

import (
	"fmt"
	"image/color"
	"math"

	"zhizhou/internal/drawing"
)

// The colours of a medal, from its edge to its ribbon.
var (
	gold     = rgb(0xD9B46A)
	goldLit  = rgb(0xF2DCA6)
	goldDeep = rgb(0x8A652A)
	pine     = rgb(0x12463A)
	pineLit  = rgb(0x22705E)
	rust     = rgb(0xBF4E17)
	rustDeep = rgb(0x8F390F)
)

// seen is a colour of which part shows, as pictures mix it.
func seen(c color.RGBA, part float64) color.RGBA {
	m := func(v uint8) uint8 { return uint8(math.Round(float64(v) * part)) }
	return color.RGBA{m(c.R), m(c.G), m(c.B), m(255)}
}

// medal draws a medal in the middle of w by h from x, y, its light around it and waves at
// the foot; below them is the colour second.
func medal(p drawing.Picture, l Layer, ground, second color.RGBA) {
	cx, cy := l.middle()
	p.Block(int(l.X), int(l.Y), int(l.W), int(l.H), ground)
	for i := range 24 { // light, ring by ring
		r := l.W * (.62 - .022*float64(i))
		p.Fill(drawing.Circle(cx, cy, r), seen(pineLit, .05))
	}
	ray := seen(rgb(0x7FB0A2), .13)
	for i := range 120 {
		a, b := float64(i)*math.Pi/60, float64(i)*math.Pi/60+.0115
		at := func(angle, r float64) drawing.Point {
			return drawing.Point{cx + r*math.Cos(angle), cy + r*math.Sin(angle)}
		}
		p.Fill(drawing.Curve(at(a, 280), nil, at(a, 760), at(b, 760), at(b, 280)), ray)
	}
	at := func(x, y float64) drawing.Point { return drawing.Point{l.X + x*l.W, l.Y + y*l.H} }
	hills(p, at, .945, []float64{0, -.03, -.01, .02, .03, .01, -.02}, seen(rgb(0x6FA394), .4))
	hills(p, at, .965, []float64{.01, -.02, .01, .02, .01, -.01, .0}, seen(rgb(0xB9CFC2), .5))
	hills(p, at, .985, []float64{.01, -.01, .0, .01, .0, .01, -.01}, second)

	r := l.H * .254
	p.Fill(drawing.Circle(cx, cy, r), gold)
	p.Fill(drawing.Circle(cx, cy, r*.975), goldLit)
	p.Fill(drawing.Circle(cx, cy, r*.955), pine)
	for i := range 24 {
		loop(p, cx, cy, r*.94, r*.773, float64(i)*math.Pi/24, r*.0055, seen(goldLit, .62))
	}
	p.Fill(drawing.Circle(cx, cy, r*.76), gold)
	p.Fill(drawing.Circle(cx, cy, r*.727), goldDeep)
	p.Fill(drawing.Circle(cx, cy, r*.72), rgb(0xF4E8D4))
	view(p, cx, cy, r*.72)
	ribbon(p, cx, cy+r*.53, r*1.52, r*.36)
}

// middle is where a medal's centre stands.
func (l Layer) middle() (x, y float64) { return l.X + l.W/2, l.Y + l.H*.395 }

// loop draws the line of an ellipse that is turned.
func loop(p drawing.Picture, cx, cy, a, b, turn, thick float64, col color.RGBA) {
	const steps = 64
	ring := func(a, b float64, back bool) (out []drawing.Point) {
		for i := range steps {
			t := 2 * math.Pi * float64(i) / steps
			if back {
				t = -t
			}
			x, y := a*math.Cos(t), b*math.Sin(t)
			out = append(out, drawing.Point{cx + x*math.Cos(turn) - y*math.Sin(turn), cy + x*math.Sin(turn) + y*math.Cos(turn)})
		}
		return out
	}
	outer, inner := ring(a, b, false), ring(a-thick, b-thick, true)
	path := drawing.Curve(outer[0], nil, outer[1:]...)
	p.Fill(append(path, drawing.Curve(inner[0], nil, inner[1:]...)...), col)
}

// view is the picture in the medal: hills, the sun, water and the boat, inside a disc.
func view(p drawing.Picture, cx, cy, r float64) {
	// A band from height y to the disc's lower edge, its top swelling by a wave.
	band := func(top, swell, phase float64, col color.RGBA) {
		var pts []drawing.Point
		for i := range 41 {
			x := r * (float64(i)/20 - 1)
			y := top*r + swell*r*math.Sin(phase+3.1*x/r)
			if w := math.Sqrt(math.Max(0, r*r-x*x)); y > w {
				y = w
			} else if y < -w {
				y = -w
			}
			pts = append(pts, drawing.Point{cx + x, cy + y})
		}
		for i := range 41 {
			t := math.Pi * float64(i) / 40
			pts = append(pts, drawing.Point{cx + r*math.Cos(t), cy + r*math.Sin(t)})
		}
		p.Fill(drawing.Curve(pts[0], nil, pts[1:]...), col)
	}
	p.Fill(drawing.Circle(cx+r*.36, cy-r*.44, r*.3), rgb(0xE8743B))
	band(-.16, .17, 1.2, rgb(0xB9CFC2))
	band(.08, .07, 2.9, rgb(0x6FA394))
	band(.26, .03, .4, rgb(0x1F6F5C))
	boat(p, cx-r*.05, cy+r*.28, r/290, byDay)
}

// ribbon lies over the foot of a medal, w by h around x, y.
func ribbon(p drawing.Picture, x, y, w, h float64) {
	at := func(px, py float64) drawing.Point { return drawing.Point{x + px*w/2, y + py*h/2} }
	p.Fill(drawing.Curve(at(-1.12, -.6), nil, at(-.85, -.6), at(-.85, 1.4), at(-1.12, 1.4), at(-1.01, .4)), rustDeep)
	p.Fill(drawing.Curve(at(1.12, -.6), nil, at(.85, -.6), at(.85, 1.4), at(1.12, 1.4), at(1.01, .4)), rustDeep)
	p.Fill(drawing.Rect(x-w/2, y-h/2, w, h), rust)
	for _, s := range []float64{-.8, .76} {
		p.Fill(drawing.Rect(x-w/2, y+s*h/2, w, 2), seen(goldLit, .75))
	}
}

// marked tells of up to 28 days which had study, or of a challenge which were kept.
func (f Facts) marked() []bool {
	if f.Kind != Days {
		out := make([]bool, len(f.Daily))
		for i, m := range f.Daily {
			out[i] = m > 0
		}
		return out
	}
	out := make([]bool, min(f.Span, mostDaily))
	for _, nth := range f.Kept {
		if i := nth - 1 - (f.Span - int64(len(out))); i >= 0 && i < int64(len(out)) {
			out[i] = true
		}
	}
	return out
}

// ring draws 28 days around a medal: those with study are filled, those without are
// rings, those to come are faint; each seventh bears its number. Nothing is drawn for
// fewer than seven days.
func ring(p drawing.Picture, l Layer, f Facts) {
	days := f.marked()
	if len(days) < 7 {
		return
	}
	before := max(0, int(f.Span)-len(days)) // days of a longer challenge that are not drawn
	if f.Kind != Days {
		before = 0
	}
	cx, cy := l.middle()
	r := l.H * .3
	for i := 1; i <= mostDaily; i++ {
		a := 2*math.Pi*float64(i)/mostDaily - math.Pi/2
		x, y := cx+r*math.Cos(a), cy+r*math.Sin(a)
		past := i <= len(days)
		done := past && days[i-1]
		if i%7 == 0 {
			edge, fill, ink := rgb(0x6FA394), pine, rgb(0xB9CFC2)
			if past {
				edge, fill, ink = goldLit, goldLit, pine
			}
			p.Fill(drawing.Circle(x, y, 25), edge)
			p.Fill(drawing.Circle(x, y, 22.5), fill)
			t := drawing.Type{Size: 28, Bold: .05, Color: ink}
			n := fmt.Sprint(before + i)
			p.Write(x-t.Wide(n)/2, y+10, t, n)
			continue
		}
		switch {
		case done:
			p.Fill(drawing.Circle(x, y, 10), goldLit)
		case past:
			p.Fill(drawing.Circle(x, y, 10), goldLit)
			p.Fill(drawing.Circle(x, y, 7.5), rgb(0x1B5E4E))
		default:
			p.Fill(drawing.Circle(x, y, 7), rgb(0x3F8573))
		}
	}
}
