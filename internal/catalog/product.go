package catalog

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// MaxPriceFen bounds a price at ¥99,999.99.
const MaxPriceFen = 9_999_999

// The kinds of product.
const (
	KindCourse     = "course"
	KindLesson     = "lesson"
	KindBundle     = "bundle"
	KindMembership = "membership"
	KindService    = "service" // offline or by hand: nothing opens on screen
)

// Product is what is sold. Its refund policy is copied onto each order, so a later
// change never touches what was promised. A course brings title, cover and state
// of its own; the other kinds have theirs here.
type Product struct {
	ID                      int64
	Kind                    string
	CourseID                int64
	LessonID                int64
	Title                   string
	Promise                 string
	IntroHTML               string `db:"intro_html"`
	Cover                   string
	Scene                   string
	Status                  string
	Position                int64
	Rank                    int64 // membership: the higher tier
	PayPermille             int64 // membership: ‰ paid for what is not open anyway
	OpensAll                bool  // membership: every course
	RefundDays              int64
	RefundMaxWatchedPercent int64
	CreatedAt               int64
	UpdatedAt               int64
}

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

// Offer is a SKU with all that a quote and an order line need.
type Offer struct {
	SKUID                   int64  `db:"sku_id"`
	SKUName                 string `db:"sku_name"`
	PeriodDays              int64
	PeriodMonths            int64
	UntilAt                 int64
	TaxCategory             string
	TaxRate                 string
	TaxCode                 string
	Active                  bool
	SaleFrom                int64
	SaleUntil               int64
	Stock                   int64
	PerUser                 int64
	Trial                   bool
	PlainFen                int64 // on platforms without a price of their own
	PriceFen                int64 // on the asked platform
	ProductID               int64
	Kind                    string
	Rank                    int64
	RefundDays              int64
	RefundMaxWatchedPercent int64
	CourseID                int64
	CategoryID              int64
	Title                   string
	Cover                   string
	Scene                   string
	Status                  string
	DeletedAt               int64
	InstructorName          string
	// A crossed-out price must have been charged really (禁止价格欺诈行为规定: the
	// lowest of the seven days before). WeekLowFen is the lowest list price of the
	// last seven days, today's too: what a promotion may be compared with. BeforeFen
	// is the lowest of the seven days before today's list price began, within 30
	// days of that, else 0: what a lower list price may be compared with.
	WeekLowFen int64
	BeforeFen  int64
}

// Period returns how long the offer lasts.
func (o Offer) Period() Period { return Period{o.PeriodDays, o.PeriodMonths, o.UntilAt} }

// Offer returns what a SKU offers on a platform now. Returns ErrSKUGone when it
// is not for sale.
func (s *Service) Offer(ctx context.Context, r db.Reader, skuID int64, platform string) (Offer, error) {
	var rows []Offer
	if err := r.All(ctx, s.AskOffer(&rows, skuID, platform)); err != nil {
		return Offer{}, err
	}
	return s.Offered(rows)
}

// AskOffer asks for the offer of a SKU on a platform, for Offered to read.
func (s *Service) AskOffer(rows *[]Offer, skuID int64, platform string) db.Ask {
	now := clock.MS(s.clock)
	return db.Rows(qOffer, rows, skuID, platform, now-(7*24*time.Hour).Milliseconds(), now-(30*24*time.Hour).Milliseconds())
}

// Offered returns the offer that was answered. Returns ErrSKUGone when there is
// none, or it is not sold now.
func (s *Service) Offered(rows []Offer) (Offer, error) {
	if len(rows) == 0 {
		return Offer{}, ErrSKUGone
	}
	o, now := rows[0], clock.MS(s.clock)
	switch {
	case !o.Active || o.Status != Published || o.DeletedAt > 0 || o.UntilAt > 0 && o.UntilAt <= now:
		return Offer{}, ErrSKUGone
	case o.SaleFrom > now:
		return Offer{}, ErrSKUGone.Say("还没有开售")
	case o.SaleUntil > 0 && o.SaleUntil <= now:
		return Offer{}, ErrSKUGone.Say("已经停售")
	}
	return o, nil
}

// Resource is something that a grant opens.
type Resource struct {
	Kind string `db:"resource_kind"`
	ID   int64  `db:"resource_id"`
}

// TierPrice is what members of a tier pay for a SKU.
type TierPrice struct {
	SKUID    int64 `db:"sku_id"`
	TierID   int64
	PriceFen int64
}

// TierPrices returns the member prices of a SKU.
func (s *Service) TierPrices(ctx context.Context, r db.Reader, skuID int64) ([]TierPrice, error) {
	var rows []TierPrice
	err := r.List(ctx, qTierPricesOf, &rows, skuID)
	return rows, err
}

// Tags returns the tags of a course.
func (s *Service) Tags(ctx context.Context, r db.Reader, courseID int64) ([]string, error) {
	var rows []string
	err := r.List(ctx, qTags, &rows, courseID)
	return rows, err
}

// Product returns the product of a course with its SKUs; all includes those no
// longer sold. Returns ErrCourseGone.
func (s *Service) Product(ctx context.Context, courseID int64, all bool) (Product, []SKU, error) {
	return s.withSKUs(ctx, qProduct, courseID, all, ErrCourseGone)
}

