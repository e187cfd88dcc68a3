package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"zhizhou/internal/account"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/pay"
	"zhizhou/internal/pay/alipay"
	"zhizhou/internal/pay/virtual"
	payw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/setting"
	"zhizhou/internal/shipping"
	"zhizhou/internal/wechat"
)

// outside builds the clients of the outside world from the settings, and builds
// them anew when a setting was saved. With the sandbox on, its credentials and
// addresses are used instead, and never mixed with real ones.
type outside struct {
	settings *setting.Store
	cfg      Config
	clock    clock.Clock
	http     *http.Client
	fixed    *sandboxed // nil without the sandbox

	mu    sync.Mutex
	stamp string
	built clients
}

// sandboxed are the credentials that the sandbox gives.
type sandboxed struct {
	pay      payw.Config
	wechat   wechat.Config
	virtual  virtual.Config
	alipay   alipay.Config
	planID   string
	apiV2Key string
	issuer   *sandboxIssuer
	mail     func(to, subject, text string)
}

type clients struct {
	fourEyes   int64 // fen, see setting.Payment
	sceneID    string
	reports    []pay.SceneReport
	payErr     error
	merchant   *payw.Merchant
	payCfg     payw.Config
	wechat     *wechat.Client
	wechatCfg  wechat.Config
	virtual    *virtual.Provider
	virtualCfg virtual.Config
	virtualErr error
	alipay     *alipay.Merchant
	alipayCfg  alipay.Config
	alipayErr  error
	papay      *payw.Papay
	papayErr   error
	policy     map[string]string
}

func (o *outside) now(ctx context.Context) (clients, error) {
	p, w := setting.NewPayment(), &setting.WeChat{}
	pv, err := o.settings.Load(ctx, p)
	if err != nil {
		return clients{}, err
	}
	wv, err := o.settings.Load(ctx, w)
	if err != nil {
		return clients{}, err
	}
	r := setting.NewRenewal()
	rv, err := o.settings.Load(ctx, r)
	if err != nil {
		return clients{}, err
	}
	now := clock.MS(o.clock)
	alive := 0 // of the replaced keys; one that ends makes new clients
	for _, k := range slices.Concat(p.Retired, w.Retired) {
		if k.UntilAt > now {
			alive++
		}
	}
	stamp := fmt.Sprint(pv, wv, rv, alive)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stamp != stamp {
		o.built, o.stamp = o.build(p, w, now), stamp
		o.buildPapay(&o.built, r)
	}
	return o.built, nil
}

func (o *outside) build(p *setting.Payment, w *setting.WeChat, now int64) clients {
	c := clients{policy: p.Policy, fourEyes: p.FourEyesFen, sceneID: cmp.Or(p.TransferSceneID, "1005"), reports: []pay.SceneReport{
		{Type: "岗位类型", Content: cmp.Or(p.TransferPost, "推广人员")}, {Type: "报酬说明", Content: cmp.Or(p.TransferReward, "课程推广佣金")},
	}}
	if o.fixed != nil {
		c.payCfg, c.wechatCfg, c.virtualCfg = o.fixed.pay, o.fixed.wechat, o.fixed.virtual
		c.alipayCfg = o.fixed.alipay
	} else {
		c.payCfg = payw.Config{
			MchID: p.MchID, OfficialAppID: w.OfficialAppID, MiniAppID: w.MiniAppID, MerchantSerial: p.MerchantSerial, MerchantKey: p.MerchantKey,
			APIv3Key: p.APIv3Key, Mode: p.Mode, PublicKeyID: p.PublicKeyID, PublicKeyPEM: p.PublicKeyPEM, BaseURL: o.cfg.WeChatPayURL, Clock: o.clock,
		}
		c.wechatCfg = wechat.Config{
			MiniAppID: w.MiniAppID, MiniSecret: w.MiniSecret, OfficialAppID: w.OfficialAppID, OfficialSecret: w.OfficialSecret,
			PushToken: w.PushToken, PushAESKey: w.PushAESKey, BaseURL: o.cfg.WeChatURL, OpenBaseURL: o.cfg.WeChatOpenURL, Clock: o.clock,
		}
		c.virtualCfg = virtual.Config{OfferID: p.OfferID, AppKey: p.AppKey, Env: p.VirtualEnv, AppID: w.MiniAppID, MchID: p.MchID, Clock: o.clock}
		c.alipayCfg = alipay.Config{
			AppID: p.AlipayAppID, SellerID: p.AlipaySellerID, AppKey: p.AlipayAppKey, PublicKey: p.AlipayPublicKey, GatewayURL: o.cfg.AlipayURL, Clock: o.clock,
		}
		o.accept(&c, p, w, now)
	}
	c.payCfg.HTTPClient, c.wechatCfg.HTTPClient, c.virtualCfg.HTTP, c.alipayCfg.HTTPClient = o.http, o.http, o.http, o.http
	c.wechat = wechat.New(c.wechatCfg)
	c.merchant, c.payErr = payw.New(c.payCfg)
	c.virtual, c.virtualErr = virtual.New(c.virtualCfg, c.wechat)
	c.alipay, c.alipayErr = alipay.New(c.alipayCfg)
	return c
}

