package sandbox

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"

	"zhizhou/internal/id"
)

// VirtualPay is what wx.requestVirtualPayment is given, with who taps it.
type VirtualPay struct {
	SignData  string `json:"signData"`
	PaySig    string `json:"paySig"`
	Signature string `json:"signature"`
	OpenID    string `json:"openid"`
	IOS       bool   `json:"ios"` // paid through Apple: no refund by the merchant
}

var virtualForm = regexp.MustCompile(`^[0-9A-Za-z\-|*@][0-9A-Za-z_\-|*@]{7,31}$`)

// PayVirtual stands for the payer confirming wx.requestVirtualPayment. It returns
// the client's error code, 0 for success: −15005 signature, −15006 paySig, −15007
// session, −15002 number used, −15010 item not published, −15013 price.
func (s *Sandbox) PayVirtual(p VirtualPay) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d struct {
		OfferID  string `json:"offerId"`
		Quantity int    `json:"buyQuantity"`
		Env      int    `json:"env"`
		Currency string `json:"currencyType"`
		Product  string `json:"productId"`
		Price    int64  `json:"goodsPrice"`
		No       string `json:"outTradeNo"`
		Attach   string `json:"attach"`
	}
	who := s.personOf(s.keys.MiniAppID, p.OpenID)
	if json.Unmarshal([]byte(p.SignData), &d) != nil || d.OfferID != s.keys.OfferID || d.Currency != "CNY" || d.Quantity < 1 ||
		d.Env != 0 && d.Env != 1 || !virtualForm.MatchString(d.No) {
		return -1
	}
	if who == nil || who.Session == "" {
		return -15007
	}
	if !hmac.Equal([]byte(p.PaySig), []byte(lowerMAC(s.appKey(d.Env), "requestVirtualPayment&"+p.SignData))) {
		return -15006
	}
	// WeChat reports a signature under an older session key like any other wrong one.
	if !hmac.Equal([]byte(p.Signature), []byte(lowerMAC(who.Session, p.SignData))) {
		return -15005
	}
	s.advance()
	it := s.st.Items[itemKey(d.Env, d.Product)]
	switch {
	case s.st.VOrders[d.No] != nil:
		return -15002
	case it == nil || it.PublishedFen == 0:
		return -15010
	case it.PublishedFen != d.Price:
		return -15013
	}
	o := &VOrder{
		OrderID: d.No, OpenID: p.OpenID, Env: d.Env, ProductID: d.Product, Quantity: d.Quantity, PriceFen: d.Price,
		FeeFen: d.Price * int64(d.Quantity), Attach: d.Attach, IOS: p.IOS, Status: 3, WxID: s.number("VPO"), PayID: s.number("45000"),
		CreatedAt: s.now(), PaidAt: s.now(),
	}
	o.LeftFen = o.FeeFen
	s.st.VOrders[o.OrderID] = o
	if !s.trouble.NoPushOnVirtual {
		s.pushEvent("xpay_goods_deliver_notify", o.OrderID, map[string]any{
			"OpenId": o.OpenID, "OutTradeNo": o.OrderID, "Env": o.Env,
			"WeChatPayInfo": map[string]any{"MchOrderNo": o.WxID, "TransactionId": o.PayID, "PaidTime": o.PaidAt.Unix()},
			"GoodsInfo":     map[string]any{"ProductId": o.ProductID, "Quantity": o.Quantity, "OrigPrice": o.PriceFen, "ActualPrice": o.FeeFen, "Attach": o.Attach},
		})
	}
	s.save()
	return 0
}

// AskIOSRefund stands for an iOS payer asking Apple for the money: the app is
// asked for its opinion, and when it agrees the refund is made and told.
func (s *Sandbox) AskIOSRefund(outTradeNo string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.st.VOrders[outTradeNo]
	if o == nil || !o.IOS || o.Type != 0 {
		return errors.New("没有这笔 iOS 订单")
	}
	provided := "0"
	if o.Status == 4 {
		provided = "1"
	}
	n := s.pushEvent("xpay_subscribe_ios_refund_query_notify", o.OrderID, map[string]any{
		"bundleid": "com.tencent.xin", "channel_bill": "", "consumption_status": "0", "order_time": strconv.FormatInt(o.PaidAt.Unix(), 10),
		"p_count": strconv.Itoa(o.Quantity), "pay_order_id": o.OrderID, "product_id": o.ProductID, "provide_status": provided,
		"refund_request_reason": "UNINTENDED_PURCHASE", "refund_time": strconv.FormatInt(s.now().Unix(), 10), "service_type": "unipdt",
	})
	if n != nil {
		n.Inquiry = true
	}
	s.save()
	return nil
}

// appleDecides follows the app's advice; the caller holds mu.
func (s *Sandbox) appleDecides(no string, allow bool) {
	o := s.st.VOrders[no]
	if o == nil || o.IOSAnswer != "" {
		return
	}
	o.IOSAnswer = "refuse"
	if allow && o.LeftFen > 0 {
		o.IOSAnswer = "allow"
		f := s.newVirtualRefund(o, "AP"+id.Code(), o.LeftFen)
		s.finishVirtualRefund(f, s.now())
	}
}

// VOrders returns copies of all virtual payments and refunds.
func (s *Sandbox) VOrders() []VOrder {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []VOrder
	for _, o := range s.st.VOrders {
		out = append(out, *o)
	}
	return out
}
