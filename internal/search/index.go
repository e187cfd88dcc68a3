package search

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

const (
	// rule is raised when the tokenizer changes; Heal then writes older entries anew.
	rule = 2
	// The ids of a course's lessons follow its own.
	partBits = 11
	maxParts = 1<<partBits - 1
	// Articles are indexed in pieces that overlap, so that a phrase on the border is
	// found.
	pieceRunes = 5500
	pieceLap   = 50
	healAtOnce = 200
	// MaxText is how much of what is said or written in a lesson is indexed, characters,
	// and maxSaid how many pieces of a course: a new title of the course writes them all
	// anew, in one transaction.
	MaxText = 20_000
	maxSaid = 200
)

type doc struct {
	ID       int64
	CourseID int64 // of a course, or of the product of other goods
	Title    string
	Head     string
	FromFen  int64
	Sold     int64
	Rated    int64
	Rule     int64
}

type part struct {
	ID       int64
	LessonID int64
	Hash     string
}

// Index brings the index of a course or product up to date inside the transaction that changed
// it: what is not published leaves the index.
func (s *Service) Index(ctx context.Context, tx *db.Tx, courseID int64) error {
	e, shown, err := s.catalog.Entry(ctx, tx, courseID)
	if err != nil {
		return err
	}
	var old doc
	if err := tx.Get(ctx, qDocOf, &old, courseID); err != nil && !errors.Is(err, db.ErrNone) {
		return err
	}
	if !shown {
		return s.drop(ctx, tx, old)
	}
	want := doc{CourseID: courseID, Title: Fold(e.Course.Title), Head: Fold(strings.Join(append([]string{cmp.Or(e.Teacher, catalog.KindNames[e.Course.Form])}, e.Tags...), "\n")), FromFen: e.FromFen, Sold: old.Sold, Rated: old.Rated, Rule: rule}
	if want.ID, err = s.place(ctx, tx, old, want, e.Course.PublishedAt); err != nil {
		return err
	}
	facets := facetsOf(e)
	body := strings.Join(append([]string{e.Course.Promise, e.Course.Audience, catalog.Text(e.Course.IntroHTML)}, e.Titles()...), "\n")
	if _, err := tx.Exec(ctx, qIndexDrop, want.ID); err != nil {
		return err
	}
	if err := s.addCourse(ctx, tx, want, body, sounds(e.Course.Title+"\n"+want.Head), facets); err != nil {
		return err
	}
	if err := s.suggestable(ctx, tx, e); err != nil {
		return err
	}
	return s.indexLessons(ctx, tx, want, e, facets)
}

// place gives a course its id in the index and keeps it while its date stays.
func (s *Service) place(ctx context.Context, tx *db.Tx, old, want doc, publishedAt int64) (int64, error) {
	base := publishedAt<<21 | (want.CourseID&1023)<<partBits
	if old.ID>>21 == base>>21 && old.ID != 0 {
		_, err := tx.Exec(ctx, qDocUpdate, old.ID, want.Title, want.Head, want.FromFen, rule)
		return old.ID, err
	}
	if err := s.drop(ctx, tx, old); err != nil {
		return 0, err
	}
	for n := base; ; n += 1 << partBits {
		added, err := tx.Exec(ctx, qDocAdd, n, want.CourseID, want.Title, want.Head, want.FromFen, want.Sold, want.Rated, rule)
		if err != nil || added == 1 {
			return n, err
		}
	}
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, d doc) error {
	if d.ID == 0 {
		return nil
	}
	var parts []part
	if err := tx.List(ctx, qParts, &parts, d.ID); err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := tx.Exec(ctx, qTextDrop, p.ID); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qIndexDrop, qPartsDrop, qDocDrop} {
		if _, err := tx.Exec(ctx, q, d.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qTermsDrop, d.CourseID)
	return err
}

