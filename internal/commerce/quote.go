package commerce

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

const (
	quoteLife   = 15 * time.Minute
	maxWants    = 20
	maxQuantity = 999
)

// Want is one thing that somebody asks the price of.
type Want struct {
	SKUID    int64 `json:"sku_id"`
	Quantity int64 `json:"quantity"`
}

// Ask is a question for a price. It travels inside the signed token, so that what
// was asked and what is ordered are the same.
type Ask struct {
	UserID   int64   `json:"user_id"`
	Platform string  `json:"platform"`
	Wants    []Want  `json:"wants"`
	Gift     bool    `json:"gift,omitempty"`     // bought to be given away
	Group    bool    `json:"group,omitempty"`    // bought in a group
	GroupID  int64   `json:"group_id,omitempty"` // one that is joined; 0: a new one
	Coupons  []int64 `json:"coupons,omitempty"`  // chosen; empty: the best
	NoCoupon bool    `json:"no_coupon,omitempty"`
	Points   bool    `json:"points,omitempty"` // pay a part with points

	joining  bool // somebody new, with what the newcomer's pack gives
	stranger bool // nobody is known: nothing that asks for a first purchase is promised
}

// QuoteItem is one line of a quote, with the refund promise of its day.
type QuoteItem struct {
	SKUID                   int64        `json:"sku_id"`
	SKUName                 string       `json:"sku_name"`
	ProductID               int64        `json:"product_id"`
	Kind                    string       `json:"kind"`
	CourseID                int64        `json:"course_id"`
	Title                   string       `json:"title"`
	Quantity                int64        `json:"quantity"`
	PeriodDays              int64        `json:"period_days"`
	PeriodMonths            int64        `json:"period_months"`
	UntilAt                 int64        `json:"until_at"`
	TaxCategory             string       `json:"tax_category"`
	TaxRateBps              int64        `json:"tax_rate_bps"`
	TaxCode                 string       `json:"tax_code"`
	ListFen                 int64        `json:"list_fen"`
	PayFen                  int64        `json:"pay_fen"`
	Discounts               []price.Part `json:"discounts"`
	RefundDays              int64        `json:"refund_days"`
	RefundMaxWatchedPercent int64        `json:"refund_max_watched_percent"`
}

// Line is one step from the list price to what is paid, with its reason.
type Line struct {
	Label     string `json:"label"`
	AmountFen int64  `json:"amount_fen"`
	Reason    string `json:"reason"`
}

// Quote is an immutable price with its whole explanation. It is shown, signed,
// and stored with the order.
type Quote struct {
	Platform   string          `json:"platform"`
	Gift       bool            `json:"gift"`
	GroupID    int64           `json:"group_id"` // joined; 0 with a group rule applied: a new one
	Items      []QuoteItem     `json:"items"`
	ListFen    int64           `json:"list_fen"`  // before every rule
	TotalFen   int64           `json:"total_fen"` // to pay
	WasFen     int64           `json:"was_fen"`   // a price that was really charged and is above TotalFen, else 0
	Lines      []Line          `json:"lines"`
	Applied    []price.Applied `json:"applied"`
	NotApplied []price.Skipped `json:"not_applied"`
	ExpiresAt  int64           `json:"expires_at"`
	Points     int64           `json:"points,omitempty"`      // paid with
	Earn       int64           `json:"earn,omitempty"`        // points that paying gives
	EarnMonths int64           `json:"earn_months,omitempty"` // how long they last; 0: for good
	Trials     []Trial         `json:"trials,omitempty"`      // prices of experiments that were shown
}

// Title names what is sold, for bills and lists.
func (q Quote) Title() string {
	switch len(q.Items) {
	case 0:
		return ""
	case 1:
		return q.Items[0].Title
	}
	return fmt.Sprintf("%s 等 %d 件", q.Items[0].Title, len(q.Items))
}

// uses reports that a rule of a kind was applied.
func (q Quote) uses(kind price.Kind) bool {
	return slices.ContainsFunc(q.Applied, func(a price.Applied) bool { return a.Kind == kind })
}

// group returns the group rule that was applied, or nil.
func (q Quote) group() *price.Applied {
	for i := range q.Applied {
		if q.Applied[i].Kind == price.Group {
			return &q.Applied[i]
		}
	}
	return nil
}

