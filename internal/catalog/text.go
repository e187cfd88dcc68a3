package catalog

import (
	"unicode/utf8"

	"zhizhou/internal/errs"
	"zhizhou/internal/text"
)

// named cleans a name that people read, and refuses with refusal's field and words
// what shows nothing or is longer than most characters.
func named(s string, most int, refusal *errs.E, field, words string) (string, error) {
	s = text.Line(s)
	if n := utf8.RuneCountInString(s); n < 1 || n > most {
		return "", refusal.Field(field, words)
	}
	return s, nil
}

func courseTitle(title string) (string, error) {
	return named(title, 60, ErrCourse, "title", "课程名为 1–60 个字")
}

func partTitle(title string) (string, error) {
	return named(title, 60, ErrLesson, "title", "标题为 1–60 个字")
}

// lines cleans each entry of a list and drops those that show nothing.
func lines(list []string) []string {
	out := []string{}
	for _, s := range list {
		if s = text.Line(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
