package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

const (
	// rule is raised when the tokenizer or what is suggested changes; Heal then writes older entries anew.
	rule = 4
	// unfinished is the rule of an entry whose texts are still being written.
	unfinished = 0
	// The ids of a course's lessons follow its own.
	partBits = 11
	maxParts = 1<<partBits - 1
	// Articles are indexed in pieces that overlap, so that a phrase on the border is
	// found.
	pieceRunes = 5500
	pieceLap   = 50
	healAtOnce = 200
	// MaxText is how much of what is said or written in a lesson is indexed, characters,
	// and maxSaid how many pieces of a course.
	MaxText = 20_000
	maxSaid = 200
	// atOnce is after how many characters a transaction writes no more pieces: SQLite has
	// one writer, and a whole course would hold it for seconds.
	atOnce = 30_000
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
	Hash     string // of its text, a bar, and of what it shares with its course
}

// text is the hash without what is shared.
func (p part) text() string {
	t, _, _ := strings.Cut(p.Hash, "|")
	return t
}

// Rest is the job that writes what Index left for later.
type Rest struct {
	CourseID int64 `json:"course_id"`
}

// Kind names the job.
func (Rest) Kind() string { return "search_rest" }

// OnRest sets what enqueues the rest of a course, in the transaction that left it.
func (s *Service) OnRest(f func(ctx context.Context, tx *db.Tx, r Rest) error) { s.later = f }

// Index brings the index of a course or product up to date inside the transaction that
// changed it: what is not published, deleted or changed leaves the index in it, what is
// said of the course enters it. Of long texts the rest follows in transactions of their
// own; until then words of the course's own together with words of a lesson may find what
// they found before.
func (s *Service) Index(ctx context.Context, tx *db.Tx, courseID int64) error {
	done, err := s.index(ctx, tx, courseID)
	if err == nil && !done && s.later != nil {
		err = s.later(ctx, tx, Rest{courseID})
	}
	return err
}

// Finish writes what Index left of a course.
func (s *Service) Finish(ctx context.Context, courseID int64) error {
	for {
		var d doc
		if err := s.db.Get(ctx, qDocOf, &d, courseID); err != nil || d.Rule == rule {
			if errors.Is(err, db.ErrNone) {
				err = nil // taken down
			}
			return err
		}
		if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.rest(ctx, tx, courseID) }); err != nil {
			return err
		}
	}
}

// rest writes a part of what Index left; the entry itself is right.
func (s *Service) rest(ctx context.Context, tx *db.Tx, courseID int64) error {
	e, shown, err := s.catalog.Entry(ctx, tx, courseID)
	if err != nil || !shown {
		return err // taken down, and out of the index with that
	}
	var d doc
	if err := tx.Get(ctx, qDocOf, &d, courseID); err != nil {
		return err
	}
	done, err := s.indexLessons(ctx, tx, d, e, facetsOf(e))
	if err == nil && done {
		_, err = tx.Exec(ctx, qDocRule, d.ID, rule)
	}
	return err
}

