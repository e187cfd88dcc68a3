package certificate

import (
	"image/color"

	"zhizhou/internal/drawing"
)

// scenery is the ground: paper, hills over water at the foot, a double frame.
func scenery(v *drawing.Canvas) {
	v.Fill(drawing.Rect(0, 0, pageW, pageH), ground)
	land := func(y float64, swell [6]float64, col color.RGBA) {
		v.Fill(drawing.Curve(drawing.Point{0, y}, [][3]drawing.Point{
			{{140, y + swell[0]}, {250, y + swell[1]}, {400, y + swell[2]}},
			{{560, y + swell[3]}, {690, y + swell[4]}, {pageW, y + swell[5]}},
		}, drawing.Point{pageW, pageH}, drawing.Point{0, pageH}), col)
	}
	land(548, [6]float64{-46, -20, 2, 26, -52, -18}, hillFar)
	land(560, [6]float64{-14, -30, -4, 24, -26, -6}, hill)
	land(574, [6]float64{-8, 8, 2, -6, 12, -4}, water)
	v.Frame(22, 22, pageW-44, pageH-44, 1.6, gold)
	v.Frame(28, 28, pageW-56, pageH-56, .6, edge)
	for _, x := range []float64{22, pageW - 22} {
		for _, y := range []float64{22, pageH - 22} {
			v.Fill(drawing.Curve(drawing.Point{x, y - 5}, nil, drawing.Point{x + 5, y}, drawing.Point{x, y + 5}, drawing.Point{x - 5, y}), gold)
		}
	}
}

// boat is the sign of the house.
func boat(v *drawing.Canvas, x, y, side float64) {
	at := func(px, py float64) drawing.Point { return drawing.Point{x + px*side/24, y + py*side/24} }
	v.Fill(drawing.Curve(at(11.4, 6), [][3]drawing.Point{{at(8.7, 8), at(7, 11.5), at(6.5, 15.5)}}, at(11.4, 15.5)), sail)
	v.Fill(drawing.Curve(at(12.6, 3), [][3]drawing.Point{{at(15.6, 4.6), at(17.8, 9), at(18.2, 15.5)}}, at(12.6, 15.5)), pine)
	hull := drawing.Curve(at(19, 17.5), [][3]drawing.Point{{at(18.3, 19.8), at(16.7, 21), at(14.7, 21)}}, at(9.3, 21))
	hull = append(hull[:len(hull)-1], drawing.Step{Op: 'C', P: [3]drawing.Point{at(7.3, 21), at(5.7, 19.8), at(5, 17.5)}}, drawing.Step{Op: 'L', P: [3]drawing.Point{at(19, 17.5)}})
	v.Fill(hull, pine)
}
