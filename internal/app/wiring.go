package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"zhizhou/internal/account"
	"zhizhou/internal/catalog"
	"zhizhou/internal/db"
	"zhizhou/internal/pay/alipay"
	"zhizhou/internal/pay/virtual"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// guard tells web who is behind a token.
type guard struct{ accounts *account.Service }

// Learner implements web.Guard.
func (g guard) Learner(ctx context.Context, token string) (web.User, error) {
	userID, sessionID, err := g.accounts.Who(ctx, token)
	return web.User{ID: userID, SessionID: sessionID}, err
}

// Agreed implements web.Guard.
func (g guard) Agreed(ctx context.Context, userID int64) error {
	return g.accounts.Agreed(ctx, userID)
}

// Member implements web.Guard.
func (g guard) Member(ctx context.Context, token string) (web.Staff, error) {
	s, err := g.accounts.WhoStaff(ctx, token)
	return web.Staff{
		ID: s.ID, SessionID: s.SessionID, Name: s.Name, Role: s.Role, InstructorID: s.InstructorID, MFA: s.MFA, NeedsMFA: s.NeedsMFA(), TOTPEnabled: s.TOTPEnabledAt > 0,
		Can: func(p string) bool { return account.Allowed(s.Role, p) },
	}, err
}

// openSandbox starts the bundled outside world, unless this installation holds
// the keys of a real merchant.
func (a *App) openSandbox(ctx context.Context, sms *smsGateway) error {
	p := setting.NewPayment()
	if _, err := a.Settings.Load(ctx, p); err != nil {
		return err
	}
	dir := filepath.Join(a.Config.DataDir, "sandbox")
	s, err := sandbox.New(sandbox.Config{
		BaseURL: a.Config.PublicURL + "/sandbox", StateDir: dir, StatePath: filepath.Join(dir, "state.json"),
		PushURL: a.Config.PublicURL + "/hook/wechat/push", Clock: a.Clock,
	})
	if err != nil {
		return err
	}
	m := s.Merchant()
	mchID := m.WechatPay.MchID
	w := &setting.WeChat{}
	if _, err := a.Settings.Load(ctx, w); err != nil {
		return err
	}
	switch {
	case p.MchID != "":
		mchID = p.MchID
	case p.OfferID != "" || p.MerchantKey != "" || p.AlipayAppID != "" || p.AlipayAppKey != "" || w.MiniSecret != "" || w.OfficialSecret != "":
		mchID = "real" // credentials of any real service are enough to refuse
	}
	if err := s.Guard(mchID, m.WechatPay.BaseURL, m.Weixin.BaseURL, m.Weixin.OpenBaseURL, m.Alipay.GatewayURL, m.SMSURL); err != nil {
		return err
	}
	a.Sandbox = s
	a.outside.fixed = &sandboxed{m.WechatPay, m.Weixin, m.Virtual, m.Alipay, m.PlanID, m.APIv2Key, &sandboxIssuer{url: m.InvoiceURL, key: m.InvoiceKey, http: a.outside.http}, s.KeepMail}
	sms.url, sms.key = m.SMSURL, m.SMSKey
	return nil
}

// origins returns the origin of an address as a list; none for an empty one.
func origins(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}

// addresses lists which outside services are spoken to, for the console.
func (o *outside) addresses() map[string]string {
	if o.fixed != nil {
		return map[string]string{"wechat_pay": o.fixed.pay.BaseURL, "wechat_api": o.fixed.wechat.BaseURL, "wechat_open": o.fixed.wechat.OpenBaseURL, "alipay": o.fixed.alipay.GatewayURL, "sms": o.cfg.PublicURL + "/sandbox/sms/send"}
	}
	or := func(s, d string) string {
		if s == "" {
			return d
		}
		return s
	}
	return map[string]string{
		"wechat_pay": or(o.cfg.WeChatPayURL, "https://api.mch.weixin.qq.com"), "wechat_api": or(o.cfg.WeChatURL, "https://api.weixin.qq.com"),
		"wechat_open": or(o.cfg.WeChatOpenURL, "https://open.weixin.qq.com"), "alipay": or(o.cfg.AlipayURL, alipay.DefaultGateway), "sms": or(o.cfg.SMSURL, "未配置"),
	}
}

