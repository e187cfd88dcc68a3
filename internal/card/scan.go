package card

import (
	"context"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
)

// scanSide is how large a code is made before it is read, px.
const scanSide = 480

// swapped are the places of codes in a picture that lead elsewhere than to this card, or
// cannot be read although the school's own could be, much smaller yet. small: one can
// neither be read nor be expected to.
func (s *Service) swapped(ctx context.Context, c Card, img, own image.Image, codes []image.Rectangle) (out []image.Rectangle, small bool, err error) {
	for _, at := range codes {
		to := scan(img, at)
		ours := to == s.URL(c.Code)
		if to != "" && !ours && s.Shared != nil {
			if ours, err = s.Shared(ctx, to, c.ID); err != nil {
				return nil, false, err
			}
		}
		switch {
		case ours:
		case to == "" && scan(reduced(own, img.Bounds().Dx()*7/10), at) == "":
			small = true
		default:
			out = append(out, at)
		}
	}
	return out, small, nil
}

// reduced is a picture made as wide as it says, px.
func reduced(img image.Image, wide int) *image.RGBA {
	b := img.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, wide, wide*b.Dy()/b.Dx()))
	draw.CatmullRom.Scale(small, small.Rect, img, b, draw.Src, nil)
	return small
}

// scan reads the code that stands at a place of a card 1080 px wide; "" when there is none.
func scan(img image.Image, at image.Rectangle) string {
	b := img.Bounds()
	px := func(v int) int { return v * b.Dx() / cardW }
	part := image.Rect(px(at.Min.X), px(at.Min.Y), px(at.Max.X), px(at.Max.Y)).Add(b.Min).Intersect(b)
	large := image.NewGray(image.Rect(0, 0, scanSide, scanSide))
	draw.CatmullRom.Scale(large, large.Rect, img, part, draw.Src, nil)
	light := gozxing.NewLuminanceSourceFromImage(large)
	for _, how := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(light), gozxing.NewGlobalHistgramBinarizer(light)} {
		bits, err := gozxing.NewBinaryBitmap(how)
		if err != nil {
			continue
		}
		if res, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}); err == nil {
			return res.GetText()
		}
	}
	return ""
}
