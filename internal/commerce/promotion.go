package commerce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Promotion is a newcomer price, a flash sale, a group-buy, a bargain or a
// threshold discount.
type Promotion struct {
	ID          int64
	Kind        string
	Label       string
	Note        string
	Status      string // "draft", "on" or "off"
	StartsAt    int64
	EndsAt      int64
	Platforms   string // JSON list
	Scope       string // JSON of price.Scope
	PriceFen    int64  // 0: by PayPermille
	PayPermille int64
	CapFen      int64
	Steps       string // JSON list of price.Step
	Quota       int64  // 0: unlimited
	PerUser     int64  // 0: no limit
	GroupSize   int64
	GroupHours  int64
	Helpers     int64 // bargain: so many cut it down to PriceFen
	HelpHours   int64
	Version     int64
	CreatedAt   int64
	UpdatedAt   int64
}

const promotionColumns = `id, kind, label, note, status, starts_at, ends_at, platforms, scope, price_fen, pay_permille, cap_fen, steps, quota, per_user, group_size, group_hours, helpers, help_hours, version, created_at, updated_at`

var (
	qMarket = db.Q("commerce/market", `SELECT (SELECT COUNT(*) FROM promotions WHERE status = 'on' AND starts_at <= $2 AND ends_at > $2) AS promotions,
		(SELECT COUNT(*) FROM user_coupons WHERE user_id = $1 AND state IN ('ready', 'held') AND valid_until > $2) AS coupons,
		(SELECT COUNT(*) FROM products WHERE kind = 'membership' AND status <> 'draft') AS tiers,
		(SELECT COUNT(*) FROM experiments WHERE status = 'running' AND ends_at > $2) AS experiments`)
	qPromotionsLive = db.Q("commerce/promotions_live", `SELECT `+of("p", promotionColumns)+`, COALESCE(q.total - q.held - q.sold, -1) AS left_units, COALESCE(u.taken, 0) AS taken
		FROM promotions p LEFT JOIN quotas q ON q.kind = 'promotion' AND q.ref_id = p.id LEFT JOIN quota_users u ON u.kind = 'promotion' AND u.ref_id = p.id AND u.user_id = $1
		WHERE p.status = 'on' AND p.starts_at <= $2 AND p.ends_at > $2 ORDER BY p.id LIMIT 100`)
	qPromotion  = db.Q("commerce/promotion", `SELECT `+promotionColumns+` FROM promotions WHERE id = $1`)
	qPromotions = db.Q("commerce/promotions", `SELECT `+of("p", promotionColumns)+`, COALESCE(q.held, 0) AS held,
		CASE WHEN p.quota > 0 THEN COALESCE(q.sold, 0) ELSE (SELECT COUNT(DISTINCT i.order_id) FROM order_discounts d JOIN order_items i ON i.id = d.order_item_id JOIN orders o ON o.id = i.order_id
			WHERE d.rule_id = p.id AND d.kind = p.kind AND o.status IN ('paid', 'refunded')) END AS sold FROM promotions p
		LEFT JOIN quotas q ON q.kind = 'promotion' AND q.ref_id = p.id WHERE ($1 = '' OR p.status = $1) AND ($2 = '' OR p.kind = $2) AND (CAST($3 AS BIGINT) = 0 OR p.id < $3) ORDER BY p.id DESC LIMIT $4`)
	qPromotionInsert = db.Q("commerce/promotion_insert", `INSERT INTO promotions (`+promotionColumns+`) VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, $19)`)
	qPromotionUpdate = db.Q("commerce/promotion_update", `UPDATE promotions SET label = $2, note = $3, starts_at = $4, ends_at = $5, platforms = $6, scope = $7, price_fen = $8, pay_permille = $9, cap_fen = $10,
		steps = $11, quota = $12, per_user = $13, group_size = $14, group_hours = $15, helpers = $16, help_hours = $17, version = version + 1, updated_at = $18 WHERE id = $1 AND version = $19`)
	qPromotionStatus = db.Q("commerce/promotion_status", `UPDATE promotions SET status = $3, version = version + 1, updated_at = $4 WHERE id = $1 AND status = $2`)
	qEverPaid        = db.Q("commerce/ever_paid", `SELECT COUNT(*) FROM orders WHERE user_id = $1 AND status IN ('paid', 'refunded') AND total_fen > 0 AND NOT deposit`)
)

// scope and platforms read the JSON that SavePromotion checked.
func (p Promotion) scope() (sc price.Scope) {
	_ = json.Unmarshal([]byte(p.Scope), &sc)
	return sc
}

// Levels returns the steps of a threshold discount, lowest first; none: empty.
func (p Promotion) Levels() []price.Step {
	var steps []price.Step
	_ = json.Unmarshal([]byte(p.Steps), &steps)
	slices.SortFunc(steps, func(a, b price.Step) int { return cmp.Compare(a.AtFen, b.AtFen) })
	return append([]price.Step{}, steps...)
}

