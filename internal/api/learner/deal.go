package learner

import (
	"cmp"
	"context"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
)

// DealView is a promotion as a list shows it, the same for everybody on a platform:
// it runs from starts_at, which may be a day ahead, until ends_at by the server's time.
type DealView struct {
	Kind      string `json:"kind" enum:"flash,group,newcomer"`
	Label     string `json:"label"`
	SKUID     int64  `json:"sku_id" doc:"The one that costs least with it"`
	SKUName   string `json:"sku_name"`
	PriceFen  int64  `json:"price_fen" doc:"Of that SKU"`
	WasFen    int64  `json:"was_fen" doc:"What that SKU really cost in the last 7 days, to be crossed out; 0: nothing to compare with"`
	StartsAt  int64  `json:"starts_at"`
	EndsAt    int64  `json:"ends_at"`
	GroupSize int64  `json:"group_size"`
	LeftUnits int64  `json:"left_units" doc:"−1: no quota"`
	NowAt     int64  `json:"now_at" doc:"The server's time, for the countdown"`
	Varies    bool   `json:"varies" doc:"Other SKUs cost something else while it runs: say 起"`
}

// PromisedPrice is what a SKU costs with a promotion.
type PromisedPrice struct {
	SKUID    int64 `json:"sku_id"`
	PriceFen int64 `json:"price_fen"`
	WasFen   int64 `json:"was_fen" doc:"What it really cost in the last 7 days, to be crossed out; 0: nothing to compare with"`
}

// dealt writes on cards what their courses cost now, and what runs for them or begins
// soon.
func (r *routes) dealt(ctx context.Context, shelves ...[]CourseCard) error {
	var ids []int64
	for _, list := range shelves {
		for _, c := range list {
			if !c.IsFree && !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	tags, err := r.Commerce.Tags(ctx, platform(ctx), ids)
	for _, list := range shelves {
		for i := range list {
			c := &list[i]
			if t, ok := tags[c.ID]; ok {
				c.PriceFen, c.ForSale, c.Varies, c.Deals = max(t.PriceFen, 0), t.PriceFen >= 0, t.Varies, r.dealViews(t.Deals)
			}
		}
	}
	return err
}

// goodsDealt does the same for other goods.
func (r *routes) goodsDealt(ctx context.Context, list []GoodsCard) error {
	ids := make([]int64, len(list))
	for i, g := range list {
		ids[i] = g.ID
	}
	tags, err := r.Commerce.Tags(ctx, platform(ctx), ids)
	for i := range list {
		t := tags[list[i].ID]
		list[i].PriceFen, list[i].Varies, list[i].Deals = t.PriceFen, t.Varies, r.dealViews(t.Deals)
	}
	return err
}

func (r *routes) dealViews(deals []commerce.Deal) []DealView {
	out := []DealView{}
	for _, d := range deals {
		out = append(out, DealView{d.Kind, d.Label, d.SKUID, d.SKUName, d.PriceFen, d.WasFen, d.StartsAt, d.EndsAt, d.GroupSize, d.Left, clock.MS(r.Clock), d.Varies})
	}
	return out
}

// goodsCard makes the card of a product other than a course.
func goodsCard(g catalog.GoodsCard) GoodsCard {
	return GoodsCard{ID: g.ID, Kind: g.Kind, CourseID: g.CourseID, Title: g.Title, Promise: g.Promise, CoverURL: imageURL(g.Cover), Scene: scene(g.Scene), PriceFen: -1, Deals: []DealView{}}
}

// flashShelf lists goods of every kind with a flash sale: those where one runs first,
// then those where it begins soonest.
func (r *routes) flashShelf(ctx context.Context, limit int) ([]GoodsCard, error) {
	named, err := r.Commerce.FlashShelf(ctx, platform(ctx), 2*limit)
	if err != nil {
		return nil, err
	}
	var courseIDs, productIDs []int64
	for _, g := range named {
		if g.OfCourse() {
			courseIDs = append(courseIDs, g.CourseID)
		} else {
			productIDs = append(productIDs, g.ProductID)
		}
	}
	courses, err := r.Catalog.Shown(ctx, platform(ctx), courseIDs)
	if err != nil {
		return nil, err
	}
	goods, err := r.Catalog.GoodsNamed(ctx, productIDs)
	if err != nil {
		return nil, err
	}
	list := []GoodsCard{}
	for _, n := range named {
		if c, ok := courses[n.CourseID]; ok && n.OfCourse() {
			list = append(list, goodsCard(catalog.GoodsCard{ID: n.ProductID, Kind: c.Form, CourseID: c.ID, Title: c.Title, Promise: c.Promise, Cover: c.Cover, Scene: c.Scene}))
		} else if g, ok := goods[n.ProductID]; ok && !n.OfCourse() {
			list = append(list, goodsCard(g))
		}
	}
	if err := r.goodsDealt(ctx, list); err != nil {
		return nil, err
	}
	// A sale may have ended, or have been sold out, between the two questions.
	list = slices.DeleteFunc(list, func(g GoodsCard) bool { return startsAt(g.Deals) < 0 })
	slices.SortStableFunc(list, func(a, b GoodsCard) int { return cmp.Compare(startsAt(a.Deals), startsAt(b.Deals)) })
	return list[:min(limit, len(list))], nil
}

// startsAt is when the first flash sale begins, ms; 0 while one runs, −1 without any.
func startsAt(deals []DealView) int64 {
	at := int64(-1)
	for _, d := range deals {
		if d.Kind != string(price.Flash) {
			continue
		}
		if d.StartsAt <= d.NowAt {
			return 0
		}
		if at < 0 || d.StartsAt < at {
			at = d.StartsAt
		}
	}
	return at
}
