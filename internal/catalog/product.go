package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// MaxPriceFen bounds a price at ¥99,999.99.
const MaxPriceFen = 9_999_999

// The kinds of product.
const (
	KindCourse     = "course"
	KindColumn     = "column" // a course in the form of a column, as it is sold
	KindLesson     = "lesson"
	KindBundle     = "bundle"
	KindMembership = "membership"
	KindService    = "service" // offline or by hand: nothing opens on screen
	KindClass      = "class"   // a place in a class of a challenge
	KindDeposit    = "deposit" // what a class takes and gives back: nothing is sold
)

// KindNames are what they are called.
var KindNames = map[string]string{KindCourse: "课程", KindColumn: "专栏", KindLesson: "单课", KindBundle: "课程包", KindMembership: "会员", KindService: "服务", KindClass: "打卡班", KindDeposit: "押金"}

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
	Withheld                bool // a lesson alone that is not released
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
	case o.Withheld:
		return Offer{}, ErrSKUGone.Say("这一课还没有发布，发布后再来购买")
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
		if before.OfClass() {
			return errOfClass
		}
		if _, err := tx.Exec(ctx, qProductPolicy, productID, days, maxWatchedPercent); err != nil {
			return err
		}
		after := before
		after.RefundDays, after.RefundMaxWatchedPercent = days, maxWatchedPercent
		return audit.Write(ctx, tx, s.clock, "product.refund_policy", fmt.Sprintf("product:%d", productID), before, after, "")
	})
}

// OfCourse reports that the product sells a whole course or column.
func (p Product) OfCourse() bool { return p.Kind == KindCourse || p.Kind == KindColumn }

// OfClass reports that the product is how a class of a challenge is entered.
func (p Product) OfClass() bool { return OfClass(p.Kind) }

// OfClass reports that a kind of goods is how a class of a challenge is entered: it is
// bought by itself, for oneself, and no rule changes its price.
func OfClass(kind string) bool { return kind == KindClass || kind == KindDeposit }

// opens is what the product's SKUs grant: a column is opened as the course it is.
func (p Product) opens() Resource {
	switch {
	case p.OfCourse():
		return Resource{KindCourse, p.CourseID}
	case p.Kind == KindLesson:
		return Resource{KindLesson, p.LessonID}
	case p.OfClass():
		return Resource{KindService, p.ID}
	}
	return Resource{p.Kind, p.ID}
}

func goneIfNone(err, gone error) error {
	if errors.Is(err, db.ErrNone) {
		return gone
	}
	return err
}
