package learning

import (
	"context"
	"errors"

	"zhizhou/internal/db"
)

var (
	// What a player reported, and what was handed out with its keys: the first is the
	// measure of the refund promise, the second tells finance who took without
	// reporting. A lesson that everybody may see counts in neither, nor does one that is
	// still being written: drafts must not thin out what was studied.
	qWatched = db.Q("learning/watched", `SELECT CAST(COALESCE(SUM(CASE WHEN p.covered_ms < l.duration_ms THEN p.covered_ms ELSE l.duration_ms END), 0) AS BIGINT)
		FROM lesson_progress p JOIN lessons l ON l.id = p.lesson_id WHERE p.user_id = $1 AND p.course_id = $2 AND l.deleted_at = 0 AND l.released_at > 0 AND NOT l.is_free`)
	qDelivered = db.Q("learning/delivered", `SELECT CAST(COALESCE(SUM(CASE WHEN d.ms < l.duration_ms THEN d.ms ELSE l.duration_ms END), 0) AS BIGINT) FROM lessons l
		JOIN (SELECT asset_id, SUM(ms) AS ms FROM delivered_parts WHERE user_id = $1 GROUP BY asset_id) d ON d.asset_id = l.asset_id
		WHERE l.course_id = $2 AND l.deleted_at = 0 AND l.released_at > 0 AND NOT l.is_free`)
	qDeliveredPages = db.Q("learning/delivered_pages", `SELECT CAST(COALESCE(SUM(CASE WHEN d.n < l.page_count THEN d.n ELSE l.page_count END * l.duration_ms / l.page_count), 0) AS BIGINT) FROM lessons l
		JOIN (SELECT document_id, COUNT(*) AS n FROM delivered_pages WHERE user_id = $1 GROUP BY document_id) d ON d.document_id = l.document_id
		WHERE l.course_id = $2 AND l.deleted_at = 0 AND l.released_at > 0 AND NOT l.is_free AND l.page_count > 0`)
	// The same of one lesson that was sold alone.
	qOfOne = db.Q("learning/of_one", `SELECT l.duration_ms, COALESCE(p.covered_ms, 0) AS covered_ms,
		CAST(COALESCE((SELECT SUM(d.ms) FROM delivered_parts d WHERE d.user_id = $1 AND d.asset_id = l.asset_id), 0)
			+ CASE WHEN l.page_count > 0 THEN (SELECT COUNT(*) FROM delivered_pages g WHERE g.user_id = $1 AND g.document_id = l.document_id) * l.duration_ms / l.page_count ELSE 0 END AS BIGINT) AS delivered_ms
		FROM products s JOIN lessons l ON l.id = s.lesson_id LEFT JOIN lesson_progress p ON p.lesson_id = l.id AND p.user_id = $1 WHERE s.id = $2 AND NOT l.is_free`)
	qPaidMS = db.Q("learning/paid_ms", `SELECT CAST(COALESCE(SUM(duration_ms), 0) AS BIGINT) FROM lessons WHERE course_id = $1 AND deleted_at = 0 AND released_at > 0 AND NOT is_free`)
)

// Evidence is what somebody has had of a course, in percent of its paid minutes.
type Evidence struct {
	Watched   int64 // by the player's reports: the measure of the refund promise
	Delivered int64 // handed out with its keys, whether reported or not
}

// EvidenceOfLesson answers for the refund policy of a lesson that was sold alone, as
// the product productID.
func (s *Service) EvidenceOfLesson(ctx context.Context, r db.Reader, userID, productID int64) (Evidence, error) {
	var row struct {
		DurationMS  int64 `db:"duration_ms"`
		CoveredMS   int64 `db:"covered_ms"`
		DeliveredMS int64 `db:"delivered_ms"`
	}
	err := r.Get(ctx, qOfOne, &row, userID, productID)
	if errors.Is(err, db.ErrNone) {
		err = nil // free by now: it counts in nothing
	}
	return Evidence{Percent(row.CoveredMS, row.DurationMS), Percent(row.DeliveredMS, row.DurationMS)}, err
}

// Evidence answers for the refund policy.
func (s *Service) Evidence(ctx context.Context, r db.Reader, userID, courseID int64) (Evidence, error) {
	var watched, delivered, all int64
	if err := r.Get(ctx, qPaidMS, &all, courseID); err != nil {
		return Evidence{}, err
	}
	if err := r.Get(ctx, qWatched, &watched, userID, courseID); err != nil {
		return Evidence{}, err
	}
	if err := r.Get(ctx, qDelivered, &delivered, userID, courseID); err != nil {
		return Evidence{}, err
	}
	var pages int64
	err := r.Get(ctx, qDeliveredPages, &pages, userID, courseID)
	delivered += pages
	return Evidence{Percent(watched, all), Percent(delivered, all)}, err
}
