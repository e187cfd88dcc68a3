package learner

import (
	"context"
	"encoding/json"
	"net/http"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/web"
)

// CouponView is a coupon: one of the claim page, or one in the wallet.
type CouponView struct {
	ID          int64       `json:"id" doc:"Of the sort on the claim page, of the coupon in the wallet"`
	CouponID    int64       `json:"coupon_id" doc:"Of the sort"`
	Name        string      `json:"name"`
	OffFen      int64       `json:"off_fen" doc:"0: by pay_permille"`
	PayPermille int64       `json:"pay_permille"`
	CapFen      int64       `json:"cap_fen" doc:"At most so much off; 0: no cap"`
	AtFen       int64       `json:"at_fen" doc:"From this amount on"`
	Scope       price.Scope `json:"scope"`
	Stackable   bool        `json:"stackable"`
	State       string      `json:"state" enum:"open,ready,held,used,expired,void"`
	ValidFrom   int64       `json:"valid_from"`
	ValidUntil  int64       `json:"valid_until" doc:"0: counts from receipt"`
	ValidDays   int64       `json:"valid_days"`
	LeftUnits   int64       `json:"left_units" doc:"On the claim page"`
}

// GroupView is a group that buys together.
type GroupView struct {
	ID         int64        `json:"id"`
	SKUID      int64        `json:"sku_id"`
	Size       int64        `json:"size"`
	Paid       int64        `json:"paid"`
	LeftSeats  int64        `json:"left_seats"`
	State      string       `json:"state" enum:"forming,succeeded,failed"`
	DeadlineAt int64        `json:"deadline_at"`
	NowAt      int64        `json:"now_at" doc:"The server's time, for the countdown"`
	Title      string       `json:"title"`
	SKUName    string       `json:"sku_name"`
	CourseID   int64        `json:"course_id"`
	ProductID  int64        `json:"product_id"`
	CoverURL   string       `json:"cover_url"`
	Scene      string       `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	ListFen    int64        `json:"list_fen" doc:"Before every rule"`
	AloneFen   int64        `json:"alone_fen" doc:"What the caller would pay alone, before coupons and points"`
	PriceFen   int64        `json:"price_fen" doc:"What the caller would pay in the group, before coupons and points, which may be more than alone; 0: not to be had, or in a list"`
	Members    []MemberView `json:"members" nullable:"false"`
	Mine       bool         `json:"mine" doc:"The caller is in it"`
}

// MemberView is somebody in a group.
type MemberView struct {
	Nickname  string `json:"nickname"`
	AvatarURL string `json:"avatar_url"`
	JoinedAt  int64  `json:"joined_at"`
}

// GiftView is a copy that was bought to be given away.
type GiftView struct {
	Token      string `json:"token"`
	URL        string `json:"url" doc:"To be sent to the receiver"`
	Nth        int64  `json:"nth"`
	State      string `json:"state" enum:"open,received,returned"`
	ReceivedAt int64  `json:"received_at"`
	Title      string `json:"title"`
	SKUName    string `json:"sku_name"`
	Kind       string `json:"kind" enum:"course,column,lesson,bundle,membership,service,class,deposit," doc:"Of the product; empty in an order's list"`
	CourseID   int64  `json:"course_id"`
	Giver      string `json:"giver"`
	Mine       bool   `json:"mine" doc:"The caller gave it"`
	Yours      bool   `json:"yours" doc:"The caller received it"`
}

func (r *routes) coupons() {
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: "coupon", Need: web.Learner}
	}
	web.Handle(r.web, web.Route{ID: "coupons", Method: http.MethodGet, Path: "/api/coupons", Summary: "Coupons that may be claimed", Tag: "coupon", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, _ *none) (*web.Body[web.List[CouponView]], error) {
			rows, err := r.Commerce.OpenCoupons(ctx)
			out := web.List[CouponView]{Items: []CouponView{}}
			for _, k := range rows {
				v := CouponView{
					ID: k.ID, CouponID: k.ID, Name: k.Name, OffFen: k.OffFen, PayPermille: k.PayPermille, CapFen: k.CapFen, AtFen: k.AtFen, Stackable: k.Stackable, State: "open",
					ValidFrom: k.ValidFrom, ValidUntil: k.ValidUntil, ValidDays: k.ValidDays, LeftUnits: k.Stock - k.Issued,
				}
				_ = json.Unmarshal([]byte(k.Scope), &v.Scope)
				out.Items = append(out.Items, v)
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, learner("coupon_claim", http.MethodPost, "/api/coupons/{id}/claim", "Take a coupon of the claim page"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*none, error) {
			return nil, r.Commerce.ClaimCoupon(ctx, web.UserID(ctx), in.ID)
		})
	web.Handle(r.web, learner("coupon_code", http.MethodPost, "/api/coupons/code", "Take the coupon of a code"),
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" minLength:"1" maxLength:"40"`
			}
		},
		) (*none, error) {
			if err := r.Account.AdmitGuess(ctx, "coupon", web.UserID(ctx), web.CallerOf(ctx).Address); err != nil {
				return nil, err
			}
			return nil, r.Commerce.ClaimCode(ctx, web.UserID(ctx), in.Body.Code)
		})
	web.Handle(r.web, learner("wallet", http.MethodGet, "/api/me/coupons", "The caller's coupons, last received first"),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[CouponView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Wallet(ctx, web.UserID(ctx), first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			now := clock.MS(r.Clock)
			return web.Answer(web.Page(rows, in.Limit, func(c commerce.Coupon) CouponView {
				v := CouponView{
					ID: c.ID, CouponID: c.CouponID, Name: c.Name, OffFen: c.OffFen, PayPermille: c.PayPermille, CapFen: c.CapFen, AtFen: c.AtFen, Stackable: c.Stackable,
					State: c.State, ValidFrom: c.ValidFrom, ValidUntil: c.ValidUntil,
				}
				if c.State == "ready" && c.ValidUntil <= now {
					v.State = "expired"
				}
				_ = json.Unmarshal([]byte(c.Scope), &v.Scope)
				return v
			}, func(c commerce.Coupon) []int64 { return []int64{c.ID} })), nil
		})
	web.Handle(r.web, learner("redeem", http.MethodPost, "/api/redeem", "Redeem a code"),
		func(ctx context.Context, in *struct {
			Body struct {
				Code string `json:"code" minLength:"4" maxLength:"60"`
			}
		},
		) (*web.Body[Redeemed], error) {
			if err := r.Account.AdmitGuess(ctx, "redeem", web.UserID(ctx), web.CallerOf(ctx).Address); err != nil {
				return nil, err
			}
			title, err := r.Commerce.Redeem(ctx, web.UserID(ctx), in.Body.Code)
			return web.Answer(Redeemed{title}), err
		})
}

