package certificate

import (
	"context"
	"errors"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/drawing"
	"zhizhou/internal/text"
)

type row struct {
	Certificate
	NameSealed []byte
}

// opened gives a certificate the name that it shows now.
func (s *Service) opened(r row) (Certificate, error) {
	c := r.Certificate
	real := ""
	if len(r.NameSealed) > 0 {
		plain, err := s.box.Open(purpose, r.NameSealed)
		if err != nil {
			return c, err
		}
		real = string(plain)
	}
	switch {
	case c.Shown == Hidden:
	case c.Shown == Real && real != "":
		c.Name = real
	case c.Shown == Masked && real != "":
		c.Name = text.Mask(real)
	case c.Shown == Masked:
		c.Name = text.Mask(c.Nickname)
	default:
		c.Name = c.Nickname
	}
	return c, nil
}

const purpose = "certificate_name"

func (s *Service) one(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) (Certificate, error) {
	var found row
	err := r.Get(ctx, q, &found, args...)
	if errors.Is(err, db.ErrNone) {
		return Certificate{}, ErrGone
	}
	if err != nil {
		return Certificate{}, err
	}
	return s.opened(found)
}

func (s *Service) list(ctx context.Context, r db.Reader, q *db.Stmt, args ...any) ([]Certificate, error) {
	var rows []row
	if err := r.List(ctx, q, &rows, args...); err != nil {
		return nil, err
	}
	out := make([]Certificate, len(rows))
	for i, x := range rows {
		c, err := s.opened(x)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// latest returns the last certificate of somebody in a course, nil when there is none.
func (s *Service) latest(ctx context.Context, r db.Reader, userID, courseID int64) (*Certificate, error) {
	c, err := s.one(ctx, r, qLatest, userID, courseID)
	if errors.Is(err, ErrGone) {
		return nil, nil
	}
	return &c, err
}

// ByCode returns a certificate, revoked or not. Returns ErrGone.
func (s *Service) ByCode(ctx context.Context, code string) (Certificate, error) {
	return s.one(ctx, s.db, qByCode, code)
}

// Mine lists the certificates of a learner, newest first, without those that another
// one took the place of.
func (s *Service) Mine(ctx context.Context, userID int64) ([]Certificate, error) {
	return s.list(ctx, s.db, qOfUser, userID)
}

// Of lists the certificates of a course within scope, newest first, before the id
// before. Returns catalog.ErrCourseGone.
func (s *Service) Of(ctx context.Context, scope, courseID, before int64, limit int) ([]Certificate, error) {
	if _, _, err := s.catalog.Course(ctx, scope, courseID); err != nil {
		return nil, err
	}
	return s.list(ctx, s.db, qOf, courseID, before, limit)
}

// Show chooses how a learner's own certificate names its bearer, from this moment on.
// Returns ErrGone, ErrNoName, ErrName.
func (s *Service) Show(ctx context.Context, userID, certificateID int64, shown string) error {
	name, err := s.Name(ctx, userID)
	if err != nil {
		return err
	}
	if shown == Real && name == "" {
		return ErrNoName
	}
	if shown != Real && shown != Nickname && shown != Masked && shown != Hidden {
		return ErrName
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qShow, certificateID, userID, shown)
		if err == nil && n == 0 {
			err = ErrGone
		}
		return err
	})
}

// Name returns the name that a learner told for certificates, "" when none was told.
func (s *Service) Name(ctx context.Context, userID int64) (string, error) {
	var sealed []byte
	err := s.db.Get(ctx, qName, &sealed, userID)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	plain, err := s.box.Open(purpose, sealed)
	return string(plain), err
}

// SetName keeps the name for certificates. It is told once: a certificate that
// changes hands is worth nothing. Returns ErrName, ErrNamed.
func (s *Service) SetName(ctx context.Context, userID int64, name string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	sealed := s.box.Seal(purpose, []byte(name))
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qNamed, userID, sealed, clock.MS(s.clock))
		if err == nil && n == 0 {
			err = ErrNamed
		}
		return err
	})
}

func checkName(name string) (string, error) {
	name = text.Line(name)
	if n := utf8.RuneCountInString(name); n < 2 || n > 40 {
		return "", ErrName.Field("name", "姓名要 2 到 40 个字")
	}
	if bad := drawing.Unprintable(name); bad != "" {
		return "", ErrName.Field("name", "证书上印不出「"+bad+"」，请换一种写法")
	}
	return name, nil
}

// Check is a certificate's facts counted again from the evidence.
type Check struct {
	Lessons       int64
	StudyMS       int64 // at most: a sitting that went on after the issue counts whole
	ScorePermille int64
	Holds         bool // the evidence bears out what the certificate states
}

// Minutes is the study time in whole minutes.
func (c Check) Minutes() int64 { return c.StudyMS / 60_000 }

// Check counts the facts of a certificate again, up to its issue.
func (s *Service) Check(ctx context.Context, c Certificate) (Check, error) {
	var n counted
	if err := s.db.Get(ctx, qCounted, &n, c.UserID, c.CourseID, c.IssuedAt); err != nil {
		return Check{}, err
	}
	var sum struct{ ScoreCenti, MaxCenti int64 }
	if err := s.db.Get(ctx, qScores, &sum, c.ID); err != nil {
		return Check{}, err
	}
	out := Check{Lessons: n.Lessons, StudyMS: n.StudyMS, ScorePermille: -1}
	if sum.MaxCenti > 0 {
		out.ScorePermille = sum.ScoreCenti * 1000 / sum.MaxCenti
	}
	out.Holds = c.Lessons <= n.Lessons && c.StudyMS <= n.StudyMS && c.StudyMS >= n.SettledMS && c.ScorePermille == out.ScorePermille && c.FinishedAt <= c.IssuedAt
	// What was studied in a sitting after the issue is no part of the certificate.
	if out.Holds {
		out.Lessons, out.StudyMS = c.Lessons, c.StudyMS
	}
	return out, nil
}
