// Package campaign gives rewards for what people really do: friends who register or
// study (assist, invite), chances to draw that were earned by study or a registration
// (lottery), the first steps of a newcomer (journey). It owns campaigns, campaign_prizes,
// campaign_helps, campaign_chances, campaign_draws and campaign_gifts.
//
// Nothing is given for the mere act of sharing, and no chance is sold. Every reward is
// taken from a stock and a budget in the transaction that gives it, once for each cause,
// so that neither is ever negative (INV-34); what risk does not allow yet waits with its
// place reserved. A draw is written with its random number, what that falls on and why
// something else was won. No prize is worth more than the law allows. Where a campaign
// shows and gives, switches of three channels say.
package campaign

import (
	"context"

	"zhizhou/internal/access"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/media"
	"zhizhou/internal/points"
	"zhizhou/internal/risk"
	"zhizhou/internal/setting"
)

// The refusals of this domain.
var (
	ErrGone    = errs.New(errs.NotFound, "campaign_gone", "没有这个活动，或者已经结束")
	ErrChannel = errs.New(errs.Conflict, "campaign_channel", "这个活动不在这里开放，请换个入口参加")
	ErrNotYet  = errs.New(errs.Conflict, "campaign_not_yet", "还没达到领取条件")
	ErrLimit   = errs.New(errs.Conflict, "campaign_limit", "你在这个活动里可得的次数已经用完")
	ErrDevice  = errs.New(errs.Conflict, "campaign_device", "这台设备在这个活动里可得的次数已经用完")
	ErrUnnamed = errs.New(errs.Invalid, "campaign_device_unnamed", "认不出这台设备，请刷新页面后再试")
	ErrOut     = errs.New(errs.Conflict, "campaign_out", "奖励已经发完")
	ErrChance  = errs.New(errs.Conflict, "campaign_no_chance", "没有抽奖机会了。学完一课或有朋友因你注册，会得到新的机会")
	ErrOld     = errs.New(errs.Conflict, "campaign_newcomer", "新人任务只在注册后的一段时间内有效")
	ErrInput   = errs.New(errs.Invalid, "campaign_invalid", "请检查活动内容")
	ErrFile    = errs.New(errs.NotFound, "campaign_file", "没有这份文件")
	ErrState   = errs.New(errs.Conflict, "campaign_state", "这个状态下不能这样操作")
	ErrVersion = errs.New(errs.Conflict, "campaign_version", "别人刚刚改过，请刷新后再改")
	ErrUsed    = errs.New(errs.Conflict, "campaign_prize_used", "已经有人得到的奖品不能删除")
)

// The kinds of campaign.
const (
	Assist  = "assist"
	Invite  = "invite"
	Lottery = "lottery"
	Journey = "journey"
)

// The kinds of prize.
const (
	Coupon   = "coupon"
	Points   = "points"
	Course   = "course"
	Material = "material"
	Nothing  = "nothing"
)

// The states of a gift.
const (
	Given   = "given"
	Waiting = "waiting"
	Refused = "refused"
)

const (
	whole    = 1_000_000        // parts per million
	dearest  = 5_000_000        // fen: the most that one prize may be worth by law
	day      = 24 * 3600 * 1000 // ms
	patience = 30 * day         // for which a reward waits to be allowed
	lookMS   = 10 * 60 * 1000   // after which one that waits is looked at again
)

// Coupons hands out a coupon inside a transaction; a refusal changes nothing.
type Coupons interface {
	GiveCouponIn(ctx context.Context, tx *db.Tx, couponID, userID int64, source string) error
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *setting.Store
	Points   *points.Service
	Access   *access.Service
	Coupons  Coupons
	Risk     *risk.Service
	Media    *media.Service
}

// Service is the campaign domain.
type Service struct {
	Config
	// OnGiven is told in the transaction in which a reward that had to wait was given.
	OnGiven func(ctx context.Context, tx *db.Tx, g Gift) error
}

// New makes a Service.
func New(cfg Config) *Service { return &Service{Config: cfg} }

func (s *Service) now() int64 { return clock.MS(s.Clock) }

// Channel is where somebody takes part.
type Channel string

// The channels that a campaign may be open on.
const (
	OnH5     Channel = "h5"
	OnWeChat Channel = "wechat"
	OnMini   Channel = "mini"
)
