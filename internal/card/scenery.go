package card

import (
	"image/color"

	"zhizhou/internal/drawing"
)

// ink are the colours of a scene.
type ink struct{ sky, sun, far, mid, near, water, deep, crest, hull, sail, second, line color.RGBA }

func rgb(n uint32) color.RGBA { return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255} }

var (
	byDay = ink{
		sky: rgb(0xF5EAD8), sun: rgb(0xE8743B), far: rgb(0xD3DFD2), mid: rgb(0xA9C8BA), near: rgb(0x78A999), water: rgb(0x1F6F5C), deep: rgb(0x185A4B),
		crest: rgb(0xDCEBE4), hull: rgb(0x0F2F27), sail: rgb(0xFFFCF5), second: rgb(0xF6D9BB), line: rgb(0xA9C8BA),
	}
	byNight = ink{
		sky: rgb(0x16302A), sun: rgb(0xF3E3C3), far: rgb(0x21463C), mid: rgb(0x2A5A4D), near: rgb(0x34705F), water: rgb(0x0F2F27), deep: rgb(0x0A231D),
		crest: rgb(0x82ADA0), hull: rgb(0x06140F), sail: rgb(0xF5EAD8), second: rgb(0xD9B98F), line: rgb(0x78A999),
	}
)

// voyage draws what is the same on every card: hills, the sun and the boat, w by h from x, y.
func voyage(p drawing.Picture, l Layer) {
	c, at := l.sea()
	p.Block(int(l.X), int(l.Y), int(l.W), int(l.H), c.sky)
	r := l.H * .194
	sun := at(.70, .41)
	p.Fill(drawing.Circle(sun[0], sun[1], r), c.sun)
	hills(p, at, .52, []float64{.08, -.06, .06, -.08, .04, -.10, -.02}, c.far)
	hills(p, at, .63, []float64{.05, -.05, .03, -.09, .01, -.03, -.07}, c.mid)
	hills(p, at, .71, []float64{.01, -.01, .03, -.03, .02, -.01, .01}, c.near)
	boat(p, l.X+l.W*.34, l.Y+l.H*.73, l.H/540*.9, c)
}

// sea is the colours of a voyage, and its places as shares of its width and height.
func (l Layer) sea() (ink, func(x, y float64) drawing.Point) {
	c := byDay
	if l.Dark {
		c = byNight
	}
	return c, func(x, y float64) drawing.Point { return drawing.Point{l.X + x*l.W, l.Y + y*l.H} }
}

// hills is a ridge that swells from place to place.
func hills(p drawing.Picture, at func(x, y float64) drawing.Point, base float64, swell []float64, col color.RGBA) {
	step := 1.04 / float64(len(swell)-1)
	var curves [][3]drawing.Point
	for i := 1; i < len(swell); i++ {
		x0, x1 := -.02+step*float64(i-1), -.02+step*float64(i)
		mid := (x0 + x1) / 2
		curves = append(curves, [3]drawing.Point{at(mid, base+swell[i-1]), at(mid, base+swell[i]), at(x1, base+swell[i])})
	}
	p.Fill(drawing.Curve(at(-.02, base+swell[0]), curves, at(1.02, 1), at(-.02, 1)), col)
}

// water lies over a voyage: its line is the study of each day, with a buoy each week.
func water(p drawing.Picture, l Layer, f Facts) {
	c, at := l.sea()
	line := wave(f.Daily, at)
	p.Fill(drawing.Curve(line[0][0], tail(line), at(1.02, 1), at(-.02, 1)), c.water)
	stroke(p, line, 1.5*l.H/540+1, c.crest)
	hills(p, at, .885, []float64{0, .01, -.02, .01, -.02, .01, -.02, .01, 0}, c.deep)
	for i := len(f.Daily) - 1; len(f.Daily) > 7 && i > 0; i -= 7 {
		d := at(float64(i)/float64(len(f.Daily)-1), level(f.Daily, i))
		p.Fill(drawing.Circle(d[0], d[1], 11), c.water)
		p.Fill(drawing.Circle(d[0], d[1], 8), c.sky)
	}
}

// level is how high the water of a day stands, as a share of the scene's height from the top.
func level(daily []int64, i int) float64 {
	most := int64(12) // minutes: a little study raises no high wave
	for _, m := range daily {
		most = max(most, m)
	}
	return .80 - .14*float64(daily[i])/float64(most)
}

