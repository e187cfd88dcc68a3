package wechat

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// How long a credential may be used, whatever the order's own end.
const (
	prepayLife = 2 * time.Hour
	codeLife   = 2 * time.Hour
	h5Life     = 5 * time.Minute
)

// Provider is one way to pay with a merchant number; it implements pay.Provider,
// pay.NotifyParser and pay.Tester.
type Provider struct {
	*Merchant
	channel pay.Channel
	appID   string
	kind    string // last part of the create address
}

// Channel returns the provider's name.
func (p *Provider) Channel() pay.Channel { return p.channel }

type amount struct {
	Total         int64  `json:"total"`
	Currency      string `json:"currency"`
	PayerTotal    int64  `json:"payer_total,omitempty"`
	Refund        int64  `json:"refund,omitempty"`
	PayerRefund   int64  `json:"payer_refund,omitempty"`
	PayerCurrency string `json:"payer_currency,omitempty"`
}

type payer struct {
	OpenID string `json:"openid,omitempty"`
}

type scene struct {
	ClientIP string `json:"payer_client_ip"`
	H5       *h5    `json:"h5_info,omitempty"`
}

type h5 struct {
	Type string `json:"type"`
}

type createBody struct {
	AppID       string `json:"appid"`
	MchID       string `json:"mchid"`
	Description string `json:"description"`
	OutTradeNo  string `json:"out_trade_no"`
	TimeExpire  string `json:"time_expire,omitempty"`
	Attach      string `json:"attach,omitempty"`
	NotifyURL   string `json:"notify_url"`
	Amount      amount `json:"amount"`
	Payer       *payer `json:"payer,omitempty"`
	Scene       *scene `json:"scene_info,omitempty"`
}

// Prepay creates the order, or renews its credential when it is repeated with
// the same values. Returns pay.ErrPaid, ErrNewNumber, ErrRetry, ErrConfig, ErrUser.
func (p *Provider) Prepay(ctx context.Context, in pay.Prepay) (pay.Action, error) {
	if err := p.checkPrepay(in); err != nil {
		return pay.Action{}, err
	}
	now := p.clock.Now()
	body := createBody{
		AppID: p.appID, MchID: p.cfg.MchID, Description: clip(in.Description, 127), OutTradeNo: in.OutTradeNo,
		Attach: in.Attach, NotifyURL: in.NotifyURL, Amount: amount{Total: in.AmountFen, Currency: "CNY"},
	}
	if !in.ExpiresAt.IsZero() {
		body.TimeExpire = in.ExpiresAt.In(clock.China).Format(time.RFC3339)
	}
	if p.kind == "jsapi" {
		body.Payer = &payer{in.OpenID}
	}
	if in.ClientIP != "" {
		body.Scene = &scene{ClientIP: in.ClientIP}
		if p.kind == "h5" {
			body.Scene.H5 = &h5{"Wap"}
		}
	}
	var out struct {
		PrepayID string `json:"prepay_id"`
		CodeURL  string `json:"code_url"`
		H5URL    string `json:"h5_url"`
	}
	if err := p.post(ctx, "/v3/pay/transactions/"+p.kind, body, &out); err != nil {
		return pay.Action{}, err
	}
	switch {
	case p.kind == "jsapi" && out.PrepayID != "":
		params, err := p.sign(ctx, out.PrepayID, strconv.FormatInt(now.Unix(), 10), id.Token(16))
		if err != nil {
			return pay.Action{}, err
		}
		return pay.Action{Type: pay.ActionJSAPI, JSAPI: &params, ExpiresAt: sooner(in.ExpiresAt, now.Add(prepayLife))}, nil
	case p.kind == "h5" && out.H5URL != "":
		link := out.H5URL
		if in.ReturnURL != "" {
			sep := "?"
			if strings.Contains(link, "?") {
				sep = "&"
			}
			link += sep + "redirect_url=" + url.QueryEscape(in.ReturnURL)
		}
		return pay.Action{Type: pay.ActionRedirect, URL: link, ExpiresAt: sooner(in.ExpiresAt, now.Add(h5Life))}, nil
	case p.kind == "native" && out.CodeURL != "":
		return pay.Action{Type: pay.ActionQRCode, URL: out.CodeURL, ExpiresAt: sooner(in.ExpiresAt, now.Add(codeLife))}, nil
	}
	return pay.Action{}, &pay.Trouble{Class: pay.ErrRetry, Code: "ANSWER_FORMAT", Msg: "应答缺少支付凭证", Advice: "系统会重试；若持续出现请联系技术支持。"}
}

// sign makes what the client hands to WeChat: appId, time, nonce and package on
// four lines, each ended, under the merchant key.
func (p *Provider) sign(ctx context.Context, prepayID, stamp, nonce string) (pay.JSAPIParams, error) {
	pkg := "prepay_id=" + prepayID
	s, err := p.client.Sign(ctx, p.appID+"\n"+stamp+"\n"+nonce+"\n"+pkg+"\n")
	if err != nil {
		return pay.JSAPIParams{}, err
	}
	return pay.JSAPIParams{AppID: p.appID, TimeStamp: stamp, NonceStr: nonce, Package: pkg, SignType: "RSA", PaySign: s.Signature}, nil
}