// explain makes the quote of what the rules gave. It is pure.
func explain(ask Ask, offers []catalog.Offer, p price.Quote, now time.Time) Quote {
	q := Quote{
		Platform: ask.Platform, Gift: ask.Gift, GroupID: ask.GroupID, ListFen: p.ListFen, TotalFen: p.TotalFen,
		Applied: p.Applied, NotApplied: p.NotApplied, ExpiresAt: now.Add(quoteLife).UnixMilli(),
	}
	was := int64(0)
	for i, o := range offers {
		l := p.Lines[i]
		q.Items = append(q.Items, QuoteItem{
			SKUID: o.SKUID, SKUName: o.SKUName, ProductID: o.ProductID, Kind: o.Kind, CourseID: o.CourseID, Title: o.Title, Quantity: l.Quantity,
			PeriodDays: o.PeriodDays, PeriodMonths: o.PeriodMonths, UntilAt: o.UntilAt, TaxCategory: o.TaxCategory,
			TaxRateBps: rateBps(o.TaxRate, o.TaxCategory), TaxCode: o.TaxCode, ListFen: l.ListFen, PayFen: l.PayFen, Discounts: l.Discounts,
			RefundDays: o.RefundDays, RefundMaxWatchedPercent: o.RefundMaxWatchedPercent,
		})
		line := Line{Label: o.SKUName, AmountFen: l.ListFen, Reason: "当前售价"}
		if len(offers) > 1 {
			line.Label = o.Title + " · " + o.SKUName
		}
		switch {
		case o.Kind == catalog.KindDeposit:
			line.Reason = "不是学费，按约定退还"
		case l.ListFen == 0:
			line.Reason = "免费"
		case l.Quantity > 1:
			line.Reason = fmt.Sprintf("¥%s × %d", money.Yuan(o.PriceFen), l.Quantity)
		case o.BeforeFen > o.PriceFen:
			line.Reason = "降价前 7 天最低售价 ¥" + money.Yuan(o.BeforeFen)
		}
		q.Lines = append(q.Lines, line)
		base := max(o.BeforeFen, o.PriceFen)
		if len(l.Discounts) > 0 {
			base = min(o.WeekLowFen, o.PriceFen)
		}
		was += base * l.Quantity
	}
	if was > q.TotalFen && q.TotalFen > 0 {
		q.WasFen = was
	}
	for _, a := range p.Applied {
		q.Lines = append(q.Lines, Line{Label: a.Label, AmountFen: -a.OffFen, Reason: a.Reason})
	}
	return q
}

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

// QuoteFor prices what a user asks for on a platform. Returns catalog.ErrSKUGone,
// ErrSoldOut, ErrTrial, ErrQuantity, ErrGroup, ErrChannel, ErrItemUnready.
func (s *Service) QuoteFor(ctx context.Context, ask Ask) (Offered, error) {
	published, err := s.publishedOnly(ctx, ask.Platform)
	if err != nil {
		return Offered{}, err
	}
	k, err := s.gather(ctx, s.DB, ask)
	if err != nil {
		return Offered{}, err
	}
	q, offers, err := s.quote(ctx, s.DB, ask, published, k)
	if err != nil {
		return Offered{}, err
	}
	out := Offered{Quote: q, Token: s.sign(ask, q), Cover: offers[0].Cover, Scene: offers[0].Scene, InstructorName: offers[0].InstructorName}
	if err := s.buyable(ctx, s.DB, ask, q, offers, k); errors.Is(err, ErrOwned) {
		out.Owned = true
	} else if err != nil {
		return Offered{}, err
	}
	if q.TotalFen > 0 {
		if out.Channel, err = s.payable(ctx, q); err != nil {
			return Offered{}, err
		}
	}
	return out, nil
}

// publishedOnly names the kinds of goods that a platform sells by virtual payment,
// which charges published prices alone. It reads settings, so it is asked before a
// transaction begins.
func (s *Service) publishedOnly(ctx context.Context, platform string) (map[string]bool, error) {
	if !miniOf(platform) {
		return nil, nil
	}
	out := map[string]bool{}
	for _, goods := range catalog.TaxCategories {
		channel, err := s.Channels.Policy(ctx, platform, goods)
		if err != nil {
			return nil, err
		}
		out[goods] = channel == pay.WechatVirtual
	}
	return out, nil
}

// Preview prices an ask for staff: what would this person pay for that, there, and
// why. The refusal says why it could not be bought; nothing is signed.
func (s *Service) Preview(ctx context.Context, ask Ask) (q Quote, channel pay.Channel, refusal string, err error) {
	ask.joining = ask.UserID == 0
	published, err := s.publishedOnly(ctx, ask.Platform)
	if err != nil {
		return q, "", "", err
	}
	k, err := s.gather(ctx, s.DB, ask)
	if err != nil {
		return q, "", "", err
	}
	q, offers, err := s.quote(ctx, s.DB, ask, published, k)
	if err != nil {
		return q, "", "", err
	}
	stop := s.buyable(ctx, s.DB, ask, q, offers, k)
	if stop == nil && q.TotalFen > 0 {
		channel, stop = s.payable(ctx, q)
	}
	var e *errs.E
	if errors.As(stop, &e) && e.Kind != errs.Internal {
		return q, channel, e.Msg, nil
	}
	return q, channel, "", stop
}

