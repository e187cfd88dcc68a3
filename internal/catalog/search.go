package catalog

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"zhizhou/internal/db"
)

// The index holds words and, of each run of Han characters, every character and
// every pair, in one sequence: 数据分析 → 数 数据 据 据分 分 分析 析. So one
// character finds as well as a phrase, on both engines alike.

const (
	maxIndexed = 6000 // runes of a course's text; PostgreSQL keeps positions below 16384
	maxTerms   = 8
)

// tokens cuts text for the index.
func tokens(text string) []string {
	var out []string
	for _, run := range runs(text) {
		if !unicode.Is(unicode.Han, run[0]) {
			out = append(out, string(run))
			continue
		}
		for i := range run {
			out = append(out, string(run[i]))
			if i+1 < len(run) {
				out = append(out, string(run[i:i+2]))
			}
		}
	}
	return out
}

// runs splits text into runs of Han characters and of other letters and digits.
func runs(text string) [][]rune {
	var out [][]rune
	var cur []rune
	n := 0
	flush := func() {
		if len(cur) > 0 {
			out, cur = append(out, cur), nil
		}
	}
	for _, r := range strings.ToLower(text) {
		if r >= 0xFF01 && r <= 0xFF5E { // full-width forms of ASCII
			r = unicode.ToLower(r - 0xFEE0)
		}
		if n++; n > maxIndexed {
			break
		}
		switch {
		case unicode.Is(unicode.Han, r), unicode.IsLetter(r), unicode.IsDigit(r):
			if len(cur) > 0 && unicode.Is(unicode.Han, r) != unicode.Is(unicode.Han, cur[0]) {
				flush()
			}
			cur = append(cur, r)
		default:
			flush()
		}
	}
	flush()
	return out
}

// phrases turns a query into the token sequences that must all be found. What is
// not a letter or digit only separates, so no operator reaches the engine.
func phrases(query string) [][]string {
	var out [][]string
	for _, run := range runs(query) {
		if len(out) == maxTerms {
			break
		}
		if !unicode.Is(unicode.Han, run[0]) || len(run) == 1 {
			out = append(out, []string{string(run)})
			continue
		}
		all := tokens(string(run))
		out = append(out, all[1:len(all)-1]) // from the first pair to the last
	}
	return out
}

// match writes the phrases for the engine. title limits them to titles.
func (s *Service) match(terms [][]string, title bool) string {
	var parts []string
	for _, t := range terms {
		if s.db.Engine == db.SQLite {
			p := `"` + strings.Join(t, " ") + `"`
			if title {
				p = "title : " + p
			}
			parts = append(parts, p)
			continue
		}
		var words []string
		for i, w := range t {
			if len(t) > 1 && i%2 == 1 {
				continue // single characters between the pairs: the distance covers them
			}
			w = "'" + strings.ReplaceAll(w, "'", "''") + "'"
			if title {
				w += ":A"
			}
			words = append(words, w)
		}
		parts = append(parts, strings.Join(words, " <2> "))
	}
	if s.db.Engine == db.SQLite {
		return strings.Join(parts, " AND ")
	}
	return strings.Join(parts, " & ")
}

// vector writes tokens as a tsvector literal with positions from start on.
func vector(words []string, start int, weight string) string {
	at := map[string][]string{}
	var order []string
	for i, w := range words {
		if len(at[w]) == 0 {
			order = append(order, w)
		}
		if len(at[w]) < 255 && start+i < 16383 {
			at[w] = append(at[w], fmt.Sprintf("%d%s", start+i, weight))
		}
	}
	parts := make([]string, 0, len(order))
	for _, w := range order {
		if len(at[w]) > 0 {
			parts = append(parts, "'"+strings.ReplaceAll(w, "'", "''")+"':"+strings.Join(at[w], ","))
		}
	}
	return strings.Join(parts, " ")
}

// reindex brings the index of one course up to date inside the writing
// transaction, so that search never shows what is not published.
func (s *Service) reindex(ctx context.Context, tx *db.Tx, courseID int64) error {
	if _, err := tx.Exec(ctx, qIndexDrop, courseID); err != nil {
		return err
	}
	var c Course
	if err := tx.Get(ctx, qCourse, &c, courseID); err != nil {
		return ignoreNone(err)
	}
	if c.Status != Published {
		return nil
	}
	var tags []string
	if err := tx.List(ctx, qTags, &tags, courseID); err != nil {
		return err
	}
	var teacher Instructor
	if err := ignoreNone(tx.Get(ctx, qInstructor, &teacher, c.InstructorID)); err != nil {
		return err
	}
	title := tokens(c.Title)
	body := tokens(strings.Join([]string{c.Promise, strings.Join(tags, " "), teacher.Name, c.Audience, plain(c.IntroHTML)}, "\n"))
	a, b := strings.Join(title, " "), strings.Join(body, " ")
	if s.db.Engine == db.Postgres {
		// Concatenation of two tsvectors shifts the second behind the first.
		a, b = vector(title, 1, "A"), vector(body, 3, "")
	}
	_, err := tx.Exec(ctx, qIndexAdd, courseID, a, b)
	return err
}

// Search finds published courses whose title, tags, teacher or intro hold every
// term: those with all terms in the title first, then the others, newest first.
// after holds the cursor keys {pass, published_at, id} or is nil.
func (s *Service) Search(ctx context.Context, query, platform string, after []int64, limit int) ([]Card, error) {
	terms := phrases(query)
	if len(terms) == 0 {
		return nil, nil
	}
	pass, at, last := int64(0), int64(0), int64(0)
	if len(after) == 3 {
		pass, at, last = after[0], after[1], after[2]
	}
	inTitle, anywhere := s.match(terms, true), s.match(terms, false)
	var cards []Card
	if pass == 0 {
		if err := s.db.List(ctx, qSearch, &cards, platform, inTitle, "", at, last, limit); err != nil {
			return nil, err
		}
		at, last = 0, 0
	}
	if len(cards) < limit {
		var rest []Card
		if err := s.db.List(ctx, qSearch, &rest, platform, anywhere, inTitle, at, last, limit-len(cards)); err != nil {
			return nil, err
		}
		for i := range rest {
			rest[i].Rank = 1
		}
		cards = append(cards, rest...)
	}
	return cards, nil
}
