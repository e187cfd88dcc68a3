package virtual

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"zhizhou/internal/pay"
)

// The push events of virtual payment that this shop acts on.
const (
	EventDeliver    = "xpay_goods_deliver_notify"
	EventRefund     = "xpay_refund_notify"
	EventIOSInquiry = "xpay_subscribe_ios_refund_query"
)

// Push is one decrypted message of virtual payment. At most one of Notice.Pay,
// Notice.Refund and Inquiry is set.
type Push struct {
	pay.Notice
	Delivery *Delivery
	Inquiry  *IOSInquiry
}

// Delivery says what was bought. Confirm with Provider.Query before granting.
type Delivery struct {
	OpenID    string
	Env       int
	ProductID string
	Quantity  int
	OrigFen   int64 // unit price, fen
	ActualFen int64 // paid in all, fen
	Attach    string
}

// IOSInquiry is Apple asking whether an iOS payment should be refunded. It must
// be answered within 3 s and comes up to three times (INV-47).
type IOSInquiry struct {
	OutTradeNo  string
	ProductID   string
	Quantity    int
	Reason      string // Apple's word
	Delivered   bool   // what WeChat believes
	Consumption string // Apple's code, as sent
	AskedAt     time.Time
	OrderedAt   time.Time
}

// IOSAnswer is the reply to an IOSInquiry.
type IOSAnswer struct {
	Code     int    `json:"result_code"` // 0 agree to refund, 1 refuse
	Info     string `json:"result_info"`
	Evidence string `json:"evidence"` // why; required
}

// AnswerIOS builds the reply to Apple's inquiry.
func AnswerIOS(agree bool, evidence string) IOSAnswer {
	if agree {
		return IOSAnswer{0, "建议退款", evidence}
	}
	return IOSAnswer{1, "拒绝退款", evidence}
}

// Ack is the reply to every other push.
type Ack struct {
	ErrCode int    `json:"ErrCode"`
	ErrMsg  string `json:"ErrMsg"`
}

// OK tells WeChat that the push is safely stored; send it after the commit.
func OK() Ack { return Ack{0, "success"} }

// Again tells WeChat to send the push once more.
func Again() Ack { return Ack{-1, "retry"} }

// ParsePush reads a decrypted push, JSON or XML; unknown fields and events are
// tolerated (an unknown event gives a Push with its EventType alone). Returns
// pay.ErrNotifyMalformed. It must be fed only with messages whose msg_signature
// was verified.
func (p *Provider) ParsePush(raw []byte) (Push, error) {
	f, err := fields(raw)
	if err != nil {
		return Push{}, pay.ErrNotifyMalformed
	}
	event := f.text("Event")
	if event == "" {
		return Push{}, pay.ErrNotifyMalformed
	}
	out := Push{Notice: pay.Notice{EventType: event, Raw: raw}}
	switch event {
	case EventDeliver:
		err = p.deliver(f, &out)
	case EventRefund:
		err = p.refund(f, &out)
	case EventIOSInquiry, EventIOSInquiry + "_notify": // documents and practice differ
		out.EventType = EventIOSInquiry
		err = inquiry(f, &out)
	}
	if err != nil {
		return Push{}, err
	}
	return out, nil
}

func (p *Provider) deliver(f node, out *Push) error {
	no, goods, wx := f.text("OutTradeNo"), f.child("GoodsInfo"), f.child("WeChatPayInfo")
	qty, err1 := goods.num("Quantity")
	orig, err2 := goods.num("OrigPrice")
	actual, err3 := goods.num("ActualPrice")
	env, err4 := f.num("Env")
	if no == "" || err1 != nil || err2 != nil || err3 != nil || err4 != nil || qty <= 0 || actual < 0 {
		return pay.ErrNotifyMalformed
	}
	out.Delivery = &Delivery{
		OpenID: f.text("OpenId"), Env: int(env), ProductID: goods.text("ProductId"),
		Quantity: int(qty), OrigFen: orig, ActualFen: actual, Attach: goods.text("Attach"),
	}
	// The environment is part of the amount's meaning: sandbox money is not money.
	if int(env) != p.cfg.Env {
		return pay.ErrNotifyMalformed
	}
	out.EventID = EventDeliver + ":" + no
	out.Pay = &pay.Receipt{
		Channel: pay.WechatVirtual, OutTradeNo: no, TransactionID: transaction(wx.text("TransactionId"), wx.text("MchOrderNo")),
		State: pay.StateSuccess, AmountFen: actual, PayerFen: actual, Currency: "CNY",
		MchID: p.cfg.MchID, AppID: p.cfg.AppID, PayerOpenID: f.text("OpenId"), EventID: out.EventID, Raw: out.Raw,
	}
	if t, err := wx.num("PaidTime"); err == nil && t > 0 {
		out.Pay.PaidAt = time.Unix(t, 0)
	}
	return nil
}