// Redeemed names what a code has opened.
type Redeemed struct {
	Title string `json:"title" doc:"Empty: the caller had redeemed it before"`
}

func (r *routes) groupBuys() {
	web.Handle(r.web, web.Route{ID: "group", Method: http.MethodGet, Path: "/api/groups/{id}", Summary: "A group with its members", Tag: "group", Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[GroupView], error) {
			p, err := r.Commerce.GroupPage(ctx, in.ID, web.UserID(ctx), platform(ctx))
			if err != nil {
				return nil, err
			}
			v := r.groupView(p.Group)
			v.Title, v.SKUName, v.CourseID, v.ProductID, v.ListFen = p.Offer.Title, p.Offer.SKUName, p.Offer.CourseID, p.Offer.ProductID, p.Offer.PriceFen
			v.AloneFen, v.PriceFen = p.AloneFen, p.PriceFen
			v.CoverURL, v.Scene = imageURL(p.Offer.Cover), scene(p.Offer.Scene)
			for _, m := range p.Members {
				v.Members = append(v.Members, MemberView{m.Nickname, imageURL(m.Avatar), m.At})
				v.Mine = v.Mine || m.UserID == web.UserID(ctx) && m.UserID != 0
			}
			return web.Answer(v), nil
		})
	web.Handle(r.web, web.Route{ID: "groups", Method: http.MethodGet, Path: "/api/skus/{id}/groups", Summary: "Groups that may still be joined", Tag: "group", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[web.List[GroupView]], error) {
			if _, err := r.Catalog.Offer(ctx, r.Settings.DB, in.ID, platform(ctx)); err != nil {
				return nil, err
			}
			rows, err := r.Commerce.OpenGroups(ctx, in.ID)
			out := web.List[GroupView]{Items: []GroupView{}}
			for _, g := range rows {
				out.Items = append(out.Items, r.groupView(g))
			}
			return web.Answer(out), err
		})
}

