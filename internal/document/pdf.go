package document

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/responses"
)

// quality of stored pictures: letters stay sharp, and a page of print weighs about
// 200 kB.
const quality = 82

// pdf is an open document in the machine; it lives in the child alone.
type pdf struct {
	p     pdfium.Pdfium
	doc   references.FPDF_DOCUMENT
	width int64
}

func (p *pdf) at(n int64) requests.Page {
	return requests.Page{ByIndex: &requests.PageByIndex{Document: p.doc, Index: int(n - 1)}}
}

func (p *pdf) count() (int64, error) {
	c, err := p.p.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: p.doc})
	if err != nil {
		return 0, fmt.Errorf("document: %w", err)
	}
	return int64(c.PageCount), nil
}

// outline returns the contents, none when they do not end: those of a hostile file
// may bite their own tail, so they are walked with a bound before they are asked for.
func (p *pdf) outline(pages int64) []Heading {
	left := maxLines
	if !p.ends(nil, &left, 0) {
		return nil
	}
	all, err := p.p.GetBookmarks(&requests.GetBookmarks{Document: p.doc})
	if err != nil {
		return nil
	}
	var out []Heading
	var walk func(list []responses.GetBookmarksBookmark, depth int64)
	walk = func(list []responses.GetBookmarksBookmark, depth int64) {
		for _, b := range list {
			h := Heading{Title: cut(tidy(b.Title), 120), Depth: min(depth, maxDepth)}
			if b.DestInfo != nil {
				h.Page = int64(b.DestInfo.PageIndex) + 1
			}
			if h.Title != "" && h.Page >= 1 && h.Page <= pages {
				out = append(out, h)
			}
			walk(b.Children, depth+1)
		}
	}
	walk(all.Bookmarks, 0)
	return out
}

// ends reports whether the contents below a line come to an end within so many lines.
func (p *pdf) ends(parent *references.FPDF_BOOKMARK, left *int, depth int) bool {
	if depth > maxNested {
		return false
	}
	first, err := p.p.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: p.doc, Bookmark: parent})
	if err != nil {
		return false
	}
	for mark := first.Bookmark; mark != nil; {
		if *left--; *left < 0 || !p.ends(mark, left, depth+1) {
			return false
		}
		next, err := p.p.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: p.doc, Bookmark: *mark})
		if err != nil {
			return false
		}
		mark = next.Bookmark
	}
	return true
}

// render draws a page and reads its text. A page of an absurd shape is drawn
// smaller, so that a picture never has more than maxPixels.
func (p *pdf) render(n int64) (frame, []byte, error) {
	size, err := p.p.GetPageSize(&requests.GetPageSize{Page: p.at(n)})
	if err != nil {
		return frame{}, nil, fmt.Errorf("document: %w", err)
	}
	w, h := shape(size.Width, size.Height, float64(p.width))
	drawn, err := p.p.RenderPageInPixels(&requests.RenderPageInPixels{Page: p.at(n), Width: w, Height: h, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT})
	if err != nil {
		return frame{}, nil, fmt.Errorf("document: %w", err)
	}
	defer drawn.Cleanup()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, plainest(drawn.Result.Image), &jpeg.Options{Quality: quality}); err != nil {
		return frame{}, nil, fmt.Errorf("document: %w", err)
	}
	f := frame{Page: n, Width: int64(drawn.Result.Image.Rect.Dx()), Height: int64(drawn.Result.Image.Rect.Dy())}
	// A page whose text cannot be read can still be looked at.
	if text, err := p.p.GetPageText(&requests.GetPageText{Page: p.at(n)}); err == nil {
		f.Text = cut(tidy(text.Text), maxText)
	}
	return f, out.Bytes(), nil
}

// shape returns the pixels of a page of w × h points at the wanted width.
func shape(w, h, want float64) (int, int) {
	if !(w >= 1) || !(h >= 1) || math.IsInf(w, 0) || math.IsInf(h, 0) {
		w, h = 595, 842 // a page without a size is as good as any other
	}
	f := want / w
	f = min(f, math.Sqrt(maxPixels/(w*h)), maxSide/w, maxSide/h)
	return max(1, int(w*f)), max(1, int(h*f))
}

// plainest returns a picture without colour as one: a third of the bytes to make,
// mark and send, and most pages of print are such.
func plainest(img *image.RGBA) image.Image {
	px := img.Pix
	for i := 0; i+3 < len(px); i += 4 {
		if px[i] != px[i+1] || px[i] != px[i+2] {
			return img
		}
	}
	g := image.NewGray(img.Rect)
	for y := range img.Rect.Dy() {
		row := px[y*img.Stride : y*img.Stride+4*img.Rect.Dx()]
		for x := range img.Rect.Dx() {
			g.Pix[y*g.Stride+x] = row[4*x]
		}
	}
	return g
}
