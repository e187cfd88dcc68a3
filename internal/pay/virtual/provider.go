// Package virtual is mini program virtual payment (wx.requestVirtualPayment),
// the only road that WeChat allows for digital goods sold inside a mini program.
// There is no create call: the signed parameters go to the client, and the order
// comes to exist at WeChat when the payer confirms. iOS orders cannot be refunded
// from here; Apple asks us (IOSInquiry) and then tells us.
package virtual

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
)

// Poster sends body to a mini program server address such as /xpay/query_order,
// adding the access token and the given pay_sig, and returns the answer as it is.
// It must send exactly these bytes: paySig covers them.
type Poster interface {
	XpayPost(ctx context.Context, uri, paySig string, body []byte) ([]byte, error)
}

// Environments of virtual payment.
const (
	EnvLive    = 0
	EnvSandbox = 1
)

// ErrSettings is returned by New with one message per field.
var ErrSettings = errs.New(errs.Invalid, "virtual_pay_settings", "虚拟支付配置不完整或有误")

// Config is one mini program's virtual payment application.
type Config struct {
	OfferID string
	AppKey  string       // of the chosen environment
	Env     int          // EnvLive or EnvSandbox
	AppID   string       // the mini program, for receipts
	MchID   string       // the second-level merchant number, for receipts; may be empty
	HTTP    *http.Client // fetches bills; http.DefaultClient when nil
	Clock   clock.Clock
}

// Provider implements pay.Provider.
type Provider struct {
	cfg  Config
	post Poster
}

// New checks the configuration. Returns ErrSettings.
func New(cfg Config, p Poster) (*Provider, error) {
	e := ErrSettings
	if cfg.OfferID == "" {
		e = e.Field("offer_id", "请填写虚拟支付 OfferId")
	}
	if cfg.AppKey == "" {
		e = e.Field("app_key", "请填写与环境对应的 AppKey")
	}
	if cfg.Env != EnvLive && cfg.Env != EnvSandbox {
		e = e.Field("env", "环境只能是 0（现网）或 1（沙箱）")
	}
	if cfg.AppID == "" {
		e = e.Field("app_id", "请填写小程序 AppID")
	}
	if len(e.Fields) > 0 {
		return nil, e
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	return &Provider{cfg, p}, nil
}

// Channel returns pay.WechatVirtual.
func (p *Provider) Channel() pay.Channel { return pay.WechatVirtual }

// signData has exactly the keys that WeChat knows; an extra one breaks the call.
type signData struct {
	OfferID      string `json:"offerId"`
	BuyQuantity  int    `json:"buyQuantity"`
	Env          int    `json:"env"`
	CurrencyType string `json:"currencyType"`
	ProductID    string `json:"productId"`
	GoodsPrice   int64  `json:"goodsPrice"`
	OutTradeNo   string `json:"outTradeNo"`
	Attach       string `json:"attach"`
}

// Prepay signs the client's parameters. Nothing is sent. Returns pay.ErrConfig
// when price × quantity cannot equal the amount (INV-12), pay.ErrUser without a
// session key, pay.ErrNewNumber after ExpiresAt.
func (p *Provider) Prepay(_ context.Context, in pay.Prepay) (pay.Action, error) {
	bad := func(class *errs.E, code, what string) (pay.Action, error) {
		return pay.Action{}, &pay.Trouble{Class: class, Code: code, Msg: what, Advice: what}
	}
	now := p.cfg.Clock.Now()
	switch {
	case !outTradeNo(in.OutTradeNo):
		return bad(pay.ErrConfig, "PARAM_LOCAL", "支付单号应为 8–32 位字母数字，且不以下划线开头")
	case in.ProductID == "":
		return bad(pay.ErrConfig, "PARAM_LOCAL", "商品还没有对应的已发布道具")
	case in.Quantity <= 0 || in.AmountFen <= 0 || in.AmountFen%int64(in.Quantity) != 0:
		return bad(pay.ErrConfig, "PRICE_LOCAL", "道具单价乘数量必须等于支付金额")
	case in.SessionKey == "":
		return bad(pay.ErrUser, "SESSION_MISSING", "登录态过期，请重新进入小程序")
	case !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now):
		return bad(pay.ErrNewNumber, "EXPIRED_LOCAL", "支付已过期，请重新下单")
	}
	data, err := encode(signData{
		p.cfg.OfferID, in.Quantity, p.cfg.Env, "CNY", in.ProductID,
		in.AmountFen / int64(in.Quantity), in.OutTradeNo, in.Attach,
	})
	if err != nil {
		return pay.Action{}, err
	}
	end := in.ExpiresAt
	if end.IsZero() {
		end = now.Add(2 * time.Hour)
	}
	return pay.Action{Type: pay.ActionVirtual, ExpiresAt: end, Virtual: &pay.VirtualParams{
		Mode: "short_series_goods", SignData: string(data),
		PaySig:    p.PaySig("requestVirtualPayment", data),
		Signature: Signature(in.SessionKey, data),
	}}, nil
}

