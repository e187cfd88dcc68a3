package wechat

import (
	"bytes"
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
)

// The golden signature was made with openssl dgst -sha256 -sign over the four
// official example lines.
var (
	//go:embed testdata/merchant_test_key.pem
	testKey string
	//go:embed testdata/jsapi_sign.golden
	jsapiGolden string
)

const testAPIKey = "0123456789abcdef0123456789abcdef"

type fixed struct{ t time.Time }

func (f fixed) Now() time.Time { return f.t }

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

var platform = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func pubPEM(t testing.TB, k *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func testConfig(t testing.TB) Config {
	return Config{
		MchID: "1900000001", OfficialAppID: "wx8888888888888888", MiniAppID: "wx7777777777777777",
		MerchantSerial: "5157F09EFDC096DE15EBE81A47057A72", MerchantKey: testKey, APIv3Key: testAPIKey,
		Mode: ModePublicKey, PublicKeyID: "PUB_KEY_ID_0001", PublicKeyPEM: pubPEM(t, platform()), Clock: fixed{noon},
	}
}

func newMerchant(t testing.TB, cfg Config) *Merchant {
	t.Helper()
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestJSAPISignatureGolden(t *testing.T) {
	p := newMerchant(t, testConfig(t)).JSAPI()
	got, err := p.sign(context.Background(), "wx201410272009395522657a690389285100", "1414561699", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS")
	if err != nil {
		t.Fatal(err)
	}
	if got.PaySign != jsapiGolden {
		t.Errorf("paySign differs from openssl's")
	}
	raw, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{`"appId":"wx8888888888888888"`, `"timeStamp":"1414561699"`, `"nonceStr"`, `"package":"prepay_id=wx2014`, `"signType":"RSA"`, `"paySign"`} {
		if !strings.Contains(string(raw), k) {
			t.Errorf("params lack %s", k)
		}
	}
}

// notice builds a notification by hand, apart from the code under test.
type notice struct {
	plain, assoc, nonce, algorithm, eventType, apiKey string
	noResource                                        bool
}

func (n notice) body(t testing.TB) []byte {
	t.Helper()
	block, err := aes.NewCipher([]byte(n.apiKey))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	sealed := aead.Seal(nil, []byte("abcdefghijkl"), []byte(n.plain), []byte(n.assoc))
	env := map[string]any{"id": "evt-1", "event_type": n.eventType, "resource_type": "encrypt-resource"}
	if !n.noResource {
		env["resource"] = map[string]string{
			"algorithm": n.algorithm, "nonce": n.nonce, "associated_data": n.assoc,
			"ciphertext": base64.StdEncoding.EncodeToString(sealed),
		}
	}
	raw, err := json.Marshal(env)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func signed(t testing.TB, key *rsa.PrivateKey, serial string, at time.Time, body []byte) http.Header {
	t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(stamp + "\nnonce\n" + string(body) + "\n"))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set("Wechatpay-Timestamp", stamp)
	h.Set("Wechatpay-Nonce", "nonce")
	h.Set("Wechatpay-Serial", serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(sig))
	return h
}

const paidPlain = `{"mchid":"1900000001","appid":"wx7777777777777777","out_trade_no":"ZZ0000000001","transaction_id":"4200001","trade_type":"JSAPI",
"trade_state":"SUCCESS","success_time":"2026-11-20T20:00:00+08:00","payer":{"openid":"oPAYER"},"amount":{"total":9900,"payer_total":9800,"currency":"CNY"}}`

func good() notice {
	return notice{plain: paidPlain, assoc: "transaction", nonce: "abcdefghijkl", algorithm: "AEAD_AES_256_GCM", eventType: "TRANSACTION.SUCCESS", apiKey: testAPIKey}
}

func TestParseNotify(t *testing.T) {
	m := newMerchant(t, testConfig(t))
	body := good().body(t)
	n, err := m.ParseNotify(signed(t, platform(), "PUB_KEY_ID_0001", noon, body), body)
	if err != nil {
		t.Fatal(err)
	}
	r := n.Pay
	if r == nil || r.State != pay.StateSuccess || r.AmountFen != 9900 || r.PayerFen != 9800 || r.Currency != "CNY" ||
		r.OutTradeNo != "ZZ0000000001" || r.MchID != "1900000001" || r.AppID != "wx7777777777777777" || r.PayerOpenID != "oPAYER" ||
		r.Channel != pay.WechatMini || r.EventID != "evt-1" || !r.PaidAt.Equal(noon) {
		t.Errorf("receipt %+v", r)
	}

	f := good()
	f.eventType, f.assoc = "REFUND.ABNORMAL", "refund"
	f.plain = `{"mchid":"1900000001","out_trade_no":"ZZ0000000001","out_refund_no":"RF1","refund_id":"503","refund_status":"ABNORMAL","amount":{"total":9900,"refund":100,"payer_refund":90}}`
	body = f.body(t)
	n, err = m.ParseNotify(signed(t, platform(), "PUB_KEY_ID_0001", noon, body), body)
	if err != nil || n.Refund == nil || n.Pay != nil || n.Refund.State != pay.RefundAbnormal || n.Refund.AmountFen != 100 || n.Refund.PayerRefundFen != 90 {
		t.Errorf("refund %+v, %v", n.Refund, err)
	}

	f.eventType = "SOMETHING.ELSE"
	body = f.body(t)
	if n, err = m.ParseNotify(signed(t, platform(), "PUB_KEY_ID_0001", noon, body), body); err != nil || n.Pay != nil || n.Refund != nil || n.EventType != "SOMETHING.ELSE" {
		t.Errorf("an unknown event must be readable and empty: %+v, %v", n, err)
	}
}

func TestINV13BadNotifications(t *testing.T) {
	m := newMerchant(t, testConfig(t))
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	mutate := func(f func(*notice)) notice { n := good(); f(&n); return n }
	const id = "PUB_KEY_ID_0001"
	for _, c := range []struct {
		name   string
		n      notice
		serial string
		key    *rsa.PrivateKey
		at     time.Time
		header func(http.Header)
		raw    func([]byte) []byte // before signing
		after  func([]byte) []byte // after signing
		want   *errs.E
	}{
		{name: "stranger's key", n: good(), key: stranger, want: pay.ErrNotifySignature},
		{name: "unknown serial", n: good(), serial: "PUB_KEY_ID_0002", want: pay.ErrNotifySignature},
		{name: "certificate serial in public-key mode", n: good(), serial: "5A00", want: pay.ErrNotifySignature},
		{name: "changed body", n: good(), after: func(b []byte) []byte { return append(b, ' ') }, want: pay.ErrNotifySignature},
		{name: "truncated body", n: good(), after: func(b []byte) []byte { return b[:len(b)/2] }, want: pay.ErrNotifySignature},
		{name: "stale", n: good(), at: noon.Add(-300 * time.Second), want: pay.ErrNotifyStale},
		{name: "from the future", n: good(), at: noon.Add(300 * time.Second), want: pay.ErrNotifyStale},
		{name: "no timestamp", n: good(), header: func(h http.Header) { h.Del("Wechatpay-Timestamp") }, want: pay.ErrNotifySignature},
		{name: "no signature", n: good(), header: func(h http.Header) { h.Del("Wechatpay-Signature") }, want: pay.ErrNotifySignature},
		{name: "signature not base64", n: good(), header: func(h http.Header) { h.Set("Wechatpay-Signature", "%%%") }, want: pay.ErrNotifySignature},
		{name: "other signature type", n: good(), header: func(h http.Header) { h.Set("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3") }, want: pay.ErrNotifySignature},
		{name: "probe", n: good(), header: func(h http.Header) {
			h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+h.Get("Wechatpay-Signature"))
		}, want: pay.ErrNotifyProbe},
		{name: "missing resource", n: mutate(func(n *notice) { n.noResource = true }), want: pay.ErrNotifyMalformed},
		{name: "short nonce", n: mutate(func(n *notice) { n.nonce = "abc" }), want: pay.ErrNotifyMalformed},
		{name: "long nonce", n: mutate(func(n *notice) { n.nonce = "abcdefghijklmnop" }), want: pay.ErrNotifyMalformed},
		{name: "other algorithm", n: mutate(func(n *notice) { n.algorithm = "AEAD_SM4_GCM" }), want: pay.ErrNotifyMalformed},
		{name: "other APIv3 key", n: mutate(func(n *notice) { n.apiKey = strings.Repeat("x", 32) }), want: pay.ErrNotifyMalformed},
		{name: "resource not JSON", n: mutate(func(n *notice) { n.plain = "secret-marker" }), want: pay.ErrNotifyMalformed},
		{name: "no out_trade_no", n: mutate(func(n *notice) { n.plain = "{}" }), want: pay.ErrNotifyMalformed},
		{name: "signed rubbish", n: good(), raw: func([]byte) []byte { return []byte("secret-marker") }, want: pay.ErrNotifyMalformed},
		{name: "signed null", n: good(), raw: func([]byte) []byte { return []byte("null") }, want: pay.ErrNotifyMalformed},
		{name: "ten megabytes", n: good(), raw: func([]byte) []byte { return bytes.Repeat([]byte("secret-marker"), 10<<20/13) }, want: pay.ErrNotifyMalformed},
		{name: "empty", n: good(), raw: func([]byte) []byte { return nil }, want: pay.ErrNotifyMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := c.n.body(t)
			if c.raw != nil {
				body = c.raw(body)
			}
			serial, key, at := c.serial, c.key, c.at
			if serial == "" {
				serial = id
			}
			if key == nil {
				key = platform()
			}
			if at.IsZero() {
				at = noon
			}
			h := signed(t, key, serial, at, body)
			if c.header != nil {
				c.header(h)
			}
			if c.after != nil {
				body = c.after(body)
			}
			n, err := m.ParseNotify(h, body)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if n.Pay != nil || n.Refund != nil || len(n.Raw) != 0 {
				t.Error("a refused notification must bring nothing")
			}
			if strings.Contains(err.Error(), "secret-marker") || strings.Contains(err.Error(), "ZZ0000000001") {
				t.Error("the body is in the error text")
			}
		})
	}
}

func TestINV46OldAndNewKeysOverlap(t *testing.T) {
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t)
	cfg.OldPublicKeys = []PublicKey{{"PUB_KEY_ID_0000", pubPEM(t, old)}}
	cfg.OldAPIv3Keys = []string{strings.Repeat("p", 32), strings.Repeat("o", 32)}
	m := newMerchant(t, cfg)
	for _, c := range []struct {
		serial, apiKey string
		key            *rsa.PrivateKey
	}{
		{"PUB_KEY_ID_0001", testAPIKey, platform()},
		{"PUB_KEY_ID_0000", testAPIKey, old},
		{"PUB_KEY_ID_0001", cfg.OldAPIv3Keys[1], platform()},
		{"PUB_KEY_ID_0000", cfg.OldAPIv3Keys[1], old},
	} {
		n := good()
		n.apiKey = c.apiKey
		body := n.body(t)
		if _, err := m.ParseNotify(signed(t, c.key, c.serial, noon, body), body); err != nil {
			t.Errorf("%s: %v", c.serial, err)
		}
	}
}

