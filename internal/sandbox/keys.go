package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zhizhou/internal/id"
	pa "zhizhou/internal/pay/alipay"
	pw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/wechat"

	"zhizhou/internal/pay/virtual"
)

// MchPrefix begins every merchant number of the sandbox. Real ones are digits.
const MchPrefix = "SBX"

// keyset is everything secret, made once. The PEM texts are what is stored.
type keyset struct {
	MchID, MerchantSerial, MerchantPEM, APIv3Key string
	PublicKeyID, PublicPEM                       string // WeChat Pay key, private half
	CertSerial, CertPEM, CertKeyPEM              string // platform certificate
	MiniAppID, MiniSecret                        string
	OfficialAppID, OfficialSecret                string
	PushToken, PushAESKey                        string
	OfferID, AppKeyLive, AppKeySandbox           string
	SMSKey                                       string
	AlipayAppID, AlipaySellerID                  string
	PersonKey                                    string // openids are derived from it

	merchant, public, cert *rsa.PrivateKey
}

// KeysFile is where the keys stand in the folder of a sandbox's state.
const KeysFile = "sandbox-keys.json"

func loadKeys(dir string) (*keyset, error) {
	k := &keyset{}
	path := filepath.Join(dir, KeysFile)
	if dir != "" {
		raw, err := os.ReadFile(path)
		if err == nil {
			if err := json.Unmarshal(raw, k); err != nil {
				return nil, err
			}
			if k.AlipayAppID == "" { // kept by an earlier release
				k.alipay()
				if raw, err = json.MarshalIndent(k, "", " "); err == nil {
					err = writeFile(path, raw)
				}
				if err != nil {
					return nil, err
				}
			}
			return k, k.parse()
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	if err := k.generate(); err != nil {
		return nil, err
	}
	if dir != "" {
		raw, err := json.MarshalIndent(k, "", " ")
		if err != nil {
			return nil, err
		}
		if err := writeFile(path, raw); err != nil {
			return nil, err
		}
	}
	return k, k.parse()
}

func digits(n int) string {
	var b strings.Builder
	for _, c := range id.Bytes(n) {
		b.WriteByte('0' + c%10)
	}
	return b.String()
}

func (k *keyset) alipay() { k.AlipayAppID, k.AlipaySellerID = MchPrefix+digits(13), "2088"+digits(12) }

func (k *keyset) generate() error {
	k.alipay()
	k.MchID, k.APIv3Key = MchPrefix+digits(7), id.Token(16)
	k.PublicKeyID = "PUB_KEY_ID_0" + digits(25)
	k.MiniAppID, k.OfficialAppID = "wx"+id.Token(8), "wx"+id.Token(8)
	k.MiniSecret, k.OfficialSecret = id.Token(16), id.Token(16)
	k.PushToken, k.PushAESKey = id.Token(12), strings.TrimRight(base64.StdEncoding.EncodeToString(id.Bytes(32)), "=")
	k.OfferID, k.AppKeyLive, k.AppKeySandbox = "145"+digits(7), id.Token(16), id.Token(16)
	k.SMSKey, k.PersonKey = id.Token(16), id.Token(16)
	// An encoded key may hold "/" or "+", which the console allows but forms spoil.
	k.PushAESKey = strings.NewReplacer("/", "a", "+", "b").Replace(k.PushAESKey)

	for _, dst := range []*string{&k.MerchantPEM, &k.PublicPEM, &k.CertKeyPEM} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		*dst = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	k.MerchantSerial = strings.ToUpper(id.Token(20))
	key, err := parseKey(k.CertKeyPEM)
	if err != nil {
		return err
	}
	serial := new(big.Int).SetBytes(append([]byte{0x5A}, id.Bytes(18)...))
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Zhizhou sandbox platform"},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(10, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return err
	}
	k.CertSerial = fmt.Sprintf("%X", serial)
	k.CertPEM = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return nil
}

func (k *keyset) parse() (err error) {
	if k.merchant, err = parseKey(k.MerchantPEM); err != nil {
		return err
	}
	if k.public, err = parseKey(k.PublicPEM); err != nil {
		return err
	}
	k.cert, err = parseKey(k.CertKeyPEM)
	return err
}

func parseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("sandbox: no key in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	r, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("sandbox: not an RSA key")
	}
	return r, nil
}