func facetsOf(e catalog.Entry) []string {
	out := []string{facetForm(e.Course.Form)}
	if e.Course.InstructorID != 0 {
		out = append(out, facetTeacher(e.Course.InstructorID))
	}
	if e.Course.CategoryID != 0 {
		out = append(out, facetCategory(e.Course.CategoryID))
	}
	switch {
	case e.FromFen == 0:
		out = append(out, facetFree)
	case e.FromFen > 0:
		out = append(out, facetPaid)
	}
	for _, t := range e.Tags {
		out = append(out, facetTag(t))
	}
	return out
}

func (s *Service) addCourse(ctx context.Context, tx *db.Tx, d doc, body string, sound, facets []string) error {
	title, head, text := tokens(d.Title), tokens(d.Head), tokens(body)
	if s.db.Engine == db.SQLite {
		_, err := tx.Exec(ctx, qIndexAdd, d.ID, strings.Join(title, " "), strings.Join(head, " "), strings.Join(text, " "), strings.Join(sound, " "), strings.Join(facets, " "))
		return err
	}
	// Concatenation of tsvectors shifts the second behind the first.
	_, err := tx.Exec(ctx, qIndexAdd, d.ID, vector(title, 1, "A", ""), vector(head, 2, "B", ""), vector(text, 2, "", ""), vector(sound, 2, "", soundMark), vector(facets, 2, "", facetMark))
	return err
}

// indexLessons writes the articles that changed and leaves the others as they are.
func (s *Service) indexLessons(ctx context.Context, tx *db.Tx, d doc, e catalog.Entry, facets []string) error {
	var old []part
	if err := tx.List(ctx, qParts, &old, d.ID); err != nil {
		return err
	}
	used := map[int64]bool{}
	have := map[part]bool{} // without ids
	for _, p := range old {
		used[p.ID] = true
		have[part{0, p.LessonID, p.Hash}] = true
	}
	shared := d.Title + "\n" + d.Head
	var add []part
	var texts []string
	keep := map[part]bool{}
	stamps, err := s.stamps(ctx, tx, e)
	if err != nil {
		return err
	}
	left := maxSaid
	for _, l := range e.Lessons {
		if stamp := stamps[l.ID]; stamp != "" && left > 0 {
			more, said, err := s.said(ctx, tx, l, digest(shared+"\n"+strings.Join(facets, " ")+"\n"+l.Title+"\n"+stamp), &left, old, keep)
			if err != nil {
				return err
			}
			add, texts = append(add, more...), append(texts, said...)
		}
		for _, text := range pieces(l.Title, catalog.Text(l.BodyHTML)) {
			p := part{0, l.ID, digest(shared + "\n" + strings.Join(facets, " ") + "\n" + text)}
			if !have[p] && !keep[p] {
				add, texts = append(add, p), append(texts, text)
			}
			keep[p] = true
		}
	}
	for _, p := range old {
		if keep[part{0, p.LessonID, p.Hash}] {
			continue
		}
		delete(used, p.ID)
		if _, err := tx.Exec(ctx, qTextDrop, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qPartDrop, p.ID); err != nil {
			return err
		}
	}
	next := d.ID
	for i, p := range add {
		for next++; used[next]; next++ {
		}
		if next > d.ID+maxParts {
			return nil // a course of more than 2047 articles: the rest is found by titles
		}
		if _, err := tx.Exec(ctx, qPartAdd, next, d.ID, p.LessonID, p.Hash); err != nil {
			return err
		}
		head, body := tokens(shared), tokens(texts[i])
		a, b, f := strings.Join(head, " "), strings.Join(body, " "), strings.Join(facets, " ")
		if s.db.Engine == db.Postgres {
			a, b, f = vector(head, 1, "B", ""), vector(body, 2, "", ""), vector(facets, 2, "", facetMark)
		}
		if _, err := tx.Exec(ctx, qTextDrop, next); err != nil { // left behind by hand
			return err
		}
		if _, err := tx.Exec(ctx, qTextAdd, next, a, b, f); err != nil {
			return err
		}
	}
	return nil
}

