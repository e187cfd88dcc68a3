package access

import (
	"context"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

const dayMS = int64(24 * time.Hour / time.Millisecond)

// qAudience is who is told of a course: those who own it; members who have it among
// much else, once they have begun it.
var qAudience = db.Q("access/audience", `SELECT DISTINCT g.user_id FROM grants g WHERE g.user_id > $2 AND g.revoked_at = 0 AND g.starts_at <= $3 AND (g.until_at = 0 OR g.until_at > $3) AND `+opens("$1")+`
	AND (g.resource_kind <> 'membership' OR EXISTS (SELECT 1 FROM lesson_progress p WHERE p.user_id = g.user_id AND p.course_id = $1)) ORDER BY g.user_id LIMIT $4`)

// Audience lists those who have a course now and want to hear of it, by id, from after
// on: limit at most.
func (s *Service) Audience(ctx context.Context, courseID, after int64, limit int) ([]int64, error) {
	var users []int64
	err := s.db.List(ctx, qAudience, &users, courseID, after, clock.MS(s.clock), limit)
	return users, err
}

// unlocked decides for somebody who has the course. What was finished stays open.
func (s *Service) unlocked(ctx context.Context, userID int64, l catalog.Lesson, h Holding) (Decision, error) {
	open := Decision{Allowed: true, Reason: "owned"}
	if !l.Any() {
		return open, nil
	}
	finished, err := s.Finished(ctx, userID, l.CourseID)
	if err != nil {
		return Decision{}, err
	}
	if d, locked := waits(l, h.Since, clock.MS(s.clock), finished); locked {
		return d, nil
	}
	return open, nil
}

// Locked tells which of the lessons of a course are not open yet to a user who has it.
func (s *Service) Locked(ctx context.Context, userID int64, h Holding, parts []catalog.Part) (map[int64]Decision, error) {
	out := map[int64]Decision{}
	var finished map[int64]bool
	for _, p := range parts {
		for _, l := range p.Lessons {
			if !l.Any() {
				continue
			}
			if finished == nil {
				var err error
				if finished, err = s.Finished(ctx, userID, l.CourseID); err != nil {
					return nil, err
				}
			}
			if d, locked := waits(l, h.Since, clock.MS(s.clock), finished); locked {
				out[l.ID] = d
			}
		}
	}
	return out, nil
}

// waits tells what a lesson still waits for.
func waits(l catalog.Lesson, since, now int64, finished map[int64]bool) (Decision, bool) {
	if finished[l.ID] {
		return Decision{}, false
	}
	d := Decision{Reason: "unlock", OpensAt: l.OpensAt}
	if l.OpensAfterDays > 0 {
		d.OpensAt = max(d.OpensAt, since+l.OpensAfterDays*dayMS)
	}
	if d.OpensAt <= now {
		d.OpensAt = 0
	}
	if l.AfterLessonID != 0 && !finished[l.AfterLessonID] {
		d.AfterLessonID = l.AfterLessonID
	}
	return d, d.OpensAt > 0 || d.AfterLessonID != 0
}
