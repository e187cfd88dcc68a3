package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// MaxPriceFen bounds a price at ¥99,999.99.
const MaxPriceFen = 9_999_999

// Product is what is sold: here a course. Its refund policy is copied onto each
// order, so a later change never touches what was promised.
type Product struct {
	ID                      int64
	Kind                    string
	CourseID                int64
	RefundDays              int64
	RefundMaxWatchedPercent int64
}

// SKU is a concrete offer of a product.
type SKU struct {
	ID          int64
	ProductID   int64
	Name        string
	PriceFen    int64
	PeriodDays  int64 // 0: for good
	TaxCategory string
	Active      bool
	Position    int64
	Platforms   map[string]int64 `db:"-"` // platform → fen where it differs
}

// PriceOn returns the price on a platform in fen.
func (k SKU) PriceOn(platform string) int64 {
	if p, ok := k.Platforms[platform]; ok {
		return p
	}
	return k.PriceFen
}

// Offer is a SKU with all that a quote and an order line need.
type Offer struct {
	SKUID                   int64  `db:"sku_id"`
	SKUName                 string `db:"sku_name"`
	PeriodDays              int64
	TaxCategory             string
	Active                  bool
	PriceFen                int64 // on the asked platform
	ProductID               int64
	RefundDays              int64
	RefundMaxWatchedPercent int64
	CourseID                int64
	CourseTitle             string
	Cover                   string
	Scene                   string
	Status                  string
	DeletedAt               int64
	InstructorName          string
	// WeekLowFen is the lowest price charged within the last seven days. Only when
	// it is above the price of now may it be shown crossed out.
	WeekLowFen int64
}

// Offer returns what a SKU offers on a platform now. Returns ErrSKUGone when it
// is not for sale.
func (s *Service) Offer(ctx context.Context, r db.Reader, skuID int64, platform string) (Offer, error) {
	var o Offer
	err := r.Get(ctx, qOffer, &o, skuID, platform, clock.MS(s.clock)-(7*24*time.Hour).Milliseconds())
	if errors.Is(err, db.ErrNone) || err == nil && (!o.Active || o.Status != Published || o.DeletedAt > 0) {
		return Offer{}, ErrSKUGone
	}
	return o, err
}

// Resource is something that a grant opens.
type Resource struct {
	Kind string `db:"resource_kind"`
	ID   int64  `db:"resource_id"`
}

// Rules returns what a SKU grants.
func (s *Service) Rules(ctx context.Context, r db.Reader, skuID int64) ([]Resource, error) {
	var rows []Resource
	err := r.List(ctx, qRules, &rows, skuID)
	return rows, err
}

// Product returns the product of a course with its SKUs; all includes those no
// longer sold. Returns ErrCourseGone.
func (s *Service) Product(ctx context.Context, courseID int64, all bool) (Product, []SKU, error) {
	var p Product
	err := s.db.Get(ctx, qProduct, &p, courseID)
	if errors.Is(err, db.ErrNone) {
		return p, nil, ErrCourseGone
	}
	if err != nil {
		return p, nil, err
	}
	var skus []SKU
	if err := s.db.List(ctx, qSKUs, &skus, courseID, all); err != nil {
		return p, nil, err
	}
	var prices []struct {
		SKUID    int64 `db:"sku_id"`
		Platform string
		PriceFen int64
	}
	if err := s.db.List(ctx, qPlatformPrices, &prices, courseID); err != nil {
		return p, nil, err
	}
	for i := range skus {
		skus[i].Platforms = map[string]int64{}
		for _, pp := range prices {
			if pp.SKUID == skus[i].ID {
				skus[i].Platforms[pp.Platform] = pp.PriceFen
			}
		}
	}
	return p, skus, nil
}

// SetRefundPolicy sets how long after payment and up to which watched share a
// refund is promised; orders already placed keep theirs. Returns ErrCourseGone.
func (s *Service) SetRefundPolicy(ctx context.Context, courseID, days, maxWatchedPercent int64) error {
	if days < 0 || days > 365 || maxWatchedPercent < 0 || maxWatchedPercent > 100 {
		return ErrSKU.Field("refund_days", "天数为 0–365，已看比例为 0–100")
	}
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before Product
		if err := tx.Get(ctx, qProduct, &before, courseID); err != nil {
			return goneIfNone(err, ErrCourseGone)
		}
		if _, err := tx.Exec(ctx, qProductPolicy, courseID, days, maxWatchedPercent); err != nil {
			return err
		}
		after := before
		after.RefundDays, after.RefundMaxWatchedPercent = days, maxWatchedPercent
		return audit.Write(ctx, tx, s.clock, "product.refund_policy", target(courseID), before, after, "")
	})
}

var platforms = []string{"mp_ios", "mp_android", "wechat_h5", "h5", "pc"}

