package commerce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
)

// How a class of a challenge is paid. A price is a sale that is earned over the class's
// days. A deposit is the member's own money: it is owed to them (deferred:deposit) until
// they did what was agreed, when it goes back as a refund, or lost it, when it becomes
// revenue with the tax in it. It is never shared among other members (docs/adr/0034).

// The causes of refunds of classes.
const (
	CauseDeposit   = "deposit"         // the member did what was agreed, or never began
	CauseCancelled = "class_cancelled" // the school does not hold the class
)

// The refusals of paying for a class.
var (
	errClassAlone  = errs.New(errs.Conflict, "class_alone", "打卡班由本人单独报名，不能和别的商品一起买、拼团或赠送")
	errDepositHere = errs.New(errs.Conflict, "deposit_elsewhere", "押金不能在小程序里支付，请在手机浏览器、公众号网页或电脑上报名")
)

// alone refuses to sell a class in any way but by itself, for oneself.
func alone(ask Ask, o catalog.Offer) error {
	switch {
	case len(ask.Wants) > 1 || ask.Gift || ask.Group:
		return errClassAlone
	case o.Kind == catalog.KindDeposit && strings.HasPrefix(ask.Platform, "mp_"): // what is sold there is virtual goods; Apple's refunds are not ours to give
		return errDepositHere
	}
	return nil
}

// deposit reports that nothing is sold.
func (q Quote) deposit() bool {
	return len(q.Items) == 1 && q.Items[0].Kind == catalog.KindDeposit
}

// Admit registers who says whether somebody may pay for the place that a product sells.
// It is asked when the order is placed, and again when its money has come.
func (s *Service) Admit(f func(ctx context.Context, tx *db.Tx, userID, productID int64) error) {
	s.admit = f
}

func (s *Service) admitted(ctx context.Context, tx *db.Tx, userID int64, q Quote) error {
	for _, it := range q.Items {
		if !catalog.OfClass(it.Kind) {
			continue
		}
		if s.admit == nil {
			return catalog.ErrSKUGone
		}
		if err := s.admit(ctx, tx, userID, it.ProductID); err != nil {
			return err
		}
	}
	return nil
}

// refused says why the place that an order paid for is not to be had any more; "": it is.
func (s *Service) refused(ctx context.Context, tx *db.Tx, o Order) (string, error) {
	err := s.admitted(ctx, tx, o.UserID, o.Frozen())
	var no *errs.E
	if errors.As(err, &no) {
		return clip(no.Msg+"，原路退回", 80), nil
	}
	return "", err
}

// ReturnPlace gives back, inside tx, all that is left of a line that paid for a class, and
// returns how much that is; 0: it went back before. A repeat changes nothing.
func (s *Service) ReturnPlace(ctx context.Context, tx *db.Tx, itemID int64, cause, reason string) (int64, error) {
	o, it, err := s.placeLine(ctx, tx, itemID)
	if err != nil {
		return 0, err
	}
	left := it.PriceFen - it.RefundedFen
	if left <= 0 {
		return 0, nil
	}
	return left, s.refundPart(ctx, tx, o, itemID, left, cause, reason, fmt.Sprintf("%s:%d", cause, itemID))
}

// KeepDeposit books, inside tx, that a deposit was lost: what did not go back of it is
// earned. A repeat changes nothing.
func (s *Service) KeepDeposit(ctx context.Context, tx *db.Tx, itemID int64) error {
	o, it, err := s.placeLine(ctx, tx, itemID)
	if err != nil {
		return err
	}
	if it.Kind != catalog.KindDeposit {
		return fmt.Errorf("commerce: line %d is no deposit", itemID)
	}
	if err := s.earnWhole(ctx, tx, itemID, clock.MS(s.Clock)); err != nil {
		return err
	}
	return s.event(ctx, tx, o.ID, "deposit_kept", "没有打满约定的天数，押金不退")
}

// placeLine locks the order of a line, then reads the line.
func (s *Service) placeLine(ctx context.Context, tx *db.Tx, itemID int64) (o Order, it Item, err error) {
	if err := tx.Get(ctx, qItemByID, &it, itemID); err != nil {
		return o, it, err
	}
	if err := tx.Get(ctx, qOrderLock, &o, it.OrderID); err != nil {
		return o, it, err
	}
	items, err := s.ItemsIn(ctx, tx, o.ID)
	if err != nil {
		return o, it, err
	}
	i := slices.IndexFunc(items, func(x Item) bool { return x.ID == itemID })
	if i < 0 || !catalog.OfClass(items[i].Kind) {
		return o, it, fmt.Errorf("commerce: line %d pays for no class", itemID)
	}
	return o, items[i], nil
}
