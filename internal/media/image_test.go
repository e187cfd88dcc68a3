package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/db"
	"zhizhou/internal/testkit"
)

// corner is a JPEG whose top left quarter is red, with an Exif block.
func corner(t *testing.T, w, h int, orientation byte) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(orientation) + "\x00\x00\x00\x00\x00\x00SECRET-PLACE"
	block := "Exif\x00\x00" + tiff
	size := len(block) + 2
	app1 := "\xff\xe1" + string([]byte{byte(size >> 8), byte(size)}) + block
	return append([]byte("\xff\xd8"+app1), b.Bytes()[2:]...)
}

func TestSaveImage(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		stored := func(raw []byte) (image.Image, string, []byte) {
			t.Helper()
			key, err := r.SaveImage(ctx, bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := r.OpenImage(ctx, strings.TrimPrefix(ImageURL(key), "/media/i/"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			out, err := io.ReadAll(f)
			if err != nil {
				t.Fatal(err)
			}
			img, kind, err := image.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			return img, kind, out
		}
		// where the red quarter must be for each orientation: right?, bottom?
		for o, want := range map[byte][2]bool{1: {false, false}, 2: {true, false}, 3: {true, true}, 4: {false, true}, 5: {false, false}, 6: {true, false}, 7: {true, true}, 8: {false, true}} {
			img, kind, raw := stored(corner(t, 200, 100, o))
			w, h := img.Bounds().Dx(), img.Bounds().Dy()
			if kind != "jpeg" || (w > h) != (o < 5) || bytes.Contains(raw, []byte("SECRET")) || bytes.Contains(raw, []byte("Exif")) {
				t.Errorf("orientation %d: %s %dx%d", o, kind, w, h)
			}
			x, y := w/4, h/4
			if want[0] {
				x = w * 3 / 4
			}
			if want[1] {
				y = h * 3 / 4
			}
			if red, _, blue, _ := img.At(x, y).RGBA(); red < 0xc000 || blue > 0x4000 {
				t.Errorf("orientation %d: the red quarter is elsewhere", o)
			}
		}
		if img, _, _ := stored(corner(t, 3000, 1000, 1)); img.Bounds().Dx() != 1600 || img.Bounds().Dy() != 533 {
			t.Errorf("not shrunk: %v", img.Bounds())
		}
		clear := image.NewNRGBA(image.Rect(0, 0, 8, 8))
		var b bytes.Buffer
		if err := png.Encode(&b, clear); err != nil {
			t.Fatal(err)
		}
		if _, kind, _ := stored(b.Bytes()); kind != "png" {
			t.Errorf("transparency became %s", kind)
		}
		for name, c := range map[string]struct {
			raw  []byte
			want error
		}{
			"svg":        {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), ErrFileType},
			"html":       {[]byte(`<!doctype html><script>1</script>`), ErrFileType},
			"empty":      {nil, ErrFileType},
			"cut off":    {b.Bytes()[:30], ErrBroken},
			"too big":    {append(b.Bytes(), make([]byte, 11<<20)...), ErrTooBig},
			"pixel bomb": {bomb(t, b.Bytes()), ErrImageTooMany},
		} {
			if _, err := r.SaveImage(ctx, bytes.NewReader(c.raw)); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// bomb makes a PNG header claim 60000×60000 pixels.
func bomb(t *testing.T, raw []byte) []byte {
	t.Helper()
	out := bytes.Clone(raw)
	binary.BigEndian.PutUint32(out[16:], 60000)
	binary.BigEndian.PutUint32(out[20:], 60000)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

func TestFiles(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(t, d)
		ctx := context.Background()
		for name, c := range map[string]struct {
			raw  string
			mime string
		}{
			"讲义.pdf":          {"%PDF-1.7\n…", "application/pdf"},
			"a.docx":          {"PK\x03\x04rest", "application/zip"},
			"读我.txt":          {"你好，同学", "text/plain"},
			"a.exe":           {"MZ\x90\x00\x03", ""},
			"a.elf":           {"\x7fELF\x02\x01\x01\x00", ""},
			"a.sh":            {"#!/bin/sh\nrm -rf /\n", ""},
			"x.pdf":           {"<html><script>1</script>", ""},
			"y.svg":           {"\xef\xbb\xbf <svg onload=alert(1)>", ""},
			"b.bin":           {"\x01\x02\x03\xff", ""},
			"leer.txt":        {"", ""},
			"b.pdf":           {"MZ\x90\x00\x03", ""},
			"c.pdf":           {"Hello <script>alert(1)</script>", ""},
			"d.html":          {"Hello <script>alert(1)</script>", ""},
			"e.exe":           {"%PDF-1.7\n", ""},
			"f.PDF":           {"%PDF-1.7\n", "application/pdf"},
			"g.jpg":           {"\x89PNG\r\n\x1a\n", ""},
			"h.doc":           {"{\\rtf1}", "application/rtf"},
			"i.apk":           {"PK\x03\x04rest", ""},
			"j.js":            {"alert(1)", ""},
			"讲义":              {"%PDF-1.7\n", ""},
			"报告\u202efdp.exe": {"%PDF-1.7\n", ""},
		} {
			f, err := r.SaveFile(ctx, name, strings.NewReader(c.raw))
			if (err == nil) != (c.mime != "") || f.Mime != c.mime || (err != nil && !errors.Is(err, ErrFileType)) {
				t.Errorf("%s: %+v %v", name, f, err)
			}
		}
		f, err := r.SaveFile(ctx, "讲义 1.pdf", strings.NewReader("%PDF-1.7"))
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(r.FileURL(FileGrant{Attachment: 9, User: 5, Session: 50, Browser: true}, f.Key, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(u.Path, "/")
		q := u.Query()
		link := FileLink{Sig: parts[3], Exp: parts[4], Name: parts[5], Key: q.Get("k"), Attachment: q.Get("a"), User: q.Get("u"), Session: q.Get("s"), Browser: q.Get("b")}
		me := Viewer{UserID: 5, SessionID: 50}
		if key, g, err := r.OpenFileLink(link, me); err != nil || key != f.Key || g != (FileGrant{9, 5, 50, true}) {
			t.Errorf("%q %+v %v", key, g, err)
		}
		for _, v := range []Viewer{{}, {UserID: 6, SessionID: 60}, {UserID: 5, SessionID: 51}} {
			if _, _, err := r.OpenFileLink(link, v); !errors.Is(err, ErrWrongUser) {
				t.Errorf("%+v: %v", v, err)
			}
		}
		for _, change := range []func(*FileLink){
			func(l *FileLink) { l.User = "6" }, func(l *FileLink) { l.Attachment = "8" }, func(l *FileLink) { l.Session = "1g" }, func(l *FileLink) { l.Browser = "" }, func(l *FileLink) { l.Key = strings.Repeat("0", len(l.Key)) }, func(l *FileLink) { l.Exp += "0" },
			func(l *FileLink) { l.Name = "a.exe" }, func(l *FileLink) { l.Sig = "" }, func(l *FileLink) { l.Key = "../src/x" },
		} {
			l := link
			change(&l)
			if _, _, err := r.OpenFileLink(l, me); !errors.Is(err, ErrFileLink) {
				t.Errorf("%+v: %v", l, err)
			}
		}
		r.moved.Advance(fileTTL + 2*time.Second)
		if _, _, err := r.OpenFileLink(link, me); !errors.Is(err, ErrFileLink) {
			t.Errorf("expired: %v", err)
		}
		if _, _, err := r.Open(ctx, "src/anything"); err == nil {
			t.Error("an upload itself can be opened")
		}
	})
}
