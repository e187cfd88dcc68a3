package commission

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/text"
)

// PayeeConsent names the words under which the real name and number are collected:
// for paying commissions and for reporting them to the tax office, nothing else.
const PayeeConsent = "payee-2026-11"

// Payee is who is paid, as far as it may be shown.
type Payee struct {
	UserID         int64
	NameMasked     string
	NumberMasked   string
	ConsentVersion string
	ConsentedAt    int64
}

var (
	qPayee       = db.Q("commission/payee", `SELECT user_id, name_masked, number_masked, consent_version, consented_at FROM commission_payees WHERE user_id = $1`)
	qPayeeInsert = db.Q("commission/payee_insert", `INSERT INTO commission_payees (user_id, name_sealed, number_sealed, number_hash, name_masked, number_masked, consent_version, consented_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`)
)

// Payee returns what is known of who is paid; false when nothing is.
func (s *Service) Payee(ctx context.Context, userID int64) (Payee, bool, error) {
	var p Payee
	err := s.DB.Get(ctx, qPayee, &p, userID)
	if errors.Is(err, db.ErrNone) {
		return p, false, nil
	}
	return p, err == nil, err
}

// SavePayee keeps the real name and the number of the identity card, sealed, once,
// with the consent. One number is paid through one account: two would hide whose
// purchases are one's own. Returns ErrPayee, ErrPayeeSet, ErrPayeeTaken.
func (s *Service) SavePayee(ctx context.Context, userID int64, name, number string, consented bool) error {
	name, number = text.Line(name), strings.ToUpper(strings.TrimSpace(number))
	switch n := utf8.RuneCountInString(name); {
	case !consented:
		return ErrPayee.Field("consented", "请先同意收集实名信息")
	case n < 2 || n > 30:
		return ErrPayee.Field("name", "请填写身份证上的姓名")
	case !residentNumber(number):
		return ErrPayee.Field("number", "身份证号不正确")
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qPayeeInsert, userID, s.Box.Seal("payee", []byte(name)), s.Box.Seal("payee", []byte(number)), s.Box.Hash("payee", number), maskName(name), number[:3]+"***********"+number[14:], PayeeConsent, clock.MS(s.Clock))
		if err != nil || n == 1 {
			return err
		}
		var mine Payee
		if err := tx.Get(ctx, qPayee, &mine, userID); errors.Is(err, db.ErrNone) {
			return ErrPayeeTaken
		} else if err != nil {
			return err
		}
		return ErrPayeeSet
	})
}

// DropPayee removes a receiver's name and number so that they can be entered again,
// by staff on the receiver's wish; withdrawals keep those they were made to.
// Returns ErrReason, ErrPayeeNeeded.
func (s *Service) DropPayee(ctx context.Context, userID int64, reason string) error {
	if !reasoned(reason) {
		return ErrReason
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qPayeeDrop, userID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrPayeeNeeded
		}
		return audit.Write(ctx, tx, s.Clock, "commission.payee_drop", fmt.Sprintf("user:%d", userID), nil, nil, reason)
	})
}

func reasoned(reason string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(reason))
	return n >= 2 && n <= 200
}

func maskName(name string) string {
	r := []rune(name)
	return string(r[:1]) + strings.Repeat("*", len(r)-1)
}

// residentNumber checks the form and the check digit (GB 11643, ISO 7064 MOD 11-2).
func residentNumber(n string) bool {
	if len(n) != 18 {
		return false
	}
	sum := 0
	for i, c := range n[:17] {
		if c < '0' || c > '9' {
			return false
		}
		sum += int(c-'0') * (1 << (17 - i) % 11)
	}
	return "10X98765432"[sum%11] == n[17]
}
