package catalog

import (
	"context"
	"errors"

	"zhizhou/internal/db"
)

var (
	qProfile = db.Q("catalog/profile", `SELECT i.id, i.name, i.title, i.bio, i.avatar,
		(SELECT COUNT(*) FROM courses c WHERE c.instructor_id = i.id AND`+visible+`) AS course_count FROM instructors i WHERE i.id = $1`)
	qCardsBy = db.Q("catalog/cards_by", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+` AND c.instructor_id = $5
		AND (CAST($2 AS BIGINT) = 0 OR c.published_at < $2 OR (c.published_at = $2 AND c.id < $3)) ORDER BY c.published_at DESC, c.id DESC LIMIT $4`)
	// Who teaches something that everybody may see.
	qProfiles = db.Q("catalog/profiles", `SELECT i.id, i.name, i.title, i.bio, i.avatar,
		(SELECT COUNT(*) FROM courses c WHERE c.instructor_id = i.id AND`+visible+`) AS course_count FROM instructors i
		WHERE i.id > $1 AND EXISTS (SELECT 1 FROM courses c WHERE c.instructor_id = i.id AND`+visible+`) ORDER BY i.id LIMIT $2`)
)

// Profile is an instructor as everybody sees one.
type Profile struct {
	Instructor
	CourseCount int64 // published
}

// Profile returns an instructor's profile. Returns ErrInstructorGone.
func (s *Service) Profile(ctx context.Context, instructorID int64) (Profile, error) {
	var p Profile
	err := s.db.Get(ctx, qProfile, &p, instructorID)
	if errors.Is(err, db.ErrNone) {
		return p, ErrInstructorGone
	}
	return p, err
}

// Profiles lists instructors with published courses, by id from after on.
func (s *Service) Profiles(ctx context.Context, after int64, limit int) ([]Profile, error) {
	var rows []Profile
	err := s.db.List(ctx, qProfiles, &rows, after, limit)
	return rows, err
}

// CoursesBy lists an instructor's published courses, the newest first. after holds the
// keys of CardKeys(Newest), or is nil.
func (s *Service) CoursesBy(ctx context.Context, platform string, instructorID int64, after []int64, limit int) ([]Card, error) {
	keys := [2]int64{}
	copy(keys[:], after)
	var rows []Card
	err := s.db.List(ctx, qCardsBy, &rows, platform, keys[0], keys[1], limit, instructorID)
	return rows, err
}
