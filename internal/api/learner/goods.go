package learner

import (
	"context"
	"net/http"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/web"
)

// GoodsCard is a product in a list of goods of several kinds.
type GoodsCard struct {
	ID       int64      `json:"id" doc:"Of the product"`
	Kind     string     `json:"kind" enum:"course,column,lesson,bundle,membership,service"`
	CourseID int64      `json:"course_id" doc:"Of a course or column, and of a lesson sold alone"`
	Title    string     `json:"title"`
	Promise  string     `json:"promise"`
	CoverURL string     `json:"cover_url" doc:"Empty: draw the scene"`
	Scene    string     `json:"scene" enum:"boat,report,bird,poem,data,rice,brush,deed"`
	PriceFen int64      `json:"price_fen" doc:"Lowest on this platform now, without promotions; −1: not for sale here"`
	Varies   bool       `json:"varies" doc:"Other SKUs cost more: say 起"`
	Deals    []DealView `json:"deals" nullable:"false" doc:"In lists: what runs for it or begins within a day"`
}

// GoodsDetail is the page of a product that is not a course.
type GoodsDetail struct {
	GoodsCard
	IntroHTML    string           `json:"intro_html"`
	CategoryID   int64            `json:"category_id" doc:"Of its course"`
	LessonID     int64            `json:"lesson_id"`
	Form         string           `json:"form" enum:",video,audio,article,live,document,ebook,quiz,homework,booking" doc:"Of a lesson sold alone"`
	DurationMS   int64            `json:"duration_ms" doc:"Of a lesson sold alone"`
	PageCount    int64            `json:"page_count" doc:"Of a document sold alone"`
	PayPermille  int64            `json:"pay_permille" doc:"Membership: ‰ paid for what is not open anyway; 1000: no discount"`
	OpensAll     bool             `json:"opens_all" doc:"Membership: every course"`
	SKUs         []SKUView        `json:"skus" nullable:"false"`
	Courses      []CourseCard     `json:"courses" nullable:"false" doc:"That it opens"`
	Categories   []CategoryView   `json:"categories" nullable:"false" doc:"Membership: that it opens"`
	RefundPolicy RefundPolicyView `json:"refund_policy"`
}

// MembershipView is a tier that the caller has.
type MembershipView struct {
	ProductID int64  `json:"product_id"`
	Title     string `json:"title"`
	UntilAt   int64  `json:"until_at"`
	OpensAll  bool   `json:"opens_all" doc:"Every course"`
}

// PricesView is what a product costs the caller.
type PricesView struct {
	Items   []PersonalPrice `json:"items" nullable:"false"`
	Visitor string          `json:"visitor" doc:"To be sent next time, and once after sign-in"`
}

// PersonalPrice is what a SKU costs the caller.
type PersonalPrice struct {
	Kind     string `json:"kind" enum:"experiment,newcomer"`
	SKUID    int64  `json:"sku_id"`
	ListFen  int64  `json:"list_fen"`
	PriceFen int64  `json:"price_fen"`
}

// PromotionView is a promotion that a page may show: what it gives, to whom, until
// when. Countdowns run on NowAt, the server's time.
type PromotionView struct {
	ID          int64           `json:"id"`
	Kind        string          `json:"kind" enum:"newcomer,flash,group,threshold,bargain,experiment" doc:"experiment: ask for the caller's prices"`
	Label       string          `json:"label"`
	SKUIDs      []int64         `json:"sku_ids" nullable:"false" doc:"What it is for here"`
	Prices      []PromisedPrice `json:"prices" nullable:"false" doc:"Of those that it gives a price; where only published prices are charged, of those alone"`
	PriceFen    int64           `json:"price_fen" doc:"0: by pay_permille or steps"`
	PayPermille int64           `json:"pay_permille"`
	CapFen      int64           `json:"cap_fen" doc:"At most so much off, with pay_permille; 0: no cap"`
	Steps       []price.Step    `json:"steps" nullable:"false" doc:"Threshold: the highest reached counts"`
	StartsAt    int64           `json:"starts_at" doc:"May be up to a day ahead"`
	EndsAt      int64           `json:"ends_at"`
	GroupSize   int64           `json:"group_size"`
	GroupHours  int64           `json:"group_hours"`
	Helpers     int64           `json:"helpers" doc:"Bargain: so many cut it down to price_fen"`
	HelpHours   int64           `json:"help_hours"`
	LeftUnits   int64           `json:"left_units" doc:"−1: no quota"`
	Note        string          `json:"note"`
	NowAt       int64           `json:"now_at"`
}

