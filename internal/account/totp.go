package account

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// TOTP by RFC 6238: SHA-1, six digits, steps of 30 s; one step early or late is
// accepted, and each step only once.
const totpStep = 30

// totpQuota bounds wrong codes of a member, from wherever: three of a million codes
// are right at any time, and only who knows the password comes this far. A right
// code forgets the wrong ones.
func totpQuota(staffID int64) quota {
	return quota{"totp:" + itoa(staffID), 15 * time.Minute, 10}
}

func (s *Service) forget(ctx context.Context, tx *db.Tx, q quota) error {
	_, err := tx.Exec(ctx, qLimitClear, s.Box.Hash("limit", q.subject))
	return err
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Enrolment is what an authenticator app needs, shown once.
type Enrolment struct {
	Secret string // base32
	URL    string // otpauth://, for a QR code
}

// BeginTOTP makes a secret for a member that has none in force; a second call
// replaces the first. Returns ErrTOTPEnabled.
func (s *Service) BeginTOTP(ctx context.Context, staffID int64) (Enrolment, error) {
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id.Bytes(20))
	var st Staff
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qStaffTOTPSet, staffID, s.Box.Seal("totp", []byte(secret)))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTOTPEnabled
		}
		return tx.Get(ctx, qStaff, &st, staffID)
	})
	return Enrolment{Secret: secret, URL: "otpauth://totp/Zhizhou:" + st.Login + "?secret=" + secret + "&issuer=Zhizhou"}, err
}

// EnableTOTP turns the second factor on after a first right code and returns the
// ten recovery codes, shown once. Returns ErrTOTP, ErrTOTPEnabled, ErrLoginOften.
func (s *Service) EnableTOTP(ctx context.Context, staffID, sessionID int64, code string) ([]string, error) {
	if err := s.take(ctx, ErrLoginOften, totpQuota(staffID)); err != nil {
		return nil, err
	}
	codes := make([]string, 10)
	for i := range codes {
		t := strings.ToLower(id.Code())
		codes[i] = t[:5] + "-" + t[5:10]
	}
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.checkTOTP(ctx, tx, staffID, code); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qStaffTOTPEnable, staffID, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrTOTPEnabled
		}
		if _, err := tx.Exec(ctx, qRecoveryClear, staffID); err != nil {
			return err
		}
		for _, c := range codes {
			if _, err := tx.Exec(ctx, qRecoveryInsert, staffID, recoveryHash(c)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, qStaffSessionMFA, sessionID); err != nil {
			return err
		}
		if err := s.forget(ctx, tx, totpQuota(staffID)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "staff.totp_on", target(staffID), nil, nil, "")
	})
	return codes, err
}

// PassTOTP gives a session its second factor by a code of the app or a recovery
// code, which is then used up. Returns ErrTOTP, ErrLoginOften.
func (s *Service) PassTOTP(ctx context.Context, staffID, sessionID int64, code string) error {
	if err := s.take(ctx, ErrLoginOften, totpQuota(staffID)); err != nil {
		return err
	}
	code = strings.ToLower(strings.TrimSpace(code))
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if len(code) == 6 {
			var st Staff
			if err := tx.Get(ctx, qStaff, &st, staffID); err != nil {
				return err
			}
			if st.TOTPEnabledAt == 0 {
				return ErrTOTP
			}
			if err := s.checkTOTP(ctx, tx, staffID, code); err != nil {
				return err
			}
		} else {
			n, err := tx.Exec(ctx, qRecoveryUse, staffID, recoveryHash(code), clock.MS(s.Clock))
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrTOTP
			}
			if err := audit.Write(ctx, tx, s.Clock, "staff.recovery_used", target(staffID), nil, nil, ""); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, qStaffSessionMFA, sessionID); err != nil {
			return err
		}
		return s.forget(ctx, tx, totpQuota(staffID))
	})
}

// checkTOTP accepts a code of the current, last or next step, and moves the
// member's last used step forward so that none is accepted twice.
func (s *Service) checkTOTP(ctx context.Context, tx *db.Tx, staffID int64, code string) error {
	var st Staff
	if err := tx.Get(ctx, qStaff, &st, staffID); err != nil {
		return err
	}
	secret, err := s.Box.Open("totp", st.TOTPSealed)
	if err != nil {
		return errors.Join(ErrTOTP, err)
	}
	now := s.Clock.Now().Unix() / totpStep
	for _, step := range []int64{now - 1, now, now + 1} {
		ok, err := hotp.ValidateCustom(code, uint64(step), string(secret), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !ok {
			continue
		}
		n, err := tx.Exec(ctx, qStaffTOTPStep, staffID, step)
		if err != nil {
			return err
		}
		if n == 1 {
			return nil
		}
	}
	return ErrTOTP
}

func recoveryHash(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}
