package document

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 17, Name: "a lesson shows a document that was deleted", Q: db.Q("audit/document_shown", `SELECT 'lesson ' || CAST(l.id AS TEXT) AS row FROM documents d
		JOIN lessons l ON l.document_id = d.id JOIN courses c ON c.id = l.course_id WHERE d.deleted_at > 0 AND l.deleted_at = 0 AND c.deleted_at = 0`)},
}

// Audit returns every lesson whose document is gone, so that who may open it cannot.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
