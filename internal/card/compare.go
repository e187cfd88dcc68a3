package card

import (
	"context"
	"image"
	"image/color"
	"math"

	"golang.org/x/image/draw"

	"zhizhou/internal/errs"
	"zhizhou/internal/text"
)

// ErrPicture refuses what is no whole picture of a card.
var ErrPicture = errs.New(errs.Invalid, "card_picture", "这不是一张完整的证据卡图片，请上传原图，不要裁剪或截屏")

// A picture is compared at half its size, block by block: finer than a figure that was
// changed, coarser than what saving and sending on does to a picture.
const (
	compareW  = cardW / 2
	blockSide = 12 // pixels of the half size
	mostShape = .02
	// mostBlock is by how much the blocks of two pictures may differ, of 255 grey levels:
	// sending on makes at most 7, another figure in the smallest letters 11.
	mostBlock = 9.0
)

// Compared says whether a picture is the one that the school drew.
type Compared struct {
	Same   bool
	Height int               // of the picture that Spots refers to, px
	Spots  []image.Rectangle // where it differs, in pixels of 1080 by 1440 or 1080 by 1080
}

// Compare holds a picture beside what the school draws for a card, light and dark and in
// each way to name its owner. Its code, which is another one for each share, is read: it
// must lead to this card. Returns ErrPicture for what has another shape or is too small,
// ErrRevoked.
func (s *Service) Compare(ctx context.Context, c Card, img image.Image, school string) (Compared, error) {
	if c.RevokedAt > 0 {
		return Compared{}, ErrRevoked
	}
	b := img.Bounds()
	faces := []string{Portrait, PortraitDark}
	shape, h := float64(b.Dx())/float64(max(1, b.Dy())), portraitH/2
	switch {
	case math.Abs(shape-.75) < mostShape:
	case math.Abs(shape-1) < mostShape:
		faces, h = []string{Square, SquareDark}, squareH/2
	default:
		return Compared{}, ErrPicture
	}
	if b.Dx() < 300 {
		return Compared{}, ErrPicture.Say("图片太小，数字看不清，请上传原图")
	}
	given := grey(img, compareW, h)
	var best Compared
	var codes []image.Rectangle
	var own image.Image
	least := math.Inf(1)
	for _, face := range faces {
		l, w, err := s.Face(ctx, c, face, school)
		if err != nil {
			return best, err
		}
		for _, name := range []string{c.Nickname, text.Mask(c.Nickname), ""} {
			for _, said := range []bool{true, false} {
				if !said && w.Note == "" {
					continue
				}
				as := w
				if as.Name = name; !said {
					as.Note, as.Mentor = "", ""
				}
				p, err := s.draw(ctx, c.Facts, l, as, s.URL(c.Code))
				if err != nil {
					return best, err
				}
				spots, off := differ(given, grey(p.RGBA, compareW, h), l.codes())
				if off < least {
					least, codes, own, best = off, l.codes(), p.RGBA, Compared{Height: h * 2, Spots: joined(spots)}
				}
			}
		}
	}
	elsewhere, small, err := s.swapped(ctx, c, img, own, codes)
	if err != nil {
		return best, err
	}
	best.Spots = append(best.Spots, elsewhere...)
	if best.Same = len(best.Spots) == 0; best.Same && small {
		return Compared{}, ErrPicture.Say("图片太小，二维码看不清，请上传原图")
	}
	return best, nil
}

// codes are where a layout's codes stand.
func (t Layout) codes() (out []image.Rectangle) {
	for _, l := range t.Layers {
		if l.Kind == "qr" {
			out = append(out, image.Rect(int(l.X)-12, int(l.Y)-12, int(l.X+l.W)+12, int(l.Y+l.W)+12))
		}
	}
	return out
}

// grey is a picture at a size, without colour and a little soft.
func grey(img image.Image, w, h int) *image.Gray {
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.ApproxBiLinear.Scale(small, small.Rect, img, img.Bounds(), draw.Src, nil)
	flat := image.NewGray(small.Rect)
	for y := range h {
		for x := range w {
			i := small.PixOffset(x, y)
			flat.SetGray(x, y, color.Gray{uint8((299*int(small.Pix[i]) + 587*int(small.Pix[i+1]) + 114*int(small.Pix[i+2])) / 1000)})
		}
	}
	soft := image.NewGray(small.Rect)
	for y := 1; y < h-1; y++ {
		for x := 1; x < w-1; x++ {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += int(flat.Pix[flat.PixOffset(x+dx, y+dy)])
				}
			}
			soft.Pix[soft.PixOffset(x, y)] = uint8(sum / 9)
		}
	}
	return soft
}

// differ lists the blocks in which two pictures of one size differ, beside the places
// without, and how far the pictures are apart in all.
func differ(a, b *image.Gray, without []image.Rectangle) (spots []image.Rectangle, off float64) {
	for y := 0; y < a.Rect.Dy(); y += blockSide {
		for x := 0; x < a.Rect.Dx(); x += blockSide {
			r := image.Rect(x, y, x+blockSide, y+blockSide).Intersect(a.Rect)
			at := image.Rect(r.Min.X*2, r.Min.Y*2, r.Max.X*2, r.Max.Y*2)
			if overlaps(at, without) {
				continue
			}
			d := apart(a, b, r)
			off += d
			if d > mostBlock {
				spots = append(spots, at)
			}
		}
	}
	return spots, off
}

// joined are the rectangles around blocks that touch each other: a changed word is one
// place, not one for each of its blocks.
func joined(blocks []image.Rectangle) []image.Rectangle {
	out := []image.Rectangle{}
	for _, b := range blocks {
		for i := 0; i < len(out); i++ {
			if b.Inset(-1).Overlaps(out[i].Inset(-1)) {
				b = b.Union(out[i])
				out = append(out[:i], out[i+1:]...)
				i = -1 // the larger one may touch what was passed already
			}
		}
		out = append(out, b)
	}
	return out
}

func overlaps(r image.Rectangle, list []image.Rectangle) bool {
	for _, o := range list {
		if r.Overlaps(o) {
			return true
		}
	}
	return false
}

// apart is how much two pictures differ within r, once each is as bright as the other:
// saving a picture may shift its brightness, not move its lines.
func apart(a, b *image.Gray, r image.Rectangle) float64 {
	var sa, sb, sum float64
	n := float64(r.Dx() * r.Dy())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sa += float64(a.Pix[a.PixOffset(x, y)])
			sb += float64(b.Pix[b.PixOffset(x, y)])
		}
	}
	shift := max(-6, min(6, (sa-sb)/n))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum += math.Abs(float64(a.Pix[a.PixOffset(x, y)]) - float64(b.Pix[b.PixOffset(x, y)]) - shift)
		}
	}
	return sum / n
}
