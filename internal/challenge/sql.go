package challenge

import "zhizhou/internal/db"

const (
	columns       = `c.id, c.instructor_id, c.course_id, c.title, c.about, c.plan AS plan_text, c.archived_at, c.version, c.created_at, c.updated_at`
	classColumns  = `c.id, c.challenge_id, c.instructor_id, c.course_id, c.title, c.about, c.plan AS plan_text, c.mode, c.starts, c.join_until, c.capacity, c.members, c.admits, c.teacher, c.teacher_id, c.price, c.price_fen, c.return_need, c.sku_id, c.clip_id, c.share_weekday, c.shared, c.state, c.reason, c.version, c.created_at, c.updated_at`
	memberColumns = `m.id, m.class_id, m.user_id, m.squad_id, m.state, m.starts, m.since, m.level, m.hours, m.total, m.streak, m.best, m.last, m.made_up, m.score, m.next, m.reason, m.joined_at, m.ended_at`
	dayColumns    = `d.id, d.member_id, d.class_id, d.user_id, d.day, d.made_up, d.task, d.body, d.state, d.reason, d.version, d.score, d.points, d.likes, d.liked, d.created_at, d.updated_at`
	settled       = `CASE WHEN m.last = $2 THEN 2 WHEN m.total > 0 THEN 1 ELSE 0 END AS settled` // on the day $2
	squadColumns  = `q.id, q.class_id, q.name, q.code, q.invited, q.size, q.dissolved_at, q.created_at`
)

// mine says of a class c that it is an instructor's (0: anybody's), or, below zero, that this
// member of staff leads it.
func mine(scope string) string {
	return `(CAST(` + scope + ` AS BIGINT) = 0 OR c.instructor_id = ` + scope + ` OR c.teacher_id = -CAST(` + scope + ` AS BIGINT) AND c.teacher_id > 0)`
}

