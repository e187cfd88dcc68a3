package drawing

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
)

// The outlines of Noto Serif CJK SC Regular (SIL Open Font License 1.1, song.LICENSE),
// packed by scripts/glyphs: about 30,000 characters, rare ones of names among them.
//
//go:embed song.bin
var songFile []byte

// Those of Noto Emoji Regular (the same licence, emoji.LICENSE): one colour, that of the
// text around them.
//
//go:embed emoji.bin
var emojiFile []byte

const (
	songUnits = 500 // to the em
	songPage  = 128 // characters packed together
)

// Step is a part of a path: 'M' to, 'L' line, 'C' curve, with absolute points.
type Step struct {
	Op byte
	P  [3]Point
}

// Point is a place on a sheet, y downwards.
type Point = [2]float64

// Path is the outline of one shape or more.
type Path []Step

// glyph is a character's outline in units of the font, y downwards, the base line at 0.
type glyph struct {
	advance float64
	path    Path
}

// song finds glyphs of one font; a page is unpacked when one of its characters is asked
// for.
type song struct {
	file   []byte
	mu     sync.Mutex
	table  map[rune][2]int // of a page: offset and length
	glyphs map[rune]glyph
	opened map[rune]bool
}

var (
	theSong  = sync.OnceValue(func() *song { return newSong(songFile) })
	theEmoji = sync.OnceValue(func() *song { return newSong(emojiFile) })
)

// find is the glyph of a letter, or else of an emoji.
func find(c rune) (glyph, bool) {
	if g, ok := theSong().find(c); ok {
		return g, true
	}
	return theEmoji().find(c)
}

func newSong(file []byte) *song {
	s := &song{file: file, table: map[rune][2]int{}, glyphs: map[rune]glyph{}, opened: map[rune]bool{}}
	r := bytes.NewReader(file)
	n := number(r)
	pages := make([][2]int, n)
	for i := range pages {
		pages[i] = [2]int{int(number(r)), int(number(r))}
	}
	at := len(file) - r.Len()
	for _, p := range pages {
		s.table[rune(p[0])] = [2]int{at, p[1]}
		at += p[1]
	}
	return s
}

// number reads what scripts/glyphs wrote; the file is part of the binary.
func number(r io.ByteReader) uint64 {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		panic(fmt.Sprintf("drawing: glyphs: %v", err))
	}
	return n
}

func (s *song) find(c rune) (glyph, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := c / songPage
	if at, ok := s.table[page]; ok && !s.opened[page] {
		if len(s.opened) > 200 { // enough for everyday text; names bring the rest
			s.glyphs, s.opened = map[rune]glyph{}, map[rune]bool{}
		}
		s.opened[page] = true
		raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(s.file[at[0] : at[0]+at[1]])))
		if err != nil {
			panic(fmt.Sprintf("drawing: glyphs: %v", err))
		}
		for r := bytes.NewReader(raw); r.Len() > 0; {
			low, err := r.ReadByte()
			if err != nil {
				panic(err)
			}
			one := make([]byte, number(r))
			if _, err := io.ReadFull(r, one); err != nil {
				panic(err)
			}
			s.glyphs[page*songPage+rune(low)] = unpack(one)
		}
	}
	g, ok := s.glyphs[c]
	return g, ok
}

func unpack(raw []byte) glyph {
	r := bytes.NewReader(raw)
	g := glyph{advance: float64(number(r))}
	var x, y int64
	for r.Len() > 0 {
		op, err := r.ReadByte()
		if err != nil {
			panic(err)
		}
		n, name := 1, byte('M')
		switch op {
		case 1:
			name = 'L'
		case 2:
			n, name = 2, 'Q'
		case 3:
			n, name = 3, 'C'
		}
		st := Step{Op: name}
		for i := range n {
			dx, err1 := binary.ReadVarint(r)
			dy, err2 := binary.ReadVarint(r)
			if err1 != nil || err2 != nil {
				panic("drawing: glyphs: one is cut off")
			}
			x, y = x+dx, y+dy
			st.P[i] = Point{float64(x), float64(y)}
		}
		if name == 'Q' { // the same curve with two handles
			from := last(g.path)
			mid, to := st.P[0], st.P[1]
			third := func(a Point) Point { return Point{a[0] + (mid[0]-a[0])*2/3, a[1] + (mid[1]-a[1])*2/3} }
			st = Step{'C', [3]Point{third(from), third(to), to}}
		}
		g.path = append(g.path, st)
	}
	return g
}

// last is where a path has come to.
func last(p Path) Point {
	if len(p) == 0 {
		return Point{}
	}
	st := p[len(p)-1]
	return st.P[points(st.Op)-1]
}

// Unprintable returns the first character of s that is no letter of the font, "" when all
// are: an emoji has no place in a name that is attested.
func Unprintable(s string) string {
	for _, c := range s {
		if _, ok := theSong().find(c); !ok {
			return string(c)
		}
	}
	return ""
}

// Printable leaves out what cannot be shown. Of emoji that are joined to one the first
// stays, without a tone of skin: there is one colour.
func Printable(s string) string {
	var out []rune
	joined := false
	for _, c := range s {
		switch {
		case c == joiner:
			joined = len(out) > 0
			continue
		case unseen(c):
			continue // of the one before, which may still be joined to another
		}
		_, letter := theSong().find(c)
		second := joined && !letter
		joined = false
		if second {
			continue
		}
		if _, ok := theEmoji().find(c); letter || ok {
			out = append(out, c)
		}
	}
	return string(out)
}

const joiner = 0x200D

// unseen are marks that only change the emoji before them: how it looks, tones of skin,
// keys, regions of flags.
func unseen(c rune) bool {
	return c == 0x20E3 || c >= 0xFE00 && c <= 0xFE0F || c >= 0x1F3FB && c <= 0x1F3FF || c >= 0xE0020 && c <= 0xE007F
}

// Width is how wide s is, in ems.
func Width(s string) float64 {
	w := 0.0
	for _, c := range s {
		if g, ok := find(c); ok {
			w += g.advance
		}
	}
	return w / songUnits
}

// Wrap breaks s into lines at most wide ems long: between Chinese characters and at
// spaces, not within a Latin word or a number; no line begins with a closing mark or
// ends with an opening one. A word longer than a line is broken where it must be.
func Wrap(s string, wide float64) []string {
	limit := wide * .98
	var out []string
	cur, w := "", 0.0
	put := func(u string, uw float64) {
		if w+uw > limit && cur != "" {
			out = append(out, strings.TrimRight(cur, " "))
			cur, w = "", 0
			u = strings.TrimLeft(u, " ")
			uw = Width(u)
		}
		cur, w = cur+u, w+uw
	}
	for _, u := range pieces(s) {
		uw := Width(u)
		if uw <= limit {
			put(u, uw)
			continue
		}
		for _, r := range u {
			put(string(r), Width(string(r)))
		}
	}
	return append(out, cur)
}

const (
	opening = "「『（《【〈“‘([{"
	closing = "，。》）、；：！？」』】〉”’…—·,.;:!?)]}%℃"
)

// pieces splits s where a line may end.
func pieces(s string) []string {
	var out []string
	var last rune
	for _, r := range s {
		word := narrow(r) && narrow(last)
		join := word || strings.ContainsRune(closing, r) || last != 0 && strings.ContainsRune(opening, last)
		if join && len(out) > 0 && last != ' ' {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		last = r
	}
	return out
}

// narrow reports whether r belongs to a word or a number.
func narrow(r rune) bool { return r > ' ' && r < 0x2000 }
