package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// taskDelay is how long uploading and publishing an item takes, on the sandbox's clock.
const taskDelay = 2 * time.Second

var xpayWords = map[int]string{
	268490001: "参数错误", 268490002: "数据不存在", 268490003: "签名错误", 268490004: "重复操作",
	268490005: "退款失败，iOS 订单不支持开发者退款", 268490011: "账单正在生成中", 268490016: "退款left_fee与实际不符，请通过query_order接口查询确认",
}

func lowerMAC(key, msg string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(msg))
	return hex.EncodeToString(h.Sum(nil))
}

func (s *Sandbox) appKey(env int) string {
	if env == 0 {
		return s.keys.AppKeyLive
	}
	return s.keys.AppKeySandbox
}

// xpay wraps a virtual payment API: token, environment and pay_sig over the bytes.
func (s *Sandbox) xpay(uri string, h func(env int, body []byte) map[string]any) http.HandlerFunc {
	return s.authed(func(r *http.Request, body []byte) map[string]any {
		var in struct {
			Env int `json:"env"`
		}
		if json.Unmarshal(body, &in) != nil || in.Env != 0 && in.Env != 1 {
			return errcode(268490001)
		}
		sig, good := []byte(r.URL.Query().Get("pay_sig")), false
		for env := range 2 {
			// A bill is asked for without an environment: either AppKey will do.
			if env == in.Env || uri == "/xpay/download_bill" {
				good = good || hmac.Equal(sig, []byte(lowerMAC(s.appKey(env), uri+"&"+string(body))))
			}
		}
		if !good {
			return errcode(268490003)
		}
		s.advance()
		return h(in.Env, body)
	})
}

func itemKey(env int, itemID string) string { return fmt.Sprint(env, "/", itemID) }

