// Command glyphs packs the outlines of a font's characters into a file that
// internal/drawing draws with: `go run ./scripts/glyphs FONT OUT`. FONT is
// NotoSerifCJK-Regular.ttc of Debian's fonts-noto-cjk for song.bin, and
// files/noto-emoji-emoji-400-normal.woff of npm's @fontsource/noto-emoji for emoji.bin.
package main

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

const (
	face  = 2   // of the collection: Simplified Chinese
	units = 500 // to the em; half the font's own, too fine for an eye
	page  = 128 // characters packed together
)

// letters are the characters that a name or a title may have, pictures the ones that stand
// for one thing by themselves; tones of skin are not among them: there is one colour.
var letters = [][2]rune{
	{0x20, 0x7E}, {0xA0, 0x17F}, {0x2010, 0x2027}, {0x2030, 0x2030}, {0x3000, 0x3017}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xFF01, 0xFF5E}, {0x20000, 0x2EBEF},
}

var pictures = [][2]rune{
	{0xA9, 0xAE}, {0x203C, 0x203C}, {0x2049, 0x2049}, {0x2122, 0x2139}, {0x2190, 0x23FF}, {0x24C2, 0x24C2}, {0x25A0, 0x27BF}, {0x2934, 0x2935}, {0x2B00, 0x2BFF}, {0x3030, 0x303D}, {0x3297, 0x3299}, {0x1F000, 0x1F3FA}, {0x1F400, 0x1FAFF},
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, ranges, err := open(raw)
	if err != nil {
		return err
	}
	pages := map[rune][]byte{}
	var order []rune
	for _, r := range ranges {
		for c := r[0]; c <= r[1]; c++ {
			g, err := outline(f, c)
			if err != nil {
				return err
			}
			if g == nil {
				continue
			}
			p := c / page
			if pages[p] == nil {
				order = append(order, p)
			}
			pages[p] = append(binary.AppendUvarint(append(pages[p], byte(c%page)), uint64(len(g))), g...)
		}
	}
	return write(to, order, pages)
}

// open tells the two fonts apart.
func open(raw []byte) (*sfnt.Font, [][2]rune, error) {
	if bytes.HasPrefix(raw, []byte("wOFF")) {
		plain, err := unwrap(raw)
		if err != nil {
			return nil, nil, err
		}
		f, err := sfnt.Parse(plain)
		return f, pictures, err
	}
	all, err := sfnt.ParseCollection(raw)
	if err != nil {
		return nil, nil, err
	}
	f, err := all.Font(face)
	return f, letters, err
}

// unwrap makes a plain font of a WOFF file (version 1): the same tables, each packed by zlib.
func unwrap(raw []byte) ([]byte, error) {
	const head, entry = 44, 20
	n := int(binary.BigEndian.Uint16(raw[12:]))
	out := append(append([]byte{}, raw[4:8]...), raw[12:14]...)
	out = append(out, make([]byte, 6+16*n)...) // how to search the table: nobody does here
	for i := range n {
		e := raw[head+entry*i:]
		at, packed, size := binary.BigEndian.Uint32(e[4:]), binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
		table := raw[at : at+packed]
		if packed < size {
			r, err := zlib.NewReader(bytes.NewReader(table))
			if err != nil {
				return nil, err
			}
			if table, err = io.ReadAll(r); err != nil {
				return nil, err
			}
		}
		d := out[12+16*i:]
		copy(d, e[:4])
		copy(d[4:8], e[16:20])
		binary.BigEndian.PutUint32(d[8:], uint32(len(out)))
		binary.BigEndian.PutUint32(d[12:], size)
		out = append(out, table...)
		out = append(out, make([]byte, (4-len(out)%4)%4)...)
	}
	return out, nil
}

// write puts the table of pages before the pages: number and packed length of each.
func write(to string, order []rune, pages map[rune][]byte) error {
	head, body := binary.AppendUvarint(nil, uint64(len(order))), &bytes.Buffer{}
	for _, p := range order {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(pages[p]); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		head = binary.AppendUvarint(binary.AppendUvarint(head, uint64(p)), uint64(b.Len()))
		body.Write(b.Bytes())
	}
	return os.WriteFile(to, append(head, body.Bytes()...), 0o644)
}

// outline is a character's width and path: deltas from point to point, each path
// step one byte of kind before them. Nil: the font has none.
func outline(f *sfnt.Font, c rune) ([]byte, error) {
	var b sfnt.Buffer
	i, err := f.GlyphIndex(&b, c)
	if err != nil || i == 0 {
		return nil, err
	}
	em := fixed.I(units)
	adv, err := f.GlyphAdvance(&b, i, em, font.HintingNone)
	if err != nil {
		return nil, err
	}
	segments, err := f.LoadGlyph(&b, i, em, nil)
	if err != nil {
		return nil, err
	}
	out := binary.AppendUvarint(nil, uint64(adv.Round()))
	var at [2]int64
	for _, s := range segments {
		n := map[sfnt.SegmentOp]int{sfnt.SegmentOpMoveTo: 1, sfnt.SegmentOpLineTo: 1, sfnt.SegmentOpQuadTo: 2, sfnt.SegmentOpCubeTo: 3}[s.Op]
		out = append(out, byte(s.Op))
		for _, p := range s.Args[:n] {
			x, y := int64(p.X.Round()), int64(p.Y.Round())
			out = binary.AppendVarint(binary.AppendVarint(out, x-at[0]), y-at[1])
			at = [2]int64{x, y}
		}
	}
	return out, nil
}
