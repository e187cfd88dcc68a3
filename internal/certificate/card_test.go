package certificate

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"

	"zhizhou/internal/drawing"
)

func specimen(name string) Certificate {
	return Certificate{Code: "ZZ23456789ABCD", Name: name, Shown: Real, Facts: Facts{
		Title: "结业证书", CourseTitle: "把话写清楚：写给总被追问的人", Lessons: 20, StudyMS: 17_160_000, ScorePermille: 925, StartedAt: 1_793_000_000_000, FinishedAt: 1_795_000_000_000, IssuedAt: 1_795_000_000_000,
	}}
}

// Both files are of one design, whatever the name is like.
func TestPrintsOfLongAndRareNames(t *testing.T) {
	for _, name := range []string{"江小满", "堃喆㛃䶮", "古丽巴哈尔·阿卜杜热合曼·买买提依明江吐尔逊", "Wolfeschlegelsteinhausenbergerdorff-Nguyen", ""} {
		v, err := design(specimen(name), "知舟", "https://school.example/certificate/ZZ23456789ABCD")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range v.Lines {
			if w := drawing.Width(l.S) * l.Size; l.X < 40 || l.X+w > pageW-40 || l.Y > pageH-40 {
				t.Errorf("%q of %q runs out of the frame: %.0f + %.0f, %.0f", l.S, name, l.X, w, l.Y)
			}
		}
		picture, err := v.PNG()
		if err != nil {
			t.Fatal(err)
		}
		if img, err := png.Decode(bytes.NewReader(picture)); err != nil || img.Bounds().Dx() != 2020 {
			t.Fatal(err)
		}
		page, err := v.PDF("结业证书")
		if err != nil || !bytes.HasPrefix(page, []byte("%PDF-1.5")) {
			t.Fatal(err)
		}
		if dir := os.Getenv("PRINTS"); dir != "" {
			file := dir + "/" + strings.Map(func(r rune) rune { return map[bool]rune{true: '_', false: r}[r > 126 && r < 0x3000] }, name)
			_, _ = os.WriteFile(file+".png", picture, 0o600), os.WriteFile(file+".pdf", page, 0o600)
		}
	}
}
