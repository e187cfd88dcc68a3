package alipay

import (
	"context"
	"net/http"
	"net/url"

	sdk "github.com/smartwalle/alipay/v3"

	"zhizhou/internal/money"
	"zhizhou/internal/pay"
)

// ParseNotify verifies a notice, a form, and reads it. A payment is handed on with
// the app, seller and amount that the notice names, for comparison with our row. A
// notice about a refund carries the sum of all refunds so far and not this one, so
// it is only kept: refunds are asked about. Returns pay.ErrNotifySignature,
// ErrNotifyMalformed; the error text holds nothing of the body (INV-13).
func (m *Merchant) ParseNotify(_ http.Header, body []byte) (pay.Notice, error) {
	if len(body) > maxBody {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	for _, values := range form {
		if len(values) != 1 { // which of two values is meant is nobody's to choose
			return pay.Notice{}, pay.ErrNotifyMalformed
		}
	}
	if form.Get("sign") == "" || form.Get("sign_type") != "RSA2" {
		return pay.Notice{}, pay.ErrNotifySignature
	}
	// sign_type is not covered by the signature, and alipay_cert_sn would choose a
	// key: in key mode there is one.
	form.Del("alipay_cert_sn")
	if !m.signed(form) {
		return pay.Notice{}, pay.ErrNotifySignature
	}
	return m.read(form, body)
}

func (m *Merchant) signed(form url.Values) bool {
	for _, key := range append([]*sdk.Client{m.sdk}, m.old...) {
		if key.VerifySign(context.Background(), form) == nil {
			return true
		}
	}
	return false
}

// read reads a notice whose signature was verified.
func (m *Merchant) read(form url.Values, body []byte) (pay.Notice, error) {
	n := pay.Notice{EventID: form.Get("notify_id"), EventType: form.Get("notify_type") + "/" + form.Get("trade_status"), Raw: body}
	if n.EventID == "" || form.Get("out_trade_no") == "" {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	if form.Get("notify_type") != sdk.NotifyTypeTradeStatusSync || form.Get("gmt_refund") != "" || form.Get("refund_fee") != "" {
		return n, nil
	}
	fen, err := money.ParseYuan(form.Get("total_amount"))
	if err != nil || fen < 0 {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	paid := pay.BillTime(form.Get("gmt_payment"))
	r := pay.Receipt{
		Channel: pay.Channel(form.Get("passback_params")), OutTradeNo: form.Get("out_trade_no"), TransactionID: form.Get("trade_no"),
		State: state(sdk.TradeStatus(form.Get("trade_status")), !paid.IsZero()), AmountFen: fen, PayerFen: fen, Currency: "CNY",
		MchID: form.Get("seller_id"), AppID: form.Get("app_id"), PaidAt: paid, EventID: n.EventID, Raw: body,
	}
	if part, err := money.ParseYuan(form.Get("buyer_pay_amount")); err == nil {
		r.PayerFen = part
	}
	if r.State == pay.StateSuccess && r.TransactionID == "" {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	n.Pay = &r
	return n, nil
}
