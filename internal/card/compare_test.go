package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"testing"

	"golang.org/x/image/draw"
)

// sent is a picture after somebody saved it smaller and sent it on.
func sent(t *testing.T, p image.Image, wide, quality int) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, reduced(p, wide), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// A picture that was sent on and made smaller is still the school's; one in which a
// single figure or the name was changed is not, and the place is found.
func TestTamperedPicturesAreTold(t *testing.T) {
	s := New(Config{PublicURL: "https://school.example"})
	f, _ := specimen(Course)
	code := f.Code
	for _, base := range []string{"voyage", "medal"} {
		for _, face := range []string{Portrait, SquareDark} {
			l := houseLayout(base, face)
			print := func(change func(f *Facts, w *Wording)) image.Image {
				f, w := specimen(Course)
				w.School = "知舟"
				change(&f, &w)
				p, err := s.draw(t.Context(), f, l, w, s.URL(f.Code))
				if err != nil {
					t.Fatal(err)
				}
				return p.RGBA
			}
			h := l.height() / 2
			real := grey(print(func(*Facts, *Wording) {}), compareW, h)
			for _, size := range []int{828, 540} {
				for _, q := range []int{50} {
					same := sent(t, print(func(*Facts, *Wording) {}), size, q)
					if to := scan(same, l.codes()[0]); to != s.URL(code) {
						t.Errorf("%s %s: the code in a picture of %d at %d reads %q", base, face, size, q, to)
					}
					if spots, _ := differ(grey(same, compareW, h), real, l.codes()); len(spots) > 0 {
						t.Errorf("%s %s: a picture of %d at %d is called changed at %v", base, face, size, q, spots)
					}
					for what, change := range map[string]func(f *Facts, w *Wording){
						"lessons": func(f *Facts, _ *Wording) { f.Lessons = 28 },
						"score":   func(f *Facts, _ *Wording) { f.ScorePermille = 980 },
						"minutes": func(f *Facts, _ *Wording) { f.StudyMS += 2 * 3600_000 },
						"name":    func(_ *Facts, w *Wording) { w.Name = "江小洪" },
					} {
						spots, _ := differ(grey(sent(t, print(change), size, q), compareW, h), real, l.codes())
						if len(spots) == 0 {
							t.Errorf("%s %s: %s changed in a picture of %d at %d is not seen", base, face, what, size, q)
						}
					}
				}
			}
		}
	}
	if to := scan(image.NewGray(image.Rect(0, 0, cardW, portraitH)), image.Rect(68, 1250, 240, 1422)); to != "" {
		t.Errorf("read %q where no code is", to)
	}
	if _, err := s.Compare(t.Context(), Card{}, image.NewRGBA(image.Rect(0, 0, 900, 500)), ""); fmt.Sprint(err) != fmt.Sprint(ErrPicture) {
		t.Error(err)
	}
}

// The school's own codes, also those of a long address, are read or called too small to
// be read, never called another's, however small and coarse the picture was sent on; one
// that leads elsewhere, or is painted over, is told.
func TestCodesAreRead(t *testing.T) {
	const link = "https://a-school-with-a-long-name.example.com.cn/s/ABCDEFGHJK"
	var failing error
	s := New(Config{PublicURL: "https://school.example", Shared: func(_ context.Context, address string, _ int64) (bool, error) { return address == link, failing }})
	f, w := specimen(Course)
	for _, base := range []string{"voyage", "medal"} {
		for _, face := range []string{Portrait, SquareDark} {
			l := houseLayout(base, face)
			drawn := func(to string) image.Image {
				p, err := s.draw(t.Context(), f, l, w, to)
				if err != nil {
					t.Fatal(err)
				}
				return p.RGBA
			}
			own, shared, foreign := drawn(s.URL(f.Code)), drawn(link), drawn("https://other.example/card/"+f.Code)
			hidden := sent(t, own, cardW, 90)
			covered := image.NewRGBA(hidden.Bounds())
			draw.Draw(covered, covered.Rect, hidden, image.Point{}, draw.Src)
			draw.Draw(covered, l.codes()[0], image.White, image.Point{}, draw.Src)
			look := func(img image.Image) (int, bool, error) {
				out, small, err := s.swapped(t.Context(), Card{Code: f.Code}, img, own, l.codes())
				return len(out), small, err
			}
			for _, wide := range []int{300, 360, 420, 540, 1080} {
				for _, img := range []image.Image{own, shared} {
					if n, small, err := look(sent(t, img, wide, 40)); n > 0 || err != nil || small && wide >= 480 {
						t.Errorf("%s %s at %d: %d swapped, small %v, %v", base, face, wide, n, small, err)
					}
				}
			}
			for what, img := range map[string]image.Image{"another's": sent(t, foreign, 540, 40), "painted over": sent(t, covered, 540, 40)} {
				if n, small, err := look(img); n != 1 || small || err != nil {
					t.Errorf("%s %s %s: %d swapped, small %v, %v", base, face, what, n, small, err)
				}
			}
			failing = errors.New("no answer")
			if _, _, err := look(shared); !errors.Is(err, failing) {
				t.Errorf("without an answer: %v", err)
			}
			failing = nil
		}
	}
}

// Blocks that touch are one place, also when a later one ties earlier ones together.
func TestPlacesAreJoined(t *testing.T) {
	at := func(x, y int) image.Rectangle { return image.Rect(x*24, y*24, x*24+24, y*24+24) }
	got := joined([]image.Rectangle{at(0, 0), at(2, 0), at(9, 9), at(1, 0), at(10, 10)})
	if len(got) != 2 || got[0] != image.Rect(0, 0, 72, 24) || got[1] != image.Rect(216, 216, 264, 264) {
		t.Error(got)
	}
	if got := joined(nil); got == nil || len(got) != 0 {
		t.Error(got)
	}
}