// accept lets what was made with keys that were replaced not long ago be accepted.
func (*outside) accept(c *clients, p *setting.Payment, w *setting.WeChat, now int64) {
	for _, k := range setting.Live(p.Retired, setting.APIv3Key, now) {
		c.payCfg.OldAPIv3Keys = append(c.payCfg.OldAPIv3Keys, k.Key)
	}
	for _, k := range setting.Live(p.Retired, setting.WechatPublicKey, now) {
		c.payCfg.OldPublicKeys = append(c.payCfg.OldPublicKeys, payw.PublicKey{ID: k.ID, PEM: k.Key})
	}
	for _, k := range setting.Live(p.Retired, setting.AlipayPublicKey, now) {
		c.alipayCfg.OldPublicKeys = append(c.alipayCfg.OldPublicKeys, k.Key)
	}
	for _, k := range setting.Live(w.Retired, setting.PushToken, now) {
		c.wechatCfg.OldPushTokens = append(c.wechatCfg.OldPushTokens, k.Key)
	}
	for _, k := range setting.Live(w.Retired, setting.PushAESKey, now) {
		c.wechatCfg.OldPushAESKeys = append(c.wechatCfg.OldPushAESKeys, k.Key)
	}
}

// Provider implements commerce.Channels.
func (o *outside) Provider(ctx context.Context, ch pay.Channel) (pay.Provider, commerce.Merchant, error) {
	c, err := o.now(ctx)
	if err != nil {
		return nil, commerce.Merchant{}, err
	}
	return c.provider(ch)
}

func (c clients) provider(ch pay.Channel) (pay.Provider, commerce.Merchant, error) {
	if ch == pay.WechatVirtual {
		if c.virtualErr != nil {
			return nil, commerce.Merchant{}, commerce.ErrChannel.With(c.virtualErr)
		}
		return c.virtual, commerce.Merchant{MchID: c.virtualCfg.MchID, AppID: c.virtualCfg.AppID}, nil
	}
	if ch == pay.AlipayWap || ch == pay.AlipayPage {
		if c.alipayErr != nil {
			return nil, commerce.Merchant{}, commerce.ErrChannel.With(c.alipayErr)
		}
		m := commerce.Merchant{MchID: c.alipayCfg.SellerID, AppID: c.alipayCfg.AppID}
		if ch == pay.AlipayWap {
			return c.alipay.Wap(), m, nil
		}
		return c.alipay.Page(), m, nil
	}
	if c.payErr != nil {
		return nil, commerce.Merchant{}, commerce.ErrChannel.With(c.payErr)
	}
	m := commerce.Merchant{MchID: c.payCfg.MchID, AppID: c.payCfg.OfficialAppID}
	switch ch {
	case pay.WechatPapay:
		if c.papayErr != nil {
			return nil, m, commerce.ErrChannel.With(c.papayErr)
		}
		return c.papay, m, nil
	case pay.WechatJSAPI:
		return c.merchant.JSAPI(), m, nil
	case pay.WechatH5:
		return c.merchant.H5(), m, nil
	case pay.WechatNative:
		return c.merchant.Native(), m, nil
	case pay.WechatMini:
		m.AppID = c.payCfg.MiniAppID
		return c.merchant.Mini(), m, nil
	}
	return nil, m, commerce.ErrChannel
}

