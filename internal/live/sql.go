package live

import "zhizhou/internal/db"

const roomColumns = `lesson_id, state, starts_at, planned_ms, recording, asset_id, push_id, opened_at, pushed_at, ended_at, next_seq, breaks, aired_ms, notice, on_screen, product_id, call_id, call_until, version`

var (
	qRoom     = db.Q("live/room", `SELECT `+roomColumns+` FROM live_rooms WHERE lesson_id = $1`)
	qRoomLock = db.Q("live/room_lock", `SELECT `+roomColumns+` FROM live_rooms WHERE lesson_id = $1 /*for_update*/`)
	qRoomNew  = db.Q("live/room_new", `INSERT INTO live_rooms (lesson_id, starts_at, planned_ms, stream_key, recording) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qRoomPlan = db.Q("live/room_plan", `UPDATE live_rooms SET starts_at = $3, planned_ms = $4, recording = $5, version = version + 1 WHERE lesson_id = $1 AND version = $2 AND state <> 'ended'`)
	qRoomKey  = db.Q("live/room_key", `SELECT stream_key FROM live_rooms WHERE lesson_id = $1`)
	qRekey    = db.Q("live/room_rekey", `UPDATE live_rooms SET stream_key = $2, push_id = 0, version = version + 1 WHERE lesson_id = $1`)
	qNotice   = db.Q("live/room_notice", `UPDATE live_rooms SET notice = $2, version = version + 1 WHERE lesson_id = $1`)
	qScreen   = db.Q("live/room_screen", `UPDATE live_rooms SET on_screen = $2, version = version + 1 WHERE lesson_id = $1`)
	qCard     = db.Q("live/room_card", `UPDATE live_rooms SET product_id = $2, version = version + 1 WHERE lesson_id = $1`)
	qCall     = db.Q("live/room_call", `UPDATE live_rooms SET call_id = $2, call_until = $3, version = version + 1 WHERE lesson_id = $1 AND state = 'live'`)
	qOpen     = db.Q("live/room_open", `UPDATE live_rooms SET state = 'live', push_id = $2, pushed_at = $3, opened_at = CASE WHEN opened_at = 0 THEN $3 ELSE opened_at END,
		version = version + 1 WHERE lesson_id = $1 AND state <> 'ended'`)
	qAir = db.Q("live/room_air", `UPDATE live_rooms SET next_seq = next_seq + 1, breaks = breaks + $3, aired_ms = aired_ms + $4, pushed_at = $5 WHERE lesson_id = $1 AND push_id = $2 AND state = 'live'`)
	qEnd = db.Q("live/room_end", `UPDATE live_rooms SET state = 'ended', ended_at = $2, push_id = 0, call_until = 0, on_screen = 0, run_at = $2,
		recording = CASE WHEN recording = 'wanted' AND next_seq = 0 THEN 'off' ELSE recording END, version = version + 1 WHERE lesson_id = $1 AND state = 'live'`)
	qIdle = db.Q("live/rooms_idle", `SELECT lesson_id FROM live_rooms WHERE state = 'live' AND pushed_at < $1 ORDER BY pushed_at LIMIT 50`)

	qPushNew = db.Q("live/push_new", `INSERT INTO live_pushes (id, lesson_id, started_at) VALUES ($1, $2, $3)`)
	qPushEnd = db.Q("live/push_end", `UPDATE live_pushes SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at = 0`)
	qPushOff = db.Q("live/push_off", `UPDATE live_rooms SET push_id = 0, version = version + 1 WHERE lesson_id = $1 AND push_id = $2`)
	qPushes  = db.Q("live/pushes", `SELECT id, started_at, ended_at, end_reason FROM live_pushes WHERE lesson_id = $1 ORDER BY id DESC LIMIT 20`)

	qKeyNew     = db.Q("live/key_new", `INSERT INTO live_keys (id, lesson_id, sealed, made_at) VALUES ($1, $2, $3, $4)`)
	qKeyGet     = db.Q("live/key", `SELECT sealed FROM live_keys WHERE id = $1 AND lesson_id = $2`)
	qSegmentNew = db.Q("live/segment_new", `INSERT INTO live_segments (lesson_id, seq, push_id, key_id, iv, ms, bytes, fresh, breaks, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qWindow     = db.Q("live/window", `SELECT seq, push_id, key_id, iv, ms, bytes, fresh, breaks FROM live_segments WHERE lesson_id = $1 ORDER BY seq DESC LIMIT $2`)
	qSegments   = db.Q("live/segments", `SELECT seq, push_id, key_id, iv, ms, bytes, fresh, breaks FROM live_segments WHERE lesson_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3`)
	qStale      = db.Q("live/segments_stale", `SELECT s.lesson_id, s.seq, s.push_id FROM live_rooms r JOIN live_segments s ON s.lesson_id = r.lesson_id
		WHERE (r.recording = 'off' AND s.made_at < $1 AND (r.state = 'ended' OR s.seq < r.next_seq - $3))
			OR (r.recording = 'made' AND r.ended_at < $2 AND EXISTS (SELECT 1 FROM assets a WHERE a.id = r.asset_id AND a.status = 'ready'))
		ORDER BY s.lesson_id, s.seq LIMIT $4`)
	qSegmentDrop = db.Q("live/segment_drop", `DELETE FROM live_segments WHERE lesson_id = $1 AND seq = $2`)
	qKeysDrop    = db.Q("live/keys_drop", `DELETE FROM live_keys WHERE lesson_id = $1 AND made_at < $2
		AND NOT EXISTS (SELECT 1 FROM live_segments s WHERE s.lesson_id = live_keys.lesson_id AND s.key_id = live_keys.id)`)

	qRecordDue   = db.Q("live/record_due", `SELECT lesson_id FROM live_rooms WHERE state = 'ended' AND recording IN ('wanted', 'making') AND run_at < $1 ORDER BY run_at LIMIT 20`)
	qRecordKick  = db.Q("live/record_kick", `UPDATE live_rooms SET run_at = $3 WHERE lesson_id = $1 AND state = 'ended' AND recording IN ('wanted', 'making') AND run_at < $2`)
	qRecordClaim = db.Q("live/record_claim", `UPDATE live_rooms SET recording = 'making', run_at = $2 WHERE lesson_id = $1 AND state = 'ended' AND recording IN ('wanted', 'making')`)
	qRecordBeat  = db.Q("live/record_beat", `UPDATE live_rooms SET run_at = $2 WHERE lesson_id = $1 AND recording = 'making'`)
	qRecordMade  = db.Q("live/record_made", `UPDATE live_rooms SET recording = 'made', asset_id = $2, version = version + 1 WHERE lesson_id = $1 AND recording = 'making'`)
	qRecordFail  = db.Q("live/record_fail", `UPDATE live_rooms SET recording = 'failed', version = version + 1 WHERE lesson_id = $1 AND recording = 'making'`)
	qRecordAgain = db.Q("live/record_again", `UPDATE live_rooms SET recording = 'wanted', run_at = $2, version = version + 1 WHERE lesson_id = $1 AND state = 'ended' AND recording = 'failed'`)

	qTalk    = db.Q("live/talk", `INSERT INTO live_messages (id, lesson_id, user_id, staff_id, name, kind, body, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`)
	qTalkGet = db.Q("live/talk_get", `SELECT `+talkColumns+` FROM live_messages WHERE id = $1 AND lesson_id = $2`)
	qTalkOf  = db.Q("live/talk_of", `SELECT m.*, COALESCE(u.nickname, '') AS nickname FROM (SELECT `+talkColumns+` FROM live_messages WHERE lesson_id = $1 AND ($2 = '' OR kind = $2) AND (CAST($3 AS BIGINT) = 0 OR id < $3) AND (hidden_at = 0 OR $5) ORDER BY id DESC LIMIT $4) m
		LEFT JOIN users u ON u.id = m.user_id ORDER BY m.id DESC`)
	qTalkNews = db.Q("live/talk_news", `SELECT `+talkColumns+` FROM live_messages WHERE lesson_id = $1 AND changed_at >= $2 ORDER BY id LIMIT 500`)
	qTalkMine = db.Q("live/talk_mine", `SELECT body, created_at FROM live_messages WHERE lesson_id = $1 AND user_id = $2 AND created_at > $3 ORDER BY created_at DESC LIMIT 30`)
	qHide     = db.Q("live/talk_hide", `UPDATE live_messages SET hidden_at = $3, changed_at = $3 WHERE id = $1 AND lesson_id = $2 AND hidden_at = 0`)
	qAnswered = db.Q("live/talk_answered", `UPDATE live_messages SET answered_at = $3, changed_at = $3 WHERE id = $1 AND lesson_id = $2 AND kind = 'question' AND answered_at = 0`)
	qMute     = db.Q("live/mute", `INSERT INTO live_mutes (lesson_id, user_id, staff_id, muted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qUnmute   = db.Q("live/unmute", `DELETE FROM live_mutes WHERE lesson_id = $1 AND user_id = $2`)
	qMuted    = db.Q("live/muted", `SELECT COUNT(*) FROM live_mutes WHERE lesson_id = $1 AND user_id = $2`)

	qCame       = db.Q("live/came", `INSERT INTO live_attendance (lesson_id, user_id, first_at, last_at) VALUES ($1, $2, $3, $3) ON CONFLICT (lesson_id, user_id) DO UPDATE SET last_at = $3`)
	qThere      = db.Q("live/there", `SELECT first_at, last_at, play_id, beat_at, mark_ms, attended_ms FROM live_attendance WHERE lesson_id = $1 AND user_id = $2 /*for_update*/`)
	qAttend     = db.Q("live/attend", `UPDATE live_attendance SET play_id = $3, beat_at = $4, mark_ms = $5, attended_ms = attended_ms + $6, last_at = $4 WHERE lesson_id = $1 AND user_id = $2`)
	qAttendance = db.Q("live/attendance", `SELECT a.user_id, COALESCE(u.nickname, '') AS nickname, a.first_at, a.last_at, a.attended_ms,
			(SELECT COUNT(*) FROM live_sign_ins i WHERE i.lesson_id = a.lesson_id AND i.user_id = a.user_id) AS sign_ins,
			(SELECT COUNT(*) FROM live_messages m WHERE m.lesson_id = a.lesson_id AND m.user_id = a.user_id) AS messages,
			CASE WHEN EXISTS (SELECT 1 FROM live_mutes x WHERE x.lesson_id = a.lesson_id AND x.user_id = a.user_id) THEN 1 ELSE 0 END AS muted
		FROM live_attendance a LEFT JOIN users u ON u.id = a.user_id WHERE a.lesson_id = $1 AND a.user_id > $2 ORDER BY a.user_id LIMIT $3`)
	qAttendees = db.Q("live/attendees", `SELECT COUNT(*) AS n, CAST(COALESCE(SUM(attended_ms), 0) AS BIGINT) AS ms, CAST(COALESCE(SUM(CASE WHEN beat_at > $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS now_there FROM live_attendance WHERE lesson_id = $1`)

	qProduct = db.Q("live/product", `SELECT p.id, p.kind, CASE WHEN p.kind = 'course' THEN p.course_id ELSE 0 END AS course_id, CASE WHEN p.kind = 'lesson' THEN p.course_id ELSE 0 END AS of_course,
			CASE WHEN p.title <> '' THEN p.title WHEN p.kind = 'lesson' THEN COALESCE(l.title, '') ELSE COALESCE(c.title, '') END AS title,
			CASE WHEN p.cover = '' THEN COALESCE(c.cover, '') ELSE p.cover END AS cover, CASE WHEN p.scene = '' THEN COALESCE(c.scene, '') ELSE p.scene END AS scene,
			MIN(s.price_fen) AS price_fen, MAX(s.price_fen) AS most_fen
		FROM products p JOIN skus s ON s.product_id = p.id AND s.active LEFT JOIN courses c ON c.id = p.course_id LEFT JOIN lessons l ON l.id = p.lesson_id
		WHERE (p.id = $1 OR (CAST($1 AS BIGINT) = 0 AND p.id > $2)) AND (c.id IS NULL OR c.status = 'published' AND c.deleted_at = 0) AND (p.kind = 'course' OR p.status = 'published') AND (p.kind <> 'lesson' OR l.deleted_at = 0)
		GROUP BY p.id, p.kind, p.course_id, p.title, p.cover, p.scene, c.title, c.cover, c.scene, l.title ORDER BY p.id LIMIT $3`)

	qSignIn   = db.Q("live/sign_in", `INSERT INTO live_sign_ins (call_id, user_id, lesson_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qSignedIn = db.Q("live/signed_in", `SELECT COUNT(*) FROM live_sign_ins WHERE call_id = $1 AND user_id = $2`)
	qCalled   = db.Q("live/called", `SELECT COUNT(*) FROM live_sign_ins WHERE call_id = $1`)

	qWish   = db.Q("live/wish", `INSERT INTO live_reminders (lesson_id, user_id, wanted_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qUnwish = db.Q("live/unwish", `DELETE FROM live_reminders WHERE lesson_id = $1 AND user_id = $2 AND sent_at = 0`)
	qWished = db.Q("live/wished", `SELECT COUNT(*) FROM live_reminders WHERE lesson_id = $1 AND user_id = $2`)
	qWishes = db.Q("live/wishes", `SELECT m.lesson_id, m.user_id, l.course_id, l.title, r.starts_at FROM live_rooms r JOIN live_reminders m ON m.lesson_id = r.lesson_id AND m.sent_at = 0
		JOIN lessons l ON l.id = r.lesson_id AND l.deleted_at = 0 WHERE r.state = 'scheduled' AND r.starts_at > $1 AND r.starts_at <= $2 ORDER BY m.lesson_id, m.user_id LIMIT 200`)
	qReminded = db.Q("live/reminded", `UPDATE live_reminders SET sent_at = $3 WHERE lesson_id = $1 AND user_id = $2 AND sent_at = 0`)

	qMergeAttend = db.Q("live/merge_attend", `INSERT INTO live_attendance (lesson_id, user_id, first_at, last_at, attended_ms) SELECT lesson_id, $2, first_at, last_at, attended_ms FROM live_attendance WHERE user_id = $1
		ON CONFLICT (lesson_id, user_id) DO UPDATE SET attended_ms = CASE WHEN live_attendance.attended_ms > excluded.attended_ms THEN live_attendance.attended_ms ELSE excluded.attended_ms END`)
	qMergeAttendX = db.Q("live/merge_attend_drop", `DELETE FROM live_attendance WHERE user_id = $1`)
	qMergeSigns   = db.Q("live/merge_signs", `INSERT INTO live_sign_ins (call_id, user_id, lesson_id, at) SELECT call_id, $2, lesson_id, at FROM live_sign_ins WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qMergeSignsX  = db.Q("live/merge_signs_drop", `DELETE FROM live_sign_ins WHERE user_id = $1`)
	qMergeTalk    = db.Q("live/merge_talk", `UPDATE live_messages SET user_id = $2 WHERE user_id = $1`)
	qMergeMutes   = db.Q("live/merge_mutes", `INSERT INTO live_mutes (lesson_id, user_id, staff_id, muted_at) SELECT lesson_id, $2, staff_id, muted_at FROM live_mutes WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qMergeMutesX  = db.Q("live/merge_mutes_drop", `DELETE FROM live_mutes WHERE user_id = $1`)
	qMergeWishes  = db.Q("live/merge_wishes", `INSERT INTO live_reminders (lesson_id, user_id, wanted_at, sent_at) SELECT lesson_id, $2, wanted_at, sent_at FROM live_reminders WHERE user_id = $1 ON CONFLICT DO NOTHING`)
	qMergeWishesX = db.Q("live/merge_wishes_drop", `DELETE FROM live_reminders WHERE user_id = $1`)
)

const talkColumns = `id, lesson_id, user_id, staff_id, name, kind, body, created_at, changed_at, hidden_at, answered_at`