var (
	qInsert  = db.Q("challenge/insert", `INSERT INTO challenges (id, instructor_id, course_id, title, about, plan, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`)
	qUpdate  = db.Q("challenge/update", `UPDATE challenges SET course_id = $3, title = $4, about = $5, plan = $6, version = version + 1, updated_at = $7 WHERE id = $1 AND version = $2 AND archived_at = 0`)
	qArchive = db.Q("challenge/archive", `UPDATE challenges SET archived_at = $2, version = version + 1, updated_at = $3 WHERE id = $1`)
	qOne     = db.Q("challenge/one", `SELECT `+columns+` FROM challenges c WHERE c.id = $1 AND (CAST($2 AS BIGINT) = 0 OR c.instructor_id = $2)`)
	qList    = db.Q("challenge/list", `SELECT `+columns+` FROM challenges c WHERE (CAST($1 AS BIGINT) = 0 OR c.instructor_id = $1) AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) AND (c.archived_at = 0 OR $3) ORDER BY c.id DESC LIMIT $4`)

	qClassInsert = db.Q("challenge/class_insert", `INSERT INTO challenge_classes (id, challenge_id, instructor_id, course_id, title, about, plan, mode, starts, join_until, capacity, admits, teacher, share_weekday, state, created_at, updated_at, price, price_fen, return_need, sku_id, clip_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $15, $15, $16, $17, $18, $19, $20)`)
	qClassUpdate = db.Q("challenge/class_update", `UPDATE challenge_classes SET title = $3, about = $4, join_until = $5, capacity = $6, teacher = $7, share_weekday = $8, clip_id = $10, version = version + 1, updated_at = $9 WHERE id = $1 AND version = $2 AND state <> 'cancelled' AND members <= $6`)
	qClipOf      = db.Q("challenge/clip_of", `SELECT id FROM challenge_classes WHERE clip_id = $1 AND clip_id > 0 AND state <> 'cancelled' LIMIT 1`)
	qClassState  = db.Q("challenge/class_state", `UPDATE challenge_classes SET state = $2, reason = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND state <> $2 AND state <> 'cancelled'`)
	qClass       = db.Q("challenge/class", `SELECT `+classColumns+` FROM challenge_classes c WHERE c.id = $1 AND `+mine("$2")+``)
	qClassLock   = db.Q("challenge/class_lock", `SELECT `+classColumns+` FROM challenge_classes c WHERE c.id = $1 /*for_update*/`)
	qClasses     = db.Q("challenge/classes", `SELECT `+classColumns+` FROM challenge_classes c WHERE `+mine("$1")+` AND (CAST($2 AS BIGINT) = 0 OR c.challenge_id = $2) AND ($3 = '' OR c.state = $3) AND (CAST($4 AS BIGINT) = 0 OR c.id < $4) ORDER BY c.id DESC LIMIT $5`)
	qOpen        = db.Q("challenge/open", `SELECT `+classColumns+` FROM challenge_classes c WHERE c.state = 'open' AND (c.join_until = 0 OR c.join_until >= $1) AND (CAST($2 AS BIGINT) = 0 OR c.id < $2) AND (CAST($3 AS BIGINT) = 0 OR c.course_id = $3) ORDER BY c.id DESC LIMIT $4`)
	qNewest      = db.Q("challenge/newest", `SELECT c.id FROM challenge_classes c WHERE c.challenge_id = $1 AND c.state = 'open' ORDER BY c.id DESC LIMIT 1`)
	qTake        = db.Q("challenge/take", `UPDATE challenge_classes SET members = members + 1 WHERE id = $1 AND state = 'open' AND members < capacity`)
	qGive        = db.Q("challenge/give", `UPDATE challenge_classes SET members = members - 1 WHERE id = $1 AND members > 0`)
	qCourseTitle = db.Q("challenge/course_title", `SELECT title FROM courses WHERE id = $1`)
	qLessonOf    = db.Q("challenge/lesson_of", `SELECT course_id FROM lessons WHERE id = $1 AND deleted_at = 0`)

	qMemberInsert = db.Q("challenge/member_insert", `INSERT INTO challenge_members (id, class_id, user_id, state, starts, since, level, hours, next, joined_at) VALUES ($1, $2, $3, 'in', $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)
	qMemberAgain  = db.Q("challenge/member_again", `UPDATE challenge_members SET state = 'in', reason = '', ended_at = 0, hours = $2 WHERE id = $1 AND state IN ('left', 'lost')`)
	qMemberHours  = db.Q("challenge/member_hours", `UPDATE challenge_members SET hours = $2 WHERE id = $1`)
	qMember       = db.Q("challenge/member", `SELECT `+memberColumns+` FROM challenge_members m WHERE m.class_id = $1 AND m.user_id = $2`)
	qMemberLock   = db.Q("challenge/member_lock", `SELECT `+memberColumns+` FROM challenge_members m WHERE m.class_id = $1 AND m.user_id = $2 /*for_update*/`)
	qMemberOne    = db.Q("challenge/member_one", `SELECT `+memberColumns+` FROM challenge_members m WHERE m.id = $1 /*for_update*/`)
	qMemberEnd    = db.Q("challenge/member_end", `UPDATE challenge_members SET state = $2, reason = $3, squad_id = 0, ended_at = $4 WHERE id = $1 AND state = 'in'`)
	qMemberOut    = db.Q("challenge/member_out", `UPDATE challenge_members SET state = $2, reason = $3 WHERE id = $1 AND state = 'left'`)
	qMemberSum    = db.Q("challenge/member_sum", `UPDATE challenge_members SET total = $2, streak = $3, best = $4, last = $5, made_up = $6 WHERE id = $1`)
	qMemberNext   = db.Q("challenge/member_next", `UPDATE challenge_members SET next = $2 WHERE id = $1`)
	qMemberScore  = db.Q("challenge/member_score", `UPDATE challenge_members SET score = score + $2 WHERE id = $1`)
	qMemberSquad  = db.Q("challenge/member_squad", `UPDATE challenge_members SET squad_id = $2 WHERE id = $1 AND state = 'in'`)
	qMembers      = db.Q("challenge/members", `SELECT `+memberColumns+`, u.nickname, COALESCE(q.name, '') AS squad,
		COALESCE((SELECT p.state FROM challenge_entries p WHERE p.class_id = m.class_id AND p.user_id = m.user_id ORDER BY p.created_at DESC, p.order_item_id DESC LIMIT 1), '') AS money,
		COALESCE((SELECT p.fen FROM challenge_entries p WHERE p.class_id = m.class_id AND p.user_id = m.user_id ORDER BY p.created_at DESC, p.order_item_id DESC LIMIT 1), 0) AS paid_fen
		FROM challenge_members m JOIN users u ON u.id = m.user_id LEFT JOIN challenge_squads q ON q.id = m.squad_id WHERE m.class_id = $1 AND ($2 = '' OR m.state = $2) AND m.id > $3 ORDER BY m.id LIMIT $4`)
	qMine      = db.Q("challenge/mine", `SELECT `+memberColumns+`, c.title, c.plan AS plan_text FROM challenge_members m JOIN challenge_classes c ON c.id = m.class_id WHERE m.user_id = $1 AND m.state = 'in' AND c.state <> 'cancelled' ORDER BY m.id DESC LIMIT 50`)
	qLevel     = db.Q("challenge/level", `SELECT CAST(COALESCE(SUM(studied_ms), 0) AS BIGINT) FROM lesson_days WHERE user_id = $1`)
	qOfCourses = db.Q("challenge/of_courses", `SELECT `+memberColumns+`, c.course_id FROM challenge_members m JOIN challenge_classes c ON c.id = m.class_id WHERE m.user_id = $1 AND m.state IN ('in', 'left') AND c.admits = 'course' ORDER BY m.class_id`)
	qDue       = db.Q("challenge/due", `SELECT m.class_id, m.user_id FROM challenge_members m WHERE m.state = 'in' AND m.next > 0 AND m.next <= $1 ORDER BY m.next, m.id LIMIT 500`)

	qDayInsert = db.Q("challenge/day_insert", `INSERT INTO challenge_check_ins (id, member_id, class_id, user_id, day, made_up, task, body, state, score, points, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) ON CONFLICT DO NOTHING`)
	qDay      = db.Q("challenge/day", `SELECT `+dayColumns+` FROM challenge_check_ins d WHERE d.member_id = $1 AND d.day = $2`)
	qDayOne   = db.Q("challenge/day_one", `SELECT `+dayColumns+` FROM challenge_check_ins d WHERE d.id = $1`)
	qDays     = db.Q("challenge/days", `SELECT `+dayColumns+` FROM challenge_check_ins d WHERE d.member_id = $1 ORDER BY d.day`)
	qDaysUpTo = db.Q("challenge/days_up_to", `SELECT COUNT(*) FROM challenge_check_ins WHERE member_id = $1 AND day <= $2`)
	qWeek     = db.Q("challenge/week", `INSERT INTO challenge_weeks (member_id, week, class_id, check_ins, score) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (member_id, week) DO UPDATE SET check_ins = challenge_weeks.check_ins + $4, score = challenge_weeks.score + $5`)

	qLessonDone = db.Q("challenge/lesson_done", `SELECT COUNT(*) FROM lesson_progress p WHERE p.user_id = $1 AND p.finished_at > 0 AND p.finished_at < $3
		AND (CAST($4 AS BIGINT) = 0 OR p.course_id = $4) AND (CAST($5 AS BIGINT) = 0 OR p.lesson_id = $5)
		AND (p.finished_at >= $2 OR (CAST($5 AS BIGINT) > 0 AND EXISTS (SELECT 1 FROM lesson_days s WHERE s.user_id = p.user_id AND s.lesson_id = p.lesson_id AND s.day >= $6 AND s.day <= $7 AND s.studied_ms >= 60000)))`)
	qQuizDone = db.Q("challenge/quiz_done", `SELECT COUNT(*) FROM quiz_attempts a WHERE a.user_id = $1 AND a.passed AND a.submitted_at >= $2 AND a.submitted_at < $3
		AND (CAST($4 AS BIGINT) = 0 OR a.course_id = $4) AND (CAST($5 AS BIGINT) = 0 OR a.lesson_id = $5)`)
	qWorkDone = db.Q("challenge/work_done", `SELECT COUNT(*) FROM submissions s WHERE s.user_id = $1 AND s.handed_at >= $2 AND s.handed_at < $3
		AND (CAST($4 AS BIGINT) = 0 OR s.course_id = $4) AND (CAST($5 AS BIGINT) = 0 OR s.lesson_id = $5)`)
	qStudied = db.Q("challenge/studied", `SELECT CAST(COALESCE(SUM(s.studied_ms), 0) AS BIGINT) FROM lesson_days s LEFT JOIN lessons l ON l.id = s.lesson_id
		WHERE s.user_id = $1 AND s.day >= $2 AND s.day <= $3 AND (CAST($4 AS BIGINT) = 0 OR l.course_id = $4)`)

	qFileInsert = db.Q("challenge/file_insert", `INSERT INTO challenge_files (id, user_id, class_id, name, blob_key, bytes, mime, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qFileDrafts = db.Q("challenge/file_drafts", `SELECT COUNT(*) FROM challenge_files WHERE user_id = $1 AND class_id = $2 AND check_in_id = 0`)
	qFileAttach = db.Q("challenge/file_attach", `UPDATE challenge_files SET check_in_id = $4 WHERE id = $1 AND user_id = $2 AND class_id = $3 AND check_in_id = 0`)
	qFileDrop   = db.Q("challenge/file_drop", `UPDATE challenge_files SET check_in_id = -1 WHERE id = $1 AND user_id = $2 AND check_in_id = 0`)
	qFile       = db.Q("challenge/file", `SELECT id, user_id, class_id, check_in_id, name, blob_key, bytes, mime FROM challenge_files WHERE id = $1 AND check_in_id >= 0`)
	qFileStale  = db.Q("challenge/file_stale", `UPDATE challenge_files SET check_in_id = -1 WHERE check_in_id = 0 AND created_at < $1`)
	qFilesGone  = db.Q("challenge/files_gone", `SELECT id, blob_key FROM challenge_files WHERE check_in_id = -1 ORDER BY id LIMIT 100`)
	qFileGone   = db.Q("challenge/file_gone", `DELETE FROM challenge_files WHERE id = $1 AND check_in_id = -1`)
	qFilesOf    = db.Q("challenge/files_of", `SELECT f.id, f.user_id, f.class_id, f.check_in_id, f.name, f.blob_key, f.bytes, f.mime FROM challenge_files f WHERE f.check_in_id >= $1 AND f.check_in_id <= $2 AND f.class_id = $3 AND f.check_in_id > 0 ORDER BY f.id`)
	qFilesOfOne = db.Q("challenge/files_of_one", `SELECT f.id, f.user_id, f.class_id, f.check_in_id, f.name, f.blob_key, f.bytes, f.mime FROM challenge_files f WHERE f.check_in_id = $1 AND f.check_in_id > 0 ORDER BY f.id`)

	qReached   = db.Q("challenge/reached", `SELECT id, member_id, class_id, no, title, check_ins, reached_at FROM challenge_milestones WHERE member_id = $1 ORDER BY no`)
	qReach     = db.Q("challenge/reach", `INSERT INTO challenge_milestones (id, member_id, class_id, no, title, check_ins, reached_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qMilestone = db.Q("challenge/milestone", `SELECT x.id, x.member_id, x.class_id, m.user_id, c.course_id, x.no, x.title, x.check_ins, x.reached_at, c.title AS class, c.teacher, m.starts, CASE WHEN m.state IN ('in', 'left') THEN 1 ELSE 0 END AS stands
		FROM challenge_milestones x JOIN challenge_members m ON m.id = x.member_id JOIN challenge_classes c ON c.id = x.class_id WHERE x.id = $1`)
	qMilestoneDays = db.Q("challenge/milestone_days", `SELECT d.day FROM challenge_check_ins d WHERE d.member_id = $1 AND d.day <= $2 AND d.created_at <= $3 ORDER BY d.day`)

	qSquadInsert = db.Q("challenge/squad_insert", `INSERT INTO challenge_squads (id, class_id, name, code, invited, created_at) VALUES ($1, $2, $3, $4, $5, $6)`)
	qSquad       = db.Q("challenge/squad", `SELECT `+squadColumns+` FROM challenge_squads q WHERE q.id = $1`)
	qSquadCode   = db.Q("challenge/squad_code", `SELECT `+squadColumns+` FROM challenge_squads q WHERE q.code = $1 AND q.dissolved_at = 0`)
	qSquads      = db.Q("challenge/squads", `SELECT `+squadColumns+` FROM challenge_squads q WHERE q.class_id = $1 AND q.dissolved_at = 0 ORDER BY q.id`)
	qSquadSize   = db.Q("challenge/squad_size", `UPDATE challenge_squads SET size = (SELECT COUNT(*) FROM challenge_members m WHERE m.squad_id = challenge_squads.id AND m.state = 'in') WHERE id = $1`)
	qSquadEnd    = db.Q("challenge/squad_end", `UPDATE challenge_squads SET dissolved_at = $2 WHERE id = $1 AND size = 0 AND dissolved_at = 0`)
	qSquadPeople = db.Q("challenge/squad_people", `SELECT m.id, m.squad_id, m.starts, m.level, m.hours, `+settled+` FROM challenge_members m WHERE m.class_id = $1 AND m.state = 'in' AND m.squad_id > 0 ORDER BY m.id`)
	qLoose       = db.Q("challenge/loose", `SELECT m.id, m.squad_id, m.starts, m.level, m.hours, `+settled+` FROM challenge_members m WHERE m.class_id = $1 AND m.state = 'in' AND m.squad_id = 0 ORDER BY m.id`)
	qMates       = db.Q("challenge/mates", `SELECT m.id, m.user_id, u.nickname, m.starts, m.since, m.total, m.streak, m.score, COALESCE((SELECT d.created_at FROM challenge_check_ins d WHERE d.member_id = m.id AND d.day = $2), 0) AS today_at
		FROM challenge_members m JOIN users u ON u.id = m.user_id WHERE m.squad_id = $1 AND m.squad_id > 0 AND m.state = 'in' ORDER BY m.id`)
	// Classes with people to arrange: who stands nowhere while the class runs, and squads
	// that have become too small.
	qToArrange = db.Q("challenge/to_arrange", `SELECT c.id FROM challenge_classes c WHERE c.state <> 'cancelled' AND c.starts <= $1 AND (EXISTS (SELECT 1 FROM challenge_members m WHERE m.class_id = c.id AND m.state = 'in' AND m.squad_id = 0)
		OR EXISTS (SELECT 1 FROM challenge_squads q WHERE q.class_id = c.id AND q.dissolved_at = 0 AND q.size < 4)) ORDER BY c.id`)

	qFeed = db.Q("challenge/feed", `SELECT `+dayColumns+`, u.nickname, COALESCE((SELECT CASE WHEN l.given THEN 1 ELSE 0 END FROM challenge_likes l WHERE l.check_in_id = d.id AND l.user_id = $2), 0) AS own_like,
		(SELECT COUNT(*) FROM challenge_reviews r WHERE r.check_in_id = d.id AND r.user_id = $2) AS own_review
		FROM challenge_check_ins d JOIN challenge_members m ON m.id = d.member_id JOIN users u ON u.id = d.user_id
		WHERE m.squad_id = $1 AND m.squad_id > 0 AND m.state = 'in' AND (d.state = 'shown' OR d.user_id = $2) AND d.state <> 'bare' AND (CAST($3 AS BIGINT) = 0 OR d.id < $3) ORDER BY d.id DESC LIMIT $4`)
	qSeen       = db.Q("challenge/seen", `SELECT COUNT(*) FROM challenge_check_ins d JOIN challenge_members m ON m.id = d.member_id JOIN challenge_members o ON o.squad_id = m.squad_id AND o.user_id = $2 AND o.state = 'in' WHERE d.id = $1 AND m.squad_id > 0 AND m.state = 'in' AND d.state = 'shown'`)
	qLike       = db.Q("challenge/like", `INSERT INTO challenge_likes (check_in_id, user_id, given, created_at) VALUES ($1, $2, TRUE, $3) ON CONFLICT DO NOTHING`)
	qLikeAgain  = db.Q("challenge/like_again", `UPDATE challenge_likes SET given = $3 WHERE check_in_id = $1 AND user_id = $2 AND given <> $3`)
	qLikes      = db.Q("challenge/likes", `UPDATE challenge_check_ins SET likes = likes + $2 WHERE id = $1`)
	qLiked      = db.Q("challenge/liked", `UPDATE challenge_check_ins SET liked = liked + 1 WHERE id = $1 AND liked < $2`)
	qReview     = db.Q("challenge/review", `INSERT INTO challenge_reviews (id, check_in_id, class_id, user_id, day, body, state, score, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING`)
	qReviewsDay = db.Q("challenge/reviews_day", `SELECT COUNT(*) FROM challenge_reviews WHERE user_id = $1 AND class_id = $2 AND day = $3 AND score > 0`)
	qReviews    = db.Q("challenge/reviews", `SELECT r.id, r.check_in_id, r.user_id, u.nickname, r.body, r.state, r.created_at FROM challenge_reviews r JOIN users u ON u.id = r.user_id
		WHERE r.check_in_id >= $1 AND r.check_in_id <= $2 AND r.class_id = $3 AND (r.state = 'shown' OR r.user_id = $4) ORDER BY r.id`)

	// Equal scores share a place, the next one counts those before: 1, 1, 3.
	// The first places are the first rows: who has more than one of them stands before it.
	qBoard = db.Q("challenge/board", `SELECT x.member_id, x.user_id, u.nickname, x.check_ins, x.score, RANK() OVER (ORDER BY x.score DESC) AS place
		FROM (SELECT m.id AS member_id, m.user_id, m.total AS check_ins, m.score FROM challenge_members m WHERE m.class_id = $1 AND m.state = 'in' AND m.score > 0 ORDER BY m.score DESC, m.id LIMIT $2) x JOIN users u ON u.id = x.user_id ORDER BY place, x.member_id`)
	qPlace     = db.Q("challenge/place", `SELECT COUNT(*) + 1 FROM challenge_members WHERE class_id = $1 AND state = 'in' AND score > $2`)
	qBoardWeek = db.Q("challenge/board_week", `SELECT x.member_id, x.user_id, u.nickname, x.check_ins, x.score, RANK() OVER (ORDER BY x.score DESC) AS place
		FROM (SELECT w.member_id, m.user_id, w.check_ins, w.score FROM challenge_weeks w JOIN challenge_members m ON m.id = w.member_id WHERE w.class_id = $1 AND w.week = $2 AND m.state = 'in' AND w.score > 0 ORDER BY w.score DESC, w.member_id LIMIT $3) x
		JOIN users u ON u.id = x.user_id ORDER BY place, x.member_id`)
	qPlaceWeek = db.Q("challenge/place_week", `SELECT COUNT(*) + 1 FROM challenge_weeks w JOIN challenge_members m ON m.id = w.member_id WHERE w.class_id = $1 AND w.week = $2 AND m.state = 'in' AND w.score > $3`)
	qOwnWeek   = db.Q("challenge/own_week", `SELECT check_ins, score FROM challenge_weeks WHERE member_id = $1 AND week = $2`)
	// How much of the days that were owed by now, today's among them, permille.
	qSquadBoard = db.Q("challenge/squad_board", `SELECT x.*, RANK() OVER (ORDER BY x.permille DESC) AS place FROM (SELECT s.squad_id, s.name, s.members, s.done AS check_ins, s.owed, CASE WHEN s.owed = 0 THEN 0 WHEN s.done >= s.owed THEN 1000 ELSE s.done * 1000 / s.owed END AS permille
		FROM (SELECT q.id AS squad_id, q.name, COUNT(*) AS members, CAST(SUM(m.total) AS BIGINT) AS done,
			CAST(SUM(CASE WHEN m.since > $2 THEN 0 WHEN m.starts + $3 - 1 < $2 THEN m.starts + $3 - m.since ELSE $2 - m.since + 1 END) AS BIGINT) AS owed
			FROM challenge_squads q JOIN challenge_members m ON m.squad_id = q.id AND m.state = 'in' WHERE q.class_id = $1 AND q.dissolved_at = 0 GROUP BY q.id, q.name) s) x ORDER BY place, x.squad_id LIMIT 200`)
	qSquadBoardWeek = db.Q("challenge/squad_board_week", `SELECT x.*, RANK() OVER (ORDER BY x.permille DESC) AS place FROM (SELECT s.squad_id, s.name, s.members, s.done AS check_ins, s.owed, CASE WHEN s.owed = 0 THEN 0 WHEN s.done >= s.owed THEN 1000 ELSE s.done * 1000 / s.owed END AS permille
		FROM (SELECT q.id AS squad_id, q.name, COUNT(*) AS members, CAST(SUM(COALESCE(w.check_ins, 0)) AS BIGINT) AS done,
			CAST(SUM(CASE WHEN m.since > $2 OR m.starts + $3 - 1 < $4 THEN 0 ELSE (CASE WHEN m.starts + $3 - 1 < $2 THEN m.starts + $3 - 1 ELSE $2 END) - (CASE WHEN m.since > $4 THEN m.since ELSE $4 END) + 1 END) AS BIGINT) AS owed
			FROM challenge_squads q JOIN challenge_members m ON m.squad_id = q.id AND m.state = 'in' LEFT JOIN challenge_weeks w ON w.member_id = m.id AND w.week = $4 WHERE q.class_id = $1 AND q.dissolved_at = 0 GROUP BY q.id, q.name) s) x ORDER BY place, x.squad_id LIMIT 200`)

	qDayCases = db.Q("challenge/day_cases", `SELECT d.id, d.user_id, u.nickname, c.course_id, d.class_id, c.title, d.task, d.body, d.state, d.reason, d.version, d.updated_at, (SELECT COUNT(*) FROM challenge_files f WHERE f.check_in_id = d.id) AS files FROM challenge_check_ins d JOIN users u ON u.id = d.user_id JOIN challenge_classes c ON c.id = d.class_id
		WHERE d.state = $1 AND `+mine("$2")+` AND (CAST($3 AS BIGINT) = 0 OR c.course_id = $3) AND d.id > $4 ORDER BY d.id LIMIT $5`)
	qReviewCases = db.Q("challenge/review_cases", `SELECT r.id, r.user_id, u.nickname, c.course_id, r.class_id, c.title, d.task, r.body, r.state, r.reason, r.version, r.updated_at, 0 AS files FROM challenge_reviews r JOIN challenge_check_ins d ON d.id = r.check_in_id JOIN users u ON u.id = r.user_id JOIN challenge_classes c ON c.id = r.class_id
		WHERE r.state = $1 AND `+mine("$2")+` AND (CAST($3 AS BIGINT) = 0 OR c.course_id = $3) AND r.id > $4 ORDER BY r.id LIMIT $5`)
	qDayDecide    = db.Q("challenge/day_decide", `UPDATE challenge_check_ins SET state = $3, reason = $4, decided_by = $5, updated_at = $6 WHERE id = $1 AND version = $2 AND state IN ('pending', 'shown', 'hidden') AND state <> $3`)
	qReviewDecide = db.Q("challenge/review_decide", `UPDATE challenge_reviews SET state = $3, reason = $4, decided_by = $5, updated_at = $6 WHERE id = $1 AND version = $2 AND state <> $3`)
	qDayScope     = db.Q("challenge/day_scope", `SELECT d.user_id, d.class_id, d.state, c.title, d.version FROM challenge_check_ins d JOIN challenge_classes c ON c.id = d.class_id WHERE d.id = $1 AND `+mine("$2")+``)
	qReviewScope  = db.Q("challenge/review_scope", `SELECT r.user_id, r.class_id, r.state, c.title, r.version FROM challenge_reviews r JOIN challenge_classes c ON c.id = r.class_id WHERE r.id = $1 AND `+mine("$2")+``)

	qAwardSave = db.Q("challenge/award_save", `INSERT INTO challenge_awards (id, class_id, week, member_id, place, review, material, staff_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
		ON CONFLICT (class_id, week, member_id) DO UPDATE SET review = $6, material = $7, staff_id = $8, updated_at = $9`)
	qAwardFileSave = db.Q("challenge/award_file_save", `INSERT INTO challenge_awards (id, class_id, week, member_id, place, file_name, blob_key, mime, staff_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
		ON CONFLICT (class_id, week, member_id) DO UPDATE SET file_name = $6, blob_key = $7, mime = $8, staff_id = $9, updated_at = $10`)
	qAwards    = db.Q("challenge/awards", `SELECT id, class_id, week, member_id, place, review, material, file_name, blob_key, mime, updated_at FROM challenge_awards WHERE class_id = $1 AND week = $2 ORDER BY place, member_id`)
	qAwardsOf  = db.Q("challenge/awards_of", `SELECT id, class_id, week, member_id, place, review, material, file_name, blob_key, mime, updated_at FROM challenge_awards WHERE member_id = $1 ORDER BY week DESC LIMIT 60`)
	qAwardFile = db.Q("challenge/award_file", `SELECT a.id, a.file_name AS name, a.blob_key, a.mime FROM challenge_awards a JOIN challenge_members m ON m.id = a.member_id WHERE a.id = $1 AND m.user_id = $2 AND m.state = 'in' AND a.blob_key <> ''`)

	qToShare = db.Q("challenge/to_share", `SELECT `+classColumns+` FROM challenge_classes c WHERE c.state <> 'cancelled' AND c.share_weekday = $1 AND c.shared < $2 AND c.starts <= $2 ORDER BY c.id LIMIT 100`)
	qShared  = db.Q("challenge/shared", `UPDATE challenge_classes SET shared = $2 WHERE id = $1 AND shared < $2`)
	qSharers = db.Q("challenge/sharers", `SELECT m.user_id, m.id, m.starts FROM challenge_members m WHERE m.class_id = $1 AND m.state = 'in' AND m.id > $2 ORDER BY m.id LIMIT 200`)

	qTwice      = db.Q("challenge/twice", `SELECT `+memberColumns+` FROM challenge_members m JOIN challenge_members o ON o.class_id = m.class_id AND o.user_id = $2 WHERE m.user_id = $1 ORDER BY m.id`)
	qMergeDay   = db.Q("challenge/merge_day", `UPDATE challenge_check_ins SET member_id = $2, user_id = $3 WHERE id = $1`)
	qMergeStay  = db.Q("challenge/merge_stay", `UPDATE challenge_members SET state = 'left', reason = 'merged', squad_id = 0, total = 0, streak = 0, best = 0, last = 0, made_up = 0, score = 0, next = 0, ended_at = $2 WHERE id = $1`)
	qMergeLeft  = db.Q("challenge/merge_left", `UPDATE challenge_check_ins SET likes = 0, liked = 0, points = 0, score = 0, body = '', state = 'bare', updated_at = $2 WHERE member_id = $1`)
	qMergeWeeks = db.Q("challenge/merge_weeks", `DELETE FROM challenge_weeks WHERE member_id = $1`)
	qMove       = db.Q("challenge/move", `UPDATE challenge_members SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM challenge_members o WHERE o.user_id = $2 AND o.class_id = challenge_members.class_id)`)
	qMoveDays   = db.Q("challenge/move_days", `UPDATE challenge_check_ins SET user_id = $2 WHERE user_id = $1 AND EXISTS (SELECT 1 FROM challenge_members m WHERE m.id = challenge_check_ins.member_id AND m.user_id = $2)`)
	qMoveFiles  = db.Q("challenge/move_files", `UPDATE challenge_files SET user_id = $2 WHERE user_id = $1`)
	qMoveLikes  = db.Q("challenge/move_likes", `UPDATE challenge_likes SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM challenge_likes o WHERE o.user_id = $2 AND o.check_in_id = challenge_likes.check_in_id)`)
	qMoveWords  = db.Q("challenge/move_reviews", `UPDATE challenge_reviews SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM challenge_reviews o WHERE o.user_id = $2 AND o.check_in_id = challenge_reviews.check_in_id)`)
)
