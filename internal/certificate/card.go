package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/color"
	"sync"
	"time"

	"github.com/boombuler/barcode/qr"

	"zhizhou/internal/clock"
	"zhizhou/internal/drawing"
)

// A4 landscape in points.
const (
	pageW, pageH = 841.89, 595.28
	pixels       = 2.4 // of the picture, to a point
)

// The colours of the house, as in the client's tokens.
var (
	ground  = color.RGBA{0xFB, 0xF7, 0xF0, 255}
	edge    = color.RGBA{0xE9, 0xDF, 0xCF, 255}
	gold    = color.RGBA{0xC9, 0xA2, 0x5C, 255}
	ink     = color.RGBA{0x1F, 0x23, 0x29, 255}
	faint   = color.RGBA{0x64, 0x6A, 0x73, 255}
	pine    = color.RGBA{0x1F, 0x6F, 0x5C, 255}
	deep    = color.RGBA{0x12, 0x46, 0x3A, 255}
	sail    = color.RGBA{0x82, 0xAD, 0xA0, 255}
	hillFar = color.RGBA{0xE9, 0xEE, 0xE4, 255}
	hill    = color.RGBA{0xD5, 0xE4, 0xDB, 255}
	water   = color.RGBA{0xBC, 0xD7, 0xCC, 255}
)

// prints keeps the last files by what is on them.
type prints struct {
	mu    sync.Mutex
	files map[string][]byte
}

// Print returns the picture ("png") or the page ("pdf") of a certificate. Returns
// ErrRevoked, ErrGone for another kind.
func (s *Service) Print(c Certificate, school, kind string) ([]byte, error) {
	if c.RevokedAt > 0 {
		return nil, ErrRevoked
	}
	if kind != "png" && kind != "pdf" {
		return nil, ErrGone
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s|%s|%s|%s|%d|%s|%v", kind, school, s.URL(c.Code), c.Code, c.ID, c.Name, c.Facts)))
	key := hex.EncodeToString(sum[:])
	s.prints.mu.Lock()
	file := s.prints.files[key]
	s.prints.mu.Unlock()
	if file != nil {
		return file, nil
	}
	drawn, err := design(c, school, s.URL(c.Code))
	if err == nil && kind == "png" {
		file, err = drawn.PNG()
	} else if err == nil {
		file, err = drawn.PDF(c.CourseTitle + " " + c.Title)
	}
	if err != nil {
		return nil, err
	}
	s.prints.mu.Lock()
	defer s.prints.mu.Unlock()
	if s.prints.files == nil || len(s.prints.files) >= 64 {
		s.prints.files = map[string][]byte{}
	}
	s.prints.files[key] = file
	return file, nil
}

func day(ms int64) string {
	return time.UnixMilli(ms).In(clock.China).Format("2006 年 1 月 2 日")
}

// design lays a certificate out.
func design(c Certificate, school, link string) (*drawing.Canvas, error) {
	const mid = pageW / 2
	v := &drawing.Canvas{W: pageW, H: pageH, Pixels: pixels}
	scenery(v)
	boat(v, mid-15, 46, 30)
	v.Centred(mid, 97, 13, .22, drawing.Printable(school), pine)
	v.Centred(mid, 158, 44, .34, c.Title, deep)
	v.Fill(drawing.Rect(mid-26, 176, 52, 1.4), gold)

	name, col := drawing.Printable(c.Name), ink
	if name == "" {
		name, col = "（姓名已由本人隐藏）", faint
	}
	bearer(v, mid, name, col)
	y := v.Paragraph(mid, 288, 17, 26, 610, "在课程《"+drawing.Printable(c.CourseTitle)+"》的学习中达到要求，特发此证。", ink)
	facts(v, c, max(y+44, 350))

	v.Text(92, 484, 10.5, 0, "学习期间　"+day(c.StartedAt)+" 至 "+day(max(c.FinishedAt, c.StartedAt)), faint)
	v.Text(92, 503, 10.5, 0, "颁发日期　"+day(c.IssuedAt), faint)
	v.Text(92, 522, 10.5, 0, "证书编号　"+c.Code, faint)
	return v, square(v, 682, 440, 82, link)
}

// bearer writes the name, smaller the longer it is, in two lines at last.
func bearer(v *drawing.Canvas, mid float64, name string, col color.RGBA) {
	size := min(38.0, 560/max(1, drawing.Width(name)))
	if size >= 22 {
		v.Centred(mid, 240, size, .06, name, col)
		return
	}
	lines := drawing.Wrap(name, 560/22.0)
	for i, l := range lines[:min(2, len(lines))] {
		v.Centred(mid, 226+float64(i)*28, 22, 0, l, col)
	}
}

// facts writes what was done, as columns with lines between them.
func facts(v *drawing.Canvas, c Certificate, y float64) {
	type fact struct{ value, unit, label string }
	list := []fact{{fmt.Sprint(c.Lessons), "课时", "学完"}}
	if m := c.Minutes(); m >= 60 {
		list = append(list, fact{fmt.Sprint(m / 60), fmt.Sprintf("小时 %d 分", m%60), "学习时长"})
	} else {
		list = append(list, fact{fmt.Sprint(m), "分钟", "学习时长"})
	}
	if c.ScorePermille >= 0 {
		list = append(list, fact{Percent(c.ScorePermille), "分（满分 100）", "测验成绩"})
	}
	const col = 190.0
	x := pageW/2 - col*float64(len(list))/2
	for i, f := range list {
		if i > 0 {
			v.Fill(drawing.Rect(x, y-22, .8, 46), edge)
		}
		w := drawing.Width(f.value)*30 + 5 + drawing.Width(f.unit)*11
		at := x + (col-w)/2
		v.Text(at, y, 30, 0, f.value, pine)
		v.Text(at+drawing.Width(f.value)*30+5, y, 11, 0, f.unit, faint)
		v.Centred(x+col/2, y+22, 11, .06, f.label, faint)
		x += col
	}
}

// square is the QR code of the page that verifies, on white so that every reader finds it.
func square(v *drawing.Canvas, x, y, side float64, link string) error {
	code, err := qr.Encode(link, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	v.Fill(drawing.Rect(x-8, y-8, side+16, side+16), color.RGBA{255, 255, 255, 255})
	n := code.Bounds().Dx()
	unit := side / float64(n)
	var p drawing.Path
	for row := range n {
		for at := 0; at < n; at++ {
			run := 0
			for at+run < n && dark(code.At(at+run, row)) {
				run++
			}
			if run > 0 {
				p = append(p, drawing.Rect(x+float64(at)*unit, y+float64(row)*unit, float64(run)*unit, unit)...)
				at += run
			}
		}
	}
	v.Fill(p, deep)
	v.Centred(x+side/2, y+side+26, 9.5, .04, "扫码核验真伪", faint)
	return nil
}

func dark(c color.Color) bool { r, _, _, _ := c.RGBA(); return r < 0x8000 }
