// Command glyphs packs the outlines of a font's characters into the file that
// internal/drawing draws with: `go run ./scripts/glyphs FONT OUT`. FONT is
// NotoSerifCJK-Regular.ttc of Debian's fonts-noto-cjk.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
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

// ranges are the characters that a name or a title may have.
var ranges = [][2]rune{
	{0x20, 0x7E}, {0xA0, 0x17F}, {0x2010, 0x2027}, {0x2030, 0x2030}, {0x3000, 0x3017}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xFF01, 0xFF5E}, {0x20000, 0x2EBEF},
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
	all, err := sfnt.ParseCollection(raw)
	if err != nil {
		return err
	}
	f, err := all.Font(face)
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
