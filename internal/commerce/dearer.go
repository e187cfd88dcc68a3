package commerce

import (
	"context"
	"slices"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/money"
)

var (
	qLowest = db.Q("commerce/lowest_prices", `SELECT s.id AS sku_id, s.name, '' AS platform, s.price_fen FROM skus s WHERE s.id = $1
		UNION ALL SELECT s.id, s.name, pp.platform, pp.price_fen FROM skus s JOIN sku_platform_prices pp ON pp.sku_id = s.id WHERE s.id = $1`)
	qPromotionsFixed = db.Q("commerce/promotions_fixed", `SELECT `+promotionColumns+` FROM promotions WHERE status IN ('draft', 'on') AND ends_at > $1 AND price_fen > 0 ORDER BY id DESC LIMIT 500`)
	qSKUIDs          = db.Q("commerce/sku_ids", `SELECT id FROM skus WHERE product_id = $1 AND active ORDER BY position, id`)
)

// sellers are the platforms that a price may differ on.
var sellers = []string{"mp_ios", "mp_android", "wechat_h5", "h5", "pc"}

// lowest returns the lowest price without promotions of a SKU on some platforms (none:
// all), and its name; −1 for a SKU that is not there.
func lowest(ctx context.Context, r db.Reader, skuID int64, platforms []string) (fen int64, name string, err error) {
	var rows []struct {
		SKUID    int64 `db:"sku_id"`
		Name     string
		Platform string
		PriceFen int64
	}
	if err := r.List(ctx, qLowest, &rows, skuID); err != nil {
		return 0, "", err
	}
	if len(platforms) == 0 {
		platforms = sellers
	}
	on := map[string]int64{}
	for _, x := range rows {
		on[x.Platform], name = x.PriceFen, x.Name
	}
	fen = -1
	for _, p := range platforms {
		at, own := on[p]
		if plain, ok := on[""]; !own && ok {
			at, own = plain, true
		}
		if own && (fen < 0 || at < fen) {
			fen = at
		}
	}
	return fen, name, nil
}

// cheaper refuses a promotion with a price that takes nothing off one of its SKUs.
func (p Promotion) cheaper(ctx context.Context, r db.Reader) error {
	if p.PriceFen == 0 {
		return nil
	}
	for _, skuID := range p.scope().SKUs {
		fen, name, err := lowest(ctx, r, skuID, list(p.Platforms))
		if err != nil {
			return err
		}
		if fen >= 0 && p.PriceFen >= fen {
			return ErrPromotion.Field("price_fen", "「"+name+"」最低卖 ¥"+money.Yuan(fen)+"，活动价要比它低")
		}
	}
	return nil
}

// Idle is a promotion whose price takes nothing off a SKU, since that costs no more.
type Idle struct {
	Promotion
	SKUID     int64
	SKUName   string
	LowestFen int64
}

// IdlePromotions lists the promotions of a product that are not over and give a price
// that is no lower than what one of its SKUs on sale costs anyway: nobody ever pays
// it. They come about when the list price is lowered later.
func (s *Service) IdlePromotions(ctx context.Context, productID int64) ([]Idle, error) {
	var rows []Promotion
	if err := s.DB.List(ctx, qPromotionsFixed, &rows, clock.MS(s.Clock)); err != nil || len(rows) == 0 {
		return nil, err
	}
	var skus []int64
	if err := s.DB.List(ctx, qSKUIDs, &skus, productID); err != nil {
		return nil, err
	}
	var out []Idle
	for _, p := range rows {
		named := p.scope().SKUs
		for _, skuID := range skus {
			if !slices.Contains(named, skuID) {
				continue
			}
			fen, name, err := lowest(ctx, s.DB, skuID, list(p.Platforms))
			if err != nil {
				return nil, err
			}
			if fen >= 0 && p.PriceFen >= fen {
				out = append(out, Idle{p, skuID, name, fen})
			}
		}
	}
	return out, nil
}
