package sandbox

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
	pa "zhizhou/internal/pay/alipay"
)

// alipayLadder holds the waits between Alipay's notices.
var alipayLadder = []time.Duration{
	4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
}

// Trade is one trade at Alipay. It comes to exist when the buyer opens the cashier.
type Trade struct {
	OutTradeNo, TradeNo string
	Product             string // QUICK_WAP_WAY or FAST_INSTANT_TRADE_PAY
	Subject             string
	Passback            string
	NotifyURL           string
	AmountFen           int64
	RefundedFen         int64
	State               string // WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_CLOSED
	Buyer               string
	PageToken           string
	CreatedAt           time.Time
	ExpiresAt           time.Time
	PaidAt              time.Time
	Refunds             []TradeRefund
}

// TradeRefund is one refund of a trade.
type TradeRefund struct {
	RequestNo string
	AmountFen int64
	At        time.Time
	Done      bool
}

// alipayApp signs with the key of the certificate and trusts the merchant's: making
// two more keys would take most of a test world's start.
func (s *Sandbox) alipayConfig() pa.Config {
	der, err := x509.MarshalPKIXPublicKey(&s.keys.cert.PublicKey)
	if err != nil {
		panic("sandbox: an RSA public key always has a PKIX form: " + err.Error())
	}
	return pa.Config{
		AppID: s.keys.AlipayAppID, SellerID: s.keys.AlipaySellerID, AppKey: s.keys.MerchantPEM,
		PublicKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		GatewayURL: s.cfg.BaseURL + "/alipay/gateway.do", Clock: s.clock,
	}
}

// signed joins what Alipay signs: every field but some, sorted, as it is.
func signed(form url.Values, without ...string) []byte {
	var parts []string
	for k, vs := range form {
		if slices.Contains(without, k) {
			continue
		}
		for _, v := range vs {
			if v != "" {
				parts = append(parts, k+"="+v)
			}
		}
	}
	slices.Sort(parts)
	return []byte(strings.Join(parts, "&"))
}

func (s *Sandbox) alipaySign(data []byte) string {
	sum := sha256.Sum256(data)
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.keys.cert, crypto.SHA256, sum[:])
	if err != nil {
		return "" // an unsigned answer is refused by every client, which is right
	}
	return base64.StdEncoding.EncodeToString(sig)
}

// refusal is an answer of the gateway that is not a success.
type refusal struct{ code, sub, msg string }

func business(sub, msg string) *refusal { return &refusal{"40004", sub, msg} }

