package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// apiState serves GET /panel/api/state: everything a test may want to see.
func (s *Sandbox) apiState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"now": s.now(), "orders": s.Orders(), "trades": s.Trades(), "refunds": s.Refunds(), "transfers": s.Transfers(), "notices": s.Notices(),
		"items": s.items(), "virtual": s.VOrders(), "trouble": s.Troubles(), "people": s.peopleNames(),
	})
}

// apiSMS serves GET /panel/api/sms?phone=.
func (s *Sandbox) apiSMS(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"messages": s.Inbox(r.URL.Query().Get("phone"))})
}

// apiVirtualPay serves POST /panel/virtual/pay.
func (s *Sandbox) apiVirtualPay(w http.ResponseWriter, r *http.Request) {
	var in VirtualPay
	if !readJSON(w, r, &in) {
		return
	}
	writeJSON(w, http.StatusOK, map[string]int{"errCode": s.PayVirtual(in)})
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	body, err := readBody(r)
	if err != nil || json.Unmarshal(body, v) != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "请求体不是有效的 JSON"})
		return false
	}
	return true
}

// control holds the arguments of every control call; each call uses its own.
type control struct {
	OutTradeNo string `json:"out_trade_no"`
	Person     string `json:"person"`
	Phone      string `json:"phone"`
	ID         string `json:"id"`
	Seconds    int64  `json:"seconds"`
}

// apiDo serves POST /panel/api/{pay,alipay,confirm,cancel,tick,resend,clock,login-code,
// phone-code,expire-token,ios-refund,trouble}.
func (s *Sandbox) apiDo(w http.ResponseWriter, r *http.Request) {
	what := r.PathValue("what")
	if what == "trouble" {
		var t Trouble
		if !readJSON(w, r, &t) {
			return
		}
		s.SetTrouble(t)
		writeJSON(w, http.StatusOK, t)
		return
	}
	var in control
	if !readJSON(w, r, &in) {
		return
	}
	out, err := s.control(r, what, in)
	if err != nil {
		writeJSON(w, http.StatusConflict, map[string]string{"error": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, out)
}

var errNoClock = errors.New("此环境的时钟不能调整")

func (s *Sandbox) control(r *http.Request, what string, in control) (map[string]any, error) {
	out := map[string]any{"ok": true}
	var err error
	switch what {
	case "pay":
		err = s.Pay(in.OutTradeNo, in.Person)
	case "alipay":
		err = s.PayAlipay(in.OutTradeNo)
	case "confirm":
		err = s.Confirm(in.OutTradeNo)
	case "cancel":
		err = s.Cancel(in.OutTradeNo)
	case "tick":
		out["sent"] = s.Tick(r.Context())
	case "resend":
		err = s.Resend(in.ID)
	case "clock":
		mover, can := s.clock.(interface{ Advance(time.Duration) })
		if !can {
			return nil, errNoClock
		}
		mover.Advance(time.Duration(in.Seconds) * time.Second)
		out["now"] = s.now()
	case "login-code":
		out["code"], out["openid"] = s.LoginCode(orName(in.Person)), s.OpenID(true, orName(in.Person))
	case "phone-code":
		out["code"] = s.PhoneCode(in.Phone)
	case "expire-token":
		s.ExpireToken()
	case "ios-refund":
		err = s.AskIOSRefund(in.OutTradeNo)
	default:
		err = errors.New("没有这个操作")
	}
	return out, err
}
