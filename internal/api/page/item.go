package page

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"sync"
	"time"
)

// itemPNG is the picture of every item of virtual payment, which WeChat wants as a
// file: a white sail on the brand's green.
var itemPNG = sync.OnceValue(func() []byte {
	const side = 200
	pine, paper, hull := color.RGBA{0x1F, 0x6F, 0x5C, 0xFF}, color.RGBA{0xFF, 0xFB, 0xF3, 0xFF}, color.RGBA{0x12, 0x46, 0x3A, 0xFF}
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{pine, paper, hull})
	for y := 40; y < 140; y++ {
		for x := 104; x < 104+(y-40)/2; x++ {
			img.SetColorIndex(x, y, 1)
		}
		for x := 96 - (y-40)/3; x < 96 && y > 60; x++ {
			img.SetColorIndex(x, y, 1)
		}
	}
	for y := 148; y < 168; y++ {
		for x := 50 + (y - 148); x < 150-(y-148); x++ {
			img.SetColorIndex(x, y, 2)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // writing to memory
	}
	return b.Bytes()
})

func item(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, "item.png", time.Time{}, bytes.NewReader(itemPNG()))
}
