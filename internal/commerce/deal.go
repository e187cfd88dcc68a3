package commerce

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
)

const (
	// shelfAhead is how long before its start a promotion is told of.
	shelfAhead = 24 * time.Hour
	// shelfChunk is of how many products one statement tells; a page has no more.
	shelfChunk = 50
)

var (
	qPromotionsAhead = db.Q("commerce/promotions_ahead", `SELECT `+of("p", promotionColumns)+`, COALESCE(q.total - q.held - q.sold, -1) AS left_units, 0 AS taken
		FROM promotions p LEFT JOIN quotas q ON q.kind = 'promotion' AND q.ref_id = p.id
		WHERE p.status = 'on' AND p.starts_at <= $2 AND p.ends_at > $1 AND ($3 = '' OR p.kind = $3) ORDER BY p.starts_at, p.id LIMIT 100`)
	qShelfSKUs = db.Q("commerce/shelf_skus", `SELECT p.id AS product_id, p.course_id, CASE WHEN p.kind = 'course' THEN COALESCE(c.form, 'course') ELSE p.kind END AS kind, COALESCE(c.category_id, 0) AS category_id,
		COALESCE((SELECT string_agg(t.tag, ',') FROM course_tags t WHERE t.course_id = p.course_id), '') AS tags,
		s.id AS sku_id, s.name AS sku_name, s.tax_category, COALESCE(pp.price_fen, s.price_fen) AS price_fen,
		COALESCE((SELECT MIN(h.price_fen) FROM sku_price_history h WHERE h.sku_id = s.id AND (h.until_at = 0 OR h.until_at > $3)), s.price_fen) AS week_low_fen,
		COALESCE((SELECT string_agg(CAST(v.price_fen AS TEXT), ',') FROM virtual_items v WHERE v.sku_id = s.id AND v.state = 'published'), '') AS published
		FROM skus s JOIN products p ON p.id = s.product_id LEFT JOIN courses c ON c.id = p.course_id
		LEFT JOIN sku_platform_prices pp ON pp.sku_id = s.id AND pp.platform = $1 LEFT JOIN quotas q ON q.kind = 'sku' AND q.ref_id = s.id
		WHERE s.active AND s.sale_from <= $2 AND (s.sale_until = 0 OR s.sale_until > $2) AND (s.until_at = 0 OR s.until_at > $2) AND (s.stock = 0 OR q.total > q.held + q.sold)
		AND (p.id IN `+places(4, shelfChunk)+` OR s.id IN `+places(4, shelfChunk)+` OR p.kind = 'course' AND p.course_id IN `+places(4, shelfChunk)+`) ORDER BY p.id, s.position, s.id`)
)

// places names n parameters from $first on, for IN.
func places(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", first+i)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// Deal is a promotion of one SKU as everybody on a platform sees it.
type Deal struct {
	Promotion
	SKUID    int64
	SKUName  string
	PriceFen int64 // of one; 0: a threshold discount, which names none
	WasFen   int64 // a price of the last 7 days that is above PriceFen, else 0
	Left     int64 // −1: no quota
	Varies   bool  // in lists: another SKU on sale costs something else with it
}

// onShelf is a SKU with what decides whether a promotion is for it.
type onShelf struct {
	ProductID   int64
	CourseID    int64
	Kind        string
	CategoryID  int64
	Tags        string
	SKUID       int64  `db:"sku_id"`
	SKUName     string `db:"sku_name"`
	TaxCategory string
	PriceFen    int64
	WeekLowFen  int64
	Published   string
}

func (k onShelf) item(published map[string]bool) price.Item {
	it := price.Item{SKUID: k.SKUID, ProductID: k.ProductID, Kind: k.Kind, CategoryID: k.CategoryID, ListFen: k.PriceFen, Quantity: 1}
	if k.Tags != "" {
		it.Tags = strings.Split(k.Tags, ",")
	}
	if published[k.TaxCategory] && k.PriceFen > 0 {
		it.Sellable = []int64{}
		for _, text := range strings.Split(k.Published, ",") {
			var fen int64
			if _, err := fmt.Sscan(text, &fen); err == nil {
				it.Sellable = append(it.Sellable, fen)
			}
		}
	}
	return it
}

// shelfSKUs reads the SKUs on sale of products, of courses, or named themselves; ids
// are unique among the three.
func (s *Service) shelfSKUs(ctx context.Context, platform string, ids []int64) ([]onShelf, error) {
	now := clock.MS(s.Clock)
	var asks []db.Ask
	var found []*[]onShelf
	for part := range slices.Chunk(ids, shelfChunk) {
		args := []any{platform, now, now - 7*24*time.Hour.Milliseconds()}
		for i := range shelfChunk {
			n := int64(-1)
			if i < len(part) {
				n = part[i]
			}
			args = append(args, n)
		}
		rows := new([]onShelf)
		found, asks = append(found, rows), append(asks, db.Rows(qShelfSKUs, rows, args...))
	}
	if err := s.DB.All(ctx, asks...); err != nil {
		return nil, err
	}
	var out []onShelf
	for _, rows := range found {
		out = append(out, *rows...)
	}
	return out, nil
}

// deal makes the deal of a promotion with a SKU; ok is false where the promotion is
// not for it, or its price cannot be charged there.
func (p liveRow) deal(k onShelf, platform string, published map[string]bool) (d Deal, ok bool) {
	rule, it := p.rule(), k.item(published)
	if len(rule.Platforms) > 0 && !slices.Contains(rule.Platforms, platform) {
		return d, false
	}
	d = Deal{Promotion: p.Promotion, SKUID: k.SKUID, SKUName: k.SKUName, Left: rule.Left}
	switch rule.Kind {
	case price.Threshold:
		return d, it.Sellable == nil && rule.Scope.Holds(it)
	case price.Bargain:
		if it.Sellable != nil {
			return d, false
		}
	}
	if d.PriceFen, ok = rule.For(it); !ok {
		return d, false
	}
	if was := min(k.WeekLowFen, k.PriceFen); was > d.PriceFen {
		d.WasFen = was
	}
	return d, true
}

// ahead reads the promotions of a kind ("" all) that run or begin soon, and where
// only published prices can be charged.
func (s *Service) ahead(ctx context.Context, platform, kind string) ([]liveRow, map[string]bool, error) {
	now := clock.MS(s.Clock)
	var rows []liveRow
	if err := s.DB.List(ctx, qPromotionsAhead, &rows, now, now+shelfAhead.Milliseconds(), kind); err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	published, err := s.publishedOnly(ctx, platform)
	return rows, published, err
}

// Shown is a promotion as a product's page shows it, with the SKUs that it is for.
type Shown struct {
	Promotion
	Deals []Deal
	Left  int64 // −1: no quota
}

// Shown lists the promotions that run now or begin within a day and apply to a product
// on a platform. It is what a page says before anybody asks for a price; the quote
// decides.
func (s *Service) Shown(ctx context.Context, productID int64, platform string) ([]Shown, error) {
	rows, published, err := s.ahead(ctx, platform, "")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	skus, err := s.shelfSKUs(ctx, platform, []int64{productID})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b liveRow) int { return cmp.Compare(a.ID, b.ID) })
	out := []Shown{}
	for _, p := range rows {
		one := Shown{Promotion: p.Promotion, Deals: []Deal{}, Left: p.rule().Left}
		for _, k := range skus {
			if d, ok := p.deal(k, platform, published); ok {
				one.Deals = append(one.Deals, d)
			}
		}
		if len(one.Deals) > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}
