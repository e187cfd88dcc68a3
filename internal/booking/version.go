package booking

import (
	"context"

	"zhizhou/internal/db"
)

// PlanText is a plan as versions of courses keep it. Its link may be missing where it came
// in an archive: such a course is not published before somebody fills it in.
type PlanText struct {
	LessonID    int64  `json:"lesson_id"`
	Kind        string `json:"kind"`
	Place       string `json:"place"`
	Directions  string `json:"directions"`
	Bring       string `json:"bring"`
	Note        string `json:"note"`
	Link        string `json:"link,omitempty"`
	Minutes     int64  `json:"minutes"`
	CancelHours int64  `json:"cancel_hours"`
	Hold        int64  `json:"hold"`
	Most        int64  `json:"most"`
}

var (
	qPlanTexts = db.Q("booking/plan_texts", `SELECT p.lesson_id, p.kind, p.place, p.directions, p.bring, p.note, p.link, p.minutes, p.cancel_hours, p.hold, p.most
		FROM booking_plans p JOIN lessons l ON l.id = p.lesson_id WHERE l.course_id = $1 AND l.deleted_at = 0 ORDER BY p.lesson_id`)
	qPlanPut = db.Q("booking/plan_put", `INSERT INTO booking_plans (lesson_id, kind, place, directions, bring, note, link, minutes, cancel_hours, hold, most, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (lesson_id) DO UPDATE SET kind = $2, place = $3, directions = $4, bring = $5, note = $6, link = $7, minutes = $8, cancel_hours = $9, hold = $10, most = $11,
			version = booking_plans.version + 1, updated_at = $12`)
)

// PlanTexts lists the plans of a course's lessons.
func (s *Service) PlanTexts(ctx context.Context, r db.Reader, courseID int64) ([]PlanText, error) {
	rows := []PlanText{}
	err := r.List(ctx, qPlanTexts, &rows, courseID)
	return rows, err
}

// PutPlan writes a plan as it was kept, whatever stands there, in a transaction that has
// locked the course; slots and bookings stay. A lesson with slots to come for several
// learners does not become one for a single one: its plan stays as it is. Returns ErrPlan.
func (s *Service) PutPlan(ctx context.Context, tx *db.Tx, t PlanText) error {
	p, err := t.checked()
	if err != nil {
		return err
	}
	if p.Kind == OneToOne {
		var wide int64
		if err := tx.Get(ctx, qWide, &wide, p.LessonID, s.now()); err != nil || wide > 0 {
			return err
		}
	}
	_, err = tx.Exec(ctx, qPlanPut, p.LessonID, p.Kind, p.Place, p.Directions, p.Bring, p.Note, p.Link, p.Minutes, p.CancelHours, p.Hold, p.Most, s.now())
	return err
}

// Check tells whether a plan can be put. Returns ErrPlan.
func (t PlanText) Check() error {
	_, err := t.checked()
	return err
}

func (t PlanText) checked() (Plan, error) {
	p := Plan{LessonID: t.LessonID, Kind: t.Kind, Place: t.Place, Directions: t.Directions, Bring: t.Bring, Note: t.Note, Link: t.Link, Minutes: t.Minutes, CancelHours: t.CancelHours, Hold: t.Hold, Most: t.Most}
	bare := p.Link == "" && p.Kind != Offline
	if bare {
		p.Link = "https://later.invalid/" // so that all else is checked
	}
	err := p.check()
	if bare {
		p.Link = ""
	}
	return p, err
}
