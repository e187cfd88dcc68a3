package search

import (
	"context"
	"sort"
	"strings"

	"zhizhou/internal/catalog"
)

// Piece is a stretch of a text; Hit ones are what was searched for.
type Piece struct {
	Text string
	Hit  bool
}

const snippetRunes = 72

// marks returns the pieces of a text with the words of a query marked, in order.
func marks(text string, terms []term) []Piece {
	spans := spansOf(text, terms)
	runes := []rune(text)
	var out []Piece
	at := 0
	for _, sp := range spans {
		if sp[0] > at {
			out = append(out, Piece{string(runes[at:sp[0]]), false})
		}
		out = append(out, Piece{string(runes[sp[0]:sp[1]]), true})
		at = sp[1]
	}
	if at < len(runes) {
		out = append(out, Piece{string(runes[at:]), false})
	}
	return out
}

// spansOf returns where the words of a query stand, in runes, apart from each other.
func spansOf(text string, terms []term) [][2]int {
	folded := []rune(Fold(text))
	parts := runs(text, len(folded))
	var spans [][2]int
	for _, t := range terms {
		for _, w := range t.ways {
			for _, r := range runs(w, maxQuery) {
				spans = append(spans, spansOfRun(parts, r)...)
			}
		}
	}
	sort.Slice(spans, func(i, j int) bool {
		return spans[i][0] < spans[j][0] || spans[i][0] == spans[j][0] && spans[i][1] > spans[j][1]
	})
	var out [][2]int
	for _, sp := range spans {
		switch last := len(out) - 1; {
		case last >= 0 && sp[0] <= out[last][1]:
			out[last][1] = max(out[last][1], sp[1])
		default:
			out = append(out, sp)
		}
	}
	return out
}

// spansOfRun finds one run of a query in the runs of a text: characters anywhere,
// words by their beginning, sounds where they are read.
func spansOfRun(parts []run, want run) [][2]int {
	var out [][2]int
	for _, p := range parts {
		if p.han() != want.han() {
			if p.han() && len(want.runes) >= 2 && latin(want.runes) {
				for i := 0; i < len(p.runes); i++ {
					if n := soundSpan(p.runes[i:], want.String()); n > 0 {
						out = append(out, [2]int{p.at + i, p.at + i + n})
						i += n - 1
					}
				}
			}
			continue
		}
		if !want.han() {
			if strings.HasPrefix(p.String(), want.String()) {
				out = append(out, [2]int{p.at, p.at + len(want.runes)})
			}
			continue
		}
		for i := 0; i+len(want.runes) <= len(p.runes); i++ {
			if string(p.runes[i:i+len(want.runes)]) == want.String() {
				out = append(out, [2]int{p.at + i, p.at + i + len(want.runes)})
			}
		}
	}
	return out
}

// snippet returns the surroundings of the first hit in a text; nil without one.
func snippet(text string, terms []term) []Piece {
	spans := spansOf(text, terms)
	if len(spans) == 0 {
		return nil
	}
	runes := []rune(text)
	from := max(0, spans[0][0]-snippetRunes/4)
	to := min(len(runes), from+snippetRunes)
	cut := string(runes[from:to])
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(runes) {
		cut += "…"
	}
	return marks(cut, terms)
}

type shown struct {
	CourseID  int64
	IntroHTML string `db:"intro_html"`
	Audience  string
}

type named struct {
	ID       int64
	CourseID int64
	Title    string
	IsFree   bool
}

type article struct {
	DocID    int64
	LessonID int64
	Title    string
	IsFree   bool
	BodyHTML string `db:"body_html"`
	Hash     string
}

// ids fills a statement's list of placeholders.
func ids(list []int64) []any {
	out := make([]any, most)
	for i := range out {
		out[i] = int64(0)
	}
	for i, n := range list {
		out[i] = n
	}
	return out
}

