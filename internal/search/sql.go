package search

import (
	"fmt"
	"strings"

	"zhizhou/internal/db"
)

// most is how many rows a page has at most, and so how many ids a statement names.
const most = 51

// these is a list of that many placeholders from $from on.
func these(from int) string {
	list := make([]string, most)
	for i := range list {
		list[i] = fmt.Sprintf("$%d", from+i)
	}
	return "(" + strings.Join(list, ", ") + ")"
}

const docColumns = `id, course_id, title, head, from_fen, sold, rated, rule`

// matched is SQL for the ids of courses that the expressions $1, and for articles $2,
// find; an empty one finds nothing. A lesson's id without its low bits is its course's.
const (
	matchedSQLite = `SELECT rowid FROM search_index WHERE search_index MATCH $1 UNION SELECT rowid & -2048 FROM search_texts WHERE $2 <> '' AND search_texts MATCH $2`
	matchedPG     = `SELECT rowid FROM search_index WHERE words @@ CAST($1 AS tsquery) UNION SELECT rowid & -2048 FROM search_texts WHERE $2 <> '' AND words @@ CAST($2 AS tsquery)`
)

func sorted(in, order string) string {
	return `SELECT ` + docColumns + ` FROM search_docs d WHERE d.id IN (` + in + `) AND ` + order + ` LIMIT $5`
}

const (
	byPrice = `from_fen >= 0 AND ($6 OR from_fen > $3 OR (from_fen = $3 AND id < $4)) ORDER BY from_fen, id DESC`
	byRated = `($6 OR rated < $3 OR (rated = $3 AND id < $4)) ORDER BY rated DESC, id DESC`
	bySold  = `($6 OR sold < $3 OR (sold = $3 AND id < $4)) ORDER BY sold DESC, id DESC`
)

func newest(table, how string) string {
	if how == "MATCH" {
		return `SELECT rowid FROM ` + table + ` WHERE ` + table + ` MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3`
	}
	return `WITH hits AS MATERIALIZED (SELECT rowid FROM ` + table + ` WHERE words @@ CAST($1 AS tsquery) AND rowid < $2) SELECT rowid FROM hits ORDER BY rowid DESC LIMIT $3`
}

func newestIn(table, how string) string {
	if how == "MATCH" { // SQLite reads hits in order as they come
		return `SELECT rowid FROM ` + table + ` WHERE ` + table + ` MATCH $1 AND rowid < $2 AND $4 > 0 ORDER BY rowid DESC LIMIT $3`
	}
	return `SELECT rowid FROM (SELECT rowid, words FROM ` + table + ` WHERE rowid < $2 ORDER BY rowid DESC LIMIT $4) x WHERE words @@ CAST($1 AS tsquery) ORDER BY rowid DESC LIMIT $3`
}

func candidates(ids string) string {
	return `SELECT d.id, d.title, d.head FROM (` + ids + `) x JOIN search_docs d ON d.id = x.rowid`
}

