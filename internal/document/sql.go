package document

import "zhizhou/internal/db"

const columns = `id, name, status, percent, error_code, error_msg, source_key, bytes, pages, outline, attempts, created_by, created_at, ready_at`

var (
	qInsert = db.Q("document/insert", `INSERT INTO documents (id, name, status, source_key, bytes, created_by, created_at) VALUES ($1, $2, 'uploaded', $3, $4, $5, $6)`)
	qGet    = db.Q("document/get", `SELECT `+columns+` FROM documents WHERE id = $1 AND deleted_at = 0`)
	qRetry  = db.Q("document/retry", `UPDATE documents SET status = 'uploaded', error_code = '', error_msg = '', percent = 0, attempts = 0, run = '', run_at = 0 WHERE id = $1 AND status = 'failed' AND deleted_at = 0`)
	// A run is taken over only when it gave no sign of life for a while.
	qClaim   = db.Q("document/claim", `UPDATE documents SET status = 'working', percent = 0, run = $2, run_at = $3, attempts = attempts + 1 WHERE id = $1 AND deleted_at = 0 AND (status = 'uploaded' OR (status = 'working' AND run_at < $4))`)
	qBeat    = db.Q("document/beat", `UPDATE documents SET percent = $3, run_at = $4 WHERE id = $1 AND run = $2 AND status = 'working'`)
	qReady   = db.Q("document/ready", `UPDATE documents SET status = 'ready', percent = 100, run = '', pages = $3, outline = $4, ready_at = $5 WHERE id = $1 AND run = $2 AND status = 'working'`)
	qFail    = db.Q("document/fail", `UPDATE documents SET status = 'failed', error_code = $3, error_msg = $4, run = '' WHERE id = $1 AND run = $2 AND status = 'working'`)
	qRelease = db.Q("document/release", `UPDATE documents SET status = 'uploaded', run = '', run_at = $3, attempts = $4 WHERE id = $1 AND run = $2 AND status = 'working'`)
	qStuck   = db.Q("document/stuck", `SELECT id FROM documents WHERE deleted_at = 0 AND ((status = 'working' AND run_at < $1) OR (status = 'uploaded' AND attempts > 0 AND run_at < $2)) ORDER BY id LIMIT 20`)
	qKick    = db.Q("document/kick", `UPDATE documents SET status = 'uploaded', run = '', run_at = $3 WHERE id = $1 AND run_at < $2 AND status IN ('uploaded', 'working')`)

	qPagesDrop  = db.Q("document/pages_drop", `DELETE FROM document_pages WHERE document_id = $1`)
	qPageInsert = db.Q("document/page_insert", `INSERT INTO document_pages (document_id, page, width, height, text, folded) VALUES ($1, $2, $3, $4, $5, $6)`)
	qPages      = db.Q("document/pages", `SELECT page, width, height FROM document_pages WHERE document_id = $1 AND page <= $2 ORDER BY page`)
	qPage       = db.Q("document/page", `SELECT page, width, height FROM document_pages WHERE document_id = $1 AND page = $2`)
	qWords      = db.Q("document/words", `SELECT text FROM document_pages WHERE document_id = $1 ORDER BY page`)
	qSearch     = db.Q("document/search", `SELECT page, text FROM document_pages WHERE document_id = $1 AND page <= $2 AND folded LIKE $3 ESCAPE '\' ORDER BY page LIMIT $4`)

	qDelivered      = db.Q("document/delivered", `INSERT INTO delivered_pages (user_id, document_id, page, at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, document_id, page) DO NOTHING`)
	qDeliveredHas   = db.Q("document/delivered_has", `SELECT COUNT(*) FROM delivered_pages WHERE user_id = $1 AND document_id = $2 AND page = $3`)
	qDeliveredMerge = db.Q("document/delivered_merge", `INSERT INTO delivered_pages (user_id, document_id, page, at) SELECT $2, document_id, page, at FROM delivered_pages WHERE user_id = $1 ON CONFLICT (user_id, document_id, page) DO NOTHING`)
	qDeliveredDrop  = db.Q("document/delivered_drop", `DELETE FROM delivered_pages WHERE user_id = $1`)
)
