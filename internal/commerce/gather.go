package commerce

import (
	"context"
	"slices"
	"time"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/points"
	"zhizhou/internal/setting"
)

// qHigher names a higher membership that somebody has now.
var qHigher = db.Q("commerce/higher", `SELECT p.title, g.until_at FROM grants g JOIN products p ON p.id = g.resource_id
	WHERE g.user_id = $1 AND g.resource_kind = 'membership' AND g.revoked_at = 0 AND g.starts_at <= $3 AND g.until_at > $3
	AND p.rank > (SELECT rank FROM products WHERE id = $2) ORDER BY g.until_at DESC LIMIT 1`)

// known is what one trip to the database tells about an ask.
type known struct {
	offers [][]catalog.Offer // of each want, for Catalog.Offered to judge
	had    [][]access.Had    // what each want opens, and what the buyer has of it
	market market
	points points.Account
	terms  setting.Points
}

// market counts what might change a price, so that what is not there is not read.
type market struct{ Promotions, Coupons, Tiers, Experiments int64 }

// gather asks everything that depends on the ask alone, and more, at once. Returns
// ErrQuantity.
func (s *Service) gather(ctx context.Context, r db.Reader, ask Ask, more ...db.Ask) (k known, err error) {
	if len(ask.Wants) == 0 || len(ask.Wants) > maxWants {
		return k, ErrQuantity.Say("一次可以买 1–20 件商品")
	}
	k.offers, k.had = make([][]catalog.Offer, len(ask.Wants)), make([][]access.Had, len(ask.Wants))
	opens := make([][]access.Opening, len(ask.Wants))
	var markets []market
	var accounts []points.Account
	var rows []setting.Row
	asks := slices.Concat(more, []db.Ask{s.Points.AskTerms(&rows), s.Points.AskAccount(&accounts, ask.UserID), db.Rows(qMarket, &markets, ask.UserID, clock.MS(s.Clock))})
	seen := map[int64]bool{}
	for i, w := range ask.Wants {
		if w.Quantity < 1 || w.Quantity > maxQuantity || seen[w.SKUID] {
			return k, ErrQuantity
		}
		seen[w.SKUID] = true
		asks = append(asks, s.Catalog.AskOffer(&k.offers[i], w.SKUID, ask.Platform), s.Access.AskOpens(&opens[i], ask.UserID, w.SKUID))
	}
	if err := r.All(ctx, asks...); err != nil {
		return k, err
	}
	k.market = markets[0]
	for i, rows := range opens {
		k.had[i] = s.Access.Opens(rows)
	}
	if len(accounts) > 0 {
		k.points = accounts[0]
	}
	k.terms, err = s.Points.ReadTerms(rows)
	return k, err
}

// quote reads the rest of what a price depends on and prices it.
func (s *Service) quote(ctx context.Context, r db.Reader, ask Ask, published map[string]bool, k known) (Quote, []catalog.Offer, error) {
	in := price.Input{At: clock.MS(s.Clock), Platform: ask.Platform, Group: ask.Group, NoCoupon: ask.NoCoupon}
	if len(ask.Coupons) > 0 {
		in.Coupons = ask.Coupons
	}
	var offers []catalog.Offer
	plain := false // no rule changes the price
	for i, w := range ask.Wants {
		o, err := s.Catalog.Offered(k.offers[i])
		if err != nil {
			return Quote{}, nil, err
		}
		if w.Quantity > 1 && !ask.Gift && o.Kind != catalog.KindService {
			return Quote{}, nil, ErrQuantity.Say("自己学习只需要买一份；送人请选「赠送」")
		}
		sellable, err := s.sellable(ctx, r, o, published[o.TaxCategory])
		if err != nil {
			return Quote{}, nil, err
		}
		if catalog.OfClass(o.Kind) {
			if err := alone(ask, o); err != nil {
				return Quote{}, nil, err
			}
			plain = true
		}
		offers = append(offers, o)
		in.Items = append(in.Items, price.Item{
			SKUID: o.SKUID, ProductID: o.ProductID, Kind: o.Kind, CategoryID: o.CategoryID, Label: o.Title, ListFen: o.PriceFen, Quantity: w.Quantity, Sellable: sellable,
		})
	}
	if plain {
		return explain(ask, offers, price.Of(in), s.Clock.Now()), offers, nil
	}
	if err := s.candidates(ctx, r, ask, offers, k.market, &in); err != nil {
		return Quote{}, nil, err
	}
	in.Points = pointRule(ask, k.terms, k.points)
	var trials []Trial
	if k.market.Experiments > 0 {
		var err error
		if trials, err = s.trialRules(ctx, r, ask, offers, &in); err != nil {
			return Quote{}, nil, err
		}
	}
	priced := price.Of(in)
	q := explain(ask, offers, priced, s.Clock.Now())
	q.Trials = trials
	q.Points, q.Earn, q.EarnMonths = priced.Points, q.TotalFen*k.terms.EarnPerYuan/100, k.terms.ExpiryMonths
	if ask.Group && q.group() == nil {
		return Quote{}, nil, groupRefusal(q)
	}
	return q, offers, nil
}

// candidates adds the promotions, member prices, coupons and credits that might
// apply.
func (s *Service) candidates(ctx context.Context, r db.Reader, ask Ask, offers []catalog.Offer, have market, in *price.Input) error {
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
			in.PaidOrder = paid > 0 || ask.stranger
		}
	}
	if have.Tiers > 0 {
		if err := s.memberRules(ctx, r, ask, offers, in); err != nil {
			return err
		}
	}
	if ask.joining {
		rules, err := s.packRules(ctx, r, in.At)
		if err != nil {
			return err
		}
		in.Rules = append(in.Rules, rules...)
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
func (s *Service) buyable(ctx context.Context, r db.Reader, ask Ask, q Quote, offers []catalog.Offer, k known) error {
	for i, it := range q.Items {
		if !ask.Gift {
			if err := s.unowned(ctx, r, ask.UserID, it, offers[i].Trial, k.had[i]); err != nil {
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

func (s *Service) unowned(ctx context.Context, r db.Reader, userID int64, it QuoteItem, trial bool, all []access.Had) error {
	if it.Kind == catalog.KindService || len(all) == 0 {
		return nil
	}
	if it.Kind == catalog.KindMembership {
		var higher []struct {
			Title   string
			UntilAt int64
		}
		if err := r.List(ctx, qHigher, &higher, userID, it.ProductID, clock.MS(s.Clock)); err != nil {
			return err
		}
		if len(higher) > 0 {
			until := time.UnixMilli(higher[0].UntilAt).In(clock.China).Format("2006 年 1 月 2 日")
			return ErrOwned.Say("你的「" + higher[0].Title + "」到 " + until + " 才到期，现在不需要「" + it.Title + "」")
		}
	}
	for _, have := range all {
		// A lesson is not sold to who may open it with its course or a membership.
		if have.Forever || have.Owned && it.PayFen == 0 || have.Within && it.Kind == catalog.KindLesson {
			continue
		}
		if !trial {
			return nil
		}
		had, err := s.Access.Ever(ctx, r, userID, have.Resource)
		if err == nil && had {
			err = ErrTrial
		}
		return err
	}
	return ErrOwned
}
