package search

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 42, Name: "a course or product that is not published is in the search index", Q: db.Q("audit/search_shown", `SELECT 'course ' || CAST(d.course_id AS TEXT) AS row FROM search_docs d
		LEFT JOIN courses c ON c.id = d.course_id LEFT JOIN products p ON p.id = d.course_id AND p.kind IN ('bundle', 'membership', 'service')
		WHERE COALESCE(c.status, p.status, '') <> 'published' OR COALESCE(c.deleted_at, 0) > 0`)},
	{Invariant: 42, Name: "a published course or product is not in the search index", Q: db.Q("audit/search_missing", `SELECT 'course ' || CAST(c.id AS TEXT) AS row FROM courses c
		WHERE c.status = 'published' AND c.deleted_at = 0 AND NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.course_id = c.id)
		UNION ALL SELECT p.kind || ' ' || CAST(p.id AS TEXT) FROM products p WHERE p.kind IN ('bundle', 'membership', 'service') AND p.status = 'published'
			AND NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.course_id = p.id)`)},
	{Invariant: 42, Name: "a deleted or unreleased lesson is in the search index", Q: db.Q("audit/search_lessons", `SELECT 'lesson ' || CAST(p.lesson_id AS TEXT) AS row FROM search_parts p
		LEFT JOIN lessons l ON l.id = p.lesson_id WHERE l.id IS NULL OR l.deleted_at > 0 OR l.released_at = 0`)},
	{Invariant: 42, Name: "the search index and its list disagree", Q: db.Q("audit/search_rows", `SELECT 'entry ' || CAST(x.rowid AS TEXT) AS row FROM search_index x
		WHERE NOT EXISTS (SELECT 1 FROM search_docs d WHERE d.id = x.rowid)`)},
}

// Audit returns every row of the index that shows what must not be shown, or hides
// what should be.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
