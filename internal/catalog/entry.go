package catalog

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

var errOfClass = ErrGoods.Say("打卡班怎样收费在班里设置")

// ClassEntry is how a class of a challenge is entered: a product of its own with one
// offer, on no shelf.
type ClassEntry struct {
	Kind       string // KindClass or KindDeposit
	ClassID    int64  // the product has this id too: an order leads to its class
	SKUID      int64  // 0: it is made
	Title      string
	Offer      string // what is promised for it, in words: 1–30 characters
	PriceFen   int64
	RefundDays int64 // KindClass: in which all goes back
	PeriodDays int64 // KindClass: of which it lasts so many, or
	UntilAt    int64 // until this moment, ms
	SaleUntil  int64 // ms, 0: as long as it is on
	Places     int64
	On         bool
}

// PutClassEntry makes or changes how a class is entered, inside tx, and returns its SKU.
// Returns ErrSKU, ErrProductGone.
func (s *Service) PutClassEntry(ctx context.Context, tx *db.Tx, e ClassEntry) (skuID int64, err error) {
	now := clock.MS(s.clock)
	k := SKU{
		ID: e.SKUID, Name: e.Offer, PriceFen: e.PriceFen, PeriodDays: e.PeriodDays, UntilAt: e.UntilAt, TaxCategory: TaxDigital,
		Active: e.On, SaleUntil: e.SaleUntil, Stock: e.Places, PerUser: 1,
	}
	if e.Kind == KindDeposit { // it is nothing on screen: no item of virtual payment is wanted for it
		k.TaxCategory, k.PeriodDays, k.UntilAt = TaxService, 0, 0
	}
	if err := k.check(); err != nil {
		return 0, err
	}
	isNew := k.ID == 0
	if isNew {
		k.ID = id.New()
		if _, err := tx.Exec(ctx, qEntryInsert, e.ClassID, e.Kind, e.Title, e.RefundDays, now); err != nil {
			return 0, err
		}
	} else if n, err := tx.Exec(ctx, qEntryUpdate, e.ClassID, e.Kind, e.Title, now); err != nil || n == 0 {
		if err == nil {
			err = ErrProductGone
		}
		return 0, err
	}
	return k.ID, s.putSKU(ctx, tx, Product{ID: e.ClassID, Kind: e.Kind}, k, isNew)
}
