package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
)

const (
	prepayLife = 2 * time.Hour
	codeLife   = 2 * time.Hour
	h5Life     = 5 * time.Minute
	orderLife  = 7 * 24 * time.Hour
)

var numberForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*@]{6,32}$`)

type createRequest struct {
	AppID       string `json:"appid"`
	MchID       string `json:"mchid"`
	Description string `json:"description"`
	OutTradeNo  string `json:"out_trade_no"`
	TimeExpire  string `json:"time_expire"`
	Attach      string `json:"attach"`
	NotifyURL   string `json:"notify_url"`
	Amount      struct {
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
	Payer struct {
		OpenID string `json:"openid"`
	} `json:"payer"`
	Scene struct {
		ClientIP string `json:"payer_client_ip"`
		H5       *struct {
			Type string `json:"type"`
		} `json:"h5_info"`
	} `json:"scene_info"`
}

func param(msg string) answer { return no(http.StatusBadRequest, "PARAM_ERROR", msg) }

// create serves POST /v3/pay/transactions/{jsapi,h5,native}.
func (s *Sandbox) create(tradeType string) func(*http.Request, []byte) answer {
	return func(r *http.Request, body []byte) answer {
		var in createRequest
		if json.Unmarshal(body, &in) != nil {
			return param("请求体不是有效的 JSON")
		}
		if a := s.checkCreate(tradeType, in); a != nil {
			return *a
		}
		now := s.now()
		end := now.Add(orderLife)
		if in.TimeExpire != "" {
			t, err := time.Parse(time.RFC3339, in.TimeExpire)
			if err != nil || !t.After(now) {
				return param("time_expire 格式错误或早于当前时间")
			}
			end = t
		}
		sum := sha256.Sum256([]byte(fmt.Sprint(tradeType, "|", in.AppID, "|", in.Description, "|", in.TimeExpire, "|", in.Attach, "|",
			in.NotifyURL, "|", in.Amount.Total, "|", in.Payer.OpenID)))
		mark := hex.EncodeToString(sum[:])

		s.mu.Lock()
		defer s.mu.Unlock()
		if s.trouble.OrderPaid {
			return no(http.StatusBadRequest, "ORDERPAID", "该订单已支付")
		}
		o := s.order(in.OutTradeNo)
		switch {
		case o == nil:
			o = &Order{
				OutTradeNo: in.OutTradeNo, TradeType: tradeType, AppID: in.AppID, Description: in.Description,
				Attach: in.Attach, NotifyURL: in.NotifyURL, AmountFen: in.Amount.Total, OpenID: in.Payer.OpenID,
				ExpiresAt: end, CreatedAt: now, State: "NOTPAY", Fingerprint: mark,
				Serial: s.serialFor(r.Header.Get("Wechatpay-Serial")),
			}
			s.st.Orders[o.OutTradeNo] = o
		case o.State == "SUCCESS" || o.State == "REFUND":
			return no(http.StatusBadRequest, "ORDERPAID", "该订单已支付")
		case o.State == "CLOSED":
			return no(http.StatusBadRequest, "ORDER_CLOSED", "该订单已关闭，请更换商户订单号后重新下单")
		case o.Fingerprint != mark:
			return no(http.StatusBadRequest, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
		}
		o.PrepayID = "wx" + now.In(clock.China).Format("02150405") + id.Token(12)
		o.PageToken = id.Token(8)
		defer s.save()
		page := s.cfg.BaseURL + "/pay/" + url.PathEscape(o.OutTradeNo) + "?t=" + o.PageToken
		switch tradeType {
		case "MWEB":
			o.PageUntil = now.Add(h5Life)
			return ok(map[string]string{"h5_url": page})
		case "NATIVE":
			o.PageUntil = now.Add(codeLife)
			return ok(map[string]string{"code_url": page})
		}
		o.PageUntil = now.Add(prepayLife)
		return ok(map[string]string{"prepay_id": o.PrepayID})
	}
}

func (s *Sandbox) checkCreate(tradeType string, in createRequest) *answer {
	bad := func(a answer) *answer { return &a }
	u, err := url.Parse(in.NotifyURL)
	switch {
	case in.MchID != s.keys.MchID:
		return bad(param("mchid 与签名商户不一致"))
	case in.AppID != s.keys.MiniAppID && in.AppID != s.keys.OfficialAppID:
		return bad(no(http.StatusBadRequest, "APPID_MCHID_NOT_MATCH", "appid 和 mch_id 不匹配"))
	case !numberForm.MatchString(in.OutTradeNo):
		return bad(param("out_trade_no 格式错误"))
	case in.Description == "" || len([]rune(in.Description)) > 127:
		return bad(param("description 长度应为 1 到 127"))
	case in.Amount.Total < 1 || in.Amount.Currency != "" && in.Amount.Currency != "CNY":
		return bad(param("amount 不正确"))
	case err != nil || u.Host == "" || u.RawQuery != "" || len(in.NotifyURL) > 255:
		return bad(param("notify_url 必须是不带参数的完整网址"))
	case tradeType == "JSAPI" && !s.openidOf(in.AppID, in.Payer.OpenID):
		return bad(param("payer.openid 与 appid 不匹配"))
	case tradeType == "MWEB" && (net.ParseIP(in.Scene.ClientIP) == nil || in.Scene.H5 == nil):
		return bad(param("H5 支付缺少 scene_info"))
	}
	return nil
}

// order returns an order after applying its own end; the caller holds mu.
func (s *Sandbox) order(no string) *Order {
	o := s.st.Orders[no]
	if o != nil && o.State == "NOTPAY" && !s.now().Before(o.ExpiresAt) {
		o.State = "CLOSED"
	}
	return o
}

func (s *Sandbox) orderJSON(o *Order) map[string]any {
	m := map[string]any{
		"appid": o.AppID, "mchid": s.keys.MchID, "out_trade_no": o.OutTradeNo, "attach": o.Attach,
		"trade_state": o.State, "trade_state_desc": map[string]string{"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "REFUND": "订单发生过退款", "CLOSED": "订单已关闭"}[o.State],
		"amount": map[string]any{"total": o.AmountFen, "currency": "CNY"},
	}
	if !o.PaidAt.IsZero() {
		m["transaction_id"], m["trade_type"], m["bank_type"] = o.TransactionID, o.TradeType, "OTHERS"
		m["success_time"] = o.PaidAt.In(clock.China).Format(time.RFC3339)
		m["payer"] = map[string]string{"openid": o.OpenID}
		m["amount"] = map[string]any{"total": o.AmountFen, "payer_total": o.AmountFen, "currency": "CNY", "payer_currency": "CNY"}
	}
	return m
}

func missing() answer { return no(http.StatusNotFound, "ORDER_NOT_EXIST", "订单不存在") }

// query serves both query addresses.
func (s *Sandbox) query(r *http.Request, _ []byte) answer {
	if r.URL.Query().Get("mchid") != s.keys.MchID {
		return param("mchid 与签名商户不一致")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if tid := r.PathValue("tid"); tid != "" {
		for _, o := range s.st.Orders {
			if o.TransactionID == tid {
				return ok(s.orderJSON(o))
			}
		}
		return missing()
	}
	o := s.order(r.PathValue("no"))
	if o == nil {
		return missing()
	}
	return ok(s.orderJSON(o))
}

// closeOrder serves …/close.
func (s *Sandbox) closeOrder(r *http.Request, body []byte) answer {
	var in struct {
		MchID string `json:"mchid"`
	}
	if json.Unmarshal(body, &in) != nil || in.MchID != s.keys.MchID {
		return param("mchid 与签名商户不一致")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.order(r.PathValue("no"))
	switch {
	case o == nil:
		return missing()
	case o.State == "SUCCESS" || o.State == "REFUND":
		return no(http.StatusBadRequest, "ORDER_PAID", "订单已支付，不能关闭")
	}
	o.State = "CLOSED"
	s.save()
	return answer{status: http.StatusNoContent}
}

// What Pay and Cancel may answer.
var (
	ErrNoOrder  = errors.New("没有这笔订单")
	ErrNotOpen  = errors.New("订单不是待支付状态")
	ErrExpired  = errors.New("二维码或支付链接已过期，请重新发起")
	ErrNotPayer = errors.New("这笔订单只能由下单的微信用户支付")
)

// Pay lets a person confirm an open order; person names one of the sandbox's
// people and is created when unknown. A JSAPI order can be paid by its own payer
// alone; "" stands for that payer. The notification goes out with the next Tick.
func (s *Sandbox) Pay(outTradeNo, person string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.order(outTradeNo)
	switch {
	case o == nil:
		return ErrNoOrder
	case o.State != "NOTPAY":
		return ErrNotOpen
	case !s.now().Before(o.PageUntil):
		return ErrExpired
	}
	openID := o.OpenID
	if person != "" || openID == "" {
		openID = s.openID(o.AppID, orName(person))
	}
	if o.TradeType == "JSAPI" && openID != o.OpenID {
		return ErrNotPayer
	}
	o.State, o.OpenID, o.PaidAt = "SUCCESS", openID, s.now()
	o.TransactionID = s.number("42000")
	s.notify("pay", "TRANSACTION.SUCCESS", o.OutTradeNo, o.NotifyURL, o.Serial, s.orderJSON(o))
	s.save()
	return nil
}

// Cancel closes an open order, as if its time had run out.
func (s *Sandbox) Cancel(outTradeNo string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.order(outTradeNo)
	if o == nil {
		return ErrNoOrder
	}
	if o.State != "NOTPAY" {
		return ErrNotOpen
	}
	o.State = "CLOSED"
	s.save()
	return nil
}

func orName(p string) string {
	if p == "" {
		return "小舟"
	}
	return p
}
