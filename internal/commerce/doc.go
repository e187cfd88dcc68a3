// Package commerce sells: quote → order → payment → settle → grant → ledger, and
// refund back. It is the only package that moves the status of an order, a payment
// or a refund, each by a conditional UPDATE whose row count decides. It owns
// orders, order_items, order_events, payments, held_decisions, refunds,
// service_deliveries and inbox.
//
// A channel's word is a receipt; every receipt, by notification, query or bill,
// goes through the one Settle. Money that comes without a claim on goods is booked
// to suspense and given back by a job: late, double and mismatching payments are
// never silent.
package commerce

import (
	"context"
	"log/slog"

	"zhizhou/internal/access"
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/jobs"
	"zhizhou/internal/learning"
	"zhizhou/internal/pay"
	"zhizhou/internal/points"
	"zhizhou/internal/seal"
)

// Merchant is the account that a channel pays into, as our payment rows record it.
type Merchant struct {
	MchID string
	AppID string
}

// Channels gives the providers that are configured now.
type Channels interface {
	// Provider returns the provider of a channel. Returns ErrChannel when it is not
	// configured.
	Provider(ctx context.Context, c pay.Channel) (pay.Provider, Merchant, error)
	// Policy returns which channel serves a platform for a kind of goods; "" when
	// nothing is sold there.
	Policy(ctx context.Context, platform, goods string) (pay.Channel, error)
	// Offers returns every channel that a buyer may choose from there, the policy's
	// first; none when nothing is sold there.
	Offers(ctx context.Context, platform, goods string) ([]pay.Channel, error)
	// FourEyes is the amount from which two members of staff approve a refund, fen;
	// 0: one is enough.
	FourEyes(ctx context.Context) (int64, error)
	// NotifyURL is where a channel reports payments and refunds.
	NotifyURL(c pay.Channel, what string) string
}

// Payers tells who pays at WeChat.
type Payers interface {
	Payer(ctx context.Context, userID int64, kind string) (openid, sessionKey string, err error)
}

// Config is what a Service is made of.
type Config struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Clock    clock.Clock
	Box      *seal.Box
	Catalog  *catalog.Service
	Access   *access.Service
	Learning *learning.Service
	Points   *points.Service
	Channels Channels
	Payers   Payers
	Log      *slog.Logger
}

// Service is the commerce domain.
type Service struct {
	Config
	onPaid     []func(ctx context.Context, tx *db.Tx, o Order) error
	onContract func(ctx context.Context, tx *db.Tx, r pay.ContractReceipt) error
	unwanted   func(ctx context.Context, tx *db.Tx, o Order) (string, error)
	onRefunded []func(ctx context.Context, tx *db.Tx, o Order, it Item, r Refund) error
	onTransfer func(ctx context.Context, tx *db.Tx, r pay.TransferReceipt) error
	admit      func(ctx context.Context, tx *db.Tx, userID, productID int64) error
}

// New makes a Service and registers its jobs.
func New(cfg Config) *Service {
	s := &Service{Config: cfg}
	jobs.Work(cfg.Jobs, refundTimeout, s.workRefund)
	cfg.Catalog.OnSKU(s.setStock)
	return s
}

// OnPaid registers f to run in the settling transaction. It touches only the
// database and enqueues a job for anything slow.
func (s *Service) OnPaid(f func(ctx context.Context, tx *db.Tx, o Order) error) {
	s.onPaid = append(s.onPaid, f)
}

// OnRefunded registers f to run in the transaction that books a refund of a line,
// after the money has gone back. The order is as it was before this refund.
func (s *Service) OnRefunded(f func(ctx context.Context, tx *db.Tx, o Order, it Item, r Refund) error) {
	s.onRefunded = append(s.onRefunded, f)
}

// OnTransfer registers who acts on a channel's word about money that was sent to a
// person; commerce only keeps it. f returns ErrTransferGone for an unknown number.
func (s *Service) OnTransfer(f func(ctx context.Context, tx *db.Tx, r pay.TransferReceipt) error) {
	s.onTransfer = f
}

