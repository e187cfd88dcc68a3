package commerce

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

// Somebody bargains for one SKU: other people cut the price, and with the last of
// them it is exactly the floor. The starter may buy at any price on the way. That
// the time is over is decided when somebody asks.

// The states of a bargain as it is shown.
const (
	BargainOpen    = "open"
	BargainReached = "reached" // at the floor, to be bought
	BargainOver    = "over"
	BargainBought  = "bought"
)

// helpsDaily is how many bargains one person may help on a day in China.
const helpsDaily = 5

// Bargain is somebody's bargain.
type Bargain struct {
	ID          int64
	PromotionID int64
	SKUID       int64 `db:"sku_id"`
	UserID      int64
	ListFen     int64
	FloorFen    int64
	PriceFen    int64 // now
	Helpers     int64 // needed to reach the floor
	Helped      int64
	Seed        int64
	State       string
	OrderID     int64 // that holds it, or bought it
	CreatedAt   int64
	DeadlineAt  int64
}

const bargainColumns = `id, promotion_id, sku_id, user_id, list_fen, floor_fen, price_fen, helpers, helped, seed, state, order_id, created_at, deadline_at`

var (
	qBargain        = db.Q("commerce/bargain", `SELECT `+bargainColumns+` FROM bargains WHERE id = $1`)
	qBargainLock    = db.Q("commerce/bargain_lock", `SELECT `+bargainColumns+` FROM bargains WHERE id = $1 /*for_update*/`)
	qBargainsOpen   = db.Q("commerce/bargains_open", `SELECT `+bargainColumns+` FROM bargains WHERE user_id = $1 AND state = 'open' AND deadline_at > $2 ORDER BY id LIMIT 100`)
	qBargainsOf     = db.Q("commerce/bargains_of", `SELECT `+bargainColumns+` FROM bargains WHERE user_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id < $2) ORDER BY id DESC LIMIT $3`)
	qBargainInsert  = db.Q("commerce/bargain_insert", `INSERT INTO bargains (id, promotion_id, sku_id, user_id, list_fen, floor_fen, price_fen, helpers, seed, state, created_at, deadline_at) VALUES ($1, $2, $3, $4, $5, $6, $5, $7, $8, 'open', $9, $10) ON CONFLICT DO NOTHING`)
	qBargainEnd     = db.Q("commerce/bargain_end", `UPDATE bargains SET state = 'over' WHERE user_id = $1 AND promotion_id = $2 AND state = 'open' AND order_id = 0 AND deadline_at <= $3`)
	qBargainCut     = db.Q("commerce/bargain_cut", `UPDATE bargains SET helped = helped + 1, price_fen = price_fen - $3 WHERE id = $1 AND helped = $2 AND state = 'open'`)
	qBargainHold    = db.Q("commerce/bargain_hold", `UPDATE bargains SET order_id = $3 WHERE promotion_id = $1 AND user_id = $2 AND state = 'open' AND order_id = 0 AND price_fen = $4 AND deadline_at > $5`)
	qBargainFree    = db.Q("commerce/bargain_free", `UPDATE bargains SET order_id = 0 WHERE order_id = $1 AND state = 'open'`)
	qBargainBought  = db.Q("commerce/bargain_bought", `UPDATE bargains SET state = 'bought' WHERE order_id = $1 AND state = 'open'`)
	qHelpInsert     = db.Q("commerce/bargain_help", `INSERT INTO bargain_helps (bargain_id, user_id, nth, cut_fen, at) VALUES ($1, $2, $3, $4, $5)`)
	qHelpOf         = db.Q("commerce/bargain_help_of", `SELECT h.nth, h.user_id, '' AS nickname, h.cut_fen, h.at FROM bargain_helps h WHERE h.bargain_id = $1 AND h.user_id = $2`)
	qHelps          = db.Q("commerce/bargain_helps", `SELECT h.nth, h.user_id, u.nickname, h.cut_fen, h.at FROM bargain_helps h JOIN users u ON u.id = h.user_id WHERE h.bargain_id = $1 ORDER BY h.nth DESC LIMIT 100`)
	qHelpDay        = db.Q("commerce/bargain_day", `INSERT INTO bargain_days (user_id, day, helps) VALUES ($1, $2, 1) ON CONFLICT (user_id, day) DO UPDATE SET helps = bargain_days.helps + 1 WHERE bargain_days.helps < $3`)
	qProven         = db.Q("commerce/proven_phone", `SELECT COUNT(*) FROM users WHERE id = $1 AND phone_hash IS NOT NULL`)
	qNickname       = db.Q("commerce/nickname", `SELECT nickname FROM users WHERE id = $1`)
	qBargainMergeTo = db.Q("commerce/bargain_merge_over", `UPDATE bargains SET state = 'over' WHERE user_id = $1 AND state = 'open' AND EXISTS (SELECT 1 FROM bargains b WHERE b.user_id = $2 AND b.promotion_id = bargains.promotion_id AND b.state = 'open')`)
	qBargainMerge   = db.Q("commerce/bargain_merge", `UPDATE bargains SET user_id = $2 WHERE user_id = $1`)
	qHelpMerge      = db.Q("commerce/bargain_help_merge", `UPDATE bargain_helps SET user_id = $2 WHERE user_id = $1 AND NOT EXISTS (SELECT 1 FROM bargain_helps h WHERE h.bargain_id = bargain_helps.bargain_id AND h.user_id = $2)`)
)

