// Package commission counts what people earn by bringing buyers, and pays it out.
// It owns commission_terms, commission_rules, commission_accounts,
// commission_moves, commission_entries, commission_reversals, commission_payees
// and withdrawals.
//
// An entry is made in the transaction that settles an order: for each line, on the
// cash that was paid for it, for by whose share the buyer came, or else who once invited
// them, and for the inviter of that one: at most two levels and never the buyer (INV-29).
// It is held until the line's refund promise has run out, goes back pro rata with every
// refund, also after it was paid out (INV-30), and every change of an account is one
// append-only move with its ledger entry (INV-31). A payout keeps its number until the
// channel has said what became of it (INV-32).
//
// It refuses a third level, a rate above half, a payment for recruiting, and any
// payout without a proven receiver. It withholds no tax: it reports what was paid.
package commission

import (
	"context"
	"log/slog"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/jobs"
	"zhizhou/internal/pay"
	"zhizhou/internal/referral"
	"zhizhou/internal/seal"
)

// Sender is the merchant that pays, as it is configured now.
type Sender struct {
	pay.Transferer
	MchID     string
	Apps      map[string]string // identity kind → appid
	NotifyURL string
	SceneID   string
	Reports   []pay.SceneReport
	Remark    string
}

// Channels gives who pays.
type Channels interface {
	// Sender returns the merchant. Returns an error when it is not configured.
	Sender(ctx context.Context) (Sender, error)
	// FourEyes is the amount from which two members of staff approve, fen; 0: one
	// is enough.
	FourEyes(ctx context.Context) (int64, error)
}

// Payers tells who somebody is at WeChat.
type Payers interface {
	Payer(ctx context.Context, userID int64, kind string) (openid, sessionKey string, err error)
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Clock    clock.Clock
	Box      *seal.Box
	Referral *referral.Service
	Channels Channels
	Payers   Payers
	Log      *slog.Logger
	// Led returns by whose share the buyer came to an order, 0: by nobody's. nil: shares
	// do not count.
	Led func(ctx context.Context, r db.Reader, orderID int64) (int64, error)
	// Roles returns in which role of partners somebody earns by each product, now; what is
	// absent they earn by as anybody. nil: there are no partners.
	Roles func(ctx context.Context, r db.Reader, userID int64, products []int64) (map[int64]string, error)
	// Judge reports whether somebody's commission may be released now; nil: always.
	Judge func(ctx context.Context, tx *db.Tx, userID int64, act string) (bool, error)
	// OnOwn is told of an entry that is taken back because its earner paid for the order or
	// received what was bought; nil: nobody is.
	OnOwn func(ctx context.Context, tx *db.Tx, e Entry) error
}

// Service is the commission domain.
type Service struct{ Config }

// New makes a Service and registers its job.
func New(cfg Config) *Service {
	s := &Service{cfg}
	jobs.Work(cfg.Jobs, payoutTimeout, s.workPayout)
	return s
}

// The refusals of this domain.
var (
	ErrTerms       = errs.New(errs.Invalid, "commission_terms", "请检查佣金设置")
	ErrRule        = errs.New(errs.Invalid, "commission_rule", "请检查佣金规则")
	ErrRuleGone    = errs.New(errs.NotFound, "commission_rule_gone", "没有这条规则")
	ErrVersion     = errs.New(errs.Conflict, "commission_version", "设置刚被别人改过，请刷新后再改")
	ErrBalance     = errs.New(errs.Conflict, "commission_balance", "可提现的佣金不够")
	ErrPayee       = errs.New(errs.Invalid, "payee_invalid", "请检查实名信息")
	ErrPayeeNeeded = errs.New(errs.Conflict, "payee_needed", "请先填写实名信息")
	ErrPayeeTaken  = errs.New(errs.Conflict, "payee_elsewhere", "这个身份证号已在另一个账号登记，请用那个账号，或绑定同一个手机号合并账号")
	ErrPayeeSet    = errs.New(errs.Conflict, "payee_set", "实名信息已经登记过，需要更正请联系客服")
	ErrDebt        = errs.New(errs.Conflict, "commission_debt", "这位学员的佣金因退款已经倒欠，不能付款；拒绝后这笔钱先用来补足")
	ErrMinimum     = errs.New(errs.Invalid, "withdrawal_minimum", "低于最低提现金额")
	ErrNoWeChat    = errs.New(errs.Conflict, "wechat_needed", "请先用微信登录，佣金打款到微信零钱")
	ErrGone        = errs.New(errs.NotFound, "withdrawal_gone", "没有这笔提现")
	ErrState       = errs.New(errs.Conflict, "withdrawal_state", "这笔提现现在的状态不能这样操作")
	ErrIdempotency = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一笔操作，请刷新后重试")
	ErrFourEyes    = errs.New(errs.Conflict, "four_eyes", "你已经同意过，达到复核金额的提现要由另一位同事再同意一次")
	ErrUnsure      = errs.New(errs.Conflict, "withdrawal_unsure", "通道还没有给出确定的结果，请稍后再试")
	ErrSpan        = errs.New(errs.Invalid, "commission_span", "结束要晚于开始").Field("until", "结束要晚于开始")
	ErrReason      = errs.New(errs.Invalid, "reason_missing", "请用 2–200 个字说明原因").Field("reason", "2–200 个字")
)

const day = int64(24 * 3600 * 1000)