// pieces cuts an article for the index; one without text has none.
func pieces(title, text string) []string {
	if text == "" {
		return nil
	}
	runes := []rune(text)
	var out []string
	for from := 0; ; from += pieceRunes - pieceLap {
		end := min(len(runes), from+pieceRunes)
		out = append(out, title+"\n"+string(runes[from:end]))
		if end == len(runes) {
			return out
		}
	}
}

// suggestable stores what may be suggested of a course, and its words.
func (s *Service) suggestable(ctx context.Context, tx *db.Tx, e catalog.Entry) error {
	if _, err := tx.Exec(ctx, qTermsDrop, e.Course.ID); err != nil {
		return err
	}
	add := func(kind, text string, courseID int64) error {
		for _, key := range termKeys(text) {
			if err := tx.Later(ctx, qTermAdd, []byte(key), kind, text, courseID); err != nil {
				return err
			}
		}
		return nil
	}
	if err := add("course", e.Course.Title, e.Course.ID); err != nil {
		return err
	}
	names := append([]string{e.Course.Title, e.Teacher}, e.Tags...)
	for _, t := range e.Tags {
		if err := add("tag", t, 0); err != nil {
			return err
		}
	}
	if e.Teacher != "" {
		if err := add("teacher", e.Teacher, 0); err != nil {
			return err
		}
	}
	for _, r := range runs(strings.Join(names, "\n"), maxIndexed) {
		if w := r.String(); spelled(w) {
			for _, sp := range spellings(w) {
				if err := tx.Later(ctx, qSpellingAdd, sp, w); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

const maxKey = 40 // runes

// termKeys are the beginnings by which a text is suggested: its own, in pinyin and in
// initials.
func termKeys(text string) []string {
	own := []rune(strings.ReplaceAll(Normal(text), " ", ""))
	out := []string{string(own[:min(len(own), maxKey)])}
	if len(own) > 0 && isHan(own[0]) {
		for _, s := range soundFrom(own) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Heal writes what the index lacks and takes out what must not be there: after an
// update of the program, or when somebody changed rows by hand.
func (s *Service) Heal(ctx context.Context) error {
	for {
		var ids []int64
		if err := s.db.List(ctx, qUnhealthy, &ids, rule, healAtOnce); err != nil {
			return err
		}
		for _, courseID := range ids {
			if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Index(ctx, tx, courseID) }); err != nil {
				return err
			}
		}
		if len(ids) < healAtOnce {
			return nil
		}
	}
}

// SetSold stores how many lines of each course were sold and kept, for the order by
// sales. Courses that are not named keep nothing.
func (s *Service) SetSold(ctx context.Context, counts map[int64]int64) error {
	return s.set(ctx, qSoldNow, qSoldSet, counts, func(d doc) int64 { return d.Sold })
}

// SetRated stores how well courses are rated, in thousandths of a star, for the order by
// rating. Courses that are not named have no rating.
func (s *Service) SetRated(ctx context.Context, scores map[int64]int64) error {
	return s.set(ctx, qRatedNow, qRatedSet, scores, func(d doc) int64 { return d.Rated })
}

// set writes the figures of an order that are not so already.
func (s *Service) set(ctx context.Context, now, set *db.Stmt, figures map[int64]int64, had func(d doc) int64) error {
	var have []doc
	if err := s.db.List(ctx, now, &have); err != nil {
		return err
	}
	left := map[int64]int64{}
	for courseID, n := range figures {
		left[courseID] = n
	}
	for _, d := range have {
		if _, ok := left[d.CourseID]; !ok {
			left[d.CourseID] = 0
		} else if left[d.CourseID] == had(d) {
			delete(left, d.CourseID)
		}
	}
	if len(left) == 0 {
		return nil
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for courseID, n := range left {
			if _, err := tx.Exec(ctx, set, courseID, n); err != nil {
				return err
			}
		}
		return nil
	})
}
