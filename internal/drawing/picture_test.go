package drawing

import (
	"bytes"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

// What is written is read back pixel by pixel, by another reader, which checks the sums:
// lines alike, lines alike in parts, noise, and pictures narrower than what is compared at once.
func TestPNGIsReadByOthers(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	for _, size := range [][2]int{{1, 1}, {31, 5}, {33, 40}, {1080, 60}} {
		p := NewPicture(size[0], size[1])
		p.Block(0, 0, size[0], size[1], color.RGBA{251, 247, 240, 255})
		for y := range size[1] {
			for x := range size[0] {
				if y%3 == 1 && x%70 > 40 || y%7 == 5 {
					p.SetRGBA(x, y, color.RGBA{byte(dice.Uint32()), byte(dice.Uint32()), byte(dice.Uint32()), 255})
				}
			}
		}
		copied := p.Copy()
		for range 2 { // the second time with a packer that was used
			raw, err := copied.PNG()
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(size, err)
			}
			for y := range size[1] {
				for x := range size[0] {
					if r, g, b, _ := img.At(x, y).RGBA(); (color.RGBA{byte(r >> 8), byte(g >> 8), byte(b >> 8), 255}) != p.RGBAAt(x, y) {
						t.Fatalf("%v: pixel %d, %d", size, x, y)
					}
				}
			}
		}
		copied.SetRGBA(0, 0, color.RGBA{1, 2, 3, 255})
		if p.RGBAAt(0, 0) == (color.RGBA{1, 2, 3, 255}) {
			t.Error("a copy shares the pixels of its picture")
		}
	}
}
