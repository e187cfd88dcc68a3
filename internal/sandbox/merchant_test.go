package sandbox_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"

	"zhizhou/internal/pay"
	pw "zhizhou/internal/pay/wechat"
	"zhizhou/internal/sandbox"
)

func TestTestButtonNamesTheFault(t *testing.T) {
	w := newWorld(t, false)
	good := w.sb.Merchant().WechatPay
	for _, c := range []struct {
		name, code string
		change     func(*pw.Config)
	}{
		{"number", "MCH_NOT_EXISTS", func(c *pw.Config) { c.MchID = "SBX0" }},
		{"serial", "SIGN_ERROR", func(c *pw.Config) { c.MerchantSerial = "00112233" }},
		{"private key", "SIGN_ERROR", func(c *pw.Config) { c.MerchantKey = otherKey(t) }},
		{"public key id", "PARAM_ERROR", func(c *pw.Config) { c.PublicKeyID = "PUB_KEY_ID_0" }},
		{"public key", "ANSWER_SIGNATURE", func(c *pw.Config) { c.PublicKeyPEM = newWorld(t, false).sb.Merchant().WechatPay.PublicKeyPEM }},
		{"address", "NO_ANSWER", func(c *pw.Config) { c.BaseURL = "http://127.0.0.1:1" }},
	} {
		cfg := good
		c.change(&cfg)
		err := must(pw.New(cfg)).Test(t.Context())
		var tr *pay.Trouble
		if !errors.As(err, &tr) || tr.Code != c.code || tr.Advice == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	cfg := w.sb.Merchant().ByCertificate()
	cfg.APIv3Key = strings.Repeat("k", 32)
	var tr *pay.Trouble
	if err := must(pw.New(cfg)).Test(t.Context()); !errors.As(err, &tr) || tr.Code != "API_V3_KEY" {
		t.Errorf("wrong APIv3 key: %v", err)
	}
}

func otherKey(t *testing.T) string {
	t.Helper()
	return newWorld(t, false).sb.Merchant().WechatPay.MerchantKey
}

func TestGuard(t *testing.T) {
	w := newWorld(t, false)
	m := w.sb.Merchant()
	if err := w.sb.Guard(m.WechatPay.MchID, m.WechatPay.BaseURL, m.Weixin.BaseURL, m.Weixin.OpenBaseURL, m.SMSURL); err != nil {
		t.Error(err)
	}
	for _, c := range [][]string{
		{"1900000001", m.WechatPay.BaseURL},
		{m.WechatPay.MchID, ""},
		{m.WechatPay.MchID, pw.DefaultBaseURL},
		{m.WechatPay.MchID, w.server.URL + "/sandboxes"},
	} {
		if err := w.sb.Guard(c[0], c[1:]...); !errors.Is(err, sandbox.ErrReal) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestSMS(t *testing.T) {
	w := newWorld(t, false)
	m := w.sb.Merchant()
	send := func(body, key string) int {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(body))
		req := must(http.NewRequestWithContext(context.Background(), http.MethodPost, m.SMSURL, strings.NewReader(body)))
		req.Header.Set("X-Zhizhou-Signature", hex.EncodeToString(h.Sum(nil)))
		res := must(http.DefaultClient.Do(req))
		_ = res.Body.Close()
		return res.StatusCode
	}
	const body = `{"phone":"13800138000","code":"246810","template":"login"}`
	if c := send(body, "wrong"); c != http.StatusUnauthorized {
		t.Errorf("wrong key: %d", c)
	}
	if c := send(`{"phone":"x","code":"1"}`, m.SMSKey); c != http.StatusBadRequest {
		t.Errorf("bad phone: %d", c)
	}
	if c := send(body, m.SMSKey); c != http.StatusOK {
		t.Errorf("good: %d", c)
	}
	if in := w.sb.Inbox("13800138000"); len(in) != 1 || in[0].Code != "246810" {
		t.Errorf("inbox %+v", in)
	}
}
