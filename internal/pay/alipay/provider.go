package alipay

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	sdk "github.com/smartwalle/alipay/v3"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// pageLife is how long a signed page address is handed out: Alipay refuses one whose
// time is too far from its own, and does not say how far that is.
const pageLife = 10 * time.Minute

const stampForm = "2006-01-02 15:04:05"

// Provider is one way to pay with an application; it implements pay.Provider and
// pay.Tester.
type Provider struct {
	*Merchant
	channel pay.Channel
}

// Channel returns the provider's name.
func (p *Provider) Channel() pay.Channel { return p.channel }

// Prepay signs the address of Alipay's page. Nothing is sent: the trade comes to
// exist when the buyer signs in there. Returns pay.ErrConfig, ErrNewNumber.
func (p *Provider) Prepay(_ context.Context, in pay.Prepay) (pay.Action, error) {
	bad := func(what string) (pay.Action, error) {
		return pay.Action{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: what, Advice: what}
	}
	now := p.clock.Now()
	switch {
	case len(in.OutTradeNo) < 6 || len(in.OutTradeNo) > 64 || strings.Trim(in.OutTradeNo, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "":
		return bad("支付单号应为 6–64 位字母、数字或下划线")
	case in.AmountFen <= 0:
		return bad("支付金额必须大于零")
	case in.NotifyURL == "" || strings.ContainsAny(in.NotifyURL, "?#"):
		return bad("通知地址必须是不带参数的完整网址")
	case strings.TrimSpace(in.Description) == "" || !utf8.ValidString(in.Description):
		return bad("商品描述不能为空")
	case !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now):
		return pay.Action{}, &pay.Trouble{Class: pay.ErrNewNumber, Code: "EXPIRED_LOCAL", Msg: "支付已过期", Advice: "重新下单。"}
	}
	t := sdk.Trade{
		NotifyURL: in.NotifyURL, ReturnURL: in.ReturnURL, Subject: subject(in.Description), OutTradeNo: in.OutTradeNo, TotalAmount: money.Yuan(in.AmountFen),
		SellerId: p.cfg.SellerID,
		// Comes back signed in the notice, which does not say on what page was paid.
		PassbackParams: string(p.channel),
	}
	expire := ""
	if !in.ExpiresAt.IsZero() {
		expire = in.ExpiresAt.In(clock.China).Format(stampForm)
	}
	a := pay.Action{Type: pay.ActionRedirect, ExpiresAt: now.Add(pageLife)}
	if !in.ExpiresAt.IsZero() && in.ExpiresAt.Before(a.ExpiresAt) {
		a.ExpiresAt = in.ExpiresAt
	}
	if p.channel == pay.AlipayWap {
		t.ProductCode = "QUICK_WAP_WAY"
		u, err := p.sdk.TradeWapPay(sdk.TradeWapPay{Trade: t, QuitURL: in.ReturnURL, TimeExpire: expire})
		if err != nil {
			return pay.Action{}, err
		}
		a.URL = u.String()
		return a, nil
	}
	t.ProductCode, t.TimeExpire = "FAST_INSTANT_TRADE_PAY", expire
	u, err := p.sdk.TradePagePay(sdk.TradePagePay{Trade: t})
	if err != nil {
		return pay.Action{}, err
	}
	a.URL = u.String()
	return a, nil
}

// subject drops the characters that Alipay refuses in a title.
func subject(s string) string {
	return clip(strings.Map(func(r rune) rune {
		if strings.ContainsRune("/=&", r) {
			return ' '
		}
		return r
	}, s), 256)
}