func list(raw string) (out []string) {
	_ = json.Unmarshal([]byte(raw), &out)
	return out
}

// liveRow is a promotion that runs now, with what is left of it.
type liveRow struct {
	Promotion
	LeftUnits int64
	Taken     int64
}

// rule is the promotion as a price sees it, before anything is known of the buyer.
func (p liveRow) rule() price.Rule {
	rule := price.Rule{
		ID: p.ID, Kind: price.Kind(p.Kind), Label: p.Label, From: p.StartsAt, Until: p.EndsAt, Platforms: list(p.Platforms), Scope: p.scope(),
		PriceFen: p.PriceFen, Pay: p.PayPermille, CapFen: p.CapFen, Left: price.Unlimited, BuyerLeft: price.Unlimited,
	}
	_ = json.Unmarshal([]byte(p.Steps), &rule.Steps)
	if p.Quota > 0 {
		rule.Left = max(p.LeftUnits, 0)
	}
	return rule
}

// promotionRules makes rules of the promotions that run now; newcomer reports that
// one of them asks for a first purchase.
func (s *Service) promotionRules(ctx context.Context, r db.Reader, ask Ask, at int64) (rules []price.Rule, newcomer bool, err error) {
	var rows []liveRow
	if err := r.List(ctx, qPromotionsLive, &rows, ask.UserID, at); err != nil {
		return nil, false, err
	}
	var joined int64 // the promotion of the group that is joined
	if ask.GroupID > 0 {
		g, err := s.group(ctx, r, ask.GroupID)
		if err != nil {
			return nil, false, err
		}
		joined = g.PromotionID
	}
	var own map[int64]Bargain
	if slices.ContainsFunc(rows, func(p liveRow) bool { return p.Kind == string(price.Bargain) }) {
		if own, err = s.bargains(ctx, r, ask.UserID, at); err != nil {
			return nil, false, err
		}
	}
	for _, p := range rows {
		if p.Kind == string(price.Group) && joined > 0 && p.ID != joined {
			continue
		}
		rule := p.rule()
		if p.Kind == string(price.Newcomer) {
			newcomer, p.PerUser = true, 1
		}
		if p.PerUser > 0 {
			rule.BuyerLeft = max(p.PerUser-p.Taken, 0)
		}
		if rule.Kind == price.Bargain {
			bargainRule(&rule, own[p.ID])
			if p.PerUser > 0 {
				rule.BuyerLeft = min(1, max(p.PerUser-p.Taken, 0))
			}
		}
		rules = append(rules, rule)
	}
	return rules, newcomer, nil
}

func (s *Service) promotion(ctx context.Context, r db.Reader, promotionID int64) (Promotion, error) {
	var p Promotion
	err := r.Get(ctx, qPromotion, &p, promotionID)
	if errors.Is(err, db.ErrNone) {
		return p, ErrPromotionGone
	}
	return p, err
}

// Promotion returns one promotion. Returns ErrPromotionGone.
func (s *Service) Promotion(ctx context.Context, promotionID int64) (Promotion, error) {
	return s.promotion(ctx, s.DB, promotionID)
}

// PromotionRow is a promotion with what is taken of its quota.
type PromotionRow struct {
	Promotion
	Held int64
	Sold int64
}

// Promotions lists promotions by status and kind ("" all), newest first.
func (s *Service) Promotions(ctx context.Context, status, kind string, before int64, limit int) ([]PromotionRow, error) {
	var rows []PromotionRow
	err := s.DB.List(ctx, qPromotions, &rows, status, kind, before, limit)
	return rows, err
}

// PromotionChange is the input of SavePromotion.
type PromotionChange struct {
	ID          int64 // 0: a new one
	Version     int64
	Kind        string
	Label       string
	Note        string
	StartsAt    int64
	EndsAt      int64
	Platforms   []string
	Scope       price.Scope
	PriceFen    int64
	PayPermille int64
	CapFen      int64
	Steps       []price.Step
	Quota       int64
	PerUser     int64
	GroupSize   int64
	GroupHours  int64
	Helpers     int64
	HelpHours   int64
}