// Cuts splits what a bargain takes off over its helpers: every cut is at least one
// fen, they differ by chance, and their sum is exactly off. The same seed gives
// the same cuts. off must be at least n.
func Cuts(off, n, seed int64) []int64 {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(n)))
	weights := make([]int64, n)
	for i := range weights {
		weights[i] = 50 + r.Int64N(101)
	}
	cuts := money.Split(off-n, weights)
	for i := range cuts {
		cuts[i]++
	}
	return cuts
}

// StateAt returns what a bargain is at a moment, ms.
func (b Bargain) StateAt(now int64) string {
	switch {
	case b.State == "bought":
		return BargainBought
	case b.State == "over" || b.DeadlineAt <= now:
		return BargainOver
	case b.Helped == b.Helpers:
		return BargainReached
	}
	return BargainOpen
}

// bargains returns the user's open ones by promotion.
func (s *Service) bargains(ctx context.Context, r db.Reader, userID, at int64) (map[int64]Bargain, error) {
	var rows []Bargain
	if err := r.List(ctx, qBargainsOpen, &rows, userID, at); err != nil {
		return nil, err
	}
	out := map[int64]Bargain{}
	for _, b := range rows {
		out[b.PromotionID] = b
	}
	return out, nil
}

// bargainRule fits a promotion's rule to the buyer's own bargain.
func bargainRule(rule *price.Rule, b Bargain) {
	switch {
	case b.ID == 0:
		rule.Barred = "发起砍价后可用"
	case b.OrderID > 0:
		rule.Barred = "砍到的价格在另一笔待付款的订单里"
	}
	rule.PriceFen, rule.BuyerLeft = b.PriceFen, 1
	if b.ID != 0 {
		rule.Scope = price.Scope{SKUs: []int64{b.SKUID}}
	}
}

// StartBargain begins a bargain for a SKU, or returns the one that is open.
// Returns ErrBargain with the reason, ErrPromotionGone, catalog.ErrSKUGone.
func (s *Service) StartBargain(ctx context.Context, userID, promotionID, skuID int64, platform string) (Bargain, error) {
	published, err := s.publishedOnly(ctx, platform)
	if err != nil {
		return Bargain{}, err
	}
	var out Bargain
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.MS(s.Clock)
		open, err := s.bargains(ctx, tx, userID, now)
		if err != nil {
			return err
		}
		if b, ok := open[promotionID]; ok {
			out = b
			return nil
		}
		p, err := s.promotion(ctx, tx, promotionID)
		if err != nil {
			return err
		}
		o, err := s.Catalog.Offer(ctx, tx, skuID, platform)
		if err != nil {
			return err
		}
		if reason := s.unbargained(p, o, now, platform, published); reason != "" {
			return ErrBargain.Say(reason)
		}
		var left int64
		if err := tx.Get(ctx, qQuotaLeft, &left, holdPromotion, p.ID); err != nil {
			return err
		}
		if left < 1 {
			return ErrBargain.Say("名额已经用完")
		}
		if _, err := tx.Exec(ctx, qBargainEnd, userID, promotionID, now); err != nil {
			return err
		}
		out = Bargain{
			ID: id.New(), PromotionID: p.ID, SKUID: skuID, UserID: userID, ListFen: o.PriceFen, FloorFen: p.PriceFen, PriceFen: o.PriceFen, Helpers: p.Helpers,
			Seed: int64(rand.Uint64() >> 11), State: BargainOpen, CreatedAt: now, DeadlineAt: min(now+p.HelpHours*3600*1000, p.EndsAt),
		}
		n, err := tx.Exec(ctx, qBargainInsert, out.ID, out.PromotionID, out.SKUID, out.UserID, out.ListFen, out.FloorFen, out.Helpers, out.Seed, now, out.DeadlineAt)
		if err != nil || n == 1 {
			return err
		}
		// Begun elsewhere at this moment, or over with an order that waits for money.
		if open, err = s.bargains(ctx, tx, userID, now); err != nil {
			return err
		}
		if b, ok := open[promotionID]; ok {
			out = b
			return nil
		}
		return ErrBargain.Say("上一次砍价的订单还没有付款")
	})
	return out, err
}

