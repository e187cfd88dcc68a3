package search

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// Texts tells what is said in videos and audio, and what stands in documents and books.
type Texts struct {
	// Stamps returns for each lesson with such a text something that changes whenever the
	// text does: unchanged texts are not read again.
	Stamps func(ctx context.Context, r db.Reader, courseID int64, lessons []catalog.Lesson) (map[int64]string, error)
	// Text returns the text of a lesson; more than about most characters are not needed.
	Text func(ctx context.Context, r db.Reader, l catalog.Lesson, most int) (string, error)
}

// Texts sets where texts of lessons come from. It must be called before work begins.
func (s *Service) Texts(t Texts) { s.texts = t }

func (s *Service) stamps(ctx context.Context, tx *db.Tx, e catalog.Entry) (map[int64]string, error) {
	if s.texts.Stamps == nil || len(e.Lessons) == 0 {
		return nil, nil
	}
	return s.texts.Stamps(ctx, tx, e.Course.ID, e.Lessons)
}

// said reads what is said in a lesson, as much of it as is indexed.
func (s *Service) said(ctx context.Context, r db.Reader, l catalog.Lesson) (string, error) {
	text, err := s.texts.Text(ctx, r, l, MaxText)
	return first(text), err
}

func first(text string) string {
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), MaxText)])
}

// piece returns the piece of a lesson's text that a hash of said names.
func (s *Service) piece(ctx context.Context, a article) (string, error) {
	hash, _, _ := strings.Cut(a.Hash, "|")
	_, at, ok := strings.Cut(hash, said)
	if !ok || s.texts.Text == nil {
		return "", nil // an article
	}
	n, _, ok := placeOf(at)
	if !ok {
		return "", fmt.Errorf("search: part of lesson %d: %s", a.LessonID, a.Hash)
	}
	l, err := s.catalog.Lesson(ctx, a.LessonID)
	if errors.Is(err, catalog.ErrLessonGone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := s.said(ctx, s.db, l)
	if err != nil {
		return "", err
	}
	all := pieces("", text)
	if n >= len(all) {
		return "", nil // changed a moment ago
	}
	return all[n], nil
}

const lineRunes = 60

// line returns the one sentence in which the first hit stands, at most 60 characters of
// it: of what must be paid for no search shows what stands before or after.
func line(text string, terms []term) []Piece {
	spans := spansOf(text, terms)
	if len(spans) == 0 {
		return nil
	}
	runes := []rune(text)
	from, to := spans[0][0], spans[0][1]
	ends := func(r rune) bool { return strings.ContainsRune("\n。！？!?；;", r) }
	for n := 0; from > 0 && n < lineRunes/3 && !ends(runes[from-1]); n++ {
		from--
	}
	for to < len(runes) && to-from < lineRunes && !ends(runes[to]) {
		to++
	}
	return marks(strings.TrimSpace(string(runes[from:min(to, from+lineRunes)])), terms)
}
