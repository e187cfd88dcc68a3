package console

import (
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/badge"
	"zhizhou/internal/shop"
	"zhizhou/internal/web"
)

// ShopGoodsInput is a thing of the points shop.
type ShopGoodsInput struct {
	Kind        string `json:"kind" enum:"coupon,course,material"`
	RefID       int64  `json:"ref_id" minimum:"0" doc:"coupon, course"`
	Amount      int64  `json:"amount" minimum:"0" doc:"course: days, 0 for good"`
	Title       string `json:"title" maxLength:"100"`
	Words       string `json:"words" maxLength:"1200"`
	Body        string `json:"body" maxLength:"20000" doc:"Of a material"`
	PricePoints int64  `json:"price_points"`
	Stock       int64  `json:"stock" minimum:"0" doc:"Left"`
	PerUser     int64  `json:"per_user"`
	Shown       bool   `json:"shown"`
	OnH5        bool   `json:"on_h5"`
	OnWechat    bool   `json:"on_wechat"`
	OnMini      bool   `json:"on_mini"`
	Position    int64  `json:"position"`
	Version     int64  `json:"version" doc:"0: a new one"`
}

// ShopGoodsView is one as staff see it.
type ShopGoodsView struct {
	ID    int64 `json:"id"`
	Given int64 `json:"given"`
	ShopGoodsInput
}

// ShopRedemption is an exchange.
type ShopRedemption struct {
	ID       int64  `json:"id"`
	UserID   int64  `json:"user_id"`
	Nickname string `json:"nickname"`
	Title    string `json:"title"`
	Points   int64  `json:"points"`
	At       int64  `json:"at"`
}

// BadgeInput is what earns a badge.
type BadgeInput struct {
	Name     string `json:"name" maxLength:"60"`
	Words    string `json:"words" maxLength:"240"`
	Fact     string `json:"fact" enum:"lessons,courses,minutes,sign_ins,streak,milestones"`
	Need     int64  `json:"need"`
	Enabled  bool   `json:"enabled"`
	Position int64  `json:"position"`
	Version  int64  `json:"version" doc:"0: a new one"`
}

// BadgeView is one.
type BadgeView struct {
	ID int64 `json:"id"`
	BadgeInput
}

func (r *routes) pointsShop() {
	const tag = "points_shop"
	web.Handle(r.web, route("shop_goods", http.MethodGet, "points-shop", "What points are exchanged for", tag, account.PermProductRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[ShopGoodsView]], error) {
			rows, err := r.Shop.List(ctx)
			list := web.List[ShopGoodsView]{Items: []ShopGoodsView{}}
			for _, g := range rows {
				list.Items = append(list.Items, ShopGoodsView{g.ID, g.Given, ShopGoodsInput{g.Kind, g.RefID, g.Amount, g.Title, g.Words, g.Body, g.PricePoints, g.Stock, g.PerUser, g.Shown, g.OnH5, g.OnWechat, g.OnMini, g.Position, g.Version}})
			}
			return web.Answer(list), err
		})
	web.Handle(r.web, route("shop_goods_save", http.MethodPut, "points-shop/{id}", "Add (0) or change goods", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body ShopGoodsInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			made, err := r.Shop.Save(ctx, shop.Goods{
				ID: in.ID, Kind: b.Kind, RefID: b.RefID, Amount: b.Amount, Title: b.Title, Words: b.Words, Body: b.Body, PricePoints: b.PricePoints, Stock: b.Stock, PerUser: b.PerUser, Shown: b.Shown,
				OnH5: b.OnH5, OnWechat: b.OnWechat, OnMini: b.OnMini, Position: b.Position, Version: b.Version,
			})
			return web.Answer(Made{made}), err
		})
	web.Handle(r.web, route("shop_redemptions", http.MethodGet, "points-shop-redemptions", "Who exchanged what, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[ShopRedemption]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Shop.All(ctx, first(before), in.Limit+1)
			return web.Answer(web.Page(rows, in.Limit, func(x shop.Redemption) ShopRedemption {
				return ShopRedemption{x.ID, x.UserID, x.Nickname, x.Title, x.Points, x.At}
			}, func(x shop.Redemption) []int64 { return []int64{x.ID} })), err
		})
}

func (r *routes) badges() {
	const tag = "badge"
	web.Handle(r.web, route("badges", http.MethodGet, "badges", "What earns badges", tag, account.PermProductRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[BadgeView]], error) {
			rows, err := r.Badge.Rules(ctx)
			list := web.List[BadgeView]{Items: []BadgeView{}}
			for _, b := range rows {
				list.Items = append(list.Items, BadgeView{b.ID, BadgeInput{b.Name, b.Words, b.Fact, b.Need, b.Enabled, b.Position, b.Version}})
			}
			return web.Answer(list), err
		})
	web.Handle(r.web, route("badge_save", http.MethodPut, "badges/{id}", "Add (0) or change what earns a badge; badges that were won stay", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body BadgeInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			made, err := r.Badge.Save(ctx, badge.Rule{ID: in.ID, Name: b.Name, Words: b.Words, Fact: b.Fact, Need: b.Need, Enabled: b.Enabled, Position: b.Position, Version: b.Version})
			return web.Answer(Made{made}), err
		})
}
