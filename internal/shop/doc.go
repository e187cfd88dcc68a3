// Package shop exchanges points for coupons, courses and material. It owns shop_goods and
// shop_redemptions.
//
// One exchange is one transaction: points are spent, the stock becomes less, the thing is
// given, or nothing of it happens (INV-33, INV-34). The same request again answers the same
// exchange. Points are never bought, so nothing here is sold for money; the stock is never
// negative, and nobody gets more of a thing than one person may have.
package shop

import (
	"context"

	"zhizhou/internal/access"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/points"
	"zhizhou/internal/risk"
)

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "shop_gone", "这件商品不在了")
	ErrOut     = errs.New(errs.Conflict, "shop_out", "已经兑完")
	ErrLimit   = errs.New(errs.Conflict, "shop_limit", "你已经兑满可兑的次数")
	ErrPrice   = errs.New(errs.Conflict, "shop_price", "所需积分刚刚变了，请刷新后再看")
	ErrHeld    = errs.New(errs.Conflict, "shop_held", "账号的权益正在核查，通过后就能兑换")
	ErrReuse   = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一次兑换，请重试")
	ErrInput   = errs.New(errs.Invalid, "shop_invalid", "请检查商品内容")
	ErrFile    = errs.New(errs.NotFound, "shop_file", "没有这份文件")
	ErrVersion = errs.New(errs.Conflict, "shop_version", "别人刚刚改过，请刷新后再改")
)

// The kinds of goods.
const (
	Coupon   = "coupon"
	Course   = "course"
	Material = "material"
)

// Coupons hands out a coupon inside a transaction; a refusal changes nothing.
type Coupons interface {
	GiveCouponIn(ctx context.Context, tx *db.Tx, couponID, userID int64, source string) error
}

// Service is the points shop.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Points  *points.Service
	Access  *access.Service
	Coupons Coupons
	Risk    *risk.Service
	Media   *media.Service
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }

// Channel is where somebody exchanges.
type Channel string

// The channels on which goods may be shown.
const (
	OnH5     Channel = "h5"
	OnWeChat Channel = "wechat"
	OnMini   Channel = "mini"
)
