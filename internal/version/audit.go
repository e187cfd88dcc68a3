package version

import (
	"context"

	"zhizhou/internal/db"
)

var checks = []db.Check{
	{Invariant: 49, Name: "hold on material without its version", Q: db.Q("audit/version_hold", `SELECT 'version ' || CAST(h.version_id AS TEXT) AS row FROM material_holds h WHERE NOT EXISTS (SELECT 1 FROM course_versions v WHERE v.id = h.version_id)`)},
	{Invariant: 49, Name: "kept version whose material is deleted", Q: db.Q("audit/version_material", `SELECT h.kind || ' ' || CAST(h.material_id AS TEXT) AS row FROM material_holds h
		WHERE h.kind = 'asset' AND EXISTS (SELECT 1 FROM assets x WHERE x.id = h.material_id AND x.deleted_at > 0) OR h.kind = 'document' AND EXISTS (SELECT 1 FROM documents x WHERE x.id = h.material_id AND x.deleted_at > 0)
		OR h.kind = 'ebook' AND EXISTS (SELECT 1 FROM ebooks x WHERE x.id = h.material_id AND x.deleted_at > 0) OR h.kind IN ('file', 'picture') AND EXISTS (SELECT 1 FROM media_files x WHERE x.id = h.material_id AND x.deleted_at > 0)`)},
	{Invariant: 49, Name: "attachment whose file is deleted", Q: db.Q("audit/attachment_file", `SELECT 'attachment ' || CAST(a.id AS TEXT) AS row FROM attachments a JOIN courses c ON c.id = a.course_id JOIN media_files f ON f.id = a.file_id
		LEFT JOIN lessons l ON l.id = a.lesson_id WHERE f.deleted_at > 0 AND c.deleted_at = 0 AND (a.lesson_id = 0 OR l.deleted_at = 0)`)},
	{Invariant: 49, Name: "kept version whose captions are gone, or captions kept for none", Q: db.Q("audit/version_captions", `SELECT 'caption ' || CAST(h.caption_id AS TEXT) AS row FROM caption_holds h
		WHERE NOT EXISTS (SELECT 1 FROM course_versions v WHERE v.id = h.version_id) OR NOT EXISTS (SELECT 1 FROM captions c WHERE c.id = h.caption_id) AND NOT EXISTS (SELECT 1 FROM caption_kept k WHERE k.id = h.caption_id)
		UNION ALL SELECT 'caption ' || CAST(k.id AS TEXT) FROM caption_kept k WHERE NOT EXISTS (SELECT 1 FROM caption_holds h WHERE h.caption_id = k.id)`)},
	{Invariant: 49, Name: "course with more versions than are kept", Q: db.Q("audit/version_many", `SELECT 'course ' || CAST(course_id AS TEXT) AS row FROM course_versions GROUP BY course_id HAVING COUNT(*) > 50`)},
}

// Audit returns every row of kept versions and attachments that breaks an invariant.
func Audit(ctx context.Context, r db.Reader) ([]db.Finding, error) {
	return db.Broken(ctx, r, checks)
}
