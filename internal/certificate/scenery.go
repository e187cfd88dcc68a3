package certificate

import "image/color"

// curve is a closed shape: from the first point along Bézier curves, three points each,
// then straight on to the rest.
func curve(from point, curves [][3]point, rest ...point) path {
	p := path{{'M', [3]point{from}}}
	for _, c := range curves {
		p = append(p, step{'C', c})
	}
	for _, r := range rest {
		p = append(p, step{'L', [3]point{r}})
	}
	return append(p, step{'L', [3]point{from}})
}

// scenery is the ground: paper, hills over water at the foot, a double frame.
func scenery(v *canvas) {
	v.fill(rect(0, 0, pageW, pageH), ground)
	land := func(y float64, swell [6]float64, col color.RGBA) {
		v.fill(curve(point{0, y}, [][3]point{
			{{140, y + swell[0]}, {250, y + swell[1]}, {400, y + swell[2]}},
			{{560, y + swell[3]}, {690, y + swell[4]}, {pageW, y + swell[5]}},
		}, point{pageW, pageH}, point{0, pageH}), col)
	}
	land(548, [6]float64{-46, -20, 2, 26, -52, -18}, hillFar)
	land(560, [6]float64{-14, -30, -4, 24, -26, -6}, hill)
	land(574, [6]float64{-8, 8, 2, -6, 12, -4}, water)
	v.frame(22, 22, pageW-44, pageH-44, 1.6, gold)
	v.frame(28, 28, pageW-56, pageH-56, .6, edge)
	for _, x := range []float64{22, pageW - 22} {
		for _, y := range []float64{22, pageH - 22} {
			v.fill(curve(point{x, y - 5}, nil, point{x + 5, y}, point{x, y + 5}, point{x - 5, y}), gold)
		}
	}
}

// boat is the sign of the house.
func boat(v *canvas, x, y, side float64) {
	at := func(px, py float64) point { return point{x + px*side/24, y + py*side/24} }
	v.fill(curve(at(11.4, 6), [][3]point{{at(8.7, 8), at(7, 11.5), at(6.5, 15.5)}}, at(11.4, 15.5)), sail)
	v.fill(curve(at(12.6, 3), [][3]point{{at(15.6, 4.6), at(17.8, 9), at(18.2, 15.5)}}, at(12.6, 15.5)), pine)
	hull := curve(at(19, 17.5), [][3]point{{at(18.3, 19.8), at(16.7, 21), at(14.7, 21)}}, at(9.3, 21))
	hull = append(hull[:len(hull)-1], step{'C', [3]point{at(7.3, 21), at(5.7, 19.8), at(5, 17.5)}}, step{'L', [3]point{at(19, 17.5)}})
	v.fill(hull, pine)
}
