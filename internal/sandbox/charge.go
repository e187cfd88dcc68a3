package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	pw "zhizhou/internal/pay/wechat"
)

// A charge under a contract is an order of the kind PAP: taken on (ACCEPT), then
// SUCCESS or PAY_FAIL.

// charge serves /pay/pappayapply.
func (s *Sandbox) charge(in pw.Fields) pw.Fields {
	fen, err := strconv.ParseInt(in["total_fee"], 10, 64)
	u, urlErr := url.Parse(in["notify_url"])
	if err != nil || fen < 1 || !numberForm.MatchString(in["out_trade_no"]) || in["trade_type"] != "PAP" || in["body"] == "" || in["nonce_str"] == "" ||
		urlErr != nil || u.Host == "" || u.RawQuery != "" {
		return fail("PARAM_ERROR", "参数错误")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	now := s.now()
	if o := s.order(in["out_trade_no"]); o != nil {
		switch {
		case o.State == "SUCCESS" || o.State == "REFUND":
			return fail("ORDERPAID", "订单已支付")
		case o.AmountFen != fen || o.ContractID != in["contract_id"]:
			return fail("OUT_TRADE_NO_USED", "商户订单号重复")
		case o.State == "ACCEPT":
			return pw.Fields{} // the same question, the same answer
		}
		return fail("ORDER_CLOSED", "订单已关闭")
	}
	c := s.contractByID(in["contract_id"])
	if c == nil || c.State != "0" {
		return fail("CONTRACT_NOT_EXIST", "签约协议不存在或已解约")
	}
	if refused := s.mayCharge(c, now, fen); refused != nil {
		return refused
	}
	s.st.Orders[in["out_trade_no"]] = &Order{
		OutTradeNo: in["out_trade_no"], TradeType: "PAP", AppID: in["appid"], Description: in["body"], Attach: in["attach"], NotifyURL: in["notify_url"], AmountFen: fen,
		OpenID: c.OpenID, ContractID: c.ID, CreatedAt: now, ExpiresAt: now.Add(orderLife), State: "ACCEPT", Serial: s.keys.PublicKeyID, PageToken: id.Token(8),
	}
	s.save()
	return pw.Fields{}
}

// mayCharge holds the plan's rules: by day, announced, and once a period. A second
// charge of a period is what a shop must never try.
func (s *Sandbox) mayCharge(c *Contract, now time.Time, fen int64) pw.Fields {
	if h := now.In(clock.China).Hour(); h < 7 || h >= 22 {
		return fail("RULE_LIMIT", "扣款时间为 7:00-22:00")
	}
	for _, o := range s.st.Orders {
		if o.ContractID == c.ID && o.State == "ACCEPT" {
			return fail("CONTRACT_PERIOD_PAID", "本周期有一笔扣款在处理")
		}
	}
	if len(c.Charged) == 0 && now.Sub(c.SignedAt) <= firstWithin {
		return nil
	}
	if n := len(c.Charged); n > 0 && (now.Sub(c.Charged[n-1]) < periodLeast || !c.NoticedAt.After(c.Charged[n-1])) {
		return fail("CONTRACT_PERIOD_PAID", "本周期已扣款成功")
	}
	first := c.NoticedAt.In(clock.China)
	days := int(dayOf(now.In(clock.China)).Sub(dayOf(first)).Hours()/24) + 1
	if c.NoticedAt.IsZero() || days < 3 || days > 9 {
		return fail("NO_PRE_NOTICE", "未在扣款前 2 日发送预扣费通知，或超出可扣款期")
	}
	if fen > c.NoticeFen {
		return fail("PARAM_ERROR", "扣款金额大于通知金额")
	}
	return nil
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// advanceCharges finishes charges; the caller holds mu.
func (s *Sandbox) advanceCharges(now time.Time) {
	for _, o := range s.st.Orders {
		if o.TradeType != "PAP" || o.State != "ACCEPT" || now.Sub(o.CreatedAt) < chargeDelay || s.trouble.ChargeStuck {
			continue
		}
		c := s.contractByID(o.ContractID)
		if s.trouble.ChargePoor {
			o.State = "PAY_FAIL"
		} else {
			o.State, o.PaidAt, o.TransactionID = "SUCCESS", now, s.number("42000")
			c.Charged = append(c.Charged, now)
		}
		f := s.chargeFields(o)
		f["return_code"], f["result_code"], f["appid"], f["mch_id"], f["contract_id"] = "SUCCESS", "SUCCESS", o.AppID, s.keys.MchID, o.ContractID
		if o.State != "SUCCESS" {
			f["result_code"], f["err_code"] = "FAIL", "NOTENOUGH"
		}
		s.notify("papay", o.State, o.OutTradeNo, o.NotifyURL, "", f)
	}
}

func (s *Sandbox) chargeFields(o *Order) pw.Fields {
	f := pw.Fields{
		"out_trade_no": o.OutTradeNo, "trade_state": o.State, "trade_type": "PAP", "total_fee": strconv.FormatInt(o.AmountFen, 10), "fee_type": "CNY",
		"openid": o.OpenID, "attach": o.Attach, "transaction_id": o.TransactionID,
	}
	if !o.PaidAt.IsZero() {
		f["time_end"] = o.PaidAt.In(clock.China).Format("20060102150405")
	}
	return f
}

// queryCharge serves /pay/paporderquery.
func (s *Sandbox) queryCharge(in pw.Fields) pw.Fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	o := s.order(in["out_trade_no"])
	if o == nil || o.TradeType != "PAP" {
		return fail("ORDERNOTEXIST", "此交易订单号不存在")
	}
	return s.chargeFields(o)
}

// Charges returns copies of the charges, oldest first.
func (s *Sandbox) Charges() []Order {
	out := slices.DeleteFunc(s.Orders(), func(o Order) bool { return o.TradeType != "PAP" })
	slices.Reverse(out)
	return out
}

// signPage serves the address that leads to signing.
func (s *Sandbox) signPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c, err := s.openContract(r.URL.Query(), r.Referer())
	s.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, s.prefix+"/papay/"+url.PathEscape(c.Code)+"?t="+c.PageToken, http.StatusSeeOther)
}

func (s *Sandbox) contractOf(r *http.Request) (Contract, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.st.Contracts[r.PathValue("code")]
	if c == nil || r.FormValue("t") != c.PageToken {
		return Contract{}, false
	}
	return *c, true
}

func (s *Sandbox) contractPage(w http.ResponseWriter, r *http.Request) {
	c, ok := s.contractOf(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.page(w, "papay", "", map[string]any{"C": c, "People": s.peopleNames()})
}

func (s *Sandbox) contractSubmit(w http.ResponseWriter, r *http.Request) {
	c, ok := s.contractOf(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	switch r.FormValue("do") {
	case "sign":
		s.mu.Lock()
		if open := s.st.Contracts[c.Code]; open.State == "9" {
			s.agree(open, r.FormValue("person"))
		}
		s.mu.Unlock()
	case "leave":
		_ = s.LeaveContract(c.Code) // ended already: the page says so
	}
	if u, err := url.Parse(c.Back); err == nil && u.Host == r.Host && r.FormValue("do") != "leave" {
		http.Redirect(w, r, c.Back, http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, s.prefix+"/papay/"+url.PathEscape(c.Code)+"?t="+c.PageToken, http.StatusSeeOther)
}