func (r *routes) goods() {
	web.Handle(r.web, web.Route{ID: "goods", Method: http.MethodGet, Path: "/api/products", Summary: "Bundles, memberships or services on sale", Tag: "course", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" enum:"bundle,membership,service" required:"true"`
		},
		) (*web.Body[web.List[GoodsCard]], error) {
			rows, err := r.Catalog.GoodsCards(ctx, in.Kind)
			if err != nil {
				return nil, err
			}
			out := web.List[GoodsCard]{Items: []GoodsCard{}}
			for _, p := range rows {
				out.Items = append(out.Items, goodsCard(p))
			}
			return web.Answer(out), r.goodsDealt(ctx, out.Items)
		})
	web.Handle(r.web, web.Route{ID: "goods_one", Method: http.MethodGet, Path: "/api/products/{id}", Summary: "The page of a bundle, membership, service or single lesson", Tag: "course", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[GoodsDetail], error) {
			v, err := r.goodsDetail(ctx, in.ID)
			return web.Answer(v), err
		})
	web.Handle(r.web, web.Route{ID: "lesson_goods", Method: http.MethodGet, Path: "/api/lessons/{id}/product", Summary: "The product that sells a lesson alone", Tag: "course", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[GoodsDetail], error) {
			p, _, err := r.Catalog.LessonProduct(ctx, in.ID, false)
			if err != nil {
				return nil, err
			}
			v, err := r.goodsDetail(ctx, p.ID)
			return web.Answer(v), err
		})
	web.Handle(r.web, web.Route{ID: "promotions", Method: http.MethodGet, Path: "/api/products/{id}/promotions", Summary: "Promotions that a product's page shows", Tag: "course", Need: web.Public, Cache: publicCache},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		},
		) (*web.Body[web.List[PromotionView]], error) {
			if _, _, err := r.Catalog.ProductByID(ctx, in.ID, false); err != nil {
				return nil, err
			}
			rows, err := r.Commerce.Shown(ctx, in.ID, platform(ctx))
			out := web.List[PromotionView]{Items: []PromotionView{}}
			for _, p := range rows {
				v := PromotionView{
					ID: p.ID, Kind: p.Kind, Label: p.Label, SKUIDs: []int64{}, Prices: []PromisedPrice{}, PriceFen: p.PriceFen, PayPermille: p.PayPermille, CapFen: p.CapFen, Steps: p.Levels(),
					StartsAt: p.StartsAt, EndsAt: p.EndsAt, GroupSize: p.GroupSize, GroupHours: p.GroupHours, Helpers: p.Helpers, HelpHours: p.HelpHours, LeftUnits: p.Left, Note: p.Note, NowAt: clock.MS(r.Clock),
				}
				for _, d := range p.Deals {
					v.SKUIDs = append(v.SKUIDs, d.SKUID)
					if d.PriceFen > 0 {
						v.Prices = append(v.Prices, PromisedPrice{d.SKUID, d.PriceFen, d.WasFen})
					}
				}
				out.Items = append(out.Items, v)
			}
			if err != nil {
				return nil, err
			}
			trials, err := r.Commerce.TrialSKUs(ctx, in.ID, platform(ctx))
			if len(trials) > 0 {
				out.Items = append(out.Items, PromotionView{Kind: "experiment", SKUIDs: trials, Prices: []PromisedPrice{}, Steps: []price.Step{}, LeftUnits: -1, NowAt: clock.MS(r.Clock)})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "product_prices", Method: http.MethodPost, Path: "/api/products/{id}/prices", Summary: "The caller's own prices of a product", Tag: "course", Need: web.Anyone},
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Visitor string `json:"visitor,omitempty" maxLength:"200" doc:"What an earlier answer gave"`
			}
		},
		) (*web.Body[PricesView], error) {
			rows, visitor, err := r.Commerce.Prices(ctx, in.ID, web.UserID(ctx), in.Body.Visitor, platform(ctx))
			out := PricesView{Items: []PersonalPrice{}, Visitor: visitor}
			if err != nil {
				return nil, err
			}
			first, err := r.Commerce.FirstPrices(ctx, in.ID, web.UserID(ctx), platform(ctx))
			for _, p := range slices.Concat(rows, first) {
				out.Items = append(out.Items, PersonalPrice{string(p.Kind), p.SKUID, p.ListFen, p.PriceFen})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, web.Route{ID: "memberships_mine", Method: http.MethodGet, Path: "/api/me/memberships", Summary: "Memberships that the caller has", Tag: "me", Need: web.Learner},
		func(ctx context.Context, _ *none) (*web.Body[web.List[MembershipView]], error) {
			rows, err := r.memberships(ctx, web.UserID(ctx))
			return web.Answer(web.List[MembershipView]{Items: rows}), err
		})
}

