package sandbox_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-pay/gopay"
	gw "github.com/go-pay/gopay/wechat/v3"

	"zhizhou/internal/id"
	"zhizhou/internal/sandbox"
)

// Another implementation, written by others, must understand the sandbox too:
// else both sides of our own tests could share one mistake.
func TestAnotherSDKAgrees(t *testing.T) {
	type caught struct {
		h    http.Header
		body []byte
	}
	var got []caught
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err == nil {
			got = append(got, caught{r.Header.Clone(), b})
		}
	}))
	defer app.Close()
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	defer server.Close()
	sb := must(sandbox.New(sandbox.Config{BaseURL: server.URL + "/sandbox"}))
	h = sb.Handler()
	m := sb.Merchant().WechatPay

	c := must(gw.NewClientV3(m.MchID, m.MerchantSerial, m.APIv3Key, m.MerchantKey))
	c.SetProxyHost(m.BaseURL)
	if err := c.AutoVerifySignByPublicKey([]byte(m.PublicKeyPEM), m.PublicKeyID); err != nil {
		t.Fatal(err)
	}
	no := id.Code()
	bm := gopay.BodyMap{}
	bm.Set("appid", m.OfficialAppID).Set("mchid", m.MchID).Set("description", "交叉验证").Set("out_trade_no", no).
		Set("notify_url", app.URL+"/pay").Set("time_expire", time.Now().Add(time.Hour).Format(time.RFC3339)).
		SetBodyMap("amount", func(b gopay.BodyMap) { b.Set("total", 1234).Set("currency", "CNY") })
	native := must(c.V3TransactionNative(t.Context(), bm))
	if native.Code != gw.Success || native.Response.CodeUrl == "" {
		t.Fatalf("create: %d %s", native.Code, native.Error)
	}
	if err := sb.Pay(no, ""); err != nil {
		t.Fatal(err)
	}
	q := must(c.V3TransactionQueryOrder(t.Context(), gw.OutTradeNo, no))
	if q.Code != gw.Success || q.Response.TradeState != "SUCCESS" || q.Response.Amount.Total != 1234 {
		t.Errorf("query: %d %s", q.Code, q.Error)
	}
	rm := gopay.BodyMap{}
	rm.Set("out_trade_no", no).Set("out_refund_no", id.Code()).Set("notify_url", app.URL+"/pay").
		SetBodyMap("amount", func(b gopay.BodyMap) { b.Set("refund", 234).Set("total", 1234).Set("currency", "CNY") })
	refund := must(c.V3Refund(t.Context(), rm))
	if refund.Code != gw.Success || refund.Response.Status != "PROCESSING" {
		t.Errorf("refund: %d %s", refund.Code, refund.Error)
	}
	for range 8 {
		sb.Tick(t.Context())
		if len(got) == 2 {
			break
		}
		time.Sleep(500 * time.Millisecond) // the refund ends two seconds after its start
	}
	if len(got) != 2 {
		t.Fatalf("%d notifications", len(got))
	}
	block, _ := pem.Decode([]byte(m.PublicKeyPEM))
	pub, fits := must(x509.ParsePKIXPublicKey(block.Bytes)).(*rsa.PublicKey)
	if !fits {
		t.Fatal("not an RSA key")
	}
	for i, n := range got {
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(n.body))
		req.Header = n.h
		v := must(gw.V3ParseNotify(req))
		if err := v.VerifySignByPK(pub); err != nil {
			t.Errorf("notification %d: %v", i, err)
		}
		if i == 0 {
			r := must(v.DecryptPayCipherText(m.APIv3Key))
			if r.OutTradeNo != no || r.Amount.Total != 1234 || r.TradeState != "SUCCESS" {
				t.Errorf("payment %+v", r)
			}
			continue
		}
		r := must(v.DecryptRefundCipherText(m.APIv3Key))
		if r.OutTradeNo != no || r.Amount.Refund != 234 || r.RefundStatus != "SUCCESS" {
			t.Errorf("refund %+v", r)
		}
	}
}
