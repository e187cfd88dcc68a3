package invoice

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

var number20 = regexp.MustCompile(`^[0-9]{20}$`)

// facts is what the audit log keeps of an invoice: nothing about persons.
func facts(v Invoice, more map[string]any) map[string]any {
	out := map[string]any{"no": v.No, "status": v.Status, "amount_fen": v.AmountFen, "number": v.Number}
	for k, x := range more {
		out[k] = x
	}
	return out
}

func (s *Service) audit(ctx context.Context, tx *db.Tx, action string, before, after Invoice, more map[string]any, reason string) error {
	return audit.Write(ctx, tx, s.Clock, "invoice."+action, fmt.Sprintf("invoice:%d", before.ID), facts(before, nil), facts(after, more), reason)
}

func reasonable(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return "", ErrReason
	}
	return reason, nil
}

// Take begins with a request by hand: the buyer cannot take it back any more.
// Returns ErrGone, ErrState.
func (s *Service) Take(ctx context.Context, invoiceID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.byID(ctx, tx, invoiceID)
		if err != nil {
			return err
		}
		if err := changed(ErrState)(tx.Exec(ctx, qTake, v.ID, Manual, 0, audit.ActorOf(ctx).ID)); err != nil {
			return err
		}
		after := v
		after.Status = Issuing
		return s.audit(ctx, tx, "take", v, after, nil, "")
	})
}

// Made is what an issuer made: the tax office's number and the files.
type Made struct {
	Number   string
	IssuedAt int64 // 0: now
	Files    [][]byte
}

// Issue records an invoice that finance issued by hand. Returns ErrNumber,
// ErrNumberTaken, ErrFile, ErrNoFile, ErrGone, ErrState.
func (s *Service) Issue(ctx context.Context, invoiceID int64, m Made) error {
	return s.issued(ctx, invoiceID, Manual, m)
}

func (s *Service) issued(ctx context.Context, invoiceID int64, issuer string, m Made) error {
	if !number20.MatchString(m.Number) {
		return ErrNumber
	}
	v, err := s.byID(ctx, s.DB, invoiceID)
	if err != nil {
		return err
	}
	mailState, err := s.wantsMail(v)
	if err != nil {
		return err
	}
	files, err := s.keep(ctx, m.Files, true)
	if err != nil {
		return err
	}
	now := clock.MS(s.Clock)
	if m.IssuedAt <= 0 || m.IssuedAt > now {
		m.IssuedAt = now
	}
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.byID(ctx, tx, invoiceID)
		if err != nil {
			return err
		}
		if err := changed(ErrState)(tx.Exec(ctx, qIssued, v.ID, issuer, m.Number, m.IssuedAt, mailState, audit.ActorOf(ctx).ID)); err != nil {
			return err
		}
		if err := s.insertFiles(ctx, tx, v.ID, false, files); err != nil {
			return err
		}
		after := v
		after.Status, after.Number = Issued, m.Number
		if err := s.audit(ctx, tx, "issue", v, after, map[string]any{"issuer": issuer}, ""); err != nil {
			return err
		}
		// Money went back while it was being issued: its red letter waits already.
		red, err := s.redOf(ctx, tx, v.ID)
		if err != nil || red.State != "queued" {
			return err
		}
		_, err = tx.Exec(ctx, qRedWait, v.ID, now)
		return err
	})
	return s.settleFiles(ctx, files, err)
}

// settleFiles drops files whose rows were not written, and names a number that is
// another invoice's.
func (s *Service) settleFiles(ctx context.Context, files []File, err error) error {
	if err != nil {
		s.drop(ctx, files)
	}
	if db.IsUnique(err, "invoices_number_key") || db.IsUnique(err, "red_invoices_number_key") {
		return ErrNumberTaken
	}
	return err
}

func (s *Service) redOf(ctx context.Context, r db.Reader, invoiceID int64) (Red, error) {
	var red Red
	err := r.Get(ctx, qRed, &red, invoiceID)
	if errors.Is(err, db.ErrNone) {
		return Red{}, nil
	}
	return red, err
}

// Reject refuses a request with a reason that the buyer reads. Returns ErrReason,
// ErrGone, ErrState.
func (s *Service) Reject(ctx context.Context, invoiceID int64, reason string) error {
	reason, err := reasonable(reason)
	if err != nil {
		return err
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := s.byID(ctx, tx, invoiceID)
		if err != nil {
			return err
		}
		return s.reject(ctx, tx, v, reason)
	})
}

// reject ends a request: its lines may be asked for anew.
func (s *Service) reject(ctx context.Context, tx *db.Tx, v Invoice, reason string) error {
	mailState, err := s.wantsMail(v)
	if err != nil {
		return err
	}
	if err := changed(ErrState)(tx.Exec(ctx, qReject, v.ID, reason, clock.MS(s.Clock), audit.ActorOf(ctx).ID, mailState)); err != nil {
		return err
	}
	for _, q := range []*db.Stmt{qLinesEnd, qRedDrop} {
		if _, err := tx.Exec(ctx, q, v.ID); err != nil {
			return err
		}
	}
	after := v
	after.Status = Rejected
	return s.audit(ctx, tx, "reject", v, after, nil, reason)
}
