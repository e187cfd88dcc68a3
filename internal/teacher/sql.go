package teacher

import "zhizhou/internal/db"

const columns = `a.id, a.user_id, a.state, a.reason, a.instructor_id, a.decided_by, a.decided_at, a.created_at, a.sealed, u.nickname, u.phone_masked`

const from = ` FROM instructor_applications a JOIN users u ON u.id = a.user_id `

const fileColumns = `id, user_id, application_id, sealed_name, blob_key, bytes, mime`

var (
	qOwn   = db.Q("teacher/own", `SELECT `+columns+from+`WHERE a.user_id = $1 ORDER BY a.id DESC LIMIT 20`)
	qOne   = db.Q("teacher/one", `SELECT `+columns+from+`WHERE a.id = $1`)
	qQueue = db.Q("teacher/queue", `SELECT `+columns+from+`WHERE a.state = $1 AND (CAST($2 AS BIGINT) = 0 OR a.id < $2) ORDER BY a.id DESC LIMIT $3`)
	qPhone = db.Q("teacher/phone", `SELECT phone_masked FROM users WHERE id = $1`)
	qLive  = db.Q("teacher/live", `SELECT state FROM instructor_applications WHERE user_id = $1 AND state IN ('pending', 'approved')`)
	qSince = db.Q("teacher/since", `SELECT COUNT(*) FROM instructor_applications WHERE user_id = $1 AND created_at > $2`)

	qInsert   = db.Q("teacher/insert", `INSERT INTO instructor_applications (id, user_id, state, sealed, created_at) VALUES ($1, $2, 'pending', $3, $4) ON CONFLICT DO NOTHING`)
	qWithdraw = db.Q("teacher/withdraw", `UPDATE instructor_applications SET state = 'withdrawn', decided_at = $3 WHERE id = $1 AND user_id = $2 AND state = 'pending'`)
	qApprove  = db.Q("teacher/approve", `UPDATE instructor_applications SET state = 'approved', instructor_id = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'pending'`)
	qReject   = db.Q("teacher/reject", `UPDATE instructor_applications SET state = 'rejected', reason = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'pending'`)

	// The lock makes one person's papers come one after another, so that they can be counted.
	qFileRoom   = db.Q("teacher/file_room", `SELECT phone_masked FROM users WHERE id = $1 /*for_update*/`)
	qFileCount  = db.Q("teacher/file_count", `SELECT COUNT(*) FROM application_files WHERE user_id = $1 AND (application_id = 0 OR application_id = $2)`)
	qFileInsert = db.Q("teacher/file_insert", `INSERT INTO application_files (id, user_id, sealed_name, blob_key, bytes, mime, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qFileAttach = db.Q("teacher/file_attach", `UPDATE application_files SET application_id = $3 WHERE id = $1 AND user_id = $2 AND application_id = 0`)
	qFileDrop   = db.Q("teacher/file_drop", `UPDATE application_files SET application_id = -1 WHERE id = $1 AND user_id = $2 AND application_id = 0`)
	qFilesDrop  = db.Q("teacher/files_drop", `UPDATE application_files SET application_id = -1 WHERE application_id = $1`)
	qFiles      = db.Q("teacher/files", `SELECT `+fileColumns+` FROM application_files WHERE application_id = $1 ORDER BY id`)
	qDrafts     = db.Q("teacher/drafts", `SELECT `+fileColumns+` FROM application_files WHERE user_id = $1 AND application_id = 0 ORDER BY id`)
	qFile       = db.Q("teacher/file", `SELECT `+fileColumns+` FROM application_files WHERE id = $1 AND application_id = $2`)

	qFileStale = db.Q("teacher/file_stale", `UPDATE application_files SET application_id = -1 WHERE application_id = 0 AND created_at < $1`)
	qFileOld   = db.Q("teacher/file_old", `UPDATE application_files SET application_id = -1 WHERE application_id IN
		(SELECT a.id FROM instructor_applications a WHERE a.state = 'withdrawn' OR (a.state IN ('approved', 'rejected') AND a.decided_at < $1))`)
	qFilesGone = db.Q("teacher/files_gone", `SELECT `+fileColumns+` FROM application_files WHERE application_id = -1 ORDER BY id LIMIT 100`)
	qFileGone  = db.Q("teacher/file_gone", `DELETE FROM application_files WHERE id = $1 AND application_id = -1`)

	// Of two accounts that become one, an approval outlives what is open, and one of two
	// open ones stays. Two approvals stay where they are: each has its profile.
	qMergeFrom = db.Q("teacher/merge_from", `UPDATE instructor_applications SET state = 'withdrawn', decided_at = $3 WHERE user_id = $1 AND state = 'pending'
		AND EXISTS (SELECT 1 FROM instructor_applications o WHERE o.user_id = $2 AND o.state IN ('pending', 'approved'))`)
	qMergeTo = db.Q("teacher/merge_to", `UPDATE instructor_applications SET state = 'withdrawn', decided_at = $3 WHERE user_id = $2 AND state = 'pending'
		AND EXISTS (SELECT 1 FROM instructor_applications o WHERE o.user_id = $1 AND o.state = 'approved')`)
	qMerge = db.Q("teacher/merge", `UPDATE instructor_applications SET user_id = $2 WHERE user_id = $1 AND NOT (state = 'approved'
		AND EXISTS (SELECT 1 FROM instructor_applications o WHERE o.user_id = $2 AND o.state = 'approved'))`)
	qMergeDrop = db.Q("teacher/merge_drop", `UPDATE application_files SET application_id = -1 WHERE application_id IN
		(SELECT a.id FROM instructor_applications a WHERE a.state = 'withdrawn' AND a.user_id IN ($1, $2))`)
	qMergeFiles = db.Q("teacher/merge_files", `UPDATE application_files SET user_id = $2 WHERE user_id = $1`)
)
