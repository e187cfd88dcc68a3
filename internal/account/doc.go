// Package account knows people: learners with their identities, sessions and
// consents, and staff with their roles. It owns users, identities, sms_codes,
// rate_limits, sessions, agreements, consents, staff, staff_recovery_codes and
// staff_sessions.
//
// It refuses to store a phone number readable, to say whether a number is known,
// and to process one before the current agreements were accepted.
package account

import (
	"context"
	"log/slog"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/seal"
)

// SMS sends a code to a phone.
type SMS interface {
	Send(ctx context.Context, phone, code string) error
}

// WeChatUser is who WeChat says somebody is.
type WeChatUser struct {
	OpenID, UnionID, Nickname, Avatar string
	SessionKey                        string // mini program only
}

// WeChat is the part of the WeChat API that sign-in needs.
type WeChat interface {
	MiniLogin(ctx context.Context, code string) (WeChatUser, error)
	MiniPhone(ctx context.Context, code string) (string, error)
	OAuth(ctx context.Context, code string) (WeChatUser, error)
}

// Config is what a Service is made of.
type Config struct {
	DB     *db.DB
	Box    *seal.Box
	Clock  clock.Clock
	SMS    SMS
	WeChat WeChat
	Log    *slog.Logger
	// MaxDevices is how many signed-in devices a learner may have; the one unused
	// for longest is signed out when there would be more.
	MaxDevices int
}

// Service is the account domain.
type Service struct {
	Config
	onMerge []func(ctx context.Context, tx *db.Tx, from, to int64) error
	onJoin  []func(ctx context.Context, tx *db.Tx, userID int64) error
	hashing chan struct{}
}

// New makes a Service.
func New(cfg Config) *Service {
	if cfg.MaxDevices == 0 {
		cfg.MaxDevices = 5
	}
	return &Service{Config: cfg, hashing: make(chan struct{}, 2)}
}

// OnMerge registers f to move what another domain keeps for user from to user
// to, inside the merging transaction.
func (s *Service) OnMerge(f func(ctx context.Context, tx *db.Tx, from, to int64) error) {
	s.onMerge = append(s.onMerge, f)
}

// OnJoin registers f to run in the transaction that makes a new user.
func (s *Service) OnJoin(f func(ctx context.Context, tx *db.Tx, userID int64) error) {
	s.onJoin = append(s.onJoin, f)
}

func (s *Service) joined(ctx context.Context, tx *db.Tx, userID int64) error {
	for _, f := range s.onJoin {
		if err := f(ctx, tx, userID); err != nil {
			return err
		}
	}
	return nil
}

// The refusals of this domain.
var (
	ErrPhone        = errs.New(errs.Invalid, "phone_invalid", "请填写 11 位手机号").Field("phone", "请填写 11 位手机号")
	ErrSMSTooOften  = errs.New(errs.Limited, "sms_too_often", "验证码发得太频繁，请稍后再试")
	ErrSMSFailed    = errs.New(errs.Unavailable, "sms_failed", "短信没有发出去，请一分钟后再试")
	ErrCodeWrong    = errs.New(errs.Invalid, "sms_code_wrong", "验证码不对，请检查后重填").Field("code", "验证码不对")
	ErrCodeExpired  = errs.New(errs.Invalid, "sms_code_expired", "验证码已失效，请重新获取").Field("code", "验证码已失效")
	ErrConsent      = errs.New(errs.Invalid, "consent_required", "请先阅读并同意用户协议和隐私政策")
	ErrLogin        = errs.New(errs.Unauthenticated, "login_failed", "账号或密码不对")
	ErrLoginOften   = errs.New(errs.Limited, "login_too_often", "尝试次数太多，请稍后再试")
	ErrGuessOften   = errs.New(errs.Limited, "guess_too_often", "尝试次数太多，请稍后再试")
	ErrSignIn       = errs.New(errs.Unauthenticated, "sign_in", "登录已失效，请重新登录")
	ErrWeChatTaken  = errs.New(errs.Conflict, "wechat_taken", "这个微信已用于另一个绑定了手机号的账号，或者你的账号已绑定另一个微信")
	ErrPhoneTaken   = errs.New(errs.Conflict, "phone_taken", "这个手机号已用于另一个账号")
	ErrPassword     = errs.New(errs.Invalid, "password_weak", "密码至少 8 位，不能全是同一个字符").Field("password", "至少 8 位")
	ErrNickname     = errs.New(errs.Invalid, "nickname_invalid", "昵称为 1–20 个字").Field("nickname", "1–20 个字")
	ErrWeChat       = errs.New(errs.Unavailable, "wechat_failed", "微信暂时没有应答，请重试")
	ErrWeChatCode   = errs.New(errs.Invalid, "wechat_code", "微信授权已过期，请重试")
	ErrNoPhone      = errs.New(errs.Conflict, "phone_missing", "请先绑定手机号")
	ErrOwnCode      = errs.New(errs.Invalid, "own_code_needed", "请先验证现在的手机号").Field("own_code", "填写发到现在手机号的验证码")
	ErrDeviceGone   = errs.New(errs.NotFound, "device_gone", "这台设备已经退出登录")
	ErrStaffLogin   = errs.New(errs.Conflict, "staff_login_taken", "这个登录名已有人用").Field("login", "已有人用")
	ErrStaffGone    = errs.New(errs.NotFound, "staff_gone", "没有这位员工")
	ErrLastOwner    = errs.New(errs.Conflict, "last_owner", "至少要留一位所有者")
	ErrTOTP         = errs.New(errs.Invalid, "totp_wrong", "动态码不对或已用过").Field("code", "动态码不对或已用过")
	ErrTOTPEnabled  = errs.New(errs.Conflict, "totp_enabled", "两步验证已经开启")
	ErrNotAgreement = errs.New(errs.NotFound, "agreement_gone", "没有这份协议")
)
