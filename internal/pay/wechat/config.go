// Package wechat speaks WeChat Pay API v3 for a direct merchant: JSAPI, H5 and
// Native orders, refunds and notifications. Signing and verifying are done by
// the official SDK's core; addresses, clock, limits and error meaning are ours.
// Nothing is downloaded when a Merchant is made.
package wechat

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/errs"
)

// The ways to verify what WeChat Pay signs. Merchants opened since late 2024
// have only the public key.
const (
	ModePublicKey   = "public_key"
	ModeCertificate = "platform_certificate"
)

// DefaultBaseURL is WeChat Pay's own address.
const DefaultBaseURL = "https://api.mch.weixin.qq.com"

// ErrSettings is returned by Validate with one message per field.
var ErrSettings = errs.New(errs.Invalid, "wechat_pay_settings", "微信支付配置不完整或有误")

// PublicKey is a WeChat Pay public key with its id (PUB_KEY_ID_…).
type PublicKey struct{ ID, PEM string }

// Config is one merchant number with its keys.
type Config struct {
	MchID          string
	OfficialAppID  string // JSAPI, H5 and Native orders
	MiniAppID      string // orders paid with wx.requestPayment in the mini program
	MerchantSerial string // serial of the merchant API certificate, hex
	MerchantKey    string // its private key, PEM, PKCS#8 or PKCS#1
	APIv3Key       string // 32 bytes
	Mode           string // ModePublicKey or ModeCertificate
	PublicKeyID    string
	PublicKeyPEM   string

	// Overlap during a change of keys (INV-46): notifications made with these
	// are still accepted, nothing new is made with them.
	OldPublicKeys []PublicKey
	OldAPIv3Keys  []string
	// AcceptCertificates also accepts platform certificates in ModePublicKey, for
	// a merchant that is moving from one to the other.
	AcceptCertificates bool

	BaseURL    string       // DefaultBaseURL when empty
	HTTPClient *http.Client // its timeout is kept; 10 s when it has none
	Clock      clock.Clock  // clock.System when nil
}

type keys struct {
	merchant *rsa.PrivateKey
	public   map[string]*rsa.PublicKey
}

// Validate checks everything that can be checked without the network.
// Returns ErrSettings with a Chinese message per field.
func (c Config) Validate() error {
	_, err := c.parse()
	return err
}

func (c Config) parse() (keys, error) {
	e := ErrSettings
	bad := func(field, msg string) { e = e.Field(field, msg) }
	k := keys{public: map[string]*rsa.PublicKey{}}
	if c.MchID == "" {
		bad("mch_id", "请填写商户号")
	}
	if c.OfficialAppID == "" && c.MiniAppID == "" {
		bad("app_id", "请至少填写公众号或小程序的 AppID")
	}
	if s := c.MerchantSerial; len(s) < 8 || strings.Trim(strings.ToUpper(s), "0123456789ABCDEF") != "" {
		bad("merchant_serial", "商户证书序列号应为十六进制，请在商户平台「API 安全」中复制")
	}
	var err error
	if k.merchant, err = privateKey(c.MerchantKey); err != nil {
		bad("merchant_key", "商户私钥不是有效的 RSA 私钥，请粘贴 apiclient_key.pem 的全部内容")
	}
	if len(c.APIv3Key) != 32 {
		bad("api_v3_key", "APIv3 密钥必须正好 32 个字符")
	}
	if u, err := url.Parse(c.base()); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		bad("base_url", "接口地址应以 https:// 开头")
	}
	switch c.Mode {
	case ModePublicKey:
		if !strings.HasPrefix(c.PublicKeyID, "PUB_KEY_ID_") {
			bad("public_key_id", "微信支付公钥 ID 应以 PUB_KEY_ID_ 开头")
		}
	case ModeCertificate:
	default:
		bad("mode", "请选择「微信支付公钥」或「平台证书」")
	}
	all := c.OldPublicKeys
	if c.Mode == ModePublicKey || c.PublicKeyID != "" {
		all = append([]PublicKey{{c.PublicKeyID, c.PublicKeyPEM}}, all...)
	}
	for i, p := range all {
		pub, err := publicKey(p.PEM)
		if err != nil {
			field := "old_public_keys"
			if i == 0 {
				field = "public_key"
			}
			bad(field, "微信支付公钥不是有效的 RSA 公钥，请粘贴 pub_key.pem 的全部内容")
			continue
		}
		if k.public[p.ID] == nil {
			k.public[p.ID] = pub
		}
	}
	if len(e.Fields) > 0 {
		return keys{}, e
	}
	return k, nil
}

func (c Config) base() string {
	if c.BaseURL == "" {
		return DefaultBaseURL
	}
	return strings.TrimRight(c.BaseURL, "/")
}

// httpClient copies the caller's client, adds the limits this package relies on
// and refuses redirects: a signed request must not travel elsewhere.
func (c Config) httpClient() *http.Client {
	h := http.Client{}
	if c.HTTPClient != nil {
		h = *c.HTTPClient
	}
	if h.Timeout == 0 {
		h.Timeout = 10 * time.Second
	}
	if h.Transport == nil {
		h.Transport = http.DefaultTransport
	}
	h.Transport = limited{h.Transport}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

var errKey = errors.New("wechat: not an RSA key in PEM")

func privateKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil {
		return nil, errKey
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return k, nil
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errKey
	}
	r, ok := k.(*rsa.PrivateKey)
	if !ok {
		return nil, errKey
	}
	return r, nil
}

func publicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil {
		return nil, errKey
	}
	k, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errKey
	}
	r, ok := k.(*rsa.PublicKey)
	if !ok {
		return nil, errKey
	}
	return r, nil
}