// request verifies a call by the application, in its form or query.
func (s *Sandbox) alipayRequest(form url.Values) *refusal {
	sig, err := base64.StdEncoding.DecodeString(form.Get("sign"))
	sum := sha256.Sum256(signed(form, "sign"))
	switch {
	case form.Get("app_id") != s.keys.AlipayAppID:
		return &refusal{"40002", "isv.invalid-app-id", "无效的AppID参数"}
	case form.Get("sign_type") != "RSA2" || err != nil || rsa.VerifyPKCS1v15(&s.keys.merchant.PublicKey, crypto.SHA256, sum[:], sig) != nil:
		return &refusal{"40002", "isv.invalid-signature", "验签出错"}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", form.Get("timestamp"), clock.China)
	if d := time.Since(at); err != nil || d > 15*time.Minute || d < -15*time.Minute { // SDKs stamp with the machine's time
		return &refusal{"40002", "isv.invalid-timestamp", "非法的时间戳参数"}
	}
	return nil
}

// gateway serves gateway.do: pages for browsers, signed answers for servers.
func (s *Sandbox) gateway(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.ParseForm() != nil {
		http.Error(w, "bad form", http.StatusBadRequest)
		return
	}
	s.delay(r)
	method := r.Form.Get("method")
	bad := s.alipayRequest(r.Form)
	if method == "alipay.trade.wap.pay" || method == "alipay.trade.page.pay" {
		s.openCashier(w, r, bad)
		return
	}
	var out map[string]any
	if bad == nil {
		s.mu.Lock()
		out, bad = s.alipayCall(method, r.Form.Get("biz_content"))
		s.mu.Unlock()
	}
	if bad != nil {
		out = map[string]any{"code": bad.code, "msg": "Failed", "sub_code": bad.sub, "sub_msg": bad.msg}
	} else {
		out["code"], out["msg"] = "10000", "Success"
	}
	status := http.StatusOK
	if bad != nil {
		status = http.StatusBadRequest // for lose alone: refusals leave no doubt
	}
	if s.lose(w, status) {
		return
	}
	raw, err := json.Marshal(out)
	if err != nil {
		http.Error(w, "sandbox", http.StatusInternalServerError)
		return
	}
	over := raw
	if s.Troubles().BadAnswerSign {
		over = append(slices.Clone(raw), ' ')
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	_, _ = fmt.Fprintf(w, `{"%s_response":%s,"sign":%q}`, strings.ReplaceAll(method, ".", "_"), raw, s.alipaySign(over))
}

// alipayCall runs an API; the caller holds mu.
func (s *Sandbox) alipayCall(method, biz string) (map[string]any, *refusal) {
	var in struct {
		OutTradeNo string `json:"out_trade_no"`
		RequestNo  string `json:"out_request_no"`
		Amount     string `json:"refund_amount"`
		BillType   string `json:"bill_type"`
		BillDate   string `json:"bill_date"`
	}
	if json.Unmarshal([]byte(biz), &in) != nil {
		return nil, &refusal{"40002", "isv.invalid-parameter", "参数无效"}
	}
	if method == "alipay.data.dataservice.bill.downloadurl.query" {
		return s.alipayBill(in.BillType, in.BillDate)
	}
	t := s.trade(in.OutTradeNo)
	if t == nil {
		return nil, business("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	switch method {
	case "alipay.trade.query":
		out := map[string]any{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "trade_status": t.State, "total_amount": money.Yuan(t.AmountFen), "buyer_logon_id": "san***@example.com"}
		if !t.PaidAt.IsZero() {
			out["send_pay_date"], out["buyer_pay_amount"] = stamp(t.PaidAt), money.Yuan(t.AmountFen)
		}
		return out, nil
	case "alipay.trade.close":
		if t.State != "WAIT_BUYER_PAY" {
			return nil, business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
		}
		t.State = "TRADE_CLOSED"
		s.save()
		return map[string]any{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo}, nil
	case "alipay.trade.refund":
		return s.alipayRefund(t, in.RequestNo, in.Amount)
	case "alipay.trade.fastpay.refund.query":
		out := map[string]any{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo}
		for _, f := range t.Refunds {
			if f.RequestNo == in.RequestNo && f.Done {
				out["out_request_no"], out["refund_amount"], out["refund_status"] = f.RequestNo, money.Yuan(f.AmountFen), "REFUND_SUCCESS"
				out["total_amount"], out["gmt_refund_pay"] = money.Yuan(t.AmountFen), stamp(f.At)
			}
		}
		return out, nil
	}
	return nil, &refusal{"40002", "isv.invalid-method", "不存在的方法名"}
}

func stamp(t time.Time) string { return t.In(clock.China).Format("2006-01-02 15:04:05") }

// alipayRefund gives back once for each request number; the caller holds mu.
func (s *Sandbox) alipayRefund(t *Trade, requestNo, amount string) (map[string]any, *refusal) {
	fen, err := money.ParseYuan(amount)
	if err != nil || fen <= 0 || requestNo == "" {
		return nil, business("ACQ.INVALID_PARAMETER", "参数无效")
	}
	change, known := "N", false
	for i, f := range t.Refunds {
		if f.RequestNo != requestNo {
			continue
		}
		if f.AmountFen != fen {
			return nil, business("ACQ.DISCORDANT_REPEAT_REQUEST", "同一退款请求号退款金额不一致")
		}
		known = true
		if !f.Done && !s.trouble.RefundStuck {
			t.Refunds[i].Done, t.Refunds[i].At, change = true, s.now(), "Y"
		}
	}
	if !known {
		switch {
		case t.State != "TRADE_SUCCESS":
			return nil, business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
		case t.RefundedFen+fen > t.AmountFen:
			return nil, business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限")
		case s.trouble.NotEnough:
			return nil, business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "商户余额不足")
		}
		f := TradeRefund{RequestNo: requestNo, AmountFen: fen, At: s.now(), Done: !s.trouble.RefundStuck}
		t.Refunds = append(t.Refunds, f)
		t.RefundedFen += fen
		if f.Done {
			change = "Y"
		}
	}
	if change == "Y" {
		if t.RefundedFen == t.AmountFen {
			t.State = "TRADE_CLOSED"
		}
		n := s.tradeNotice(t)
		n["refund_fee"], n["gmt_refund"], n["out_biz_no"] = money.Yuan(t.RefundedFen), stamp(s.now()), requestNo
		s.notify("alipay", t.State, t.OutTradeNo, t.NotifyURL, "", n)
	}
	s.save()
	return map[string]any{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "fund_change": change, "refund_fee": money.Yuan(t.RefundedFen), "buyer_logon_id": "san***@example.com"}, nil
}

// trade returns a trade after applying its own end; the caller holds mu.
func (s *Sandbox) trade(no string) *Trade {
	t := s.st.Trades[no]
	if t != nil && t.State == "WAIT_BUYER_PAY" && !s.now().Before(t.ExpiresAt) {
		t.State = "TRADE_CLOSED"
	}
	return t
}

// tradeNotice is what Alipay tells about a trade; the caller holds mu.
func (s *Sandbox) tradeNotice(t *Trade) map[string]string {
	return map[string]string{
		"notify_type": "trade_status_sync", "charset": "utf-8", "version": "1.0", "app_id": s.keys.AlipayAppID, "auth_app_id": s.keys.AlipayAppID,
		"seller_id": s.keys.AlipaySellerID, "trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "trade_status": t.State, "subject": t.Subject,
		"total_amount": money.Yuan(t.AmountFen), "receipt_amount": money.Yuan(t.AmountFen), "buyer_pay_amount": money.Yuan(t.AmountFen),
		"invoice_amount": money.Yuan(t.AmountFen), "buyer_id": t.Buyer, "gmt_create": stamp(t.CreatedAt), "gmt_payment": stamp(t.PaidAt),
		"passback_params": t.Passback,
	}
}

// AlipayForm signs fields as a notice of Alipay, for tests that change some.
func (s *Sandbox) AlipayForm(fields map[string]string) url.Values {
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	form.Set("sign", s.alipaySign(signed(form, "sign", "sign_type")))
	form.Set("sign_type", "RSA2")
	return form
}

// AlipayFields returns what the notice of a paid trade says.
func (s *Sandbox) AlipayFields(outTradeNo string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trade(outTradeNo)
	if t == nil {
		return nil
	}
	m := s.tradeNotice(t)
	m["notify_id"], m["notify_time"] = id.Token(16), stamp(s.now())
	return m
}

// alipayBody is one try of a notice: the same id each time, signed anew.
func (s *Sandbox) alipayBody(n *Notice, wrong bool) ([]byte, error) {
	fields := map[string]string{}
	if err := json.Unmarshal(n.Plain, &fields); err != nil {
		return nil, err
	}
	fields["notify_id"], fields["notify_time"] = n.ID, stamp(s.now())
	form := s.AlipayForm(fields)
	if wrong {
		form.Set("total_amount", "0.01")
	}
	return []byte(form.Encode()), nil
}

// Trades returns copies of all trades at Alipay, newest first.
func (s *Sandbox) Trades() []Trade {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Trade, 0, len(s.st.Trades))
	for _, t := range s.st.Trades {
		c := *t
		c.Refunds = slices.Clone(t.Refunds)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Trade) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out
}

// ErrPage is what a page address that Alipay does not accept leads to.
var ErrPage = errors.New("支付宝不接受这个页面地址")
