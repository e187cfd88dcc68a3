package catalog

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// SKU is a concrete offer of a product.
type SKU struct {
	ID           int64
	ProductID    int64
	Name         string
	PriceFen     int64
	PeriodDays   int64 // one of the three at most; none: for good
	PeriodMonths int64 // calendar months in China
	UntilAt      int64 // a fixed date, ms
	TaxCategory  string
	TaxRate      string // percent, one of TaxRates; "": that of the tax category
	TaxCode      string // tax classification code, 19 digits; "": that of the tax category
	Active       bool
	SaleFrom     int64 // ms, 0: always
	SaleUntil    int64
	Stock        int64 // 0: unlimited
	PerUser      int64 // 0: no limit
	Trial        bool  // only for who never had the product
	Position     int64
	Platforms    map[string]int64 `db:"-"` // platform → fen where it differs
	Tiers        map[int64]int64  `db:"-"` // membership → fen for its members
}

// PriceOn returns the price on a platform in fen.
func (k SKU) PriceOn(platform string) int64 {
	if p, ok := k.Platforms[platform]; ok {
		return p
	}
	return k.PriceFen
}

// Period is how long an offer lasts; all zero: for good.
type Period struct {
	Days   int64
	Months int64
	Until  int64 // ms
}

// Forever reports that nothing ends.
func (p Period) Forever() bool { return p == Period{} }

// End returns when a period that begins at from (ms) ends, 0 for never. Months are
// those of the Chinese calendar; the 31st of a short month is its last day.
func (p Period) End(from int64) int64 {
	switch {
	case p.Until > 0:
		return p.Until
	case p.Months > 0:
		t := time.UnixMilli(from).In(clock.China)
		first := time.Date(t.Year(), t.Month()+time.Month(p.Months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), clock.China)
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(t.Day(), last)-1).UnixMilli()
	case p.Days > 0:
		return from + p.Days*24*3600*1000
	}
	return 0
}

// TaxCategories are the kinds of goods that the tax and the channels tell apart.
var TaxCategories = []string{TaxDigital, TaxService, "book", "goods"}

const (
	// TaxDigital is what is delivered on screen: the mini program sells it by virtual
	// payment, and nothing else.
	TaxDigital = "digital_service"
	// TaxService is what people do.
	TaxService = "service"
)

// TaxRates are the rates of VAT that an offer may name, in percent; "" leaves it to
// the tax category.
var TaxRates = []string{"", "0", "1", "3", "6", "9", "13"}

var taxCode = regexp.MustCompile(`^[0-9]{19}$`)

var platforms = []string{"mp_ios", "mp_android", "wechat_h5", "h5", "pc"}

func (k SKU) check() error {
	switch {
	case k.PriceFen < 0 || k.PriceFen > MaxPriceFen:
		return ErrSKU.Field("price_fen", "价格为 0–99999.99 元")
	case k.PeriodDays < 0 || k.PeriodDays > 3650:
		return ErrSKU.Field("period_days", "有效期为 0（长期）–3650 天")
	case k.PeriodMonths < 0 || k.PeriodMonths > 120:
		return ErrSKU.Field("period_months", "有效期为 0（长期）–120 个月")
	case k.UntilAt < 0 || k.PeriodDays > 0 && k.PeriodMonths > 0 || k.UntilAt > 0 && k.PeriodDays+k.PeriodMonths > 0:
		return ErrSKU.Field("until_at", "天数、月数、截止日期只能选一种")
	case k.SaleFrom < 0 || k.SaleUntil < 0 || k.SaleUntil > 0 && k.SaleUntil <= k.SaleFrom:
		return ErrSKU.Field("sale_until", "停售时间要在开售之后")
	case k.Stock < 0 || k.PerUser < 0:
		return ErrSKU.Field("stock", "库存和每人限购为 0（不限）以上")
	case !contains(TaxCategories, k.TaxCategory):
		return ErrSKU.Field("tax_category", "没有这个税目")
	case !contains(TaxRates, k.TaxRate):
		return ErrSKU.Field("tax_rate", "税率为 0、1、3、6、9 或 13%")
	case k.TaxCode != "" && !taxCode.MatchString(k.TaxCode):
		return ErrSKU.Field("tax_code", "税收分类编码是 19 位数字")
	}
	for p, fen := range k.Platforms {
		if !contains(platforms, p) || fen < 0 || fen > MaxPriceFen {
			return ErrSKU.Field("platform_prices", "平台价格为 0–99999.99 元")
		}
		// A price that is free on one platform only would open the course to all.
		if (fen == 0) != (k.PriceFen == 0) {
			return ErrSKU.Field("platform_prices", "免费与否在各平台必须一致")
		}
	}
	for _, fen := range k.Tiers {
		if fen < 1 || fen > k.PriceFen {
			return ErrSKU.Field("tier_prices", "会员价要高于 0，不高于售价")
		}
	}
	return nil
}