// index writes a course's entry and a part of its texts; false when some are left.
func (s *Service) index(ctx context.Context, tx *db.Tx, courseID int64) (bool, error) {
	e, shown, err := s.catalog.Entry(ctx, tx, courseID)
	if err != nil {
		return false, err
	}
	var old doc
	if err := tx.Get(ctx, qDocOf, &old, courseID); err != nil && !errors.Is(err, db.ErrNone) {
		return false, err
	}
	if !shown {
		return true, s.drop(ctx, tx, old)
	}
	want := doc{CourseID: courseID, Title: Fold(e.Course.Title), Head: Fold(strings.Join(append([]string{cmp.Or(e.Teacher, catalog.KindNames[e.Course.Form])}, e.Tags...), "\n")), FromFen: e.FromFen, Sold: old.Sold, Rated: old.Rated, Rule: rule}
	if want.ID, err = s.place(ctx, tx, old, want, e.Course.PublishedAt); err != nil {
		return false, err
	}
	facets := facetsOf(e)
	body := strings.Join(append([]string{e.Course.Promise, e.Course.Audience, catalog.Text(e.Course.IntroHTML)}, e.Titles()...), "\n")
	if _, err := tx.Exec(ctx, qIndexDrop, want.ID); err != nil {
		return false, err
	}
	if err := s.addCourse(ctx, tx, want, body, sounds(e.Course.Title+"\n"+want.Head), facets); err != nil {
		return false, err
	}
	if err := s.suggestable(ctx, tx, e); err != nil {
		return false, err
	}
	done, err := s.indexLessons(ctx, tx, want, e, facets)
	if err == nil && !done {
		_, err = tx.Exec(ctx, qDocRule, want.ID, unfinished)
	}
	return done, err
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

// piece is one that belongs into the index.
type piece struct {
	lessonID int64
	hash     string // of its text
	words    string // "" when it is in the index and its text was not read
}

// indexLessons drops what is no longer said, then writes what is new, then anew what says
// the same under another title; false when there was more of it than atOnce.
func (s *Service) indexLessons(ctx context.Context, tx *db.Tx, d doc, e catalog.Entry, facets []string) (bool, error) {
	var old []part
	if err := tx.List(ctx, qParts, &old, d.ID); err != nil {
		return false, err
	}
	have := map[part]part{} // by lesson and text
	for _, p := range old {
		have[part{0, p.LessonID, p.text()}] = p
	}
	w := writing{s: s, tx: tx, d: d, shared: d.Title + "\n" + d.Head, facets: facets, used: map[int64]bool{}}
	w.mark = "|" + digest(w.shared + "\n" + strings.Join(facets, " "))[:10]
	all, err := s.wanted(ctx, tx, e, old)
	if err != nil {
		return false, err
	}
	want := map[part]bool{}
	for _, p := range all {
		want[part{0, p.lessonID, p.hash}] = true
	}
	for _, p := range old {
		if k := (part{0, p.LessonID, p.text()}); want[k] && have[k] == p {
			w.used[p.ID] = true
			continue
		}
		if err := w.drop(ctx, p); err != nil {
			return false, err
		}
	}
	for _, stale := range []bool{false, true} {
		for i := 0; i < len(all); i++ {
			p := all[i]
			h, in := have[part{0, p.lessonID, p.hash}]
			if in != stale || in && h.Hash == p.hash+w.mark {
				continue
			}
			if w.written >= atOnce {
				return false, nil
			}
			if p.words == "" {
				if err := s.read(ctx, tx, e, all, p); err != nil {
					return false, err
				}
				if p = all[i]; p.words == "" {
					continue // what was said is gone: its stamp will tell
				}
			}
			if in {
				err = w.drop(ctx, h)
			}
			if err == nil {
				err = w.add(ctx, p)
			}
			if err != nil {
				return false, err
			}
		}
	}
	return true, nil
}

// wanted lists the pieces of a course. The text of a lesson that is in the index is not
// read again: its hashes begin with a digest of what the text comes from, and end with
// which piece it is of how many.
func (s *Service) wanted(ctx context.Context, tx *db.Tx, e catalog.Entry, old []part) ([]piece, error) {
	stamps, err := s.stamps(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	there := map[int64][]string{}
	for _, p := range old {
		there[p.LessonID] = append(there[p.LessonID], p.text())
	}
	var all []piece
	left := maxSaid
	list := func(l catalog.Lesson, mark string, most int, read func() (string, error)) error {
		n := 0
		for _, h := range there[l.ID] {
			if of, ok := strings.CutPrefix(h, mark); ok {
				_, n, _ = placeOf(of)
				break
			}
		}
		var words []string
		if n == 0 {
			text, err := read()
			if err != nil {
				return err
			}
			words = pieces(l.Title, text)
			words = words[:min(len(words), most)]
			n = len(words)
		}
		for i := range n {
			p := piece{lessonID: l.ID, hash: fmt.Sprintf("%s%d/%d", mark, i, n)}
			if words != nil {
				p.words = words[i]
			}
			all = append(all, p)
		}
		return nil
	}
	for _, l := range e.Lessons {
		if stamp := stamps[l.ID]; stamp != "" && left > 0 {
			before := len(all)
			if err := list(l, digest(l.Title+"\n"+stamp)+said, left, func() (string, error) { return s.said(ctx, tx, l) }); err != nil {
				return nil, err
			}
			left -= len(all) - before
		}
		if l.BodyHTML != "" {
			if err := list(l, digest(l.Title+"\n"+l.BodyHTML)+written, maxParts, func() (string, error) { return catalog.Text(l.BodyHTML), nil }); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// What stands between the digest of a piece and its number: whether it is of what is said
// in a lesson, or of its article.
const (
	said    = "."
	written = ":"
)

// placeOf reads "2/5".
func placeOf(s string) (i, n int, ok bool) {
	a, b, cut := strings.Cut(s, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	return i, n, cut && err1 == nil && err2 == nil && i >= 0 && i < n && n <= maxParts
}

// read fills in the text of the lesson that a piece is of.
func (s *Service) read(ctx context.Context, tx *db.Tx, e catalog.Entry, all []piece, of piece) error {
	l := e.Lessons[slices.IndexFunc(e.Lessons, func(l catalog.Lesson) bool { return l.ID == of.lessonID })]
	mark := of.hash[:strings.IndexAny(of.hash, said+written)+1]
	var text string
	if strings.HasSuffix(mark, said) {
		var err error
		if text, err = s.said(ctx, tx, l); err != nil {
			return err
		}
	} else {
		text = catalog.Text(l.BodyHTML)
	}
	cut := pieces(l.Title, text)
	for k := range all {
		if rest, ok := strings.CutPrefix(all[k].hash, mark); ok && all[k].lessonID == l.ID {
			if i, _, ok := placeOf(rest); ok && i < len(cut) {
				all[k].words = cut[i]
			}
		}
	}
	return nil
}

// writing is one transaction's work on the pieces of a course.
type writing struct {
	s       *Service
	tx      *db.Tx
	d       doc
	shared  string
	facets  []string
	mark    string         // of what is shared
	used    map[int64]bool // ids
	written int            // characters
}

func (w *writing) drop(ctx context.Context, p part) error {
	delete(w.used, p.ID)
	if _, err := w.tx.Exec(ctx, qTextDrop, p.ID); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, qPartDrop, p.ID)
	return err
}

func (w *writing) add(ctx context.Context, p piece) error {
	n := w.d.ID + 1
	for w.used[n] {
		n++
	}
	if n > w.d.ID+maxParts {
		return nil // a course of more than 2047 pieces: the rest is found by titles
	}
	w.used[n] = true
	w.written += utf8.RuneCountInString(p.words)
	if _, err := w.tx.Exec(ctx, qPartAdd, n, w.d.ID, p.lessonID, p.hash+w.mark); err != nil {
		return err
	}
	head, body := tokens(w.shared), tokens(p.words)
	a, b, f := strings.Join(head, " "), strings.Join(body, " "), strings.Join(w.facets, " ")
	if w.s.db.Engine == db.Postgres {
		a, b, f = vector(head, 1, "B", ""), vector(body, 2, "", ""), vector(w.facets, 2, "", facetMark)
	}
	if _, err := w.tx.Exec(ctx, qTextDrop, n); err != nil { // left behind by hand
		return err
	}
	_, err := w.tx.Exec(ctx, qTextAdd, n, a, b, f)
	return err
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
	for _, key := range innerKeys(e.Course.Title) {
		if err := tx.Later(ctx, qTermAdd, []byte(key), "course", e.Course.Title, e.Course.ID); err != nil {
			return err
		}
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

// innerKeys are the beginnings by which a title is suggested to who types a part of it
// from its middle: from each Chinese character on.
func innerKeys(title string) []string {
	own := []rune(strings.ReplaceAll(Normal(title), " ", ""))
	own = own[:min(len(own), maxKey)]
	var out []string
	for i, r := range own {
		if i > 0 && isHan(r) {
			out = append(out, string(own[i:]))
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
			if err := s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := s.index(ctx, tx, courseID)
				return err
			}); err != nil {
				return err
			}
			if err := s.Finish(ctx, courseID); err != nil {
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
