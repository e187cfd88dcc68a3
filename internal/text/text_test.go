package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLineKeepsWhatShows(t *testing.T) {
	for in, want := range map[string]string{
		"  把话 \t 写清楚\n":                    "把话 写清楚",
		"第一课　开始":                           "第一课 开始",
		"a\u200bb\u2060c\ufeff":            "abc",
		"\u202etxt.exe":                    "txt.exe",
		"e\u0301":                          "é",
		"👩\u200d🏫 老师":                      "👩\u200d🏫 老师",
		"❤\ufe0f 学习":                       "❤\ufe0f 学习",
		"张\u200d三":                         "张三",
		"Z" + strings.Repeat("\u0336", 40): "Z" + strings.Repeat("\u0336", maxMarks),
		"":                                 "",
		" \t\n":                            "",
		"\u3000\u00a0":                     "",
		"\u200b\u200c\u200d":               "",
		"\u3164\uffa0\u115f\u1160":         "",
		"\u2800":                           "",
		"\u202a\u202c":                     "",
		"\u0301":                           "",
		"\U000e0041":                       "",
		"\xff":                             "",
	} {
		if got := Line(in); got != want {
			t.Errorf("%+q: %+q, want %+q", in, got, want)
		}
	}
	if got := Lines(" 一\r\n\r\n\r\n\u200b\n二 \n"); got != "一\n\n二" {
		t.Errorf("%q", got)
	}
}

func TestSkeletonSeesThroughDisguise(t *testing.T) {
	for _, s := range []string{"官方", "官 方", "官\u200b方", "官·方", "官-方", "【官方】", "官\u0336方\u0336", "官\u3164方"} {
		if Skeleton(s) != "官方" {
			t.Errorf("%+q: %q", s, Skeleton(s))
		}
	}
	for _, s := range []string{"Admin", "ＡＤＭＩＮ", "аdmin", "a d m i n", "ádmin", "ⓐⓓⓜⓘⓝ"} {
		if Skeleton(s) != "admin" {
			t.Errorf("%+q: %q", s, Skeleton(s))
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a\u200db", "\u202e", "e\u0301\u0301\u0301\u0301\u0301", "👩\u200d🏫", "\xff\u3164"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) || got != strings.TrimSpace(got) || strings.ContainsAny(got, "\n\r\u202e\u200b") {
			t.Fatalf("%q became %q", s, got)
		}
		if again := Line(got); again != got {
			t.Fatalf("%q, cleaned again %q", got, again)
		}
	})
}

func TestMaskLeavesTheFirstCharacter(t *testing.T) {
	for name, want := range map[string]string{"江小满": "江**", "李白": "李*", "欧阳修远之": "欧**", "李": "李", "": ""} {
		if got := Mask(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
