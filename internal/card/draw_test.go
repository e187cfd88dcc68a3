package card

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func specimen() Facts {
	daily := []int64{12, 20, 9, 0, 31, 18, 22, 25, 0, 14, 40, 33, 12, 8, 19, 22, 0, 27, 30, 16, 44, 12, 9, 21, 26, 18, 33, 29}
	return Facts{
		Kind: Course, Code: "7F3K92QDMXYZ", CourseID: 1, CourseTitle: "把话写清楚", Teacher: "沈牧之", Lessons: 20, LessonsAll: 20, StudyMS: 34_560_000, ScorePermille: 920,
		Days: 26, Span: 28, From: 20261102, Until: 20261129, Daily: daily, IssuedAt: 1_795_900_000_000,
	}
}

// Every template of the house can be drawn with every kind of card, whatever the names
// are like; what comes out is a picture that others read.
func TestTemplatesDrawEverything(t *testing.T) {
	s := New(Config{PublicURL: "https://school.example"})
	kinds := map[string]func(*Facts){
		"course": func(*Facts) {},
		"lesson": func(f *Facts) {
			f.Kind, f.Part, f.StudyMS, f.Days, f.Span, f.Daily = Lesson, "一份稿子，改三遍：从第一行就让人读下去的写法与练习（上）", 720_000, 1, 1, []int64{12}
		},
		"quiz":    func(f *Facts) { f.Kind, f.Part, f.ScorePermille = Quiz, "第一章小测", 875 },
		"chapter": func(f *Facts) { f.Kind, f.Part = Chapter, "写给忙的人" },
		"hours":   func(f *Facts) { f.Kind, f.PartID, f.CourseTitle, f.LessonsAll = Hours, 100, "", 0 },
		"days": func(f *Facts) {
			f.Kind, f.Part, f.CourseTitle, f.Lessons, f.LessonsAll, f.Days, f.Span = Days, "改稿人", "28 天清晰表达", 0, 0, 18, 21
		},
		"bare": func(f *Facts) { f.StudyMS, f.Days, f.Span, f.Daily, f.ScorePermille = 0, 0, 0, []int64{}, -1 },
		"long": func(f *Facts) {
			f.CourseTitle, f.Teacher = "给总被追问的人的二十堂写作课：把话写清楚，把事办成，把关系留住", "古丽巴哈尔·阿卜杜热合曼"
		},
	}
	for name := range templates {
		for kind, change := range kinds {
			for _, who := range []string{"江小满", "堃喆㛃䶮🌊", "Wolfeschlegelsteinhausenbergerdorff", ""} {
				f := specimen()
				change(&f)
				base, square := strings.CutSuffix(name, "_square")
				tpl := builtIn(base, square)
				if bad := tpl.Check(); bad != "" {
					t.Fatalf("%s: %s", name, bad)
				}
				text, err := f.text()
				if err != nil {
					t.Fatal(err)
				}
				raw, err := s.Print(Card{Code: f.Code, Facts: f, Text: text, Name: who}, tpl, "知舟", s.URL(f.Code))
				if err != nil {
					t.Fatal(err)
				}
				img, err := png.Decode(bytes.NewReader(raw))
				if err != nil || img.Bounds().Dx() != cardW || img.Bounds().Dy() != tpl.height() {
					t.Fatalf("%s %s: %v", name, kind, err)
				}
				if dir := os.Getenv("PRINTS"); dir != "" && who == "江小满" {
					_ = os.WriteFile(filepath.Join(dir, name+"-"+kind+".png"), raw, 0o600)
				}
			}
		}
	}
}

func BenchmarkCard(b *testing.B) {
	s := New(Config{PublicURL: "https://school.example"})
	tpl, f := builtIn("voyage", false), specimen()
	for b.Loop() {
		p, err := s.draw(f, tpl, "江小满", "知舟", s.URL(f.Code))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
