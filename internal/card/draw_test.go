package card

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every template of the house can be drawn with every kind of card, whatever the names
// are like; what comes out is a picture that others read.
func TestTemplatesDrawEverything(t *testing.T) {
	s := New(Config{PublicURL: "https://school.example"})
	note := "你最后交的那封信，只有一百四十个字，我读完就知道该做什么。四周里你改了十一稿，每一稿都在替读的人省力气，这比写得漂亮更难得。往后写东西，不妨先停半分钟，想想那个要读它的人：他在忙什么，他要决定什么。愿你一直写得清楚。"
	kinds := map[string]func(*Facts){
		"badge":  func(f *Facts) { f.Kind, f.Part = Badge, "落笔人" },
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
	var names []string
	for _, h := range houses {
		for _, face := range Faces {
			names = append(names, h.base+"_"+face)
		}
	}
	for _, name := range names {
		for kind, change := range kinds {
			for _, who := range []string{"江小满", "堃喆㛃䶮🌊", "Wolfeschlegelsteinhausenbergerdorff", ""} {
				f, _ := specimen(Course)
				change(&f)
				base, face, _ := strings.Cut(name, "_")
				tpl := houseLayout(base, face)
				if bad := tpl.Check(); bad != "" {
					t.Fatalf("%s: %s", name, bad)
				}
				text, err := f.text()
				if err != nil {
					t.Fatal(err)
				}
				raw, err := s.Print(t.Context(), Card{Code: f.Code, Facts: f, Text: text, Name: who}, tpl, Wording{Name: who, School: "知舟", Mentor: "沈牧之", Note: note, Brand: "大路书院"}, s.URL(f.Code))
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
	tpl := houseLayout("voyage", Portrait)
	f, _ := specimen(Course)
	for b.Loop() {
		p, err := s.draw(b.Context(), f, tpl, Wording{Name: "江小满", School: "知舟"}, s.URL(f.Code))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