func (s *Service) withSKUs(ctx context.Context, q *db.Stmt, key int64, all bool, gone error) (Product, []SKU, error) {
	var p Product
	if err := s.db.Get(ctx, q, &p, key); err != nil {
		return p, nil, goneIfNone(err, gone)
	}
	var skus []SKU
	if err := s.db.List(ctx, qSKUs, &skus, p.ID, all); err != nil {
		return p, nil, err
	}
	var prices []struct {
		SKUID    int64 `db:"sku_id"`
		Platform string
		PriceFen int64
	}
	if err := s.db.List(ctx, qPlatformPrices, &prices, p.ID); err != nil {
		return p, nil, err
	}
	var tiers []TierPrice
	if err := s.db.List(ctx, qTierPrices, &tiers, p.ID); err != nil {
		return p, nil, err
	}
	for i := range skus {
		skus[i].Platforms, skus[i].Tiers = map[string]int64{}, map[int64]int64{}
		for _, pp := range prices {
			if pp.SKUID == skus[i].ID {
				skus[i].Platforms[pp.Platform] = pp.PriceFen
			}
		}
		for _, t := range tiers {
			if t.SKUID == skus[i].ID {
				skus[i].Tiers[t.TierID] = t.PriceFen
			}
		}
	}
	return p, skus, nil
}

// SetRefundPolicy sets how long after payment and up to which watched share a
// refund is promised; orders already placed keep theirs. Returns ErrProductGone.
func (s *Service) SetRefundPolicy(ctx context.Context, productID, days, maxWatchedPercent int64) error {
	if days < 0 || days > 365 || maxWatchedPercent < 0 || maxWatchedPercent > 100 {
		return ErrSKU.Field("refund_days", "天数为 0–365，已看比例为 0–100")
	}
	return s.public(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before Product
		if err := tx.Get(ctx, qProductByID, &before, productID); err != nil {
			return goneIfNone(err, ErrProductGone)
		}
		if _, err := tx.Exec(ctx, qProductPolicy, productID, days, maxWatchedPercent); err != nil {
			return err
		}
		after := before
		after.RefundDays, after.RefundMaxWatchedPercent = days, maxWatchedPercent
		return audit.Write(ctx, tx, s.clock, "product.refund_policy", fmt.Sprintf("product:%d", productID), before, after, "")
	})
}

// TaxCategories are the kinds of goods that the tax and the channels tell apart.
var TaxCategories = []string{"digital_service", "book", "goods"}

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
		if p.Kind == KindMembership && k.PeriodDays+k.PeriodMonths == 0 {
			return ErrSKU.Field("period_months", "会员要有期限")
		}
		now := clock.MS(s.clock)
		before := int64(-1)
		if isNew {
			if _, err := tx.Exec(ctx, qSKUInsert, k.ID, p.ID, k.Name, k.PriceFen, k.PeriodDays, k.PeriodMonths, k.UntilAt, k.TaxCategory, k.Active, k.SaleFrom, k.SaleUntil,
				k.Stock, k.PerUser, k.Trial, k.Position, now, k.TaxRate, k.TaxCode); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qRuleAdd, k.ID, p.Kind, p.opens()); err != nil {
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
		if err := s.prices(ctx, tx, k, before, now); err != nil {
			return err
		}
		if p.Kind == KindCourse {
			if _, err := tx.Exec(ctx, qCourseCounts, p.CourseID, now); err != nil {
				return err
			}
		}
		for _, f := range s.onSKU {
			if err := f(ctx, tx, k); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, s.clock, "sku.save", fmt.Sprintf("sku:%d", k.ID), map[string]any{"price_fen": before}, k, "")
	})
}

// opens is the id of what the product's SKUs grant, under the product's kind.
func (p Product) opens() int64 {
	switch p.Kind {
	case KindCourse:
		return p.CourseID
	case KindLesson:
		return p.LessonID
	}
	return p.ID
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
	if _, err := tx.Exec(ctx, qTierPriceDrop, k.ID); err != nil {
		return err
	}
	wanted := []int64{k.PriceOn("mp_ios"), k.PriceOn("mp_android")}
	for tierID, fen := range k.Tiers {
		if _, err := tx.Exec(ctx, qTierPriceAdd, k.ID, tierID, fen); err != nil {
			return err
		}
		wanted = append(wanted, fen)
	}
	for _, fen := range wanted {
		if err := s.WantItem(ctx, tx, k.ID, fen); err != nil {
			return err
		}
	}
	return nil
}

// WantItem asks for a SKU's price to be published for virtual payment, which
// charges nothing else; also one that failed before. Free needs none.
func (s *Service) WantItem(ctx context.Context, tx *db.Tx, skuID, fen int64) error {
	if fen <= 0 {
		return nil
	}
	now := clock.MS(s.clock)
	if _, err := tx.Exec(ctx, qItemWant, ItemID(skuID, fen), skuID, fen, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qItemAgain, skuID, fen, now)
	return err
}

// Item is a SKU at one price as virtual payment knows it. A price cannot be sold
// in the mini program before its item is published.
type Item struct {
	ItemID    string
	SKUID     int64 `db:"sku_id"`
	PriceFen  int64
	State     string
	Message   string
	UpdatedAt int64
	SKUName   string `db:"sku_name"`
	Title     string // of the product
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

// Items lists the items of a product's SKUs, last changed first.
func (s *Service) Items(ctx context.Context, r db.Reader, productID int64) ([]Item, error) {
	var rows []Item
	err := r.List(ctx, qItems, &rows, productID)
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
