package console

import (
	"context"
	"net/http"
	"strconv"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// SKUInput is what the price form saves.
type SKUInput struct {
	Name           string           `json:"name" maxLength:"120"`
	PriceFen       int64            `json:"price_fen" minimum:"0"`
	PeriodDays     int64            `json:"period_days" minimum:"0" doc:"0: for good"`
	TaxCategory    string           `json:"tax_category" enum:"digital_service,service,book,goods"`
	TaxRate        string           `json:"tax_rate,omitempty" enum:",0,1,3,6,9,13" doc:"Percent; empty: that of the tax category"`
	TaxCode        string           `json:"tax_code,omitempty" maxLength:"19" doc:"Tax classification code, 19 digits; empty: that of the tax category"`
	Active         bool             `json:"active"`
	Position       int64            `json:"position,omitempty"`
	PlatformPrices map[string]int64 `json:"platform_prices" nullable:"false" doc:"platform → fen, where it differs"`
	PeriodMonths   int64            `json:"period_months,omitempty" minimum:"0"`
	UntilAt        int64            `json:"until_at,omitempty" minimum:"0" doc:"A fixed date"`
	SaleFrom       int64            `json:"sale_from,omitempty" minimum:"0"`
	SaleUntil      int64            `json:"sale_until,omitempty" minimum:"0"`
	Stock          int64            `json:"stock,omitempty" minimum:"0" doc:"0: unlimited"`
	PerUser        int64            `json:"per_user,omitempty" minimum:"0" doc:"0: no limit"`
	Trial          bool             `json:"trial,omitempty" doc:"Only for who never had the product"`
	TierPrices     map[string]int64 `json:"tier_prices,omitempty" doc:"membership → fen for its members"`
}

func (b SKUInput) sku(skuID int64) (catalog.SKU, error) {
	k := catalog.SKU{
		ID: skuID, Name: b.Name, PriceFen: b.PriceFen, PeriodDays: b.PeriodDays, PeriodMonths: b.PeriodMonths, UntilAt: b.UntilAt, TaxCategory: b.TaxCategory, TaxRate: b.TaxRate, TaxCode: b.TaxCode, Active: b.Active,
		SaleFrom: b.SaleFrom, SaleUntil: b.SaleUntil, Stock: b.Stock, PerUser: b.PerUser, Trial: b.Trial, Position: b.Position, Platforms: b.PlatformPrices, Tiers: map[int64]int64{},
	}
	for tier, fen := range b.TierPrices {
		n, err := strconv.ParseInt(tier, 10, 64)
		if err != nil {
			return k, catalog.ErrSKU.Field("tier_prices", "没有这个会员")
		}
		k.Tiers[n] = fen
	}
	return k, nil
}

// SKUView is an offer in the editor.
type SKUView struct {
	ID int64 `json:"id"`
	SKUInput
}

// ItemView is an item of virtual payment.
type ItemView struct {
	ItemID    string `json:"item_id"`
	SKUID     int64  `json:"sku_id"`
	PriceFen  int64  `json:"price_fen"`
	State     string `json:"state" enum:"wanted,uploading,uploaded,publishing,published,failed"`
	Message   string `json:"message"`
	UpdatedAt int64  `json:"updated_at"`
}

func itemView(it catalog.Item) ItemView {
	return ItemView{it.ItemID, it.SKUID, it.PriceFen, it.State, it.Message, it.UpdatedAt}
}

func skuView(k catalog.SKU) SKUView {
	v := SKUView{k.ID, SKUInput{
		Name: k.Name, PriceFen: k.PriceFen, PeriodDays: k.PeriodDays, PeriodMonths: k.PeriodMonths, UntilAt: k.UntilAt, TaxCategory: k.TaxCategory, TaxRate: k.TaxRate, TaxCode: k.TaxCode, Active: k.Active,
		SaleFrom: k.SaleFrom, SaleUntil: k.SaleUntil, Stock: k.Stock, PerUser: k.PerUser, Trial: k.Trial, Position: k.Position, PlatformPrices: k.Platforms, TierPrices: map[string]int64{},
	}}
	for tier, fen := range k.Tiers {
		v.TierPrices[strconv.FormatInt(tier, 10)] = fen
	}
	return v
}

func (r *routes) selling() {
	web.Handle(r.web, route("sku_save", http.MethodPut, "products/{id}/skus/{sku_id}", "Add (0) or change an offer", "console course", account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			SKUID int64 `path:"sku_id"`
			Body  SKUInput
		},
		) (*web.Body[Made], error) {
			k, err := in.Body.sku(in.SKUID)
			if err != nil {
				return nil, err
			}
			n, err := r.Catalog.SaveSKU(ctx, in.ID, k)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, quiet(route("refund_policy", http.MethodPut, "products/{id}/refund-policy", "Set the refund promise of future orders", "console course", account.PermProductEdit)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Days              int64 `json:"days" minimum:"0" maximum:"365"`
				MaxWatchedPercent int64 `json:"max_watched_percent" minimum:"0" maximum:"100"`
			}
		},
		) (*none, error) {
			return nil, r.Catalog.SetRefundPolicy(ctx, in.ID, in.Body.Days, in.Body.MaxWatchedPercent)
		})
}