// Query returns the trade at Alipay. Before the buyer has signed in there is none:
// that is pay.ErrNotFound and not a failure. Returns also pay.ErrRetry, ErrConfig.
func (p *Provider) Query(ctx context.Context, outTradeNo, _ string) (pay.Receipt, error) {
	out, err := p.sdk.TradeQuery(ctx, sdk.TradeQuery{OutTradeNo: outTradeNo})
	if err != nil {
		return pay.Receipt{}, trouble(err)
	}
	if err := classify(out.Code, out.SubCode, out.SubMsg); err != nil {
		return pay.Receipt{}, err
	}
	fen, err := money.ParseYuan(out.TotalAmount)
	if err != nil || out.OutTradeNo != outTradeNo {
		return pay.Receipt{}, unverified()
	}
	paid := pay.BillTime(out.SendPayDate)
	r := pay.Receipt{
		Channel: p.channel, OutTradeNo: outTradeNo, TransactionID: out.TradeNo, State: state(out.TradeStatus, !paid.IsZero()),
		AmountFen: fen, PayerFen: fen, Currency: "CNY", PaidAt: paid,
		// The answer is signed for the application that asked; it names neither.
		MchID: p.cfg.SellerID, AppID: p.cfg.AppID,
	}
	if part, err := money.ParseYuan(out.BuyerPayAmount); err == nil {
		r.PayerFen = part
	}
	if c := out.TransCurrency; c != "" {
		r.Currency = c
	}
	r.Raw, err = json.Marshal(out)
	return r, err
}

// state reads a trade's status. TRADE_CLOSED is an unpaid trade that ended, and also
// a paid one that was given back whole.
func state(s sdk.TradeStatus, paid bool) pay.State {
	switch s {
	case sdk.TradeStatusWaitBuyerPay:
		return pay.StateNotPaid
	case sdk.TradeStatusSuccess, sdk.TradeStatusFinished:
		return pay.StateSuccess
	case sdk.TradeStatusClosed:
		if paid {
			return pay.StateRefund
		}
		return pay.StateClosed
	}
	return pay.StateUnknown
}

// Close ends an unpaid trade; one that never came to exist counts as closed, and its
// page ends with the time_expire that it was signed with. Returns pay.ErrPaid,
// ErrRetry, ErrConfig.
func (p *Provider) Close(ctx context.Context, outTradeNo, openID string) error {
	out, err := p.sdk.TradeClose(ctx, sdk.TradeClose{OutTradeNo: outTradeNo})
	if err != nil {
		err = trouble(err)
	} else {
		err = classify(out.Code, out.SubCode, out.SubMsg)
	}
	if err == nil || errors.Is(err, pay.ErrNotFound) {
		return nil
	}
	if pay.Advise(err).Code != "ACQ.TRADE_STATUS_ERROR" {
		return err
	}
	// Not to be closed: paid, or closed already. Only the trade itself tells.
	r, err := p.Query(ctx, outTradeNo, openID)
	if err != nil {
		return err
	}
	if r.State == pay.StateClosed {
		return nil
	}
	return &pay.Trouble{Class: pay.ErrPaid, Code: "TRADE_HAS_SUCCESS", Msg: "交易已支付", Advice: "订单已支付，系统会查询并入账。"}
}

