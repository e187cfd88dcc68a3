package account

import "zhizhou/internal/db"

const agreementColumns = `kind, version, title, note, material, effective_at, published_at, published_by`

// Of versions that take force at one time the one published last wins: so a
// mistake can be put right before it counts.
const newestFirst = `effective_at DESC, published_at DESC, version DESC`

var (
	qAgreements = db.Q("account/agreements", `SELECT `+agreementColumns+` FROM agreements a WHERE effective_at <= $1
		AND NOT EXISTS (SELECT 1 FROM agreements b WHERE b.kind = a.kind AND b.effective_at <= $1 AND (b.effective_at > a.effective_at
			OR (b.effective_at = a.effective_at AND (b.published_at > a.published_at OR (b.published_at = a.published_at AND b.version > a.version))))) ORDER BY kind DESC`)
	qAgreement         = db.Q("account/agreement", `SELECT `+agreementColumns+`, body_html FROM agreements WHERE kind = $1 AND effective_at <= $2 ORDER BY `+newestFirst+` LIMIT 1`)
	qAgreementLast     = db.Q("account/agreement_last", `SELECT `+agreementColumns+`, body_html FROM agreements WHERE kind = $1 ORDER BY `+newestFirst+` LIMIT 1`)
	qAgreementVersion  = db.Q("account/agreement_version", `SELECT `+agreementColumns+`, body_html FROM agreements WHERE kind = $1 AND version = $2`)
	qAgreementLine     = db.Q("account/agreement_line", `SELECT `+agreementColumns+` FROM agreements WHERE effective_at <= $1 ORDER BY kind DESC, effective_at, published_at, version`)
	qAgreementNames    = db.Q("account/agreement_names", `SELECT version FROM agreements WHERE kind = $1 AND version LIKE $2`)
	qAgreementVersions = db.Q("account/agreement_versions", `SELECT a.kind, a.version, a.title, a.note, a.material, a.effective_at, a.published_at, a.published_by,
		COALESCE((SELECT s.name FROM staff s WHERE s.id = a.published_by), '') AS published_by_name,
		(SELECT COUNT(*) FROM consents c WHERE c.kind = a.kind AND c.version = a.version AND c.subject LIKE 'user:%') AS accepted
		FROM agreements a WHERE a.kind = $1 ORDER BY a.effective_at DESC, a.published_at DESC, a.version DESC LIMIT 200`)
	qAgreementInsert = db.Q("account/agreement_insert", `INSERT INTO agreements (kind, version, title, body_html, note, material, effective_at, published_at, published_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)

	qDraft       = db.Q("account/draft", `SELECT kind, title, body_html, note, material, revision, updated_at, updated_by FROM agreement_drafts WHERE kind = $1`)
	qDraftInsert = db.Q("account/draft_insert", `INSERT INTO agreement_drafts (kind, title, body_html, note, material, revision, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, 1, $6, $7) ON CONFLICT DO NOTHING`)
	qDraftUpdate = db.Q("account/draft_update", `UPDATE agreement_drafts SET title = $2, body_html = $3, note = $4, material = $5, updated_at = $6, updated_by = $7,
		revision = revision + 1 WHERE kind = $1 AND revision = $8`)
	qDraftDelete = db.Q("account/draft_delete", `DELETE FROM agreement_drafts WHERE kind = $1 AND revision = $2`)

	qConsentInsert = db.Q("account/consent_insert", `INSERT INTO consents (id, subject, kind, version, accepted_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`)
	qConsents      = db.Q("account/consents", `SELECT c.kind, c.version, COALESCE(a.title, '') AS title, c.accepted_at FROM consents c
		LEFT JOIN agreements a ON a.kind = c.kind AND a.version = c.version WHERE c.subject = $1 ORDER BY c.accepted_at DESC, c.id DESC`)
	qConsentMove = db.Q("account/consent_move", `UPDATE consents SET subject = $2 WHERE subject = $1
		AND NOT EXISTS (SELECT 1 FROM consents d WHERE d.subject = $2 AND d.kind = consents.kind AND d.version = consents.version)`)
	qConsentPurge = db.Q("account/consent_purge", `DELETE FROM consents WHERE subject LIKE 'phone:%' AND accepted_at < $1`)
)