// Policy implements commerce.Channels.
func (o *outside) Policy(ctx context.Context, platform, goods string) (pay.Channel, error) {
	offers, err := o.Offers(ctx, platform, goods)
	if err != nil || len(offers) == 0 {
		return "", err
	}
	return offers[0], nil
}

// FourEyes implements commerce.Channels.
func (o *outside) FourEyes(ctx context.Context) (int64, error) {
	c, err := o.now(ctx)
	return c.fourEyes, err
}

// Sender implements commission.Channels.
func (o *outside) Sender(ctx context.Context) (commission.Sender, error) {
	c, err := o.now(ctx)
	if err == nil && c.payErr != nil {
		err = &pay.Trouble{Class: pay.ErrConfig, Code: "NOT_CONFIGURED", Msg: "没有配置微信支付", Advice: "请先在设置里填写微信支付商户号和密钥。"}
	}
	if err != nil {
		return commission.Sender{}, err
	}
	return commission.Sender{
		Transferer: c.merchant, MchID: c.payCfg.MchID, Apps: map[string]string{account.Mini: c.payCfg.MiniAppID, account.Official: c.payCfg.OfficialAppID},
		NotifyURL: o.NotifyURL(pay.WechatJSAPI, "transfer"), SceneID: c.sceneID, Reports: c.reports, Remark: "推广佣金",
	}, nil
}

// Offers implements commerce.Channels. A channel that is not configured is not
// offered beside one that is; alone it stays, so that buying says what is wrong.
func (o *outside) Offers(ctx context.Context, platform, goods string) ([]pay.Channel, error) {
	c, err := o.now(ctx)
	if err != nil {
		return nil, err
	}
	var all, ready []pay.Channel
	for _, name := range setting.Channels(c.policy[platform+"/"+goods]) {
		all = append(all, pay.Channel(name))
		if _, _, err := c.provider(pay.Channel(name)); err == nil {
			ready = append(ready, pay.Channel(name))
		}
	}
	if len(ready) == 0 {
		return all, nil
	}
	return ready, nil
}

// Biller implements reconcile.Channels.
func (o *outside) Biller(ctx context.Context, source pay.Source) (pay.Biller, error) {
	c, err := o.now(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case source == pay.SourceWechatPay && c.payErr == nil:
		return c.merchant, nil
	case source == pay.SourceVirtual && c.virtualErr == nil:
		return c.virtual, nil
	case source == pay.SourceAlipay && c.alipayErr == nil:
		return c.alipay, nil
	}
	return nil, commerce.ErrChannel
}

// NotifyURL implements commerce.Channels.
func (o *outside) NotifyURL(ch pay.Channel, what string) string {
	if ch == pay.WechatVirtual {
		return o.cfg.PublicURL + "/hook/wechat/push"
	}
	if ch == pay.AlipayWap || ch == pay.AlipayPage {
		return o.cfg.PublicURL + "/hook/alipay/payment"
	}
	if ch == pay.WechatPapay && what == "payment" {
		return o.cfg.PublicURL + "/hook/papay/payment"
	}
	return o.cfg.PublicURL + "/hook/wechatpay/" + what
}

// Test asks a channel whether its keys are good, for the console's button.
func (o *outside) Test(ctx context.Context, ch pay.Channel) error {
	p, _, err := o.Provider(ctx, ch)
	if err != nil {
		return err
	}
	if t, ok := p.(pay.Tester); ok {
		return t.Test(ctx)
	}
	c, err := o.now(ctx)
	if err != nil {
		return err
	}
	return c.merchant.Test(ctx)
}

func (o *outside) parser(ctx context.Context) (pay.NotifyParser, error) {
	c, err := o.now(ctx)
	if err == nil {
		err = c.payErr
	}
	return c.merchant, err
}

func (o *outside) alipayParser(ctx context.Context) (pay.NotifyParser, error) {
	c, err := o.now(ctx)
	if err == nil {
		err = c.alipayErr
	}
	return c.alipay, err
}

func (o *outside) pusher(ctx context.Context) (hook.Pusher, *virtual.Provider, error) {
	c, err := o.now(ctx)
	return c.wechat, c.virtual, err // the provider is nil until virtual payment is configured
}

