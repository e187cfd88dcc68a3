package account

import "zhizhou/internal/db"

const userColumns = `id, nickname, avatar, COALESCE(phone_hash, '') AS phone_hash, phone_masked, password_hash, large_type, created_at`

var (
	qUser        = db.Q("account/user", `SELECT `+userColumns+` FROM users WHERE id = $1`)
	qUserByPhone = db.Q("account/user_by_phone", `SELECT `+userColumns+` FROM users WHERE phone_hash = $1`)
	qUserInsert  = db.Q("account/user_insert", `INSERT INTO users (id, nickname, avatar, phone_hash, phone_sealed, phone_masked, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qUserNickname = db.Q("account/user_nickname", `UPDATE users SET nickname = $2 WHERE id = $1`)
	qUserLarge    = db.Q("account/user_large_type", `UPDATE users SET large_type = $2 WHERE id = $1`)
	qUserAvatar   = db.Q("account/user_avatar", `UPDATE users SET avatar = $2 WHERE id = $1`)
	qUserPassword = db.Q("account/user_password", `UPDATE users SET password_hash = $2 WHERE id = $1`)
	qUserPhone    = db.Q("account/user_phone", `UPDATE users SET phone_hash = $2, phone_sealed = $3, phone_masked = $4 WHERE id = $1`)
	qUserMerged   = db.Q("account/user_merged", `UPDATE users SET merged_into = $2 WHERE id = $1 AND merged_into = 0`)
	qUsers        = db.Q("account/users", `SELECT id, nickname, avatar, phone_masked, created_at FROM users
		WHERE (CAST($1 AS BIGINT) = 0 OR id < $1) AND merged_into = 0 AND ($2 = '' OR phone_hash = $3 OR nickname LIKE $2) ORDER BY id DESC LIMIT $4`)
	qUserCount = db.Q("account/user_count", `SELECT COUNT(*) FROM users WHERE merged_into = 0 AND created_at >= $1`)

	qIdentity       = db.Q("account/identity", `SELECT id, user_id, kind, openid, unionid FROM identities WHERE kind = $1 AND openid = $2`)
	qIdentityUnion  = db.Q("account/identity_by_unionid", `SELECT id, user_id, kind, openid, unionid FROM identities WHERE unionid = $1 ORDER BY id LIMIT 1`)
	qIdentities     = db.Q("account/identities", `SELECT id, user_id, kind, openid, unionid FROM identities WHERE user_id = $1 ORDER BY id`)
	qIdentityInsert = db.Q("account/identity_insert", `INSERT INTO identities (id, user_id, kind, openid, unionid, session_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`)
	qIdentityRefresh = db.Q("account/identity_refresh", `UPDATE identities SET session_key = $3,
		unionid = CASE WHEN $4 = '' THEN unionid ELSE $4 END WHERE kind = $1 AND openid = $2`)
	qIdentityMove = db.Q("account/identity_move", `UPDATE identities SET user_id = $2 WHERE user_id = $1`)
	qIdentityKey  = db.Q("account/identity_key", `SELECT openid, session_key FROM identities WHERE user_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`)

	qSMSInsert = db.Q("account/sms_insert", `INSERT INTO sms_codes (id, phone_hash, code_hash, sent_at, expires_at) VALUES ($1, $2, $3, $4, $5)`)
	qSMSLast   = db.Q("account/sms_last", `SELECT id, code_hash, expires_at, tries, used_at FROM sms_codes WHERE phone_hash = $1 ORDER BY id DESC LIMIT 1`)
	qSMSTry    = db.Q("account/sms_try", `UPDATE sms_codes SET tries = tries + 1 WHERE id = $1 AND used_at = 0 AND expires_at > $2 AND tries < $3`)
	qSMSUse    = db.Q("account/sms_use", `UPDATE sms_codes SET used_at = $2 WHERE id = $1 AND used_at = 0`)
	qSMSPurge  = db.Q("account/sms_purge", `DELETE FROM sms_codes WHERE expires_at < $1`)

	qLimitHit = db.Q("account/limit_hit", `INSERT INTO rate_limits (subject, window_at, hits) VALUES ($1, $2, 1)
		ON CONFLICT (subject, window_at) DO UPDATE SET hits = rate_limits.hits + 1 RETURNING hits`)
	qLimitGap = db.Q("account/limit_gap", `INSERT INTO rate_limits (subject, window_at, hits) VALUES ($1, 0, $2)
		ON CONFLICT (subject, window_at) DO UPDATE SET hits = $2 WHERE rate_limits.hits <= $3`)
	qLimitGapAt = db.Q("account/limit_gap_at", `SELECT hits FROM rate_limits WHERE subject = $1 AND window_at = 0`)
	qLimitPurge = db.Q("account/limit_purge", `DELETE FROM rate_limits WHERE (window_at > 0 AND window_at < $1) OR (window_at = 0 AND hits < $1)`)

	qSessionInsert = db.Q("account/session_insert", `INSERT INTO sessions
		(id, token_hash, user_id, platform, device_name, address_hint, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`)
	qSession     = db.Q("account/session", `SELECT id, user_id, last_seen_at FROM sessions WHERE token_hash = $1 AND revoked_at = 0 AND expires_at > $2`)
	qSessionSeen = db.Q("account/session_seen", `UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1 AND revoked_at = 0`)
	qSessions    = db.Q("account/sessions", `SELECT id, platform, device_name, address_hint, last_seen_at FROM sessions
		WHERE user_id = $1 AND revoked_at = 0 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT 50`)
	qSessionRevoke = db.Q("account/session_revoke", `UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at = 0`)
	qSessionTrim   = db.Q("account/session_trim", `UPDATE sessions SET revoked_at = $2 WHERE revoked_at = 0 AND user_id = $1 AND id NOT IN
		(SELECT id FROM sessions WHERE user_id = $1 AND revoked_at = 0 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3)`)
	qSessionMove      = db.Q("account/session_move", `UPDATE sessions SET user_id = $2 WHERE user_id = $1`)
	qSessionRevokeAll = db.Q("account/session_revoke_all", `UPDATE sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at = 0`)

	staffColumns     = `id, login, name, role, password_hash, totp_sealed, totp_enabled_at, totp_last_step, instructor_id, disabled_at, created_at, last_login_at`
	qStaff           = db.Q("account/staff", `SELECT `+staffColumns+` FROM staff WHERE id = $1`)
	qStaffByLogin    = db.Q("account/staff_by_login", `SELECT `+staffColumns+` FROM staff WHERE login = $1`)
	qStaffList       = db.Q("account/staff_list", `SELECT `+staffColumns+` FROM staff ORDER BY id LIMIT 500`)
	qStaffInsert     = db.Q("account/staff_insert", `INSERT INTO staff (id, login, name, role, password_hash, instructor_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qStaffUpdate     = db.Q("account/staff_update", `UPDATE staff SET name = $2, role = $3, instructor_id = $4, disabled_at = $5 WHERE id = $1`)
	qStaffHash       = db.Q("account/staff_hash", `SELECT password_hash FROM staff WHERE id = $1`)
	qStaffPassword   = db.Q("account/staff_password", `UPDATE staff SET password_hash = $2 WHERE id = $1`)
	qStaffOwners     = db.Q("account/staff_owners", `SELECT COUNT(*) FROM staff WHERE role = 'owner' AND disabled_at = 0 AND id <> $1`)
	qStaffCount      = db.Q("account/staff_count", `SELECT COUNT(*) FROM staff`)
	qStaffTOTPSet    = db.Q("account/staff_totp_set", `UPDATE staff SET totp_sealed = $2, totp_last_step = 0 WHERE id = $1 AND totp_enabled_at = 0`)
	qStaffTOTPEnable = db.Q("account/staff_totp_enable", `UPDATE staff SET totp_enabled_at = $2 WHERE id = $1 AND totp_enabled_at = 0`)
	qStaffTOTPStep   = db.Q("account/staff_totp_step", `UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2`)
	qStaffTOTPClear  = db.Q("account/staff_totp_clear", `UPDATE staff SET totp_sealed = NULL, totp_enabled_at = 0, totp_last_step = 0 WHERE id = $1`)
	qRecoveryInsert  = db.Q("account/recovery_insert", `INSERT INTO staff_recovery_codes (staff_id, code_hash) VALUES ($1, $2)`)
	qRecoveryUse     = db.Q("account/recovery_use", `UPDATE staff_recovery_codes SET used_at = $3 WHERE staff_id = $1 AND code_hash = $2 AND used_at = 0`)
	qRecoveryClear   = db.Q("account/recovery_clear", `DELETE FROM staff_recovery_codes WHERE staff_id = $1`)
	qStaffLoggedIn   = db.Q("account/staff_logged_in", `UPDATE staff SET last_login_at = $2 WHERE id = $1`)

	qStaffSessionInsert = db.Q("account/staff_session_insert", `INSERT INTO staff_sessions
		(id, token_hash, staff_id, mfa, address_hint, device_name, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`)
	qStaffSession = db.Q("account/staff_session", `SELECT x.id AS session_id, x.mfa, x.last_seen_at, s.id, s.name, s.role, s.instructor_id, s.totp_enabled_at
		FROM staff_sessions x JOIN staff s ON s.id = x.staff_id WHERE x.token_hash = $1 AND x.revoked_at = 0 AND x.expires_at > $2 AND s.disabled_at = 0`)
	qStaffSessionSeen   = db.Q("account/staff_session_seen", `UPDATE staff_sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1`)
	qStaffSessionMFA    = db.Q("account/staff_session_mfa", `UPDATE staff_sessions SET mfa = TRUE WHERE id = $1`)
	qStaffSessionRevoke = db.Q("account/staff_session_revoke", `UPDATE staff_sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`)
	qStaffSessionsEnd   = db.Q("account/staff_sessions_end", `UPDATE staff_sessions SET revoked_at = $3 WHERE staff_id = $1 AND id <> $2 AND revoked_at = 0`)
)