// SaveSKU adds (ID 0) or changes a SKU of a product. Each price it takes is kept
// in the history and wanted as an item of virtual payment. Returns ErrSKU,
// ErrProductGone, ErrSKUGone.
func (s *Service) SaveSKU(ctx context.Context, productID int64, k SKU) (int64, error) {
	var err error
	if k.Name, err = named(k.Name, 30, ErrSKU, "name", "名称为 1–30 个字"); err != nil {
		return 0, err
	}
	if err := k.check(); err != nil {
		return 0, err
	}
	isNew := k.ID == 0
	if isNew {
		k.ID = id.New()
	}
	return k.ID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Product
		if err := tx.Get(ctx, qProductByID, &p, productID); err != nil {
			return goneIfNone(err, ErrProductGone)
		}
		if p.OfClass() {
			return errOfClass
		}
		if p.Kind == KindMembership && k.PeriodDays+k.PeriodMonths == 0 {
			return ErrSKU.Field("period_months", "会员要有期限")
		}
		return s.putSKU(ctx, tx, p, k, isNew)
	})
}

// putSKU writes a SKU of a product inside tx, with what hangs on it.
func (s *Service) putSKU(ctx context.Context, tx *db.Tx, p Product, k SKU, isNew bool) error {
	now := clock.MS(s.clock)
	before := int64(-1)
	if isNew {
		if _, err := tx.Exec(ctx, qSKUInsert, k.ID, p.ID, k.Name, k.PriceFen, k.PeriodDays, k.PeriodMonths, k.UntilAt, k.TaxCategory, k.Active, k.SaleFrom, k.SaleUntil,
			k.Stock, k.PerUser, k.Trial, k.Position, now, k.TaxRate, k.TaxCode); err != nil {
			return err
		}
		opens := p.opens()
		if _, err := tx.Exec(ctx, qRuleAdd, k.ID, opens.Kind, opens.ID); err != nil {
			return err
		}
	} else {
		var of int64
		if err := tx.Get(ctx, qSKUProduct, &of, k.ID); err != nil || of != p.ID {
			return goneIfNone(orElse(err, ErrSKUGone), ErrSKUGone)
		}
		if err := tx.Get(ctx, qSKUPrice, &before, k.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qSKUUpdate, k.ID, k.Name, k.PriceFen, k.PeriodDays, k.PeriodMonths, k.UntilAt, k.TaxCategory, k.Active, k.SaleFrom, k.SaleUntil,
			k.Stock, k.PerUser, k.Trial, k.Position, k.TaxRate, k.TaxCode); err != nil {
			return err
		}
	}
	if err := s.prices(ctx, tx, k, before, now, p.Kind != KindDeposit); err != nil {
		return err
	}
	if p.OfCourse() {
		if _, err := tx.Exec(ctx, qCourseCounts, p.CourseID, now); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, p.CourseID); err != nil {
			return err
		}
	} else if err := s.tell(ctx, tx, p.ID); err != nil {
		return err
	}
	for _, f := range s.onSKU {
		if err := f(ctx, tx, k); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, s.clock, "sku.save", fmt.Sprintf("sku:%d", k.ID), map[string]any{"price_fen": before}, k, "")
}

// prices keeps what a SKU costs; wanted says that the mini program is to sell it.
func (s *Service) prices(ctx context.Context, tx *db.Tx, k SKU, before, now int64, wanted bool) error {
	if before != k.PriceFen {
		if _, err := tx.Exec(ctx, qHistoryEnd, k.ID, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qHistoryAdd, k.ID, k.PriceFen, now); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qPlatformDrop, k.ID); err != nil {
		return err
	}
	for p, fen := range k.Platforms {
		if _, err := tx.Exec(ctx, qPlatformAdd, k.ID, p, fen); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qTierPriceDrop, k.ID); err != nil {
		return err
	}
	items := []int64{k.PriceOn("mp_ios"), k.PriceOn("mp_android")}
	for tierID, fen := range k.Tiers {
		if _, err := tx.Exec(ctx, qTierPriceAdd, k.ID, tierID, fen); err != nil {
			return err
		}
		items = append(items, fen)
	}
	if !wanted {
		return nil
	}
	for _, fen := range items {
		if err := s.WantItem(ctx, tx, k.ID, fen); err != nil {
			return err
		}
	}
	return nil
}