func (p *Provider) refund(f node, out *Push) error {
	fee, err1 := f.num("RefundFee")
	code, err2 := f.num("RetCode")
	no := f.text("MchOrderId")
	if no == "" || err1 != nil || err2 != nil || fee < 0 {
		return pay.ErrNotifyMalformed
	}
	r := pay.RefundReceipt{
		Channel: pay.WechatVirtual, OutRefundNo: f.text("MchRefundId"), OutTradeNo: no,
		RefundID: transaction(f.text("WxpayRefundTransactionId"), f.text("WxRefundId")), State: pay.RefundSuccess,
		AmountFen: fee, PayerRefundFen: fee, MchID: p.cfg.MchID, Raw: out.Raw,
	}
	if code != 0 {
		r.State, r.PayerRefundFen = pay.RefundAbnormal, 0
	} else if t, err := f.num("RefundSuccTimestamp"); err == nil && t > 0 {
		r.SucceededAt = time.Unix(t, 0)
	}
	out.EventID = EventRefund + ":" + no + ":" + transaction(r.OutRefundNo, f.text("WxRefundId"))
	r.EventID = out.EventID
	out.Refund = &r
	return nil
}

func inquiry(f node, out *Push) error {
	no := f.text("pay_order_id")
	if no == "" {
		return pay.ErrNotifyMalformed
	}
	qty, _ := f.num("p_count")
	asked, _ := f.num("refund_time")
	ordered, _ := f.num("order_time")
	out.EventID = EventIOSInquiry + ":" + no + ":" + strconv.FormatInt(asked, 10)
	out.Inquiry = &IOSInquiry{
		OutTradeNo: no, ProductID: f.text("product_id"), Quantity: int(qty),
		Reason: f.text("refund_request_reason"), Delivered: f.text("provide_status") == "1",
		Consumption: f.text("consumption_status"), AskedAt: time.Unix(asked, 0), OrderedAt: time.Unix(ordered, 0),
	}
	return nil
}

// node is a message of either format: values are string or node.
type node map[string]any

func (n node) text(k string) string { s, _ := n[k].(string); return s }
func (n node) child(k string) node  { c, _ := n[k].(node); return c }
func (n node) num(k string) (int64, error) {
	return strconv.ParseInt(strings.TrimSpace(n.text(k)), 10, 64)
}

const maxDepth = 8 // real messages have two levels

func fields(raw []byte) (node, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || len(raw) > 1<<20 {
		return nil, pay.ErrNotifyMalformed
	}
	if raw[0] == '<' {
		return fromXML(raw)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	return fromJSON(m, 0), nil
}

func fromJSON(m map[string]any, depth int) node {
	out := node{}
	for k, v := range m {
		switch v := v.(type) {
		case string:
			out[k] = v
		case json.Number:
			out[k] = v.String()
		case map[string]any:
			if depth < maxDepth {
				out[k] = fromJSON(v, depth+1)
			}
		}
	}
	return out
}

func fromXML(raw []byte) (node, error) {
	type frame struct {
		name string
		n    node
		text strings.Builder
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	stack := []*frame{{n: node{}}}
	for {
		tok, err := d.Token()
		if err != nil {
			break // io.EOF at the end; anything else leaves the stack unbalanced
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, pay.ErrNotifyMalformed
			}
			stack = append(stack, &frame{name: t.Name.Local, n: node{}})
		case xml.CharData:
			top.text.Write(t)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			parent := stack[len(stack)-1]
			if len(top.n) > 0 {
				parent.n[top.name] = top.n
			} else {
				parent.n[top.name] = top.text.String()
			}
		}
	}
	root := stack[0].n.child("xml")
	if len(stack) != 1 || root == nil {
		return nil, pay.ErrNotifyMalformed
	}
	return root, nil
}
