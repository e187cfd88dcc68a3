// Package access is the only answer to "may I open this?". Access is the union of
// live grants, decided when it is asked, by dates; each grant remembers the source
// that made it and is revoked by that source alone (INV-17, INV-18). It owns
// grants.
package access

import (
	"context"
	"errors"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// The refusals of this domain.
var (
	ErrLocked = errs.New(errs.Forbidden, "lesson_locked", "这一课需要购买后学习")
)

// Source is why a grant exists.
type Source struct {
	Kind string // "order_item", "gift", "redeem_code"
	ID   int64
}

// OrderItem is the source of what was bought.
func OrderItem(orderItemID int64) Source { return Source{Kind: "order_item", ID: orderItemID} }

// Gift is the source of a copy that somebody gave.
func Gift(giftID int64) Source { return Source{Kind: "gift", ID: giftID} }

// RedeemCode is the source of what a code opened.
func RedeemCode(codeID int64) Source { return Source{Kind: "redeem_code", ID: codeID} }

// OpensCourse is the condition, as SQL, under which a grant g opens a course; its live
// span the reader adds. For lists that join grants (ADR 0003).
func OpensCourse(course string) string { return opens(course) }

// opens is the condition under which a grant g opens a course: it is the course's
// own, or that of a bundle or membership that holds it: by rule, so what joins
// later is open too, and what has left stays open to those who had it before.
func opens(course string) string {
	return `((g.resource_kind = 'course' AND g.resource_id = ` + course + `)
		OR (g.resource_kind IN ('bundle', 'membership') AND EXISTS (SELECT 1 FROM product_parts x WHERE x.product_id = g.resource_id AND (x.removed_at = 0 OR x.removed_at > g.created_at)
			AND ((x.kind = 'course' AND x.ref_id = ` + course + `) OR (x.kind = 'category' AND x.ref_id = (SELECT category_id FROM courses WHERE id = ` + course + `)))))
		OR (g.resource_kind = 'membership' AND EXISTS (SELECT 1 FROM products p WHERE p.id = g.resource_id AND p.opens_all)))`
}

var (
	qGrant = db.Q("access/grant", `INSERT INTO grants (id, user_id, resource_kind, resource_id, source_kind, source_id, starts_at, until_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`)
	qRevoke   = db.Q("access/revoke", `UPDATE grants SET revoked_at = $3, revoke_reason = $4 WHERE source_kind = $1 AND source_id = $2 AND revoked_at = 0`)
	qOfSource = db.Q("access/of_source", `SELECT user_id, resource_kind, resource_id, starts_at, until_at FROM grants WHERE source_kind = $1 AND source_id = $2 AND revoked_at = 0`)
	qSpan     = db.Q("access/span", `SELECT starts_at, until_at FROM grants WHERE source_kind = $1 AND source_id = $2 AND revoked_at = 0 ORDER BY id LIMIT 1`)
	qEarlier  = db.Q("access/earlier", `UPDATE grants SET starts_at = starts_at - $5, until_at = until_at - $5
		WHERE user_id = $1 AND resource_kind = $2 AND resource_id = $3 AND revoked_at = 0 AND until_at > 0 AND starts_at >= $4`)
	qRevoked = db.Q("access/revoked", `SELECT user_id, resource_kind, resource_id, starts_at, until_at FROM grants WHERE source_kind = $1 AND source_id = $2 AND revoked_at > 0 ORDER BY id`)
	qReopen  = db.Q("access/reopen", `UPDATE grants SET revoked_at = 0, revoke_reason = '', starts_at = $5, until_at = $6
		WHERE source_kind = $1 AND source_id = $2 AND resource_kind = $3 AND resource_id = $4 AND revoked_at > 0`)
	qHolders = db.Q("access/holders", `SELECT COUNT(*) FROM grants WHERE resource_kind = $1 AND resource_id = $2 AND revoked_at = 0 AND (until_at = 0 OR until_at > $3)`)
	qCourse  = db.Q("access/course", `SELECT g.source_kind, g.source_id, g.starts_at, g.until_at FROM grants g WHERE g.user_id = $1 AND g.revoked_at = 0 AND (g.until_at = 0 OR g.until_at > $3) AND `+opens("$2")+` ORDER BY g.id`)
	qOpens   = db.Q("access/opens", `SELECT r.resource_kind, r.resource_id, COALESCE(g.starts_at, -1) AS starts_at, COALESCE(g.until_at, 0) AS until_at,
			CASE WHEN g.resource_kind = r.resource_kind THEN 0 ELSE 1 END AS wider
		FROM grant_rules r LEFT JOIN grants g ON g.user_id = $1 AND g.revoked_at = 0 AND (g.until_at = 0 OR g.until_at > $3)
			AND (CASE WHEN r.resource_kind = 'course' THEN `+opens("r.resource_id")+` WHEN g.resource_kind = r.resource_kind THEN g.resource_id = r.resource_id
				ELSE r.resource_kind = 'lesson' AND `+opens("(SELECT l.course_id FROM lessons l WHERE l.id = r.resource_id)")+` END)
		WHERE r.sku_id = $2 ORDER BY r.resource_kind, r.resource_id, g.id`)
	qTiers = db.Q("access/tiers", `SELECT resource_id, MAX(until_at) AS until_at FROM grants WHERE user_id = $1 AND resource_kind = 'membership' AND revoked_at = 0 AND starts_at <= $2 AND until_at > $2
		GROUP BY resource_id ORDER BY resource_id`)
	qEver = db.Q("access/ever", `SELECT COUNT(*) FROM grants WHERE user_id = $1 AND resource_kind = $2 AND resource_id = $3`)
	qLive = db.Q("access/live", `SELECT source_kind, source_id, starts_at, until_at FROM grants WHERE user_id = $1 AND resource_kind = $2 AND resource_id = $3
		AND revoked_at = 0 AND (until_at = 0 OR until_at > $4) ORDER BY id`)
	qOwned = db.Q("access/owned", `SELECT o.course_id, MAX(CASE WHEN o.until_at = 0 THEN 1 ELSE 0 END) AS forever, MAX(o.until_at) AS until_at, MAX(o.created_at) AS created_at FROM (
			SELECT g.resource_id AS course_id, g.starts_at, g.until_at, g.created_at FROM grants g
			WHERE g.user_id = $1 AND g.resource_kind = 'course' AND g.revoked_at = 0 AND (g.until_at = 0 OR g.until_at > $2)
			UNION ALL SELECT x.ref_id, g.starts_at, g.until_at, g.created_at FROM grants g JOIN product_parts x ON x.product_id = g.resource_id AND x.kind = 'course' AND (x.removed_at = 0 OR x.removed_at > g.created_at)
			WHERE g.user_id = $1 AND g.resource_kind = 'bundle' AND g.revoked_at = 0 AND (g.until_at = 0 OR g.until_at > $2)) o
		GROUP BY o.course_id HAVING MIN(o.starts_at) <= $2 ORDER BY MAX(o.created_at) DESC LIMIT 500`)
	qGrantsOf = db.Q("access/grants_of", `SELECT user_id, resource_kind, resource_id, starts_at, until_at, created_at, revoked_at, revoke_reason FROM grants WHERE source_kind = $1 AND source_id = $2 ORDER BY id`)
	qMerge    = db.Q("access/merge", `UPDATE grants SET user_id = $2 WHERE user_id = $1`)
	qCounts   = db.Q("access/counts", `SELECT resource_id, COUNT(DISTINCT user_id) AS n FROM grants WHERE resource_kind = 'course' AND revoked_at = 0 GROUP BY resource_id`)
)

// Service answers questions of access.
type Service struct {
	db    *db.DB
	clock clock.Clock
	// Finished lists the lessons of a course that a user has finished.
	Finished func(ctx context.Context, userID, courseID int64) (map[int64]bool, error)
	taken    []func(ctx context.Context, tx *db.Tx, userID int64) error
}

// New makes a Service.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// OnTaken adds what reacts, in the same transaction, when something is taken back from a
// user or given back after that.
func (s *Service) OnTaken(f func(ctx context.Context, tx *db.Tx, userID int64) error) {
	s.taken = append(s.taken, f)
}

func (s *Service) tellTaken(ctx context.Context, tx *db.Tx, userID int64) error {
	for _, f := range s.taken {
		if err := f(ctx, tx, userID); err != nil {
			return err
		}
	}
	return nil
}

type live struct {
	SourceKind string
	SourceID   int64
	StartsAt   int64
	UntilAt    int64
}

// Holding is what a user has of a course now.
type Holding struct {
	Owned   bool
	Forever bool
	UntilAt int64 // end of the last of overlapping periods; 0 when Forever
	Since   int64 // start of the first of those that run now, ms
}

// Course tells what the user has of a course at this moment, from whatever source.
func (s *Service) Course(ctx context.Context, r db.Reader, userID, courseID int64) (Holding, error) {
	if userID == 0 {
		return Holding{}, nil
	}
	now := clock.MS(s.clock)
	var rows []live
	err := r.List(ctx, qCourse, &rows, userID, courseID, now)
	return holding(rows, now), err
}

// Holding tells what the user has of one resource by grants of its own.
func (s *Service) Holding(ctx context.Context, r db.Reader, userID int64, res catalog.Resource) (Holding, error) {
	if userID == 0 {
		return Holding{}, nil
	}
	if res.Kind == catalog.KindCourse {
		return s.Course(ctx, r, userID, res.ID)
	}
	now := clock.MS(s.clock)
	var rows []live
	err := r.List(ctx, qLive, &rows, userID, res.Kind, res.ID, now)
	return holding(rows, now), err
}

func holding(rows []live, now int64) Holding {
	var h Holding
	for _, g := range rows {
		if g.StartsAt <= now {
			if !h.Owned || g.StartsAt < h.Since {
				h.Since = g.StartsAt
			}
			h.Owned = true
			h.Forever = h.Forever || g.UntilAt == 0
		}
		h.UntilAt = max(h.UntilAt, g.UntilAt)
	}
	if h.Forever || !h.Owned {
		h.UntilAt = 0
	}
	return h
}

// Membership is a tier that somebody has now.
type Membership struct {
	ID      int64 `db:"resource_id"` // the product
	UntilAt int64
}

// Memberships lists the tiers that the user has now.
func (s *Service) Memberships(ctx context.Context, r db.Reader, userID int64) ([]Membership, error) {
	var rows []Membership
	if userID == 0 {
		return rows, nil
	}
	err := r.List(ctx, qTiers, &rows, userID, clock.MS(s.clock))
	return rows, err
}

// Ever reports whether the user was ever granted a resource, also when that ended.
func (s *Service) Ever(ctx context.Context, r db.Reader, userID int64, res catalog.Resource) (bool, error) {
	var n int64
	err := r.Get(ctx, qEver, &n, userID, res.Kind, res.ID)
	return n > 0, err
}

// Decision is the answer for one lesson.
type Decision struct {
	Allowed   bool
	Reason    string // "owned", "free", "preview", "unlock", "login" or "buy"
	PreviewMS int64
	// PreviewPages is how many pages of a document, or chapters of an e-book, may be
	// tried, from the start.
	PreviewPages int64
	// OpensAt is, when the reason is "unlock", since when the lesson would be open by its
	// dates, ms; 0: it does not wait for one.
	OpensAt int64
	// AfterLessonID is the lesson that has to be finished before; 0: none.
	AfterLessonID int64
}

// Open finds a lesson that the user may have in full. Returns catalog.ErrLessonGone,
// ErrLocked.
func (s *Service) Open(ctx context.Context, lessons *catalog.Service, userID, lessonID int64) (catalog.Lesson, error) {
	l, d, err := s.Decide(ctx, lessons, userID, lessonID)
	switch {
	case err != nil || d.Allowed:
	case d.Reason == "unlock": // it is theirs, and only not yet
		err = ErrLocked.Say("这一课还没有解锁")
	default:
		err = ErrLocked
	}
	return l, err
}

// Decide finds a lesson and decides as Lesson does. Returns catalog.ErrLessonGone.
func (s *Service) Decide(ctx context.Context, lessons *catalog.Service, userID, lessonID int64) (catalog.Lesson, Decision, error) {
	l, err := lessons.Lesson(ctx, lessonID)
	if err != nil {
		return l, Decision{}, err
	}
	shown, err := lessons.Visible(ctx, l.CourseID)
	if err != nil {
		return l, Decision{}, err
	}
	d, err := s.Lesson(ctx, userID, l, shown)
	return l, d, err
}

// Lesson decides whether the user may open a lesson in full, and if not, how much
// of it may be tried. shown tells that the course is published: what was taken
// down stays open for owners alone.
func (s *Service) Lesson(ctx context.Context, userID int64, l catalog.Lesson, shown bool) (Decision, error) {
	h, err := s.Course(ctx, s.db, userID, l.CourseID)
	alone := err == nil && !h.Owned
	if alone {
		h, err = s.Holding(ctx, s.db, userID, catalog.Resource{Kind: catalog.KindLesson, ID: l.ID})
	}
	if err != nil {
		return Decision{}, err
	}
	switch {
	case l.ReleasedAt == 0:
		return Decision{}, catalog.ErrLessonGone
	case h.Owned && alone: // who bought this lesson alone waits for no other
		return Decision{Allowed: true, Reason: "owned"}, nil
	case h.Owned:
		return s.unlocked(ctx, userID, l, h)
	case !shown:
		return Decision{}, catalog.ErrLessonGone
	case l.IsFree:
		return Decision{Allowed: true, Reason: "free"}, nil
	case (l.Form == catalog.Video || l.Form == catalog.Audio) && l.PreviewMS > 0:
		return Decision{Reason: "preview", PreviewMS: l.PreviewMS}, nil
	case (l.Form == catalog.Document || l.Form == catalog.Ebook) && l.PreviewPages > 0:
		return Decision{Reason: "preview", PreviewPages: l.PreviewPages}, nil
	case userID == 0:
		return Decision{Reason: "login"}, nil
	}
	return Decision{Reason: "buy"}, nil
}

// Owned is a course that a user has.
type Owned struct {
	CourseID  int64
	Forever   int64
	UntilAt   int64
	CreatedAt int64
}

// Courses lists the courses that the user may open now, last acquired first.
func (s *Service) Courses(ctx context.Context, userID int64) ([]Owned, error) {
	var rows []Owned
	err := s.db.List(ctx, qOwned, &rows, userID, clock.MS(s.clock))
	return rows, err
}

// Grant opens a resource to a user for a period, inside tx. One bought before an
// earlier one has ended begins where that one ends. The same source grants once:
// a repeat changes nothing.
func (s *Service) Grant(ctx context.Context, tx *db.Tx, userID int64, res catalog.Resource, src Source, period catalog.Period) error {
	now := clock.MS(s.clock)
	starts, until := now, period.Until
	if period.Days+period.Months > 0 {
		var rows []live
		if err := tx.List(ctx, qLive, &rows, userID, res.Kind, res.ID, now); err != nil {
			return err
		}
		for _, g := range rows {
			if (Source{g.SourceKind, g.SourceID}) == src {
				return nil
			}
			starts = max(starts, g.UntilAt)
		}
		until = period.End(starts)
	}
	return tx.Later(ctx, qGrant, id.New(), userID, res.Kind, res.ID, src.Kind, src.ID, starts, until, now)
}

// Revoke ends what a source granted and returns how many grants that were; other
// sources keep theirs. Periods that were to begin after a revoked one move up by
// what was left of it, so that nobody who paid for a later one stands outside.
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, src Source, reason string) (int64, error) {
	var ended []struct {
		UserID       int64
		ResourceKind string
		ResourceID   int64
		StartsAt     int64
		UntilAt      int64
	}
	if err := tx.List(ctx, qOfSource, &ended, src.Kind, src.ID); err != nil {
		return 0, err
	}
	now := clock.MS(s.clock)
	n, err := tx.Exec(ctx, qRevoke, src.Kind, src.ID, now, reason)
	if err != nil {
		return 0, err
	}
	for _, g := range ended {
		left := g.UntilAt - max(now, g.StartsAt)
		if g.UntilAt == 0 || left <= 0 {
			continue
		}
		if _, err := tx.Exec(ctx, qEarlier, g.UserID, g.ResourceKind, g.ResourceID, g.UntilAt, left); err != nil {
			return 0, err
		}
	}
	for i, g := range ended {
		if i > 0 && g.UserID == ended[i-1].UserID { // one source opens for one user
			continue
		}
		if err := s.tellTaken(ctx, tx, g.UserID); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// Reopen gives back what a source granted before it was revoked, for so many
// milliseconds: after other periods of the same resource that are live. It keeps its
// whole length, so that the part of it that is used stays known.
func (s *Service) Reopen(ctx context.Context, tx *db.Tx, src Source, leftMS int64) error {
	now := clock.MS(s.clock)
	var was []struct {
		UserID       int64
		ResourceKind string
		ResourceID   int64
		StartsAt     int64
		UntilAt      int64
	}
	if leftMS <= 0 {
		return nil
	}
	if err := tx.List(ctx, qRevoked, &was, src.Kind, src.ID); err != nil {
		return err
	}
	for _, g := range was {
		var rows []live
		if err := tx.List(ctx, qLive, &rows, g.UserID, g.ResourceKind, g.ResourceID, now); err != nil {
			return err
		}
		starts := now
		for _, l := range rows {
			starts = max(starts, l.UntilAt)
		}
		if _, err := tx.Exec(ctx, qReopen, src.Kind, src.ID, g.ResourceKind, g.ResourceID, starts+leftMS-(g.UntilAt-g.StartsAt), starts+leftMS); err != nil {
			return err
		}
		if err := s.tellTaken(ctx, tx, g.UserID); err != nil {
			return err
		}
	}
	return nil
}

// Span returns when what a source granted begins and ends, ms; both 0 when it
// granted nothing that is live, the end 0 for good.
func (s *Service) Span(ctx context.Context, r db.Reader, src Source) (from, until int64, err error) {
	var rows []struct{ StartsAt, UntilAt int64 }
	if err := r.List(ctx, qSpan, &rows, src.Kind, src.ID); err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	return rows[0].StartsAt, rows[0].UntilAt, nil
}

// Granted is a grant as it was given and perhaps taken back.
type Granted struct {
	UserID       int64
	ResourceKind string
	ResourceID   int64
	StartsAt     int64
	UntilAt      int64 // 0: for good
	CreatedAt    int64
	RevokedAt    int64 // 0: it lives, or has run out
	RevokeReason string
}

// GrantsOf lists what a source has opened, live or not.
func (s *Service) GrantsOf(ctx context.Context, src Source) ([]Granted, error) {
	var rows []Granted
	err := s.db.List(ctx, qGrantsOf, &rows, src.Kind, src.ID)
	return rows, err
}

// Holders returns how many live grants a resource has.
func (s *Service) Holders(ctx context.Context, tx *db.Tx, res catalog.Resource) (int64, error) {
	var n int64
	err := tx.Get(ctx, qHolders, &n, res.Kind, res.ID, clock.MS(s.clock))
	return n, err
}

// Merge moves grants when two users become one.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	_, err := tx.Exec(ctx, qMerge, from, to)
	return err
}

// Counts returns how many people have each course.
func (s *Service) Counts(ctx context.Context) (map[int64]int64, error) {
	var rows []struct{ ResourceID, N int64 }
	if err := s.db.List(ctx, qCounts, &rows); err != nil && !errors.Is(err, db.ErrNone) {
		return nil, err
	}
	out := map[int64]int64{}
	for _, r := range rows {
		out[r.ResourceID] = r.N
	}
	return out, nil
}