// wave is the water's line: for each day a point, between them curves that lie flat at
// the points.
func wave(daily []int64, at func(x, y float64) drawing.Point) [][3]drawing.Point {
	if len(daily) < 2 {
		daily = []int64{2, 3, 2, 3, 2, 3, 2} // no line of days: quiet water
	}
	out := [][3]drawing.Point{{at(-.02, level(daily, 0))}}
	x0, y0 := -.02, level(daily, 0)
	for i := range daily {
		x1, y1 := float64(i)/float64(len(daily)-1), level(daily, i)
		mid := (x0 + x1) / 2
		out = append(out, [3]drawing.Point{at(mid, y0), at(mid, y1), at(x1, y1)})
		x0, y0 = x1, y1
	}
	return append(out, [3]drawing.Point{at(1.01, y0), at(1.01, y0), at(1.02, y0)})
}

func tail(line [][3]drawing.Point) [][3]drawing.Point { return line[1:] }

// stroke draws a line as the band between it and itself, a little lower.
func stroke(p drawing.Picture, line [][3]drawing.Point, thick float64, col color.RGBA) {
	down := func(q drawing.Point) drawing.Point { return drawing.Point{q[0], q[1] + thick} }
	path := drawing.Path{{Op: 'M', P: [3]drawing.Point{line[0][0]}}}
	for _, c := range line[1:] {
		path = append(path, drawing.Step{Op: 'C', P: c})
	}
	path = append(path, drawing.Step{Op: 'L', P: [3]drawing.Point{down(line[len(line)-1][2])}})
	for i := len(line) - 1; i > 0; i-- {
		from := line[i-1][0]
		if i > 1 {
			from = line[i-1][2]
		}
		path = append(path, drawing.Step{Op: 'C', P: [3]drawing.Point{down(line[i][1]), down(line[i][0]), down(from)}})
	}
	p.Fill(append(path, drawing.Step{Op: 'L', P: [3]drawing.Point{line[0][0]}}), col)
}

// boat stands with its water line's middle at x, y; size 1 is 236 pixels long.
func boat(p drawing.Picture, x, y, size float64, c ink) {
	at := func(px, py float64) drawing.Point { return drawing.Point{x + px*size, y + py*size} }
	p.Fill(drawing.Curve(at(-118, -8), nil, at(118, -8)).Curved(at(104, 38), at(78, 64), at(46, 64)).Lined(at(-46, 64)).Curved(at(-78, 64), at(-104, 38), at(-118, -8)), c.hull)
	p.Fill(drawing.Curve(at(6, -268), [][3]drawing.Point{{at(64, -234), at(102, -144), at(110, -22)}}, at(6, -22)), c.sail)
	p.Fill(drawing.Curve(at(-10, -216), [][3]drawing.Point{{at(-56, -176), at(-88, -104), at(-96, -22)}}, at(-10, -22)), c.second)
	for i, n := range []float64{36, 50, 60, 66} {
		a := at(24, -179+32*float64(i))
		p.Fill(drawing.Rect(a[0], a[1], n*size, 7*size), c.line)
	}
}

// mark is the sign of the house, side pixels wide.
func mark(p drawing.Picture, x, y, side float64, first, second color.RGBA) {
	at := func(px, py float64) drawing.Point { return drawing.Point{x + px*side/24, y + py*side/24} }
	p.Fill(drawing.Curve(at(11.4, 6), [][3]drawing.Point{{at(8.7, 8), at(7, 11.5), at(6.5, 15.5)}}, at(11.4, 15.5)), second)
	p.Fill(drawing.Curve(at(12.6, 3), [][3]drawing.Point{{at(15.6, 4.6), at(17.8, 9), at(18.2, 15.5)}}, at(12.6, 15.5)), first)
	p.Fill(drawing.Curve(at(19, 17.5), [][3]drawing.Point{{at(18.3, 19.8), at(16.7, 21), at(14.7, 21)}}).Lined(at(9.3, 21)).Curved(at(7.3, 21), at(5.7, 19.8), at(5, 17.5)), first)
}

// seal is the red stamp: 知舟为证, read from the right.
func seal(p drawing.Picture, l Layer, first, second color.RGBA) {
	p.Fill(drawing.Round(l.X, l.Y, l.W, l.W, l.W*.09), first)
	t := drawing.Type{Size: l.W * .37, Bold: .04, Color: second}
	for i, r := range []string{"知", "舟", "为", "证"} {
		x, y := l.X+l.W*.52, l.Y+l.W*.44
		if i >= 2 {
			x = l.X + l.W*.11
		}
		if i%2 == 1 {
			y += l.W * .41
		}
		p.Write(x, y, t, r)
	}
}
