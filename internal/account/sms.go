package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

const (
	codeLife    = 5 * time.Minute
	codeTries   = 5
	codeGap     = time.Minute
	codesPerDay = 10
)

var mainland = regexp.MustCompile(`^1[3-9]\d{9}$`)

// SendCode sends a 6-digit code to phone. It returns how long until the next may
// be sent. The same answer is given for known and unknown numbers.
// Returns ErrPhone, ErrConsent, ErrSMSTooOften, ErrSMSFailed.
func (s *Service) SendCode(ctx context.Context, phone, address string, consents []Consent) (time.Duration, error) {
	if !mainland.MatchString(phone) {
		return 0, ErrPhone
	}
	if err := s.acceptFirst(ctx, "phone:"+s.phoneHash(phone), consents); err != nil {
		return 0, err
	}
	return s.send(ctx, phone, address)
}

// SendCodeSignedIn is SendCode for somebody who is signed in and therefore has
// accepted the agreements: to prove a new phone.
func (s *Service) SendCodeSignedIn(ctx context.Context, phone, address string) (time.Duration, error) {
	if !mainland.MatchString(phone) {
		return 0, ErrPhone
	}
	return s.send(ctx, phone, address)
}

func (s *Service) send(ctx context.Context, phone, address string) (time.Duration, error) {
	hash := s.phoneHash(phone)
	now := clock.MS(s.Clock)
	gap := codeGap.Milliseconds()
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return 0, err
	}
	code := fmt.Sprintf("%06d", n)
	var last int64
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		subject := s.Box.Hash("limit", "sms-gap:"+hash)
		won, err := tx.Exec(ctx, qLimitGap, subject, now, now-gap)
		if err != nil {
			return err
		}
		if won == 0 {
			if err := tx.Get(ctx, qLimitGapAt, &last, subject); err != nil {
				return err
			}
			return ErrSMSTooOften.Retry(int((last + gap - now + 999) / 1000))
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := s.take(ctx, ErrSMSTooOften,
		quota{"sms-day:" + hash, 24 * time.Hour, codesPerDay},
		quota{"sms-address:" + address, time.Hour, 30},
		quota{"sms-address-day:" + address, 24 * time.Hour, 100},
		quota{"sms-all", time.Minute, 600},
	); err != nil {
		return 0, err
	}
	if err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qSMSInsert, id.New(), hash, s.codeHash(hash, code), now, now+codeLife.Milliseconds())
		return err
	}); err != nil {
		return 0, err
	}
	if err := s.SMS.Send(ctx, phone, code); err != nil {
		return 0, ErrSMSFailed.With(err)
	}
	return codeGap, nil
}

// useCode checks code for phone and uses it up. A wrong try is counted even
// though the caller gets an error. Returns ErrPhone, ErrCodeWrong, ErrCodeExpired.
func (s *Service) useCode(ctx context.Context, phone, code string) error {
	if !mainland.MatchString(phone) {
		return ErrPhone
	}
	hash := s.phoneHash(phone)
	now := clock.MS(s.Clock)
	var refusal error
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		refusal = nil
		var row struct {
			ID        int64
			CodeHash  string
			ExpiresAt int64
			Tries     int64
			UsedAt    int64
		}
		err := tx.Get(ctx, qSMSLast, &row, hash)
		if errors.Is(err, db.ErrNone) {
			refusal = ErrCodeExpired
			return nil
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qSMSTry, row.ID, now, codeTries)
		if err != nil {
			return err
		}
		switch {
		case n == 0:
			refusal = ErrCodeExpired
			return nil
		case subtle.ConstantTimeCompare([]byte(row.CodeHash), []byte(s.codeHash(hash, code))) != 1:
			refusal = ErrCodeWrong
			return nil
		}
		n, err = tx.Exec(ctx, qSMSUse, row.ID, now)
		if err == nil && n == 0 {
			refusal = ErrCodeExpired
		}
		return err
	})
	if err != nil {
		return err
	}
	return refusal
}

func (s *Service) phoneHash(phone string) string { return s.Box.Hash("phone", phone) }

// codeHash binds a code to its phone; keyed, so that a stolen table does not give
// the million possible codes away.
func (s *Service) codeHash(phoneHash, code string) string {
	return s.Box.Hash("sms-code", phoneHash+":"+code)
}

func maskPhone(phone string) string { return phone[:3] + "****" + phone[7:] }