// PaySig is the lower-case hex HMAC-SHA256 of uri & "&" & body under the AppKey.
func (p *Provider) PaySig(uri string, body []byte) string {
	return mac(p.cfg.AppKey, append([]byte(uri+"&"), body...))
}

// Signature is the lower-case hex HMAC-SHA256 of body under the session key,
// taken as text: it is not base64-decoded.
func Signature(sessionKey string, body []byte) string { return mac(sessionKey, body) }

func mac(key string, data []byte) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// order is the server's record of a payment or of a refund.
type order struct {
	OrderID      string          `json:"order_id"`
	Status       int             `json:"status"`
	OrderType    int             `json:"order_type"` // 0 payment, 1 refund
	OrderFee     int64           `json:"order_fee"`
	PaidFee      int64           `json:"paid_fee"`
	RefundFee    int64           `json:"refund_fee"`
	LeftFee      int64           `json:"left_fee"`
	PaidTime     int64           `json:"paid_time"`
	EnvType      int             `json:"env_type"` // 1 live, 2 sandbox; documents disagree, so it is not read
	WxOrderID    string          `json:"wx_order_id"`
	WxpayOrderID string          `json:"wxpay_order_id"`
	BizMeta      json.RawMessage `json:"biz_meta"`
}

func (p *Provider) query(ctx context.Context, orderID, openID string) (order, []byte, error) {
	in := struct {
		OpenID  string `json:"openid"`
		Env     int    `json:"env"`
		OrderID string `json:"order_id"`
	}{openID, p.cfg.Env, orderID}
	var out struct {
		Order order `json:"order"`
	}
	raw, err := p.call(ctx, "/xpay/query_order", in, &out)
	if err == nil && out.Order.OrderID != orderID {
		err = pay.Unverified()
	}
	return out.Order, raw, err
}

// Query returns the payment's state; openID is the payer's and is required.
// Returns pay.ErrNotFound while the payer has not confirmed, ErrRetry, ErrConfig.
func (p *Provider) Query(ctx context.Context, no, openID string) (pay.Receipt, error) {
	o, raw, err := p.query(ctx, no, openID)
	if err != nil {
		return pay.Receipt{}, err
	}
	r := pay.Receipt{
		Channel: pay.WechatVirtual, OutTradeNo: no, TransactionID: transaction(o.WxpayOrderID, o.WxOrderID),
		State: pay.StateUnknown, AmountFen: o.OrderFee, PayerFen: o.PaidFee, Currency: "CNY",
		MchID: p.cfg.MchID, AppID: p.cfg.AppID, PayerOpenID: openID, Raw: raw,
	}
	switch o.Status {
	case 0, 1:
		r.State = pay.StateNotPaid
	case 2, 3, 4, 7: // 7: a refund failed, so the payment stands
		r.State = pay.StateSuccess
	case 5, 8:
		r.State = pay.StateRefund
	case 6:
		r.State = pay.StateClosed
	}
	if o.PaidTime > 0 && r.State != pay.StateNotPaid {
		r.PaidAt = time.Unix(o.PaidTime, 0)
	}
	return r, nil
}

// Close has nothing to end at WeChat, because an order exists only once the payer
// confirms; it makes sure that this has not happened. Returns pay.ErrPaid,
// ErrRetry, ErrConfig.
func (p *Provider) Close(ctx context.Context, no, openID string) error {
	r, err := p.Query(ctx, no, openID)
	if err != nil {
		if pay.Advise(err).Class == pay.ErrNotFound {
			return nil
		}
		return err
	}
	if r.State == pay.StateSuccess || r.State == pay.StateRefund {
		return &pay.Trouble{Class: pay.ErrPaid, Code: "ORDER_PAID", Msg: "订单已支付", Advice: "订单已支付，系统会查询并入账。"}
	}
	return nil
}

// Delivered tells WeChat that the goods were given, when the delivery push never
// came. Repeating it is harmless. Returns pay.ErrRetry, ErrConfig, ErrNotFound.
func (p *Provider) Delivered(ctx context.Context, no string) error {
	in := struct {
		OrderID string `json:"order_id"`
		Env     int    `json:"env"`
	}{no, p.cfg.Env}
	_, err := p.call(ctx, "/xpay/notify_provide_goods", in, nil)
	if err != nil && pay.Advise(err).Code == "268490004" {
		return nil
	}
	return err
}