// Full-text search is where the engines differ: FTS5 against tsvector. Both are fed
// by the one tokenizer in token.go and give the same hits.
var (
	qDocOf     = db.Q("search/doc_of", `SELECT `+docColumns+` FROM search_docs WHERE course_id = $1`)
	qDocAdd    = db.Q("search/doc_add", `INSERT INTO search_docs (id, course_id, title, head, from_fen, sold, rated, rule) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`)
	qDocUpdate = db.Q("search/doc_update", `UPDATE search_docs SET title = $2, head = $3, from_fen = $4, rule = $5 WHERE id = $1`)
	qDocRule   = db.Q("search/doc_rule", `UPDATE search_docs SET rule = $2 WHERE id = $1`)
	qDocDrop   = db.Q("search/doc_drop", `DELETE FROM search_docs WHERE id = $1`)
	qSoldNow   = db.Q("search/sold_now", `SELECT `+docColumns+` FROM search_docs WHERE sold > 0`)
	qSoldSet   = db.Q("search/sold_set", `UPDATE search_docs SET sold = $2 WHERE course_id = $1`)
	qRatedNow  = db.Q("search/rated_now", `SELECT `+docColumns+` FROM search_docs WHERE rated > 0`)
	qRatedSet  = db.Q("search/rated_set", `UPDATE search_docs SET rated = $2 WHERE course_id = $1`)
	qUnhealthy = db.Q("search/unhealthy", `SELECT x.id FROM (SELECT c.id FROM courses c LEFT JOIN search_docs d ON d.course_id = c.id
		WHERE (c.status = 'published' AND c.deleted_at = 0 AND (d.id IS NULL OR d.rule <> $1)) OR (d.id IS NOT NULL AND (c.status <> 'published' OR c.deleted_at > 0))
		UNION ALL SELECT p.id FROM products p LEFT JOIN search_docs d ON d.course_id = p.id WHERE p.kind IN ('bundle', 'membership', 'service')
			AND (p.status = 'published' AND (d.id IS NULL OR d.rule <> $1) OR d.id IS NOT NULL AND p.status <> 'published')) x ORDER BY x.id LIMIT $2`)

	qParts     = db.Q("search/parts", `SELECT id, lesson_id, hash FROM search_parts WHERE doc_id = $1 ORDER BY id`)
	qPartAdd   = db.Q("search/part_add", `INSERT INTO search_parts (id, doc_id, lesson_id, hash) VALUES ($1, $2, $3, $4)`)
	qPartDrop  = db.Q("search/part_drop", `DELETE FROM search_parts WHERE id = $1`)
	qPartsDrop = db.Q("search/parts_drop", `DELETE FROM search_parts WHERE doc_id = $1`)

	qIndexDrop = db.Q("search/index_drop", `DELETE FROM search_index WHERE rowid = $1`)
	qIndexAdd  = db.Q2("search/index_add",
		`INSERT INTO search_index (rowid, title, head, body, sound, facet) VALUES ($1, $2, $3, $4, $5, $6)`,
		`INSERT INTO search_index (rowid, words) VALUES ($1, CAST($2 AS tsvector) || CAST($3 AS tsvector) || CAST($4 AS tsvector) || CAST($5 AS tsvector) || CAST($6 AS tsvector))`)
	qTextDrop = db.Q("search/text_drop", `DELETE FROM search_texts WHERE rowid = $1`)
	qTextAdd  = db.Q2("search/text_add",
		`INSERT INTO search_texts (rowid, head, body, facet) VALUES ($1, $2, $3, $4)`,
		`INSERT INTO search_texts (rowid, words) VALUES ($1, CAST($2 AS tsvector) || CAST($3 AS tsvector) || CAST($4 AS tsvector))`)

	qTermAdd     = db.Q("search/term_add", `INSERT INTO search_terms (term_key, kind, term, course_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qTermsDrop   = db.Q("search/terms_drop", `DELETE FROM search_terms WHERE course_id = $1 AND course_id > 0`)
	qSpellingAdd = db.Q("search/spelling_add", `INSERT INTO search_spellings (spelling, word) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qMeant       = db.Q("search/meant", `SELECT DISTINCT word FROM search_spellings WHERE spelling IN `+these(1)+` LIMIT 50`)

	// Ids before $2, the newest first. PostgreSQL guesses badly how many hits a phrase
	// has, so it is told which way to go: through the newest $4 entries, which is right
	// for common words, or through the index, which is right for rare ones.
	qNewest       = db.Q2("search/newest", newest("search_index", "MATCH"), newest("search_index", "@@"))
	qNewestIn     = db.Q2("search/newest_in", newestIn("search_index", "MATCH"), newestIn("search_index", "@@"))
	qNewestTexts  = db.Q2("search/newest_texts", newest("search_texts", "MATCH"), newest("search_texts", "@@"))
	qTextsIn      = db.Q2("search/newest_texts_in", newestIn("search_texts", "MATCH"), newestIn("search_texts", "@@"))
	qCandidates   = db.Q2("search/candidates", candidates(newest("search_index", "MATCH")), candidates(newest("search_index", "@@")))
	qCandidatesIn = db.Q2("search/candidates_in", candidates(newestIn("search_index", "MATCH")), candidates(newestIn("search_index", "@@")))
	qByPrice      = db.Q2("search/by_price", sorted(matchedSQLite, byPrice), sorted(matchedPG, byPrice))
	qByRated      = db.Q2("search/by_rated", sorted(matchedSQLite, byRated), sorted(matchedPG, byRated))
	qBySold       = db.Q2("search/by_sold", sorted(matchedSQLite, bySold), sorted(matchedPG, bySold))

	qDocs = db.Q("search/docs", `SELECT `+docColumns+` FROM search_docs WHERE id IN `+these(1))
	// The article of a lesson that is not free does not leave the database.
	qShown = db.Q("search/shown", `SELECT c.id AS course_id, c.intro_html, c.audience FROM courses c WHERE c.id IN `+these(1)+`
		UNION ALL SELECT p.id, p.intro_html, '' FROM products p WHERE p.id IN `+these(1))
	qNamed = db.Q("search/named", `SELECT l.id, l.course_id, l.title, l.is_free
		FROM lessons l JOIN chapters h ON h.id = l.chapter_id WHERE l.course_id IN `+these(1)+` AND l.deleted_at = 0 AND l.released_at > 0 ORDER BY l.course_id, h.position, h.id, l.position, l.id`)
	qArticles = db.Q2("search/articles",
		`SELECT p.doc_id, l.id AS lesson_id, l.title, l.is_free, CASE WHEN l.is_free THEN l.body_html ELSE '' END AS body_html, p.hash
			FROM search_parts p JOIN lessons l ON l.id = p.lesson_id AND l.deleted_at = 0 AND l.released_at > 0
			WHERE p.doc_id IN `+these(2)+` AND p.id IN (SELECT rowid FROM search_texts WHERE search_texts MATCH $1) ORDER BY l.is_free DESC, p.id`,
		`SELECT p.doc_id, l.id AS lesson_id, l.title, l.is_free, CASE WHEN l.is_free THEN l.body_html ELSE '' END AS body_html, p.hash
			FROM search_parts p JOIN lessons l ON l.id = p.lesson_id AND l.deleted_at = 0 AND l.released_at > 0 JOIN search_texts x ON x.rowid = p.id
			WHERE p.doc_id IN `+these(2)+` AND x.words @@ CAST($1 AS tsquery) ORDER BY l.is_free DESC, p.id`)

	qSuggest = db.Q("search/suggest", `SELECT kind, term, COUNT(*) AS n FROM (SELECT kind, term, course_id FROM search_terms WHERE term_key >= $1 AND term_key < $2 ORDER BY term_key LIMIT 400) x
		WHERE kind = 'course' OR (kind = 'tag' AND EXISTS (SELECT 1 FROM course_tags t JOIN search_docs d ON d.course_id = t.course_id WHERE t.tag = x.term))
			OR (kind = 'teacher' AND EXISTS (SELECT 1 FROM instructors i JOIN courses c ON c.instructor_id = i.id AND c.status = 'published' AND c.deleted_at = 0 WHERE i.name = x.term))
		GROUP BY kind, term ORDER BY kind, LENGTH(term), term LIMIT 30`)
	qTeachers = db.Q("search/teachers", `SELECT i.id, i.name, i.title, i.bio, i.avatar FROM instructors i
		WHERE EXISTS (SELECT 1 FROM courses c WHERE c.instructor_id = i.id AND c.status = 'published' AND c.deleted_at = 0) ORDER BY i.id LIMIT 500`)
	qTagsInUse = db.Q("search/tags_in_use", `SELECT t.tag AS word, COUNT(*) AS n FROM course_tags t JOIN search_docs d ON d.course_id = t.course_id GROUP BY t.tag ORDER BY n DESC, t.tag LIMIT $1`)

	qSynonyms      = db.Q("search/synonyms", `SELECT id, words, updated_at FROM search_synonyms ORDER BY id DESC LIMIT 1000`)
	qSynonymAdd    = db.Q("search/synonym_add", `INSERT INTO search_synonyms (id, words, updated_at) VALUES ($1, $2, $3)`)
	qSynonymUpdate = db.Q("search/synonym_update", `UPDATE search_synonyms SET words = $2, updated_at = $3 WHERE id = $1`)
	qSynonymDrop   = db.Q("search/synonym_drop", `DELETE FROM search_synonyms WHERE id = $1`)
	qSynonym       = db.Q("search/synonym", `SELECT words FROM search_synonyms WHERE id = $1 /*for_update*/`)

	qDayAdd = db.Q("search/day_add", `INSERT INTO search_days (day, word, visitors, hits) VALUES ($1, $2, 1, $3) ON CONFLICT (day, word) DO UPDATE SET visitors = search_days.visitors + 1, hits = $3`)
	qWords  = db.Q("search/words", `SELECT x.word, x.visitors, x.hits, COALESCE(m.mark, '') AS mark FROM
		(SELECT word, CAST(SUM(visitors) AS BIGINT) AS visitors, CAST(MAX(day * 1000000 + hits) % 1000000 AS BIGINT) AS hits FROM search_days WHERE day >= $1 GROUP BY word) x
		LEFT JOIN search_marks m ON m.word = x.word
		WHERE ($2 = 'hot' AND x.hits > 0) OR ($2 = 'none' AND x.hits = 0 AND COALESCE(m.mark, '') <> 'hidden') ORDER BY x.visitors DESC, x.word LIMIT 100`)
	qMarks    = db.Q("search/marks", `SELECT word, mark FROM search_marks ORDER BY updated_at DESC, word LIMIT 1000`)
	qMarkSet  = db.Q("search/mark_set", `INSERT INTO search_marks (word, mark, updated_at) VALUES ($1, $2, $3) ON CONFLICT (word) DO UPDATE SET mark = $2, updated_at = $3`)
	qMarkDrop = db.Q("search/mark_drop", `DELETE FROM search_marks WHERE word = $1`)
	qDaysDrop = db.Q("search/days_drop", `DELETE FROM search_days WHERE day < $1
		OR (day < $2 AND visitors = 1 AND NOT EXISTS (SELECT 1 FROM search_days o WHERE o.word = search_days.word AND o.day <> search_days.day))`)
)
