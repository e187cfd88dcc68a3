package search

import (
	"context"
	"math"
	"slices"
	"sort"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
)

// The orders of what was found.
const (
	Relevance = "relevance"
	Newest    = "newest"
	BySales   = "sales"
	ByRating  = "rating"
	ByPrice   = "price"
)

// So many candidates are ranked: the newest with a hit in the title, and the newest of
// all. What very many hits cost is bounded.
const maxTitled, maxAny, maxTexts = 1000, 1000, 500

// Query asks for courses. Text may be empty when a filter is set.
type Query struct {
	Text       string
	Platform   string
	CategoryID int64
	TeacherID  int64
	Tag        string
	Form       string
	Pay        string // "free", "paid" or ""
	Sort       string
	After      []int64 // keys of the last hit of the page before; nil: start
	Limit      int
}

func (q Query) facets() []string {
	var out []string
	if q.CategoryID != 0 {
		out = append(out, facetCategory(q.CategoryID))
	}
	if q.TeacherID != 0 {
		out = append(out, facetTeacher(q.TeacherID))
	}
	if q.Tag != "" {
		out = append(out, facetTag(q.Tag))
	}
	if q.Form != "" {
		out = append(out, facetForm(q.Form))
	}
	switch q.Pay {
	case "free":
		out = append(out, facetFree)
	case "paid":
		out = append(out, facetPaid)
	}
	return out
}

// Hit is a course, or a bundle, membership or service, that was found, and why.
type Hit struct {
	Card       catalog.Card
	Goods      *catalog.GoodsCard // nil: a course
	Title      []Piece
	Teacher    []Piece
	Tags       [][]Piece
	Where      string // "intro", "lesson" or "" when title, teacher, tags or promise say it
	Promise    []Piece
	LessonID   int64
	Lesson     []Piece
	LessonFree bool
	Text       []Piece // around the hit; never of a lesson that is not free
	Keys       []int64
}

// Result is a page of hits.
type Result struct {
	Hits      []Hit
	More      bool
	Corrected string // what was searched for instead, after a slip
	Teachers  []catalog.Instructor
	last      []int64 // keys of the last course, also when it was taken down meanwhile
}

// Next makes the cursor after the page; "" at the end.
func (r Result) Next(cursor func(keys ...int64) string) string {
	if !r.More || len(r.last) == 0 {
		return ""
	}
	return cursor(r.last...)
}

// found is a course in the order of a list.
type found struct {
	id   int64
	keys []int64
}

// Search finds published courses in which every word of the text stands, in the title,
// teacher, tags, intro, titles of lessons or their articles, by pinyin or a synonym.
// When nothing is found, words with a slip are read as those of the index.
func (s *Service) Search(ctx context.Context, q Query) (Result, error) {
	var out Result
	facets := q.facets()
	terms, err := s.meaning(ctx, parse(q.Text))
	if err != nil || len(terms) == 0 && (len(facets) == 0 || strings.TrimSpace(q.Text) != "") {
		return out, err
	}
	rows, err := s.rows(ctx, q, terms, facets)
	if err != nil {
		return out, err
	}
	if len(rows) == 0 && len(q.After) == 0 {
		if fixed, said, err := s.mend(ctx, terms); err != nil {
			return out, err
		} else if said != "" {
			if rows, err = s.rows(ctx, q, fixed, facets); err != nil {
				return out, err
			}
			if len(rows) > 0 {
				terms, out.Corrected = fixed, said
			}
		}
	}
	if len(rows) > q.Limit {
		rows, out.More = rows[:q.Limit], true
		out.last = rows[q.Limit-1].keys
	}
	if out.Hits, err = s.show(ctx, q.Platform, rows, terms); err != nil {
		return out, err
	}
	if len(q.After) == 0 && q.TeacherID == 0 {
		out.Teachers, err = s.teachers(ctx, terms)
	}
	return out, err
}

// rows lists one course more than the limit, in order.
func (s *Service) rows(ctx context.Context, q Query, terms []term, facets []string) ([]found, error) {
	limit := min(q.Limit+1, most)
	all, text := s.write.courses(terms, facets, inAll), ""
	if len(terms) > 0 {
		text = s.write.texts(terms, facets)
	}
	order := q.Sort
	if order == "" || order == Relevance && len(terms) == 0 {
		order = Newest
		if len(terms) > 0 {
			order = Relevance
		}
	}
	key := func(i int) int64 {
		if len(q.After) != 2 {
			return 0
		}
		return q.After[i]
	}
	start := len(q.After) != 2
	switch order {
	case ByPrice, BySales, ByRating:
		stmt := map[string]*db.Stmt{ByPrice: qByPrice, BySales: qBySold, ByRating: qByRated}[order]
		var docs []doc
		if err := s.db.List(ctx, stmt, &docs, all, text, key(0), key(1), limit, start); err != nil {
			return nil, err
		}
		out := make([]found, len(docs))
		for i, d := range docs {
			out[i] = found{d.ID, []int64{d.FromFen, d.ID}}
			switch order {
			case BySales:
				out[i].keys[0] = d.Sold
			case ByRating:
				out[i].keys[0] = d.Rated
			}
		}
		return out, nil
	case Newest:
		before := int64(math.MaxInt64)
		if !start {
			before = key(1)
		}
		return s.newest(ctx, all, text, before, limit)
	}
	return s.ranked(ctx, terms, facets, all, text, q.After, limit)
}