// Merchant is what the operator of a real shop would copy from the consoles.
type Merchant struct {
	// WechatPay is in public-key mode; ByCertificate switches it.
	WechatPay pw.Config
	Weixin    wechat.Config
	Virtual   virtual.Config
	Alipay    pa.Config
	// SMSURL takes POST {phone, code, template}; X-Zhizhou-Signature is the hex
	// HMAC-SHA256 of the body under SMSKey.
	SMSURL, SMSKey string
	// InvoiceURL is the issuer of invoices: POST /issue and /query, signed likewise
	// under InvoiceKey.
	InvoiceURL, InvoiceKey string
	// PlanID and APIv2Key are what charges under contracts need.
	PlanID, APIv2Key string
}

// Merchant returns credentials that fit this sandbox.
func (s *Sandbox) Merchant() Merchant {
	k := s.keys
	der, err := x509.MarshalPKIXPublicKey(&k.public.PublicKey)
	if err != nil {
		panic("sandbox: an RSA public key always has a PKIX form: " + err.Error())
	}
	return Merchant{
		WechatPay: pw.Config{
			MchID: k.MchID, OfficialAppID: k.OfficialAppID, MiniAppID: k.MiniAppID,
			MerchantSerial: k.MerchantSerial, MerchantKey: k.MerchantPEM, APIv3Key: k.APIv3Key,
			Mode: pw.ModePublicKey, PublicKeyID: k.PublicKeyID,
			PublicKeyPEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
			BaseURL:      s.cfg.BaseURL + "/wechatpay", Clock: s.clock,
		},
		Weixin: wechat.Config{
			MiniAppID: k.MiniAppID, MiniSecret: k.MiniSecret, OfficialAppID: k.OfficialAppID, OfficialSecret: k.OfficialSecret,
			PushToken: k.PushToken, PushAESKey: k.PushAESKey,
			BaseURL: s.cfg.BaseURL + "/weixin", OpenBaseURL: s.cfg.BaseURL + "/weixin", Clock: s.clock,
		},
		Virtual: virtual.Config{OfferID: k.OfferID, AppKey: k.AppKeySandbox, Env: virtual.EnvSandbox, AppID: k.MiniAppID, MchID: k.MchID, Clock: s.clock},
		Alipay:  s.alipayConfig(),
		SMSURL:  s.cfg.BaseURL + "/sms/send", SMSKey: k.SMSKey,
		InvoiceURL: s.cfg.BaseURL + "/fapiao", InvoiceKey: s.invoiceKey(),
		PlanID: PlanID, APIv2Key: s.v2Key(),
	}
}

// ByCertificate returns the WeChat Pay configuration in platform certificate mode.
func (m Merchant) ByCertificate() pw.Config {
	c := m.WechatPay
	c.Mode, c.PublicKeyID, c.PublicKeyPEM = pw.ModeCertificate, "", ""
	return c
}

// ErrReal is returned by Guard.
var ErrReal = errors.New("sandbox: real merchant settings must not be used together with the sandbox")

// Guard refuses a mixture of sandbox and reality: the merchant number must be the
// sandbox's kind and every address must lie below this sandbox. An empty address
// means a real default and is refused.
func (s *Sandbox) Guard(mchID string, urls ...string) error {
	if !strings.HasPrefix(mchID, MchPrefix) {
		return fmt.Errorf("%w: merchant number", ErrReal)
	}
	for _, u := range urls {
		if u != s.cfg.BaseURL && !strings.HasPrefix(u, s.cfg.BaseURL+"/") {
			return fmt.Errorf("%w: address %q", ErrReal, u)
		}
	}
	return nil
}
