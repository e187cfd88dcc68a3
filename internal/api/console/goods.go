package console

import (
	"cmp"
	"context"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// GoodsInput is what the form of a bundle, membership, service or single lesson
// saves.
type GoodsInput struct {
	Title       string `json:"title" maxLength:"240"`
	Promise     string `json:"promise" maxLength:"400"`
	IntroHTML   string `json:"intro_html" maxLength:"200000"`
	Cover       string `json:"cover,omitempty" maxLength:"200" doc:"Blob key"`
	Scene       string `json:"scene,omitempty" maxLength:"20"`
	Position    int64  `json:"position,omitempty"`
	Rank        int64  `json:"rank,omitempty" doc:"Membership: the higher tier has the higher rank"`
	PayPermille int64  `json:"pay_permille" minimum:"1" maximum:"1000" doc:"Membership: ‰ that members pay for what is not open anyway"`
	OpensAll    bool   `json:"opens_all,omitempty" doc:"Membership: opens every course"`
}

// PartInput is a course or category that a bundle or membership opens.
type PartInput struct {
	Kind  string `json:"kind" enum:"course,category"`
	RefID int64  `json:"ref_id"`
}

// GoodsRow is a product in a list.
type GoodsRow struct {
	ID        int64  `json:"id"`
	Kind      string `json:"kind" enum:"lesson,bundle,membership,service"`
	Title     string `json:"title" doc:"Of a lesson sold alone the lesson's; empty once that is deleted"`
	CoverURL  string `json:"cover_url"`
	Status    string `json:"status" enum:"draft,published,unpublished"`
	LessonID  int64  `json:"lesson_id"`
	CourseID  int64  `json:"course_id"`
	UpdatedAt int64  `json:"updated_at"`
	Offers    int64  `json:"offers" doc:"Active offers"`
	FromFen   int64  `json:"from_fen" doc:"The lowest price of these, of a trial only when there is nothing else; 0 when there are none, too"`
}

// GoodsDetail is a product in its editor.
type GoodsDetail struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind" enum:"lesson,bundle,membership,service"`
	Status   string `json:"status" enum:"draft,published,unpublished"`
	CoverURL string `json:"cover_url"`
	LessonID int64  `json:"lesson_id"`
	CourseID int64  `json:"course_id"`
	GoodsInput
	RefundDays              int64       `json:"refund_days"`
	RefundMaxWatchedPercent int64       `json:"refund_max_watched_percent"`
	SKUs                    []SKUView   `json:"skus" nullable:"false"`
	Parts                   []PartInput `json:"parts" nullable:"false"`
	VirtualItems            []ItemView  `json:"virtual_items" nullable:"false"`
}

func goodsRow(p catalog.ListedGoods) GoodsRow {
	return GoodsRow{p.ID, p.Kind, cmp.Or(p.Title, p.LessonTitle), media.ImageURL(p.Cover), p.Status, p.LessonID, p.CourseID, p.UpdatedAt, p.Offers, p.FromFen}
}

func (r *routes) goods() {
	const tag = "console goods"
	web.Handle(r.web, route("goods", http.MethodGet, "products", "Products that are not courses, by kind", tag, account.PermProductRead),
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" enum:"lesson,bundle,membership,service" required:"true"`
		},
		) (*web.Body[web.List[GoodsRow]], error) {
			rows, err := r.Catalog.GoodsList(ctx, in.Kind, true)
			out := web.List[GoodsRow]{Items: []GoodsRow{}}
			for _, p := range rows {
				out.Items = append(out.Items, goodsRow(p))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("goods_add", http.MethodPost, "products", "Make a draft", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			Body struct {
				Kind     string `json:"kind" enum:"lesson,bundle,membership,service"`
				Title    string `json:"title,omitempty" maxLength:"240"`
				LessonID int64  `json:"lesson_id,omitempty" doc:"The lesson that is sold alone"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Catalog.AddGoods(ctx, in.Body.Kind, in.Body.Title, in.Body.LessonID)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("goods_one", http.MethodGet, "products/{id}", "A product with its offers", tag, account.PermProductRead),
		func(ctx context.Context, in *ByID) (*web.Body[GoodsDetail], error) { return r.goodsDetail(ctx, in.ID) })
	web.Handle(r.web, route("goods_save", http.MethodPut, "products/{id}", "Change a product", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body GoodsInput
		},
		) (*web.Body[GoodsDetail], error) {
			b := in.Body
			if err := r.Catalog.SaveGoods(ctx, in.ID, catalog.Goods{
				Title: b.Title, Promise: b.Promise, IntroHTML: b.IntroHTML, Cover: b.Cover, Scene: b.Scene, Position: b.Position, Rank: b.Rank, PayPermille: b.PayPermille, OpensAll: b.OpensAll,
			}); err != nil {
				return nil, err
			}
			return r.goodsDetail(ctx, in.ID)
		})
	web.Handle(r.web, route("goods_parts", http.MethodPut, "products/{id}/parts", "Say what a bundle or membership opens", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Parts []PartInput `json:"parts" nullable:"false" maxItems:"500"`
			}
		},
		) (*web.Body[GoodsDetail], error) {
			parts := make([]catalog.PartRef, 0, len(in.Body.Parts))
			for _, x := range in.Body.Parts {
				parts = append(parts, catalog.PartRef{Kind: x.Kind, RefID: x.RefID})
			}
			if err := r.Catalog.SetParts(ctx, in.ID, parts); err != nil {
				return nil, err
			}
			return r.goodsDetail(ctx, in.ID)
		})
	web.Handle(r.web, route("goods_publish", http.MethodPost, "products/{id}/publish", "Put a product on sale or take it off", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*web.Body[GoodsDetail], error) {
			if err := r.Catalog.PublishGoods(ctx, in.ID, in.Body.On); err != nil {
				return nil, err
			}
			return r.goodsDetail(ctx, in.ID)
		})
}

func (r *routes) goodsDetail(ctx context.Context, productID int64) (*web.Body[GoodsDetail], error) {
	p, skus, err := r.Catalog.ProductByID(ctx, productID, true)
	if err != nil {
		return nil, err
	}
	v := GoodsDetail{
		ID: p.ID, Kind: p.Kind, Status: p.Status, CoverURL: media.ImageURL(p.Cover), LessonID: p.LessonID, CourseID: p.CourseID,
		GoodsInput: GoodsInput{
			Title: p.Title, Promise: p.Promise, IntroHTML: p.IntroHTML, Cover: p.Cover, Scene: p.Scene, Position: p.Position, Rank: p.Rank, PayPermille: p.PayPermille, OpensAll: p.OpensAll,
		},
		RefundDays: p.RefundDays, RefundMaxWatchedPercent: p.RefundMaxWatchedPercent, SKUs: []SKUView{}, Parts: []PartInput{}, VirtualItems: []ItemView{},
	}
	for _, k := range skus {
		v.SKUs = append(v.SKUs, skuView(k))
	}
	parts, err := r.Catalog.Parts(ctx, productID)
	if err != nil {
		return nil, err
	}
	for _, x := range parts {
		v.Parts = append(v.Parts, PartInput{x.Kind, x.RefID})
	}
	items, err := r.Catalog.Items(ctx, r.Settings.DB, productID)
	for _, it := range items {
		v.VirtualItems = append(v.VirtualItems, itemView(it))
	}
	return web.Answer(v), err
}
