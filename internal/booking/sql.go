package booking

import (
	"zhizhou/internal/access"
	"zhizhou/internal/db"
)

const (
	planColumns = `lesson_id, kind, place, directions, bring, note, link, minutes, cancel_hours, hold, most, version`
	slotColumns = `s.id, s.lesson_id, s.course_id, s.starts_at, s.ends_at, s.place, s.places, s.booked, s.state, s.reason, s.code`
	columns     = `b.id, b.slot_id, b.lesson_id, b.course_id, b.user_id, b.starts_at, b.ends_at, b.state, b.free_cancel, b.ended_by, b.reason, b.tries, b.by_code, b.created_at, b.changed_at`
)

// entitled is the condition under which a user may book a lesson l of a course c.
func entitled(user, now string) string {
	return `(l.deleted_at = 0 AND l.released_at > 0 AND ((l.is_free AND c.status = 'published') OR EXISTS (SELECT 1 FROM grants g
		WHERE g.user_id = ` + user + ` AND g.revoked_at = 0 AND g.starts_at <= ` + now + ` AND (g.until_at = 0 OR g.until_at > ` + now + `)
		AND ((g.resource_kind = 'lesson' AND g.resource_id = l.id) OR ` + access.OpensCourse("l.course_id") + `))))`
}

var (
	qPlan     = db.Q("booking/plan", `SELECT `+planColumns+` FROM booking_plans WHERE lesson_id = $1`)
	qPlanSave = db.Q("booking/plan_save", `INSERT INTO booking_plans (lesson_id, kind, place, directions, bring, note, link, minutes, cancel_hours, hold, most, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13)
		ON CONFLICT (lesson_id) DO UPDATE SET kind = $2, place = $3, directions = $4, bring = $5, note = $6, link = $7, minutes = $8, cancel_hours = $9, hold = $10, most = $11,
			version = booking_plans.version + 1, updated_at = $13 WHERE booking_plans.version = $12`)
	qWide  = db.Q("booking/wide", `SELECT COUNT(*) FROM booking_slots WHERE lesson_id = $1 AND state <> 'cancelled' AND starts_at > $2 AND places > 1`)
	qTitle = db.Q("booking/title", `SELECT title FROM lessons WHERE id = $1`)
	qMay   = db.Q("booking/may", `SELECT COUNT(*) FROM lessons l JOIN courses c ON c.id = l.course_id WHERE l.id = $2 AND `+entitled("$1", "$3"))

	qSlotAdd = db.Q("booking/slot_add", `INSERT INTO booking_slots (id, lesson_id, course_id, starts_at, ends_at, place, places, state, code, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9) ON CONFLICT DO NOTHING`)
	qSlot      = db.Q("booking/slot", `SELECT `+slotColumns+` FROM booking_slots s WHERE s.id = $1`)
	qSlotLock  = db.Q("booking/slot_lock", `SELECT `+slotColumns+` FROM booking_slots s WHERE s.id = $1 /*for_update*/`)
	qSlotsOpen = db.Q("booking/slots_open", `SELECT `+slotColumns+` FROM booking_slots s WHERE s.lesson_id = $1 AND s.state <> 'cancelled' AND s.starts_at > $2 ORDER BY s.starts_at, s.id LIMIT 200`)
	qSlotsNext = db.Q("booking/slots_next", `SELECT `+slotColumns+`, (SELECT COUNT(*) FROM bookings b WHERE b.slot_id = s.id AND b.state = 'waiting') AS waiting FROM booking_slots s
		WHERE s.lesson_id = $1 AND s.ends_at > $2 AND (s.starts_at > $3 OR (s.starts_at = $3 AND s.id > $4)) ORDER BY s.starts_at, s.id LIMIT $5`)
	qSlotsPast = db.Q("booking/slots_past", `SELECT `+slotColumns+`, (SELECT COUNT(*) FROM bookings b WHERE b.slot_id = s.id AND b.state = 'waiting') AS waiting FROM booking_slots s
		WHERE s.lesson_id = $1 AND s.ends_at <= $2 AND (CAST($3 AS BIGINT) = 0 OR s.starts_at < $3 OR (s.starts_at = $3 AND s.id < $4)) ORDER BY s.starts_at DESC, s.id DESC LIMIT $5`)
	qSlotSame   = db.Q("booking/slot_same", `SELECT COUNT(*) FROM booking_slots WHERE lesson_id = $1 AND starts_at = $2 AND place = $3 AND state <> 'cancelled' AND id <> $4`)
	qSlotChange = db.Q("booking/slot_change", `UPDATE booking_slots SET starts_at = $2, ends_at = $3, place = $4, places = $5 WHERE id = $1 AND state <> 'cancelled' AND booked <= $5`)
	qSlotState  = db.Q("booking/slot_state", `UPDATE booking_slots SET state = $2, reason = $3 WHERE id = $1 AND state <> 'cancelled' AND state <> $2`)
	qSlotCode   = db.Q("booking/slot_code", `UPDATE booking_slots SET code = $2 WHERE id = $1 AND state <> 'cancelled'`)
	qTake       = db.Q("booking/take", `UPDATE booking_slots SET booked = booked + 1 WHERE id = $1 AND state = 'open' AND starts_at > $2 AND booked < places`)
	qGive       = db.Q("booking/give", `UPDATE booking_slots SET booked = booked - 1 WHERE id = $1 AND booked > 0`)
	qAllCode    = db.Q("booking/tries_anew", `UPDATE bookings SET tries = 0 WHERE slot_id = $1`)

	qUserLock = db.Q("booking/user_lock", `SELECT id FROM users WHERE id = $1 /*for_update*/`)
	qHeld     = db.Q("booking/held", `SELECT COUNT(*) FROM bookings WHERE user_id = $1 AND lesson_id = $2 AND state IN ('booked', 'waiting') AND ends_at > $3`)
	qTotal    = db.Q("booking/total", `SELECT COUNT(*) FROM bookings WHERE user_id = $1 AND lesson_id = $2 AND state <> 'cancelled' AND (state <> 'waiting' OR starts_at > $3)`)
	// Waiting counts: who waits for an hour cannot be given it when they are elsewhere then.
	qOverlap = db.Q("booking/overlap", `SELECT COUNT(*) FROM bookings WHERE user_id = $1 AND state IN ('booked', 'waiting') AND starts_at < $3 AND ends_at > $2 AND slot_id <> $4`)
	qInsert  = db.Q("booking/insert", `INSERT INTO bookings (id, slot_id, lesson_id, course_id, user_id, starts_at, ends_at, state, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING`)
	qOne    = db.Q("booking/one", `SELECT `+columns+` FROM bookings b WHERE b.id = $1`)
	qLine   = db.Q("booking/line", `SELECT `+columns+` FROM bookings b WHERE b.slot_id = $1 AND b.state = 'waiting' ORDER BY b.created_at, b.id LIMIT 200`)
	qAhead  = db.Q("booking/ahead", `SELECT COUNT(*) FROM bookings WHERE slot_id = $1 AND state = 'waiting' AND (created_at < $2 OR (created_at = $2 AND id < $3))`)
	qUp     = db.Q("booking/up", `UPDATE bookings SET state = 'booked', free_cancel = $2, changed_at = $3 WHERE id = $1 AND state = 'waiting'`)
	qEnd    = db.Q("booking/end", `UPDATE bookings SET state = 'cancelled', ended_by = $3, reason = $4, changed_at = $5 WHERE id = $1 AND state = $2`)
	qLive   = db.Q("booking/live", `SELECT `+columns+` FROM bookings b WHERE b.slot_id = $1 AND b.state IN ('booked', 'waiting') ORDER BY b.user_id`)
	qMove   = db.Q("booking/move", `UPDATE bookings SET starts_at = $2, ends_at = $3, free_cancel = CASE WHEN state IN ('booked', 'waiting') THEN TRUE ELSE free_cancel END, changed_at = $4 WHERE slot_id = $1 AND state <> 'cancelled'`)
	qMark   = db.Q("booking/mark", `UPDATE bookings SET state = $2, by_code = $3, changed_at = $4 WHERE id = $1 AND state IN ('booked', 'attended', 'absent') AND state <> $2`)
	qTry    = db.Q("booking/try", `UPDATE bookings SET tries = tries + 1 WHERE id = $1 AND state = 'booked' AND tries < $2`)
	qOfUser = db.Q("booking/of_user", `SELECT `+columns+`, COALESCE(NULLIF(s.place, ''), p.place) AS place, p.kind, l.title, s.reason AS slot_reason FROM bookings b JOIN booking_slots s ON s.id = b.slot_id JOIN booking_plans p ON p.lesson_id = b.lesson_id
		JOIN lessons l ON l.id = b.lesson_id WHERE b.user_id = $1 AND b.lesson_id = $2 ORDER BY b.starts_at DESC, b.id DESC LIMIT 50`)
	qNext = db.Q("booking/next", `SELECT `+columns+`, COALESCE(NULLIF(s.place, ''), p.place) AS place, p.kind, l.title, s.reason AS slot_reason FROM bookings b JOIN booking_slots s ON s.id = b.slot_id JOIN booking_plans p ON p.lesson_id = b.lesson_id
		JOIN lessons l ON l.id = b.lesson_id WHERE b.user_id = $1 AND b.state IN ('booked', 'waiting') AND b.ends_at > $2 ORDER BY b.starts_at, b.id LIMIT 20`)
	qOfSlot = db.Q("booking/of_slot", `SELECT `+columns+`, u.nickname, u.phone_masked FROM bookings b JOIN users u ON u.id = b.user_id WHERE b.slot_id = $1 AND b.id > $2 ORDER BY b.id LIMIT $3`)
	qRows   = db.Q("booking/rows", `SELECT `+columns+`, u.nickname, u.phone_masked, COALESCE(NULLIF(s.place, ''), p.place) AS place FROM bookings b JOIN users u ON u.id = b.user_id JOIN booking_slots s ON s.id = b.slot_id
		JOIN booking_plans p ON p.lesson_id = b.lesson_id WHERE b.lesson_id = $1 AND b.id > $2 ORDER BY b.id LIMIT 500`)
	qCount = db.Q("booking/count", `SELECT COUNT(*) FROM bookings WHERE lesson_id = $1`)

	qLost = db.Q("booking/lost", `SELECT `+columns+` FROM bookings b JOIN lessons l ON l.id = b.lesson_id JOIN courses c ON c.id = b.course_id
		WHERE b.state IN ('booked', 'waiting') AND b.starts_at > $1 AND (CAST($2 AS BIGINT) = 0 OR b.user_id = $2) AND NOT `+entitled("b.user_id", "$1")+` ORDER BY b.slot_id, b.id LIMIT 200`)
	qInVain = db.Q("booking/in_vain", `SELECT `+columns+` FROM bookings b WHERE b.state = 'waiting' AND b.starts_at <= $1 ORDER BY b.slot_id, b.id LIMIT 200`)
	// One reminder each: who booked within the day hears it an hour before.
	qDayDue   = db.Q("booking/day_due", `SELECT `+columns+` FROM bookings b WHERE b.state = 'booked' AND b.starts_at > CAST($1 AS BIGINT) + 3600000 AND b.starts_at <= CAST($1 AS BIGINT) + 86400000 AND b.day_told <> b.starts_at ORDER BY b.id LIMIT 200`)
	qHourDue  = db.Q("booking/hour_due", `SELECT `+columns+` FROM bookings b WHERE b.state = 'booked' AND b.starts_at > $1 AND b.starts_at <= CAST($1 AS BIGINT) + 3600000 AND b.hour_told <> b.starts_at ORDER BY b.id LIMIT 200`)
	qDayTold  = db.Q("booking/day_told", `UPDATE bookings SET day_told = starts_at WHERE id = $1 AND state = 'booked' AND starts_at = $2 AND day_told <> starts_at`)
	qHourTold = db.Q("booking/hour_told", `UPDATE bookings SET hour_told = starts_at WHERE id = $1 AND state = 'booked' AND starts_at = $2 AND hour_told <> starts_at`)

	// What both have of one slot, or at one time, is one person's now.
	qMergeTwice = db.Q("booking/merge_twice", `SELECT `+columns+` FROM bookings b WHERE b.user_id = $1 AND b.state <> 'cancelled' AND EXISTS (SELECT 1 FROM bookings o WHERE o.user_id = $2 AND o.state <> 'cancelled'
		AND (o.slot_id = b.slot_id OR (o.state IN ('booked', 'waiting') AND b.state IN ('booked', 'waiting') AND o.starts_at < b.ends_at AND o.ends_at > b.starts_at))) ORDER BY b.slot_id`)
	qMerge = db.Q("booking/merge", `UPDATE bookings SET user_id = $2 WHERE user_id = $1`)
)