func (r *routes) groupView(g commerce.Group) GroupView {
	return GroupView{
		ID: g.ID, SKUID: g.SKUID, Size: g.Size, Paid: g.Paid, LeftSeats: g.Size - g.Seats, State: g.State, DeadlineAt: g.DeadlineAt, NowAt: clock.MS(r.Clock),
		Scene: scene(""), Members: []MemberView{},
	}
}

func (r *routes) gifts() {
	web.Handle(r.web, web.Route{ID: "gifts", Method: http.MethodGet, Path: "/api/orders/{no}/gifts", Summary: "The copies of a gift order", Tag: "gift", Need: web.Learner},
		func(ctx context.Context, in *Numbered) (*web.Body[web.List[GiftView]], error) {
			rows, err := r.Commerce.GiftsOf(ctx, web.UserID(ctx), in.No)
			out := web.List[GiftView]{Items: []GiftView{}}
			for _, g := range rows {
				out.Items = append(out.Items, r.giftView(g, true))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "gifts_return", Method: http.MethodPost, Path: "/api/orders/{no}/gifts/return", Summary: "Money back for copies that nobody received", Tag: "gift", Need: web.Learner},
		func(ctx context.Context, in *Numbered) (*web.Body[OrderView], error) {
			if _, err := r.Commerce.ReturnGifts(ctx, web.UserID(ctx), in.No); err != nil {
				return nil, err
			}
			o, err := r.Commerce.Order(ctx, web.UserID(ctx), in.No)
			return r.orderAnswer(ctx, o, err)
		})
	web.Handle(r.web, web.Route{ID: "gift", Method: http.MethodGet, Path: "/api/gifts/{token}", Summary: "What somebody gives", Tag: "gift", Need: web.Anyone},
		func(ctx context.Context, in *GiftToken) (*web.Body[GiftView], error) {
			p, err := r.Commerce.GiftPage(ctx, in.Token)
			if err != nil {
				return nil, err
			}
			v := r.giftView(p.Gift, p.Gift.GiverID == web.UserID(ctx))
			v.Yours = p.Gift.ReceiverID != 0 && p.Gift.ReceiverID == web.UserID(ctx)
			v.Title, v.SKUName, v.CourseID, v.Giver, v.Kind = p.Item.Title, p.Item.SKUName, p.Item.CourseID, p.Giver, p.Item.Kind
			return web.Answer(v), nil
		})
	web.Handle(r.web, web.Route{ID: "gift_receive", Method: http.MethodPost, Path: "/api/gifts/{token}/receive", Summary: "Receive a gift", Tag: "gift", Need: web.Learner},
		func(ctx context.Context, in *GiftToken) (*none, error) {
			return nil, r.Commerce.ReceiveGift(ctx, web.UserID(ctx), in.Token)
		})
}

// GiftToken names a gift by its secret.
type GiftToken struct {
	Token string `path:"token" minLength:"8" maxLength:"64"`
}

func (r *routes) giftView(g commerce.Gift, mine bool) GiftView {
	return GiftView{Token: g.Token, URL: r.PublicURL + "/gift/" + g.Token, Nth: g.Nth, State: g.State, ReceivedAt: g.ReceivedAt, Mine: mine}
}
