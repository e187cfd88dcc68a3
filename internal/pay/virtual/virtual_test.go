package virtual

import (
	"context"
	"errors"
	"testing"

	"zhizhou/internal/pay"
)

type canned struct{ answer string }

func (c canned) XpayPost(context.Context, string, string, []byte) ([]byte, error) {
	return []byte(c.answer), nil
}

func provider(t testing.TB, answer string) *Provider {
	t.Helper()
	p, err := New(Config{OfferID: "123", AppKey: "12345", Env: EnvLive, AppID: "wx7777777777777777", MchID: "1900000001"}, canned{answer})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The digests were made with openssl dgst -sha256 -hmac over the same bytes.
func TestSignaturesGolden(t *testing.T) {
	a, err := provider(t, "").Prepay(t.Context(), pay.Prepay{
		OutTradeNo: "xxxxxx12", AmountFen: 10, Quantity: 1, ProductID: "testproductId",
		SessionKey: "9hAb/NEYUlkaMBEsmFgzig==", Attach: "a&<b>",
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"offerId":"123","buyQuantity":1,"env":0,"currencyType":"CNY","productId":"testproductId","goodsPrice":10,"outTradeNo":"xxxxxx12","attach":"a&<b>"}`
	if a.Virtual.SignData != want {
		t.Errorf("signData %s", a.Virtual.SignData)
	}
	if a.Virtual.PaySig != "bc0affc64c5d314745fff82f5fe9f936ba20be7aefb7719b9971551fb16cabf1" {
		t.Errorf("paySig %s", a.Virtual.PaySig)
	}
	if a.Virtual.Signature != "9de8f2daa388bef09339afdd064a01dc7e2bb805dce67a498ca0c17ebe33af6d" {
		t.Errorf("signature %s", a.Virtual.Signature)
	}
}

func TestPushXMLAndJSONAgree(t *testing.T) {
	p := provider(t, "")
	for name, raw := range map[string]string{
		"xml": `<xml><ToUserName><![CDATA[gh]]></ToUserName><Event><![CDATA[xpay_goods_deliver_notify]]></Event><OpenId>o1</OpenId><OutTradeNo>ZZ000001</OutTradeNo><Env>0</Env>
			<WeChatPayInfo><MchOrderNo>m1</MchOrderNo><TransactionId>t1</TransactionId><PaidTime>1763640000</PaidTime></WeChatPayInfo>
			<GoodsInfo><ProductId>p1</ProductId><Quantity>2</Quantity><OrigPrice>100</OrigPrice><ActualPrice>200</ActualPrice><Attach>x</Attach></GoodsInfo><New><Field>1</Field></New></xml>`,
		"json": `{"Event":"xpay_goods_deliver_notify","OpenId":"o1","OutTradeNo":"ZZ000001","Env":0,"WeChatPayInfo":{"MchOrderNo":"m1","TransactionId":"t1","PaidTime":1763640000},
			"GoodsInfo":{"ProductId":"p1","Quantity":2,"OrigPrice":100,"ActualPrice":200,"Attach":"x"},"New":[1,{"a":null}]}`,
	} {
		got, err := p.ParsePush([]byte(raw))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Pay.OutTradeNo != "ZZ000001" || got.Pay.AmountFen != 200 || got.Pay.TransactionID != "t1" || got.Pay.PaidAt.Unix() != 1763640000 ||
			*got.Delivery != (Delivery{OpenID: "o1", ProductID: "p1", Quantity: 2, OrigFen: 100, ActualFen: 200, Attach: "x"}) {
			t.Errorf("%s: %+v %+v", name, got.Pay, got.Delivery)
		}
	}
}

func TestBadPushes(t *testing.T) {
	p := provider(t, "")
	for name, raw := range map[string]string{
		"empty": "", "null": "null", "array": "[]", "no event": "{}", "open xml": "<xml><Event>xpay_refund_notify", "other root": "<a><Event>x</Event></a>",
		"no number":         `{"Event":"xpay_goods_deliver_notify","Env":0,"GoodsInfo":{"Quantity":1,"OrigPrice":1,"ActualPrice":1}}`,
		"broken amount":     `{"Event":"xpay_goods_deliver_notify","OutTradeNo":"ZZ000001","Env":0,"GoodsInfo":{"Quantity":1,"OrigPrice":1,"ActualPrice":1.5}}`,
		"negative amount":   `{"Event":"xpay_goods_deliver_notify","OutTradeNo":"ZZ000001","Env":0,"GoodsInfo":{"Quantity":1,"OrigPrice":1,"ActualPrice":-1}}`,
		"sandbox money":     `{"Event":"xpay_goods_deliver_notify","OutTradeNo":"ZZ000001","Env":1,"GoodsInfo":{"Quantity":1,"OrigPrice":1,"ActualPrice":1}}`,
		"refund no order":   `{"Event":"xpay_refund_notify","RefundFee":1,"RetCode":0}`,
		"inquiry no number": `{"Event":"xpay_subscribe_ios_refund_query"}`,
	} {
		if got, err := p.ParsePush([]byte(raw)); !errors.Is(err, pay.ErrNotifyMalformed) || got.Pay != nil || got.Refund != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := p.ParsePush([]byte(`{"Event":"xpay_complaint_notify"}`))
	if err != nil || got.EventType != "xpay_complaint_notify" || got.Pay != nil {
		t.Errorf("unknown event: %+v, %v", got, err)
	}
}

func TestQueryStates(t *testing.T) {
	for body, want := range map[string]pay.State{
		"0": pay.StateNotPaid, "1": pay.StateNotPaid, "2": pay.StateSuccess, "3": pay.StateSuccess, "4": pay.StateSuccess,
		"5": pay.StateRefund, "6": pay.StateClosed, "7": pay.StateSuccess, "99": pay.StateUnknown,
	} {
		r, err := provider(t, `{"errcode":0,"order":{"order_id":"ZZ000001","order_fee":5,"status":`+body+`}}`).Query(t.Context(), "ZZ000001", "o1")
		if err != nil || r.State != want {
			t.Errorf("status %s: %s, %v", body, r.State, err)
		}
	}
	if _, err := provider(t, `{"errcode":0,"order":{"order_id":"OTHER","status":4}}`).Query(t.Context(), "ZZ000001", "o1"); !errors.Is(err, pay.ErrConfig) {
		t.Errorf("an answer about another order: %v", err)
	}
	if _, err := provider(t, `<html>`).Query(t.Context(), "ZZ000001", "o1"); !errors.Is(err, pay.ErrRetry) {
		t.Errorf("not JSON: %v", err)
	}
}

func FuzzParsePush(f *testing.F) {
	p := provider(f, "")
	f.Add([]byte(`{"Event":"xpay_goods_deliver_notify","OutTradeNo":"ZZ000001","Env":0,"GoodsInfo":{"Quantity":1,"OrigPrice":1,"ActualPrice":1}}`))
	f.Add([]byte(`<xml><Event>xpay_refund_notify</Event><MchOrderId>1</MchOrderId><RefundFee>1</RefundFee><RetCode>0</RetCode></xml>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := p.ParsePush(raw)
		if err != nil && (got.Pay != nil || got.Refund != nil || got.Inquiry != nil) {
			t.Fatal("an error together with a result")
		}
		if got.Pay != nil && (got.Pay.OutTradeNo == "" || got.Pay.AmountFen < 0) {
			t.Fatal("a receipt without number or with a negative amount")
		}
	})
}
