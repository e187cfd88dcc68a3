package sandbox

import (
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"
)

// knownAfter is how long shipping management lags behind a payment.
const knownAfter = 5 * time.Second

var tradeWords = map[int]string{
	10060001: "支付单不存在", 10060002: "支付单已完成发货，无法继续发货", 10060003: "支付单已使用重新发货机会", 10060004: "支付单处于不可发货的状态",
	10060005: "物流类型有误", 10060031: "该笔支付单不属于 openid 所指定的用户",
}

func tradeError(n int) map[string]any { return map[string]any{"errcode": n, "errmsg": tradeWords[n]} }

// mini finds a paid mini program order by its transaction; the caller holds mu.
func (s *Sandbox) mini(transactionID string) *Order {
	for _, o := range s.st.Orders {
		if o.TransactionID == transactionID && transactionID != "" && o.AppID == s.keys.MiniAppID && s.now().Sub(o.PaidAt) >= knownAfter {
			return o
		}
	}
	return nil
}

// tradeState numbers an order's state as get_order does.
func tradeState(o *Order) int {
	switch {
	case o.State == "REFUND":
		return 5
	case !o.SettledAt.IsZero():
		return 6
	case o.Uploads > 0:
		return 2
	}
	return 1
}

func (s *Sandbox) tradeManaged(_ *http.Request, body []byte) map[string]any {
	var in struct {
		AppID string `json:"appid"`
	}
	if json.Unmarshal(body, &in) != nil || in.AppID != s.keys.MiniAppID {
		return errcode(40013)
	}
	out := errcode(0)
	out["is_trade_managed"] = true
	return out
}

func (s *Sandbox) getTrade(_ *http.Request, body []byte) map[string]any {
	var in struct {
		TransactionID string `json:"transaction_id"`
	}
	if json.Unmarshal(body, &in) != nil {
		return errcode(47001)
	}
	o := s.mini(in.TransactionID)
	if o == nil {
		return tradeError(10060001)
	}
	out := errcode(0)
	out["order"] = map[string]any{
		"transaction_id": o.TransactionID, "merchant_trade_no": o.OutTradeNo, "openid": o.OpenID, "paid_amount": o.AmountFen, "order_state": tradeState(o),
	}
	return out
}

func (s *Sandbox) uploadShipping(_ *http.Request, body []byte) map[string]any {
	var in struct {
		Key struct {
			Type          int    `json:"order_number_type"`
			TransactionID string `json:"transaction_id"`
		} `json:"order_key"`
		Logistics int `json:"logistics_type"`
		Mode      int `json:"delivery_mode"`
		List      []struct {
			Item string `json:"item_desc"`
		} `json:"shipping_list"`
		At    string `json:"upload_time"`
		Payer struct {
			OpenID string `json:"openid"`
		} `json:"payer"`
	}
	if json.Unmarshal(body, &in) != nil || in.Key.Type != 2 {
		return errcode(47001)
	}
	_, bad := time.Parse("2006-01-02T15:04:05.000-07:00", in.At)
	o := s.mini(in.Key.TransactionID)
	switch {
	case o == nil:
		return tradeError(10060001)
	case in.Logistics != 3 || in.Mode != 1 || len(in.List) != 1 || in.List[0].Item == "" || utf8.RuneCountInString(in.List[0].Item) > 120 || bad != nil:
		return tradeError(10060005)
	case in.Payer.OpenID != o.OpenID:
		return tradeError(10060031)
	case tradeState(o) > 2:
		return tradeError(10060004)
	case o.Uploads > 1:
		return tradeError(10060003)
	}
	o.Uploads, o.ShippedAt = o.Uploads+1, s.now()
	return errcode(0)
}

// SettleTrade lets the buyer confirm and WeChat pay out: the app is told by push.
func (s *Sandbox) SettleTrade(outTradeNo string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.st.Orders[outTradeNo]
	if o == nil || tradeState(o) > 2 {
		return ErrNoOrder
	}
	o.SettledAt = s.now()
	s.pushEvent("trade_manage_order_settlement", outTradeNo, map[string]any{
		"transaction_id": o.TransactionID, "merchant_trade_no": o.OutTradeNo, "confirm_receive_time": s.now().Unix(), "settlement_time": s.now().Unix(),
	})
	s.save()
	return nil
}

// Uploads counts how often shipping information of a payment was taken.
func (s *Sandbox) Uploads(outTradeNo string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.st.Orders[outTradeNo]; o != nil {
		return o.Uploads
	}
	return 0
}
