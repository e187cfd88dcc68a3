package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // decoder
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"strings"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder

	"zhizhou/internal/id"
)

const (
	maxPixels   = 40_000_000 // decoded: 160 MB at most, one at a time
	maxImgSide  = 1600
	imagePrefix = "img/"
)

// decoding bounds the memory: one big picture at a time.
var decoding = make(chan struct{}, 1)

// Picture is a stored public picture.
type Picture struct {
	Key           string
	Width, Height int64 // pixels
	Bytes         int64
}

// SaveImage is SavePicture for who needs only the key.
func (s *Service) SaveImage(ctx context.Context, r io.Reader) (key string, err error) {
	p, err := s.SavePicture(ctx, r)
	return p.Key, err
}

// SavePicture stores a public picture (cover, avatar, banner, one in a text).
// JPEG, PNG, GIF (first frame) and WebP are re-encoded to JPEG or, with
// transparency, PNG of at most 1600 pixels, turned upright; nothing else of the
// file survives, so neither does where it was taken. Returns ErrTooBig,
// ErrFileType, ErrBroken, ErrImageTooMany.
func (s *Service) SavePicture(ctx context.Context, r io.Reader) (Picture, error) {
	out, ext, size, err := s.readImage(ctx, r)
	if err != nil {
		return Picture{}, err
	}
	key, err := s.storeImage(ctx, out, ext)
	return Picture{key, int64(size.X), int64(size.Y), int64(len(out))}, err
}

// readImage reads a picture and returns it re-encoded.
func (s *Service) readImage(ctx context.Context, r io.Reader) (out []byte, ext string, size image.Point, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, s.lim.ImageBytes+1))
	if err != nil {
		return nil, "", image.Point{}, fmt.Errorf("media: %w", err)
	}
	if int64(len(raw)) > s.lim.ImageBytes {
		return nil, "", image.Point{}, tooBig(s.lim.ImageBytes)
	}
	if !strings.HasPrefix(sniff(raw[:min(len(raw), 1024)]), "image/") {
		return nil, "", image.Point{}, ErrFileType.Say("请上传 JPG、PNG、GIF 或 WebP 图片")
	}
	select {
	case decoding <- struct{}{}:
	case <-ctx.Done():
		return nil, "", image.Point{}, ctx.Err()
	}
	defer func() { <-decoding }()
	return reencode(raw)
}

func imageMime(ext string) string {
	if ext == ".png" {
		return "image/png"
	}
	return "image/jpeg"
}

func (s *Service) storeImage(ctx context.Context, raw []byte, ext string) (string, error) {
	name := id.Token(16)
	key := imagePrefix + name[:2] + "/" + name + ext
	return key, s.store.Put(ctx, key, bytes.NewReader(raw), int64(len(raw)), imageMime(ext))
}

// putImage stores a picture that our own ffmpeg made.
func (s *Service) putImage(ctx context.Context, path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("media: %w", err)
	}
	return s.storeImage(ctx, raw, ".jpg")
}

// Redraw decodes a picture and writes it anew, as it is done with public ones, without
// storing it; ext is ".jpg" or ".png". Returns ErrTooBig, ErrFileType, ErrBroken,
// ErrImageTooMany.
func (s *Service) Redraw(ctx context.Context, raw []byte) (out []byte, ext string, width, height int64, err error) {
	if int64(len(raw)) > s.lim.ImageBytes {
		return nil, "", 0, 0, tooBig(s.lim.ImageBytes)
	}
	if !strings.HasPrefix(sniff(raw[:min(len(raw), 1024)]), "image/") {
		return nil, "", 0, 0, ErrFileType
	}
	select {
	case decoding <- struct{}{}:
	case <-ctx.Done():
		return nil, "", 0, 0, ctx.Err()
	}
	out, ext, size, err := reencode(raw)
	<-decoding
	return out, ext, int64(size.X), int64(size.Y), err
}

func reencode(raw []byte) (out []byte, ext string, size image.Point, err error) {
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, "", size, ErrBroken.Say("图片已损坏，请换一张").With(err)
	}
	if conf.Width < 1 || conf.Height < 1 || conf.Width*conf.Height > maxPixels {
		return nil, "", size, ErrImageTooMany
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, "", size, ErrBroken.Say("图片已损坏，请换一张").With(err)
	}
	img = upright(shrink(img), orientation(raw))
	size = img.Bounds().Size()
	var b bytes.Buffer
	if o, ok := img.(interface{ Opaque() bool }); ok && !o.Opaque() {
		err = png.Encode(&b, img)
		return b.Bytes(), ".png", size, err
	}
	err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 85})
	return b.Bytes(), ".jpg", size, err
}

// shrink also copies a small picture: encoders are fast on RGBA.
func shrink(img image.Image) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if long := max(w, h); long > maxImgSide {
		w, h = max(1, w*maxImgSide/long), max(1, h*maxImgSide/long)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), img, img.Bounds(), draw.Src, nil)
	return dst
}

// upright applies the Exif orientation 1–8.
func upright(src *image.RGBA, o int) image.Image {
	if o < 2 || o > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	dw, dh := w, h
	if o >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			var dx, dy int
			switch o {
			case 2:
				dx, dy = w-1-x, y
			case 3:
				dx, dy = w-1-x, h-1-y
			case 4:
				dx, dy = x, h-1-y
			case 5:
				dx, dy = y, x
			case 6:
				dx, dy = h-1-y, x
			case 7:
				dx, dy = h-1-y, w-1-x
			case 8:
				dx, dy = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

var errExif = errors.New("no exif")

// orientation reads tag 0x0112 of a JPEG's Exif block, 1 when there is none.
func orientation(raw []byte) int {
	for p := 2; p+4 <= len(raw) && raw[p] == 0xff && raw[p+1] != 0xda; {
		size := int(raw[p+2])<<8 | int(raw[p+3])
		if size < 2 || p+2+size > len(raw) {
			break
		}
		body := raw[p+4 : p+2+size]
		if raw[p+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			if o, err := tiffOrientation(body[6:]); err == nil {
				return o
			}
			break
		}
		p += 2 + size
	}
	return 1
}

func tiffOrientation(b []byte) (int, error) {
	if len(b) < 8 {
		return 0, errExif
	}
	big := b[0] == 'M'
	num := func(p, n int) int {
		if p < 0 || p+n > len(b) {
			return -1
		}
		v := 0
		for i := range n {
			if big {
				v = v<<8 | int(b[p+i])
			} else {
				v |= int(b[p+i]) << (8 * i)
			}
		}
		return v
	}
	dir := num(4, 4)
	for i := range max(0, num(dir, 2)) {
		entry := dir + 2 + 12*i
		switch num(entry, 2) {
		case -1:
			return 0, errExif
		case 0x0112:
			if v := num(entry+8, 2); v >= 1 && v <= 8 {
				return v, nil
			}
			return 0, errExif
		}
	}
	return 0, errExif
}

// PictureTail is what the key and the address of a picture have in common.
func PictureTail(key string) string { return strings.TrimPrefix(key, imagePrefix) }

// ImageURL returns the public address of a picture, "" for "".
func ImageURL(key string) string {
	if key == "" {
		return ""
	}
	return "/media/i/" + strings.TrimPrefix(key, imagePrefix)
}

// PosterURL returns the public address of an asset's poster, "" without one.
func (a Asset) PosterURL() string { return ImageURL(a.PosterKey) }
