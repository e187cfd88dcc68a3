package app_test

import (
	"fmt"
	"strings"
	"testing"

	"zhizhou/internal/catalog"
)

// told returns the steps of an order's trail by their title, or what it begins with.
func (p *person) told(no string) map[string]map[string]any {
	p.w.t.Helper()
	out := map[string]map[string]any{}
	for _, x := range p.want(200, "", "GET", "/api/console/orders/"+no+"/trail", nil).at("steps").([]any) {
		s := x.(map[string]any)
		out[s["title"].(string)] = s
	}
	return out
}

// Everybody in a trail has one name throughout, and what staff did is theirs; the
// order's own page says who agreed to a refund, and what was replied.
func TestTrailNamesWhoDidIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, sku := w.goods(catalog.KindService, "一对一咨询", 0, catalog.Goods{}, nil, catalog.SKU{Name: "一小时", PriceFen: 30000})
		p, support, finance := w.learner("13800138407", nil), w.staff("support"), w.staff("finance")
		me := p.want(200, "", "GET", "/api/me", nil).str("nickname")
		check := func(no string, want map[string]string) {
			t.Helper()
			told := finance.told(no)
			for title, who := range want {
				if s := told[title]; s == nil || s["who"] != who {
					t.Errorf("%s is by %v, not %s", title, s["who"], who)
				}
			}
			for title, s := range told {
				if strings.HasPrefix(title, "授权服务") || strings.Contains(title, "服务「") && s["note"] == "长期有效" {
					t.Errorf("a service is given by people, it opens nothing: %v", s)
				}
			}
		}
		no := p.paid(p.quoted(map[string]any{"sku_id": sku}), "trail-service")
		support.want(200, "", "POST", fmt.Sprintf("/api/console/orders/%s/services/%d", no, w.lines(no)[0].ID), map[string]any{"note": "谈了一小时"})
		check(no, map[string]string{"下单": me, "发起支付": me, "收到付款：入账": "微信支付", "待交付服务「一对一咨询」": "系统", "等待交付": "系统", "服务已完成": "support"})

		again := p.paid(p.quoted(map[string]any{"sku_id": sku}), "trail-refund")
		p.with("trail-ask").want(200, "", "POST", "/api/orders/"+again+"/refunds", map[string]any{"reason": "不需要了"})
		ref := finance.want(200, "", "GET", "/api/console/orders/"+again, nil).at("refunds").([]any)[0].(map[string]any)
		finance.want(200, "", "POST", fmt.Sprintf("/api/console/refunds/%.0f/decide", ref["id"]), map[string]any{"approve": true, "reply": "祝顺利"})
		w.settleRefunds()
		check(again, map[string]string{"退款单 ¥300.00": me, "同意退款": "finance", "退款到账 ¥300.00": "微信支付", "不再交付服务「一对一咨询」": "系统"})
		page := finance.want(200, "", "GET", "/api/console/orders/"+again, nil)
		found := 0
		for _, x := range page.at("events").([]any) {
			if e := x.(map[string]any); e["kind"] == "refund_approve" && e["who"] == "finance" && e["note"] == "祝顺利" && e["at"].(float64) > 0 {
				found++
			}
		}
		if found != 1 {
			t.Errorf("who agreed to the refund is not told: %v", page.at("events"))
		}

		_, own, _ := w.buyer(8407)
		finance.with("trail-own").want(200, "", "POST", "/api/console/orders/"+own+"/refunds", map[string]any{"amount_fen": 0, "reason": "协商退款"})
		w.settleRefunds()
		check(own, map[string]string{"退款单 ¥169.00": "finance", "同意退款": "finance", "退款到账 ¥169.00": "微信支付"})
	})
}