// smsGateway sends codes by a signed POST {phone, code, template}; the header
// X-Zhizhou-Signature is the hex HMAC-SHA256 of the body. A small adapter of the
// operator's turns that into any vendor's call.
type smsGateway struct {
	url, key string
	http     *http.Client
	log      *slog.Logger
}

var errSMS = errors.New("sms: not sent")

// Send implements account.SMS.
func (g *smsGateway) Send(ctx context.Context, phone, code string) error {
	if g.url == "" {
		return fmt.Errorf("%w: SMS_URL is not set", errSMS)
	}
	body, err := json.Marshal(map[string]string{"phone": phone, "code": code, "template": "login_code"})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(g.key))
	mac.Write(body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Zhizhou-Signature", hex.EncodeToString(mac.Sum(nil)))
	res, err := g.http.Do(req)
	if err != nil {
		return errSMS // the error's text would hold the address and maybe the number
	}
	defer func() { _, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)); _ = res.Body.Close() }()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%w: the gateway answered %d", errSMS, res.StatusCode)
	}
	return nil
}

// SyncItems brings the items of virtual payment forward: upload, wait, publish,
// wait. A price is not sold in the mini program before its item is published.
func (a *App) SyncItems(ctx context.Context) error {
	items, err := a.Catalog.OpenItems(ctx)
	if err != nil || len(items) == 0 {
		return err
	}
	c, err := a.outside.now(ctx)
	if err != nil {
		return err
	}
	if c.virtualErr != nil {
		return nil // not configured: prices wait
	}
	for _, it := range items {
		if err := a.syncItem(ctx, c.virtual, it); err != nil {
			a.log.Warn("virtual payment item not synced", "item", it.ItemID, "state", it.State, "err", err)
		}
	}
	return nil
}

func (a *App) syncItem(ctx context.Context, p *virtual.Provider, it catalog.Item) error {
	move := func(to, message string) error { return a.Catalog.MoveItem(ctx, it.ItemID, it.State, to, message) }
	after := func(t virtual.Task, err error, done string) error {
		switch {
		case err != nil:
			return err
		case t.State == virtual.TaskDone:
			return move(done, "")
		case t.State == virtual.TaskFailed:
			return move(catalog.ItemFailed, t.Reason)
		}
		return nil
	}
	switch it.State {
	case catalog.ItemWanted:
		name := []rune(it.Title)
		err := p.UploadItem(ctx, virtual.Item{
			ID: it.ItemID, Name: string(name[:min(len(name), 20)]), PriceFen: it.PriceFen, Remark: it.Title + " " + it.SKUName, ImageURL: a.Config.PublicURL + "/item.png",
		})
		if err != nil {
			return err
		}
		return move(catalog.ItemUploading, "")
	case catalog.ItemUploading:
		t, err := p.UploadState(ctx, it.ItemID)
		return after(t, err, catalog.ItemUploaded)
	case catalog.ItemUploaded:
		if err := p.PublishItem(ctx, it.ItemID); err != nil {
			return err
		}
		return move(catalog.ItemPublishing, "")
	case catalog.ItemPublishing:
		t, err := p.PublishState(ctx, it.ItemID)
		return after(t, err, catalog.ItemPublished)
	}
	return nil
}

// outsideOnly refuses calls to the outside from within a transaction: they are
// slow and cannot be rolled back.
type outsideOnly struct{ next http.RoundTripper }

func (t outsideOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if db.InTx(r.Context()) {
		panic(fmt.Sprintf("app: a call to %s inside a transaction", r.URL.Host))
	}
	if t.next == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return t.next.RoundTrip(r)
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	select {
	case <-a.stopping:
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.DB.Ping(ctx); err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