// desk gives the mini program's shipping management.
func (o *outside) desk(ctx context.Context) (shipping.Desk, error) {
	c, err := o.now(ctx)
	return c.wechat, err
}

// miniApp is the mini program's appid, "" without one.
func (o *outside) miniApp(ctx context.Context) string {
	c, err := o.now(ctx)
	if err != nil || c.wechatCfg.MiniSecret == "" {
		return ""
	}
	return c.wechatCfg.MiniAppID
}

// miniCode makes a mini program code.
func (o *outside) miniCode(ctx context.Context, scene, page string) ([]byte, error) {
	c, err := o.now(ctx)
	if err != nil {
		return nil, err
	}
	return c.wechat.Code(ctx, scene, page)
}

// MiniLogin implements account.WeChat.
func (o *outside) MiniLogin(ctx context.Context, code string) (account.WeChatUser, error) {
	c, err := o.now(ctx)
	if err != nil {
		return account.WeChatUser{}, err
	}
	s, err := c.wechat.Code2Session(ctx, code)
	return account.WeChatUser{OpenID: s.OpenID, UnionID: s.UnionID, SessionKey: s.SessionKey}, err
}

// MiniPhone implements account.WeChat.
func (o *outside) MiniPhone(ctx context.Context, code string) (string, error) {
	c, err := o.now(ctx)
	if err != nil {
		return "", err
	}
	p, err := c.wechat.PhoneNumber(ctx, code)
	return p.Number, err
}

// OAuth implements account.WeChat.
func (o *outside) OAuth(ctx context.Context, code string) (account.WeChatUser, error) {
	c, err := o.now(ctx)
	if err != nil {
		return account.WeChatUser{}, err
	}
	g, err := c.wechat.OAuthToken(ctx, code)
	if err != nil {
		return account.WeChatUser{}, err
	}
	u := account.WeChatUser{OpenID: g.OpenID, UnionID: g.UnionID}
	if p, err := c.wechat.UserInfo(ctx, g); err == nil && p.OpenID == g.OpenID {
		u.Nickname = p.Nickname
	}
	return u, nil
}

// authorizeURL is where a browser inside WeChat signs in; "" without an official
// account.
func (o *outside) authorizeURL(ctx context.Context, state, redirect string) (string, error) {
	c, err := o.now(ctx)
	if err != nil || c.wechatCfg.OfficialAppID == "" {
		return "", err
	}
	return c.wechat.AuthorizeURL(state, redirect, wechat.ScopeUser), nil
}

// signPage signs a page of ours for WeChat's JS-SDK; AppID "" without an official account.
func (o *outside) signPage(ctx context.Context, address string) (wechat.PageConfig, error) {
	c, err := o.now(ctx)
	if err != nil || c.wechatCfg.OfficialAppID == "" || c.wechatCfg.OfficialSecret == "" {
		return wechat.PageConfig{}, err
	}
	return c.wechat.SignPage(ctx, address)
}

// ProviderOf returns a configured channel. Returns commerce.ErrChannel.
func (a *App) ProviderOf(ctx context.Context, ch pay.Channel) (pay.Provider, error) {
	p, _, err := a.outside.Provider(ctx, ch)
	return p, err
}

// checkPayment refuses keys that cannot work. An empty merchant number is allowed:
// then nothing is sold through WeChat Pay yet; so is an empty Alipay application.
func checkPayment(p *setting.Payment) error {
	if p.AlipayAppID != "" {
		c := alipay.Config{AppID: p.AlipayAppID, SellerID: p.AlipaySellerID, AppKey: p.AlipayAppKey, PublicKey: p.AlipayPublicKey}
		if err := c.Validate(); err != nil {
			return err
		}
	}
	if p.MchID == "" {
		return nil
	}
	return payw.Config{
		MchID: p.MchID, OfficialAppID: "wx0000000000000000", MiniAppID: "wx0000000000000000", MerchantSerial: p.MerchantSerial, MerchantKey: p.MerchantKey,
		APIv3Key: p.APIv3Key, Mode: p.Mode, PublicKeyID: p.PublicKeyID, PublicKeyPEM: p.PublicKeyPEM,
	}.Validate()
}
