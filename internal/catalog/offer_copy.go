package catalog

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// CopyOffers gives a course the offers of another, switched off, with their prices on
// platforms and without what belongs to memberships or to a time.
func (s *Service) CopyOffers(ctx context.Context, tx *db.Tx, from, to int64) error {
	var p, q Product
	if err := tx.Get(ctx, qProduct, &p, from); err != nil {
		return err
	}
	if err := tx.Get(ctx, qProduct, &q, to); err != nil {
		return err
	}
	var list []SKU
	if err := tx.List(ctx, qSKUs, &list, p.ID, false); err != nil {
		return err
	}
	var platform []struct {
		SKUID    int64 `db:"sku_id"`
		Platform string
		PriceFen int64
	}
	if err := tx.List(ctx, qPlatformPrices, &platform, p.ID); err != nil {
		return err
	}
	now := clock.MS(s.clock)
	for _, k := range list {
		skuID := id.New()
		if _, err := tx.Exec(ctx, qSKUInsert, skuID, q.ID, k.Name, k.PriceFen, k.PeriodDays, k.PeriodMonths, k.UntilAt, k.TaxCategory, false, 0, 0, 0, k.PerUser, k.Trial, k.Position, now, k.TaxRate, k.TaxCode); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qRuleAdd, skuID, "course", to); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qHistoryAdd, skuID, k.PriceFen, now); err != nil {
			return err
		}
		for _, x := range platform {
			if x.SKUID != k.ID {
				continue
			}
			if _, err := tx.Exec(ctx, qPlatformAdd, skuID, x.Platform, x.PriceFen); err != nil {
				return err
			}
		}
	}
	return nil
}
