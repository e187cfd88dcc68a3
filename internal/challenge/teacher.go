package challenge

import (
	"context"
	"fmt"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/note"
)

// Teacher is a member of staff who may lead classes.
type Teacher struct {
	ID   int64
	Name string
}

var (
	qTeachers = db.Q("challenge/teachers", `SELECT f.id, f.name FROM staff f WHERE f.role = 'class_teacher' AND f.disabled_at = 0 AND (CAST($1 AS BIGINT) = 0 OR f.instructor_id = $1) ORDER BY f.name, f.id LIMIT 200`)
	// A class of an instructor's is led by that one's class teachers, one of the school by any.
	qLead      = db.Q("challenge/lead", `UPDATE challenge_classes SET teacher_id = $2 WHERE id = $1 AND (CAST($2 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM staff f WHERE f.id = $2 AND f.role = 'class_teacher' AND f.disabled_at = 0 AND (challenge_classes.instructor_id = 0 OR f.instructor_id = challenge_classes.instructor_id)))`)
	qClassDays = db.Q("challenge/class_day_cases", `SELECT d.id, d.user_id, u.nickname, c.course_id, d.class_id, c.title, d.task, d.body, d.state, d.reason, d.version, d.updated_at, (SELECT COUNT(*) FROM challenge_files f WHERE f.check_in_id = d.id) AS files FROM challenge_check_ins d JOIN users u ON u.id = d.user_id JOIN challenge_classes c ON c.id = d.class_id
		WHERE d.class_id = $1 AND d.state = $2 AND d.id > $3 ORDER BY d.id LIMIT $4`)
	qClassReviews = db.Q("challenge/class_review_cases", `SELECT r.id, r.user_id, u.nickname, c.course_id, r.class_id, c.title, d.task, r.body, r.state, r.reason, r.version, r.updated_at, 0 AS files FROM challenge_reviews r JOIN challenge_check_ins d ON d.id = r.check_in_id JOIN users u ON u.id = r.user_id JOIN challenge_classes c ON c.id = r.class_id
		WHERE d.class_id = $1 AND r.state = $2 AND r.id > $3 ORDER BY r.id LIMIT $4`)
)

// Teachers lists who may lead the classes of an instructor (0: any).
func (s *Service) Teachers(ctx context.Context, scope int64) ([]Teacher, error) {
	var rows []Teacher
	err := s.DB.List(ctx, qTeachers, &rows, scope)
	return rows, err
}

// SetTeacher names who leads a class; 0: nobody in particular. Returns ErrClass, ErrClassSet.
func (s *Service) SetTeacher(ctx context.Context, scope, classID, staffID int64) error {
	c, err := s.Class(ctx, scope, classID)
	if err != nil || c.TeacherID == staffID {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.lead(ctx, tx, c.ID, staffID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "class.teacher", fmt.Sprintf("class:%d", c.ID), map[string]any{"staff_id": c.TeacherID}, map[string]any{"staff_id": staffID}, "")
	})
}

func (s *Service) lead(ctx context.Context, tx *db.Tx, classID, staffID int64) error {
	n, err := tx.Exec(ctx, qLead, classID, staffID)
	if err == nil && n == 0 {
		err = ErrClassSet.Field("teacher_id", "请选一位能带这个班的班主任")
	}
	return err
}

// CasesOf pages what the members of a class wrote in a state, the oldest first, after an id,
// for who leads it. Returns ErrClass.
func (s *Service) CasesOf(ctx context.Context, scope, classID int64, state string, after int64, limit int) ([]note.Case, error) {
	if _, err := s.Class(ctx, scope, classID); err != nil {
		return nil, err
	}
	return s.casesBy(limit, func(what string, rows *[]caseRow) error {
		q := qClassDays
		if what == note.PeerReview {
			q = qClassReviews
		}
		return s.DB.List(ctx, q, rows, classID, state, after, limit)
	})
}
