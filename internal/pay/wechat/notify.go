package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"zhizhou/internal/pay"
)

// transaction is WeChat Pay's record of an order, in notifications and queries.
type transaction struct {
	AppID         string `json:"appid"`
	MchID         string `json:"mchid"`
	OutTradeNo    string `json:"out_trade_no"`
	TransactionID string `json:"transaction_id"`
	TradeType     string `json:"trade_type"`
	TradeState    string `json:"trade_state"`
	SuccessTime   string `json:"success_time"`
	Payer         payer  `json:"payer"`
	Amount        amount `json:"amount"`
	raw           []byte
}

func (t *transaction) keep(b []byte) { t.raw = b }

// refund is WeChat Pay's record of a refund. Notifications name its state
// refund_status, answers status.
type refund struct {
	MchID         string `json:"mchid"`
	OutTradeNo    string `json:"out_trade_no"`
	TransactionID string `json:"transaction_id"`
	OutRefundNo   string `json:"out_refund_no"`
	RefundID      string `json:"refund_id"`
	Status        string `json:"status"`
	RefundStatus  string `json:"refund_status"`
	SuccessTime   string `json:"success_time"`
	Amount        amount `json:"amount"`
	raw           []byte
}

func (r *refund) keep(b []byte) { r.raw = b }

var tradeStates = map[string]pay.State{
	"NOTPAY": pay.StateNotPaid, "USERPAYING": pay.StateNotPaid, "PAYERROR": pay.StateNotPaid,
	"SUCCESS": pay.StateSuccess, "REFUND": pay.StateRefund, "CLOSED": pay.StateClosed, "REVOKED": pay.StateClosed,
}

var refundStates = map[string]pay.RefundState{
	"SUCCESS": pay.RefundSuccess, "PROCESSING": pay.RefundProcessing, "CLOSED": pay.RefundClosed, "ABNORMAL": pay.RefundAbnormal,
}

func (m *Merchant) receipt(t *transaction) pay.Receipt {
	state, ok := tradeStates[t.TradeState]
	if !ok {
		state = pay.StateUnknown
	}
	r := pay.Receipt{
		OutTradeNo: t.OutTradeNo, TransactionID: t.TransactionID, State: state,
		AmountFen: t.Amount.Total, PayerFen: t.Amount.PayerTotal, Currency: t.Amount.Currency,
		MchID: t.MchID, AppID: t.AppID, PayerOpenID: t.Payer.OpenID, PaidAt: when(t.SuccessTime), Raw: t.raw,
	}
	switch t.TradeType {
	case "JSAPI":
		r.Channel = pay.WechatJSAPI
		if t.AppID == m.cfg.MiniAppID && t.AppID != m.cfg.OfficialAppID {
			r.Channel = pay.WechatMini
		}
	case "MWEB":
		r.Channel = pay.WechatH5
	case "NATIVE":
		r.Channel = pay.WechatNative
	}
	return r
}

func (m *Merchant) refundReceipt(r *refund) pay.RefundReceipt {
	state, ok := refundStates[r.Status+r.RefundStatus] // exactly one of them is filled
	if !ok {
		state = pay.RefundProcessing // an unknown word is not an end: ask again
	}
	out := pay.RefundReceipt{
		OutRefundNo: r.OutRefundNo, OutTradeNo: r.OutTradeNo, RefundID: r.RefundID, State: state,
		AmountFen: r.Amount.Refund, PayerRefundFen: r.Amount.PayerRefund, SucceededAt: when(r.SuccessTime),
		MchID: r.MchID, Raw: r.raw,
	}
	if out.MchID == "" {
		out.MchID = m.cfg.MchID // answers to our own signed query do not repeat it
	}
	return out
}

func when(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// ParseNotify verifies and decrypts a notification of any of the merchant's
// channels. Returns pay.ErrNotifySignature, ErrNotifyStale, ErrNotifyProbe,
// ErrNotifyMalformed; the error text holds nothing of the body (INV-13).
func (m *Merchant) ParseNotify(header http.Header, body []byte) (pay.Notice, error) {
	if len(body) > maxBody {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	// WeChat Pay waits 5 s; fetching an unknown certificate must fit into it.
	ctx, stop := context.WithTimeout(context.Background(), 4*time.Second)
	defer stop()
	switch err := m.ring.check(ctx, header, body); {
	case errors.Is(err, errProbe):
		return pay.Notice{}, pay.ErrNotifyProbe
	case errors.Is(err, errStale):
		return pay.Notice{}, pay.ErrNotifyStale
	case err != nil:
		return pay.Notice{}, pay.ErrNotifySignature
	}
	return m.open(body)
}

// open reads a notification whose signature was verified.
func (m *Merchant) open(body []byte) (pay.Notice, error) {
	var env struct {
		ID        string `json:"id"`
		EventType string `json:"event_type"`
		Resource  *struct {
			Algorithm      string `json:"algorithm"`
			Ciphertext     string `json:"ciphertext"`
			AssociatedData string `json:"associated_data"`
			Nonce          string `json:"nonce"`
		} `json:"resource"`
	}
	if json.Unmarshal(body, &env) != nil || env.ID == "" || env.EventType == "" ||
		env.Resource == nil || env.Resource.Algorithm != "AEAD_AES_256_GCM" {
		return pay.Notice{}, pay.ErrNotifyMalformed
	}
	plain, err := unseal(m.apiKeys, env.Resource.Nonce, env.Resource.AssociatedData, env.Resource.Ciphertext)
	if err != nil {
		return pay.Notice{}, pay.ErrNotifyMalformed.With(err)
	}
	n := pay.Notice{EventID: env.ID, EventType: env.EventType, Raw: plain}
	switch {
	case strings.HasPrefix(env.EventType, "TRANSACTION."):
		var t transaction
		if json.Unmarshal(plain, &t) != nil || t.OutTradeNo == "" {
			return pay.Notice{}, pay.ErrNotifyMalformed
		}
		t.raw = plain
		r := m.receipt(&t)
		r.EventID = env.ID
		n.Pay = &r
	case strings.HasPrefix(env.EventType, "REFUND."):
		var f refund
		if json.Unmarshal(plain, &f) != nil || f.OutRefundNo == "" {
			return pay.Notice{}, pay.ErrNotifyMalformed
		}
		f.raw, f.Status = plain, ""
		r := m.refundReceipt(&f)
		r.EventID = env.ID
		n.Refund = &r
	case strings.HasPrefix(env.EventType, "MCHTRANSFER."):
		var b transferBill
		if json.Unmarshal(plain, &b) != nil || b.OutBillNo == "" {
			return pay.Notice{}, pay.ErrNotifyMalformed
		}
		b.raw = plain
		r := b.receipt()
		r.EventID = env.ID
		n.Transfer = &r
	}
	return n, nil
}
