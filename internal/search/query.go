package search

import (
	"fmt"
	"strings"

	"zhizhou/internal/db"
)

// term is one word of a query: any of its ways finds it. A way is a text whose runs
// must all be found.
type term struct {
	ways []string
}

// parse turns a query into its terms. What is not a letter or digit only separates,
// so no operator reaches the engine.
func parse(query string) []term {
	var out []term
	for _, r := range runs(query, maxQuery) {
		if len(out) == maxTerms {
			break
		}
		out = append(out, term{[]string{r.String()}})
	}
	return out
}

// The places of the index that a phrase may be looked for in.
type place int

const (
	inTitle place = iota
	inHead        // title, teacher and tags
	inAll
	inSound
	inFacet
	inText // body of a lesson alone
)

// The columns of FTS5 and the marks of tsvector that stand for a place.
var (
	columns = map[place]string{inTitle: "title", inHead: "{title head}", inAll: "{title head body}", inSound: "sound", inFacet: "facet", inText: "body"}
	weights = map[place]string{inTitle: "A", inHead: "AB", inText: "D"}
)

// The first letters of lexemes that are no words, on PostgreSQL; no token begins so.
const (
	soundMark = "~"
	facetMark = "#"
)

// dialect writes expressions for an engine.
type dialect struct{ engine db.Engine }

// words writes a phrase at a place; open lets its last word go on.
func (d dialect) words(list []string, p place, open bool) string {
	if d.engine == db.SQLite {
		s := `"` + strings.Join(list, " ") + `"`
		if open {
			s += " *"
		}
		return columns[p] + " : " + s
	}
	var out []string
	for i, w := range list {
		if i%2 == 1 {
			continue // single characters between the pairs: the distance covers them
		}
		switch p {
		case inSound:
			w = soundMark + w
		case inFacet:
			w = facetMark + w
		}
		w = "'" + strings.ReplaceAll(w, "'", "''") + "'"
		if mark := weights[p]; mark != "" || open {
			w += ":" + mark
			if open {
				w += "*"
			}
		}
		out = append(out, w)
	}
	return strings.Join(out, " <2> ")
}

func (d dialect) all(parts []string) string {
	if d.engine == db.SQLite {
		return "(" + strings.Join(parts, " AND ") + ")"
	}
	return "(" + strings.Join(parts, " & ") + ")"
}

func (d dialect) any(parts []string) string {
	if d.engine == db.SQLite {
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	return "(" + strings.Join(parts, " | ") + ")"
}

// way writes one way of a term at a place. At inAll, Latin letters also find words
// that begin so in title, teacher and tags, and what sounds so.
func (d dialect) way(w string, p place) string {
	var parts []string
	for _, r := range runs(w, maxQuery) {
		s := d.words(phrase(r), p, false)
		if !r.han() && len(r.runes) >= 2 && (p == inAll || p == inTitle) {
			either := []string{s}
			if p == inAll {
				either = append(either, d.words([]string{r.String()}, inHead, true))
				if latin(r.runes) {
					for _, h := range heard(r.String()) {
						either = append(either, d.words(h.words, inSound, h.open))
					}
				}
			} else {
				either = append(either, d.words([]string{r.String()}, inTitle, true))
			}
			s = d.any(either)
		}
		parts = append(parts, s)
	}
	return d.all(parts)
}

func latin(runes []rune) bool {
	for _, r := range runes {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

func (d dialect) term(t term, p place) string {
	var parts []string
	for _, w := range t.ways {
		parts = append(parts, d.way(w, p))
	}
	return d.any(parts)
}

func (d dialect) facets(list []string) []string {
	var out []string
	for _, f := range list {
		out = append(out, d.words([]string{f}, inFacet, false))
	}
	return out
}

// courses writes what finds courses: every term at p, every facet.
func (d dialect) courses(terms []term, facets []string, p place) string {
	parts := d.facets(facets)
	for _, t := range terms {
		parts = append(parts, d.term(t, p))
	}
	return d.all(parts)
}

// texts writes what finds lessons by their articles: every term in the article or in
// the head of its course, and at least one in the article.
func (d dialect) texts(terms []term, facets []string) string {
	parts := d.facets(facets)
	var inside []string
	for _, t := range terms {
		var ways, own []string
		for _, w := range t.ways {
			var phrases, here []string
			for _, r := range runs(w, maxQuery) {
				text := d.words(phrase(r), inText, false)
				here = append(here, text)
				if d.engine == db.SQLite {
					phrases = append(phrases, "{head body} : \""+strings.Join(phrase(r), " ")+"\"")
				} else {
					phrases = append(phrases, d.words(phrase(r), inAll, false))
				}
			}
			ways, own = append(ways, d.all(phrases)), append(own, d.all(here))
		}
		parts, inside = append(parts, d.any(ways)), append(inside, d.any(own))
	}
	if len(terms) > 1 {
		parts = append(parts, d.any(inside))
	} else {
		parts = append(d.facets(facets), inside...)
	}
	return d.all(parts)
}

// vector writes tokens as a tsvector literal with positions from start on.
func vector(words []string, start int, weight, mark string) string {
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
			parts = append(parts, "'"+mark+strings.ReplaceAll(w, "'", "''")+"':"+strings.Join(at[w], ","))
		}
	}
	return strings.Join(parts, " ")
}

// facet tokens name what a filter asks for. Tags are texts, so they become numbers.
func facetCategory(n int64) string { return fmt.Sprintf("c%d", n) }
func facetTeacher(n int64) string  { return fmt.Sprintf("t%d", n) }
func facetForm(form string) string { return "f" + form }
func facetTag(tag string) string   { return "g" + digest(Fold(tag)) }

const (
	facetFree = "pfree"
	facetPaid = "ppaid"
)
