package console

import (
	"context"
	"encoding/json"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/web"
)

// PromotionInput is what the form of a promotion saves.
type PromotionInput struct {
	Version     int64        `json:"version,omitempty" doc:"Of the promotion that was edited"`
	Kind        string       `json:"kind" enum:"newcomer,flash,group,threshold,bargain"`
	Label       string       `json:"label" maxLength:"80" doc:"Shown to buyers"`
	Note        string       `json:"note,omitempty" maxLength:"400"`
	StartsAt    int64        `json:"starts_at"`
	EndsAt      int64        `json:"ends_at"`
	Platforms   []string     `json:"platforms,omitempty" doc:"Empty: all"`
	Scope       price.Scope  `json:"scope"`
	PriceFen    int64        `json:"price_fen,omitempty" doc:"A fixed price of named SKUs; 0: by pay_permille"`
	PayPermille int64        `json:"pay_permille,omitempty"`
	CapFen      int64        `json:"cap_fen,omitempty"`
	Steps       []price.Step `json:"steps,omitempty" maxItems:"10"`
	Quota       int64        `json:"quota,omitempty" doc:"0: unlimited"`
	PerUser     int64        `json:"per_user,omitempty" doc:"0: no limit"`
	GroupSize   int64        `json:"group_size,omitempty"`
	GroupHours  int64        `json:"group_hours,omitempty"`
	Helpers     int64        `json:"helpers,omitempty" doc:"Bargain: so many cut it down to price_fen, the floor"`
	HelpHours   int64        `json:"help_hours,omitempty" doc:"Bargain: within so many hours"`
}

// PromotionView is a promotion with what is taken of it.
type PromotionView struct {
	ID     int64  `json:"id"`
	Status string `json:"status" enum:"draft,on,off"`
	PromotionInput
	HeldUnits int64 `json:"held_units" doc:"Taken by orders that wait for money"`
	SoldUnits int64 `json:"sold_units"`
	UpdatedAt int64 `json:"updated_at"`
}

func promotionView(p commerce.PromotionRow) PromotionView {
	v := PromotionView{
		ID: p.ID, Status: p.Status, HeldUnits: p.Held, SoldUnits: p.Sold, UpdatedAt: p.UpdatedAt,
		PromotionInput: PromotionInput{
			Version: p.Version, Kind: p.Kind, Label: p.Label, Note: p.Note, StartsAt: p.StartsAt, EndsAt: p.EndsAt, PriceFen: p.PriceFen, PayPermille: p.PayPermille, CapFen: p.CapFen,
			Quota: p.Quota, PerUser: p.PerUser, GroupSize: p.GroupSize, GroupHours: p.GroupHours, Helpers: p.Helpers, HelpHours: p.HelpHours,
		},
	}
	_ = json.Unmarshal([]byte(p.Platforms), &v.Platforms)
	_ = json.Unmarshal([]byte(p.Scope), &v.Scope)
	_ = json.Unmarshal([]byte(p.Steps), &v.Steps)
	return v
}

// IdleView is a promotion whose price takes nothing off an offer.
type IdleView struct {
	ID        int64  `json:"id" doc:"Of the promotion"`
	Kind      string `json:"kind" enum:"newcomer,flash,group,threshold,bargain"`
	Label     string `json:"label"`
	Status    string `json:"status" enum:"draft,on,off"`
	PriceFen  int64  `json:"price_fen"`
	SKUID     int64  `json:"sku_id"`
	SKUName   string `json:"sku_name"`
	LowestFen int64  `json:"lowest_fen" doc:"What the offer costs without promotions, where it costs least"`
}

// PreviewView is what somebody would pay, and why.
type PreviewView struct {
	ListFen    int64           `json:"list_fen"`
	TotalFen   int64           `json:"total_fen"`
	WasFen     int64           `json:"was_fen"`
	Channel    string          `json:"channel"`
	Refusal    string          `json:"refusal" doc:"Why it cannot be bought; empty: it can"`
	Lines      []commerce.Line `json:"lines" nullable:"false"`
	NotApplied []price.Skipped `json:"not_applied" nullable:"false"`
}