// OnSale returns those SKUs of a product that can be paid for on a platform: some
// channel serves it, and where that is virtual payment the price is published there.
func (s *Service) OnSale(ctx context.Context, platform string, productID int64, skus []catalog.SKU) ([]catalog.SKU, error) {
	var published map[string]bool // read when first needed
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
		if channel == pay.WechatVirtual && published == nil {
			list, err := s.Catalog.Items(ctx, s.DB, productID)
			if err != nil {
				return nil, err
			}
			published = map[string]bool{}
			for _, it := range list {
				published[it.ItemID] = it.State == catalog.ItemPublished
			}
		}
		if channel == "" || channel == pay.WechatVirtual && !published[catalog.ItemID(k.ID, fen)] {
			continue
		}
		out = append(out, k)
	}
	return out, nil
}

// payable returns the channel that takes a quote's price. Returns ErrChannel,
// ErrItemUnready: said before somebody confirms an order that cannot be paid.
func (s *Service) payable(ctx context.Context, q Quote) (pay.Channel, error) {
	offers, err := s.Offered(ctx, q.Platform, q)
	switch {
	case err != nil:
		return "", err
	case len(offers) == 0 && len(q.Items) > 1:
		return "", errApart
	case len(offers) == 0:
		return "", ErrChannel
	}
	channel := offers[0]
	if channel == pay.WechatVirtual {
		_, err = s.item(ctx, q)
	}
	return channel, err
}

// A token carries the question and the answer's facts, signed for one user, so
// that what was shown is what is charged, or the order is refused (INV-12).
type tokenBody struct {
	Ask     Ask    `json:"a"`
	Expires int64  `json:"e"`
	Facts   string `json:"f"` // of the whole quote: price, period, promise
}

// facts sums up what is agreed: all of a quote but its expiry and what might have
// been.
func (q Quote) facts() string {
	q.ExpiresAt, q.NotApplied = 0, nil
	raw, err := json.Marshal(q)
	if err != nil {
		panic(err) // plain values
	}
	return inputHash("quote", string(raw))
}

func (s *Service) sign(ask Ask, q Quote) string {
	raw, err := json.Marshal(tokenBody{ask, q.ExpiresAt, q.facts()})
	if err != nil {
		panic(err) // plain values
	}
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + s.Box.Sign("quote", body)
}

// readToken opens a token of this user. Returns ErrQuoteToken for one that is
// not ours or not theirs, ErrQuote for one whose time is over.
func (s *Service) readToken(userID int64, token string) (tokenBody, error) {
	var b tokenBody
	body, sig, ok := strings.Cut(token, ".")
	if !ok || !s.Box.Verify("quote", body, sig) {
		return b, ErrQuoteToken
	}
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(raw, &b) != nil || b.Ask.UserID != userID {
		return b, ErrQuoteToken
	}
	if s.Clock.Now().UnixMilli() > b.Expires {
		return b, ErrQuote
	}
	return b, nil
}

// grantTo opens what one line of an order sells; had is what its SKU opens.
func (s *Service) grantTo(ctx context.Context, tx *db.Tx, userID int64, it Item, src access.Source, had []access.Had) error {
	for _, h := range had {
		if err := s.Access.Grant(ctx, tx, userID, h.Resource, src, it.Period()); err != nil {
			return err
		}
	}
	return nil
}

// opens asks what SKUs open, and what a user has of it, at once.
func (s *Service) opens(ctx context.Context, r db.Reader, userID int64, skuIDs ...int64) (map[int64][]access.Had, error) {
	rows := make([][]access.Opening, len(skuIDs))
	asks := make([]db.Ask, len(skuIDs))
	for i, skuID := range skuIDs {
		asks[i] = s.Access.AskOpens(&rows[i], userID, skuID)
	}
	if err := r.All(ctx, asks...); err != nil {
		return nil, err
	}
	out := map[int64][]access.Had{}
	for i, skuID := range skuIDs {
		out[skuID] = s.Access.Opens(rows[i])
	}
	return out, nil
}

// allForever reports that somebody has everything there for good.
func allForever(had []access.Had) bool {
	return !slices.ContainsFunc(had, func(h access.Had) bool { return !h.Forever })
}
