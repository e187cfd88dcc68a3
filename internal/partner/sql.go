package partner

import "zhizhou/internal/db"

const (
	columns     = `p.id, p.user_id, p.role, p.state, p.pitch, p.reason, p.accepted, p.accepted_at, p.brand, p.logo, p.brand_shown, p.brand_seen_at, p.signs, p.opened_at, p.asked_at, p.decided_at, p.decided_by`
	roleColumns = `r.role, r.applying, r.reach, r.buyers, r.classes, r.co_brand, r.version, r.updated_at`
	// brandWaits is of a partner whose brand nobody has looked at as it is now, and who may
	// have one.
	brandWaits = `(p.brand <> '' AND p.brand_seen_at = 0 AND p.state = 'active' AND p.role IN (SELECT r.role FROM partner_roles r WHERE r.co_brand))`
	// inForce is the version of the terms that holds for the role of row x.
	inForce = `COALESCE((SELECT MAX(t.version) FROM partner_terms t WHERE t.role = x.role), 0)`
)

var (
	qOwn     = db.Q("partner/own", `SELECT `+columns+` FROM partners p WHERE p.user_id = $1`)
	qOwnLock = db.Q("partner/own_lock", `SELECT `+columns+` FROM partners p WHERE p.user_id = $1 /*for_update*/`)
	qOne     = db.Q("partner/one", `SELECT `+columns+` FROM partners p WHERE p.id = $1 /*for_update*/`)
	qAsk     = db.Q("partner/ask", `INSERT INTO partners (id, user_id, role, state, pitch, accepted, accepted_at, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id) DO UPDATE SET role = $3, state = $4, pitch = $5, reason = '', accepted = $6, accepted_at = $7, asked_at = $8, decided_at = 0, decided_by = 0
		WHERE partners.state IN ('rejected', 'ended')`)
	qAccept   = db.Q("partner/accept", `UPDATE partners SET accepted = $2, accepted_at = $3, opened_at = CASE WHEN opened_at = 0 AND state = 'invited' THEN $3 ELSE opened_at END, state = CASE WHEN state = 'invited' THEN 'active' ELSE state END WHERE user_id = $1 AND state IN ('invited', 'active', 'suspended', 'applied')`)
	qAccepted = db.Q("partner/accepted", `INSERT INTO partner_acceptances (user_id, role, version, accepted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qLeave    = db.Q("partner/leave", `UPDATE partners SET state = 'ended', reason = '本人退出', decided_at = $2, decided_by = 0 WHERE user_id = $1 AND state IN ('applied', 'invited', 'active')`)
	qDecide   = db.Q("partner/decide", `UPDATE partners SET state = $3, reason = $4, decided_at = $5, decided_by = $6, opened_at = CASE WHEN opened_at = 0 AND $3 = 'active' THEN $5 ELSE opened_at END WHERE id = $1 AND state = $2`)
	qBrand    = db.Q("partner/brand", `UPDATE partners SET brand = $2, logo = $3, brand_shown = FALSE, brand_seen_at = 0 WHERE user_id = $1 AND state = 'active' AND (brand <> $2 OR logo <> $3)`)
	qSigns    = db.Q("partner/signs", `UPDATE partners SET signs = $2 WHERE user_id = $1 AND state = 'active'`)
	qShow     = db.Q("partner/show", `UPDATE partners SET brand_shown = $2, brand_seen_at = $5 WHERE id = $1 AND brand = $3 AND logo = $4 AND (brand <> '' OR logo <> '')`)
	qUser     = db.Q("partner/user", `SELECT COUNT(*) FROM users WHERE id = $1 AND merged_into = 0`)
	qTeaches  = db.Q("partner/teaches", `SELECT COUNT(*) FROM instructor_applications a WHERE a.user_id = $1 AND a.state = 'approved'`)
	// A course is finished when none of its released lessons is left; a column that goes on never is.
	qFinished = db.Q("partner/finished", `SELECT COUNT(*) FROM (SELECT DISTINCT p.course_id FROM lesson_progress p WHERE p.user_id = $1 AND p.finished_at > 0) d JOIN courses c ON c.id = d.course_id
		WHERE c.deleted_at = 0 AND (c.form <> 'column' OR c.planned_count > 0 AND c.planned_count <= (SELECT COUNT(*) FROM lessons l WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0))
		AND NOT EXISTS (SELECT 1 FROM lessons l WHERE l.course_id = c.id AND l.deleted_at = 0 AND l.released_at > 0
			AND NOT EXISTS (SELECT 1 FROM lesson_progress x WHERE x.lesson_id = l.id AND x.user_id = $1 AND x.finished_at > 0))`)

	qList = db.Q("partner/list", `SELECT `+columns+`, u.nickname, u.phone_masked, CASE WHEN `+brandWaits+` THEN 1 ELSE 0 END AS brand_waits, COALESCE((SELECT MAX(t.version) FROM partner_terms t WHERE t.role = p.role), 0) AS terms,
		COALESCE((SELECT a.earned_fen - a.reversed_fen FROM commission_accounts a WHERE a.user_id = p.user_id), 0) AS earned_fen
		FROM partners p JOIN users u ON u.id = p.user_id
		WHERE ($1 = '' OR p.role = $1) AND ($2 = '' OR p.state = $2) AND (CAST($3 AS BIGINT) = 0 OR p.user_id = $3) AND (CAST($4 AS BIGINT) = 0 OR p.id < $4)
		AND (CAST($6 AS BIGINT) = 0 OR `+brandWaits+`) ORDER BY p.id DESC LIMIT $5`)
	qDetail = db.Q("partner/detail", `SELECT `+columns+`, u.nickname, u.phone_masked, CASE WHEN `+brandWaits+` THEN 1 ELSE 0 END AS brand_waits, COALESCE((SELECT MAX(t.version) FROM partner_terms t WHERE t.role = p.role), 0) AS terms,
		COALESCE((SELECT a.earned_fen - a.reversed_fen FROM commission_accounts a WHERE a.user_id = p.user_id), 0) AS earned_fen
		FROM partners p JOIN users u ON u.id = p.user_id WHERE p.id = $1`)
	qWaiting = db.Q("partner/waiting", `SELECT COUNT(*) FROM partners WHERE state = 'applied'`)

	qRoles = db.Q("partner/roles", `SELECT `+roleColumns+`, COALESCE(t.version, 0) AS terms, COALESCE(t.body, '') AS body, COALESCE(t.saved_at, 0) AS terms_at FROM partner_roles r
		LEFT JOIN partner_terms t ON t.role = r.role AND t.version = (SELECT MAX(x.version) FROM partner_terms x WHERE x.role = r.role) ORDER BY r.role`)
	qRole = db.Q("partner/role", `SELECT `+roleColumns+`, COALESCE(t.version, 0) AS terms, COALESCE(t.body, '') AS body, COALESCE(t.saved_at, 0) AS terms_at FROM partner_roles r
		LEFT JOIN partner_terms t ON t.role = r.role AND t.version = (SELECT MAX(x.version) FROM partner_terms x WHERE x.role = r.role) WHERE r.role = $1`)
	qRoleSave    = db.Q("partner/role_save", `UPDATE partner_roles SET applying = $2, reach = $3, buyers = $4, classes = $5, co_brand = $6, version = version + 1, updated_at = $7 WHERE role = $1 AND version = $8`)
	qRoleGoods   = db.Q("partner/role_goods", `SELECT product_id FROM partner_role_products WHERE role = $1 ORDER BY product_id`)
	qAllGoods    = db.Q("partner/all_goods", `SELECT role, product_id FROM partner_role_products ORDER BY role, product_id`)
	qGoodsClear  = db.Q("partner/goods_clear", `DELETE FROM partner_role_products WHERE role = $1`)
	qGoodsAdd    = db.Q("partner/goods_add", `INSERT INTO partner_role_products (role, product_id) SELECT $1, p.id FROM products p WHERE p.id = $2 ON CONFLICT DO NOTHING`)
	qTermsInsert = db.Q("partner/terms_insert", `INSERT INTO partner_terms (role, version, body, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qActiveOf    = db.Q("partner/active_of", `SELECT user_id FROM partners WHERE role = $1 AND state = 'active' AND user_id > $2 ORDER BY user_id LIMIT 500`)

	// In good standing: active, and the terms in force accepted.
	qStanding = db.Q("partner/standing", `SELECT x.role, r.reach, r.buyers, CASE WHEN r.classes THEN 1 ELSE 0 END AS classes, CASE WHEN r.co_brand THEN 1 ELSE 0 END AS co_brand
		FROM partners x JOIN partner_roles r ON r.role = x.role WHERE x.user_id = $1 AND x.state = 'active' AND x.accepted > 0 AND x.accepted = `+inForce)
	qOwnGoods = db.Q("partner/own_goods", `SELECT DISTINCT p.id FROM instructor_applications a JOIN courses c ON c.instructor_id = a.instructor_id JOIN products p ON p.course_id = c.id
		WHERE a.user_id = $1 AND a.state = 'approved' ORDER BY p.id`)
	qSigned  = db.Q("partner/signed", `SELECT u.nickname FROM partners x JOIN users u ON u.id = x.user_id WHERE x.user_id = $1 AND x.state = 'active' AND x.signs`)
	qBranded = db.Q("partner/branded", `SELECT x.brand, x.logo FROM partners x JOIN partner_roles r ON r.role = x.role WHERE x.user_id = $1 AND x.state = 'active' AND x.brand_shown AND r.co_brand`)

	qMoveBetter = db.Q("partner/merge_rows", `SELECT `+columns+` FROM partners p WHERE p.user_id IN ($1, $2) ORDER BY p.user_id /*for_update*/`)
	qDrop       = db.Q("partner/drop", `DELETE FROM partners WHERE id = $1`)
	qMove       = db.Q("partner/move", `UPDATE partners SET user_id = $2 WHERE user_id = $1`)
	qMoveYes    = db.Q("partner/move_yes", `UPDATE partner_acceptances SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM partner_acceptances a WHERE a.user_id = $2 AND a.role = partner_acceptances.role AND a.version = partner_acceptances.version)`)
	qDropYes    = db.Q("partner/drop_yes", `DELETE FROM partner_acceptances WHERE user_id = $1`)
	qMoveScore  = db.Q("partner/move_score", `UPDATE partner_scores SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM partner_scores s WHERE s.user_id = $2 AND s.month = partner_scores.month)`)
	qDropScore  = db.Q("partner/drop_score", `DELETE FROM partner_scores WHERE user_id = $1`)
)