func (r *routes) promotions() {
	const tag = "console promotion"
	web.Handle(r.web, route("promotions", http.MethodGet, "promotions", "Promotions, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"draft,on,off,"`
			Kind   string `query:"kind" enum:"newcomer,flash,group,threshold,bargain,"`
		},
		) (*web.Body[web.List[PromotionView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Promotions(ctx, in.Status, in.Kind, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, promotionView, func(p commerce.PromotionRow) []int64 { return []int64{p.ID} })), nil
		})
	web.Handle(r.web, route("promotion_save", http.MethodPut, "promotions/{id}", "Add (0) or change a promotion", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body PromotionInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Commerce.SavePromotion(ctx, commerce.PromotionChange{
				ID: in.ID, Version: b.Version, Kind: b.Kind, Label: b.Label, Note: b.Note, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Platforms: b.Platforms, Scope: b.Scope,
				PriceFen: b.PriceFen, PayPermille: b.PayPermille, CapFen: b.CapFen, Steps: b.Steps, Quota: b.Quota, PerUser: b.PerUser, GroupSize: b.GroupSize, GroupHours: b.GroupHours, Helpers: b.Helpers, HelpHours: b.HelpHours,
			})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("promotion_switch", http.MethodPost, "promotions/{id}/switch", "Put a promotion on or off", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Commerce.SwitchPromotion(ctx, in.ID, in.Body.On)
		})
	web.Handle(r.web, route("promotions_idle", http.MethodGet, "products/{id}/idle-promotions", "Promotions whose price is no lower than what offers of a product cost anyway", tag, account.PermProductRead),
		func(ctx context.Context, in *ByID) (*web.Body[web.List[IdleView]], error) {
			if _, _, err := r.Catalog.ProductByID(ctx, in.ID, true); err != nil {
				return nil, err
			}
			rows, err := r.Commerce.IdlePromotions(ctx, in.ID)
			out := web.List[IdleView]{Items: []IdleView{}}
			for _, p := range rows {
				out.Items = append(out.Items, IdleView{p.ID, p.Kind, p.Label, p.Status, p.PriceFen, p.SKUID, p.SKUName, p.LowestFen})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("price_preview", http.MethodPost, "price-preview", "What would this person pay for that, there, and why", tag, account.PermOrderRead),
		func(ctx context.Context, in *struct {
			Body struct {
				UserID    int64           `json:"user_id,omitempty" doc:"0: somebody new, who has the coupons of the newcomer's pack"`
				Platform  string          `json:"platform" enum:"mp_ios,mp_android,wechat_h5,h5,pc"`
				Items     []commerce.Want `json:"items" minItems:"1" maxItems:"20"`
				Gift      bool            `json:"gift,omitempty"`
				Group     bool            `json:"group,omitempty"`
				CouponIDs []int64         `json:"coupon_ids,omitempty" maxItems:"10"`
				NoCoupon  bool            `json:"no_coupon,omitempty"`
				Points    bool            `json:"points,omitempty"`
			}
		},
		) (*web.Body[PreviewView], error) {
			b := in.Body
			q, channel, refusal, err := r.Commerce.Preview(ctx, commerce.Ask{
				UserID: b.UserID, Platform: b.Platform, Wants: b.Items, Gift: b.Gift, Group: b.Group, Coupons: b.CouponIDs, NoCoupon: b.NoCoupon, Points: b.Points,
			})
			if err != nil {
				return nil, err
			}
			v := PreviewView{ListFen: q.ListFen, TotalFen: q.TotalFen, WasFen: q.WasFen, Channel: string(channel), Refusal: refusal, Lines: q.Lines, NotApplied: q.NotApplied}
			return web.Answer(v), nil
		})
}
