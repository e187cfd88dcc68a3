package wechat

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"zhizhou/internal/clock"
	"zhizhou/internal/id"
	"zhizhou/internal/pay"
)

// Merchant is one merchant number: it makes the providers and opens their
// notifications. It is safe for concurrent use.
type Merchant struct {
	cfg     Config
	clock   clock.Clock
	base    string
	ring    *keyring
	client  *core.Client
	apiKeys []string
	sealers map[string]*rsa.PublicKey // WeChat Pay's public keys by id
}

// New checks the configuration and builds the client. It sends nothing.
// Returns ErrSettings.
func New(cfg Config) (*Merchant, error) {
	k, err := cfg.parse()
	if err != nil {
		return nil, err
	}
	m := &Merchant{cfg: cfg, clock: cfg.Clock, base: cfg.base(), apiKeys: append([]string{cfg.APIv3Key}, cfg.OldAPIv3Keys...), sealers: k.public}
	if m.clock == nil {
		m.clock = clock.System{}
	}
	m.ring = &keyring{
		clock: m.clock, serial: cfg.PublicKeyID, useCert: cfg.Mode == ModeCertificate,
		public: map[string]*verifiers.SHA256WithRSAPubkeyVerifier{},
	}
	for keyID, pub := range k.public {
		m.ring.public[keyID] = verifiers.NewSHA256WithRSAPubkeyVerifier(keyID, *pub)
	}
	credential := option.WithMerchantCredential(cfg.MchID, cfg.MerchantSerial, k.merchant)
	httpClient := option.WithHTTPClient(cfg.httpClient())
	if m.ring.useCert || cfg.AcceptCertificates {
		bare, err := core.NewClient(context.Background(), credential, httpClient, option.WithoutValidator())
		if err != nil {
			return nil, err
		}
		m.ring.certs = &certStore{
			clock: m.clock, apiKeys: m.apiKeys,
			fetch: func(ctx context.Context) (*http.Response, error) {
				res, err := bare.Get(ctx, m.base+"/v3/certificates")
				if err != nil {
					return nil, err
				}
				return res.Response, nil
			},
		}
	}
	// The SDK's own validator is bound to the machine's clock; ours is not.
	c, err := core.NewClient(context.Background(), credential, httpClient, option.WithoutValidator())
	if err != nil {
		return nil, err
	}
	m.client = core.NewClientWithValidator(c, m.ring)
	return m, nil
}

// JSAPI pays inside WeChat's browser with the official account's appid.
func (m *Merchant) JSAPI() *Provider {
	return &Provider{m, pay.WechatJSAPI, m.cfg.OfficialAppID, "jsapi"}
}

// Mini pays with wx.requestPayment and the mini program's appid. WeChat allows it
// for physical goods only.
func (m *Merchant) Mini() *Provider {
	return &Provider{m, pay.WechatMini, m.cfg.MiniAppID, "jsapi"}
}

// H5 pays from a phone browser outside WeChat.
func (m *Merchant) H5() *Provider { return &Provider{m, pay.WechatH5, m.webAppID(), "h5"} }

// Native pays by a QR code.
func (m *Merchant) Native() *Provider {
	return &Provider{m, pay.WechatNative, m.webAppID(), "native"}
}

func (m *Merchant) webAppID() string {
	if m.cfg.OfficialAppID != "" {
		return m.cfg.OfficialAppID
	}
	return m.cfg.MiniAppID
}

// Test proves merchant number, serial and private key, and in certificate mode
// the APIv3 key, by asking for an order that cannot exist. Returns *pay.Trouble.
func (m *Merchant) Test(ctx context.Context) error {
	if m.ring.useCert {
		if _, err := m.ring.GetAcceptSerial(ctx); err != nil {
			if cause := m.ring.certs.lastError(); cause != nil {
				err = cause
			}
			if errors.Is(err, errSealed) {
				return &pay.Trouble{Class: pay.ErrConfig, Code: "API_V3_KEY", Msg: "平台证书解密失败", Advice: "检查 APIv3 密钥是否与商户平台设置一致。"}
			}
			return decode(err)
		}
	}
	path := "/v3/pay/transactions/out-trade-no/" + id.Code() + "?mchid=" + url.QueryEscape(m.cfg.MchID)
	res, err := m.client.Get(ctx, m.base+path)
	if err == nil {
		return pay.Classify(res.Response.StatusCode, "UNEXPECTED", "查询随机单号却得到了订单")
	}
	t := decode(err)
	if !errors.Is(t, pay.ErrNotFound) || t.Code == "RESOURCE_NOT_EXISTS" {
		return t
	}
	// The SDK does not verify refusals; here the signature is the point.
	if res != nil && res.Response.Header.Get("Wechatpay-Signature") != "" && m.ring.Validate(ctx, res.Response) != nil {
		return pay.Unverified()
	}
	return nil
}

func (m *Merchant) get(ctx context.Context, path string, out any) error {
	res, err := m.client.Get(ctx, m.base+path)
	return finish(res, err, out)
}

func (m *Merchant) post(ctx context.Context, path string, in, out any) error {
	res, err := m.client.Post(ctx, m.base+path, in)
	return finish(res, err, out)
}

func finish(res *core.APIResult, err error, out any) error {
	if err != nil {
		return decode(err)
	}
	defer func() { _ = res.Response.Body.Close() }()
	body, err := io.ReadAll(res.Response.Body)
	if err != nil {
		return pay.Offline(err)
	}
	if out == nil {
		return nil
	}
	if json.Unmarshal(body, out) != nil {
		return &pay.Trouble{Class: pay.ErrRetry, Status: res.Response.StatusCode, Code: "ANSWER_FORMAT", Msg: "应答不是预期格式", Advice: "系统会查询真实状态；若持续出现请联系技术支持。"}
	}
	if r, ok := out.(rawKeeper); ok {
		r.keep(body)
	}
	return nil
}

type rawKeeper interface{ keep([]byte) }

// decode turns the SDK's errors into Trouble without their text, which holds
// headers and bodies.
func decode(err error) *pay.Trouble {
	var t *pay.Trouble
	if errors.As(err, &t) {
		return t
	}
	var api *core.APIError
	if errors.As(err, &api) {
		code := api.Code
		if code == "" {
			code = "HTTP_" + http.StatusText(api.StatusCode)
		}
		return pay.Classify(api.StatusCode, code, api.Message)
	}
	if errors.Is(err, errSignature) || errors.Is(err, errStale) || errors.Is(err, errProbe) || errors.Is(err, errSealed) {
		return pay.Unverified()
	}
	return pay.Offline(err)
}
