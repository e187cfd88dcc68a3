package app_test

import (
	"fmt"
	"testing"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
)

// item returns the n-th entry of a list in an answer.
func (a answer) item(n int, path ...string) answer {
	list, _ := a.at(path...).([]any)
	if n >= len(list) {
		return answer{raw: a.raw}
	}
	m, _ := list[n].(map[string]any)
	return answer{body: m, raw: a.raw}
}

// What a promotion, a gift, a refund and an order's line are about is told by data,
// not only by words that somebody wrote.
func TestBuyersAndStaffAreToldWhatItIsAbout(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promote(commerce.PromotionChange{Kind: "threshold", Steps: []price.Step{{AtFen: 20000, OffFen: 3000}, {AtFen: 40000, OffFen: 8000}}})
		p := w.learner("13800139701", nil)
		shown := p.want(200, "", "GET", fmt.Sprintf("/api/products/%d/promotions", w.product(w.paid)), nil).item(0, "items")
		if low, high := shown.item(0, "steps"), shown.item(1, "steps"); low.num("at_fen") != 20000 || low.num("off_fen") != 3000 || high.num("at_fen") != 40000 || shown.num("cap_fen") != 0 {
			t.Fatalf("promotions %s", shown.raw)
		}

		no := p.paid(p.quoted(map[string]any{"items": []map[string]any{{"sku_id": w.sku, "quantity": 3}}, "gift": true}), "told-gift")
		gifts := p.want(200, "", "GET", "/api/orders/"+no+"/gifts", nil)
		if g := w.person(nil).want(200, "", "GET", "/api/gifts/"+gifts.item(0, "items").str("token"), nil); g.str("kind") != catalog.KindCourse {
			t.Fatalf("gift %s", g.raw)
		}
		must(w.app.Commerce.StaffRefund(w.system(), no, "told-refund", 0, 1000, "协商退款"))(t)
		if r := p.want(200, "", "GET", "/api/orders/"+no, nil).item(0, "refunds"); r.str("title") != "把话写清楚" || r.num("item_id") == 0 {
			t.Fatalf("refund %s", r.raw)
		}
		line := w.staff("finance").want(200, "", "GET", "/api/console/orders/"+no, nil).item(0, "items")
		if line.num("sku_id") != w.sku || line.num("quantity") != 3 || line.num("list_fen") != 3*16900 || line.num("price_fen") != 3*16900-8000 || line.str("kind") != catalog.KindCourse {
			t.Fatalf("line %s", line.raw)
		}
		w.sound()
	})
}