func TestValidateNamesEveryField(t *testing.T) {
	_, err := New(Config{APIv3Key: "0123456789abcdef", Mode: ModePublicKey, BaseURL: "api.mch"})
	var e *errs.E
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	for _, f := range []string{"mch_id", "app_id", "merchant_serial", "merchant_key", "api_v3_key", "public_key_id", "public_key", "base_url"} {
		if e.Fields[f] == "" {
			t.Errorf("no message for %s", f)
		}
	}
	c := testConfig(t)
	c.Mode, c.PublicKeyID, c.PublicKeyPEM = ModeCertificate, "", ""
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

// FuzzNotify feeds what lies behind the signature, because an RSA signature per
// try would leave no time to look: the body itself, or the sealed resource.
// The seeds are in testdata/fuzz/FuzzNotify.
func FuzzNotify(f *testing.F) {
	m := newMerchant(f, testConfig(f))
	f.Add(good().body(f), false)
	f.Add([]byte(paidPlain), true)
	f.Fuzz(func(t *testing.T, raw []byte, seal bool) {
		if seal {
			n := good()
			n.plain = string(raw)
			raw = n.body(t)
		}
		n, err := m.open(raw)
		if err != nil && (n.Pay != nil || n.Refund != nil || n.Raw != nil) {
			t.Fatal("an error together with a result")
		}
		if err == nil && (n.EventID == "" || n.EventType == "") {
			t.Fatal("a notice without identity")
		}
		if n.Pay != nil && n.Pay.OutTradeNo == "" || n.Refund != nil && n.Refund.OutRefundNo == "" {
			t.Fatal("a receipt without number")
		}
		if _, err := m.ParseNotify(http.Header{"Wechatpay-Signature": {string(raw)}}, raw); err == nil {
			t.Fatal("an unsigned notification was accepted")
		}
	})
}
