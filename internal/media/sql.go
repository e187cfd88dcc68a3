package media

import "zhizhou/internal/db"

const assetCols = `id, name, kind, status, stage, percent, eta_s, error_code, error_msg, source_key, bytes, duration_ms,
  width, height, poster_key, sprite_key, sprite_columns, sprite_rows, sprite_interval_ms, sprite_width, sprite_height,
  preview_ms, preview_ready_ms, attempts, created_by, created_at, ready_at`

var (
	qUploadInsert = db.Q("media/upload_insert", `INSERT INTO uploads (id, tus_id, staff_id, purpose, name, bytes, status, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'receiving', $7)`)
	qUploadGet    = db.Q("media/upload_get", `SELECT id, tus_id, staff_id, purpose, name, bytes, status, error_code, error_msg, mime, asset_id, blob_key, created_at FROM uploads WHERE tus_id = $1`)
	qUploadEnd    = db.Q("media/upload_end", `UPDATE uploads SET status = $2, error_code = $3, error_msg = $4, mime = $5, asset_id = $6, blob_key = $7, finished_at = $8 WHERE tus_id = $1 AND status = 'receiving'`)
	qUploadDrop   = db.Q("media/upload_drop", `DELETE FROM uploads WHERE tus_id = $1 AND status = 'receiving'`)
	qUploadStale  = db.Q("media/upload_stale", `SELECT tus_id FROM uploads WHERE status = 'receiving' AND created_at < $1 LIMIT 100`)

	qAssetInsert = db.Q("media/asset_insert", `INSERT INTO assets (id, name, kind, status, source_key, bytes, duration_ms, width, height, created_by, created_at) VALUES ($1, $2, $3, 'uploaded', $4, $5, $6, $7, $8, $9, $10)`)
	qAssetGet    = db.Q("media/asset_get", `SELECT `+assetCols+` FROM assets WHERE id = $1 AND deleted_at = 0`)
	qAssetList   = db.Q("media/asset_list", `SELECT `+assetCols+` FROM assets WHERE deleted_at = 0 AND id < $1 AND ($2 = '' OR status = $2) AND ($3 = '' OR LOWER(name) LIKE $3 ESCAPE '\') AND (CAST($5 AS BIGINT) = 0 OR created_by = $5) ORDER BY id DESC LIMIT $4`)
	qAssetRetry  = db.Q("media/asset_retry", `UPDATE assets SET status = 'uploaded', error_code = '', error_msg = '', stage = '', percent = 0, eta_s = 0, attempts = 0, run = '', run_at = 0 WHERE id = $1 AND status = 'failed'`)
	// A run is taken over only when it gave no sign of life for a while.
	qAssetClaim   = db.Q("media/asset_claim", `UPDATE assets SET status = 'probing', stage = 'probing', run = $2, run_at = $3, attempts = attempts + 1 WHERE id = $1 AND (status = 'uploaded' OR (status IN ('probing', 'transcoding') AND run_at < $4))`)
	qAssetProbed  = db.Q("media/asset_probed", `UPDATE assets SET status = 'transcoding', kind = $3, duration_ms = $4, width = $5, height = $6, run_at = $7 WHERE id = $1 AND run = $2 AND status = 'probing'`)
	qAssetStep    = db.Q("media/asset_step", `UPDATE assets SET stage = $3, percent = $4, eta_s = $5, run_at = $6 WHERE id = $1 AND run = $2 AND status IN ('probing', 'transcoding')`)
	qAssetPicture = db.Q("media/asset_picture", `UPDATE assets SET poster_key = $3, sprite_key = $4, sprite_columns = $5, sprite_rows = $6, sprite_interval_ms = $7, sprite_width = $8, sprite_height = $9 WHERE id = $1 AND run = $2`)
	qAssetReady   = db.Q("media/asset_ready", `UPDATE assets SET status = 'ready', stage = '', percent = 100, eta_s = 0, run = '', ready_at = $3, duration_ms = $4,
  preview_ready_ms = CASE WHEN preview_ms = $5 THEN $5 ELSE 0 END WHERE id = $1 AND run = $2 AND status = 'transcoding'`)
	qAssetFailed  = db.Q("media/asset_failed", `UPDATE assets SET status = 'failed', error_code = $3, error_msg = $4, eta_s = 0, run = '' WHERE id = $1 AND run = $2 AND status IN ('probing', 'transcoding')`)
	qAssetRelease = db.Q("media/asset_release", `UPDATE assets SET status = 'uploaded', stage = '', eta_s = 0, run = '', run_at = $3, attempts = $4 WHERE id = $1 AND run = $2 AND status IN ('probing', 'transcoding')`)
	qAssetStuck   = db.Q("media/asset_stuck", `SELECT id FROM assets WHERE (status IN ('probing', 'transcoding') AND run_at < $1) OR (status = 'uploaded' AND attempts > 0 AND run_at < $2) ORDER BY id LIMIT 20`)
	// Counts as a sign of life, so that the sweep enqueues a stuck asset once a period.
	qAssetKick      = db.Q("media/asset_kick", `UPDATE assets SET status = 'uploaded', run = '', run_at = $3 WHERE id = $1 AND run_at < $2 AND status IN ('uploaded', 'probing', 'transcoding')`)
	qAssetPreview   = db.Q("media/asset_preview", `UPDATE assets SET preview_ms = $2, preview_ready_ms = CASE WHEN preview_ready_ms > $2 THEN 0 ELSE preview_ready_ms END WHERE id = $1 AND preview_ms <> $2`)
	qAssetPreviewOK = db.Q("media/asset_preview_ok", `UPDATE assets SET preview_ready_ms = $2 WHERE id = $1 AND preview_ms = $2 AND preview_ready_ms <> $2`)
	// The preview of a ready asset is remade under a run of its own.
	qPreviewClaim   = db.Q("media/preview_claim", `UPDATE assets SET run = $2, run_at = $3 WHERE id = $1 AND status = 'ready' AND preview_ms <> preview_ready_ms AND (run = '' OR run_at < $4)`)
	qPreviewBeat    = db.Q("media/preview_beat", `UPDATE assets SET run_at = $3 WHERE id = $1 AND run = $2 AND status = 'ready'`)
	qPreviewRelease = db.Q("media/preview_release", `UPDATE assets SET run = '' WHERE id = $1 AND run = $2 AND status = 'ready'`)
	qPreviewStuck   = db.Q("media/preview_stuck", `SELECT id FROM assets WHERE status = 'ready' AND run <> '' AND run_at < $1 ORDER BY id LIMIT 20`)
	qPreviewKick    = db.Q("media/preview_kick", `UPDATE assets SET run = '', run_at = $3 WHERE id = $1 AND status = 'ready' AND run <> '' AND run_at < $2`)

	qRenditionInsert = db.Q("media/rendition_insert", `INSERT INTO renditions (id, asset_id, name, kind, limit_ms, width, height, bandwidth, average, codecs, segments, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (asset_id, kind, limit_ms, name) DO NOTHING`)
	qRenditionGet    = db.Q("media/rendition_get", `SELECT id, asset_id, name, kind, limit_ms, width, height, bandwidth, average, codecs, segments, bytes FROM renditions WHERE id = $1`)
	// The playlist's list: full ones of a ready asset, or the preview that is in force.
	qRenditionsSeen = db.Q("media/renditions_seen", `SELECT r.id, r.asset_id, r.name, r.kind, r.limit_ms, r.width, r.height, r.bandwidth, r.average, r.codecs, '' AS segments, r.bytes FROM renditions r JOIN assets a ON a.id = r.asset_id
  WHERE r.asset_id = $1 AND r.kind = $2 AND a.status = 'ready' AND (r.kind = 'full' OR (a.preview_ready_ms > 0 AND r.limit_ms = a.preview_ready_ms)) ORDER BY r.height, r.width`)
	qRenditionsAll   = db.Q("media/renditions_all", `SELECT id, asset_id, name, kind, limit_ms, width, height, bandwidth, average, codecs, segments, bytes FROM renditions WHERE asset_id = $1 AND kind = $2`)
	qRenditionDelete = db.Q("media/rendition_delete", `DELETE FROM renditions WHERE id = $1`)
	qKeyInsert       = db.Q("media/key_insert", `INSERT INTO media_keys (id, rendition_id, sealed) VALUES ($1, $2, $3)`)
	qKeyDelete       = db.Q("media/key_delete", `DELETE FROM media_keys WHERE rendition_id = $1`)
	qKeySeen         = db.Q("media/key_seen", `SELECT k.sealed, k.rendition_id FROM media_keys k JOIN renditions r ON r.id = k.rendition_id JOIN assets a ON a.id = r.asset_id
  WHERE k.id = $1 AND r.asset_id = $2 AND r.kind = $3 AND a.status = 'ready' AND (r.kind = 'full' OR (a.preview_ready_ms > 0 AND r.limit_ms = a.preview_ready_ms))`)

	qDelivered      = db.Q("media/delivered", `INSERT INTO delivered_parts (user_id, asset_id, part, ms, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, asset_id, part) DO NOTHING`)
	qDeliveredMerge = db.Q("media/delivered_merge", `INSERT INTO delivered_parts (user_id, asset_id, part, ms, at) SELECT $2, asset_id, part, ms, at FROM delivered_parts WHERE user_id = $1 ON CONFLICT (user_id, asset_id, part) DO NOTHING`)
	qDeliveredDrop  = db.Q("media/delivered_drop", `DELETE FROM delivered_parts WHERE user_id = $1`)

	qTrashInsert = db.Q("media/trash_insert", `INSERT INTO blob_trash (id, prefix, files, due_at) VALUES ($1, $2, $3, $4)`)
	qTrashDue    = db.Q("media/trash_due", `SELECT id, prefix, files FROM blob_trash WHERE due_at <= $1 ORDER BY id LIMIT 50`)
	qTrashDelete = db.Q("media/trash_delete", `DELETE FROM blob_trash WHERE id = $1`)

	// The upsert's row lock serialises a user's starts on PostgreSQL.
	qFence        = db.Q("media/fence", `INSERT INTO play_fences (user_id, fence) VALUES ($1, 1) ON CONFLICT (user_id) DO UPDATE SET fence = play_fences.fence + 1`)
	qFenceGet     = db.Q("media/fence_get", `SELECT fence FROM play_fences WHERE user_id = $1`)
	qPlayInsert   = db.Q("media/play_insert", `INSERT INTO plays (id, user_id, session_id, lesson_id, course_id, asset_id, preview, max_plays, fence, started_at, beat_at, lease_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)`)
	qPlayGet      = db.Q("media/play_get", `SELECT id, user_id, session_id, lesson_id, course_id, asset_id, preview, max_plays, fence, started_at, lease_until, ended_at, end_reason, taken_by FROM plays WHERE id = $1`)
	qPlayLive     = db.Q("media/play_live", `SELECT id, session_id, lesson_id FROM plays WHERE user_id = $1 AND ended_at = 0 AND lease_until > $2 ORDER BY fence DESC`)
	qPlayExpire   = db.Q("media/play_expire", `UPDATE plays SET ended_at = $2, end_reason = 'expired' WHERE user_id = $1 AND ended_at = 0 AND lease_until <= $2`)
	qPlayTake     = db.Q("media/play_take", `UPDATE plays SET ended_at = $2, end_reason = $3, taken_by = $4 WHERE id = $1 AND ended_at = 0`)
	qPlayBeat     = db.Q("media/play_beat", `UPDATE plays SET lease_until = $4, beat_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at = 0 AND lease_until > $3`)
	qPlayRevive   = db.Q("media/play_revive", `UPDATE plays SET lease_until = $4, beat_at = $3, ended_at = 0, end_reason = '' WHERE id = $1 AND user_id = $2 AND (ended_at = 0 OR end_reason = 'expired')`)
	qPlayEnd      = db.Q("media/play_end", `UPDATE plays SET ended_at = $3, end_reason = 'ended' WHERE id = $1 AND user_id = $2 AND ended_at = 0`)
	qPlayStale    = db.Q("media/play_stale", `DELETE FROM plays WHERE started_at < $1 AND lease_until < $2`)
	qPlaysRunning = db.Q("media/plays_running", `SELECT COUNT(*) FROM plays WHERE user_id = $1 AND ended_at = 0 AND lease_until > $2`)
)
