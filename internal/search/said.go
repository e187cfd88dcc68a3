package search

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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

// said keeps the pieces that are in the index under this mark, or cuts the text into
// new ones, left at most. Their hashes end with their number.
func (s *Service) said(ctx context.Context, tx *db.Tx, l catalog.Lesson, mark string, left *int, old []part, keep map[part]bool) (add []part, texts []string, err error) {
	had := 0
	for _, p := range old {
		if p.LessonID == l.ID && strings.HasPrefix(p.Hash, mark+".") {
			keep[part{0, p.LessonID, p.Hash}] = true
			had++
		}
	}
	if had > 0 {
		*left -= had
		return nil, nil, nil
	}
	text, err := s.texts.Text(ctx, tx, l, MaxText)
	if err != nil {
		return nil, nil, err
	}
	for i, piece := range pieces(l.Title, first(text)) {
		if *left--; *left < 0 {
			break // what comes later is found by titles
		}
		p := part{0, l.ID, mark + "." + strconv.Itoa(i)}
		keep[p] = true
		add, texts = append(add, p), append(texts, piece)
	}
	return add, texts, nil
}

func first(text string) string {
	runes := []rune(strings.TrimSpace(text))
	return string(runes[:min(len(runes), MaxText)])
}

// piece returns the piece of a lesson's text that a hash of said names.
func (s *Service) piece(ctx context.Context, a article) (string, error) {
	_, no, ok := strings.Cut(a.Hash, ".")
	if !ok || s.texts.Text == nil {
		return "", nil // an article
	}
	n, err := strconv.Atoi(no)
	if err != nil {
		return "", fmt.Errorf("search: part of lesson %d: %w", a.LessonID, err)
	}
	l, err := s.catalog.Lesson(ctx, a.LessonID)
	if errors.Is(err, catalog.ErrLessonGone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := s.texts.Text(ctx, s.db, l, MaxText)
	if err != nil {
		return "", err
	}
	all := pieces("", first(text))
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