// show turns found courses into hits that say why they were found.
func (s *Service) show(ctx context.Context, platform string, rows []found, terms []term) ([]Hit, error) {
	out := []Hit{}
	if len(rows) == 0 {
		return out, nil
	}
	docIDs := make([]int64, len(rows))
	for i, r := range rows {
		docIDs[i] = r.id
	}
	var docs []doc
	if err := s.db.List(ctx, qDocs, &docs, ids(docIDs)...); err != nil {
		return nil, err
	}
	courseOf := map[int64]int64{}
	courseIDs := make([]int64, 0, len(docs))
	for _, d := range docs {
		courseOf[d.ID] = d.CourseID
		courseIDs = append(courseIDs, d.CourseID)
	}
	cards, err := s.catalog.Shown(ctx, platform, courseIDs)
	if err != nil {
		return nil, err
	}
	var others []int64
	for _, n := range courseIDs {
		if _, ok := cards[n]; !ok {
			others = append(others, n)
		}
	}
	goods, err := s.catalog.GoodsNamed(ctx, others)
	if err != nil {
		return nil, err
	}
	var unexplained []int64 // courses whose card does not say why
	for _, r := range rows {
		card, ok := cards[courseOf[r.id]]
		var other *catalog.GoodsCard
		if g, is := goods[courseOf[r.id]]; is {
			// Explained like a course, by what both have.
			card, ok, other = catalog.Card{ID: g.ID, Title: g.Title, Promise: g.Promise, Form: g.Kind}, true, &g
		}
		if !ok {
			continue // taken down a moment ago
		}
		h := Hit{Card: card, Goods: other, Title: marks(card.Title, terms), Teacher: marks(card.InstructorName, terms), Promise: marks(card.Promise, terms), Keys: r.keys}
		said := card.Title + "\n" + card.InstructorName + "\n" + card.Promise
		for _, t := range strings.Split(card.Tags, ",") {
			if t != "" {
				h.Tags = append(h.Tags, marks(t, terms))
				said += "\n" + t
			}
		}
		for _, t := range terms {
			if len(spansOf(said, []term{t})) == 0 {
				unexplained = append(unexplained, card.ID)
				break
			}
		}
		out = append(out, h)
	}
	if len(unexplained) > 0 {
		if err := s.explain(ctx, out, unexplained, courseOf, terms); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// explain looks into intros, titles of lessons and articles for what the cards do not
// say.
func (s *Service) explain(ctx context.Context, hits []Hit, courseIDs []int64, courseOf map[int64]int64, terms []term) error {
	var texts []shown
	var lessons []named
	var articles []article
	docIDs := make([]int64, 0, len(courseOf))
	for n := range courseOf {
		docIDs = append(docIDs, n)
	}
	if err := s.db.List(ctx, qShown, &texts, ids(courseIDs)...); err != nil {
		return err
	}
	if err := s.db.List(ctx, qNamed, &lessons, ids(courseIDs)...); err != nil {
		return err
	}
	if err := s.db.List(ctx, qArticles, &articles, append([]any{s.write.texts(terms, nil)}, ids(docIDs)...)...); err != nil {
		return err
	}
	at := map[int64]*Hit{}
	for _, n := range courseIDs {
		for i := range hits {
			if hits[i].Card.ID == n {
				at[n] = &hits[i]
			}
		}
	}
	for _, t := range texts {
		if h := at[t.CourseID]; h != nil {
			if h.Text = snippet(catalog.Text(t.IntroHTML)+"\n"+t.Audience, terms); h.Text != nil {
				h.Where = "intro"
			}
		}
	}
	for _, l := range lessons {
		h := at[l.CourseID]
		if h == nil || h.Where != "" {
			continue
		}
		if len(spansOf(l.Title, terms)) > 0 {
			h.Where, h.LessonID, h.Lesson, h.LessonFree = "lesson", l.ID, marks(l.Title, terms), l.IsFree
		}
	}
	for _, a := range articles {
		h := at[courseOf[a.DocID]]
		if h == nil || h.Where != "" {
			continue
		}
		h.Where, h.LessonID, h.Lesson, h.LessonFree = "lesson", a.LessonID, marks(a.Title, terms), a.IsFree
		said, err := s.piece(ctx, a)
		switch {
		case err != nil:
			return err
		case said != "" && a.IsFree:
			h.Text = snippet(said, terms)
		case said != "":
			h.Text = line(said, terms)
		case a.IsFree:
			h.Text = snippet(catalog.Text(a.BodyHTML), terms)
		}
	}
	return nil
}

// teachers lists those whose name the query says, at most three.
func (s *Service) teachers(ctx context.Context, terms []term) ([]catalog.Instructor, error) {
	if len(terms) != 1 || len([]rune(terms[0].ways[0])) < 2 {
		return nil, nil
	}
	var all, out []catalog.Instructor
	if err := s.db.List(ctx, qTeachers, &all); err != nil {
		return nil, err
	}
	for _, t := range all {
		if len(out) < 3 && len(spansOf(t.Name, terms)) > 0 {
			out = append(out, t)
		}
	}
	return out, nil
}
