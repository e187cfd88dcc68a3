package commerce

import (
	"context"
	"errors"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

// Welcome gives a new user the coupons of the newcomer's pack, inside tx.
func (s *Service) Welcome(ctx context.Context, tx *db.Tx, userID int64) error {
	var kinds []CouponKind
	if err := tx.List(ctx, qCouponsNew, &kinds, clock.MS(s.Clock)); err != nil {
		return err
	}
	for _, k := range kinds {
		err := s.issue(ctx, tx, k, userID, "newcomer")
		if err != nil && !errors.Is(err, ErrCouponOut) && !errors.Is(err, ErrCouponMine) {
			return err
		}
	}
	return nil
}

// packRules makes rules of the newcomer's pack, as if it had just been received.
func (s *Service) packRules(ctx context.Context, r db.Reader, at int64) ([]price.Rule, error) {
	var kinds []CouponKind
	if err := r.List(ctx, qCouponsNew, &kinds, at); err != nil {
		return nil, err
	}
	var rules []price.Rule
	for _, k := range kinds {
		from, until := k.valid(at)
		if k.Issued >= k.Stock || until <= at {
			continue
		}
		c := Coupon{ID: k.ID, Name: k.Name, OffFen: k.OffFen, PayPermille: k.PayPermille, CapFen: k.CapFen, AtFen: k.AtFen, Scope: k.Scope, Platforms: k.Platforms, Stackable: k.Stackable, ValidFrom: from, ValidUntil: until}
		rules = append(rules, c.rule())
	}
	return rules, nil
}

// valid is when one that is received now may be used, ms.
func (k CouponKind) valid(now int64) (from, until int64) {
	if k.ValidDays > 0 {
		return now, now + k.ValidDays*day
	}
	return k.ValidFrom, k.ValidUntil
}
