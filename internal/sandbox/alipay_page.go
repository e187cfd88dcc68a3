package sandbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

//go:embed alipay.html
var alipayHTML string

//go:embed papay.html
var papayHTML string

//go:embed invoice.html
var invoiceHTML string

// openTrade creates the trade that a signed page address asks for, or returns the
// one it made before: this is the buyer signing in.
func (s *Sandbox) openTrade(form url.Values) (Trade, *refusal) {
	var in struct {
		OutTradeNo string `json:"out_trade_no"`
		Subject    string `json:"subject"`
		Amount     string `json:"total_amount"`
		Product    string `json:"product_code"`
		Passback   string `json:"passback_params"`
		Expire     string `json:"time_expire"`
		Seller     string `json:"seller_id"`
	}
	want := map[string]string{"alipay.trade.wap.pay": "QUICK_WAP_WAY", "alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY"}[form.Get("method")]
	err := json.Unmarshal([]byte(form.Get("biz_content")), &in)
	fen, amountErr := money.ParseYuan(in.Amount)
	notify, notifyErr := url.Parse(form.Get("notify_url"))
	if err != nil || amountErr != nil || fen < 1 || in.Subject == "" || !numberForm.MatchString(in.OutTradeNo) || in.Product != want ||
		in.Seller != "" && in.Seller != s.keys.AlipaySellerID || notifyErr != nil || notify.Host == "" {
		return Trade{}, business("ACQ.INVALID_PARAMETER", "参数无效")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	end := now.Add(15 * 24 * time.Hour)
	if in.Expire != "" {
		if end, err = time.ParseInLocation("2006-01-02 15:04:05", in.Expire, clock.China); err != nil || !end.After(now) {
			return Trade{}, business("ACQ.INVALID_PARAMETER", "time_expire 已过")
		}
	}
	t := s.trade(in.OutTradeNo)
	switch {
	case t == nil:
		t = &Trade{
			OutTradeNo: in.OutTradeNo, TradeNo: s.number("20880"), Product: in.Product, Subject: in.Subject, Passback: in.Passback, NotifyURL: form.Get("notify_url"),
			AmountFen: fen, State: "WAIT_BUYER_PAY", CreatedAt: now, ExpiresAt: end, PageToken: id.Token(8),
		}
		s.st.Trades[t.OutTradeNo] = t
		s.save()
	case t.AmountFen != fen || t.Subject != in.Subject:
		return Trade{}, business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
	}
	return *t, nil
}

// openCashier serves the page that a signed address leads to.
func (s *Sandbox) openCashier(w http.ResponseWriter, r *http.Request, bad *refusal) {
	var t Trade
	if bad == nil {
		t, bad = s.openTrade(r.Form)
	}
	if bad != nil {
		http.Error(w, fmt.Sprintf("%s %s", bad.sub, bad.msg), http.StatusBadRequest)
		return
	}
	q := url.Values{"t": {t.PageToken}, "return_url": {r.Form.Get("return_url")}}
	http.Redirect(w, r, s.prefix+"/alipay/pay/"+url.PathEscape(t.OutTradeNo)+"?"+q.Encode(), http.StatusSeeOther)
}

// OpenAlipay stands for the buyer following a payment address of Alipay and signing
// in there. Returns the trade's number.
func (s *Sandbox) OpenAlipay(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ErrPage
	}
	bad := s.alipayRequest(u.Query())
	if bad == nil {
		var t Trade
		if t, bad = s.openTrade(u.Query()); bad == nil {
			return t.OutTradeNo, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrPage, bad.sub)
}

// PayAlipay lets the buyer confirm an open trade. The notice goes out with the next
// Tick. Returns ErrNoOrder, ErrNotOpen.
func (s *Sandbox) PayAlipay(outTradeNo string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.trade(outTradeNo)
	if t == nil {
		return ErrNoOrder
	}
	if t.State != "WAIT_BUYER_PAY" {
		return ErrNotOpen
	}
	t.State, t.PaidAt, t.Buyer = "TRADE_SUCCESS", s.now(), "2088000000000001"
	s.notify("alipay", t.State, t.OutTradeNo, t.NotifyURL, "", s.tradeNotice(t))
	s.save()
	return nil
}

// ChangeTrade changes a trade behind everybody's back, for tests.
func (s *Sandbox) ChangeTrade(outTradeNo string, change func(*Trade)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.st.Trades[outTradeNo]; t != nil {
		change(t)
	}
}

func (s *Sandbox) alipayPage(w http.ResponseWriter, r *http.Request) { s.showTrade(w, r, "") }

func (s *Sandbox) showTrade(w http.ResponseWriter, r *http.Request, trouble string) {
	s.mu.Lock()
	t := s.trade(r.PathValue("no"))
	if t == nil || r.FormValue("t") != t.PageToken {
		s.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	c := *t
	s.mu.Unlock()
	addr, origin := back(r)
	s.page(w, "alipay", origin, map[string]any{"O": c, "Back": addr, "Trouble": trouble, "Seller": s.keys.AlipaySellerID})
}

func (s *Sandbox) alipaySubmit(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	t := s.trade(r.PathValue("no"))
	known := t != nil && r.FormValue("t") == t.PageToken
	s.mu.Unlock()
	if !known {
		http.NotFound(w, r)
		return
	}
	if r.FormValue("do") != "cancel" {
		if err := s.PayAlipay(r.PathValue("no")); err != nil {
			s.showTrade(w, r, err.Error())
			return
		}
	}
	if addr, _ := back(r); addr != "" {
		http.Redirect(w, r, addr, http.StatusSeeOther)
		return
	}
	s.showTrade(w, r, "")
}