// InstructorView is an instructor.
type InstructorView struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Bio       string `json:"bio"`
	Avatar    string `json:"avatar" doc:"Blob key"`
	AvatarURL string `json:"avatar_url"`
}

func (r *routes) people() {
	const tag = "console shelf"
	web.Handle(r.web, route("instructors", http.MethodGet, "instructors", "Instructors", tag, account.PermCourseRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[InstructorView]], error) {
			rows, err := r.Catalog.Instructors(ctx)
			out := web.List[InstructorView]{Items: []InstructorView{}}
			for _, i := range rows {
				out.Items = append(out.Items, InstructorView{i.ID, i.Name, i.Title, i.Bio, i.Avatar, media.ImageURL(i.Avatar)})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("instructor_save", http.MethodPut, "instructors/{id}", "Add (0) or change an instructor", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Name   string `json:"name" maxLength:"80"`
				Title  string `json:"title" maxLength:"120"`
				Bio    string `json:"bio" maxLength:"4000"`
				Avatar string `json:"avatar,omitempty" maxLength:"200"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Catalog.SaveInstructor(ctx, catalog.Instructor{ID: in.ID, Name: in.Body.Name, Title: in.Body.Title, Bio: in.Body.Bio, Avatar: in.Body.Avatar})
			return web.Answer(Made{n}), err
		})
}

// CategoryView is a category.
type CategoryView struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Slug        string `json:"slug"`
	Position    int64  `json:"position"`
	CourseCount int64  `json:"course_count"`
}

// BannerInput is what the banner form saves.
type BannerInput struct {
	Title    string `json:"title" maxLength:"160"`
	Subtitle string `json:"subtitle" maxLength:"300"`
	Note     string `json:"note,omitempty" maxLength:"60"`
	Image    string `json:"image,omitempty" maxLength:"200" doc:"Blob key"`
	Link     string `json:"link,omitempty" maxLength:"200" doc:"On this site, from /"`
	Position int64  `json:"position,omitempty"`
	Active   bool   `json:"active"`
}

// BannerView is a banner.
type BannerView struct {
	ID int64 `json:"id"`
	BannerInput
	ImageURL string `json:"image_url"`
}

func (r *routes) shelf() {
	const tag = "console shelf"
	web.Handle(r.web, route("categories", http.MethodGet, "categories", "Categories", tag, account.PermCourseRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[CategoryView]], error) {
			rows, err := r.Catalog.Categories(ctx)
			out := web.List[CategoryView]{Items: []CategoryView{}}
			for _, c := range rows {
				out.Items = append(out.Items, CategoryView(c))
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("category_save", http.MethodPut, "categories/{id}", "Add (0) or change a category", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Name     string `json:"name" maxLength:"40"`
				Slug     string `json:"slug" maxLength:"40"`
				Position int64  `json:"position,omitempty"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Catalog.SaveCategory(ctx, catalog.Category{ID: in.ID, Name: in.Body.Name, Slug: in.Body.Slug, Position: in.Body.Position})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("category_delete", http.MethodDelete, "categories/{id}", "Delete an unused category", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Catalog.DeleteCategory(ctx, in.ID) })
	web.Handle(r.web, route("banners", http.MethodGet, "banners", "Banners", tag, account.PermProductRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[BannerView]], error) {
			rows, err := r.Catalog.Banners(ctx, true)
			out := web.List[BannerView]{Items: []BannerView{}}
			for _, b := range rows {
				out.Items = append(out.Items, BannerView{b.ID, BannerInput{b.Title, b.Subtitle, b.Note, b.Image, b.Link, b.Position, b.Active}, media.ImageURL(b.Image)})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("banner_save", http.MethodPut, "banners/{id}", "Add (0) or change a banner", tag, account.PermCoursePublish),
		func(ctx context.Context, in *struct {
			ByID
			Body BannerInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Catalog.SaveBanner(ctx, catalog.Banner{ID: in.ID, Title: b.Title, Subtitle: b.Subtitle, Note: b.Note, Image: b.Image, Link: b.Link, Position: b.Position, Active: b.Active})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("banner_delete", http.MethodDelete, "banners/{id}", "Delete a banner", tag, account.PermCoursePublish),
		func(ctx context.Context, in *ByID) (*none, error) { return nil, r.Catalog.DeleteBanner(ctx, in.ID) })
}
