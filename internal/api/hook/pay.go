package hook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"zhizhou/internal/commerce"
	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/virtual"
	"zhizhou/internal/shipping"
	"zhizhou/internal/web"
	"zhizhou/internal/wechat"
)

// maxNotice bounds a notification's body; real ones are a few kilobytes.
const maxNotice = 1 << 20

// inquiryTime is how long Apple's question may take us: WeChat gives up at 3 s.
const inquiryTime = 1500 * time.Millisecond

// Pay receives what payment channels report. It answers OK only after the message
// is durably kept (INV-14).
type Pay struct {
	Commerce *commerce.Service
	// Notify returns the parser of WeChat Pay notifications as configured now.
	Notify func(ctx context.Context) (pay.NotifyParser, error)
	// Alipay returns the parser of Alipay's notices as configured now.
	Alipay func(ctx context.Context) (pay.NotifyParser, error)
	// Papay returns the parser of notices about contracts and their charges.
	Papay func(ctx context.Context) (pay.NotifyParser, error)
	// Push gives what opens a message of the mini program's push, and its virtual
	// payment, nil when that is not configured.
	Push func(ctx context.Context) (Pusher, *virtual.Provider, error)
	// Shipping hears of the mini program's ordinary payments.
	Shipping *shipping.Service
}

// Pusher opens encrypted pushes.
type Pusher interface {
	VerifyURL(q url.Values) (string, error)
	OpenPush(q url.Values, body []byte) ([]byte, error)
}

// Routes registers the addresses that channels call.
func (h *Pay) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /hook/wechatpay/{what}", h.notice("wechatpay", h.Notify, wechatTongue))
	mux.HandleFunc("POST /hook/alipay/payment", h.notice("alipay", h.Alipay, alipayTongue))
	mux.HandleFunc("POST /hook/papay/{what}", h.notice(string(pay.WechatPapay), h.Papay, papayTongue))
	mux.HandleFunc("GET /hook/wechat/push", h.verifyPush)
	mux.HandleFunc("POST /hook/wechat/push", h.push)
}

// tongue is how a channel wants to be answered: its form, and the words that let
// it rest and that make it send the message again.
type tongue struct {
	form         string
	taken        int
	thanks, miss string
}

var (
	wechatTongue = tongue{"application/json", http.StatusNoContent, "", `{"code":"FAIL","message":"未受理"}`}
	alipayTongue = tongue{"text/plain; charset=utf-8", http.StatusOK, "success", "fail"}
	papayTongue  = tongue{"text/xml; charset=utf-8", http.StatusOK, "<xml><return_code>SUCCESS</return_code></xml>", "<xml><return_code>FAIL</return_code></xml>"}
)

func (t tongue) say(w http.ResponseWriter, status int, words string) {
	if words != "" {
		w.Header().Set("Content-Type", t.form)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words)
}

// notice takes a channel's messages. Only the words of success end their repeats,
// and they are said after the commit.
func (h *Pay) notice(channel string, parser func(context.Context) (pay.NotifyParser, error), t tongue) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotice))
		if err != nil {
			t.say(w, http.StatusRequestEntityTooLarge, t.miss)
			return
		}
		p, err := parser(r.Context())
		if err != nil {
			t.say(w, http.StatusServiceUnavailable, t.miss)
			return
		}
		n, err := p.ParseNotify(r.Header, body)
		if err != nil {
			status := http.StatusUnauthorized
			if errs.KindOf(err) == errs.Invalid {
				status = http.StatusBadRequest
			}
			t.say(w, status, t.miss)
			return
		}
		if err := h.Commerce.Receive(r.Context(), commerce.Notice{Channel: channel, Notice: n}); err != nil {
			web.Fail(w, r, err)
			return
		}
		t.say(w, t.taken, t.thanks)
	}
}

// refuse makes WeChat send a push again.
func refuse(w http.ResponseWriter, status int) { wechatTongue.say(w, status, wechatTongue.miss) }

func (h *Pay) verifyPush(w http.ResponseWriter, r *http.Request) {
	c, _, err := h.Push(r.Context())
	if err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	echo, err := c.VerifyURL(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, echo)
}

func (h *Pay) push(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotice))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge)
		return
	}
	c, provider, err := h.Push(r.Context())
	if err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	raw, err := c.OpenPush(r.URL.Query(), body)
	if err != nil {
		refuse(w, http.StatusUnauthorized)
		return
	}
	if e, ok := wechat.ParseTrade(raw); ok {
		if err := h.Shipping.Told(r.Context(), e); err != nil {
			reply(w, virtual.Again())
			return
		}
		reply(w, virtual.OK())
		return
	}
	if provider == nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	p, err := provider.ParsePush(raw)
	if err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	if p.Inquiry != nil {
		h.inquiry(w, r, p)
		return
	}
	if err := h.take(r.Context(), provider, p); err != nil {
		reply(w, virtual.Again())
		return
	}
	reply(w, virtual.OK())
}

// take keeps a push and acts on it. A delivery push only says that something was
// paid; what is granted is decided by asking WeChat itself.
func (h *Pay) take(ctx context.Context, provider *virtual.Provider, p virtual.Push) error {
	if p.Pay != nil {
		openID := p.Pay.PayerOpenID
		sure, err := provider.Query(ctx, p.Pay.OutTradeNo, openID)
		if err != nil && !errors.Is(err, pay.ErrNotFound) {
			return err
		}
		if err == nil {
			sure.EventID = p.EventID
			p.Pay = &sure
		} else {
			p.Pay = nil
		}
	}
	return h.Commerce.Receive(ctx, commerce.Notice{Channel: string(pay.WechatVirtual), Notice: p.Notice})
}

// inquiry answers whether an iOS buyer should get the money back. When the
// database is slow the answer is the cautious default, never silence (INV-47).
func (h *Pay) inquiry(w http.ResponseWriter, r *http.Request, p virtual.Push) {
	ctx, cancel := context.WithTimeout(r.Context(), inquiryTime)
	defer cancel()
	type verdict struct {
		agree    bool
		evidence string
	}
	got := make(chan verdict, 1)
	go func() {
		agree, evidence, err := h.Commerce.AppleInquiry(ctx, p.Inquiry.OutTradeNo)
		if err == nil {
			got <- verdict{agree, evidence}
		}
	}()
	v := verdict{false, "购买与学习记录核对中"}
	select {
	case v = <-got:
	case <-ctx.Done():
	}
	reply(w, virtual.AnswerIOS(v.agree, v.evidence))
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
