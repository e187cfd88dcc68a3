package sandbox

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/money"
)

//go:embed panel.html
var panelHTML string

// pages are read when one is first shown: a real school never shows any.
var pages = sync.OnceValue(func() *template.Template {
	t := template.New("panel").Funcs(template.FuncMap{
		"yuan": money.Yuan,
		"at": func(t time.Time) string {
			if t.IsZero() {
				return "—"
			}
			return t.In(clock.China).Format("01-02 15:04:05")
		},
		"word": func(s string) string {
			if w, ok := stateWords[s]; ok {
				return w
			}
			return s
		},
	})
	for _, html := range []string{panelHTML, alipayHTML, invoiceHTML, papayHTML} {
		t = template.Must(t.Parse(html))
	}
	return t
})

var stateWords = map[string]string{
	"NOTPAY": "待支付", "SUCCESS": "成功", "REFUND": "有退款", "CLOSED": "已关闭", "PROCESSING": "处理中", "ABNORMAL": "异常",
	"JSAPI": "微信内支付", "PAP": "自动续费", "ACCEPT": "扣款中", "PAY_FAIL": "扣款失败", "papay": "续费通知", "contract": "签约通知", "MWEB": "H5 支付", "NATIVE": "扫码支付", "pay": "支付通知", "refund": "退款通知", "transfer": "转账通知", "WAIT_USER_CONFIRM": "待收款确认", "FAIL": "失败", "CANCELLED": "已撤销", "push": "消息推送", "alipay": "支付宝通知",
	"WAIT_BUYER_PAY": "待支付", "TRADE_SUCCESS": "已支付", "TRADE_CLOSED": "已关闭或全额退款",
}

// page renders one page. Its policy allows no script; formTo is one more origin
// that a form may lead to by redirect.
func (s *Sandbox) page(w http.ResponseWriter, name, formTo string, data map[string]any) {
	nonce := id.Token(12)
	data["Nonce"], data["Base"], data["Now"] = nonce, s.prefix, s.now()
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; form-action 'self' "+formTo+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	_ = pages().ExecuteTemplate(w, name, data)
}

func (s *Sandbox) peopleNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for n := range s.st.People {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

func (s *Sandbox) items() []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var out []Item
	for _, it := range s.st.Items {
		out = append(out, *it)
	}
	slices.SortFunc(out, func(a, b Item) int { return strings.Compare(a.ID, b.ID) })
	return out
}

const shown = 50 // rows per table

func (s *Sandbox) home(w http.ResponseWriter, r *http.Request) {
	var open, past []Order
	for _, o := range s.Orders() {
		if o.State == "NOTPAY" && s.now().Before(o.ExpiresAt) {
			open = append(open, o)
		} else {
			past = append(past, o)
		}
	}
	s.mu.Lock()
	sms := slices.Clone(s.st.SMS)
	s.mu.Unlock()
	slices.Reverse(sms)
	_, movable := s.clock.(interface{ Advance(time.Duration) })
	s.page(w, "home", "", map[string]any{
		"Open": head(open), "Past": head(past), "Refunds": head(s.Refunds()), "Transfers": head(s.Transfers()), "SMS": head(sms), "Notices": head(s.Notices()),
		"Items": s.items(), "Virtual": head(s.VOrders()), "Trades": head(s.Trades()), "Trouble": s.Troubles(), "Movable": movable,
		"Contracts": head(s.Contracts()), "Mails": head(s.Mails("")), "Invoices": head(s.Invoices()), "Mch": s.keys.MchID, "People": s.peopleNames(), "Flash": r.URL.Query().Get("say"),
	})
}

func head[T any](rows []T) []T { return rows[:min(len(rows), shown)] }

