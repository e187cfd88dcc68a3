package card

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"zhizhou/internal/access"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// Card is one that was made, also when it was revoked since.
type Card struct {
	ID           int64
	Code         string
	UserID       int64
	Kind         string
	CourseID     int64
	PartID       int64
	Nickname     string
	Shown        string
	RevokedAt    int64
	RevokeKind   string // refund, staff, merged
	RevokeReason string
	IssuedAt     int64
	Facts        Facts  `db:"-"`
	Name         string `db:"-"` // as it is shown; "" when it is hidden
	Text         string `db:"-"` // what was signed
	Signature    string
	KeyID        int64
}

type row struct {
	Card
	FactsText string
}

func opened(r row) (Card, error) {
	c := r.Card
	c.Text = r.FactsText
	if err := json.Unmarshal([]byte(r.FactsText), &c.Facts); err != nil {
		return c, fmt.Errorf("card %d: %w", c.ID, err)
	}
	switch c.Shown {
	case Nickname:
		c.Name = c.Nickname
	case Masked:
		c.Name = text.Mask(c.Nickname)
	}
	return c, nil
}

func (s *Service) one(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) (Card, error) {
	var found row
	err := r.Get(ctx, q, &found, args...)
	if errors.Is(err, db.ErrNone) {
		return Card{}, ErrGone
	}
	if err != nil {
		return Card{}, err
	}
	return opened(found)
}

func (s *Service) list(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) ([]Card, error) {
	var rows []row
	if err := r.List(ctx, q, &rows, args...); err != nil {
		return nil, err
	}
	out := make([]Card, len(rows))
	for i, x := range rows {
		c, err := opened(x)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// ByCode returns a card, revoked or not. Returns ErrGone.
func (s *Service) ByCode(ctx context.Context, code string) (Card, error) {
	return s.one(ctx, s.DB, qByCode, code)
}

// Own returns a card of a learner. Returns ErrGone.
func (s *Service) Own(ctx context.Context, userID, cardID int64) (Card, error) {
	return s.one(ctx, s.DB, qOwn, cardID, userID)
}

// Mine lists the cards of a learner, newest first, before an id (0: from the newest).
func (s *Service) Mine(ctx context.Context, userID, before int64, limit int) ([]Card, error) {
	return s.list(ctx, s.DB, qMine, userID, before, limit)
}

// Show chooses how a learner's own card names its owner, by the nickname of now, from this
// moment on. Returns
// ErrShown, ErrGone, ErrRevoked.
func (s *Service) Show(ctx context.Context, userID, cardID int64, shown string) (Card, error) {
	if shown != Nickname && shown != Masked && shown != Hidden {
		return Card{}, ErrShown
	}
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qShow, cardID, userID, shown)
		return err
	})
	if err != nil {
		return Card{}, err
	}
	c, err := s.Own(ctx, userID, cardID)
	if err == nil && c.RevokedAt > 0 {
		err = ErrRevoked
	}
	return c, err
}

// Check is a card's facts counted again.
type Check struct {
	Now    Facts
	Signed bool // what it states is what the school signed
	Holds  bool // and the evidence bears it out
}

// Check counts the facts of a card again, up to its issue, and looks at its signature.
func (s *Service) Check(ctx context.Context, c Card) (Check, error) {
	now, err := s.count(ctx, s.DB, c.UserID, part{c.Kind, c.CourseID, c.PartID}, c.IssuedAt)
	if err != nil {
		return Check{}, err
	}
	signed, err := s.Certificate.Signed(ctx, c.KeyID, c.Text, c.Signature)
	return Check{Now: now, Signed: signed, Holds: signed && c.Facts.bears(now)}, err
}

// Refunded revokes, inside tx, the cards of courses that the source opened to the user
// and that nothing else opens now.
func (s *Service) Refunded(ctx context.Context, tx *db.Tx, userID int64, src access.Source) error {
	var courses []int64
	if err := tx.List(ctx, qCourses, &courses, userID); err != nil {
		return err
	}
	for _, courseID := range courses {
		was, err := s.Access.Opened(ctx, tx, src, courseID)
		if err != nil {
			return err
		}
		if !was {
			continue
		}
		have, err := s.Access.Course(ctx, tx, userID, courseID)
		if err != nil {
			return err
		}
		if have.Owned {
			continue
		}
		if _, err := tx.Exec(ctx, qRevokeCourse, userID, courseID, s.now(), "refund", "课程已退款"); err != nil {
			return err
		}
	}
	return nil
}

// Fallen revokes the card of a certificate inside the transaction in which that was.
func (s *Service) Fallen(ctx context.Context, tx *db.Tx, certificateID int64, kind, reason string) error {
	_, err := tx.Exec(ctx, qRevokeFallen, certificateID, s.now(), kind, reason)
	return err
}

// Broken revokes the card of a milestone of a challenge inside the transaction in which
// that stopped standing.
func (s *Service) Broken(ctx context.Context, tx *db.Tx, milestoneID int64, kind, reason string) error {
	_, err := tx.Exec(ctx, qRevokeDays, milestoneID, s.now(), kind, reason)
	return err
}

// Merge moves the cards of a user who became another one. Where both reached the same,
// the card of the one who stays stands.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	if _, err := tx.Exec(ctx, qRevokeTwice, from, to, s.now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qMove, from, to); err != nil {
		return err
	}
	return mergeReactions(ctx, tx, from, to)
}