func (p *Provider) checkPrepay(in pay.Prepay) error {
	bad := func(what string) error {
		return &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: what, Advice: what}
	}
	switch {
	case p.appID == "":
		return bad("没有配置此支付方式需要的 AppID")
	case !number(in.OutTradeNo, 6, 32):
		return bad("支付单号应为 6–32 位字母数字")
	case in.AmountFen <= 0:
		return bad("支付金额必须大于零")
	case in.NotifyURL == "" || strings.ContainsAny(in.NotifyURL, "?#"):
		return bad("通知地址必须是不带参数的完整网址")
	case strings.TrimSpace(in.Description) == "" || !utf8.ValidString(in.Description):
		return bad("商品描述不能为空")
	case p.kind == "jsapi" && in.OpenID == "":
		return &pay.Trouble{Class: pay.ErrUser, Code: "OPENID_MISSING", Msg: "没有付款人身份", Advice: "请用户在微信内重新登录。"}
	case p.kind == "h5" && net.ParseIP(in.ClientIP) == nil:
		return bad("H5 支付需要用户的真实 IP，请检查反向代理设置")
	case !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(p.clock.Now()):
		return &pay.Trouble{Class: pay.ErrNewNumber, Code: "EXPIRED_LOCAL", Msg: "支付已过期", Advice: "重新下单。"}
	}
	return nil
}

// Query returns the order's state at WeChat Pay. Returns pay.ErrNotFound,
// ErrRetry, ErrConfig.
func (p *Provider) Query(ctx context.Context, outTradeNo, _ string) (pay.Receipt, error) {
	var t transaction
	path := "/v3/pay/transactions/out-trade-no/" + url.PathEscape(outTradeNo) + "?mchid=" + url.QueryEscape(p.cfg.MchID)
	if err := p.get(ctx, path, &t); err != nil {
		return pay.Receipt{}, err
	}
	if t.OutTradeNo != outTradeNo {
		return pay.Receipt{}, pay.Unverified()
	}
	r := p.receipt(&t)
	r.Channel = p.channel
	return r, nil
}

// Close ends an unpaid order. Returns pay.ErrPaid, ErrRetry, ErrConfig; an order
// that WeChat Pay never saw counts as closed.
func (p *Provider) Close(ctx context.Context, outTradeNo, _ string) error {
	path := "/v3/pay/transactions/out-trade-no/" + url.PathEscape(outTradeNo) + "/close"
	err := p.post(ctx, path, map[string]string{"mchid": p.cfg.MchID}, nil)
	if err == nil {
		return nil
	}
	if t := pay.Advise(err); t.Code == "ORDER_CLOSED" || t.Class == pay.ErrNotFound {
		return nil
	}
	return err
}

// Refund starts a refund, or returns the one already made under OutRefundNo.
// Returns pay.ErrRetry, ErrFunds, ErrConfig, ErrNotFound.
func (p *Provider) Refund(ctx context.Context, r pay.RefundRequest) (pay.RefundReceipt, error) {
	if !number(r.OutRefundNo, 6, 64) || r.RefundFen <= 0 || r.RefundFen > r.TotalFen {
		return pay.RefundReceipt{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: "退款单号或金额不正确", Advice: "退款金额应大于零且不超过支付金额。"}
	}
	body := map[string]any{
		"out_refund_no": r.OutRefundNo,
		"amount":        map[string]any{"refund": r.RefundFen, "total": r.TotalFen, "currency": "CNY"},
	}
	if r.TransactionID != "" {
		body["transaction_id"] = r.TransactionID
	} else {
		body["out_trade_no"] = r.OutTradeNo
	}
	if r.Reason != "" {
		body["reason"] = clipBytes(r.Reason, 80)
	}
	if r.NotifyURL != "" {
		body["notify_url"] = r.NotifyURL
	}
	var out refund
	if err := p.post(ctx, "/v3/refund/domestic/refunds", body, &out); err != nil {
		return pay.RefundReceipt{}, err
	}
	if out.OutRefundNo != r.OutRefundNo {
		return pay.RefundReceipt{}, pay.Unverified()
	}
	receipt := p.refundReceipt(&out)
	receipt.Channel = p.channel
	return receipt, nil
}

// QueryRefund returns a refund. Returns pay.ErrNotFound, ErrRetry, ErrConfig.
func (p *Provider) QueryRefund(ctx context.Context, outRefundNo, _, _ string) (pay.RefundReceipt, error) {
	var out refund
	if err := p.get(ctx, "/v3/refund/domestic/refunds/"+url.PathEscape(outRefundNo), &out); err != nil {
		return pay.RefundReceipt{}, asMissing(err)
	}
	if out.OutRefundNo != outRefundNo {
		return pay.RefundReceipt{}, pay.Unverified()
	}
	receipt := p.refundReceipt(&out)
	receipt.Channel = p.channel
	return receipt, nil
}

// asMissing words RESOURCE_NOT_EXISTS, which WeChat Pay uses for absent refunds
// as well as for absent certificates.
func asMissing(err error) error {
	t := pay.Advise(err)
	if t.Class == pay.ErrNotFound {
		c := *t
		c.Advice = "退款单不存在。"
		return &c
	}
	return err
}

func number(s string, lo, hi int) bool {
	if len(s) < lo || len(s) > hi {
		return false
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("_-|*@", r) {
			return false
		}
	}
	return true
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func clipBytes(s string, n int) string {
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

var (
	_ pay.Provider     = (*Provider)(nil)
	_ pay.NotifyParser = (*Provider)(nil)
	_ pay.Tester       = (*Provider)(nil)
)
