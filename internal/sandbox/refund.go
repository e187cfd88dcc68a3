package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"zhizhou/internal/clock"
)

const (
	refundYear  = 365 * 24 * time.Hour
	refundParts = 50
	refundDelay = 2 * time.Second // until a refund is finished, on the sandbox's clock
)

var refundForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{1,64}$`)

// refund serves POST /v3/refund/domestic/refunds.
func (s *Sandbox) refund(r *http.Request, body []byte) answer {
	var in struct {
		TransactionID string `json:"transaction_id"`
		OutTradeNo    string `json:"out_trade_no"`
		OutRefundNo   string `json:"out_refund_no"`
		Reason        string `json:"reason"`
		NotifyURL     string `json:"notify_url"`
		Amount        struct {
			Refund   int64  `json:"refund"`
			Total    int64  `json:"total"`
			Currency string `json:"currency"`
		} `json:"amount"`
	}
	if json.Unmarshal(body, &in) != nil || !refundForm.MatchString(in.OutRefundNo) || len(in.Reason) > 80 {
		return param("退款参数格式错误")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var o *Order
	if in.TransactionID != "" {
		for _, x := range s.st.Orders {
			if x.TransactionID == in.TransactionID {
				o = x
			}
		}
	} else {
		o = s.order(in.OutTradeNo)
	}
	if o == nil {
		return no(http.StatusNotFound, "RESOURCE_NOT_EXISTS", "订单不存在")
	}
	mark := fmt.Sprint(o.OutTradeNo, "|", in.Amount.Refund, "|", in.Amount.Total)
	if f := s.st.Refunds[in.OutRefundNo]; f != nil {
		if f.Fingerprint != mark {
			return no(http.StatusBadRequest, "INVALID_REQUEST", "退款单号重入时，参数与首次请求时不一致")
		}
		return ok(s.refundJSON(f, "status"))
	}
	var sum int64
	parts := 0
	for _, f := range s.st.Refunds {
		if f.OutTradeNo == o.OutTradeNo && f.State != "CLOSED" {
			sum += f.AmountFen
			parts++
		}
	}
	switch {
	case o.State != "SUCCESS" && o.State != "REFUND":
		return no(http.StatusBadRequest, "INVALID_REQUEST", "订单未支付，不能退款")
	case in.Amount.Total != o.AmountFen || in.Amount.Currency != "CNY":
		return param("订单金额与原订单不符")
	case in.Amount.Refund < 1 || sum+in.Amount.Refund > o.AmountFen:
		return no(http.StatusBadRequest, "INVALID_REQUEST", "退款金额超过可退金额")
	case parts >= refundParts:
		return no(http.StatusForbidden, "RULE_LIMIT", "部分退款次数超过五十次")
	case s.now().Sub(o.PaidAt) > refundYear:
		return no(http.StatusBadRequest, "INVALID_REQUEST", "订单已超过一年，不能退款")
	case s.trouble.NotEnough:
		return no(http.StatusForbidden, "NOT_ENOUGH", "基本账户余额不足")
	}
	f := &Refund{
		OutRefundNo: in.OutRefundNo, OutTradeNo: o.OutTradeNo, TransactionID: o.TransactionID, RefundID: s.number("50300"),
		NotifyURL: in.NotifyURL, Fingerprint: mark, AmountFen: in.Amount.Refund, TotalFen: o.AmountFen,
		State: "PROCESSING", CreatedAt: s.now(), Serial: s.serialFor(r.Header.Get("Wechatpay-Serial")),
	}
	s.st.Refunds[f.OutRefundNo] = f
	o.State = "REFUND"
	s.save()
	return ok(s.refundJSON(f, "status"))
}

// refundJSON names the state by key: answers say status, notifications refund_status.
func (s *Sandbox) refundJSON(f *Refund, key string) map[string]any {
	m := map[string]any{
		"refund_id": f.RefundID, "out_refund_no": f.OutRefundNo, "transaction_id": f.TransactionID, "out_trade_no": f.OutTradeNo,
		key: f.State, "user_received_account": "支付用户零钱",
		"amount": map[string]any{"total": f.TotalFen, "refund": f.AmountFen, "payer_total": f.TotalFen, "payer_refund": f.AmountFen},
	}
	if key == "refund_status" {
		m["mchid"] = s.keys.MchID
	} else {
		m["channel"], m["create_time"] = "ORIGINAL", f.CreatedAt.In(clock.China).Format(time.RFC3339)
		m["amount"].(map[string]any)["currency"] = "CNY"
		m["funds_account"] = "AVAILABLE"
	}
	if f.State == "SUCCESS" {
		m["success_time"] = f.DoneAt.In(clock.China).Format(time.RFC3339)
	}
	return m
}

// queryRefund serves GET /v3/refund/domestic/refunds/{rno}.
func (s *Sandbox) queryRefund(r *http.Request, _ []byte) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	f := s.st.Refunds[r.PathValue("rno")]
	if f == nil {
		return no(http.StatusNotFound, "RESOURCE_NOT_EXISTS", "退款单不存在")
	}
	return ok(s.refundJSON(f, "status"))
}

// advance finishes what time finishes: refunds, transfers and item tasks; the caller holds mu.
func (s *Sandbox) advance() {
	now := s.now()
	for _, f := range s.st.Refunds {
		// With the switch off again, the shop has dealt with its abnormal refunds on
		// the merchant platform: they go through under their number.
		open := f.State == "PROCESSING" || f.State == "ABNORMAL" && !s.trouble.RefundAbnormal
		if !open || s.trouble.RefundStuck || now.Sub(f.CreatedAt) < refundDelay {
			continue
		}
		f.State, f.DoneAt = "SUCCESS", now
		if s.trouble.RefundAbnormal {
			f.State = "ABNORMAL"
		}
		if f.NotifyURL != "" {
			s.notify("refund", "REFUND."+f.State, f.OutRefundNo, f.NotifyURL, f.Serial, s.refundJSON(f, "refund_status"))
		}
	}
	s.advanceTransfers(now)
	s.advanceCharges(now)
	s.advanceVirtual(now)
}