// goodsDetail reads a published product that is not a course.
func (r *routes) goodsDetail(ctx context.Context, productID int64) (GoodsDetail, error) {
	p, skus, err := r.Catalog.ProductByID(ctx, productID, false)
	if err != nil {
		return GoodsDetail{}, err
	}
	if p.OfCourse() || p.Status != catalog.Published {
		return GoodsDetail{}, catalog.ErrProductGone
	}
	if skus, err = r.Commerce.OnSale(ctx, platform(ctx), p.ID, skus); err != nil {
		return GoodsDetail{}, err
	}
	v := GoodsDetail{
		GoodsCard: goodsCard(catalog.GoodsCard{ID: p.ID, Kind: p.Kind, CourseID: p.CourseID, Title: p.Title, Promise: p.Promise, Cover: p.Cover, Scene: p.Scene}),
		IntroHTML: p.IntroHTML, LessonID: p.LessonID, PayPermille: p.PayPermille, OpensAll: p.OpensAll,
		SKUs: []SKUView{}, Courses: []CourseCard{}, Categories: []CategoryView{}, RefundPolicy: refundPolicy(p, timed(skus)),
	}
	for _, k := range skus {
		fen := k.PriceOn(platform(ctx))
		v.Varies = v.Varies || v.PriceFen >= 0 && fen != v.PriceFen
		if v.PriceFen < 0 || fen < v.PriceFen {
			v.PriceFen = fen
		}
		v.SKUs = append(v.SKUs, skuView(k, fen))
	}
	if p.Kind == catalog.KindLesson {
		l, err := r.Catalog.Lesson(ctx, p.LessonID)
		if err != nil {
			return v, err
		}
		c, _, err := r.Catalog.Course(ctx, 0, l.CourseID)
		v.Title, v.CategoryID = l.Title, c.CategoryID
		v.Form, v.DurationMS, v.PageCount = l.Form, l.DurationMS, l.PageCount
		return v, err
	}
	rows, err := r.Catalog.PartCards(ctx, platform(ctx), p.ID)
	if err != nil {
		return v, err
	}
	v.Courses = cards(rows)
	if err := r.dealt(ctx, v.Courses); err != nil {
		return v, err
	}
	parts, err := r.Catalog.Parts(ctx, p.ID)
	if err != nil {
		return v, err
	}
	opened := map[int64]bool{}
	for _, x := range parts {
		opened[x.RefID] = opened[x.RefID] || x.Kind == "category"
	}
	all, err := r.categories(ctx)
	for _, c := range all {
		if opened[c.ID] {
			v.Categories = append(v.Categories, c)
		}
	}
	return v, err
}
