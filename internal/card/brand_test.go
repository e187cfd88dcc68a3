package card

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"testing"
)

const longBrand = "山海之间远方的读书写作与表达共同学习社区" // as long as one may be

// marked is a house face as it is drawn with a brand, and with its room left empty.
func marked(t *testing.T, base, face, school, name string, sign image.Image) (with, without *image.RGBA) {
	t.Helper()
	s := New(Config{PublicURL: "https://school.example", Picture: func(context.Context, string) (image.Image, error) { return sign, nil }})
	f, w := specimen(Course)
	w.School, w.Brand, w.Logo = school, name, ""
	if sign != nil {
		w.Logo = "img/logo"
	}
	a, err := s.draw(t.Context(), f, houseLayout(base, face), w, "https://school.example/card/x")
	if err != nil {
		t.Fatal(err)
	}
	w.Brand = ""
	plain := houseLayout(base, face)
	plain.Layers = shared(plain.Layers)
	b, err := s.draw(t.Context(), f, plain, w, "https://school.example/card/x")
	if err != nil {
		t.Fatal(err)
	}
	return a.RGBA, b.RGBA
}

// changed is where two pictures differ.
func changed(a, b *image.RGBA) (r image.Rectangle) {
	for y := range a.Rect.Dy() {
		if row := y * a.Stride; bytes.Equal(a.Pix[row:row+a.Stride], b.Pix[row:row+a.Stride]) {
			continue
		}
		for x := range a.Rect.Dx() {
			if i := a.PixOffset(x, y); !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// brandOf is the layer of the brand of a house face, with the words around it.
func brandOf(t *testing.T, base, face, school string) (Layer, sheet) {
	t.Helper()
	l := houseLayout(base, face)
	l.Layers = shared(l.Layers)
	f, w := specimen(Course)
	w.School = school
	for _, x := range l.Layers {
		if x.Kind == "brand" {
			return x, sheet{facts: f, fields: f.fields(w), words: w, layers: l.Layers}
		}
	}
	t.Fatalf("%s %s has no place for a brand", base, face)
	return Layer{}, sheet{}
}

// A brand stands on every face of the house, whatever it and the school are called: it
// covers no other word and does not reach the edge.
func TestBrandFitsEveryFace(t *testing.T) {
	sign := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	draw.Draw(sign, sign.Rect, image.NewUniform(color.NRGBA{200, 30, 60, 255}), image.Point{}, draw.Src)
	const longSchool = "长风表达写作与思考学习中心社区与知舟学堂"
	for _, h := range houses {
		for _, face := range Faces {
			for _, c := range []struct {
				school, name string
				sign         image.Image
			}{{"知舟", "大路", nil}, {"知舟", "大路读书会书院社", sign}, {"知舟", longBrand, nil}, {longSchool, "大路读书会书院社", nil}, {longSchool, longBrand, sign}} {
				_, words := brandOf(t, h.base, face, c.school)
				with, without := marked(t, h.base, face, c.school, c.name, c.sign)
				at := changed(with, without)
				if at.Dx() < 50 || at.Max.X > cardW-brandEdge {
					t.Errorf("%s %s: %q beside %q is drawn from %d to %d", h.base, face, c.name, c.school, at.Min.X, at.Max.X)
				}
				for _, l := range words.layers {
					for _, b := range l.taken(words) {
						if r := image.Rect(int(b.x0), int(b.y0), int(b.x1), int(b.y1)); r.Overlaps(at) {
							t.Errorf("%s %s: %q at %v is drawn over %s %q at %v", h.base, face, c.name, at, l.Kind, l.Text, r)
						}
					}
				}
			}
		}
	}
}

// What is drawn of a name that fits is all of it, in letters that are read on a phone.
func TestBrandIsCutLast(t *testing.T) {
	for _, face := range Faces {
		if a, b := wide(t, "voyage", face, "大路读书会书院社"), wide(t, "voyage", face, "大路读书会书院社甲"); a < 8*brandLeast*9/10 || b <= a {
			t.Errorf("%s: eight letters take %d, nine %d", face, a, b)
		}
		if n := wide(t, "medal", face, longBrand); n < 20*brandLeast*95/100 {
			t.Errorf("%s: a name for which there is room takes %d", face, n)
		}
	}
}

func wide(t *testing.T, base, face, name string) int {
	a, b := marked(t, base, face, "知舟", name, nil)
	return changed(a, b).Dx()
}

// A sign is shown whole: red at its left end, blue at its right. One that would not be seen
// on the card is set on a plate.
func TestSignIsWhole(t *testing.T) {
	ends := image.NewNRGBA(image.Rect(0, 0, 400, 200))
	draw.Draw(ends, image.Rect(0, 0, 40, 200), image.NewUniform(color.NRGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	draw.Draw(ends, image.Rect(40, 0, 360, 200), image.NewUniform(color.NRGBA{255, 255, 255, 255}), image.Point{}, draw.Src)
	draw.Draw(ends, image.Rect(360, 0, 400, 200), image.NewUniform(color.NRGBA{0, 0, 255, 255}), image.Point{}, draw.Src)
	for _, h := range houses {
		for _, face := range Faces {
			l, words := brandOf(t, h.base, face, "知舟")
			from, _ := l.room(words, l.Size)
			p, _ := marked(t, h.base, face, "知舟", "大路", ends)
			mid := int(l.Y + l.W/2)
			if r, b := p.RGBAAt(int(from)+1, mid), p.RGBAAt(int(from+l.W)-2, mid); r.R < 200 || r.B > 90 || b.B < 200 || b.R > 90 {
				t.Errorf("%s %s: the ends of a sign are %v and %v", h.base, face, r, b)
			}
		}
	}
	dark, pale := image.NewNRGBA(image.Rect(0, 0, 80, 80)), image.NewNRGBA(image.Rect(0, 0, 80, 80))
	draw.Draw(dark, image.Rect(20, 20, 60, 60), image.NewUniform(color.NRGBA{10, 30, 25, 255}), image.Point{}, draw.Src)
	draw.Draw(pale, image.Rect(20, 20, 60, 60), image.NewUniform(color.NRGBA{255, 255, 250, 255}), image.Point{}, draw.Src)
	for face, sign := range map[string]image.Image{Square: pale, SquareDark: dark} {
		l, words := brandOf(t, "medal", face, "知舟")
		from, _ := l.room(words, l.Size)
		p, _ := marked(t, "medal", face, "知舟", "大路", sign)
		ink, around := p.RGBAAt(int(from+l.W/2), int(l.Y+l.W/2)), p.RGBAAt(int(from+l.W/2), int(l.Y)+3)
		if d := lightness(ink) - lightness(around); d*d < .25 {
			t.Errorf("%s: a sign of %v is seen on %v", face, ink, around)
		}
	}
}