// payJSAPI stands for WeChat opening its cashier: it verifies paySign as WeChat
// does and leads to the pay page.
func (s *Sandbox) payJSAPI(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	prepay := strings.TrimPrefix(q.Get("package"), "prepay_id=")
	sum := sha256.Sum256([]byte(q.Get("appId") + "\n" + q.Get("timeStamp") + "\n" + q.Get("nonceStr") + "\n" + q.Get("package") + "\n"))
	sig, err := base64.StdEncoding.DecodeString(q.Get("paySign"))
	if err != nil || q.Get("signType") != "RSA" || rsa.VerifyPKCS1v15(&s.keys.merchant.PublicKey, crypto.SHA256, sum[:], sig) != nil {
		http.Error(w, "支付验证签名失败", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	no, tok := "", ""
	for _, o := range s.st.Orders {
		if o.PrepayID == prepay && o.AppID == q.Get("appId") && prepay != "" {
			no, tok = o.OutTradeNo, o.PageToken
		}
	}
	s.mu.Unlock()
	if no == "" {
		http.Error(w, "预支付交易会话已失效", http.StatusBadRequest)
		return
	}
	v := url.Values{"t": {tok}}
	if back := q.Get("return_url"); back != "" {
		v.Set("return_url", back)
	}
	http.Redirect(w, r, s.prefix+"/pay/"+url.PathEscape(no)+"?"+v.Encode(), http.StatusSeeOther)
}

// back returns where the pay page leads afterwards, and its origin.
func back(r *http.Request) (addr, origin string) {
	for _, k := range []string{"return_url", "redirect_url"} {
		u, err := url.Parse(r.FormValue(k))
		if err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			return u.String(), u.Scheme + "://" + u.Host
		}
	}
	return "", ""
}

func (s *Sandbox) payPage(w http.ResponseWriter, r *http.Request) { s.showPay(w, r, "") }

func (s *Sandbox) showPay(w http.ResponseWriter, r *http.Request, trouble string) {
	s.mu.Lock()
	o := s.order(r.PathValue("no"))
	if o == nil {
		s.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	c := *o
	s.mu.Unlock()
	if t := r.FormValue("t"); trouble == "" && c.State == "NOTPAY" && (t != "" && t != c.PageToken || !s.now().Before(c.PageUntil)) {
		trouble = ErrExpired.Error()
	}
	addr, origin := back(r)
	s.page(w, "pay", origin, map[string]any{"O": c, "Back": addr, "Trouble": trouble, "T": r.FormValue("t"), "Mch": s.keys.MchID, "People": s.peopleNames()})
}

func (s *Sandbox) paySubmit(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	o := s.order(r.PathValue("no"))
	stale := o != nil && r.FormValue("t") != "" && r.FormValue("t") != o.PageToken
	s.mu.Unlock()
	err := error(nil)
	switch {
	case stale:
		err = ErrExpired
	case r.FormValue("do") == "cancel": // leaving the cashier leaves the order open
	default:
		err = s.Pay(r.PathValue("no"), r.FormValue("person"))
	}
	if err != nil {
		s.showPay(w, r, err.Error())
		return
	}
	if addr, _ := back(r); addr != "" {
		http.Redirect(w, r, addr, http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, s.prefix+"/pay/"+url.PathEscape(r.PathValue("no")), http.StatusSeeOther)
}

// panelDo serves the panel's forms with the calls of the JSON API.
func (s *Sandbox) panelDo(w http.ResponseWriter, r *http.Request) {
	what, say := r.PathValue("what"), "已完成"
	if what == "trouble" {
		num := func(k string) int { n, _ := strconv.Atoi(r.FormValue(k)); return max(0, min(n, 60000)) }
		on := func(k string) bool { return r.FormValue(k) != "" }
		s.SetTrouble(Trouble{
			DelayMS: num("delay_ms"), DropAnswers: num("drop_answers"), FailAnswers: num("fail_answers"),
			Duplicate: min(num("duplicate"), 20), Reorder: on("reorder"), WrongSignature: on("wrong_signature"), Probe: on("probe"),
			OrderPaid: on("order_paid"), RefundStuck: on("refund_stuck"), RefundAbnormal: on("refund_abnormal"), NotEnough: on("not_enough"), TransferStuck: on("transfer_stuck"),
			HoldNotices: on("hold_notices"), BadAnswerSign: on("bad_answer_sign"), NoPushOnVirtual: on("no_push_on_paying"),
			InvoiceStuck: on("invoice_stuck"), InvoiceRefused: on("invoice_refused"),
			ChargePoor: on("charge_poor"), ChargeStuck: on("charge_stuck"),
			Bill: BillTrouble{
				MissingLine: on("bill_missing_line"), ExtraLine: on("bill_extra_line"), ChangedAmount: on("bill_changed_amount"),
				ChangedState: on("bill_changed_state"), BadHash: on("bill_bad_hash"), NotReady: on("bill_not_ready"),
			},
		})
	} else {
		sec, _ := strconv.ParseInt(r.FormValue("seconds"), 10, 64)
		out, err := s.control(r, what, control{OutTradeNo: r.FormValue("out_trade_no"), Person: r.FormValue("person"), ID: r.FormValue("id"), Phone: r.FormValue("phone"), Seconds: sec})
		if err != nil {
			say = err.Error()
		} else if c, has := out["code"].(string); has {
			say = "登录码：" + c
		}
	}
	http.Redirect(w, r, s.prefix+"/?say="+url.QueryEscape(say), http.StatusSeeOther)
}
