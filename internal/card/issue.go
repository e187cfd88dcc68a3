package card

import (
	"context"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/learning"
)

// Consider makes the cards of the milestones that were reached by a lesson that was
// finished, inside the transaction in which it was.
func (s *Service) Consider(ctx context.Context, tx *db.Tx, d learning.Done) error {
	var at struct {
		Form        string
		ChapterID   int64
		ChapterLeft int64 // lessons not finished
		CourseLeft  int64
		GoesOn      int64 // 1: a column that more issues belong to
		ChapterSize int64
		TotalMS     int64 `db:"total_ms"`
		Hours       int64 // the highest mark that has a card
	}
	if err := tx.Get(ctx, qReached, &at, d.UserID, d.LessonID, d.CourseID); err != nil {
		return err
	}
	list := []part{{Lesson, d.CourseID, d.LessonID}}
	if at.Form == "quiz" {
		list[0].kind = Quiz
	}
	if at.ChapterLeft == 0 && at.ChapterSize > 1 && at.GoesOn == 0 { // of a chapter of one lesson that is said already
		list = append(list, part{Chapter, d.CourseID, at.ChapterID})
	}
	if at.CourseLeft == 0 && at.GoesOn == 0 {
		list = append(list, part{Course, d.CourseID, 0})
	}
	for _, h := range hourMarks {
		if h > at.Hours && at.TotalMS >= h*3600_000 {
			list = append(list, part{Hours, 0, h})
		}
	}
	for _, p := range list {
		if err := s.issue(ctx, tx, d.UserID, p); err != nil {
			return err
		}
	}
	return nil
}

// Attested makes the card of a certificate inside the transaction that issues it.
func (s *Service) Attested(ctx context.Context, tx *db.Tx, userID, courseID, certificateID int64) error {
	return s.issue(ctx, tx, userID, part{Certificate, courseID, certificateID})
}

// Lasted makes the card of a milestone of a challenge inside the transaction in which it
// was reached.
func (s *Service) Lasted(ctx context.Context, tx *db.Tx, userID, milestoneID int64) error {
	return s.issue(ctx, tx, userID, part{Days, 0, milestoneID})
}

// Awarded makes the card of a badge inside the transaction in which it was won.
func (s *Service) Awarded(ctx context.Context, tx *db.Tx, userID, ruleID int64) error {
	return s.issue(ctx, tx, userID, part{Badge, 0, ruleID})
}

// issue makes the card of a milestone unless there is one.
func (s *Service) issue(ctx context.Context, tx *db.Tx, userID int64, p part) error {
	var have int64
	if err := tx.Get(ctx, qHave, &have, userID, p.ref()); err != nil || have > 0 {
		return err
	}
	f, err := s.count(ctx, tx, userID, p, s.now())
	if err != nil {
		return err
	}
	f.Code = id.Plain(12)
	text, err := f.text()
	if err != nil {
		return err
	}
	keyID, signature, err := s.Certificate.Sign(ctx, tx, text)
	if err != nil {
		return err
	}
	var owner struct{ Nickname, Shown string }
	if err := tx.Get(ctx, qOwner, &owner, userID); err != nil {
		return err
	}
	c := Card{ID: id.New(), Code: f.Code, UserID: userID, Kind: p.kind, CourseID: p.courseID, PartID: p.partID, Nickname: owner.Nickname, Shown: owner.Shown, IssuedAt: f.IssuedAt, Facts: f}
	n, err := tx.Exec(ctx, qInsert, c.ID, c.Code, userID, p.kind, p.ref(), p.courseID, p.partID, text, signature, keyID, c.Nickname, c.Shown, f.IssuedAt)
	if err != nil || n == 0 {
		return err // somebody was quicker
	}
	for _, react := range s.onIssued {
		if err := react(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}
