package commerce

import (
	"cmp"
	"context"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

// maxMarks is how many kinds, categories and tags each of a flash sale are looked up
// for the home page; a sale of more still runs, and is seen where its goods are.
const maxMarks = 10

// qFlashGoods names goods on public sale that a flash sale covers by their marks, the
// newest first; $1: it covers all.
var qFlashGoods = db.Q("commerce/flash_goods", `SELECT p.id FROM products p LEFT JOIN courses c ON c.id = p.course_id LEFT JOIN lessons l ON l.id = p.lesson_id
	WHERE (p.kind = 'course' OR p.status = 'published') AND (p.course_id = 0 OR c.status = 'published' AND c.deleted_at = 0) AND COALESCE(l.deleted_at, 0) = 0 AND COALESCE(l.released_at, 1) > 0
	AND ($1 OR CASE WHEN p.kind = 'course' THEN c.form ELSE p.kind END IN `+places(3, maxMarks)+` OR c.category_id IN `+places(3+maxMarks, maxMarks)+`
		OR EXISTS (SELECT 1 FROM course_tags t WHERE t.course_id = p.course_id AND t.tag IN `+places(3+2*maxMarks, maxMarks)+`)) ORDER BY p.id DESC LIMIT $2`)

// Tag is what a list says of the price of a course or product, the same for everybody
// on a platform; the quote decides.
type Tag struct {
	PriceFen int64  // of the SKU that costs least now without a promotion; −1: none is on sale here
	Varies   bool   // other SKUs on sale cost more
	Deals    []Deal // flash sales, group-buys, newcomer prices that run or begin within a day, of each the SKU with the lowest price; the earliest first
}

// Tags prices courses and products for a list: of each that has SKUs. SKUs whose time
// to be sold is not now, that are sold out or whose price the platform cannot charge
// do not count, as on the page of the product.
func (s *Service) Tags(ctx context.Context, platform string, ids []int64) (map[int64]Tag, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, published, err := s.ahead(ctx, platform, "")
	if err == nil && len(rows) == 0 {
		published, err = s.publishedOnly(ctx, platform)
	}
	if err != nil {
		return nil, err
	}
	skus, err := s.shelfSKUs(ctx, platform, ids)
	if err != nil {
		return nil, err
	}
	of := map[int64][]onShelf{}
	for _, k := range skus {
		key := k.ProductID
		if !slices.Contains(ids, key) {
			key = k.CourseID
		}
		if it := k.item(published); it.Sellable == nil || slices.Contains(it.Sellable, k.PriceFen) {
			of[key] = append(of[key], k)
		}
	}
	out := map[int64]Tag{}
	for _, key := range ids {
		out[key] = tag(of[key], rows, platform, published)
	}
	return out, nil
}

// tag prices the SKUs of one product.
func tag(skus []onShelf, rows []liveRow, platform string, published map[string]bool) Tag {
	t := Tag{PriceFen: -1}
	if len(skus) == 0 {
		return t
	}
	byPrice := func(a, b onShelf) int { return cmp.Compare(a.PriceFen, b.PriceFen) }
	t.PriceFen = slices.MinFunc(skus, byPrice).PriceFen
	t.Varies = slices.MaxFunc(skus, byPrice).PriceFen > t.PriceFen
	for _, p := range rows {
		if !slices.Contains([]price.Kind{price.Flash, price.Group, price.Newcomer}, price.Kind(p.Kind)) {
			continue
		}
		var best Deal
		varies := false
		for _, k := range skus {
			d, ok := p.deal(k, platform, published)
			switch {
			case !ok:
				varies = true
			case best.ID == 0:
				best = d
			case d.PriceFen != best.PriceFen:
				varies = true
				if d.PriceFen < best.PriceFen {
					best = d
				}
			}
		}
		if best.ID != 0 {
			best.Varies = varies
			t.Deals = append(t.Deals, best)
		}
	}
	return t
}

// Goods names a product on a shelf.
type Goods struct {
	ProductID int64
	Kind      string
	CourseID  int64 // of a course, a column, and of the course of a lesson sold alone
}

// OfCourse reports that a course or column is sold.
func (g Goods) OfCourse() bool { return g.Kind == catalog.KindCourse || g.Kind == catalog.KindColumn }

// FlashShelf names goods of every kind with a flash sale that runs or begins within a
// day, each once; what a sale names itself stands first, then what it covers by
// category, kind or tag. Some may have been taken down since.
func (s *Service) FlashShelf(ctx context.Context, platform string, limit int) ([]Goods, error) {
	rows, published, err := s.ahead(ctx, platform, string(price.Flash))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	rows = rows[:min(len(rows), shelfChunk/2)]
	var ids []int64
	found := make([][]int64, len(rows))
	var asks []db.Ask
	for i, p := range rows {
		sc := p.scope()
		ids = append(append(ids, sc.SKUs...), sc.Products...)
		all := len(sc.Products)+len(sc.SKUs)+len(sc.Categories)+len(sc.Kinds)+len(sc.Tags) == 0
		if all || len(sc.Categories)+len(sc.Kinds)+len(sc.Tags) > 0 {
			args := []any{all, limit}
			args = append(args, marks(sc.Kinds, "")...)
			args = append(args, marks(sc.Categories, -1)...)
			asks = append(asks, db.Rows(qFlashGoods, &found[i], append(args, marks(sc.Tags, "")...)...))
		}
	}
	if err := s.DB.All(ctx, asks...); err != nil {
		return nil, err
	}
	ids = ids[:min(len(ids), 2*shelfChunk)]
	for _, list := range found {
		ids = append(ids, list...)
	}
	slices.Sort(ids)
	skus, err := s.shelfSKUs(ctx, platform, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var out []Goods
	for _, p := range rows {
		for _, k := range skus {
			g := Goods{k.ProductID, k.Kind, k.CourseID}
			if _, ok := p.deal(k, platform, published); ok && len(out) < limit && !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out, nil
}

// marks makes maxMarks parameters of a list, filled up with what is no mark.
func marks[T any](list []T, none T) []any {
	out := make([]any, maxMarks)
	for i := range out {
		out[i] = none
		if i < len(list) {
			out[i] = list[i]
		}
	}
	return out
}