// newest merges two streams of ids, both the newest first.
func (s *Service) newest(ctx context.Context, all, text string, before int64, limit int) ([]found, error) {
	ids, err := s.before(ctx, qNewest, qNewestIn, all, before, limit)
	if err != nil {
		return nil, err
	}
	if text != "" {
		more, err := s.byArticle(ctx, text, before, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.Reverse(ids)
	var out []found
	for _, n := range ids[:min(len(ids), limit)] {
		out = append(out, found{n, []int64{0, n}})
	}
	return out, nil
}

// What of the newest entries is looked through on PostgreSQL before the index is asked,
// and how far for words so common that the index would be the longer way.
const (
	nearEntries = 500
	commonHits  = 50 // among those
	farEntries  = 5000
)

// before lists the newest ids before one.
func (s *Service) before(ctx context.Context, index, newest *db.Stmt, expr string, before int64, limit int) ([]int64, error) {
	var ids []int64
	if s.db.Engine == db.Postgres {
		if err := s.db.List(ctx, newest, &ids, expr, before, limit, nearEntries); err != nil || len(ids) == limit {
			return ids, err
		}
		ids = nil
	}
	err := s.db.List(ctx, index, &ids, expr, before, limit)
	return ids, err
}

// candidates lists up to most courses to be ranked, the newest.
func (s *Service) candidates(ctx context.Context, expr string, common bool, most int) ([]candidate, error) {
	var rows []candidate
	if common {
		err := s.db.List(ctx, qCandidatesIn, &rows, expr, int64(math.MaxInt64), most, farEntries)
		return rows, err
	}
	err := s.db.List(ctx, qCandidates, &rows, expr, int64(math.MaxInt64), most)
	return rows, err
}

// common reports whether so many of the newest courses match that the others need not
// be looked at to rank. SQLite stops by itself.
func (s *Service) common(ctx context.Context, expr string) (bool, error) {
	if s.db.Engine != db.Postgres {
		return false, nil
	}
	var ids []int64
	err := s.db.List(ctx, qNewestIn, &ids, expr, int64(math.MaxInt64), commonHits, nearEntries)
	return len(ids) == commonHits, err
}

// byArticle lists courses in whose articles something stands, the newest first. A
// course with many such lessons is passed over at once.
func (s *Service) byArticle(ctx context.Context, text string, before int64, limit int) ([]int64, error) {
	const step = 200
	var out []int64
	for len(out) < limit {
		ids, err := s.before(ctx, qNewestTexts, qTextsIn, text, before, step)
		if err != nil {
			return nil, err
		}
		for _, n := range ids {
			n &^= maxParts
			if len(out) == 0 || out[len(out)-1] != n {
				out = append(out, n)
			}
		}
		if len(ids) < step {
			break
		}
		before = out[len(out)-1]
	}
	return out[:min(len(out), limit)], nil
}

type candidate struct {
	ID    int64
	Title string
	Head  string
}

// ranked scores candidates by where the words stand: title 5, teacher and tags 3,
// elsewhere 1 each, and more for the whole query in one piece in the title. The newer
// of equal ones comes first.
func (s *Service) ranked(ctx context.Context, terms []term, facets []string, all, text string, after []int64, limit int) ([]found, error) {
	common, err := s.common(ctx, all)
	if err != nil {
		return nil, err
	}
	titled, err := s.candidates(ctx, s.write.courses(terms, facets, inTitle), common, maxTitled)
	if err != nil {
		return nil, err
	}
	rest, err := s.candidates(ctx, all, common, maxAny)
	if err != nil {
		return nil, err
	}
	seen := make(map[int64]bool, len(titled)+len(rest))
	scored := make([]found, 0, len(titled)+len(rest))
	for _, list := range [][]candidate{titled, rest} {
		for _, c := range list {
			if !seen[c.ID] {
				seen[c.ID] = true
				scored = append(scored, found{c.ID, []int64{score(terms, c), c.ID}})
			}
		}
	}
	if len(rest) < maxAny && !common {
		ids, err := s.byArticle(ctx, text, math.MaxInt64, maxTexts)
		if err != nil {
			return nil, err
		}
		for _, n := range ids {
			if !seen[n] {
				scored = append(scored, found{n, []int64{0, n}})
			}
		}
	}
	less := func(a, b []int64) bool { return a[0] > b[0] || a[0] == b[0] && a[1] > b[1] }
	sort.Slice(scored, func(i, j int) bool { return less(scored[i].keys, scored[j].keys) })
	if len(after) == 2 {
		i := sort.Search(len(scored), func(i int) bool { return less(after, scored[i].keys) })
		scored = scored[i:]
	}
	return scored[:min(len(scored), limit)], nil
}

// What a word is worth by where it stands, and the whole query in the title.
const (
	worthTitle, worthHead, worthBody          = 5, 3, 1
	worthWhole, worthBeginning, worthVeryName = 10, 3, 6
)

func score(terms []term, c candidate) int64 {
	n := 0
	whole := make([]string, len(terms))
	for i, t := range terms {
		whole[i] = t.ways[0]
		best := worthBody
		for _, w := range t.ways {
			if strings.Contains(c.Title, w) {
				best = worthTitle
				break
			}
			if best < worthHead && strings.Contains(c.Head, w) {
				best = worthHead
			}
		}
		n += best
	}
	one, two := strings.Join(whole, ""), strings.Join(whole, " ")
	switch {
	case c.Title == one || c.Title == two:
		n += worthWhole + worthBeginning + worthVeryName
	case strings.HasPrefix(c.Title, one) || strings.HasPrefix(c.Title, two):
		n += worthWhole + worthBeginning
	case strings.Contains(c.Title, one) || strings.Contains(c.Title, two):
		n += worthWhole
	}
	return int64(n)
}
