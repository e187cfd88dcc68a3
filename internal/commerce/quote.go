package commerce

import (
	"cmp"
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
	"zhizhou/internal/clock"
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

// QuoteFor prices what a user asks for on a platform. Returns catalog.ErrSKUGone,
// ErrSoldOut, ErrTrial, ErrQuantity, ErrGroup, ErrChannel, ErrItemUnready.
func (s *Service) QuoteFor(ctx context.Context, ask Ask) (Offered, error) {
	terms, err := s.terms(ctx, ask.Platform)
	if err != nil {
		return Offered{}, err
	}
	q, offers, err := s.quote(ctx, s.DB, ask, terms)
	if err != nil {
		return Offered{}, err
	}
	out := Offered{Quote: q, Token: s.sign(ask, q), Cover: offers[0].Cover, Scene: offers[0].Scene, InstructorName: offers[0].InstructorName}
	if err := s.buyable(ctx, s.DB, ask, q, offers); errors.Is(err, ErrOwned) {
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
	terms, err := s.terms(ctx, ask.Platform)
	if err != nil {
		return q, "", "", err
	}
	q, offers, err := s.quote(ctx, s.DB, ask, terms)
	if err != nil {
		return q, "", "", err
	}
	stop := s.buyable(ctx, s.DB, ask, q, offers)
	if stop == nil && q.TotalFen > 0 {
		channel, stop = s.payable(ctx, q)
	}
	var e *errs.E
	if errors.As(stop, &e) && e.Kind != errs.Internal {
		return q, channel, e.Msg, nil
	}
	return q, channel, "", stop
}

// quote reads everything that a price depends on and prices it.
func (s *Service) quote(ctx context.Context, r db.Reader, ask Ask, terms terms) (Quote, []catalog.Offer, error) {
	if len(ask.Wants) == 0 || len(ask.Wants) > maxWants {
		return Quote{}, nil, ErrQuantity.Say("一次可以买 1–20 件商品")
	}
	in := price.Input{At: clock.MS(s.Clock), Platform: ask.Platform, Group: ask.Group, NoCoupon: ask.NoCoupon}
	if len(ask.Coupons) > 0 {
		in.Coupons = ask.Coupons
	}
	var offers []catalog.Offer
	seen := map[int64]bool{}
	for _, w := range ask.Wants {
		if w.Quantity < 1 || w.Quantity > maxQuantity || seen[w.SKUID] {
			return Quote{}, nil, ErrQuantity
		}
		seen[w.SKUID] = true
		o, err := s.Catalog.Offer(ctx, r, w.SKUID, ask.Platform)
		if err != nil {
			return Quote{}, nil, err
		}
		if w.Quantity > 1 && !ask.Gift && o.Kind != catalog.KindService {
			return Quote{}, nil, ErrQuantity.Say("自己学习只需要买一份；送人请选「赠送」")
		}
		sellable, err := s.sellable(ctx, r, o, terms.published[o.TaxCategory])
		if err != nil {
			return Quote{}, nil, err
		}
		offers = append(offers, o)
		in.Items = append(in.Items, price.Item{
			SKUID: o.SKUID, ProductID: o.ProductID, Kind: o.Kind, CategoryID: o.CategoryID, Label: o.Title, ListFen: o.PriceFen, Quantity: w.Quantity, Sellable: sellable,
		})
	}
	if err := s.candidates(ctx, r, ask, offers, &in); err != nil {
		return Quote{}, nil, err
	}
	if err := s.pointRule(ctx, r, ask, terms.points, &in); err != nil {
		return Quote{}, nil, err
	}
	trials, err := s.trialRules(ctx, r, ask, offers, &in)
	if err != nil {
		return Quote{}, nil, err
	}
	priced := price.Of(in)
	q := explain(ask, offers, priced, s.Clock.Now())
	q.Trials = trials
	q.Points, q.Earn, q.EarnMonths = priced.Points, q.TotalFen*terms.points.EarnPerYuan/100, terms.points.ExpiryMonths
	if ask.Group && q.group() == nil {
		return Quote{}, nil, groupRefusal(q)
	}
	return q, offers, nil
}

// candidates adds the promotions, member prices and coupons that might apply. One
// question tells which of them there are at all.
func (s *Service) candidates(ctx context.Context, r db.Reader, ask Ask, offers []catalog.Offer, in *price.Input) error {
	var have struct{ Promotions, Coupons, Tiers int64 }
	if err := r.Get(ctx, qMarket, &have, ask.UserID, in.At); err != nil {
		return err
	}
	if have.Promotions > 0 {
		rules, newcomer, err := s.promotionRules(ctx, r, ask, in.At)
		if err != nil {
			return err
		}
		in.Rules = append(in.Rules, rules...)
		if newcomer {
			var paid int64
			if err := r.Get(ctx, qEverPaid, &paid, ask.UserID); err != nil {
				return err
			}
			in.PaidOrder = paid > 0
		}
	}
	if have.Tiers > 0 {
		if err := s.memberRules(ctx, r, ask, offers, in); err != nil {
			return err
		}
	}
	if have.Coupons > 0 {
		rules, err := s.couponRules(ctx, r, ask.UserID, in.At)
		if err != nil {
			return err
		}
		in.Rules = append(in.Rules, rules...)
	}
	credits, err := s.upgradeRules(ctx, r, ask, offers)
	if err != nil {
		return err
	}
	in.Rules = append(in.Rules, credits...)
	if !slices.ContainsFunc(in.Rules, func(r price.Rule) bool { return len(r.Scope.Tags) > 0 }) {
		return nil
	}
	for i, o := range offers {
		if o.CourseID == 0 {
			continue
		}
		var err error
		if in.Items[i].Tags, err = s.Catalog.Tags(ctx, r, o.CourseID); err != nil {
			return err
		}
	}
	return nil
}

// memberRules makes a rule of every tier's price; those of tiers that the buyer
// does not have explain what they would save.
func (s *Service) memberRules(ctx context.Context, r db.Reader, ask Ask, offers []catalog.Offer, in *price.Input) error {
	mine, err := s.Access.Memberships(ctx, r, ask.UserID)
	if err != nil {
		return err
	}
	for _, m := range mine {
		in.Tiers = append(in.Tiers, m.ID)
	}
	tiers, err := s.Catalog.Memberships(ctx, r)
	if err != nil {
		return err
	}
	named := map[[2]int64]int64{} // tier and SKU → price
	for _, o := range offers {
		prices, err := s.Catalog.TierPrices(ctx, r, o.SKUID)
		if err != nil {
			return err
		}
		for _, p := range prices {
			named[[2]int64{p.TierID, p.SKUID}] = p.PriceFen
		}
	}
	for _, t := range tiers {
		rule := price.Rule{ID: t.ID, Kind: price.Member, Label: t.Title + "价", PriceFen: -1, Left: price.Unlimited, BuyerLeft: price.Unlimited, Tiers: []int64{t.ID}}
		part := rule
		part.Pay = t.PayPermille
		for _, o := range offers {
			if o.Kind == catalog.KindMembership || o.Kind == catalog.KindService {
				continue
			}
			if fen, ok := named[[2]int64{t.ID, o.SKUID}]; ok {
				one := rule
				one.PriceFen, one.Scope.SKUs = fen, []int64{o.SKUID}
				in.Rules = append(in.Rules, one)
			} else if t.PayPermille < 1000 {
				part.Scope.SKUs = append(part.Scope.SKUs, o.SKUID)
			}
		}
		if len(part.Scope.SKUs) > 0 {
			in.Rules = append(in.Rules, part)
		}
	}
	return nil
}

// sellable names the published prices of an offer where nothing else can be
// charged, nil where any price can.
func (s *Service) sellable(ctx context.Context, r db.Reader, o catalog.Offer, published bool) ([]int64, error) {
	if !published || o.PriceFen == 0 {
		return nil, nil
	}
	items, err := s.Catalog.Items(ctx, r, o.ProductID)
	out := []int64{}
	for _, it := range items {
		if it.SKUID == o.SKUID && it.State == catalog.ItemPublished {
			out = append(out, it.PriceFen)
		}
	}
	return out, err
}

// buyable refuses what the buyer has for good already, what is for newcomers to
// the product alone, and what is sold out; offers are those of the quote's items.
// Returns ErrOwned, ErrTrial, ErrSoldOut.
func (s *Service) buyable(ctx context.Context, r db.Reader, ask Ask, q Quote, offers []catalog.Offer) error {
	for i, it := range q.Items {
		if !ask.Gift {
			if err := s.unowned(ctx, r, ask.UserID, it, offers[i].Trial); err != nil {
				return err
			}
		}
		if offers[i].Stock == 0 {
			continue
		}
		var left int64
		if err := r.Get(ctx, qQuotaLeft, &left, holdSKU, it.SKUID); err != nil {
			return err
		}
		if left < it.Quantity {
			return ErrSoldOut
		}
	}
	return nil
}

func (s *Service) unowned(ctx context.Context, r db.Reader, userID int64, it QuoteItem, trial bool) error {
	if it.Kind == catalog.KindService {
		return nil
	}
	rules, err := s.Catalog.Rules(ctx, r, it.SKUID)
	if err != nil || len(rules) == 0 {
		return err
	}
	for _, res := range rules {
		have, err := s.Access.Holding(ctx, r, userID, res)
		if err != nil {
			return err
		}
		if have.Forever || have.Owned && it.PayFen == 0 {
			continue
		}
		if !trial {
			return nil
		}
		had, err := s.Access.Ever(ctx, r, userID, res)
		if err == nil && had {
			err = ErrTrial
		}
		return err
	}
	return ErrOwned
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
	channel, err := s.Channels.Policy(ctx, q.Platform, q.Items[0].TaxCategory)
	if err != nil || channel == "" {
		return "", cmp.Or(err, error(ErrChannel))
	}
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

// grantTo opens what one line of an order sells.
func (s *Service) grantTo(ctx context.Context, tx *db.Tx, userID int64, it Item, src access.Source) error {
	rules, err := s.Catalog.Rules(ctx, tx, it.SKUID)
	if err != nil {
		return err
	}
	for _, res := range rules {
		if err := s.Access.Grant(ctx, tx, userID, res, src, it.Period()); err != nil {
			return err
		}
	}
	return nil
}