func (c PromotionChange) check() error {
	e := ErrPromotion
	if n := utf8.RuneCountInString(c.Label); n < 1 || n > 20 {
		return e.Field("label", "名称为 1–20 个字")
	}
	if c.EndsAt <= c.StartsAt || c.StartsAt < 0 {
		return e.Field("ends_at", "结束时间要在开始之后")
	}
	if c.Quota < 0 || c.PerUser < 0 || c.CapFen < 0 {
		return e.Field("quota", "名额为 0（不限）以上")
	}
	switch price.Kind(c.Kind) {
	case price.Threshold:
		if len(c.Steps) == 0 || len(c.Steps) > 10 {
			return e.Field("steps", "满减要有 1–10 档")
		}
		for _, st := range c.Steps {
			if st.AtFen < 1 || st.OffFen < 1 || st.OffFen >= st.AtFen {
				return e.Field("steps", "每一档的减额要小于门槛")
			}
		}
		return nil
	case price.Group:
		if c.GroupSize < 2 || c.GroupSize > 100 || c.GroupHours < 1 || c.GroupHours > 168 {
			return e.Field("group_size", "2–100 人成团，时限 1–168 小时")
		}
	case price.Bargain:
		if c.Helpers < 1 || c.Helpers > 100 || c.HelpHours < 1 || c.HelpHours > 168 {
			return e.Field("helpers", "1–100 人帮砍，时限 1–168 小时")
		}
		if c.PriceFen < 1 {
			return e.Field("price_fen", "砍价要写底价")
		}
	case price.Newcomer, price.Flash:
	default:
		return e.Field("kind", "没有这种活动")
	}
	if c.PriceFen < 0 || c.PayPermille < 0 || c.PayPermille > 999 || (c.PriceFen > 0) == (c.PayPermille > 0) {
		return e.Field("price_fen", "填写活动价或折扣中的一个")
	}
	if c.PriceFen >= 1 && len(c.Scope.SKUs) == 0 {
		return e.Field("scope", "固定活动价要选定规格")
	}
	return nil
}

// SavePromotion adds or changes a promotion; a change reaches quotes made from now
// on, never an order. Its price is below what each SKU costs anyway, on each of its
// platforms. Returns ErrPromotion, ErrPromotionGone, ErrVersion,
// ErrStock when more is taken than the new quota.
func (s *Service) SavePromotion(ctx context.Context, c PromotionChange) (int64, error) {
	c.Label = strings.TrimSpace(c.Label)
	if err := c.check(); err != nil {
		return 0, err
	}
	if c.Platforms == nil {
		c.Platforms = []string{}
	}
	if c.Steps == nil {
		c.Steps = []price.Step{}
	}
	slices.SortFunc(c.Steps, func(a, b price.Step) int { return int(a.AtFen - b.AtFen) })
	isNew := c.ID == 0
	if isNew {
		c.ID = id.New()
	}
	now := clock.MS(s.Clock)
	return c.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qPromotionInsert, c.ID, c.Kind, c.Label, c.Note, c.StartsAt, c.EndsAt, text(c.Platforms), text(c.Scope), c.PriceFen, c.PayPermille, c.CapFen,
				text(c.Steps), c.Quota, c.PerUser, c.GroupSize, c.GroupHours, c.Helpers, c.HelpHours, now); err != nil {
				return err
			}
		} else {
			old, err := s.promotion(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			before = old
			if old.Kind != c.Kind {
				return ErrPromotion.Field("kind", "类型不能改，请新建一个活动")
			}
			n, err := tx.Exec(ctx, qPromotionUpdate, c.ID, c.Label, c.Note, c.StartsAt, c.EndsAt, text(c.Platforms), text(c.Scope), c.PriceFen, c.PayPermille, c.CapFen,
				text(c.Steps), c.Quota, c.PerUser, c.GroupSize, c.GroupHours, c.Helpers, c.HelpHours, now, c.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		total := c.Quota
		if total == 0 {
			total = unlimited
		}
		if err := (Promotion{PriceFen: c.PriceFen, Platforms: text(c.Platforms), Scope: text(c.Scope)}).cheaper(ctx, tx); err != nil {
			return err
		}
		if err := s.setQuota(ctx, tx, holdPromotion, c.ID, total); err != nil {
			return err
		}
		if c.PriceFen > 0 && c.Kind != string(price.Bargain) {
			// Virtual payment charges published prices only: ask for this one now, so
			// that the operator sees whether it is there before the promotion begins.
			for _, skuID := range c.Scope.SKUs {
				if err := s.Catalog.WantItem(ctx, tx, skuID, c.PriceFen); err != nil {
					return err
				}
			}
		}
		return audit.Write(ctx, tx, s.Clock, "promotion.save", fmt.Sprintf("promotion:%d", c.ID), before, c, "")
	})
}

// SwitchPromotion puts a promotion on or off. Returns ErrPromotionGone,
// ErrPromotionState, ErrPromotion when its price is no lower than the usual one now.
func (s *Service) SwitchPromotion(ctx context.Context, promotionID int64, on bool) error {
	to := "off"
	if on {
		to = "on"
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.promotion(ctx, tx, promotionID)
		if err != nil {
			return err
		}
		if p.Status == to || p.Status == "draft" && !on || on && p.EndsAt <= clock.MS(s.Clock) {
			return ErrPromotionState
		}
		if on {
			if err := p.cheaper(ctx, tx); err != nil {
				return err
			}
		}
		n, err := tx.Exec(ctx, qPromotionStatus, promotionID, p.Status, to, clock.MS(s.Clock))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrPromotionState
		}
		return audit.Write(ctx, tx, s.Clock, "promotion."+to, fmt.Sprintf("promotion:%d", promotionID), map[string]any{"status": p.Status}, map[string]any{"status": to}, "")
	})
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values
	}
	return string(raw)
}