// The refusals of this domain.
var (
	ErrQuote           = errs.New(errs.Conflict, "quote_expired", "价格已更新，请重新确认")
	ErrTerms           = errs.New(errs.Invalid, "terms_unconfirmed", "请先确认购买须知").Field("terms_confirmed", "请勾选确认")
	ErrOwned           = errs.New(errs.Conflict, "already_owned", "你已经拥有它了，无需重复购买")
	ErrIdempotency     = errs.New(errs.Conflict, "idempotency_conflict", "这个请求已用于另一笔操作，请刷新后重试")
	ErrOrderGone       = errs.New(errs.NotFound, "order_gone", "没有这笔订单")
	ErrOrderClosed     = errs.New(errs.Conflict, "order_closed", "订单已关闭，请重新下单")
	ErrOrderPaid       = errs.New(errs.Conflict, "order_paid", "订单已支付")
	ErrChannel         = errs.New(errs.Unavailable, "channel_missing", "这里暂时不能支付，请换个设备或联系客服")
	ErrItemUnready     = errs.New(errs.Conflict, "item_unpublished", "这个价格还没有在小程序里上架，请稍后再试")
	ErrNoPayer         = errs.New(errs.Conflict, "wechat_needed", "请先用微信登录再支付")
	ErrPaymentGone     = errs.New(errs.NotFound, "payment_gone", "没有这笔支付")
	ErrRefundGone      = errs.New(errs.NotFound, "refund_gone", "没有这笔退款")
	ErrTransferGone    = errs.New(errs.NotFound, "transfer_gone", "没有这笔转账")
	ErrRefundPolicy    = errs.New(errs.Conflict, "refund_refused", "不符合退款条件")
	ErrRefundOpen      = errs.New(errs.Conflict, "refund_open", "已有一笔退款在处理中")
	ErrRefundState     = errs.New(errs.Conflict, "refund_state", "这笔退款已经处理过了")
	ErrRefundStuck     = errs.New(errs.Conflict, "refund_stuck", "通道里这笔退款还没有退成")
	ErrRefundAmount    = errs.New(errs.Invalid, "refund_amount", "退款金额超过可退金额").Field("amount_fen", "超过可退金额")
	ErrQuantity        = errs.New(errs.Invalid, "quantity_invalid", "请检查购买数量").Field("quantity", "数量为 1–999，同一规格只写一次")
	ErrSoldOut         = errs.New(errs.Conflict, "sold_out", "已售罄")
	ErrLimit           = errs.New(errs.Conflict, "buyer_limit", "已达到每人限购数量")
	ErrTrial           = errs.New(errs.Conflict, "trial_used", "体验价只限第一次购买")
	ErrStock           = errs.New(errs.Conflict, "stock_taken", "已售出的数量超过了新的库存")
	ErrGroupGone       = errs.New(errs.NotFound, "group_gone", "没有这个团")
	ErrGroup           = errs.New(errs.Conflict, "group_refused", "不能拼团")
	ErrPromotion       = errs.New(errs.Invalid, "promotion_invalid", "请检查活动设置")
	ErrPromotionGone   = errs.New(errs.NotFound, "promotion_gone", "没有这个活动")
	ErrPromotionState  = errs.New(errs.Conflict, "promotion_state", "活动现在的状态不能这样操作")
	ErrVersion         = errs.New(errs.Conflict, "version_conflict", "内容已被别人更新，请刷新后再改")
	ErrCoupon          = errs.New(errs.Invalid, "coupon_invalid", "请检查优惠券设置")
	ErrCouponGone      = errs.New(errs.NotFound, "coupon_gone", "没有这张券，或不在领取时间")
	ErrCouponMine      = errs.New(errs.Conflict, "coupon_claimed", "你已经领过了")
	ErrCouponOut       = errs.New(errs.Conflict, "coupon_out", "已经领完了")
	ErrGiftGone        = errs.New(errs.NotFound, "gift_gone", "没有这份赠送")
	ErrGiftTaken       = errs.New(errs.Conflict, "gift_taken", "这份赠送已被领取或收回")
	ErrGiftOwn         = errs.New(errs.Conflict, "gift_own", "这是你送出的，请把链接发给朋友")
	ErrCodes           = errs.New(errs.Invalid, "codes_invalid", "请检查兑换码设置")
	ErrBatchGone       = errs.New(errs.NotFound, "code_batch_gone", "没有这批兑换码")
	ErrCodeGone        = errs.New(errs.NotFound, "code_gone", "兑换码不对，或已经失效")
	ErrCodeUsed        = errs.New(errs.Conflict, "code_used", "这个兑换码已经用过了")
	ErrQuoteToken      = errs.New(errs.Invalid, "quote_invalid", "报价无效，请重新打开结算页")
	ErrRefundReason    = errs.New(errs.Invalid, "refund_reason", "请用 2–200 个字说明原因").Field("reason", "2–200 个字")
	ErrFourEyes        = errs.New(errs.Conflict, "four_eyes", "你已经同意过，达到复核金额的退款要由另一位同事再同意一次")
	ErrRefundItem      = errs.New(errs.Invalid, "refund_item", "请选择要退的商品").Field("item_id", "这笔订单有多件商品")
	ErrBargain         = errs.New(errs.Conflict, "bargain_refused", "现在不能砍价")
	ErrBargainGone     = errs.New(errs.NotFound, "bargain_gone", "没有这次砍价")
	ErrExperiment      = errs.New(errs.Invalid, "experiment_invalid", "请检查价格实验的设置")
	ErrExperimentGone  = errs.New(errs.NotFound, "experiment_gone", "没有这个价格实验")
	ErrExperimentState = errs.New(errs.Conflict, "experiment_state", "价格实验现在的状态不能这样操作")
	ErrService         = errs.New(errs.Invalid, "service_invalid", "请检查交付的说明")
	ErrServiceState    = errs.New(errs.Conflict, "service_state", "这项服务已经完成或取消了")
	ErrPhone           = errs.New(errs.Conflict, "phone_needed", "请先绑定手机号")
	ErrRefundApple     = errs.New(errs.Conflict, "refund_apple", "苹果设备上的订单由 App Store 退款，请在 App Store 的购买记录里申请")
)