// unbargained says why a SKU cannot be bargained for.
func (s *Service) unbargained(p Promotion, o catalog.Offer, now int64, platform string, published map[string]bool) string {
	scope, only := p.scope(), list(p.Platforms)
	switch {
	case p.Kind != string(price.Bargain) || p.Status != "on" || p.StartsAt > now || p.EndsAt <= now:
		return "活动没有在进行"
	case !slices.Contains(scope.SKUs, o.SKUID):
		return "这个规格不参加砍价"
	case len(only) > 0 && !slices.Contains(only, platform):
		return "这个平台不参加"
	case published[o.TaxCategory]:
		return "小程序虚拟支付只能按已上架的价格收款，请在网页端砍价"
	case o.PriceFen-p.PriceFen < p.Helpers:
		return "现价已经不高于底价"
	}
	return ""
}

// Help cuts somebody's bargain, once for each person. A repeat gives the same cut.
// Returns ErrBargain with the reason, ErrBargainGone, ErrPhone.
func (s *Service) Help(ctx context.Context, userID, bargainID int64) (cutFen int64, err error) {
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var b Bargain
		if err := tx.Get(ctx, qBargainLock, &b, bargainID); err != nil {
			return gone(err)
		}
		var mine Help
		err := tx.Get(ctx, qHelpOf, &mine, bargainID, userID)
		if err == nil || !errors.Is(err, db.ErrNone) {
			cutFen = mine.CutFen
			return err
		}
		now := clock.MS(s.Clock)
		p, err := s.promotion(ctx, tx, b.PromotionID)
		if err != nil {
			return err
		}
		switch {
		case b.UserID == userID:
			return ErrBargain.Say("这是你发起的，把链接发给朋友吧")
		case b.StateAt(now) == BargainReached:
			return ErrBargain.Say("已经砍到底价了")
		case b.StateAt(now) != BargainOpen || p.Status != "on" || p.EndsAt <= now:
			return ErrBargain.Say("这次砍价已经结束")
		case b.OrderID > 0:
			return ErrBargain.Say("TA 正在下单，暂时不能砍了")
		}
		var proven int64
		if err := tx.Get(ctx, qProven, &proven, userID); err != nil {
			return err
		}
		if proven == 0 {
			return ErrPhone
		}
		n, err := tx.Exec(ctx, qHelpDay, userID, clock.Day(s.Clock.Now()), helpsDaily)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrBargain.Say("今天帮砍的次数用完了，明天再来")
		}
		cutFen = Cuts(b.ListFen-b.FloorFen, b.Helpers, b.Seed)[b.Helped]
		if _, err := tx.Exec(ctx, qHelpInsert, b.ID, userID, b.Helped+1, cutFen, now); err != nil {
			return err
		}
		if n, err = tx.Exec(ctx, qBargainCut, b.ID, b.Helped, cutFen); err == nil && n == 0 {
			err = ErrBargain.Say("这次砍价已经结束")
		}
		return err
	})
	return cutFen, err
}

func gone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return ErrBargainGone
	}
	return err
}

// Help is somebody's cut.
type Help struct {
	Nth      int64
	UserID   int64
	Nickname string
	CutFen   int64
	At       int64
}

// BargainPage is what a bargain's page shows.
type BargainPage struct {
	Bargain Bargain
	Helps   []Help // the latest first
	Offer   catalog.Offer
	Starter string
}

// BargainPage returns a bargain with its helpers. Returns ErrBargainGone.
func (s *Service) BargainPage(ctx context.Context, bargainID int64, platform string) (BargainPage, error) {
	var p BargainPage
	if err := s.DB.Get(ctx, qBargain, &p.Bargain, bargainID); err != nil {
		return p, gone(err)
	}
	if err := s.DB.List(ctx, qHelps, &p.Helps, bargainID); err != nil {
		return p, err
	}
	if err := s.DB.Get(ctx, qNickname, &p.Starter, p.Bargain.UserID); err != nil {
		return p, err
	}
	var err error
	p.Offer, err = s.Catalog.Offer(ctx, s.DB, p.Bargain.SKUID, platform)
	if errors.Is(err, catalog.ErrSKUGone) {
		err = nil // it is not sold any more; what was cut can still be read
	}
	return p, err
}

// BargainsOf lists a user's bargains, newest first, before the id before.
func (s *Service) BargainsOf(ctx context.Context, userID, before int64, limit int) ([]Bargain, error) {
	var rows []Bargain
	err := s.DB.List(ctx, qBargainsOf, &rows, userID, before, limit)
	return rows, err
}

// holdBargain binds the buyer's bargain to an order at the price of the quote.
// Returns ErrQuote when it was cut, bought or over in the meantime.
func (s *Service) holdBargain(ctx context.Context, tx *db.Tx, o Order, a price.Applied, q Quote) error {
	var unit int64
	for _, it := range q.Items {
		for _, d := range it.Discounts {
			if d.Kind == price.Bargain {
				unit = it.ListFen - d.OffFen
			}
		}
	}
	n, err := tx.Exec(ctx, qBargainHold, a.RuleID, o.UserID, o.ID, unit, clock.MS(s.Clock))
	if err == nil && n == 0 {
		err = ErrQuote
	}
	return err
}
