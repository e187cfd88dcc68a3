package commerce

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

const quoteLife = 15 * time.Minute

// Line is one step from the list price to what is paid, with its reason.
type Line struct {
	Label     string `json:"label"`
	AmountFen int64  `json:"amount_fen"`
	Reason    string `json:"reason"`
}

// Skipped is a rule that was looked at and not used, with its reason.
type Skipped struct {
	Label  string `json:"label"`
	Reason string `json:"reason"`
}

// Quote is an immutable price with its whole explanation. It is shown, signed,
// and stored with the order.
type Quote struct {
	SKUID                   int64     `json:"sku_id"`
	SKUName                 string    `json:"sku_name"`
	ProductID               int64     `json:"product_id"`
	CourseID                int64     `json:"course_id"`
	CourseTitle             string    `json:"course_title"`
	Platform                string    `json:"platform"`
	PeriodDays              int64     `json:"period_days"`
	TaxCategory             string    `json:"tax_category"`
	ListFen                 int64     `json:"list_fen"`  // before every rule
	TotalFen                int64     `json:"total_fen"` // to pay
	WasFen                  int64     `json:"was_fen"`   // really charged within 7 days and above TotalFen, else 0
	Lines                   []Line    `json:"lines"`
	NotApplied              []Skipped `json:"not_applied"`
	RefundDays              int64     `json:"refund_days"`
	RefundMaxWatchedPercent int64     `json:"refund_max_watched_percent"`
	ExpiresAt               int64     `json:"expires_at"`
}

// Price explains what an offer costs on a platform at a time. It is pure: the
// same input gives the same quote, and nothing else is looked at.
func Price(o catalog.Offer, platform string, now time.Time) Quote {
	q := Quote{
		SKUID: o.SKUID, SKUName: o.SKUName, ProductID: o.ProductID, CourseID: o.CourseID, CourseTitle: o.CourseTitle,
		Platform: platform, PeriodDays: o.PeriodDays, TaxCategory: o.TaxCategory,
		ListFen: o.PriceFen, TotalFen: o.PriceFen,
		RefundDays: o.RefundDays, RefundMaxWatchedPercent: o.RefundMaxWatchedPercent,
		ExpiresAt:  now.Add(quoteLife).UnixMilli(),
		NotApplied: []Skipped{},
	}
	reason := "当前售价"
	if o.PriceFen == 0 {
		reason = "免费课程"
	}
	q.Lines = []Line{{Label: o.SKUName, AmountFen: o.PriceFen, Reason: reason}}
	if o.WeekLowFen > o.PriceFen && o.PriceFen > 0 {
		q.WasFen = o.WeekLowFen
		q.Lines[0].Reason = "近 7 天最低成交价 ¥" + money.Yuan(o.WeekLowFen)
	}
	return q
}

// RefundText says the refund promise in words.
func RefundText(days, maxWatched int64) string {
	if days == 0 {
		return "数字内容，购买后不支持无理由退款"
	}
	if maxWatched >= 100 {
		return fmt.Sprintf("付款后 %d 天内可申请退款", days)
	}
	return fmt.Sprintf("付款后 %d 天内、学习不超过 %d%%，可申请全额退款", days, maxWatched)
}

// TermsText is what a buyer must confirm by a step of its own before paying
// (消费者权益保护法 第二十五条: digital goods once opened).
const TermsText = "我知道这是在线交付的数字内容，付款后立即开通；退款按上面的承诺办理。"

// Offered is a quote with what the checkout page needs beside it.
type Offered struct {
	Quote
	Token          string
	Channel        pay.Channel
	Cover          string
	Scene          string
	InstructorName string
	Owned          bool
}

// QuoteFor prices a SKU for a user on a platform. Returns catalog.ErrSKUGone,
// ErrChannel, ErrItemUnready.
func (s *Service) QuoteFor(ctx context.Context, userID, skuID int64, platform string) (Offered, error) {
	o, err := s.Catalog.Offer(ctx, s.DB, skuID, platform)
	if err != nil {
		return Offered{}, err
	}
	q := Price(o, platform, s.Clock.Now())
	have, err := s.Access.Course(ctx, s.DB, userID, o.CourseID)
	if err != nil {
		return Offered{}, err
	}
	out := Offered{Quote: q, Token: s.sign(userID, q), Cover: o.Cover, Scene: o.Scene, InstructorName: o.InstructorName, Owned: have.Forever}
	if q.TotalFen > 0 {
		if out.Channel, err = s.payable(ctx, platform, q); err != nil {
			return Offered{}, err
		}
	}
	return out, nil
}

// payable returns the channel that takes a quote's price. Returns ErrChannel,
// ErrItemUnready: said before somebody confirms an order that cannot be paid.
func (s *Service) payable(ctx context.Context, platform string, q Quote) (pay.Channel, error) {
	channel, err := s.Channels.Policy(ctx, platform, q.TaxCategory)
	if err != nil || channel == "" {
		return "", cmp.Or(err, error(ErrChannel))
	}
	if channel == pay.WechatVirtual {
		_, err = s.item(ctx, q.SKUID, q.TotalFen)
	}
	return channel, err
}

// OnSale returns those SKUs of a course that can be paid for on a platform: some
// channel serves it, and where that is virtual payment the price is published there.
func (s *Service) OnSale(ctx context.Context, platform string, courseID int64, skus []catalog.SKU) ([]catalog.SKU, error) {
	var items map[string]string // item → state, read when first needed
	out := skus[:0:0]
	for _, k := range skus {
		fen := k.PriceOn(platform)
		if fen == 0 {
			out = append(out, k)
			continue
		}
		channel, err := s.Channels.Policy(ctx, platform, k.TaxCategory)
		if err != nil {
			return nil, err
		}
		if channel == pay.WechatVirtual && items == nil {
			list, err := s.Catalog.Items(ctx, courseID)
			if err != nil {
				return nil, err
			}
			items = map[string]string{}
			for _, it := range list {
				items[it.ItemID] = it.State
			}
		}
		if channel == "" || channel == pay.WechatVirtual && items[catalog.ItemID(k.ID, fen)] != catalog.ItemPublished {
			continue
		}
		out = append(out, k)
	}
	return out, nil
}

// A token carries the quote's facts signed for one user, so that what was shown is
// what is charged, or the order is refused (INV-12).
type tokenBody struct {
	User, SKU, Expires int64
	Platform           string
	Facts              string // of the whole quote: price, period, promise
}

// facts sums up all of a quote but its expiry: what was shown is what is agreed.
func (q Quote) facts() string {
	q.ExpiresAt = 0
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err) // plain values
	}
	return inputHash("quote", string(raw))
}

func (s *Service) sign(userID int64, q Quote) string {
	raw, err := json.Marshal(tokenBody{userID, q.SKUID, q.ExpiresAt, q.Platform, q.facts()})
	if err != nil {
		panic(err) // plain values
	}
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + s.Box.Sign("quote", body)
}

// readToken opens a token of this user. Returns ErrQuote.
func (s *Service) readToken(userID int64, token string) (tokenBody, error) {
	var b tokenBody
	body, sig, ok := strings.Cut(token, ".")
	if !ok || !s.Box.Verify("quote", body, sig) {
		return b, ErrQuote
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(raw, &b) != nil {
		return b, ErrQuote
	}
	if b.User != userID || s.Clock.Now().UnixMilli() > b.Expires {
		return b, ErrQuote
	}
	return b, nil
}