func (s *Sandbox) uploadGoods(env int, body []byte) map[string]any {
	var in struct {
		Items []struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Price  int64  `json:"price"`
			Remark string `json:"remark"`
			Image  string `json:"item_url"`
		} `json:"upload_item"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Items) != 1 {
		return errcode(268490001)
	}
	it := in.Items[0]
	if it.ID == "" || len(it.ID) > 64 || it.Name == "" || utf8.RuneCountInString(it.Name) > 20 || it.Price <= 0 || it.Remark == "" || !strings.HasPrefix(it.Image, "http") {
		return errcode(268490001)
	}
	row := s.st.Items[itemKey(env, it.ID)]
	if row == nil {
		row = &Item{ID: it.ID, Env: env, Publish: -1}
		s.st.Items[itemKey(env, it.ID)] = row
	}
	row.Name, row.PriceFen, row.Remark, row.Image = it.Name, it.Price, it.Remark, it.Image
	row.Upload, row.ChangedAt = 0, s.now()
	return errcode(0)
}

func (s *Sandbox) publishGoods(env int, body []byte) map[string]any {
	var in struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"publish_item"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Items) == 0 {
		return errcode(268490001)
	}
	for _, it := range in.Items {
		if row := s.st.Items[itemKey(env, it.ID)]; row == nil || row.Upload != 2 {
			return errcode(268490002)
		}
	}
	for _, it := range in.Items {
		row := s.st.Items[itemKey(env, it.ID)]
		row.Publish, row.ChangedAt = 0, s.now()
	}
	return errcode(0)
}

// goodsTask serves both task queries; the newest state of every item is listed.
func (s *Sandbox) goodsTask(publish bool) func(int, []byte) map[string]any {
	return func(env int, _ []byte) map[string]any {
		rows, status := []any{}, 0
		for _, it := range s.st.Items {
			st, list, key := it.Upload, "upload_item", "upload_status"
			if publish {
				st, list, key = it.Publish, "publish_item", "publish_status"
			}
			if it.Env != env || st < 0 {
				continue
			}
			row := map[string]any{"id": it.ID, key: st, "errmsg": ""}
			if list == "upload_item" {
				row["name"], row["price"] = it.Name, it.PriceFen
			}
			rows = append(rows, row)
			if st == 0 {
				status = 1
			} else if status == 0 {
				status = 3
			}
		}
		out := errcode(0)
		out["status"] = status
		if publish {
			out["publish_item"] = rows
		} else {
			out["upload_item"] = rows
		}
		return out
	}
}

// advanceVirtual finishes item tasks and virtual refunds; the caller holds mu.
func (s *Sandbox) advanceVirtual(now time.Time) {
	for _, it := range s.st.Items {
		if now.Sub(it.ChangedAt) < taskDelay {
			continue
		}
		if it.Upload == 0 {
			it.Upload = 2
		}
		if it.Publish == 0 {
			it.Publish, it.PublishedFen, it.PublishedAt = 2, it.PriceFen, now
		}
	}
	for _, f := range s.st.VOrders {
		if f.Type != 1 || f.Status != 1 || s.trouble.RefundStuck || now.Sub(f.CreatedAt) < refundDelay {
			continue
		}
		s.finishVirtualRefund(f, now)
	}
}

func (s *Sandbox) finishVirtualRefund(f *VOrder, now time.Time) {
	o := s.st.VOrders[f.Parent]
	f.PaidAt, f.Status = now, 5
	code, msg := 0, ""
	if s.trouble.RefundAbnormal {
		f.Status, code, msg = 7, 1, "退款失败"
		o.LeftFen += f.FeeFen
	} else if o.LeftFen == 0 {
		o.Status = 5
	}
	s.pushEvent("xpay_refund_notify", f.OrderID, map[string]any{
		"OpenId": o.OpenID, "WxRefundId": f.WxID, "MchRefundId": f.OrderID, "WxOrderId": o.WxID, "MchOrderId": o.OrderID,
		"RefundFee": f.FeeFen, "RetCode": code, "RetMsg": msg, "RefundStartTimestamp": f.CreatedAt.Unix(),
		"RefundSuccTimestamp": now.Unix(), "WxpayRefundTransactionId": f.PayID,
	})
}

func (s *Sandbox) queryOrder(env int, body []byte) map[string]any {
	var in struct {
		OpenID  string `json:"openid"`
		OrderID string `json:"order_id"`
		WxID    string `json:"wx_order_id"`
	}
	if json.Unmarshal(body, &in) != nil || in.OpenID == "" || (in.OrderID == "") == (in.WxID == "") {
		return errcode(268490002)
	}
	o := s.st.VOrders[in.OrderID]
	if o == nil || o.Env != env || o.OpenID != in.OpenID {
		return errcode(268490002)
	}
	m := map[string]any{
		"order_id": o.OrderID, "create_time": o.CreatedAt.Unix(), "update_time": o.CreatedAt.Unix(), "status": o.Status,
		"biz_type": 1000, "order_fee": o.FeeFen, "paid_fee": o.FeeFen, "order_type": o.Type, "refund_fee": 0, "left_fee": o.LeftFen,
		"biz_meta": o.Attach, "env_type": o.Env + 1, "wx_order_id": o.WxID, "wxpay_order_id": o.PayID, "token": "", "sett_state": 3,
	}
	if o.Type == 1 {
		m["refund_fee"], m["paid_fee"] = o.FeeFen, 0
	}
	if !o.PaidAt.IsZero() {
		m["paid_time"] = o.PaidAt.Unix()
	}
	if !o.Provided.IsZero() {
		m["provide_time"] = o.Provided.Unix()
	}
	out := errcode(0)
	out["order"] = m
	return out
}

func (s *Sandbox) provideGoods(env int, body []byte) map[string]any {
	var in struct {
		OrderID string `json:"order_id"`
	}
	if json.Unmarshal(body, &in) != nil {
		return errcode(268490001)
	}
	o := s.st.VOrders[in.OrderID]
	switch {
	case o == nil || o.Env != env || o.Type != 0:
		return errcode(268490002)
	case o.Status == 4:
		return errcode(268490004)
	case o.Status != 2 && o.Status != 3:
		return errcode(268490001)
	}
	o.Status, o.Provided = 4, s.now()
	return errcode(0)
}

func (s *Sandbox) refundOrder(env int, body []byte) map[string]any {
	var in struct {
		OpenID  string `json:"openid"`
		OrderID string `json:"order_id"`
		Refund  string `json:"refund_order_id"`
		Left    int64  `json:"left_fee"`
		Fee     int64  `json:"refund_fee"`
		Reason  string `json:"refund_reason"`
		From    string `json:"req_from"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Refund) < 8 || len(in.Refund) > 32 ||
		len(in.Reason) != 1 || !strings.Contains("012345", in.Reason) || len(in.From) != 1 || !strings.Contains("123", in.From) {
		return errcode(268490001)
	}
	o := s.st.VOrders[in.OrderID]
	if o == nil || o.Env != env || o.OpenID != in.OpenID || o.Type != 0 {
		return errcode(268490002)
	}
	if f := s.st.VOrders[in.Refund]; f != nil {
		if f.Parent == o.OrderID && f.FeeFen == in.Fee {
			return errcode(268490004)
		}
		return errcode(268490001)
	}
	switch {
	case o.IOS:
		return errcode(268490005)
	case o.Status != 2 && o.Status != 3 && o.Status != 4:
		return errcode(268490001)
	case in.Left != o.LeftFen:
		return errcode(268490016)
	case in.Fee <= 0 || in.Fee > o.LeftFen:
		return errcode(268490001)
	}
	f := s.newVirtualRefund(o, in.Refund, in.Fee)
	out := errcode(0)
	out["refund_order_id"], out["refund_wx_order_id"] = f.OrderID, f.WxID
	out["pay_order_id"], out["pay_wx_order_id"] = o.OrderID, o.WxID
	return out
}

func (s *Sandbox) newVirtualRefund(o *VOrder, no string, fee int64) *VOrder {
	f := &VOrder{
		OrderID: no, Type: 1, Parent: o.OrderID, OpenID: o.OpenID, Env: o.Env, FeeFen: fee, Status: 1,
		WxID: s.number("VRO"), PayID: s.number("50300"), CreatedAt: s.now(), IOS: o.IOS,
	}
	o.LeftFen -= fee
	s.st.VOrders[no] = f
	return f
}