// Refund gives money back, or reports the refund that was made under the number
// before: fund_change says whether this very call moved money, so its N means "look".
// Returns pay.ErrRetry, ErrFunds, ErrConfig, ErrNotFound.
func (p *Provider) Refund(ctx context.Context, r pay.RefundRequest) (pay.RefundReceipt, error) {
	if r.OutRefundNo == "" || len(r.OutRefundNo) > 64 || r.RefundFen <= 0 || r.RefundFen > r.TotalFen {
		return pay.RefundReceipt{}, &pay.Trouble{Class: pay.ErrConfig, Code: "PARAM_LOCAL", Msg: "退款单号或金额不正确", Advice: "退款金额应大于零且不超过支付金额。"}
	}
	out, err := p.sdk.TradeRefund(ctx, sdk.TradeRefund{
		OutTradeNo: r.OutTradeNo, RefundAmount: money.Yuan(r.RefundFen), RefundReason: clip(r.Reason, 80), OutRequestNo: r.OutRefundNo,
	})
	if err != nil {
		return pay.RefundReceipt{}, trouble(err)
	}
	if err := classify(out.Code, out.SubCode, out.SubMsg); err != nil {
		return pay.RefundReceipt{}, err
	}
	if out.OutTradeNo != r.OutTradeNo {
		return pay.RefundReceipt{}, unverified()
	}
	if out.FundChange == "Y" {
		raw, err := json.Marshal(out)
		return pay.RefundReceipt{
			Channel: p.channel, OutRefundNo: r.OutRefundNo, OutTradeNo: r.OutTradeNo, RefundID: out.TradeNo, State: pay.RefundSuccess,
			AmountFen: r.RefundFen, PayerRefundFen: r.RefundFen, SucceededAt: p.clock.Now(), MchID: p.cfg.SellerID, Raw: raw,
		}, err
	}
	got, err := p.QueryRefund(ctx, r.OutRefundNo, r.OutTradeNo, "")
	if errors.Is(err, pay.ErrNotFound) {
		return got, &pay.Trouble{Class: pay.ErrRetry, Code: "FUND_CHANGE_N", Msg: "退款还没有结果", Advice: "系统会用原退款请求号再次确认。"}
	}
	return got, err
}

// QueryRefund returns a refund. Alipay names no state for one that it never had or
// that failed: both are pay.ErrNotFound, and nothing was given back. Returns also
// pay.ErrRetry, ErrConfig.
func (p *Provider) QueryRefund(ctx context.Context, outRefundNo, outTradeNo, _ string) (pay.RefundReceipt, error) {
	out, err := p.sdk.TradeFastPayRefundQuery(ctx, sdk.TradeFastPayRefundQuery{OutTradeNo: outTradeNo, OutRequestNo: outRefundNo})
	if err != nil {
		return pay.RefundReceipt{}, trouble(err)
	}
	if err := classify(out.Code, out.SubCode, out.SubMsg); err != nil {
		return pay.RefundReceipt{}, err
	}
	r := pay.RefundReceipt{Channel: p.channel, OutRefundNo: outRefundNo, OutTradeNo: outTradeNo, RefundID: out.TradeNo, MchID: p.cfg.SellerID}
	switch out.RefundStatus {
	case "REFUND_SUCCESS":
		r.State = pay.RefundSuccess
	case "REFUND_PROCESSING":
		r.State = pay.RefundProcessing
	default:
		return pay.RefundReceipt{}, &pay.Trouble{Class: pay.ErrNotFound, Code: "REFUND_NOT_EXIST", Msg: "没有这笔退款", Advice: "退款单不存在，或没有退成。"}
	}
	if out.OutRequestNo != outRefundNo || out.OutTradeNo != outTradeNo {
		return pay.RefundReceipt{}, unverified()
	}
	if r.AmountFen, err = money.ParseYuan(out.RefundAmount); err != nil {
		return pay.RefundReceipt{}, unverified()
	}
	r.PayerRefundFen, r.SucceededAt = r.AmountFen, pay.BillTime(out.GMTRefundPay)
	r.Raw, err = json.Marshal(out)
	return r, err
}

// Test asks for a trade that cannot exist: its signed refusal proves APPID and both
// keys. The seller's number shows with the first payment only. Returns *pay.Trouble.
func (m *Merchant) Test(ctx context.Context) error {
	out, err := m.sdk.TradeQuery(ctx, sdk.TradeQuery{OutTradeNo: id.Code()})
	if err != nil {
		return trouble(err)
	}
	err = classify(out.Code, out.SubCode, out.SubMsg)
	if errors.Is(err, pay.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = pay.Classify(200, "UNEXPECTED", "查询随机单号却得到了交易")
	}
	return err
}

var (
	_ pay.Provider     = (*Provider)(nil)
	_ pay.Tester       = (*Provider)(nil)
	_ pay.NotifyParser = (*Merchant)(nil)
	_ pay.Biller       = (*Merchant)(nil)
)
