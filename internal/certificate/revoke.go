package certificate

import (
	"context"
	"fmt"
	"unicode/utf8"

	"zhizhou/internal/access"
	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

func target(certificateID int64) string { return fmt.Sprintf("certificate:%d", certificateID) }

// standing is what the log tells of a certificate: no names.
type standing struct {
	Code    string `json:"certificate_code"`
	Course  int64  `json:"course_id"`
	Revoked bool   `json:"taken_back"`
}

func (c Certificate) standing() standing { return standing{c.Code, c.CourseID, c.RevokedAt > 0} }

func reasoned(reason string) (string, error) {
	reason = text.Lines(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return "", ErrReason.Field("reason", "原因要 2 到 200 个字")
	}
	return reason, nil
}

// within finds a certificate of a course within scope. Returns ErrGone.
func (s *Service) within(ctx context.Context, scope, certificateID int64) (Certificate, error) {
	c, err := s.one(ctx, s.db, qByID, certificateID)
	if err != nil {
		return c, err
	}
	if _, _, err := s.catalog.Course(ctx, scope, c.CourseID); err != nil {
		return c, ErrGone
	}
	return c, nil
}

// Revoke takes a certificate within scope back, for good. Returns ErrGone, ErrReason,
// ErrRevoked.
func (s *Service) Revoke(ctx context.Context, scope, certificateID int64, reason string) error {
	reason, err := reasoned(reason)
	if err != nil {
		return err
	}
	c, err := s.within(ctx, scope, certificateID)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.revoke(ctx, tx, c, "staff", reason)
	})
}

func (s *Service) revoke(ctx context.Context, tx *db.Tx, c Certificate, kind, reason string) error {
	n, err := tx.Exec(ctx, qRevoke, c.ID, clock.MS(s.clock), kind, reason)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrRevoked
	}
	if err := s.onRevoked(ctx, tx, c.ID, kind, reason); err != nil {
		return err
	}
	after := c.standing()
	after.Revoked = true
	return audit.Write(ctx, tx, s.clock, "certificate.revoke", target(c.ID), c.standing(), after, reason)
}

// Reissue replaces a certificate within scope by one with the evidence of today, also
// one that was revoked, and corrects the bearer's name when name is not "". Returns
// ErrGone, ErrReason, ErrName, ErrNotYet.
func (s *Service) Reissue(ctx context.Context, scope, certificateID int64, name, reason string) (Certificate, error) {
	reason, err := reasoned(reason)
	if err != nil {
		return Certificate{}, err
	}
	if name != "" {
		if name, err = checkName(name); err != nil {
			return Certificate{}, err
		}
	}
	old, err := s.within(ctx, scope, certificateID)
	if err != nil {
		return old, err
	}
	var made *Certificate
	err = s.db.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		last, err := s.latest(ctx, tx, old.UserID, old.CourseID)
		if err != nil {
			return err
		}
		if last == nil || last.ID != old.ID {
			return ErrGone // another one took its place
		}
		if old.RevokedAt == 0 {
			if err := s.revoke(ctx, tx, old, "reissued", reason); err != nil {
				return err
			}
		}
		if name != "" {
			sealed := s.box.Seal(purpose, []byte(name))
			n, err := tx.Exec(ctx, qRename, old.UserID, sealed)
			if err == nil && n == 0 {
				_, err = tx.Exec(ctx, qNamed, old.UserID, sealed, clock.MS(s.clock))
			}
			if err != nil {
				return err
			}
		}
		rule, err := s.rule(ctx, tx, old.CourseID)
		if err != nil {
			return err
		}
		have, err := s.access.Course(ctx, tx, old.UserID, old.CourseID)
		if err != nil {
			return err
		}
		now := clock.MS(s.clock)
		st, err := s.state(ctx, tx, old.UserID, rule, now)
		if err != nil {
			return err
		}
		if !st.Met || !have.Owned {
			return ErrNotYet.Say("现在的学习记录不满足领取条件，或这位学员已没有这门课程，不能重发")
		}
		made, err = s.issue(ctx, tx, old.UserID, st, now, old.Shown)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "certificate.reissue", target(made.ID), old.standing(), made.standing(), reason)
	})
	if err != nil {
		return old, err
	}
	return *made, nil
}

// Refunded revokes, inside tx, the certificates of courses that the source opened to
// the user and that nothing else opens now.
func (s *Service) Refunded(ctx context.Context, tx *db.Tx, userID int64, src access.Source) error {
	standing, err := s.list(ctx, tx, qActive, userID)
	if err != nil {
		return err
	}
	for _, c := range standing {
		opened, err := s.access.Opened(ctx, tx, src, c.CourseID)
		if err != nil {
			return err
		}
		have, err := s.access.Course(ctx, tx, userID, c.CourseID)
		if err != nil {
			return err
		}
		if !opened || have.Owned {
			continue
		}
		if err := s.revoke(ctx, tx, c, "refund", "课程已退款"); err != nil {
			return err
		}
	}
	return nil
}

// Merge moves the certificates of a user who became another one. Where both had one of
// the same course, that of the one who stays stands.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	var both []int64
	if err := tx.List(ctx, qMergeBoth, &both, from, to); err != nil {
		return err
	}
	for _, certificateID := range both {
		if _, err := tx.Exec(ctx, qRevoke, certificateID, clock.MS(s.clock), "merged", "账号合并"); err != nil {
			return err
		}
		if err := s.onRevoked(ctx, tx, certificateID, "merged", "账号合并"); err != nil {
			return err
		}
	}
	for _, q := range []*db.Stmt{qMerge, qMergeName} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, qMergeClean, from)
	return err
}
