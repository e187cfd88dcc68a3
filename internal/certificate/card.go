package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/color"
	"strings"
	"sync"
	"time"

	"github.com/boombuler/barcode/qr"

	"zhizhou/internal/clock"
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
		file, err = drawn.png()
	} else if err == nil {
		file, err = drawn.pdf(c.CourseTitle + " " + c.Title)
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
func design(c Certificate, school, link string) (*canvas, error) {
	const mid = pageW / 2
	v := &canvas{}
	scenery(v)
	boat(v, mid-15, 46, 30)
	v.centred(mid, 97, 13, .22, printable(school), pine)
	v.centred(mid, 158, 44, .34, c.Title, deep)
	v.fill(rect(mid-26, 176, 52, 1.4), gold)

	name, col := printable(c.Name), ink
	if name == "" {
		name, col = "（姓名已由本人隐藏）", faint
	}
	bearer(v, mid, name, col)
	y := v.paragraph(mid, 288, 17, 26, 610, "在课程《"+printable(c.CourseTitle)+"》的学习中达到要求，特发此证。")
	facts(v, c, max(y+44, 350))

	v.text(92, 484, 10.5, 0, "学习期间　"+day(c.StartedAt)+" 至 "+day(max(c.FinishedAt, c.StartedAt)), faint)
	v.text(92, 503, 10.5, 0, "颁发日期　"+day(c.IssuedAt), faint)
	v.text(92, 522, 10.5, 0, "证书编号　"+c.Code, faint)
	return v, square(v, 682, 440, 82, link)
}

// bearer writes the name, smaller the longer it is, in two lines at last.
func bearer(v *canvas, mid float64, name string, col color.RGBA) {
	size := min(38.0, 560/max(1, width(name)))
	if size >= 22 {
		v.centred(mid, 240, size, .06, name, col)
		return
	}
	lines := wrap(name, 560/22.0)
	for i, l := range lines[:min(2, len(lines))] {
		v.centred(mid, 226+float64(i)*28, 22, 0, l, col)
	}
}

// paragraph writes centred lines and returns the last base line.
func (c *canvas) paragraph(mid, y, size, leading, wide float64, s string) float64 {
	lines := wrap(s, wide/size)
	for i, l := range lines {
		c.centred(mid, y+float64(i)*leading, size, .02, l, ink)
	}
	return y + float64(len(lines)-1)*leading
}

// wrap breaks s into lines at most wide ems long; closing marks do not begin a line.
func wrap(s string, wide float64) []string {
	var out []string
	var cur []rune
	for _, r := range s {
		if width(string(cur)+string(r)) > wide*.98 && !strings.ContainsRune("，。》）、；：！？", r) {
			out, cur = append(out, string(cur)), nil
		}
		cur = append(cur, r)
	}
	return append(out, string(cur))
}

// facts writes what was done, as columns with lines between them.
func facts(v *canvas, c Certificate, y float64) {
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
			v.fill(rect(x, y-22, .8, 46), edge)
		}
		w := width(f.value)*30 + 5 + width(f.unit)*11
		at := x + (col-w)/2
		v.text(at, y, 30, 0, f.value, pine)
		v.text(at+width(f.value)*30+5, y, 11, 0, f.unit, faint)
		v.centred(x+col/2, y+22, 11, .06, f.label, faint)
		x += col
	}
}

// square is the QR code of the page that verifies, on white so that every reader finds it.
func square(v *canvas, x, y, side float64, link string) error {
	code, err := qr.Encode(link, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	v.fill(rect(x-8, y-8, side+16, side+16), color.RGBA{255, 255, 255, 255})
	n := code.Bounds().Dx()
	unit := side / float64(n)
	var p path
	for row := range n {
		for at := 0; at < n; at++ {
			run := 0
			for at+run < n && dark(code.At(at+run, row)) {
				run++
			}
			if run > 0 {
				p = append(p, rect(x+float64(at)*unit, y+float64(row)*unit, float64(run)*unit, unit)...)
				at += run
			}
		}
	}
	v.fill(p, deep)
	v.centred(x+side/2, y+side+26, 9.5, .04, "扫码核验真伪", faint)
	return nil
}

func dark(c color.Color) bool { r, _, _, _ := c.RGBA(); return r < 0x8000 }
