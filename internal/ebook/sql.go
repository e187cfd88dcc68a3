package ebook

import "zhizhou/internal/db"

const columns = `id, name, title, author, source_key, bytes, chapters, screens, contents, created_by, created_at`

var (
	qInsert = db.Q("ebook/insert", `INSERT INTO ebooks (id, name, title, author, source_key, bytes, chapters, screens, contents, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qGet    = db.Q("ebook/get", `SELECT `+columns+` FROM ebooks WHERE id = $1 AND deleted_at = 0`)
	qList   = db.Q("ebook/list", `SELECT `+columns+` FROM ebooks WHERE deleted_at = 0 AND (CAST($1 AS BIGINT) = 0 OR id < $1) AND LOWER(name || ' ' || title) LIKE $2 ESCAPE '\' AND (CAST($3 AS BIGINT) = 0 OR created_by = $3) ORDER BY id DESC LIMIT $4`)
	qHold   = db.Q("ebook/hold", `SELECT deleted_at FROM ebooks WHERE id = $1 /*for_update*/`)
	qDelete = db.Q("ebook/delete", `UPDATE ebooks SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0
		AND NOT EXISTS (SELECT 1 FROM lessons l JOIN courses c ON c.id = l.course_id WHERE l.ebook_id = ebooks.id AND l.deleted_at = 0 AND c.deleted_at = 0)
		AND NOT EXISTS (SELECT 1 FROM material_holds h WHERE h.kind = 'ebook' AND h.material_id = ebooks.id)`)

	qChapterInsert = db.Q("ebook/chapter_insert", `INSERT INTO ebook_chapters (ebook_id, chapter, title, html, text, folded, first_screen, screens) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qChapters      = db.Q("ebook/chapters", `SELECT chapter, title, first_screen, screens FROM ebook_chapters WHERE ebook_id = $1 ORDER BY chapter`)
	qChapter       = db.Q("ebook/chapter", `SELECT chapter, title, html, first_screen, screens FROM ebook_chapters WHERE ebook_id = $1 AND chapter = $2`)
	qSearch        = db.Q("ebook/search", `SELECT chapter, title, text FROM ebook_chapters WHERE ebook_id = $1 AND chapter <= $2 AND folded LIKE $3 ESCAPE '\' ORDER BY chapter LIMIT $4`)

	qPictureInsert = db.Q("ebook/picture_insert", `INSERT INTO ebook_pictures (ebook_id, picture, blob_key) VALUES ($1, $2, $3)`)
	qPicture       = db.Q("ebook/picture", `SELECT blob_key FROM ebook_pictures WHERE ebook_id = $1 AND picture = $2`)
	qShows         = db.Q("ebook/shows", `SELECT MIN(chapter) FROM ebook_chapters WHERE ebook_id = $1 AND html LIKE $2`)
)
