package learner

import (
	"cmp"
	"context"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
)

// DealView is a promotion as a list shows it, the same for everybody on a platform:
// it runs from starts_at, which may be a day ahead, until ends_at by the server's time.
type DealView struct {
	Kind      string `json:"kind" enum:"flash,group,newcomer"`
	Label     string `json:"label"`
	PriceFen  int64  `json:"price_fen" doc:"Of the SKU that costs least with it"`
	WasFen    int64  `json:"was_fen" doc:"What that SKU really cost in the last 7 days, to be crossed out; 0: nothing to compare with"`
	StartsAt  int64  `json:"starts_at"`
	EndsAt    int64  `json:"ends_at"`
	GroupSize int64  `json:"group_size"`
	LeftUnits int64  `json:"left_units" doc:"−1: no quota"`
	NowAt     int64  `json:"now_at" doc:"The server's time, for the countdown"`
}

// PromisedPrice is what a SKU costs with a promotion.
type PromisedPrice struct {
	SKUID    int64 `json:"sku_id"`
	PriceFen int64 `json:"price_fen"`
	WasFen   int64 `json:"was_fen" doc:"What it really cost in the last 7 days, to be crossed out; 0: nothing to compare with"`
}

// dealt writes on cards what runs for their courses or begins soon.
func (r *routes) dealt(ctx context.Context, shelves ...[]CourseCard) error {
	var ids []int64
	for _, list := range shelves {
		for _, c := range list {
			if !c.IsFree && c.ForSale && !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	deals, err := r.Commerce.Deals(ctx, platform(ctx), ids)
	for _, list := range shelves {
		for i := range list {
			list[i].Deals = r.dealViews(deals[list[i].ID])
		}
	}
	return err
}

func (r *routes) dealViews(deals []commerce.Deal) []DealView {
	out := []DealView{}
	for _, d := range deals {
		out = append(out, DealView{d.Kind, d.Label, d.PriceFen, d.WasFen, d.StartsAt, d.EndsAt, d.GroupSize, d.Left, clock.MS(r.Clock)})
	}
	return out
}

// flashShelf gathers the courses with flash sales of now and soon: those that a sale
// names, then those on the other shelves that it covers by other marks.
func flashShelf(limit int, shelves ...[]CourseCard) []CourseCard {
	out := []CourseCard{}
	for _, c := range slices.Concat(shelves...) {
		if startsAt(c) >= 0 && !slices.ContainsFunc(out, func(x CourseCard) bool { return x.ID == c.ID }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b CourseCard) int { return cmp.Compare(startsAt(a), startsAt(b)) })
	return out[:min(limit, len(out))]
}

// startsAt is when the first flash sale of a course begins, ms; 0 while one runs, −1
// without any.
func startsAt(c CourseCard) int64 {
	at := int64(-1)
	for _, d := range c.Deals {
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