// SaveSKU adds (ID 0) or changes a SKU of a course. Each price it takes is kept
// in the history and wanted as an item of virtual payment. Returns ErrSKU,
// ErrCourseGone, ErrSKUGone.
func (s *Service) SaveSKU(ctx context.Context, courseID int64, k SKU) (int64, error) {
	var err error
	if k.Name, err = named(k.Name, 30, ErrSKU, "name", "名称为 1–30 个字"); err != nil {
		return 0, err
	}
	if k.PriceFen < 0 || k.PriceFen > MaxPriceFen {
		return 0, ErrSKU.Field("price_fen", "价格为 0–99999.99 元")
	}
	if k.PeriodDays < 0 || k.PeriodDays > 3650 {
		return 0, ErrSKU.Field("period_days", "有效期为 0（长期）–3650 天")
	}
	if !contains([]string{"digital_service", "book", "goods"}, k.TaxCategory) {
		return 0, ErrSKU.Field("tax_category", "没有这个税目")
	}
	for p, fen := range k.Platforms {
		if !contains(platforms, p) || fen < 0 || fen > MaxPriceFen {
			return 0, ErrSKU.Field("platform_prices", "平台价格为 0–99999.99 元")
		}
		// A price that is free on one platform only would open the course to all.
		if (fen == 0) != (k.PriceFen == 0) {
			return 0, ErrSKU.Field("platform_prices", "免费与否在各平台必须一致")
		}
	}
	isNew := k.ID == 0
	if isNew {
		k.ID = id.New()
	}
	return k.ID, s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var p Product
		if err := tx.Get(ctx, qProduct, &p, courseID); err != nil {
			return goneIfNone(err, ErrCourseGone)
		}
		now := clock.MS(s.clock)
		before := int64(-1)
		if isNew {
			if _, err := tx.Exec(ctx, qSKUInsert, k.ID, p.ID, k.Name, k.PriceFen, k.PeriodDays, k.TaxCategory, k.Active, k.Position, now); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qRuleAdd, k.ID, "course", courseID); err != nil {
				return err
			}
		} else {
			var of int64
			if err := tx.Get(ctx, qSKUCourse, &of, k.ID); err != nil || of != courseID {
				return goneIfNone(orElse(err, ErrSKUGone), ErrSKUGone)
			}
			if err := tx.Get(ctx, qSKUPrice, &before, k.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qSKUUpdate, k.ID, k.Name, k.PriceFen, k.PeriodDays, k.TaxCategory, k.Active, k.Position); err != nil {
				return err
			}
		}
		if err := s.prices(ctx, tx, k, before, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qCourseCounts, courseID, now); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.clock, "sku.save", fmt.Sprintf("sku:%d", k.ID), map[string]any{"price_fen": before}, k, "")
	})
}

func (s *Service) prices(ctx context.Context, tx *db.Tx, k SKU, before, now int64) error {
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
	for _, platform := range []string{"mp_ios", "mp_android"} {
		if fen := k.PriceOn(platform); fen > 0 {
			if _, err := tx.Exec(ctx, qItemWant, ItemID(k.ID, fen), k.ID, fen, now); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qItemAgain, k.ID, fen, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// Item is a SKU at one price as virtual payment knows it. A price cannot be sold
// in the mini program before its item is published.
type Item struct {
	ItemID      string
	SKUID       int64 `db:"sku_id"`
	PriceFen    int64
	State       string
	Message     string
	UpdatedAt   int64
	SKUName     string `db:"sku_name"`
	CourseTitle string
}

// The states of an item.
const (
	ItemWanted     = "wanted"
	ItemUploading  = "uploading"
	ItemUploaded   = "uploaded"
	ItemPublishing = "publishing"
	ItemPublished  = "published"
	ItemFailed     = "failed"
)

// ItemID names the item of a SKU at a price.
func ItemID(skuID, priceFen int64) string { return fmt.Sprintf("s%dp%d", skuID, priceFen) }

// Item returns the item of a SKU at a price; State is "" when there is none.
func (s *Service) Item(ctx context.Context, r db.Reader, skuID, priceFen int64) (Item, error) {
	var it Item
	return it, ignoreNone(r.Get(ctx, qItem, &it, skuID, priceFen))
}

// Items lists a course's items, last changed first.
func (s *Service) Items(ctx context.Context, courseID int64) ([]Item, error) {
	var rows []Item
	err := s.db.List(ctx, qItems, &rows, courseID)
	return rows, err
}

// OpenItems lists items that are on their way to being published.
func (s *Service) OpenItems(ctx context.Context) ([]Item, error) {
	var rows []Item
	err := s.db.List(ctx, qItemsOpen, &rows)
	return rows, err
}

// MoveItem records that an item went from one state to the next; it does nothing
// if it is no longer in from.
func (s *Service) MoveItem(ctx context.Context, itemID, from, to, message string) error {
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qItemMove, itemID, from, to, message, clock.MS(s.clock))
		return err
	})
}

func goneIfNone(err, gone error) error {
	if errors.Is(err, db.ErrNone) {
		return gone
	}
	return err
}
