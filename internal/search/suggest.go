package search

import (
	"context"
	"strings"
)

// Suggestion is something to search for.
type Suggestion struct {
	Kind string // "course", "tag", "teacher" or "word"
	Text string
}

const maxSuggested = 10

// Suggest lists what begins with what was typed, in characters, pinyin or initials:
// words that others searched for, then tags, teachers and titles, at most ten.
func (s *Service) Suggest(ctx context.Context, typed string) ([]Suggestion, error) {
	out := []Suggestion{}
	key := strings.ReplaceAll(Normal(typed), " ", "")
	if key == "" {
		return out, nil
	}
	key = string([]rune(key)[:min(len([]rune(key)), maxKey)])
	seen := map[string]bool{}
	add := func(kind, text string, most int) {
		if most > len(out) && !seen[Fold(text)] {
			seen[Fold(text)] = true
			out = append(out, Suggestion{kind, text})
		}
	}
	hot, err := s.Hot(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range hot {
		if strings.HasPrefix(strings.ReplaceAll(w.Word, " ", ""), key) {
			add("word", w.Word, 3)
		}
	}
	var rows []struct {
		Kind, Term string
		N          int64
	}
	if err := s.db.List(ctx, qSuggest, &rows, []byte(key), append([]byte(key), 0xFF)); err != nil {
		return nil, err
	}
	for _, kind := range []string{"tag", "teacher", "course"} {
		upTo := maxSuggested
		if kind != "course" {
			upTo = 6
		}
		for _, r := range rows {
			if r.Kind == kind {
				add(kind, r.Term, upTo)
			}
		}
	}
	return out, nil
}

// Tag is a tag of published courses.
type Tag struct {
	Word string
	N    int64
}

// Tags lists the tags of published courses, the most used first.
func (s *Service) Tags(ctx context.Context, limit int) ([]Tag, error) {
	var rows []Tag
	err := s.db.List(ctx, qTagsInUse, &rows, limit)
	return rows, err
}
