// Package referral knows who invited whom. It owns invite_codes, referrals,
// referral_guard and referral_rewards.
//
// It refuses to write an inviter twice, to let anybody invite themselves or their
// own inviters, and to look further up than two levels. Signing in knows nothing
// of it: the API tells it of a new user afterwards. Rewards are coupons for a real
// registration or a purchase that was kept, never for sharing (INV-28).
package referral

import (
	"context"
	"log/slog"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/setting"
)

// Levels is how far up an inviter may earn from a purchase; the law allows no more.
const Levels = 2

// Coupons hands out a coupon inside a transaction. Refusals of kind NotFound or
// Conflict mean that this one cannot be given to this person.
type Coupons interface {
	GiveCouponIn(ctx context.Context, tx *db.Tx, couponID, userID int64, source string) error
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Coupons  Coupons
	Log      *slog.Logger
	// Judge reports whether somebody may be rewarded now; who may not waits, as risk keeps it.
	Judge func(ctx context.Context, tx *db.Tx, userID int64, act string) (bool, error)
}

// Service is the referral domain.
type Service struct{ Config }

// New makes a Service.
func New(cfg Config) *Service { return &Service{cfg} }

// The refusals of this domain.
var (
	ErrCode  = errs.New(errs.NotFound, "invite_gone", "没有这个邀请码")
	ErrSelf  = errs.New(errs.Conflict, "invite_self", "不能填写自己的邀请码")
	ErrTaken = errs.New(errs.Conflict, "invite_taken", "你已经有邀请人了")
	ErrLate  = errs.New(errs.Conflict, "invite_late", "邀请码只在注册后很短的时间内、下单之前有效")
	ErrCycle = errs.New(errs.Conflict, "invite_cycle", "对方是由你邀请来的")
)