// Refund starts a refund task for a payment that was not made on iOS. The result
// comes by push or QueryRefund. LeftFen must be what is left before it. Returns
// pay.ErrRetry (also when LeftFen is out of date), ErrConfig, ErrNotFound.
func (p *Provider) Refund(ctx context.Context, r pay.RefundRequest) (pay.RefundReceipt, error) {
	if !outTradeNo(r.OutRefundNo) || r.RefundFen <= 0 || r.RefundFen > r.LeftFen {
		return pay.RefundReceipt{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: "退款单号或金额不正确", Advice: "退款金额应大于零且不超过剩余可退金额。"}
	}
	in := struct {
		OpenID  string `json:"openid"`
		OrderID string `json:"order_id"`
		Refund  string `json:"refund_order_id"`
		Left    int64  `json:"left_fee"`
		Fee     int64  `json:"refund_fee"`
		Meta    string `json:"biz_meta"`
		Reason  string `json:"refund_reason"`
		From    string `json:"req_from"`
		Env     int    `json:"env"`
	}{r.OpenID, r.OutTradeNo, r.OutRefundNo, r.LeftFen, r.RefundFen, "", "0", "1", p.cfg.Env}
	var out struct {
		RefundWxOrderID string `json:"refund_wx_order_id"`
	}
	raw, err := p.call(ctx, "/xpay/refund_order", in, &out)
	if err != nil && pay.Advise(err).Code != "268490004" { // …004: this refund was already accepted
		return pay.RefundReceipt{}, err
	}
	return pay.RefundReceipt{
		Channel: pay.WechatVirtual, OutRefundNo: r.OutRefundNo, OutTradeNo: r.OutTradeNo, RefundID: out.RefundWxOrderID,
		State: pay.RefundProcessing, AmountFen: r.RefundFen, MchID: p.cfg.MchID, Raw: raw,
	}, nil
}

// QueryRefund polls the refund task; a refund is an order of its own at WeChat.
// Returns pay.ErrNotFound, ErrRetry, ErrConfig.
func (p *Provider) QueryRefund(ctx context.Context, outRefundNo, no, openID string) (pay.RefundReceipt, error) {
	o, raw, err := p.query(ctx, outRefundNo, openID)
	if err != nil {
		return pay.RefundReceipt{}, err
	}
	r := pay.RefundReceipt{
		Channel: pay.WechatVirtual, OutRefundNo: outRefundNo, OutTradeNo: no, RefundID: transaction(o.WxpayOrderID, o.WxOrderID),
		State: pay.RefundProcessing, AmountFen: o.RefundFee, PayerRefundFen: o.RefundFee, MchID: p.cfg.MchID, Raw: raw,
	}
	switch o.Status {
	case 5, 8:
		r.State = pay.RefundSuccess
		if o.PaidTime > 0 {
			r.SucceededAt = time.Unix(o.PaidTime, 0)
		}
	case 6:
		r.State = pay.RefundClosed
	case 7:
		r.State = pay.RefundAbnormal
	}
	return r, nil
}

// Test asks for the item upload task, which moves nothing: AppKey, token and
// environment must be right to be answered. Returns *pay.Trouble.
func (p *Provider) Test(ctx context.Context) error {
	_, err := p.call(ctx, "/xpay/query_upload_goods", map[string]int{"env": p.cfg.Env}, nil)
	return err
}

func (p *Provider) call(ctx context.Context, uri string, in, out any) ([]byte, error) {
	body, err := encode(in)
	if err != nil {
		return nil, err
	}
	raw, err := p.post.XpayPost(ctx, uri, p.PaySig(uri, body), body)
	if err != nil {
		var refused interface{ ErrCode() int } // the token could not be had
		if errors.As(err, &refused) {
			return nil, pay.Classify(0, strconv.Itoa(refused.ErrCode()), "")
		}
		return nil, pay.Advise(err)
	}
	var head struct {
		ErrCode *int   `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	if json.Unmarshal(raw, &head) != nil {
		return nil, &pay.Trouble{Class: pay.ErrRetry, Code: "ANSWER_FORMAT", Msg: "应答不是预期格式", Advice: "系统会查询真实状态。"}
	}
	if head.ErrCode != nil && *head.ErrCode != 0 {
		return raw, pay.Classify(0, strconv.Itoa(*head.ErrCode), head.ErrMsg)
	}
	if out != nil && json.Unmarshal(raw, out) != nil {
		return nil, &pay.Trouble{Class: pay.ErrRetry, Code: "ANSWER_FORMAT", Msg: "应答不是预期格式", Advice: "系统会查询真实状态。"}
	}
	return raw, nil
}

// encode writes JSON without HTML escapes and without a final newline, so that
// the signed bytes are the plain ones.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func outTradeNo(s string) bool {
	if len(s) < 8 || len(s) > 32 || s[0] == '_' {
		return false
	}
	return strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-|*@") == ""
}

func transaction(wxpay, wx string) string {
	if wxpay != "" {
		return wxpay
	}
	return wx
}

var (
	_ pay.Provider = (*Provider)(nil)
	_ pay.Tester   = (*Provider)(nil)
)
