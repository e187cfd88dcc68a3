// Package alipay takes payments on Alipay's own pages: alipay.trade.wap.pay for phone
// browsers and alipay.trade.page.pay for desktops, in key mode (RSA2 under the
// application's key and Alipay's public key). Signing and verifying are the SDK's;
// what it leaves open is ours: time limits, sizes, which code means what, and that
// app, seller, number and amount are handed on for comparison (INV-7). Amounts are
// yuan at Alipay and fen here, by integer arithmetic.
package alipay

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/smartwalle/alipay/v3"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
)

// DefaultGateway is Alipay's own address.
const DefaultGateway = "https://openapi.alipay.com/gateway.do"

// maxBody bounds answers and notices, in bytes; real ones are a few kilobytes.
const maxBody = 1 << 20

// ErrSettings is returned by Validate with one message per field.
var ErrSettings = errs.New(errs.Invalid, "alipay_settings", "支付宝配置不完整或有误")

// Config is one application with the account that receives its money.
type Config struct {
	AppID     string
	SellerID  string // PID of the receiving account, 2088…
	AppKey    string // the application's private key, PEM or bare base64
	PublicKey string // Alipay's public key, not the application's
	// OldPublicKeys still verify notices while Alipay changes to PublicKey (INV-46).
	OldPublicKeys []string

	GatewayURL string       // DefaultGateway when empty
	HTTPClient *http.Client // 10 s when it has no timeout
	Clock      clock.Clock
}

// Validate checks everything that can be checked without the network. Returns
// ErrSettings.
func (c Config) Validate() error {
	_, _, err := c.parse()
	return err
}

// parse returns both keys as the SDK wants them: base64 of their DER form.
func (c Config) parse() (private, public string, err error) {
	e := ErrSettings
	if c.AppID == "" {
		e = e.Field("alipay_app_id", "请填写支付宝应用的 APPID")
	}
	if c.SellerID == "" {
		e = e.Field("alipay_seller_id", "请填写收款账号的 PID（2088 开头的 16 位数字）")
	}
	var key *rsa.PrivateKey
	if key, err = privateKey(c.AppKey); err != nil {
		e = e.Field("alipay_app_key", "应用私钥不是有效的 RSA 私钥，请粘贴密钥工具生成的全部内容")
	}
	pub, err := publicKey(c.PublicKey)
	if err != nil {
		e = e.Field("alipay_public_key", "支付宝公钥不是有效的 RSA 公钥，请在开放平台「接口加签方式」里查看并复制")
	}
	if key != nil && pub != nil && key.N.Cmp(pub.N) == 0 {
		e = e.Field("alipay_public_key", "这是应用公钥，请换成「支付宝公钥」")
	}
	if u, err := url.Parse(c.gateway()); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		e = e.Field("alipay_gateway", "网关地址应以 https:// 开头")
	}
	if len(e.Fields) > 0 {
		return "", "", e
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", "", err
	}
	return base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PrivateKey(key)), base64.StdEncoding.EncodeToString(der), nil
}

func (c Config) gateway() string {
	if c.GatewayURL == "" {
		return DefaultGateway
	}
	return c.GatewayURL
}

var errKey = errors.New("alipay: not an RSA key")

// der unwraps a key that was pasted as PEM or as base64 alone, as Alipay's tool
// gives it.
func der(text string) []byte {
	text = strings.TrimSpace(text)
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return block.Bytes
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil
	}
	return raw
}

func privateKey(text string) (*rsa.PrivateKey, error) {
	raw := der(text)
	if k, err := x509.ParsePKCS1PrivateKey(raw); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(raw)
	if r, ok := k.(*rsa.PrivateKey); err == nil && ok {
		return r, nil
	}
	return nil, errKey
}

func publicKey(text string) (*rsa.PublicKey, error) {
	k, err := x509.ParsePKIXPublicKey(der(text))
	if r, ok := k.(*rsa.PublicKey); err == nil && ok {
		return r, nil
	}
	return nil, errKey
}

// Merchant is one application; safe for concurrent use.
type Merchant struct {
	cfg   Config
	clock clock.Clock
	sdk   *sdk.Client
	old   []*sdk.Client // each with a replaced public key, for notices alone
	http  *http.Client  // for bills
}

// New checks the configuration and builds the client. It sends nothing. Returns
// ErrSettings.
func New(cfg Config) (*Merchant, error) {
	private, public, err := cfg.parse()
	if err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	h := http.Client{}
	if cfg.HTTPClient != nil {
		h = *cfg.HTTPClient
	}
	if h.Timeout == 0 {
		h.Timeout = 10 * time.Second
	}
	if h.Transport == nil {
		h.Transport = http.DefaultTransport
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	bills := h
	bills.Timeout = time.Minute
	h.Transport = limited{h.Transport}
	// In its production mode the SDK fetches unknown certificates by itself, on the
	// word of an unverified notice; the other mode differs in nothing else, as the
	// gateway is named here.
	with := func(public string) (*sdk.Client, error) {
		c, err := sdk.New(cfg.AppID, private, false, sdk.WithSandboxGateway(cfg.gateway()), sdk.WithHTTPClient(&h), sdk.WithTimeLocation(clock.China))
		if err == nil {
			err = c.LoadAliPayPublicKey(public)
		}
		return c, err
	}
	m := &Merchant{cfg: cfg, clock: cfg.Clock, http: &bills}
	if m.sdk, err = with(public); err != nil {
		return nil, ErrSettings
	}
	for _, text := range cfg.OldPublicKeys {
		c, err := with(base64.StdEncoding.EncodeToString(der(text)))
		if err != nil {
			return nil, ErrSettings
		}
		m.old = append(m.old, c)
	}
	return m, nil
}

// Wap pays in a phone browser outside WeChat.
func (m *Merchant) Wap() *Provider { return &Provider{m, pay.AlipayWap} }

// Page pays in a desktop browser.
func (m *Merchant) Page() *Provider { return &Provider{m, pay.AlipayPage} }

// limited cuts answers at maxBody, because the SDK reads them whole.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxBody), res.Body}
	return res, nil
}
